//! What validators say to each other, and what each writes into its log: bounded, and never more than was meant.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, Signature};
use carekey_ledger::bounded;
use carekey_ledger::limits::VALIDATORS_MAX;
use carekey_ledger::{Header, VoteKind};
use carekey_protocol::{BlockHeight, HospitalId};
use malachite_core::{Input, LivenessMsg, ProposedValue, SignedConsensusMsg};
use malachite_types::{
    NilOrVal, PolkaCertificate, PolkaSignature, Round, RoundCertificate, RoundCertificateType, RoundSignature,
    SignedMessage, Timeout, TimeoutKind, Validity, ValueOrigin, VoteType,
};

use crate::context::{Address, CareKey, HeaderHash, Height, Proposal, Vote};

/// Signatures in a certificate of a round: each validator's prevote and precommit.
const ROUND_SIGNATURES_MAX: usize = 2 * VALIDATORS_MAX;

/// One validator's signed vote.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedVote {
    /// The step it belongs to.
    pub kind: VoteKind,
    /// The height voted on.
    pub height: BlockHeight,
    /// The round within the height.
    pub round: u32,
    /// Hash of the header voted for; none for "no header in this round".
    pub header: Option<Digest>,
    /// Whose vote it is.
    pub voter: HospitalId,
    /// Over the ledger's vote.
    pub signature: Signature,
}

/// The proposer's signed header.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedProposal {
    /// The round it is proposed in; the height is the header's.
    pub round: u32,
    /// The earlier round in which it already had a quorum of prevotes.
    pub pol_round: Option<u32>,
    /// The header.
    pub header: Header,
    /// Whose turn it is. Not the header's proposer if the header is proposed again.
    pub proposer: HospitalId,
    /// Over the proposal.
    pub signature: Signature,
}

/// Signatures that together are a reason: a quorum of prevotes, or enough votes to leave a round behind.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct VoteCertificate {
    /// The height voted on.
    pub height: BlockHeight,
    /// The round of the votes.
    pub round: u32,
    /// The votes without what they have in common.
    #[borsh(deserialize_with = "bounded::vec::<ROUND_SIGNATURES_MAX, _, _>")]
    pub votes: Vec<CertifiedVote>,
}

/// A vote within a [`VoteCertificate`].
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CertifiedVote {
    /// Its step.
    pub kind: VoteKind,
    /// What it is for.
    pub header: Option<Digest>,
    /// Whose it is.
    pub voter: HospitalId,
    /// Over the ledger's vote.
    pub signature: Signature,
}

/// What validators say to each other. Block bodies travel beside it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Message {
    /// A vote.
    Vote(SignedVote),
    /// A proposal.
    Proposal(SignedProposal),
    /// A quorum of prevotes for the header, which lets others vote for it again in a later round.
    Polka(Digest, VoteCertificate),
    /// More than a third voted in this round: come along.
    SkipRound(VoteCertificate),
    /// A quorum precommitted in this round without deciding: on to the next.
    NextRound(VoteCertificate),
}

impl Message {
    /// The height it is about.
    pub fn height(&self) -> BlockHeight {
        match self {
            Self::Vote(vote) => vote.height,
            Self::Proposal(proposal) => proposal.header.height,
            Self::Polka(_, certificate) | Self::SkipRound(certificate) | Self::NextRound(certificate) => {
                certificate.height
            }
        }
    }

    /// The round it is about.
    pub fn round(&self) -> u32 {
        match self {
            Self::Vote(vote) => vote.round,
            Self::Proposal(proposal) => proposal.round,
            Self::Polka(_, certificate) | Self::SkipRound(certificate) | Self::NextRound(certificate) => {
                certificate.round
            }
        }
    }

    /// The hospital that must have sent it; none for what others repeat: in late rounds, who precommits a header also
    /// repeats its proposal.
    pub fn author(&self) -> Option<HospitalId> {
        match self {
            Self::Vote(vote) => Some(vote.voter),
            _ => None,
        }
    }
}

