//! Which events were handled, for all machines together.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use ::redis::Script;

use super::{RedisStore, milliseconds};
use crate::event::{BoxError, Claim, SeenEvents};
use crate::transport::BoxFuture;

/// What this process has claimed: the mark that it set, by event.
pub(super) type Claims = Mutex<HashMap<String, String>>;

/// Claims an event: 0 if it is new, 1 if somebody is at it, 2 if it is done.
static CLAIM: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local value = redis.call('GET', KEYS[1])
        if value == 'done' then return 2 end
        if value and value ~= ARGV[1] then return 1 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 0",
    )
});

/// After so long without a result, a machine is taken to have died; Feishu itself waits three seconds.
const CLAIM_LEASE: Duration = Duration::from_secs(60);

/// Feishu delivers an event again within little more than seven hours, if at all.
const REMEMBERED: Duration = Duration::from_secs(12 * 60 * 60);

impl RedisStore {
    fn event_key(&self, event_id: &str) -> String {
        format!("{}event {event_id}", self.0.prefix)
    }

    fn take_claim(&self, event_id: &str) -> Option<String> {
        self.0.claims.lock().unwrap_or_else(PoisonError::into_inner).remove(event_id)
    }
}

/// Claims end by themselves after a minute; handled events are remembered for twelve hours.
impl SeenEvents for RedisStore {
    fn claim<'a>(&'a self, event_id: &'a str) -> BoxFuture<'a, Result<Claim, BoxError>> {
        Box::pin(async move {
            let mark = uuid::Uuid::new_v4().to_string();
            let mut script = CLAIM.key(self.event_key(event_id));
            script.arg(&mark).arg(milliseconds(CLAIM_LEASE));
            let script = &script;
            let command = async |mut connection| script.invoke_async::<u8>(&mut connection).await;
            match self.0.run(command).await? {
                0 => {
                    let mut claims = self.0.claims.lock().unwrap_or_else(PoisonError::into_inner);
                    claims.insert(event_id.to_owned(), mark);
                    Ok(Claim::New)
                }
                1 => Ok(Claim::InProgress),
                _ => Ok(Claim::Done),
            }
        })
    }

    fn finish<'a>(&'a self, event_id: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            self.take_claim(event_id);
            let mut command = ::redis::cmd("SET");
            command.arg(self.event_key(event_id)).arg("done").arg("PX").arg(milliseconds(REMEMBERED));
            let command = &command;
            self.0.run::<(), _>(async |mut connection| command.query_async(&mut connection).await).await?;
            Ok(())
        })
    }

    fn release(&self, event_id: &str) {
        let (Some(mark), Ok(tokio)) = (self.take_claim(event_id), tokio::runtime::Handle::try_current()) else {
            return;
        };
        let (store, key) = (self.clone(), self.event_key(event_id));
        tokio.spawn(async move {
            if let Err(error) = store.remove_value(key, &mark).await {
                crate::token::shared::warn(&error, "the claim of an event could not be given back; it ends by itself");
            }
        });
    }
}
