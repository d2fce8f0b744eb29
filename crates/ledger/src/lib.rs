//! What the hospitals agree on: blocks, proofs, who may extend the chain, and how a wallet follows it without storing it.
//!
//! The rules are pure: [`verify_block`] reads a [`StateView`], changes nothing and returns a [`VerifiedBlock`], the only
//! thing [`apply_block`] accepts. Clock readings are arguments; nothing here opens a socket. [`store`] alone touches a
//! disk. Moving blocks between peers is `carekey-network`'s task, deciding when to propose one `carekey-hospital`'s.
//!
//! ```
//! # use carekey_crypto::{SecretKey, test_rng};
//! # use carekey_ledger::*;
//! # use carekey_protocol::transaction::{RegistryChange, Transaction};
//! # use carekey_protocol::*;
//! # let mut rng = test_rng(1);
//! # let (authority, validator) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
//! # let north = HospitalId([0, 0, 1]);
//! # let genesis = Genesis {
//! #     suite: 1, name: Text::truncated("Example"), authority: AuthorityId([0, 1]), authority_key: authority.public(),
//! #     authority_peer_key: authority.public(), seal: genesis::Seal::Quorum, founded: UnixMillis(0),
//! #     hospitals: vec![HospitalRegistration {
//! #         id: north, name: Text::truncated("North"), ledger_key: validator.public(), peer_key: validator.public(),
//! #         voting_power: 1,
//! #     }],
//! # };
//! # let folder = tempfile::tempdir()?;
//! let mut store = Store::open(&folder.path().join("ledger.sqlite"), &genesis)?;
//! let network = genesis.network_id();
//! let revocation = RegistryChange::RevokeCertificate(CertificateSerial(7));
//! let transaction = Transaction::by_authority(network, 1, revocation, &authority);
//!
//! let now = UnixMillis(1_000);
//! let proposal = propose_block(store.reader(), &genesis, vec![transaction], now, north)?;
//! let header = proposal.block.header.clone();
//! let certificate = seal_alone(&validator, north, &header);
//! let verified = verify_block(store.reader(), &genesis, proposal.block, now)?;
//! apply_block(&mut store, verified, certificate)?;
//! assert_eq!(store.reader().head()?.header, header);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

mod block;
pub mod bounded;
mod header;
mod labels;
pub mod light;
pub mod limits;
mod proof;
pub mod record_proof;
mod rules;
pub mod store;
#[cfg(any(test, feature = "testkit"))]
pub mod testkit;
mod validators;
mod vote;

pub use block::{Block, BlockEntry, CompactBlock, CompactEntry, PrunedAnchor, leaf, transaction_root};
pub use header::Header;
pub use light::{CatchUp, CompactBatch, LightClient, LightError, SetChange};
pub use proof::{HistoryProof, LedgerProof, ProofError, TransactionProof};
pub use rules::attach::{Attach, RejectReason, attach, attach_many};
pub use rules::propose::{Proposal, propose_block, propose_block_knowing};
pub use rules::reason::Reason;
pub use rules::state::{AnchorState, StateView};
pub use rules::verify::{
    BlockError, Known, VerifiedBlock, check_candidate, check_candidates, verify_block, verify_block_knowing,
    verify_certified_block,
};
pub use store::check::{ChainFault, ChainReport, Fault, verify_chain};
pub use store::reader::Reader;
pub use store::{ApplyError, Store, StoreError, apply_block};
pub use validators::{Validator, ValidatorSet, ValidatorSetError};
pub use vote::{
    CertificateInvalid, CertifiedHeader, Equivocation, QuorumCertificate, Vote, VoteKind, seal_alone, sign_vote,
};
