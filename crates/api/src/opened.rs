//! An open profile: its wallet at work, and what was learnt since it was opened.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

use carekey_protocol::{Certificate, CertificateSerial, HospitalId, ParticipantId, RecordRef};
use carekey_wallet::Wallet;
use carekey_wallet::reading::{OpenedRecord, SharedRecord, in_order};
use carekey_wallet::vault::shared::SharedRow;
use tokio::task::JoinHandle;

use crate::app::lock;
use crate::idle::Activity;
use crate::network::Network;
use crate::summary::Made;
use crate::types::{ErrorView, Verified};
use crate::viewing::{Place, Viewed};
use crate::views::content::Series;

/// Opened records that are kept at hand, so that saving one or showing its proof is not another access.
const OPENED_MAX: usize = 16;

/// Records of which the table of contents is kept at hand, so that the next frame need not read it again.
const VIEWED_MAX: usize = 8;

/// A record by owner (none: the profile's own) and reference.
pub(crate) type RecordKey = (Option<ParticipantId>, RecordRef);

/// A record that was opened to be looked at, and what was read of it.
type LookedAt = (RecordKey, Weak<OpenedRecord>, Arc<Result<Viewed, String>>);

/// An open profile. Nothing in it is needed after a restart.
pub(crate) struct OpenProfile {
    pub(crate) id: String,
    pub(crate) dir: PathBuf,
    pub(crate) wallet: Wallet,
    opened: Mutex<Vec<(RecordKey, Arc<OpenedRecord>)>>,
    altered: Mutex<HashSet<RecordKey>>,
    directory: Mutex<HashMap<CertificateSerial, Certificate>>,
    sizes: Mutex<HashMap<RecordRef, u64>>,
    viewed: Mutex<Vec<LookedAt>>,
    places: Mutex<HashMap<RecordKey, Place>>,
    pub(crate) series: Mutex<HashMap<Option<ParticipantId>, Series>>,
    pub(crate) summary: Mutex<Option<Arc<Made>>>,
    /// Documents are sealed one after the other, so that many do not crowd out the rest.
    pub(crate) sealing: tokio::sync::Mutex<()>,
    /// What the last check of all own records found.
    pub(crate) verified: Mutex<Option<Verified>>,
    workers: Mutex<Vec<JoinHandle<()>>>,
    activity: Mutex<Activity>,
    /// A made-up person, whose passphrase is published.
    pub(crate) is_sample: bool,
    pub(crate) network: Arc<Network>,
}

impl OpenProfile {
    pub(crate) fn new(id: &str, dir: &Path, wallet: Wallet, is_sample: bool, network: &Arc<Network>) -> Self {
        Self {
            id: id.to_owned(),
            dir: dir.to_owned(),
            wallet,
            opened: Mutex::default(),
            altered: Mutex::default(),
            directory: Mutex::default(),
            sizes: Mutex::default(),
            viewed: Mutex::default(),
            places: Mutex::default(),
            series: Mutex::default(),
            summary: Mutex::default(),
            sealing: tokio::sync::Mutex::default(),
            verified: Mutex::default(),
            workers: Mutex::default(),
            activity: Mutex::new(Activity::now()),
            is_sample,
            network: Arc::clone(network),
        }
    }

    /// The certificate of whose profile it is.
    ///
    /// # Errors
    /// `notEnrolled`.
    pub(crate) fn me(&self) -> Result<Certificate, ErrorView> {
        Ok(self.wallet.certificate()?)
    }

    /// A hospital's name, or its identifier if this wallet has not seen its registration.
    pub(crate) fn hospital(&self, id: HospitalId) -> String {
        self.wallet.remote().hospital_name(id).unwrap_or_else(|| id.to_string())
    }

    /// Names of several hospitals.
    pub(crate) fn hospital_names(&self, ids: impl IntoIterator<Item = HospitalId>) -> Vec<String> {
        ids.into_iter().map(|id| self.hospital(id)).collect()
    }

    /// Keeps an opened record at hand.
    pub(crate) fn keep_opened(&self, key: RecordKey, record: &Arc<OpenedRecord>) {
        lock(&self.altered).remove(&key);
        let mut opened = lock(&self.opened);
        opened.retain(|(known, _)| *known != key);
        if opened.len() >= OPENED_MAX {
            opened.remove(0);
        }
        opened.push((key, Arc::clone(record)));
    }

