#![doc = include_str!("README.md")]

use std::time::Duration;

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_ledger::light::ProvenTransaction;
use carekey_ledger::limits::{BATCH_BYTES_MAX, BLOCK_WIRE_BYTES_MAX};
use carekey_ledger::{Block, CatchUp, CertifiedHeader, CompactBatch, QuorumCertificate};
use carekey_protocol::transaction::TRANSACTION_BYTES_MAX;
use carekey_protocol::{BlockHeight, Certificate, ParticipantId, Transaction, TxId};

use crate::{Protocol, RequestLimits};

/// The longest a head request waits for news.
pub const HEAD_WAIT_MS_MAX: u64 = 30_000;

/// What is the newest block? Waits for one above `after`, up to `wait_ms`.
pub struct Head;

impl Protocol for Head {
    const NAME: &'static str = "/carekey/ledger/head/1";
    const LIMITS: RequestLimits = RequestLimits {
        time_max: Duration::from_millis(HEAD_WAIT_MS_MAX + 15_000),
        // Every wallet that is open waits here.
        concurrent_max: 4096,
        ..RequestLimits::SMALL
    };
    const LONG_POLL: bool = true;
    type Request = HeadRequest;
    type Response = CertifiedHeader;
}

/// The question of [`Head`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HeadRequest {
    /// The highest block the asker knows.
    pub after: BlockHeight,
    /// How long to wait for a higher one, in milliseconds, at most [`HEAD_WAIT_MS_MAX`].
    pub wait_ms: u64,
}

/// Reads the chain.
pub struct Chain;

impl Protocol for Chain {
    const NAME: &'static str = "/carekey/ledger/chain/1";
    const LIMITS: RequestLimits = RequestLimits {
        response_bytes_max: if BLOCK_WIRE_BYTES_MAX > BATCH_BYTES_MAX { BLOCK_WIRE_BYTES_MAX } else { BATCH_BYTES_MAX }
            + 64 * 1024,
        time_max: Duration::from_secs(60),
        // Times the largest block: 256 MiB if every answer is one, 32 MiB for one peer.
        concurrent_max: 64,
        per_peer_max: 8,
        ..RequestLimits::SMALL
    };
    type Request = ChainRequest;
    type Response = Option<ChainAnswer>;
}

/// What can be read; an answer of none means that this hospital does not have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum ChainRequest {
    /// From a trusted height to the newest header.
    CatchUp {
        /// What the asker trusts.
        trusted: BlockHeight,
    },
    /// Compact blocks from a height on.
    Compact {
        /// The first one.
        from: BlockHeight,
        /// The last one wanted: the height of the asker's trusted head.
        to: BlockHeight,
    },
    /// A whole block with its certificate.
    Block {
        /// Which.
        height: BlockHeight,
    },
    /// A transaction, with the proof that it stands in a block under the asker's head.
    Locate {
        /// Which.
        txid: TxId,
        /// The asker's trusted head.
        under: BlockHeight,
    },
    /// Registry changes after a number, oldest first, a page of them, each proved under the asker's head.
    Registry {
        /// The last one known.
        after: u64,
        /// The asker's trusted head.
        under: BlockHeight,
    },
    /// Whole blocks with their certificates, as many as fit: what a hospital downloads that catches up.
    Blocks {
        /// The first one.
        from: BlockHeight,
        /// Bytes wanted, all blocks together; the first may exceed it.
        bytes_max: u32,
    },
}

/// The answers, in the order of the questions.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum ChainAnswer {
    /// See [`ChainRequest::CatchUp`].
    CatchUp(Box<CatchUp>),
    /// See [`ChainRequest::Compact`].
    Compact(Box<CompactBatch>),
    /// See [`ChainRequest::Block`].
    Block(Box<Block>, QuorumCertificate),
    /// See [`ChainRequest::Locate`].
    Located(Box<ProvenTransaction>),
    /// See [`ChainRequest::Registry`].
    Registry(Vec<ProvenTransaction>),
    /// See [`ChainRequest::Blocks`]; ascending and without gaps, empty if the chain ends before.
    Blocks(Vec<(Block, QuorumCertificate)>),
}

/// Hands a transaction in.
pub struct Submit;

impl Protocol for Submit {
    const NAME: &'static str = "/carekey/ledger/submit/1";
    const LIMITS: RequestLimits =
        RequestLimits { request_bytes_max: TRANSACTION_BYTES_MAX + 64, concurrent_max: 64, ..RequestLimits::SMALL };
    type Request = Transaction;
    type Response = SubmitAnswer;
}

/// What becomes of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum SubmitAnswer {
    /// It will be proposed for a block.
    Received,
    /// It stands in this block already.
    Known(BlockHeight),
    /// Its pseudonym was used by another transaction, or is of an epoch that is over: sign with another.
    PseudonymSpent,
    /// The ledger says this already: the same revocation or erasure stands in a block.
    Pointless,
    /// It will never be accepted, for this reason.
    Refused(String),
    /// Too much is waiting; try again later.
    Busy,
}

/// The certificate that a participant left at this hospital.
pub struct CertificateOf;

impl Protocol for CertificateOf {
    const NAME: &'static str = "/carekey/ledger/certificate-of/1";
    const LIMITS: RequestLimits = RequestLimits::SMALL;
    type Request = ParticipantId;
    type Response = Option<Certificate>;
}
