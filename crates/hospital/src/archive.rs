//! The hospital without its network: index, files and rules. Everything here is synchronous and takes its time as an
//! argument; `access`, `catalogue`, `receipts`, `retention` and `uploads` add what it can do.

use std::path::Path;
use std::sync::Arc;

use carekey_crypto::{PublicKey, Secret32, SecretKey};
use carekey_protocol::access::AccessContext;
use carekey_protocol::{HospitalId, NetworkId, UnixMillis};

use crate::challenges::Challenges;
use crate::error::StoreError;
use crate::facts::LedgerFacts;
use crate::index::Index;
use crate::records::{RecordStore, Records};

/// A hospital's secrets.
#[derive(Debug, Clone)]
pub struct HospitalKeys {
    /// Signs blocks, receipts and enrolment offers; registered with the network.
    pub ledger: SecretKey,
    /// The libp2p identity; registered with the network.
    pub peer: SecretKey,
    /// Encrypts the index at rest.
    pub database: Secret32,
    /// What the hospital's own certificate and pseudonyms are derived from.
    pub participant: Secret32,
}

impl HospitalKeys {
    /// All keys of a hospital from one secret, which is what its operator keeps safe.
    pub fn derive(root: &Secret32) -> Self {
        Self {
            ledger: SecretKey::from_secret(&root.derive("hospital-ledger", &[])),
            peer: SecretKey::from_secret(&root.derive("hospital-peer", &[])),
            database: root.derive("hospital-database", &[]),
            participant: root.derive("hospital-participant", &[]),
        }
    }

    /// The key in the hospital's own certificate.
    pub(crate) fn identity(&self) -> SecretKey {
        SecretKey::from_secret(&self.participant.derive("identity", &[]))
    }

    /// To which notes for the hospital would be sealed.
    pub(crate) fn receiving(&self) -> SecretKey {
        SecretKey::from_secret(&self.participant.derive("receiving", &[]))
    }

    /// p, which the pseudonyms expand.
    pub(crate) fn pseudonym(&self) -> SecretKey {
        SecretKey::from_secret(&self.participant.derive("pseudonym", &[]))
    }

    /// e, the expansion secret.
    pub(crate) fn expansion(&self) -> Secret32 {
        self.participant.derive("expansion", &[])
    }
}

/// Which hospital this is, in which network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The network.
    pub network: NetworkId,
    /// PK_M.
    pub authority: PublicKey,
    /// H.
    pub hospital: HospitalId,
}

/// The hospital's memory and its rules.
pub struct Archive {
    pub(crate) place: Place,
    pub(crate) keys: HospitalKeys,
    pub(crate) index: Arc<Index>,
    pub(crate) records: Records,
    pub(crate) ledger: Arc<dyn LedgerFacts>,
    pub(crate) challenges: Challenges,
}

impl Archive {
    /// Opens the archive in `dir` and finishes what an earlier process was interrupted in: uploads that were whole,
    /// erasures the ledger knows of. Records end up in `store`; with an object store this must be called on a Tokio runtime's
    /// blocking thread. `ledger` makes the ledger's facts; it is given the index, in which a node keeps
    /// what it read from the chain.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(
        dir: &Path,
        place: Place,
        keys: HospitalKeys,
        store: &RecordStore,
        ledger: impl FnOnce(&Arc<Index>) -> Arc<dyn LedgerFacts>,
    ) -> Result<Self, StoreError> {
        std::fs::create_dir_all(dir)?;
        let index = Arc::new(Index::open(&dir.join("index.db"), &keys.database)?);
        let records = Records::open(dir.join("records"), store, Arc::clone(&index))?;
        let ledger = ledger(&index);
        let archive = Self { place, keys, index, records, ledger, challenges: Challenges::default() };
        archive.catch_up_with_erasures()?;
        Ok(archive)
    }

    pub(crate) fn context(&self, now: UnixMillis) -> AccessContext<'_> {
        AccessContext {
            network: self.place.network,
            authority: &self.place.authority,
            hospital: self.place.hospital,
            now,
        }
    }
}
