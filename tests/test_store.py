from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from qa.store import COLLECTION, Store, StoreDamaged, drop, survives
from qa.types import Document, Passage

DOCUMENT = Document("docs/a.txt", "0123456789" * 10, "A title", "2024-03-05")
RANDOM = np.random.default_rng(0)
VECTORS = RANDOM.normal(size=(1500, 8)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)


def put(store: Store, numbers: Iterable[int], *, shift: int = 0, document: Document = DOCUMENT) -> None:
    chosen = list(numbers)
    passages = [Passage(f"p{n}", document.id, n, shift, shift + 5, f"text {n}", ((shift, shift + 5),)) for n in chosen]
    store.add(passages, VECTORS[chosen], {document.id: document})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "chroma", write=True)
    put(store, range(3))
    return store


def test_the_nearest_passage_comes_first_with_its_cosine(store: Store) -> None:
    found = store.search(VECTORS[1], limit=2)
    assert found[0] == ("p1", pytest.approx(1.0, abs=1e-5))
    assert found[1][1] == pytest.approx(max(VECTORS[1] @ VECTORS[0], VECTORS[1] @ VECTORS[2]), abs=1e-5)


def test_a_search_can_be_kept_to_documents(store: Store) -> None:
    put(store, [7], document=Document("b.txt", "", "B"))
    assert [id for id, _ in store.search(VECTORS[1], limit=9, documents=["b.txt"])] == ["p7"]
    assert store.search(VECTORS[1], limit=9, documents=[]) == []


def test_adding_again_replaces_and_deleting_again_does_no_harm(store: Store) -> None:
    put(store, [1, 2], shift=40)
    assert store.ids() == {"p0", "p1", "p2"}
    assert '"start_char_idx": 40' in store._collection.get(ids=["p1"])["metadatas"][0]["_node_content"]
    store.delete(["p0", "p1"])
    store.delete(["p0", "unknown"])
    assert (store.ids(), store.count()) == ({"p2"}, 1)


def test_any_llamaindex_program_can_open_the_index(store: Store) -> None:
    import chromadb
    from llama_index.core import VectorStoreIndex
    from llama_index.core.embeddings import MockEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    client = chromadb.PersistentClient(str(store.place), settings=chromadb.Settings(anonymized_telemetry=False))
    collection = client.get_collection(COLLECTION, embedding_function=None)
    index = VectorStoreIndex.from_vector_store(ChromaVectorStore(collection), embed_model=MockEmbedding(8))
    nodes = index.as_retriever(similarity_top_k=3).retrieve("any question")
    assert {node.node_id for node in nodes} == {"p0", "p1", "p2"}
    node = nodes[0].node
    assert (node.start_char_idx, node.end_char_idx, node.ref_doc_id) == (0, 5, "docs/a.txt")
    expected = {"document": "docs/a.txt", "title": "A title", "date": "2024-03-05"}
    assert {**expected, "ordinal": int(node.node_id[1])} == node.metadata
    assert node.text == f"text {node.metadata['ordinal']}"


def test_a_reader_does_not_create_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StoreDamaged, match=r"missing.*qa ingest"):
        Store(tmp_path / "chroma")
    assert not (tmp_path / "chroma").exists()


def test_a_dropped_store_can_be_made_anew_in_the_same_process(store: Store) -> None:
    drop(store.place)
    again = Store(store.place, write=True)
    assert again.ids() == set()
    put(again, [4])
    assert Store(store.place).ids() == {"p4"}


def test_a_second_opening_sees_what_another_process_wrote(store: Store) -> None:
    code = (
        "import numpy as np, sys; from pathlib import Path; from qa.store import Store; from qa.types import *;"
        "d = Document('z.txt', '', 'Z'); s = Store(Path(sys.argv[1]), write=True);"
        "s.add([Passage('z', 'z.txt', 0, 0, 1, 'z', ((0, 1),))], [np.eye(8)[0]], {'z.txt': d})"
    )
    subprocess.run([sys.executable, "-c", code, str(store.place)], check=True, cwd=Path(__file__).parents[1])
    assert Store(store.place).search(np.eye(8, dtype=np.float32)[0], limit=1)[0][0] == "z"


def test_damaged_files_are_tried_in_a_child_which_they_may_kill(tmp_path: Path) -> None:
    place = tmp_path / "chroma"
    put(Store(place, write=True), range(1500))
    assert survives(place)
    Store(place)
    file = next(place.glob("*/data_level0.bin"))
    file.write_bytes(RANDOM.bytes(file.stat().st_size))
    assert not survives(place)
    with pytest.raises(StoreDamaged, match=r"not as they were written.*qa ingest"):
        Store(place)


def test_the_child_that_tries_loads_nothing_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(Store(tmp_path / "chroma", write=True), range(5))
    (tmp_path / "chromadb.py").write_text("open('loaded', 'w')")
    monkeypatch.chdir(tmp_path)
    assert survives(Path("chroma")) and not Path("loaded").exists()


def test_a_copied_folder_opens_although_its_files_have_other_times(tmp_path: Path) -> None:
    import shutil

    put(Store(tmp_path / "chroma", write=True), range(1500))
    shutil.copytree(tmp_path / "chroma", tmp_path / "copy" / "chroma", copy_function=shutil.copyfile)
    assert Store(tmp_path / "copy" / "chroma").count() == 1500


def test_more_passages_than_chroma_takes_at_once_are_added_listed_and_deleted(tmp_path: Path) -> None:
    store, wanted = Store(tmp_path / "chroma", write=True), range(6000)  # its limit is 5,461
    passages = [Passage(f"p{n}", DOCUMENT.id, n, 0, 5, "text", ((0, 5),)) for n in wanted]
    store.add(passages, VECTORS[[n % 1500 for n in wanted]], {DOCUMENT.id: DOCUMENT})
    assert store.ids() == {f"p{n}" for n in wanted}
    store.delete([f"p{n}" for n in wanted])
    assert store.count() == 0


@pytest.mark.parametrize("history", ["in order", "shuffled", "again", "half deleted"])
def test_what_is_nearest_does_not_depend_on_how_the_passages_came_in(tmp_path: Path, history: str) -> None:
    store, numbers = Store(tmp_path / "chroma", write=True), list(range(1500))
    put(store, RANDOM.permutation(numbers).tolist() if history == "shuffled" else numbers)
    if history == "again":
        put(store, numbers[::-1])
    if history == "half deleted":
        store.delete([f"p{n}" for n in numbers[::2]])
        put(store, numbers[::2])
    queries = RANDOM.normal(size=(200, 8)).astype(np.float32)
    exact = np.argsort(-(queries @ VECTORS.T), axis=1)[:, :10]
    found = [{id for id, _ in store.search(query / np.linalg.norm(query), limit=10)} for query in queries]
    shared = sum(len(near & {f"p{n}" for n in best}) for near, best in zip(found, exact, strict=True))
    assert shared / 2000 >= 0.995
