//! Sealed copies of records that others share: for reading again without a network, for as long as the pass holds.

use carekey_crypto::Digest;
use carekey_protocol::deposit::Escrow;
use carekey_protocol::{RecordRef, UnixMillis};
use rusqlite::params;

use super::columns::{Col, encoded};
use super::{ReadTx, VaultError, WriteTx, shared};

/// A copy. Its key is not here: the pass opens the escrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRow {
    /// The pass it was fetched with.
    pub rho: Digest,
    /// The record.
    pub reference: RecordRef,
    /// Name of the sealed file.
    pub file: String,
    /// Z and K.
    pub escrow: Escrow,
}

/// Keeps a copy.
///
/// # Errors
/// [`VaultError::Conflict`] if the pass is unknown.
pub fn put(tx: &WriteTx<'_>, row: &CopyRow) -> Result<(), VaultError> {
    let sql = "INSERT INTO copies (rho, reference, file, escrow) VALUES (?1, ?2, ?3, ?4) \
        ON CONFLICT (rho, reference) DO UPDATE SET file = excluded.file, escrow = excluded.escrow";
    let escrow = encoded(&row.escrow);
    tx.execute(sql, params![Col(&row.rho), Col(&row.reference), row.file, &**escrow]).map(drop)
}

/// The copy of a record under one pass.
///
/// # Errors
/// [`VaultError`].
pub fn get(tx: &ReadTx<'_>, rho: &Digest, reference: &RecordRef) -> Result<Option<CopyRow>, VaultError> {
    let sql = "SELECT rho, reference, file, escrow FROM copies WHERE rho = ?1 AND reference = ?2";
    tx.first(sql, params![Col(rho), Col(reference)], read)
}

fn read(row: &super::columns::Columns<'_>) -> rusqlite::Result<CopyRow> {
    Ok(CopyRow { rho: row.get(0)?, reference: row.get(1)?, file: row.get(2)?, escrow: row.decode(3)? })
}

/// Forgets copies whose pass was stopped or has ended. Answers with the files that are still wanted.
///
/// # Errors
/// [`VaultError`].
pub fn prune(tx: &WriteTx<'_>, now: UnixMillis) -> Result<Vec<String>, VaultError> {
    for pass in shared::list(tx)? {
        if pass.stopped.is_some() || pass.pass.terms.not_after <= now {
            tx.execute("DELETE FROM copies WHERE rho = ?1", [Col(&pass.pass.terms.rho)])?;
        }
    }
    tx.all("SELECT file FROM copies", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use carekey_protocol::BlockHeight;

    use super::super::tests::{pass, txid, vault};
    use super::*;

    #[test]
    fn a_copy_stays_until_its_pass_is_stopped() {
        let home = vault();
        let row = |rho: u8| CopyRow {
            rho: Digest([rho; 32]),
            reference: RecordRef([1; 16]),
            file: format!("shared-{rho}"),
            escrow: Escrow { z: [1; 32], k: [2; 48] },
        };
        let orphan = home.vault.write(|tx| put(tx, &row(1)));
        assert!(matches!(orphan, Err(VaultError::Conflict { .. })));
        let share = |rho: u8| shared::SharedRow {
            pass: pass(rho, 1),
            txid: txid(rho),
            height: BlockHeight(1),
            time: UnixMillis(1),
            stopped: None,
            unread: false,
        };
        home.vault
            .write(|tx| {
                for rho in [1, 2] {
                    shared::insert(tx, &share(rho))?;
                    put(tx, &row(rho))?;
                }
                shared::set_stopped(tx, &Digest([2; 32]), BlockHeight(9))
            })
            .unwrap();
        assert_eq!(home.vault.write(|tx| prune(tx, UnixMillis(5))).unwrap(), ["shared-1"]);
        let found = |rho| home.vault.read(|tx| get(tx, &Digest([rho; 32]), &RecordRef([1; 16]))).unwrap();
        assert_eq!((found(1), found(2)), (Some(row(1)), None));
        assert!(home.vault.write(|tx| prune(tx, UnixMillis::MAX)).unwrap().is_empty(), "the pass has ended");
    }
}
