//! `ui/public/licences.json`: whose work is in the app and under which terms, for its page "About".
//!
//! Made from what cargo and npm know when the app is built; never written by hand, not committed.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::workspace::{cargo, root};

const FILE: &str = "ui/public/licences.json";
const APP: &str = "carekey-desktop";

/// Longest licence text that is kept whole; all real ones are far shorter.
const TEXT_MAX: u64 = 200 << 10;

/// Names and texts, each text once.
#[derive(Default)]
struct Licences {
    parts: BTreeMap<(String, String), Value>,
    texts: Vec<String>,
    known: HashMap<String, usize>,
}

/// Writes the list, if anything in it changed.
pub(crate) fn write() -> Result<()> {
    let mut licences = Licences::default();
    crates(&mut licences)?;
    packages(&mut licences)?;
    let count = licences.parts.len();
    let list = json!({ "parts": licences.parts.into_values().collect::<Vec<_>>(), "texts": licences.texts });
    let (path, text) = (root().join(FILE), serde_json::to_vec(&list)?);
    if fs::read(&path).is_ok_and(|old| old == text) {
        println!("{count} parts, as before.");
        return Ok(());
    }
    fs::create_dir_all(path.parent().context("the list lies in a folder")?)?;
    fs::write(&path, text).with_context(|| path.display().to_string())?;
    println!("{FILE}: {count} parts");
    Ok(())
}

/// Everything that is compiled into the app on this system.
fn crates(licences: &mut Licences) -> Result<()> {
    let host = cargo(&["-vV"]).output()?;
    let host = String::from_utf8(host.stdout)?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).context("cargo names its host")?;
    let output = cargo(&["metadata", "--format-version=1", "--locked", "--filter-platform", host]).output()?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages: HashMap<&str, &Value> =
        array(&metadata["packages"]).filter_map(|package| Some((package["id"].as_str()?, package))).collect();
    let nodes: HashMap<&str, &Value> =
        array(&metadata["resolve"]["nodes"]).filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let app = packages.iter().find(|(_, package)| package["name"] == APP).context("the app is in the workspace")?.0;
    let (mut seen, mut open) = (BTreeSet::from([*app]), vec![*app]);
    while let Some(id) = open.pop() {
        let node = nodes.get(id).context("every package is resolved")?;
        for dependency in array(&node["deps"]) {
            let is_part = array(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null());
            let Some(id) = dependency["pkg"].as_str().filter(|_| is_part) else { continue };
            if seen.insert(id) {
                open.push(id);
            }
        }
    }
    // What has no source is ours.
    for package in seen.iter().filter_map(|id| packages.get(id)).filter(|package| !package["source"].is_null()) {
        let folder = Path::new(package["manifest_path"].as_str().unwrap_or_default()).parent();
        licences.add(&package["name"], &package["version"], &package["license"], folder)?;
    }
    Ok(())
}

/// Everything that is bundled into the page.
fn packages(licences: &mut Licences) -> Result<()> {
    let lock: Value = serde_json::from_slice(&fs::read(root().join("ui/package-lock.json"))?)?;
    let packages = lock["packages"].as_object().context("package-lock.json lists packages")?;
    for (place, package) in packages {
        let Some((_, name)) = place.rsplit_once("node_modules/") else { continue };
        if package["dev"] == true || package["optional"] == true || package["peer"] == true {
            continue;
        }
        let folder = root().join("ui").join(place);
        licences.add(&json!(name), &package["version"], &package["license"], Some(&folder))?;
    }
    Ok(())
}

impl Licences {
    fn add(&mut self, name: &Value, version: &Value, licence: &Value, folder: Option<&Path>) -> Result<()> {
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut texts = Vec::new();
        for path in folder.map(texts_in).transpose()?.unwrap_or_default() {
            let text = String::from_utf8_lossy(&fs::read(&path)?).replace("\r\n", "\n").trim().to_owned();
            let next = self.known.len();
            let place = *self.known.entry(text.clone()).or_insert(next);
            if place == next {
                self.texts.push(text);
            }
            texts.push(place);
        }
        let part = json!({ "name": word(name), "version": word(version), "licence": word(licence), "texts": texts });
        self.parts.insert((word(name), word(version)), part);
        Ok(())
    }
}

/// Licence files at the top of a package, in the order of their names.
fn texts_in(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let is_text = |name: &str| {
        let name = name.to_ascii_uppercase();
        ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"].iter().any(|start| name.starts_with(start))
    };
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let about = entry.metadata()?;
        if about.is_file() && about.len() <= TEXT_MAX && entry.file_name().to_str().is_some_and(is_text) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
