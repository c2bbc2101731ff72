//! Connections that are lost, die, are stopped.

use feishu_openapi_runtime::long_connection::Phase;
use feishu_openapi_runtime::testing::Silence;

use super::*;

#[tokio::test]
async fn pings_come_at_once_and_by_interval() {
    let platform = platform().start().await.unwrap();
    let connection = connection(&platform, Dispatcher::without_webhook());
    let running = Running::start(connection.max_ping_interval(50 * MILLISECOND));
    let state = running.state(|state| state.last_frame.is_some()).await;
    assert!(state.is_connected(), "the pong to the first ping is the first frame: {state:?}");
    while platform.pings() < 5 {
        tokio::time::sleep(MILLISECOND).await;
    }
    assert_eq!(running.handle.state().connections, 1);
    running.stop().await;
}

#[tokio::test]
async fn the_first_ping_does_not_wait_for_the_interval() {
    let platform = platform().ping_interval(3600).start().await.unwrap();
    let running = Running::start(connection(&platform, Dispatcher::without_webhook()));
    while platform.pings() == 0 {
        tokio::time::sleep(MILLISECOND).await;
    }
    running.stop().await;
    assert_eq!(platform.pings(), 1);
}

#[tokio::test]
async fn a_pong_changes_the_interval() {
    let platform = platform().ping_interval(1).start().await.unwrap();
    // What discovery says is overruled, so that only the pong can have told.
    let running = Running::start(connection(&platform, Dispatcher::without_webhook()));
    while platform.pings() < 2 {
        tokio::time::sleep(10 * MILLISECOND).await;
    }
    running.stop().await;
}

#[tokio::test]
async fn a_peer_that_died_is_noticed_and_replaced() {
    for silence in [Silence::Mute, Silence::BlackHole] {
        let platform = platform().start().await.unwrap();
        let connection = connection(&platform, Dispatcher::without_webhook());
        let running = Running::start(connection.max_ping_interval(50 * MILLISECOND));
        running.state(|state| state.last_frame.is_some()).await;
        platform.fall_silent(silence);
        let state = running.state(|state| !state.is_connected()).await;
        assert!(state.last_problem.as_deref().unwrap().contains("nothing came for"), "{silence:?}: {state:?}");
        platform.fall_silent(None);
        running.state(|state| state.is_connected() && state.connections >= 2).await;
        assert_eq!(platform.push(&event("1", "some.event_v1")).answer().await.code, 200);
        running.stop().await;
    }
}

#[tokio::test]
async fn a_lost_connection_is_replaced_by_one_at_a_time() {
    let platform = platform().start().await.unwrap();
    let running = Running::start(connection(&platform, Dispatcher::without_webhook()));
    for round in 1..=20_u64 {
        running.state(|state| state.is_connected() && state.connections == round).await;
        platform.wait_for_connections(1).await;
        assert_eq!(platform.open_connections(), 1);
        if round % 2 == 0 { platform.kick() } else { platform.drop_connections() }
    }
    let state = running.state(|state| state.connections == 21).await;
    assert_eq!((state.reconnects(), state.failed_attempts), (20, 0));
    assert_eq!((platform.discoveries().len(), platform.handshakes().len()), (21, 21));
    running.stop().await;
    assert_eq!(platform.open_connections(), 0);
}

#[tokio::test]
async fn who_watches_the_state_is_woken_by_changes_but_not_by_each_message() {
    let platform = platform().start().await.unwrap();
    let connection = connection(&platform, Dispatcher::without_webhook());
    let running = Running::start(connection.max_ping_interval(10 * MILLISECOND));
    let mut watch = running.handle.watch();
    watch.wait_for(ConnectionState::is_connected).await.unwrap();
    let before = running.state(|state| state.last_frame.is_some()).await.last_frame;
    running.state(|state| state.last_frame > before).await;
    assert!(!watch.has_changed().unwrap());
    platform.kick();
    watch.wait_for(|state| !state.is_connected()).await.unwrap();
    running.stop().await;
}

