//! The registry: which hospitals there are, and which certificates were revoked. Changes are numbered without gaps and
//! stand in blocks like everything else, so what a hospital leaves out shows: beside another hospital that tells, and,
//! in every block this wallet scans, even without one.

use carekey_ledger::limits::REGISTRY_PAGE_MAX;
use carekey_ledger::{Block, LightClient, LightError};
use carekey_protocol::{BlockHeight, Body, HospitalId, HospitalRegistration};

use super::heads::kind_of;
use crate::error::WalletError;
use crate::vault::meta;
use crate::vault::observations::ObservationKind;
use crate::wallet::Wallet;

impl Wallet {
    /// Takes the registry changes under the head from the first hospital that has them, and compares what every other
    /// one says, once while the wallet is open.
    pub(super) async fn observe_registry(&self) -> Result<(), WalletError> {
        if self.head_height().await == BlockHeight(0) {
            return Ok(());
        }
        while self.first_that_holds(|hospital| self.observe_registry_at(hospital, 0)).await? {}
        for hospital in self.hospitals_not_compared() {
            match self.observe_registry_at(hospital, 1).await {
                Ok(_) => {}
                Err(error) => self.note_failure(hospital, &error),
            }
        }
        let (registered, sequence, head) = {
            let light = self.0.light.lock().await;
            let registered: Vec<_> = light.hospitals().cloned().collect();
            (registered, light.registry_sequence(), light.head().height)
        };
        self.accuse_of_hiding(sequence, head);
        self.take_registrations(&registered)
    }

    /// Hospitals that show this ledger and were not asked about the registry yet.
    fn hospitals_not_compared(&self) -> Vec<HospitalId> {
        let hospitals = self.hospitals_by_trust();
        let session = self.0.watch.session();
        let asks = |hospital: &HospitalId| {
            session.memories.get(hospital).is_some_and(|memory| memory.agrees() && !memory.is_distrusted())
                && !session.registry.contains_key(hospital)
        };
        hospitals.into_iter().filter(asks).collect()
    }

    /// Takes one page of registry changes, from `back` before the last one known on: whoever shows that one knows it.
    /// Whether there was anything new on it.
    async fn observe_registry_at(&self, hospital: HospitalId, back: u64) -> Result<bool, WalletError> {
        let (known, under) = {
            let light = self.0.light.lock().await;
            (light.registry_sequence(), light.head().height)
        };
        let after = known.saturating_sub(back);
        let changes = self.0.remote.registry(hospital, after, under).await?;
        let mut light = self.0.light.lock().await;
        let mut said = after;
        for proven in &changes {
            light
                .observe_registry(proven)
                .map_err(|reason| self.0.remote.forged(hospital, kind_of(&reason), reason))?;
            if let Body::Registry { sequence, .. } = proven.transaction.body {
                said = said.max(sequence);
            }
        }
        if changes.len() < REGISTRY_PAGE_MAX {
            self.0.watch.session().registry.insert(hospital, (under, said));
        }
        // A page on which nothing is new would be answered for ever.
        Ok(light.registry_sequence() > known)
    }

    /// Change `sequence` stands in block `height` or before it: whoever said that there is none under a head as high as
    /// that has hidden it.
    fn accuse_of_hiding(&self, sequence: u64, height: BlockHeight) {
        let hiding: Vec<_> = {
            let mut session = self.0.watch.session();
            let hides = |under: &BlockHeight, said: &u64| *under >= height && *said < sequence;
            let hiding = session.registry.iter().filter(|(_, (under, said))| hides(under, said));
            let hiding: Vec<_> = hiding.map(|(hospital, (_, said))| (*hospital, *said)).collect();
            for (hospital, _) in &hiding {
                session.registry.insert(*hospital, (BlockHeight(0), sequence));
            }
            hiding
        };
        for (hospital, said) in hiding {
            let detail = format!("registry change {} is left out", said + 1);
            self.catch(hospital, ObservationKind::HiddenRegistry, &detail);
        }
    }

    /// Takes the registry changes that stand in blocks this wallet has just scanned, should nobody have told of them.
    pub(super) fn take_scanned_registry(&self, light: &mut LightClient, blocks: &[Block]) {
        for block in blocks {
            for transaction in block.transactions.iter().filter_map(|entry| entry.transaction()) {
                let Body::Registry { sequence, .. } = transaction.body else { continue };
                if sequence <= light.registry_sequence() {
                    continue;
                }
                self.accuse_of_hiding(sequence, block.header.height);
                if let Err(error) = light.take_registered(transaction, &block.header) {
                    // Only a gap: an earlier one was hidden, too, in blocks this wallet has not scanned.
                    tracing::warn!(%error, "a registry change of a scanned block could not be taken");
                }
            }
        }
    }

    /// Follows the hospitals that are registered now: their keys, and whether they still take part.
    fn take_registrations(&self, registered: &[HospitalRegistration]) -> Result<(), WalletError> {
        let voting: Vec<HospitalId> = self.read(|tx| meta::get(tx, meta::Key::Voted))?.unwrap_or_default();
        let mut voted = voting.clone();
        voted.extend(registered.iter().filter(|one| one.voting_power > 0).map(|one| one.id));
        voted.sort_unstable();
        voted.dedup();
        if voted != voting {
            self.write(|tx| meta::put(tx, meta::Key::Voted, &voted))?;
        }
        self.0.remote.follow_registry(registered, &voted);
        Ok(())
    }

    /// Notes what an answer that was refused says of the hospital.
    pub(crate) fn note_failure(&self, hospital: HospitalId, error: &WalletError) {
        if let WalletError::LedgerForged { kind, reason, .. } = error {
            self.catch(hospital, *kind, reason);
        }
    }
}

/// An error of the light client, as one that names the hospital.
pub(super) fn forged(wallet: &Wallet, hospital: HospitalId, reason: &LightError) -> WalletError {
    wallet.0.remote.forged(hospital, kind_of(reason), reason)
}
