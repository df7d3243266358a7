"""Every supported format gives its text, title and date; every bad file gives a reason, and none stops the program."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from qa.errors import ReadFailed, UnsupportedFormat
from qa.readers import _CHILD, SUFFIXES, about, child, read
from qa.split import sentences
from qa.types import Document

PROSE = (
    "The two sides met on Monday to discuss the terms of a treaty. Officials said that the talks were useful, and "
    "that both governments would send their delegations again before the end of the year. No details were given."
)


@pytest.fixture
def take(tmp_path: Path):
    def take(name: str, content: str | bytes) -> Document:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read(path, id=name)

    return take


def pdf(pages: list[str], **options) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target, **options)
    canvas.setTitle("Report on the talks")
    for page in pages:
        canvas.drawString(72, 700, page)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def docx(body: str, title: str = "") -> bytes:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    types = (
        f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
    )
    types += f'package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    rels = f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}" '
    rels += 'Target="word/document.xml"/></Relationships>'
    core = f'<c:p xmlns:c="c" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></c:p>'
    members = {
        "[Content_Types].xml": types,
        "_rels/.rels": rels,
        "docProps/core.xml": core,
        "word/document.xml": f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>',
        "word/styles.xml": f'<w:styles xmlns:w="{word}"><w:style w:type="paragraph" w:styleId="T">'
        '<w:name w:val="Title"/></w:style></w:styles>',
    }
    return zipped({name: content.encode() for name, content in members.items()})


def paragraph(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r>{run}</w:r>" for run in runs) + "</w:p>"


# ---- plain text and Markdown


def test_plain_text_is_the_decoded_file_exactly(take) -> None:
    raw = "Title here\r\n\r\nA “line”.\rAnother\x0cone.\n\n  "
    document = take("a.txt", raw)
    assert document.text == raw
    assert document.sha256 == hashlib.sha256(raw.encode()).hexdigest()
    assert (document.id, document.pages, document.body, document.date) == ("a.txt", (), 0, None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_and_is_dropped(take, encoding: str) -> None:
    assert take("a.txt", f"Düsseldorf. {PROSE}".encode(encoding)).text == f"Düsseldorf. {PROSE}"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("latin-1", "Le président a déclaré à l’Élysée".replace("’", "'") + " que la réunion était terminée. " * 3),
        ("cp1252", "“Wir müssen über die Lösung reden”, sagte der Außenminister – und ging hinaus. " * 3),
        ("cp1251", "Министр иностранных дел заявил, что переговоры продолжатся в Москве на следующей неделе. " * 3),
        ("shift_jis", "外務大臣は来週モスクワで交渉が続くと述べた。これは日本語の文章です。" * 3),
    ],
)
def test_other_encodings_are_recognised(take, encoding: str, text: str) -> None:
    assert take("a.txt", text.encode(encoding)).text == text


def test_a_little_damage_does_not_turn_utf8_into_another_encoding(take) -> None:
    raw = ("Der Minister äußerte Überraschung über die Lösung. " * 5).encode() + b"\xc3"
    assert take("a.txt", raw).text.endswith("Lösung. \ufffd")


def test_front_matter_gives_title_and_date_and_stays_in_the_text(take) -> None:
    raw = f"---\r\ntitle: The talks\r\ndate: 2023-12-06\r\n---\r\n\r\n# Another heading\r\n\r\n{PROSE}"
    document = take("a.md", raw)
    assert (document.text, document.title, document.date) == (raw, "The talks", "2023-12-06")
    assert document.text[document.body :].strip().startswith("# Another heading")


def test_broken_front_matter_is_just_text(take) -> None:
    document = take("a.md", f"---\ntitle: [\n---\n\n{PROSE}")
    assert (document.body, document.date) == (0, None)


def test_a_leading_date_is_the_date_and_the_body_begins_behind_it(take) -> None:
    document = take("a.txt", f" date 2023-12-06 {PROSE}")
    assert (document.date, document.body) == ("2023-12-06", 17)
    assert document.title == "The two sides met on Monday to discuss the terms of a treaty."


# ---- titles


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "Moscow blames Armenia for breakdown in talks\n\nBody text. More.",
            "Moscow blames Armenia for breakdown in talks",
        ),
        ("Not a headline.\n\nBody text. More.", "Not a headline."),
        ("From: Bo\nTo: Ada\nSubject: Crane hire\n\nHi Ada,", "Crane hire"),
        ("Date: 3 March 2025\n\nFerry terminal reopens\n\nBody text.", "Ferry terminal reopens"),
        ("Intro\ntext\n\n## The *first* heading ##\n\nBody.", "The *first* heading"),
        ("“We are ready to talk,” he said. He left.", "“We are ready to talk,” he said."),
        (
            "In the latest sign of friction between the old allies, Moscow, which hosted the talks, blamed Armenia.",
            "In the latest sign of friction between the old allies, Moscow, which hosted the…",
        ),
        ("x" * 300, "x" * 79 + "…"),
    ],
)
def test_the_title_is_a_heading_a_headline_or_the_first_sentence(take, text: str, title: str) -> None:
    assert take("a.txt", text).title == title


@pytest.mark.parametrize(
    "given",
    ["", None, "untitled", "(anonymous)", "Microsoft Word - x.docx", "Document1", "scan.pdf", "...", "about:blank"],
)
def test_titles_that_programs_invent_are_passed_over(given: str | None) -> None:
    assert about.title("A headline\n\nText.", given, "file") == "A headline"


# ---- dates


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2023-12-06", "2023-12-06"),
        ("2023-12-06T23:30:00-05:00", "2023-12-06"),
        ("2023-12", "2023-12"),
        ("2023", "2023"),
        ("December 6, 2023", "2023-12-06"),
        ("Wed, 06 Dec 2023 10:00:00 GMT", "2023-12-06"),
        ("Sept. 6, 2023", "2023-09-06"),
        ("6th of December, 2023", "2023-12-06"),
        ("6. Dezember 2023", "2023-12-06"),
        ("December 2023", "2023-12"),
        ("13/12/2023", "2023-12-13"),
        ("06/12/2023", None),
        ("31 February 2023", None),
        ("2023-13-01", None),
        ("6 Dec", None),
        ("yesterday", None),
        ("Chapter 2023", None),
    ],
)
def test_a_date_is_as_precise_as_given_and_never_guessed(text: str, date: str | None) -> None:
    assert about.iso(text) == date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("MOSCOW, Dec. 6, 2023 (Reuters) — Russia said so.", "2023-12-06"),
        ("A headline\n\nYerevan, 6 December 2023 – The minister left.", "2023-12-06"),
        ("A headline\nPublished: 6 December 2023\n\nText.", "2023-12-06"),
        ("A headline\n\nBy John Smith | December 6, 2023\n\nText.", "2023-12-06"),
        ("PRESS RELEASE\nFor immediate release: 10 February 2026\n\nText.", "2026-02-10"),
        ("NOTICE\n\nDate of notice: 16 April 2026\n\nText.", "2026-04-16"),
        ("# Rents\n\n*By Nadia Osei, housing reporter, Ellery Courier. Published 13 February 2026*\n", "2026-02-13"),
        ("Rents\n\nBy Nadia Osei, 13 February 2026\n\nText.", "2026-02-13"),
        ("Rents\n\nEllery Courier, 22 March 2026\n\nText.", "2026-03-22"),
        ("Rents\n\nQuayside Magazine, 4 July 2026. Interview: Ben Sorrell\n\nText.", "2026-07-04"),
        ("The Voice\nNewsletter of the Tenants' Association. Issue 7, 1 March 2026\n\nText.", "2026-03-01"),
        ("# Minutes\n\nWednesday 6 May 2026, 7 pm, Council Chamber, Town Hall\n\nText.", "2026-05-06"),
        ("Minutes of the meeting held on Wednesday 4 March 2026 at 6.30 pm in the Town Hall\n\nText.", "2026-03-04"),
        ("The Fall of Elmford, 6 May 1926\n\nText.", None),
        ("Elmford\n\nNext meeting: 3 June 2026\n\nText.", None),
        ("Elmford\n\nthe treaty was signed in the town of Elmford, 6 May 2026\nby both\n", None),
        ("Elmford\n\nOn Tuesday, 6 May 2026\nthey met.\n", None),
        ("Elmford\n\nOn Wednesday 6 May 2026, at noon, they met.\n", None),
        ("Elmford\n\nWednesday 6 May 2026, the day they met, was cold.\n", None),
        ("A life\n\nDate of birth: 3 May 1960\n\nText.", None),
        ("A life\n\nJohn Smith, 3 May 1900 – 4 June 1980\n\nText.", None),
        ("A life\n\nBorn in Lyon, 3 May 1950\n\nText.", None),
        ("A life\n\nAcme Ltd, May 2015\n\nText.", None),
        ("Lease\n\nCommencement Date, 1 January 2030\n\nText.", None),
        ("Elmford\n\nBy Friday, 3 March 2025\n\nText.", None),
        ("Elmford\n\nNotes on the battle of 14 October 1066\n\nText.", None),
        ("Elmford\n\nMinutes of the previous meeting on 3 March 2025\n\nText.", None),
        ("MOSCOW, Dec. 6 (Reuters) — Russia said so.", None),
        ("On December 6, 2023 - a Wednesday - he left.", None),
        ("Updated: 6 December 2023\n\nText.", None),
        ("He was born on December 6, 1950.", None),
        ("Report of the mission for January\n2024\n15 February 2024\n\nText.", "2024-02-15"),
        ("Report of the mission for January\n2024\n\nText.", None),
    ],
)
def test_a_dateline_dates_the_document_and_running_text_does_not(take, text: str, date: str | None) -> None:
    assert take("a.txt", text).date == date


# ---- web pages


def page(head: str = "", body: str = "") -> str:
    article = "<article><h1>The talks</h1>" + f"<p>{PROSE}</p>" * 2 + "</article>"
    return f"<html><head><meta charset=utf-8>{head}</head><body>{body}{article}</body></html>"


def test_a_page_gives_its_main_text_and_title_without_navigation(take) -> None:
    document = take(
        "a.html", page("<title>The talks | Daily News</title>", "<nav><a href=/>Home</a><a href=/x>Sports</a></nav>")
    )
    assert PROSE in document.text
    assert "Sports" not in document.text
    assert document.title.startswith("The talks")
    assert document.date is None


def test_the_first_line_of_a_page_that_has_its_title_elsewhere_may_date_it(take) -> None:
    first = "Elmford Courier, 22 March 2026"
    assert about.dateline(f"{first}\n{PROSE}", "The talks") == "2026-03-22"
    assert about.dateline(f"{first}\n{PROSE}", first) is about.dateline(f"{first}\n{PROSE}") is None
    body = f"<h1>The talks</h1><p>{first}</p><p>{PROSE}</p><p>{PROSE}</p>"
    assert take("a.html", f"<html><head><title>The talks</title></head><body>{body}</body></html>").date == "2026-03-22"


@pytest.mark.parametrize(
    ("head", "body", "date"),
    [
        ("<meta property=article:published_time content=2023-12-06T10:00:00Z>", "", "2023-12-06"),
        (
            '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2023-12-06"}</script>',
            "",
            "2023-12-06",
        ),
        ("", "<time datetime=2023-12-06>last week</time>", "2023-12-06"),
        ("", "<time datetime=2023-12-06></time><time datetime=2020-01-01></time>", None),
        ("<meta property=article:modified_time content=2023-12-06>", "", None),
        ("<meta name=date content=06/12/2023>", "", None),
        ("<link rel=canonical href=https://x.test/2023/12/06/talks>", "<img src=/2023/12/06/a.jpg>", None),
        ("", "<p>Copyright 2021. On December 6, 2023 something else happened.</p>", None),
    ],
)
def test_a_page_is_dated_by_its_markup_only(take, head: str, body: str, date: str | None) -> None:
    assert take("a.html", page(head, body)).date == date


def test_hidden_text_is_left_out(take) -> None:
    secrets = "<p style='display:none'>SECRET 1.</p><p hidden>SECRET 2.</p><i style='font-size:0px'>SECRET 3.</i>"
    document = take("a.html", page().replace("<h1>", f"{secrets}<!-- SECRET --><h1>"))
    assert "SECRET" not in document.text
    assert "SECRET" not in take("b.htm", f"<p>Open.</p>{secrets}<script>SECRET</script>").text


def test_a_page_without_main_text_gives_all_that_is_visible(take) -> None:
    text = take("a.html", "<div>Opening <b>hours</b></div><div>Monday</div>").text
    assert [line for line in text.splitlines() if line] == ["Opening hours", "Monday"]


def test_control_characters_do_not_spoil_a_page(take) -> None:
    assert "No details" in take("a.html", page().replace("No details", "\x0b\x02No details")).text


def test_the_declared_charset_of_a_page_counts(take) -> None:
    html = page().replace("charset=utf-8", "charset=windows-1251").replace("No details", "Министр. No details")
    assert "Министр. No details" in take("a.html", html.encode("cp1251")).text


# ---- PDF


def test_a_pdf_knows_its_pages(take) -> None:
    document = take("a.pdf", pdf(["First page of the report.", "Second page of it.", "Third."]))
    assert [document.page_at(document.text.index(word)) for word in ("First", "Second", "Third")] == [1, 2, 3]
    assert (document.title, document.date) == ("Report on the talks", None)


def test_an_image_only_pdf_asks_for_ocr(take) -> None:
    with pytest.raises(ReadFailed, match=r"a\.pdf: has 1 pages without a text layer; run OCR first: ocrmypdf"):
        take("a.pdf", pdf([""]))


def test_an_encrypted_pdf_says_so(take) -> None:
    with pytest.raises(ReadFailed, match="is encrypted; save a copy without a password"):
        take("a.pdf", pdf(["Secret."], encrypt="password"))


@pytest.mark.parametrize("end", [0.1, 0.5, 0.9])
def test_a_truncated_pdf_is_read_or_refused_with_a_reason(take, end: float) -> None:
    whole = pdf(["First page of the report."])
    try:
        assert "First" in take("a.pdf", whole[: int(len(whole) * end)]).text
    except ReadFailed as error:
        assert str(error).startswith("a.pdf: ")


# ---- Office


def test_word_gives_headings_and_words_without_markup(take) -> None:
    bold = "<w:rPr><w:b/></w:rPr><w:t>Nikol_Pashinyan</w:t>"
    body = paragraph(bold, '<w:t xml:space="preserve"> said so (2 * 3).</w:t>') + paragraph("<w:t>He left.</w:t>")
    document = take("a.docx", docx(body, "The talks"))
    assert " ".join(document.text.split()) == "Nikol_Pashinyan said so (2 * 3). He left."
    assert (document.title, document.date) == ("The talks", None)


def test_the_paragraph_that_word_styles_as_the_title_is_the_title(take) -> None:
    top = '<w:p><w:pPr><w:pStyle w:val="T"/></w:pPr><w:r><w:t>The talks</w:t></w:r></w:p>'
    document = take(
        "a.docx", docx(top + paragraph("<w:t>Minutes of 4 March 2026</w:t>") + paragraph("<w:t>Fine.</w:t>"))
    )
    assert (document.title, document.date) == ("The talks", "2026-03-04")


def test_powerpoint_counts_slides_as_pages(take) -> None:
    from pptx import Presentation

    deck = Presentation()
    for title in ("First slide", "Second slide"):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = title, f"Text of the {title}."
    target = io.BytesIO()
    deck.save(target)
    document = take("a.pptx", target.getvalue())
    assert [document.page_at(document.text.index(f"Text of the {word}")) for word in ("First", "Second")] == [1, 2]
    assert "<!--" not in document.text
    assert document.title == "First slide"


def test_excel_gives_its_cells(take) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["Forces, 2024"])
    book.active.append(["Country", None, "Peacekeepers"])
    book.active.append(["Russia", None, 1960])
    book.active.append(["Ruritania", "since May", None])
    target = io.BytesIO()
    book.save(target)
    read = take("a.xlsx", target.getvalue())
    lines = [
        "Forces, 2024",
        "Country, Peacekeepers",
        "Country: Russia; Peacekeepers: 1960",
        "Country: Ruritania; since May",
    ]
    assert [line for line in read.text.splitlines() if line] == ["## Sheet", *lines]
    assert read.title == "a"


def test_tables_of_a_page_name_their_columns_in_every_row(take) -> None:
    table = "<table><tr><th>Model</th><th>Price</th></tr><tr><td>K200</td><td>249 euros</td></tr></table>"
    text = take("a.html", page().replace("No details", f"{table}<p>No details")).text
    assert "\nModel: K200; Price: 249 euros\n" in text and "|" not in text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped({"word/document.xml": b"\0" * 80_000_000}), "like a zip bomb"),
        (zipped({f"{n}": b"" for n in range(10_001)}), "like a zip bomb"),
        (zipped({"../../etc/passwd": b"x"}), "paths that lead out of it"),
        (docx(paragraph("<w:t>Fine.</w:t>"))[:-40], "is damaged, encrypted or no Office file"),
        (zipped({"hello": b"x"}), "cannot be parsed"),
    ],
)
def test_a_hostile_office_file_is_refused_with_a_reason(take, content: bytes, reason: str) -> None:
    with pytest.raises(ReadFailed, match=reason):
        take("a.docx", content)


# ---- what is no document


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "is empty"),
        ("a.pdf", b"", "is empty"),
        ("a.txt", b" \r\n\t ", "holds no text"),
        ("a.html", b"<html><body></body></html>", "holds no text"),
        ("a.txt", b"text with \0 inside", "is binary, not text"),
        ("a.txt", bytes(range(256)) * 20, "is binary, not text"),
        ("a.txt", "UTF-16 without a mark".encode("utf-16-le"), "is binary, not text"),
        ("a.md", bytes(range(1, 9)) * 99, "is binary, not text"),
        ("a.pdf", b"not a pdf", "is damaged or no PDF"),
        ("a.html", b"\x89PNG\r\n\x1a\n\0\0", "is binary, not text"),
    ],
)
def test_a_file_without_text_is_refused_with_a_reason(take, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(ReadFailed, match=rf"^{name}: .*{reason}.*\. Then run: qa ingest$"):
        take(name, content)


def test_folders_pipes_and_missing_files_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    os.mkfifo(tmp_path / "b.txt")
    for name in ("a.txt", "b.txt"):
        with pytest.raises(ReadFailed, match="is a folder, a pipe or a device"):
            read(tmp_path / name, id=name)
    with pytest.raises(ReadFailed, match="No such file"):
        read(tmp_path / "c.txt", id="c.txt")


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(2_000_000_000)
    with pytest.raises(ReadFailed, match=r"has 2,000 MB, more than 200 MB"):
        read(tmp_path / "a.txt", id="a.txt")


@pytest.mark.parametrize(("mark", "name"), [(",", "prices.csv"), (";", "prices.csv"), ("\t", "prices.tsv")])
def test_each_row_of_a_table_is_a_sentence_with_the_names_of_its_columns(take, mark, name) -> None:
    rows = [["article", "price", ""], ["Rye\nloaf", "5.20", "dark"], [], ['"Best, sweet; roll"', "", "new"]]
    text = "\n".join(mark.join(f'"{cell}"' if "\n" in cell else cell for cell in row) for row in rows)
    found = take(name, text)
    said = ["article, price", "article: Rye loaf; price: 5.20; dark", "article: Best, sweet; roll; new"]
    assert [found.text[start:end] for start, end in sentences(found.text)] == said
    assert (found.title, found.date) == ("prices", None)


def test_a_table_that_dates_its_rows_has_no_date_of_its_own(take) -> None:
    assert take("rent.csv", "date,rent\n2024-05-01,1850\n").date is None


def test_an_unknown_ending_names_the_known_ones(take) -> None:
    assert {".txt", ".md", ".html", ".pdf", ".docx", ".pptx", ".xlsx"} <= SUFFIXES
    with pytest.raises(UnsupportedFormat, match=r"no reader for '\.exe'; convert it to one of: \.csv \.docx \.htm"):
        take("a.exe", "x")


def test_lone_surrogates_never_reach_the_index(take) -> None:
    take("a.txt", b"\xff\xfeo\0" + "\ud800".encode("utf-16-le", "surrogatepass")).text.encode()
    html = page().replace("No details", "&#xD800; No details")
    take("a.html", html).text.encode()


# ---- the child


def test_a_crash_costs_one_file_and_the_next_is_read(take) -> None:
    take("a.pdf", pdf(["First page of the report."]))
    assert _CHILD._process
    _CHILD._process.kill()
    with pytest.raises(ReadFailed, match="crashes its parser"):
        take("b.pdf", pdf(["First page of the report."]))
    assert "First" in take("c.pdf", pdf(["First page of the report."])).text


def test_a_parser_that_takes_too_long_is_ended(take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "SECONDS", 0.01)
    _CHILD.stop()
    with pytest.raises(ReadFailed, match="takes longer than 0 s to parse"):
        take("a.pdf", pdf(["First page of the report."]))
    assert _CHILD._process is None


@pytest.mark.skipif(sys.platform != "linux", reason="no limit on the address space")
def test_a_file_that_needs_too_much_memory_is_refused(take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "MEMORY", 60_000_000)
    _CHILD.stop()
    with pytest.raises(ReadFailed, match=r"MB of memory|cannot be parsed"):
        take("a.docx", docx(paragraph("<w:t>Fine.</w:t>")))
    _CHILD.stop()
    monkeypatch.undo()
    assert take("b.html", page()).text


def test_threads_share_the_child(tmp_path: Path) -> None:
    texts: list[str] = []

    def work(number: int) -> None:
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(pdf([f"Page number {number}."]))
        texts.append(read(path, id=path.name).text.strip())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(texts) == [f"Page number {number}." for number in range(8)]


def test_the_child_loads_no_model_library_and_nothing_from_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / "pypdf.py").write_text("raise SystemExit('loaded from the working directory')")
    (tmp_path / "a.pdf").write_bytes(pdf(["First page."]))
    (tmp_path / "a.docx").write_bytes(docx(paragraph("<w:t>Fine.</w:t>")))
    (tmp_path / "a.html").write_text(page())
    code = (
        "import json, sys; from pathlib import Path; from qa.readers.child import _parse\n"
        "print(json.dumps([len(_parse(Path(p))['text']) for p in ('a.pdf', 'a.docx', 'a.html')]))\n"
        "print(json.dumps([m for m in ('torch', 'chromadb', 'gradio', 'llama_index') if m in sys.modules]))"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(child.__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    lengths, loaded = map(json.loads, done.stdout.splitlines())
    assert all(lengths)
    assert loaded == []
