//! Several processes, some of which die.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use feishu_openapi_runtime::serde_json::json;
use feishu_openapi_runtime::testing::{Reply, Server};
use feishu_openapi_runtime::{ClientBuilder, Core, RedisStore};
use libtest_mimic::{Failed, Trial};

use crate::accounts::Accounts;
use crate::redis_server::{RedisServer, signal};
use crate::{child, row, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("processes_with_a_cold_cache_make_one_token_request", one_token_request),
        trial("processes_refresh_a_session_once", one_refresh),
        trial("the_lock_of_a_dead_process_ends", the_lock_of_a_dead_process_ends),
        trial("a_process_that_was_stopped_for_long_spoils_nothing", a_process_that_was_stopped_for_long),
    ]
}

/// Feishu, Redis, and a client of this process.
pub(crate) struct Setup {
    pub(crate) accounts: Accounts,
    pub(crate) feishu: Server,
    pub(crate) redis: RedisServer,
    pub(crate) core: Core,
    pub(crate) app_tokens: Arc<AtomicU32>,
}

impl Setup {
    pub(crate) async fn new() -> Result<Self, Failed> {
        let accounts = Accounts::default();
        let app_tokens = Arc::new(AtomicU32::new(0));
        let (answers, given) = (accounts.clone(), app_tokens.clone());
        let feishu = Server::with_handler(move |request| {
            if request.path().starts_with("/open-apis/auth/") {
                let number = given.fetch_add(1, Relaxed) + 1;
                return Reply::tenant_token(&format!("t-{number}")).delay(Duration::from_millis(300));
            }
            match request.token() {
                Some(token) if token.starts_with("t-") => Reply::data(json!({})),
                _ => answers.answer(request),
            }
        });
        let feishu = feishu.await?;
        let redis = RedisServer::start(&[]);
        let core = client(&feishu, &redis)?.build()?;
        Ok(Setup { accounts, feishu, redis, core, app_tokens })
    }

    /// A user whose access token has to be refreshed.
    pub(crate) async fn log_in(&self, user: &str) -> Result<(), Failed> {
        let tokens = self.accounts.log_in(user, Duration::ZERO);
        Ok(self.core.sessions().put(user, &tokens).await?)
    }

    /// Starts processes that make one call each, as this user or as the app; what they print.
    async fn processes(&self, count: usize, user: Option<&str>) -> Vec<String> {
        let children = (0..count).map(|_| self.start(user, None));
        ends(children.collect()).await
    }

    fn start(&self, user: Option<&str>, dies_at: Option<&str>) -> std::process::Child {
        let (feishu, redis) = (self.feishu.url(), self.redis.url());
        let mut environment = vec![("FEISHU_TEST_SERVER", &*feishu), ("FEISHU_TEST_REDIS", &*redis)];
        environment.extend(user.map(|user| ("FEISHU_TEST_USER", user)));
        environment.extend(dies_at.map(|moment| ("FEISHU_TEST_DIES_AT", moment)));
        child::start(&environment)
    }

    /// Whether the store knows the refresh token that works.
    pub(crate) async fn is_whole(&self, user: &str) -> Result<bool, Failed> {
        let stored = self.core.sessions().get(user).await?;
        let stored = stored.as_ref().and_then(|tokens| tokens.refresh_token());
        Ok(stored.is_some() && stored == self.accounts.live_refresh_token(user).as_deref())
    }
}

pub(crate) fn client(feishu: &Server, redis: &RedisServer) -> Result<ClientBuilder<Core>, Failed> {
    let store = RedisStore::builder(redis.url()).timeout(Duration::from_millis(500)).build()?;
    Ok(ClientBuilder::new().custom_app("cli_app", "the-app-secret").base_url(feishu.url()).token_store(store))
}

async fn ends(children: Vec<std::process::Child>) -> Vec<String> {
    let mut printed = Vec::new();
    for child in children {
        let end = tokio::task::spawn_blocking(move || child::end(child).0);
        printed.push(end.await.expect("a child that ends"));
    }
    printed
}

async fn one_token_request() -> Result<(), Failed> {
    let setup = Setup::new().await?;
    assert_eq!(setup.processes(4, None).await, ["ok"; 4]);
    assert_eq!(setup.app_tokens.load(Relaxed), 1);
    Ok(())
}

async fn one_refresh() -> Result<(), Failed> {
    let setup = Setup::new().await?;
    setup.log_in("ou_1").await?;
    setup.accounts.delay(Duration::from_millis(300));
    assert_eq!(setup.processes(4, Some("ou_1")).await, ["ok"; 4]);
    assert_eq!(setup.accounts.refreshes(), 1);
    assert!(setup.is_whole("ou_1").await?);
    Ok(())
}

async fn the_lock_of_a_dead_process_ends() -> Result<(), Failed> {
    let setup = Setup::new().await?;
    setup.log_in("ou_1").await?;
    // Load, lock: the fourth moment is after the lock was taken.
    let child = setup.start(Some("ou_1"), Some("3"));
    assert_eq!(ends(vec![child]).await, ["after lock"]);
    let started = Instant::now();
    assert_eq!(setup.processes(2, Some("ou_1")).await, ["ok"; 2]);
    let waited = started.elapsed().as_secs_f64();
    assert!((5.0..20.0).contains(&waited), "{waited}");
    assert_eq!(setup.accounts.refreshes(), 1);
    row("a process is killed with the lock in hand", &format!("others go on after {waited:.0} s, one refresh"));
    Ok(())
}

async fn a_process_that_was_stopped_for_long() -> Result<(), Failed> {
    let setup = Setup::new().await?;
    setup.log_in("ou_1").await?;
    setup.accounts.delay(Duration::from_secs(1));
    let stopped = setup.start(Some("ou_1"), None);
    while setup.accounts.refreshes() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    signal(&stopped, "STOP");
    setup.accounts.delay(Duration::ZERO);
    // Its lock ends, the refresh token is used up: nobody else can know better.
    assert_eq!(setup.processes(1, Some("ou_1")).await, ["login required"]);
    signal(&stopped, "CONT");
    assert_eq!(ends(vec![stopped]).await, ["ok"]);
    assert_eq!(setup.processes(2, Some("ou_1")).await, ["ok"; 2]);
    assert!(setup.is_whole("ou_1").await?);
    row(
        "a process is stopped during a refresh, for longer than its lock",
        "others say \"login required\" until it goes on",
    );
    Ok(())
}
