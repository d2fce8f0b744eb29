//! The border with the sample network behind it: what two windows of the app ask, and what they are told.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::path::Path;
use std::time::Duration;

use carekey_api::types::{AppEvent, ErrorCode, NewsKind};
use carekey_api::{App, AppOptions};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

/// Founding the network and letting its people live through their past takes some seconds; a busy machine, more.
const PATIENCE: Duration = Duration::from_secs(300);

struct Desk {
    app: App,
    events: Receiver<(String, AppEvent)>,
}

impl Desk {
    async fn start(dir: &Path, profile: Option<&str>) -> Self {
        let options = AppOptions { data_dir: dir.to_owned(), network_dir: None, profile: profile.map(str::to_owned) };
        let app = App::start(options).await.unwrap();
        Self { events: app.subscribe(), app }
    }

    async fn ask(&self, window: &str, name: &str, request: Value) -> Value {
        self.app.call(window, name, request).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    async fn refused(&self, window: &str, name: &str, request: Value) -> ErrorCode {
        self.app.call(window, name, request).await.unwrap_err().code
    }

    /// Asks again whenever something has changed, until the answer is as wanted.
    async fn until(&mut self, window: &str, name: &str, request: Value, wanted: impl Fn(&Value) -> bool) -> Value {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let answer = self.ask(window, name, request.clone()).await;
                if wanted(&answer) {
                    return answer;
                }
                // A missed event is as good as one: ask again.
                let _ = self.events.recv().await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("{name} did not become as wanted"))
    }

    async fn open(&self, window: &str, person: &str) -> Value {
        let session = self.ask(window, "profile_open", json!({ "profileId": person, "newWindow": false })).await;
        assert_eq!(session["stage"], "open", "{session}");
        session
    }

    /// The end of a task.
    async fn task(&mut self, window: &str, name: &str, request: Value) -> Value {
        let id = self.ask(window, name, request).await["taskId"].clone();
        let is_over = |tasks: &Value| find(tasks, "tasks", "id", &id)["state"] != "running";
        find(&self.until(window, "tasks_list", json!({}), is_over).await, "tasks", "id", &id)
    }
}

