//! Folders chosen as a whole.

use std::fs;

use crate::context::Context;
use crate::errors;
use crate::files;
use crate::types::{ErrorView, FolderListRequest, FolderListed};

/// More files than anybody looks through before sending them.
const FILES_MAX: usize = 500;

/// Folders that are looked into, so that choosing a whole disk ends soon.
const FOLDERS_MAX: usize = 1_000;

pub(crate) async fn list(_: &Context, request: FolderListRequest) -> Result<FolderListed, ErrorView> {
    let root = files::absolute(&request.path)?;
    files::blocking(move || {
        let (mut folders, mut looked_into, mut paths) = (vec![root], 0, Vec::new());
        while let Some(folder) = folders.pop() {
            if looked_into == FOLDERS_MAX {
                return Ok(FolderListed { paths: sorted(paths), more: true });
            }
            looked_into += 1;
            let unreadable = |error: std::io::Error| errors::unreadable(&folder, &error);
            for entry in fs::read_dir(&folder).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                // A link may lead out of the folder, or in circles.
                let kind = entry.file_type().map_err(unreadable)?;
                if entry.file_name().to_string_lossy().starts_with('.') {
                    continue;
                }
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    if paths.len() == FILES_MAX {
                        return Ok(FolderListed { paths: sorted(paths), more: true });
                    }
                    paths.push(entry.path().to_string_lossy().into_owned());
                }
            }
        }
        Ok(FolderListed { paths: sorted(paths), more: false })
    })
    .await
}

fn sorted(mut paths: Vec<String>) -> Vec<String> {
    paths.sort();
    paths
}
