//! A process killed in the middle of its writes has lost nothing it was told is written, and left nothing half-written.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use carekey_crypto::Secret32;
use carekey_protocol::UnixMillis;
use carekey_wallet::vault::{Vault, VaultError, outbox, settings};

/// Set in the process that writes and is killed: the vault's directory.
const WRITER_DIR: &str = "CAREKEY_TEST_CRASH_WRITER";

fn key() -> Secret32 {
    Secret32::from_bytes([7; 32])
}

/// Each change touches two tables; each is acknowledged on stdout only after `write` returned.
fn write_until_killed(dir: &Path) -> ! {
    let vault = Vault::open(dir, &key()).unwrap();
    let payload = vec![1; 3000];
    let mut stdout = std::io::stdout();
    for n in 1_u64.. {
        vault
            .write(|tx| {
                let first = outbox::push(tx, "crash", 0, &payload, UnixMillis(n))?;
                settings::put(tx, "last", &first.0.to_string())?;
                outbox::push(tx, "crash", 1, &payload, UnixMillis(n)).map(drop)
            })
            .map_err(|error: VaultError| error.to_string())
            .unwrap();
        writeln!(stdout, "written {n}").unwrap();
        stdout.flush().unwrap();
    }
    unreachable!()
}

#[test]
fn what_was_acknowledged_survives_sigkill() {
    if let Some(dir) = std::env::var_os(WRITER_DIR) {
        write_until_killed(Path::new(&dir));
    }
    for acknowledged_before_kill in [1, 7, 40, 160] {
        let dir = tempfile::tempdir().unwrap();
        drop(Vault::create(dir.path(), &key()).unwrap());
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "what_was_acknowledged_survives_sigkill", "--nocapture"])
            .env(WRITER_DIR, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let acknowledgements = |line: &String| line.contains("written ");
        let seen = lines.by_ref().filter(acknowledgements).take(acknowledged_before_kill).count();
        assert_eq!(seen, acknowledged_before_kill, "the writer ended early");
        child.kill().unwrap();
        child.wait().unwrap();
        let acknowledged = seen + lines.filter(acknowledgements).count();

        let vault = Vault::open(dir.path(), &key()).unwrap();
        let rows = vault.read(outbox::list).unwrap();
        let steps: Vec<u32> = rows.iter().map(|row| row.step).collect();
        assert!(steps.chunks(2).all(|pair| pair == [0, 1]), "a change came half: {steps:?}");
        assert!(steps.len() >= 2 * acknowledged, "{} rows for {acknowledged} acknowledged changes", steps.len());
        assert!(steps.len() <= 2 * (acknowledged + 1), "more than the one change that was under way");
        let last = vault.read(|tx| settings::get(tx, "last")).unwrap().unwrap();
        assert_eq!(last, rows[rows.len() - 2].id.0.to_string(), "both tables of the last change agree");
    }
}