/// What a validator writes down before it acts on it, so that after a crash it never contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Entry {
    /// A vote, its own or another's.
    Vote(SignedVote),
    /// A proposal, its own or another's.
    Proposal(SignedProposal),
    /// A quorum of prevotes.
    Polka(Digest, VoteCertificate),
    /// A body was checked.
    Body(Checked),
    /// The wait for a proposal was over.
    ProposeTimeout(u32),
    /// The wait for more prevotes was over.
    PrevoteTimeout(u32),
    /// The wait for more precommits was over.
    PrecommitTimeout(u32),
}

/// A header whose body was checked against the chain.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Checked {
    /// The header.
    pub header: Header,
    /// The round it was proposed in.
    pub round: u32,
    /// Who proposed it.
    pub proposer: HospitalId,
    /// Whether the block may follow the chain.
    pub valid: bool,
}

fn kind_of(kind: VoteType) -> VoteKind {
    match kind {
        VoteType::Prevote => VoteKind::Prevote,
        VoteType::Precommit => VoteKind::Precommit,
    }
}

fn type_of(kind: VoteKind) -> VoteType {
    match kind {
        VoteKind::Prevote => VoteType::Prevote,
        VoteKind::Precommit => VoteType::Precommit,
    }
}

fn header_of(value: &NilOrVal<HeaderHash>) -> Option<Digest> {
    match value {
        NilOrVal::Nil => None,
        NilOrVal::Val(hash) => Some(hash.0),
    }
}

fn value_of(header: Option<Digest>) -> NilOrVal<HeaderHash> {
    header.map_or(NilOrVal::Nil, |hash| NilOrVal::Val(HeaderHash(hash)))
}

/// The engine acts in defined rounds only.
fn number_of(round: Round) -> u32 {
    round.as_u32().unwrap_or(0)
}

impl From<SignedMessage<CareKey, Vote>> for SignedVote {
    fn from(signed: SignedMessage<CareKey, Vote>) -> Self {
        let vote = signed.message;
        Self {
            kind: kind_of(vote.kind),
            height: vote.height.0,
            round: number_of(vote.round),
            header: header_of(&vote.value),
            voter: vote.voter.0,
            signature: signed.signature,
        }
    }
}

impl From<SignedVote> for SignedMessage<CareKey, Vote> {
    fn from(signed: SignedVote) -> Self {
        let vote = Vote {
            kind: type_of(signed.kind),
            height: Height(signed.height),
            round: Round::new(signed.round),
            value: value_of(signed.header),
            voter: Address(signed.voter),
        };
        Self::new(vote, signed.signature)
    }
}

impl From<SignedMessage<CareKey, Proposal>> for SignedProposal {
    fn from(signed: SignedMessage<CareKey, Proposal>) -> Self {
        let proposal = signed.message;
        Self {
            round: number_of(proposal.round),
            pol_round: proposal.pol_round.as_u32(),
            header: proposal.value.header,
            proposer: proposal.proposer.0,
            signature: signed.signature,
        }
    }
}

impl From<SignedProposal> for SignedMessage<CareKey, Proposal> {
    fn from(signed: SignedProposal) -> Self {
        let proposal = Proposal {
            height: Height(signed.header.height),
            round: Round::new(signed.round),
            value: signed.header.into(),
            pol_round: signed.pol_round.into(),
            proposer: Address(signed.proposer),
        };
        Self::new(proposal, signed.signature)
    }
}

fn polka_message(certificate: PolkaCertificate<CareKey>) -> (Digest, VoteCertificate) {
    let header = certificate.value_id.0;
    let vote = |signed: PolkaSignature<CareKey>| CertifiedVote {
        kind: VoteKind::Prevote,
        header: Some(header),
        voter: signed.address.0,
        signature: signed.signature,
    };
    let votes = certificate.polka_signatures.into_iter().map(vote).collect();
    (header, VoteCertificate { height: certificate.height.0, round: number_of(certificate.round), votes })
}

