from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest

from qa import split, words
from qa.errors import IndexMismatch, IndexMissing, QAError
from qa.library import Entry, Library, Origin, Scope, create, make_current, phrase
from qa.testing import HashEmbedder
from qa.types import Document

EMBEDDER = HashEmbedder(16)


def entry(id: str, text: str, date: str | None = None) -> Entry:
    document = Document(id, text, title=id, date=date, sha256=str(hash(text)))
    passages = split.passages(document)
    spans = [[(a - p.start, b - p.start) for a, b in p.sentences] for p in passages]
    return Entry(
        document, Origin("docs", id, len(text), 1), passages, EMBEDDER.passages([p.text for p in passages], spans)
    )


@pytest.fixture
def writer(tmp_path: Path) -> Library:
    folder = create(tmp_path / "index", {"embedder": "hash-16", "dimension": 16, "splitter": split.SPLITTER})
    make_current(tmp_path / "index", folder)
    return Library(tmp_path / "index", write=True)


def ids_of(library: Library, id: str) -> list[str]:
    return [passage.id for passage in split.passages(library.document(id))]


def fill(writer: Library, *entries: Entry) -> None:
    writer.add(entries)
    writer.flip()
    writer.purge()


def test_a_missing_index_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="qa ingest"):
        Library(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_pending_and_dead_versions_are_never_seen(writer: Library) -> None:
    fill(writer, entry("a.txt", "The old bridge was closed."))
    old = ids_of(writer, "a.txt")
    writer.add([entry("a.txt", "The new bridge was opened.")])
    new = [p.id for p in split.passages(Document("a.txt", "The new bridge was opened.", ""))]
    reader = Library(writer.index)
    assert set(reader.passages([*old, *new])) == set(old)
    assert [id for id, _ in reader.keyword("bridge", limit=9)] == old
    writer.flip()
    assert set(reader.passages([*old, *new])) == set(new)
    assert [id for id, _ in reader.keyword("bridge", limit=9)] == new
    assert reader.document("a.txt").text == "The new bridge was opened."
    assert writer.stale() == old
    writer.purge()
    assert not writer.unfinished()


def test_a_pending_flood_does_not_push_live_passages_out_of_the_keyword_search(writer: Library) -> None:
    fill(writer, entry("a.txt", "A long sentence in which somewhere the word bridge stands among many other words."))
    writer.add([entry(f"{n}.txt", "Bridge bridge bridge.") for n in range(20)])
    assert [id for id, _ in writer.keyword("bridge", limit=1)] == ids_of(writer, "a.txt")


def test_passages_come_in_the_order_asked_with_their_vectors(writer: Library) -> None:
    entries = [entry(f"{n}.txt", f"Sentence one of {n}. Sentence two of {n}.") for n in range(3)]
    fill(writer, *entries)
    wanted = [entries[2].passages[0].id, "unknown", entries[0].passages[0].id]
    found = writer.passages(wanted)
    assert list(found) == [wanted[0], wanted[2]]
    stored = found[wanted[0]]
    assert stored.passage == entries[2].passages[0]
    assert np.array_equal(stored.vector, entries[2].encoded[0].vector)
    assert stored.vectors.shape == (2, 16)
    assert np.allclose(stored.vectors, entries[2].encoded[0].sentences, atol=1e-3)


def test_an_unchanged_passage_keeps_its_id_and_its_offsets_move_with_the_document(writer: Library) -> None:
    fill(writer, entry("a.txt", "Only one sentence stands here."))
    before = ids_of(writer, "a.txt")
    fill(writer, entry("a.txt", "\n\n  Only one sentence stands here."))
    found = writer.passages(before)[before[0]].passage
    assert (found.id, found.start) == (before[0], 4)
    assert writer.document("a.txt").text[found.start : found.end] == found.text


def test_a_snapshot_holds_passages_and_document_of_one_moment_together(writer: Library) -> None:
    texts = ["One sentence stands here.", "   One sentence stands here."]
    versions = [entry("a.txt", text) for text in texts]
    fill(writer, versions[0])
    reader, stop, wrong = Library(writer.index), threading.Event(), []
    id = versions[0].passages[0].id

    def read() -> None:
        while not stop.is_set():
            with reader.snapshot():
                found = reader.passages([id])[id].passage
                text = reader.document("a.txt").text
            if text[found.start : found.end] != found.text:
                wrong.append((found, text))

    thread = threading.Thread(target=read)
    thread.start()
    for n in range(100):
        fill(writer, versions[n % 2])
    stop.set()
    thread.join()
    assert not wrong


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), None),
        (Scope(since="2023-12"), ["dec.txt", "year.txt"]),
        (Scope(until="2023-11-30"), ["nov.txt", "year.txt"]),
        (Scope(since="2023-12-06", until="2023-12-06"), ["dec.txt", "year.txt"]),
        (Scope(documents=frozenset({"none.txt", "dec.txt", "other"})), ["dec.txt", "none.txt"]),
        (Scope(documents=frozenset()), []),
    ],
)
def test_a_scope_selects_by_id_and_by_date_of_any_precision(
    writer: Library, scope: Scope, expected: list[str] | None
) -> None:
    dates = {"nov.txt": "2023-11-20", "dec.txt": "2023-12-06", "year.txt": "2023", "none.txt": None}
    fill(writer, *(entry(id, f"The bridge of {id}.", date) for id, date in dates.items()))
    assert writer.select(scope) == expected
    found = writer.passages([id for id, _ in writer.keyword("bridge", limit=9, scope=scope)])
    assert sorted(stored.passage.document for stored in found.values()) == sorted(
        dates if expected is None else expected
    )


