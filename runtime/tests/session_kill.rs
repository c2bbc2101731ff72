//! Kills a process at every moment of a refresh: the session survives, or says that the user must log in again.
//!
//! A child process makes a call whose token has to be refreshed, and dies before or after one of the operations that
//! this takes; a second child then makes the same call.
//! The parent is Feishu and the token store, and knows what the truth is.

#[path = "support/accounts.rs"]
mod accounts;
#[path = "support/child.rs"]
mod child;
#[path = "support/hooked_store.rs"]
mod hooked_store;
#[path = "support/shared_store.rs"]
mod shared_store;

use std::time::Duration;

use feishu_openapi_runtime::testing::Server;
use feishu_openapi_runtime::{ClientBuilder, Core, MemoryTokenStore};
use libtest_mimic::{Arguments, Failed, Trial};

use accounts::Accounts;
use shared_store::RemoteStore;

fn main() -> std::process::ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    if child::is_child() {
        let server = std::env::var("FEISHU_TEST_SERVER").expect("the parent says where it is");
        runtime.block_on(child::run(RemoteStore::new(&server)));
        return std::process::ExitCode::SUCCESS;
    }
    let trial = |name: &str, left| {
        let handle = runtime.handle().clone();
        Trial::test(name, move || handle.block_on(kill_at_every_moment(left)))
    };
    let trials = vec![
        trial("a_session_survives_or_says_so_when_its_process_is_killed", Duration::ZERO),
        trial("an_access_token_that_still_works_is_not_lost_with_its_refresh", Duration::from_secs(240)),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// What one kill led to.
struct Row {
    moment: String,
    /// The refresh token was used up, and the store does not know its successor.
    is_lost: bool,
    afterwards: String,
}

async fn kill_at_every_moment(left: Duration) -> Result<(), Failed> {
    let accounts = Accounts::default();
    let store = MemoryTokenStore::new();
    let (feishu, kept) = (accounts.clone(), store.clone());
    let server = Server::with_handler(move |request| match request.path().starts_with("/store/") {
        true => shared_store::answer(&kept, request),
        false => feishu.answer(request),
    });
    let server = server.await?;
    let core: Core = ClientBuilder::new()
        .custom_app("cli_app", "the-app-secret")
        .base_url(server.url())
        .token_store(store)
        .build()?;
    let mut table = Vec::new();
    for moment in 0.. {
        let user = format!("ou_{moment}");
        core.sessions().put(&user, &accounts.log_in(&user, left)).await?;
        let (url, at) = (server.url(), moment.to_string());
        let environment = [("FEISHU_TEST_SERVER", &*url), ("FEISHU_TEST_USER", &*user), ("FEISHU_TEST_DIES_AT", &*at)];
        let (printed, has_died) = in_child(&environment).await;
        if !has_died {
            assert_eq!(printed, "ok");
            break;
        }
        let kept = core.sessions().get(&user).await?.ok_or("the session has vanished")?;
        let is_lost = kept.refresh_token() != accounts.live_refresh_token(&user).as_deref();
        let (afterwards, has_died) = in_child(&environment[..2]).await;
        assert!(!has_died);
        table.push(Row { moment: printed, is_lost, afterwards });
    }
    check(&table, left);
    Ok(())
}

async fn in_child(environment: &[(&str, &str)]) -> (String, bool) {
    let child = child::start(environment);
    tokio::task::spawn_blocking(move || child::end(child)).await.expect("a child that ends")
}

fn check(table: &[Row], left: Duration) {
    println!("killed … | used up and lost | the next call");
    for row in table {
        println!("{} | {} | {}", row.moment, if row.is_lost { "yes" } else { "no" }, row.afterwards);
        let may_need_login = row.is_lost && left < Duration::from_secs(60);
        assert_eq!(row.afterwards, if may_need_login { "login required" } else { "ok" }, "killed {}", row.moment);
    }
    let moments: Vec<&str> = table.iter().map(|row| row.moment.as_str()).collect();
    for moment in ["after lock", "before refresh", "after refresh", "before replace", "after replace", "before unlock"]
    {
        assert!(moments.contains(&moment), "nobody was killed {moment}");
    }
    let lost: Vec<&str> = table.iter().filter(|row| row.is_lost).map(|row| row.moment.as_str()).collect();
    // The only moments that nobody can help: Feishu has answered, and nothing is saved yet.
    assert_eq!(lost, ["after refresh", "before replace"]);
}
