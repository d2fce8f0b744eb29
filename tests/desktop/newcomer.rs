//! Somebody new: registered at a hospital's desk, writing, sharing with a son who looks after two people, and getting
//! everything back from the words when the computer is lost.

use std::fs;

use serde_json::{Value, json};

use crate::{
    custody::confirm_words,
    desk::{Desk, Network},
    people::{self, named, open_beside, text},
    window::Window,
};

const NAME: &str = "Greta Keller";
/// The name that the desk registers under.
const REGISTERED: &str = "Guest";
const NOTE: &str = "Dizzy in the morning";

#[tokio::test]
async fn a_newcomer_writes_shares_with_a_son_and_is_restored_from_words() {
    let desk = Desk::start().await;
    let network = desk.network().await;
    let app = desk.open("home", &["--network", network.folder()]).await;
    let page = app.window().await;
    people::online(&page).await;
    let son = named(&page, "Jonas Keller").await;
    let sons = open_beside(&app, &page, &son).await;

    page.click("start-create").await;
    page.fill("wallet-name", NAME).await;
    page.fill("pin", "482915").await;
    page.fill("pin-again", "482915").await;
    page.click("wallet-create").await;
    let words = confirm_words(&page).await;
    page.fill("enrol-code", &guest_code(&network)).await;
    page.click("enrol").await;
    page.see_text("profile-me", REGISTERED).await;
    page.picture("newcomer").await;

    page.click("nav-records").await;
    page.click("record-add").await;
    page.click("add-note").await;
    page.fill("entry-title", NOTE).await;
    page.fill("entry-text", "Went away after breakfast.").await;
    page.click("entry-save").await;
    page.see_text("record-row", NOTE).await;

    let card = text(&sons.call("contact_card", json!({})).await.unwrap(), "card");
    page.click("nav-people").await;
    page.click("contact-add-open").await;
    page.fill("contact-card-input", &card).await;
    page.click("contact-add").await;
    page.see_text("contact-added", &son.name).await;
    page.call("grants_create", grant_to(&page, &son.name).await).await.unwrap();
    page.see("grant-row[data-state=confirmed]").await;

    sons.click("nav-shared").await;
    sons.see_text("shared-list", REGISTERED).await;
    sons.see_text("shared-list", "Maria Keller").await;
    sons.picture("two-people").await;
    sons.click("patient-row").await;
    let mut shown = sons.see("patient-frame").await;
    // There and back, until they are hers.
    for _ in 0..if shown.contains(REGISTERED) { 2 } else { 1 } {
        let other = if shown.contains(REGISTERED) { "Maria Keller" } else { REGISTERED };
        sons.click("patient-switch").await;
        sons.click("patient-switch-to").await;
        shown = sons.see_text("patient-frame", other).await;
        sons.see_gone("patient-switch-to").await;
    }
    sons.click("record-row").await;
    sons.see_text("record-heading", NOTE).await;
    sons.see("trust-line[data-state=verified]").await;
    app.quit().await;

    let app = desk.open("another-computer", &["--network", network.folder()]).await;
    let page = app.window().await;
    people::online(&page).await;
    page.click("start-restore").await;
    for (place, word) in words.iter().enumerate() {
        page.fill(&format!("restore-word-{}", place + 1), word).await;
    }
    page.fill("wallet-name", NAME).await;
    page.fill("pin", "591482").await;
    page.fill("pin-again", "591482").await;
    page.click("restore").await;
    page.see_text("profile-me", REGISTERED).await;
    page.click("nav-records").await;
    page.see_text("record-row", NOTE).await;
    page.picture("restored").await;
    page.click("nav-people").await;
    page.see("grant-row[data-state=confirmed]").await;
    page.see_text("person-grants", &son.name).await;
}

fn guest_code(network: &Network) -> String {
    let codes: Value = serde_json::from_slice(&fs::read(format!("{}/codes.json", network.folder())).unwrap()).unwrap();
    text(&codes, "guest-1")
}

async fn grant_to(page: &Window, name: &str) -> Value {
    let contacts = page.call("contacts_list", json!({})).await.unwrap();
    let son = contacts["people"].as_array().unwrap().iter().find(|person| person["name"] == *name);
    json!({
        "granteeId": son.unwrap_or_else(|| panic!("{name} is known: {contacts}"))["id"],
        "targets": [{ "kind": "collection", "collection": "general" }], "future": true,
        "until": null, "purpose": "familyCare", "note": null,
    })
}
