//! Checking a whole chain, and every row that was derived from it.

use carekey_crypto::{Digest, Mmr};
use carekey_protocol::transaction::BodyKind;
use carekey_protocol::{BlockHeight, CertificateSerial, Genesis, TxId, UnixMillis, encode};
use rusqlite::types::FromSql;
use rusqlite::{Connection, params};

use super::error::StoreError;
use super::queries::{self, all, sql};
use super::reader::Reader;
use super::view::Before;
use crate::block::{Block, BlockEntry};
use crate::header::Header;
use crate::rules::verify::{BlockError, VerifiedBlock, verify_certified_block};
use crate::vote::CertifiedHeader;

/// A chain that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainReport {
    /// Its last block.
    pub head: BlockHeight,
    /// That block's hash.
    pub hash: Digest,
    /// Transactions checked.
    pub transactions: u64,
    /// Anchors whose body was pruned.
    pub pruned: u64,
}

/// The first thing wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("block {height}: {what}")]
pub struct ChainFault {
    /// The block where it shows.
    pub height: BlockHeight,
    /// What it is.
    pub what: Fault,
}

/// What can be wrong with a chain in a store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// SQLite finds its own structures damaged.
    #[error("database file is damaged: {0}")]
    File(String),
    /// The file belongs to another network, or its genesis block was changed.
    #[error("genesis is not that of the network file")]
    Genesis,
    /// The block is missing or cannot be read.
    #[error("{0}")]
    Unreadable(#[from] StoreError),
    /// The stored hash is not that of the header.
    #[error("stored hash is not that of the header")]
    Hash,
    /// The block breaks a rule.
    #[error("{0}")]
    Block(#[from] BlockError),
    /// A stored transaction is not the one at its position.
    #[error("stored transaction {0} is not the one of the block")]
    Entry(usize),
    /// The body of an anchor is missing though nobody erased it.
    #[error("body of anchor {0} is missing, yet it was not erased")]
    BodyMissing(TxId),
    /// The body of an erased anchor is still there.
    #[error("body of erased anchor {0} is still there")]
    BodyRemains(TxId),
    /// Rows derived from the block are not what the block says.
    #[error("table {0} does not hold what the block says")]
    Rows(&'static str),
    /// Rows that belong to no block.
    #[error("table {0} holds rows of no block")]
    Stray(&'static str),
}

/// Checks everything from genesis: headers, certificates, transactions, rules, and each row derived from them.
/// `progress` is told each height and the head's.
///
/// # Errors
/// [`ChainFault`]: the first thing wrong.
pub fn verify_chain(
    reader: &Reader,
    genesis: &Genesis,
    mut progress: impl FnMut(BlockHeight, BlockHeight),
) -> Result<ChainReport, ChainFault> {
    let mut at = BlockHeight(0);
    // One read transaction: blocks appended meanwhile are left to the next check.
    let checked = reader.read(|db| Ok(check(db, genesis, &mut at, &mut progress)));
    match checked {
        Ok(Ok(report)) => Ok(report),
        Ok(Err(what)) => Err(ChainFault { height: at, what }),
        Err(error) => Err(ChainFault { height: at, what: error.into() }),
    }
}

pub(super) fn check(
    db: &Connection,
    genesis: &Genesis,
    at: &mut BlockHeight,
    progress: &mut impl FnMut(BlockHeight, BlockHeight),
) -> Result<ChainReport, Fault> {
    check_file(db)?;
    let head = queries::head_height(db)?;
    let mut report = ChainReport { head, hash: check_genesis(db, genesis)?, transactions: 0, pruned: 0 };
    let mut history = Mmr::new();
    check_history(db, BlockHeight(0), &mut history, &report.hash)?;
    progress(*at, head);
    while *at < head {
        *at = at.next();
        let verified = check_block(db, genesis, *at)?;
        check_rows(db, &verified)?;
        check_history(db, *at, &mut history, &verified.hash)?;
        let entries = &verified.block.transactions;
        report.hash = verified.hash;
        report.transactions += entries.len() as u64;
        report.pruned += entries.iter().filter(|entry| entry.transaction().is_none()).count() as u64;
        progress(*at, head);
    }
    check_strays(db, head)?;
    Ok(report)
}

fn check_file(db: &Connection) -> Result<(), Fault> {
    let lines: Result<Vec<String>, _> = all(db, "PRAGMA integrity_check(1)", [], |row| row.get(0));
    match lines {
        Ok(lines) if lines == ["ok"] => Ok(()),
        Ok(lines) => Err(Fault::File(lines.join("; "))),
        Err(error) => Err(Fault::File(error.to_string())),
    }
}

fn check_genesis(db: &Connection, genesis: &Genesis) -> Result<Digest, Fault> {
    let start = BlockHeight(0);
    let expected = Header::genesis(genesis).map_err(StoreError::Genesis)?;
    let stored = queries::certified_header(db, start)?.ok_or(Fault::Genesis)?;
    let file = all(db, "SELECT file FROM network", [], |row| row.get::<_, Vec<u8>>(0))?;
    let unsigned = crate::QuorumCertificate::from_votes(&expected, 0, Vec::new());
    if file != [encode(genesis)] || stored != (CertifiedHeader { header: expected, certificate: unsigned }) {
        return Err(Fault::Genesis);
    }
    check_hash(db, &stored.header)?;
    let hospitals: Vec<_> = genesis.hospitals.iter().map(|one| (one.id.0.to_vec(), encode(one))).collect();
    check_hospitals(db, start, &hospitals)?;
    Ok(stored.header.hash())
}

fn check_hash(db: &Connection, header: &Header) -> Result<(), Fault> {
    let query = "SELECT hash, set_change FROM blocks WHERE height = ?";
    let row = all(db, query, [sql(header.height)], |row| Ok((row.get(0).map(Digest)?, row.get::<_, i64>(1)?)))?;
    let expected = (header.hash(), i64::from(header.changes_validators()));
    if row == [expected] { Ok(()) } else { Err(Fault::Hash) }
}

fn check_block(db: &Connection, genesis: &Genesis, at: BlockHeight) -> Result<VerifiedBlock, Fault> {
    let missing = super::error::damaged(at, "block is missing");
    let CertifiedHeader { header, certificate } = queries::certified_header(db, at)?.ok_or(missing)?;
    check_hash(db, &header)?;
    let block = Block { header, transactions: queries::entries(db, at)? };
    // Whether its time was plausible when it came can no longer be told.
    let verified = verify_certified_block(&Before::new(db, at), genesis, block, &certificate, UnixMillis::MAX)?;

    let query = "SELECT position, txid, announcement, (body IS NULL) <> (pseudonym IS NULL) FROM entries
                 WHERE height = ? ORDER BY position";
    let rows = all(db, query, [sql(at)], |row| {
        Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?, row.get::<_, bool>(3)?))
    })?;
    for (index, (row, entry)) in rows.iter().zip(&verified.compact).enumerate() {
        if *row != (index as i64, entry.txid.0.0, encode(&entry.announcement), true) {
            return Err(Fault::Entry(index));
        }
    }
    Ok(verified)
}

/// Compares every row that stands under this height with what the block says.
fn check_rows(db: &Connection, verified: &VerifiedBlock) -> Result<(), Fault> {
    let (at, effects) = (verified.block.header.height, &verified.effects);
    let keys = effects.pseudonyms.iter().map(|key| key.as_bytes().to_vec());
    check_set(db, at, "pseudonyms", "SELECT key FROM pseudonyms WHERE height = ?", keys.collect())?;
    let rhos = effects.revocations.iter().map(|rho| rho.0.to_vec());
    check_set(db, at, "revocations", "SELECT rho FROM revocations WHERE height = ?", rhos.collect())?;
    let serials = effects.certificates.iter().map(|CertificateSerial(serial)| serial.to_be_bytes().to_vec());
    check_set(db, at, "certificates", "SELECT serial FROM certificates WHERE height = ?", serials.collect())?;
    let anchors = effects.anchors.iter().map(|(txid, _)| txid.0.0.to_vec());
    check_set(db, at, "anchors", "SELECT txid FROM anchors WHERE height = ?", anchors.collect())?;
    let erased = effects.erasures.iter().map(|(txid, opened)| [txid.0.0, opened.0].concat());
    let query = "SELECT CAST(txid || erasure AS BLOB) FROM anchors WHERE erased = ?";
    check_set(db, at, "anchors", query, erased.collect())?;

    let hospitals: Vec<_> = effects.hospitals.iter().map(|one| (one.id.0.to_vec(), encode(one))).collect();
    check_hospitals(db, at, &hospitals)?;
    check_anchors(db, verified)?;
    check_registry(db, verified)
}

fn check_set(
    db: &Connection,
    at: BlockHeight,
    table: &'static str,
    query: &str,
    mut expected: Vec<Vec<u8>>,
) -> Result<(), Fault> {
    let mut found = all(db, query, [sql(at)], |row| row.get::<_, Vec<u8>>(0))?;
    found.sort_unstable();
    expected.sort_unstable();
    if found == expected { Ok(()) } else { Err(Fault::Rows(table)) }
}

fn check_hospitals(db: &Connection, at: BlockHeight, expected: &[(Vec<u8>, Vec<u8>)]) -> Result<(), Fault> {
    let before: i64 = single(db, "SELECT count(*) FROM hospitals WHERE height < ?", at)?;
    let query = "SELECT ordinal, hospital, registration FROM hospitals WHERE height = ? ORDER BY ordinal";
    let rows = all(db, query, [sql(at)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let expected = expected.iter().cloned().zip(before..).map(|((id, bytes), ordinal)| (ordinal, id, bytes));
    if rows.into_iter().eq::<Vec<(i64, Vec<u8>, Vec<u8>)>>(expected.collect()) {
        Ok(())
    } else {
        Err(Fault::Rows("hospitals"))
    }
}

fn single<T: FromSql>(db: &Connection, query: &str, at: BlockHeight) -> Result<T, StoreError> {
    Ok(db.prepare_cached(query)?.query_row([sql(at)], |row| row.get(0))?)
}

/// A body is there exactly until its anchor is erased, and the stored commitment is the body's.
fn check_anchors(db: &Connection, verified: &VerifiedBlock) -> Result<(), Fault> {
    for (entry, compact) in verified.block.transactions.iter().zip(&verified.compact) {
        if compact.announcement.kind != BodyKind::Anchor {
            continue;
        }
        let state = queries::anchor_before(db, &compact.txid, BlockHeight(i64::MAX as u64))?;
        let state = state.ok_or(Fault::Rows("anchors"))?;
        match entry {
            BlockEntry::Pruned(_) if state.erased.is_none() => return Err(Fault::BodyMissing(compact.txid)),
            BlockEntry::Full(_) if state.erased.is_some() => return Err(Fault::BodyRemains(compact.txid)),
            _ => (),
        }
        let known = verified.effects.anchors.iter().find(|(txid, _)| *txid == compact.txid);
        if known.is_some_and(|(_, erasure)| erasure.is_some() && *erasure != state.erasure) {
            return Err(Fault::Rows("anchors"));
        }
    }
    Ok(())
}

fn check_registry(db: &Connection, verified: &VerifiedBlock) -> Result<(), Fault> {
    let query = "SELECT sequence, position FROM registry WHERE height = ? ORDER BY sequence";
    let rows = all(db, query, [sql(verified.block.header.height)], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))?;
    let is_registry = |(_, entry): &(i64, &crate::CompactEntry)| entry.announcement.kind == BodyKind::Registry;
    let positions = (0i64..).zip(&verified.compact).filter(is_registry).map(|(position, _)| position);
    let expected = verified.effects.registry.iter().map(|sequence| sequence.cast_signed()).zip(positions);
    if rows.into_iter().eq(expected) { Ok(()) } else { Err(Fault::Rows("registry")) }
}

fn check_history(db: &Connection, at: BlockHeight, history: &mut Mmr, hash: &Digest) -> Result<(), Fault> {
    let query = "SELECT level, position, digest FROM history WHERE height = ? ORDER BY level";
    let rows = all(db, query, [sql(at)], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned(), row.get(2)?)))?;
    let expected = history.append(hash).into_iter().map(|node| (node.level, node.index, node.digest.0));
    if rows.into_iter().eq(expected) { Ok(()) } else { Err(Fault::Rows("history")) }
}

/// Rows that no block accounts for.
fn check_strays(db: &Connection, head: BlockHeight) -> Result<(), Fault> {
    let last = sql(head);
    for table in [
        "blocks",
        "entries",
        "pseudonyms",
        "revocations",
        "anchors",
        "hospitals",
        "certificates",
        "registry",
        "history",
    ] {
        let query = format!("SELECT 1 FROM {table} WHERE height NOT BETWEEN 0 AND ?");
        if db.prepare(&query).map_err(StoreError::from)?.exists([last]).map_err(StoreError::from)? {
            return Err(Fault::Stray(table));
        }
    }
    for table in ["entries", "pseudonyms", "revocations", "anchors", "certificates", "registry"] {
        let query = format!("SELECT 1 FROM {table} WHERE height = 0");
        if db.prepare(&query).map_err(StoreError::from)?.exists([]).map_err(StoreError::from)? {
            return Err(Fault::Stray(table));
        }
    }
    let query = "SELECT 1 FROM anchors WHERE erased NOT BETWEEN 1 AND ?";
    let stray = db.prepare(query).map_err(StoreError::from)?.exists(params![last]).map_err(StoreError::from)?;
    if stray { Err(Fault::Stray("anchors")) } else { Ok(()) }
}
