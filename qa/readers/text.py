"""Plain text and Markdown: the decoded file exactly, so that offsets can be checked against the raw file. Tables of
separated values: each row with the names of its columns, so that it can be found and quoted alone."""

from __future__ import annotations

import codecs
import csv
import io
import re
from itertools import zip_longest
from typing import Any

from qa.errors import ReadFailed
from qa.readers.about import Extract, iso

_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF32_LE: "utf-32-le", codecs.BOM_UTF32_BE: "utf-32-be"}
_BOMS |= {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}  # after UTF-32, whose marks begin alike
_CONTROL = re.compile(r"[\0-\x08\x0e-\x1a\x1c-\x1f]")
_TABLE = re.compile(r"^[ \t]*\|.*\n[ \t]*\|[-:| \t]+\|[ \t]*(?:\n[ \t]*\|.*)*", re.M)
_EMPTY = re.compile(r"NaN|NaT|None|Unnamed: \d+")
_DATES = ("date", "published", "pubdate", "publish_date", "publication_date", "published_at", "datepublished", "issued")


def extract(data: bytes, suffix: str) -> Extract:
    """The text of a file, with the title and date of its YAML front matter.

    Raises:
        ReadFailed: the bytes are not text.
    """
    text = decode(data)
    stated, body = _front_matter(text)
    found = (iso(stated[key]) for key in _DATES if key in stated)
    return Extract(text, str(stated.get("title") or ""), next(filter(None, found), None), body=body)


def rows(data: bytes) -> Extract:
    """The rows of a table with separated values, a line each: what each column is called, and the value."""
    text = decode(data)
    mark = max(",;\t|", key=text.partition("\n")[0].count)
    try:
        table = [[" ".join(cell.split()) for cell in row] for row in csv.reader(io.StringIO(text), delimiter=mark)]
    except csv.Error as error:
        raise ReadFailed(f"is no table of separated values ({error}); save it anew as CSV") from error
    return Extract(_named(table))


def without_tables(markdown: str) -> str:
    """A converted text in Markdown with the rows of its tables as `rows` gives them."""
    return _TABLE.sub(lambda match: f"\n{_named(_cells(match[0]))}\n\n", markdown)


def _cells(table: str) -> list[list[str]]:
    """The cells of a Markdown table from the row that names its columns on, what stands before it in lines of its own;
    empty where a spreadsheet has none."""
    lines = [line.strip().strip("|") for line in table.strip().splitlines()]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines if line.strip("|-: \t")]
    return [["" if _EMPTY.fullmatch(cell) else cell for cell in row] for row in cells]


def _named(table: list[list[str]]) -> str:
    """The rows of a table, those before the one that names its columns (the first of two cells or more) as they are."""
    filled = [sum(map(bool, row)) for row in table]
    head = next((i for i, count in enumerate(filled) if count > 1), 0)
    lines = [", ".join(filter(None, row)) for row in table[: head + 1]]
    for row in table[head + 1 :]:
        cells = [(name, cell) for name, cell in zip_longest(table[head], row, fillvalue="") if cell]
        lines.append("; ".join(f"{name}: {cell}" if name else cell for name, cell in cells))
    return "\n\n".join(filter(None, lines))  # an empty line ends a sentence whatever follows it


def decode(data: bytes, declared: str | None = None) -> str:
    """Text without its byte-order mark: by the mark, as UTF-8, as `declared`, else by charset-normalizer."""
    text = next((data[len(m) :].decode(e, "replace") for m, e in _BOMS.items() if data.startswith(m)), None)
    head = data[:4096].decode("latin-1") if text is None else text[:4096]
    if "\0" in (text or "") or (text is None and b"\0" in data) or len(_CONTROL.findall(head)) > 0.05 * len(head):
        raise ReadFailed("is binary, not text; give it the ending of its real format, or remove it")
    return _unmarked(data, declared) if text is None else text


def _unmarked(data: bytes, declared: str | None) -> str:
    loose = data.decode("utf-8", "replace")
    wrong, other = loose.count("\ufffd"), sum(c > "\x7f" for c in loose)
    if wrong * 10 <= other:  # UTF-8, or UTF-8 with a little damage
        return loose
    try:
        return data.decode(declared or "", "replace")
    except LookupError:
        from charset_normalizer import from_bytes

    found = list(from_bytes(data, cp_exclusion=["cp775", "hp_roman8", "mac_iceland", "mac_latin2"]))
    if not found:
        raise ReadFailed("has no known text encoding; save it as UTF-8")
    ties = [guess for guess in found if (guess.chaos, guess.coherence) == (found[0].chaos, found[0].coherence)]
    return data.decode(min(ties, key=lambda guess: len(guess.alphabets)).encoding, "replace")


def _front_matter(text: str) -> tuple[dict[str, Any], int]:
    """The YAML block at the start (keys in lower case), and the offset behind it; ({}, 0) where there is none."""
    if not text.startswith("---") or not (end := re.search(r"^---[ \t]*\r?$", text[3:20_000], re.M)):
        return {}, 0
    import frontmatter
    import yaml

    body = 3 + end.end()
    try:
        stated, _ = frontmatter.parse(text[:body])
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, 0
    return ({str(key).lower(): value for key, value in stated.items()}, body) if stated else ({}, 0)
