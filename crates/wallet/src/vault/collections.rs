//! The current epoch of each collection, and the catalogues that were opened for it.

use carekey_protocol::{Collection, HospitalId};
use rusqlite::params;

use super::columns::Col;
use super::{ReadTx, VaultError, WriteTx};

/// The collection's current epoch; 0 before anybody was ever shut out of it.
///
/// # Errors
/// [`VaultError`].
pub fn epoch(tx: &ReadTx<'_>, collection: Collection) -> Result<u32, VaultError> {
    let epoch =
        tx.first("SELECT epoch FROM collections WHERE collection = ?1", [Col(&collection)], |row| row.get(0))?;
    Ok(epoch.unwrap_or(0))
}

/// Moves the collection to `epoch`, or leaves it where it is if it is further: an epoch that ended never returns.
///
/// # Errors
/// [`VaultError`].
pub fn advance(tx: &WriteTx<'_>, collection: Collection, epoch: u32) -> Result<(), VaultError> {
    let sql = "INSERT INTO collections (collection, epoch) VALUES (?1, ?2) \
        ON CONFLICT (collection) DO UPDATE SET epoch = max(epoch, excluded.epoch)";
    tx.execute(sql, params![Col(&collection), epoch]).map(drop)
}

/// The hospitals where a catalogue of that epoch is open.
///
/// # Errors
/// [`VaultError`].
pub fn catalogues(tx: &ReadTx<'_>, collection: Collection, epoch: u32) -> Result<Vec<HospitalId>, VaultError> {
    let sql = "SELECT hospital FROM catalogues WHERE collection = ?1 AND epoch = ?2 ORDER BY hospital";
    tx.all(sql, params![Col(&collection), epoch], |row| row.get(0))
}

/// Every open catalogue: collection, epoch, hospital.
///
/// # Errors
/// [`VaultError`].
pub fn all_catalogues(tx: &ReadTx<'_>) -> Result<Vec<(Collection, u32, HospitalId)>, VaultError> {
    let sql = "SELECT collection, epoch, hospital FROM catalogues ORDER BY collection, epoch, hospital";
    tx.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// Notes that a hospital has opened a catalogue.
///
/// # Errors
/// [`VaultError`].
pub fn catalogue_opened(
    tx: &WriteTx<'_>,
    collection: Collection,
    epoch: u32,
    hospital: HospitalId,
) -> Result<(), VaultError> {
    let sql = "INSERT OR IGNORE INTO catalogues (collection, epoch, hospital) VALUES (?1, ?2, ?3)";
    tx.execute(sql, params![Col(&collection), epoch, Col(&hospital)]).map(drop)
}

/// Notes that a hospital has closed a catalogue.
///
/// # Errors
/// [`VaultError`].
pub fn catalogue_closed(
    tx: &WriteTx<'_>,
    collection: Collection,
    epoch: u32,
    hospital: HospitalId,
) -> Result<(), VaultError> {
    let sql = "DELETE FROM catalogues WHERE collection = ?1 AND epoch = ?2 AND hospital = ?3";
    tx.execute(sql, params![Col(&collection), epoch, Col(&hospital)]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::tests::vault;
    use super::*;

    #[test]
    fn an_epoch_never_goes_back() {
        let home = vault();
        let now = || home.vault.read(|tx| epoch(tx, Collection::Heart)).unwrap();
        assert_eq!(now(), 0);
        for (to, then) in [(2, 2), (1, 2), (3, 3)] {
            home.vault.write(|tx| advance(tx, Collection::Heart, to)).unwrap();
            assert_eq!(now(), then);
        }
        assert_eq!(home.vault.read(|tx| epoch(tx, Collection::Devices)).unwrap(), 0);
    }

    #[test]
    fn catalogues_open_and_close_per_hospital() {
        let home = vault();
        let (north, south) = (HospitalId([0, 0, 1]), HospitalId([0, 0, 2]));
        home.vault
            .write(|tx| {
                catalogue_opened(tx, Collection::Heart, 1, south)?;
                catalogue_opened(tx, Collection::Heart, 1, north)?;
                catalogue_opened(tx, Collection::Heart, 1, north)?;
                assert_eq!(catalogues(tx, Collection::Heart, 1)?, [north, south]);
                catalogue_closed(tx, Collection::Heart, 1, north)?;
                assert_eq!(all_catalogues(tx)?, [(Collection::Heart, 1, south)]);
                Ok::<_, VaultError>(())
            })
            .unwrap();
    }
}
