//! The story the product exists for, told by two windows of the real app: a patient grants, a doctor reads, the
//! patient sees that he did, and stops it. Told again after a restart.

use serde_json::{Value, json};

use crate::{
    app::App,
    desk::Desk,
    people::{self, Person, text},
    window::Window,
};

#[tokio::test]
async fn a_patient_grants_a_doctor_reads_the_patient_stops() {
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let grant = tell(&app, |_| ()).await;

    app.quit().await;
    let app = desk.open("home", &[]).await;
    let start = app.window().await;
    people::online(&start).await;
    let patient = people::person(&start, "person").await;
    people::open_here(&start, &patient).await;
    start.click("nav-people").await;
    start.click("grants-ended-show").await;
    start.see(&format!("grant-row[data-grant='{grant}'][data-state=stopped]")).await;
}

#[tokio::test]
async fn a_grant_outlives_a_crash() {
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let patients = app.window().await;
    people::online(&patients).await;
    let (patient, doctor) = (people::person(&patients, "person").await, people::person(&patients, "doctor").await);
    people::open_here(&patients, &patient).await;
    let collection = ungranted_collection(&patients, &doctor).await;
    fill_in(&patients, &doctor, &collection).await;
    patients.click("grant-confirm").await;
    patients.see("grant-sent").await;
    app.kill().await;

    let app = desk.open("home", &[]).await;
    let patients = app.window().await;
    people::online(&patients).await;
    people::open_here(&patients, &patient).await;
    patients.click("nav-people").await;
    patients.see("grant-row").await;
    let grant = find_grant(&patients, &doctor, &collection).await;
    patients.see(&format!("grant-row[data-grant='{grant}'][data-state=confirmed]")).await;
}

/// Tells the story in `app`, a sentence at a time, with a picture for each; returns the grant it was about.
pub(crate) async fn tell(app: &App, mut say: impl FnMut(&str)) -> String {
    let start = app.window().await;
    people::online(&start).await;
    start.picture("1-start").await;
    let (patient, doctor) = (people::person(&start, "person").await, people::person(&start, "doctor").await);
    let doctors = people::open_beside(app, &start, &doctor).await;
    people::open_here(&start, &patient).await;
    let patients = start;
    patients.see("home-new").await;
    patients.picture("2-home").await;
    say(&format!("{} and {} have opened CareKey.", patient.name, doctor.name));

    let collection = ungranted_collection(&patients, &doctor).await;
    let grant = give(&patients, &doctor, &collection).await;
    say(&format!("{} shared {collection} records with {}; the ledger has confirmed it.", patient.name, doctor.name));

    let record = read(&doctors, &patient, &collection).await;
    say(&format!(
        "{} read {}, and its author, content and place in the ledger were checked.",
        doctor.name,
        text(&record, "title")
    ));

    see_who_looked(&patients, &doctor).await;
    say(&format!("{} sees who looked.", patient.name));

    stop(&patients, &grant).await;
    say(&format!("{} stopped it.", patient.name));

    be_refused(&doctors, &record).await;
    say(&format!("{} is refused.", doctor.name));
    grant
}

/// A collection that has records and is not shared with this doctor yet.
async fn ungranted_collection(patients: &Window, doctor: &Person) -> String {
    let grantee = grantee_id(patients, doctor).await;
    let records = patients.call("records_list", json!({})).await.unwrap();
    for row in records["collections"].as_array().unwrap() {
        let collection = text(row, "collection");
        let target = json!({ "kind": "collection", "collection": collection });
        let preview = patients
            .call("grant_preview", json!({ "granteeId": grantee, "targets": [target], "future": true }))
            .await
            .unwrap();
        let some = preview["records"].as_array().is_some_and(|records| !records.is_empty());
        if some && preview["existingGrantId"].is_null() {
            return collection;
        }
    }
    panic!("{} could be given something new: {records}", doctor.name);
}

async fn grantee_id(patients: &Window, doctor: &Person) -> String {
    let directory = patients.call("directory_list", json!({})).await.unwrap();
    let found = directory["people"].as_array().unwrap().iter().find(|person| person["name"] == *doctor.name);
    text(found.unwrap_or_else(|| panic!("{} is in the directory: {directory}", doctor.name)), "id")
}

async fn give(patients: &Window, doctor: &Person, collection: &str) -> String {
    fill_in(patients, doctor, collection).await;
    patients.picture("3-grant").await;
    patients.click("grant-confirm").await;
    patients.see("grant-sent-state[data-state=confirmed]").await;
    patients.picture("4-confirmed").await;
    patients.click("grant-finish").await;
    find_grant(patients, doctor, collection).await
}

