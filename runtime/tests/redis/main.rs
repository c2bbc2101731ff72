//! The token store in Redis, against a real `redis-server`: several processes, crashes, faults.
//!
//! `cargo test -p feishu-openapi-runtime --test redis -- --nocapture` prints what each fault leads to.

#[path = "../support/accounts.rs"]
mod accounts;
#[path = "../support/child.rs"]
mod child;
mod faults;
#[path = "../support/hooked_store.rs"]
mod hooked_store;
mod processes;
#[path = "../support/redis_server.rs"]
mod redis_server;
mod seen_events;
mod store;

use std::process::ExitCode;

use feishu_openapi_runtime::RedisStore;
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    if child::is_child() {
        let url = std::env::var("FEISHU_TEST_REDIS").expect("the parent says where Redis is");
        runtime().block_on(child::run(RedisStore::open(url).expect("an address of Redis")));
        return ExitCode::SUCCESS;
    }
    let mut trials = [store::trials(), processes::trials(), faults::trials(), seen_events::trials()].concat_trials();
    if !redis_server::is_installed() {
        println!("there is no `redis-server` on the PATH: the {} tests of the Redis store are left out", trials.len());
        trials = trials.into_iter().map(|trial| trial.with_ignored_flag(true)).collect();
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts")
}

/// A test that runs in a runtime of its own.
fn trial<F>(name: &str, test: impl FnOnce() -> F + Send + 'static) -> Trial
where
    F: Future<Output = Result<(), Failed>>,
{
    Trial::test(name, move || runtime().block_on(test()))
}

trait Concat {
    fn concat_trials(self) -> Vec<Trial>;
}

impl<const N: usize> Concat for [Vec<Trial>; N] {
    fn concat_trials(self) -> Vec<Trial> {
        self.into_iter().flatten().collect()
    }
}

/// One line of the table of faults.
fn row(fault: &str, outcome: &str) {
    println!("{fault} | {outcome}");
}
