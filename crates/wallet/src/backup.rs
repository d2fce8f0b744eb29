//! A backup: one file under a passphrase, from which a profile comes back complete, without a hospital being asked.
//!
//! ```text
//! "CareKey backup 1\n" ‖ length of head (u32 LE) ‖ head ‖ chunks
//! head   = a passphrase file (Argon2id, AES-256-GCM) around borsh { entropy, vault key, stream key, time, entries }
//! entry  = name ‖ size; their bytes, one after the other, are the content
//! chunk i = AES-256-GCM under HKDF(stream key, "backup-chunk", i) of 1 MiB of the content; the last one may be shorter
//! ```
//! The head says how long the content is, so a cut file is noticed before anything is used; every chunk is authenticated
//! with its place. A backup is written beside its place and renamed: a crash leaves the older one, or none.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{
    Cost, PassphraseError, Secret32, open_small, open_with_passphrase, seal_small, seal_with_passphrase_at,
};
use carekey_protocol::{UnixMillis, decode};
use rand_core::CryptoRng;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::custody::RootMaterial;
use crate::files;

const MAGIC: &[u8] = b"CareKey backup 1\n";
const MAGIC_ANY: &[u8] = b"CareKey backup ";
/// A passphrase file holds 64 KiB; its header and tag are 43 bytes.
const HEAD_BYTES_MAX: u32 = 64 * 1024 + 64;
const CHUNK_BYTES: usize = 1 << 20;
const TAG_BYTES: usize = 16;
/// Names of 40 letters, so that the head fits.
const ENTRIES_MAX: usize = 1000;
/// Far above a vault with tens of thousands of records.
const CONTENT_BYTES_MAX: u64 = 64 << 30;

/// What a profile's folder is called in a backup; nothing else is taken out of one.
pub const VAULT: &str = "vault.db";
/// The profile's label.
pub const LABEL: &str = "label.json";
/// The network file.
pub const NETWORK: &str = "network.json";
/// Folder of sealed records that wait to be sent.
pub const SEALED: &str = "sealed/";

