//! What the owner does at hospitals: catalogues, deposits, and the preparation of grants (S2 Alg. 4 steps 6–8).

use carekey_crypto::{Digest, Secret32, SecretKey, derive_secret};
use carekey_protocol::catalogue::{CatalogueItem, CatalogueOperation, SealedEntry, SignedOperation};
use carekey_protocol::deposit::{Deposit, OwnerOperation, RecordAccess};
use carekey_protocol::derive::{
    derive_catalogue_handle, derive_claim, derive_collection_authorisation, derive_epoch_secret, derive_erasure,
    derive_grant_authorisation, derive_grant_kt, derive_kt,
};
use carekey_protocol::{BlobId, Body, Collection, HospitalId, RecordRef, Text, UnixMillis};

use super::{RECORDED_SOON, Step, Tracked, Work};
use crate::error::WalletError;
use crate::failpoint;
use crate::grants::compose::{GrantOrder, Granted, compose};
use crate::vault::deposits::{self, DepositPlace, DepositRow, DepositState};
use crate::vault::grants::{GrantRow, GrantWhat, ReaderKeys};
use crate::vault::outbox::{self, OutboxId};
use crate::vault::records::{RecordKeys, RecordRow};
use crate::vault::{Progress, collections, grants, people, records};
use crate::wallet::Wallet;

impl Wallet {
    pub(super) async fn step_deposit(&self, id: OutboxId, reference: &RecordRef) -> Result<Step, WalletError> {
        if let Some(row) = self.read(|tx| records::get(tx, reference))? {
            self.deposit_record(&row).await?;
        }
        failpoint::reach("deposit: made, not finished");
        self.finish(id)
    }

    /// Puts a record into the current catalogue of its collection, and takes it out of others of the same epoch.
    pub(crate) async fn deposit_record(&self, row: &RecordRow) -> Result<(), WalletError> {
        // Before its anchor is in a block nobody could check it; it is deposited when it is.
        let (Some(keys), Progress::Recorded { txid, .. }) = (&row.keys, row.anchor) else { return Ok(()) };
        let (collection, hospital) = (row.collection, row.hospital);
        let epoch = self.read(|tx| collections::epoch(tx, collection))?;
        self.open_catalogue(collection, epoch, hospital).await?;

        let root = &self.0.keys.root;
        let epoch_secret = derive_epoch_secret(root, collection, epoch);
        let nonce = record_nonce(&epoch_secret, &row.reference);
        let access = RecordAccess::derive(&derive_kt(&epoch_secret, &nonce), &hospital, &row.reference);
        let known = self.read(|tx| deposits::of_record(tx, &row.reference))?;
        if !known.iter().any(|known| known.x == access.x && known.state == DepositState::Made) {
            let item = CatalogueItem {
                reference: row.reference,
                blind: keys.blind.clone(),
                title: Text::truncated(&row.title),
                media_type: Text::truncated(&row.media_type),
                category: collection,
                document_time: row.document_time,
                author: row.author,
                sealed_bytes: row.sealed_bytes,
            };
            let handle = derive_catalogue_handle(&epoch_secret);
            let authorisation = derive_collection_authorisation(root, collection, epoch);
            let operation = CatalogueOperation::Append {
                entry: SealedEntry::seal(&epoch_secret, access.x, nonce, &item),
                deposit: Box::new(self.deposit_row(&access, row, keys, txid, &authorisation, Some(handle))),
                claim: derive_claim(&keys.owner_secret),
            };
            self.catalogue(hospital, handle, operation, &authorisation).await?;
            failpoint::reach("deposit: appended, not noted");
            let place = DepositPlace::Catalogue { collection, epoch, nonce };
            self.write(|tx| {
                let (x, reference) = (access.x, row.reference);
                deposits::put(tx, &DepositRow { x, reference, hospital, place, state: DepositState::Made })
            })?;
        }
        self.remove_from_other_collections(row, &known, collection).await
    }

    async fn remove_from_other_collections(
        &self,
        row: &RecordRow,
        known: &[DepositRow],
        keep: Collection,
    ) -> Result<(), WalletError> {
        for old in known {
            let DepositPlace::Catalogue { collection, epoch, .. } = old.place else { continue };
            if collection == keep {
                continue;
            }
            let handle = derive_catalogue_handle(&derive_epoch_secret(&self.0.keys.root, collection, epoch));
            let authorisation = derive_collection_authorisation(&self.0.keys.root, collection, epoch);
            self.catalogue(row.hospital, handle, CatalogueOperation::Remove { x: old.x }, &authorisation).await?;
            self.write(|tx| deposits::remove(tx, &old.x))?;
        }
        Ok(())
    }

