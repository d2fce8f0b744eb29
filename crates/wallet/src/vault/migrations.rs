//! The tables, and how older vaults become newer ones. Append only: a released step is never edited.

use std::path::Path;

use rusqlite::Connection;

use super::error::VaultError;

/// Step i brings a vault from version i to i + 1 (`PRAGMA user_version`).
const STEPS: &[&str] = &[VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5, VERSION_6];

/// Of three columns that begin with the same word (`_txid`, `_height`, `_time`), see [`Progress`](super::Progress).
const VERSION_1: &str = "
CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The person's own records. Keys are absent once a record is erased.
CREATE TABLE records (
    reference BLOB PRIMARY KEY CHECK (length(reference) = 16),
    anchor_txid BLOB UNIQUE CHECK (length(anchor_txid) = 32),
    anchor_height INTEGER,
    anchor_time INTEGER,
    erase_state INTEGER NOT NULL,
    erase_txid BLOB CHECK (length(erase_txid) = 32),
    erase_height INTEGER,
    erase_time INTEGER,
    record_key BLOB CHECK (length(record_key) = 32),
    blind BLOB CHECK (length(blind) = 32),
    owner_secret BLOB CHECK (length(owner_secret) = 32),
    content_root BLOB NOT NULL CHECK (length(content_root) = 32),
    sealed_bytes INTEGER NOT NULL,
    hospital BLOB NOT NULL CHECK (length(hospital) = 3),
    blob BLOB NOT NULL CHECK (length(blob) = 16),
    author INTEGER NOT NULL,
    collection INTEGER NOT NULL,
    document_time INTEGER NOT NULL,
    title TEXT NOT NULL,
    media_type TEXT NOT NULL,
    self_reported INTEGER NOT NULL,
    added INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    original_bytes INTEGER,
    category TEXT,
    out_of_range INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX records_by_time ON records (document_time);

-- Entries at hospitals: in a catalogue (collection, epoch, nonce) or behind a grant of one record (grant_n).
CREATE TABLE deposits (
    x BLOB PRIMARY KEY CHECK (length(x) = 32),
    reference BLOB NOT NULL REFERENCES records (reference) ON DELETE CASCADE,
    hospital BLOB NOT NULL CHECK (length(hospital) = 3),
    collection INTEGER,
    epoch INTEGER,
    nonce BLOB CHECK (length(nonce) = 16),
    grant_n INTEGER,
    state INTEGER NOT NULL,
    CHECK ((collection IS NULL) = (grant_n IS NOT NULL)),
    CHECK ((collection IS NULL) = (epoch IS NULL) AND (collection IS NULL) = (nonce IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX deposits_by_record ON deposits (reference);

CREATE TABLE collections (
    collection INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL
) STRICT;

CREATE TABLE catalogues (
    collection INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    hospital BLOB NOT NULL CHECK (length(hospital) = 3),
    PRIMARY KEY (collection, epoch, hospital)
) STRICT, WITHOUT ROWID;

-- Grants the person made. n is used in key derivation: a number is never used twice, a row never deleted.
CREATE TABLE grants (
    n INTEGER PRIMARY KEY,
    collection INTEGER,
    epoch INTEGER,
    reference BLOB CHECK (length(reference) = 16),
    grantee BLOB NOT NULL CHECK (length(grantee) = 25),
    grantee_name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    note TEXT,
    scope INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    rho BLOB NOT NULL UNIQUE CHECK (length(rho) = 32),
    created INTEGER NOT NULL,
    continues INTEGER REFERENCES grants (n),
    grant_txid BLOB UNIQUE CHECK (length(grant_txid) = 32),
    grant_height INTEGER,
    grant_time INTEGER,
    revoke_state INTEGER NOT NULL,
    revoke_txid BLOB CHECK (length(revoke_txid) = 32),
    revoke_height INTEGER,
    revoke_time INTEGER,
    CHECK ((collection IS NULL) = (reference IS NOT NULL) AND (collection IS NULL) = (epoch IS NULL))
) STRICT;

-- Passes others gave to this person.
CREATE TABLE shared (
    rho BLOB PRIMARY KEY CHECK (length(rho) = 32),
    patient BLOB NOT NULL CHECK (length(patient) = 25),
    pass BLOB NOT NULL,
    txid BLOB NOT NULL UNIQUE CHECK (length(txid) = 32),
    height INTEGER NOT NULL,
    time INTEGER NOT NULL,
    stopped_height INTEGER,
    unread INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX shared_by_patient ON shared (patient);

-- What was last seen behind those passes.
CREATE TABLE shared_items (
    rho BLOB NOT NULL REFERENCES shared (rho) ON DELETE CASCADE,
    reference BLOB NOT NULL CHECK (length(reference) = 16),
    hospital BLOB NOT NULL CHECK (length(hospital) = 3),
    x BLOB NOT NULL CHECK (length(x) = 32),
    nonce BLOB NOT NULL CHECK (length(nonce) = 16),
    item BLOB NOT NULL,
    added INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    PRIMARY KEY (rho, reference)
) STRICT, WITHOUT ROWID;

-- Who looked: the hospital's word, and the reader's.
CREATE TABLE receipts (
    hospital BLOB NOT NULL CHECK (length(hospital) = 3),
    challenge BLOB NOT NULL CHECK (length(challenge) = 32),
    receipt BLOB NOT NULL,
    txid BLOB NOT NULL CHECK (length(txid) = 32),
    height INTEGER NOT NULL,
    time INTEGER NOT NULL,
    PRIMARY KEY (hospital, challenge)
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
    hospital BLOB NOT NULL CHECK (length(hospital) = 3),
    challenge BLOB NOT NULL CHECK (length(challenge) = 32),
    notice BLOB NOT NULL,
    received INTEGER NOT NULL,
    PRIMARY KEY (hospital, challenge)
) STRICT, WITHOUT ROWID;

-- Certificates that were verified, whoever they came from.
CREATE TABLE certificates (
    serial INTEGER PRIMARY KEY,
    participant BLOB NOT NULL CHECK (length(participant) = 25),
    valid_from INTEGER NOT NULL,
    certificate BLOB NOT NULL
) STRICT;
CREATE INDEX certificates_by_participant ON certificates (participant);

CREATE TABLE contacts (
    participant BLOB PRIMARY KEY CHECK (length(participant) = 25),
    added INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE directory (
    hospital BLOB NOT NULL CHECK (length(hospital) = 3),
    serial INTEGER NOT NULL REFERENCES certificates (serial),
    PRIMARY KEY (hospital, serial)
) STRICT, WITHOUT ROWID;

CREATE TABLE pseudonyms (
    idx INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    signature BLOB NOT NULL CHECK (length(signature) = 64),
    used INTEGER NOT NULL
) STRICT;
CREATE INDEX pseudonyms_unused ON pseudonyms (epoch, idx) WHERE used = 0;

-- Work of several steps, each step of which is repeated until it succeeds.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    step INTEGER NOT NULL,
    payload BLOB NOT NULL,
    created INTEGER NOT NULL,
    due INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    trouble TEXT
) STRICT;

CREATE TABLE scanned (
    height INTEGER PRIMARY KEY,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- ST of every note that was opened: a copy of a note gives nothing.
CREATE TABLE seen_notes (
    st BLOB PRIMARY KEY CHECK (length(st) = 33),
    txid BLOB NOT NULL CHECK (length(txid) = 32)
) STRICT, WITHOUT ROWID;

-- Records this person wrote for others.
CREATE TABLE written (
    reference BLOB PRIMARY KEY CHECK (length(reference) = 16),
    patient BLOB NOT NULL CHECK (length(patient) = 25),
    patient_name TEXT NOT NULL,
    title TEXT NOT NULL,
    collection INTEGER NOT NULL,
    hospital BLOB NOT NULL CHECK (length(hospital) = 3),
    created INTEGER NOT NULL,
    anchor_txid BLOB UNIQUE CHECK (length(anchor_txid) = 32),
    anchor_height INTEGER,
    anchor_time INTEGER
) STRICT, WITHOUT ROWID;
";

/// What hospitals did that does not fit.
const VERSION_2: &str = "
CREATE TABLE observations (
    hospital BLOB NOT NULL CHECK (length(hospital) = 3),
    kind INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    count INTEGER NOT NULL,
    detail TEXT NOT NULL,
    evidence BLOB,
    PRIMARY KEY (hospital, kind)
) STRICT, WITHOUT ROWID;
";

/// What people said to each other off the ledger.
const VERSION_3: &str = "
CREATE TABLE messages (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    thread BLOB NOT NULL CHECK (length(thread) = 16),
    family INTEGER NOT NULL,
    peer BLOB NOT NULL CHECK (length(peer) = 25),
    outgoing INTEGER NOT NULL,
    stranger INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    delivery INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_by_thread ON messages (thread);
CREATE INDEX messages_by_peer ON messages (peer, sent);
";

/// Recovery by people.
const VERSION_4: &str = "
-- Splittings of this person's seed; the newest counts unless it was ended.
CREATE TABLE recovery_sets (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    signed BLOB NOT NULL,
    created INTEGER NOT NULL,
    ended INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_holders (
    id BLOB NOT NULL REFERENCES recovery_sets (id),
    place INTEGER NOT NULL,
    holder BLOB NOT NULL CHECK (length(holder) = 25),
    state INTEGER NOT NULL,
    since INTEGER NOT NULL,
    heard INTEGER,
    PRIMARY KEY (id, place)
) STRICT, WITHOUT ROWID;

-- Calls for help with this person's seed, as holders told of them, and what this person decided.
CREATE TABLE recovery_alarms (
    caller BLOB NOT NULL CHECK (length(caller) = 33),
    holder BLOB NOT NULL CHECK (length(holder) = 25),
    name TEXT NOT NULL,
    answer BLOB NOT NULL,
    heard INTEGER NOT NULL,
    PRIMARY KEY (caller, holder)
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_verdicts (
    caller BLOB PRIMARY KEY CHECK (length(caller) = 33),
    verdict INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Parts kept for others. A row without a part remembers what must not come back.
CREATE TABLE recovery_kept (
    patient BLOB PRIMARY KEY CHECK (length(patient) = 25),
    id BLOB NOT NULL CHECK (length(id) = 16),
    created INTEGER NOT NULL,
    part BLOB,
    received INTEGER NOT NULL,
    told INTEGER NOT NULL,
    unread INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_calls (
    caller BLOB NOT NULL CHECK (length(caller) = 33),
    patient BLOB NOT NULL CHECK (length(patient) = 25),
    id BLOB NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    state INTEGER NOT NULL,
    since INTEGER NOT NULL,
    release INTEGER NOT NULL,
    PRIMARY KEY (caller, patient)
) STRICT, WITHOUT ROWID;

-- Said again until it is answered.
CREATE TABLE recovery_letters (
    slot TEXT PRIMARY KEY,
    recipient BLOB NOT NULL,
    message BLOB NOT NULL,
    due INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Grants by decision, reminders of their ends, what entries at hospitals once opened, and what people are called.
const VERSION_5: &str = "
ALTER TABLE grants ADD COLUMN bundle INTEGER NOT NULL DEFAULT 0;
ALTER TABLE grants ADD COLUMN reader_identity BLOB CHECK (length(reader_identity) = 33);
ALTER TABLE grants ADD COLUMN reader_receiving BLOB CHECK (length(reader_receiving) = 33);
WITH RECURSIVE chain (n, first) AS (
    SELECT n, n FROM grants WHERE continues IS NULL
    UNION ALL SELECT grants.n, chain.first FROM grants JOIN chain ON grants.continues = chain.n
)
UPDATE grants SET bundle = coalesce((SELECT first FROM chain WHERE chain.n = grants.n), n);
CREATE INDEX grants_by_bundle ON grants (bundle);

CREATE TABLE endings (
    bundle INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    PRIMARY KEY (bundle, not_after)
) STRICT, WITHOUT ROWID;

-- Accesses speak of X, also long after the entry at the hospital is gone.
CREATE TABLE past_deposits (
    x BLOB PRIMARY KEY CHECK (length(x) = 32),
    reference BLOB NOT NULL CHECK (length(reference) = 16)
) STRICT, WITHOUT ROWID;

CREATE TABLE nicknames (
    participant BLOB PRIMARY KEY CHECK (length(participant) = 25),
    nickname TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// What documents say, so that searching, charts and marks need neither the network nor the documents.
const VERSION_6: &str = "
ALTER TABLE records ADD COLUMN document_digest BLOB CHECK (length(document_digest) = 32);
ALTER TABLE records ADD COLUMN supersedes BLOB CHECK (length(supersedes) = 32);
ALTER TABLE records ADD COLUMN superseded_by BLOB CHECK (length(superseded_by) = 16);
CREATE INDEX records_by_digest ON records (document_digest) WHERE document_digest IS NOT NULL;
CREATE INDEX records_by_supersedes ON records (supersedes) WHERE supersedes IS NOT NULL;
CREATE INDEX records_by_successor ON records (superseded_by) WHERE superseded_by IS NOT NULL;
CREATE INDEX records_listed ON records (document_time DESC, reference, erase_state, superseded_by, collection,
    media_type, author, self_reported, unread, title, category);

-- Learnt when a record was fetched and every check held; gone with the record.
CREATE TABLE gists (
    reference BLOB PRIMARY KEY REFERENCES records (reference) ON DELETE CASCADE,
    reader INTEGER NOT NULL,
    clinical INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE readings (
    reference BLOB NOT NULL REFERENCES gists (reference) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    code TEXT NOT NULL,
    unit TEXT NOT NULL,
    at INTEGER NOT NULL,
    value REAL NOT NULL,
    out_of_range INTEGER,
    PRIMARY KEY (reference, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX readings_by_code ON readings (code, at);

-- Blocks in which anchors were proved to stand, with the eh1 found there: proved once, known for good.
CREATE TABLE places (
    txid BLOB PRIMARY KEY CHECK (length(txid) = 32),
    header BLOB NOT NULL,
    anchor_hash BLOB NOT NULL CHECK (length(anchor_hash) = 32)
) STRICT, WITHOUT ROWID;

-- Sealed copies of what others share, for the time in which their passes hold.
CREATE TABLE copies (
    rho BLOB NOT NULL REFERENCES shared (rho) ON DELETE CASCADE,
    reference BLOB NOT NULL CHECK (length(reference) = 16),
    file TEXT NOT NULL,
    escrow BLOB NOT NULL,
    PRIMARY KEY (rho, reference)
) STRICT, WITHOUT ROWID;
";

/// Version of the vault's tables; 0 for a file without any.
pub(super) fn version(connection: &Connection, path: &Path) -> Result<i64, VaultError> {
    connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(|error| VaultError::from_sqlite(path, error))
}

/// Runs the steps that are missing, each in a transaction of its own.
pub(super) fn run(connection: &Connection, path: &Path) -> Result<(), VaultError> {
    run_steps(connection, path, STEPS)
}

fn run_steps(connection: &Connection, path: &Path, steps: &[&str]) -> Result<(), VaultError> {
    let known = steps.len() as i64;
    let found = version(connection, path)?;
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    let missing = steps.get(done..).ok_or(VaultError::Newer { found, known })?;
    for (step, next) in missing.iter().zip(done + 1..) {
        let sql = format!("BEGIN IMMEDIATE; {step}; PRAGMA user_version = {next}; COMMIT;");
        if let Err(error) = connection.execute_batch(&sql) {
            // Only fails if the step had not begun, or the engine has rolled it back by itself.
            let _ = connection.execute_batch("ROLLBACK");
            return Err(VaultError::from_sqlite(path, error));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(connection: &Connection) -> i64 {
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn steps_run_once_and_in_order() {
        let (connection, path) = (Connection::open_in_memory().unwrap(), Path::new("vault.db"));
        run_steps(&connection, path, &["CREATE TABLE a (x)"]).unwrap();
        let both = ["CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y"];
        run_steps(&connection, path, &both).unwrap();
        run_steps(&connection, path, &both).unwrap();
        connection.execute("INSERT INTO a (x, y) VALUES (1, 2)", []).unwrap();
        assert_eq!(version(&connection, path).unwrap(), 2);
    }

    #[test]
    fn a_step_that_fails_leaves_nothing_of_itself() {
        let (connection, path) = (Connection::open_in_memory().unwrap(), Path::new("vault.db"));
        assert!(run_steps(&connection, path, &["CREATE TABLE a (x); CREATE TABLE a (x)"]).is_err());
        assert_eq!((version(&connection, path).unwrap(), tables(&connection)), (0, 0));
    }

    #[test]
    fn a_newer_vault_is_not_touched() {
        let (connection, path) = (Connection::open_in_memory().unwrap(), Path::new("vault.db"));
        connection.execute_batch("PRAGMA user_version = 7").unwrap();
        assert!(matches!(run_steps(&connection, path, &["x"]), Err(VaultError::Newer { found: 7, known: 1 })));
    }
}