fn polka_input(header: Digest, certificate: VoteCertificate) -> Input<CareKey> {
    let signature = |vote: CertifiedVote| PolkaSignature::new(Address(vote.voter), vote.signature);
    Input::PolkaCertificate(PolkaCertificate {
        height: Height(certificate.height),
        round: Round::new(certificate.round),
        value_id: HeaderHash(header),
        polka_signatures: certificate.votes.into_iter().map(signature).collect(),
    })
}

fn round_input(certificate: VoteCertificate, cert_type: RoundCertificateType) -> Input<CareKey> {
    let signature = |vote: CertifiedVote| {
        RoundSignature::new(type_of(vote.kind), value_of(vote.header), Address(vote.voter), vote.signature)
    };
    Input::RoundCertificate(RoundCertificate {
        height: Height(certificate.height),
        round: Round::new(certificate.round),
        cert_type,
        round_signatures: certificate.votes.into_iter().map(signature).collect(),
    })
}

impl From<RoundCertificate<CareKey>> for Message {
    fn from(certificate: RoundCertificate<CareKey>) -> Self {
        let vote = |signed: RoundSignature<CareKey>| CertifiedVote {
            kind: kind_of(signed.vote_type),
            header: header_of(&signed.value_id),
            voter: signed.address.0,
            signature: signed.signature,
        };
        let votes = certificate.round_signatures.into_iter().map(vote).collect();
        let collected = VoteCertificate { height: certificate.height.0, round: number_of(certificate.round), votes };
        match certificate.cert_type {
            RoundCertificateType::Skip => Self::SkipRound(collected),
            RoundCertificateType::Precommit => Self::NextRound(collected),
        }
    }
}

impl From<SignedConsensusMsg<CareKey>> for Message {
    fn from(message: SignedConsensusMsg<CareKey>) -> Self {
        match message {
            SignedConsensusMsg::Vote(vote) => Self::Vote(vote.into()),
            SignedConsensusMsg::Proposal(proposal) => Self::Proposal(proposal.into()),
        }
    }
}

impl From<LivenessMsg<CareKey>> for Message {
    fn from(message: LivenessMsg<CareKey>) -> Self {
        match message {
            LivenessMsg::Vote(vote) => Self::Vote(vote.into()),
            LivenessMsg::PolkaCertificate(certificate) => {
                let (header, votes) = polka_message(certificate);
                Self::Polka(header, votes)
            }
            LivenessMsg::SkipRoundCertificate(certificate) => certificate.into(),
        }
    }
}

impl From<Message> for Input<CareKey> {
    fn from(message: Message) -> Self {
        match message {
            Message::Vote(vote) => Self::Vote(vote.into()),
            Message::Proposal(proposal) => Self::Proposal(proposal.into()),
            Message::Polka(header, certificate) => polka_input(header, certificate),
            Message::SkipRound(certificate) => round_input(certificate, RoundCertificateType::Skip),
            Message::NextRound(certificate) => round_input(certificate, RoundCertificateType::Precommit),
        }
    }
}

impl From<Checked> for Input<CareKey> {
    fn from(checked: Checked) -> Self {
        let value = ProposedValue {
            height: Height(checked.header.height),
            round: Round::new(checked.round),
            valid_round: Round::Nil,
            proposer: Address(checked.proposer),
            value: checked.header.into(),
            validity: Validity::from_bool(checked.valid),
        };
        Self::ProposedValue(value, ValueOrigin::Consensus)
    }
}

impl Entry {
    /// The height it is about, if it says.
    pub fn height(&self) -> Option<BlockHeight> {
        match self {
            Self::Vote(vote) => Some(vote.height),
            Self::Proposal(proposal) => Some(proposal.header.height),
            Self::Polka(_, certificate) => Some(certificate.height),
            Self::Body(checked) => Some(checked.header.height),
            Self::ProposeTimeout(_) | Self::PrevoteTimeout(_) | Self::PrecommitTimeout(_) => None,
        }
    }

