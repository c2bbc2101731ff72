//! The life of one open connection: reads, writes, pings, and notices when the other side is gone.

use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tokio_tungstenite::tungstenite;

use super::delivery::{Delivery, FAILED};
use super::frame::{CONTROL, DATA, Frame};
use super::handlers::Handlers;
use super::numbers::Numbers;
use super::parts::{Added, Parts};
use super::socket::{Reader, Received, Writer};
use super::state::{Phase, Publisher};
use super::stop::Stop;

/// How long a peer may be silent beyond two intervals of pings.
const GRACE: Duration = Duration::from_secs(5);
/// How long a write may be stuck.
const MAX_WRITE: Duration = Duration::from_secs(10);
/// How long an event waits for a place among those that are being handled.
const MAX_WAIT: Duration = Duration::from_secs(1);
/// How many answers wait to be written; handlers with more of them wait.
const MAX_OUTGOING: usize = 256;
/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// How a connection ended.
#[derive(Debug)]
pub(crate) enum End {
    /// It was told to stop; handlers that were through in time were answered.
    Stopped,
    /// It is lost; why.
    Lost(String),
}

pub(crate) struct Connection<'a> {
    pub(crate) service_id: i32,
    pub(crate) max_ping_interval: Option<Duration>,
    pub(crate) drain_timeout: Duration,
    pub(crate) numbers: &'a mut Numbers,
    pub(crate) handlers: &'a mut Handlers,
    pub(crate) state: &'a Publisher,
    pub(crate) stop: &'a Stop,
}

/// What changes while a connection is open.
struct Life {
    parts: Parts,
    outgoing: mpsc::Sender<Vec<u8>>,
    last_frame: Instant,
    next_ping: Instant,
    /// An event for which there is no place yet, and how long it waits.
    waiting: Option<(Delivery, Instant)>,
    /// An event waited in vain, and no handler has finished since.
    is_overloaded: bool,
}

type Writing<'a> = Pin<&'a mut (dyn Future<Output = Result<(), String>> + Send)>;

