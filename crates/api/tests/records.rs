//! One's own records on the sample network: added, searched, changed, erased, and read without a network.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::path::Path;
use std::time::Duration;

use carekey_api::types::{AppEvent, ErrorCode};
use carekey_api::{App, AppOptions};
use carekey_ledger::record_proof::RecordProof;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

const PATIENCE: Duration = Duration::from_secs(300);
const WINDOW: &str = "maria";

struct Desk {
    app: App,
    events: Receiver<(String, AppEvent)>,
}

impl Desk {
    async fn start(dir: &Path) -> Self {
        let options = AppOptions { data_dir: dir.to_owned(), network_dir: None, profile: None };
        let app = App::start(options).await.unwrap();
        let mut desk = Self { events: app.subscribe(), app };
        desk.until("network_state", json!({}), |network| network["phase"] == "online").await;
        desk.ask("profile_open", json!({ "profileId": "maria", "newWindow": false })).await;
        desk
    }

    async fn ask(&self, name: &str, request: Value) -> Value {
        self.app.call(WINDOW, name, request).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    async fn refused(&self, name: &str, request: Value) -> ErrorCode {
        self.app.call(WINDOW, name, request).await.unwrap_err().code
    }

    async fn until(&mut self, name: &str, request: Value, wanted: impl Fn(&Value) -> bool) -> Value {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let answer = self.ask(name, request.clone()).await;
                if wanted(&answer) {
                    return answer;
                }
                let _ = self.events.recv().await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("{name} did not become as wanted"))
    }

    async fn task(&mut self, started: Value) -> Value {
        let id = started["taskId"].clone();
        let is_over = |tasks: &Value| find(tasks, "tasks", "id", &id)["state"] != "running";
        find(&self.until("tasks_list", json!({}), is_over).await, "tasks", "id", &id)
    }
}

fn find(list: &Value, of: &str, field: &str, value: &Value) -> Value {
    list[of].as_array().unwrap().iter().find(|one| one[field] == *value).cloned().unwrap_or_default()
}

