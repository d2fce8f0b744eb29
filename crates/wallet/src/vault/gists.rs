//! What the person's documents say, in a few words and numbers: for searching, charts and marks.

use carekey_protocol::RecordRef;
use rusqlite::params;

use super::columns::{Col, Columns};
use super::{ReadTx, VaultError, WriteTx};

/// What a document says.
#[derive(Debug, Clone, PartialEq)]
pub struct Gist {
    /// Version of the reader that made it; a better one reads again.
    pub reader: u32,
    /// It holds entries such as problems, medicines or results: worth opening for a summary.
    pub clinical: bool,
    /// The words to search in, as [`fold`] leaves them.
    pub text: String,
    /// Its values.
    pub readings: Vec<Reading>,
}

/// A value in a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What was measured, in the document's words.
    pub name: String,
    /// LOINC.
    pub code: String,
    /// Unit as the document has it; empty for none.
    pub unit: String,
    /// When, in milliseconds since 1970; negative before.
    pub at: i64,
    /// The value.
    pub value: f64,
    /// Whether it lies outside its range; none if nobody says.
    pub out_of_range: Option<bool>,
}

/// Letters without case and without what stands above or below them, so that `Hamoglobin` finds `Hämoglobin`.
pub fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let is_mark = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    text.nfd().filter(|c| !is_mark(c)).flat_map(char::to_lowercase).collect()
}

/// Puts what a document says in place of what was known of it.
///
/// # Errors
/// [`VaultError::Conflict`] if the record is unknown.
pub fn put(tx: &WriteTx<'_>, reference: &RecordRef, gist: &Gist) -> Result<(), VaultError> {
    remove(tx, reference)?;
    let sql = "INSERT INTO gists (reference, reader, clinical, text) VALUES (?1, ?2, ?3, ?4)";
    tx.execute(sql, params![Col(reference), gist.reader, gist.clinical, gist.text])?;
    let sql = "INSERT INTO readings (reference, position, name, code, unit, at, value, out_of_range) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    for (position, one) in gist.readings.iter().enumerate() {
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        let (name, code, unit) = (&one.name, &one.code, &one.unit);
        let known = one.out_of_range;
        tx.execute(sql, params![Col(reference), position, name, code, unit, one.at, one.value, known])?;
    }
    Ok(())
}

/// Forgets what a document says.
///
/// # Errors
/// [`VaultError`].
pub fn remove(tx: &WriteTx<'_>, reference: &RecordRef) -> Result<(), VaultError> {
    tx.execute("DELETE FROM gists WHERE reference = ?1", [Col(reference)]).map(drop)
}

/// What is known of a document, without its values.
///
/// # Errors
/// [`VaultError`].
pub fn get(tx: &ReadTx<'_>, reference: &RecordRef) -> Result<Option<Gist>, VaultError> {
    let sql = "SELECT reader, clinical, text FROM gists WHERE reference = ?1";
    let found = tx.first(sql, [Col(reference)], |row| {
        Ok(Gist { reader: row.get(0)?, clinical: row.get(1)?, text: row.get(2)?, readings: Vec::new() })
    })?;
    let Some(mut gist) = found else { return Ok(None) };
    let sql = "SELECT name, code, unit, at, value, out_of_range FROM readings WHERE reference = ?1 \
        ORDER BY position";
    gist.readings = tx.all(sql, [Col(reference)], reading)?;
    Ok(Some(gist))
}

fn reading(row: &Columns<'_>) -> rusqlite::Result<Reading> {
    Ok(Reading {
        name: row.get(0)?,
        code: row.get(1)?,
        unit: row.get(2)?,
        at: row.get(3)?,
        value: row.get(4)?,
        out_of_range: row.get(5)?,
    })
}

/// The documents whose words contain `folded`, which came from [`fold`].
///
/// # Errors
/// [`VaultError`].
pub fn containing(tx: &ReadTx<'_>, folded: &str) -> Result<Vec<RecordRef>, VaultError> {
    tx.all("SELECT reference FROM gists WHERE instr(text, ?1) > 0", [folded], |row| row.get(0))
}

