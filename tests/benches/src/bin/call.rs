//! One call over loopback: ours, progenitor's and hand-written, with a 2 KB answer and a page of 100 tasks.
//!
//! `call` measures all; `call serve <answer>` is the server, in a process of its own; `call loop <who> <answer> <calls>
//! <address>` makes calls and nothing else, for callgrind.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use feishu_openapi::task::v2::task;
use feishu_openapi::{Client, User, UserIdType};
use feishu_openapi_benches::hand;
use feishu_openapi_codegen::bundle::bundle;
use feishu_openapi_second_reader::second::task_v2;
use serde_json::{Value, json};

type Error = Box<dyn std::error::Error>;

const WHO: [&str; 3] = ["ours", "hand-written", "progenitor"];
const ANSWERS: [&str; 2] = ["2 KB", "100 items"];
const GUID: &str = "83912691-2e43-47fc-94a4-d512e03984fa";

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", answer] => serve(answer),
        ["loop", who, answer, calls, address] => {
            let calls = calls.parse()?;
            let caller = Caller::new(address)?;
            runtime()?.block_on(async {
                for _ in 0..calls {
                    caller.call(who, answer).await?;
                }
                Ok(())
            })
        }
        _ => measure(),
    }
}

fn measure() -> Result<(), Error> {
    println!("| answer | client | allocations | bytes allocated | instructions | µs (best of {ROUNDS} × 100) |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for answer in ANSWERS {
        let mut server = Server::start(answer)?;
        let times = times(answer, &server.address)?;
        for (who, time) in WHO.into_iter().zip(times) {
            let (allocations, bytes) = allocations(who, answer, &server.address)?;
            let instructions =
                instructions(who, answer, &server.address).map_or("-".to_owned(), |count| count.to_string());
            println!(
                "| {answer} | {who} | {allocations} | {bytes} | {instructions} | {:.1} |",
                time.as_secs_f64() * 1e6
            );
        }
        server.process.kill()?;
    }
    Ok(())
}

/// How often each client makes a hundred calls.
const ROUNDS: usize = 15;

/// The best time of one call, by client. They take turns, so that whatever else the machine does meets all of them.
fn times(answer: &str, address: &str) -> Result<[Duration; WHO.len()], Error> {
    let runtime = runtime()?;
    let caller = Caller::new(address)?;
    let mut best = [Duration::MAX; WHO.len()];
    for round in 0..=ROUNDS {
        for (who, best) in WHO.into_iter().zip(&mut best) {
            let started = Instant::now();
            for _ in 0..100 {
                runtime.block_on(caller.call(who, answer))?;
            }
            // The first round makes connections and fills caches.
            if round > 0 {
                *best = (*best).min(started.elapsed() / 100);
            }
        }
    }
    Ok(best)
}

/// Allocations and bytes of one call, the median of several. Everything runs on this one thread, so that the counts are
/// those of the call.
fn allocations(who: &str, answer: &str, address: &str) -> Result<(u64, u64), Error> {
    let runtime = runtime()?;
    let caller = Caller::new(address)?;
    for _ in 0..20 {
        runtime.block_on(caller.call(who, answer))?;
    }
    let mut counts = Vec::new();
    for _ in 0..25 {
        let mut outcome = Ok(());
        let count = allocation_counter::measure(|| outcome = runtime.block_on(caller.call(who, answer)));
        outcome?;
        counts.push((count.count_total, count.bytes_total));
    }
    counts.sort_unstable();
    Ok(counts[counts.len() / 2])
}

fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// All three clients, each with a connection of its own.
struct Caller {
    address: String,
    ours: Client<User>,
    hand: reqwest::Client,
    progenitor: task_v2::Client,
}

impl Caller {
    fn new(address: &str) -> Result<Self, Error> {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert("authorization", "Bearer u-example".parse()?);
        let theirs = reqwest::Client::builder().default_headers(headers).build()?;
        Ok(Caller {
            address: address.to_owned(),
            ours: Client::builder().base_url(address).build()?.as_user("u-example"),
            hand: reqwest::Client::new(),
            progenitor: task_v2::Client::new_with_client(address, theirs),
        })
    }

