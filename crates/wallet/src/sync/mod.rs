//! Following the ledger: heads from several hospitals, compact blocks, and what in them is this person's.

mod apply;
mod find;

use carekey_ledger::{Block, CompactBlock, LightClient, LightError};
use carekey_protocol::{BlockHeight, HospitalId};

use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::vault::{VaultError, meta};
use crate::wallet::{Inner, Wallet};

pub(crate) use self::find::GRANT_GAP;
pub use self::state::LedgerState;

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
        let before = self.head_height().await;
        self.follow_heads().await?;
        self.observe_registry().await?;
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
        if self.certificate().is_ok() && self.mailbox_is_due() {
            self.read_mailboxes().await?;
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

    /// Every hospital's head is compared; the first that leads forward is followed. Only if nobody tells the truth is
    /// it an error.
    async fn follow_heads(&self) -> Result<(), WalletError> {
        let mut trouble = None;
        let mut agreed = Vec::new();
        for (hospital, head) in self.0.remote.heads().await {
            let followed = match head {
                Ok(head) => self.follow(hospital, head.header.height).await,
                Err(error) => Err(error.into()),
            };
            match followed {
                Ok(true) => agreed.push(hospital),
                Ok(false) => {}
                Err(error) => trouble = Some(graver(trouble, error)),
            }
        }
        let mut confirmed = self.0.confirmed_by.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        confirmed.clone_from(&agreed);
        match trouble {
            Some(error) if agreed.is_empty() => Err(error),
            Some(error @ WalletError::LedgerForged { .. }) => {
                tracing::warn!(%error, "a hospital was left aside");
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether the hospital shows this wallet's ledger, to its newest block or further.
    async fn follow(&self, hospital: HospitalId, shown: BlockHeight) -> Result<bool, WalletError> {
        let trusted = self.head_height().await;
        if shown < trusted {
            // It lags behind, or hides blocks; what it has is checked when it is asked for.
            return Ok(false);
        }
        if shown == trusted && trusted == BlockHeight(0) {
            return Ok(true);
        }
        let Some(answer) = self.0.remote.catch_up(hospital, trusted).await? else { return Ok(false) };
        let mut light = self.0.light.lock().await;
        match light.jump(&answer) {
            Ok(_) => Ok(true),
            Err(LightError::Stale { .. }) => Ok(false),
            Err(reason) => Err(self.0.remote.forged(hospital, reason)),
        }
    }

    async fn observe_registry(&self) -> Result<(), WalletError> {
        if self.head_height().await == BlockHeight(0) {
            return Ok(());
        }
        while self.first_that_holds(|hospital| self.observe_registry_at(hospital)).await? {}
        Ok(())
    }

    /// Takes one page of registry changes. Whether there was anything on it.
    async fn observe_registry_at(&self, hospital: HospitalId) -> Result<bool, WalletError> {
        let (after, under) = {
            let light = self.0.light.lock().await;
            (light.registry_sequence(), light.head().height)
        };
        let changes = self.0.remote.registry(hospital, after, under).await?;
        let mut light = self.0.light.lock().await;
        for proven in &changes {
            light.observe_registry(proven).map_err(|reason| self.0.remote.forged(hospital, reason))?;
        }
        // A page on which nothing is new would be answered for ever.
        Ok(light.registry_sequence() > after)
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
                    tracing::warn!(%error, "another hospital is asked");
                    trouble = Some(graver(trouble, error));
                }
                other => return other,
            }
        }
        Err(trouble.unwrap_or(WalletError::NetworkFile("it names no hospital".to_owned())))
    }

    /// The hospitals, first those that showed this wallet's ledger the last time they were asked.
    pub(crate) fn hospitals_by_trust(&self) -> Vec<HospitalId> {
        let confirmed = self.0.confirmed_by.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut hospitals = self.0.remote.hospitals();
        hospitals.sort_by_key(|hospital| !confirmed.contains(hospital));
        hospitals
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
        let batch = self.0.remote.compact(hospital, from, to).await?;
        let mut moved: LightClient = self.0.light.lock().await.clone();
        moved.scan(&batch).map_err(|reason| self.0.remote.forged(hospital, reason))?;

        let hits = tokio::task::block_in_place(|| self.find(&batch.blocks))?;
        let mut blocks = Vec::new();
        for height in hits.heights() {
            let Some(compact) = batch.blocks.iter().find(|block| block.header.height == height) else { continue };
            blocks.push(self.whole_block(compact).await?);
        }
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
                light.scan(&batch).map_err(|reason| self.0.remote.forged(hospital, reason))?;
            } else {
                *light = moved;
            }
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
        let block = self.0.remote.block(hospital, compact.header.height).await?;
        if block.compact() != *compact {
            return Err(self.0.remote.forged(hospital, "a block's bodies are not the announced ones"));
        }
        Ok(block)
    }
}

/// Of two troubles the one to tell: that somebody lies matters more than that somebody is silent.
fn graver(known: Option<WalletError>, new: WalletError) -> WalletError {
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