/// Every value with a code, in records that lists show, the oldest first.
///
/// # Errors
/// [`VaultError`].
pub fn readings_of(tx: &ReadTx<'_>, code: &str) -> Result<Vec<(RecordRef, Reading)>, VaultError> {
    let sql = "SELECT r.name, r.code, r.unit, r.at, r.value, r.out_of_range, r.reference FROM readings r \
        JOIN records USING (reference) WHERE r.code = ?1 AND erase_state = 0 AND superseded_by IS NULL \
        ORDER BY r.at, r.reference, r.position";
    tx.all(sql, [code], |row| Ok((row.get(6)?, reading(row)?)))
}

/// The records in lists that hold clinical entries, the newest document first.
///
/// # Errors
/// [`VaultError`].
pub fn clinical(tx: &ReadTx<'_>) -> Result<Vec<RecordRef>, VaultError> {
    let sql = "SELECT reference FROM gists JOIN records USING (reference) WHERE clinical = 1 AND erase_state = 0 \
        AND superseded_by IS NULL ORDER BY document_time DESC, reference";
    tx.all(sql, [], |row| row.get(0))
}

/// Records that `reader` has not read yet and can: in a block, not erased, at most `bytes_max` long. The newest first.
///
/// # Errors
/// [`VaultError`].
pub fn unread(tx: &ReadTx<'_>, reader: u32, bytes_max: u64) -> Result<Vec<RecordRef>, VaultError> {
    let sql = "SELECT reference FROM records LEFT JOIN gists USING (reference) WHERE erase_state = 0 \
        AND anchor_height IS NOT NULL AND record_key IS NOT NULL AND sealed_bytes <= ?2 AND (reader IS NULL OR reader < ?1) \
        ORDER BY document_time DESC, reference";
    tx.all(sql, params![reader, Col(&bytes_max)], |row| row.get(0))
}

