//! The person's own records, and those they write for others (S2 Alg. 4).

pub(crate) mod seal;

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use carekey_protocol::derive::derive_erasure;
use carekey_protocol::upload::UploadTicket;
use carekey_protocol::{Body, Certificate, Collection, HospitalId, RecordRef};

use crate::errands::{Tracked, Work, promise};
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::vault::written::{self, WrittenRow};
use crate::vault::{Progress, people, records};
use crate::wallet::{Wallet, file_error, os_rng};

pub use crate::vault::records::RecordRow;
pub use seal::RecordDraft;

/// Where the bytes of a document come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file on this computer.
    File(PathBuf),
    /// Text or a small document made in the app.
    Bytes(Vec<u8>),
}

impl Wallet {
    /// Seals a document for its patient and promises its upload to `hospital`. When this returns the sealed record is
    /// on this computer's disk and will be sent; the answer names it. Blocks for as long as sealing takes: call it from
    /// a thread that may.
    ///
    /// # Errors
    /// [`WalletError::File`] or [`WalletError::Seal`] if the file vanishes, changes meanwhile, or the disk is full.
    pub fn write_record(
        &self,
        hospital: HospitalId,
        draft: &RecordDraft,
        source: &Source,
    ) -> Result<RecordRef, WalletError> {
        let me = self.certificate()?;
        let partial = self.sealed_path(&Default::default()).with_file_name(format!("sealing-{}", unique()));
        let (mut reader, announced) = open_source(source)?;
        let network = self.0.remote.network_id();
        let (keys, now) = (&self.0.keys, self.now());
        let sealed = seal::seal_to_file(
            &mut os_rng(),
            keys,
            &me,
            network,
            hospital,
            draft,
            Some(announced),
            now,
            &mut reader,
            &partial,
        )?;
        let path = self.sealed_path(&sealed.ticket.blob);
        std::fs::rename(&partial, &path).map_err(|error| file_error(&path, error))?;
        crate::files::sync_parent(&path).map_err(|error| file_error(&path, error))?;
        crate::failpoint::reach("upload: sealed, not promised");

        let ticket = UploadTicket::new(network, &hospital, sealed.ticket, &keys.identity);
        let patient = &draft.patient.body;
        let reference = sealed.reference;
        let promised = self.write(|tx| {
            people::remember(tx, &draft.patient)?;
            let row = WrittenRow {
                reference,
                patient: patient.id,
                patient_name: patient.name.to_string(),
                title: draft.title.clone(),
                collection: draft.category,
                hospital,
                created: now,
                anchor: Progress::Saved,
            };
            written::insert(tx, &row)?;
            let anchor = Body::Anchor(sealed.anchor);
            promise(tx, &Work::Upload { hospital, ticket, reference, anchor }, now).map(drop)
        });
        // What is not promised is of no use: on a full disk it would keep the room it takes.
        promised.inspect_err(|_| _ = std::fs::remove_file(&path))?;
        self.tell(WalletEvent::Written);
        self.0.nudge.notify_one();
        Ok(reference)
    }

    /// Records this person wrote, for others or themselves, the newest first.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn written(&self) -> Result<Vec<WrittenRow>, WalletError> {
        Ok(self.read(written::list)?)
    }

    /// The person's own records, the newest document first; erased ones are left out.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn records(&self, collection: Option<Collection>) -> Result<Vec<RecordRow>, WalletError> {
        let mut rows = self.read(|tx| records::list(tx, collection))?;
        rows.retain(|row| row.erase.is_none());
        Ok(rows)
    }

    /// One of the person's own records.
    ///
    /// # Errors
    /// [`WalletError::NotFound`].
    pub fn record(&self, reference: &RecordRef) -> Result<RecordRow, WalletError> {
        self.read(|tx| records::get(tx, reference))?.ok_or(WalletError::NotFound { what: "this record" })
    }

    /// The certificate of a record's author.
    ///
    /// # Errors
    /// [`WalletError::NotFound`].
    pub fn author(&self, row: &RecordRow) -> Result<Certificate, WalletError> {
        self.read(|tx| people::by_serial(tx, row.author))?.ok_or(WalletError::NotFound { what: "the author" })
    }

    /// Moves a record to another collection. Whoever may read the old one and not the new one can no longer fetch it.
    ///
    /// # Errors
    /// [`WalletError::NotFound`].
    pub fn move_record(&self, reference: &RecordRef, collection: Collection) -> Result<(), WalletError> {
        self.write(|tx| {
            records::set_collection(tx, reference, collection)?;
            promise(tx, &Work::Deposit { reference: *reference }, self.now())
        })?;
        self.tell(WalletEvent::Records);
        self.0.nudge.notify_one();
        Ok(())
    }

    /// Erases a record: from the block that says so, hospitals delete it and the ledger prunes its anchor. Cannot be
    /// undone.
    ///
    /// # Errors
    /// [`WalletError::NotFound`] if it is unknown, not yet on the ledger, or erased already.
    pub async fn erase(&self, reference: &RecordRef) -> Result<(), WalletError> {
        const UNKNOWN: WalletError = WalletError::NotFound { what: "this record" };
        let row = self.record(reference)?;
        let (Some(keys), Progress::Recorded { txid, .. }) = (&row.keys, row.anchor) else { return Err(UNKNOWN) };
        self.ensure_pseudonyms().await?;
        let preimage = *derive_erasure(&keys.owner_secret).expose();
        self.write(|tx| {
            let transaction = self.sign_transaction(tx, Body::Erase { anchor: txid, preimage })?;
            records::set_erase(tx, reference, Progress::Saved)?;
            promise(tx, &Work::Submit { transaction, tracked: Tracked::Erase(*reference) }, self.now())?;
            Ok::<_, WalletError>(())
        })?;
        let _ = std::fs::remove_file(self.sealed_path(&row.blob));
        self.tell(WalletEvent::Records);
        self.0.nudge.notify_one();
        Ok(())
    }
}

fn open_source(source: &Source) -> Result<(Box<dyn Read + Send>, u64), WalletError> {
    match source {
        Source::Bytes(bytes) => Ok((Box::new(Cursor::new(bytes.clone())), bytes.len() as u64)),
        Source::File(path) => open_file(path).map_err(|error| file_error(path, error)),
    }
}

fn open_file(path: &Path) -> std::io::Result<(Box<dyn Read + Send>, u64)> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    Ok((Box::new(file), bytes))
}

fn unique() -> String {
    let secret = carekey_crypto::Secret32::generate(&mut os_rng());
    secret.expose()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
