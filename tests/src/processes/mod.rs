//! Networks of real processes: the `carekey` program, started as an operator starts it.
//!
//! [`Region`] is an authority with its hospitals in a folder of its own, on ports of its own. Everything said goes to
//! files beside the directories. Whatever is still running when it is dropped is killed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod region;
mod service;

pub use region::Region;
pub use service::{Kind, Service};

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::Range;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long anything may take to become true on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// How often it is looked.
pub const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The program. Cargo puts it beside the folder of the tests; it does not build it for them.
///
/// # Panics
/// If it was not built.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "deps")).unwrap();
    let program = folder.with_file_name(format!("carekey{}", std::env::consts::EXE_SUFFIX));
    assert!(program.is_file(), "{} is missing: cargo build -p carekey-cli", program.display());
    program
}

/// Runs a command to its end.
///
/// # Panics
/// If the program cannot be started.
pub fn carekey<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Output {
    command(arguments).output().unwrap()
}

/// A command with nothing of the test's own surroundings that the program would heed.
pub(crate) fn command<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).env_remove("CAREKEY_LOG").env_remove("CAREKEY_NETWORK").env_remove("CREDENTIALS_DIRECTORY");
    command
}

/// Runs a command that has to work. Returns what it printed.
///
/// # Panics
/// If it fails, with what it said.
pub fn must<'a>(arguments: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let output = carekey(arguments.clone());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = arguments.into_iter().collect::<Vec<_>>().join(" ");
    assert!(output.status.success(), "carekey {line}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that has to fail. Returns what it said about it.
///
/// # Panics
/// If it succeeds.
pub fn refused<'a>(arguments: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let output = carekey(arguments.clone());
    let line = arguments.into_iter().collect::<Vec<_>>().join(" ");
    assert!(!output.status.success(), "carekey {line} should have been refused");
    String::from_utf8(output.stderr).unwrap()
}

/// Ports that the system gives to nobody by itself.
const PORTS: Range<u16> = 10_000..30_000;

/// A socket on which nobody listens, another each time: two services with the same one would answer for each other.
pub fn free_socket() -> SocketAddr {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    loop {
        let place = std::process::id().wrapping_mul(100).wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + (place % u32::from(PORTS.end - PORTS.start)) as u16;
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            return listener.local_addr().unwrap();
        }
    }
}

/// Waits until `found` finds something.
///
/// # Panics
/// After [`PATIENCE`], with `what` it waited for and what `why` then says.
pub fn until<T>(what: &str, why: impl Fn() -> String, mut found: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}\n{}", why());
        std::thread::sleep(LOOK_EVERY);
    }
}
