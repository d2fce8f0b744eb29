//! Making the next block.

use carekey_protocol::{Genesis, HospitalId, Transaction, TxId, UnixMillis};
use rayon::prelude::*;

use super::effects::Overlay;
use super::reason::Reason;
use super::state::StateView;
use super::verify::{Known, NOTHING_KNOWN, check_alone};
use crate::block::{Block, BlockEntry, CompactEntry, transaction_root};
use crate::header::Header;
use crate::limits::{BLOCK_BYTES_MAX, TRANSACTIONS_PER_BLOCK_MAX};
use crate::store::StoreError;

/// A block to vote on, and what did not get into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The block; without transactions if every candidate was dropped.
    pub block: Block,
    /// Candidates left out. Those with [`Reason::BlockFull`] may try the next block, the others never.
    pub dropped: Vec<(TxId, Reason)>,
}

/// Builds the next block from candidates, in their order. Its time is `now`, or just after its parent's if that is
/// later.
///
/// # Errors
/// [`StoreError`] if the state cannot be read.
pub fn propose_block(
    view: &impl StateView,
    genesis: &Genesis,
    candidates: Vec<Transaction>,
    now: UnixMillis,
    proposer: HospitalId,
) -> Result<Proposal, StoreError> {
    propose_block_knowing(view, genesis, candidates, now, proposer, NOTHING_KNOWN)
}

/// Builds the next block without checking the signatures of candidates that are `known`.
///
/// # Errors
/// [`StoreError`] if the state cannot be read.
pub fn propose_block_knowing(
    view: &impl StateView,
    genesis: &Genesis,
    candidates: Vec<Transaction>,
    now: UnixMillis,
    proposer: HospitalId,
    known: Known<'_>,
) -> Result<Proposal, StoreError> {
    view.at_one_head(|view| propose(view, genesis, candidates, now, proposer, known))
}

fn propose(
    view: &dyn StateView,
    genesis: &Genesis,
    candidates: Vec<Transaction>,
    now: UnixMillis,
    proposer: HospitalId,
    known: Known<'_>,
) -> Result<Proposal, StoreError> {
    let head = view.head_header()?;
    let time = now.max(head.time.plus(1));
    let checked: Vec<_> = candidates
        .into_par_iter()
        .map(|transaction| {
            let (encoded, txid) = transaction.encode_with_id();
            let bytes = encoded.len();
            let checked = if known(&txid) {
                transaction.check_epoch(time).map_err(Reason::from)
            } else {
                check_alone(&transaction, bytes, head.network, genesis, time)
            };
            (txid, bytes, transaction, checked)
        })
        .collect();

    let mut overlay = Overlay::new(view);
    let (mut transactions, mut compact, mut dropped, mut bytes_taken) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for (txid, bytes, transaction, checked) in checked {
        let full = transactions.len() == TRANSACTIONS_PER_BLOCK_MAX || bytes_taken + bytes > BLOCK_BYTES_MAX;
        let admitted =
            checked.and_then(|()| if full { Err(Reason::BlockFull) } else { overlay.admit(txid, &transaction) });
        match admitted {
            Ok(()) => {
                bytes_taken += bytes;
                compact.push(CompactEntry { announcement: transaction.announcement(), txid });
                transactions.push(BlockEntry::Full(transaction));
            }
            Err(Reason::Store(error)) => return Err(error),
            Err(reason) => dropped.push((txid, reason)),
        }
    }

    let validators = view.next_validators()?.hash();
    let changed = overlay.into_effects().next_validators;
    let header = Header {
        version: Header::VERSION,
        network: head.network,
        height: head.height.next(),
        previous: head.hash(),
        transaction_root: transaction_root(&compact),
        history_root: view.history()?.root(),
        validators_hash: validators,
        next_validators_hash: changed.map_or(validators, |set| set.hash()),
        time,
        proposer,
    };
    Ok(Proposal { block: Block { header, transactions }, dropped })
}
