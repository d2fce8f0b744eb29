//! Custody against a real Secret Service: gnome-keyring on a D-Bus session of its own, made for each test.
//!
//! A test runs twice: outside, where it starts `dbus-run-session` with itself inside; and inside, where it tells its
//! story. Without the programs the outer half says so and passes.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use carekey_crypto::{Cost, test_rng};
use carekey_wallet::custody::{Custody, CustodyError, Keeper, KeeperKind, KeyringStatus, OldCopy, RootMaterial};
use secret_service::EncryptionType;
use secret_service::blocking::SecretService;

/// Set inside the private session: a directory for everything, the keyring's files included.
const HOME: &str = "CAREKEY_TEST_KEYRING_HOME";
/// Set in a second process inside the session.
const SECOND_PROCESS: &str = "CAREKEY_TEST_SECOND_PROCESS";
/// A keyring that does not come up in this time never will.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs `story` in a private session; `name` is the test's own.
fn in_private_session(name: &str, story: impl FnOnce(&Path)) {
    if let Some(home) = std::env::var_os(HOME) {
        return story(Path::new(&home));
    }
    if let Some(missing) = ["dbus-run-session", "gnome-keyring-daemon"].iter().find(|program| !is_installed(program)) {
        println!("SKIPPED {name}: {missing} is not installed (Debian: apt install dbus gnome-keyring)");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    for sub in ["data", "run"] {
        std::fs::create_dir(home.path().join(sub)).unwrap();
    }
    let output_path = home.path().join("output");
    let output = File::create(&output_path).unwrap();
    let status = Command::new("dbus-run-session")
        .arg("--")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--include-ignored"])
        .env(HOME, home.path())
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env("XDG_RUNTIME_DIR", home.path().join("run"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .stdout(output.try_clone().unwrap())
        .stderr(output)
        .status()
        .unwrap();
    let said = std::fs::read_to_string(&output_path).unwrap();
    assert!(status.success() && said.contains("1 passed"), "inside the private session:\n{said}");
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}

/// gnome-keyring in the foreground, ended with the test.
struct Keyring(Child);

impl Keyring {
    /// With its login collection made, or opened, by this password.
    fn unlocked() -> Self {
        let keyring = Self::start(&["--unlock"], b"test-pw");
        keyring.wait_for(&KeyringStatus::Ready)
    }

    /// As after a login that did not pass the password on.
    fn locked() -> Self {
        Self::start(&[], b"").wait_for(&KeyringStatus::Locked)
    }

    fn start(options: &[&str], password: &[u8]) -> Self {
        let log = File::create(home().join("keyring.log")).unwrap();
        let mut child = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--components=secrets"])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(password).unwrap();
        Self(child)
    }

    fn wait_for(self, wanted: &KeyringStatus) -> Self {
        let start = Instant::now();
        loop {
            let status = Custody::probe();
            if status == *wanted {
                return self;
            }
            assert!(start.elapsed() < PATIENCE, "keyring is {status:?}, not {wanted:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn home() -> PathBuf {
    std::env::var_os(HOME).unwrap().into()
}

fn root() -> RootMaterial {
    RootMaterial::generate(&mut test_rng(1))
}

fn custody(home: &Path) -> Custody {
    Custody::at(home.join("mia")).with_cost(Cost::TOY)
}

fn stored(home: &Path) -> Custody {
    let custody = custody(home);
    custody.store(&mut test_rng(2), &Keeper::Keyring, &root()).unwrap();
    custody
}

fn lock_everything() {
    let service = SecretService::connect(EncryptionType::Dh).unwrap();
    for collection in service.get_all_collections().unwrap() {
        collection.lock().unwrap();
    }
}

#[test]
fn another_process_and_another_daemon_find_what_was_stored() {
    const NAME: &str = "another_process_and_another_daemon_find_what_was_stored";
    in_private_session(NAME, |home| {
        if std::env::var_os(SECOND_PROCESS).is_some() {
            assert_eq!(custody(home).unlock(&Keeper::Keyring).unwrap(), root());
            return;
        }
        let keyring = Keyring::unlocked();
        stored(home);
        let second = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env(SECOND_PROCESS, "1")
            .status()
            .unwrap();
        assert!(second.success(), "a second process reads the same secrets");

        drop(keyring);
        let _keyring = Keyring::unlocked();
        assert_eq!(custody(home).unlock(&Keeper::Keyring).unwrap(), root(), "they outlive the daemon");
    });
}

#[test]
fn nothing_secret_is_left_in_the_profile_directory() {
    in_private_session("nothing_secret_is_left_in_the_profile_directory", |home| {
        let _keyring = Keyring::unlocked();
        let custody = stored(home);
        let files: Vec<_> = std::fs::read_dir(custody.dir()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(files, ["profile.json"]);
        assert_eq!(custody.profile().unwrap().keeper, KeeperKind::Keyring);
    });
}

#[test]
fn a_locked_keyring_is_called_locked() {
    in_private_session("a_locked_keyring_is_called_locked", |home| {
        let keyring = Keyring::unlocked();
        let custody = stored(home);
        lock_everything();
        assert_eq!(Custody::probe(), KeyringStatus::Locked);
        let outcome = custody.unlock(&Keeper::Keyring);
        assert!(matches!(outcome, Err(CustodyError::KeyringLocked)), "{outcome:?}");
        let outcome = Custody::at(home.join("noah")).store(&mut test_rng(3), &Keeper::Keyring, &root());
        assert!(matches!(outcome, Err(CustodyError::KeyringLocked)), "{outcome:?}");
        assert!(!home.join("noah/profile.json").exists(), "no profile without its secrets");
        let outcome = custody.forget();
        assert!(matches!(outcome, Err(CustodyError::KeyringLocked)), "{outcome:?}");
        assert!(custody.profile().is_ok(), "what could not be forgotten can be tried again");

        drop(keyring);
        let keyring = Keyring::locked();
        let outcome = custody.unlock(&Keeper::Keyring);
        assert!(matches!(outcome, Err(CustodyError::KeyringLocked)), "after a new login: {outcome:?}");

        drop(keyring);
        let _keyring = Keyring::unlocked();
        assert_eq!(custody.unlock(&Keeper::Keyring).unwrap(), root(), "the same process can try again");
    });
}

#[test]
fn an_entry_that_somebody_removed_is_called_gone() {
    in_private_session("an_entry_that_somebody_removed_is_called_gone", |home| {
        let _keyring = Keyring::unlocked();
        let custody = stored(home);
        let account = custody.profile().unwrap().id;
        let service = SecretService::connect(EncryptionType::Dh).unwrap();
        let attributes = [("service", "CareKey"), ("username", account.as_str())].into();
        let found = service.search_items(attributes).unwrap();
        assert_eq!(found.unlocked.len(), 1, "one entry a profile, findable under its documented name");
        found.unlocked[0].set_secret(b"something else", "text/plain").unwrap();
        let outcome = custody.unlock(&Keeper::Keyring);
        assert!(matches!(outcome, Err(CustodyError::KeyringEntryDamaged)), "{outcome:?}");
        found.unlocked[0].delete().unwrap();
        let outcome = custody.unlock(&Keeper::Keyring);
        assert!(matches!(outcome, Err(CustodyError::KeyringEntryGone)), "{outcome:?}");
        custody.forget().unwrap();
    });
}

#[test]
fn secrets_move_to_a_passphrase_and_back() {
    in_private_session("secrets_move_to_a_passphrase_and_back", |home| {
        let _keyring = Keyring::unlocked();
        let custody = stored(home);
        let phrase = Keeper::Passphrase("a long walk by the sea".into());
        let moved = custody.move_to(&mut test_rng(4), &Keeper::Keyring, &phrase).unwrap();
        assert!(matches!(moved, OldCopy::Removed), "{moved:?}");
        assert_eq!(custody.unlock(&phrase).unwrap(), root());
        let outcome = custody.unlock(&Keeper::Keyring);
        assert!(matches!(outcome, Err(CustodyError::OtherKeeper { recorded: KeeperKind::PassphraseFile })));

        let moved = custody.move_to(&mut test_rng(5), &phrase, &Keeper::Keyring).unwrap();
        assert!(matches!(moved, OldCopy::Removed), "{moved:?}");
        assert_eq!(custody.unlock(&Keeper::Keyring).unwrap(), root());
        assert!(!custody.dir().join("root.sealed").exists());

        lock_everything();
        let refused = custody.move_to(&mut test_rng(6), &Keeper::Keyring, &phrase);
        assert!(matches!(refused, Err(CustodyError::KeyringLocked)), "{refused:?}");
        assert_eq!(custody.profile().unwrap().keeper, KeeperKind::Keyring, "a move that failed moved nothing");
    });
}

#[test]
fn a_pin_opens_only_together_with_the_keyring() {
    in_private_session("a_pin_opens_only_together_with_the_keyring", |home| {
        let _keyring = Keyring::unlocked();
        let custody = stored(home);
        let pin = |digits: &str| Keeper::Pin(digits.into());
        let easy = custody.move_to(&mut test_rng(4), &Keeper::Keyring, &pin("123456"));
        assert!(matches!(easy, Err(CustodyError::PinTooEasy { .. })), "{easy:?}");
        let moved = custody.move_to(&mut test_rng(4), &Keeper::Keyring, &pin("482915")).unwrap();
        assert!(matches!(moved, OldCopy::Removed), "{moved:?}");
        assert_eq!(custody.profile().unwrap().keeper, KeeperKind::PinFile);
        assert_eq!(custody.unlock(&pin("482915")).unwrap(), root());
        assert!(matches!(custody.unlock(&pin("482916")), Err(CustodyError::WrongPassphrase)));

        custody.move_to(&mut test_rng(5), &pin("482915"), &pin("7702611")).unwrap();
        assert!(matches!(custody.unlock(&pin("482915")), Err(CustodyError::WrongPassphrase)));
        assert_eq!(custody.unlock(&pin("7702611")).unwrap(), root());

        // The folder on another computer, or in another login: the file and the PIN are not enough.
        let service = SecretService::connect(EncryptionType::Dh).unwrap();
        let account = format!("{}-device", custody.profile().unwrap().id);
        let found = service.search_items([("service", "CareKey"), ("username", account.as_str())].into()).unwrap();
        assert_eq!(found.unlocked.len(), 1, "the keyring keeps the device's part");
        let kept = found.unlocked[0].get_secret().unwrap();
        found.unlocked[0].delete().unwrap();
        let outcome = custody.unlock(&pin("7702611"));
        assert!(matches!(outcome, Err(CustodyError::KeyringEntryGone)), "{outcome:?}");
        assert_eq!(custody.lockout().unwrap().0.wrong, 0, "a missing entry is no wrong try");
        let collection = service.get_default_collection().unwrap();
        let attributes = [("service", "CareKey"), ("username", account.as_str())].into();
        collection.create_item("CareKey", attributes, &kept, true, "text/plain").unwrap();
        assert_eq!(custody.unlock(&pin("7702611")).unwrap(), root());

        let back = custody.move_to(&mut test_rng(6), &pin("7702611"), &Keeper::Keyring).unwrap();
        assert!(matches!(back, OldCopy::Removed), "{back:?}");
        assert!(!custody.dir().join("root.pin").exists());
        custody.move_to(&mut test_rng(7), &Keeper::Keyring, &pin("482915")).unwrap();
        lock_everything();
        let outcome = custody.unlock(&pin("482915"));
        assert!(matches!(outcome, Err(CustodyError::KeyringLocked)), "{outcome:?}");
    });
}

#[test]
fn an_emptied_keyring_and_another_login_have_sentences_of_their_own() {
    in_private_session("an_emptied_keyring_and_another_login_have_sentences_of_their_own", |home| {
        let _keyring = Keyring::unlocked();
        let custody = stored(home);
        let other = Custody::at(home.join("noah")).with_cost(Cost::TOY);
        let noah = RootMaterial::generate(&mut test_rng(8));
        other.store(&mut test_rng(9), &Keeper::Keyring, &noah).unwrap();

        let path = |custody: &Custody| custody.dir().join("profile.json");
        let mias = std::fs::read_to_string(path(&custody)).unwrap();
        let id = |custody: &Custody| custody.profile().unwrap().id;
        std::fs::write(path(&custody), mias.replace(&id(&custody), &id(&other))).unwrap();
        let outcome = custody.unlock(&Keeper::Keyring);
        assert!(matches!(outcome, Err(CustodyError::KeysOfAnother { .. })), "an entry of somebody else: {outcome:?}");

        let json: serde_json::Value = serde_json::from_str(&mias).unwrap();
        let mut moved = json.clone();
        moved["profile"] = "0".repeat(32).into();
        std::fs::write(path(&custody), moved.to_string()).unwrap();
        let outcome = custody.unlock(&Keeper::Keyring);
        assert!(matches!(outcome, Err(CustodyError::KeyringEntryGone)), "emptied: {outcome:?}");
        if std::env::var_os("USER").is_some() {
            moved["login"] = "somebody-else".into();
            std::fs::write(path(&custody), moved.to_string()).unwrap();
            let outcome = custody.unlock(&Keeper::Keyring);
            assert!(
                matches!(&outcome, Err(CustodyError::KeysOfAnother { login: Some(login) }) if login == "somebody-else"),
                "stored under another login: {outcome:?}"
            );
        }
    });
}

#[test]
fn a_session_without_a_keyring_says_so_and_nothing_is_kept_elsewhere() {
    in_private_session("a_session_without_a_keyring_says_so_and_nothing_is_kept_elsewhere", |home| {
        // A service that has never been given a collection.
        let keyring = Keyring::start(&[], b"");
        let start = Instant::now();
        while Custody::probe() != (KeyringStatus::Missing { why: "no keyring has been set up for this login".into() }) {
            assert!(start.elapsed() < PATIENCE, "{:?}", Custody::probe());
            std::thread::sleep(Duration::from_millis(20));
        }
        let outcome = custody(home).store(&mut test_rng(2), &Keeper::Keyring, &root());
        assert!(matches!(outcome, Err(CustodyError::KeyringMissing { .. })), "{outcome:?}");
        assert_eq!(std::fs::read_dir(home.join("mia")).unwrap().count(), 0);
        drop(keyring);
    });
}

#[test]
fn no_bus_at_all_is_a_missing_keyring() {
    const NAME: &str = "no_bus_at_all_is_a_missing_keyring";
    if let Some(home) = std::env::var_os(HOME) {
        assert!(matches!(Custody::probe(), KeyringStatus::Missing { .. }), "{:?}", Custody::probe());
        let outcome = custody(Path::new(&home)).store(&mut test_rng(2), &Keeper::Keyring, &root());
        assert!(matches!(outcome, Err(CustodyError::KeyringMissing { .. })), "{outcome:?}");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .env(HOME, home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", home.path().join("nothing").display()))
        .status()
        .unwrap();
    assert!(status.success());
}