fn find(list: &Value, of: &str, field: &str, value: &Value) -> Value {
    list[of].as_array().unwrap().iter().find(|one| one[field] == *value).cloned().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_shares_a_doctor_reads_and_the_patient_stops_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(dir.path(), None).await;
    let session = desk.ask("start", "session_state", json!({})).await;
    assert_eq!((&session["stage"], &session["network"]["phase"]), (&json!("start"), &json!("starting")));
    desk.until("start", "network_state", json!({}), |network| network["phase"] == "online").await;

    let maria = desk.open("maria", "maria").await["participantId"].clone();
    let amir = desk.open("amir", "amir").await["participantId"].clone();

    let heart = desk.ask("maria", "records_list", json!({ "collection": "heart" })).await;
    let records = heart["records"].as_array().unwrap();
    let ecg = records.iter().find(|row| row["kind"] == "image" || row["kind"] == "clinical").unwrap().clone();
    let opened = desk.ask("maria", "record_open", json!({ "recordId": ecg["id"] })).await;
    assert_eq!(opened["trust"]["state"], "verified", "{opened}");
    assert_ne!(opened["content"]["kind"], "withheld");

    let target = json!({ "kind": "collection", "collection": "heart" });
    let preview =
        desk.ask("maria", "grant_preview", json!({ "granteeId": amir, "targets": [target], "future": true })).await;
    assert_eq!(preview["records"].as_array().unwrap().len(), records.len());
    let request = json!({ "granteeId": amir, "targets": [target], "future": true, "purpose": "secondOpinion", "note": "before surgery" });
    let grant = desk.ask("maria", "grants_create", request.clone()).await;
    assert_eq!(desk.refused("maria", "grants_create", request).await, ErrorCode::AlreadyGranted);
    let state =
        |state: &'static str, id: Value| move |list: &Value| find(list, "grants", "id", &id)["state"]["state"] == state;
    desk.until("maria", "grants_list", json!({}), state("confirmed", grant["id"].clone())).await;

    // The doctor's window hears of it, sees whose it is, and reads.
    let from_maria = |list: &Value| list["people"].as_array().unwrap().iter().any(|one| one["patient"]["id"] == maria);
    desk.until("amir", "shared_list", json!({}), from_maria).await;
    let shared = desk.ask("amir", "shared_records", json!({ "patientId": maria })).await;
    assert_eq!(shared["sharer"]["shares"][0]["purpose"], "secondOpinion");
    assert_eq!(shared["records"].as_array().unwrap().len(), records.len());
    let which = json!({ "recordId": ecg["id"], "patientId": maria });
    let read = desk.ask("amir", "record_open", which.clone()).await;
    assert_eq!((&read["trust"]["state"], &read["content"]), (&json!("verified"), &opened["content"]));
    let proof = desk.ask("amir", "record_proof", which.clone()).await;
    assert!(proof["inclusion"]["height"].as_u64().unwrap() > 0, "{proof}");
    let own = desk.ask("maria", "record_proof", json!({ "recordId": ecg["id"] })).await;
    assert_eq!(proof["contentRoot"].as_str().unwrap().len(), 64);
    assert_eq!(proof["contentRoot"], own["contentRoot"], "both hold the same bytes");

    // What was seen and opened is known without asking the hospitals again.
    let kept =
        find(&desk.ask("amir", "shared_list", json!({})).await, "people", "patient", &shared["sharer"]["patient"]);
    assert_eq!((&kept["records"], &kept["unread"]), (&json!(records.len()), &json!(records.len() - 1)), "{kept}");
    let saved = dir.path().join("ecg");
    let mut export = which.clone();
    export["path"] = json!(saved);
    let exported = desk.task("amir", "record_export", export).await;
    assert_eq!(
        (&exported["state"], exported["done"].as_u64()),
        (&json!("done"), saved.metadata().ok().map(|m| m.len()))
    );

    // The patient sees who looked; once per opening, not for the proof or the copy on disk.
    let opens = |log: &Value| {
        let rows = log["rows"].as_array().unwrap().iter();
        rows.filter(|row| row["reader"]["id"] == amir && row["recordId"] == ecg["id"]).count()
    };
    let by_both = |log: &Value| {
        let rows = log["rows"].as_array().unwrap();
        rows.iter().any(|row| {
            row["reader"]["id"] == amir
                && row["recordId"] == ecg["id"]
                && row["receiptHeight"].is_u64()
                && row["agreement"] == "both"
                && row["evidence"].as_str().is_some_and(|hex| hex.len() == 2 * (64 + 32))
        })
    };
    let log = desk.until("maria", "access_log", json!({}), by_both).await;
    assert_eq!(opens(&log), 1, "{log}");

    desk.ask("maria", "grants_revoke", json!({ "grantId": grant["id"] })).await;
    desk.until("maria", "grants_list", json!({}), state("stopped", grant["id"].clone())).await;
    assert_eq!(desk.refused("amir", "record_open", which).await, ErrorCode::GrantRevoked);
    let stopped = desk.ask("amir", "shared_list", json!({})).await;
    let shares = stopped["people"].as_array().unwrap().iter().find(|one| one["patient"]["id"] == maria).unwrap();
    assert_eq!(shares["shares"][0]["state"], "stopped");

    // What a doctor writes arrives.
    let note = json!({ "patientId": maria, "title": "After the visit", "text": "Rest.", "collection": "general" });
    let written = desk.task("amir", "clinic_write", note).await;
    assert_eq!(written["state"], "done", "{written}");
    let arrived = |list: &Value| find(list, "records", "id", &written["recordId"])["title"] == "After the visit";
    desk.until("maria", "records_list", json!({}), arrived).await;
    desk.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_share_a_wallet_and_locking_locks_them_all() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(dir.path(), Some("jonas")).await;
    // The first window opens the person it was told to by itself, once the network is there.
    desk.until("first", "session_state", json!({}), |session| session["stage"] == "open").await;
    let session = desk.open("second", "jonas").await;
    assert_eq!(session["profile"]["open"], true);

    desk.ask("second", "profile_lock", json!({})).await;
    assert_eq!(desk.ask("first", "session_state", json!({})).await["stage"], "locked");
    assert_eq!(desk.refused("first", "records_list", json!({})).await, ErrorCode::Locked);
    // A published passphrase, or the key store: no question either way.
    assert_eq!(desk.ask("first", "profile_unlock", json!({})).await["stage"], "open");
    assert_eq!(desk.ask("second", "session_state", json!({})).await["stage"], "open");

    assert_eq!(desk.ask("second", "profile_close", json!({})).await["stage"], "start");
    desk.app.close_session("second");
    assert_eq!(desk.ask("first", "session_state", json!({})).await["stage"], "open");
    desk.app.shutdown().await;

    // The network and its people are still there after a restart.
    let mut desk = Desk::start(dir.path(), None).await;
    desk.until("start", "network_state", json!({}), |network| network["phase"] == "online").await;
    desk.open("start", "jonas").await;
    desk.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_wallet_is_made_registered_and_restored() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(dir.path(), None).await;
    desk.until("start", "network_state", json!({}), |network| network["phase"] == "online").await;
    let secret = json!({ "name": "Mia Brandt", "custody": "passphrase", "passphrase": "seven calm herons" });
    let made = desk.ask("start", "wallet_create", secret.clone()).await;
    let words = made["words"].as_array().unwrap();
    let places = made["confirm"].as_array().unwrap().iter().map(|place| place.as_u64().unwrap() as usize);
    let typed: Vec<&Value> = places.map(|place| &words[place - 1]).collect();
    let session = desk.ask("start", "wallet_confirm_words", json!({ "words": typed })).await;
    assert_eq!((&session["stage"], &session["profile"]["id"]), (&json!("enrol"), &json!("mia-brandt")));

    assert_eq!(desk.refused("start", "wallet_enrol", json!({ "code": "NOPE" })).await, ErrorCode::EnrolmentRefused);
    assert_eq!(desk.refused("start", "records_list", json!({})).await, ErrorCode::NotEnrolled);
    let codes: Value = serde_json::from_slice(&std::fs::read(dir.path().join("sample/codes.json")).unwrap()).unwrap();
    let session = desk.ask("start", "wallet_enrol", json!({ "code": codes["guest-1"] })).await;
    assert_eq!((&session["stage"], &session["profile"]["enrolled"]), (&json!("open"), &json!(true)));

    let file = dir.path().join("reading.txt");
    std::fs::write(&file, "128/82").unwrap();
    let import = json!({ "path": file, "title": "Blood pressure", "collection": "heart" });
    let imported = desk.task("start", "record_import", import).await;
    assert_eq!(imported["state"], "done", "{imported}");
    let verified = |list: &Value| find(list, "records", "id", &imported["recordId"])["trust"] == "verified";
    let list = desk.until("start", "records_list", json!({}), verified).await;
    assert_eq!(list["records"][0]["selfReported"], true);

    // A wrong passphrase does not open it; nobody's window is needed to bring it back elsewhere.
    desk.ask("start", "profile_lock", json!({})).await;
    let wrong = json!({ "passphrase": "seven loud herons" });
    assert_eq!(desk.refused("start", "profile_unlock", wrong).await, ErrorCode::WrongPassphrase);
    let mut again = secret;
    again["words"] = made["words"].clone();
    let restored = desk.task("elsewhere", "wallet_restore", again).await;
    assert_eq!(restored["state"], "done", "{restored}");
    let session = desk.ask("elsewhere", "session_state", json!({})).await;
    assert_eq!((&session["stage"], &session["profile"]["id"]), (&json!("open"), &json!("mia-brandt-2")));
    desk.until("elsewhere", "records_list", json!({}), verified).await;
    let which = json!({ "recordId": imported["recordId"] });
    assert_eq!(desk.ask("elsewhere", "record_open", which).await["content"]["text"], "128/82");
    desk.app.shutdown().await;
}

