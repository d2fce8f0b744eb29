//! Everything that writes. Each function runs inside the caller's database transaction.

use carekey_crypto::{Digest, MerkleNode, Mmr, Signature};
use carekey_protocol::transaction::{Author, BodyKind};
use carekey_protocol::{BlockHeight, Genesis, HospitalRegistration, Transaction, TxId, decode, encode};
use rusqlite::{Connection, OptionalExtension, params};

use super::error::{StoreError, damaged};
use super::queries::sql;
use crate::block::BlockEntry;
use crate::header::Header;
use crate::rules::effects::Effects;
use crate::rules::verify::VerifiedBlock;
use crate::vote::QuorumCertificate;

/// What is kept of a pruned anchor's author.
pub(super) type PseudonymColumn = (carekey_crypto::PublicKey, u32, Signature);

pub(super) fn genesis(db: &Connection, genesis: &Genesis) -> Result<(), StoreError> {
    let header = Header::genesis(genesis)?;
    let certificate = QuorumCertificate::from_votes(&header, 0, Vec::new());
    header_row(db, &header, header.hash(), &certificate)?;
    hospitals(db, header.height, &genesis.hospitals)?;
    history(db, header.height, Mmr::new(), &header.hash())
}

pub(super) fn block(
    db: &Connection,
    verified: &VerifiedBlock,
    certificate: &QuorumCertificate,
) -> Result<(), StoreError> {
    let header = &verified.block.header;
    header_row(db, header, verified.hash, certificate)?;
    let mut insert = db.prepare_cached("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)")?;
    let entries = verified.block.transactions.iter().zip(&verified.compact).zip(&verified.bodies);
    for (position, ((entry, compact), body)) in (0i64..).zip(entries) {
        let pseudonym = match entry {
            BlockEntry::Full(_) => None,
            BlockEntry::Pruned(pruned) => {
                let column: PseudonymColumn = (pruned.pseudonym, pruned.epoch, pruned.certificate);
                Some(encode(&column))
            }
        };
        let announcement = encode(&compact.announcement);
        insert.execute(params![sql(header.height), position, compact.txid.0.0, announcement, body, pseudonym])?;
    }
    effects(db, header.height, &verified.effects)?;
    registry(db, verified)?;
    history(db, header.height, verified.history.clone(), &verified.hash)
}

fn header_row(
    db: &Connection,
    header: &Header,
    hash: Digest,
    certificate: &QuorumCertificate,
) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO blocks VALUES (?, ?, ?, ?, ?)")?.execute(params![
        sql(header.height),
        hash.0,
        encode(header),
        encode(certificate),
        header.changes_validators()
    ])?;
    Ok(())
}

fn effects(db: &Connection, height: BlockHeight, effects: &Effects) -> Result<(), StoreError> {
    let at = sql(height);
    let mut insert = db.prepare_cached("INSERT INTO pseudonyms VALUES (?, ?)")?;
    for key in &effects.pseudonyms {
        insert.execute(params![key.as_bytes(), at])?;
    }
    let mut insert = db.prepare_cached("INSERT INTO revocations VALUES (?, ?)")?;
    for rho in &effects.revocations {
        insert.execute(params![rho.0, at])?;
    }
    let mut insert = db.prepare_cached("INSERT INTO anchors VALUES (?, ?, ?, NULL)")?;
    for (txid, erasure) in &effects.anchors {
        insert.execute(params![txid.0.0, at, erasure.map(|digest| digest.0)])?;
    }
    let mut insert = db.prepare_cached("INSERT INTO certificates VALUES (?, ?)")?;
    for serial in &effects.certificates {
        insert.execute(params![serial.0.to_be_bytes(), at])?;
    }
    hospitals(db, height, &effects.hospitals)?;
    effects.erasures.iter().try_for_each(|(txid, opened)| erase(db, height, txid, opened))
}

fn hospitals(db: &Connection, height: BlockHeight, hospitals: &[HospitalRegistration]) -> Result<(), StoreError> {
    let mut insert =
        db.prepare_cached("INSERT INTO hospitals SELECT coalesce(max(ordinal) + 1, 0), ?, ?, ? FROM hospitals")?;
    for hospital in hospitals {
        insert.execute(params![sql(height), hospital.id.0, encode(hospital)])?;
    }
    Ok(())
}

fn registry(db: &Connection, verified: &VerifiedBlock) -> Result<(), StoreError> {
    let mut insert = db.prepare_cached("INSERT INTO registry VALUES (?, ?, ?)")?;
    let positions = (0i64..).zip(&verified.compact).filter(|(_, one)| one.announcement.kind == BodyKind::Registry);
    for (sequence, (position, _)) in verified.effects.registry.iter().zip(positions) {
        insert.execute(params![sequence.cast_signed(), sql(verified.block.header.height), position])?;
    }
    Ok(())
}

/// Marks an anchor as erased and prunes its body, keeping the leaf and the used pseudonym.
fn erase(db: &Connection, height: BlockHeight, txid: &TxId, opened: &Digest) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE anchors SET erased = ?, erasure = ? WHERE txid = ?")?.execute(params![
        sql(height),
        opened.0,
        txid.0.0
    ])?;
    let mut query = db.prepare_cached("SELECT body FROM entries WHERE txid = ? AND body IS NOT NULL")?;
    let body: Option<Vec<u8>> = query.query_row([txid.0.0], |row| row.get(0)).optional()?;
    let Some(body) = body else { return Ok(()) };
    let transaction: Transaction = decode(&body).map_err(|_| damaged(height, "body of an erased anchor"))?;
    let Author::Pseudonym { key, epoch, certificate, .. } = transaction.author else {
        return Err(damaged(height, "author of an erased anchor"));
    };
    let pseudonym: PseudonymColumn = (key, epoch, certificate);
    db.prepare_cached("UPDATE entries SET body = NULL, pseudonym = ? WHERE txid = ?")?
        .execute(params![encode(&pseudonym), txid.0.0])?;
    Ok(())
}

fn history(db: &Connection, height: BlockHeight, mut range: Mmr, hash: &Digest) -> Result<(), StoreError> {
    let mut insert = db.prepare_cached("INSERT INTO history VALUES (?, ?, ?, ?)")?;
    for MerkleNode { level, index, digest } in range.append(hash) {
        insert.execute(params![level, index.cast_signed(), sql(height), digest.0])?;
    }
    Ok(())
}

pub(super) fn rollback(db: &Connection, height: BlockHeight) -> Result<(), StoreError> {
    let above = [sql(height)];
    db.execute("UPDATE anchors SET erased = NULL WHERE erased > ?", above)?;
    for table in [
        "history",
        "registry",
        "certificates",
        "hospitals",
        "anchors",
        "revocations",
        "pseudonyms",
        "entries",
        "blocks",
    ] {
        db.execute(&format!("DELETE FROM {table} WHERE height > ?"), above)?;
    }
    Ok(())
}
