//! Whatever is changed in the file is named.

use carekey_protocol::BlockHeight;
use rusqlite::Connection;
use rusqlite::types::Value;

use super::super::check::check;
use super::rich_chain;
use crate::testkit::TestChain;
use crate::{BlockError, ChainFault, Fault};

/// Makes one change to the database, checks the whole chain, and takes the change back. `None` if SQLite itself refuses
/// the change.
fn with_change(chain: &TestChain, db: &Connection, change: &str, values: &[Value]) -> Option<Result<(), ChainFault>> {
    db.execute_batch("BEGIN").unwrap();
    let changed = db.execute(change, rusqlite::params_from_iter(values));
    let verdict = changed.is_ok().then(|| {
        assert_ne!(changed, Ok(0), "{change}");
        let mut height = BlockHeight(0);
        let checked = check(db, &chain.network.genesis, &mut height, &mut |_, _| ());
        checked.map(|_| ()).map_err(|what| ChainFault { height, what })
    });
    db.execute_batch("ROLLBACK").unwrap();
    verdict
}

fn unguarded(chain: &TestChain) -> Connection {
    let db = Connection::open(chain.store.connection.path().unwrap()).unwrap();
    db.execute_batch("PRAGMA foreign_keys = off; PRAGMA ignore_check_constraints = on").unwrap();
    db
}

#[test]
fn a_flipped_bit_in_any_cell_of_any_table_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (chain, _) = rich_chain(folder.path());
    let db = unguarded(&chain);
    let (mut noticed, mut refused) = (0, 0);
    for (table, row, column, value) in cells(&db) {
        for (number, changed) in flips(&value).into_iter().enumerate() {
            let change = format!("UPDATE {table} SET {column} = ? WHERE {row}");
            match with_change(&chain, &db, &change, &[changed]) {
                Some(Err(_)) => noticed += 1,
                Some(Ok(())) => panic!("{table}.{column} where {row}: change {number} of {value:?} went unnoticed"),
                // Two keys would have become equal.
                None => refused += 1,
            }
        }
    }
    assert!(noticed > 200 && refused < 40, "{noticed} noticed, {refused} refused by SQLite");
}

#[test]
fn a_fault_is_named_with_its_block() {
    let folder = tempfile::tempdir().unwrap();
    let (chain, erased) = rich_chain(folder.path());
    let db = unguarded(&chain);
    let faults = [
        ("DELETE FROM pseudonyms WHERE height = 2", 2, Fault::Rows("pseudonyms")),
        ("DELETE FROM revocations", 3, Fault::Rows("revocations")),
        ("DELETE FROM certificates", 3, Fault::Rows("certificates")),
        ("DELETE FROM hospitals WHERE height = 4", 4, Fault::Rows("hospitals")),
        ("DELETE FROM registry WHERE height = 4", 4, Fault::Rows("registry")),
        ("DELETE FROM history WHERE height = 5", 5, Fault::Rows("history")),
        ("DELETE FROM entries WHERE height = 5", 5, Fault::Block(BlockError::TransactionRoot)),
        ("UPDATE blocks SET hash = zeroblob(32) WHERE height = 2", 2, Fault::Hash),
        ("UPDATE entries SET txid = zeroblob(32) WHERE height = 2", 2, Fault::Entry(0)),
        ("UPDATE anchors SET erased = NULL WHERE height = 1", 1, Fault::BodyMissing(erased)),
        ("INSERT INTO revocations VALUES (x'00', 2)", 2, Fault::Rows("revocations")),
        ("INSERT INTO revocations VALUES (x'00', 99)", 5, Fault::Stray("revocations")),
        ("INSERT INTO certificates VALUES (x'00', 0)", 5, Fault::Stray("certificates")),
        ("UPDATE network SET file = x'00'", 0, Fault::Genesis),
    ];
    for (change, height, what) in faults {
        let verdict = with_change(&chain, &db, change, &[]);
        assert_eq!(verdict, Some(Err(ChainFault { height: BlockHeight(height), what })), "{change}");
    }
}

type Cell = (&'static str, String, String, Value);

/// Each cell of the database, with the condition that finds its row.
fn cells(db: &Connection) -> Vec<Cell> {
    let tables: [(&str, &[&str]); 10] = [
        ("network", &["id"]),
        ("blocks", &["height"]),
        ("entries", &["height", "position"]),
        ("pseudonyms", &["key"]),
        ("revocations", &["rho"]),
        ("anchors", &["txid"]),
        ("hospitals", &["ordinal"]),
        ("certificates", &["serial"]),
        ("registry", &["sequence"]),
        ("history", &["level", "position"]),
    ];
    let mut cells = Vec::new();
    for (table, keys) in tables {
        let mut statement = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns: Vec<_> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let key: Vec<_> = keys.iter().map(|key| format!("{key} = {}", literal(&row.get(*key).unwrap()))).collect();
            // The network table's id says nothing; its check constraint is all there is to it.
            for column in columns.iter().filter(|column| column.as_str() != "id") {
                cells.push((table, key.join(" AND "), column.clone(), row.get(column.as_str()).unwrap()));
            }
        }
    }
    cells
}

fn literal(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        Value::Blob(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("x'{hex}'")
        }
        other => panic!("no key has this type: {other:?}"),
    }
}

/// A number's lowest bit; a blob's first and last byte, and one in between; something where there was nothing.
fn flips(value: &Value) -> Vec<Value> {
    match value {
        Value::Integer(number) => vec![Value::Integer(number ^ 1)],
        Value::Blob(bytes) => {
            let flip = |at: usize| {
                let mut bytes = bytes.clone();
                bytes[at] ^= 0x10;
                Value::Blob(bytes)
            };
            let last = bytes.len() - 1;
            [0, last * 5 / 8, last].into_iter().map(flip).collect()
        }
        _ => vec![Value::Integer(1), Value::Blob(vec![1; 32])],
    }
}
