//! One upload under way.

use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carekey_crypto::content_root;
use carekey_protocol::UnixMillis;

use super::objects::Objects;
use super::{UploadError, part_path, sync_dir};
use crate::error::StoreError;
use crate::index::{Blob, BlobState, Index, Shelf};

/// Bytes between two syncs: what a power cut can cost an uploader, against how often the disk is made to wait.
const SYNC_BYTES: u64 = 16 << 20;

/// Bytes read at once when the content root is computed.
const READ_BYTES: usize = 1 << 20;

/// The open part of one record; at most one upload writes to it.
#[derive(Debug)]
pub(super) struct Slot {
    blob: Blob,
    path: PathBuf,
    part: Mutex<Option<Part>>,
}

#[derive(Debug)]
struct Part {
    file: File,
    written: u64,
    durable: u64,
}

impl Slot {
    /// Opens `<blob>.part` and cuts it to what is known to be on the disk.
    pub(super) fn open(blob: Blob, path: PathBuf, received: u64) -> Result<Self, StoreError> {
        let part = part_path(&path);
        let file = OpenOptions::new().create(true).append(true).open(&part)?;
        // Shorter than promised is a damaged disk: start again from what is there.
        let durable = received.min(file.metadata()?.len());
        file.set_len(durable)?;
        if let Some(parent) = part.parent() {
            sync_dir(parent)?;
        }
        Ok(Self { blob, path, part: Mutex::new(Some(Part { file, written: durable, durable })) })
    }

    /// Takes the part from its upload; what was written is kept.
    pub(super) fn supersede(&self, index: &Index, now: UnixMillis) -> Result<(), StoreError> {
        let mut guard = self.lock();
        if let Some(part) = guard.as_mut() {
            self.sync(part, index, now)?;
        }
        *guard = None;
        Ok(())
    }

    /// Takes the part from its upload; what was written is about to be deleted.
    pub(super) fn abandon(&self) {
        *self.lock() = None;
    }

    fn sync(&self, part: &mut Part, index: &Index, now: UnixMillis) -> Result<(), StoreError> {
        if part.written > part.durable {
            part.file.sync_data()?;
            crate::failpoint::reach("upload: synced, index not told");
            index.note_received(&self.blob.id, part.written, now)?;
            part.durable = part.written;
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Part>> {
        self.part.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An upload under way. Dropping it keeps what was synced; [`suspend`](Self::suspend) keeps all.
pub struct Upload {
    slot: Arc<Slot>,
    index: Arc<Index>,
    objects: Option<Arc<Objects>>,
    offset: u64,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload").field("slot", &self.slot).field("offset", &self.offset).finish_non_exhaustive()
    }
}

impl Upload {
    pub(super) fn new(slot: Arc<Slot>, index: Arc<Index>, objects: Option<Arc<Objects>>) -> Result<Self, UploadError> {
        let offset = slot.lock().as_ref().ok_or(UploadError::Superseded)?.written;
        Ok(Self { slot, index, objects, offset })
    }

    /// The byte from which the sender goes on: everything before it is on the disk for good.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Length announced, in bytes.
    pub fn sealed_bytes(&self) -> u64 {
        self.slot.blob.sealed_bytes
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// [`UploadError::Overlong`], [`UploadError::Superseded`], [`UploadError::Store`].
    pub fn append(&mut self, bytes: &[u8], now: UnixMillis) -> Result<(), UploadError> {
        let mut guard = self.slot.lock();
        let part = guard.as_mut().ok_or(UploadError::Superseded)?;
        let written = part.written + bytes.len() as u64;
        if written > self.slot.blob.sealed_bytes {
            return Err(UploadError::Overlong);
        }
        if let Err(error) = part.file.write_all(bytes) {
            // A write that failed half-way left bytes nobody counted.
            part.file.set_len(part.written).map_err(StoreError::from)?;
            return Err(StoreError::from(error).into());
        }
        part.written = written;
        if part.written - part.durable >= SYNC_BYTES {
            self.slot.sync(part, &self.index, now)?;
        }
        Ok(())
    }

    /// Puts everything received so far on the disk, for a sender who lost the line.
    ///
    /// # Errors
    /// [`UploadError::Superseded`], [`UploadError::Store`].
    pub fn suspend(self, now: UnixMillis) -> Result<u64, UploadError> {
        let mut guard = self.slot.lock();
        let part = guard.as_mut().ok_or(UploadError::Superseded)?;
        self.slot.sync(part, &self.index, now)?;
        Ok(part.durable)
    }

    /// Checks the content root of what arrived and makes it a record. When this returns, it outlives a power cut, and lies in
    /// the object store if there is one.
    ///
    /// # Errors
    /// [`UploadError::Incomplete`], [`UploadError::ContentMismatch`], [`UploadError::Superseded`],
    /// [`UploadError::Store`]. If it is the object store that fails, the checked record goes there later.
    pub fn finish(self, now: UnixMillis) -> Result<(), UploadError> {
        let mut guard = self.slot.lock();
        let part = guard.as_mut().ok_or(UploadError::Superseded)?;
        self.slot.sync(part, &self.index, now)?;
        let sealed_bytes = self.slot.blob.sealed_bytes;
        if part.written < sealed_bytes {
            return Err(UploadError::Incomplete { received: part.written, sealed_bytes });
        }
        let part_path = part_path(&self.slot.path);
        let mut reader = BufReader::with_capacity(READ_BYTES, File::open(&part_path).map_err(StoreError::from)?);
        let found = content_root(&mut reader);
        if !matches!(found, Ok((root, bytes)) if root == self.slot.blob.content_root && bytes == sealed_bytes) {
            part.file.set_len(0).map_err(StoreError::from)?;
            part.written = 0;
            part.durable = 0;
            self.index.note_received(&self.slot.blob.id, 0, now)?;
            return Err(UploadError::ContentMismatch);
        }
        // From the moment the file has its name, others would put it into the store.
        let claim = match &self.objects {
            None => None,
            Some(objects) => {
                self.index.note_shelf(&self.slot.blob.id, Shelf::Moving)?;
                Some((objects, objects.claim(self.slot.blob.id).ok_or(UploadError::Storing)?))
            }
        };
        crate::failpoint::reach("upload: checked, not renamed");
        fs::rename(&part_path, &self.slot.path).map_err(StoreError::from)?;
        if let Some(parent) = self.slot.path.parent() {
            sync_dir(parent)?;
        }
        crate::failpoint::reach("upload: renamed, index not told");
        *guard = None;
        let Some((objects, claim)) = claim else {
            self.index.complete_blob(&self.slot.blob.id)?;
            crate::failpoint::reach("upload: complete");
            return Ok(());
        };
        // Whoever begins the upload again must not wait behind the put.
        drop(guard);
        let put = objects.put(&claim, &self.slot.path);
        drop(claim);
        objects.wake();
        put?;
        match self.index.blob(&self.slot.blob.id)?.map(|blob| blob.state) {
            Some(BlobState::Complete) => Ok(()),
            _ => Err(UploadError::Erased),
        }
    }
}