/// Why a backup was not made or read.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Not a backup, or cut, or changed.
    #[error("not a complete backup: {0}")]
    Damaged(&'static str),
    /// Made by a newer CareKey.
    #[error("this backup was made by a newer CareKey")]
    Newer,
    /// Another passphrase.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// More than a backup can hold.
    #[error("more than a backup can hold")]
    TooLarge,
    /// The person stopped it.
    #[error("cancelled")]
    Cancelled,
    /// The disk said no.
    #[error("{}: {source}", path.display())]
    Disk {
        /// What was being read or written.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

fn disk(path: &Path) -> impl FnOnce(io::Error) -> BackupError + use<> {
    let path = path.to_owned();
    move |source| BackupError::Disk { path, source }
}

/// Something to put into a backup.
#[derive(Debug)]
pub enum Content {
    /// Small, at hand.
    Bytes(Vec<u8>),
    /// A file as it is when it is copied.
    File(PathBuf),
}

#[derive(BorshSerialize, BorshDeserialize)]
struct Head {
    entropy: Secret32,
    vault_key: Secret32,
    stream_key: Secret32,
    created: UnixMillis,
    entries: Vec<(String, u64)>,
}

/// A backup whose head was opened.
pub struct Backup {
    head: Head,
    rest: BufReader<File>,
    path: PathBuf,
}

impl std::fmt::Debug for Backup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backup").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Writes a backup to `path`, complete or not at all. `go_on` hears of each chunk and may stop it.
///
/// # Errors
/// [`BackupError::TooLarge`], [`Cancelled`](BackupError::Cancelled), or the disk's.
#[expect(clippy::too_many_arguments, reason = "each of them is written down")]
pub fn write(
    rng: &mut impl CryptoRng,
    cost: Cost,
    path: &Path,
    passphrase: &SecretString,
    root: &RootMaterial,
    created: UnixMillis,
    contents: Vec<(String, Content)>,
    go_on: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<(), BackupError> {
    if contents.len() > ENTRIES_MAX {
        return Err(BackupError::TooLarge);
    }
    let mut entries = Vec::new();
    for (name, content) in &contents {
        let bytes = match content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::File(file) => fs::metadata(file).map_err(disk(file))?.len(),
        };
        entries.push((name.clone(), bytes));
    }
    let stream_key = Secret32::generate(rng);
    let total: u64 = entries.iter().map(|(_, bytes)| bytes).sum();
    if total > CONTENT_BYTES_MAX {
        return Err(BackupError::TooLarge);
    }
    let head = Head {
        entropy: root.entropy.clone(),
        vault_key: root.vault_key.clone(),
        stream_key: stream_key.clone(),
        created,
        entries: entries.clone(),
    };
    // A vector of bytes never fails to take them.
    let plain = Zeroizing::new(borsh::to_vec(&head).unwrap_or_else(|_| unreachable!()));
    let sealed =
        seal_with_passphrase_at(rng, cost, passphrase.expose_secret(), &plain).map_err(|_| BackupError::TooLarge)?;
    let partial = path.with_extension("carekey-part");
    let outcome = (|| {
        let file = files::private_options().write(true).create(true).truncate(true).open(&partial);
        let mut out = BufWriter::new(file.map_err(disk(&partial))?);
        let mut put = |bytes: &[u8]| out.write_all(bytes).map_err(disk(&partial));
        put(MAGIC)?;
        put(&(sealed.len() as u32).to_le_bytes())?;
        put(&sealed)?;
        let mut chunks = Chunks { key: stream_key, next: 0, total };
        let mut buffer: Vec<u8> = Vec::with_capacity(CHUNK_BYTES);
        let mut done = 0;
        for ((_, content), (_, announced)) in contents.iter().zip(&entries) {
            let mut source: Box<dyn Read> = match content {
                Content::Bytes(bytes) => Box::new(bytes.as_slice()),
                Content::File(file) => Box::new(File::open(file).map_err(disk(file))?.take(*announced)),
            };
            let mut left = *announced;
            while left > 0 {
                let room = (CHUNK_BYTES - buffer.len()).min(usize::try_from(left).unwrap_or(usize::MAX));
                let at = buffer.len();
                buffer.resize(at + room, 0);
                source.read_exact(&mut buffer[at..]).map_err(disk(path))?;
                left -= room as u64;
                if buffer.len() == CHUNK_BYTES {
                    put(&chunks.seal(&buffer))?;
                    done += buffer.len() as u64;
                    buffer.clear();
                    if !go_on(done, total) {
                        return Err(BackupError::Cancelled);
                    }
                }
            }
        }
        if !buffer.is_empty() {
            put(&chunks.seal(&buffer))?;
        }
        let file = out.into_inner().map_err(|error| disk(&partial)(error.into_error()))?;
        file.sync_all().map_err(disk(&partial))?;
        fs::rename(&partial, path).and_then(|()| files::sync_parent(path)).map_err(disk(path))
    })();
    if outcome.is_err() {
        let _ = fs::remove_file(&partial);
    }
    outcome
}

impl Backup {
    /// Opens a backup's head, and checks that the file is as long as it says.
    ///
    /// # Errors
    /// [`BackupError::WrongPassphrase`], [`Newer`](BackupError::Newer), [`Damaged`](BackupError::Damaged), the disk's.
    pub fn open(path: &Path, passphrase: &SecretString) -> Result<Self, BackupError> {
        let file = File::open(path).map_err(disk(path))?;
        let found_bytes = file.metadata().map_err(disk(path))?.len();
        let mut rest = BufReader::new(file);
        let mut take = |bytes: usize| -> Result<Vec<u8>, BackupError> {
            let mut taken = vec![0; bytes];
            rest.read_exact(&mut taken).map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => BackupError::Damaged("it is too short"),
                _ => disk(path)(error),
            })?;
            Ok(taken)
        };
        let magic = take(MAGIC.len())?;
        if magic != MAGIC {
            let newer = magic.starts_with(MAGIC_ANY);
            return Err(if newer { BackupError::Newer } else { BackupError::Damaged("it does not begin like one") });
        }
        let length = take(4)?;
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]);
        if length > HEAD_BYTES_MAX {
            return Err(BackupError::Damaged("its head is too long"));
        }
        let sealed = take(length as usize)?;
        let plain = open_with_passphrase(passphrase.expose_secret(), &sealed).map_err(|error| match error {
            PassphraseError::WrongPassphrase => BackupError::WrongPassphrase,
            PassphraseError::UnknownVersion(_) => BackupError::Newer,
            _ => BackupError::Damaged("its head cannot be read"),
        })?;
        let head: Head = decode(&plain).map_err(|_| BackupError::Damaged("its head is not what it should be"))?;
        let total = check_entries(&head.entries)?;
        let chunks = total.div_ceil(CHUNK_BYTES as u64);
        let expected = (MAGIC.len() + 4) as u64 + u64::from(length) + total + chunks * TAG_BYTES as u64;
        if found_bytes != expected {
            return Err(BackupError::Damaged("it is cut or longer than it says"));
        }
        Ok(Self { head, rest, path: path.to_owned() })
    }

    /// The secrets of the profile.
    pub fn root(&self) -> RootMaterial {
        RootMaterial { entropy: self.head.entropy.clone(), vault_key: self.head.vault_key.clone() }
    }

    /// When it was made.
    pub fn created(&self) -> UnixMillis {
        self.head.created
    }

    /// Writes its entries into `dir`, which is the profile's own; the vault last, so that without it there is none.
    ///
    /// # Errors
    /// [`BackupError::Damaged`] for a changed byte; [`Cancelled`](BackupError::Cancelled); the disk's.
    pub fn unpack(mut self, dir: &Path, go_on: &mut dyn FnMut(u64, u64) -> bool) -> Result<(), BackupError> {
        files::make_private_dir(dir).map_err(disk(dir))?;
        files::make_private_dir(&dir.join("sealed")).map_err(disk(dir))?;
        let total: u64 = self.head.entries.iter().map(|(_, bytes)| bytes).sum();
        let mut chunks = Chunks { key: self.head.stream_key.clone(), next: 0, total };
        let mut plain: Vec<u8> = Vec::new();
        let mut done = 0;
        for (name, bytes) in &self.head.entries {
            let place = dir.join(if name == VAULT { "vault.unpacked" } else { name });
            let file = files::private_options().write(true).create(true).truncate(true).open(&place);
            let mut out = BufWriter::new(file.map_err(disk(&place))?);
            let mut left = *bytes;
            while left > 0 {
                if plain.is_empty() {
                    let size = (total - done).min(CHUNK_BYTES as u64);
                    let mut sealed = vec![0; size as usize + TAG_BYTES];
                    self.rest.read_exact(&mut sealed).map_err(disk(&self.path))?;
                    plain = chunks.open(&sealed).ok_or(BackupError::Damaged("a part of it was changed"))?;
                    done += size;
                    if !go_on(done, total) {
                        return Err(BackupError::Cancelled);
                    }
                }
                let part = plain.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                out.write_all(&plain[..part]).map_err(disk(&place))?;
                plain.drain(..part);
                left -= part as u64;
            }
            let file = out.into_inner().map_err(|error| disk(&place)(error.into_error()))?;
            file.sync_all().map_err(disk(&place))?;
        }
        let vault = dir.join(VAULT);
        fs::rename(dir.join("vault.unpacked"), &vault).and_then(|()| files::sync_parent(&vault)).map_err(disk(&vault))
    }
}

