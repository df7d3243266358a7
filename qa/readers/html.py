"""Web pages: the main text as trafilatura finds it, else all text a reader would see; hidden text is left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qa.errors import ReadFailed
from qa.readers.about import Extract, iso
from qa.readers.text import decode, without_tables

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w-]+)", re.I)
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x1f]")  # legal in a file, but lxml refuses to set them
_HIDING = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![.\d]*[1-9])")
_BLOCKS = ("p", "div", "br", "li", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "dd", "dt")
_PUBLISHED = re.compile(r"publi|date|issued|created|timestamp", re.I)
_CHANGED = re.compile(r"modif|updated|expir", re.I)
_JSON_LD = re.compile(r'"datePublished"\s*:\s*"([^"]+)"')


def extract(data: bytes, suffix: str) -> Extract:
    """The main text of a page, its title, and its publication date from meta tags, JSON-LD or a <time> element.

    Raises:
        ReadFailed: the page holds no text.
    """
    import trafilatura
    from lxml import etree, html

    declared = _CHARSET.search(data[:4096])
    source = _CONTROL.sub(" ", decode(data, declared[1].decode() if declared else None)).encode(errors="replace")
    try:
        tree = html.document_fromstring(source, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    except etree.LxmlError as error:
        raise ReadFailed(f"is no HTML page that can be parsed ({error}); save it anew from a browser") from None
    published = _published(tree)
    title = trafilatura.extract_metadata(tree, extensive=False).title
    _drop_hidden(tree)
    text = trafilatura.extract(tree, include_comments=False, favor_recall=True, with_metadata=False) or _visible(tree)
    return Extract(without_tables(text), title or "", published)


def _published(tree: HtmlElement) -> str | None:
    """Only what is marked up as a publication date; htmldate would also guess from addresses, images and prose."""
    stated = []
    for meta in tree.xpath("//meta[@content]"):
        name = " ".join(str(meta.get(key, "")) for key in ("name", "property", "itemprop"))
        if _PUBLISHED.search(name) and not _CHANGED.search(name):
            stated.append(meta.get("content"))
    stated += _JSON_LD.findall(" ".join(tree.xpath("//script[@type='application/ld+json']/text()")))
    times = tree.xpath("(//article//time | //main//time)[1]") or tree.xpath("//time[count(//time) = 1]")
    stated += [time.get("datetime") or time.text_content() for time in times]
    return next(filter(None, map(iso, stated)), None)


def _drop_hidden(tree: HtmlElement) -> None:
    unseen = "//script | //style | //template | //noscript | //*[@hidden] | //input[@type='hidden']"
    styled = [e for e in tree.xpath("//*[@style]") if _HIDING.search(e.get("style"))]
    for element in [*tree.xpath(unseen), *styled]:
        if element.getparent() is not None:
            element.drop_tree()


def _visible(tree: HtmlElement) -> str:
    for element in tree.iter(*_BLOCKS):
        element.text = "\n" + (element.text or "")
        element.tail = "\n" + (element.tail or "")
    body = tree.find("body")
    lines = (" ".join(line.split()) for line in (tree if body is None else body).text_content().splitlines())
    return "\n".join(line for line in lines if line)
