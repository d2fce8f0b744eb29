//! The made-up documents of the window's fake host are what this program reads from the made-up documents of
//! `crates/clinical/tests/documents`, so that pictures of the window show what people will see.

use std::path::{Path, PathBuf};
use std::{env, fs};

use super::content::{Series, show};

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// `CAREKEY_READINGS=write cargo test -p carekey-api made_up` writes them anew.
#[test]
fn the_fake_host_shows_what_is_read() {
    let documents = env::var("CAREKEY_DOCUMENTS").map_or_else(|_| folder("../clinical/tests/documents"), PathBuf::from);
    let target = folder("../../ui/src/fake/readings");
    let writes = env::var("CAREKEY_READINGS").is_ok();
    let mut names: Vec<PathBuf> =
        fs::read_dir(documents).expect("made-up documents").filter_map(|entry| Some(entry.ok()?.path())).collect();
    names.sort();
    for path in names {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let bytes = fs::read(&path).expect("a document");
        let content = show(&bytes, name, &mut Series::default()).content;
        let read = serde_json::to_value(&content).expect("serializable");
        let file = target.join(format!("{}.json", name.replace('.', "-")));
        if writes {
            fs::create_dir_all(&target).expect("a folder");
            fs::write(&file, serde_json::to_string(&read).expect("JSON") + "\n").expect("written");
            continue;
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        let kept: serde_json::Value = serde_json::from_str(&kept).unwrap_or_default();
        assert!(
            kept == read,
            "{name} is read differently now. Cure: CAREKEY_READINGS=write cargo test -p carekey-api made_up"
        );
    }
}
