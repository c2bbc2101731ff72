//! A small server on a loopback socket.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::http1::{self, Connection};
use super::reply::Fault;
use super::script::{Script, calls};
use super::{Received, Reply};

/// A small HTTP/1.1 server on a loopback socket, for tests and examples.
///
/// It stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    script: Arc<Script>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Answers one request after the other, then with HTTP 500.
    ///
    /// Requests for tenant access tokens are answered with `t-1`, `t-2`, and so on, those for tokens of users with
    /// `u-1` and `r-1`, `u-2` and `r-2`.
    ///
    /// # Errors
    ///
    /// If no socket can be opened, or outside of a tokio runtime.
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> io::Result<Self> {
        Server::with_script(Script::list(replies)).await
    }

    /// Answers every request, those for tokens too, with what `handler` says.
    ///
    /// # Errors
    ///
    /// If no socket can be opened.
    pub async fn with_handler(handler: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> io::Result<Self> {
        Server::with_script(Script::handler(Box::new(handler))).await
    }

    async fn with_script(script: Script) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let script = Arc::new(script);
        Ok(Server {
            address: listener.local_addr()?,
            script: script.clone(),
            accepting: tokio::spawn(accept(listener, script)),
        })
    }

    /// The base URL for a client, as `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far that were read to their end.
    pub fn requests(&self) -> Vec<Received> {
        self.script.received()
    }

    /// The requests so far without those for tokens.
    pub fn calls(&self) -> Vec<Received> {
        calls(self.script.received())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, script: Arc<Script>) {
    // Dropped together with this task: no connection outlives the server.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let script = script.clone();
                connections.spawn(async move {
                    // A client that goes away is none of the server's business.
                    let _ = serve(stream, &script).await;
                });
            }
            // For example, too many open files: others will be closed.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, script: &Script) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut connection = Connection::new(stream);
    while let Some(head) = connection.read_head().await? {
        if script.drops_before_reading(&head.to_received(Default::default())) {
            return Ok(());
        }
        let body = connection.read_body(&head).await?;
        let reply = script.answer(head.to_received(body));
        // Sleeping for no time takes a millisecond.
        if !reply.delay.is_zero() {
            tokio::time::sleep(reply.delay).await;
        }
        if matches!(reply.fault, Some(fault) if fault != Fault::Truncate) {
            return Ok(());
        }
        http1::write(connection.stream(), &reply).await?;
        if reply.fault.is_some() {
            return Ok(());
        }
    }
    Ok(())
}

impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}
