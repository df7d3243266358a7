-- Conversations and their turns, which are JSON, with an index of their words.
CREATE TABLE chats (
    number INTEGER PRIMARY KEY, owner TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, changed REAL NOT NULL,
    UNIQUE (owner, id));
CREATE TABLE turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT, chat INTEGER NOT NULL REFERENCES chats ON DELETE CASCADE, turn TEXT NOT NULL);
CREATE INDEX turns_of_chat ON turns (chat);
CREATE VIRTUAL TABLE words USING fts5 (question, answer, tokenize='unicode61 remove_diacritics 2');
CREATE TRIGGER turn_in AFTER INSERT ON turns BEGIN
    INSERT INTO words (rowid, question, answer) VALUES (
        new.id, json_extract(new.turn, '$.question'), coalesce(json_extract(new.turn, '$.answer.text'), '')); END;
CREATE TRIGGER turn_out AFTER DELETE ON turns BEGIN DELETE FROM words WHERE rowid = old.id; END;
PRAGMA user_version = 1;