/// The dialog: who, what, until when; then the sentence it makes, and the preview.
pub(crate) async fn fill_in(patients: &Window, doctor: &Person, collection: &str) {
    patients.click("nav-people").await;
    patients.click("grant-open").await;
    patients.fill("grant-person-search", &doctor.name).await;
    let grantee = grantee_id(patients, doctor).await;
    patients.click(&format!("grant-person-row[data-person='{grantee}']")).await;
    patients.click(&format!("grant-collection-{collection}")).await;
    patients.click("grant-next").await;
    patients.click("grant-term-quarter").await;
    patients.click("grant-next").await;
    patients.see_text("grant-sentence", &doctor.name).await;
    patients.see("grant-preview grant-preview-record").await;
}

/// The one grant of `collection` to this doctor that has not ended.
pub(crate) async fn find_grant(patients: &Window, doctor: &Person, collection: &str) -> String {
    let grants = patients.call("grants_list", json!({})).await.unwrap();
    let found = grants["grants"].as_array().unwrap().iter().filter(|grant| {
        let state = &grant["state"]["state"];
        grant["grantee"]["name"] == *doctor.name
            && grant["what"]["collection"] == collection
            && state != "stopped"
            && state != "expired"
    });
    let found: Vec<_> = found.collect();
    assert_eq!(found.len(), 1, "the grant is in the list once: {grants}");
    text(found[0], "id")
}

/// Opens the first record the grant made visible, and waits for its marks; returns its row.
async fn read(doctors: &Window, patient: &Person, collection: &str) -> Value {
    let patient_id = sharer_id(doctors, patient).await;
    doctors.click(&format!("patient-row[data-patient='{patient_id}']")).await;
    doctors.see_text("patient-frame", &patient.name).await;
    doctors.see("record-row").await;
    doctors.picture("5-shared").await;

    let records = doctors.call("shared_records", json!({ "patientId": patient_id })).await.unwrap();
    let row = records["records"].as_array().unwrap().iter().find(|row| row["collection"] == collection);
    let mut row = row.unwrap_or_else(|| panic!("a {collection} record is shared: {records}")).clone();
    row["patientId"] = patient_id.into();

    doctors.click(&format!("record-row[data-record='{}']", text(&row, "id"))).await;
    doctors.see_text("record-heading", &text(&row, "title")).await;
    doctors.see("trust-line[data-state=verified]").await;
    doctors.picture("6-record").await;
    row
}

/// Waits until the patient is among those who share with the doctor.
async fn sharer_id(doctors: &Window, patient: &Person) -> String {
    doctors.click("nav-patients").await;
    doctors.see_text("shared-list", &patient.name).await;
    let shared = doctors.call("shared_list", json!({})).await.unwrap();
    let found = shared["people"].as_array().unwrap().iter().find(|one| one["patient"]["name"] == *patient.name);
    text(&found.unwrap_or_else(|| panic!("{} shares something: {shared}", patient.name))["patient"], "id")
}

async fn see_who_looked(patients: &Window, doctor: &Person) {
    patients.click("nav-activity").await;
    patients.see_text("access-row[data-outcome=read]", &doctor.name).await;
    patients.picture("7-who-looked").await;
}

async fn stop(patients: &Window, grant: &str) {
    let row = format!("grant-row[data-grant='{grant}']");
    patients.click("nav-people").await;
    patients.click(&format!("{row} grant-stop")).await;
    patients.click("grant-stop-confirm").await;
    patients.click("grants-ended-show").await;
    patients.see(&format!("{row} grant-state[data-state=stopped]")).await;
    patients.picture("8-stopped").await;
}

/// The hospital refuses, and the page says so.
async fn be_refused(doctors: &Window, record: &Value) {
    let again = json!({ "patientId": record["patientId"], "recordId": record["id"] });
    let error = doctors.call("record_open", again).await.unwrap_err();
    let code = text(&error, "code");
    assert!(
        ["grantRevoked", "accessRefused", "notFound"].contains(&code.as_str()),
        "a stopped grant opens nothing: {error}"
    );

    doctors.click("nav-patients").await;
    doctors.click(&format!("patient-row[data-patient='{}']", text(record, "patientId"))).await;
    doctors.until_script("return document.querySelector('[data-testid=share]')?.dataset.state === 'stopped'").await;
    let still = format!("record-row[data-record='{}']", text(record, "id"));
    doctors.see_gone(&still).await;
    doctors.picture("9-refused").await;
}
