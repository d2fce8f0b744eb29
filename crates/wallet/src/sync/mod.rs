//! Following the ledger: heads from several hospitals, compact blocks, and what in them is this person's.

mod apply;
mod find;

use carekey_ledger::{Block, CompactBlock, LightClient, LightError};
use carekey_protocol::{BlockHeight, HospitalId};

use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::vault::{VaultError, meta};
use crate::wallet::{Inner, Wallet};

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
            match head {
                Err(error) => trouble = trouble.or(Some(WalletError::Network(error))),
                Ok(head) => match self.follow(hospital, head.header.height).await {
                    Ok(()) => agreed.push(hospital),
                    Err(error) => trouble = Some(error),
                },
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

    async fn follow(&self, hospital: HospitalId, shown: BlockHeight) -> Result<(), WalletError> {
        let trusted = self.head_height().await;
        if shown < trusted {
            // It lags behind; what it has is checked when it is asked for.
            return Ok(());
        }
        if shown == trusted && trusted == BlockHeight(0) {
            return Ok(());
        }
        let Some(answer) = self.0.remote.catch_up(hospital, trusted).await? else { return Ok(()) };
        let mut light = self.0.light.lock().await;
        match light.jump(&answer) {
            Ok(_) | Err(LightError::Stale { .. }) => Ok(()),
            Err(reason) => Err(self.0.remote.forged(hospital, reason)),
        }
    }

    async fn observe_registry(&self) -> Result<(), WalletError> {
        loop {
            let (after, under) = {
                let light = self.0.light.lock().await;
                (light.registry_sequence(), light.head().height)
            };
            if under == BlockHeight(0) {
                return Ok(());
            }
            let (hospital, changes) = self.0.remote.registry(after, under).await?;
            if changes.is_empty() {
                return Ok(());
            }
            let mut light = self.0.light.lock().await;
            for proven in &changes {
                light.observe_registry(proven).map_err(|reason| self.0.remote.forged(hospital, reason))?;
            }
        }
    }

    /// One batch: verified, scanned, bodies fetched by whole block where needed, everything kept in one change.
    async fn scan_batch(&self, from: BlockHeight, to: BlockHeight) -> Result<bool, WalletError> {
        let (hospital, batch) = self.0.remote.compact(from, to).await?;
        let mut moved: LightClient = self.0.light.lock().await.clone();
        moved.scan(&batch).map_err(|reason| self.0.remote.forged(hospital, reason))?;

        let hits = tokio::task::block_in_place(|| self.find(&batch.blocks))?;
        let mut blocks = Vec::new();
        for height in hits.heights() {
            let Some(compact) = batch.blocks.iter().find(|block| block.header.height == height) else { continue };
            blocks.push(self.whole_block(compact).await?);
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
        let (hospital, block, _) = self.0.remote.block(compact.header.height).await?;
        if block.compact() != *compact {
            return Err(self.0.remote.forged(hospital, "a block's bodies are not the announced ones"));
        }
        Ok(block)
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
