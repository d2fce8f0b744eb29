//! What hospitals did that does not fit: one row for each hospital and kind, so the table is as small as the network.

use carekey_protocol::{HospitalId, UnixMillis};
use rusqlite::params;

use super::columns::{Col, Column, Columns};
use super::{ReadTx, VaultError, WriteTx};

/// Hospitals times kinds that are kept; beyond this the one seen longest ago goes first, proofs last.
const ROWS_MAX: u64 = 1024;

/// Longest proof that is kept: two certified headers with every validator's signature, and the set, stay below 32 KB.
const EVIDENCE_BYTES_MAX: usize = 64 * 1024;

/// Longest detail that is kept, in characters: a hospital has a say in it.
const DETAIL_CHARS_MAX: usize = 200;

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObservationKind {
    /// Showed a second certified block of a height. There is proof.
    Equivocation,
    /// Its signature stands under two blocks of a height. There is proof.
    SignedTwice,
    /// Showed a head that too few hospitals signed, or of another network.
    ForgedHead,
    /// Showed blocks, proofs or descents that do not lead to a certified head.
    WrongProof,
    /// Left out registry changes that stand in certified blocks.
    HiddenRegistry,
    /// Does not hand out blocks that its own head says it has.
    Withheld,
    /// Its head stayed behind what other hospitals show, though it answered.
    Stale,
}

impl ObservationKind {
    /// Every kind, the gravest first.
    pub const ALL: [Self; 7] = [
        Self::Equivocation,
        Self::SignedTwice,
        Self::ForgedHead,
        Self::WrongProof,
        Self::HiddenRegistry,
        Self::Withheld,
        Self::Stale,
    ];

    /// Whether no mistake of an honest hospital looks like this. One that is merely behind, or hands nothing out, may be
    /// in trouble.
    pub fn is_false(self) -> bool {
        !matches!(self, Self::Withheld | Self::Stale)
    }
}

impl Column for ObservationKind {
    fn store(&self) -> rusqlite::types::ToSqlOutput<'_> {
        (*self as i64).into()
    }

    fn load(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        let number = value.as_i64()?;
        let known = usize::try_from(number).ok().and_then(|index| Self::ALL.get(index));
        known.copied().ok_or(rusqlite::types::FromSqlError::OutOfRange(number))
    }
}

/// What was observed of a hospital.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Of which hospital.
    pub hospital: HospitalId,
    /// What does not fit.
    pub kind: ObservationKind,
    /// When it was observed for the first time.
    pub first_seen: UnixMillis,
    /// And for the last time.
    pub last_seen: UnixMillis,
    /// How often.
    pub count: u64,
    /// The last one in English.
    pub detail: String,
    /// The first proof, if it can be proved to others: see [`Evidence`](crate::Evidence).
    pub evidence: Option<Vec<u8>>,
}

/// Notes an observation. The first proof is kept, the latest detail.
///
/// # Errors
/// [`VaultError`].
pub fn note(
    tx: &WriteTx<'_>,
    hospital: HospitalId,
    kind: ObservationKind,
    detail: &str,
    evidence: Option<&[u8]>,
    now: UnixMillis,
) -> Result<(), VaultError> {
    let detail: String = detail.chars().take(DETAIL_CHARS_MAX).collect();
    let evidence = evidence.filter(|bytes| bytes.len() <= EVIDENCE_BYTES_MAX);
    let sql = "INSERT INTO observations (hospital, kind, first_seen, last_seen, count, detail, evidence) \
        VALUES (?1, ?2, ?3, ?3, 1, ?4, ?5) ON CONFLICT (hospital, kind) DO UPDATE SET \
        last_seen = max(last_seen, excluded.last_seen), count = count + 1, detail = excluded.detail, \
        evidence = coalesce(evidence, excluded.evidence)";
    tx.execute(sql, params![Col(&hospital), Col(&kind), Col(&now), detail, evidence])?;
    let rows: u64 = tx.value("SELECT count(*) FROM observations", [])?;
    let sql = "DELETE FROM observations WHERE (hospital, kind) IN \
        (SELECT hospital, kind FROM observations ORDER BY evidence IS NOT NULL, last_seen LIMIT ?1)";
    tx.execute(sql, [Col(&rows.saturating_sub(ROWS_MAX))]).map(drop)
}

/// Everything observed, the gravest first.
///
/// # Errors
/// [`VaultError`].
pub fn list(tx: &ReadTx<'_>) -> Result<Vec<Observation>, VaultError> {
    let sql = "SELECT hospital, kind, first_seen, last_seen, count, detail, evidence FROM observations \
        ORDER BY kind, hospital";
    tx.all(sql, [], read)
}

fn read(row: &Columns<'_>) -> rusqlite::Result<Observation> {
    Ok(Observation {
        hospital: row.get(0)?,
        kind: row.get(1)?,
        first_seen: row.get(2)?,
        last_seen: row.get(3)?,
        count: row.get(4)?,
        detail: row.get(5)?,
        evidence: row.get(6)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::vault;
    use super::*;

    const SOUTH: HospitalId = HospitalId([0, 0, 2]);

    #[test]
    fn kinds_keep_their_numbers() {
        for (number, kind) in ObservationKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, number);
        }
    }

    #[test]
    fn what_is_seen_again_is_counted_and_the_first_proof_stays() {
        let home = vault();
        let see = |time, proof: Option<&[u8]>| {
            home.vault
                .write(|tx| note(tx, SOUTH, ObservationKind::Equivocation, &"x".repeat(999), proof, UnixMillis(time)))
        };
        see(5, None).unwrap();
        see(7, Some(&[1])).unwrap();
        see(6, Some(&[2])).unwrap();
        see(9, Some(&[3; EVIDENCE_BYTES_MAX + 1])).unwrap();
        let [row] = home.vault.read(list).unwrap().try_into().unwrap();
        assert_eq!((row.first_seen, row.last_seen, row.count), (UnixMillis(5), UnixMillis(9), 4));
        assert_eq!((row.evidence, row.detail.len()), (Some(vec![1]), DETAIL_CHARS_MAX));
    }

    #[test]
    fn the_table_is_bounded_and_proofs_go_last() {
        let home = vault();
        home.vault
            .write(|tx| {
                note(tx, SOUTH, ObservationKind::Equivocation, "", Some(&[1]), UnixMillis(0))?;
                (0..ROWS_MAX + 5).try_for_each(|n| {
                    let hospital = HospitalId([1, (n >> 8) as u8, n as u8]);
                    note(tx, hospital, ObservationKind::Stale, "", None, UnixMillis(n + 1))
                })
            })
            .unwrap();
        let rows = home.vault.read(list).unwrap();
        assert_eq!(rows.len() as u64, ROWS_MAX);
        assert_eq!(rows[0].hospital, SOUTH, "the proof is still there");
        assert!(rows.iter().skip(1).all(|row| row.first_seen > UnixMillis(6)), "the oldest are gone");
    }
}
