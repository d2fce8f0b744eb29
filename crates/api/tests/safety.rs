//! A profile of one's own: locked, guessed at, moved, saved, removed and brought back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::path::Path;
use std::time::Duration;

use carekey_api::types::{AppEvent, ErrorCode};
use carekey_api::{App, AppOptions};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

const PATIENCE: Duration = Duration::from_secs(300);
const RIGHT: &str = "seven calm herons";

struct Desk {
    app: App,
    events: Receiver<(String, AppEvent)>,
}

impl Desk {
    async fn start(dir: &Path) -> Self {
        let options = AppOptions { data_dir: dir.to_owned(), network_dir: None, profile: None };
        let app = App::start(options).await.unwrap();
        Self { events: app.subscribe(), app }
    }

    async fn ask(&self, name: &str, request: Value) -> Value {
        self.app.call("window", name, request).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    async fn refused(&self, name: &str, request: Value) -> ErrorCode {
        self.app.call("window", name, request).await.unwrap_err().code
    }

    async fn task(&mut self, name: &str, request: Value) -> Value {
        let id = self.ask(name, request).await["taskId"].clone();
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let tasks = self.ask("tasks_list", json!({})).await;
                let task = tasks["tasks"].as_array().unwrap().iter().find(|one| one["id"] == id).cloned().unwrap();
                if task["state"] != "running" {
                    return task;
                }
                let _ = self.events.recv().await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("{name} did not end"))
    }

