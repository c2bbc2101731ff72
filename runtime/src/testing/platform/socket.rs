//! One connection, as the platform sees it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, frame::coding::CloseCode};

use super::push::Acknowledgement;
use super::{Shared, Silence};
use crate::long_connection::frame::{CONTROL, DATA, Frame};

/// What a connection is told to do.
#[derive(Clone, Debug)]
pub(super) enum Command {
    Send(Bytes),
    Close,
    Drop,
}

pub(super) async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, shared: Arc<Shared>) {
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
    let (sender, mut commands) = mpsc::unbounded_channel();
    let _open = Open::new(&shared, sender);
    let mut silence = shared.silence.subscribe();
    loop {
        let silent = *silence.borrow_and_update();
        tokio::select! {
            changed = silence.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            command = commands.recv() => match command {
                // What is sent to a silent connection is lost.
                Some(Command::Send(_)) if silent.is_some() => {}
                Some(Command::Send(bytes)) => {
                    if socket.send(Message::Binary(bytes)).await.is_err() {
                        return;
                    }
                }
                Some(Command::Close) => {
                    let goodbye = CloseFrame { code: CloseCode::Normal, reason: "".into() };
                    let _ = socket.close(Some(goodbye)).await;
                    // What came before the client's goodbye still counts.
                    while let Some(Ok(message)) = socket.next().await {
                        receive(message, &shared);
                    }
                    return;
                }
                Some(Command::Drop) | None => return,
            },
            message = socket.next(), if silent != Some(Silence::BlackHole) => {
                let Some(Ok(message)) = message else {
                    return;
                };
                if silent.is_some() {
                    continue;
                }
                if let Some(answer) = receive(message, &shared)
                    && socket.send(Message::Binary(answer.encode().into())).await.is_err()
                {
                    return;
                }
            }
        }
    }
}

/// The answer to a ping; answers to pushes go to who waits for them.
fn receive(message: Message, shared: &Shared) -> Option<Frame> {
    let bytes = match message {
        Message::Binary(bytes) => bytes,
        Message::Text(_) => {
            shared.strange.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        _ => return None,
    };
    let frame = Frame::decode(bytes).unwrap_or_default();
    match (frame.method, frame.header("type")) {
        (CONTROL, Some("ping")) => {
            shared.pings.fetch_add(1, Ordering::Relaxed);
            let payload = Some(shared.settings.numbers.to_string().into());
            let headers = vec![("type".to_owned(), "pong".to_owned())];
            return Some(Frame { headers, payload, ..frame });
        }
        (DATA, Some("event" | "card")) => {
            let waiting = frame.header("message_id").and_then(|id| shared.state().waiting.remove(id));
            let acknowledgement = Acknowledgement { payload: frame.payload.unwrap_or_default() };
            // A late answer is one to something that was pushed again meanwhile.
            if waiting.is_none_or(|waiting| waiting.send(acknowledgement).is_err()) {
                shared.strange.fetch_add(1, Ordering::Relaxed);
            }
        }
        _ => {
            shared.strange.fetch_add(1, Ordering::Relaxed);
        }
    }
    None
}

/// A connection is known as long as this lives.
struct Open<'a> {
    shared: &'a Shared,
    number: u64,
}

impl<'a> Open<'a> {
    fn new(shared: &'a Shared, commands: mpsc::UnboundedSender<Command>) -> Self {
        let mut state = shared.state();
        state.issued += 1;
        let number = state.issued;
        state.connections.insert(number, commands);
        let open = state.connections.len();
        drop(state);
        shared.open.send_replace(open);
        Open { shared, number }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.connections.remove(&self.number);
        let open = state.connections.len();
        drop(state);
        self.shared.open.send_replace(open);
    }
}
