//! Redis as the memory that many machines share.

#[cfg(feature = "events")]
mod events;
mod tokens;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, Client, FromRedisValue, RedisError};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use crate::token::StoreError;

/// Keeps tokens, app tickets and sessions in Redis (or Valkey), for all machines that use the same one.
///
/// With the feature `events` it also remembers which events were handled, see `SeenEvents`.
///
/// ```no_run
/// # mod feishu_openapi { pub use feishu_openapi_runtime::{*, Core as Client}; }
/// use feishu_openapi::{Client, ClientBuilder, RedisStore};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = RedisStore::open("redis://127.0.0.1/")?;
/// let client: Client = ClientBuilder::new().custom_app("cli_1", "secret").token_store(store).build()?;
/// # Ok(())
/// # }
/// ```
///
/// - All machines with a cold cache make one request for a token together: one fetches under a lock, the others wait
///   for what it saves.
/// - Connections are made when they are needed and again when they break; every command is safe to repeat, and is
///   repeated once.
/// - What it keeps is secret: give it a password, and a network of its own or TLS (`rediss://…`, feature `redis-tls`).
/// - Events are known by their `event_id` alone: several apps that handle events with one Redis need a
///   [`prefix`](RedisStoreBuilder::prefix) each.
/// - Sentinels and Redis Cluster are not supported.
///
/// # When something breaks
///
/// | what | then |
/// |---|---|
/// | Redis is down, is full, or is a replica that only reads | calls that need it fail and say so; with [`StoreOutage::OwnTokens`](crate::StoreOutage::OwnTokens), calls as the app go on with tokens of their process, and sessions fail |
/// | it hangs | the same, after the [`timeout`](RedisStoreBuilder::timeout) |
/// | it restarts with its data, or closes connections | nobody notices |
/// | it loses its data | tokens of the app are fetched again, the ticket of a store app is asked for again, and users have to log in; `appendonly yes` keeps sessions |
/// | it dies between the refresh of a session and the save | the call succeeds, and the new tokens are saved when it is back; `SessionChange::Unsaved` has them meanwhile |
/// | a process dies with a lock in hand | the others wait for ten seconds at most |
/// | a process dies between the refresh of a session and the save | the user has to log in once the access token has expired |
/// | a process is stopped for longer than that in a refresh | the others say that the user has to log in, until it goes on |
#[derive(Clone)]
pub struct RedisStore(Arc<Shared>);

struct Shared {
    client: Client,
    prefix: String,
    timeout: Duration,
    connection: Mutex<Connection>,
}

/// The current connection, and how many there were before.
#[derive(Default)]
struct Connection {
    current: Option<MultiplexedConnection>,
    number: u64,
}

impl Connection {
    /// Forgets the connection of this number, if it is the current one.
    fn forget(&mut self, failed: Option<u64>) {
        if failed == Some(self.number) {
            self.current = None;
            self.number += 1;
        }
    }
}

/// Sets up a [`RedisStore`].
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct RedisStoreBuilder {
    url: String,
    prefix: String,
    timeout: Duration,
}

impl RedisStore {
    /// With the default settings; nothing is connected yet.
    ///
    /// The address is `redis://[user:password@]host[:port][/database]`, `rediss://…` with TLS, or
    /// `redis+unix:///path`.
    ///
    /// # Errors
    ///
    /// If `url` is not a valid Redis URL.
    pub fn open(url: impl Into<String>) -> Result<Self, StoreError> {
        RedisStore::builder(url).build()
    }

    /// With settings of your own.
    pub fn builder(url: impl Into<String>) -> RedisStoreBuilder {
        RedisStoreBuilder { url: url.into(), prefix: "feishu-openapi:".to_owned(), timeout: Duration::from_secs(2) }
    }
}

