//! The access service (S2 Alg. 5 steps 8–13): the checks in their order, what is handed out, and the receipt.

use std::cell::RefCell;

use carekey_crypto::{Digest, PublicKey};
use carekey_protocol::access::{AccessFacts, AccessRequest, Challenge, Refusal, check_access};
use carekey_protocol::catalogue::SealedEntry;
use carekey_protocol::deposit::Escrow;
use carekey_protocol::pass::Target;
use carekey_protocol::receipt::Receipt;
use carekey_protocol::{Certificate, CertificateSerial, UnixMillis};

use crate::archive::Archive;
use crate::error::StoreError;
use crate::index::QueuedReceipt;
use crate::records::SealedFile;

/// What a reader is given.
#[derive(Debug)]
pub enum Granted {
    /// Step 13: Z, K and the sealed record.
    Record {
        /// Z and K.
        escrow: Escrow,
        /// CHR.
        record: SealedFile,
    },
    /// The entries of a catalogue.
    Catalogue {
        /// Whose it is, so that the reader can check sig_P.
        owner: Box<Certificate>,
        /// The entries.
        entries: Vec<SealedEntry>,
    },
}

/// An outcome that was decided and is not yet written down. Nothing may leave the hospital before
/// [`Archive::write_down`] has returned.
#[derive(Debug)]
#[must_use = "an access that is not written down must not be served"]
pub struct Decision {
    outcome: Result<Granted, Refusal>,
    receipt: Option<QueuedReceipt>,
    /// X of a revoked grant of one record: its row goes.
    revoked: Option<Digest>,
}

impl Archive {
    /// Step 9: a challenge for one request.
    pub fn challenge(&self, now: UnixMillis, rng: &mut impl rand_core::CryptoRng) -> Challenge {
        self.challenges.issue(now, rng)
    }

    /// Steps 11 to 13 for one request: [`decide`](Self::decide) and [`write_down`](Self::write_down).
    ///
    /// # Errors
    /// [`StoreError`] if the hospital's own storage failed; then nothing is released.
    pub fn access(
        &self,
        request: &AccessRequest,
        challenge: &Challenge,
        now: UnixMillis,
    ) -> Result<Result<Granted, Refusal>, StoreError> {
        let decision = self.decide(request, challenge, now)?;
        let mut outcomes = self.write_down(vec![decision])?;
        outcomes.pop().ok_or_else(|| StoreError::Damaged("an access has no outcome".to_owned()))
    }

    /// Steps 11 and 12: redeems the challenge and runs the checks.
    ///
    /// # Errors
    /// [`StoreError`]; the challenge is used up nevertheless.
    pub fn decide(
        &self,
        request: &AccessRequest,
        challenge: &Challenge,
        now: UnixMillis,
    ) -> Result<Decision, StoreError> {
        let fresh = self.challenges.redeem(challenge, now);
        let outcome = self.check(request, challenge, fresh, now)?;
        let (target, item) = (&request.body.terms.target, request.body.item.as_ref());
        let receipt = self.index.receipts_to(target, item)?.map(|receipts_to| QueuedReceipt {
            receipts_to,
            receipt: Receipt::new(request, *challenge, now, outcome.as_ref().err().copied()),
        });
        // `Revoked` with a row still there came from check 5, after sig_z: this rho is this row's grant.
        let revoked = match (&outcome, target) {
            (Err(Refusal::Revoked), Target::Record(x)) => Some(*x),
            _ => None,
        };
        Ok(Decision { outcome, receipt, revoked })
    }

