//! The platform's side of the long connection, on a loopback socket.

mod http;
mod push;
mod socket;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{AbortHandle, JoinHandle};

use self::push::Acknowledgement;
pub use self::push::{Push, PushAnswer};
use self::socket::Command;
use super::{Received, Reply};

/// What answers the calls of a bot to the rest of the platform.
type Calls = Box<dyn Fn(&Received) -> Reply + Send + Sync>;

/// The platform's side of the long connection, on a loopback socket: give [`url`](Self::url) to a client as its base
/// URL, and push events to it.
///
/// It gives out addresses, takes connections, answers pings, pushes events again that are not acknowledged, and
/// misbehaves when it is told to. All other calls are recorded and answered with success.
/// It stops when it is dropped.
///
/// ```
/// # mod feishu_openapi { pub use feishu_openapi_runtime::{*, Core as Client}; }
/// use feishu_openapi::event::{Delivery, Dispatcher};
/// use feishu_openapi::{Client, ClientBuilder, serde_json::{Value, json}, testing::LoopbackPlatform};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let platform = LoopbackPlatform::start().await?;
/// let client: Client = ClientBuilder::new().custom_app("cli_1", "secret").base_url(platform.url()).build()?;
/// let dispatcher = Dispatcher::without_webhook().on_other(|delivery: Delivery<Value>| async move {
///     assert_eq!(delivery.event["text"], "hello");
///     Ok(())
/// });
/// let connection = client.long_connection(dispatcher);
/// let handle = connection.handle();
/// let running = tokio::spawn(connection.run());
///
/// let push = platform.push(&json!({
///     "schema": "2.0",
///     "header": { "event_id": "1", "event_type": "some.event_v1", "create_time": "1608725989000" },
///     "event": { "text": "hello" },
/// }));
/// assert_eq!(push.answer().await.code, 200);
///
/// handle.stop();
/// running.await??;
/// assert_eq!(platform.open_connections(), 0);
/// # Ok(())
/// # }
/// ```
pub struct LoopbackPlatform {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// Sets a [`LoopbackPlatform`] up.
#[must_use = "a builder does nothing until `start` is called"]
pub struct LoopbackPlatformBuilder {
    settings: Settings,
}

struct Settings {
    /// The numbers that clients are told, as JSON.
    numbers: Json,
    ack_timeout: Duration,
    redelivery: Duration,
    max_deliveries: u32,
    parts: usize,
    calls: Calls,
}

/// How a platform that is silent behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Silence {
    /// It reads and answers nothing, not even pings, as behind a half-open socket.
    Mute,
    /// It does not even read, as behind a network that swallows everything.
    BlackHole,
}

struct Shared {
    settings: Settings,
    state: Mutex<State>,
    address: SocketAddr,
    /// How many connections are open.
    open: watch::Sender<usize>,
    silence: watch::Sender<Option<Silence>>,
    is_closing: AtomicBool,
    pings: AtomicU64,
    /// Frames that are no answers to anything.
    strange: AtomicU64,
}

#[derive(Default)]
struct State {
    discoveries: VecDeque<Reply>,
    handshakes: VecDeque<Reply>,
    record: Record,
    /// Tickets that were given out and not used yet.
    tickets: Vec<String>,
    issued: u64,
    connections: HashMap<u64, mpsc::UnboundedSender<Command>>,
    /// Who waits for the answer to a message.
    waiting: HashMap<String, oneshot::Sender<Acknowledgement>>,
    tasks: Vec<AbortHandle>,
}

#[derive(Default)]
struct Record {
    discoveries: Vec<Received>,
    handshakes: Vec<Received>,
    calls: Vec<Received>,
}

impl LoopbackPlatformBuilder {
    /// The number of seconds between pings that clients are told; 120 unless set.
    pub fn ping_interval(mut self, seconds: u64) -> Self {
        self.settings.numbers["PingInterval"] = seconds.into();
        self
    }

    /// All numbers that clients are told, instead of `ReconnectCount`, `ReconnectInterval`, `ReconnectNonce` and
    /// `PingInterval`.
    pub fn client_config(mut self, numbers: Json) -> Self {
        self.settings.numbers = numbers;
        self
    }

    /// How long an answer may take before the event counts as lost; 3 seconds unless set, as on the real platform.
    pub fn ack_timeout(mut self, limit: Duration) -> Self {
        self.settings.ack_timeout = limit;
        self
    }

    /// How long the platform waits before it pushes an event again; 100 milliseconds unless set, on the real platform
    /// minutes and hours.
    pub fn redelivery(mut self, wait: Duration) -> Self {
        self.settings.redelivery = wait;
        self
    }

    /// How many times an event is pushed; any number unless set, on the real platform four times.
    pub fn max_deliveries(mut self, deliveries: u32) -> Self {
        self.settings.max_deliveries = deliveries;
        self
    }

    /// In how many parts messages are sent, in random order; 1 unless set.
    pub fn parts(mut self, parts: usize) -> Self {
        self.settings.parts = parts.max(1);
        self
    }

    /// Answers the calls of the bot to the rest of the platform; requests for tenant access tokens are answered anyway.
    pub fn answer_calls(mut self, answer: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        self.settings.calls = Box::new(answer);
        self
    }

