//! The person's choices in this profile, as text by name.

use super::{ReadTx, VaultError, WriteTx};

/// The value of a setting, if it was ever chosen.
///
/// # Errors
/// [`VaultError`].
pub fn get(tx: &ReadTx<'_>, key: &str) -> Result<Option<String>, VaultError> {
    tx.first("SELECT value FROM settings WHERE key = ?1", [key], |row| row.get(0))
}

/// Chooses a value.
///
/// # Errors
/// [`VaultError`].
pub fn put(tx: &WriteTx<'_>, key: &str, value: &str) -> Result<(), VaultError> {
    tx.execute("INSERT OR REPLACE INTO settings (key, value) VALUES (?1, ?2)", [key, value]).map(drop)
}

/// Forgets a choice.
///
/// # Errors
/// [`VaultError`].
pub fn remove(tx: &WriteTx<'_>, key: &str) -> Result<(), VaultError> {
    tx.execute("DELETE FROM settings WHERE key = ?1", [key]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::tests::vault;
    use super::*;

    #[test]
    fn the_last_choice_counts() {
        let home = vault();
        home.vault.write(|tx| put(tx, "language", "en").and_then(|()| put(tx, "language", "de"))).unwrap();
        assert_eq!(home.vault.read(|tx| get(tx, "language")).unwrap().as_deref(), Some("de"));
        home.vault.write(|tx| remove(tx, "language")).unwrap();
        assert_eq!(home.vault.read(|tx| get(tx, "language")).unwrap(), None);
    }
}
