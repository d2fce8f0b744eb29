//! One round of comparing: every hospital's head, looked at on its own, and the furthest that holds is followed.

use std::collections::BTreeMap;

use carekey_crypto::Digest;
use carekey_ledger::{CertificateInvalid, CertifiedHeader, Equivocation, LightClient, LightError};
use carekey_protocol::{BlockHeight, HospitalId};

use super::compare::{Sight, judge};
use super::graver;
use super::watch::Evidence;
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::vault::observations::ObservationKind;
use crate::vault::sync_state;
use crate::wallet::Wallet;

/// What one look at a hospital gave.
struct Look {
    sight: Sight,
    detail: String,
    evidence: Option<Evidence>,
}

impl From<Sight> for Look {
    fn from(sight: Sight) -> Self {
        Self { sight, detail: String::new(), evidence: None }
    }
}

impl Look {
    fn caught(kind: ObservationKind, detail: impl ToString) -> Self {
        Self { sight: Sight::Caught(kind), detail: detail.to_string(), evidence: None }
    }
}

impl Wallet {
    /// Compares the heads of all hospitals. The one that most hospitals show is looked at first, so that a minority
    /// cannot be the first to tell; each further one must continue what was believed before.
    ///
    /// # Errors
    /// Only if nobody shows this wallet's ledger: [`WalletError::LedgerForged`] if somebody lies,
    /// [`WalletError::Network`] if nobody answers.
    pub(super) async fn compare_heads(&self) -> Result<(), WalletError> {
        let known = self.head_height().await;
        let newest = self.0.watch.session().announced.map_or(known, |announced| announced.max(known));
        if self.0.watch.session().compared.is_none() {
            self.0.remote.dial_at_hints().await;
        }
        let mut answers = self.0.remote.heads().await;
        let mut shown_by: BTreeMap<Digest, usize> = BTreeMap::new();
        for head in answers.iter().filter_map(|(_, answer)| answer.as_ref().ok()) {
            *shown_by.entry(head.header.hash()).or_default() += 1;
        }
        let order = self.hospitals_by_trust();
        answers.sort_by_cached_key(|(hospital, answer)| {
            let count = answer.as_ref().map_or(0, |head| shown_by[&head.header.hash()]);
            (usize::MAX - count, order.iter().position(|known| known == hospital))
        });

        let (mut trouble, mut anybody) = (None, false);
        for (hospital, answer) in answers {
            let look = match answer {
                Ok(head) => match self.look_at(hospital, &head).await? {
                    // What was announced and is certified, others have.
                    Look { sight: Sight::Agrees, .. } if head.header.height < newest => {
                        Sight::Older(head.header.height).into()
                    }
                    look => look,
                },
                Err(error) => {
                    trouble = Some(graver(trouble, error.into()));
                    Sight::Silent.into()
                }
            };
            if let Sight::Caught(kind) = look.sight {
                trouble = Some(graver(trouble, self.0.remote.forged(hospital, kind, &look.detail)));
            }
            anybody |= self.remember(hospital, look, newest);
        }
        let now = self.0.watch.steady_now();
        let moved = self.head_height().await > known;
        let mut session = self.0.watch.session();
        session.compared = Some(now);
        if moved || session.head_moved.is_none() {
            session.head_moved = Some(now);
        }
        match trouble {
            Some(error) if !anybody => Err(error),
            _ => Ok(()),
        }
    }

    /// Judges the look, keeps what follows. Answers whether the hospital agrees.
    fn remember(&self, hospital: HospitalId, look: Look, newest: BlockHeight) -> bool {
        let (before, after, observed) = {
            let mut session = self.0.watch.session();
            let before = session.memories.get(&hospital).copied().unwrap_or_default();
            let (after, observed) = judge(before, look.sight, newest, self.0.watch.steady_now(), &self.0.watch.bounds);
            session.memories.insert(hospital, after);
            (before, after, observed)
        };
        match (observed, &look.evidence) {
            (Some(_), Some(evidence)) => self.observe_equivocation(Some(hospital), evidence),
            (Some(kind), None) => self.observe(hospital, kind, &look.detail, None),
            (None, _) if before.state() != after.state() => self.tell(WalletEvent::Hospitals),
            (None, _) => {}
        }
        after.agrees()
    }

    /// Looks at the head that one hospital shows, asks for what leads there, and follows it if it holds.
    async fn look_at(&self, hospital: HospitalId, shown: &CertifiedHeader) -> Result<Look, WalletError> {
        let light = self.0.light.lock().await.clone();
        let ours = light.head().clone();
        if shown.header.network != ours.network {
            return Ok(Look::caught(ObservationKind::ForgedHead, LightError::Network));
        }
        if shown.header.height < ours.height {
            return self.look_at_older(hospital, shown, &light).await;
        }
        let is_new_here = !self.0.watch.session().proved.contains(&hospital);
        if shown.header.height == ours.height {
            if let Err(error) = light.compare(shown) {
                return Ok(self.wrong(&light, error));
            }
            if ours.height == BlockHeight(0) || !is_new_here {
                return Ok(Sight::Agrees.into());
            }
        } else if let Err(reason) = verify_if_known(&light, shown) {
            let height = shown.header.height;
            return Ok(Look::caught(ObservationKind::ForgedHead, LightError::Certificate { height, reason }));
        }
        self.follow(hospital, shown.header.height).await
    }

