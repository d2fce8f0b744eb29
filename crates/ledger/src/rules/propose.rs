//! Making the next block.

use carekey_protocol::{Genesis, HospitalId, Transaction, TxId, UnixMillis, encode};
use rayon::prelude::*;

use super::effects::Overlay;
use super::reason::Reason;
use super::state::StateView;
use super::verify::check_alone;
use crate::block::{Block, BlockEntry, transaction_root};
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
    let head = view.head_header()?;
    let time = now.max(head.time.plus(1));
    let checked: Vec<_> = candidates
        .into_par_iter()
        .map(|transaction| {
            let checked = check_alone(&transaction, genesis, time);
            (transaction.id(), encode(&transaction).len(), transaction, checked)
        })
        .collect();

    let mut overlay = Overlay::new(view)?;
    let (mut transactions, mut dropped, mut bytes_taken) = (Vec::new(), Vec::new(), 0);
    for (txid, bytes, transaction, checked) in checked {
        let full = transactions.len() == TRANSACTIONS_PER_BLOCK_MAX || bytes_taken + bytes > BLOCK_BYTES_MAX;
        let admitted =
            checked.and_then(|txid| if full { Err(Reason::BlockFull) } else { overlay.admit(txid, &transaction) });
        match admitted {
            Ok(()) => {
                bytes_taken += bytes;
                transactions.push(BlockEntry::Full(transaction));
            }
            Err(Reason::Store(error)) => return Err(error),
            Err(reason) => dropped.push((txid, reason)),
        }
    }

    let compact: Vec<_> = transactions.iter().map(BlockEntry::compact).collect();
    let header = Header {
        version: Header::VERSION,
        network: genesis.network_id(),
        height: head.height.next(),
        previous: head.hash(),
        transaction_root: transaction_root(&compact),
        history_root: view.history()?.root(),
        validators_hash: view.next_validators()?.hash(),
        next_validators_hash: overlay.into_effects().next_validators.hash(),
        time,
        proposer,
    };
    Ok(Proposal { block: Block { header, transactions }, dropped })
}