const COLLECTIONS: [&str; 6] = ["general", "heart", "medication", "laboratory", "mentalHealth", "devices"];
const DAY: u64 = 24 * 3600 * 1000;

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as u64
}

impl Desk {
    /// How often a window is told that something ends soon, among what it was told so far.
    fn told_of_endings(&mut self, window: &str) -> usize {
        let mut told = 0;
        while let Ok((session, event)) = self.events.try_recv() {
            let expiring = matches!(event, AppEvent::News { news } if news.kind == NewsKind::Expiring);
            told += usize::from(session == window && expiring);
        }
        told
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_about_many_records_is_one_line_reminded_of_extended_stopped_and_accounted_for() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(dir.path(), None).await;
    desk.until("start", "network_state", json!({}), |network| network["phase"] == "online").await;
    let maria = desk.open("maria", "maria").await["participantId"].clone();
    let amir = desk.open("amir", "amir").await["participantId"].clone();
    let records = desk.ask("maria", "records_list", json!({})).await["records"].as_array().unwrap().len();
    let targets: Vec<Value> = COLLECTIONS.map(|of| json!({ "kind": "collection", "collection": of })).into();

    // Everything, but only what is there today: one decision of as many parts as there are records.
    let choice = json!({ "granteeId": amir, "targets": targets, "future": false });
    let preview = desk.ask("maria", "grant_preview", choice.clone()).await;
    assert_eq!((&preview["parts"], &preview["includesFuture"]), (&json!(records), &json!(false)), "{preview}");
    let mut request = choice.clone();
    request["until"] = json!(now() + 5 * DAY);
    request["purpose"] = json!("secondOpinion");
    let grant = desk.ask("maria", "grants_create", request.clone()).await;
    assert_eq!((&grant["what"]["kind"], &grant["what"]["records"]), (&json!("several"), &json!(records)));
    let id = grant["id"].clone();
    let mine = |list: &Value| find(list, "grants", "id", &id);
    let confirmed = |list: &Value| mine(list)["state"]["state"] == "confirmed";
    let list = desk.until("maria", "grants_list", json!({}), confirmed).await;
    assert_eq!(mine(&list)["partsDone"], json!(records));

    // The doctor sees the titles before opening anything.
    let patient = json!({ "patientId": maria });
    desk.until("amir", "shared_list", json!({}), |list| {
        list["people"].as_array().unwrap().iter().any(|one| {
            one["patient"]["id"] == maria && one["shares"].as_array().is_some_and(|shares| shares.len() == records)
        })
    })
    .await;
    let shared = desk.ask("amir", "shared_records", patient.clone()).await;
    let shown = shared["records"].as_array().unwrap();
    assert_eq!(shown.len(), records);
    assert!(shown.iter().all(|row| row["title"].as_str().is_some_and(|title| !title.is_empty())), "{shared}");

    // Five days before the end Maria is told, once; it stays on her first page until she has decided.
    desk.told_of_endings("maria");
    desk.app.remind_at(now()).unwrap();
    desk.app.remind_at(now()).unwrap();
    assert_eq!(desk.told_of_endings("maria"), 1);
    assert_eq!(desk.ask("maria", "home_summary", json!({})).await["ending"][0]["id"], id);
    let end = now() + 90 * DAY;
    let longer = json!({ "grantId": id, "until": end, "purpose": "secondOpinion" });
    assert_eq!(desk.ask("maria", "grants_change", longer).await["id"], id);
    let which = json!({ "recordId": shown[0]["id"], "patientId": maria });
    assert_eq!(desk.ask("amir", "record_open", which.clone()).await["trust"]["state"], "verified", "meanwhile");
    let extended = |list: &Value| mine(list)["until"] == json!(end) && confirmed(list);
    let list = desk.until("maria", "grants_list", json!({}), extended).await;
    let to_amir = list["grants"].as_array().unwrap().iter().filter(|one| one["grantee"]["id"] == amir);
    assert_eq!(to_amir.count(), 1, "extended, not granted a second time: {list}");
    assert_eq!(desk.ask("maria", "home_summary", json!({})).await["ending"], json!([]));
    desk.app.remind_at(now()).unwrap();
    assert_eq!(desk.told_of_endings("maria"), 0);
    desk.app.remind_at(end - DAY).unwrap();
    assert_eq!(desk.told_of_endings("maria"), 1, "the new end is spoken of in its time");

    // Beside it, everything with what is to come; then all of it is stopped with one word.
    request["future"] = json!(true);
    request["until"] = Value::Null;
    let everything = desk.ask("maria", "grants_create", request).await;
    assert_eq!(everything["what"]["kind"], "everything");
    let whole = |list: &Value| find(list, "grants", "id", &everything["id"])["state"]["state"] == "confirmed";
    desk.until("maria", "grants_list", json!({}), whole).await;
    desk.ask("maria", "grants_revoke_all", json!({ "personId": amir })).await;
    let all_stopped = |list: &Value| {
        let grants = list["grants"].as_array().unwrap();
        grants.iter().filter(|one| one["grantee"]["id"] == amir).all(|one| one["state"]["state"] == "stopped")
    };
    let list = desk.until("maria", "grants_list", json!({}), all_stopped).await;
    assert_eq!(mine(&list)["opened"][0]["recordId"], shown[0]["id"], "what he had opened is named: {list}");
    let refused = desk.refused("amir", "record_open", which).await;
    assert!([ErrorCode::GrantRevoked, ErrorCode::AccessRefused, ErrorCode::NotFound].contains(&refused), "{refused:?}");

    // The log is narrowed down, and saved for people and for whoever checks it.
    let told = |log: &Value| log["rows"].as_array().unwrap().iter().any(|row| row["receiptHeight"].is_u64());
    let filter = json!({ "personId": amir, "which": "opened" });
    let log = desk.until("maria", "access_log", json!({ "filter": filter }), told).await;
    assert_eq!((&log["total"], &log["rows"][0]["recordId"]), (&json!(1), &shown[0]["id"]), "{log}");
    let (table, evidence) = (dir.path().join("log.csv"), dir.path().join("log.json"));
    for (path, format) in [(&table, "csv"), (&evidence, "json")] {
        let export = json!({ "filter": filter, "path": path, "format": format, "language": "de" });
        desk.ask("maria", "access_export", export).await;
    }
    let table = std::fs::read_to_string(table).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 2, "{table}");
    assert!(
        lines[0].contains("\"Wer\"") && lines[1].contains("Haddad") && lines[1].contains("\"Geöffnet\""),
        "{table}"
    );
    let evidence: Value = serde_json::from_slice(&std::fs::read(evidence).unwrap()).unwrap();
    assert_eq!(evidence["format"], "carekey-access-log-1");
    let proof = &evidence["accesses"][0]["evidence"];
    assert!(proof["height"].is_u64() && proof["readerSignatureChecked"] == true, "{evidence}");

    // A name of one's own is everywhere; a contact that is removed is no contact, whatever they can read.
    desk.ask("maria", "person_rename", json!({ "personId": amir, "nickname": " Heart doctor " })).await;
    let list = desk.ask("maria", "grants_list", json!({})).await;
    assert_eq!(mine(&list)["grantee"]["nickname"], "Heart doctor");
    let jonas = desk.ask("maria", "contacts_list", json!({})).await["people"][0]["id"].clone();
    desk.ask("maria", "contacts_remove", json!({ "personId": jonas })).await;
    assert_eq!(desk.ask("maria", "contacts_list", json!({})).await["people"], json!([]));
    desk.app.shutdown().await;
}
