//! The person's own records, and those they write for others (S2 Alg. 4).

pub(crate) mod seal;
mod watched;

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use carekey_crypto::Digest;
use carekey_protocol::decode;
use carekey_protocol::derive::derive_erasure;
use carekey_protocol::upload::UploadTicket;
use carekey_protocol::{Body, Certificate, CertificateSerial, Collection, HospitalId, RecordRef};

use crate::errands::{Tracked, Work, promise};
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::vault::written::{self, WrittenRow};
use crate::vault::{Progress, gists, outbox, people, places, records};
use crate::wallet::{Wallet, file_error, os_rng};

pub use crate::vault::records::{IndexRow, RecordRow};
pub use seal::RecordDraft;
pub use watched::document_digest;

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
        self.write_record_watched(hospital, draft, source, &mut |_| true)
    }

    /// As [`write_record`](Self::write_record); `watch` is told how many bytes of the document are sealed, and stops
    /// it by answering false: then nothing remains.
    ///
    /// # Errors
    /// [`WalletError::Cancelled`] too.
    pub fn write_record_watched(
        &self,
        hospital: HospitalId,
        draft: &RecordDraft,
        source: &Source,
        watch: &mut (dyn FnMut(u64) -> bool + Send),
    ) -> Result<RecordRef, WalletError> {
        let me = self.certificate()?;
        let partial = self.sealed_path(&Default::default()).with_file_name(format!("sealing-{}", unique()));
        let (reader, announced) = open_source(source)?;
        let mut reader = watched::Watched::new(reader, watch);
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
        )
        .map_err(watched::outcome)?;
        let digest = reader.digest();
        let path = self.sealed_path(&sealed.ticket.blob);
        std::fs::rename(&partial, &path).map_err(|error| file_error(&path, error))?;
        crate::files::sync_parent(&path).map_err(|error| file_error(&path, error))?;
        crate::failpoint::reach("upload: sealed, not promised");

        let ticket = UploadTicket::new(network, &hospital, sealed.ticket, &keys.identity);
        let patient = &draft.patient.body;
        let reference = sealed.reference;
        let own = (patient.id == me.body.id).then(|| RecordRow {
            self_reported: true,
            unread: false,
            digest: Some(digest),
            supersedes: draft.supersedes,
            ..RecordRow::announced(reference, Progress::Saved, sealed.notice, now)
        });
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
            if let Some(own) = &own {
                records::insert(tx, own)?;
                records::link_versions(tx, &reference)?;
            }
            let anchor = Body::Anchor(sealed.anchor);
            promise(tx, &Work::Upload { hospital, ticket, reference, anchor }, now).map(drop)
        });
        // What is not promised is of no use: on a full disk it would keep the room it takes.
        promised.inspect_err(|_| _ = std::fs::remove_file(&path))?;
        self.tell(WalletEvent::Written);
        if own.is_some() {
            self.tell(WalletEvent::Records);
        }
        self.0.nudge.notify_one();
        Ok(reference)
    }

    /// Takes back a record that its hospital does not have yet; nothing of it remains here. Answers false if it is too
    /// late: then it can be erased.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn take_back(&self, reference: &RecordRef) -> Result<bool, WalletError> {
        let blob = self.write(|tx| {
            for row in outbox::list(tx)?.into_iter().filter(|row| row.kind == "upload") {
                let Ok(Work::Upload { ticket, reference: of, .. }) = decode::<Work>(&row.payload) else { continue };
                if of == *reference {
                    outbox::finish(tx, row.id)?;
                    written::remove(tx, reference)?;
                    if records::get(tx, reference)?.is_some() {
                        records::remove(tx, reference)?;
                        records::link_versions(tx, reference)?;
                    }
                    return Ok(Some(ticket.blob));
                }
            }
            Ok::<_, WalletError>(None)
        })?;
        let Some(blob) = blob else { return Ok(false) };
        let _ = std::fs::remove_file(self.sealed_path(&blob));
        self.tell(WalletEvent::Written);
        self.tell(WalletEvent::Records);
        Ok(true)
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

    /// One record this person wrote.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn written_record(&self, reference: &RecordRef) -> Result<Option<WrittenRow>, WalletError> {
        Ok(self.read(|tx| written::get(tx, reference))?)
    }

    /// What lists of the person's own records show, in a few bytes each: the newest document first, each once in its
    /// newest version, without what is erased.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn record_index(&self) -> Result<Vec<IndexRow>, WalletError> {
        Ok(self.read(records::index)?)
    }

    /// The certificate with this number, if it was ever seen.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn certificate_numbered(&self, serial: CertificateSerial) -> Result<Option<Certificate>, WalletError> {
        Ok(self.read(|tx| people::by_serial(tx, serial))?)
    }

    /// The person's records with these original bytes.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn records_with(&self, digest: &Digest) -> Result<Vec<RecordRow>, WalletError> {
        Ok(self.read(|tx| records::by_digest(tx, digest))?)
    }

    /// Older versions of a record, the newest of them first.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn older_versions(&self, reference: &RecordRef) -> Result<Vec<RecordRow>, WalletError> {
        Ok(self.read(|tx| records::older_versions(tx, reference))?)
    }

    /// Whether a record has an older version.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn has_older_version(&self, reference: &RecordRef) -> Result<bool, WalletError> {
        Ok(self.read(|tx| records::has_older_version(tx, reference))?)
    }

    /// Notes that the person has seen every record. Answers how many were new.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn mark_all_seen(&self) -> Result<usize, WalletError> {
        let seen = self.write(records::set_all_opened)?;
        if seen > 0 {
            self.tell(WalletEvent::Records);
        }
        Ok(seen)
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
            records::link_versions(tx, reference)?;
            gists::remove(tx, reference)?;
            places::remove(tx, &txid)?;
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
