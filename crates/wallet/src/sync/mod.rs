//! Following the ledger: heads from several hospitals, compact blocks, and what in them is this person's.

mod addresses;
mod apply;
mod compare;
mod find;
mod heads;
mod push;
mod registry;
mod watch;

use carekey_ledger::{Block, CompactBlock, LightClient};
use carekey_protocol::{BlockHeight, HospitalId};

use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::vault::{VaultError, meta};
use crate::wallet::{Inner, Wallet};

pub use self::compare::{Bounds, HospitalState};
pub(crate) use self::find::GRANT_GAP;
pub(crate) use self::push::Pushed;
pub use self::state::LedgerState;
pub(crate) use self::watch::Watch;
pub use self::watch::{Evidence, HospitalStanding};
use crate::vault::observations::ObservationKind;

mod state;

impl Wallet {
    /// Brings this wallet to the newest block: checks the heads hospitals show, scans every compact block up to it, and
    /// keeps what is found. What was scanned stays scanned, also when this fails half way.
    ///
    /// # Errors
    /// [`WalletError::Network`] if no hospital answers; [`WalletError::LedgerForged`] naming one whose ledger does not
    /// verify.
    pub async fn sync(&self) -> Result<(), WalletError> {
        let _one_at_a_time = self.0.syncing.lock().await;
        let followed = self.follow_ledger().await;
        let untrusted = matches!(followed, Err(WalletError::LedgerForged { .. }));
        let before = std::mem::replace(&mut self.0.watch.session().untrusted, untrusted);
        if before != untrusted {
            self.tell(WalletEvent::Hospitals);
        }
        followed
    }

    async fn follow_ledger(&self) -> Result<(), WalletError> {
        let before = self.head_height().await;
        self.compare_heads().await?;
        self.observe_registry().await?;
        self.find_missing().await;
        let mut found = false;
        loop {
            let (scanned, head) = {
                let light = self.0.light.lock().await;
                (light.scanned().height, light.head().height)
            };
            if scanned >= head {
                break;
            }
            found |= self.scan_batch(scanned.next(), head).await?;
        }
        let head = self.head_height().await;
        if head > before {
            self.tell(WalletEvent::Head(head));
        }
        if self.certificate().is_ok() {
            self.keep_mailboxes_read().await?;
        }
        if found {
            let _ = self.learn_readers().await;
        }
        Ok(())
    }

    /// Height of the newest block this wallet has verified.
    pub async fn head_height(&self) -> BlockHeight {
        self.0.light.lock().await.head().height
    }

    /// Asks one hospital after the other until an answer holds: neither a lie nor a silence keeps a wallet from the
    /// ledger while one hospital tells the truth. If nobody does, a lie is told rather than a silence.
    async fn first_that_holds<T, F>(&self, ask: impl Fn(HospitalId) -> F) -> Result<T, WalletError>
    where
        F: Future<Output = Result<T, WalletError>>,
    {
        let mut trouble = None;
        for hospital in self.hospitals_by_trust() {
            match ask(hospital).await {
                Err(
                    error @ (WalletError::LedgerForged { .. } | WalletError::Network(_) | WalletError::NotFound { .. }),
                ) => {
                    tracing::debug!(%error, "another hospital is asked");
                    self.note_failure(hospital, &error);
                    trouble = Some(graver(trouble, error));
                }
                other => return other,
            }
        }
        Err(trouble.unwrap_or(WalletError::NetworkFile("it names no hospital".to_owned())))
    }

    /// One batch: verified, scanned, bodies fetched by whole block where needed, everything kept in one change.
    async fn scan_batch(&self, from: BlockHeight, to: BlockHeight) -> Result<bool, WalletError> {
        self.first_that_holds(|hospital| self.scan_batch_of(hospital, from, to)).await
    }

    async fn scan_batch_of(
        &self,
        hospital: HospitalId,
        from: BlockHeight,
        to: BlockHeight,
    ) -> Result<bool, WalletError> {
        let batch = self.blocks_of(hospital, self.0.remote.compact(hospital, from, to).await)?;
        let mut moved: LightClient = self.0.light.lock().await.clone();
        moved.scan(&batch).map_err(|reason| registry::forged(self, hospital, &reason))?;

        let hits = tokio::task::block_in_place(|| self.find(&batch.blocks))?;
        let mut blocks = Vec::new();
        for height in hits.heights() {
            let Some(compact) = batch.blocks.iter().find(|block| block.header.height == height) else { continue };
            blocks.push(self.whole_block(compact).await?);
        }
        self.take_scanned_registry(&mut moved, &blocks);
        if !hits.is_empty() {
            crate::failpoint::reach("sync: found, not kept");
        }
        let found = self.write(|tx| {
            let found = self.apply(tx, &batch.blocks, &hits, &blocks)?;
            meta::put(tx, meta::Key::LightClient, &moved.save())?;
            Ok::<_, VaultError>(found)
        })?;
        {
            // The head may have moved on while blocks were fetched; the scan's place is what this batch decides.
            let mut light = self.0.light.lock().await;
            if light.head().height > moved.head().height {
                light.scan(&batch).map_err(|reason| registry::forged(self, hospital, &reason))?;
                self.take_scanned_registry(&mut light, &blocks);
            } else {
                *light = moved;
            }
            self.0.pushed.verified(&light);
        }
        let any = !found.is_empty();
        found.into_iter().for_each(|event| self.tell(event));
        Ok(any)
    }

    /// A block with its bodies, checked against the compact block that was verified.
    async fn whole_block(&self, compact: &CompactBlock) -> Result<Block, WalletError> {
        self.first_that_holds(|hospital| self.whole_block_of(hospital, compact)).await
    }

    async fn whole_block_of(&self, hospital: HospitalId, compact: &CompactBlock) -> Result<Block, WalletError> {
        let block = self.blocks_of(hospital, self.0.remote.block(hospital, compact.header.height).await)?;
        if block.compact() != *compact {
            let reason = "a block's bodies are not the announced ones";
            return Err(self.0.remote.forged(hospital, ObservationKind::WrongProof, reason));
        }
        Ok(block)
    }

    /// A hospital that showed this head has the blocks below it; one that says it has not withholds them.
    fn blocks_of<T>(&self, hospital: HospitalId, answer: Result<T, WalletError>) -> Result<T, WalletError> {
        let agrees = || self.0.watch.session().memories.get(&hospital).is_some_and(compare::Memory::agrees);
        match answer {
            Err(WalletError::NotFound { what }) if agrees() => {
                self.catch(hospital, ObservationKind::Withheld, &format!("{what} was announced and not shown"));
                Err(WalletError::NotFound { what })
            }
            other => other,
        }
    }
}

/// Of two troubles the one to tell: that somebody lies matters more than that somebody is silent.
pub(crate) fn graver(known: Option<WalletError>, new: WalletError) -> WalletError {
    match known {
        Some(known @ WalletError::LedgerForged { .. }) => known,
        Some(known) if !matches!(new, WalletError::LedgerForged { .. }) => known,
        _ => new,
    }
}

impl Inner {
    /// The light client as it was saved, or a new one.
    pub(crate) fn restore_light(
        genesis: carekey_protocol::Genesis,
        saved: Option<Vec<u8>>,
    ) -> Result<LightClient, WalletError> {
        let invalid = |error: &dyn std::fmt::Display| WalletError::NetworkFile(error.to_string());
        match saved {
            Some(saved) => LightClient::restore(genesis, &saved).map_err(|error| invalid(&error)),
            None => LightClient::new(genesis).map_err(|error| invalid(&error)),
        }
    }
}
