//! What a wallet remembers of the hospitals while it is open, and what it keeps of those that were caught.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_ledger::{CertificateInvalid, Equivocation, ValidatorSet};
use carekey_protocol::{BlockHeight, HospitalId, UnixMillis, encode};

use super::compare::{Bounds, HospitalState, Memory};
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::vault::observations::{self, Observation, ObservationKind};
use crate::wallet::Wallet;

/// A proof that two histories were signed, which needs nobody's word: an accusation with the set it is checked against.
/// That this set is the network's follows from the network file, or from whoever verifies the ledger up to that block.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Evidence {
    /// Two certified headers of one height.
    pub equivocation: Equivocation,
    /// The hospitals that may sign a block of that height.
    pub validators: ValidatorSet,
}

impl Evidence {
    /// Checks the accusation against the set that comes with it.
    ///
    /// # Errors
    /// [`CertificateInvalid`] if it does not hold.
    pub fn verify(&self) -> Result<(), CertificateInvalid> {
        self.equivocation.verify(&self.validators)
    }
}

/// How one hospital stands, with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HospitalStanding {
    /// Which.
    pub hospital: HospitalId,
    /// Its registered name.
    pub name: String,
    /// How it stands.
    pub state: HospitalState,
}

/// Kept while the wallet is open.
pub(crate) struct Watch {
    pub(crate) bounds: Bounds,
    opened: (Instant, UnixMillis),
    session: Mutex<Session>,
}

#[derive(Default)]
pub(super) struct Session {
    pub(super) memories: BTreeMap<HospitalId, Memory>,
    /// Hospitals that handed out something that could be checked: only they can agree by merely showing the same head.
    pub(super) proved: BTreeSet<HospitalId>,
    /// What each said of the registry: under this head, no change has a higher number.
    pub(super) registry: BTreeMap<HospitalId, (BlockHeight, u64)>,
    /// When the last round of comparing ended.
    pub(super) compared: Option<UnixMillis>,
    /// When the head last moved.
    pub(super) head_moved: Option<UnixMillis>,
    /// The highest block that was announced under a certificate that holds.
    pub(super) announced: Option<BlockHeight>,
    /// When somebody was last asked for addresses, and how often.
    pub(super) addresses_asked: Option<(UnixMillis, usize)>,
    /// Whether the last attempt to follow the ledger met nothing but answers that do not hold.
    pub(super) untrusted: bool,
}

impl Watch {
    pub(crate) fn new(bounds: Bounds, now: UnixMillis) -> Self {
        Self { bounds, opened: (Instant::now(), now), session: Mutex::default() }
    }

    /// A time that never runs backwards while the wallet is open, whatever happens to the computer's clock.
    pub(super) fn steady_now(&self) -> UnixMillis {
        let (instant, time) = self.opened;
        time.plus(u64::try_from(instant.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wallet {
    /// What hospitals did that does not fit, since this profile was made; the gravest first.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn network_observations(&self) -> Result<Vec<Observation>, WalletError> {
        Ok(self.read(observations::list)?)
    }

    /// The hospitals, first those that showed this wallet's ledger the last time they were asked, last those that were
    /// caught.
    pub(crate) fn hospitals_by_trust(&self) -> Vec<HospitalId> {
        let mut hospitals = self.0.remote.active_hospitals();
        let session = self.0.watch.session();
        let standing = |hospital: &HospitalId| session.memories.get(hospital).copied().unwrap_or_default();
        hospitals.sort_by_key(|hospital| {
            let memory = standing(hospital);
            (memory.is_distrusted(), !memory.agrees())
        });
        hospitals
    }

    /// Keeps an observation, and tells whoever shows the network's state.
    pub(super) fn observe(
        &self,
        hospital: HospitalId,
        kind: ObservationKind,
        detail: &str,
        evidence: Option<&Evidence>,
    ) {
        tracing::warn!(%hospital, ?kind, detail, "a hospital was noted");
        let evidence = evidence.map(encode);
        let noted = self.write(|tx| observations::note(tx, hospital, kind, detail, evidence.as_deref(), self.now()));
        // An observation that cannot be kept does not keep the wallet from its work.
        if let Err::<_, crate::vault::VaultError>(error) = noted {
            tracing::warn!(%error, "the observation could not be kept");
        }
        self.tell(WalletEvent::Hospitals);
    }

    /// Keeps what an answer of a hospital, other than its head, was found to be.
    pub(crate) fn catch(&self, hospital: HospitalId, kind: ObservationKind, detail: &str) {
        self.0.watch.session().memories.entry(hospital).or_default().catch(kind);
        self.observe(hospital, kind, detail, None);
    }

    /// Keeps a proof of two histories: against whoever showed it, and against everybody who signed both.
    pub(super) fn observe_equivocation(&self, shown_by: Option<HospitalId>, evidence: &Evidence) {
        let detail = format!("two certified blocks {}", evidence.equivocation.first.header.height);
        if let Some(hospital) = shown_by {
            self.observe(hospital, ObservationKind::Equivocation, &detail, Some(evidence));
        }
        for signer in evidence.equivocation.signed_both() {
            self.observe(signer, ObservationKind::SignedTwice, &detail, Some(evidence));
        }
    }

    /// Whether a hospital is behind that may only be a moment late.
    pub(crate) fn is_unsettled(&self) -> bool {
        self.0.watch.session().memories.values().any(Memory::may_catch_up)
    }

    /// How every registered hospital stands.
    pub(super) fn standings(&self, registered: Vec<(HospitalId, String)>) -> Vec<HospitalStanding> {
        let session = self.0.watch.session();
        let state =
            |hospital: HospitalId| session.memories.get(&hospital).map_or(HospitalState::Unknown, Memory::state);
        let standing = |(hospital, name)| HospitalStanding { hospital, name, state: state(hospital) };
        registered.into_iter().map(standing).collect()
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("bounds", &self.bounds).finish_non_exhaustive()
    }
}
