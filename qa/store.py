"""The dense index: Chroma, written through LlamaIndex's vector store, so that any LlamaIndex program can open it.

It derives from the library and can always be rebuilt from it. Three facts about embedded Chroma 1.5 shape this file: a
process never sees what another one writes until it opens the folder anew; opening it while another process writes can
kill the process (no exception), so one file lock stands before both; and damaged vector files can kill it too, so
files that are not as they were last written are tried in a child process first.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from qa.errors import IndexBusy, QAError
from qa.library import Library, Source
from qa.types import Document, Passage

BATCH = 5000  # Chroma refuses more than 5,461 rows in a call
COLLECTION = "passages"


class StoreDamaged(QAError):
    """The vectors cannot be read; they can be rebuilt from the library."""


class Store:
    """The vectors at `place` (a folder of embedded Chroma), or on the Chroma server at `url` in a collection named
    after its generation. Only a writer (`write=True`) creates what is missing.

    Raises:
        StoreDamaged: the vectors are missing or unreadable. IndexBusy: a writer did not let go for a minute.
    """

    def __init__(self, place: Path, *, url: str = "", write: bool = False) -> None:
        self._url, self._write, self._opening = url, write, threading.Lock()
        self._open(place, -1)

    def follow(self, library: Library) -> None:
        """Catches up with what was written since, or stays with what it has while a writer is busy or the disk is
        full. Call it before the searches of a question: it is cheap."""
        seen = (library.chroma, library.revision())
        with self._opening:
            if seen != (self.place, self.revision):
                with suppress(IndexBusy, StoreDamaged):
                    self._open(*seen, wait=1)

    def add(self, passages: Sequence[Passage], vectors: Sequence[Any], documents: Mapping[str, Any]) -> None:
        """Puts passages, replacing those of the same id. `vectors` are unit rows, one a passage; `documents` (each a
        `Document` or a `Source`) are looked up by id."""
        from llama_index.vector_stores.chroma import ChromaVectorStore

        nodes = [_node(p, vector, documents[p.document]) for p, vector in zip(passages, vectors, strict=True)]
        with self._writing():
            for first in range(0, len(nodes), BATCH):
                ChromaVectorStore(chroma_collection=_Upserting(self._collection)).add(nodes[first : first + BATCH])

    def delete(self, ids: Sequence[str]) -> None:
        """Takes passages out; ids that are not there do no harm."""
        with self._writing():
            for first in range(0, len(ids), BATCH):
                self._collection.delete(ids=list(ids[first : first + BATCH]))

    def search(
        self, vector: NDArray[np.float32], *, limit: int, documents: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """The passages nearest to a unit vector, as (id, cosine similarity), best first. An id may be stale or foreign:
        keep those that the library knows."""
        where = None if documents is None else {"document": {"$in": list(documents)}}
        if documents is not None and not documents:
            return []
        with _named():
            found = self._collection.query(
                query_embeddings=[np.asarray(vector).tolist()], n_results=limit, where=where, include=["distances"]
            )
        return [(id, 1 - gap) for id, gap in zip(found["ids"][0], found["distances"][0], strict=True)]

    def count(self) -> int:
        """How many passages are in."""
        with _named():
            return self._collection.count()

    def worn(self) -> bool:
        """Whether much of the folder is the places of deleted passages, which Chroma never uses again."""
        places = sum(file.stat().st_size // 4 for file in self.place.glob("*/length.bin"))
        return places > 1.3 * self.count() + 500

    def ids(self) -> set[str]:
        """The ids of all passages that are in."""
        found: set[str] = set()
        with _named():
            for first in range(0, self._collection.count(), BATCH):
                found.update(self._collection.get(limit=BATCH, offset=first, include=[])["ids"])
        return found

    def vectors(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of at most `BATCH` passages."""
        with _named():
            found = self._collection.get(ids=list(ids), include=["embeddings"])
        return dict(zip(found["ids"], np.asarray(found["embeddings"], np.float32), strict=True))

    def _open(self, place: Path, revision: int, wait: float = 60) -> None:
        with _named(), _gate(place, self._url, wait):
            if self._url:
                collection = _collection(_server(self._url), f"qa-{place.parent.name}", self._write)
            else:
                _examine(place, write=self._write)
                collection = _embedded(place, self._write)
                rows = collection.get(limit=1, include=["embeddings"])["embeddings"]
                if len(rows):  # the files are read at the first search: now, behind the gate
                    collection.query(query_embeddings=rows, n_results=1, include=[])
                _note(place)  # opening may create them
        self._collection, self.place, self.revision = collection, place, revision

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with _named(), _gate(self.place, self._url):
            yield
            if not self._url:
                _note(self.place)


class _Upserting(NamedTuple):
    """LlamaIndex's vector store only adds, and Chroma's add passes over ids that are there, stale offsets and all."""

    collection: Any

    def add(self, **rows: Any) -> None:
        self.collection.upsert(**rows)


