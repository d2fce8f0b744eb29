//! What holders have answered, and which of their parts fit together.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::PublicKey;
use carekey_protocol::message::{HolderAnswer, MessageBody, RecoveryMessage, SignedMessage};
use carekey_protocol::recovery::{RecoveryPart, RecoverySetId, SignedSet};
use carekey_protocol::{Certificate, NetworkId, UnixMillis};

/// More people than this do not hold parts of one seed.
const ANSWERS_MAX: usize = 32;

/// How one holder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeekerState {
    /// Has agreed; the part goes out at this time.
    Agreed {
        /// The ledger's time.
        release: UnixMillis,
    },
    /// Said no.
    Declined,
    /// The owner of the seed has stopped it.
    Stopped,
    /// The part is on its way.
    Released,
    /// The part is here.
    Arrived,
    /// What came is not the part that was handed out.
    Wrong,
    /// Holds a part of another splitting than the others.
    Other,
}

/// What one holder has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeekerAnswer {
    /// Who.
    pub holder: Certificate,
    /// What.
    pub state: SeekerState,
}

/// Each holder has one word; a later one takes the place of an earlier one.
#[derive(Debug, Clone, Default, BorshSerialize, BorshDeserialize)]
pub(crate) struct Answers(Vec<Answer>);

#[derive(Debug, Clone, BorshSerialize, BorshDeserialize)]
struct Answer {
    holder: Certificate,
    word: Word,
}

#[derive(Debug, Clone, BorshSerialize, BorshDeserialize)]
enum Word {
    Said { patient: Box<Certificate>, signed: Box<SignedSet>, answer: HolderAnswer },
    Part { patient: Box<Certificate>, part: Box<RecoveryPart> },
    Wrong,
}

/// What a message changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Took {
    /// Nothing.
    Nothing,
    /// Something to be shown.
    News,
    /// A part, which is to be acknowledged, also if it was here before.
    Part(RecoverySetId),
}

/// The splitting for which most was answered.
#[derive(Debug, Clone)]
pub(crate) struct Leading {
    pub(crate) patient: Certificate,
    pub(crate) signed: SignedSet,
    pub(crate) parts: Vec<RecoveryPart>,
    pub(crate) holders: Vec<(u8, Certificate)>,
}

impl Leading {
    pub(crate) fn is_enough(&self) -> bool {
        self.parts.len() >= usize::from(self.signed.set.threshold)
    }
}

impl Word {
    fn about(&self) -> Option<(&Certificate, &SignedSet)> {
        match self {
            Self::Said { patient, signed, .. } => Some((patient, signed)),
            Self::Part { patient, part } => Some((patient, &part.signed)),
            Self::Wrong => None,
        }
    }

    /// A part that is here stays, whatever is said afterwards.
    fn is_part(&self) -> bool {
        matches!(self, Self::Part { .. })
    }
}

impl Answers {
    /// Takes a message whose sender is certified.
    pub(crate) fn take(&mut self, network: NetworkId, authority: &PublicKey, message: SignedMessage) -> Took {
        let MessageBody::Recovery(body) = message.message.body else { return Took::Nothing };
        let is_owner = |patient: &Certificate| patient.verify_issuer(network, authority).is_ok();
        let (word, took) = match body {
            RecoveryMessage::Answer { patient, signed, answer } => {
                let genuine = is_owner(&patient)
                    && signed.set.patient == patient.body.id
                    && signed.verify(network, &patient.body.identity).is_ok();
                match genuine {
                    true => (Word::Said { patient, signed, answer }, Took::News),
                    false => (Word::Wrong, Took::News),
                }
            }
            RecoveryMessage::Part { patient, part } => {
                let genuine = is_owner(&patient)
                    && part.signed.set.patient == patient.body.id
                    && part.verify(network, &patient.body.identity).is_ok();
                let set = part.signed.set.id;
                match genuine {
                    true => (Word::Part { patient, part }, Took::Part(set)),
                    false => (Word::Wrong, Took::News),
                }
            }
            _ => return Took::Nothing,
        };
        let (holder, full) = (message.from, self.0.len() >= ANSWERS_MAX);
        match self.0.iter_mut().find(|known| known.holder.body.id == holder.body.id) {
            Some(known) if known.word.is_part() && !word.is_part() => return Took::Nothing,
            Some(known) => *known = Answer { holder, word },
            None if full => return Took::Nothing,
            None => self.0.push(Answer { holder, word }),
        }
        took
    }

    /// The splitting with most parts, then with most answers, then the newest.
    pub(crate) fn leading(&self) -> Option<Leading> {
        let mut groups: Vec<Leading> = Vec::new();
        let mut answered: Vec<usize> = Vec::new();
        for Answer { holder, word } in &self.0 {
            let Some((patient, signed)) = word.about() else { continue };
            let at = groups.iter().position(|group| group.signed == *signed).unwrap_or_else(|| {
                let (patient, signed) = (patient.clone(), signed.clone());
                groups.push(Leading { patient, signed, parts: Vec::new(), holders: Vec::new() });
                answered.push(0);
                groups.len() - 1
            });
            answered[at] += 1;
            if let Word::Part { part, .. } = word
                && groups[at].parts.iter().all(|known| known.share.index != part.share.index)
            {
                groups[at].holders.push((part.share.index, holder.clone()));
                groups[at].parts.push((**part).clone());
            }
        }
        let ranked = groups.into_iter().zip(answered);
        let best = ranked.max_by_key(|(group, answered)| (group.parts.len(), *answered, group.signed.set.created));
        best.map(|(group, _)| group)
    }

    /// Everybody who has answered, in that order.
    pub(crate) fn list(&self) -> Vec<SeekerAnswer> {
        let leading = self.leading();
        let state = |word: &Word| match (word, word.about()) {
            (_, Some((_, signed))) if leading.as_ref().is_some_and(|leading| leading.signed != *signed) => {
                SeekerState::Other
            }
            (Word::Said { answer, .. }, _) => match answer {
                HolderAnswer::Agreed { release } => SeekerState::Agreed { release: *release },
                HolderAnswer::Declined => SeekerState::Declined,
                HolderAnswer::Stopped => SeekerState::Stopped,
                HolderAnswer::Released => SeekerState::Released,
            },
            (Word::Part { .. }, _) => SeekerState::Arrived,
            (Word::Wrong, _) => SeekerState::Wrong,
        };
        self.0.iter().map(|answer| SeekerAnswer { holder: answer.holder.clone(), state: state(&answer.word) }).collect()
    }
}

#[cfg(test)]
mod tests;
