//! Growing delays after wrong tries: `attempts.json` in the profile directory.
//!
//! A try is written down before it is made and struck off when it succeeds, so ending the program midway buys nothing.
//! A clock that was set back starts the wait again; one that was set forward shortens it. Who can set the clock or remove
//! the file can also copy the sealed file and guess elsewhere: there the cost of Argon2id is what protects, and for a PIN
//! the secret in the keyring.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::CustodyError;
use crate::files;

const FILE_NAME: &str = "attempts.json";
const FORMAT: u32 = 1;
const FILE_BYTES_MAX: usize = 1024;

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;

/// Wrong tries that cost nothing but the try: people mistype.
const FREE_TRIES: u32 = 4;

/// How long after the fifth wrong try, the sixth, and so on; the last one stays.
const WAITS_MS: [u64; 6] = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 4 * HOUR_MS, 24 * HOUR_MS];

/// Wrong tries since the last right one, and what they cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lockout {
    /// Wrong tries in a row.
    pub wrong: u32,
    /// When the last one was made, milliseconds since 1970 by this computer's clock.
    since_ms: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u32,
    wrong: u32,
    since: u64,
}

impl Lockout {
    /// How long until the next try is allowed; 0 for now.
    pub fn wait_ms(&self, now_ms: u64) -> u64 {
        let wait = wait_after(self.wrong);
        // Set back since: as if the last try had been made now.
        let passed = now_ms.saturating_sub(self.since_ms);
        wait.saturating_sub(passed)
    }

    /// Tries left before the first or next wait.
    pub fn tries_left(&self) -> u32 {
        (FREE_TRIES + 1).saturating_sub(self.wrong).max(1)
    }

    /// With one more wrong try.
    #[must_use]
    fn after_wrong(self, now_ms: u64) -> Self {
        Self { wrong: self.wrong.saturating_add(1), since_ms: now_ms }
    }

    /// As the file tells. One that cannot be read counts as five wrong tries made now: spoiling it buys nothing.
    pub(super) fn read(dir: &Path, now_ms: u64) -> Result<Self, CustodyError> {
        let path = path(dir);
        let found = match files::read_bounded(&path, FILE_BYTES_MAX) {
            Ok(bytes) => parse(&bytes).unwrap_or(Self { wrong: FREE_TRIES + 1, since_ms: now_ms }),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) if error.kind() == ErrorKind::InvalidData => Self { wrong: FREE_TRIES + 1, since_ms: now_ms },
            Err(error) => return Err(CustodyError::disk(&path)(error)),
        };
        if found.since_ms <= now_ms {
            return Ok(found);
        }
        let again = Self { since_ms: now_ms, ..found };
        again.write(dir)?;
        Ok(again)
    }

    fn write(&self, dir: &Path) -> Result<(), CustodyError> {
        let path = path(dir);
        let written = Written { format: FORMAT, wrong: self.wrong, since: self.since_ms };
        // Three numbers always serialize.
        let text = serde_json::to_vec(&written).unwrap_or_else(|_| unreachable!());
        files::write_atomically(&path, &text).map_err(CustodyError::disk(&path))
    }
}

/// Makes one try, unless it has to wait. `attempt` runs only after the try is on disk.
pub(super) fn guarded<T>(
    dir: &Path,
    now_ms: u64,
    attempt: impl FnOnce() -> Result<T, CustodyError>,
) -> Result<T, CustodyError> {
    let before = Lockout::read(dir, now_ms)?;
    let wait_ms = before.wait_ms(now_ms);
    if wait_ms > 0 {
        return Err(CustodyError::LockedOut { wait_ms });
    }
    before.after_wrong(now_ms).write(dir)?;
    let outcome = attempt();
    match &outcome {
        Ok(_) => remove(dir)?,
        Err(CustodyError::WrongPassphrase) => {}
        // Nothing was tried: the keyring was locked, the file gone.
        Err(_) if before.wrong == 0 => remove(dir)?,
        Err(_) => before.write(dir)?,
    }
    outcome
}

pub(super) fn remove(dir: &Path) -> Result<(), CustodyError> {
    let path = path(dir);
    files::remove_durably(&path).map_err(CustodyError::disk(&path))
}

fn path(dir: &Path) -> PathBuf {
    dir.join(FILE_NAME)
}