def drop(place: Path, *, url: str = "") -> None:
    """Deletes the vectors at `place`, if there are any."""
    from chromadb.errors import NotFoundError

    if url:
        with _named(), suppress(NotFoundError):
            _server(url).delete_collection(f"qa-{place.parent.name}")
    with _gate(place, url):
        shutil.rmtree(place, ignore_errors=True)
        _stamp(place).unlink(missing_ok=True)


def replace(place: Path, beside: Path) -> None:
    """Lets the vectors at `beside` take the place of those at `place`."""
    drop(place)
    with _gate(place, ""):
        os.rename(beside, place)
        os.replace(_stamp(beside), _stamp(place))


def survives(place: Path) -> bool:
    """Whether the embedded vectors at `place` can be opened and searched; tried in a child, which damage may kill."""
    if not (place / "chroma.sqlite3").exists():
        return False
    paths = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    # -P: nothing is imported from the working directory
    command = [sys.executable, "-P", "-m", "qa.store", str(place.absolute())]
    return subprocess.run(command, env=environment, capture_output=True, timeout=300, check=False).returncode == 0


def _try(place: Path) -> None:
    collection = _embedded(place, False)
    for first in range(0, collection.count(), BATCH):
        rows = collection.get(limit=BATCH, offset=first, include=["embeddings"])["embeddings"]
        collection.query(query_embeddings=rows[:: max(1, len(rows) // 20)], n_results=10, include=["distances"])


def _examine(place: Path, *, write: bool) -> None:
    if not (place / "chroma.sqlite3").exists():
        if not write:
            raise StoreDamaged(f"the vectors in {place} are missing; rebuild them: qa ingest FOLDER")
        return
    stamp = _stamp(place)
    if stamp.exists() and stamp.read_text() == _state(place):
        return
    # A writer does not try: an interrupted write may have lost what no trial finds, and rebuilding is sure.
    if write or not survives(place):
        raise StoreDamaged(f"the vectors in {place} are not as they were written; rebuild them: qa ingest FOLDER")


def _stamp(place: Path) -> Path:
    return place.with_name(place.name + ".stamp")


def _note(place: Path) -> None:
    with suppress(OSError):  # a full disk: they are tried in a child the next time
        _stamp(place).write_text(_state(place))


def _state(place: Path) -> str:
    files = ((file.relative_to(place).as_posix(), file.stat()) for file in sorted(place.glob("*/*")))
    return json.dumps([[name, stat.st_size, stat.st_mtime_ns] for name, stat in files])


@contextmanager
def _gate(place: Path, url: str, wait: float = 60) -> Iterator[None]:
    if url:
        yield
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(place.with_name(place.name + ".gate"), timeout=wait, poll_interval=0.01):
            yield
    except Timeout:
        raise IndexBusy(f"another process holds the vectors in {place} for {wait:.0f} s by now; try again") from None


@contextmanager
def _named() -> Iterator[None]:
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, httpx.HTTPError) as error:
        raise StoreDamaged(
            f"the vectors could not be used: {error}. Make room if the disk is full, then mend them: qa ingest FOLDER"
        ) from error


def _server(url: str) -> Any:
    import chromadb

    parts = urlsplit(url if "//" in url else f"http://{url}")
    secure = parts.scheme == "https"
    try:
        return chromadb.HttpClient(
            host=parts.hostname or "", port=parts.port or (443 if secure else 8000), ssl=secure, settings=_settings()
        )
    except ValueError as error:  # what Chroma's client makes of a host that does not answer
        raise QAError(f"no Chroma server at {url}: {error}; start one: chroma run, or unset QA_CHROMA_URL") from error


def _settings(**more: Any) -> Any:
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False, **more)


def _embedded(place: Path, create: bool) -> Any:
    from chromadb.api.client import Client
    from chromadb.config import System

    # PersistentClient shares one system per folder within the process, which would never see another process's writes.
    system = System(_settings(is_persistent=True, persist_directory=str(place)))
    system.start()
    try:
        client = Client.from_system(system)
    except AttributeError as error:  # Chroma's clean-up behind a failed start fails as well
        raise error.__context__ or error from None
    collection = _collection(client, COLLECTION, create)
    weakref.finalize(collection, system.stop)  # its files and memory go when the last search has let go of it
    return collection


def _collection(client: Any, name: str, create: bool) -> Any:
    if not create:
        return client.get_collection(name, embedding_function=None)
    shape = {"hnsw": {"space": "cosine", "ef_search": 200}}
    return client.get_or_create_collection(name, embedding_function=None, configuration=shape)


def _node(passage: Passage, vector: Any, document: Document | Source) -> Any:
    from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

    return TextNode(
        id_=passage.id,
        text=passage.text,
        embedding=np.asarray(vector).tolist(),
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata={
            "document": document.id,
            "title": document.title,
            "date": document.date or "",
            "ordinal": passage.ordinal,
        },
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document.id)},
    )


if __name__ == "__main__":
    _try(Path(sys.argv[1]))
