//! The page: its packages, its checks, its build.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context as _, Result};

use crate::{licences, steps::run, workspace::root};

fn folder() -> PathBuf {
    root().join("ui")
}

/// `npm` with `arguments`, in `ui/`.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.args(arguments).current_dir(folder());
    npm
}

/// Installs the packages of `package-lock.json` unless exactly these were installed last time.
pub(crate) fn install() -> Result<()> {
    let wanted = fs::read(folder().join("package-lock.json")).context("ui/package-lock.json")?;
    let stamp = folder().join("node_modules/.carekey-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        println!("The packages are those of package-lock.json.");
        return Ok(());
    }
    run(&mut npm(&["ci", "--no-audit", "--no-fund"]))?;
    fs::write(&stamp, wanted).with_context(|| stamp.display().to_string())
}

/// Builds the page unless nothing it is made of has changed since.
pub(crate) fn build() -> Result<()> {
    licences::write()?;
    let built = fs::metadata(folder().join("dist/index.html")).and_then(|page| page.modified()).ok();
    if built.is_some_and(|built| newest_source().is_some_and(|source| source < built)) {
        println!("The page is up to date.");
        return Ok(());
    }
    run(&mut npm(&["run", "build"]))
}

/// Time of the last change to anything the page is made of.
fn newest_source() -> Option<SystemTime> {
    let folder = folder();
    let files = fs::read_dir(&folder).ok()?.flatten().map(|entry| entry.path()).filter(|path| path.is_file());
    let sources = [newest_in(&folder.join("src")), newest_in(&folder.join("public"))];
    files.filter_map(|path| path.metadata().ok()?.modified().ok()).chain(sources.into_iter().flatten()).max()
}

fn newest_in(folder: &Path) -> Option<SystemTime> {
    // A folder's own time tells of files that were removed.
    let own = folder.metadata().ok()?.modified().ok();
    let entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let inner =
        entries.map(|path| if path.is_dir() { newest_in(&path) } else { path.metadata().ok()?.modified().ok() });
    inner.chain([own]).flatten().max()
}
