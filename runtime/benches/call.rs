//! One call of this crate against the same call written by hand with reqwest and
//! serde_json: allocations and time.
//!
//! `cargo bench -p feishu-openapi-runtime --bench call [calls]`
//!
//! With `only-ours` or `only-by-hand` only one side runs, so that instructions can
//! be counted from outside: `valgrind --tool=callgrind … only-ours 2000`.

#[path = "../tests/runtime/sample.rs"]
mod sample;

use std::time::{Duration, Instant};

use feishu_openapi_runtime::testing::{Reply, Server};
use feishu_openapi_runtime::{Call, ClientBuilder, Core, Tenant, serde_json};
use sample::{Member, RemoveMembers, UserIdType};

/// What a careful person writes by hand.
mod by_hand {
    #[derive(serde::Serialize)]
    pub(crate) struct Body {
        pub(crate) members: Vec<Member>,
    }

    #[derive(serde::Serialize, serde::Deserialize)]
    pub(crate) struct Member {
        pub(crate) id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(crate) r#type: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(crate) role: Option<Role>,
    }

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub(crate) enum Role {
        Assignee,
        Follower,
    }

    #[derive(serde::Deserialize)]
    pub(crate) struct Envelope {
        pub(crate) code: i64,
        pub(crate) msg: String,
        pub(crate) data: Option<Data>,
    }

    #[derive(serde::Deserialize)]
    pub(crate) struct Data {
        pub(crate) task: Task,
    }

    #[derive(serde::Deserialize)]
    pub(crate) struct Task {
        pub(crate) guid: String,
        pub(crate) summary: String,
        pub(crate) members: Vec<Member>,
        pub(crate) due: Option<Due>,
        pub(crate) mode: Option<i64>,
    }

    #[derive(serde::Deserialize)]
    pub(crate) struct Due {
        pub(crate) timestamp: String,
        pub(crate) is_all_day: bool,
    }
}

const GUID: &str = "83912691-2e43-47fc-94a4-d512e03984fa";
const USER: &str = "ou_2cefb2f014f8d0c6c2d2eb7bafb0e54f";

/// An answer of about 2 KB.
fn answer() -> serde_json::Value {
    let member = |number: usize| {
        let role = if number.is_multiple_of(2) { "assignee" } else { "follower" };
        serde_json::json!({ "id": format!("{USER}{number:02}"), "type": "user", "role": role })
    };
    serde_json::json!({ "task": {
        "guid": GUID,
        "summary": "Weekly report",
        "description": "Collect what was done. ".repeat(20),
        "members": (0..16).map(member).collect::<Vec<_>>(),
        "due": { "timestamp": "1675454764000", "is_all_day": true },
        "mode": 2,
        "url": "https://applink.feishu.cn/client/todo/detail?guid=83912691",
    } })
}

async fn ours(core: &Core) {
    let request =
        RemoveMembers::new(GUID, [Member::new(USER).r#type("user").role("assignee")]).user_id_type(UserIdType::OpenId);
    let answer = Call::new(core, Tenant::default().into(), request).await;
    let task = answer.ok().and_then(|answer| answer.task);
    assert_eq!(task.map(|task| task.members.len()), Some(16));
}

async fn by_hand(client: &reqwest::Client, base_url: &str) {
    let member =
        by_hand::Member { id: USER.to_owned(), r#type: Some("user".to_owned()), role: Some(by_hand::Role::Assignee) };
    let answer = client
        .post(format!("{base_url}/open-apis/task/v2/tasks/{GUID}/remove_members"))
        .query(&[("user_id_type", "open_id")])
        .bearer_auth("t-1")
        .json(&by_hand::Body { members: vec![member] })
        .send()
        .await
        .and_then(reqwest::Response::error_for_status);
    let body = match answer {
        Ok(answer) => answer.bytes().await.unwrap_or_default(),
        Err(_) => Default::default(),
    };
    let envelope: Option<by_hand::Envelope> = serde_json::from_slice(&body).ok();
    let envelope = envelope.filter(|envelope| envelope.code == 0 && envelope.msg == "success");
    let task = envelope.and_then(|envelope| envelope.data).map(|data| data.task);
    let all_there = task.filter(|task| {
        task.guid == GUID
            && !task.summary.is_empty()
            && task.mode == Some(2)
            && task.due.as_ref().is_some_and(|due| due.is_all_day && !due.timestamp.is_empty())
    });
    assert_eq!(all_there.map(|task| task.members.len()), Some(16));
}

/// Per call: allocations, bytes, time.
fn measure(runtime: &tokio::runtime::Runtime, calls: u64, work: impl AsyncFn()) -> (u64, u64, Duration) {
    runtime.block_on(async {
        for _ in 0..50 {
            work().await;
        }
    });
    let started = Instant::now();
    let counted = allocation_counter::measure(|| {
        runtime.block_on(async {
            for _ in 0..calls {
                work().await;
            }
        });
    });
    let time = started.elapsed().div_f64(calls as f64);
    (counted.count_total / calls, counted.bytes_total / calls, time)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let calls = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(2000);
    let skips = |side: &str| arguments.iter().any(|argument| argument == side);

    // The server has its own thread: its allocations are not counted.
    let (send_url, url) = std::sync::mpsc::channel();
    std::thread::spawn(move || -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let reply = Reply::data(answer());
            let server = Server::with_handler(move |request| match request.is_token_request() {
                true => Reply::tenant_token("t-1"),
                false => reply.clone(),
            });
            let server = server.await?;
            let _ = send_url.send(server.url());
            std::future::pending().await
        })
    });
    let base_url = url.recv()?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let core: Core = ClientBuilder::new().custom_app("cli_app", "secret").base_url(&base_url).build()?;
    let client = reqwest::Client::new();
    println!("{} bytes of answer, {calls} calls", answer().to_string().len());
    for round in 1..=3 {
        if !skips("only-ours") {
            let (count, bytes, time) = measure(&runtime, calls, async || by_hand(&client, &base_url).await);
            println!("{round} by hand: {count} allocations, {bytes} bytes, {time:?} per call");
        }
        if !skips("only-by-hand") {
            let (count, bytes, time) = measure(&runtime, calls, async || ours(&core).await);
            println!("{round} ours:    {count} allocations, {bytes} bytes, {time:?} per call");
        }
    }
    Ok(())
}
