//! One process: the authority or a hospital.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::{command, until};

/// How long a monitor may take to answer; one that was paused does not answer at all.
const ANSWER_WAIT: Duration = Duration::from_secs(5);

/// Which service it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The health authority.
    Authority,
    /// A hospital.
    Hospital,
}

impl Kind {
    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Hospital => "hospital",
        }
    }
}

/// A service in a directory that `init` made, running or not.
#[derive(Debug)]
pub struct Service {
    /// Which.
    pub kind: Kind,
    /// Its directory.
    pub dir: PathBuf,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where it is watched.
    pub monitor: SocketAddr,
    child: Option<Child>,
}

impl Service {
    pub(super) fn new(kind: Kind, dir: PathBuf, listen: SocketAddr, monitor: SocketAddr) -> Self {
        Self { kind, dir, listen, monitor, child: None }
    }

    /// The directory as an argument.
    ///
    /// # Panics
    /// If it is no text.
    pub fn dir(&self) -> &str {
        self.dir.to_str().unwrap()
    }

    /// Starts the process and returns when it answers.
    ///
    /// # Panics
    /// If it ends instead, with what it said.
    pub fn start(&mut self) {
        self.start_with([]);
    }

    /// As [`start`](Self::start), with variables such as a failpoint's.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn start_with<'a>(&mut self, variables: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.spawn(variables);
        let log = self.log_path();
        until(
            "a service to answer",
            || fs::read_to_string(&log).unwrap_or_default(),
            || {
                let ended = self.child.as_mut().and_then(|child| child.try_wait().unwrap());
                assert!(ended.is_none(), "{} ended: {}", self.kind.word(), self.log());
                self.ask("/status").filter(|(_, body)| body.contains("\"service\""))
            },
        );
    }

    /// Starts the process and does not wait for it.
    ///
    /// # Panics
    /// If it runs already.
    pub fn spawn<'a>(&mut self, variables: impl IntoIterator<Item = (&'a str, &'a str)>) {
        assert!(self.child.is_none(), "it runs already");
        // A file, not a pipe: nobody has to read it for the service to go on.
        let log = File::options().create(true).append(true).open(self.log_path()).unwrap();
        let child = command([self.kind.word(), "run", "--dir", self.dir()])
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
    }

    /// SIGKILL, as in a power cut for the process.
    ///
    /// # Panics
    /// If it does not run.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// SIGTERM; returns when the process has ended.
    ///
    /// # Panics
    /// If it does not run, or does not end.
    pub fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.ended()
    }

    /// Waits for the process to end by itself.
    ///
    /// # Panics
    /// If it does not run, or does not end.
    pub fn ended(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("it runs");
        until("a process to end", String::new, || child.try_wait().unwrap())
    }

    /// SIGSTOP: it neither runs nor ends until [`resume`](Self::resume).
    ///
    /// # Panics
    /// If it does not run.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// SIGCONT.
    ///
    /// # Panics
    /// If it does not run.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// The process, as long as it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// What its monitor shows, if it answers.
    pub fn status(&self) -> Option<Value> {
        serde_json::from_str(&self.ask("/status")?.1).ok()
    }

    /// The newest block's height; 0 if it does not answer.
    pub fn height(&self) -> u64 {
        self.status().and_then(|status| status["height"].as_u64()).unwrap_or(0)
    }

    /// A Prometheus metric, without the `carekey_` in front.
    pub fn metric(&self, name: &str) -> Option<f64> {
        let (_, text) = self.ask("/metrics")?;
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("carekey_{name} ")))?;
        line.trim().parse().ok()
    }

    /// Waits until its status is as wanted. Returns it.
    ///
    /// # Panics
    /// If that does not happen, with the last status and the log.
    pub fn until(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let why = || format!("{:?}\n{}", self.status(), self.log());
        until(what, why, || self.status().filter(&wanted))
    }

    /// Asks its monitor: HTTP status and body.
    pub fn ask(&self, path: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect_timeout(&self.monitor, ANSWER_WAIT).ok()?;
        stream.set_read_timeout(Some(ANSWER_WAIT)).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    }

    /// Everything it has said, in all its lives.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.dir.with_extension("log")
    }

    fn signal(&self, signal: Signal) {
        let pid = self.pid().and_then(|pid| Pid::from_raw(pid.try_into().unwrap())).expect("it runs");
        kill_process(pid, signal).unwrap();
    }

    /// A file in its directory.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.join(name)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