    async fn call(&self, who: &str, answer: &str) -> Result<(), Error> {
        let one = answer == ANSWERS[0];
        match (who, one) {
            ("ours", true) => {
                let request = task::Get::new(GUID).user_id_type(UserIdType::OpenId);
                let answer = self.ours.task_v2().task().get(request).await?;
                answer.task.map(drop).ok_or("no task")?;
            }
            ("ours", false) => {
                let request = task::List::new().page_size(100).user_id_type(UserIdType::OpenId);
                let answer = self.ours.task_v2().task().list(request).await?;
                (answer.items.len() == 100).then_some(()).ok_or("no page")?;
            }
            ("hand-written", true) => {
                let url = format!("{}/open-apis/task/v2/tasks/{GUID}", self.address);
                let request = self.hand.get(url).query(&[("user_id_type", "open_id")]);
                let answer: hand::OneTask = hand::send(request, "u-example").await?;
                answer.task.map(drop).ok_or("no task")?;
            }
            ("hand-written", false) => {
                let url = format!("{}/open-apis/task/v2/tasks", self.address);
                let query = [("page_size", "100"), ("user_id_type", "open_id")];
                let answer: hand::Tasks = hand::send(self.hand.get(url).query(&query), "u-example").await?;
                (answer.items.len() == 100).then_some(()).ok_or("no page")?;
            }
            (_, true) => {
                let kind = task_v2::types::UserIdType("open_id".to_owned());
                let answer = self.progenitor.task_v2_task_get(GUID, Some(&kind)).await?;
                answer.into_inner().data.and_then(|data| data.task).map(drop).ok_or("no task")?;
            }
            (_, false) => {
                let kind = task_v2::types::UserIdType("open_id".to_owned());
                let answer = self.progenitor.task_v2_task_list(None, Some(100), None, None, Some(&kind)).await?;
                let items = answer.into_inner().data.map_or(0, |data| data.items.len());
                (items == 100).then_some(()).ok_or("no page")?;
            }
        }
        Ok(())
    }
}

/// Instructions for one call, from callgrind: the difference between runs with few and with many calls.
fn instructions(who: &str, answer: &str, address: &str) -> Option<u64> {
    let count = |calls: u32| -> Option<u64> {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(env::current_exe().ok()?)
            .args(["loop", who, answer, &calls.to_string(), address])
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = text.lines().rev().find(|line| line.contains("refs:") || line.contains("Collected"))?;
        line.rsplit(':').next()?.trim().replace(',', "").parse().ok()
    };
    let (few, many) = (count(20)?, count(120)?);
    Some(many.checked_sub(few)? / 100)
}

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(answer: &str) -> Result<Self, Error> {
        let mut process = Command::new(env::current_exe()?).args(["serve", answer]).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        let output = process.stdout.take().ok_or("the server says nothing")?;
        BufReader::new(output).read_line(&mut address)?;
        Ok(Server { process, address: address.trim().to_owned() })
    }
}

fn serve(answer: &str) -> Result<(), Error> {
    let body = answer_body(answer)?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    eprintln!("the answer `{answer}` has {} bytes", body.len());
    for stream in listener.incoming() {
        let (stream, body) = (stream?, body.clone());
        std::thread::spawn(move || answer_all(stream, &body));
    }
    Ok(())
}

/// Answers every request of a connection in the same way. The requests have no bodies.
fn answer_all(stream: TcpStream, body: &str) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    let answer = head + body;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream.take(u64::MAX));
    loop {
        let mut line = String::new();
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if line == "\r\n" {
                break;
            }
        }
        writer.write_all(answer.as_bytes())?;
    }
}

/// The documented task without the texts of `custom_complete`, once or a hundred times.
fn answer_body(answer: &str) -> Result<String, Error> {
    let sources = feishu_openapi_benches::copies::sources(1);
    let bundles = bundle(&sources).map_err(|_| "the spec has mistakes")?;
    let version = bundles.iter().find(|bundle| bundle.version == "v2").ok_or("there is no v2")?;
    let document: Value = serde_json::from_str(&version.json)?;
    let get = &document["paths"]["/open-apis/task/v2/tasks/{task_guid}"]["get"];
    let mut task = get["responses"]["200"]["content"]["application/json"]["example"]["data"]["task"].clone();
    task.as_object_mut().ok_or("the page has no example")?.remove("custom_complete");
    let data = if answer == ANSWERS[0] {
        json!({ "task": task })
    } else {
        json!({ "items": vec![task; 100], "page_token": "", "has_more": false })
    };
    Ok(json!({ "code": 0, "msg": "success", "data": data }).to_string())
}
