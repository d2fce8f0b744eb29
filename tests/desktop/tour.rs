//! The tour: a patient, her doctor and her son go through the app, and every step leaves its picture in both themes for
//! docs/tour.md.

use serde_json::json;

use crate::{
    app::App,
    desk::Desk,
    people::{self, Person, text},
    story,
    window::Window,
};

#[tokio::test]
#[ignore = "played by `cargo xtask tour`, which keeps its pictures; the stories in it are tests already"]
async fn tour() {
    let desk = Desk::start().await;
    let app = desk.open("tour", &[]).await;
    let cast = Cast::meet(&app).await;
    records(&cast).await;
    sharing(&cast).await;
    reading(&cast).await;
    looking_back(&cast).await;
    family(&cast).await;
    settings(&cast).await;
    app.quit().await;
}

/// Who takes part, each in a window of their own.
struct Cast {
    maria: Window,
    amir: Window,
    jonas: Window,
    doctor: Person,
    patient: Person,
}

impl Cast {
    async fn meet(app: &App) -> Self {
        let start = app.window().await;
        people::online(&start).await;
        keep(&start, "01-start").await;
        let patient = people::named(&start, "Maria Keller").await;
        let doctor = people::named(&start, "Dr Amir Haddad").await;
        let son = people::named(&start, "Jonas Keller").await;
        let amir = people::open_beside(app, &start, &doctor).await;
        let jonas = people::open_beside(app, &start, &son).await;
        people::open_here(&start, &patient).await;
        start.see("home-new").await;
        start.see("ledger-footer[data-phase=upToDate][data-pending='0']").await;
        keep(&start, "02-home").await;
        Self { maria: start, amir, jonas, doctor, patient }
    }
}

/// Maria reads what the laboratory said, and what proves it.
async fn records(cast: &Cast) {
    let maria = &cast.maria;
    maria.click("nav-records").await;
    maria.see("record-row").await;
    keep(maria, "03-records").await;
    open_record(maria, "laboratory").await;
    maria.until_script("return !!document.querySelector('.ck-plot canvas')").await;
    keep(maria, "04-results").await;
    maria.click("trust-line").await;
    maria.see("proof").await;
    keep(maria, "05-proof").await;
    close_dialog(maria).await;
}

/// Three choices and a sentence; then it is confirmed.
async fn sharing(cast: &Cast) {
    let maria = &cast.maria;
    story::fill_in(maria, &cast.doctor, "laboratory").await;
    keep(maria, "06-share").await;
    maria.click("grant-confirm").await;
    maria.see("grant-sent-state[data-state=confirmed]").await;
    keep(maria, "07-confirmed").await;
    maria.click("grant-finish").await;
}

/// Dr Haddad finds it, reads it and writes back.
async fn reading(cast: &Cast) {
    let amir = &cast.amir;
    amir.click("nav-patients").await;
    amir.see_text("shared-list", &cast.patient.name).await;
    keep(amir, "08-patients").await;
    amir.click("patient-row").await;
    amir.see_text("patient-frame", &cast.patient.name).await;
    amir.see("record-row").await;
    keep(amir, "09-patient").await;
    amir.click("record-row").await;
    amir.see("trust-line[data-state=verified]").await;
    keep(amir, "10-record").await;
}

/// Maria sees who looked, and stops it.
async fn looking_back(cast: &Cast) {
    let maria = &cast.maria;
    maria.click("nav-activity").await;
    maria.see_text("access-row[data-outcome=read]", &cast.doctor.name).await;
    keep(maria, "11-who-looked").await;
    let grants = maria.call("grants_list", json!({})).await.unwrap();
    let grant = grants["grants"]
        .as_array()
        .unwrap()
        .iter()
        .find(|grant| grant["grantee"]["name"] == *cast.doctor.name && grant["what"]["collection"] == "laboratory");
    let row = format!("grant-row[data-grant='{}']", text(grant.expect("it was shared"), "id"));
    maria.click("nav-people").await;
    maria.click(&format!("{row} grant-stop")).await;
    maria.see("grant-stop-confirm").await;
    keep(maria, "12-stop").await;
    maria.click("grant-stop-confirm").await;
    maria.click("grants-ended-show").await;
    maria.see(&format!("{row} grant-state[data-state=stopped]")).await;
}

/// Jonas looks in on his mother's records, and always sees that they are hers.
async fn family(cast: &Cast) {
    let jonas = &cast.jonas;
    jonas.click("nav-shared").await;
    jonas.see_text("shared-list", &cast.patient.name).await;
    keep(jonas, "13-shared-with-me").await;
    jonas.click("patient-row").await;
    jonas.see_text("patient-frame", &cast.patient.name).await;
    jonas.see("record-row").await;
    keep(jonas, "14-family").await;
    jonas.click("nav-people").await;
    jonas.click("contact-card-open").await;
    jonas.see("qr-share").await;
    keep(jonas, "15-contact-card").await;
    close_dialog(jonas).await;
}

/// What the curious may check.
async fn settings(cast: &Cast) {
    let maria = &cast.maria;
    maria.click("nav-settings").await;
    maria.click("settings-network").await;
    maria.click("verify-now").await;
    maria.see("verified[data-failed='0']").await;
    keep(maria, "16-network").await;
}

async fn open_record(window: &Window, collection: &str) {
    let records = window.call("records_list", json!({ "collection": collection })).await.unwrap();
    let row = &records["records"].as_array().unwrap()[0];
    window.click(&format!("record-row[data-record='{}']", text(row, "id"))).await;
    window.see_text("record-heading", &text(row, "title")).await;
    window.see("trust-line[data-state=verified]").await;
}

async fn close_dialog(window: &Window) {
    let close = "document.querySelector('.mantine-Modal-close')?.click(); \
                 return document.querySelector('.mantine-Modal-content') === null";
    window.until_script(close).await;
}

/// One step's picture in both themes, without what only passes by.
async fn keep(window: &Window, name: &str) {
    window
        .script("for (const button of document.querySelectorAll('.mantine-Notification-closeButton')) button.click()")
        .await;
    for scheme in ["light", "dark"] {
        window.call("settings_set", json!({ "theme": scheme })).await.unwrap();
        window
            .until_script(&format!("return document.documentElement.dataset.mantineColorScheme === '{scheme}'"))
            .await;
        window.picture(&format!("{name}-{scheme}")).await;
    }
}
