//! Certificates the wallet has verified; which of their holders are contacts, and whom hospitals list.

use std::collections::HashMap;

use carekey_protocol::{Certificate, CertificateSerial, HospitalId, ParticipantId, UnixMillis};
use rusqlite::params;

use super::columns::{Col, encoded};
use super::{ReadTx, VaultError, WriteTx};

/// Keeps a verified certificate.
///
/// # Errors
/// [`VaultError`].
pub fn remember(tx: &WriteTx<'_>, certificate: &Certificate) -> Result<(), VaultError> {
    let sql = "INSERT INTO certificates (serial, participant, valid_from, certificate) VALUES (?1, ?2, ?3, ?4) \
        ON CONFLICT (serial) DO UPDATE SET certificate = excluded.certificate";
    let body = &certificate.body;
    let bytes = encoded(certificate);
    tx.execute(sql, params![Col(&body.serial), Col(&body.id), Col(&body.valid_from), &**bytes]).map(drop)
}

/// The certificate with a number.
///
/// # Errors
/// [`VaultError`].
pub fn by_serial(tx: &ReadTx<'_>, serial: CertificateSerial) -> Result<Option<Certificate>, VaultError> {
    tx.first("SELECT certificate FROM certificates WHERE serial = ?1", [Col(&serial)], |row| row.decode(0))
}

/// A participant's newest certificate.
///
/// # Errors
/// [`VaultError`].
pub fn by_id(tx: &ReadTx<'_>, participant: &ParticipantId) -> Result<Option<Certificate>, VaultError> {
    let sql = "SELECT certificate FROM certificates WHERE participant = ?1 ORDER BY valid_from DESC, serial DESC";
    tx.first(sql, [Col(participant)], |row| row.decode(0))
}

/// Makes the holder of a verified certificate a contact. Answers whether they were none before.
///
/// # Errors
/// [`VaultError`].
pub fn add_contact(tx: &WriteTx<'_>, certificate: &Certificate, now: UnixMillis) -> Result<bool, VaultError> {
    remember(tx, certificate)?;
    let sql = "INSERT INTO contacts (participant, added) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, params![Col(&certificate.body.id), Col(&now)])? == 1)
}

/// Forgets a contact; the certificate stays for what it has signed.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn remove_contact(tx: &WriteTx<'_>, participant: &ParticipantId) -> Result<(), VaultError> {
    tx.update("contact", "DELETE FROM contacts WHERE participant = ?1", [Col(participant)])
}

/// The contacts' newest certificates, in the order they were added.
///
/// # Errors
/// [`VaultError`].
pub fn contacts(tx: &ReadTx<'_>) -> Result<Vec<Certificate>, VaultError> {
    let sql = "SELECT certificate FROM contacts JOIN certificates c USING (participant) WHERE c.serial = \
        (SELECT serial FROM certificates d WHERE d.participant = contacts.participant \
         ORDER BY valid_from DESC, serial DESC LIMIT 1) ORDER BY added, participant";
    tx.all(sql, [], |row| row.decode(0))
}

/// What the person calls somebody; none to call them by their certified name again.
///
/// # Errors
/// [`VaultError`].
pub fn set_nickname(tx: &WriteTx<'_>, participant: &ParticipantId, nickname: Option<&str>) -> Result<(), VaultError> {
    match nickname {
        Some(nickname) => {
            let sql = "INSERT OR REPLACE INTO nicknames (participant, nickname) VALUES (?1, ?2)";
            tx.execute(sql, params![Col(participant), nickname]).map(drop)
        }
        None => tx.execute("DELETE FROM nicknames WHERE participant = ?1", [Col(participant)]).map(drop),
    }
}

/// What the person calls others.
///
/// # Errors
/// [`VaultError`].
pub fn nicknames(tx: &ReadTx<'_>) -> Result<HashMap<ParticipantId, String>, VaultError> {
    let rows = tx.all("SELECT participant, nickname FROM nicknames", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.into_iter().collect())
}

