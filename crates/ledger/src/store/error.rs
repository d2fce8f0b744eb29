//! What can go wrong with the store itself.

use carekey_protocol::BlockHeight;

use crate::validators::ValidatorSetError;

/// The store cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused: disk full, file locked, file damaged.
    #[error("ledger database: {0}")]
    Sqlite(String),
    /// A row does not hold what it should.
    #[error("ledger database is damaged at block {height}: {what}")]
    Damaged {
        /// The block it belongs to.
        height: BlockHeight,
        /// Which part of it.
        what: &'static str,
    },
    /// The file belongs to another network.
    #[error("ledger database belongs to another network")]
    OtherNetwork,
    /// A later version of the program wrote it.
    #[error("ledger database has format {0}, which this version does not know")]
    Newer(i64),
    /// The network file's hospitals cannot seal blocks.
    #[error("network file: {0}")]
    Genesis(#[from] ValidatorSetError),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error.to_string())
    }
}

pub(crate) fn damaged(height: BlockHeight, what: &'static str) -> StoreError {
    StoreError::Damaged { height, what }
}
