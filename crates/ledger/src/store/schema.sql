-- Everything is keyed by the height that added it; nothing but an erasure changes a row. Rolling back deletes from above.
CREATE TABLE network (id INTEGER PRIMARY KEY CHECK (id = 0), file BLOB NOT NULL) STRICT;

CREATE TABLE blocks (
    height      INTEGER PRIMARY KEY,
    hash        BLOB NOT NULL UNIQUE,
    header      BLOB NOT NULL,
    certificate BLOB NOT NULL,
    set_change  INTEGER NOT NULL
) STRICT;
CREATE INDEX blocks_set_change ON blocks (height) WHERE set_change = 1;

-- body is NULL and pseudonym set once the record was erased; before, it is the other way round.
CREATE TABLE entries (
    height       INTEGER NOT NULL REFERENCES blocks (height),
    position     INTEGER NOT NULL,
    txid         BLOB NOT NULL UNIQUE,
    announcement BLOB NOT NULL,
    body         BLOB,
    pseudonym    BLOB,
    PRIMARY KEY (height, position),
    CHECK ((body IS NULL) <> (pseudonym IS NULL))
) STRICT;

CREATE TABLE pseudonyms (
    key    BLOB PRIMARY KEY,
    height INTEGER NOT NULL REFERENCES blocks (height)
) STRICT, WITHOUT ROWID;
CREATE INDEX pseudonyms_height ON pseudonyms (height);

CREATE TABLE revocations (
    rho    BLOB PRIMARY KEY,
    height INTEGER NOT NULL REFERENCES blocks (height)
) STRICT, WITHOUT ROWID;
CREATE INDEX revocations_height ON revocations (height);

-- erasure is NULL only while an anchor that arrived pruned waits for the block that erased it.
CREATE TABLE anchors (
    txid    BLOB PRIMARY KEY REFERENCES entries (txid),
    height  INTEGER NOT NULL REFERENCES blocks (height),
    erasure BLOB,
    erased  INTEGER REFERENCES blocks (height)
) STRICT, WITHOUT ROWID;
CREATE INDEX anchors_height ON anchors (height);
CREATE INDEX anchors_erased ON anchors (erased);

CREATE TABLE hospitals (
    ordinal      INTEGER PRIMARY KEY,
    height       INTEGER NOT NULL REFERENCES blocks (height),
    hospital     BLOB NOT NULL,
    registration BLOB NOT NULL
) STRICT;

CREATE TABLE certificates (
    serial BLOB PRIMARY KEY,
    height INTEGER NOT NULL REFERENCES blocks (height)
) STRICT, WITHOUT ROWID;
CREATE INDEX certificates_height ON certificates (height);

CREATE TABLE registry (
    sequence INTEGER PRIMARY KEY,
    height   INTEGER NOT NULL REFERENCES blocks (height),
    position INTEGER NOT NULL
) STRICT;
CREATE INDEX registry_height ON registry (height);

-- Nodes of the mountain range over header hashes, with the height whose header completed them.
CREATE TABLE history (
    level    INTEGER NOT NULL,
    position INTEGER NOT NULL,
    height   INTEGER NOT NULL REFERENCES blocks (height),
    digest   BLOB NOT NULL,
    PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX history_height ON history (height);