    /// A profile that waits for its code: everything here works without one.
    async fn create(&self, name: &str) -> Vec<String> {
        let request = json!({ "name": name, "custody": "passphrase", "passphrase": RIGHT });
        let made = self.ask("wallet_create", request).await;
        let words: Vec<String> = serde_json::from_value(made["words"].clone()).unwrap();
        let places: Vec<usize> = serde_json::from_value(made["confirm"].clone()).unwrap();
        let typed: Vec<&String> = places.iter().map(|place| &words[place - 1]).collect();
        assert_eq!(self.ask("wallet_confirm_words", json!({ "words": typed })).await["stage"], "enrol");
        words
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_over_a_restart_and_locking_drops_the_keys() {
    let dir = tempfile::tempdir().unwrap();
    let desk = Desk::start(dir.path()).await;
    let words = desk.create("Eva Lind").await;
    let again = desk.ask("security_words", json!({ "secret": RIGHT })).await;
    assert_eq!(again["words"], json!(words), "for whoever can open it");
    assert_eq!(desk.refused("security_words", json!({ "secret": "guess" })).await, ErrorCode::WrongPassphrase);

    let locked = desk.ask("profile_lock", json!({})).await;
    assert_eq!((&locked["stage"], &locked["lock"]["wrongTries"]), (&json!("locked"), &json!(1)));
    assert_eq!(desk.refused("records_list", json!({})).await, ErrorCode::Locked, "nothing is answered any more");
    for _ in 0..4 {
        let wrong = json!({ "passphrase": "seven loud herons" });
        assert_eq!(desk.refused("profile_unlock", wrong).await, ErrorCode::WrongPassphrase);
    }
    assert_eq!(desk.refused("profile_unlock", json!({ "passphrase": RIGHT })).await, ErrorCode::LockedOut);
    desk.app.shutdown().await;

    let desk = Desk::start(dir.path()).await;
    let opened = desk.ask("profile_open", json!({ "profileId": "eva-lind", "newWindow": false })).await;
    assert_eq!(opened["stage"], "locked");
    let wait = opened["lock"]["wait"].as_u64().unwrap();
    assert!((1..=60_000).contains(&wait), "it outlives the program: {wait}");
    assert_eq!(desk.refused("profile_unlock", json!({ "passphrase": RIGHT })).await, ErrorCode::LockedOut);

    // A minute later.
    let attempts = dir.path().join("profiles/eva-lind/attempts.json");
    std::fs::write(&attempts, r#"{"format":1,"wrong":5,"since":0}"#).unwrap();
    assert_eq!(desk.ask("profile_unlock", json!({ "passphrase": RIGHT })).await["stage"], "enrol");
    assert!(!attempts.exists(), "the right one clears the count");

    let other = json!({ "secret": RIGHT, "custody": "passphrase", "newSecret": "eight calm herons" });
    desk.ask("security_change", other).await;
    desk.ask("profile_lock", json!({})).await;
    assert_eq!(desk.refused("profile_unlock", json!({ "passphrase": RIGHT })).await, ErrorCode::WrongPassphrase);
    assert_eq!(desk.ask("profile_unlock", json!({ "passphrase": "eight calm herons" })).await["stage"], "enrol");
    desk.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn choices_are_kept_and_a_backup_brings_them_back_without_the_words() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(dir.path()).await;
    desk.create("Eva Lind").await;
    let mut told = desk.app.subscribe();
    desk.ask("settings_set", json!({ "theme": "dark" })).await;
    let mut events = std::iter::from_fn(|| told.try_recv().ok());
    assert!(events.any(|(_, event)| matches!(event, AppEvent::SessionChanged)), "every window hears of it");
    let chosen = desk.ask("security_set", json!({ "autoLockMinutes": 5, "lockWhenHidden": true })).await;
    assert_eq!((&chosen["autoLockMinutes"], &chosen["lockWhenHidden"]), (&json!(5), &json!(true)));
    assert_eq!(desk.refused("security_set", json!({ "autoLockMinutes": 100_000 })).await, ErrorCode::InvalidRequest);

    let path = dir.path().join("eva.carekey");
    let save = |secret: &str, passphrase: &str| json!({ "path": path, "secret": secret, "passphrase": passphrase });
    let file = "a long walk by the sea";
    assert_eq!(desk.refused("backup_save", save(RIGHT, "short")).await, ErrorCode::InvalidRequest);
    assert_eq!(desk.refused("backup_save", save("wrong one", file)).await, ErrorCode::WrongPassphrase);
    let saved = desk.task("backup_save", save(RIGHT, file)).await;
    assert_eq!(saved["state"], "done", "{saved}");
    assert!(desk.ask("security_get", json!({})).await["backedUp"].is_u64());
    let bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(4).any(|window| window == b"Eva "), "nothing of it is in the clear");

    let renamed = desk.ask("profile_rename", json!({ "profileId": "eva-lind", "name": "Mum" })).await;
    let own = |list: &Value| list["profiles"].as_array().unwrap().iter().filter(|one| one["sample"] == false).count();
    assert!(renamed["profiles"].as_array().unwrap().iter().any(|one| one["name"] == "Mum"), "{renamed}");
    let removed = desk.ask("profile_remove", json!({ "profileId": "eva-lind" })).await;
    assert_eq!(own(&removed), 0, "{removed}");
    assert!(!dir.path().join("profiles/eva-lind").exists());
    assert_eq!(desk.ask("session_state", json!({})).await["stage"], "start");

    let restore = |passphrase: &str| json!({ "path": path, "passphrase": passphrase, "custody": "passphrase", "newSecret": "nine calm herons" });
    assert_eq!(desk.refused("backup_restore", restore("a short walk")).await, ErrorCode::WrongPassphrase);
    let restored = desk.task("backup_restore", restore(file)).await;
    assert_eq!(restored["state"], "done", "{restored}");
    let session = desk.ask("session_state", json!({})).await;
    assert_eq!((&session["stage"], &session["profile"]["name"]), (&json!("enrol"), &json!("Eva Lind")));
    let kept = desk.ask("security_get", json!({})).await;
    assert_eq!((&kept["autoLockMinutes"], &kept["lockWhenHidden"]), (&json!(5), &json!(true)));

    std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(desk.refused("backup_restore", restore(file)).await, ErrorCode::BackupInvalid);
    desk.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_replace_a_profile_that_cannot_be_opened_only_if_they_are_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(dir.path()).await;
    let words = desk.create("Eva Lind").await;
    desk.ask("profile_close", json!({})).await;
    let noah = desk.create("Noah Lind").await;
    desk.ask("profile_close", json!({})).await;
    let restore = |words: &[String]| json!({ "name": "Eva Lind", "words": words, "custody": "passphrase", "passphrase": RIGHT, "replaces": "eva-lind" });
    assert_eq!(desk.refused("wallet_restore", restore(&noah)).await, ErrorCode::KeysOfAnother);
    let restored = desk.task("wallet_restore", restore(&words)).await;
    assert_eq!(restored["state"], "done", "{restored}");
    assert!(!dir.path().join("profiles/eva-lind").exists(), "the old one is gone");
    assert!(dir.path().join("profiles/noah-lind").exists(), "and nobody else");
    desk.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_is_joined_by_file_or_text_and_each_profile_remembers_its_own() {
    let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let hospitals = carekey_sample::SampleNetwork::start(elsewhere.path()).await.unwrap();
    let file = hospitals.network_file().clone();
    let path = elsewhere.path().join("copy.json");
    file.save(&path).unwrap();

    let desk = Desk::start(dir.path()).await;
    let text = format!("Dear Ms Lind, carekey:join?invitation={} is your invitation", file.invitation());
    let found = desk.ask("network_inspect", json!({ "text": text })).await;
    assert_eq!((&found["id"], &found["joined"]), (&json!(file.network_id().to_string()), &json!(false)));
    assert_eq!(desk.ask("network_inspect", json!({ "path": path })).await, found);
    assert_eq!(desk.refused("network_inspect", json!({ "text": "carenet1.AAAA" })).await, ErrorCode::WrongNetwork);
    assert_eq!(desk.refused("network_inspect", json!({})).await, ErrorCode::InvalidRequest);
    desk.ask("network_join", json!({ "text": text })).await;
    let listed = desk.ask("networks_list", json!({})).await;
    assert_eq!(listed["networks"].as_array().unwrap().len(), 2, "{listed}");

    let request = json!({ "name": "Eva", "custody": "passphrase", "passphrase": RIGHT, "network": found["id"] });
    let made = desk.ask("wallet_create", request).await;
    let words: Vec<String> = serde_json::from_value(made["words"].clone()).unwrap();
    let places: Vec<usize> = serde_json::from_value(made["confirm"].clone()).unwrap();
    let typed: Vec<&String> = places.iter().map(|place| &words[place - 1]).collect();
    let session = desk.ask("wallet_confirm_words", json!({ "words": typed })).await;
    assert_eq!((&session["network"]["sample"], &session["network"]["name"]), (&json!(false), &found["name"]));
    desk.app.shutdown().await;

    let desk = Desk::start(dir.path()).await;
    let session = desk.ask("session_state", json!({})).await;
    assert_eq!(session["network"]["sample"], false, "the made-up people wait until they are wanted");
    desk.ask("profile_open", json!({ "profileId": "eva", "newWindow": false })).await;
    let session = desk.ask("profile_unlock", json!({ "passphrase": RIGHT })).await;
    assert_eq!((&session["stage"], &session["network"]["name"]), (&json!("enrol"), &found["name"]));
    desk.app.shutdown().await;
    hospitals.stop().await;
}
