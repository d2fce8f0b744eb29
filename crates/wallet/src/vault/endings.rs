//! Ends of grants the person was reminded of. A decision that is extended ends anew and is reminded of anew.

use std::collections::HashMap;

use carekey_protocol::UnixMillis;
use rusqlite::params;

use super::columns::Col;
use super::{ReadTx, VaultError, WriteTx};

/// Notes that the person was told of this end. Answers whether they had not been before.
///
/// # Errors
/// [`VaultError`].
pub fn tell(tx: &WriteTx<'_>, bundle: u64, not_after: UnixMillis) -> Result<bool, VaultError> {
    let sql = "INSERT INTO endings (bundle, not_after, accepted) VALUES (?1, ?2, 0) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, params![Col(&bundle), Col(&not_after)])? == 1)
}

/// Notes that the person lets it end.
///
/// # Errors
/// [`VaultError`].
pub fn accept(tx: &WriteTx<'_>, bundle: u64, not_after: UnixMillis) -> Result<(), VaultError> {
    let sql = "INSERT OR REPLACE INTO endings (bundle, not_after, accepted) VALUES (?1, ?2, 1)";
    tx.execute(sql, params![Col(&bundle), Col(&not_after)]).map(drop)
}

/// Ends the person was told of, and whether they let it end.
///
/// # Errors
/// [`VaultError`].
pub fn all(tx: &ReadTx<'_>) -> Result<HashMap<(u64, UnixMillis), bool>, VaultError> {
    let sql = "SELECT bundle, not_after, accepted FROM endings";
    Ok(tx.all(sql, [], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::super::tests::vault;
    use super::*;

    #[test]
    fn an_end_is_told_once_and_a_later_one_again() {
        let home = vault();
        let told = |at| home.vault.write(|tx| tell(tx, 7, UnixMillis(at))).unwrap();
        assert_eq!((told(100), told(100), told(200)), (true, false, true));
        home.vault.write(|tx| accept(tx, 7, UnixMillis(100))).unwrap();
        let known = home.vault.read(all).unwrap();
        assert_eq!((known[&(7, UnixMillis(100))], known[&(7, UnixMillis(200))]), (true, false));
        assert!(!told(100), "whoever let it end is not asked again");
    }
}