    /// The entry for an input the engine wants written down; none for those that need not be.
    pub(crate) fn of(input: Input<CareKey>) -> Option<Self> {
        Some(match input {
            Input::Vote(vote) => Self::Vote(vote.into()),
            Input::Proposal(proposal) => Self::Proposal(proposal.into()),
            Input::PolkaCertificate(certificate) => {
                let (header, votes) = polka_message(certificate);
                Self::Polka(header, votes)
            }
            Input::ProposedValue(value, _) => Self::Body(Checked {
                header: value.value.header,
                round: number_of(value.round),
                proposer: value.proposer.0,
                valid: value.validity.is_valid(),
            }),
            Input::TimeoutElapsed(timeout) => {
                let round = number_of(timeout.round);
                match timeout.kind {
                    TimeoutKind::Propose => Self::ProposeTimeout(round),
                    TimeoutKind::Prevote => Self::PrevoteTimeout(round),
                    TimeoutKind::Precommit => Self::PrecommitTimeout(round),
                    TimeoutKind::Rebroadcast | TimeoutKind::FinalizeHeight(_) => return None,
                }
            }
            Input::StartHeight(..) | Input::Propose(_) | Input::RoundCertificate(_) | Input::SyncValueResponse(_) => {
                return None;
            }
        })
    }
}

