//! The reader's side: what others share, and opening it at a hospital (S2 Alg. 5 steps 8–14).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use carekey_crypto::{Digest, SecretKey, seal_note};
use carekey_protocol::access::{AccessBody, Refusal};
use carekey_protocol::catalogue::CatalogueItem;
use carekey_protocol::deposit::{Escrow, RecordAccess};
use carekey_protocol::derive::derive_kt;
use carekey_protocol::pass::{PassSecret, Target};
use carekey_protocol::receipt::ReadNotice;
use carekey_protocol::transaction::KIND_READ_NOTICE;
use carekey_protocol::{BlockHeight, Certificate, HospitalId, ParticipantId, Pass, RecordRef, Text, encode};

use super::verify::ExpectedBytes;
use super::{AnchorProof, Anchored, Check, OpenedRecord, Withheld, discard_damaged};
use crate::errands::{Work, promise};
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::remote::Granted;
use crate::vault::copies::{self, CopyRow};
use crate::vault::places;
use crate::vault::shared::{self, SharedItemRow, SharedRow};
use crate::wallet::{Wallet, os_rng};

/// A record somebody shares, as its catalogue describes it.
#[derive(Debug, Clone)]
pub struct SharedRecord {
    /// The pass it can be read with.
    pub rho: Digest,
    /// The hospital that keeps it.
    pub hospital: HospitalId,
    /// What is known before it is opened; none of it for a grant of one record not yet opened.
    pub item: CatalogueItem,
    /// Not opened yet.
    pub unread: bool,
}

/// What was found at the hospitals behind a patient's passes.
#[derive(Debug, Clone, Default)]
pub struct SharedListing {
    /// Records, the newest document first.
    pub records: Vec<SharedRecord>,
    /// Hospitals that could not be asked.
    pub unreachable: Vec<HospitalId>,
    /// The refusal of passes that no longer open anything.
    pub refused: Option<Refusal>,
}

impl From<SharedItemRow> for SharedRecord {
    fn from(row: SharedItemRow) -> Self {
        let SharedItemRow { rho, hospital, item, unread, .. } = row;
        Self { rho, hospital, item, unread }
    }
}

/// The newest document first, and each record once, however many passes open it.
pub fn in_order(mut records: Vec<SharedRecord>) -> Vec<SharedRecord> {
    records.sort_by_key(|record| std::cmp::Reverse(record.item.document_time));
    let mut seen = BTreeSet::new();
    records.retain(|record| seen.insert(record.item.reference));
    records
}

