//! Pictures and curves in the real web view: that something is painted, that window and level change it, and that every file
//! kind opens. Real documents are tried too, where a folder of them lies beside the repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    desk::Desk,
    people::{self, text},
    window::Window,
};

#[tokio::test]
async fn a_film_is_painted_leafed_through_and_lit_in_the_page() {
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let page = patients_page(&app).await;
    let file = desk.data("wedge.dcm");
    fs::write(&file, wedge()).unwrap();
    add_and_open(&page, &file).await;

    page.see("dicom-viewer").await;
    page.until_script(&format!("return {SHADES} > 20")).await;
    page.picture("dicom").await;
    let first = page.script(PAINTED).await;
    page.script(&press("ArrowRight")).await;
    page.see_text("frame-number", "2 / 3").await;
    page.until_script(&format!("return ({PAINTED_JS})() !== {first}")).await;

    let before = page.script(PAINTED).await;
    page.fill("window-width", "100").await;
    page.until_script(&format!("return ({PAINTED_JS})() !== {before}")).await;
    let lit = page.script(PAINTED).await;
    page.script(&press("i")).await;
    page.until_script(&format!("return ({PAINTED_JS})() !== {lit}")).await;
    page.picture("dicom-inverted").await;
}

#[tokio::test]
async fn real_documents_open_without_an_error_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    if !root.is_dir() {
        #[expect(clippy::print_stdout, reason = "a test that did not run has to say so")]
        {
            println!("skipped: there are no real documents in {}", root.display());
        }
        return;
    }
    let desk = Desk::start().await;
    let app = desk.open("home", &[]).await;
    let page = patients_page(&app).await;
    let mut files: Vec<PathBuf> = ["dicom", "dicom-mri-series", "ecg", "pdf-images"]
        .iter()
        .flat_map(|folder| fs::read_dir(root.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind != "md"))
        .collect();
    // Samples before the header that names them.
    files.sort_by_key(|path| (path.extension().is_some_and(|kind| kind == "hea"), path.clone()));
    for file in &files {
        add_and_open(&page, file).await;
        let name = file.file_name().unwrap().to_string_lossy().replace(['.', '_'], "-");
        let shown = "return !document.querySelector('[aria-busy=true]') && !!document.querySelector(
            '[data-testid=stage],[data-testid=signal-viewer],[data-testid=signal-missing],[data-testid=record-pdf] canvas,\
[data-testid=record-image],[data-testid=dicom-facts],[data-testid=record-text],.mantine-Card-root')";
        page.until_script(shown).await;
        page.until_script("return document.fonts.status === 'loaded'").await;
        let errors = "return document.querySelectorAll('[data-testid=error],[data-testid=image-broken],[data-testid=pdf-broken]').length";
        assert_eq!(page.script(errors).await, 0, "{name} opens without an error");
        page.picture(&format!("real-{name}")).await;
    }
}

/// Different shades on the stage, by a grid of its pixels.
const SHADES: &str = "(() => { const stage = document.querySelector('[data-testid=stage]'); if (!stage) return 0;
    const at = stage.getContext('2d').getImageData(0, 0, stage.width, stage.height).data;
    const seen = new Set(); for (let i = 0; i < at.length; i += 4 * 97) seen.add(at[i]); return seen.size; })()";
/// A number that changes with what is painted.
const PAINTED_JS: &str = "() => { const text = document.querySelector('[data-testid=stage]').toDataURL();
    let sum = 7; for (let i = 0; i < text.length; i += 1) sum = (sum * 31 + text.charCodeAt(i)) | 0; return sum; }";
const PAINTED: &str = "const text = document.querySelector('[data-testid=stage]').toDataURL();
    let sum = 7; for (let i = 0; i < text.length; i += 1) sum = (sum * 31 + text.charCodeAt(i)) | 0; return sum;";

fn press(key: &str) -> String {
    format!("window.dispatchEvent(new KeyboardEvent('keydown', {{ key: {} }}))", json!(key))
}

async fn patients_page(app: &crate::app::App) -> Window {
    let page = app.window().await;
    people::online(&page).await;
    let patient = people::person(&page, "person").await;
    people::open_here(&page, &patient).await;
    page
}

/// Adds a file to the person's own records, as the dialog would, waits until it is confirmed, and opens it.
async fn add_and_open(page: &Window, file: &Path) {
    let path = file.to_str().unwrap();
    let found = page.call("file_inspect", json!({ "path": path })).await.unwrap();
    let request = json!({ "path": path, "title": found["title"], "collection": "general" });
    let started = page.call("record_import", request).await.unwrap();
    let id = text(&started, "taskId");
    let task = |tasks: &Value| tasks["tasks"].as_array().unwrap().iter().find(|task| task["id"] == *id).cloned();
    let tasks =
        page.call_until("tasks_list", json!({}), |tasks| task(tasks).is_some_and(|task| task["state"] == "done")).await;
    let record = text(&task(&tasks).unwrap(), "recordId");
    let is_there = |list: &Value| {
        list["records"].as_array().unwrap().iter().any(|row| row["id"] == *record && row["trust"] == "verified")
    };
    page.call_until("records_list", json!({}), is_there).await;
    page.script(&format!("location.hash = '#/records/{record}'")).await;
    page.see("trust-line[data-state=verified]").await;
}

/// Three frames of 64 × 64 wide pixels, from dark to bright, each from another side.
fn wedge() -> Vec<u8> {
    let mut file = vec![0; 128];
    file.extend(b"DICM");
    let mut element = |group: u16, number: u16, vr: &[u8; 2], value: &[u8]| {
        file.extend(group.to_le_bytes());
        file.extend(number.to_le_bytes());
        file.extend(vr);
        let odd = value.len() % 2;
        if vr == b"OW" {
            file.extend([0, 0]);
            file.extend(((value.len() + odd) as u32).to_le_bytes());
        } else {
            file.extend(((value.len() + odd) as u16).to_le_bytes());
        }
        file.extend(value);
        file.extend(vec![if vr == b"UI" { 0 } else { b' ' }; odd]);
    };
    let short = |value: u16| value.to_le_bytes();
    element(2, 0x10, b"UI", b"1.2.840.10008.1.2.1");
    element(8, 0x16, b"UI", b"1.2.840.10008.5.1.4.1.1.2");
    element(8, 0x60, b"CS", b"CT");
    element(0x10, 0x10, b"PN", b"Keller^Maria");
    element(0x28, 2, b"US", &short(1));
    element(0x28, 4, b"CS", b"MONOCHROME2");
    element(0x28, 8, b"IS", b"3");
    element(0x28, 0x10, b"US", &short(64));
    element(0x28, 0x11, b"US", &short(64));
    element(0x28, 0x30, b"DS", b"0.5\\0.5");
    for (number, value) in [(0x100, 16), (0x101, 16), (0x102, 15), (0x103, 0)] {
        element(0x28, number, b"US", &short(value));
    }
    let pixel = |frame: u16, x: u16, y: u16| match frame {
        0 => x * 16,
        1 => y * 16,
        _ => (x + y) * 8,
    };
    let pixels =
        (0..3).flat_map(|frame| (0..64).flat_map(move |y| (0..64).flat_map(move |x| pixel(frame, x, y).to_le_bytes())));
    element(0x7FE0, 0x10, b"OW", &pixels.collect::<Vec<u8>>());
    file
}
