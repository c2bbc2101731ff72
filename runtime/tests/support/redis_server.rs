//! A `redis-server` of a test's own.

#![allow(dead_code, missing_docs, unreachable_pub)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Stops when it is dropped.
pub struct RedisServer {
    port: u16,
    options: Vec<String>,
    folder: PathBuf,
    process: Child,
}

/// Whether there is a `redis-server` on the `PATH`.
pub fn is_installed() -> bool {
    let version = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

impl RedisServer {
    /// Keeps everything, also when it is killed, as one that holds sessions should.
    pub fn start(options: &[&str]) -> Self {
        let port = free_port();
        let folder = std::env::temp_dir().join(format!("feishu-openapi-redis-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let keeping = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];
        let options = keeping.iter().chain(options).map(|option| (*option).to_owned()).collect();
        let process = spawn(port, &options, &folder);
        RedisServer { port, options, folder, process }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub fn start_again(&mut self) {
        self.process = spawn(self.port, &self.options, &self.folder);
    }

    /// Sends it `STOP`, after which it neither answers nor closes connections, or `CONT`.
    pub fn signal(&self, name: &str) {
        signal(&self.process, name);
    }

    /// The answer to a command: its line with the type in front, or the text of a string.
    pub fn command(&self, command: &str) -> String {
        command_at(self.port, command).unwrap()
    }
}

/// Sends a signal to a process.
pub fn signal(process: &Child, name: &str) {
    let status = Command::new("kill").arg(format!("-{name}")).arg(process.id().to_string()).status();
    assert!(status.unwrap().success());
}

fn command_at(port: u16, command: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.write_all(format!("{command}\r\n").as_bytes())?;
    let mut answer = BufReader::new(stream);
    let mut line = String::new();
    answer.read_line(&mut line)?;
    let Some(length) = line.trim_end().strip_prefix('$') else { return Ok(line.trim_end().to_owned()) };
    let mut text = vec![0; length.parse().unwrap()];
    answer.read_exact(&mut text)?;
    Ok(String::from_utf8(text).unwrap())
}

fn spawn(port: u16, options: &Vec<String>, folder: &PathBuf) -> Child {
    let process = Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--dir"])
        .arg(folder)
        .args(options)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    // One that wants a password is there as well.
    while !command_at(port, "PING").is_ok_and(|answer| answer == "+PONG" || answer.starts_with("-NOAUTH")) {
        assert!(started.elapsed() < Duration::from_secs(20), "redis-server does not answer");
        std::thread::sleep(Duration::from_millis(20));
    }
    process
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
