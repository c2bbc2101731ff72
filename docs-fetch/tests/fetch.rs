//! Downloads from a portal on the loopback interface that answers by a script.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use docs_fetch::{Options, Summary, run};

/// What the portal has: path and update time of its pages, and answers to give before the real ones.
#[derive(Default)]
struct State {
    pages: Vec<(&'static str, u64)>,
    /// For the next requests for pages, first one first: whole answers.
    script: Vec<String>,
    /// Request heads, lower case.
    requests: Vec<String>,
    open: usize,
    most_open: usize,
}

#[derive(Clone)]
struct Server {
    url: String,
    state: Arc<Mutex<State>>,
}

impl Server {
    fn start(pages: &[(&'static str, u64)]) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State { pages: pages.to_vec(), ..State::default() }));
        let server = Server { url, state };
        let served = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = served.clone();
                std::thread::spawn(move || server.serve(stream));
            }
        });
        server
    }

    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        let mut head = String::new();
        while reader.read_line(&mut head).is_ok_and(|count| count > 2) {}
        if head.is_empty() {
            return;
        }
        let answer = self.answer(&head);
        let mut stream = stream;
        let _ = stream.write_all(answer.as_bytes());
        self.state.lock().expect("no panic").open -= 1;
    }

    fn answer(&self, head: &str) -> String {
        let mut state = self.state.lock().expect("no panic");
        state.open += 1;
        state.most_open = state.most_open.max(state.open);
        state.requests.push(head.to_lowercase());
        if head.contains("directory_list") {
            let pages = state.pages.iter().map(|(path, updated)| {
                format!(r#"{{"id": "7", "name": "换水", "type": "DocumentType", "fullPath": "{path}", "updateTime": {updated}}}"#)
            });
            let pages = pages.collect::<Vec<_>>().join(",");
            return ok(&format!(
                r#"{{"code": 0, "data": {{"items": [
                    {{"id": "1", "fullPath": "/guide/pond-v9/x", "updateTime": 1}},
                    {{"id": "103", "type": "DirectoryType", "fullPath": "/a", "items": [{pages}]}}]}}}}"#
            ));
        }
        if !state.script.is_empty() {
            return state.script.remove(0);
        }
        ok(r##"{"code": 0, "data": {"content": "# 换水\n\n## 请求\n", "updateTime": "1691401913000"}}"##)
    }

    fn script(&self, answers: &[String]) {
        self.state.lock().expect("no panic").script = answers.to_vec();
    }

    /// How many pages were asked for so far.
    fn asked(&self) -> usize {
        let state = self.state.lock().expect("no panic");
        state.requests.iter().filter(|head| head.contains("get_detail")).count()
    }
}

fn ok(body: &str) -> String {
    answer("200 OK", "", body)
}

