//! Sharing and stopping without a mouse, from the list of people to the end of the permission.

use fantoccini::key::Key;

use crate::{
    desk::Desk,
    people::{self, named},
    story,
    window::Window,
};

#[tokio::test]
async fn a_patient_grants_and_stops_by_keyboard_alone() {
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let page = app.window().await;
    people::online(&page).await;
    let (patient, doctor) = (named(&page, "Maria Keller").await, named(&page, "Dr Amir Haddad").await);
    enter(&page, &format!("profile-{}", patient.id)).await;
    page.see_text("profile-me", &patient.name).await;

    enter(&page, "nav-people").await;
    enter(&page, "grant-open").await;
    page.see("grant-person-search").await;
    page.press(&doctor.name).await;
    page.see_text("grant-person-row", &doctor.name).await;
    enter(&page, "grant-person-row").await;
    page.tab_to("grant-collection-heart").await;
    page.press(" ").await;
    enter(&page, "grant-next").await;
    page.see("grant-terms").await;
    enter(&page, "grant-next").await;
    page.see_text("grant-sentence", &doctor.name).await;
    page.picture("keyboard").await;
    enter(&page, "grant-confirm").await;
    page.see("grant-sent-state[data-state=confirmed]").await;
    enter(&page, "grant-finish").await;
    page.see_gone("grant-dialog").await;

    let row = format!("grant-row[data-grant='{}']", story::find_grant(&page, &doctor, "heart").await);
    enter(&page, &format!("{row} grant-stop")).await;
    enter(&page, "grant-stop-confirm").await;
    enter(&page, "grants-ended-show").await;
    page.see(&format!("{row} grant-state[data-state=stopped]")).await;
}

async fn enter(page: &Window, id: &str) {
    page.tab_to(id).await;
    page.press(&Key::Enter).await;
}