    /// Moves the head to what the hospital shows, in as many steps as set changes take.
    async fn follow(&self, hospital: HospitalId, shown: BlockHeight) -> Result<Look, WalletError> {
        loop {
            let trusted = self.head_height().await;
            let answer = match self.0.remote.catch_up(hospital, trusted).await {
                Ok(Some(answer)) => answer,
                Ok(None) => {
                    let detail = format!("block {shown} was announced and not shown");
                    return Ok(Look::caught(ObservationKind::Withheld, detail));
                }
                Err(WalletError::Network(_)) => return Ok(Sight::Unanswered.into()),
                Err(WalletError::LedgerForged { kind, reason, .. }) => return Ok(Look::caught(kind, reason)),
                Err(error) => return Err(error),
            };
            let (jumped, light) = {
                let mut light = self.0.light.lock().await;
                (light.jump(&answer), light.clone())
            };
            match jumped {
                Ok(_) => {
                    self.0.pushed.verified(&light);
                    let reached = light.head().height;
                    self.0.watch.session().proved.insert(hospital);
                    if reached >= shown {
                        return Ok(Sight::Agrees.into());
                    }
                    if reached == trusted {
                        let detail = format!("block {shown} was announced, {reached} was shown");
                        return Ok(Look::caught(ObservationKind::Withheld, detail));
                    }
                }
                Err(LightError::Stale { theirs, .. }) => return Ok(Sight::Older(theirs).into()),
                Err(error @ LightError::NotAnExtension(_)) => {
                    return Ok(self.look_for_the_fork(hospital, &light, error).await);
                }
                Err(error) => return Ok(self.wrong(&light, error)),
            }
        }
    }

    /// A certified head that does not continue ours: then the hospital's block of our height is another than ours.
    async fn look_for_the_fork(&self, hospital: HospitalId, light: &LightClient, error: LightError) -> Look {
        match self.0.remote.certified(hospital, light.head().height).await {
            Ok(theirs) => match light.compare(&theirs) {
                Err(fork @ LightError::Equivocation(_)) => self.wrong(light, fork),
                _ => self.wrong(light, error),
            },
            Err(_) => self.wrong(light, error),
        }
    }

    /// An older head must be one that this wallet has passed.
    async fn look_at_older(
        &self,
        hospital: HospitalId,
        shown: &CertifiedHeader,
        light: &LightClient,
    ) -> Result<Look, WalletError> {
        let height = shown.header.height;
        let passed = self.read(|tx| sync_state::scanned_hash(tx, height))?;
        if passed.is_none_or(|hash| hash == shown.header.hash()) {
            return Ok(Sight::Older(height).into());
        }
        let Some(set) =
            [light.signers(), light.validators()].into_iter().find(|set| set.hash() == shown.header.validators_hash)
        else {
            return Ok(Look::caught(ObservationKind::ForgedHead, LightError::SetChangesMissing(height)));
        };
        if let Err(reason) = shown.verify(set) {
            return Ok(Look::caught(ObservationKind::ForgedHead, LightError::Certificate { height, reason }));
        }
        // It is certified, and so is ours: whoever keeps ours hands out the other half of the proof.
        for other in self.hospitals_by_trust().into_iter().filter(|other| *other != hospital) {
            let Ok(first) = self.0.remote.certified(other, height).await else { continue };
            if Some(first.header.hash()) != passed {
                continue;
            }
            let equivocation = Equivocation { first, second: shown.clone() };
            let evidence = Evidence { equivocation, validators: set.clone() };
            if evidence.verify().is_ok() {
                return Ok(equivocated(evidence));
            }
        }
        Ok(Look::caught(ObservationKind::WrongProof, LightError::NotAnExtension(height)))
    }

    fn wrong(&self, light: &LightClient, error: LightError) -> Look {
        match error {
            LightError::Equivocation(equivocation) => {
                equivocated(Evidence { equivocation: *equivocation, validators: light.signers().clone() })
            }
            error => Look::caught(kind_of(&error), error),
        }
    }
}

fn equivocated(evidence: Evidence) -> Look {
    let detail = format!("two certified blocks {}", evidence.equivocation.first.header.height);
    Look { evidence: Some(evidence), ..Look::caught(ObservationKind::Equivocation, detail) }
}

/// A head that the set known here must have signed is checked before anything is asked; any other one is explained by
/// the answer.
fn verify_if_known(light: &LightClient, shown: &CertifiedHeader) -> Result<(), CertificateInvalid> {
    let set = light.validators();
    if shown.header.validators_hash == set.hash() { shown.verify(set) } else { Ok(()) }
}

/// What an error of the light client says of the hospital that caused it.
pub(crate) fn kind_of(error: &LightError) -> ObservationKind {
    match error {
        LightError::Equivocation(_) => ObservationKind::Equivocation,
        LightError::Certificate { .. } | LightError::Network => ObservationKind::ForgedHead,
        LightError::RegistryGap { .. } => ObservationKind::HiddenRegistry,
        LightError::Stale { .. } => ObservationKind::Stale,
        _ => ObservationKind::WrongProof,
    }
}
