//! Links, news and the icon beside the clock: what the app says to the desktop, and the desktop to the app.

use std::process::Command;

use serde_json::json;

use crate::{
    app::binary,
    desk::Desk,
    people::{self, text},
};

#[tokio::test]
async fn a_second_start_hands_its_link_to_the_running_app_which_asks_first() {
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let start = app.window().await;
    people::online(&start).await;
    let (patient, doctor) = (people::person(&start, "person").await, people::person(&start, "doctor").await);
    let doctors = people::open_beside(&app, &start, &doctor).await;
    let card = text(&doctors.call("contact_card", json!({})).await.unwrap(), "card");
    people::open_here(&start, &patient).await;

    desk.start_again("home", &format!("carekey:contact?card={card}")).await;
    // Whichever window the person used last asks; on a display without a window manager that may be either.
    let asked = [&start, &doctors];
    let front = desk_front(&asked).await;
    front.see_text("link-dialog[data-kind=contact]", &doctor.name).await;
    assert_eq!(app.window_count().await, 2, "no further window, no second app");
    let contacts = front.call("contacts_list", json!({})).await.unwrap();
    let is_there = |contacts: &serde_json::Value| {
        contacts["people"].as_array().unwrap().iter().any(|person| person["name"] == *doctor.name)
    };
    assert!(!is_there(&contacts), "nobody is added before the person says so: {contacts}");

    desk.start_again("home", "carekey:format?disk=all").await;
    front.see("link-dialog[data-kind=unknown] error[data-code=linkUnknown]").await;
    front.click("link-close").await;
    front.see_gone("link-dialog").await;
}

#[tokio::test]
async fn a_link_that_starts_the_app_is_shown_once_it_is_there() {
    let desk = Desk::start().await;
    let app = desk.open("home", &["carekey:join?invitation=carenet1.qqqq"]).await;
    let start = app.window().await;
    start.see("link-dialog[data-kind=invitation] error").await;
    start.click("join-cancel").await;
    start.see("start-create").await;
    people::online(&start).await;

    let network = desk.network().await;
    let mut invite = Command::new(binary().with_file_name("carekey"));
    invite.args(["network", "invite", "--link", &format!("{}/network.json", network.folder())]);
    let link = String::from_utf8(invite.output().unwrap().stdout).unwrap();
    desk.start_again("home", link.trim()).await;
    start.see_text("link-dialog network-found", "North General").await;
    start.picture("invited").await;
    start.click("network-join").await;
    start.see("link-joined").await;
    start.click("link-close").await;
    start.click("start-create").await;
    start.see_text("create-wallet", "South Clinic").await;
}

/// The window in which the question stands.
async fn desk_front<'a>(windows: &[&'a crate::window::Window]) -> &'a crate::window::Window {
    let begun = std::time::Instant::now();
    loop {
        for window in windows {
            if window.script("return document.querySelector('[data-testid=link-dialog]') !== null").await == true {
                return window;
            }
        }
        assert!(begun.elapsed() < crate::leash::PATIENCE, "no window asks about the link");
        tokio::time::sleep(crate::leash::LOOK_EVERY).await;
    }
}
