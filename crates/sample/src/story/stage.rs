//! `setup`: a founded network, and the files the story is told with (S2 Alg. 1).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use carekey_protocol::{BlobId, RecordRef};
use tempfile::TempDir;

use super::cast::Member;
use super::{Outcome, measured};
use crate::servers::Servers;

/// How long a step may wait for the network. Generous: a step that needs more is broken, not slow.
pub(super) const PATIENCE: Duration = Duration::from_secs(600);

/// Where the story happens.
pub(super) struct Stage {
    pub(super) servers: Servers,
    pub(super) members: BTreeMap<&'static str, Member>,
    pub(super) files: Vec<StoryFile>,
    /// Maria's grants by who received them.
    pub(super) grants: BTreeMap<&'static str, Vec<u64>>,
    pub(super) home: TempDir,
}

/// A file, and the record it became.
pub(super) struct StoryFile {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) reference: RecordRef,
    pub(super) blob: BlobId,
}

impl Stage {
    pub(super) fn member(&self, key: &str) -> &Member {
        &self.members[key]
    }

    pub(super) async fn close(self) {
        for member in self.members.values() {
            member.wallet.remote().disconnect().await;
        }
        self.servers.stop().await;
    }
}

pub(super) async fn setup(records: Vec<PathBuf>, stage: &mut Option<Stage>) -> Outcome {
    let home = tempfile::tempdir()?;
    let paths = if records.is_empty() { own_files(home.path())? } else { records };
    let mut files = Vec::new();
    for path in paths {
        let bytes = std::fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?.len();
        files.push(StoryFile { path, bytes, reference: RecordRef::default(), blob: BlobId::default() });
    }
    let servers = Servers::start(&home.path().join("network")).await?;
    let told = measured([
        ("network", servers.network_file().network_id().to_string().into()),
        ("hospitals", servers.network_file().hospitals.len().into()),
        ("files", files.len().into()),
    ]);
    *stage = Some(Stage { servers, members: BTreeMap::new(), files, grants: BTreeMap::new(), home });
    Ok(told)
}

/// A clinical document, a picture, and an empty file.
fn own_files(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let documents = crate::documents::documents(1);
    let picked = ["application/fhir+json", "image/png", "application/pdf"]
        .iter()
        .filter_map(|wanted| documents.iter().find(|document| document.media_type == *wanted));
    let mut paths = Vec::new();
    for document in picked {
        let path = dir.join(&document.file_name);
        std::fs::write(&path, &document.bytes)?;
        paths.push(path);
    }
    let empty = dir.join("empty");
    std::fs::write(&empty, b"")?;
    paths.push(empty);
    Ok(paths)
}
