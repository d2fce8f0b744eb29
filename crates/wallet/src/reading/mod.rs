//! Reading: one's own records, and those others share (S2 Alg. 5 steps 8–17).

mod ahead;
mod proof;
mod shared;
pub(crate) mod verify;

use std::fs::File;
use std::io::{BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};

use carekey_crypto::{Digest, RecordReader, Secret32, Signature, content_root};
use carekey_ledger::{Header, LedgerProof};
use carekey_protocol::record::{RecordMetadata, anchor_hash};
use carekey_protocol::transaction::AnchorBody;
use carekey_protocol::{Body, HospitalId, RecordRef, TxId};

use crate::error::WalletError;
use crate::vault::observations::ObservationKind;
use crate::vault::records::{self, RecordDetails};
use crate::vault::{Progress, places};
use crate::wallet::{Wallet, file_error};

pub use ahead::Understanding;
pub use shared::{SharedListing, SharedRecord, in_order};
pub use verify::{Check, VerifyError, Withheld};
use verify::{Expected, ExpectedBytes};

/// Where a record stands on the ledger, and the way from there to the newest block.
#[derive(Debug, Clone)]
pub struct AnchorProof {
    /// The anchor's transaction.
    pub txid: TxId,
    /// The header of its block.
    pub header: Header,
    /// Its place in the block, and the block's place under the head it was proved with; none if that was proved
    /// earlier and is remembered.
    pub proof: Option<LedgerProof>,
}

/// A record that passed every check. The plaintext is never written to disk here; it is decrypted as it is read.
pub struct OpenedRecord {
    /// What the author said about it.
    pub metadata: RecordMetadata,
    /// Where it stands on the ledger; none for one's own that is on its way there.
    pub proof: Option<AnchorProof>,
    /// It is the copy on this computer: its hospital could not be asked.
    pub kept: bool,
    /// Length of the document in bytes.
    pub bytes: u64,
    /// eh1, as anchored.
    pub anchor_hash: Digest,
    /// The Merkle root over the sealed bytes, recomputed from them here and found to be what eh1 commits to.
    pub content_root: Digest,
    /// Length of the sealed record in bytes.
    pub sealed_bytes: u64,
    pub(crate) sealed: PathBuf,
    pub(crate) key: Secret32,
    pub(crate) blind: Secret32,
    pub(crate) signature: Signature,
}

impl OpenedRecord {
    /// The document, decrypted and checked again as it is read.
    ///
    /// # Errors
    /// [`WalletError::File`]; [`WalletError::Seal`] if the local copy changed since it was checked.
    pub fn reader(&self) -> Result<impl Read + Seek, WalletError> {
        let file = File::open(&self.sealed).map_err(|error| file_error(&self.sealed, error))?;
        Ok(RecordReader::new(&self.key, BufReader::new(file))?)
    }

    /// The whole document in memory.
    ///
    /// # Errors
    /// [`WalletError::TooLarge`] above `bytes_max`.
    pub fn to_vec(&self, bytes_max: u64) -> Result<Vec<u8>, WalletError> {
        if self.bytes > bytes_max {
            return Err(WalletError::TooLarge { bytes: self.bytes });
        }
        let mut out = Vec::with_capacity(self.bytes as usize);
        self.reader()?.read_to_end(&mut out).map_err(|error| file_error(&self.sealed, error))?;
        Ok(out)
    }

    /// Saves the document, in clear, where the person asked for it: complete or not at all.
    ///
    /// # Errors
    /// [`WalletError::File`].
    pub fn save(&self, path: &Path, mut progress: impl FnMut(u64) -> bool) -> Result<(), WalletError> {
        let partial = path.with_extension("carekey-part");
        let fail = |error| file_error(path, error);
        let outcome = (|| {
            let mut source = self.reader()?;
            let mut target = File::create(&partial).map_err(fail)?;
            let mut buffer = vec![0; 1 << 20];
            let mut done = 0;
            loop {
                let read = source.read(&mut buffer).map_err(fail)?;
                if read == 0 {
                    break;
                }
                target.write_all(&buffer[..read]).map_err(fail)?;
                done += read as u64;
                if !progress(done) {
                    return Err(WalletError::Cancelled);
                }
            }
            target.sync_all().map_err(fail)?;
            std::fs::rename(&partial, path).map_err(fail)
        })();
        if outcome.is_err() {
            let _ = std::fs::remove_file(&partial);
        }
        outcome
    }
}

impl std::fmt::Debug for OpenedRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenedRecord").field("title", &self.metadata.title).finish_non_exhaustive()
    }
}

