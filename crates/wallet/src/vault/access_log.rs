//! Who looked: the hospitals' receipts and the readers' own notices, side by side.

use carekey_protocol::access::Challenge;
use carekey_protocol::receipt::{ReadNotice, Receipt};
use carekey_protocol::{BlockHeight, HospitalId, TxId, UnixMillis};
use rusqlite::params;

use super::columns::{Col, Columns, encoded};
use super::{ReadTx, VaultError, WriteTx};

/// A hospital's word for one access, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    /// The hospital.
    pub hospital: HospitalId,
    /// What it says.
    pub receipt: Receipt,
    /// The transaction it came in.
    pub txid: TxId,
    /// Height of its block.
    pub height: BlockHeight,
}

/// A reader's word for one access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// What it says.
    pub notice: ReadNotice,
    /// When it arrived.
    pub received: UnixMillis,
}

/// One access, as told by one side or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRow {
    /// The hospital.
    pub hospital: HospitalId,
    /// The challenge that was answered: with the hospital, it names the access.
    pub challenge: Challenge,
    /// The hospital's word.
    pub receipt: Option<ReceiptRow>,
    /// The reader's word.
    pub notice: Option<NoticeRow>,
}

fn read(row: &Columns<'_>) -> rusqlite::Result<AccessRow> {
    let hospital = row.get(0)?;
    let receipt = match row.get(2)? {
        Some(txid) => Some(ReceiptRow { hospital, receipt: row.decode(3)?, txid, height: row.get(4)? }),
        None => None,
    };
    let notice = match row.get(5)? {
        Some(received) => Some(NoticeRow { notice: row.decode(6)?, received }),
        None => None,
    };
    Ok(AccessRow { hospital, challenge: Challenge(row.get(1)?), receipt, notice })
}

/// Adds a receipt; one that is known stays as it is. Answers whether it was new.
///
/// # Errors
/// [`VaultError`].
pub fn add_receipt(tx: &WriteTx<'_>, row: &ReceiptRow) -> Result<bool, VaultError> {
    let sql = "INSERT INTO receipts (hospital, challenge, receipt, txid, height, time) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
    let bytes = encoded(&row.receipt);
    let (hospital, challenge) = (Col(&row.hospital), Col(&row.receipt.challenge.0));
    let (txid, height, time) = (Col(&row.txid), Col(&row.height), Col(&row.receipt.time));
    Ok(tx.execute(sql, params![hospital, challenge, &**bytes, txid, height, time])? == 1)
}

/// Adds a reader's notice; one that is known stays as it is. Answers whether it was new.
///
/// # Errors
/// [`VaultError`].
pub fn add_notice(tx: &WriteTx<'_>, row: &NoticeRow) -> Result<bool, VaultError> {
    let sql = "INSERT INTO notices (hospital, challenge, notice, received) VALUES (?1, ?2, ?3, ?4) \
        ON CONFLICT DO NOTHING";
    let bytes = encoded(&row.notice);
    let (hospital, challenge) = (Col(&row.notice.hospital), Col(&row.notice.challenge.0));
    Ok(tx.execute(sql, params![hospital, challenge, &**bytes, Col(&row.received)])? == 1)
}

/// The newest accesses, at most `limit`. By the hospital's clock; by arrival where only the reader has spoken.
///
/// # Errors
/// [`VaultError`].
pub fn list(tx: &ReadTx<'_>, limit: u32) -> Result<Vec<AccessRow>, VaultError> {
    let sql = "SELECT coalesce(r.hospital, n.hospital), coalesce(r.challenge, n.challenge), r.txid, r.receipt, \
        r.height, n.received, n.notice \
        FROM receipts r FULL JOIN notices n ON r.hospital = n.hospital AND r.challenge = n.challenge \
        ORDER BY coalesce(r.time, n.received) DESC LIMIT ?1";
    tx.all(sql, [limit], read)
}

#[cfg(test)]
mod tests {
    use carekey_crypto::Digest;
    use carekey_protocol::{CertificateSerial, Text};

    use super::super::tests::{participant, pass, signature, txid, vault};
    use super::*;

    const NORTH: HospitalId = HospitalId([0, 0, 1]);

    fn receipt(n: u8) -> ReceiptRow {
        let pass = pass(1, 1);
        let receipt = Receipt {
            reader: participant(50).1,
            certificate: CertificateSerial(7),
            terms: pass.terms,
            authorised: pass.authorised,
            item: Some(Digest([n; 32])),
            purpose: Text::truncated("Treatment"),
            challenge: Challenge([n; 32]),
            theta: signature(n),
            time: UnixMillis(n.into()),
            refused: None,
        };
        ReceiptRow { hospital: NORTH, receipt, txid: txid(n), height: BlockHeight(n.into()) }
    }

    fn notice(n: u8) -> NoticeRow {
        let (reader, time) = (participant(50).1, UnixMillis(n.into()));
        let challenge = Challenge([n; 32]);
        NoticeRow { notice: ReadNotice { hospital: NORTH, challenge, reader, item: None, time }, received: time }
    }

    #[test]
    fn both_sides_of_an_access_meet_and_one_sided_ones_show() {
        let home = vault();
        home.vault
            .write(|tx| {
                assert!(add_receipt(tx, &receipt(1))?);
                assert!(!add_receipt(tx, &receipt(1))?, "scanned again");
                assert!(add_receipt(tx, &receipt(2))?);
                assert!(add_notice(tx, &notice(2))?);
                assert!(add_notice(tx, &notice(3))?);
                assert!(!add_notice(tx, &notice(3))?, "fetched again");
                Ok::<_, VaultError>(())
            })
            .unwrap();
        let row = |n, receipt, notice| AccessRow { hospital: NORTH, challenge: Challenge([n; 32]), receipt, notice };
        let expected =
            [row(3, None, Some(notice(3))), row(2, Some(receipt(2)), Some(notice(2))), row(1, Some(receipt(1)), None)];
        assert_eq!(home.vault.read(|tx| list(tx, 10)).unwrap(), expected);
        assert_eq!(home.vault.read(|tx| list(tx, 1)).unwrap(), expected[..1]);
    }
}
