//! The app as people have it: from a package, not from the build.

use crate::desk::Desk;

#[tokio::test]
#[ignore = "run by `cargo xtask package --check`, which installs a package and names its program in CAREKEY_APP"]
async fn the_installed_app_shows_its_first_screen() {
    assert!(std::env::var_os("CAREKEY_APP").is_some(), "there is an installed app to start");
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let start = app.window().await;
    start.see("start-create").await;
    let licences = start
        .script("return fetch('./licences.json').then((answer) => answer.json()).then((list) => list.parts.length)")
        .await;
    assert!(licences.as_u64().is_some_and(|parts| parts > 300), "the list of licences is in it: {licences}");
    drop(app);
}
