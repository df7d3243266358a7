"""A path becomes a `Document`: text, title, date and page map, one short module for each family of formats.

Office documents and PDF carry a creation date too. It is not used: it says when the file was made, not the article.
"""

from __future__ import annotations

import hashlib
import re
import stat
from pathlib import Path

from qa.errors import ReadFailed, UnsupportedFormat
from qa.readers import about, child, text
from qa.types import Document

PLAIN, TABLES = frozenset({".txt", ".md", ".markdown"}), frozenset({".csv", ".tsv"})
SUFFIXES: frozenset[str] = PLAIN | TABLES | frozenset(child.PARSERS)
LARGEST = 200_000_000  # bytes
_CHILD = child.Child()


def read(path: Path, *, id: str) -> Document:
    """The file at `path` as a document named `id`.

    Raises:
        UnsupportedFormat: no reader for the file's ending.
        ReadFailed: the file is missing, too large, damaged, encrypted, binary, or holds no text.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UnsupportedFormat(f"{id}: no reader for {suffix!r}; convert it to one of: {' '.join(sorted(SUFFIXES))}")
    try:
        _check(path)
        found = _CHILD.parse(path) if suffix in child.PARSERS else _plain(path, suffix)
        words = re.sub(r"[\ud800-\udfff]", "\ufffd", found.text)
        if not words.strip("\ufeff\u200b \t\r\n\f\v\xa0"):
            raise ReadFailed("holds no text; remove it")
    except (ReadFailed, OSError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise ReadFailed(f"{id}: {reason}. Then run: qa ingest") from error
    leading, behind = (None, 0) if found.body else about.leading_date(words)
    body = found.body or behind
    prose = words[body:]
    return Document(
        id=id,
        text=words,
        title=about.title(prose, found.title or (path.stem if suffix == ".xlsx" else ""), fallback=path.stem),
        date=found.date or leading or about.dateline(prose, found.title),
        pages=found.pages,
        body=body,
        sha256=found.sha256,
    )


def _plain(path: Path, suffix: str) -> about.Extract:
    data = path.read_bytes()
    found = text.rows(data)._replace(title=path.stem) if suffix in TABLES else text.extract(data, suffix)
    return found._replace(sha256=hashlib.sha256(data).hexdigest())


def _check(path: Path) -> None:
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise ReadFailed("is a folder, a pipe or a device, not a file; remove it from the folder")
    if not facts.st_size:
        raise ReadFailed("is empty; remove it or write something into it")
    if facts.st_size > LARGEST:
        raise ReadFailed(f"has {facts.st_size / 1e6:,.0f} MB, more than {LARGEST / 1e6:,.0f} MB; split it")
