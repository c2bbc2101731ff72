//! Logs people in with Feishu, and lists their tasks.
//!
//! Without `FEISHU_APP_ID` and `FEISHU_APP_SECRET` in the environment a small server on this machine plays Feishu, and
//! everybody agrees at once:
//!
//! ```sh
//! cargo run -p feishu-openapi --example login --features sessions
//! curl --location --cookie-jar - http://127.0.0.1:7778/login
//! ```
//!
//! With them it talks to Feishu: list `http://127.0.0.1:7778/callback` as a redirect address in the app's security
//! settings, give the app the scopes `task:task:read` and `offline_access`, and open the address in a browser.
#![allow(clippy::print_stdout, reason = "it is what an example is for")]

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::get;
use feishu_openapi::session::{PendingAuthorization, SessionChange};
use feishu_openapi::task::v2::task;

use feishu_openapi::testing::{Received, Reply, Server};
use feishu_openapi::{
    Client, ClientBuilder, Error, Method,
    serde_json::{self, Value, json},
};

const HERE: &str = "http://127.0.0.1:7778";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (builder, _feishu) = app().await?;
    let client = builder
        .on_session_change(|user, change| match change {
            SessionChange::LoginRequired(error) => {
                println!("{user} is logged out: {error}")
            }
            change => println!("{user}: {change}"),
        })
        .build()?;
    let routes = Router::new()
        .route("/login", get(login))
        .route("/callback", get(callback))
        .with_state(Arc::new(client));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:7778")
        .await
        .map_err(|error| format!("127.0.0.1:7778 is not free to listen on: {error}"))?;
    println!("open {HERE}/login");
    axum::serve(listener, routes).await?;
    Ok(())
}

/// Sends the browser to the page on which the person agrees.
async fn login(
    State(client): State<Arc<Client>>,
) -> Result<Response<String>, (StatusCode, String)> {
    let authorization = client
        .sessions()
        .authorize(format!("{HERE}/callback"))
        .scopes(["task:task:read", "offline_access"])
        .begin()
        .map_err(failed)?;
    // A program with web sessions keeps it there; this one has none, so the browser does.
    let pending = serde_json::to_string(&authorization.pending).unwrap_or_default();
    let pending: String = pending.bytes().map(|byte| format!("{byte:02x}")).collect();
    let answer = Response::builder()
        .status(StatusCode::FOUND)
        .header(header::LOCATION, authorization.url)
        .header(
            header::SET_COOKIE,
            format!("pending={pending}; HttpOnly; SameSite=Lax; Max-Age=600"),
        );
    answer
        .body(String::new())
        .map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

/// The browser comes back: exchanges the code, finds out who it is, and calls as that person.
async fn callback(
    State(client): State<Arc<Client>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<String, (StatusCode, String)> {
    let pending = pending(&headers).ok_or_else(|| {
        (StatusCode::BAD_REQUEST, "this browser has begun no login\n".to_owned())
    })?;
    let code = pending.receive(&query.unwrap_or_default()).map_err(failed)?;
    let open_id = log_in(&client, code).await.map_err(failed)?;

    // From here on the name is enough, on this and any other machine that shares the token store.
    let mut page = format!("{open_id} is logged in, and has these tasks:\n");
    let mut tasks =
        client.as_session(open_id).task_v2().task().list(task::List::new()).stream();
    while let Some(task) = tasks.try_next().await.map_err(failed)? {
        page += &format!("- {}\n", task.summary);
    }
    Ok(page)
}

async fn log_in(
    client: &Client,
    code: feishu_openapi::session::AuthorizationCode,
) -> Result<String, Error> {
    let tokens = client.sessions().exchange(code).await?;
    let user_info = client.core().request(Method::Get, "/open-apis/authen/v1/user_info");
    let person: Value = user_info.as_user(tokens.access_token()).send().await?;
    let open_id = person["open_id"].as_str().unwrap_or_default();
    client.sessions().put(open_id, &tokens).await?;
    Ok(open_id.to_owned())
}

fn pending(headers: &HeaderMap) -> Option<PendingAuthorization> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let cookie =
        cookies.split("; ").find_map(|cookie| cookie.strip_prefix("pending="))?;
    let digits = cookie.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    serde_json::from_slice(&digits.collect::<Option<Vec<u8>>>()?).ok()
}

fn failed(error: Error) -> (StatusCode, String) {
    let status = if error.is_authorization_denied() || error.is_invalid_request() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::BAD_GATEWAY
    };
    (status, format!("{error}\n"))
}

/// The app of the environment, or one at a server that plays Feishu.
async fn app() -> Result<(ClientBuilder, Option<Server>), std::io::Error> {
    let variables = (std::env::var("FEISHU_APP_ID"), std::env::var("FEISHU_APP_SECRET"));
    if let (Ok(app_id), Ok(app_secret)) = variables {
        return Ok((Client::builder().custom_app(app_id, app_secret), None));
    }
    let server = Server::with_handler(answer).await?;
    println!(
        "FEISHU_APP_ID and FEISHU_APP_SECRET are not set: {} plays Feishu",
        server.url()
    );
    let builder =
        Client::builder().custom_app("cli_example", "secret").base_url(server.url());
    Ok((builder, Some(server)))
}

fn answer(request: &Received) -> Reply {
    match request.path() {
        "/open-apis/authen/v1/authorize" => {
            let value = |name: &str| request.query_value(name).unwrap_or_default();
            let back = format!(
                "{}?code=2Wd5g337vo5BZXUz&state={}",
                value("redirect_uri"),
                value("state")
            );
            Reply::text(302, "text/plain", "").header("location", &back)
        }
        "/open-apis/authen/v2/oauth/token" => {
            Reply::user_tokens("u-example", "r-example")
        }
        "/open-apis/authen/v1/user_info" => Reply::data(
            json!({ "name": "zhangsan", "open_id": "ou-caecc734c2e3328a62489fe0648c4b98779515d3" }),
        ),
        _ => Reply::data(
            json!({ "items": [{ "guid": "1", "summary": "进行销售年中总结" }], "has_more": false }),
        ),
    }
}