fn verified(id: &Value) -> impl Fn(&Value) -> bool {
    let id = id.clone();
    move |list| find(list, "records", "id", &id)["trust"] == "verified"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patients_own_records_are_added_found_changed_proved_and_erased() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(dir.path()).await;

    // Everything is read ahead, and found by what it says. Nobody's access log knows of it.
    let listed = desk.until("records_list", json!({}), |list| list["reading"]["left"] == 0).await;
    let total = listed["total"].as_u64().unwrap();
    assert_eq!(listed["records"].as_array().unwrap().len() as u64, total);
    let years: u64 = listed["years"].as_array().unwrap().iter().map(|year| year["count"].as_u64().unwrap()).sum();
    assert_eq!(years, total);
    let page = desk.ask("records_list", json!({ "offset": 1, "limit": 2 })).await;
    assert_eq!(page["records"].as_array().unwrap()[..], listed["records"].as_array().unwrap()[1..3]);
    let unread = listed["unread"].as_u64().unwrap();
    assert!(unread > 0, "what was read ahead is still new to the person");
    let log = desk.ask("access_log", json!({ "flaggedOnly": false })).await;
    assert!(log["rows"].as_array().unwrap().iter().all(|row| row["reader"]["name"] != "Maria Keller"), "{log}");

    // Several files at once; one is there already, one is broken, one is empty.
    let (note, broken, empty) = (dir.path().join("note.txt"), dir.path().join("b.json"), dir.path().join("e.txt"));
    std::fs::write(&note, "Palpitations after climbing the Zugspitze.").unwrap();
    std::fs::write(&broken, r#"{"resourceType":"Bundle","entry":[{"#).unwrap();
    std::fs::write(&empty, "").unwrap();
    assert_eq!(desk.refused("file_inspect", json!({ "path": empty })).await, ErrorCode::FileEmpty);
    let seen = desk.ask("file_inspect", json!({ "path": note })).await;
    assert_eq!((&seen["duplicate"], &seen["damage"]), (&Value::Null, &Value::Null));
    let import = |path: &Path, title: &str| json!({ "path": path, "title": title, "collection": "general" });
    let first = desk.ask("record_import", import(&note, "Hike")).await;
    let second = desk.ask("record_import", import(&broken, "Broken")).await;
    let (first, second) = (desk.task(first).await, desk.task(second).await);
    assert_eq!((&first["state"], &second["state"]), (&json!("done"), &json!("done")));
    desk.until("records_list", json!({}), verified(&first["recordId"])).await;
    let seen = desk.ask("file_inspect", json!({ "path": note })).await;
    assert_eq!(seen["duplicate"]["title"], "Hike");
    let found = json!({ "text": "zugspitze PALPITATIONS" });
    let hits = desk.until("records_list", found, |list| list["total"] == 1).await;
    assert_eq!(hits["records"][0]["title"], "Hike", "found by its text, whatever the case");

    // A large one is stopped while it is sealed or sent; nothing of it stays.
    let large = dir.path().join("large.bin");
    std::fs::write(&large, vec![7; 64 << 20]).unwrap();
    let started = desk.ask("record_import", import(&large, "Large")).await;
    desk.ask("task_cancel", json!({ "taskId": started["taskId"] })).await;
    assert_eq!(desk.task(started).await["state"], "cancelled");
    let list = desk.ask("records_list", json!({})).await;
    assert_eq!(find(&list, "records", "title", &json!("Large")), Value::Null);

    // A measurement, and a new version of it.
    let pressure =
        |systolic: &str| json!({ "kind": "bloodPressure", "systolic": systolic, "diastolic": "82", "remark": "" });
    let at = 1_780_000_000_000_u64;
    let write = json!({ "body": pressure("148"), "at": at, "collection": "heart" });
    let row = desk.ask("entry_write", write).await;
    desk.until("records_list", json!({}), verified(&row["id"])).await;
    let opened = desk.ask("record_open", json!({ "recordId": row["id"] })).await;
    assert_eq!((&opened["entry"]["body"]["systolic"], &opened["entry"]["canChange"]), (&json!("148"), &json!(true)));
    let write = json!({ "body": pressure("128"), "at": at, "collection": "heart", "replaces": row["id"] });
    let newer = desk.ask("entry_write", write).await;
    let list = desk.until("records_list", json!({ "own": true }), verified(&newer["id"])).await;
    assert_eq!(find(&list, "records", "id", &row["id"]), Value::Null, "both versions are one row");
    assert_eq!(find(&list, "records", "id", &newer["id"])["changed"], true);
    let opened = desk.ask("record_open", json!({ "recordId": newer["id"] })).await;
    assert_eq!(opened["versions"][0]["id"], row["id"]);
    let older = desk.ask("record_open", json!({ "recordId": row["id"] })).await;
    assert_eq!(older["entry"]["body"]["systolic"], "148", "the older one can still be read");
    let wrong = json!({ "body": pressure("1480"), "at": at, "collection": "heart" });
    assert_eq!(desk.refused("entry_write", wrong).await, ErrorCode::InvalidRequest);

    // The proof holds for the document, and for no other.
    let saved = dir.path().join("hike.carekey");
    desk.ask("proof_export", json!({ "recordId": first["recordId"], "path": saved })).await;
    let proof = RecordProof::from_bytes(&std::fs::read(&saved).unwrap()).unwrap();
    let proven = proof.verify(None).unwrap();
    assert_eq!(proven.metadata.title.as_str(), "Hike");
    assert!(proven.confirmed_by.len() >= 3, "{proven:?}");
    proof.verify_document(&mut std::fs::File::open(&note).unwrap()).unwrap();
    proof.verify_document(&mut std::fs::File::open(&broken).unwrap()).unwrap_err();

    // Erased with its older version, for good.
    desk.ask("record_erase", json!({ "recordId": newer["id"] })).await;
    let list = desk.ask("records_list", json!({})).await;
    for id in [&row["id"], &newer["id"]] {
        assert_eq!(find(&list, "records", "id", id), Value::Null);
        assert_eq!(desk.refused("record_erase", json!({ "recordId": id })).await, ErrorCode::RecordErased);
    }
    desk.until("ledger_state", json!({}), |ledger| ledger["pending"] == 0).await;
    assert_eq!(desk.refused("record_open", json!({ "recordId": newer["id"] })).await, ErrorCode::NotFound);

    desk.ask("records_read_all", json!({})).await;
    assert_eq!(desk.ask("records_list", json!({})).await["unread"], 0);
    desk.app.shutdown().await;
}
