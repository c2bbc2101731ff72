//! Downloads from short-lived addresses.

use std::time::Duration;

use feishu_openapi_runtime::testing::{Reply, Server};
use feishu_openapi_runtime::{Core, Error};

use crate::{builder, client, script, scripted};

async fn server(replies: impl IntoIterator<Item = Reply>) -> (Server, Core) {
    let server = Server::start(replies).await.unwrap();
    let core = client(&server);
    (server, core)
}

async fn fail(reply: Reply) -> Error {
    let (server, core) = server([reply]).await;
    let url = format!("{}/download/?code=very-secret", server.url());
    let error = core.download(&url).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("very-secret"));
    error
}

#[tokio::test]
async fn a_file_comes_in_chunks_without_a_token() {
    let content = vec![7_u8; 300_000];
    let (server, core) = server([Reply::text(200, "application/pdf", content.clone())]).await;
    let url = format!("{}/download/authcode/?code=abc", server.url());
    let download = core.download(&url).await.unwrap();
    assert_eq!(download.size(), Some(300_000));
    let mut target = Vec::new();
    assert_eq!(download.copy_to(&mut target).await.unwrap(), 300_000);
    assert_eq!(target, content);
    let request = server.requests().remove(0);
    assert_eq!(request.token(), None);
    assert_eq!(request.query_value("code"), Some("abc"));
}

#[tokio::test]
async fn redirects_are_followed() {
    let (server, core) = server([
        Reply::text(302, "text/plain", "").header("location", "/elsewhere?x=1"),
        Reply::text(200, "text/plain", "here"),
    ])
    .await;
    let mut download = core.download(&server.url()).await.unwrap();
    assert_eq!(download.chunk().await.unwrap().unwrap(), "here");
    assert_eq!(server.requests()[1].path(), "/elsewhere");
}

#[tokio::test]
async fn endless_redirects_end() {
    let again = || Reply::text(302, "text/plain", "").header("location", "/again");
    let (server, core) = server((0..9).map(|_| again())).await;
    assert_eq!(core.download(&server.url()).await.unwrap_err().status(), Some(302));
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn an_address_that_expired_is_an_error() {
    let error = fail(Reply::code(400, 1_062_009, "expired")).await;
    assert_eq!((error.code(), error.operation()), (Some(1_062_009), Some("download")));
    let error = fail(Reply::text(403, "text/html", "<html>")).await;
    assert_eq!((error.status(), error.body()), (Some(403), Some("<html>")));
    // The address is the permission, and some servers repeat it.
    let repeated = "Cannot GET /download/?code=very-secret";
    let error = fail(Reply::text(404, "text/plain", repeated)).await;
    assert_eq!(error.body(), Some("Cannot GET /download/?***"));
    fail(Reply::code(400, 1_062_009, repeated)).await;
}

#[tokio::test]
async fn a_download_that_breaks_is_an_error() {
    let (server, core) = server([Reply::text(200, "text/plain", vec![1_u8; 1000]).truncated()]).await;
    let download = core.download(&server.url()).await.unwrap();
    assert!(download.copy_to(&mut Vec::new()).await.unwrap_err().is_retryable());
}

#[tokio::test]
async fn a_download_that_stops_is_an_error() {
    let slow = Reply::text(200, "text/plain", "1234").slow_body(Duration::from_secs(5));
    let server = Server::start([slow]).await.unwrap();
    let core: Core = builder().timeout(Duration::from_millis(100)).build().unwrap();
    let download = core.download(&server.url()).await.unwrap();
    assert!(download.copy_to(&mut Vec::new()).await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn only_web_addresses_are_downloaded() {
    let core: Core = builder().build().unwrap();
    for url in ["", "file:///etc/passwd", "/relative"] {
        assert!(core.download(url).await.unwrap_err().is_invalid_request());
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_comes_slowly_ends_at_the_timeout() {
    let slow = || Reply::code(404, 1_470_404, "gone").slow_body(Duration::from_secs(36_000));
    let core = scripted(&script([slow()]));
    let started = tokio::time::Instant::now();
    let error = core.download("https://example.com/file").await.unwrap_err();
    assert_eq!(error.status(), Some(404));
    assert!(started.elapsed() <= Duration::from_secs(31), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_download_begins_within_the_deadline_or_fails() {
    let late = || Reply::text(302, "text/plain", "").header("location", "/again").delay(Duration::from_secs(20));
    let transport = script((0..6).map(|_| late()));
    let core: Core = builder().transport(transport).deadline(Duration::from_secs(50)).build().unwrap();
    let started = tokio::time::Instant::now();
    let error = core.download("https://example.com/file").await.unwrap_err();
    assert!(error.is_timeout() && error.to_string().contains("no file within the deadline of 50s"), "{error}");
    assert_eq!(started.elapsed(), Duration::from_secs(50));
}
