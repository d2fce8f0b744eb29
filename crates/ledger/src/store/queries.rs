//! Questions to the database. Those that end in `_before` see the state as it was before the block of that height.

use carekey_crypto::{Digest, Mmr, PublicKey};
use carekey_protocol::transaction::PublicAnnouncement;
use carekey_protocol::{BlockHeight, CertificateSerial, HospitalId, HospitalRegistration, Transaction, TxId, decode};
use rusqlite::{Connection, OptionalExtension, Params, Row, Statement, StatementStatus, params};

use super::error::{StoreError, damaged};
use super::write::PseudonymColumn;
use crate::block::{BlockEntry, CompactEntry, PrunedAnchor};
use crate::header::Header;
use crate::rules::state::AnchorState;
use crate::vote::{CertifiedHeader, QuorumCertificate};

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// The block.
    pub height: BlockHeight,
    /// Its position there, from 0.
    pub index: u64,
}

/// An erasure that the ledger ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// The anchor whose record is to be deleted.
    pub anchor: TxId,
    /// The erasure commitment that was opened; hospitals find the record by it.
    pub commitment: Digest,
    /// The block that ordered it.
    pub height: BlockHeight,
}

/// Heights as SQLite keeps them.
pub(super) fn sql(height: BlockHeight) -> i64 {
    // Heights are assigned one by one; 2^63 is out of reach. A request for more finds nothing.
    i64::try_from(height.0).unwrap_or(i64::MAX)
}

pub(super) fn height(value: i64) -> BlockHeight {
    BlockHeight(value.cast_unsigned())
}

fn one<T>(
    db: &Connection,
    query: &str,
    params: impl Params,
    get: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>, StoreError> {
    let mut statement = db.prepare_cached(query)?;
    let found = statement.query_row(params, get).optional()?;
    assert_finds(&statement, query);
    Ok(found)
}

fn exists(db: &Connection, query: &str, params: impl Params) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached(query)?;
    let found = statement.exists(params)?;
    assert_finds(&statement, query);
    Ok(found)
}

pub(super) fn all<T>(
    db: &Connection,
    query: &str,
    params: impl Params,
    get: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = db.prepare_cached(query)?;
    let found = statement.query_map(params, get)?.collect::<Result<_, _>>()?;
    assert_finds(&statement, query);
    Ok(found)
}

/// No question gets slower with the chain: each finds its rows by an index. Hospitals are few.
fn assert_finds(statement: &Statement<'_>, query: &str) {
    let walked = || statement.get_status(StatementStatus::FullscanStep) + statement.get_status(StatementStatus::Sort);
    debug_assert!(query.contains("FROM hospitals") || walked() == 0, "walks a table: {query}");
}

pub(super) fn head_height(db: &Connection) -> Result<BlockHeight, StoreError> {
    let found = one(db, "SELECT height FROM blocks ORDER BY height DESC LIMIT 1", [], |row| row.get(0))?;
    found.map(height).ok_or(damaged(BlockHeight(0), "no genesis block"))
}

pub(super) fn hash(db: &Connection, at: BlockHeight) -> Result<Option<Digest>, StoreError> {
    one(db, "SELECT hash FROM blocks WHERE height = ?", [sql(at)], |row| row.get(0).map(Digest))
}

pub(super) fn certified_header(db: &Connection, at: BlockHeight) -> Result<Option<CertifiedHeader>, StoreError> {
    let query = "SELECT header, certificate FROM blocks WHERE height = ?";
    let row = one(db, query, [sql(at)], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let Some((header, certificate)) = row else { return Ok(None) };
    let header: Header = decode(&header).map_err(|_| damaged(at, "header"))?;
    let certificate: QuorumCertificate = decode(&certificate).map_err(|_| damaged(at, "certificate"))?;
    if header.height != at {
        return Err(damaged(at, "header"));
    }
    Ok(Some(CertifiedHeader { header, certificate }))
}

pub(super) fn header(db: &Connection, at: BlockHeight) -> Result<Option<Header>, StoreError> {
    Ok(certified_header(db, at)?.map(|certified| certified.header))
}

fn announcement(bytes: &[u8], at: BlockHeight) -> Result<PublicAnnouncement, StoreError> {
    decode(bytes).map_err(|_| damaged(at, "announcement"))
}

pub(super) fn entries(db: &Connection, at: BlockHeight) -> Result<Vec<BlockEntry>, StoreError> {
    let query = "SELECT txid, announcement, body, pseudonym FROM entries WHERE height = ? ORDER BY position";
    let rows = all(db, query, [sql(at)], |row| {
        let (body, pseudonym) = (row.get::<_, Option<Vec<u8>>>(2)?, row.get::<_, Option<Vec<u8>>>(3)?);
        Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, body, pseudonym))
    })?;
    let entry = |(txid, public, body, pseudonym): (_, Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>)| match body {
        Some(body) => Ok(BlockEntry::Full(decode(&body).map_err(|_| damaged(at, "transaction"))?)),
        None => {
            let (pseudonym, epoch, certificate): PseudonymColumn =
                decode(&pseudonym.unwrap_or_default()).map_err(|_| damaged(at, "pseudonym of an erased anchor"))?;
            let (announcement, txid) = (announcement(&public, at)?, TxId(Digest(txid)));
            Ok(BlockEntry::Pruned(PrunedAnchor { announcement, txid, pseudonym, epoch, certificate }))
        }
    };
    rows.into_iter().map(entry).collect()
}

