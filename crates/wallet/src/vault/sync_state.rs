//! How far the ledger was scanned, and which notes were opened.

use carekey_crypto::Digest;
use carekey_protocol::{BlockHeight, TxId};
use rusqlite::params;

use super::columns::Col;
use super::{ReadTx, VaultError, WriteTx};

/// The highest block that was scanned, and its hash.
///
/// # Errors
/// [`VaultError`].
pub fn scanned(tx: &ReadTx<'_>) -> Result<Option<(BlockHeight, Digest)>, VaultError> {
    let sql = "SELECT height, hash FROM scanned ORDER BY height DESC LIMIT 1";
    tx.first(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// The hash a block had when it was scanned.
///
/// # Errors
/// [`VaultError`].
pub fn scanned_hash(tx: &ReadTx<'_>, height: BlockHeight) -> Result<Option<Digest>, VaultError> {
    tx.first("SELECT hash FROM scanned WHERE height = ?1", [Col(&height)], |row| row.get(0))
}

/// Notes that a block was scanned; in the same change as everything that was found in it.
///
/// # Errors
/// [`VaultError::Conflict`] if that height was scanned with another hash.
pub fn set_scanned(tx: &WriteTx<'_>, height: BlockHeight, hash: &Digest) -> Result<(), VaultError> {
    match scanned_hash(tx, height)? {
        Some(known) if known == *hash => Ok(()),
        Some(_) => Err(VaultError::Conflict { what: format!("block {height} was scanned with another hash") }),
        None => {
            let sql = "INSERT INTO scanned (height, hash) VALUES (?1, ?2)";
            tx.execute(sql, params![Col(&height), Col(hash)]).map(drop)
        }
    }
}

/// Forgets that blocks above `height` were scanned.
///
/// # Errors
/// [`VaultError`].
pub fn rewind(tx: &WriteTx<'_>, height: BlockHeight) -> Result<(), VaultError> {
    tx.execute("DELETE FROM scanned WHERE height > ?1", [Col(&height)]).map(drop)
}

/// Forgets the hashes of blocks below `height`, which nobody will ask for again.
///
/// # Errors
/// [`VaultError`].
pub fn prune(tx: &WriteTx<'_>, height: BlockHeight) -> Result<(), VaultError> {
    tx.execute("DELETE FROM scanned WHERE height < ?1", [Col(&height)]).map(drop)
}

/// Whether the note with commitment `st` counts in transaction `txid`: it does in the first that carried it, also when
/// that one is scanned again, and in no other.
///
/// # Errors
/// [`VaultError`].
pub fn claim_note(tx: &WriteTx<'_>, st: &[u8; 33], txid: &TxId) -> Result<bool, VaultError> {
    let sql = "INSERT INTO seen_notes (st, txid) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    tx.execute(sql, params![Col(st), Col(txid)])?;
    let first: TxId = tx.value("SELECT txid FROM seen_notes WHERE st = ?1", [Col(st)])?;
    Ok(first == *txid)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{txid, vault};
    use super::*;

    #[test]
    fn scanning_goes_on_where_it_was_and_back_where_it_must() {
        let home = vault();
        assert_eq!(home.vault.read(scanned).unwrap(), None);
        let block = |n: u8| (BlockHeight(n.into()), Digest([n; 32]));
        home.vault
            .write(|tx| (1..=5).map(block).try_for_each(|(height, hash)| set_scanned(tx, height, &hash)))
            .unwrap();
        home.vault.write(|tx| set_scanned(tx, BlockHeight(5), &Digest([5; 32]))).unwrap();
        let forked = home.vault.write(|tx| set_scanned(tx, BlockHeight(5), &Digest([6; 32])));
        assert!(matches!(forked, Err(VaultError::Conflict { .. })));
        home.vault.write(|tx| rewind(tx, BlockHeight(3)).and_then(|()| prune(tx, BlockHeight(2)))).unwrap();
        assert_eq!(home.vault.read(scanned).unwrap(), Some(block(3)));
        assert_eq!(home.vault.read(|tx| scanned_hash(tx, BlockHeight(1))).unwrap(), None);
    }

    #[test]
    fn a_copied_note_gives_nothing_and_a_second_look_at_the_first_changes_nothing() {
        let home = vault();
        let st = [2; 33];
        let counts = |n| home.vault.write(|tx| claim_note(tx, &st, &txid(n))).unwrap();
        assert_eq!((counts(1), counts(2), counts(1)), (true, false, true));
    }
}
