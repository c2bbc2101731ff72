//! The long connection: events over a WebSocket, for programs without a public address.
//!
//! `client.long_connection(dispatcher)` gives a [`LongConnection`]; [`run`](LongConnection::run) connects, hands events
//! to the handlers of the same [`Dispatcher`] that takes webhooks, and connects again whenever the connection is lost.
//! It needs a custom (self-built) app whose subscription is set to the long connection in the developer console.
//!
//! ```no_run
//! # use feishu_openapi_runtime as feishu_openapi;
//! use feishu_openapi::event::{Delivery, Dispatcher};
//! use feishu_openapi::serde_json::Value;
//! # async fn example(client: feishu_openapi::Core) -> Result<(), feishu_openapi::Error> {
//! let dispatcher = Dispatcher::without_webhook().on_other(|delivery: Delivery<Value>| async move {
//!     println!("{} holds {}", delivery.header.event_type, delivery.event);
//!     Ok(())
//! });
//! let connection = client.long_connection(dispatcher);
//! let handle = connection.handle();
//! tokio::spawn(async move {
//!     tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
//!     handle.stop();
//! });
//! connection.run().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is promised
//!
//! - Feishu sends each event to one of an app's connections, at least once, in no order, and again when it is not
//!   answered within three seconds.
//! - An event is acknowledged after its handler, or after 2.5 seconds at the latest, see [`Ack`].
//!   An event whose handler fails is sent again, one without a handler is acknowledged and dropped.
//! - What comes again is known by its `event_id` and not handled again, as with webhooks.
//! - Feishu closes connections as it likes, every few minutes perhaps; that is told to `tracing` at the level `debug`,
//!   and the next attempt comes within a second.
//!   When attempts fail, waits double, up to the number that the platform gives (two minutes).
//! - A dead connection is noticed after two intervals of pings (four minutes, or less with
//!   [`max_ping_interval`](LongConnection::max_ping_interval)) by itself, and sooner by TCP, whose keep-alive the default
//!   transport sets.
//! - Memory is bounded: by [`max_in_flight`](LongConnection::max_in_flight), 64 MiB of events in handlers, 16 MiB for a
//!   message, 32 MiB for messages whose parts are still coming.
//!
//! # Proxies and certificates
//!
//! The connection begins as a request through the client's [`Transport`], so proxies and certificates are those of the
//! client: the default transport takes proxies from the environment and speaks to them with `CONNECT`.
//! A `reqwest` client of your own is used as well; it must be built with `http1_only()`, because a connection on HTTP/2
//! cannot become a WebSocket, or you give the long connection a transport of its own with
//! [`transport`](LongConnection::transport).

mod backoff;
mod connection;
mod delivery;
mod discovery;
pub(crate) mod frame;
mod handlers;
mod numbers;
mod parts;
mod socket;
mod state;
mod stop;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{HeaderName, HeaderValue};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use self::backoff::Backoff;
use self::connection::{Connection, End};
use self::discovery::{OPERATION, Refusal, discover};
use self::handlers::Handlers;
use self::numbers::Numbers;
use self::socket::{Handshake, Reader, Writer};
use self::state::Publisher;
use self::stop::Stop;
use crate::core::Core;
use crate::error::{Error, Kind};
use crate::event::Dispatcher;
use crate::transport::{BoxFuture, Transport};

pub use self::delivery::Ack;
pub use self::state::{ConnectionState, Phase};

/// A connection over which events come; made by `long_connection` of the client, used up by [`run`](Self::run).
#[must_use = "a long connection does nothing until `run` is called"]
pub struct LongConnection {
    core: Core,
    dispatcher: Arc<Dispatcher>,
    transport: Option<Arc<dyn Transport>>,
    handshake: Handshake,
    invalid: Option<String>,
    ack: Ack,
    max_in_flight: usize,
    max_ping_interval: Option<Duration>,
    connect_timeout: Duration,
    drain_timeout: Duration,
    first_backoff: Duration,
    max_backoff: Option<Duration>,
    state: Arc<Publisher>,
    stop: Stop,
}

/// Watches and stops a [`LongConnection`]; a clone does the same.
#[derive(Clone, Debug)]
pub struct LongConnectionHandle {
    state: Arc<Publisher>,
    stop: Stop,
}

impl LongConnectionHandle {
    /// Tells the connection to stop: it takes no more events, lets handlers finish, answers for them, and `run` returns.
    ///
    /// A connection that does not run yet stops as soon as it is run.
    pub fn stop(&self) {
        self.stop.request();
    }

    /// What is known about the connection now.
    pub fn state(&self) -> ConnectionState {
        self.state.current()
    }

    /// The state as it changes; [`last_frame`](ConnectionState::last_frame) alone wakes nobody.
    pub fn watch(&self) -> watch::Receiver<ConnectionState> {
        self.state.subscribe()
    }
}

