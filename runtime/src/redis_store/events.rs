//! Which events were handled, for all machines together.

use std::sync::LazyLock;

use ::redis::Script;

use super::{RedisStore, milliseconds};
use crate::event::{BoxError, CLAIM_LEASE, Claim, REMEMBERED, SeenEvents};
use crate::transport::BoxFuture;

/// Claims an event or extends a claim: 0 if the owner has it now, 1 if another owner has it, 2 if the event is done.
static CLAIM: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local value = redis.call('GET', KEYS[1])
        if value == 'done' then return 2 end
        if value and value ~= ARGV[1] then return 1 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 0",
    )
});

/// The value of a claimed event. No owner may be taken for the word for handled events.
fn mark(owner: &str) -> String {
    format!("claimed {owner}")
}

impl RedisStore {
    fn event_key(&self, event_id: &str) -> String {
        format!("{}event {event_id}", self.0.prefix)
    }
}

/// Claims end by themselves after a minute; handled events are remembered for twelve hours.
impl SeenEvents for RedisStore {
    fn claim<'a>(&'a self, event_id: &'a str, owner: &'a str) -> BoxFuture<'a, Result<Claim, BoxError>> {
        Box::pin(async move {
            let mut script = CLAIM.key(self.event_key(event_id));
            script.arg(mark(owner)).arg(milliseconds(CLAIM_LEASE));
            let script = &script;
            let command = async |mut connection| script.invoke_async::<u8>(&mut connection).await;
            Ok(match self.0.run(command).await? {
                0 => Claim::New,
                1 => Claim::InProgress,
                _ => Claim::Done,
            })
        })
    }

    fn finish<'a>(&'a self, event_id: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let mut command = ::redis::cmd("SET");
            command.arg(self.event_key(event_id)).arg("done").arg("PX").arg(milliseconds(REMEMBERED));
            let command = &command;
            self.0.run::<(), _>(async |mut connection| command.query_async(&mut connection).await).await?;
            Ok(())
        })
    }

    fn release(&self, event_id: &str, owner: &str) {
        let Ok(tokio) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (store, key, mark) = (self.clone(), self.event_key(event_id), mark(owner));
        tokio.spawn(async move {
            if let Err(error) = store.remove_value(key, &mark).await {
                crate::token::shared::warn(&error, "the claim on an event could not be given back; it ends by itself");
            }
        });
    }
}
