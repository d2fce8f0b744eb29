//! The grants the person made, by number.

use carekey_crypto::{Digest, PublicKey};
use carekey_protocol::pass::Scope;
use carekey_protocol::{Collection, ParticipantId, RecordRef, UnixMillis};
use rusqlite::params;
use rusqlite::types::{FromSqlError, FromSqlResult, ToSqlOutput, Value, ValueRef};

use super::columns::{Col, Column, Columns};
use super::{Progress, ReadTx, VaultError, WriteTx, settings};

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// Its number, from which its secrets are derived.
    pub n: u64,
    /// What it opens.
    pub what: GrantWhat,
    /// To whom.
    pub grantee: ParticipantId,
    /// Their name when it was made.
    pub grantee_name: String,
    /// Their keys. Kept, since a restored wallet may never have seen their certificate.
    pub reader: Option<ReaderKeys>,
    /// Why, as the pass says.
    pub purpose: String,
    /// More about why, for the person alone.
    pub note: Option<String>,
    /// What it allows.
    pub scope: Scope,
    /// Not before.
    pub not_before: UnixMillis,
    /// Not at or after.
    pub not_after: UnixMillis,
    /// By which hospitals recognise its revocation.
    pub rho: Digest,
    /// When it was made.
    pub created: UnixMillis,
    /// The grant of an earlier epoch that it carries on.
    pub continues: Option<u64>,
    /// The decision it belongs to: the number of the first grant that was made for it. Of all rows of a decision that
    /// open the same, the newest stands for it.
    pub bundle: u64,
    /// How far the grant is.
    pub grant: Progress,
    /// How far its revocation is, once begun.
    pub revoke: Option<Progress>,
}

/// The keys of whoever may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReaderKeys {
    /// PK_D2: what the pass is bound to.
    pub identity: PublicKey,
    /// A_D2: what it is sealed to.
    pub receiving: PublicKey,
}

/// What a grant opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantWhat {
    /// A collection from an epoch on.
    Collection {
        /// The collection.
        collection: Collection,
        /// The first epoch.
        epoch: u32,
    },
    /// One record.
    Record {
        /// T1.
        reference: RecordRef,
    },
}

impl Column for Scope {
    fn store(&self) -> ToSqlOutput<'_> {
        ToSqlOutput::Owned(Value::Integer(match self {
            Self::Read => 0,
            Self::Contribute => 1,
        }))
    }

    fn load(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_i64()? {
            0 => Ok(Self::Read),
            1 => Ok(Self::Contribute),
            other => Err(FromSqlError::OutOfRange(other)),
        }
    }
}

const COLUMNS: &str = "n, collection, epoch, reference, grantee, grantee_name, purpose, note, scope, not_before, \
    not_after, rho, created, continues, grant_txid, grant_height, grant_time, revoke_state, revoke_txid, \
    revoke_height, revoke_time, bundle, reader_identity, reader_receiving";

fn read(row: &Columns<'_>) -> rusqlite::Result<GrantRow> {
    let what = match (row.get(1)?, row.get(2)?) {
        (Some(collection), Some(epoch)) => GrantWhat::Collection { collection, epoch },
        _ => GrantWhat::Record { reference: row.get(3)? },
    };
    Ok(GrantRow {
        n: row.get(0)?,
        what,
        grantee: row.get(4)?,
        grantee_name: row.get(5)?,
        purpose: row.get(6)?,
        note: row.get(7)?,
        scope: row.get(8)?,
        not_before: row.get(9)?,
        not_after: row.get(10)?,
        rho: row.get(11)?,
        created: row.get(12)?,
        continues: row.get(13)?,
        grant: Progress::read(row, 14)?,
        revoke: Progress::read_if_begun(row, 17)?,
        bundle: row.get(21)?,
        reader: match (row.get(22)?, row.get(23)?) {
            (Some(identity), Some(receiving)) => Some(ReaderKeys { identity, receiving }),
            _ => None,
        },
    })
}

/// The number of the next grant. Inside the change that inserts it, nobody else gets the same.
///
/// # Errors
/// [`VaultError`].
pub fn next_number(tx: &WriteTx<'_>) -> Result<u64, VaultError> {
    let known: u64 = tx.value("SELECT coalesce(max(n) + 1, 0) FROM grants", [])?;
    let floor = settings::get(tx, FLOOR)?.and_then(|floor| floor.parse().ok()).unwrap_or(0);
    Ok(known.max(floor))
}

/// The setting below which no further grant is numbered.
const FLOOR: &str = "grants.floor";

/// Leaves out the next `count` numbers: a restored wallet does not know which of them were signed and never recorded,
/// and a number that seals two different passes would give both away.
///
/// # Errors
/// [`VaultError`].
pub fn skip_numbers(tx: &WriteTx<'_>, count: u64) -> Result<(), VaultError> {
    let floor = next_number(tx)? + count;
    settings::put(tx, FLOOR, &floor.to_string())
}

