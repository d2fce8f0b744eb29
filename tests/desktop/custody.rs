//! A wallet of one's own against a real Secret Service: made, kept over a restart, locked, guessed at, locked away, missing.

use serde_json::{Value, json};

use crate::{
    desk::Desk,
    people::{self, text},
    window::Window,
};

const NAME: &str = "Greta Lindqvist";

#[tokio::test]
async fn a_wallet_outlives_the_app_while_the_key_store_does() {
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let start = app.window().await;
    people::online(&start).await;
    start.click("start-create").await;
    start.fill("wallet-name", NAME).await;
    start.click("custody-keyring").await;
    start.click("wallet-create").await;
    confirm_words(&start).await;
    start.see("enrol-code").await;
    app.quit().await;

    let app = desk.open("home", &[]).await;
    let start = app.window().await;
    let id = own_profile(&start).await;
    start.click(&format!("profile-{id}")).await;
    start.see("enrol-code").await;
    app.quit().await;

    desk.lock_key_store();
    let app = desk.open("home", &[]).await;
    let start = app.window().await;
    let id = own_profile(&start).await;
    start.click(&format!("profile-{id}")).await;
    start.see("unlock[data-trouble=keyringLocked]").await;
    start.picture("key-store-locked").await;
    let error = start.call("profile_unlock", json!({})).await.unwrap_err();
    assert_eq!(error["code"], "keyringLocked", "a locked key store has a sentence of its own: {error}");
}

#[tokio::test]
async fn without_a_key_store_a_passphrase_is_asked_for_and_never_skipped() {
    let desk = Desk::start_without_key_store().await;
    let app = desk.open("home", &[]).await;
    let start = app.window().await;
    let custody = start.call("wallet_custody", json!({})).await.unwrap();
    assert_eq!(custody["keyring"], "missing", "it says what is missing: {custody}");

    let keyring = json!({ "name": NAME, "custody": "keyring" });
    let error = start.call("wallet_create", keyring).await.unwrap_err();
    assert_eq!(error["code"], "keyringMissing", "nothing is kept in memory silently: {error}");

    start.click("start-create").await;
    start.fill("wallet-name", NAME).await;
    start.click("custody-passphrase").await;
    start.fill("passphrase", "seven calm herons").await;
    start.fill("passphrase-again", "seven calm herons").await;
    start.picture("no-key-store").await;
    start.click("wallet-create").await;
    confirm_words(&start).await;
    start.see("enrol-code").await;
    app.quit().await;

    let app = desk.open("home", &[]).await;
    let start = app.window().await;
    let id = own_profile(&start).await;
    start.click(&format!("profile-{id}")).await;
    start.fill("unlock-passphrase", "seven loud herons").await;
    start.click("unlock-open").await;
    start.see("error").await;
    start.fill("unlock-passphrase", "seven calm herons").await;
    start.click("unlock-open").await;
    start.see("enrol-code").await;
}

#[tokio::test]
async fn a_pin_opens_and_guessing_is_slowed_over_a_restart() {
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let start = app.window().await;
    people::online(&start).await;
    start.click("start-create").await;
    start.fill("wallet-name", NAME).await;
    start.fill("pin", "482915").await;
    start.fill("pin-again", "482915").await;
    start.picture("create-with-pin").await;
    start.click("wallet-create").await;
    confirm_words(&start).await;
    start.see("enrol-code").await;
    start.call("profile_lock", json!({})).await.unwrap();
    start.see("unlock").await;
    for _ in 0..4 {
        let error = start.call("profile_unlock", json!({ "passphrase": "482916" })).await.unwrap_err();
        assert_eq!(error["code"], "wrongPassphrase", "{error}");
    }
    start.fill("unlock-passphrase", "482916").await;
    start.click("unlock-open").await;
    start.see("unlock-wait").await;
    start.picture("locked-out").await;
    app.quit().await;

    let app = desk.open("home", &[]).await;
    let start = app.window().await;
    let id = own_profile(&start).await;
    start.click(&format!("profile-{id}")).await;
    start.see("unlock-wait").await;
    let error = start.call("profile_unlock", json!({ "passphrase": "482915" })).await.unwrap_err();
    assert_eq!(error["code"], "lockedOut", "the wait outlives the program: {error}");

    // A minute later.
    let attempts = desk.data("home").join("profiles").join(&id).join("attempts.json");
    std::fs::write(&attempts, r#"{"format":1,"wrong":5,"since":0}"#).unwrap();
    start.call("profile_close", json!({})).await.unwrap();
    app.quit().await;
    let app = desk.open("home", &[]).await;
    let start = app.window().await;
    start.click(&format!("profile-{id}")).await;
    start.fill("unlock-passphrase", "482915").await;
    start.click("unlock-open").await;
    start.see("enrol-code").await;
    app.quit().await;
}

/// Reads the 24 words from the screen and types those that are asked for; returns them.
pub(crate) async fn confirm_words(start: &Window) -> Vec<String> {
    let shown = start.see("words").await;
    let words = shown.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic));
    let words: Vec<String> = words.map(str::to_owned).collect();
    assert_eq!(words.len(), 24, "all words are shown: {} of 24", words.len());
    start.click("words-written").await;
    start.see("words-confirm").await;
    for place in start.places("word-").await {
        start.fill(&format!("word-{place}"), &words[place - 1]).await;
    }
    start.click("words-confirm").await;
    words
}

async fn own_profile(start: &Window) -> String {
    let list = start.call("profiles_list", json!({})).await.unwrap();
    let own: Vec<&Value> = list["profiles"].as_array().unwrap().iter().filter(|one| one["name"] == NAME).collect();
    assert_eq!(own.len(), 1, "the wallet is there once: {list}");
    text(own[0], "id")
}
