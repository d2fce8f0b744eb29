//! A copy from which a hospital can be brought back, made while it runs.

use std::fs;
use std::path::{Path, PathBuf};

use carekey_hospital::{BackedUp, RecordStore};

use super::{config, keys};
use crate::config::Service;
use crate::error::OperateError;
use crate::files;

/// What a backup holds.
#[derive(Debug, Clone)]
pub struct Backup {
    /// Where it lies.
    pub to: PathBuf,
    /// The sealed records in it.
    pub copied: BackedUp,
    /// Whether records lie in a store of their own, of which nothing was copied.
    pub in_store: bool,
    /// Whether the secret is in it.
    pub with_secret: bool,
}

/// Copies the hospital in `dir` to the new directory `to`. Blocks the thread.
///
/// # Errors
/// [`OperateError`]; `to` must not be there yet.
pub fn back_up(dir: &Path, to: &Path, with_secret: bool) -> Result<Backup, OperateError> {
    let config = config(dir)?;
    if to.exists() {
        return Err(OperateError::said(format!("{} is there already; name a new directory", to.display())));
    }
    files::make_dir(to)?;
    let copied = carekey_hospital::back_up(dir, &keys(&config).database, to)
        .map_err(|error| OperateError::said(format!("{error}; the unfinished copy is in {}", to.display())))?;
    let mut texts = vec![Service::Hospital.file(dir), dir.join("request.json"), config.network.clone()];
    if with_secret {
        texts.push(dir.join("secret"));
    }
    for file in texts.iter().filter(|file| file.is_file()) {
        let target = to.join(file.file_name().unwrap_or_default());
        // Keeps the mode, which matters for the secret.
        fs::copy(file, &target).map_err(files::at(&target))?;
    }
    let in_store = !matches!(config.records, RecordStore::Folder);
    Ok(Backup { to: to.to_owned(), copied, in_store, with_secret })
}
