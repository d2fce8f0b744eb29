//! `ui/src/bindings`: the TypeScript twins of the api's types, written by the tests that ts-rs adds to them.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result, bail};

use crate::{
    checks::DESKTOP_TESTS,
    steps::run,
    workspace::{cargo, root, target},
};

const COMMITTED: &str = "ui/src/bindings";
/// Read by ts-rs when the tests run.
pub(crate) const EXPORT_DIR: &str = "TS_RS_EXPORT_DIR";

/// Writes them anew; types that are no more lose their file.
pub(crate) fn write() -> Result<()> {
    let fresh = fresh_folder()?;
    // The app's crate is built along and looks for its page, which is made from the bindings.
    fs::create_dir_all(root().join("ui/dist"))?;
    let test = ["test", "--workspace", DESKTOP_TESTS, "--lib", "--quiet", "export_bindings"];
    run(cargo(&test).env(EXPORT_DIR, &fresh))?;
    let (fresh, committed) = (files(&fresh)?, files(&root().join(COMMITTED))?);
    for (name, text) in &fresh {
        // Files that stay the same keep their time, so that the page need not be built again.
        if committed.get(name) != Some(text) {
            println!("{COMMITTED}/{name}");
            fs::create_dir_all(root().join(COMMITTED))?;
            fs::write(root().join(COMMITTED).join(name), text)?;
        }
    }
    for name in committed.keys().filter(|name| !fresh.contains_key(*name)) {
        println!("{COMMITTED}/{name} (gone)");
        fs::remove_file(root().join(COMMITTED).join(name))?;
    }
    Ok(())
}

/// An empty folder for the tests to export to.
pub(crate) fn fresh_folder() -> Result<std::path::PathBuf> {
    let folder = target()?.join("bindings");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Compares what the tests exported with what is committed.
///
/// # Errors
/// Names the files that differ, and the cure.
pub(crate) fn compare(fresh: &Path) -> Result<()> {
    let (fresh, committed) = (files(fresh)?, files(&root().join(COMMITTED))?);
    let stale = differing(&fresh, &committed);
    if !stale.is_empty() {
        bail!("{COMMITTED} is stale ({}). Cure: cargo xtask bindings", stale.join(", "));
    }
    println!("{} files are as the Rust types are.", committed.len());
    Ok(())
}

fn differing<'a>(fresh: &'a BTreeMap<String, String>, committed: &'a BTreeMap<String, String>) -> Vec<&'a str> {
    let changed = fresh.iter().filter(|(name, text)| committed.get(*name) != Some(text)).map(|(name, _)| name);
    let gone = committed.keys().filter(|name| !fresh.contains_key(*name));
    changed.chain(gone).map(String::as_str).collect()
}

/// Name, with the folders below `folder`, and text of each file.
fn files(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        let Ok(entries) = fs::read_dir(&inner) else { continue };
        for path in entries.map(|entry| entry.map(|entry| entry.path())) {
            let path = path?;
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
            found.insert(name, fs::read_to_string(&path).with_context(|| path.display().to_string())?);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_new_and_forgotten_types_are_named() {
        let map = |rows: &[(&str, &str)]| rows.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        let fresh = map(&[("Same.ts", "1"), ("Changed.ts", "2"), ("New.ts", "3")]);
        let committed = map(&[("Same.ts", "1"), ("Changed.ts", "1"), ("Gone.ts", "4")]);
        assert_eq!(differing(&fresh, &committed), ["Changed.ts", "New.ts", "Gone.ts"]);
        assert!(differing(&committed, &committed).is_empty());
    }
}
