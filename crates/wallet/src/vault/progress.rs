//! How far something on its way to the ledger is.

use carekey_protocol::{BlockHeight, TxId, UnixMillis};

use super::columns::Columns;

/// Kept here, handed to a hospital, or in a certified block. Stands in three columns: `_txid`, `_height`, `_time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Kept on this computer; will be sent.
    Saved,
    /// Signed, and given to a hospital at least once.
    Sent {
        /// The transaction.
        txid: TxId,
    },
    /// In a certified block.
    Recorded {
        /// The transaction.
        txid: TxId,
        /// Height of the block.
        height: BlockHeight,
        /// Time of the block.
        time: UnixMillis,
    },
}

impl Progress {
    /// The transaction, once there is one.
    pub fn txid(&self) -> Option<TxId> {
        match self {
            Self::Saved => None,
            Self::Sent { txid } | Self::Recorded { txid, .. } => Some(*txid),
        }
    }

    /// The block, once there is one.
    pub fn height(&self) -> Option<BlockHeight> {
        match self {
            Self::Recorded { height, .. } => Some(*height),
            _ => None,
        }
    }

    pub(crate) fn time(&self) -> Option<UnixMillis> {
        match self {
            Self::Recorded { time, .. } => Some(*time),
            _ => None,
        }
    }

    /// Reads the three columns that start at `index`.
    pub(crate) fn read(row: &Columns<'_>, index: usize) -> rusqlite::Result<Self> {
        Ok(match (row.get(index)?, row.get(index + 1)?, row.get(index + 2)?) {
            (Some(txid), Some(height), Some(time)) => Self::Recorded { txid, height, time },
            (Some(txid), ..) => Self::Sent { txid },
            (None, ..) => Self::Saved,
        })
    }

    /// Reads a state column and the three behind it: nothing begun, or this far.
    pub(crate) fn read_if_begun(row: &Columns<'_>, index: usize) -> rusqlite::Result<Option<Self>> {
        Ok(if row.get(index)? { Some(Self::read(row, index + 1)?) } else { None })
    }
}