impl Core {
    /// A connection over which events come to this dispatcher, without a public address.
    ///
    /// Signatures and tokens are not checked, for the connection itself is authentic; the dispatcher's receiver is not
    /// used. The base URL of the client says whether the app is one of Feishu or of Lark.
    pub fn long_connection(&self, dispatcher: impl Into<Arc<Dispatcher>>) -> LongConnection {
        LongConnection {
            core: self.clone(),
            dispatcher: dispatcher.into(),
            transport: None,
            handshake: Handshake::default(),
            invalid: None,
            ack: Ack::default(),
            max_in_flight: 1024,
            max_ping_interval: None,
            connect_timeout: Duration::from_secs(15),
            drain_timeout: Duration::from_secs(10),
            first_backoff: Duration::from_secs(1),
            max_backoff: None,
            state: Arc::new(Publisher::new()),
            stop: Stop::new(),
        }
    }
}

impl LongConnection {
    /// When events are acknowledged: after the handler, but within 2.5 seconds, unless set.
    pub fn ack(mut self, ack: Ack) -> Self {
        self.ack = ack;
        self
    }

    /// How many events may be handled at a time; 1,024 unless set, and at least 1.
    ///
    /// Where there are more, reading stops for up to a second; after that events are refused, and Feishu sends them
    /// again.
    pub fn max_in_flight(mut self, events: usize) -> Self {
        self.max_in_flight = events.max(1);
        self
    }

    /// The longest time between two pings; the platform says 120 seconds, and a longer time has no effect.
    ///
    /// After two such times and a few seconds without any message the connection counts as dead.
    pub fn max_ping_interval(mut self, interval: Duration) -> Self {
        // A ping is cheap, an endless loop of them is not.
        self.max_ping_interval = Some(interval.max(Duration::from_millis(10)));
        self
    }

    /// How long asking for the address may take, and connecting after it; 15 seconds each unless set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long handlers may go on when the connection is told to stop; 10 seconds unless set.
    ///
    /// Those that need longer are dropped, and their events are sent again, unless they were acknowledged.
    pub fn drain_timeout(mut self, limit: Duration) -> Self {
        self.drain_timeout = limit;
        self
    }

    /// The waits between attempts to connect: they begin with `first`, one second unless set, and double up to `max`.
    ///
    /// By default they end at the interval that the platform asks for, two minutes as a rule; a longer `max` has no
    /// effect. Each wait is random between half of it and the whole.
    pub fn backoff(mut self, first: Duration, max: Duration) -> Self {
        self.first_backoff = first;
        self.max_backoff = Some(max);
        self
    }

    /// Adds a header to the handshake of the WebSocket, for gateways; its value is kept out of logs.
    ///
    /// `run` fails if it is not a header, or one of `Host`, `Connection`, `Upgrade` and `Sec-WebSocket-*`, which belong
    /// to the handshake.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        match (HeaderName::try_from(name), HeaderValue::try_from(value.as_ref())) {
            (Ok(key), Ok(mut value)) if socket::is_own_header(&key) => {
                value.set_sensitive(true);
                self.handshake.headers.append(key, value);
            }
            (Ok(key), Ok(_)) => self.invalid = Some(format!("the header `{key}` belongs to the handshake")),
            (Ok(key), Err(_)) => self.invalid = Some(format!("the value of the header `{key}` is not allowed")),
            (Err(_), _) => self.invalid = Some(format!("{name:?} is not the name of a header")),
        }
        self
    }

    /// Connects to this host, and perhaps port, instead of the one that the platform names: `gateway.example.com:8443`.
    ///
    /// `run` fails if it is not a host.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        let host = host.into();
        match host.parse::<http::uri::Authority>() {
            Ok(authority) if !host.contains('@') && !authority.host().is_empty() => self.handshake.host = Some(host),
            _ => self.invalid = Some("the host to connect to is not a host, or a host and a port".to_owned()),
        }
        self
    }

    /// Connects in another way than the client: the transport's [`upgrade`](Transport::upgrade) is used.
    ///
    /// The address is still asked for with the transport of the client.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// What watches and stops this connection.
    pub fn handle(&self) -> LongConnectionHandle {
        LongConnectionHandle { state: self.state.clone(), stop: self.stop.clone() }
    }

    /// Connects and hands events to handlers, until it is told to stop.
    ///
    /// A connection that is lost is replaced; there is never more than one at a time.
    /// When the future is dropped, the connection is closed and handlers are dropped at once.
    ///
    /// # Errors
    ///
    /// If the platform refuses in a way that will not pass:
    ///
    /// | error | what to do |
    /// | --- | --- |
    /// | [`is_configuration`](Error::is_configuration) | the client has no app, a store app (which gets events by webhook only), or a setting is invalid |
    /// | code 1000040350 | the app has too many connections: stop other programs, 50 are allowed |
    /// | code 1000040351 | the app belongs to the other brand: set `base_url` to [`LARKSUITE`](crate::LARKSUITE) or [`FEISHU`](crate::FEISHU) |
    /// | status 403 of the handshake | the app is banned or switched off |
    /// | any other code | app id or secret are wrong, or the app cannot be used |
    ///
    /// It also fails when more attempts fail in a row than the platform allows; by default it allows any number.
    pub async fn run(self) -> Result<(), Error> {
        self.run_here().await
    }

    /// Boxed here, so that all of it is compiled in this crate.
    fn run_here(self) -> BoxFuture<'static, Result<(), Error>> {
        Box::pin(async move {
            let result = Runner::new(&self)?.run().await;
            if let Err(error) = &result {
                tracing::error!(%error, "the long connection has ended");
            }
            result
        })
    }

    fn check(&self) -> Result<(), Error> {
        if self.core.app_or_error()?.is_store_app {
            let message = "store apps get events by webhook only; the long connection is for custom apps";
            return Err(Error::configuration(message));
        }
        match &self.invalid {
            Some(message) => Err(Error::configuration(message.clone())),
            None => Ok(()),
        }
    }
}

