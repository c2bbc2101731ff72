//! What the platform says in HTTP: addresses, handshakes, and everything else.

use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::super::{Received, Reply};
use super::{Shared, socket};

/// The service that clients name in their pings.
pub(super) const SERVICE_ID: i32 = 33_554_678;

pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let serving = serve(stream, shared.clone());
                shared.spawn(async move {
                    // A client that goes away is none of the platform's business.
                    let _ = serving.await;
                });
            }
            // For example, too many open files: others will be closed.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    stream.set_nodelay(true)?;
    let service = hyper::service::service_fn(move |request| {
        let shared = shared.clone();
        async move { answer(request, &shared).await }
    });
    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades().await?;
    Ok(())
}

async fn answer(mut request: Request<Incoming>, shared: &Arc<Shared>) -> io::Result<Response<Full<Bytes>>> {
    let mut body = BytesMut::new();
    while let Some(frame) = request.body_mut().frame().await {
        if let Ok(data) = frame.map_err(io::Error::other)?.into_data() {
            body.extend_from_slice(&data);
        }
    }
    let target = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let received = Received::new(request.method().clone(), target, request.headers().clone(), body.freeze());
    let reply = match received.path() {
        "/callback/ws/endpoint" => discovery(received, shared),
        "/ws/v2" => match handshake(received, shared) {
            Some(reply) => reply,
            None => return Ok(switch(request, shared)),
        },
        _ => call(received, shared),
    };
    if !reply.delay.is_zero() {
        tokio::time::sleep(reply.delay).await;
    }
    if reply.fault.is_some() {
        return Err(io::ErrorKind::ConnectionReset.into());
    }
    let mut response = Response::new(Full::new(reply.body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    Ok(response)
}

fn discovery(received: Received, shared: &Shared) -> Reply {
    let mut state = shared.state();
    let has_app =
        ["AppID", "AppSecret"].iter().all(|name| received.json()[name].as_str().is_some_and(|it| !it.is_empty()));
    state.record.discoveries.push(received);
    if let Some(reply) = state.discoveries.pop_front() {
        return reply;
    }
    if !has_app {
        return Reply::code(200, 1_000_040_344, "no credential");
    }
    state.issued += 1;
    let (number, address) = (state.issued, shared.address);
    let ticket = format!("T{number}");
    let url = format!(
        "ws://{address}/ws/v2?fpid=493&aid=552564&device_id={number}&access_key=SECRET&service_id={SERVICE_ID}&ticket={ticket}"
    );
    state.tickets.push(ticket);
    Reply::json(200, &json!({ "code": 0, "msg": "", "data": { "URL": url, "ClientConfig": shared.settings.numbers } }))
}

/// A refusal, or `None` for a connection.
fn handshake(received: Received, shared: &Shared) -> Option<Reply> {
    let mut state = shared.state();
    let ticket = received.query_value("ticket").unwrap_or_default().to_owned();
    let key = received.headers().contains_key(SEC_WEBSOCKET_KEY);
    state.record.handshakes.push(received);
    if let Some(reply) = state.handshakes.pop_front() {
        return Some(reply);
    }
    let is_known = state.tickets.iter().position(|known| *known == ticket).map(|at| state.tickets.swap_remove(at));
    match (key, is_known) {
        (false, _) => Some(Reply::text(400, "text/plain", "not a WebSocket handshake")),
        // An address is good for one connection.
        (true, None) => Some(Reply::handshake_refused(514, 0, "the ticket was used before")),
        (true, Some(_)) => None,
    }
}

fn switch(mut request: Request<Incoming>, shared: &Arc<Shared>) -> Response<Full<Bytes>> {
    let key = request.headers().get(SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes).unwrap_or_default();
    let accept = HeaderValue::try_from(derive_accept_key(key));
    let upgrading = hyper::upgrade::on(&mut request);
    let serving = shared.clone();
    shared.spawn(async move {
        if let Ok(upgraded) = upgrading.await {
            socket::serve(TokioIo::new(upgraded), serving).await;
        }
    });
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = accept {
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    response
}

fn call(received: Received, shared: &Shared) -> Reply {
    if received.is_token_request() {
        return Reply::tenant_token("t-1");
    }
    let reply = (shared.settings.calls)(&received);
    shared.state().record.calls.push(received);
    reply
}
