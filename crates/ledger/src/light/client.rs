//! The client itself.

use std::collections::{BTreeMap, BTreeSet};

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_protocol::transaction::RegistryChange;
use carekey_protocol::{
    BlockHeight, Body, CertificateSerial, Genesis, HospitalId, HospitalRegistration, Transaction, TxId, decode, encode,
};

use super::cursor::Cursor;
use super::error::LightError;
use super::wire::{CatchUp, CompactBatch, ProvenTransaction, SetChange};
use crate::header::Header;
use crate::proof::{LedgerProof, verify_ancestor};
use crate::validators::{ValidatorSet, ValidatorSetError};
use crate::vote::{CertifiedHeader, Equivocation};

/// What a jump did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jump {
    /// The hospital's head is ours.
    Unchanged,
    /// The head moved.
    Advanced {
        /// From this block.
        from: BlockHeight,
        /// To this one.
        to: BlockHeight,
    },
}

/// Everything a wallet remembers of the chain: two headers, two validator sets and the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LightClient {
    genesis: Genesis,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct State {
    head: Cursor,
    scanned: Cursor,
    registry_sequence: u64,
    hospitals: BTreeMap<HospitalId, HospitalRegistration>,
    revoked: BTreeSet<CertificateSerial>,
}

impl LightClient {
    /// Starts from the pinned network file.
    ///
    /// # Errors
    /// [`ValidatorSetError`] if its hospitals cannot seal blocks.
    pub fn new(genesis: Genesis) -> Result<Self, ValidatorSetError> {
        let start = Cursor::genesis(&genesis)?;
        let hospitals = genesis.hospitals.iter().map(|hospital| (hospital.id, hospital.clone())).collect();
        let state =
            State { head: start.clone(), scanned: start, registry_sequence: 0, hospitals, revoked: BTreeSet::new() };
        Ok(Self { genesis, state })
    }

    /// The state for the wallet's vault; the network file is kept there anyway.
    pub fn save(&self) -> Vec<u8> {
        encode(&self.state)
    }

    /// Restores what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// [`LightError::State`] for anything else, [`LightError::Network`] for the state of another network.
    pub fn restore(genesis: Genesis, saved: &[u8]) -> Result<Self, LightError> {
        let state: State = decode(saved)?;
        let network = genesis.network_id();
        if state.head.header().network != network || state.scanned.header().network != network {
            return Err(LightError::Network);
        }
        Ok(Self { genesis, state })
    }

    /// The network file.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// The newest trusted header: proofs are checked under it.
    pub fn head(&self) -> &Header {
        self.state.head.header()
    }

    /// The newest trusted header with its certificate, to show to others.
    pub fn certified_head(&self) -> &CertifiedHeader {
        &self.state.head.certified
    }

    /// The set that signs the block after the head.
    pub fn validators(&self) -> &ValidatorSet {
        &self.state.head.next
    }

    /// The last compact block that was scanned.
    pub fn scanned(&self) -> &Header {
        self.state.scanned.header()
    }

    /// Moves the head to a newer one: one certificate if the validator set is unchanged, else one for each block that
    /// changed it; and a proof that the chain known so far was only extended.
    ///
    /// # Errors
    /// [`LightError`]; the head has not moved.
    pub fn jump(&mut self, answer: &CatchUp) -> Result<Jump, LightError> {
        let (ours, theirs) = (self.head(), &answer.target.header);
        if theirs.network != ours.network {
            return Err(LightError::Network);
        }
        if theirs.height < ours.height {
            return Err(LightError::Stale { ours: ours.height, theirs: theirs.height });
        }
        if theirs.height == ours.height {
            return if theirs == ours { Ok(Jump::Unchanged) } else { Err(self.second_head(&answer.target)) };
        }
        let from = ours.height;
        let next = self.state.head.follow(&self.genesis, &answer.changes, &answer.target)?;
        verify_ancestor(ours, &answer.ancestry, theirs).map_err(|_| LightError::NotAnExtension(theirs.height))?;
        self.state.head = next;
        Ok(Jump::Advanced { from, to: self.head().height })
    }

    /// Compares a head somebody shows with this one.
    ///
    /// # Errors
    /// [`LightError::Equivocation`] with the proof if another block of this height is certified as well; otherwise what
    /// is wrong with it, or that it is of another height.
    pub fn compare(&self, theirs: &CertifiedHeader) -> Result<(), LightError> {
        if theirs.header.network != self.head().network {
            return Err(LightError::Network);
        }
        if theirs.header == *self.head() { Ok(()) } else { Err(self.second_head(theirs)) }
    }

    /// The set that signed the head.
    pub fn signers(&self) -> &ValidatorSet {
        &self.state.head.signers
    }

