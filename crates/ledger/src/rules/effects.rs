//! What a block changes, found while checking that it may.

use std::collections::{HashMap, HashSet};

use carekey_crypto::{Digest, PublicKey};
use carekey_protocol::derive::{erasure_commitment, rho};
use carekey_protocol::transaction::{Author, BodyKind, RegistryChange};
use carekey_protocol::{Body, CertificateSerial, HospitalRegistration, Transaction, TxId};

use super::reason::Reason;
use super::state::StateView;
use crate::block::PrunedAnchor;
use crate::validators::ValidatorSet;

/// The rows a block adds to the state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Effects {
    pub(crate) pseudonyms: Vec<PublicKey>,
    pub(crate) revocations: Vec<Digest>,
    /// Anchors with their erasure commitments, as far as known.
    pub(crate) anchors: Vec<(TxId, Option<Digest>)>,
    /// Erased anchors with the commitment that was opened.
    pub(crate) erasures: Vec<(TxId, Digest)>,
    pub(crate) hospitals: Vec<HospitalRegistration>,
    pub(crate) certificates: Vec<CertificateSerial>,
    /// Numbers of the registry changes.
    pub(crate) registry: Vec<u64>,
    /// The set that signs the next block, if it is another one.
    pub(crate) next_validators: Option<ValidatorSet>,
}

/// The state within a block: the head's, and what the block's earlier transactions added.
pub(crate) struct Overlay<'a> {
    view: &'a dyn StateView,
    txids: HashSet<TxId>,
    pseudonyms: HashSet<PublicKey>,
    revocations: HashSet<Digest>,
    anchors: HashMap<TxId, Option<Digest>>,
    erased: HashSet<TxId>,
    certificates: HashSet<CertificateSerial>,
    effects: Effects,
}

impl<'a> Overlay<'a> {
    pub(crate) fn new(view: &'a dyn StateView) -> Self {
        Self {
            view,
            txids: HashSet::new(),
            pseudonyms: HashSet::new(),
            revocations: HashSet::new(),
            anchors: HashMap::new(),
            erased: HashSet::new(),
            certificates: HashSet::new(),
            effects: Effects::default(),
        }
    }

    pub(crate) fn into_effects(self) -> Effects {
        self.effects
    }

    /// Takes a transaction whose signatures hold, or says why the state refuses it. A refused one leaves no trace.
    pub(crate) fn admit(&mut self, txid: TxId, transaction: &Transaction) -> Result<(), Reason> {
        self.check_unseen(&txid)?;
        let pseudonym = match &transaction.author {
            Author::Pseudonym { key, .. } => Some(*key),
            Author::Authority { .. } => None,
        };
        if let Some(key) = &pseudonym {
            self.check_pseudonym(key)?;
        }
        // The body is last, so that nothing above can fail after it has changed the state.
        self.admit_body(txid, &transaction.body)?;
        self.take(txid, pseudonym);
        Ok(())
    }

    /// Takes what an erasure left of an anchor.
    pub(crate) fn admit_pruned(&mut self, pruned: &PrunedAnchor) -> Result<(), Reason> {
        if pruned.announcement.kind != BodyKind::Anchor {
            return Err(Reason::AnchorUnknown(pruned.txid));
        }
        self.check_unseen(&pruned.txid)?;
        self.check_pseudonym(&pruned.pseudonym)?;
        self.anchors.insert(pruned.txid, None);
        self.effects.anchors.push((pruned.txid, None));
        self.take(pruned.txid, Some(pruned.pseudonym));
        Ok(())
    }

    fn check_unseen(&self, txid: &TxId) -> Result<(), Reason> {
        if self.txids.contains(txid) || self.view.has_transaction(txid)? { Err(Reason::Duplicate) } else { Ok(()) }
    }

    fn check_pseudonym(&self, key: &PublicKey) -> Result<(), Reason> {
        let used = self.pseudonyms.contains(key) || self.view.pseudonym_used(key)?;
        if used { Err(Reason::PseudonymUsed) } else { Ok(()) }
    }

    fn take(&mut self, txid: TxId, pseudonym: Option<PublicKey>) {
        self.txids.insert(txid);
        self.pseudonyms.extend(pseudonym);
        self.effects.pseudonyms.extend(pseudonym);
    }

    fn admit_body(&mut self, txid: TxId, body: &Body) -> Result<(), Reason> {
        match body {
            Body::Anchor(anchor) => {
                self.anchors.insert(txid, Some(anchor.erasure));
                self.effects.anchors.push((txid, Some(anchor.erasure)));
            }
            Body::Grant(_) | Body::Receipt(_) => (),
            Body::Revoke(sigma) => {
                let rho = rho(sigma);
                if self.view.is_revoked(&rho)? || !self.revocations.insert(rho) {
                    return Err(Reason::AlreadyRevoked);
                }
                self.effects.revocations.push(rho);
            }
            Body::Erase { anchor, preimage } => self.admit_erasure(*anchor, preimage)?,
            Body::Registry { sequence, change } => self.admit_registry(*sequence, change)?,
        }
        Ok(())
    }

    fn admit_erasure(&mut self, anchor: TxId, preimage: &[u8; 32]) -> Result<(), Reason> {
        let expected = match self.anchors.get(&anchor) {
            Some(erasure) => *erasure,
            None => {
                let state = self.view.anchor_state(&anchor)?.ok_or(Reason::AnchorUnknown(anchor))?;
                if state.erased.is_some() {
                    return Err(Reason::AlreadyErased);
                }
                state.erasure
            }
        };
        let opened = erasure_commitment(preimage);
        if expected.is_some_and(|expected| expected != opened) {
            return Err(Reason::PreimageWrong);
        }
        if !self.erased.insert(anchor) {
            return Err(Reason::AlreadyErased);
        }
        self.effects.erasures.push((anchor, opened));
        Ok(())
    }

    fn admit_registry(&mut self, found: u64, change: &RegistryChange) -> Result<(), Reason> {
        let last = match self.effects.registry.last() {
            Some(last) => *last,
            None => self.view.registry_sequence()?,
        };
        let expected = last.saturating_add(1);
        if found != expected {
            return Err(Reason::Sequence { expected, found });
        }
        match change {
            RegistryChange::Hospital(registration) => {
                let next = match &self.effects.next_validators {
                    Some(next) => next.with(registration)?,
                    None => self.view.next_validators()?.with(registration)?,
                };
                self.effects.next_validators = Some(next);
                self.effects.hospitals.push(registration.clone());
            }
            RegistryChange::RevokeCertificate(serial) => {
                if self.view.is_certificate_revoked(*serial)? || !self.certificates.insert(*serial) {
                    return Err(Reason::CertificateAlreadyRevoked);
                }
                self.effects.certificates.push(*serial);
            }
            RegistryChange::Trace { .. } => (),
        }
        self.effects.registry.push(expected);
        Ok(())
    }
}