    /// Starts the platform.
    ///
    /// # Errors
    ///
    /// If no socket can be opened.
    pub async fn start(self) -> io::Result<LoopbackPlatform> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            settings: self.settings,
            state: Mutex::default(),
            address,
            open: watch::Sender::new(0),
            silence: watch::Sender::new(None),
            is_closing: AtomicBool::new(false),
            pings: AtomicU64::new(0),
            strange: AtomicU64::new(0),
        });
        Ok(LoopbackPlatform { address, accepting: tokio::spawn(http::accept(listener, shared.clone())), shared })
    }
}

impl LoopbackPlatform {
    /// Starts a platform that behaves.
    ///
    /// # Errors
    ///
    /// If no socket can be opened, or outside of a tokio runtime.
    pub async fn start() -> io::Result<Self> {
        LoopbackPlatform::builder().start().await
    }

    /// Sets a platform up.
    pub fn builder() -> LoopbackPlatformBuilder {
        let numbers =
            json!({ "ReconnectCount": -1, "ReconnectInterval": 120, "ReconnectNonce": 30, "PingInterval": 120 });
        LoopbackPlatformBuilder {
            settings: Settings {
                numbers,
                ack_timeout: Duration::from_secs(3),
                redelivery: Duration::from_millis(100),
                max_deliveries: u32::MAX,
                parts: 1,
                calls: Box::new(|_| Reply::data(json!({}))),
            },
        }
    }

    /// The base URL for a client, as `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Pushes an event or a callback to one of the connections, as soon as there is one, until it is acknowledged.
    ///
    /// It is JSON as in the decrypted body of a webhook.
    pub fn push(&self, event: &Json) -> Push {
        self.push_as("event", event)
    }

    /// The same as a message of another type, such as `card`, which clients do not answer.
    pub fn push_as(&self, r#type: &str, event: &Json) -> Push {
        push::start(&self.shared, r#type.to_owned(), event)
    }

    /// Sends bytes to all connections, which need not be a frame.
    pub fn send(&self, bytes: impl Into<Bytes>) {
        self.command(&Command::Send(bytes.into()));
    }

    /// Closes all connections with a goodbye, as the real platform does every few minutes.
    pub fn kick(&self) {
        self.command(&Command::Close);
    }

    /// Drops all connections without a goodbye.
    pub fn drop_connections(&self) {
        self.command(&Command::Drop);
    }

    /// Falls silent on all connections, those to come included, or with `None` behaves again on new connections.
    pub fn fall_silent(&self, silence: impl Into<Option<Silence>>) {
        self.shared.silence.send_replace(silence.into());
    }

    /// Answers the next request for an address with this; more of them queue up.
    pub fn answer_discovery(&self, reply: Reply) {
        self.shared.state().discoveries.push_back(reply);
    }

    /// Answers the next handshake with this instead of a connection; more of them queue up.
    pub fn answer_handshake(&self, reply: Reply) {
        self.shared.state().handshakes.push_back(reply);
    }

    /// The requests for addresses so far.
    pub fn discoveries(&self) -> Vec<Received> {
        self.shared.state().record.discoveries.clone()
    }

    /// The handshakes so far.
    pub fn handshakes(&self) -> Vec<Received> {
        self.shared.state().record.handshakes.clone()
    }

    /// The calls of the bot so far, without those for tokens.
    pub fn calls(&self) -> Vec<Received> {
        self.shared.state().record.calls.clone()
    }

    /// How many connections are open.
    pub fn open_connections(&self) -> usize {
        *self.shared.open.borrow()
    }

    /// Waits until so many connections are open.
    pub async fn wait_for_connections(&self, number: usize) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.shared.open.subscribe().wait_for(|open| *open == number).await;
    }

    /// How many pings came.
    pub fn pings(&self) -> u64 {
        self.shared.pings.load(Ordering::Relaxed)
    }

    /// How many messages came that are no pings and answer nothing that was pushed, or were answered too late.
    pub fn strange_messages(&self) -> u64 {
        self.shared.strange.load(Ordering::Relaxed)
    }

    fn command(&self, command: &Command) {
        for connection in self.shared.state().connections.values() {
            let _ = connection.send(command.clone());
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs something until the platform is dropped.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let handle = tokio::spawn(task).abort_handle();
        if self.is_closing.load(Ordering::SeqCst) {
            return handle.abort();
        }
        let mut state = self.state();
        if state.tasks.len() >= 1024 {
            state.tasks.retain(|task| !task.is_finished());
        }
        state.tasks.push(handle);
    }
}

impl Drop for LoopbackPlatform {
    fn drop(&mut self) {
        self.accepting.abort();
        self.shared.is_closing.store(true, Ordering::SeqCst);
        let tasks = std::mem::take(&mut self.shared.state().tasks);
        tasks.iter().for_each(AbortHandle::abort);
    }
}

impl fmt::Debug for LoopbackPlatform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LoopbackPlatform")
            .field("address", &self.address)
            .field("open_connections", &self.open_connections())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for LoopbackPlatformBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = &self.settings.numbers;
        formatter.debug_struct("LoopbackPlatformBuilder").field("client_config", numbers).finish_non_exhaustive()
    }
}