impl RedisStoreBuilder {
    /// What all keys begin with: `feishu-openapi:` by default.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long a command may take, connecting included: two seconds by default.
    ///
    /// After half of it the command is sent again over another connection.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The store; nothing is connected yet.
    ///
    /// # Errors
    ///
    /// If the URL is not a valid Redis URL.
    pub fn build(self) -> Result<RedisStore, StoreError> {
        Ok(RedisStore(Arc::new(Shared {
            client: open(&self.url)?,
            prefix: self.prefix,
            timeout: self.timeout,
            connection: Mutex::default(),
        })))
    }
}

/// Longer than any program waits, and no more than a clock can count.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(60 * 60 * 24 * 366);

/// A command may be sent so often, when connections break.
const ATTEMPTS: u32 = 2;

impl Shared {
    /// Sends a command that may be repeated, in time.
    async fn run<T, F>(&self, command: impl Fn(MultiplexedConnection) -> F) -> Result<T, StoreError>
    where
        T: FromRedisValue,
        F: Future<Output = Result<T, RedisError>>,
    {
        let mut attempt = 1;
        let mut failed = None;
        let now = Instant::now();
        // A limit beyond what the clock can count is as good as none.
        let deadline = now.checked_add(self.timeout).unwrap_or_else(|| now + LONGEST_TIMEOUT);
        loop {
            let mut number = None;
            let exchange = async {
                let connection = self.connect(failed, &mut number).await?;
                command(connection).await
            };
            // A connection that closes may swallow a command without a word; the other half is for another one.
            let end = if attempt == ATTEMPTS { deadline } else { now + (deadline - now) / 2 };
            let error = match timeout_at(end, exchange).await {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("no answer within {:?}", self.timeout),
            };
            // A connection that has failed once, in whatever way, is not trusted again.
            self.drop_connection(number).await;
            if attempt == ATTEMPTS {
                return Err(StoreError::new(format!("Redis at {}: {error}", self.address())));
            }
            tracing::debug!(error, "a command for Redis is sent again");
            attempt += 1;
            failed = number;
        }
    }

    /// Where it is, without user and password.
    fn address(&self) -> String {
        self.client.get_connection_info().addr().to_string()
    }

    /// The current connection unless it is the one that has failed, or a new one that all who wait share.
    async fn connect(
        &self,
        failed: Option<u64>,
        number: &mut Option<u64>,
    ) -> Result<MultiplexedConnection, RedisError> {
        let mut connection = self.connection.lock().await;
        connection.forget(failed);
        *number = Some(connection.number);
        if let Some(current) = &connection.current {
            return Ok(current.clone());
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(self.timeout));
        let new = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        connection.current = Some(new.clone());
        Ok(new)
    }

    /// Forgets a connection that has failed, unless there is a newer one.
    async fn drop_connection(&self, number: Option<u64>) {
        // Whoever holds the lock may be making a new connection, which takes time; who comes again forgets it then.
        if let Ok(mut connection) = self.connection.try_lock() {
            connection.forget(number);
        }
    }
}

/// The address may hold a password and is not repeated.
fn open(url: &str) -> Result<Client, StoreError> {
    if url.starts_with("rediss://") && !cfg!(feature = "redis-tls") {
        return Err(StoreError::new("Redis: `rediss://` needs the feature `redis-tls`"));
    }
    let form =
        "the address has to be `redis://[user:password@]host[:port][/database]`, `rediss://…` or `redis+unix:///path`";
    Client::open(url).map_err(|error| StoreError::new(format!("Redis: {form}: {error}")))
}

/// Milliseconds, of which Redis wants one at least.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).clamp(1, MAX_MILLISECONDS)
}

/// Redis adds times to its clock and refuses what does not fit.
const MAX_MILLISECONDS: u64 = 1000 * 60 * 60 * 24 * 366 * 10;

impl fmt::Debug for RedisStore {
    // The address may hold a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RedisStore")
            .field("prefix", &self.0.prefix)
            .field("timeout", &self.0.timeout)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RedisStoreBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RedisStoreBuilder")
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
