//! One person's wallet at work: keys, vault, and the connection to the network.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use carekey_crypto::{RecoveryWords, WalletKeys};
use carekey_ledger::LightClient;
use carekey_protocol::access::Challenge;
use carekey_protocol::pseudonym::{epoch_at, pseudonym_secret};
use carekey_protocol::{BlobId, Body, Certificate, HospitalId, NetworkId, RecordRef, Transaction, UnixMillis, decode};
use rand_core::{CryptoRng, UnwrapErr};
use tokio::sync::{Notify, broadcast, watch};

use crate::backup::{Content, SEALED, VAULT};
use crate::custody::RootMaterial;
use crate::errands::{InFlight, Tracked, Work};
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::files;
use crate::remote::{Remote, Sent};
use crate::sync::{Bounds, Pushed, Watch};
use crate::vault::{self, ReadTx, Vault, VaultError, WriteTx, copies, meta, pseudonyms, records};

/// Events a slow listener may fall behind before it misses some; it re-asks everything then.
const EVENTS_MAX: usize = 256;

/// Below this many unused pseudonyms the wallet asks for the next batch.
const PSEUDONYMS_MIN: u64 = 64;

/// While there is nothing to do, the wallet looks for news at least this often; a hospital that has some answers at once.
const HEAD_WAIT: Duration = Duration::from_secs(20);

/// While a hospital is a moment behind the others, they are compared again this soon.
const SETTLING_PAUSE: Duration = Duration::from_secs(1);

/// After a failed contact, the next is tried after this long.
const UNREACHABLE_PAUSE: Duration = Duration::from_secs(2);

/// A person's wallet. Cheap to clone; all clones are the same wallet.
#[derive(Clone)]
pub struct Wallet(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) keys: WalletKeys,
    pub(crate) vault: Vault,
    pub(crate) remote: Remote,
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) light: tokio::sync::Mutex<LightClient>,
    pub(crate) nudge: Notify,
    /// R_n by n: made once, since every block with a grant in it is compared with them.
    pub(crate) grant_nonces: Mutex<HashMap<u64, [u8; 33]>>,
    /// Whether ϑ of a receipt was found to be the reader's.
    pub(crate) checked_receipts: Mutex<HashMap<Challenge, bool>>,
    pub(crate) syncing: tokio::sync::Mutex<()>,
    pub(crate) watch: Watch,
    pub(crate) pushed: Pushed,
    pub(crate) reading: watch::Sender<bool>,
    /// Held while mailboxes are read; when all were, last.
    pub(crate) mailboxes_read: tokio::sync::Mutex<Option<Instant>>,
    dir: PathBuf,
    certificate: RwLock<Option<Certificate>>,
    refilling: tokio::sync::Mutex<()>,
    pub(crate) fetches: Fetches,
    reachable: Mutex<bool>,
    events: broadcast::Sender<WalletEvent>,
}

/// Records that are being fetched, each by one task at a time.
#[derive(Default)]
pub(crate) struct Fetches(Mutex<HashMap<BlobId, Weak<tokio::sync::Mutex<()>>>>);

impl Fetches {
    /// The lock of one record.
    pub(crate) fn of(&self, blob: &BlobId) -> Arc<tokio::sync::Mutex<()>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, held| held.strong_count() > 0);
        let known = all.get(blob).and_then(Weak::upgrade);
        let lock = known.unwrap_or_default();
        all.insert(*blob, Arc::downgrade(&lock));
        lock
    }
}

impl std::fmt::Debug for Wallet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Wallet").field(&self.0.dir).finish()
    }
}

impl Wallet {
    /// Opens the profile in `dir`, or creates its vault if there is none. Does not wait for the network.
    ///
    /// # Errors
    /// [`WalletError::Vault`]; [`WalletError::NetworkFile`] if the vault belongs to another network.
    pub fn open(dir: &Path, root: &RootMaterial, remote: Remote) -> Result<Self, WalletError> {
        Self::open_with(dir, root, remote, Bounds::default())
    }