impl Connection<'_> {
    /// Serves the connection until it is lost, or told to stop.
    pub(crate) async fn serve(mut self, mut reader: Reader, mut writer: Writer) -> End {
        let (outgoing, queue) = mpsc::channel(MAX_OUTGOING);
        let now = Instant::now();
        let life = Life {
            parts: Parts::default(),
            outgoing,
            last_frame: now,
            next_ping: now,
            waiting: None,
            is_overloaded: false,
        };
        {
            let mut writing = pin!(write(&mut writer, queue));
            if let Err(problem) = self.live(&mut reader, writing.as_mut(), life).await {
                return End::Lost(problem);
            }
            self.drain(&mut reader, writing).await;
        }
        goodbye(&mut reader, &mut writer).await;
        End::Stopped
    }

    /// Returns `Ok` when it is told to stop.
    async fn live(&mut self, reader: &mut Reader, mut writing: Writing<'_>, mut life: Life) -> Result<(), String> {
        let mut timer = pin!(sleep_until(life.next_ping));
        loop {
            tokio::select! {
                () = self.stop.requested() => return Ok(()),
                written = &mut writing => return written,
                () = timer.as_mut() => self.tick(&mut life)?,
                () = self.handlers.finished() => self.make_use_of_room(&mut life),
                received = reader.next(), if life.waiting.is_none() => {
                    life.last_frame = Instant::now();
                    self.state.frame();
                    self.receive(received, &mut life)?;
                }
            }
            let deadline = self.next_deadline(&life);
            // Firing early does no harm, and moving the timer for each frame would cost.
            if timer.is_elapsed() || deadline < timer.deadline() {
                timer.as_mut().reset(deadline);
            }
        }
    }

    fn ping_interval(&self) -> Duration {
        self.max_ping_interval.map_or(self.numbers.ping_interval, |max| max.min(self.numbers.ping_interval))
    }

    fn silence_ends(&self, life: &Life) -> Instant {
        life.last_frame + self.ping_interval() * 2 + GRACE.min(self.ping_interval())
    }

    fn next_deadline(&self, life: &Life) -> Instant {
        let next = life.next_ping.min(self.silence_ends(life));
        life.waiting.as_ref().map_or(next, |(_, until)| next.min(*until))
    }

    /// Does what is due by the clock.
    fn tick(&mut self, life: &mut Life) -> Result<(), String> {
        let now = Instant::now();
        if now >= self.silence_ends(life) {
            let silence = now - life.last_frame;
            return Err(format!("nothing came for {silence:.1?}, not even answers to pings"));
        }
        if let Some((delivery, _)) = life.waiting.take_if(|(_, until)| now >= *until) {
            life.is_overloaded = true;
            self.refuse(delivery, life);
        }
        if now >= life.next_ping {
            // If the queue is full, answers are stuck, and a ping would be too.
            let _ = life.outgoing.try_send(Frame::ping(self.service_id).encode());
            life.next_ping = now + self.ping_interval();
        }
        Ok(())
    }

    fn receive(
        &mut self,
        received: Option<Result<Received, tungstenite::Error>>,
        life: &mut Life,
    ) -> Result<(), String> {
        match received {
            None => Err("the connection ended".to_owned()),
            Some(Err(error)) => Err(format!("the connection broke: {error}")),
            Some(Ok(Received::Closed(why))) => Err(format!("the platform closed the connection: {why}")),
            Some(Ok(Received::Alive)) => Ok(()),
            Some(Ok(Received::Text)) => {
                self.state.unreadable();
                tracing::warn!("a message of text came over the long connection; it is skipped");
                Ok(())
            }
            Some(Ok(Received::Frame(bytes))) => {
                self.frame(bytes, life);
                Ok(())
            }
        }
    }

    fn frame(&mut self, bytes: Bytes, life: &mut Life) {
        let length = bytes.len();
        match Frame::decode(bytes) {
            Ok(frame) if frame.method == DATA => self.data(frame, life),
            Ok(frame) if frame.method == CONTROL => self.control(&frame, life),
            Ok(frame) => self.report(&frame, "a frame of an unknown kind came; it is skipped"),
            Err(error) => {
                self.state.unreadable();
                tracing::warn!(%error, length, "a frame of the long connection cannot be read");
            }
        }
    }

    /// Pongs hold new numbers; other kinds of these frames have no meaning for clients.
    fn control(&mut self, frame: &Frame, life: &mut Life) {
        if frame.header("type") != Some("pong") {
            return;
        }
        let payload = frame.payload.as_deref().unwrap_or_default();
        if let Ok(Value::Object(config)) = serde_json::from_slice(payload) {
            self.numbers.update(&config);
            life.next_ping = life.next_ping.min(Instant::now() + self.ping_interval());
        }
    }

    fn data(&mut self, mut frame: Frame, life: &mut Life) {
        match frame.header("type") {
            Some("event") => {}
            Some("card") => {
                let advice = "a card callback came in the old form, which cannot be answered: in the developer console, \
                              save the callback subscription for the long connection again and publish a version of the app";
                return self.report(&frame, advice);
            }
            _ => return self.report(&frame, "a message of an unknown type came; it is not handled"),
        }
        let payload = frame.payload.take().unwrap_or_default();
        let number = |name: &str| frame.header(name).map_or(Ok(0), str::parse::<usize>);
        let payload = match (number("seq"), number("sum")) {
            (Ok(seq), Ok(sum)) if sum > 1 => {
                let message_id = frame.header("message_id").unwrap_or_default();
                let (added, given_up) = life.parts.add(message_id, (seq, sum), payload, Instant::now());
                if given_up > 0 {
                    tracing::warn!(given_up, "messages were given up whose parts did not all come");
                }
                match added {
                    Added::Complete(payload) => payload,
                    Added::Incomplete => return,
                    Added::Refused(why) => return self.report(&frame, why),
                }
            }
            (Ok(_), Ok(_)) => payload,
            _ => return self.report(&frame, "the numbers of a part are not numbers"),
        };
        self.start(Delivery { frame, payload }, life);
    }

    /// Says that a frame is of no use; it is not answered.
    fn report(&self, frame: &Frame, what: &'static str) {
        self.state.unreadable();
        let header = |name| frame.header(name).unwrap_or_default();
        tracing::warn!(
            r#type = header("type"),
            message_id = header("message_id"),
            trace_id = header("trace_id"),
            method = frame.method,
            "{what}"
        );
    }

    /// Calls the handler, or lets the event wait: nothing more is read meanwhile.
    fn start(&mut self, delivery: Delivery, life: &mut Life) {
        if self.handlers.has_room_for(&delivery) {
            life.is_overloaded = false;
            self.handlers.start(delivery, life.outgoing.clone());
        } else if life.is_overloaded {
            self.refuse(delivery, life);
        } else {
            life.waiting = Some((delivery, Instant::now() + MAX_WAIT));
        }
    }

    fn make_use_of_room(&mut self, life: &mut Life) {
        life.is_overloaded = false;
        if let Some((delivery, until)) = life.waiting.take() {
            if self.handlers.has_room_for(&delivery) {
                self.handlers.start(delivery, life.outgoing.clone());
            } else {
                life.waiting = Some((delivery, until));
            }
        }
    }

    /// Lets the platform send the event again later.
    fn refuse(&self, delivery: Delivery, life: &Life) {
        self.state.overloaded();
        let in_flight = self.handlers.len();
        tracing::warn!(in_flight, "too many events are being handled; one was refused, and will be sent again");
        let answer = delivery.frame.answer(Duration::ZERO, FAILED.into());
        // Without an answer it is sent again, too.
        let _ = life.outgoing.try_send(answer.encode());
    }

    /// Lets handlers finish and writes their answers; what comes meanwhile is read and not handled, since closing a
    /// connection with unread bytes would take the last answers with it.
    async fn drain(&mut self, reader: &mut Reader, mut writing: Writing<'_>) {
        self.state.phase(Phase::Stopping);
        let deadline = Instant::now() + self.drain_timeout;
        let drained = async {
            let mut is_open = true;
            loop {
                tokio::select! {
                    // It ends when the last handler is through and its answer is written.
                    written = &mut writing => return written,
                    () = self.handlers.finished() => {}
                    received = reader.next(), if is_open => is_open = matches!(received, Some(Ok(_))),
                }
            }
        };
        if let Ok(Err(problem)) = timeout_at(deadline, drained).await {
            tracing::debug!(problem, "the last answers were not written");
        }
    }
}

/// Writes what is queued, until nobody can queue more.
async fn write(writer: &mut Writer, mut queue: mpsc::Receiver<Vec<u8>>) -> Result<(), String> {
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, MAX_OUTGOING).await > 0 {
        let written = async {
            for frame in batch.drain(..) {
                writer.feed(frame).await?;
            }
            writer.flush().await
        };
        match timeout(MAX_WRITE, written).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(format!("the connection broke: {error}")),
            Err(_) => return Err(format!("nothing could be written for {MAX_WRITE:?}")),
        }
    }
    Ok(())
}

async fn goodbye(reader: &mut Reader, writer: &mut Writer) {
    let goodbye = async {
        writer.close().await.ok()?;
        while let Some(Ok(_)) = reader.next().await {}
        Some(())
    };
    let _ = timeout(GOODBYE, goodbye).await;
}
