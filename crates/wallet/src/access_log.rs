//! Who looked: the hospitals' receipts and the readers' own notices, laid side by side.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::PoisonError;

use carekey_crypto::{Digest, Signature};
use carekey_protocol::access::{Challenge, Refusal};
use carekey_protocol::receipt::{Receipt, ReceiptBatch};
use carekey_protocol::{
    BlockHeight, Certificate, CertificateSerial, HospitalId, ParticipantId, RecordRef, TxId, UnixMillis,
};

use crate::error::WalletError;
use crate::vault::access_log::{self, AccessRow, ReceiptRow};
use crate::vault::{ReadTx, VaultError, WriteTx, deposits, grants, people};
use crate::wallet::Wallet;

/// How many accesses the log goes back.
const ACCESSES_MAX: u32 = 20_000;

/// A reader's notice may be on its way this long before a receipt without one is remarkable: a day.
const NOTICE_PATIENCE_MILLIS: u64 = 24 * 3600 * 1000;

/// A receipt may take this long before a notice without one is remarkable: ten minutes.
const RECEIPT_PATIENCE_MILLIS: u64 = 10 * 60 * 1000;

/// Something about an access that does not add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// The hospital refused it.
    Refused(Refusal),
    /// The reader told of it, the hospital did not.
    NoReceipt,
    /// The hospital told of it, the reader did not.
    NoNotice,
    /// ϑ in the receipt was not made with the reader's certified key.
    ReaderSignatureInvalid,
}

/// One access.
#[derive(Debug, Clone)]
pub struct Access {
    /// The hospital.
    pub hospital: HospitalId,
    /// The challenge that was answered: with the hospital, it names the access.
    pub challenge: Challenge,
    /// Who read.
    pub reader: ParticipantId,
    /// Their certificate, if this wallet has seen it.
    pub certificate: Option<Certificate>,
    /// When: by the hospital's clock if it has told, else by the reader's.
    pub time: UnixMillis,
    /// The reader's stated purpose.
    pub purpose: String,
    /// The record; none for a look at a collection's list.
    pub record: Option<RecordRef>,
    /// The grant that was used.
    pub grant: Option<u64>,
    /// The receipt's transaction and block: the proof.
    pub recorded: Option<(TxId, BlockHeight)>,
    /// The reader's own notice of it has arrived.
    pub told_by_reader: bool,
    /// ϑ, as the receipt shows it; none before the hospital has told.
    pub theta: Option<Signature>,
    /// The hospital's receipt.
    pub receipt: Option<Receipt>,
    /// ϑ was checked against the reader's certificate: they cannot deny it.
    pub proven: bool,
    /// What does not add up.
    pub flags: Vec<Flag>,
}

impl Wallet {
    /// Who looked, the newest first.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn access_log(&self) -> Result<Vec<Access>, WalletError> {
        self.access_log_at(self.now())
    }

    /// As [`access_log`](Self::access_log), at another time: whether something is overdue depends on it.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn access_log_at(&self, now: UnixMillis) -> Result<Vec<Access>, WalletError> {
        let mut checked = self.0.checked_receipts.lock().unwrap_or_else(PoisonError::into_inner);
        self.read(|tx| {
            let records = deposits::references(tx)?;
            let granted: HashMap<Digest, u64> = grants::list(tx)?.iter().map(|row| (row.rho, row.n)).collect();
            let mut certificates = Certificates::default();
            let mut log = Vec::new();
            for row in access_log::list(tx, ACCESSES_MAX)? {
                let Some(reader) = reader(&row) else { continue };
                let certificate = certificates.of(tx, &row, &reader)?;
                let item = row.receipt.as_ref().map_or_else(
                    || row.notice.as_ref().and_then(|row| row.notice.item),
                    |row| row.receipt.item.or(single_record(&row.receipt)),
                );
                let record = item.and_then(|x| records.get(&x).copied());
                let grant = row.receipt.as_ref().and_then(|row| granted.get(&row.receipt.terms.rho).copied());
                let proven = match (&row.receipt, &certificate) {
                    (Some(told), Some(certificate)) => *checked
                        .entry(row.challenge)
                        .or_insert_with(|| told.receipt.verify_theta(&row.hospital, certificate).is_ok()),
                    _ => false,
                };
                log.push(judge(row, reader, certificate, record, grant, proven, now));
            }
            Ok(log)
        })
    }

    /// Fetches the certificates of readers the log does not know yet, for their names and for checking ϑ.
    pub(crate) async fn learn_readers(&self) -> Result<(), WalletError> {
        let unknown = self.access_log()?.into_iter().any(|access| access.certificate.is_none());
        if unknown {
            self.directory().await?;
        }
        Ok(())
    }

    /// Keeps the receipts of one note, if the hospital it names has signed them.
    pub(crate) fn keep_receipts(
        &self,
        tx: &WriteTx<'_>,
        batch: &ReceiptBatch,
        txid: TxId,
        height: BlockHeight,
    ) -> Result<bool, VaultError> {
        let genesis = self.0.remote.genesis();
        let Some(hospital) = genesis.hospitals.iter().find(|known| known.id == batch.hospital) else {
            return Ok(false);
        };
        if batch.verify(self.0.remote.network_id(), &hospital.ledger_key).is_err() {
            tracing::warn!("receipts that their hospital did not sign were ignored");
            return Ok(false);
        }
        let mut new = false;
        for receipt in &batch.receipts {
            let row = ReceiptRow { hospital: batch.hospital, receipt: receipt.clone(), txid, height };
            new |= access_log::add_receipt(tx, &row)?;
        }
        Ok(new)
    }
}

