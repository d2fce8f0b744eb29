//! The network goes and comes back, with the hospitals in a process of their own.

use serde_json::json;

use crate::{
    desk::Desk,
    people::{self, text},
};

#[tokio::test]
async fn offline_everything_opened_can_be_read_and_what_is_done_is_sent_later() {
    let desk = Desk::start().await;
    let network = desk.network().await;
    let app = desk.open("home", &["--network", network.folder()]).await;
    let start = app.window().await;
    people::online(&start).await;
    let patient = people::person(&start, "person").await;
    people::open_here(&start, &patient).await;
    start.click("nav-records").await;
    start.click("record-row").await;
    start.see("trust-line").await;
    let record = start.script("return location.hash").await;

    let network = network.stop().await;
    start.see("network-offline").await;
    start.see("ledger-footer[data-phase=offline]").await;
    start.click("nav-records").await;
    start.script(&format!("location.hash = {record}")).await;
    start.see("trust-line").await;
    let grantee = doctor_id(&start).await;
    let grant = json!({
        "granteeId": grantee, "targets": [{ "kind": "collection", "collection": "devices" }], "future": true,
        "until": null, "purpose": "treatment", "note": null,
    });
    let grant = text(&start.call("grants_create", grant).await.unwrap(), "id");
    start.click("nav-people").await;
    start.see(&format!("grant-row[data-grant='{grant}'][data-state=saved]")).await;
    start.see("ledger-footer[data-phase=offline]:not([data-pending='0'])").await;
    start.picture("offline").await;

    let _network = network.start_again().await;
    start.see(&format!("grant-row[data-grant='{grant}'][data-state=confirmed]")).await;
    start.see_gone("network-offline").await;
    start.see("ledger-footer[data-phase=upToDate]").await;
}

async fn doctor_id(window: &crate::window::Window) -> String {
    let directory = window.call("directory_list", json!({})).await.unwrap();
    text(&directory["people"].as_array().unwrap()[0], "id")
}
