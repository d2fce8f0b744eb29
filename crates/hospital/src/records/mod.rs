//! Sealed records in files, `records/<first byte>/<blob>`, or from there in an object store; the index says which of them
//! are whole.
//!
//! An upload grows `<blob>.part`. Its resume offset is what is on the disk for good: bytes are synced, then the index
//! is told. Only a part whose content root was checked is renamed to its final name, and only then does the index call
//! it complete. Whatever step the process dies at, the next start either resumes the upload or finds it whole.
//! With an object store there is one more step between the two: see `objects`.

mod credentials;
mod object_reader;
mod objects;
mod store;
mod store_error;
mod upload;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carekey_crypto::Digest;
use carekey_protocol::certificate::CertificateError;
use carekey_protocol::upload::UploadTicket;
use carekey_protocol::{BlobId, UnixMillis};

use crate::error::StoreError;
use crate::index::{BlobState, Index, Shelf};
pub use object_reader::ObjectReader;
pub(crate) use objects::Objects;
pub use store::{RecordStore, S3Options, S3Store};
pub use store_error::RecordStoreError;
use upload::Slot;
pub use upload::Upload;

/// Longest sealed record: a whole-slide image or a long film fits.
pub const SEALED_BYTES_MAX: u64 = carekey_network::records::RECORD_BYTES_MAX;

/// Unfinished uploads of one certificate.
pub const UPLOADS_PER_UPLOADER_MAX: u64 = 64;

/// Announced bytes of one certificate's unfinished uploads: two of the longest records.
pub const UPLOADING_BYTES_PER_UPLOADER_MAX: u64 = 2 * SEALED_BYTES_MAX;

/// An upload that saw no byte for this long is forgotten: a week, so that a weekend does not cost a long upload.
pub const UPLOAD_IDLE_MILLIS_MAX: u64 = 7 * 24 * 3600 * 1000;

/// Why an upload is refused.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The ticket's certificate or signature.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The name is taken by another record.
    #[error("another record has this name")]
    NameTaken,
    /// The record was erased; its name is never used again.
    #[error("the record was erased")]
    Erased,
    /// Longer than [`SEALED_BYTES_MAX`].
    #[error("a record of {bytes} bytes exceeds {bytes_max}")]
    TooLong {
        /// Announced length.
        bytes: u64,
        /// Length allowed.
        bytes_max: u64,
    },
    /// The uploader has begun too much that is not finished.
    #[error("too many unfinished uploads")]
    TooMany,
    /// More bytes than announced.
    #[error("more bytes came than the ticket announced")]
    Overlong,
    /// The sender stopped early; the upload can be resumed.
    #[error("{received} of {sealed_bytes} bytes have arrived")]
    Incomplete {
        /// Bytes on the disk.
        received: u64,
        /// Bytes announced.
        sealed_bytes: u64,
    },
    /// All bytes are there and are not the announced ones. They were thrown away.
    #[error("the bytes received are not the ones announced")]
    ContentMismatch,
    /// The same upload was begun again over another connection.
    #[error("this upload continues over another connection")]
    Superseded,
    /// All bytes are there and checked, and on their way into the object store; asking again later says `Complete`.
    #[error("the record is being put into the record store")]
    Storing,
    /// The hospital's own storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the hospital says to a ticket.
#[derive(Debug)]
pub enum Begun {
    /// Nothing to send: the record is here already.
    Complete,
    /// Send from [`Upload::offset`] on.
    Receiving(Upload),
}

/// The bytes of a sealed record, from their beginning.
#[derive(Debug)]
pub enum SealedBytes {
    /// An open file. It stays readable if the record is erased meanwhile.
    File(File),
    /// An object, read in ranges.
    Object(Box<ObjectReader>),
}

/// A sealed record to be sent.
#[derive(Debug)]
pub struct SealedFile {
    /// Its bytes.
    pub bytes: SealedBytes,
    /// Its length in bytes.
    pub sealed_bytes: u64,
    /// What its bytes hashed to when they arrived.
    pub content_root: Digest,
}

/// The records.
pub struct Records {
    root: PathBuf,
    index: Arc<Index>,
    active: Mutex<HashMap<BlobId, Arc<Slot>>>,
    objects: Option<Arc<Objects>>,
}