fn parse(bytes: &[u8]) -> Option<Lockout> {
    let Written { format, wrong, since } = serde_json::from_slice(bytes).ok()?;
    (format == FORMAT).then_some(Lockout { wrong, since_ms: since })
}

fn wait_after(wrong: u32) -> u64 {
    match wrong.checked_sub(FREE_TRIES + 1) {
        None => 0,
        Some(more) => WAITS_MS[(more as usize).min(WAITS_MS.len() - 1)],
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn wrong(dir: &Path, now_ms: u64) -> CustodyError {
        guarded(dir, now_ms, || Err::<(), _>(CustodyError::WrongPassphrase)).unwrap_err()
    }

    fn waits(dir: &Path, now_ms: u64) -> u64 {
        Lockout::read(dir, now_ms).unwrap().wait_ms(now_ms)
    }

    #[test]
    fn delays_grow_from_a_minute_to_a_day() {
        let home = tempfile::tempdir().unwrap();
        let mut now = 1_000;
        for _ in 0..FREE_TRIES {
            assert!(matches!(wrong(home.path(), now), CustodyError::WrongPassphrase));
            assert_eq!(waits(home.path(), now), 0, "people mistype");
        }
        let mut seen = Vec::new();
        for _ in 0..7 {
            assert!(matches!(wrong(home.path(), now), CustodyError::WrongPassphrase));
            let wait = waits(home.path(), now);
            assert!(matches!(wrong(home.path(), now + wait - 1), CustodyError::LockedOut { wait_ms: 1 }));
            assert_eq!(waits(home.path(), now), wait, "a try that was not made costs nothing");
            seen.push(wait / MINUTE_MS);
            now += wait;
        }
        assert_eq!(seen, [1, 5, 15, 60, 240, 1440, 1440]);
        guarded(home.path(), now, || Ok(())).unwrap();
        assert_eq!(Lockout::read(home.path(), now).unwrap(), Lockout::default(), "the right one clears all");
    }

    #[test]
    fn a_clock_set_back_starts_the_wait_again_and_no_more() {
        let home = tempfile::tempdir().unwrap();
        let noon = 43_200_000;
        (0..=FREE_TRIES).for_each(|_| drop(wrong(home.path(), noon)));
        assert_eq!(waits(home.path(), noon + 50_000), 10_000);
        let morning = 28_800_000;
        assert_eq!(waits(home.path(), morning), MINUTE_MS);
        assert_eq!(waits(home.path(), morning + MINUTE_MS), 0, "it ends, although noon is far");
    }

    #[test]
    fn ending_the_program_in_the_middle_of_a_try_buys_nothing() {
        let home = tempfile::tempdir().unwrap();
        for _ in 0..=FREE_TRIES {
            let ended =
                std::panic::catch_unwind(|| guarded(home.path(), 5, || -> Result<(), _> { panic!("power cut") }));
            assert!(ended.is_err());
        }
        assert_eq!(waits(home.path(), 5), MINUTE_MS);
    }

    #[test]
    fn a_keyring_that_was_locked_is_no_wrong_try() {
        let home = tempfile::tempdir().unwrap();
        drop(wrong(home.path(), 5));
        for _ in 0..20 {
            let outcome = guarded(home.path(), 5, || Err::<(), _>(CustodyError::KeyringLocked));
            assert!(matches!(outcome, Err(CustodyError::KeyringLocked)));
        }
        assert_eq!(Lockout::read(home.path(), 5).unwrap().wrong, 1);
    }

    #[test]
    fn a_spoilt_file_is_no_way_round() {
        let home = tempfile::tempdir().unwrap();
        for spoilt in ["", "{", r#"{"format":9,"wrong":0,"since":0}"#, &"x".repeat(5000)] {
            fs::write(path(home.path()), spoilt).unwrap();
            assert_eq!(waits(home.path(), 77), MINUTE_MS, "{spoilt:.20}");
        }
    }

    proptest! {
        #[test]
        fn no_file_and_no_clock_confuses_it(wrong: u32, since: u64, now: u64, bytes: Vec<u8>) {
            let lockout = Lockout { wrong, since_ms: since };
            prop_assert!(lockout.wait_ms(now) <= WAITS_MS[WAITS_MS.len() - 1]);
            prop_assert!(lockout.tries_left() >= 1);
            let _ = parse(&bytes);
        }
    }
}
