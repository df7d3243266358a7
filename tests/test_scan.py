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


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    home = tmp_path_factory.mktemp("letters")
    for name, text in {
        "letter-to-tenants.txt": "Halden Homes\n2 April 2026\n\nThe boilers will be replaced in June. It takes a day.\n"
        "\nDamp\n\nNo. Most of the damp comes from condensation. Open the windows at noon.\n",
        "letter-to-council.txt": "Halden Homes\n3 April 2026\n\nThe lift was repaired on Monday by our engineers.\n",
        "minutes.txt": "\n\n".join(f"Item {n} of the agenda was put off until May. Nobody spoke." for n in range(40)),
    }.items():
        (home / "documents").mkdir(exist_ok=True)
        (home / "documents" / name).write_text(text, encoding="utf-8")
    config = load(index=home / "index", embedder="hash-64")
    sync([home / "documents"], config=config, embedder=HashEmbedder(64))
    return Library(config.index)


@pytest.mark.parametrize(
    "question",
    [
        "Summarise the letter to the tenants",
        "What is in the letter to tenants?",
        "What does the letter to tenants say?",
    ],
)
def test_a_document_that_is_named_is_told_paragraph_by_paragraph(letters, question):
    said = ask(letters, question)
    assert [citation.quote for citation in said.citations] == [
        "The boilers will be replaced in June.",
        "Most of the damp comes from condensation.",
    ]
    assert said.text.startswith("Halden Homes · 2 April 2026. The first full sentence of each paragraph:")


def test_of_a_long_document_some_paragraphs_are_told_from_the_first_to_the_last(letters):
    quotes = [citation.quote for citation in ask(letters, "Give me the main points of the minutes").citations]
    assert (len(quotes), quotes[0][:6], quotes[-1][:7]) == (8, "Item 0", "Item 39")


@pytest.mark.parametrize(
    "question", ["When was the letter to tenants written?", "What's the date of the letter to tenants?"]
)
def test_the_date_of_a_document_that_is_named_is_told_from_the_line_that_gives_it(letters, question):
    said = ask(letters, question)
    assert (said.text, said.citations[0].quote) == ("Halden Homes: 2 April 2026 [1]", "2 April 2026")
    assert "gives no date" in ask(letters, "When were the minutes issued?").text


def test_of_two_documents_of_that_name_both_are_listed(letters):
    said = ask(letters, "Summarise the letter")
    assert said.text.startswith("2 documents may be meant.")
    assert documents(said) == {"letter-to-tenants.txt", "letter-to-council.txt"}


@pytest.mark.parametrize("question", ["Summarise the strike", "What is the letter box about?", "Describe the boilers"])
def test_what_names_no_document_is_left_to_the_search(letters, question):
    assert scan.answer(question, letters, None, lambda _: {}) is None


@pytest.mark.parametrize("question", ["What was decided on 6 May?", "What did the council decide in May 2026?"])
def test_what_was_decided_at_a_time_is_read_off_the_documents_of_that_time(tmp_path, question):
    minutes = (
        "Minutes of the council\n\nWednesday 6 May 2026, 7 pm, Town Hall\n\nAda Holm spoke. The motion was carried.\n"
    )
    for name, text in {
        "may.txt": minutes,
        "june.txt": minutes.replace("6 May", "3 June").replace("car", "bur"),
    }.items():
        (tmp_path / "d").mkdir(exist_ok=True)
        (tmp_path / "d" / name).write_text(text)
    config = load(index=tmp_path / "index", embedder="hash-64")
    sync([tmp_path / "d"], config=config, embedder=HashEmbedder(64))
    said = ask(Library(config.index), question)
    assert [c.quote for c in said.citations] == ["The motion was carried."]
    assert scan.answer("What was decided on 7 July?", Library(config.index), None, lambda _: {}) is None


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    home = tmp_path_factory.mktemp("folder")
    texts = {
        "rivers.txt": "Report on Halden rivers angers farmers\n\nHalden Courier, 4 March 2024\n\nThe report of the "
        "Water Agency was published on 12 January 2022. Malaria occurs mostly near the Ember Lake. Halden has 42 "
        "schools, Brook School among them.\n",
        "invitation.txt": "Invitation to an interview\n\n1 May 2024\n\nThe interview will take place on 20 May 2024.\n",
        "board.txt": "Minutes of the housing board\n\nWednesday 6 May 2026, 7 pm, Town Hall\n\nThe board agreed to "
        "raise the rent. Mr Cem Aydin rejected the plan. Two coins were taken in the burglary.\n",
    }
    for name, text in texts.items():
        (home / "d").mkdir(exist_ok=True)
        (home / "d" / name).write_text(text)
    config = load(index=home / "index", embedder="hash-64")
    sync([home / "d"], config=config, embedder=HashEmbedder(64))
    return Library(config.index)


@pytest.mark.parametrize(
    "question",
    [
        "When was the report published?",  # not when the article about it was
        "What is the date of the interview?",  # not of the invitation
        "Where does malaria occur?",
        "How many schools are there?",
        "What was taken in the burglary in May 2026?",
        "What was made in 2026?",
        "What did the council decide in May 2026?",  # only the board decided
        "What was decided in Vienna in May 2026?",
    ],
)
def test_what_a_sentence_can_answer_is_left_to_the_search(folder, question):
    assert scan.answer(question, folder, None, lambda _: {}) is None


@pytest.mark.parametrize("question", ["What was decided in may 2026?", "What did the board decide in May 2026?"])
def test_only_what_a_body_decides_was_decided(folder, question):
    assert [c.quote for c in ask(folder, question).citations] == ["The board agreed to raise the rent."]


def test_the_date_of_a_document_that_no_sentence_names_is_its_own(folder):
    assert ask(folder, "When was the invitation to an interview written?").text.endswith(": 1 May 2024 [1]")


def test_schools_that_are_mentioned_are_listed(folder):
    assert [c.text for c in ask(folder, "How many schools are mentioned?").claims[1:]] == ["Brook School"]
