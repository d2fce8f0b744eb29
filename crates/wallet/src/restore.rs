//! From 24 words alone: records, grants and receipts come from the ledger, collections from the hospitals' catalogues.

use carekey_network::enrolment::AuthorityRefusal;
use carekey_protocol::Collection;
use carekey_protocol::catalogue::CatalogueOperation;
use carekey_protocol::derive::{derive_catalogue_handle, derive_collection_authorisation, derive_epoch_secret};

use crate::errands::{Work, promise};
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::sync::GRANT_GAP;
use crate::vault::deposits::{self, DepositPlace, DepositRow, DepositState};
use crate::vault::grants::{self, GrantWhat};
use crate::vault::{ReadTx, VaultError, collections, meta, outbox, records};
use crate::wallet::Wallet;

/// How many epochs beyond the last known one are looked for at the hospitals.
const EPOCH_GAP: u32 = 3;

/// How many grant numbers a restored wallet leaves out. Below the gap limit, or the next restore would not look further.
const NUMBERS_LEFT_OUT: u64 = GRANT_GAP / 2;

impl Wallet {
    /// Brings a wallet with an empty vault to the state its words stand for. May be repeated after a failure.
    ///
    /// # Errors
    /// [`WalletError::Authority`] if the words were never registered; [`WalletError::Network`].
    pub async fn restore(&self) -> Result<(), WalletError> {
        self.write(|tx| meta::put(tx, meta::Key::Restore, &true))?;
        if let Err(error) = self.recover().await {
            // Words nobody registered have nothing to restore: the wallet is a new one that waits for its code.
            if matches!(error, WalletError::Authority(AuthorityRefusal::NotRegistered)) {
                self.write(|tx| meta::remove(tx, meta::Key::Restore))?;
            }
            return Err(error);
        }
        self.sync().await?;
        // Announcements wait for their authors' certificates; passes for their patients'.
        while self.work().await? {}
        for collection in Collection::ALL {
            self.restore_collection(collection).await?;
        }
        self.write(|tx| {
            for row in records::list(tx, None)? {
                if row.erase.is_none() && !is_deposited(tx, &row.reference)? {
                    promise(tx, &Work::Deposit { reference: row.reference }, self.now())?;
                }
            }
            grants::skip_numbers(tx, NUMBERS_LEFT_OUT)?;
            meta::remove(tx, meta::Key::Restore)?;
            outbox::hurry(tx)
        })?;
        self.read_mailboxes().await?;
        self.tell(WalletEvent::Records);
        self.tell(WalletEvent::Grants);
        Ok(())
    }

    /// Finds the collection's epoch and which records its catalogues hold.
    async fn restore_collection(&self, collection: Collection) -> Result<(), WalletError> {
        let first = self.read(|tx| least_epoch(tx, collection))?;
        let mut current = first;
        let mut epoch = first;
        while epoch <= current + EPOCH_GAP {
            let epoch_secret = derive_epoch_secret(&self.0.keys.root, collection, epoch);
            let handle = derive_catalogue_handle(&epoch_secret);
            let authorisation = derive_collection_authorisation(&self.0.keys.root, collection, epoch);
            for hospital in self.0.remote.hospitals() {
                let listed = self.catalogue(hospital, handle, CatalogueOperation::List, &authorisation).await?;
                let Some(entries) = listed else { continue };
                current = epoch;
                self.write(|tx| {
                    collections::catalogue_opened(tx, collection, epoch, hospital)?;
                    for entry in &entries {
                        let Ok(item) = entry.open(&epoch_secret) else { continue };
                        let reference = item.reference;
                        if records::get(tx, &reference)?.is_none() {
                            continue;
                        }
                        records::set_collection(tx, &reference, collection)?;
                        let place = DepositPlace::Catalogue { collection, epoch, nonce: entry.nonce };
                        let state = DepositState::Made;
                        deposits::put(tx, &DepositRow { x: entry.x, reference, hospital, place, state })?;
                    }
                    Ok::<_, VaultError>(())
                })?;
            }
            epoch += 1;
        }
        Ok(self.write(|tx| collections::advance(tx, collection, current))?)
    }
}

/// The earliest epoch the collection can be in: that of its newest grant, and beyond every one that was revoked.
fn least_epoch(tx: &ReadTx<'_>, wanted: Collection) -> Result<u32, VaultError> {
    let mut least = 0;
    for row in grants::list(tx)? {
        if let GrantWhat::Collection { collection, epoch } = row.what
            && collection == wanted
        {
            let shut_out = row.revoke.is_some() && grants::shuts_out(tx, &row)?;
            least = least.max(epoch + u32::from(shut_out));
        }
    }
    Ok(least)
}

fn is_deposited(tx: &ReadTx<'_>, reference: &carekey_protocol::RecordRef) -> Result<bool, VaultError> {
    let known = deposits::of_record(tx, reference)?;
    Ok(known.iter().any(|row| matches!(row.place, DepositPlace::Catalogue { .. })))
}