/// Certificates by what accesses name them by, each read once.
#[derive(Default)]
struct Certificates {
    by_serial: HashMap<CertificateSerial, Option<Certificate>>,
    by_id: HashMap<ParticipantId, Option<Certificate>>,
}

impl Certificates {
    fn of(
        &mut self,
        tx: &ReadTx<'_>,
        row: &AccessRow,
        reader: &ParticipantId,
    ) -> Result<Option<Certificate>, VaultError> {
        let known = match &row.receipt {
            Some(told) => match self.by_serial.entry(told.receipt.certificate) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(people::by_serial(tx, told.receipt.certificate)?),
            },
            None => match self.by_id.entry(*reader) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(people::by_id(tx, reader)?),
            },
        };
        Ok(known.clone())
    }
}

fn reader(row: &AccessRow) -> Option<ParticipantId> {
    row.receipt.as_ref().map(|row| row.receipt.reader).or(row.notice.as_ref().map(|row| row.notice.reader))
}

fn single_record(receipt: &carekey_protocol::receipt::Receipt) -> Option<carekey_crypto::Digest> {
    match receipt.terms.target {
        carekey_protocol::pass::Target::Record(x) => Some(x),
        carekey_protocol::pass::Target::Catalogue(_) => None,
    }
}

fn judge(
    row: AccessRow,
    reader: ParticipantId,
    certificate: Option<Certificate>,
    record: Option<RecordRef>,
    grant: Option<u64>,
    proven: bool,
    now: UnixMillis,
) -> Access {
    let older_than = |time: UnixMillis, patience| time.plus(patience) < now;
    let mut flags = Vec::new();
    let (time, purpose, recorded) = match (&row.receipt, &row.notice) {
        (Some(told), notice) => {
            let receipt = &told.receipt;
            flags.extend(receipt.refused.map(Flag::Refused));
            if notice.is_none() && receipt.refused.is_none() && older_than(receipt.time, NOTICE_PATIENCE_MILLIS) {
                flags.push(Flag::NoNotice);
            }
            if certificate.is_some() && !proven && receipt.refused != Some(Refusal::NotFresh) {
                flags.push(Flag::ReaderSignatureInvalid);
            }
            (receipt.time, receipt.purpose.to_string(), Some((told.txid, told.height)))
        }
        (None, Some(notice)) => {
            if older_than(notice.notice.time, RECEIPT_PATIENCE_MILLIS) {
                flags.push(Flag::NoReceipt);
            }
            (notice.notice.time, String::new(), None)
        }
        (None, None) => (UnixMillis(0), String::new(), None),
    };
    Access {
        hospital: row.hospital,
        challenge: row.challenge,
        reader,
        certificate,
        time,
        purpose,
        record,
        grant,
        recorded,
        told_by_reader: row.notice.is_some(),
        theta: row.receipt.as_ref().map(|told| told.receipt.theta),
        receipt: row.receipt.map(|told| told.receipt),
        proven,
        flags,
    }
}