/// The life of a long connection over all its connections.
struct Runner<'a> {
    settings: &'a LongConnection,
    numbers: Numbers,
    backoff: Backoff,
    handlers: Handlers,
    /// Says at the end, whatever the end is, that it is over.
    _over: Over<'a>,
}

struct Over<'a>(&'a Publisher);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.phase(Phase::Stopped);
    }
}

impl<'a> Runner<'a> {
    fn new(settings: &'a LongConnection) -> Result<Self, Error> {
        let over = Over(&settings.state);
        settings.check().inspect_err(|error| settings.state.problem(error.to_string(), false))?;
        Ok(Runner {
            settings,
            numbers: Numbers::default(),
            backoff: Backoff::new(settings.first_backoff, settings.max_backoff),
            handlers: Handlers::new(settings.dispatcher.clone(), settings.ack, settings.max_in_flight),
            _over: over,
        })
    }

    async fn run(&mut self) -> Result<(), Error> {
        let settings = self.settings;
        let stop = settings.stop.clone();
        loop {
            settings.state.phase(Phase::Connecting);
            let connected = tokio::select! {
                connected = self.connect() => connected,
                () = stop.requested() => break,
            };
            let wait = match connected {
                Ok((service_id, reader, writer)) => {
                    let opened = Instant::now();
                    settings.state.connected();
                    match self.serve(service_id, reader, writer).await {
                        End::Stopped => {
                            self.handlers.drain(Duration::ZERO).await;
                            break;
                        }
                        End::Lost(problem) => {
                            tracing::debug!(problem, "the long connection was lost");
                            settings.state.problem(problem, false);
                            self.backoff.after_connection(opened.elapsed(), &self.numbers)
                        }
                    }
                }
                Err(refusal) => self.after_failure(refusal)?,
            };
            settings.state.phase(Phase::Waiting { until: SystemTime::now() + wait });
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = stop.requested() => break,
            }
        }
        settings.state.phase(Phase::Stopping);
        self.handlers.drain(settings.drain_timeout).await;
        Ok(())
    }

    /// Asks for an address and connects to it.
    async fn connect(&mut self) -> Result<(i32, Reader, Writer), Refusal> {
        let (settings, limit) = (self.settings, self.settings.connect_timeout);
        let endpoint = discover(&settings.core, limit).await?;
        self.numbers.update(&endpoint.config);
        let transport = settings.transport.as_deref().unwrap_or_else(|| settings.core.transport());
        let user_agent = &settings.core.config().user_agent;
        let opening = socket::open(transport, &endpoint, &settings.handshake, user_agent);
        let (reader, writer) = timeout(limit, opening).await.unwrap_or_else(|_| {
            let message = format!("no WebSocket within the timeout of {limit:?}");
            Err(Refusal::passing(Error::new(Kind::Timeout, message).with_operation(OPERATION.id)))
        })?;
        tracing::debug!(device_id = endpoint.device_id, "the long connection is open");
        Ok((endpoint.service_id, reader, writer))
    }

    async fn serve(&mut self, service_id: i32, reader: Reader, writer: Writer) -> End {
        let connection = Connection {
            service_id,
            max_ping_interval: self.settings.max_ping_interval,
            drain_timeout: self.settings.drain_timeout,
            numbers: &mut self.numbers,
            handlers: &mut self.handlers,
            state: &self.settings.state,
            stop: &self.settings.stop,
        };
        connection.serve(reader, writer).await
    }

    /// How long to wait after a failed attempt.
    fn after_failure(&mut self, refusal: Refusal) -> Result<Duration, Error> {
        let Refusal { error, is_final } = refusal;
        self.settings.state.problem(error.to_string(), true);
        if is_final {
            return Err(error);
        }
        match self.backoff.after_failure(&self.numbers) {
            Some(wait) => {
                tracing::warn!(%error, ?wait, "the long connection could not be opened; the next attempt follows");
                Ok(wait)
            }
            None => Err(error),
        }
    }
}

impl fmt::Debug for LongConnection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LongConnection")
            .field("core", &self.core)
            .field("dispatcher", &self.dispatcher)
            .field("ack", &self.ack)
            .field("max_in_flight", &self.max_in_flight)
            .field("state", &self.state.current())
            .finish_non_exhaustive()
    }
}
