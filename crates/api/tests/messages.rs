//! What people say to each other off the ledger, over the sample network: requests, appointments, strangers, advice.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod desk;

use carekey_api::types::ErrorCode;
use desk::{Desk, find};
use serde_json::{Value, json};

const DAY: u64 = 24 * 3600 * 1000;

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as u64
}

fn state(list: &str, id: &Value, wanted: &'static str) -> impl Fn(&Value) -> bool {
    let (list, id) = (list.to_owned(), id.clone());
    move |answer| find(answer, &list, "id", &id)["state"]["state"] == wanted
}

fn ask(whom: &Value, collections: &[&str], words: &str) -> Value {
    let until = now() + 300 * DAY;
    json!({ "personId": whom, "collections": collections, "until": until, "purpose": "treatment", "words": words })
}

/// Waits until somebody has a request from the other side.
async fn arrives(desk: &mut Desk, window: &str, id: &Value) -> Value {
    let is_there = |list: &Value| !find(list, "requests", "id", id).is_null();
    find(&desk.until(window, "requests_list", json!({}), is_there).await, "requests", "id", id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_asks_and_the_patient_allows_less_or_says_no() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(dir.path(), None).await;
    desk.until("start", "network_state", json!({}), |network| network["phase"] == "online").await;
    let maria = desk.open("maria", "maria").await["participantId"].clone();
    let ngozi = desk.open("ngozi", "ngozi").await["participantId"].clone();

    // Ngozi, who reads Maria's laboratory results, would like to see more.
    let asked =
        desk.ask("ngozi", "request_ask", ask(&maria, &["heart", "medication"], "Before we change the dose")).await;
    assert_eq!(asked["state"]["state"], "asked");
    let arrived = arrives(&mut desk, "maria", &asked["id"]).await;
    assert_eq!(arrived["collections"], json!(["heart", "medication"]));
    assert_eq!(
        (&arrived["person"]["id"], &arrived["words"], &arrived["stranger"], &arrived["unread"]),
        (&ngozi, &json!("Before we change the dose"), &json!(false), &json!(true))
    );
    desk.ask("maria", "message_seen", json!({ "id": asked["id"] })).await;
    assert_eq!(arrives(&mut desk, "maria", &asked["id"]).await["unread"], false);

    // Maria shares the heart records only, and not as long: that answers.
    let until = now() + 30 * DAY;
    desk.ask("maria", "grants_create", desk::grant(&ngozi, "heart", until)).await;
    desk.until("maria", "requests_list", json!({}), state("requests", &asked["id"], "narrowed")).await;
    let told = desk.until("ngozi", "requests_list", json!({}), state("requests", &asked["id"], "narrowed")).await;
    let allowed = &find(&told, "requests", "id", &asked["id"])["state"]["allowed"];
    assert_eq!((&allowed["collections"], &allowed["until"]), (&json!(["heart"]), &json!(until)));

    // The answer stands in the inbox, and the records can be read.
    let answered = |inbox: &Value| find(inbox, "items", "id", &asked["id"])["about"]["kind"] == "answer";
    desk.until("ngozi", "inbox_list", json!({}), answered).await;
    let heart = |answer: &Value| {
        answer["records"].as_array().is_some_and(|rows| rows.iter().any(|row| row["collection"] == "heart"))
    };
    let listed = desk.until("ngozi", "shared_records", json!({ "patientId": maria }), heart).await;
    let record = listed["records"].as_array().unwrap().iter().find(|row| row["collection"] == "heart").unwrap().clone();
    let opened = desk.ask("ngozi", "record_open", json!({ "recordId": record["id"], "patientId": maria })).await;
    assert_eq!(opened["trust"]["state"], "verified", "{opened}");

    // Asked again for the rest, Maria says no; nothing more can be said to that.
    let again = desk.ask("ngozi", "request_ask", ask(&maria, &["mentalHealth"], "")).await;
    arrives(&mut desk, "maria", &again["id"]).await;
    let no = json!({ "requestId": again["id"], "words": "This stays with me." });
    desk.ask("maria", "request_decline", no.clone()).await;
    let told = desk.until("ngozi", "requests_list", json!({}), state("requests", &again["id"], "declined")).await;
    assert_eq!(find(&told, "requests", "id", &again["id"])["state"]["words"], "This stays with me.");
    assert_eq!(desk.refused("maria", "request_decline", no).await, ErrorCode::OutOfPlace);
    let withdrawn = json!({ "requestId": again["id"] });
    assert_eq!(desk.refused("ngozi", "request_withdraw", withdrawn).await, ErrorCode::OutOfPlace);

    // Advice comes as a signed record that says it is advice.
    let advice = json!({
        "patientId": maria, "title": "After the change of dose", "text": "Measure every morning.",
        "collection": "medication", "advice": true,
    });
    let written = desk.task("ngozi", "clinic_write", advice).await;
    let came = |list: &Value| find(list, "records", "id", &written["recordId"])["category"] == "Advice";
    desk.until("maria", "records_list", json!({}), came).await;
    let opened = desk.ask("maria", "record_open", json!({ "recordId": written["recordId"] })).await;
    assert_eq!(
        (&opened["content"]["text"], &opened["row"]["author"]["id"]),
        (&json!("Measure every morning."), &ngozi)
    );
    desk.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_brings_its_access_and_takes_it_along() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(dir.path(), None).await;
    desk.until("start", "network_state", json!({}), |network| network["phase"] == "online").await;
    let maria = desk.open("maria", "maria").await["participantId"].clone();
    let amir = desk.open("amir", "amir").await["participantId"].clone();

    let (from, until) = (now() + 2 * DAY, now() + 5 * DAY);
    let wish = json!({
        "personId": amir, "from": from, "until": until, "meeting": "inPerson", "reason": "Palpitations",
        "words": "", "offer": ["heart"],
    });
    let wished = desk.ask("maria", "appointment_wish", wish).await;
    let id = wished["id"].clone();
    let in_inbox = |inbox: &Value| find(inbox, "items", "id", &id)["about"]["kind"] == "appointment";
    desk.until("amir", "inbox_list", json!({}), in_inbox).await;
    let grants = desk.ask("maria", "grants_list", json!({})).await;
    let to_amir = |list: &Value| {
        let rows = list["grants"].as_array().unwrap().iter();
        rows.filter(|grant| grant["grantee"]["id"] == amir)
            .map(|grant| grant["state"]["state"].clone())
            .collect::<Vec<_>>()
    };
    assert!(to_amir(&grants).is_empty(), "a wish alone opens nothing");

    // Another day than wished is a proposal; once Maria takes it, the access is there.
    let answer = json!({ "appointmentId": id, "at": until + DAY, "minutes": 20, "place": "Room 4", "words": "" });
    desk.ask("amir", "appointment_answer", answer).await;
    desk.until("maria", "appointments_list", json!({}), state("appointments", &id, "proposed")).await;
    assert!(to_amir(&desk.ask("maria", "grants_list", json!({})).await).is_empty(), "nor does a proposal");
    desk.ask("maria", "appointment_accept", json!({ "appointmentId": id })).await;
    desk.until("amir", "appointments_list", json!({}), state("appointments", &id, "agreed")).await;
    desk.until("maria", "grants_list", json!({}), |list| to_amir(list) == ["confirmed"]).await;
    let from_maria = |list: &Value| list["people"].as_array().unwrap().iter().any(|one| one["patient"]["id"] == maria);
    desk.until("amir", "shared_list", json!({}), from_maria).await;

    let file = dir.path().join("appointment.ics");
    let export = json!({ "appointmentId": id, "title": "Dr Haddad", "path": file });
    desk.ask("maria", "appointment_export", export).await;
    let calendar = std::fs::read_to_string(&file).unwrap();
    assert!(calendar.starts_with("BEGIN:VCALENDAR\r\n") && calendar.contains("LOCATION:Room 4\r\n"), "{calendar}");

    // Called off by the doctor: the access goes with it.
    desk.ask("amir", "appointment_call_off", json!({ "appointmentId": id, "words": "I am ill" })).await;
    let off = desk.until("maria", "appointments_list", json!({}), state("appointments", &id, "calledOff")).await;
    let off = find(&off, "appointments", "id", &id);
    assert_eq!((&off["state"]["byMe"], &off["said"]), (&json!(false), &json!("I am ill")));
    desk.until("maria", "grants_list", json!({}), |list| to_amir(list) == ["stopped"]).await;
    let late = json!({ "appointmentId": id });
    assert_eq!(desk.refused("maria", "appointment_accept", late).await, ErrorCode::OutOfPlace);
    desk.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_flood_is_bounded_and_stands_apart() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(dir.path(), None).await;
    desk.until("start", "network_state", json!({}), |network| network["phase"] == "online").await;
    let maria = desk.open("maria", "maria").await["participantId"].clone();
    desk.open("amir", "amir").await;
    desk.open("ngozi", "ngozi").await;
    let card = desk.ask("maria", "contact_card", json!({})).await;
    desk.ask("amir", "contacts_add", json!({ "card": card["card"] })).await;

    for n in 0..8 {
        desk.ask("amir", "request_ask", ask(&maria, &["heart"], &format!("Please, number {n}"))).await;
    }
    desk.until("amir", "requests_list", json!({}), |list| {
        list["requests"].as_array().unwrap().iter().all(|one| one["delivery"] == "sent")
    })
    .await;
    // What somebody known says after the flood arrives all the same.
    let known = desk.ask("ngozi", "request_ask", ask(&maria, &["heart"], "")).await;
    arrives(&mut desk, "maria", &known["id"]).await;
    let amirs = |list: &Value| {
        let rows = list["requests"].as_array().unwrap().iter();
        rows.filter(|one| one["stranger"] == true).cloned().collect::<Vec<_>>()
    };
    let kept = desk.until("maria", "requests_list", json!({}), |list| amirs(list).len() >= 3).await;
    assert_eq!(amirs(&kept).len(), 3, "three a day of somebody unknown");
    desk.app.shutdown().await;
}
