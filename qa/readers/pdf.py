"""PDF by pypdf, page by page. The file's CreationDate is not used: printing an old article today makes it today's."""

from __future__ import annotations

import io
from itertools import accumulate

from qa.errors import ReadFailed
from qa.readers.about import Extract


def extract(data: bytes, suffix: str) -> Extract:
    """The text layer of all pages, with the offset at which each page starts.

    Raises:
        ReadFailed: the file is damaged, encrypted, or has only images.
    """
    import pypdf
    from pypdf.errors import DependencyError, PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReadFailed("is encrypted; save a copy without a password")
        pages = [page.extract_text() + "\n" for page in reader.pages]
        title = (reader.metadata and reader.metadata.title) or ""
    except DependencyError:
        raise ReadFailed("is encrypted; save a copy without a password") from None
    except PyPdfError as error:
        raise ReadFailed(f"is damaged or no PDF ({error}); open it in a viewer and save it anew") from None
    if not "".join(pages).strip():
        raise ReadFailed(f"has {len(pages)} pages without a text layer; run OCR first: ocrmypdf IN.pdf OUT.pdf")
    return Extract("".join(pages), str(title), pages=(0, *accumulate(map(len, pages[:-1]))))
