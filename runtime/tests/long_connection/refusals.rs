//! Discovery and handshakes that are refused.

use feishu_openapi_runtime::long_connection::Phase;
use feishu_openapi_runtime::testing::Reply;
use feishu_openapi_runtime::transport::{BoxFuture, HttpRequest, HttpResponse, Transport, TransportError};

use super::*;

#[tokio::test]
async fn discovery_says_what_the_platform_wants_to_know() {
    let platform = platform().start().await.unwrap();
    let running = Running::start(connection(&platform, Dispatcher::without_webhook()).header("X-Gateway", "1"));
    running.state(ConnectionState::is_connected).await;
    let discovery = &platform.discoveries()[0];
    assert_eq!((discovery.method(), discovery.path()), ("POST", "/callback/ws/endpoint"));
    assert_eq!(discovery.json(), json!({ "AppID": "cli_1", "AppSecret": "the-secret" }));
    assert_eq!((discovery.header("locale"), discovery.token()), (Some("zh"), None));
    let handshake = &platform.handshakes()[0];
    assert_eq!((handshake.header("x-gateway"), handshake.header("sec-websocket-version")), (Some("1"), Some("13")));
    assert!(handshake.header("user-agent").unwrap().starts_with("feishu-openapi-rust/"));
    running.stop().await;
}

#[tokio::test]
async fn refusals_that_will_not_pass_end_it_and_say_what_to_do() {
    let cases = [
        (Reply::code(200, 1_000_040_350, "exceed"), "Stop other programs that connect as this app"),
        (Reply::code(200, 1_000_040_351, "Incorrect domain name"), "Set `base_url` of the client: `LARKSUITE`"),
        (Reply::code(400, 1_000_040_351, "Incorrect domain name"), "Set `base_url` of the client: `LARKSUITE`"),
        (Reply::code(200, 10_015, "app secret invalid"), "Compare it with the one in the developer console"),
        (Reply::code(400, 99_999, "some other reason"), "some other reason"),
    ];
    for (reply, advice) in cases {
        let platform = platform().start().await.unwrap();
        platform.answer_discovery(reply.clone());
        let running = Running::start(connection(&platform, Dispatcher::without_webhook()));
        let handle = running.handle.clone();
        let error = running.failure().await;
        assert!(error.to_string().contains(advice), "{error}");
        assert!(!format!("{error:?}").contains("the-secret"), "{error:?}");
        assert_eq!(handle.state().phase, Phase::Stopped);
        assert_eq!(platform.discoveries().len(), 1, "{reply:?}");
    }
}

#[tokio::test]
async fn refusals_that_may_pass_are_followed_by_another_attempt() {
    let platform = platform().start().await.unwrap();
    let replies = [
        Reply::code(200, 1, "system busy"),
        Reply::code(200, 1_000_040_343, "internal error"),
        Reply::code(500, 99_999, "a failure of the server"),
        Reply::code(400, 99_991_400, "too fast"),
        Reply::text(502, "text/html", "<html>"),
        Reply::text(200, "application/json", "{\"code\":0,\"data\":{}}"),
        Reply::text(200, "application/json", "{\"code\":0,\"data\":{\"URL\":\"https://127.0.0.1/\"}}"),
        Reply::drop_after_reading(),
    ];
    let number = replies.len();
    replies.into_iter().for_each(|reply| platform.answer_discovery(reply));
    let running = Running::start(connection(&platform, Dispatcher::without_webhook()));
    running.state(ConnectionState::is_connected).await;
    assert_eq!(platform.discoveries().len(), number + 1);
    let state = running.handle.state();
    assert_eq!((state.failed_attempts, state.reconnects()), (0, 0));
    assert!(state.last_problem.is_some());
    running.stop().await;
}

#[tokio::test]
async fn refused_handshakes_are_judged_by_their_headers() {
    let platform = platform().start().await.unwrap();
    platform.answer_handshake(Reply::handshake_refused(514, 0, "try later"));
    platform.answer_handshake(Reply::text(500, "text/plain", ""));
    platform.answer_handshake(Reply::text(200, "text/plain", ""));
    platform.answer_handshake(Reply::handshake_refused(514, 1_000_040_350, "too many"));
    let running = Running::start(connection(&platform, Dispatcher::without_webhook()));
    let error = running.failure().await;
    assert_eq!(error.code(), Some(1_000_040_350));
    assert!(error.to_string().contains("too many") && error.to_string().contains("Stop other programs"), "{error}");
    // Each attempt asks for an address of its own.
    assert_eq!((platform.discoveries().len(), platform.handshakes().len()), (4, 4));

    platform.answer_handshake(Reply::handshake_refused(403, 0, "banned"));
    let running = Running::start(connection(&platform, Dispatcher::without_webhook()));
    let error = running.failure().await.to_string();
    assert!(error.contains("does not let this app connect") && error.contains("banned"), "{error}");
}