/// Adds a grant.
///
/// # Errors
/// [`VaultError::Conflict`] if the number is taken.
pub fn insert(tx: &WriteTx<'_>, row: &GrantRow) -> Result<(), VaultError> {
    let (collection, epoch, reference) = match row.what {
        GrantWhat::Collection { collection, epoch } => (Some(collection), Some(epoch), None),
        GrantWhat::Record { reference } => (None, None, Some(reference)),
    };
    let sql = format!(
        "INSERT INTO grants ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, \
         ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)"
    );
    tx.execute(
        &sql,
        params![
            Col(&row.n),
            Col(&collection),
            epoch,
            Col(&reference),
            Col(&row.grantee),
            row.grantee_name,
            row.purpose,
            row.note,
            Col(&row.scope),
            Col(&row.not_before),
            Col(&row.not_after),
            Col(&row.rho),
            Col(&row.created),
            Col(&row.continues),
            Col(&row.grant.txid()),
            Col(&row.grant.height()),
            Col(&row.grant.time()),
            row.revoke.is_some(),
            Col(&row.revoke.and_then(|revoke| revoke.txid())),
            Col(&row.revoke.and_then(|revoke| revoke.height())),
            Col(&row.revoke.and_then(|revoke| revoke.time())),
            Col(&row.bundle),
            Col(&row.reader.map(|reader| reader.identity)),
            Col(&row.reader.map(|reader| reader.receiving)),
        ],
    )
    .map(drop)
}

/// Grant `n`.
///
/// # Errors
/// [`VaultError`].
pub fn get(tx: &ReadTx<'_>, n: u64) -> Result<Option<GrantRow>, VaultError> {
    tx.first(&format!("SELECT {COLUMNS} FROM grants WHERE n = ?1"), [Col(&n)], read)
}

/// The grant a receipt or a revocation speaks of.
///
/// # Errors
/// [`VaultError`].
pub fn by_rho(tx: &ReadTx<'_>, rho: &Digest) -> Result<Option<GrantRow>, VaultError> {
    tx.first(&format!("SELECT {COLUMNS} FROM grants WHERE rho = ?1"), [Col(rho)], read)
}

/// All grants, the newest first.
///
/// # Errors
/// [`VaultError`].
pub fn list(tx: &ReadTx<'_>) -> Result<Vec<GrantRow>, VaultError> {
    tx.all(&format!("SELECT {COLUMNS} FROM grants ORDER BY n DESC"), [], read)
}

/// All grants of a decision, the newest first.
///
/// # Errors
/// [`VaultError`].
pub fn of_bundle(tx: &ReadTx<'_>, bundle: u64) -> Result<Vec<GrantRow>, VaultError> {
    tx.all(&format!("SELECT {COLUMNS} FROM grants WHERE bundle = ?1 ORDER BY n DESC"), [Col(&bundle)], read)
}

/// Makes a grant part of another decision.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn set_bundle(tx: &WriteTx<'_>, n: u64, bundle: u64) -> Result<(), VaultError> {
    tx.update("grant", "UPDATE grants SET bundle = ?2 WHERE n = ?1", params![Col(&n), Col(&bundle)])
}

/// Notes more about why a decision was made.
///
/// # Errors
/// [`VaultError`].
pub fn set_note(tx: &WriteTx<'_>, bundle: u64, note: Option<&str>) -> Result<(), VaultError> {
    tx.execute("UPDATE grants SET note = ?2 WHERE bundle = ?1", params![Col(&bundle), note]).map(drop)
}

/// Grants of a collection or record that are neither being revoked nor over at `now`, whatever their epoch.
///
/// # Errors
/// [`VaultError`].
pub fn in_force(tx: &ReadTx<'_>, what: GrantWhat, now: UnixMillis) -> Result<Vec<GrantRow>, VaultError> {
    let (collection, reference) = match what {
        GrantWhat::Collection { collection, .. } => (Some(collection), None),
        GrantWhat::Record { reference } => (None, Some(reference)),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM grants WHERE collection IS ?1 AND reference IS ?2 AND revoke_state = 0 \
         AND not_after > ?3 ORDER BY n DESC"
    );
    tx.all(&sql, params![Col(&collection), Col(&reference), Col(&now)], read)
}

/// Whether the revocation of a grant of a collection takes the collection from its reader; not if they have another
/// grant of the same epoch, which replaced it.
///
/// # Errors
/// [`VaultError`].
pub fn shuts_out(tx: &ReadTx<'_>, row: &GrantRow) -> Result<bool, VaultError> {
    let GrantWhat::Collection { collection, epoch } = row.what else { return Ok(false) };
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM grants WHERE collection = ?1 AND epoch = ?2 AND grantee = ?3 \
        AND n > ?4 AND revoke_state = 0)";
    tx.value(sql, params![Col(&collection), epoch, Col(&row.grantee), Col(&row.n)])
}