    fn deposit_row(
        &self,
        access: &RecordAccess,
        row: &RecordRow,
        keys: &RecordKeys,
        txid: carekey_protocol::TxId,
        authorisation: &SecretKey,
        catalogue: Option<Digest>,
    ) -> Deposit {
        Deposit {
            x: access.x,
            escrow: access.lock(&txid, &keys.record_key),
            authorisation: authorisation.public(),
            blob: row.blob,
            receipts_to: self.0.keys.receiving.public(),
            retain_until: UnixMillis::MAX,
            erasure: derive_erasure(&keys.owner_secret),
            catalogue,
        }
    }

    /// Opens the catalogue of an epoch at a hospital, unless it is known to be open.
    async fn open_catalogue(
        &self,
        collection: Collection,
        epoch: u32,
        hospital: HospitalId,
    ) -> Result<(), WalletError> {
        if self.read(|tx| collections::catalogues(tx, collection, epoch))?.contains(&hospital) {
            return Ok(());
        }
        let handle = derive_catalogue_handle(&derive_epoch_secret(&self.0.keys.root, collection, epoch));
        let authorisation = derive_collection_authorisation(&self.0.keys.root, collection, epoch);
        let owner = Box::new(self.certificate()?);
        self.catalogue(hospital, handle, CatalogueOperation::Open { owner }, &authorisation).await?;
        failpoint::reach("deposit: catalogue opened, not noted");
        Ok(self.write(|tx| collections::catalogue_opened(tx, collection, epoch, hospital))?)
    }

    pub(crate) async fn catalogue(
        &self,
        hospital: HospitalId,
        handle: Digest,
        operation: CatalogueOperation,
        authorisation: &SecretKey,
    ) -> Result<Option<Vec<SealedEntry>>, WalletError> {
        let signed = SignedOperation::new(&hospital, handle, operation, authorisation);
        self.0.remote.catalogue(hospital, signed).await
    }

    /// First what the grant opens, then the grant: a reader who finds it can use it at once.
    pub(super) async fn step_grant(&self, id: OutboxId, n: u64) -> Result<Step, WalletError> {
        let Some(row) = self.read(|tx| grants::get(tx, n))? else { return self.finish(id) };
        if row.revoke.is_some() {
            return self.finish(id);
        }
        if let GrantWhat::Record { reference } = &row.what
            && self.read(|tx| records::get(tx, reference))?.is_some_and(|record| record.anchor.height().is_none())
        {
            return Ok(Step::Wait(RECORDED_SOON));
        }
        failpoint::reach("grant: promised, not prepared");
        self.ensure_pseudonyms().await?;
        let granted = match row.what {
            GrantWhat::Record { reference } => self.prepare_record_grant(n, &reference).await?,
            GrantWhat::Collection { collection, epoch } => {
                for hospital in self.0.remote.hospitals() {
                    self.open_catalogue(collection, epoch, hospital).await?;
                }
                for record in self.read(|tx| records::list(tx, Some(collection)))? {
                    self.deposit_record(&record).await?;
                }
                Some(Granted::Collection { collection, epoch })
            }
        };
        let Some(granted) = granted else { return self.finish(id) };
        failpoint::reach("grant: prepared, not signed");
        self.submit_grant(id, &row, granted)
    }

    fn submit_grant(&self, id: OutboxId, row: &GrantRow, granted: Granted) -> Result<Step, WalletError> {
        let reader = match row.reader {
            Some(reader) => reader,
            None => {
                let known = self.read(|tx| people::by_id(tx, &row.grantee))?;
                let body = known.ok_or(WalletError::NotFound { what: "the person to grant to" })?.body;
                ReaderKeys { identity: body.identity, receiving: body.receiving }
            }
        };
        let me = self.certificate()?;
        let order = GrantOrder {
            n: row.n,
            since: u32::try_from(row.n - row.bundle.min(row.n)).unwrap_or(0),
            grantee: row.grantee,
            grantee_name: &row.grantee_name,
            reader,
            granted,
            not_before: row.not_before,
            not_after: row.not_after,
            purpose: &row.purpose,
            patient: me.body.id,
            patient_name: me.body.name.as_str(),
        };
        let (_, body) = compose(&self.0.keys, self.0.remote.network_id(), &order).map_err(WalletError::Note)?;
        self.write(|tx| {
            let transaction = self.sign_transaction(tx, Body::Grant(body))?;
            super::promise(tx, &Work::Submit { transaction, tracked: Tracked::Grant(row.n) }, self.now())?;
            outbox::finish(tx, id)?;
            Ok::<_, WalletError>(())
        })?;
        Ok(Step::Finished)
    }