/// Whether a participant is a contact.
///
/// # Errors
/// [`VaultError`].
pub fn is_contact(tx: &ReadTx<'_>, participant: &ParticipantId) -> Result<bool, VaultError> {
    tx.value("SELECT EXISTS (SELECT 1 FROM contacts WHERE participant = ?1)", [Col(participant)])
}

/// Puts what a hospital lists today, verified, in place of what it listed before.
///
/// # Errors
/// [`VaultError`].
pub fn replace_directory(
    tx: &WriteTx<'_>,
    hospital: HospitalId,
    certificates: &[Certificate],
) -> Result<(), VaultError> {
    tx.execute("DELETE FROM directory WHERE hospital = ?1", [Col(&hospital)])?;
    for certificate in certificates {
        remember(tx, certificate)?;
        let sql = "INSERT OR IGNORE INTO directory (hospital, serial) VALUES (?1, ?2)";
        tx.execute(sql, params![Col(&hospital), Col(&certificate.body.serial)])?;
    }
    Ok(())
}

/// Everybody whom hospitals list.
///
/// # Errors
/// [`VaultError`].
pub fn directory(tx: &ReadTx<'_>) -> Result<Vec<Certificate>, VaultError> {
    let sql = "SELECT certificate FROM certificates WHERE serial IN (SELECT serial FROM directory) ORDER BY serial";
    tx.all(sql, [], |row| row.decode(0))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{certificate, participant, vault};
    use super::*;

    #[test]
    fn the_newest_certificate_speaks_for_a_person_and_old_ones_stay_for_what_they_signed() {
        let home = vault();
        let (old, new) = (certificate(1, 5, "Dr Haddad", 100), certificate(2, 5, "Prof Haddad", 200));
        home.vault.write(|tx| remember(tx, &new).and_then(|()| remember(tx, &old))).unwrap();
        assert_eq!(home.vault.read(|tx| by_id(tx, &old.body.id)).unwrap(), Some(new.clone()));
        assert_eq!(home.vault.read(|tx| by_serial(tx, CertificateSerial(1))).unwrap(), Some(old.clone()));
        assert!(home.vault.write(|tx| add_contact(tx, &old, UnixMillis(1))).unwrap());
        assert!(!home.vault.write(|tx| add_contact(tx, &old, UnixMillis(2))).unwrap());
        assert_eq!(home.vault.read(contacts).unwrap(), std::slice::from_ref(&new));
        assert!(home.vault.read(|tx| is_contact(tx, &new.body.id)).unwrap());
        assert!(!home.vault.read(|tx| is_contact(tx, &participant(6).1)).unwrap());
        home.vault.write(|tx| set_nickname(tx, &new.body.id, Some("Amir"))).unwrap();
        home.vault.write(|tx| remove_contact(tx, &new.body.id)).unwrap();
        assert_eq!(home.vault.read(nicknames).unwrap()[&new.body.id], "Amir", "a name is given to anybody");
        home.vault.write(|tx| set_nickname(tx, &new.body.id, None)).unwrap();
        assert!(home.vault.read(nicknames).unwrap().is_empty());
        assert_eq!(home.vault.read(contacts).unwrap(), []);
        assert!(home.vault.read(|tx| by_serial(tx, CertificateSerial(1))).unwrap().is_some());
    }

    #[test]
    fn a_hospitals_list_is_replaced_as_a_whole() {
        let home = vault();
        let [a, b, c] = [1, 2, 3].map(|n| certificate(n, n, "Dr", 0));
        let (north, south) = (HospitalId([0, 0, 1]), HospitalId([0, 0, 2]));
        home.vault
            .write(|tx| {
                replace_directory(tx, north, &[a.clone(), b.clone()])?;
                replace_directory(tx, south, std::slice::from_ref(&b))?;
                replace_directory(tx, north, std::slice::from_ref(&c))
            })
            .unwrap();
        assert_eq!(home.vault.read(directory).unwrap(), [b, c]);
        assert_eq!(home.vault.read(|tx| by_id(tx, &a.body.id)).unwrap(), Some(a), "no longer listed, still known");
    }
}
