//! The shell itself: what a page may and may not do, and how the app ends.

use serde_json::json;

use crate::{desk::Desk, people};

#[tokio::test]
async fn a_page_may_ask_the_api_and_little_else() {
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let page = app.window().await;

    let session = page.call("session_state", json!({})).await.unwrap();
    assert_eq!(session["stage"], "start", "a new window is nobody's: {session}");
    let error = page.call("no_such_thing", json!({})).await.unwrap_err();
    assert_eq!(error["code"], "unknownCommand", "errors have a code: {error}");

    for (command, arguments) in [
        ("plugin:event|emit", json!({ "event": "carekey", "payload": 1 })),
        ("plugin:webview|create_webview_window", json!({ "options": { "label": "x" } })),
        ("plugin:window|close", json!({ "label": "start" })),
        ("plugin:dialog|message", json!({ "message": "x" })),
        ("plugin:fs|read_file", json!({ "path": "/etc/hostname" })),
        ("plugin:path|resolve_directory", json!({ "directory": 1 })),
    ] {
        let refused = page.invoke(command, arguments).await.unwrap_err();
        assert!(refused.to_string().contains("not allowed"), "{command} is refused: {refused}");
    }
}

#[tokio::test]
async fn nothing_comes_from_elsewhere() {
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let page = app.window().await;
    let before = page.script("return location.href").await;

    let marks = "window.marks = [];
        document.addEventListener('securitypolicyviolation', (event) => window.marks.push(event.effectiveDirective));
        const inline = document.createElement('script');
        inline.textContent = 'window.inlineRan = true';
        document.body.append(inline);
        const picture = new Image();
        picture.src = 'https://example.invalid/a.png';
        fetch('https://example.invalid/').catch(() => {});
        window.open('https://example.invalid/');";
    page.script(marks).await;
    for directive in ["script-src", "img-src", "connect-src"] {
        page.until_script(&format!("return window.marks.some((mark) => mark.startsWith('{directive}'))")).await;
    }
    assert_eq!(page.script("return window.inlineRan === true").await, false, "an inline script does not run");

    page.script("location.href = 'https://example.invalid/'").await;
    assert_eq!(page.script("return location.href").await, before, "the window stays on its own page");
    assert_eq!(app.window_count().await, 1, "no window was opened by a page");
}

#[tokio::test]
async fn the_app_ends_when_asked_and_opens_again() {
    let desk = Desk::start().await;
    for round in ["first", "second"] {
        let app = desk.open("home", &[]).await;
        let page = app.window().await;
        let session = page.call("session_state", json!({})).await.unwrap();
        assert_eq!(session["stage"], "start", "{round} start: {session}");
        app.quit().await;
    }
}

#[tokio::test]
async fn each_person_has_one_window() {
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let start = app.window().await;
    people::online(&start).await;
    let (patient, doctor) = (people::person(&start, "person").await, people::person(&start, "doctor").await);
    let doctors = people::open_beside(&app, &start, &doctor).await;
    let again = json!({ "profileId": doctor.id, "newWindow": true });
    let session = start.call("profile_open", again).await.unwrap();
    assert_eq!(session["stage"], "start", "the asking window stays as it is: {session}");
    assert_eq!(app.window_count().await, 2, "a person who is open has their window brought forward");

    people::open_here(&start, &patient).await;
    doctors.see_text("profile-me", &doctor.name).await;
    doctors.resize(900, 600).await;
    doctors.picture("smallest-window").await;

    // The driver's own way of closing ends the page without telling the window, so the person leaves first.
    doctors.call("profile_close", json!({})).await.unwrap();
    let open = |list: &serde_json::Value| {
        list["profiles"].as_array().unwrap().iter().filter(|one| one["open"] == true).count()
    };
    start.call_until("profiles_list", json!({}), |list| open(list) == 1).await;
    doctors.close().await;
    assert_eq!(app.window_count().await, 1, "the other window stays");
    start.see_text("profile-me", &patient.name).await;
}

#[tokio::test]
async fn a_profile_named_at_the_start_is_open_at_once() {
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let start = app.window().await;
    people::online(&start).await;
    let doctor = people::person(&start, "doctor").await;
    app.quit().await;

    let app = desk.open("home", &["--profile", &doctor.id]).await;
    app.window().await.see_text("profile-me", &doctor.name).await;
}