    /// Checks a batch of compact blocks after the last one scanned and moves the scan past it. The caller then scans
    /// the entries. A batch that goes beyond the head moves the head, too.
    ///
    /// # Errors
    /// [`LightError`]; the scan has not moved.
    pub fn scan(&mut self, batch: &CompactBatch) -> Result<(), LightError> {
        let mut parent = self.scanned();
        for block in &batch.blocks {
            let (header, height) = (&block.header, block.header.height);
            let follows = height == parent.height.next()
                && header.previous == parent.hash()
                && header.validators_hash == parent.next_validators_hash
                && header.time > parent.time;
            if !follows {
                return Err(LightError::Link(height));
            }
            if !block.matches_header() {
                return Err(LightError::Entries(height));
            }
            parent = header;
        }
        let last = batch.blocks.last().ok_or(LightError::EmptyBatch)?;
        for SetChange { certified, .. } in &batch.changes {
            if !batch.blocks.iter().any(|block| block.header == certified.header) {
                return Err(LightError::SetChange(certified.header.height));
            }
        }
        let target = CertifiedHeader { header: last.header.clone(), certificate: batch.certificate.clone() };
        let reached = self.state.scanned.follow(&self.genesis, &batch.changes, &target)?;

        let head = self.head();
        if let Some(same) = batch.blocks.iter().find(|block| block.header.height == head.height)
            && same.header != *head
        {
            return Err(self.second_head(&target));
        }
        if target.header.height > head.height {
            self.state.head = reached.clone();
        }
        self.state.scanned = reached;
        Ok(())
    }

    /// Goes on from the head without scanning what is before it, for a wallet whose keys are newer than the head.
    pub fn skip_to_head(&mut self) {
        self.state.scanned = self.state.head.clone();
    }

    /// Starts scanning again from the first block, for a wallet restored from its words.
    ///
    /// # Errors
    /// [`ValidatorSetError`], never for a client that was made by [`new`](Self::new).
    pub fn rescan(&mut self) -> Result<(), ValidatorSetError> {
        self.state.scanned = Cursor::genesis(&self.genesis)?;
        Ok(())
    }

    /// Checks that a transaction stands in the chain that ends at the head; returns its block's header.
    ///
    /// # Errors
    /// [`LightError::Proof`].
    pub fn verify_transaction<'a>(&'a self, txid: &TxId, proof: &'a LedgerProof) -> Result<&'a Header, LightError> {
        Ok(proof.verify(self.head(), txid)?)
    }

    /// Takes the next registry change: a hospital's registration, a revoked certificate, or a trace. One already taken
    /// is ignored.
    ///
    /// # Errors
    /// [`LightError`]; nothing was taken.
    pub fn observe_registry(&mut self, proven: &ProvenTransaction) -> Result<(), LightError> {
        let ProvenTransaction { transaction, proof } = proven;
        let header = proof.verify(self.head(), &transaction.id())?.clone();
        self.take_registered(transaction, &header)
    }

    /// As [`observe_registry`](Self::observe_registry), of a transaction that the caller found in the block of
    /// `header`, which it has scanned.
    ///
    /// # Errors
    /// [`LightError`]; nothing was taken.
    pub fn take_registered(&mut self, transaction: &Transaction, header: &Header) -> Result<(), LightError> {
        transaction.verify(header.network, &self.genesis.authority_key, header.time)?;
        let Body::Registry { sequence, change } = &transaction.body else { return Err(LightError::NotRegistry) };
        let expected = self.state.registry_sequence.saturating_add(1);
        if *sequence < expected {
            return Ok(());
        }
        if *sequence > expected {
            return Err(LightError::RegistryGap { expected, found: *sequence });
        }
        match change {
            RegistryChange::Hospital(registration) => {
                self.state.hospitals.insert(registration.id, registration.clone());
            }
            RegistryChange::RevokeCertificate(serial) => {
                self.state.revoked.insert(*serial);
            }
            RegistryChange::Trace { .. } => (),
        }
        self.state.registry_sequence = expected;
        Ok(())
    }

    /// Number of the last registry change taken.
    pub fn registry_sequence(&self) -> u64 {
        self.state.registry_sequence
    }

    /// Hospitals as registered, so far as observed, ascending.
    pub fn hospitals(&self) -> impl Iterator<Item = &HospitalRegistration> {
        self.state.hospitals.values()
    }

    /// One hospital as registered.
    pub fn hospital(&self, id: HospitalId) -> Option<&HospitalRegistration> {
        self.state.hospitals.get(&id)
    }

    /// Whether the registry, so far as observed, revokes this certificate.
    pub fn is_certificate_revoked(&self, serial: CertificateSerial) -> bool {
        self.state.revoked.contains(&serial)
    }

    /// Another chain than ours: equivocation if it can be proved, else what is wrong with it.
    fn second_head(&self, theirs: &CertifiedHeader) -> LightError {
        let Cursor { certified, signers, .. } = &self.state.head;
        let height = theirs.header.height;
        if height != certified.header.height || height == BlockHeight(0) {
            return LightError::NotAnExtension(height);
        }
        match theirs.verify(signers) {
            Ok(()) => {
                let evidence = Equivocation { first: certified.clone(), second: theirs.clone() };
                LightError::Equivocation(Box::new(evidence))
            }
            Err(reason) => LightError::Certificate { height, reason },
        }
    }
}
