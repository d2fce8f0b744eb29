//! How the hospital is doing, for whoever operates it. Numbers only: nothing about a person or a record.

use carekey_protocol::{BlockHeight, HospitalId, Text, UnixMillis};

use super::{Hospital, HospitalError};

/// A look at a running hospital.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HospitalStatus {
    /// Its identifier.
    pub hospital: HospitalId,
    /// Its registered name; none while the ledger, as far as it was followed, does not register it.
    pub registered: Option<Text<64>>,
    /// Its weight in the quorum of the next block; 0 if it only follows.
    pub voting_power: u64,
    /// How many hospitals vote on the next block.
    pub validators: usize,
    /// The newest block.
    pub height: BlockHeight,
    /// When that was proposed.
    pub head_time: UnixMillis,
    /// Transactions that wait for a block.
    pub mempool: usize,
    /// Receipts and erasures of its own that are not final.
    pub outgoing: usize,
    /// Pseudonyms left for its own transactions.
    pub pseudonyms: u64,
    /// What it has sent and received.
    pub traffic: carekey_network::Traffic,
}

/// What lies in a hospital's store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stored {
    /// Sealed records that are whole.
    pub records: u64,
    /// Their bytes.
    pub records_bytes: u64,
    /// Uploads that have begun and are not whole.
    pub uploads: u64,
}

impl Hospital {
    /// How it is doing. Reads the disk, briefly.
    ///
    /// # Errors
    /// [`HospitalError`], if the ledger or the index cannot be read.
    pub fn status(&self) -> Result<HospitalStatus, HospitalError> {
        let (inner, now) = (&self.inner, self.inner.now());
        let head = inner.chain.reader.head()?.header;
        let validators = inner.chain.reader.validators_at(head.height.next())?;
        let hospital = inner.archive.place.hospital;
        Ok(HospitalStatus {
            hospital,
            registered: inner.chain.reader.hospital(hospital)?.map(|registered| registered.name),
            voting_power: validators.get(hospital).map_or(0, |member| member.voting_power),
            validators: validators.members().len(),
            height: head.height,
            head_time: head.time,
            mempool: inner.chain.pool().len(),
            outgoing: inner.archive.outstanding(now)?.len(),
            pseudonyms: inner.archive.index.usable_pseudonyms(now)?,
            traffic: inner.node.traffic(),
        })
    }

    /// What lies in its store. Counts every record: once a minute is often enough.
    ///
    /// # Errors
    /// [`HospitalError`], if the index cannot be read.
    pub fn stored(&self) -> Result<Stored, HospitalError> {
        Ok(self.inner.archive.index.stored()?)
    }
}
