-- The library of an index; `qa/library.py` says what its versions and their states are.
PRAGMA journal_mode = WAL;
CREATE TABLE built (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE document (
    version INTEGER PRIMARY KEY, id TEXT NOT NULL, state TEXT NOT NULL,
    root TEXT NOT NULL, file TEXT NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL, sha256 TEXT NOT NULL,
    title TEXT NOT NULL, date TEXT, passages INTEGER NOT NULL, digest TEXT NOT NULL,
    body INTEGER NOT NULL, pages TEXT NOT NULL, text TEXT NOT NULL);
CREATE UNIQUE INDEX one_live ON document (id) WHERE state = 'live';
CREATE INDEX by_state ON document (state);
CREATE TABLE passage (
    number INTEGER PRIMARY KEY, version INTEGER NOT NULL REFERENCES document,
    id TEXT NOT NULL, ordinal INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
    sentences TEXT NOT NULL, vector BLOB NOT NULL, vectors BLOB NOT NULL, text TEXT NOT NULL);
CREATE INDEX passage_id ON passage (id);
CREATE INDEX passage_version ON passage (version);
CREATE VIRTUAL TABLE words USING fts5 (text, content='passage', content_rowid='number', tokenize='porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, row);
CREATE TRIGGER passage_in AFTER INSERT ON passage BEGIN
    INSERT INTO words (rowid, text) VALUES (new.number, new.text); END;
CREATE TRIGGER passage_out AFTER DELETE ON passage BEGIN
    INSERT INTO words (words, rowid, text) VALUES ('delete', old.number, old.text); END;
PRAGMA user_version = 1;
