//! The supply of certified pseudonyms, each of which signs one transaction.

use std::ops::RangeInclusive;

use carekey_protocol::pseudonym::PseudonymCertificate;
use rusqlite::params;

use super::columns::{Col, Columns};
use super::{ReadTx, VaultError, WriteTx};

fn read(row: &Columns<'_>) -> rusqlite::Result<PseudonymCertificate> {
    Ok(PseudonymCertificate { index: row.get(0)?, epoch: row.get(1)?, signature: row.get(2)? })
}

/// Adds a batch, verified. One that is known stays as it is, used or not.
///
/// # Errors
/// [`VaultError`].
pub fn add(tx: &WriteTx<'_>, batch: &[PseudonymCertificate]) -> Result<(), VaultError> {
    let sql = "INSERT INTO pseudonyms (idx, epoch, signature, used) VALUES (?1, ?2, ?3, 0) ON CONFLICT DO NOTHING";
    for one in batch {
        tx.execute(sql, params![Col(&one.index), one.epoch, Col(&one.signature)])?;
    }
    Ok(())
}

/// Takes one that no transaction has used, of the oldest of these epochs first. It counts as used from the moment the
/// change is on disk: one that was taken for nothing is lost, one used twice would link two transactions.
///
/// # Errors
/// [`VaultError`].
pub fn take(tx: &WriteTx<'_>, epochs: RangeInclusive<u32>) -> Result<Option<PseudonymCertificate>, VaultError> {
    let sql = "UPDATE pseudonyms SET used = 1 WHERE idx = (SELECT idx FROM pseudonyms WHERE used = 0 \
        AND epoch BETWEEN ?1 AND ?2 ORDER BY epoch, idx LIMIT 1) RETURNING idx, epoch, signature";
    tx.first(sql, [epochs.start(), epochs.end()], read)
}

/// Notes that the ledger has seen this one, for a wallet that was restored.
///
/// # Errors
/// [`VaultError`].
pub fn set_used(tx: &WriteTx<'_>, index: u64) -> Result<(), VaultError> {
    tx.execute("UPDATE pseudonyms SET used = 1 WHERE idx = ?1", [Col(&index)]).map(drop)
}

/// Gives up all that are left: another computer may have used them since.
///
/// # Errors
/// [`VaultError`].
pub fn give_up(tx: &WriteTx<'_>) -> Result<(), VaultError> {
    tx.execute("UPDATE pseudonyms SET used = 1 WHERE used = 0", []).map(drop)
}

/// How many are left in these epochs.
///
/// # Errors
/// [`VaultError`].
pub fn count_unused(tx: &ReadTx<'_>, epochs: RangeInclusive<u32>) -> Result<u64, VaultError> {
    let sql = "SELECT count(*) FROM pseudonyms WHERE used = 0 AND epoch BETWEEN ?1 AND ?2";
    tx.value(sql, [epochs.start(), epochs.end()])
}

/// The index after the highest known.
///
/// # Errors
/// [`VaultError`].
pub fn next_index(tx: &ReadTx<'_>) -> Result<u64, VaultError> {
    tx.value("SELECT coalesce(max(idx) + 1, 0) FROM pseudonyms", [])
}

#[cfg(test)]
mod tests {
    use super::super::tests::{signature, vault};
    use super::*;

    fn batch(indices: RangeInclusive<u64>, epoch: u32) -> Vec<PseudonymCertificate> {
        indices.map(|index| PseudonymCertificate { index, epoch, signature: signature(index as u8) }).collect()
    }

    #[test]
    fn each_is_taken_once_and_the_old_epoch_first() {
        let home = vault();
        home.vault.write(|tx| add(tx, &batch(0..=1, 4)).and_then(|()| add(tx, &batch(2..=3, 5)))).unwrap();
        let take = || home.vault.write(|tx| take(tx, 4..=5)).unwrap().map(|one| (one.index, one.epoch));
        assert_eq!((take(), take(), take()), (Some((0, 4)), Some((1, 4)), Some((2, 5))));
        home.vault.write(|tx| add(tx, &batch(0..=3, 5))).unwrap();
        assert_eq!((take(), take()), (Some((3, 5)), None), "a batch that comes again frees nothing");
        assert_eq!(home.vault.read(next_index).unwrap(), 4);
    }

    #[test]
    fn what_the_ledger_has_seen_and_what_has_run_out_is_not_taken() {
        let home = vault();
        home.vault.write(|tx| add(tx, &batch(0..=2, 4)).and_then(|()| set_used(tx, 0))).unwrap();
        assert_eq!(home.vault.read(|tx| count_unused(tx, 4..=5)).unwrap(), 2);
        assert_eq!(home.vault.read(|tx| count_unused(tx, 5..=6)).unwrap(), 0);
        assert_eq!(home.vault.write(|tx| take(tx, 5..=6)).unwrap(), None);
        assert_eq!(home.vault.write(|tx| take(tx, 3..=4)).unwrap().unwrap().index, 1);
    }

    #[test]
    fn one_taken_in_a_change_that_failed_is_there_again() {
        let home = vault();
        home.vault.write(|tx| add(tx, &batch(0..=0, 4))).unwrap();
        let failed: Result<(), VaultError> = home.vault.write(|tx| {
            take(tx, 4..=4)?;
            Err(VaultError::NotFound { what: "anything" })
        });
        assert!(failed.is_err());
        assert!(home.vault.write(|tx| take(tx, 4..=4)).unwrap().is_some(), "it never left this computer");
    }
}