#[tokio::test]
async fn stopping_takes_no_more_events_and_lets_handlers_finish() {
    let platform = platform().start().await.unwrap();
    let (dispatcher, count) = counting(200 * MILLISECOND);
    let running = Running::start(connection(&platform, dispatcher));
    let first = platform.push(&event("1", "some.event_v1"));
    while first.deliveries() == 0 {
        tokio::time::sleep(MILLISECOND).await;
    }
    // The event is on its way; let the handler begin.
    tokio::time::sleep(50 * MILLISECOND).await;
    running.handle.stop();
    running.state(|state| state.phase == Phase::Stopping).await;
    let second = platform.push(&event("2", "some.event_v1"));
    let handle = running.handle.clone();
    running.stop().await;
    assert_eq!(handle.state().phase, Phase::Stopped);
    assert_eq!((first.answer().await.deliveries, count.load(Ordering::SeqCst)), (1, 1));
    // Nobody answered the second one, and the next program will.
    assert_eq!(platform.open_connections(), 0);
    let (dispatcher, count) = counting(Duration::ZERO);
    let running = Running::start(connection(&platform, dispatcher));
    assert_eq!(second.answer().await.code, 200);
    assert_eq!(count.load(Ordering::SeqCst), 1);
    running.stop().await;
}

#[tokio::test]
async fn stopping_waits_for_handlers_for_a_bounded_time() {
    let platform = platform().start().await.unwrap();
    let (dispatcher, count) = counting(Duration::from_secs(3600));
    let running = Running::start(connection(&platform, dispatcher).drain_timeout(50 * MILLISECOND));
    let push = platform.push(&event("1", "some.event_v1"));
    while push.deliveries() == 0 {
        tokio::time::sleep(MILLISECOND).await;
    }
    tokio::time::timeout(Duration::from_secs(20), running.stop()).await.unwrap();
    assert_eq!((count.load(Ordering::SeqCst), platform.open_connections()), (0, 0));
}

#[tokio::test]
async fn it_stops_while_it_connects_and_while_it_waits() {
    let platform = platform().start().await.unwrap();
    let client = client(&platform);
    // Told before it runs.
    let connection = client.long_connection(Dispatcher::without_webhook());
    connection.handle().stop();
    connection.run().await.unwrap();
    // While it waits for an address.
    platform.answer_discovery(feishu_openapi_runtime::testing::Reply::code(200, 1, "").delay(Duration::from_secs(60)));
    let running = Running::start(client.long_connection(Dispatcher::without_webhook()));
    running.state(|state| state.phase == Phase::Connecting).await;
    running.stop().await;
    // Between attempts.
    platform.answer_discovery(feishu_openapi_runtime::testing::Reply::code(200, 1, ""));
    let hour = Duration::from_secs(3600);
    let running = Running::start(client.long_connection(Dispatcher::without_webhook()).backoff(hour, hour));
    running.state(|state| matches!(state.phase, Phase::Waiting { .. })).await;
    running.stop().await;
}

#[tokio::test]
async fn dropping_it_closes_the_connection_and_drops_handlers() {
    let platform = platform().max_deliveries(1).start().await.unwrap();
    let (dispatcher, count) = counting(200 * MILLISECOND);
    let running = Running::start(connection(&platform, dispatcher));
    let push = platform.push(&event("1", "some.event_v1"));
    while push.deliveries() == 0 {
        tokio::time::sleep(MILLISECOND).await;
    }
    running.task.abort();
    platform.wait_for_connections(0).await;
    let _ = running.task.await;
    assert_eq!(running.handle.state().phase, Phase::Stopped);
    tokio::time::sleep(300 * MILLISECOND).await;
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn handlers_outlive_the_connection_over_which_their_event_came() {
    let platform = platform().ack_timeout(20 * MILLISECOND).start().await.unwrap();
    let (dispatcher, count) = counting(200 * MILLISECOND);
    let running = Running::start(connection(&platform, dispatcher));
    let push = platform.push(&event("1", "some.event_v1"));
    while push.deliveries() == 0 {
        tokio::time::sleep(MILLISECOND).await;
    }
    tokio::time::sleep(20 * MILLISECOND).await;
    platform.drop_connections();
    // It comes again over the next connection, and is known there.
    assert_eq!(push.answer().await.code, 200);
    assert_eq!(count.load(Ordering::SeqCst), 1);
    assert!(running.handle.state().connections >= 2);
    running.stop().await;
}