impl Wallet {
    /// Everything others share with this person: passes that were found, verified, and replaced by no newer one.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn shared(&self) -> Result<Vec<SharedRow>, WalletError> {
        Ok(newest_epochs(self.read(shared::list)?))
    }

    /// The records behind a pass as they were last seen there. Asks nobody.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn shared_items(&self, rho: &Digest) -> Result<Vec<SharedRecord>, WalletError> {
        let rows = self.read(|tx| shared::items(tx, rho))?;
        Ok(rows.into_iter().map(SharedRecord::from).collect())
    }

    /// Asks the hospitals what lies behind the passes of a patient. Each list is an access, and receipted as one.
    ///
    /// # Errors
    /// [`WalletError::Vault`]; hospitals that cannot be reached are named in the answer.
    pub async fn shared_records(&self, patient: &ParticipantId, purpose: &str) -> Result<SharedListing, WalletError> {
        let rows = newest_epochs(self.read(|tx| shared::of_patient(tx, patient))?);
        let mut listing = SharedListing::default();
        for row in rows.into_iter().filter(|row| row.stopped.is_none()) {
            match &row.pass.secret {
                PassSecret::Record { hospital, .. } => {
                    let known = self.read(|tx| shared::items(tx, &row.pass.terms.rho))?;
                    if let (true, Some(item)) = (known.is_empty(), unopened(&row.pass.secret)) {
                        self.put_item(&row.pass, *hospital, target_digest(&row.pass), [0; 16], item)?;
                    }
                }
                PassSecret::Collection { .. } => self.list_catalogues(&row.pass, purpose, &mut listing).await?,
            }
            listing.records.extend(self.shared_items(&row.pass.terms.rho)?);
        }
        listing.records = in_order(listing.records);
        self.write(|tx| shared::set_seen(tx, patient))?;
        Ok(listing)
    }

    async fn list_catalogues(
        &self,
        pass: &Pass,
        purpose: &str,
        listing: &mut SharedListing,
    ) -> Result<(), WalletError> {
        let PassSecret::Collection { epoch_secret, .. } = &pass.secret else { return Ok(()) };
        let rho = pass.terms.rho;
        for hospital in self.0.remote.hospitals() {
            let entries = match self.ask(hospital, pass, None, purpose).await {
                Ok(Granted::Catalogue(entries)) => entries,
                Ok(Granted::Record(_)) => continue,
                // A hospital without a catalogue of this collection holds nothing of it.
                Err(WalletError::Refused(Refusal::NotGranted)) => continue,
                Err(WalletError::Refused(refusal)) => {
                    listing.refused = Some(refusal);
                    if refusal == Refusal::Revoked {
                        self.note_stopped(&rho).await?;
                    }
                    continue;
                }
                Err(WalletError::Network(_)) => {
                    listing.unreachable.push(hospital);
                    continue;
                }
                Err(other) => return Err(other),
            };
            let mut present = Vec::new();
            for entry in entries {
                let Ok(item) = entry.open(epoch_secret) else {
                    tracing::warn!("a catalogue entry that does not open was ignored");
                    continue;
                };
                present.push(item.reference);
                self.put_item(pass, hospital, entry.x, entry.nonce, item)?;
            }
            self.write(|tx| {
                for known in shared::items(tx, &rho)? {
                    if known.hospital == hospital && !present.contains(&known.item.reference) {
                        shared::remove_item(tx, &rho, &known.item.reference)?;
                    }
                }
                Ok::<_, WalletError>(())
            })?;
        }
        Ok(())
    }

    fn put_item(
        &self,
        pass: &Pass,
        hospital: HospitalId,
        x: Digest,
        nonce: [u8; 16],
        item: CatalogueItem,
    ) -> Result<(), WalletError> {
        let (rho, added) = (pass.terms.rho, self.now());
        self.write(|tx| shared::put_item(tx, &SharedItemRow { rho, hospital, x, nonce, item, added, unread: true }))?;
        Ok(())
    }

    /// Opens a record somebody shares: asks the hospital, checks everything, tells the patient.
    ///
    /// # Errors
    /// [`WalletError::Refused`] naming the hospital's check, [`WalletError::Withheld`] naming the reader's own;
    /// [`WalletError::NotFound`] if no pass opens it.
    pub async fn open_shared(
        &self,
        patient: &ParticipantId,
        reference: &RecordRef,
        purpose: &str,
    ) -> Result<OpenedRecord, WalletError> {
        let found = self.read(|tx| shared::find_item(tx, patient, reference))?;
        let passes = newest_epochs(self.read(|tx| shared::of_patient(tx, patient))?);
        let usable = found.into_iter().find_map(|item| {
            let row = passes.iter().find(|row| row.pass.terms.rho == item.rho)?;
            Some((item, row.pass.clone()))
        });
        let (item, pass) = usable.ok_or(WalletError::NotFound { what: "this record among what is shared" })?;

        // Step 8: X and Y follow from kt.
        let kt = match &pass.secret {
            PassSecret::Record { kt, .. } => kt.clone(),
            PassSecret::Collection { epoch_secret, .. } => derive_kt(epoch_secret, &item.nonce),
        };
        let access = RecordAccess::derive(&kt, &item.hospital, reference);
        let wanted = matches!(pass.terms.target, Target::Catalogue(_)).then_some(access.x);

        let (escrow, sealed) = match self.ask(item.hospital, &pass, wanted, purpose).await {
            Ok(Granted::Record(delivered)) => (delivered.escrow, delivered.path),
            Ok(Granted::Catalogue(_)) => return Err(WalletError::NotFound { what: "this record" }),
            Err(WalletError::Refused(Refusal::Revoked)) => {
                self.note_stopped(&pass.terms.rho).await?;
                return Err(WalletError::Refused(Refusal::Revoked));
            }
            Err(WalletError::Network(error)) => {
                let kept = self.open_kept(&pass, &item, patient, &access)?;
                return kept.ok_or(WalletError::Network(error));
            }
            Err(other) => return Err(other),
        };
        // Step 14: txid and K_P.
        let (txid, record_key) = access.unlock(&escrow).map_err(|error| Withheld::new(Check::Key, error))?;
        // Steps 15 to 17.
        let (anchor, proof) = self.prove_anchor(&item.hospital, &txid).await?;
        let bytes = Anchored::from(&anchor).expect(&item.item.blind);
        let opened = self
            .verify_sealed(&record_key, &item.item.blind, reference, *patient, bytes, Some(proof), &sealed)
            .inspect_err(|error| discard_damaged(error, &sealed))?;
        self.remember_place(&opened)?;
        self.keep_copy(&pass, reference, escrow, &sealed)?;
        if item.item.sealed_bytes == 0 {
            let described = CatalogueItem {
                title: Text::truncated(opened.metadata.title.as_str()),
                media_type: Text::truncated(opened.metadata.media_type.as_str()),
                category: opened.metadata.category,
                document_time: opened.metadata.document_time,
                author: opened.metadata.author.body.serial,
                sealed_bytes: opened.bytes.max(1),
                ..item.item.clone()
            };
            self.put_item(&pass, item.hospital, item.x, item.nonce, described)?;
        }
        self.write(|tx| {
            crate::vault::people::remember(tx, &opened.metadata.author)?;
            shared::set_item_opened(tx, patient, reference)
        })?;
        Ok(opened)
    }

    fn keep_copy(&self, pass: &Pass, reference: &RecordRef, escrow: Escrow, sealed: &Path) -> Result<(), WalletError> {
        let Some(file) = sealed.file_name().and_then(|name| name.to_str()) else { return Ok(()) };
        let row = CopyRow { rho: pass.terms.rho, reference: *reference, file: file.to_owned(), escrow };
        Ok(self.write(|tx| copies::put(tx, &row))?)
    }

    /// The copy of a record that was opened before, while its hospital cannot be asked: for as long as the pass holds,
    /// as far as is known here. The patient is not told of it; they were of the opening that fetched it.
    fn open_kept(
        &self,
        pass: &Pass,
        item: &SharedItemRow,
        patient: &ParticipantId,
        access: &RecordAccess,
    ) -> Result<Option<OpenedRecord>, WalletError> {
        let (terms, reference) = (&pass.terms, &item.item.reference);
        let (now, row) = (self.now(), self.read(|tx| shared::get(tx, &terms.rho))?);
        let holds = row.is_some_and(|row| row.stopped.is_none()) && terms.not_before <= now && now < terms.not_after;
        let Some(copy) = self.read(|tx| copies::get(tx, &terms.rho, reference))?.filter(|_| holds) else {
            return Ok(None);
        };
        let sealed = self.sealed_path(&Default::default()).with_file_name(&copy.file);
        let (txid, record_key) = access.unlock(&copy.escrow).map_err(|error| Withheld::new(Check::Key, error))?;
        let Some((header, anchor_hash)) = self.read(|tx| places::get(tx, &txid))?.filter(|_| sealed.exists()) else {
            return Ok(None);
        };
        let proof = AnchorProof { txid, header, proof: None };
        let blind = &item.item.blind;
        let bytes = ExpectedBytes::Anchored { reference: *reference, anchor_hash, blind };
        let opened = self
            .verify_sealed(&record_key, blind, reference, *patient, bytes, Some(proof), &sealed)
            .inspect_err(|error| discard_damaged(error, &sealed))?;
        Ok(Some(OpenedRecord { kept: true, ..opened }))
    }

    /// Steps 9 to 13: one access at one hospital, followed by the reader's own notice to the patient.
    async fn ask(
        &self,
        hospital: HospitalId,
        pass: &Pass,
        item: Option<Digest>,
        purpose: &str,
    ) -> Result<Granted, WalletError> {
        let body = AccessBody {
            terms: pass.terms.clone(),
            authorised: pass.authorised,
            item,
            purpose: Text::truncated(purpose),
            certificate: self.certificate()?,
        };
        let target = item.unwrap_or_else(|| target_digest(pass));
        let path = self.sealed_path(&Default::default()).with_file_name(format!("shared-{target}"));
        let (granted, challenge) = self.0.remote.access(hospital, body, &self.0.keys.identity, &path).await?;

        let patient = self.certificate_of(pass).await?;
        let notice = ReadNotice { hospital, challenge, reader: self.certificate()?.body.id, item, time: self.now() };
        self.promise_notice(hospital, &patient, &notice)?;
        Ok(granted)
    }

    fn promise_notice(
        &self,
        hospital: HospitalId,
        patient: &Certificate,
        notice: &ReadNotice,
    ) -> Result<(), WalletError> {
        let r = SecretKey::generate(&mut os_rng());
        let note =
            seal_note(&r, &patient.body.receiving, KIND_READ_NOTICE, &encode(notice)).map_err(WalletError::Note)?;
        self.write(|tx| promise(tx, &Work::ReadNotice { hospital, note }, self.now()))?;
        self.0.nudge.notify_one();
        Ok(())
    }

    async fn note_stopped(&self, rho: &Digest) -> Result<(), WalletError> {
        let height = self.head_height().await;
        self.write(|tx| shared::set_stopped(tx, rho, height))?;
        self.drop_spare_copies()?;
        self.tell(WalletEvent::Shared);
        Ok(())
    }
}

