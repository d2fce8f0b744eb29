//! What a hospital that lies can do: it signs with its own key whatever it likes, and sends it to whom it likes.

use carekey_crypto::{Digest, SecretKey, Signature};
use carekey_ledger::{Header, Vote as LedgerVote, VoteKind, sign_vote};
use carekey_protocol::{BlockHeight, HospitalId};
use malachite_types::SignedMessage;

use super::world::{NETWORK, World, id_of, key_of};
use crate::context::{CareKey, Proposal};
use crate::{CertifiedVote, Engine, Message, SignedProposal, SignedVote, VoteCertificate};

pub(super) fn signed_vote(
    (voter, key): (HospitalId, &SecretKey),
    kind: VoteKind,
    height: BlockHeight,
    round: u32,
    header: Option<Digest>,
) -> SignedVote {
    let signature = sign_vote(key, &LedgerVote { network: NETWORK, kind, height, round, header });
    SignedVote { kind, height, round, header, voter, signature }
}

pub(super) fn signed_proposal(
    (proposer, key): (HospitalId, &SecretKey),
    round: u32,
    pol_round: Option<u32>,
    header: Header,
) -> SignedProposal {
    let unsigned = SignedProposal { round, pol_round, header, proposer, signature: Signature([0; 64]) };
    let signed: SignedMessage<CareKey, Proposal> = unsigned.clone().into();
    let signature = CareKey { network: NETWORK }.sign_proposal(key, &signed.message);
    SignedProposal { signature, ..unsigned }
}

pub(super) fn certified(vote: &SignedVote) -> CertifiedVote {
    CertifiedVote { kind: vote.kind, header: vote.header, voter: vote.voter, signature: vote.signature }
}

impl World {
    /// One lie of Byzantine hospital `liar`, chosen by chance.
    pub(super) fn lie(&mut self, liar: usize) {
        let Some((height, round)) = self.front() else { return };
        let me = (id_of(liar), &key_of(liar));
        let near = round + self.below(2) as u32;
        let kind = if self.chance(1, 2) { VoteKind::Prevote } else { VoteKind::Precommit };
        match self.below(10) {
            0 | 1 => self.vote_twice(liar, kind, height, near),
            2 | 3 => self.propose_twice(liar, height, near),
            4 => {
                let vote = signed_vote(me, kind, height, near, Some(Digest([9; 32])));
                self.spread(liar, Message::Vote(vote));
            }
            5 => {
                // The signature is another network's, so to say.
                let mut vote = signed_vote(me, kind, height, near, None);
                vote.signature.0[40] ^= 1;
                self.spread(liar, Message::Vote(vote));
            }
            6 => self.forge_certificates(liar, height),
            7 => {
                let rounds = [round + 9, round + 11, 1 << 20, u32::MAX - 1, u32::MAX];
                let heights = [0, height.0 - 1, height.0 + 1, height.0 + 50, u64::MAX];
                for (round, height) in rounds.into_iter().zip(heights) {
                    let vote = signed_vote(me, kind, BlockHeight(height), round, None);
                    self.spread(liar, Message::Vote(vote));
                }
            }
            8 => {
                // In another's name.
                let other = self.below(self.nodes.len() as u64) as usize;
                let vote = signed_vote((id_of(other), me.1), kind, height, near, None);
                self.spread(liar, Message::Vote(vote));
            }
            _ => {
                for round in 0..40 {
                    let vote = signed_vote(me, kind, height.next(), round, None);
                    self.spread(liar, Message::Vote(vote));
                }
            }
        }
    }

    /// Where some honest hospital is.
    fn front(&mut self) -> Option<(BlockHeight, u32)> {
        let at = self.below(self.nodes.len() as u64) as usize;
        let node = &self.nodes[at];
        Some((node.next(), node.engine.as_ref().map(Engine::round)?)).filter(|_| !node.byzantine)
    }

    fn spread(&mut self, liar: usize, message: Message) {
        for to in (0..self.nodes.len()).filter(|to| *to != liar) {
            self.send(liar, to, message.clone());
        }
    }

    /// One thing to some, another to the others.
    pub(super) fn vote_twice(&mut self, liar: usize, kind: VoteKind, height: BlockHeight, round: u32) {
        let me = (id_of(liar), &key_of(liar));
        let proposed = self.heard.iter().rev().find_map(|message| match message {
            Message::Proposal(proposal) if proposal.header.height == height => Some(proposal.header.hash()),
            _ => None,
        });
        let first = Message::Vote(signed_vote(me, kind, height, round, proposed));
        let other = if self.chance(1, 2) && proposed.is_some() { None } else { Some(Digest([3; 32])) };
        let second = Message::Vote(signed_vote(me, kind, height, round, other));
        for to in (0..self.nodes.len()).filter(|to| *to != liar) {
            let message = if self.chance(1, 2) { &first } else { &second };
            self.send(liar, to, message.clone());
            if self.chance(1, 4) {
                self.send(liar, to, second.clone());
            }
        }
    }

    /// Two headers for one round, each with its body, if it is the liar's turn; else a proposal out of turn.
    pub(super) fn propose_twice(&mut self, liar: usize, height: BlockHeight, round: u32) {
        let me = (id_of(liar), &key_of(liar));
        let honest = (0..self.nodes.len()).find(|node| self.nodes[*node].next() == height);
        let Some(honest) = honest else { return };
        let pol_round = [None, None, Some(0), Some(round), Some(u32::MAX)][self.below(5) as usize];
        let headers = [self.new_header(honest), self.new_header(honest), {
            let mut header = self.new_header(honest);
            header.network.0.0[0] ^= 1;
            header
        }];
        for to in (0..self.nodes.len()).filter(|to| *to != liar) {
            let header = headers[self.below(3) as usize].clone();
            self.send_body(liar, to, round, header.clone());
            self.send(liar, to, Message::Proposal(signed_proposal(me, round, pol_round, header)));
        }
    }

    /// Collections of true votes, padded with what is not.
    fn forge_certificates(&mut self, liar: usize, height: BlockHeight) {
        let heard = |message: &Message| match message {
            Message::Vote(vote) if vote.height == height => Some(vote.clone()),
            _ => None,
        };
        let votes: Vec<SignedVote> = self.heard.iter().filter_map(heard).collect();
        let Some(first) = votes.last().cloned() else { return };
        let of_round = votes.iter().filter(|vote| vote.round == first.round);
        let mut entries: Vec<_> = of_round.map(certified).collect();
        if self.chance(1, 2) {
            entries.sort_by_key(|entry| (entry.voter, entry.kind as u8));
            entries.dedup_by_key(|entry| entry.voter);
        }
        let header = first.header.unwrap_or(Digest([5; 32]));
        let other = self.below(self.nodes.len() as u64) as usize;
        let garbage = CertifiedVote {
            kind: first.kind,
            header: Some(Digest([4; 32])),
            voter: id_of(other),
            signature: first.signature,
        };
        match self.below(4) {
            0 => entries.push(garbage),
            1 => entries.push(CertifiedVote { voter: HospitalId([9, 9, 9]), ..garbage }),
            2 => entries.insert(0, garbage),
            _ => {}
        }
        let round = if self.chance(1, 4) { u32::MAX } else { first.round };
        let votes = VoteCertificate { height, round, votes: entries };
        let message = match self.below(3) {
            0 => Message::Polka(header, votes),
            1 => Message::SkipRound(votes),
            _ => Message::NextRound(votes),
        };
        self.spread(liar, message);
    }
}