def test_terms_are_folded_and_stemmed_as_the_index_has_them(writer: Library) -> None:
    fill(writer, entry("a.txt", "Bridges were closed."), entry("b.txt", "The café opened a bridge."))
    assert writer.terms("Cafés closing BRIDGES") == ["cafe", "close", "bridg"]
    assert writer.frequencies(["bridg", "cafe", "absent"]) == (2, {"bridg": 2, "cafe": 1, "absent": 0})
    assert writer.vocabulary("c") == ["cafe", "close"]


@pytest.mark.parametrize(
    "word", "accused agreed response house increase environment proposal bridges 1902 café".split()
)
def test_a_word_is_found_by_its_stem(writer: Library, word: str) -> None:
    fill(writer, entry("a.txt", f"They mention {word} here."))
    assert [id for id, _ in writer.keyword(phrase(words.stems(word)), limit=9)] == ids_of(writer, "a.txt")
    assert writer.keyword(phrase(writer.terms(f"mention {word}")), limit=9)


@pytest.mark.parametrize(
    "text", ["Café Erdoğan’s Ångström", "cafe\u0301 re\u0301sume\u0301s", "Łódź", "Москва й Ελλάδα"]
)
def test_words_are_the_same_in_a_question_as_in_the_index(writer: Library, text: str) -> None:
    assert words.stems(text) == tuple(term for term in writer.terms(text) if term != "s")


def test_all_are_found_while_others_are_being_replaced(writer: Library) -> None:
    fill(writer, *(entry(f"{n}.txt", f"The bridge number {n}.") for n in range(5)))
    writer.add([entry(f"{n}.txt", f"The bridge is number {n}.") for n in range(3)])
    assert len(writer.keyword("bridge", limit=-1)) == 5


def test_an_unknown_document_is_answered_with_the_closest_id(writer: Library) -> None:
    fill(writer, entry("science/bees.html", "Bees count."))
    with pytest.raises(QAError, match=r"no document 'bees.htm'.*'science/bees.html'"):
        writer.document("bees.htm")


def test_a_newer_schema_is_refused_and_not_touched(writer: Library) -> None:
    writer._db().close()
    file = writer.folder / "library.sqlite"
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = file.read_bytes()
    with pytest.raises(IndexMismatch, match=r"schema 99.*schema 1.*upgrade"):
        Library(writer.index)
    assert file.read_bytes() == before


def test_a_mismatch_names_both_values_and_the_command(writer: Library) -> None:
    fill(writer, entry("a.txt", "Text."))
    writer.verify(embedder="hash-16", dimension=16)
    with pytest.raises(IndexMismatch, match=r"'hash-16'.*'other'.*qa ingest --rebuild /.*/docs"):
        writer.verify(embedder="other")


def test_a_changed_byte_of_a_stored_text_or_vector_is_found(writer: Library) -> None:
    fill(writer, entry("a.txt", "The bridge was closed."), entry("b.txt", "The café opened."))
    assert writer.check() == []
    with sqlite3.connect(writer.folder / "library.sqlite") as db:
        db.execute("UPDATE document SET text = replace(text, 'closed', 'opened')")
    assert writer.check() == ["document a.txt is not as it was written"]


def test_a_file_that_is_no_database_is_a_named_error(writer: Library) -> None:
    writer._db().close()
    (writer.folder / "library.sqlite").write_bytes(b"\0" * 8192)
    (writer.folder / "library.sqlite-wal").unlink(missing_ok=True)
    with pytest.raises(QAError, match="--rebuild"):
        Library(writer.index).documents()


def test_a_reader_cannot_write(writer: Library) -> None:
    with pytest.raises(sqlite3.OperationalError):
        Library(writer.index).flip()