/// Notes how far a grant is.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn set_grant(tx: &WriteTx<'_>, n: u64, grant: Progress) -> Result<(), VaultError> {
    let sql = "UPDATE grants SET grant_txid = ?2, grant_height = ?3, grant_time = ?4 WHERE n = ?1";
    let (txid, height, time) = (grant.txid(), grant.height(), grant.time());
    tx.update("grant", sql, params![Col(&n), Col(&txid), Col(&height), Col(&time)])
}

/// Notes how far a revocation is.
///
/// # Errors
/// [`VaultError::NotFound`].
pub fn set_revoke(tx: &WriteTx<'_>, n: u64, revoke: Progress) -> Result<(), VaultError> {
    let sql = "UPDATE grants SET revoke_state = 1, revoke_txid = ?2, revoke_height = ?3, revoke_time = ?4 \
        WHERE n = ?1";
    let (txid, height, time) = (revoke.txid(), revoke.height(), revoke.time());
    tx.update("grant", sql, params![Col(&n), Col(&txid), Col(&height), Col(&time)])
}

#[cfg(test)]
mod tests {
    use super::super::tests::{participant, recorded, txid, vault};
    use super::*;

    fn grant(n: u64, what: GrantWhat) -> GrantRow {
        GrantRow {
            n,
            what,
            grantee: participant(n).1,
            grantee_name: "Dr Amir Haddad".into(),
            reader: None,
            purpose: "Treatment".into(),
            note: None,
            scope: Scope::Contribute,
            not_before: UnixMillis(0),
            not_after: UnixMillis::MAX,
            rho: Digest([n as u8; 32]),
            created: UnixMillis(10),
            continues: None,
            bundle: n,
            grant: Progress::Saved,
            revoke: None,
        }
    }

    const HEART: GrantWhat = GrantWhat::Collection { collection: Collection::Heart, epoch: 1 };
    const ONE: GrantWhat = GrantWhat::Record { reference: RecordRef([1; 16]) };

    #[test]
    fn numbers_are_given_once() {
        let home = vault();
        for n in 0..3 {
            assert_eq!(home.vault.write(next_number).unwrap(), n);
            home.vault.write(|tx| insert(tx, &grant(n, HEART))).unwrap();
        }
        let again = home.vault.write(|tx| insert(tx, &GrantRow { rho: Digest([77; 32]), ..grant(1, ONE) }));
        assert!(matches!(again, Err(VaultError::Conflict { .. })));
    }

    #[test]
    fn a_grant_is_in_force_until_it_ends_or_is_being_revoked() {
        let home = vault();
        let ending = GrantRow { not_after: UnixMillis(100), ..grant(1, HEART) };
        let rows = [grant(0, HEART), ending, grant(2, ONE)];
        home.vault.write(|tx| rows.iter().try_for_each(|row| insert(tx, row))).unwrap();
        let numbers = |what, now| -> Vec<u64> {
            let rows = home.vault.read(|tx| in_force(tx, what, UnixMillis(now))).unwrap();
            rows.iter().map(|row| row.n).collect()
        };
        let later_epoch = GrantWhat::Collection { collection: Collection::Heart, epoch: 9 };
        assert_eq!(numbers(later_epoch, 99), [1, 0]);
        assert_eq!(numbers(HEART, 100), [0]);
        assert_eq!(numbers(ONE, 100), [2]);
        home.vault.write(|tx| set_revoke(tx, 0, Progress::Saved)).unwrap();
        assert_eq!(numbers(HEART, 0), [1]);
    }

    #[test]
    fn a_grant_and_its_revocation_move_on_separately() {
        let home = vault();
        let row = GrantRow { note: Some("before surgery".into()), continues: Some(0), ..grant(1, ONE) };
        home.vault.write(|tx| [grant(0, HEART), row.clone()].iter().try_for_each(|row| insert(tx, row))).unwrap();
        home.vault.write(|tx| set_grant(tx, 1, recorded(5))).unwrap();
        home.vault.write(|tx| set_revoke(tx, 1, Progress::Sent { txid: txid(6) })).unwrap();
        let expected = GrantRow { grant: recorded(5), revoke: Some(Progress::Sent { txid: txid(6) }), ..row };
        assert_eq!(home.vault.read(|tx| by_rho(tx, &expected.rho)).unwrap(), Some(expected.clone()));
        assert_eq!(home.vault.read(list).unwrap()[0], expected);
        assert!(matches!(home.vault.write(|tx| set_grant(tx, 9, recorded(7))), Err(VaultError::NotFound { .. })));
    }
}