    /// As [`open`](Self::open), with another patience than the usual one.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(dir: &Path, root: &RootMaterial, remote: Remote, bounds: Bounds) -> Result<Self, WalletError> {
        let words = RecoveryWords::from_entropy(root.entropy.expose());
        let keys = WalletKeys::derive(&words).map_err(|error| WalletError::NetworkFile(error.to_string()))?;
        let vault =
            if vault::exists(dir) { Vault::open(dir, &root.vault_key)? } else { Vault::create(dir, &root.vault_key)? };
        pin_network(&vault, remote.network_id())?;
        let certificate = vault.read(|tx| meta::get(tx, meta::Key::OwnCertificate))?;
        let light = Inner::restore_light(
            remote.genesis().clone(),
            vault.read(|tx| meta::get::<Vec<u8>>(tx, meta::Key::LightClient))?,
        )?;
        let voted: Vec<HospitalId> = vault.read(|tx| meta::get(tx, meta::Key::Voted))?.unwrap_or_default();
        remote.follow_registry(&light.hospitals().cloned().collect::<Vec<_>>(), &voted);
        for (hospital, address) in
            vault.read(|tx| meta::get::<Vec<(HospitalId, String)>>(tx, meta::Key::Addresses))?.unwrap_or_default()
        {
            if let Ok(address) = address.parse() {
                remote.hint(hospital, address);
            }
        }
        let sealed = dir.join("sealed");
        files::make_private_dir(&sealed).map_err(|source| file_error(dir, source))?;
        remove_spare_copies(&vault, &sealed)?;
        let pushed = Pushed::follow(&remote, &light);
        Ok(Self(Arc::new(Inner {
            keys,
            vault,
            remote,
            in_flight: Arc::default(),
            light: tokio::sync::Mutex::new(light),
            nudge: Notify::new(),
            grant_nonces: Mutex::default(),
            checked_receipts: Mutex::default(),
            syncing: tokio::sync::Mutex::default(),
            watch: Watch::new(bounds, clock()),
            pushed,
            reading: watch::channel(true).0,
            mailboxes_read: tokio::sync::Mutex::default(),
            dir: dir.to_owned(),
            certificate: RwLock::new(certificate),
            refilling: tokio::sync::Mutex::default(),
            fetches: Fetches::default(),
            reachable: Mutex::new(false),
            events: broadcast::channel(EVENTS_MAX).0,
        })))
    }

    /// The person's certificate.
    ///
    /// # Errors
    /// [`WalletError::NotEnrolled`].
    pub fn certificate(&self) -> Result<Certificate, WalletError> {
        let certificate = self.0.certificate.read().unwrap_or_else(PoisonError::into_inner);
        certificate.clone().ok_or(WalletError::NotEnrolled)
    }

    pub(crate) fn set_certificate(&self, certificate: Certificate) -> Result<(), WalletError> {
        self.write(|tx| meta::put(tx, meta::Key::OwnCertificate, &certificate))?;
        *self.0.certificate.write().unwrap_or_else(PoisonError::into_inner) = Some(certificate);
        Ok(())
    }

    /// What the person chose in this profile under `name`.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn choice(&self, name: &str) -> Result<Option<String>, WalletError> {
        Ok(self.read(|tx| vault::settings::get(tx, name))?)
    }

    /// Remembers a choice in this profile.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn choose(&self, name: &str, value: &str) -> Result<(), WalletError> {
        Ok(self.write(|tx| vault::settings::put(tx, name, value))?)
    }

    /// Changes as they happen.
    pub fn events(&self) -> broadcast::Receiver<WalletEvent> {
        self.0.events.subscribe()
    }

    /// The connection to the network.
    pub fn remote(&self) -> &Remote {
        &self.0.remote
    }

    /// Whether the last contact with a hospital succeeded.
    pub fn is_reachable(&self) -> bool {
        *self.0.reachable.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many pieces of work are waiting to be done or confirmed.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn pending(&self) -> Result<usize, WalletError> {
        Ok(self.read(vault::outbox::list)?.len())
    }

    /// Follows the ledger, attends to the mailbox and works off the outbox until the future is dropped.
    pub async fn run(&self) {
        tokio::join!(self.keep_up(), self.attend_mailbox());
    }

    async fn keep_up(&self) {
        let _ = self.write(vault::outbox::hurry);
        loop {
            match self.catch_up().await {
                Ok(()) => self.set_reachable(true),
                Err(error) => {
                    tracing::debug!(%error, "sync failed; will be tried again");
                    self.set_reachable(!matches!(error, WalletError::Network(_)));
                    tokio::select! {
                        () = tokio::time::sleep(UNREACHABLE_PAUSE) => {}
                        () = self.0.nudge.notified() => {}
                    }
                    continue;
                }
            }
            if let Err(error) = self.tend_recovery().await {
                tracing::warn!(%error, "recovery by people was not looked after");
            }
            if let Err(error) = self.work().await {
                tracing::warn!(%error, "work in the outbox stopped");
            }
            let pending = self.pending().unwrap_or(1) > 0;
            let wait = match (pending, self.is_unsettled()) {
                (true, _) => Duration::from_millis(500),
                (false, true) => SETTLING_PAUSE,
                (false, false) => HEAD_WAIT,
            };
            tokio::select! {
                _ = self.wait_for_head(wait) => {}
                () = self.0.nudge.notified() => {}
            }
        }
    }

    /// A restore that the network interrupted is finished before anything else.
    async fn catch_up(&self) -> Result<(), WalletError> {
        if self.read(|tx| meta::get::<bool>(tx, meta::Key::Restore))?.is_some() {
            self.restore().await
        } else {
            self.sync().await
        }
    }

    /// Copies the vault, and names what else a backup needs: sealed records that wait to be sent.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn backup_contents(&self, root: &RootMaterial) -> Result<Vec<(String, Content)>, WalletError> {
        let copy = self.0.dir.join("vault.copy");
        tokio::task::block_in_place(|| self.0.vault.copy_to(&copy, &root.vault_key))?;
        let mut contents = Vec::new();
        for row in self.read(vault::outbox::list)? {
            if let Ok(Work::Upload { ticket, .. }) = decode(&row.payload) {
                let file = self.sealed_path(&ticket.blob);
                if file.exists() {
                    contents.push((format!("{SEALED}{}", ticket.blob), Content::File(file)));
                }
            }
        }
        contents.push((VAULT.to_owned(), Content::File(copy)));
        Ok(contents)
    }

    /// After a backup was unpacked into `dir`, before it is opened: what happened since it was made is asked for first.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn mark_restored(dir: &Path, root: &RootMaterial) -> Result<(), WalletError> {
        let vault = Vault::open(dir, &root.vault_key)?;
        vault.write(|tx| {
            pseudonyms::give_up(tx)?;
            if meta::get::<Certificate>(tx, meta::Key::OwnCertificate)?.is_some() {
                meta::put(tx, meta::Key::Restore, &true)?;
            }
            Ok(())
        })
    }

    /// Follows the ledger and works until nothing is left to be done or confirmed, or `patience` is over.
    ///
    /// # Errors
    /// The last thing that stood in the way.
    pub async fn settle(&self, patience: Duration) -> Result<(), WalletError> {
        let deadline = tokio::time::Instant::now() + patience;
        self.write(vault::outbox::hurry)?;
        loop {
            self.sync().await?;
            self.tend_recovery().await?;
            self.work().await?;
            let left = self.read(vault::outbox::list)?;
            if left.is_empty() {
                return Ok(());
            }
            if tokio::time::Instant::now() >= deadline {
                let trouble = left.into_iter().find_map(|row| row.trouble).unwrap_or_default();
                return Err(WalletError::Outbox(trouble));
            }
            self.wait_for_head(Duration::from_millis(250)).await;
        }
    }

    /// Returns when there is a block this wallet does not have, or after `wait`. It is announced; a hospital is asked
    /// all the same, for networks that do not pass announcements on.
    async fn wait_for_head(&self, wait: Duration) {
        let (head, hospitals) = (self.head_height().await, self.hospitals_by_trust());
        tokio::select! {
            () = self.wait_for_push(head) => {}
            () = self.0.remote.wait_for_head(&hospitals, head, wait) => {}
        }
    }

    /// Follows the ledger until something holds, or `patience` is over. Answers whether it holds.
    ///
    /// # Errors
    /// Those of following the ledger, and of the condition.
    pub async fn follow_until(
        &self,
        patience: Duration,
        holds: impl Fn(&Self) -> Result<bool, WalletError>,
    ) -> Result<bool, WalletError> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            self.sync().await?;
            self.tend_recovery().await?;
            self.work().await?;
            if holds(self)? {
                return Ok(true);
            }
            if tokio::time::Instant::now() >= deadline {
                return Ok(false);
            }
            self.wait_for_head(Duration::from_millis(250)).await;
        }
    }

    fn set_reachable(&self, reachable: bool) {
        let mut last = self.0.reachable.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *last, reachable) != reachable {
            self.tell(WalletEvent::Reachable(reachable));
        }
    }

    pub(crate) fn tell(&self, event: WalletEvent) {
        // Nobody listening is not an error.
        let _ = self.0.events.send(event);
    }

    pub(crate) fn changed(&self, tracked: Tracked) {
        match tracked {
            Tracked::Written(_) => {
                self.tell(WalletEvent::Written);
                self.tell(WalletEvent::Records);
            }
            Tracked::Grant(_) | Tracked::Revoke(_) => self.tell(WalletEvent::Grants),
            Tracked::Erase(_) => self.tell(WalletEvent::Records),
        }
    }

    pub(crate) fn progress_of(&self, reference: &RecordRef) -> impl Fn(Sent) + Send + Sync + 'static {
        let (wallet, reference) = (self.clone(), *reference);
        move |sent| wallet.tell(WalletEvent::Upload { reference, done: sent.done, total: sent.total })
    }

    pub(crate) fn now(&self) -> UnixMillis {
        clock()
    }

    /// Where the sealed bytes of a record are kept: on their way out, or as a copy for reading again.
    pub(crate) fn sealed_path(&self, blob: &BlobId) -> PathBuf {
        self.0.dir.join("sealed").join(blob.to_string())
    }

    /// Removes the files of copies whose pass no longer holds.
    pub(crate) fn drop_spare_copies(&self) -> Result<(), WalletError> {
        let wanted: HashSet<String> = self.write(|tx| copies::prune(tx, self.now()))?.into_iter().collect();
        let sealed = self.0.dir.join("sealed");
        let entries = std::fs::read_dir(&sealed).map_err(|source| file_error(&sealed, source))?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("shared-") && !wanted.contains(&name) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    pub(crate) fn read<T, E: From<VaultError>>(&self, read: impl FnOnce(&ReadTx<'_>) -> Result<T, E>) -> Result<T, E> {
        tokio::task::block_in_place(|| self.0.vault.read(read))
    }

    pub(crate) fn write<T, E: From<VaultError>>(
        &self,
        change: impl FnOnce(&WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        tokio::task::block_in_place(|| self.0.vault.write(change))
    }

    /// Signs a body with a pseudonym that no transaction has used. It is taken in the same change that stores the
    /// transaction, so a crash cannot lead to a second use.
    pub(crate) fn sign_transaction(&self, tx: &WriteTx<'_>, body: Body) -> Result<Transaction, WalletError> {
        if meta::get::<bool>(tx, meta::Key::Restore)?.is_some() {
            // What the ledger knows of this person's other computers is not known here yet.
            return Err(WalletError::NoPseudonyms);
        }
        let epoch = epoch_at(self.now());
        let certified = pseudonyms::take(tx, epoch.saturating_sub(1)..=epoch)?.ok_or(WalletError::NoPseudonyms)?;
        let keys = &self.0.keys;
        let pseudonym = pseudonym_secret(&keys.pseudonym, &keys.expansion, certified.index)
            .map_err(|_| WalletError::NoPseudonyms)?;
        let network = self.0.remote.network_id();
        Ok(Transaction::by_pseudonym(network, body, &pseudonym, certified.epoch, certified.signature))
    }

    /// Sees that there are pseudonyms to sign with. Fails only if there is none and none can be had.
    pub(crate) async fn ensure_pseudonyms(&self) -> Result<(), WalletError> {
        let _one_at_a_time = self.0.refilling.lock().await;
        let epoch = epoch_at(self.now());
        let left = self.read(|tx| pseudonyms::count_unused(tx, epoch.saturating_sub(1)..=epoch))?;
        if left >= PSEUDONYMS_MIN {
            return Ok(());
        }
        match self.refill_pseudonyms().await {
            Err(WalletError::Network(_)) if left > 0 => Ok(()),
            Err(WalletError::Network(_)) => Err(WalletError::NoPseudonyms),
            other => other,
        }
    }
}

pub(crate) fn clock() -> UnixMillis {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(elapsed.as_millis() as u64)
}

/// The operating system's randomness; a machine without any cannot run CareKey.
pub(crate) fn os_rng() -> impl CryptoRng {
    UnwrapErr(getrandom::SysRng)
}

pub(crate) fn file_error(path: &Path, source: std::io::Error) -> WalletError {
    WalletError::File { path: path.display().to_string(), source }
}

/// Of sealed copies those are kept that are still to be sent, are the person's own, or were shared under a pass that
/// still holds.
fn remove_spare_copies(vault: &Vault, sealed: &Path) -> Result<(), WalletError> {
    let mut wanted: HashSet<String> = HashSet::new();
    vault.write(|tx| {
        wanted.extend(records::blobs(tx)?.into_iter().map(|blob| blob.to_string()));
        wanted.extend(copies::prune(tx, clock())?);
        for row in vault::outbox::list(tx)? {
            if let Ok(Work::Upload { ticket, .. }) = decode(&row.payload) {
                wanted.insert(ticket.blob.to_string());
            }
        }
        Ok::<_, VaultError>(())
    })?;
    let entries = std::fs::read_dir(sealed).map_err(|source| file_error(sealed, source))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        if !name.to_str().is_some_and(|name| wanted.contains(name)) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
    Ok(())
}

/// A vault belongs to one network for ever.
fn pin_network(vault: &Vault, network: NetworkId) -> Result<(), WalletError> {
    vault.write(|tx| match meta::get::<NetworkId>(tx, meta::Key::Genesis)? {
        Some(pinned) if pinned != network => {
            Err(WalletError::NetworkFile("this profile belongs to another network".to_owned()))
        }
        Some(_) => Ok(()),
        None => Ok(meta::put(tx, meta::Key::Genesis, &network)?),
    })
}