    /// Puts the receipts of some decisions on the disk, with one wait for all of them, and hands their outcomes out.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing may be released.
    pub fn write_down(&self, decisions: Vec<Decision>) -> Result<Vec<Result<Granted, Refusal>>, StoreError> {
        let receipts: Vec<QueuedReceipt> = decisions.iter().filter_map(|decision| decision.receipt.clone()).collect();
        if !receipts.is_empty() {
            self.index.queue_receipts(&receipts)?;
        }
        for x in decisions.iter().filter_map(|decision| decision.revoked) {
            if let Some(row) = self.index.row(&x)? {
                self.index.remove_row(&x, &row.blob)?;
            }
        }
        Ok(decisions.into_iter().map(|decision| decision.outcome).collect())
    }

    fn check(
        &self,
        request: &AccessRequest,
        challenge: &Challenge,
        fresh: bool,
        now: UnixMillis,
    ) -> Result<Result<Granted, Refusal>, StoreError> {
        let facts = Facts { archive: self, failed: RefCell::new(None) };
        let verdict = check_access(request, challenge, self.context(now), &facts);
        if let Some(error) = facts.failed.into_inner() {
            return Err(error);
        }
        // A challenge that was answered before still verifies under ϑ: being used up is the hospital's to know, and
        // ranks with check 2.
        match verdict {
            Err(refusal) if fresh || refusal < Refusal::NotFresh => return Ok(Err(refusal)),
            _ if !fresh => return Ok(Err(Refusal::NotFresh)),
            _ => {}
        }
        let (x, handle) = match (&request.body.terms.target, request.body.item) {
            (Target::Record(x), _) => (*x, None),
            (Target::Catalogue(handle), Some(x)) => (x, Some(*handle)),
            (Target::Catalogue(handle), None) => {
                let listed = self.index.list_catalogue(handle)?;
                let granted = |(owner, entries)| Granted::Catalogue { owner: Box::new(owner), entries };
                return Ok(listed.map(granted).ok_or(Refusal::NotGranted));
            }
        };
        let Some(row) = self.index.row(&x)?.filter(|row| row.catalogue == handle) else {
            return Ok(Err(Refusal::NotGranted));
        };
        let Some(record) = self.records.read(&row.blob)? else { return Ok(Err(Refusal::Erased)) };
        Ok(Ok(Granted::Record { escrow: row.escrow, record }))
    }
}

/// Index and ledger, asked by `check_access`. A failure answers with "no access" and is reported afterwards.
struct Facts<'a> {
    archive: &'a Archive,
    failed: RefCell<Option<StoreError>>,
}

impl Facts<'_> {
    fn or<T>(&self, answer: Result<T, StoreError>, no_access: T) -> T {
        answer.unwrap_or_else(|error| {
            self.failed.borrow_mut().get_or_insert(error);
            no_access
        })
    }
}

impl AccessFacts for Facts<'_> {
    fn certificate_revoked(&self, serial: CertificateSerial) -> bool {
        self.or(self.archive.ledger.certificate_revoked(serial).map_err(StoreError::Ledger), true)
    }

    fn authorisation(&self, target: &Target) -> Option<PublicKey> {
        self.or(self.archive.index.authorisation(target), None)
    }

    fn revoked(&self, rho: &Digest) -> bool {
        self.or(self.archive.ledger.revoked(rho).map_err(StoreError::Ledger), true)
    }

    fn erased(&self, target: &Target, item: Option<&Digest>) -> bool {
        let x = match (target, item) {
            (Target::Record(x), _) | (Target::Catalogue(_), Some(x)) => x,
            (Target::Catalogue(_), None) => return false,
        };
        self.or(self.archive.erased(x), true)
    }
}

impl Archive {
    /// Whether the record behind X was erased, here or on the ledger.
    fn erased(&self, x: &Digest) -> Result<bool, StoreError> {
        let index = &self.index;
        if index.has_tombstone(x)? {
            return Ok(true);
        }
        let Some(row) = index.row(x)? else { return Ok(false) };
        let Some(blob) = index.blob(&row.blob)? else { return Ok(false) };
        self.ledger.erased(&blob.erasure).map_err(StoreError::Ledger)
    }
}

#[cfg(test)]
mod tests;