/// The keys of the chunks, in order.
struct Chunks {
    key: Secret32,
    next: u64,
    total: u64,
}

impl Chunks {
    fn key_and_context(&mut self) -> (Secret32, [u8; 16]) {
        let key = self.key.derive("backup-chunk", &[&self.next.to_le_bytes()]);
        let mut context = [0; 16];
        context[..8].copy_from_slice(&self.next.to_le_bytes());
        context[8..].copy_from_slice(&self.total.to_le_bytes());
        self.next += 1;
        (key, context)
    }

    fn seal(&mut self, plain: &[u8]) -> Vec<u8> {
        let (key, context) = self.key_and_context();
        seal_small(&key, &context, plain)
    }

    fn open(&mut self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (key, context) = self.key_and_context();
        open_small(&key, &context, sealed).ok()
    }
}

/// Known names, each once, one of them the vault; answers with the size of the content.
fn check_entries(entries: &[(String, u64)]) -> Result<u64, BackupError> {
    let mut names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let known = |name: &str| {
        let sealed = name
            .strip_prefix(SEALED)
            .is_some_and(|id| id.len() == 32 && id.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')));
        sealed || [VAULT, LABEL, NETWORK].contains(&name)
    };
    if names.len() != entries.len() || entries.len() > ENTRIES_MAX || !names.iter().all(|name| known(name)) {
        return Err(BackupError::Damaged("it holds something unknown"));
    }
    if !names.contains(&VAULT) {
        return Err(BackupError::Damaged("it holds no vault"));
    }
    let total = entries.iter().try_fold(0_u64, |total, (_, bytes)| total.checked_add(*bytes));
    total.filter(|total| *total <= CONTENT_BYTES_MAX).ok_or(BackupError::Damaged("it claims an impossible size"))
}

#[cfg(test)]
mod tests;
