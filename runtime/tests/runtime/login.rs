//! Logging a user in: the authorization page, what the browser brings back, the exchange of the code.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use feishu_openapi_runtime::session::{AuthorizationCode, PendingAuthorization, UserTokens};
use feishu_openapi_runtime::testing::{Reply, ScriptedTransport};
use feishu_openapi_runtime::{
    ClientBuilder, Core, FEISHU, LARKSUITE, serde_json,
    serde_json::{Value as Json, json},
};

use crate::{builder, scripted};

/// Of the page on the authorization code.
const PAGE_URL: &str = "https://accounts.feishu.cn/open-apis/authen/v1/authorize?client_id=cli_a5d611352af9d00b&response_type=code&redirect_uri=https%3A%2F%2Fexample.com%2Fapi%2Foauth%2Fcallback&scope=bitable:app:readonly%20contact:contact&prompt=consent&state=RANDOMSTRING";
const REDIRECT: &str = "https://example.com/api/oauth/callback";

fn parameters(url: &str) -> BTreeMap<String, String> {
    let (_, query) = url.split_once('?').unwrap();
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, value)| (decode(name), decode(value))).collect()
}

fn core() -> Core {
    ClientBuilder::new().custom_app("cli_a5d611352af9d00b", "the-app-secret").build().unwrap()
}

fn pending(state: &str) -> PendingAuthorization {
    let pending = json!({ "state": state, "code_verifier": "TxYmzM4PHLBlqm5NtnCmwxMH8mFlRWl_ipie3O0aVzo", "redirect_uri": REDIRECT });
    serde_json::from_value(pending).unwrap()
}