impl Records {
    /// Opens the folder `root` and finishes what an earlier process was interrupted in; what has to go into an object store
    /// waits for [`settle`](Self::settle). An object store is only used on a Tokio runtime.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(root: PathBuf, store: &RecordStore, index: Arc<Index>) -> Result<Self, StoreError> {
        fs::create_dir_all(&root)?;
        let objects = match store {
            RecordStore::Folder => None,
            RecordStore::S3(settings) => Some(Arc::new(Objects::new(settings, Arc::clone(&index))?)),
        };
        let records = Self { root, index, active: Mutex::default(), objects };
        // Renamed after its root was checked, but the index was not told any more.
        for blob in records.index.unfinished_blobs(UnixMillis::MAX)? {
            if records.path(&blob).try_exists()? {
                match records.objects {
                    None => records.index.complete_blob(&blob)?,
                    Some(_) => records.index.note_shelf(&blob, Shelf::Moving)?,
                }
            }
        }
        for blob in records.index.erased_blobs()? {
            records.delete_files(&blob)?;
        }
        Ok(records)
    }

    /// Begins or resumes an upload. The ticket's signatures have been checked. A second connection with the same ticket
    /// takes over from the first, which may be dead without anybody having noticed.
    ///
    /// # Errors
    /// [`UploadError`].
    pub fn begin(&self, ticket: &UploadTicket, now: UnixMillis) -> Result<Begun, UploadError> {
        if ticket.sealed_bytes > SEALED_BYTES_MAX {
            return Err(UploadError::TooLong { bytes: ticket.sealed_bytes, bytes_max: SEALED_BYTES_MAX });
        }
        let mut active = self.active();
        if self.index.blob(&ticket.blob)?.is_none() {
            let open = self.index.open_uploads(ticket.certificate.body.serial.0)?;
            let bytes = open.bytes.saturating_add(ticket.sealed_bytes);
            if open.count >= UPLOADS_PER_UPLOADER_MAX || bytes > UPLOADING_BYTES_PER_UPLOADER_MAX {
                return Err(UploadError::TooMany);
            }
            self.index.begin_blob(ticket, now)?;
        }
        crate::failpoint::reach("upload: begun");
        if let Some(slot) = active.remove(&ticket.blob) {
            slot.supersede(&self.index, now)?;
        }
        let blob = self.index.blob(&ticket.blob)?.ok_or(UploadError::Erased)?;
        if !blob.matches(ticket) {
            return Err(if blob.state == BlobState::Erased { UploadError::Erased } else { UploadError::NameTaken });
        }
        let received = match blob.state {
            BlobState::Erased => return Err(UploadError::Erased),
            BlobState::Complete => return Ok(Begun::Complete),
            BlobState::Uploading { received } => received,
        };
        let path = self.path(&ticket.blob);
        if let Some(objects) = &self.objects
            && path.try_exists().map_err(StoreError::from)?
        {
            objects.wake();
            return Err(UploadError::Storing);
        }
        if let Some(parent) = path.parent()
            && !parent.try_exists().map_err(StoreError::from)?
        {
            fs::create_dir_all(parent).map_err(StoreError::from)?;
            sync_dir(&self.root)?;
        }
        let slot = Arc::new(Slot::open(blob, path, received)?);
        active.insert(ticket.blob, Arc::clone(&slot));
        Ok(Begun::Receiving(Upload::new(slot, Arc::clone(&self.index), self.objects.clone())?))
    }

    /// The sealed record, if it is whole. Waits for the object store if it lies there.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the record is missing or has another length, [`StoreError::Objects`].
    pub fn read(&self, blob: &BlobId) -> Result<Option<SealedFile>, StoreError> {
        let Some(known) = self.index.blob(blob)?.filter(|blob| blob.state == BlobState::Complete) else {
            return Ok(None);
        };
        let bytes = match (File::open(self.path(blob)), &self.objects) {
            (Ok(file), _) if file.metadata()?.len() != known.sealed_bytes => {
                return Err(StoreError::Damaged("a sealed record has another length".to_owned()));
            }
            (Ok(file), _) => SealedBytes::File(file),
            (Err(error), Some(objects)) if error.kind() == io::ErrorKind::NotFound => {
                SealedBytes::Object(Box::new(objects.open(blob, known.sealed_bytes)?))
            }
            (Err(error), None) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::Damaged("a sealed record is missing".to_owned()));
            }
            (Err(error), _) => return Err(error.into()),
        };
        Ok(Some(SealedFile { bytes, sealed_bytes: known.sealed_bytes, content_root: known.content_root }))
    }

    /// Deletes a record's files for good; an object goes with the next [`settle`](Self::settle). Harmless when repeated.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn delete_files(&self, blob: &BlobId) -> Result<(), StoreError> {
        if let Some(slot) = self.active().remove(blob) {
            slot.abandon();
        }
        let path = self.path(blob);
        let mut deleted = false;
        for path in [part_path(&path), path.clone()] {
            match fs::remove_file(&path) {
                Ok(()) => deleted = true,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(parent) = path.parent().filter(|_| deleted) {
            sync_dir(parent)?;
        }
        if let Some(objects) = &self.objects {
            objects.wake();
        }
        Ok(())
    }

    /// The object store, if there is one.
    pub(crate) fn objects(&self) -> Option<&Arc<Objects>> {
        self.objects.as_ref()
    }

    /// Puts checked records into the object store and deletes erased ones there. Waits for the store; harmless when
    /// repeated, also while records come and go.
    ///
    /// # Errors
    /// [`StoreError`]; the rest is left to the next call.
    pub fn settle(&self) -> Result<(), StoreError> {
        self.objects.as_ref().map_or(Ok(()), |objects| objects.settle(|blob| self.path(blob)))
    }

    /// Forgets uploads that were given up.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget_idle_uploads(&self, now: UnixMillis) -> Result<(), StoreError> {
        let Some(before) = now.0.checked_sub(UPLOAD_IDLE_MILLIS_MAX) else { return Ok(()) };
        for blob in self.index.unfinished_blobs(UnixMillis(before))? {
            // Checked, and the object store has been away for a week: that is not the uploader's doing.
            if self.objects.is_some() && self.path(&blob).try_exists()? {
                continue;
            }
            self.delete_files(&blob)?;
            self.index.forget_upload(&blob)?;
        }
        Ok(())
    }

    /// Where a record's file lies.
    pub(crate) fn path(&self, blob: &BlobId) -> PathBuf {
        self.root.join(relative_path(blob))
    }

    fn active(&self) -> MutexGuard<'_, HashMap<BlobId, Arc<Slot>>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn relative_path(blob: &BlobId) -> String {
    let name = blob.to_string();
    format!("{}/{name}", &name[..2])
}

fn part_path(path: &Path) -> PathBuf {
    path.with_extension("part")
}

/// Makes a rename, creation or deletion in `dir` outlive a power cut.
fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    // Windows has no such call and needs none.
    if cfg!(unix) {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
