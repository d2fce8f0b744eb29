//! The story holds for files of every kind.

use std::path::PathBuf;

use carekey_sample::story;

#[tokio::test(flavor = "multi_thread")]
async fn the_story_holds_with_its_own_files() {
    let mut steps = Vec::new();
    let told = story::run(Vec::new(), |step| steps.push(step.clone())).await;
    assert!(told.is_ok(), "{told:?} after {steps:?}");
    assert_eq!(steps.len(), 19, "every step was told");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_holds_with_real_documents() {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let names =
        ["dicom/CT_small.dcm", "ccda/CCD.XML", "hl7v2", "fhir-synthea", "fhir-ips/IPS_IG-bundle-01.json", "pdf-images"];
    let files: Vec<PathBuf> = names.iter().filter_map(|name| first_file(&shared.join(name))).collect();
    if files.is_empty() {
        eprintln!("skipped: the folder ../shared/data with real documents is not here");
        return;
    }
    let told = story::run(files.clone(), |_| ()).await;
    assert!(told.is_ok(), "{told:?} with {files:?}");
}

/// The path itself, or the first document in it.
fn first_file(path: &std::path::Path) -> Option<PathBuf> {
    if path.is_file() {
        return Some(path.to_owned());
    }
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path).ok()?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries.into_iter().find(|path| path.is_file() && path.extension().is_some_and(|kind| kind != "md"))
}
