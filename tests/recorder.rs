//! A server that writes down the one request it gets.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

/// A request as it came over the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// `POST`
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Recorded {
    /// The first header of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

/// Waits for one request on a port of this machine.
#[derive(Debug)]
pub struct Recorder {
    address: String,
    thread: JoinHandle<std::io::Result<Recorded>>,
}

impl Recorder {
    /// Starts to listen, and will answer `answer`, a JSON text.
    pub fn start(answer: String) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://{}", listener.local_addr()?);
        let thread = thread::spawn(move || record(listener.accept()?.0, &answer));
        Ok(Recorder { address, thread })
    }

    /// The base URL, without a slash at its end.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The request, once it has been answered.
    pub fn recorded(self) -> Recorded {
        match self.thread.join() {
            Ok(Ok(recorded)) => recorded,
            Ok(Err(error)) => panic!("no request came: {error}"),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    /// The request, if one came; waits for none.
    pub fn stop(self) -> Option<Recorded> {
        // Wakes the thread if it still waits. It then reads nothing; and if it is gone, nobody is there to connect to.
        drop(TcpStream::connect(self.address.trim_start_matches("http://")));
        let recorded = self.thread.join().ok()?.ok()?;
        Some(recorded).filter(|recorded| !recorded.method.is_empty())
    }
}

fn record(stream: TcpStream, answer: &str) -> std::io::Result<Recorded> {
    let mut reader = BufReader::new(stream);
    let mut recorded = Recorded::default();
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    recorded.method = words.next().unwrap_or_default().to_owned();
    recorded.target = words.next().unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
        if name == "content-length" {
            length = value.parse().unwrap_or(0);
        }
        recorded.headers.push((name, value));
    }
    recorded.body.resize(length, 0);
    reader.read_exact(&mut recorded.body)?;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ";
    let mut stream = reader.into_inner();
    stream.write_all(format!("{head}{}\r\n\r\n{answer}", answer.len()).as_bytes())?;
    Ok(recorded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_is_kept() {
        let recorder = Recorder::start("{}".to_owned()).expect("a port is free");
        let mut stream = TcpStream::connect(recorder.address().trim_start_matches("http://")).expect("it listens");
        stream.write_all(b"PUT /a?b=c HTTP/1.1\r\nX-Name: value\r\ncontent-length: 2\r\n\r\nhi").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.ends_with("\r\n\r\n{}"), "{answer}");
        let recorded = recorder.stop().expect("a request came");
        assert_eq!((recorded.method.as_str(), recorded.target.as_str()), ("PUT", "/a?b=c"));
        assert_eq!(recorded.header("x-name"), Some("value"));
        assert_eq!(recorded.body, b"hi");
    }

    #[test]
    fn nobody_waits_for_a_request_that_never_comes() {
        let recorder = Recorder::start("{}".to_owned()).expect("a port is free");
        assert_eq!(recorder.stop(), None);
    }
}
