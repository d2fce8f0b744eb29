//! Single structures the wallet keeps: its network, its own certificate, the light client's state.

use borsh::{BorshDeserialize, BorshSerialize};
use rusqlite::params;

use super::columns::encoded;
use super::{ReadTx, VaultError, WriteTx};

/// Names of the structures. What each holds is the business of the module that keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The network file this wallet is pinned to.
    Genesis,
    /// The person's own certificate.
    OwnCertificate,
    /// The pseudonym base key's enrolment: expansion secret and epoch.
    PseudonymSupply,
    /// The light client's state.
    LightClient,
    /// How far a restore has come.
    Restore,
    /// How far the mailbox was read.
    Mailbox,
    /// Hospitals that ever had a vote: one of them without a vote has retired.
    Voted,
    /// Where hospitals were found that the network file does not lead to.
    Addresses,
}

impl Key {
    fn name(self) -> &'static str {
        match self {
            Self::Genesis => "genesis",
            Self::OwnCertificate => "own certificate",
            Self::PseudonymSupply => "pseudonym supply",
            Self::LightClient => "light client",
            Self::Restore => "restore",
            Self::Mailbox => "mailbox",
            Self::Voted => "voted",
            Self::Addresses => "addresses",
        }
    }
}

/// The structure under `key`, if there is one.
///
/// # Errors
/// [`VaultError::Damaged`] if it is of another type.
pub fn get<T: BorshDeserialize>(tx: &ReadTx<'_>, key: Key) -> Result<Option<T>, VaultError> {
    tx.first("SELECT value FROM meta WHERE key = ?1", [key.name()], |row| row.decode(0))
}

/// Puts a structure under `key`, in place of the one before.
///
/// # Errors
/// [`VaultError`].
pub fn put(tx: &WriteTx<'_>, key: Key, value: &impl BorshSerialize) -> Result<(), VaultError> {
    let sql = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)";
    tx.execute(sql, params![key.name(), &**encoded(value)]).map(drop)
}

/// Removes the structure under `key`.
///
/// # Errors
/// [`VaultError`].
pub fn remove(tx: &WriteTx<'_>, key: Key) -> Result<(), VaultError> {
    tx.execute("DELETE FROM meta WHERE key = ?1", [key.name()]).map(drop)
}
