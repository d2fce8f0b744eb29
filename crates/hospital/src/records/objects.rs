//! Sealed records in an object store. The folder stays the place where uploads grow and are checked; from there a whole
//! record is put into the store, and only then is it acknowledged and its file removed.
//!
//! The index knows of every record where it lies ([`Shelf`]), so whatever step the process dies at,
//! [`Objects::settle`] finishes it: a put is repeated with the same bytes under the same name, a deletion too. Records
//! that lay in the folder before the store was configured are moved in the same way.
//!
//! Calls block on the store and belong on a thread that may wait.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carekey_protocol::BlobId;
use object_store::ObjectStoreExt;
use object_store::aws::AmazonS3;
use object_store::multipart::{MultipartStore, PartId};
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore};

use super::object_reader::ObjectReader;
use super::store::S3Store;
use super::store_error::RecordStoreError;
use super::sync_dir;
use crate::error::StoreError;
use crate::index::{Blob, BlobState, Index, Shelf};

/// Bytes of one request. A longer record goes in parts of this size: 10,000 of them, which is what S3 takes, are more than
/// the longest record.
const PART_BYTES: usize = 8 << 20;

/// Records put at the same time, each with one part in memory.
const PUTS_MAX: usize = 8;

/// Records asked of the index at once.
const PAGE: u64 = 256;

/// The object store of one hospital.
pub(crate) struct Objects {
    settings: S3Store,
    store: Arc<AmazonS3>,
    index: Arc<Index>,
    runtime: Handle,
    /// Records somebody is putting or deleting.
    claimed: Mutex<HashSet<BlobId>>,
    puts: Semaphore,
    work: Notify,
}

/// One record, for whoever puts or deletes it.
pub(super) struct Claim<'a> {
    objects: &'a Objects,
    blob: BlobId,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.objects.claimed().remove(&self.blob);
    }
}

impl Objects {
    /// Connects when it is used. Must be called on a Tokio runtime.
    pub(super) fn new(settings: &S3Store, index: Arc<Index>) -> Result<Self, RecordStoreError> {
        let store = Arc::new(settings.connect()?);
        let (settings, runtime, claimed) = (settings.clone(), Handle::current(), Mutex::default());
        Ok(Self { settings, store, index, runtime, claimed, puts: Semaphore::new(PUTS_MAX), work: Notify::new() })
    }

    /// Ends when there may be something to [`settle`](Self::settle).
    pub(crate) async fn work(&self) {
        self.work.notified().await;
    }

    pub(super) fn wake(&self) {
        self.work.notify_one();
    }

