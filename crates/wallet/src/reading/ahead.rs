//! Reading ahead: what the person's documents say is learnt before they are opened, so that searching and charts cover
//! all of them, also without a network.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use carekey_protocol::RecordRef;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::OpenedRecord;
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::vault::gists::{self, Gist, Reading};
use crate::vault::records::{self, RecordDetails};
use crate::wallet::Wallet;

/// Longer sealed records are read when the person opens them.
const AHEAD_BYTES_MAX: u64 = 20 << 20;

/// After a failure a record rests for this long, twice as long after the next, up to [`REST_MAX`].
const REST_MIN: Duration = Duration::from_secs(5);
const REST_MAX: Duration = Duration::from_secs(3_600);

/// Listeners are told of what was learnt at most this often.
const TOLD_EVERY: Duration = Duration::from_secs(2);

/// What a reader made of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Understanding {
    /// Clinical category, such as `Laboratory report`.
    pub category: Option<String>,
    /// Results out of their reference range.
    pub out_of_range: Option<u32>,
    /// The rest.
    pub gist: Gist,
}

/// Records that failed, and when each is tried again.
#[derive(Default)]
struct Resting(HashMap<RecordRef, (u32, Instant)>);

impl Resting {
    fn is_due(&self, reference: &RecordRef) -> bool {
        self.0.get(reference).is_none_or(|(_, due)| *due <= Instant::now())
    }

    fn rest(&mut self, reference: RecordRef) {
        let (failures, due) = self.0.entry(reference).or_insert((0, Instant::now()));
        *due = Instant::now() + REST_MIN.saturating_mul(1 << (*failures).min(10)).min(REST_MAX);
        *failures += 1;
    }

    fn next_due(&self) -> Option<Instant> {
        self.0.values().map(|(_, due)| *due).min()
    }
}

impl Wallet {
    /// Reads the person's own records that `understand` of version `reader` has not read, one at a time, the newest
    /// first, until the future is dropped. Owners fetch by their claim, so nobody's access log knows of it.
    pub async fn read_ahead(&self, reader: u32, understand: impl Fn(&[u8], &str) -> Understanding + Send + Sync) {
        let mut events = self.events();
        let mut going = self.0.reading.subscribe();
        let (mut resting, mut told) = (Resting::default(), Instant::now());
        let (mut untold, mut waiting) = (false, VecDeque::new());
        loop {
            if going.wait_for(|going| *going).await.is_err() {
                return;
            }
            if waiting.is_empty() {
                let found = self.read(|tx| gists::unread(tx, reader, AHEAD_BYTES_MAX)).unwrap_or_default();
                waiting.extend(found.into_iter().filter(|one| resting.is_due(one)));
            }
            let Some(reference) = waiting.pop_front() else {
                if std::mem::take(&mut untold) {
                    self.tell(WalletEvent::Records);
                }
                let due = resting.next_due().unwrap_or_else(|| Instant::now() + REST_MAX);
                tokio::select! {
                    () = tokio::time::sleep_until(due) => {}
                    () = a_record_arrives(&mut events) => {}
                }
                continue;
            };
            match self.learn_record(&reference, &understand).await {
                Ok(()) => untold = true,
                Err(error) => {
                    tracing::debug!(%error, "a record was not read ahead; it will be tried again");
                    resting.rest(reference);
                }
            }
            if untold && told.elapsed() >= TOLD_EVERY {
                (untold, told) = (false, Instant::now());
                self.tell(WalletEvent::Records);
            }
            // The network and the window come first.
            tokio::task::yield_now().await;
        }
    }

    async fn learn_record(
        &self,
        reference: &RecordRef,
        understand: &(impl Fn(&[u8], &str) -> Understanding + Sync),
    ) -> Result<(), WalletError> {
        let opened = self.check_record(reference).await?;
        tokio::task::block_in_place(|| {
            let bytes = opened.to_vec(AHEAD_BYTES_MAX)?;
            let understood = understand(&bytes, opened.metadata.file_name.as_str());
            self.learn(reference, &opened, &bytes, &understood)
        })
    }

    /// Keeps what a record says, which was opened with every check and whose document is `bytes`.
    ///
    /// # Errors
    /// [`WalletError::NotFound`] if it is not the person's own.
    pub fn learn(
        &self,
        reference: &RecordRef,
        opened: &OpenedRecord,
        bytes: &[u8],
        understood: &Understanding,
    ) -> Result<(), WalletError> {
        let digest = crate::records::document_digest(&mut &bytes[..])
            .map_err(|error| crate::wallet::file_error(&opened.sealed, error))?;
        let (category, out_of_range) = (understood.category.clone(), understood.out_of_range);
        let details = RecordDetails { original_bytes: opened.bytes, category, out_of_range };
        Ok(self.write(|tx| {
            records::set_details(tx, reference, &details)?;
            records::set_document(tx, reference, &digest, opened.metadata.supersedes)?;
            records::link_versions(tx, reference)?;
            gists::put(tx, reference, &understood.gist)
        })?)
    }

    /// Lets reading ahead pause, or go on.
    pub fn pause_reading(&self, paused: bool) {
        self.0.reading.send_replace(!paused);
    }

    /// How many records `reader` still has to read ahead, and whether it pauses.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn left_to_read(&self, reader: u32) -> Result<(usize, bool), WalletError> {
        Ok((self.read(|tx| gists::unread(tx, reader, AHEAD_BYTES_MAX))?.len(), !*self.0.reading.borrow()))
    }

    /// The records whose documents contain these words as they stand, whatever the case; titles and authors aside.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn records_containing(&self, word: &str) -> Result<Vec<RecordRef>, WalletError> {
        Ok(self.read(|tx| gists::containing(tx, &gists::fold(word)))?)
    }

    /// What is known of what one record says.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn gist(&self, reference: &RecordRef) -> Result<Option<Gist>, WalletError> {
        Ok(self.read(|tx| gists::get(tx, reference))?)
    }

    /// Every value with a LOINC code in the person's own records, the oldest first.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn readings_of(&self, code: &str) -> Result<Vec<(RecordRef, Reading)>, WalletError> {
        Ok(self.read(|tx| gists::readings_of(tx, code))?)
    }

    /// The person's own records that hold clinical entries, the newest document first: what a summary is made of.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn clinical_records(&self) -> Result<Vec<RecordRef>, WalletError> {
        Ok(self.read(gists::clinical)?)
    }

    /// Opens an own record for a machine to read: it stays new to the person.
    ///
    /// # Errors
    /// As [`open_record`](Self::open_record).
    pub async fn peek_record(&self, reference: &RecordRef) -> Result<OpenedRecord, WalletError> {
        self.check_record(reference).await
    }
}

async fn a_record_arrives(events: &mut tokio::sync::broadcast::Receiver<WalletEvent>) {
    loop {
        match events.recv().await {
            Ok(WalletEvent::Records | WalletEvent::Reachable(true)) | Err(RecvError::Lagged(_)) => return,
            Ok(_) => {}
            Err(RecvError::Closed) => return std::future::pending().await,
        }
    }
}