    /// A record that was opened a moment ago.
    pub(crate) fn recently_opened(&self, key: &RecordKey) -> Option<Arc<OpenedRecord>> {
        lock(&self.opened).iter().find(|(known, _)| known == key).map(|(_, record)| Arc::clone(record))
    }

    /// Keeps what was read of an opened record at hand.
    pub(crate) fn keep_viewed(&self, key: RecordKey, record: &Arc<OpenedRecord>, viewed: &Arc<Result<Viewed, String>>) {
        let mut all = lock(&self.viewed);
        all.retain(|(known, opened, _)| *known != key && opened.strong_count() > 0);
        if all.len() >= VIEWED_MAX {
            all.remove(0);
        }
        all.push((key, Arc::downgrade(record), Arc::clone(viewed)));
    }

    /// What was read of this very opening of a record.
    pub(crate) fn recently_viewed(
        &self,
        key: &RecordKey,
        record: &Arc<OpenedRecord>,
    ) -> Option<Arc<Result<Viewed, String>>> {
        let all = lock(&self.viewed);
        let found = all.iter().find(|(known, opened, _)| known == key && opened.as_ptr() == Arc::as_ptr(record));
        found.map(|(_, _, viewed)| Arc::clone(viewed))
    }

    /// Remembers which series a picture belongs to.
    pub(crate) fn learn_place(&self, key: RecordKey, place: Place) {
        lock(&self.places).insert(key, place);
    }

    pub(crate) fn place(&self, key: &RecordKey) -> Option<Place> {
        lock(&self.places).get(key).cloned()
    }

    /// Others' records have to be asked for again.
    pub(crate) fn forget_shared(&self) {
        lock(&self.opened).retain(|((owner, _), _)| owner.is_none());
    }

    /// A record is no more.
    pub(crate) fn forget(&self, key: &RecordKey) {
        lock(&self.opened).retain(|(known, _)| known != key);
    }

    /// A record failed a check.
    pub(crate) fn note_altered(&self, key: RecordKey) {
        lock(&self.opened).retain(|(known, _)| *known != key);
        lock(&self.altered).insert(key);
    }

    pub(crate) fn is_altered(&self, key: &RecordKey) -> bool {
        lock(&self.altered).contains(key)
    }

    /// The records last seen behind passes, but for those that were stopped: the newest document first. Asks nobody.
    ///
    /// # Errors
    /// The vault's.
    pub(crate) fn seen(&self, passes: &[SharedRow]) -> Result<Vec<SharedRecord>, ErrorView> {
        let mut records = Vec::new();
        for row in passes.iter().filter(|row| row.stopped.is_none()) {
            records.extend(self.wallet.shared_items(&row.pass.terms.rho)?);
        }
        Ok(in_order(records))
    }

    /// Everybody the hospitals list.
    ///
    /// # Errors
    /// If it was never fetched and cannot be.
    pub(crate) async fn directory(&self) -> Result<Vec<Certificate>, ErrorView> {
        let listed = self.wallet.directory().await?;
        lock(&self.directory).extend(listed.iter().map(|listed| (listed.body.serial, listed.clone())));
        Ok(listed)
    }

    /// A listed certificate, once the directory was read.
    pub(crate) fn listed(&self, serial: CertificateSerial) -> Option<Certificate> {
        lock(&self.directory).get(&serial).cloned()
    }

    pub(crate) fn keep_size(&self, reference: RecordRef, bytes: u64) {
        lock(&self.sizes).insert(reference, bytes);
    }

    pub(crate) fn size(&self, reference: &RecordRef) -> Option<u64> {
        lock(&self.sizes).get(reference).copied()
    }

    /// Somebody is at the keys.
    pub(crate) fn touch(&self) {
        *lock(&self.activity) = Activity::now();
    }

    pub(crate) fn last_activity(&self) -> Activity {
        *lock(&self.activity)
    }

    /// Hands over a background task, to be ended with the profile.
    pub(crate) fn employ(&self, worker: JoinHandle<()>) {
        lock(&self.workers).push(worker);
    }

    /// Ends the work and the connections.
    pub(crate) async fn close(&self) {
        let workers = std::mem::take(&mut *lock(&self.workers));
        for worker in workers {
            worker.abort();
            // Cancelled, as asked.
            let _ = worker.await;
        }
        self.wallet.remote().disconnect().await;
    }
}
