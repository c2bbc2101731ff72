//! The long connection, beside a platform on a loopback socket.

mod life;
mod load;
mod receiving;
mod refusals;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use feishu_openapi_runtime::event::{Delivery, Dispatcher};
use feishu_openapi_runtime::long_connection::{ConnectionState, LongConnection, LongConnectionHandle};
use feishu_openapi_runtime::testing::{LoopbackPlatform, LoopbackPlatformBuilder};
use feishu_openapi_runtime::{ClientBuilder, Core, Error};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

const MILLISECOND: Duration = Duration::from_millis(1);

/// A platform that pushes again soon.
fn platform() -> LoopbackPlatformBuilder {
    LoopbackPlatform::builder().redelivery(20 * MILLISECOND)
}

fn client(platform: &LoopbackPlatform) -> Core {
    let builder = ClientBuilder::<Core>::new().custom_app("cli_1", "the-secret");
    builder.base_url(platform.url()).build().unwrap()
}

/// A connection that connects again soon.
fn connection(platform: &LoopbackPlatform, dispatcher: Dispatcher) -> LongConnection {
    client(platform).long_connection(dispatcher).backoff(MILLISECOND, 5 * MILLISECOND)
}

/// A connection that runs; dropping it drops the connection.
struct Running {
    handle: LongConnectionHandle,
    task: JoinHandle<Result<(), Error>>,
}

impl Running {
    fn start(connection: LongConnection) -> Self {
        Running { handle: connection.handle(), task: tokio::spawn(connection.run()) }
    }

    async fn stop(self) {
        self.handle.stop();
        self.task.await.unwrap().unwrap();
    }

    /// Waits until the state is as wanted.
    async fn state(&self, is_wanted: impl Fn(&ConnectionState) -> bool) -> ConnectionState {
        for _ in 0..20_000 {
            let state = self.handle.state();
            if is_wanted(&state) {
                return state;
            }
            tokio::time::sleep(MILLISECOND).await;
        }
        panic!("still {:?}", self.handle.state());
    }

    /// The error with which it ends.
    async fn failure(self) -> Error {
        tokio::time::timeout(Duration::from_secs(20), self.task).await.unwrap().unwrap().unwrap_err()
    }
}

fn event(id: &str, r#type: &str) -> Value {
    json!({
        "schema": "2.0",
        "header": {
            "event_id": id, "token": "", "create_time": "1700000000000", "event_type": r#type, "tenant_key": "tk",
            "app_id": "cli_1",
        },
        "event": { "text": format!("event {id}") },
    })
}

/// A dispatcher whose only handler counts, and takes some time.
fn counting(takes: Duration) -> (Dispatcher, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let dispatcher = Dispatcher::without_webhook().on_other(move |_: Delivery<Value>| {
        let counter = counter.clone();
        async move {
            tokio::time::sleep(takes).await;
            counter.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    });
    (dispatcher, count)
}
