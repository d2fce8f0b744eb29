//! The border without a network: every command is answered, nothing unreadable passes, nothing secret comes back.

use serde_json::{Value, json};

use crate::app::{App, AppOptions};
use crate::dispatch::ANSWERED;
use crate::types::{COMMANDS, ErrorCode, ErrorView};

/// A program whose network file does not exist: it fails at once, and everything that needs no network works.
async fn app(dir: &std::path::Path) -> App {
    let options = AppOptions { data_dir: dir.join("data"), network_dir: Some(dir.join("nowhere")), profile: None };
    App::start(options).await.unwrap()
}

async fn refusal(app: &App, name: &str, request: Value) -> ErrorView {
    app.call("window", name, request).await.unwrap_err()
}

#[test]
fn every_command_of_the_border_is_answered() {
    assert_eq!(ANSWERED, COMMANDS);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let app = app(dir.path()).await;
    let error = refusal(&app, "records_burn", json!({})).await;
    assert_eq!((error.code, error.detail.as_deref()), (ErrorCode::UnknownCommand, Some("records_burn")));
    for request in [Value::Null, json!([]), json!({"theme": "green"}), json!({"theme": 7})] {
        assert_eq!(refusal(&app, "settings_set", request).await.code, ErrorCode::InvalidRequest);
    }
    let missing = refusal(&app, "record_move", json!({"recordId": "00"})).await;
    assert!(missing.detail.unwrap().contains("collection"), "it says what is missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_request_with_a_secret_does_not_repeat_it() {
    let dir = tempfile::tempdir().unwrap();
    let app = app(dir.path()).await;
    let error = refusal(&app, "profile_unlock", json!({"passphrase": 19_450_508})).await;
    assert_eq!((error.code, error.detail), (ErrorCode::InvalidRequest, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_profile_nothing_personal_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let app = app(dir.path()).await;
    for name in ["home_summary", "records_list", "grants_list", "contact_card", "shared_list", "ledger_state"] {
        assert_eq!(refusal(&app, name, json!({})).await.code, ErrorCode::NoProfile, "{name}");
    }
    assert_eq!(refusal(&app, "profile_lock", json!({})).await.code, ErrorCode::NoProfile);
    let error = refusal(&app, "profile_open", json!({"profileId": "nobody", "newWindow": false})).await;
    assert_eq!(error.code, ErrorCode::WrongNetwork, "the network file is the first thing that is missing: {error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_does_not_start_says_why_and_keeps_nobody_waiting() {
    let dir = tempfile::tempdir().unwrap();
    let app = app(dir.path()).await;
    let mut events = app.subscribe();
    let mut session = app.call("window", "session_state", json!({})).await.unwrap();
    while session["network"]["phase"] == "starting" {
        events.recv().await.unwrap();
        session = app.call("window", "session_state", json!({})).await.unwrap();
    }
    assert_eq!(session["stage"], "start");
    assert_eq!(session["network"]["phase"], "failed");
    assert!(session["network"]["detail"].as_str().unwrap().contains("network file"), "{session}");
    assert_eq!(app.call("window", "profiles_list", json!({})).await.unwrap(), json!({"profiles": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_outlive_the_program_and_a_damaged_file() {
    let dir = tempfile::tempdir().unwrap();
    let first = app(dir.path()).await;
    first.call("window", "settings_set", json!({"language": "de"})).await.unwrap();
    first.call("window", "settings_set", json!({"theme": "dark"})).await.unwrap();
    let again = app(dir.path()).await;
    let chosen = json!({
        "language": "de", "theme": "dark",
        "notifications": true, "hideNames": false, "keepRunning": false, "startHidden": false,
    });
    assert_eq!(again.call("other", "settings_get", json!({})).await.unwrap(), chosen);
    std::fs::write(dir.path().join("data/settings.json"), b"{").unwrap();
    let fresh = app(dir.path()).await;
    assert_eq!(fresh.call("w", "settings_get", json!({})).await.unwrap()["theme"], "system");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_that_is_being_made_is_forgotten_with_its_window() {
    let dir = tempfile::tempdir().unwrap();
    let app = app(dir.path()).await;
    let short = json!({"name": "Mia Brandt", "custody": "passphrase", "passphrase": "short"});
    assert_eq!(refusal(&app, "wallet_create", short).await.code, ErrorCode::InvalidRequest);
    let request = json!({"name": "Mia Brandt", "custody": "passphrase", "passphrase": "seven calm herons"});
    let made = app.call("window", "wallet_create", request).await.unwrap();
    assert_eq!(made["words"].as_array().unwrap().len(), 24);
    let wrong = json!({"words": ["abandon", "abandon", "wrong"]});
    assert_eq!(refusal(&app, "wallet_confirm_words", wrong).await.code, ErrorCode::WordsMismatch);
    let session = app.call("window", "session_state", json!({})).await.unwrap();
    assert_eq!((&session["stage"], &session["profile"]["id"]), (&json!("confirmWords"), &json!("mia-brandt")));
    assert!(!dir.path().join("data/profiles").exists(), "nothing is on disk");
    let session = app.call("window", "profile_close", json!({})).await.unwrap();
    assert_eq!(session["stage"], "start");
    let words = json!({"words": []});
    assert_eq!(refusal(&app, "wallet_confirm_words", words).await.code, ErrorCode::NoProfile);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_are_none_start_no_task() {
    let dir = tempfile::tempdir().unwrap();
    let app = app(dir.path()).await;
    let words = vec!["abandon"; 24];
    let request = json!({"name": "Mia", "words": words, "custody": "passphrase", "passphrase": "seven calm herons"});
    assert_eq!(refusal(&app, "wallet_restore", request).await.code, ErrorCode::WordsInvalid);
    assert_eq!(app.call("window", "tasks_list", json!({})).await.unwrap(), json!({"tasks": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_fails_says_so_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let app = app(dir.path()).await;
    let mut words = vec!["abandon"; 23];
    words.push("art");
    let mut events = app.subscribe();
    let request = json!({"name": "Mia", "words": words, "custody": "passphrase", "passphrase": "seven calm herons"});
    let started = app.call("window", "wallet_restore", request).await.unwrap();
    let failed = loop {
        let (session, event) = events.recv().await.unwrap();
        let event = serde_json::to_value(event).unwrap();
        if event["type"] == "task" && event["task"]["state"] != "running" {
            assert_eq!(session, "window");
            break event["task"].clone();
        }
    };
    assert_eq!(failed["id"], started["taskId"]);
    assert_eq!((&failed["state"], &failed["error"]["code"]), (&json!("failed"), &json!("wrongNetwork")));
    assert!(!dir.path().join("data/profiles").exists());
    let listed = app.call("window", "tasks_list", json!({})).await.unwrap();
    assert_eq!(listed["tasks"][0]["state"], "failed");
    assert_eq!(app.call("other", "tasks_list", json!({})).await.unwrap(), json!({"tasks": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_looked_at_before_it_is_added() {
    let dir = tempfile::tempdir().unwrap();
    let app = app(dir.path()).await;
    let path = dir.path().join("ECG_note.txt");
    std::fs::write(&path, "Sinus rhythm.").unwrap();
    let found = app.call("window", "file_inspect", json!({"path": path})).await.unwrap();
    assert_eq!((&found["kind"], &found["collection"], &found["size"]), (&json!("text"), &json!("heart"), &json!(13)));
    for (path, code) in [
        (dir.path().join("gone"), ErrorCode::FileUnreadable),
        (dir.path().to_owned(), ErrorCode::FileUnreadable),
        ("note.txt".into(), ErrorCode::InvalidRequest),
    ] {
        assert_eq!(refusal(&app, "file_inspect", json!({"path": path})).await.code, code, "{}", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_names_its_files_and_whom_they_are_about() {
    let dir = tempfile::tempdir().unwrap();
    let app = app(dir.path()).await;
    let folder = dir.path().join("results");
    std::fs::create_dir_all(folder.join("tuesday")).unwrap();
    let message = "MSH|^~\\&|LAB|N|||20261120||ORU^R01|1|P|2.5.1\rPID|||1||Brandt^Ole\rOBX|1|NM|718-7^Hb^LN||14|g/dL\r";
    for (name, text) in [("b.txt", "x"), ("tuesday/a.hl7", message), (".hidden", "x")] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let listed = app.call("window", "folder_list", json!({"path": folder})).await.unwrap();
    let paths = [folder.join("b.txt"), folder.join("tuesday/a.hl7")];
    assert_eq!(listed, json!({"paths": paths, "more": false}));
    let found = app.call("window", "file_inspect", json!({"path": paths[1]})).await.unwrap();
    assert_eq!(found["patient"], "Ole Brandt", "{found}");
    let gone = json!({"path": dir.path().join("gone")});
    assert_eq!(refusal(&app, "folder_list", gone).await.code, ErrorCode::FileUnreadable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_may_be_answered_on_any_thread() {
    fn on_any_thread<T: Send>(value: T) -> T {
        value
    }
    let dir = tempfile::tempdir().unwrap();
    let app = on_any_thread(app(dir.path()).await);
    on_any_thread(app.call("window", "tasks_list", json!({}))).await.unwrap();
    on_any_thread(app.shutdown()).await;
}