fn answer(status: &str, header: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{header}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("docs-fetch-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Folder(path)
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn fetch(server: &Server, folder: &Folder) -> Summary {
    let options = Options {
        out: folder.0.clone(),
        service: Some("pond".to_owned()),
        base_url: server.url.clone(),
        pause: 1,
        attempts: 3,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run(&options, &mut |_| {})).expect("a list of pages")
}

fn summary(written: usize, unchanged: usize) -> Summary {
    Summary { written, unchanged, failed: Vec::new() }
}

const PAGES: [(&str, u64); 3] =
    [("/a/pond-v1/pond/get", 10), ("/a/pond-v1/pond/list", 20), ("/a/fish-v1/fish/get", 30)];

#[test]
fn pages_are_written_as_the_check_reads_them() {
    let (server, folder) = (Server::start(&PAGES), Folder::new("written"));
    assert_eq!(fetch(&server, &folder), summary(2, 0));
    let page = folder.read("a/pond-v1/pond/get.md");
    let front = "---\ntitle: \"换水\"\nfullPath: \"/a/pond-v1/pond/get\"\nupdateTime: \"1691401913000\"\n---\n";
    assert_eq!(page, format!("{front}\n# 换水\n\n## 请求\n"));
    assert_eq!(folder.read("index.tsv"), "/a/pond-v1/pond/get\t10\n/a/pond-v1/pond/list\t20\n");
    assert!(!folder.0.join("a/fish-v1").exists());
}

#[test]
fn requests_are_honest_and_come_one_at_a_time() {
    let (server, folder) = (Server::start(&PAGES), Folder::new("honest"));
    fetch(&server, &folder);
    let state = server.state.lock().expect("no panic");
    assert_eq!(state.most_open, 1);
    for head in &state.requests {
        assert!(head.contains("user-agent: feishu-openapi-docs-fetch/"), "{head}");
        assert!(head.contains("accept-language: zh-cn"), "{head}");
    }
    assert!(state.requests[1].contains("fullpath=%2fa%2fpond-v1%2fpond%2fget"), "{}", state.requests[1]);
}

#[test]
fn only_what_changed_is_fetched_again() {
    let (server, folder) = (Server::start(&PAGES), Folder::new("changed"));
    fetch(&server, &folder);
    assert_eq!(fetch(&server, &folder), summary(0, 2));
    server.state.lock().expect("no panic").pages[1].1 = 21;
    assert_eq!(fetch(&server, &folder), summary(1, 1));
    std::fs::remove_file(folder.0.join("a/pond-v1/pond/get.md")).expect("a page");
    assert_eq!(fetch(&server, &folder), summary(1, 1));
    assert_eq!(server.asked(), 4);
}

#[test]
fn passing_failures_are_waited_out() {
    let (server, folder) = (Server::start(&PAGES), Folder::new("passing"));
    server.script(&[
        answer("429 Too Many Requests", "retry-after: 0\r\n", ""),
        answer("500 Internal Server Error", "", "oops"),
        ok(r#"{"code": 0, "data": {"content": "first"}}"#),
        ok(r#"{"code": 0, "da"#),
    ]);
    assert_eq!(fetch(&server, &folder), summary(2, 0));
    assert_eq!(server.asked(), 5);
    assert!(folder.read("a/pond-v1/pond/get.md").ends_with("\n\nfirst\n"));
}

#[test]
fn retry_after_is_obeyed() {
    let (server, folder) = (Server::start(&PAGES[..1]), Folder::new("patience"));
    server.script(&[answer("429 Too Many Requests", "retry-after: 1\r\n", "")]);
    let begun = std::time::Instant::now();
    assert_eq!(fetch(&server, &folder), summary(1, 0));
    assert!(begun.elapsed() >= std::time::Duration::from_secs(1));
}

#[test]
fn a_page_that_fails_does_not_stop_the_others_and_is_fetched_next_time() {
    let (server, folder) = (Server::start(&PAGES), Folder::new("failing"));
    server.script(&[ok(r#"{"code": 4, "msg": "no such page"}"#)]);
    let found = fetch(&server, &folder);
    assert_eq!((found.written, found.unchanged), (1, 0));
    assert_eq!(found.failed, ["/a/pond-v1/pond/get: the portal answered code Some(4)"]);
    assert_eq!(fetch(&server, &folder), summary(1, 1));
}

#[test]
fn an_interrupted_run_goes_on_where_it_stopped() {
    let (server, folder) = (Server::start(&PAGES), Folder::new("interrupted"));
    fetch(&server, &folder);
    // As if the run had been killed while it wrote the second line and its page.
    std::fs::write(folder.0.join("index.tsv"), "/a/pond-v1/pond/get\t10\n/a/pond-v1/pond/li").expect("an index");
    std::fs::rename(folder.0.join("a/pond-v1/pond/list.md"), folder.0.join("a/pond-v1/pond/list.md.part"))
        .expect("a page");
    assert_eq!(fetch(&server, &folder), summary(1, 1));
    assert_eq!(folder.read("index.tsv"), "/a/pond-v1/pond/get\t10\n/a/pond-v1/pond/list\t20\n");
    assert!(!folder.0.join("a/pond-v1/pond/list.md.part").exists());
}

#[test]
fn a_portal_that_is_not_there_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let folder = Folder::new("gone");
    let options =
        Options { out: folder.0.clone(), service: None, base_url: format!("http://{address}"), pause: 1, attempts: 2 };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let error = runtime.block_on(run(&options, &mut |_| {})).expect_err("nobody listens");
    assert!(error.starts_with("no answer") && error.ends_with("(2 attempts)"), "{error}");
}