#[test]
fn the_address_is_that_of_the_page() {
    let core = core();
    let begin = || {
        let builder = core.sessions().authorize(REDIRECT).scopes(["bitable:app:readonly", "contact:contact"]);
        builder.prompt_consent().begin().unwrap()
    };
    let (first, second) = (begin(), begin());
    assert_eq!(first.url.split('?').next(), PAGE_URL.split('?').next());
    let mut ours = parameters(&first.url);
    let state = ours.insert("state".to_owned(), "RANDOMSTRING".to_owned()).unwrap();
    let challenge = ours.remove("code_challenge").unwrap();
    assert_eq!(ours.remove("code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(ours, parameters(PAGE_URL));
    assert_eq!((state.len(), challenge.len()), (43, 43));
    let others = parameters(&second.url);
    assert_ne!(state, others["state"]);
    assert_ne!(challenge, others["code_challenge"]);
}

#[test]
fn the_page_is_on_the_host_for_accounts() {
    let start = |core: Core| core.sessions().authorize(REDIRECT).begin().unwrap().url;
    let builder = || ClientBuilder::<Core>::new().custom_app("cli_app", "secret");
    for (builder, host) in [
        (builder().base_url(FEISHU), "https://accounts.feishu.cn/"),
        (builder().base_url(LARKSUITE), "https://accounts.larksuite.com/"),
        (builder().base_url("http://127.0.0.1:1"), "http://127.0.0.1:1/"),
        (builder().accounts_url("https://login.example.com/"), "https://login.example.com/open-apis/"),
    ] {
        let url = start(builder.build().unwrap());
        assert!(url.starts_with(host), "{url}");
    }
    builder().accounts_url("login").build().unwrap_err();
}

#[test]
fn what_the_page_would_refuse_is_refused_before() {
    let core = core();
    let sessions = core.sessions();
    let many = (0..51).map(|number| format!("scope:{number}"));
    for (builder, says) in [
        (sessions.authorize("callback"), "not a URL"),
        (sessions.authorize("https://a b"), "not a URL"),
        (sessions.authorize("https://example.com/cb\n"), "not a URL"),
        (sessions.authorize("localhost:3000/cb"), "not a URL"),
        (sessions.authorize("https://"), "not a URL"),
        (sessions.authorize(REDIRECT).scopes(["a b"]), "not a scope"),
        (sessions.authorize(REDIRECT).scopes([""]), "not a scope"),
        (sessions.authorize(REDIRECT).scopes(many), "51 scopes"),
    ] {
        let error = builder.begin().unwrap_err();
        assert!(error.is_invalid_request() && error.to_string().contains(says), "{error}");
    }
    // Twice the same scope is no mistake.
    let url = sessions.authorize(REDIRECT).scopes(["a"; 60]).begin().unwrap().url;
    assert_eq!(parameters(&url)["scope"], "a");
    let nobody: Core = ClientBuilder::new().build().unwrap();
    let error = nobody.sessions().authorize(REDIRECT).begin().unwrap_err();
    assert!(error.to_string().contains("custom_app"), "{error}");
}

#[tokio::test]
async fn the_code_comes_back_and_is_exchanged_as_documented() {
    let transport = ScriptedTransport::with_handler(|_| {
        Reply::json(
            200,
            &json!({
                "code": 0,
                "access_token": "eyJhbGciOiJFUzI1NiIs**********X6wrZHYKDxJkWwhdkrYg",
                "expires_in": 7200,
                "refresh_token": "eyJhbGciOiJFUzI1NiIs**********XXOYOZz1mfgIYHwM8ZJA",
                "refresh_token_expires_in": 604_800,
                "scope": "auth:user.id:read offline_access task:task:read user_profile",
                "token_type": "Bearer"
            }),
        )
    });
    let code = "2Wd5g337vo5BZXUz-3W5KECsWUmIzJ_FJ1eFD59fD1AJIibIZljTu3OLK-HP_UI1";
    for address in [
        format!("{REDIRECT}?code={code}&state=RANDOMSTRING"),
        format!("code={code}&state=RANDOMSTRING"),
        format!("/api/oauth/callback?state=RANDOMSTRING&code={code}#/login"),
        format!("?state=RANDOM%53TRING&x=a?b&code={code}"),
    ] {
        let code = pending("RANDOMSTRING").receive(&address).unwrap();
        let tokens = scripted(&transport).sessions().exchange(code).await.unwrap();
        assert_eq!(tokens.access_token(), "eyJhbGciOiJFUzI1NiIs**********X6wrZHYKDxJkWwhdkrYg");
        assert_eq!(tokens.refresh_token(), Some("eyJhbGciOiJFUzI1NiIs**********XXOYOZz1mfgIYHwM8ZJA"));
        let scopes: Vec<_> = tokens.scopes().collect();
        assert_eq!(scopes, ["auth:user.id:read", "offline_access", "task:task:read", "user_profile"]);
        let left = |at: SystemTime| at.duration_since(SystemTime::now()).unwrap().as_secs();
        assert!((7100..=7200).contains(&left(tokens.expires_at())));
        assert!((604_700..=604_800).contains(&left(tokens.refresh_expires_at().unwrap())));
    }
    let request = transport.requests().remove(0);
    assert_eq!((request.method(), request.path()), ("POST", "/open-apis/authen/v2/oauth/token"));
    assert_eq!(request.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(request.token(), None);
    let documented = json!({
        "grant_type": "authorization_code",
        "client_id": "cli_app",
        "client_secret": "the-app-secret",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": "TxYmzM4PHLBlqm5NtnCmwxMH8mFlRWl_ipie3O0aVzo"
    });
    assert_eq!(request.json(), documented);
}

#[test]
fn the_query_is_found_in_every_form_of_an_address() {
    let query = "code=c1&state=RANDOMSTRING";
    for address in [
        format!("https://example.com/cb;v=1?{query}"),
        format!("https://example.com/a=b/cb?{query}"),
        format!("https://user:p=w@example.com/cb?{query}#/a?b"),
        format!("myapp://cb;v=1?{query}"),
        format!("/cb;v=1?{query}"),
        format!("cb?{query}"),
        format!("?{query}"),
        format!("{query}&next=/a?b=1"),
        format!("next=https://example.com/cb?x=y&{query}"),
        format!("?x=https://example.com/cb?y&{query}"),
    ] {
        pending("RANDOMSTRING").receive(&address).unwrap_or_else(|error| panic!("{address}: {error}"));
    }
}

#[tokio::test]
async fn a_code_or_a_token_with_a_line_break_is_refused_before_sending() {
    let transport = ScriptedTransport::new([]);
    let sessions = scripted(&transport).sessions();
    for code in [AuthorizationCode::new("abc\n"), AuthorizationCode::new("abc").code_verifier("v v")] {
        let error = sessions.exchange(code).await.unwrap_err();
        assert!(error.is_invalid_request() && error.to_string().contains("trim what comes from a file"), "{error}");
    }
    let later = SystemTime::now() + Duration::from_secs(3600);
    let good = UserTokens::new("u-1", later);
    for tokens in [UserTokens::new("u-1\n", later), good.clone().with_refresh_token("r-1\r\n", later)] {
        let error = sessions.put("ou_1", &tokens).await.unwrap_err();
        assert!(error.is_invalid_request() && error.to_string().contains("trim what comes from a file"), "{error}");
    }
    sessions.put("ou_1", &good.with_refresh_token("r-1", later)).await.unwrap();
    assert!(transport.requests().is_empty());
}

#[test]
fn what_is_no_answer_to_this_login_is_refused() {
    let refused = pending("RANDOMSTRING").receive(&format!("{REDIRECT}?error=access_denied&state=RANDOMSTRING"));
    let error = refused.unwrap_err();
    assert!(error.is_authorization_denied() && !error.is_retryable(), "{error}");
    for (state, query, says) in [
        ("RANDOMSTRING", "code=abc&state=randomstring", "`state`"),
        ("RANDOMSTRING", "code=abc", "`state`"),
        ("RANDOMSTRING", "error=access_denied", "`state`"),
        ("RANDOMSTRING", "code=abc&state=other&state=RANDOMSTRING", "`state`"),
        ("", "code=abc&state=", "`state`"),
        ("", "code=abc", "`state`"),
        ("RANDOMSTRING", "state=RANDOMSTRING&code=", "no `code`"),
        ("RANDOMSTRING", "state=RANDOMSTRING", "no `code`"),
        ("RANDOMSTRING", "state=RANDOMSTRING&error=%1B[31mother", "says `\\u{1b}[31mother`"),
    ] {
        let error = pending(state).receive(query).unwrap_err();
        assert!(error.is_invalid_request() && error.to_string().contains(says), "{query}: {error}");
    }
}

#[test]
fn a_pending_login_fits_into_a_web_session() {
    let begun = core().sessions().authorize(REDIRECT).begin().unwrap();
    let text = serde_json::to_string(&begun.pending).unwrap();
    let restored: PendingAuthorization = serde_json::from_str(&text).unwrap();
    assert_eq!(restored, begun.pending);
}

#[tokio::test]
async fn a_code_from_elsewhere_says_only_what_is_known() {
    let transport = ScriptedTransport::new([]);
    let sessions = scripted(&transport).sessions();
    sessions.exchange(AuthorizationCode::new("abc").only_scopes(["task:task:read", "x"])).await.unwrap();
    let sent = transport.requests().remove(0).json();
    let expected = json!({
        "grant_type": "authorization_code", "client_id": "cli_app", "client_secret": "the-app-secret",
        "code": "abc", "scope": "task:task:read x",
    });
    assert_eq!(sent, expected);
}

#[tokio::test(start_paused = true)]
async fn the_server_s_trouble_is_waited_for_and_a_refusal_explained() {
    async fn check(reply: (u16, Json)) -> (feishu_openapi_runtime::Error, usize) {
        let transport = ScriptedTransport::with_handler(move |_| Reply::json(reply.0, &reply.1));
        let sessions = scripted(&transport).sessions();
        let error = sessions.exchange(AuthorizationCode::new("the-code")).await.unwrap_err();
        (error, transport.requests().len())
    }
    let documented = json!({
        "code": 20050,
        "error": "server_error",
        "error_description": "An unexpected server error occurred. Please retry your request."
    });
    let (error, attempts) = check((500, documented)).await;
    assert_eq!((error.code(), attempts), (Some(20_050), 4));
    assert!(error.is_retryable());
    assert_eq!(error.message(), "An unexpected server error occurred. Please retry your request.");

    let used = json!({ "code": 20065, "error": "invalid_grant", "error_description": "used: the-code" });
    let (error, attempts) = check((400, used)).await;
    assert_eq!((error.code(), attempts), (Some(20_065), 1));
    assert_eq!(error.meaning(), Some("The authorization code was used before."));
    assert_eq!(error.hint(), Some("A code works once; begin the login again."));
    assert!(!error.is_login_required() && !error.is_retryable());
    assert_eq!(error.message(), "used: ***");
}

#[tokio::test]
async fn an_answer_as_oauth_has_it_is_understood_and_one_without_a_token_is_not_quoted() {
    async fn exchange(reply: Json) -> Result<UserTokens, String> {
        let transport = ScriptedTransport::with_handler(move |_| Reply::json(200, &reply));
        let core: Core = builder().transport(transport).build().unwrap();
        let tokens = core.sessions().exchange(AuthorizationCode::new("abc")).await;
        tokens.map_err(|error| format!("{error} {error:?}"))
    }
    let tokens = exchange(json!({ "access_token": "u-1", "token_type": "Bearer" })).await.unwrap();
    assert_eq!((tokens.access_token(), tokens.refresh_token()), ("u-1", None));
    // As long as is assumed when nothing is said.
    assert!(tokens.expires_at() <= SystemTime::now() + Duration::from_secs(600));
    let tokens = exchange(json!({ "code": 0, "access_token": "u-1", "expires_in": i64::MAX, "refresh_token": "r-1" }));
    let tokens = tokens.await.unwrap();
    assert!(tokens.refresh_expires_at().unwrap() > SystemTime::now() + Duration::from_secs(364 * 86_400));
    for reply in [
        json!({ "code": 0, "refresh_token": "very-secret" }),
        json!({ "code": 0, "access_token": ["very-secret"], "expires_in": 7200 }),
        json!(["very-secret"]),
    ] {
        let error = exchange(reply).await.unwrap_err();
        assert!(error.contains("unexpected answer") && !error.contains("very-secret"), "{error}");
    }
    // A strange value beside them does not lose tokens that were given out once.
    for reply in [
        json!({ "code": 0, "access_token": "u-1", "expires_in": "7200s", "scope": ["a", "b"] }),
        json!({ "code": {}, "access_token": "u-1", "expires_in": 7200.5 }),
    ] {
        let tokens = exchange(reply).await.unwrap();
        assert!(tokens.access_token() == "u-1" && tokens.expires_at() > SystemTime::now(), "{tokens:?}");
    }
}
