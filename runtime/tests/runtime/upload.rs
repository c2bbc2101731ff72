//! Multipart uploads.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use feishu_openapi_runtime::testing::{Received, Reply, Server};
use feishu_openapi_runtime::{Core, File, Method, Progress, Request, serde_json::json};
use tokio::io::{AsyncRead, ReadBuf};

use crate::sample::*;
use crate::{as_app, builder, client, script, scripted, store_with_token_of};

/// Takes a multipart body apart: disposition and content of each part.
fn parts(received: &Received) -> Vec<(String, Vec<u8>)> {
    let kind = received.header("content-type").unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = received.body();
    let delimiter = format!("--{boundary}");
    let text = String::from_utf8_lossy(body);
    assert!(text.ends_with(&format!("\r\n{delimiter}--\r\n")));
    let mut parts = Vec::new();
    let mut rest = &body[..];
    while let Some(start) = find(rest, format!("{delimiter}\r\n").as_bytes()) {
        rest = &rest[start + delimiter.len() + 2..];
        let head = find(rest, b"\r\n\r\n").unwrap();
        let end = find(rest, format!("\r\n{delimiter}").as_bytes()).unwrap();
        let disposition = String::from_utf8(rest[..head].to_vec()).unwrap();
        let disposition = disposition.split("\r\n").next().unwrap().to_owned();
        parts.push((disposition, rest[head + 4..end].to_vec()));
        rest = &rest[end + 2..];
    }
    parts
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

fn ok() -> Reply {
    Reply::data(json!({}))
}

#[tokio::test]
async fn files_come_from_bytes_a_path_and_a_reader() {
    let server = Server::start([ok()]).await.unwrap();
    let path = std::env::temp_dir().join(format!("报告-{}.txt", std::process::id()));
    std::fs::write(&path, b"from disk").unwrap();
    let reader = std::io::Cursor::new(b"from a reader".to_vec());
    let request = Upload::new(
        "guid",
        [
            File::bytes("会议 \"纪要\".txt", "from memory"),
            File::path(&path).with_name("报告.txt"),
            File::reader("c.bin", 13, reader),
        ],
    )
    .resource_type("task");
    as_app(&client(&server), request).await.unwrap();
    std::fs::remove_file(&path).unwrap();

    let received = server.calls().remove(0);
    let expected = [
        ("name=\"resource_type\"", "task"),
        ("name=\"resource_id\"", "guid"),
        ("name=\"file\"; filename=\"会议 %22纪要%22.txt\"", "from memory"),
        ("name=\"file\"; filename=\"报告.txt\"", "from disk"),
        ("name=\"file\"; filename=\"c.bin\"", "from a reader"),
    ];
    let expected = expected.map(|(disposition, content)| {
        let disposition = format!("Content-Disposition: form-data; {disposition}");
        (disposition, content.as_bytes().to_vec())
    });
    assert_eq!(parts(&received), expected);
    let length: usize = received.header("content-length").unwrap().parse().unwrap();
    assert_eq!(length, received.body().len());
}

#[test]
fn a_file_has_the_name_of_its_path() {
    assert_eq!(File::path("/tmp/报告.pdf").name(), "报告.pdf");
    assert_eq!(format!("{:?}", File::bytes("a", "content")), r#"File { name: "a", source: "bytes", .. }"#);
}

#[test]
fn too_many_and_too_large_files_are_violations() {
    let small = || File::bytes("a", "x");
    let large = File::reader("b", 52_428_801, tokio::io::empty());
    let request = Upload::new("guid", [small(), small(), small(), small(), small(), large]);
    let violations = request.validate().unwrap_err();
    let paths: Vec<_> = violations.iter().map(|violation| violation.path()).collect();
    assert_eq!(paths, ["file", "file[5]"]);
    assert_eq!(
        violations.to_string(),
        "`file` must have 1 to 5 items, found 6 items; \
         `file[5]` must have at most 52428800 bytes, found 52428801 bytes",
    );
}

#[tokio::test]
async fn a_missing_file_fails_before_sending() {
    let transport = script([]);
    let request = Upload::new("guid", [File::path("/no/such/file")]);
    let error = as_app(&scripted(&transport), request).await.unwrap_err();
    assert!(error.is_invalid_request() && !error.may_have_taken_effect(), "{error}");
    assert!(transport.calls().is_empty());
}

#[tokio::test]
async fn progress_is_told_up_to_the_end() {
    let server = Server::start([ok()]).await.unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let request = Upload::new("guid", [File::bytes("a", vec![0_u8; 500_000])]);
    let call = as_app(&client(&server), request).on_progress({
        let seen = seen.clone();
        move |progress: Progress| seen.lock().unwrap().push((progress.sent, progress.total))
    });
    call.await.unwrap();
    let seen = seen.lock().unwrap();
    assert!(seen.len() > 7);
    assert!(seen.is_sorted());
    let total = server.calls()[0].body().len() as u64;
    assert_eq!(seen.last(), Some(&(total, Some(total))));
}

#[tokio::test]
async fn an_upload_is_replayed_when_its_files_can_be_read_again() {
    let rejected = Reply::code(400, 99_991_663, "Invalid access token");
    let server = Server::start([rejected, Reply::rate_limited("0"), ok()]).await.unwrap();
    let store = store_with_token_of(&server.url(), "t-old").await;
    let core: Core = builder().base_url(server.url()).token_store(store).build().unwrap();
    let request = Upload::new("guid", [File::bytes("a", "content")]);
    as_app(&core, request).await.unwrap();
    let calls = server.calls();
    assert_eq!(calls.len(), 3);
    assert_eq!(parts(&calls[0]), parts(&calls[2]));
}

#[tokio::test]
async fn an_upload_from_a_reader_is_never_replayed() {
    for reply in [Reply::code(400, 99_991_663, "x"), Reply::rate_limited("0")] {
        let server = Server::start([reply, ok()]).await.unwrap();
        let file = File::reader("a", 1, std::io::Cursor::new(b"x".to_vec()));
        let request = Upload::new("guid", [file]);
        let error = as_app(&client(&server), request.clone()).await.unwrap_err();
        assert!(!error.may_have_taken_effect(), "{error}");
        assert_eq!(server.calls().len(), 1);
        let again = as_app(&client(&server), request).await.unwrap_err();
        assert!(again.to_string().contains("was read before"), "{again}");
    }
}

#[tokio::test]
async fn a_reader_that_ends_early_is_an_error() {
    let server = Server::start([ok()]).await.unwrap();
    let file = File::reader("a", 10, std::io::Cursor::new(b"short".to_vec()));
    let error = as_app(&client(&server), Upload::new("guid", [file])).await.unwrap_err();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        text += &error.to_string();
        source = error.source();
    }
    assert!(text.contains("ended before its announced length"), "{text}");
}

/// Gives zeros, slowly, and counts how much was read.
struct Slow {
    left: u64,
    read: Arc<AtomicU64>,
    pause: Pin<Box<tokio::time::Sleep>>,
    every: Duration,
}

impl AsyncRead for Slow {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        target: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        std::task::ready!(self.pause.as_mut().poll(context));
        let next = tokio::time::Instant::now() + self.every;
        self.pause.as_mut().reset(next);
        let count = (target.remaining() as u64).min(self.left);
        target.put_slice(&vec![0; usize::try_from(count).unwrap()]);
        self.left -= count;
        self.read.fetch_add(count, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_slow_upload_is_not_stuck() {
    let server = Server::start([ok()]).await.unwrap();
    let reader = Slow {
        left: 600_000,
        read: Arc::default(),
        pause: Box::pin(tokio::time::sleep(Duration::ZERO)),
        every: Duration::from_millis(60),
    };
    let core: Core = builder()
        .base_url(server.url())
        .timeout(Duration::from_millis(250))
        .deadline(Duration::from_millis(300))
        .build()
        .unwrap();
    let started = std::time::Instant::now();
    let request = Upload::new("guid", [File::reader("slow", 600_000, reader)]);
    as_app(&core, request).await.unwrap();
    assert!(started.elapsed() > Duration::from_millis(400));
}

#[tokio::test]
async fn an_upload_that_stops_moving_times_out() {
    let server = Server::start([ok()]).await.unwrap();
    let reader = Slow {
        left: 600_000,
        read: Arc::default(),
        pause: Box::pin(tokio::time::sleep(Duration::ZERO)),
        every: Duration::from_secs(60),
    };
    let core: Core = builder().base_url(server.url()).timeout(Duration::from_millis(100)).build().unwrap();
    let request = Upload::new("guid", [File::reader("stuck", 600_000, reader)]);
    let error = as_app(&core, request).await.unwrap_err();
    assert!(error.is_timeout() && error.may_have_taken_effect(), "{error}");
}

#[tokio::test]
async fn an_upload_is_never_in_memory_as_a_whole() {
    let read = Arc::new(AtomicU64::new(0));
    let length = 50_000_000;
    let reader = Slow {
        left: length,
        read: read.clone(),
        pause: Box::pin(tokio::time::sleep(Duration::ZERO)),
        every: Duration::ZERO,
    };
    // A server that accepts the connection and reads nothing.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let core: Core = builder().base_url(url).timeout(Duration::from_millis(300)).build().unwrap();
    let request = Upload::new("guid", [File::reader("big", length, reader)]);
    let call = feishu_openapi_runtime::Call::new(&core, feishu_openapi_runtime::User::new("u").into(), request);
    assert!(call.await.unwrap_err().is_timeout());
    let read = read.load(Ordering::Relaxed);
    assert!(read > 0 && read < length / 2, "{read}");
}

/// What is not a regular file has no size that could be announced, and may never end or never begin.
#[cfg(unix)]
#[tokio::test]
async fn only_regular_files_are_uploaded() {
    let folder = std::env::temp_dir().join(format!("feishu-special-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let pipe = folder.join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let link = folder.join("link");
    std::os::unix::fs::symlink(&pipe, &link).unwrap();

    for path in [pipe.as_path(), &link, &folder, std::path::Path::new("/dev/null")] {
        let transport = script([]);
        let request = Upload::new("guid", [File::path(path)]);
        let error = as_app(&scripted(&transport), request).await.unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
        assert!(error.message().contains("is not a regular file"), "{error}");
        assert!(!error.may_have_taken_effect(), "{error}");
        assert!(transport.calls().is_empty());
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn raw_calls_upload_files_beside_texts() {
    let server = Server::start([ok()]).await.unwrap();
    let seen = Arc::new(AtomicU64::new(0));
    let sent = seen.clone();
    client(&server)
        .request(Method::Post, "/open-apis/im/v1/images")
        .part("image_type", "message")
        .file("image", File::bytes("图.png", "pixels"))
        .on_progress(move |progress| sent.store(progress.sent, Ordering::Relaxed))
        .await
        .unwrap();

    let received = server.calls().remove(0);
    let expected = [
        ("Content-Disposition: form-data; name=\"image_type\"".to_owned(), b"message".to_vec()),
        ("Content-Disposition: form-data; name=\"image\"; filename=\"图.png\"".to_owned(), b"pixels".to_vec()),
    ];
    assert_eq!(parts(&received), expected);
    assert_eq!(seen.load(Ordering::Relaxed), received.body().len() as u64);
}

#[tokio::test]
async fn a_raw_body_is_either_json_or_multipart() {
    let transport = script([]);
    let request = scripted(&transport).request(Method::Post, "/open-apis/im/v1/images");
    let error = request.part("a", "b").json(&json!({})).await.unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    assert!(transport.requests().is_empty());
}