impl Wallet {
    /// Opens one of the person's own records: from the local copy if there is one, else from its hospital. One that was
    /// opened before needs no network; one that is on its way to its hospital neither.
    ///
    /// # Errors
    /// [`WalletError::Withheld`] naming the check that failed; [`WalletError::Network`].
    pub async fn open_record(&self, reference: &RecordRef) -> Result<OpenedRecord, WalletError> {
        let opened = self.check_record(reference).await?;
        self.write(|tx| records::set_opened(tx, reference))?;
        Ok(opened)
    }

    /// What was learnt about the content of a record that is not read ahead.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn describe_record(&self, reference: &RecordRef, details: &RecordDetails) -> Result<(), WalletError> {
        Ok(self.write(|tx| records::set_details(tx, reference, details))?)
    }

    /// As [`open_record`](Self::open_record), without the person having seen it.
    pub(crate) async fn check_record(&self, reference: &RecordRef) -> Result<OpenedRecord, WalletError> {
        let row = self.record(reference)?;
        let Some(keys) = &row.keys else { return Err(WalletError::NotFound { what: "this record" }) };
        let sealed = self.sealed_path(&row.blob);
        // The reader in the background and the person may want the same record at once: it is fetched once.
        let one = self.0.fetches.of(&row.blob);
        let fetching = one.lock().await;
        if !sealed.exists() {
            let claim = carekey_protocol::derive::derive_claim(&keys.owner_secret);
            self.0.remote.fetch_own(row.hospital, row.blob, claim, row.sealed_bytes, &sealed).await?;
        }
        drop(fetching);
        let patient = self.certificate()?.body.id;
        let opened = match row.anchor {
            Progress::Recorded { txid, .. } => {
                let (anchored, proof) = self.place(&row.hospital, &txid, reference).await?;
                let bytes = anchored.expect(&keys.blind);
                self.verify_sealed(&keys.record_key, &keys.blind, reference, patient, bytes, Some(proof), &sealed)
            }
            Progress::Saved | Progress::Sent { .. } => {
                let (content_root, sealed_bytes) = (row.content_root, row.sealed_bytes);
                let bytes = ExpectedBytes::Sealed { content_root, sealed_bytes };
                self.verify_sealed(&keys.record_key, &keys.blind, reference, patient, bytes, None, &sealed)
            }
        };
        let opened = opened.inspect_err(|error| discard_damaged(error, &sealed))?;
        self.remember_place(&opened)?;
        let known = row.details.unwrap_or(RecordDetails { original_bytes: 0, category: None, out_of_range: None });
        let details = RecordDetails { original_bytes: opened.bytes, ..known };
        self.write(|tx| records::set_details(tx, reference, &details))?;
        Ok(opened)
    }

    /// Where an anchor stands: as it was proved before, or proved now.
    async fn place(
        &self,
        hospital: &HospitalId,
        txid: &TxId,
        reference: &RecordRef,
    ) -> Result<(Anchored, AnchorProof), WalletError> {
        if let Some((header, anchor_hash)) = self.read(|tx| places::get(tx, txid))? {
            let anchored = Anchored { reference: *reference, anchor_hash };
            return Ok((anchored, AnchorProof { txid: *txid, header, proof: None }));
        }
        let (anchor, proof) = self.prove_anchor(hospital, txid).await?;
        Ok((Anchored::from(&anchor), proof))
    }

    /// Keeps where a record that passed every check stands.
    fn remember_place(&self, opened: &OpenedRecord) -> Result<(), WalletError> {
        match &opened.proof {
            Some(AnchorProof { txid, header, proof: Some(_) }) => {
                Ok(self.write(|tx| places::put(tx, txid, header, &opened.anchor_hash))?)
            }
            _ => Ok(()),
        }
    }

    /// Where a record stands on the ledger, proved by `hospital` and checked here.
    ///
    /// # Errors
    /// [`WalletError::Withheld`] if the proof does not hold; [`WalletError::NotFound`] if the hospital has none.
    pub async fn prove(&self, hospital: HospitalId, txid: &TxId) -> Result<AnchorProof, WalletError> {
        Ok(self.prove_anchor(&hospital, txid).await?.1)
    }

    /// Step 15: the anchor, proven to stand in a block that this wallet's ledger contains. The hospital that keeps the
    /// record is asked first: it knows anyway whose record it is. Only if its proof does not hold are others asked.
    pub(crate) async fn prove_anchor(
        &self,
        hospital: &HospitalId,
        txid: &TxId,
    ) -> Result<(AnchorBody, AnchorProof), WalletError> {
        let first = match self.prove_anchor_at(hospital, txid).await {
            Err(error) => error,
            proved => return proved,
        };
        self.note_false_proof(*hospital, &first);
        for other in self.hospitals_by_trust().into_iter().filter(|other| other != hospital) {
            match self.prove_anchor_at(&other, txid).await {
                Ok(proved) => return Ok(proved),
                Err(error) => self.note_false_proof(other, &error),
            }
        }
        Err(first)
    }

    fn note_false_proof(&self, hospital: HospitalId, error: &WalletError) {
        match error {
            WalletError::Withheld(Withheld { check: Check::Ledger, reason }) => {
                self.catch(hospital, ObservationKind::WrongProof, reason);
            }
            error => self.note_failure(hospital, error),
        }
    }

    async fn prove_anchor_at(
        &self,
        hospital: &HospitalId,
        txid: &TxId,
    ) -> Result<(AnchorBody, AnchorProof), WalletError> {
        let mut under = self.head_height().await;
        let mut found = self.0.remote.locate(*hospital, *txid, under).await;
        if matches!(found, Err(WalletError::NotFound { .. })) {
            // The record may be newer than this wallet's head.
            self.sync().await?;
            under = self.head_height().await;
            found = self.0.remote.locate(*hospital, *txid, under).await;
        }
        let proven = found?;
        let head = self.0.light.lock().await.head().clone();
        let ledger = |reason: &dyn std::fmt::Display| Withheld::new(Check::Ledger, reason);
        if proven.transaction.id() != *txid {
            return Err(ledger(&"the hospital showed another transaction").into());
        }
        // The head may have moved on since the question was asked; then the answer is asked for once more.
        let header = match proven.proof.verify(&head, txid) {
            Ok(header) => header.clone(),
            Err(_) if head.height > under => return Box::pin(self.prove_anchor_at(hospital, txid)).await,
            Err(reason) => return Err(ledger(&reason).into()),
        };
        match proven.transaction.body {
            Body::Anchor(anchor) => Ok((anchor, AnchorProof { txid: *txid, header, proof: Some(proven.proof) })),
            _ => Err(Withheld::new(Check::Ledger, "the transaction is not a record's anchor").into()),
        }
    }

    /// Steps 16 and 17 on the bytes in `sealed`.
    #[expect(clippy::too_many_arguments, reason = "each is a different kind of thing, known to one caller only")]
    pub(crate) fn verify_sealed(
        &self,
        record_key: &Secret32,
        blind: &Secret32,
        reference: &RecordRef,
        patient: carekey_protocol::ParticipantId,
        bytes: ExpectedBytes<'_>,
        proof: Option<AnchorProof>,
        sealed: &Path,
    ) -> Result<OpenedRecord, WalletError> {
        tokio::task::block_in_place(|| {
            let open = || File::open(sealed).map_err(|error| file_error(sealed, error));
            let (root, sealed_bytes) = content_root(&mut open()?)?;
            let expected = Expected {
                network: self.0.remote.network_id(),
                authority: &self.0.remote.genesis().authority_key,
                patient,
                reference: *reference,
                bytes,
            };
            let sink = &mut std::io::sink();
            let (metadata, opened) =
                verify::open_verified(record_key, &expected, sealed_bytes, root, &mut open()?, sink)?;
            Ok(OpenedRecord {
                metadata,
                proof,
                kept: false,
                bytes: opened.summary.plaintext_bytes,
                anchor_hash: anchor_hash(blind, &root, sealed_bytes),
                content_root: root,
                sealed_bytes,
                sealed: sealed.to_owned(),
                key: record_key.clone(),
                blind: blind.clone(),
                signature: opened.author_signature,
            })
        })
    }
}

/// What the ledger says of a record's bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Anchored {
    reference: RecordRef,
    anchor_hash: Digest,
}

impl Anchored {
    pub(crate) fn expect<'a>(&self, blind: &'a Secret32) -> ExpectedBytes<'a> {
        ExpectedBytes::Anchored { reference: self.reference, anchor_hash: self.anchor_hash, blind }
    }
}

impl From<&AnchorBody> for Anchored {
    fn from(anchor: &AnchorBody) -> Self {
        Self { reference: anchor.reference, anchor_hash: anchor.anchor_hash }
    }
}

/// A copy that failed a check of its content is of no use; the next attempt fetches it again.
fn discard_damaged(error: &WalletError, sealed: &Path) {
    if matches!(error, WalletError::Withheld(withheld) if withheld.check >= Check::Content) {
        let _ = std::fs::remove_file(sealed);
    }
}