#[tokio::test]
async fn attempts_that_hang_end_by_their_timeout() {
    let platform = platform().start().await.unwrap();
    platform.answer_discovery(Reply::code(200, 1, "late").delay(Duration::from_secs(60)));
    platform.answer_handshake(Reply::text(200, "text/plain", "late").delay(Duration::from_secs(60)));
    let dispatcher = Dispatcher::without_webhook();
    let running = Running::start(connection(&platform, dispatcher).connect_timeout(Duration::from_secs(1)));
    running.state(ConnectionState::is_connected).await;
    assert_eq!((platform.discoveries().len(), platform.handshakes().len()), (3, 2));
    running.stop().await;
}

#[tokio::test]
async fn the_platform_decides_how_many_attempts_are_made() {
    let numbers = json!({ "ReconnectCount": 3, "ReconnectInterval": 1, "PingInterval": 120 });
    let platform = platform().client_config(numbers).start().await.unwrap();
    let running = Running::start(connection(&platform, Dispatcher::without_webhook()));
    running.state(ConnectionState::is_connected).await;
    for _ in 0..50 {
        platform.answer_discovery(Reply::code(200, 1, "system busy"));
    }
    platform.kick();
    let error = running.failure().await;
    assert_eq!(error.code(), Some(1));
    // The quick attempts at the beginning are not counted, and the longest wait is 5 ms here.
    let attempts = platform.discoveries().len() - 1;
    assert!((4..=7).contains(&attempts), "{attempts}");
}

#[tokio::test]
async fn apps_that_cannot_have_it_and_settings_that_cannot_work_are_refused_before_anything_is_sent() {
    let platform = platform().start().await.unwrap();
    let refused = async |connection: LongConnection, what: &str| {
        let error = connection.run().await.unwrap_err();
        assert!(error.is_configuration() && error.to_string().contains(what), "{error}");
    };
    let builder = || ClientBuilder::<Core>::new().base_url(platform.url());
    let dispatcher = Dispatcher::without_webhook;
    let store_app = builder().store_app("cli_1", "secret").build().unwrap();
    refused(store_app.long_connection(dispatcher()), "store apps get events by webhook only").await;
    let without_app = builder().build().unwrap();
    refused(without_app.long_connection(dispatcher()), "custom_app").await;
    let good = || connection(&platform, dispatcher());
    for header in ["Host", "Connection", "upgrade", "Sec-WebSocket-Key"] {
        refused(good().header(header, "x"), "belongs to the handshake").await;
    }
    refused(good().header("a b", "x"), "is not the name of a header").await;
    refused(good().header("a", "x\n"), "is not allowed").await;
    for host in ["", "a/b", "user@host", "a b"] {
        refused(good().host(host), "is not a host").await;
    }
    assert_eq!(platform.discoveries().len(), 0);
}

#[tokio::test]
async fn another_host_can_stand_between() {
    let other = platform().start().await.unwrap();
    let platform = platform().start().await.unwrap();
    let host = other.url().trim_start_matches("http://").to_owned();
    let running = Running::start(connection(&platform, Dispatcher::without_webhook()).host(host));
    // The other one does not know the ticket, but was asked.
    running.state(|state| state.failed_attempts > 0).await;
    assert!(other.handshakes()[0].query_value("ticket").is_some());
    assert_eq!(platform.handshakes().len(), 0);
    running.stop().await;
}

/// A transport of a user who knows nothing of long connections.
struct Plain;

impl Transport for Plain {
    fn send(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        unreachable!("the address is asked for with the client's transport")
    }
}

#[tokio::test]
async fn a_transport_that_cannot_connect_says_so() {
    let platform = platform().start().await.unwrap();
    let running = Running::start(connection(&platform, Dispatcher::without_webhook()).transport(Plain));
    let error = running.failure().await;
    assert!(error.to_string().contains("this transport has no `upgrade`"), "{error}");
}