    /// A grant of one record has a row of its own: ending it touches nobody else. None if the record is gone.
    async fn prepare_record_grant(&self, n: u64, reference: &RecordRef) -> Result<Option<Granted>, WalletError> {
        let Some(row) = self.read(|tx| records::get(tx, reference))? else { return Ok(None) };
        let (Some(keys), Some(txid)) = (&row.keys, row.anchor.txid()) else { return Ok(None) };
        let root = &self.0.keys.root;
        let access = RecordAccess::derive(&derive_grant_kt(root, n), &row.hospital, reference);
        let authorisation = derive_grant_authorisation(root, n);
        let introduce = OwnerOperation::Introduce { certificate: Box::new(self.certificate()?) };
        self.0.remote.own(row.hospital, introduce).await?;
        let deposit = OwnerOperation::Deposit {
            deposit: Box::new(self.deposit_row(&access, &row, keys, txid, &authorisation, None)),
            claim: derive_claim(&keys.owner_secret),
        };
        self.0.remote.own(row.hospital, deposit).await?;
        failpoint::reach("grant: row deposited, not noted");
        self.write(|tx| {
            let place = DepositPlace::Grant { n };
            let (x, reference, hospital) = (access.x, *reference, row.hospital);
            deposits::put(tx, &DepositRow { x, reference, hospital, place, state: DepositState::Made })
        })?;
        Ok(Some(Granted::Record {
            hospital: row.hospital,
            reference: *reference,
            blind: keys.blind.clone(),
            title: row.title.clone(),
            category: row.collection,
            document_time: row.document_time,
        }))
    }

    /// Closes the catalogues of an epoch once the revocation that ended it is in a block, and everything has moved on.
    pub(super) async fn step_close_epoch(
        &self,
        id: OutboxId,
        collection: Collection,
        epoch: u32,
        n: u64,
    ) -> Result<Step, WalletError> {
        if !self.revocation_recorded(n)? {
            return Ok(Step::Wait(RECORDED_SOON));
        }
        for record in self.read(|tx| records::list(tx, Some(collection)))? {
            self.deposit_record(&record).await?;
        }
        failpoint::reach("revoke: moved on, old epoch open");
        let handle = derive_catalogue_handle(&derive_epoch_secret(&self.0.keys.root, collection, epoch));
        let authorisation = derive_collection_authorisation(&self.0.keys.root, collection, epoch);
        for hospital in self.read(|tx| collections::catalogues(tx, collection, epoch))? {
            self.catalogue(hospital, handle, CatalogueOperation::Close, &authorisation).await?;
            failpoint::reach("revoke: old epoch closed, not noted");
            self.write(|tx| collections::catalogue_closed(tx, collection, epoch, hospital))?;
        }
        self.write(|tx| {
            for old in deposits::of_epoch(tx, collection, epoch)? {
                deposits::remove(tx, &old.x)?;
            }
            outbox::finish(tx, id)
        })?;
        Ok(Step::Finished)
    }

    pub(super) async fn step_withdraw(
        &self,
        id: OutboxId,
        hospital: HospitalId,
        x: Digest,
        blob: BlobId,
        claim: Secret32,
        n: u64,
    ) -> Result<Step, WalletError> {
        if !self.revocation_recorded(n)? {
            return Ok(Step::Wait(RECORDED_SOON));
        }
        self.0.remote.own(hospital, OwnerOperation::Remove { x, blob, claim }).await?;
        failpoint::reach("revoke: row removed, not noted");
        self.write(|tx| {
            if deposits::get(tx, &x)?.is_some() {
                deposits::remove(tx, &x)?;
            }
            outbox::finish(tx, id)
        })?;
        Ok(Step::Finished)
    }

    fn revocation_recorded(&self, n: u64) -> Result<bool, WalletError> {
        let row = self.read(|tx| grants::get(tx, n))?;
        Ok(row.is_none_or(|row| matches!(row.revoke, Some(Progress::Recorded { .. }))))
    }
}

/// The nonce of a record's entry in one epoch. Derived, so that depositing again after a crash gives the same entry.
fn record_nonce(epoch_secret: &Secret32, reference: &RecordRef) -> [u8; 16] {
    let derived = derive_secret(epoch_secret.expose(), &[], "record-nonce", &[&reference.0]);
    std::array::from_fn(|index| derived.expose()[index])
}