    /// The right to put or delete a record, unless somebody has it.
    pub(super) fn claim(&self, blob: BlobId) -> Option<Claim<'_>> {
        self.claimed().insert(blob).then_some(Claim { objects: self, blob })
    }

    /// Puts the checked file of a record into the store, tells the index, and removes the file.
    pub(super) fn put(&self, claim: &Claim<'_>, path: &Path) -> Result<(), StoreError> {
        let blob = &claim.blob;
        let _turn = self.runtime.block_on(self.puts.acquire());
        // Erased meanwhile: whatever is there is deleted by `settle`.
        let Some(known) = self.index.blob(blob)?.filter(|known| known.state != BlobState::Erased) else {
            return Ok(());
        };
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return self.without_file(claim, &known),
            Err(error) => return Err(error.into()),
        };
        if file.metadata()?.len() != known.sealed_bytes {
            return Err(StoreError::Damaged("a sealed record has another length".to_owned()));
        }
        self.index.note_shelf(blob, Shelf::Moving)?;
        self.abort_leftover(blob)?;
        let name = self.name(blob);
        if known.sealed_bytes <= PART_BYTES as u64 {
            let bytes = next_part(&mut file)?;
            self.wait(self.store.put(&name, bytes.into()), S3Store::put_error)?;
        } else {
            self.put_parts(blob, &name, &mut file)?;
        }
        if self.wait(self.store.head(&name), S3Store::error)?.size != known.sealed_bytes {
            return Err(RecordStoreError::OtherLength.into());
        }
        crate::failpoint::reach("object: put, index not told");
        self.index.complete_blob(blob)?;
        crate::failpoint::reach("object: complete, file not removed");
        self.remove_file(path)?;
        crate::failpoint::reach("object: file removed, index not told");
        self.index.note_shelf(blob, Shelf::Store)
    }

    /// Opens a record, so that a missing one is noticed before anything is promised.
    pub(super) fn open(&self, blob: &BlobId, sealed_bytes: u64) -> Result<ObjectReader, StoreError> {
        let name = self.name(blob);
        match self.wait(self.store.head(&name), S3Store::error) {
            Ok(found) if found.size == sealed_bytes => {
                Ok(ObjectReader::new(self.settings.clone(), Arc::clone(&self.store), name, sealed_bytes))
            }
            Ok(_) => Err(RecordStoreError::OtherLength.into()),
            Err(RecordStoreError::NotFound) => {
                Err(StoreError::Damaged("a sealed record is missing in the record store".to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Puts what is checked and deletes what is erased. `path` says where a record's file is. What others are at is left to
    /// them; a damaged file holds nobody up.
    ///
    /// # Errors
    /// The first failure of the store; the rest waits for the next round.
    pub(super) fn settle(&self, path: impl Fn(&BlobId) -> PathBuf) -> Result<(), StoreError> {
        let mut after = None;
        while let Some(last) = self.each(self.index.records_to_store(after.as_ref(), PAGE)?, |claim| {
            match self.put(claim, &path(&claim.blob)) {
                Err(StoreError::Damaged(why)) => {
                    tracing::error!(blob = %claim.blob, why, "a record stays out of the record store");
                    Ok(())
                }
                done => done,
            }
        })? {
            after = Some(last);
        }
        let mut after = None;
        while let Some(last) =
            self.each(self.index.objects_to_delete(after.as_ref(), PAGE)?, |claim| self.delete(claim))?
        {
            after = Some(last);
        }
        Ok(())
    }

    /// Deals with a page of records; the last of them, if there was any.
    fn each(
        &self,
        page: Vec<BlobId>,
        deal: impl Fn(&Claim<'_>) -> Result<(), StoreError>,
    ) -> Result<Option<BlobId>, StoreError> {
        for blob in &page {
            if let Some(claim) = self.claim(*blob) {
                deal(&claim)?;
            }
        }
        Ok(page.last().copied())
    }

    fn put_parts(&self, blob: &BlobId, name: &object_store::path::Path, file: &mut File) -> Result<(), StoreError> {
        let multipart = self.wait(self.store.create_multipart(name), S3Store::put_error)?;
        self.index.note_multipart(blob, Some(&multipart))?;
        let mut parts: Vec<PartId> = Vec::new();
        loop {
            let bytes = next_part(file)?;
            if bytes.is_empty() {
                break;
            }
            let put = self.store.put_part(name, &multipart, parts.len(), bytes.into());
            parts.push(self.wait(put, S3Store::error)?);
            crate::failpoint::reach("object: one part put");
        }
        self.wait(self.store.complete_multipart(name, &multipart, parts), S3Store::error)?;
        self.index.note_multipart(blob, None)
    }

    /// Parts of an attempt that did not end would be kept, and charged for, for ever.
    fn abort_leftover(&self, blob: &BlobId) -> Result<(), StoreError> {
        let Some(multipart) = self.index.multipart(blob)? else { return Ok(()) };
        match self.wait(self.store.abort_multipart(&self.name(blob), &multipart), S3Store::error) {
            Err(error @ RecordStoreError::Unreachable { .. }) => Err(error.into()),
            aborted => {
                // It may have ended after all, or aborting may be forbidden: no reason to hold the record up.
                if let Err(error) = aborted {
                    tracing::warn!(%error, "the store keeps parts of an upload, or never had them");
                }
                self.index.note_multipart(blob, None)
            }
        }
    }

    fn delete(&self, claim: &Claim<'_>) -> Result<(), StoreError> {
        self.abort_leftover(&claim.blob)?;
        match self.wait(self.store.delete(&self.name(&claim.blob)), S3Store::error) {
            Ok(()) | Err(RecordStoreError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
        crate::failpoint::reach("object: deleted, index not told");
        self.index.note_shelf(&claim.blob, Shelf::Folder)
    }

    /// There is no file: its upload has not got that far, or it was put, perhaps after a backup from which the index was
    /// brought back.
    fn without_file(&self, claim: &Claim<'_>, known: &Blob) -> Result<(), StoreError> {
        if known.state == BlobState::Complete {
            self.open(&claim.blob, known.sealed_bytes)?;
            self.index.note_shelf(&claim.blob, Shelf::Store)?;
        }
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> Result<(), StoreError> {
        match fs::remove_file(path) {
            // An erasure was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error.into()),
            Ok(()) => path.parent().map_or(Ok(()), sync_dir),
        }
    }

    /// The same name as in the folder: of no meaning to anybody, and a copy of the bucket is a folder of records.
    fn name(&self, blob: &BlobId) -> object_store::path::Path {
        self.settings.object_name(&super::relative_path(blob))
    }

    fn wait<T>(
        &self,
        request: impl Future<Output = object_store::Result<T>>,
        told: fn(&S3Store, &object_store::Error) -> RecordStoreError,
    ) -> Result<T, RecordStoreError> {
        self.runtime.block_on(request).map_err(|error| told(&self.settings, &error))
    }

    fn claimed(&self) -> MutexGuard<'_, HashSet<BlobId>> {
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The next bytes of a file, at most a part; none at its end.
fn next_part(file: &mut File) -> io::Result<Vec<u8>> {
    let left = file.metadata()?.len().saturating_sub(file.stream_position()?);
    // Exactly: a vector that grows by itself would take twice as much.
    let mut bytes = Vec::with_capacity(left.min(PART_BYTES as u64) as usize);
    file.take(PART_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