impl From<Entry> for Input<CareKey> {
    fn from(entry: Entry) -> Self {
        let elapsed = |round, kind| Self::TimeoutElapsed(Timeout::new(Round::new(round), kind));
        match entry {
            Entry::Vote(vote) => Self::Vote(vote.into()),
            Entry::Proposal(proposal) => Self::Proposal(proposal.into()),
            Entry::Polka(header, certificate) => polka_input(header, certificate),
            Entry::Body(checked) => checked.into(),
            Entry::ProposeTimeout(round) => elapsed(round, TimeoutKind::Propose),
            Entry::PrevoteTimeout(round) => elapsed(round, TimeoutKind::Prevote),
            Entry::PrecommitTimeout(round) => elapsed(round, TimeoutKind::Precommit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carekey_protocol::{NetworkId, UnixMillis, decode, encode};
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn any_digest() -> impl Strategy<Value = Digest> {
        any::<[u8; 32]>().prop_map(Digest)
    }

    fn any_hospital() -> impl Strategy<Value = HospitalId> {
        any::<[u8; 3]>().prop_map(HospitalId)
    }

    fn any_kind() -> impl Strategy<Value = VoteKind> {
        prop_oneof![Just(VoteKind::Prevote), Just(VoteKind::Precommit)]
    }

    fn any_signature() -> impl Strategy<Value = Signature> {
        vec(any::<u8>(), 64).prop_map(|bytes| Signature(bytes.try_into().unwrap()))
    }

    prop_compose! {
        fn any_header()(
            version: u8, height: u64, time: u64, digests in vec(any_digest(), 6), proposer in any_hospital(),
        ) -> Header {
            Header {
                version,
                network: NetworkId(digests[0]),
                height: BlockHeight(height),
                previous: digests[1],
                transaction_root: digests[2],
                history_root: digests[3],
                validators_hash: digests[4],
                next_validators_hash: digests[5],
                time: UnixMillis(time),
                proposer,
            }
        }
    }

    prop_compose! {
        fn any_vote()(
            kind in any_kind(), height: u64, round: u32, header in prop::option::of(any_digest()),
            voter in any_hospital(), signature in any_signature(),
        ) -> SignedVote {
            SignedVote { kind, height: BlockHeight(height), round, header, voter, signature }
        }
    }

    prop_compose! {
        fn any_proposal()(
            round: u32, pol_round: Option<u32>, header in any_header(), proposer in any_hospital(),
            signature in any_signature(),
        ) -> SignedProposal {
            SignedProposal { round, pol_round, header, proposer, signature }
        }
    }

    prop_compose! {
        fn any_certificate()(height: u64, round: u32, votes in vec(any_vote(), 0..5)) -> VoteCertificate {
            let certified = |vote: SignedVote| CertifiedVote {
                kind: vote.kind, header: vote.header, voter: vote.voter, signature: vote.signature,
            };
            VoteCertificate { height: BlockHeight(height), round, votes: votes.into_iter().map(certified).collect() }
        }
    }

    fn any_message() -> impl Strategy<Value = Message> {
        prop_oneof![
            any_vote().prop_map(Message::Vote),
            any_proposal().prop_map(Message::Proposal),
            (any_digest(), any_certificate()).prop_map(|(header, votes)| Message::Polka(header, votes)),
            any_certificate().prop_map(Message::SkipRound),
            any_certificate().prop_map(Message::NextRound),
        ]
    }

    fn any_entry() -> impl Strategy<Value = Entry> {
        let checked = (any_header(), any::<u32>(), any_hospital(), any::<bool>())
            .prop_map(|(header, round, proposer, valid)| Checked { header, round, proposer, valid });
        prop_oneof![
            any_vote().prop_map(Entry::Vote),
            any_proposal().prop_map(Entry::Proposal),
            (any_digest(), any_certificate()).prop_map(|(header, votes)| Entry::Polka(header, votes)),
            checked.prop_map(Entry::Body),
            any::<u32>().prop_map(Entry::ProposeTimeout),
            any::<u32>().prop_map(Entry::PrevoteTimeout),
            any::<u32>().prop_map(Entry::PrecommitTimeout),
        ]
    }

    proptest! {
        #[test]
        fn messages_are_decoded_as_they_were_encoded(message in any_message()) {
            let bytes = encode(&message);
            prop_assert!(decode::<Message>(&bytes[..bytes.len() - 1]).is_err());
            prop_assert_eq!(decode::<Message>(&bytes), Ok(message));
        }

        #[test]
        fn entries_are_decoded_as_they_were_encoded(entry in any_entry()) {
            prop_assert_eq!(decode::<Entry>(&encode(&entry)), Ok(entry));
        }

        /// What the engine writes down is what it is told again after a crash. In a quorum of prevotes, kind and header
        /// are said once, not with every vote.
        #[test]
        fn the_engine_is_told_again_what_it_wrote_down(mut entry in any_entry()) {
            if let Entry::Polka(header, certificate) = &mut entry {
                for vote in &mut certificate.votes {
                    (vote.kind, vote.header) = (VoteKind::Prevote, Some(*header));
                }
            }
            prop_assert_eq!(Entry::of(entry.clone().into()), Some(entry));
        }

        #[test]
        fn arbitrary_bytes_are_decoded_or_refused(bytes in vec(any::<u8>(), 0..600), first in 0u8..8) {
            let bytes = [&[first], &bytes[..]].concat();
            if let Ok(message) = decode::<Message>(&bytes) {
                prop_assert_eq!(encode(&message), bytes.clone());
            }
            if let Ok(entry) = decode::<Entry>(&bytes) {
                prop_assert_eq!(encode(&entry), bytes);
            }
        }
    }

    #[test]
    fn a_certificate_holds_two_votes_of_each_validator_and_no_more() {
        let of = |count| {
            let vote = CertifiedVote {
                kind: VoteKind::Prevote,
                header: None,
                voter: HospitalId([0, 0, 1]),
                signature: Signature([0; 64]),
            };
            Message::SkipRound(VoteCertificate { height: BlockHeight(1), round: 0, votes: vec![vote; count] })
        };
        let most = of(ROUND_SIGNATURES_MAX);
        assert_eq!(decode(&encode(&most)), Ok(most));
        assert!(decode::<Message>(&encode(&of(ROUND_SIGNATURES_MAX + 1))).is_err());
        // A length that is only claimed.
        let mut bytes = encode(&of(0));
        let end = bytes.len();
        bytes[end - 4..].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(decode::<Message>(&bytes).is_err());
    }
}
