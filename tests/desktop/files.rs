//! Files of one's own, chosen in the system's own dialog: added, read, erased.

use std::{path::Path, process::Command};

use serde_json::{Value, json};

use crate::{
    app::binary,
    desk::Desk,
    people::{self, named, open_here, text},
};

#[tokio::test]
async fn chosen_files_are_added_and_read_and_one_is_erased() {
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let page = app.window().await;
    people::online(&page).await;
    open_here(&page, &named(&page, "Maria Keller").await).await;

    page.click("nav-records").await;
    page.click("record-add").await;
    page.click("add-files").await;
    let documents = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/clinical/tests/documents");
    for name in ["laboratory.json", "discharge.xml", "torn.json"] {
        page.click("import-choose").await;
        desk.choose_file(&format!("{documents}/{name}"));
        page.see(&format!("import-item[data-path$='{name}'] import-title")).await;
    }
    page.see("import-damaged").await;
    page.picture("import").await;
    page.click("import-confirm").await;
    page.until_script("return document.querySelectorAll('[data-testid=import-done]').length === 3").await;
    page.picture("imported").await;
    page.click("import-close").await;

    let own = |list: &Value| {
        let rows = list["records"].as_array().unwrap().iter();
        rows.filter(|row| row["selfReported"] == true && row["trust"] == "verified")
            .map(|row| text(row, "id"))
            .collect::<Vec<_>>()
    };
    let list = page.call_until("records_list", json!({}), |list| own(list).len() == 3).await;
    for record in own(&list) {
        page.click("nav-records").await;
        page.click(&format!("record-row[data-record='{record}']")).await;
        page.see("trust-line[data-state=verified]").await;
        page.until_script("return !document.querySelector('[aria-busy=true]')").await;
        assert_eq!(page.script("return document.querySelectorAll('[data-testid=error]').length").await, 0);
    }
    let laboratory = list["records"].as_array().unwrap().iter().find(|row| row["title"] == "Blood chemistry").unwrap();
    let proof = desk.data("blood.proof");
    page.call("proof_export", json!({ "recordId": laboratory["id"], "path": proof })).await.unwrap();
    assert!(proves(&proof, &format!("{documents}/laboratory.json")), "the proof holds without a network");
    assert!(!proves(&proof, &format!("{documents}/torn.json")), "but for no other document");

    let erased = own(&list)[0].clone();
    page.click("nav-records").await;
    page.click(&format!("record-row[data-record='{erased}']")).await;
    page.click("record-erase").await;
    page.picture("erase").await;
    page.click("erase-dialog-sure").await;
    page.see("records-list").await;
    page.see_gone(&format!("record-row[data-record='{erased}']")).await;
}

/// Whether the program for operators and lawyers takes the file as a proof of the document.
fn proves(proof: &Path, document: &str) -> bool {
    let mut verify = Command::new(binary().with_file_name("carekey"));
    verify.args(["ledger", "verify-proof"]).arg(proof).args(["--document", document]);
    verify.output().unwrap().status.success()
}
