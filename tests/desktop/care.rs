//! A doctor asks for records, the patient gives a part of them, and both windows tell the same.

use serde_json::{Value, json};

use crate::{
    desk::Desk,
    people::{self, named, open_beside, open_here, text},
};

#[tokio::test]
async fn a_doctor_asks_and_the_patient_gives_a_part() {
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let patients = app.window().await;
    people::online(&patients).await;
    let (patient, doctor) = (named(&patients, "Maria Keller").await, named(&patients, "Dr Ngozi Okafor").await);
    let doctors = open_beside(&app, &patients, &doctor).await;
    open_here(&patients, &patient).await;

    doctors.click("nav-patients").await;
    doctors.click("patient-row").await;
    doctors.see_text("patient-frame", &patient.name).await;
    doctors.click("ask-open").await;
    doctors.click("ask-collection-heart").await;
    doctors.click("ask-collection-medication").await;
    doctors.fill("ask-words", "Before we change the dose").await;
    doctors.picture("ask").await;
    doctors.click("ask-send").await;
    doctors.see("asked-of request-row[data-state=asked]").await;

    patients.see_text("request-row[data-state=asked]", "Before we change the dose").await;
    patients.picture("asked").await;
    patients.click("request-approve").await;
    patients.see_text("grant-sentence", &doctor.name).await;
    patients.click("grant-step-what").await;
    patients.click("grant-collection-medication").await;
    patients.click("grant-next").await;
    patients.click("grant-next").await;
    patients.see("grant-preview grant-preview-record").await;
    patients.click("grant-confirm").await;
    patients.see("grant-sent-state[data-state=confirmed]").await;
    patients.click("grant-finish").await;

    doctors.see("asked-of request-row[data-state=narrowed]").await;
    doctors.picture("narrowed").await;
    let patient = doctors.call("shared_list", json!({})).await.unwrap()["people"][0]["patient"]["id"].clone();
    let is_heart = |row: &&Value| row["collection"] == "heart";
    let shared = doctors
        .call_until("shared_records", json!({ "patientId": patient }), |list| {
            list["records"].as_array().unwrap().iter().any(|row| is_heart(&row))
        })
        .await;
    let record = text(shared["records"].as_array().unwrap().iter().find(is_heart).unwrap(), "id");
    doctors.click(&format!("record-row[data-record='{record}']")).await;
    doctors.see("trust-line[data-state=verified]").await;
}

/// The heart records come with the visit; what the doctor advises afterwards comes as a signed document.
#[tokio::test]
async fn a_visit_is_agreed_on_with_its_records_and_advice_follows() {
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let patients = app.window().await;
    people::online(&patients).await;
    let (patient, doctor) = (named(&patients, "Maria Keller").await, named(&patients, "Dr Amir Haddad").await);
    let doctors = open_beside(&app, &patients, &doctor).await;
    open_here(&patients, &patient).await;

    patients.click("nav-people").await;
    patients.click("appointment-book").await;
    patients.pick("book-person", &doctor.name).await;
    patients.fill("book-reason", "Palpitations").await;
    patients.click("book-offer-heart").await;
    patients.see_text("book-sentence", &doctor.name).await;
    patients.picture("book").await;
    patients.click("book-send").await;
    patients.see("appointments appointment-row[data-state=wished]").await;

    doctors.see_text("inbox-row[data-kind=appointment][data-unread=true]", "Palpitations").await;
    doctors.click("inbox-row[data-kind=appointment]").await;
    doctors.click("appointments-wished appointment-answer").await;
    doctors.see("answer-means[data-inside=true]").await;
    doctors.fill("answer-place", "Room 4").await;
    doctors.picture("answer").await;
    doctors.click("answer-send").await;
    doctors.see("appointments-day appointment-row[data-state=agreed]").await;

    patients.see_text("appointments appointment-row[data-state=agreed]", "Room 4").await;
    patients.picture("agreed").await;
    doctors.click("nav-patients").await;
    doctors.click("patient-row").await;
    doctors.see_text("patient-frame", &patient.name).await;
    doctors.click("record-row").await;
    doctors.see("trust-line[data-state=verified]").await;

    doctors.click("nav-write").await;
    doctors.pick("write-patient", &patient.name).await;
    doctors.pick("write-template", "Advice").await;
    doctors.fill("write-title", "After your visit").await;
    doctors.fill("write-text", "Measure your pulse every morning.").await;
    doctors.click("write-send").await;
    doctors.see("written-row[data-state=confirmed]").await;
    doctors.picture("advice").await;

    let advice = |row: &&Value| row["title"] == "After your visit";
    let list = patients
        .call_until("records_list", json!({}), |list| {
            list["records"].as_array().unwrap().iter().any(|row| advice(&row))
        })
        .await;
    let advice = text(list["records"].as_array().unwrap().iter().find(advice).unwrap(), "id");
    patients.click("nav-records").await;
    patients.click(&format!("record-row[data-record='{advice}']")).await;
    patients.see("trust-line[data-state=verified]").await;
    patients.picture("advised").await;
}
