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
