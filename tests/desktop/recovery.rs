//! Somebody whose computer and words are gone comes back with the help of two people who each keep a part.

use serde_json::json;

use crate::{
    desk::Desk,
    people::{self, named, open_beside, open_here, text},
    window::Window,
};

#[tokio::test]
async fn two_people_bring_back_who_lost_everything() {
    let desk = Desk::start().await;
    let network = desk.network().await;
    let app = desk.open("home", &["--network", network.folder()]).await;
    let page = app.window().await;
    people::online(&page).await;
    let sons = open_beside(&app, &page, &named(&page, "Jonas Keller").await).await;
    let doctors = open_beside(&app, &page, &named(&page, "Dr Ngozi Okafor").await).await;
    open_here(&page, &named(&page, "Maria Keller").await).await;

    page.click("nav-settings").await;
    page.click("settings-recovery").await;
    page.click("recovery-choose").await;
    page.click("recovery-more").await;
    for (list, name) in [("contacts_list", "Jonas Keller"), ("directory_list", "Dr Ngozi Okafor")] {
        let people = page.call(list, json!({})).await.unwrap();
        let found = people["people"].as_array().unwrap().iter().find(|person| person["name"] == name).unwrap();
        page.click(&format!("recovery-person[value='{}']", text(found, "id"))).await;
    }
    page.pick("recovery-waiting", "Not at all").await;
    page.see("recovery-zero").await;
    page.see_text("recovery-sentence", "Jonas Keller").await;
    page.picture("recovery-split").await;
    page.click("recovery-send").await;
    for keeper in [&sons, &doctors] {
        keeper.see_text("recovery-entrusted", "Maria Keller").await;
        keeper.click("recovery-seen").await;
    }
    page.until_script(
        "return document.querySelectorAll('[data-testid=recovery-holder][data-state=keeps]').length === 2",
    )
    .await;

    let other = desk.open("another-computer", &["--network", network.folder()]).await;
    let newcomer = other.window().await;
    people::online(&newcomer).await;
    newcomer.click("start-help").await;
    newcomer.fill("help-name", "Maria Keller").await;
    newcomer.fill("pin", "482915").await;
    newcomer.fill("pin-again", "482915").await;
    newcomer.click("help-start").await;
    let number = newcomer.see("help-my-number").await;
    newcomer.picture("recovery-number").await;
    sons.click("nav-people").await;
    for keeper in [&sons, &doctors] {
        agree(keeper, &number).await;
    }
    page.click("nav-home").await;
    page.see("recovery-alarm").await;
    page.picture("recovery-alarm").await;

    newcomer.see("help-waiting[data-stage=ready]").await;
    newcomer.picture("recovery-ready").await;
    newcomer.click("help-finish").await;
    newcomer.see_text("profile-me", "Maria Keller").await;
    newcomer.click("nav-records").await;
    newcomer.see("record-row").await;
    newcomer.picture("recovered").await;
}

async fn agree(keeper: &Window, number: &str) {
    keeper.click("help-open").await;
    keeper.fill("help-number", number).await;
    keeper.click("help-find").await;
    keeper.see("help-found").await;
    keeper.click("help-sure").await;
    keeper.picture("recovery-agree").await;
    keeper.click("help-agree").await;
    keeper.see_gone("help-found").await;
}
