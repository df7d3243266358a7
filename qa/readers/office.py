"""Word, PowerPoint and Excel by markitdown, once the zip they are is known to be no bomb. Slides count as pages."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import accumulate

from qa.errors import ReadFailed
from qa.readers.about import Extract
from qa.readers.text import without_tables

MEMBERS, UNPACKED, RATIO = 10_000, 300_000_000, 200  # the ratio counts from 10 MB unpacked
_SLIDE = re.compile(r"\s*<!-- Slide number: \d+ -->\s*")
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => h2:fresh"
_MARKUP = (  # what markitdown adds to the words, and a quotation must not show
    (re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"\[([^\]\n]+)\]\([^)\s]*\)"), r"\1"),
    (re.compile(r"\*\*(\S|\S[^*\n]*\S)\*\*"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>|~])"), r"\1"),
)


def extract(data: bytes, suffix: str) -> Extract:
    """The document as Markdown: headings, lists and slides, without emphasis, links and images; every row of a table
    with the names of its columns.

    Raises:
        ReadFailed: the file is damaged, encrypted, or unpacks to too much.
    """
    from markitdown import StreamInfo, converters

    title = _checked(data)
    kind = {".docx": "DocxConverter", ".pptx": "PptxConverter", ".xlsx": "XlsxConverter"}[suffix]
    convert = getattr(converters, kind)().convert
    text = convert(io.BytesIO(data), StreamInfo(extension=suffix), style_map=_STYLES).markdown
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    text = without_tables(text)
    if suffix != ".pptx":
        return Extract(text, title)
    slides = [slide + "\n\n" for slide in _SLIDE.split(text)[1:]]
    return Extract("".join(slides), title, pages=(0, *accumulate(map(len, slides[:-1]))))


def _checked(data: bytes) -> str:
    """The title among the file's properties, after a look at the zip's directory."""
    from defusedxml.ElementTree import fromstring

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if len(members) > MEMBERS or size > UNPACKED or size > max(10_000_000, RATIO * len(data)):
                raise ReadFailed(f"unpacks to {size:,} bytes in {len(members):,} parts, like a zip bomb; remove it")
            if any(m.flag_bits & 1 or m.filename.startswith("/") or ".." in m.filename.split("/") for m in members):
                raise ReadFailed("has encrypted parts or paths that lead out of it; save it anew without a password")
            if "docProps/core.xml" not in archive.namelist():
                return ""
            core = fromstring(archive.read("docProps/core.xml"))
    except zipfile.BadZipFile:
        raise ReadFailed("is damaged, encrypted or no Office file; save it anew without a password") from None
    return core.findtext("{http://purl.org/dc/elements/1.1/}title") or ""
