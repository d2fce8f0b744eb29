//! Where things are in the repository, and how cargo is called for it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

/// The repository's top folder.
pub(crate) fn root() -> &'static Path {
    // Two levels above this crate, by the tree that Cargo.toml's `members` fixes.
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The folder in which cargo puts what it builds: `target`, unless the person chose another.
pub(crate) fn target() -> Result<PathBuf> {
    Ok(debug_build()?.parent().context("the build folder has no parent")?.to_owned())
}

/// The folder of the debug build, in which this program lies too.
pub(crate) fn debug_build() -> Result<PathBuf> {
    let me = std::env::current_exe()?;
    Ok(me.parent().context("this program lies in no folder")?.to_owned())
}

/// `cargo` with `arguments`, in the repository.
///
/// Always for the whole `--workspace`, even where one program is wanted: dependencies are then built with the same
/// features each time, and so only once.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(arguments).current_dir(root());
    cargo
}