pub(super) fn compact_entries(db: &Connection, at: BlockHeight) -> Result<Vec<CompactEntry>, StoreError> {
    let query = "SELECT txid, announcement FROM entries WHERE height = ? ORDER BY position";
    let rows = all(db, query, [sql(at)], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let entry = |(txid, public): (_, Vec<u8>)| {
        Ok(CompactEntry { announcement: announcement(&public, at)?, txid: TxId(Digest(txid)) })
    };
    rows.into_iter().map(entry).collect()
}

pub(super) fn location(db: &Connection, txid: &TxId) -> Result<Option<Location>, StoreError> {
    one(db, "SELECT height, position FROM entries WHERE txid = ?", [txid.0.0], |row| {
        Ok(Location { height: height(row.get(0)?), index: row.get::<_, i64>(1)?.cast_unsigned() })
    })
}

pub(super) fn transaction(db: &Connection, txid: &TxId) -> Result<Option<Transaction>, StoreError> {
    let query = "SELECT height, body FROM entries WHERE txid = ? AND body IS NOT NULL";
    let row = one(db, query, [txid.0.0], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let Some((at, body)) = row else { return Ok(None) };
    let transaction: Transaction = decode(&body).map_err(|_| damaged(height(at), "transaction"))?;
    if transaction.id() != *txid {
        return Err(damaged(height(at), "transaction"));
    }
    Ok(Some(transaction))
}

pub(super) fn has_transaction_before(db: &Connection, txid: &TxId, next: BlockHeight) -> Result<bool, StoreError> {
    exists(db, "SELECT 1 FROM entries WHERE txid = ? AND height < ?", params![txid.0.0, sql(next)])
}

pub(super) fn pseudonym_used_before(db: &Connection, key: &PublicKey, next: BlockHeight) -> Result<bool, StoreError> {
    exists(db, "SELECT 1 FROM pseudonyms WHERE key = ? AND height < ?", params![key.as_bytes(), sql(next)])
}

pub(super) fn revoked_before(
    db: &Connection,
    rho: &Digest,
    next: BlockHeight,
) -> Result<Option<BlockHeight>, StoreError> {
    let query = "SELECT height FROM revocations WHERE rho = ? AND height < ?";
    Ok(one(db, query, params![rho.0, sql(next)], |row| row.get(0))?.map(height))
}

pub(super) fn certificate_revoked_before(
    db: &Connection,
    serial: CertificateSerial,
    next: BlockHeight,
) -> Result<Option<BlockHeight>, StoreError> {
    let query = "SELECT height FROM certificates WHERE serial = ? AND height < ?";
    Ok(one(db, query, params![serial.0.to_be_bytes(), sql(next)], |row| row.get(0))?.map(height))
}

pub(super) fn anchor_before(
    db: &Connection,
    txid: &TxId,
    next: BlockHeight,
) -> Result<Option<AnchorState>, StoreError> {
    let query = "SELECT height, erasure, erased FROM anchors WHERE txid = ? AND height < ?";
    let found = one(db, query, params![txid.0.0, sql(next)], |row| {
        let erasure = row.get::<_, Option<[u8; 32]>>(1)?.map(Digest);
        Ok(AnchorState { height: height(row.get(0)?), erasure, erased: row.get::<_, Option<_>>(2)?.map(height) })
    })?;
    Ok(found.map(|state| AnchorState { erased: state.erased.filter(|erased| *erased < next), ..state }))
}

pub(super) fn erased_after(db: &Connection, after: BlockHeight) -> Result<Vec<Erasure>, StoreError> {
    let query = "SELECT txid, erasure, erased FROM anchors WHERE erased > ? ORDER BY erased, txid";
    all(db, query, [sql(after)], |row| {
        let (anchor, commitment) = (TxId(Digest(row.get(0)?)), Digest(row.get(1)?));
        Ok(Erasure { anchor, commitment, height: height(row.get(2)?) })
    })
}

pub(super) fn registry_sequence_before(db: &Connection, next: BlockHeight) -> Result<u64, StoreError> {
    let query = "SELECT sequence FROM registry WHERE height < ? ORDER BY height DESC, sequence DESC LIMIT 1";
    Ok(one(db, query, [sql(next)], |row| row.get(0))?.map_or(0, i64::cast_unsigned))
}

/// Registrations in force, ascending by hospital.
pub(super) fn hospitals_before(db: &Connection, next: BlockHeight) -> Result<Vec<HospitalRegistration>, StoreError> {
    let query = "SELECT height, registration, max(ordinal) FROM hospitals WHERE height < ? GROUP BY hospital";
    let rows = all(db, query, [sql(next)], registration_row)?;
    rows.into_iter().map(registration).collect()
}

/// One hospital's registration in force.
pub(super) fn hospital(db: &Connection, id: HospitalId) -> Result<Option<HospitalRegistration>, StoreError> {
    let query = "SELECT height, registration FROM hospitals WHERE hospital = ? ORDER BY ordinal DESC LIMIT 1";
    one(db, query, [id.0], registration_row)?.map(registration).transpose()
}

fn registration_row(row: &Row<'_>) -> rusqlite::Result<(i64, Vec<u8>)> {
    Ok((row.get(0)?, row.get(1)?))
}

fn registration((at, bytes): (i64, Vec<u8>)) -> Result<HospitalRegistration, StoreError> {
    decode(&bytes).map_err(|_| damaged(height(at), "hospital registration"))
}

/// The mountain range over the headers below `next`.
pub(super) fn history_before(db: &Connection, next: BlockHeight) -> Result<Mmr, StoreError> {
    Mmr::restore(next.0, |level, index| history_node(db, level, index, next))
}

pub(super) fn history_node(
    db: &Connection,
    level: u32,
    index: u64,
    for_block: BlockHeight,
) -> Result<Digest, StoreError> {
    let query = "SELECT digest FROM history WHERE level = ? AND position = ?";
    let found = one(db, query, params![level, index.cast_signed()], |row| row.get(0).map(Digest))?;
    found.ok_or(damaged(for_block, "history node missing"))
}
