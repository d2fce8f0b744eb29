//! What validators sign: the ledger's votes, which wallets check, and proposals, which only validators see.

use async_trait::async_trait;
use borsh::BorshSerialize;
use carekey_crypto::{Digest, PublicKey, SecretKey, Signature};
use carekey_ledger::{Vote as LedgerVote, VoteKind, sign_vote};
use carekey_protocol::{BlockHeight, NetworkId, encode};
use malachite_signing::{Error, VerificationResult, Verifier};
use malachite_types::{NilOrVal, ValidatorProof, Value as _, VoteExtensionScope, VoteType};

use crate::context::{CareKey, Proposal, Vote};

/// Domain of proposal signatures. Votes have their own, so that neither passes as the other.
const PROPOSAL: &str = "proposal";

/// What the proposer signs: H("proposal", this).
#[derive(BorshSerialize)]
struct SignedProposal {
    network: NetworkId,
    height: BlockHeight,
    round: u32,
    /// The round of the earlier quorum of prevotes; none for a new header.
    pol_round: Option<u32>,
    header: Digest,
}

fn proposal_bytes(network: NetworkId, proposal: &Proposal) -> Vec<u8> {
    encode(&SignedProposal {
        network,
        height: proposal.height.0,
        round: proposal.round.as_u32().unwrap_or(0),
        pol_round: proposal.pol_round.as_u32(),
        header: proposal.value.id().0,
    })
}

/// A vote as the ledger defines it. The engine votes in defined rounds only.
fn ledger_vote(network: NetworkId, vote: &Vote) -> LedgerVote {
    LedgerVote {
        network,
        kind: match vote.kind {
            VoteType::Prevote => VoteKind::Prevote,
            VoteType::Precommit => VoteKind::Precommit,
        },
        height: vote.height.0,
        round: vote.round.as_u32().unwrap_or(0),
        header: match vote.value {
            NilOrVal::Nil => None,
            NilOrVal::Val(hash) => Some(hash.0),
        },
    }
}

impl CareKey {
    pub(crate) fn sign_vote(&self, key: &SecretKey, vote: &Vote) -> Signature {
        sign_vote(key, &ledger_vote(self.network, vote))
    }

    pub(crate) fn sign_proposal(&self, key: &SecretKey, proposal: &Proposal) -> Signature {
        key.sign(PROPOSAL, &[&proposal_bytes(self.network, proposal)])
    }

    pub(crate) fn vote_holds(&self, vote: &Vote, signature: &Signature, key: &PublicKey) -> bool {
        ledger_vote(self.network, vote).verify(key, signature).is_ok()
    }

    pub(crate) fn proposal_holds(&self, proposal: &Proposal, signature: &Signature, key: &PublicKey) -> bool {
        key.verify(PROPOSAL, &[&proposal_bytes(self.network, proposal)], signature).is_ok()
    }
}

/// Through this the engine's own certificate checks reach our signatures. Nothing in it waits.
#[async_trait]
impl Verifier<CareKey> for CareKey {
    async fn verify_signed_vote(
        &self,
        vote: &Vote,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::from_bool(self.vote_holds(vote, signature, key)))
    }

    async fn verify_signed_proposal(
        &self,
        proposal: &Proposal,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::from_bool(self.proposal_holds(proposal, signature, key)))
    }

    // Neither is used: votes carry no extensions, and hospitals prove who they are by their registered peer key.
    async fn verify_signed_vote_extension(
        &self,
        _: &VoteExtensionScope<CareKey>,
        (): &(),
        _: &Signature,
        _: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::Invalid)
    }

    async fn verify_validator_proof(&self, _: &ValidatorProof<CareKey>) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::Invalid)
    }
}