/// When the oldest and the newest value were measured; none without any.
///
/// # Errors
/// [`VaultError`].
pub fn span(tx: &ReadTx<'_>) -> Result<Option<(i64, i64)>, VaultError> {
    let found = tx.first("SELECT min(at), max(at) FROM readings", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(match found {
        Some((Some(oldest), Some(newest))) => Some((oldest, newest)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use carekey_protocol::{CertificateSerial, UnixMillis};
    use proptest::prelude::*;

    use super::super::records::{self, RecordRow};
    use super::super::tests::{record, txid, vault};
    use super::super::{Progress, Vault};
    use super::*;

    fn gist(text: &str) -> Gist {
        Gist { reader: 1, clinical: true, text: fold(text), readings: Vec::new() }
    }

    fn potassium(at: i64, value: f64) -> Reading {
        Reading {
            name: "Kalium".into(),
            code: "2823-3".into(),
            unit: "mmol/l".into(),
            at,
            value,
            out_of_range: Some(value > 5.1),
        }
    }

    fn listed(vault: &Vault) -> Vec<RecordRef> {
        vault.read(records::index).unwrap().into_iter().map(|row| row.reference).collect()
    }

    #[test]
    fn words_are_found_without_their_dots_and_capitals() {
        let home = vault();
        home.vault.write(|tx| records::insert(tx, &record(1))).unwrap();
        home.vault.write(|tx| put(tx, &record(1).reference, &gist("Hämoglobin, ÉCHO 100% in_Ordnung"))).unwrap();
        let found = |words: &str| home.vault.read(|tx| containing(tx, &fold(words))).unwrap().len();
        for words in ["hamoglobin", "HÄMO", "echo", "100%", "in_o"] {
            assert_eq!(found(words), 1, "{words}");
        }
        for words in ["ha%globin", "in ord", "leukocyte"] {
            assert_eq!(found(words), 0, "nothing in it is a pattern: {words}");
        }
    }

    #[test]
    fn values_make_a_series_until_their_record_is_erased_or_replaced() {
        let home = vault();
        let rows = [record(1), record(2), record(3)];
        home.vault
            .write(|tx| {
                for (row, at) in rows.iter().zip([30, -10, 20]) {
                    records::insert(tx, row)?;
                    put(tx, &row.reference, &Gist { readings: vec![potassium(at, 4.5)], ..gist("") })?;
                }
                Ok::<_, VaultError>(())
            })
            .unwrap();
        let series = || -> Vec<i64> {
            let found = home.vault.read(|tx| readings_of(tx, "2823-3")).unwrap();
            found.into_iter().map(|(_, reading)| reading.at).collect()
        };
        assert_eq!(series(), [-10, 20, 30], "before 1970 too");
        assert_eq!(home.vault.read(span).unwrap(), Some((-10, 30)));
        home.vault.write(|tx| records::set_erase(tx, &rows[0].reference, Progress::Saved)).unwrap();
        assert_eq!(series(), [-10, 20]);
        home.vault.write(|tx| records::remove(tx, &rows[1].reference)).unwrap();
        assert_eq!(series(), [20]);
        assert_eq!(home.vault.read(|tx| get(tx, &rows[1].reference)).unwrap(), None, "gone with its record");
    }

    #[test]
    fn what_is_not_read_yet_is_named_once_and_again_for_a_better_reader() {
        let home = vault();
        let waiting = RecordRow { anchor: Progress::Saved, ..record(2) };
        home.vault
            .write(|tx| [record(1), waiting, record(3)].iter().try_for_each(|row| records::insert(tx, row)))
            .unwrap();
        let left = |reader| home.vault.read(|tx| unread(tx, reader, 5_000)).unwrap();
        assert_eq!(left(1), [record(3).reference, record(1).reference], "not what no block holds");
        home.vault.write(|tx| put(tx, &record(3).reference, &gist("x"))).unwrap();
        assert_eq!(left(1), [record(1).reference]);
        assert_eq!(left(2).len(), 2);
        assert_eq!(home.vault.read(|tx| unread(tx, 1, 3_999)).unwrap(), [], "too long to be fetched unasked");
    }

    #[test]
    fn a_new_version_stands_for_the_old_one_until_it_is_erased() {
        let home = vault();
        let second = RecordRow { supersedes: Some(txid(1)), added: UnixMillis(6), ..record(2) };
        let third = RecordRow { supersedes: Some(txid(2)), added: UnixMillis(7), ..record(3) };
        // The newest is heard of first: what replaces what is found whatever the order.
        home.vault
            .write(|tx| {
                for row in [&third, &record(1), &second] {
                    records::insert(tx, row)?;
                    records::link_versions(tx, &row.reference)?;
                }
                records::link_versions(tx, &third.reference)
            })
            .unwrap();
        assert_eq!(listed(&home.vault), [third.reference]);
        let older = home.vault.read(|tx| records::older_versions(tx, &third.reference)).unwrap();
        assert_eq!(older.iter().map(|row| row.reference).collect::<Vec<_>>(), [second.reference, record(1).reference]);
        home.vault
            .write(|tx| {
                records::set_erase(tx, &third.reference, Progress::Saved)?;
                records::link_versions(tx, &third.reference)
            })
            .unwrap();
        assert_eq!(listed(&home.vault), [second.reference]);
    }

    #[test]
    fn nobody_replaces_what_somebody_else_wrote() {
        let home = vault();
        let strangers = RecordRow { supersedes: Some(txid(1)), author: CertificateSerial(8), ..record(2) };
        home.vault
            .write(|tx| {
                records::insert(tx, &record(1))?;
                records::insert(tx, &strangers)?;
                records::link_versions(tx, &strangers.reference)
            })
            .unwrap();
        assert_eq!(listed(&home.vault).len(), 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_gist_is_read_back(text in ".{0,200}", values in proptest::collection::vec((any::<i64>(), -1e9..1e9_f64), 0..8)) {
            let home = vault();
            let readings: Vec<Reading> = values.into_iter().map(|(at, value)| potassium(at, value)).collect();
            let gist = Gist { readings, ..gist(&text) };
            home.vault.write(|tx| {
                records::insert(tx, &record(1))?;
                put(tx, &record(1).reference, &gist)?;
                put(tx, &record(1).reference, &gist)
            }).unwrap();
            prop_assert_eq!(home.vault.read(|tx| get(tx, &record(1).reference)).unwrap(), Some(gist));
        }

        #[test]
        fn folding_twice_changes_nothing(text in ".{0,100}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}