fn target_digest(pass: &Pass) -> Digest {
    match pass.terms.target {
        Target::Record(x) => x,
        Target::Catalogue(handle) => handle,
    }
}

/// What is known of a record granted on its own before it was opened: its name, and what opens its anchor.
fn unopened(secret: &PassSecret) -> Option<CatalogueItem> {
    let PassSecret::Record { reference, blind, title, category, document_time, .. } = secret else { return None };
    Some(CatalogueItem {
        reference: *reference,
        blind: blind.clone(),
        title: Text::truncated(title.as_str()),
        media_type: Text::default(),
        category: *category,
        document_time: *document_time,
        author: Default::default(),
        sealed_bytes: 0,
    })
}

/// Of a patient's passes for the same collection or record, the one to use: of the latest epoch, not stopped, the newest.
fn newest_epochs(rows: Vec<SharedRow>) -> Vec<SharedRow> {
    let mut best: BTreeMap<_, (u32, bool, BlockHeight, Digest)> = BTreeMap::new();
    let opens = |row: &SharedRow| match &row.pass.secret {
        PassSecret::Collection { collection, .. } => (row.pass.patient, Some(*collection), None),
        PassSecret::Record { reference, .. } => (row.pass.patient, None, Some(*reference)),
    };
    let rank = |row: &SharedRow| {
        let epoch = match row.pass.secret {
            PassSecret::Collection { epoch, .. } => epoch,
            PassSecret::Record { .. } => 0,
        };
        (epoch, row.stopped.is_none(), row.height, row.pass.terms.rho)
    };
    for row in &rows {
        let known = best.entry(opens(row)).or_insert_with(|| rank(row));
        *known = rank(row).max(*known);
    }
    rows.into_iter().filter(|row| best[&opens(row)] == rank(row)).collect()
}
