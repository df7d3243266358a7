"""A question about the whole collection is answered by reading all of it, and every item is cited."""

import re

import pytest

from qa import scan
from qa.config import load
from qa.library import Library, Scope
from qa.sync import sync
from qa.testing import HashEmbedder, corpus


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    home = tmp_path_factory.mktemp("scan")
    config = load(index=home / "index", embedder="hash-64")
    sync([corpus(home)], config=config, embedder=HashEmbedder(64))
    return Library(config.index)


def ask(library, question, scope=None, spelled=None):
    answer = scan.answer(question, library, scope, lambda _: spelled or {})
    assert answer is not None, question
    for citation in answer.citations:
        assert library.document(citation.document).text[citation.start : citation.end] == citation.quote
    assert all(claim.citations for claim in answer.claims)
    assert answer.answered == bool(answer.claims)
    assert {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)} <= {c.number for c in answer.citations}
    return answer


def documents(answer):
    return {citation.document for citation in answer.citations}


@pytest.mark.parametrize(
    "question",
    [
        "How many documents mention Ruth Adeyemi?",
        "Which articles mention Ruth Adeyemi?",
        "List all documents about Ruth Adeyemi.",
        "In how many files is Ruth Adeyemi named?",
        "Does any document mention Ruth Adeyemi?",
        "Is Ruth Adeyemi mentioned anywhere?",
        "Can you tell me how many articles mention Ruth Adeyemi, please?",
    ],
)
def test_documents_that_mention_a_name_are_counted_and_listed(library, question):
    answer = ask(library, question)
    assert answer.text.startswith("2 of the 4 documents mention “Ruth Adeyemi”. All 4 were read.")
    assert documents(answer) == {"bridge.txt", "bridge-costs.md"}
    assert all("Ruth Adeyemi" in citation.quote for citation in answer.citations)


def test_what_no_document_mentions_is_said_with_how_much_was_read(library):
    answer = ask(library, "How many documents mention chess?")
    assert (answer.answered, answer.citations) == (False, ())
    assert answer.text == "None of the 4 documents mention “chess”. All 4 were read."


def test_other_spellings_count(library):
    spelled = {"adeyemy": ["adeyemi"]}
    assert "2 of the 4" in ask(library, "Which documents mention Adeyemy?", spelled=spelled).text


def test_words_that_stand_apart_count_where_one_sentence_has_them_all(library):
    answer = ask(library, "Which documents mention engineer repairs?")
    assert documents(answer) == {"bridge-costs.md"}
    assert "in one sentence" in answer.text


def test_both_and_either_are_told_apart(library):
    assert documents(ask(library, "Which documents mention Keller and Duarte?")) == set()
    assert documents(ask(library, "Which documents mention Keller or Duarte?")) == {"bridge.txt", "bridge-costs.md"}


def test_how_often_counts_every_time(library):
    text = "\n".join(library.document(source.id).text for source in library.documents())
    times = len(re.findall(r"\bbridge\b", text, re.I))
    assert (
        f"“bridge” is mentioned {times} times, in 3 of the 4 documents."
        in ask(library, "How often is the bridge mentioned?").text
    )


def test_everyone_who_speaks_is_listed_once_under_the_full_name(library):
    answer = ask(library, "List everyone who is quoted.")
    for name in ("Ruth Adeyemi", "Jonas Keller", "Ines Duarte"):
        assert len(re.findall(rf"^{name} \[", answer.text, re.M)) == 1
    assert "Keller" in ask(library, "List everyone who spoke about the closure").text


def test_people_who_are_named_are_listed(library):
    assert "Ines Duarte" in ask(library, "Which people are mentioned in the documents?").text


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("List the mayors", ["Ruth Adeyemi"]),
        ("Who are the engineers?", ["Ines Duarte"]),
        ("Which spokespeople are mentioned?", ["Jonas Keller"]),
        ("how many mayors are named in the documents?", ["Ruth Adeyemi"]),
    ],
)
def test_everyone_of_a_role_is_listed(library, question, names):
    assert re.findall(r"^(.+?) \[", ask(library, question).text, re.M) == names


def test_a_role_that_nobody_has_is_left_to_the_search(library):
    assert scan.answer("List the ambassadors", library, None, lambda _: {}) is None


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Which foundations are mentioned?", ["U.S. National Science Foundation"]),
        ("list all organisations", ["U.S. National Science Foundation"]),
        ("How many institutions are there in the documents?", ["U.S. National Science Foundation"]),
    ],
)
def test_all_that_is_named_of_a_kind_is_listed(library, question, names):
    answer = ask(library, question)
    assert re.findall(r"^(.+?) \[", answer.text, re.M) == names
    assert "1 named in the 4 documents. All 4 were read." in answer.text


def test_dates_are_read_off_the_documents(library):
    answer = ask(library, "What dates are the articles from?")
    assert "20 November 2023 to 17 May 2024" in answer.text
    assert "1 of the 4 documents gives no date" in answer.text
    assert documents(ask(library, "What is the newest document?")) == {"bridge-costs.md"}
    assert documents(ask(library, "Which document is the oldest?")) == {"science/bees.html"}


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("from 2023", {"science/bees.html"}),
        ("published in March 2024", {"bridge.txt"}),
        ("after March 2024", {"bridge-costs.md"}),
        ("since March 2024", {"bridge.txt", "bridge-costs.md"}),
        ("between 2022 and 2023", {"science/bees.html"}),
    ],
)
def test_documents_of_a_time_are_listed(library, when, found):
    assert documents(ask(library, f"List all documents {when}")) == found


def test_an_overview_has_each_document_with_a_sentence_of_its_own(library):
    asked = [
        "What is in these documents?",
        "Give me an overview",
        "what are these articles about",
        "Summarise the files",
    ]
    for question in asked:
        answer = ask(library, question)
        assert documents(answer) == {source.id for source in library.documents()}
        assert all(scan.one_line(citation.quote) in answer.text for citation in answer.citations)
    assert "Bees Count to Four · 20 November 2023: Honeybees can count to four" in answer.text


def test_a_long_list_says_how_many_more(library, monkeypatch):
    monkeypatch.setattr(scan, "SHOWN", 2)
    answer = ask(library, "Give me an overview of the documents")
    assert answer.text.endswith("And 2 more.")
    assert len(answer.citations) == 2


def test_only_the_documents_in_scope_are_read(library):
    answer = ask(library, "How many documents mention Ruth Adeyemi?", Scope(frozenset({"bridge.txt"})))
    assert answer.text.startswith("1 of 1 chosen document")
    assert documents(ask(library, "Give me an overview", Scope(None, "2024-04"))) == {"bridge-costs.md"}


@pytest.mark.parametrize(
    "question",
    [
        "How many people cross the bridge every day?",
        "How many people were quoted a price of 20 euros?",
        "Which article of the treaty mentions fishing?",
        "When was the document signed?",
        "What is the oldest bridge in Elmford?",
        "Who spoke to reporters?",
        "Which documents show that the bridge is safe?",
        "What do the documents mention about it?",
        "How often do trains cross the bridge?",
        "What did the report mention?",
        "How many times has Keller been invited?",
        "Which articles mention that the bridge was closed?",
        "Who is mentioned as the mayor of Elmford?",
        "What is the summary of the mayor's speech?",
        "Which reasons are mentioned?",
        "List the repairs",
    ],
)
def test_an_ordinary_question_is_left_to_the_search(library, question):
    assert scan.answer(question, library, None, lambda _: {}) is None
