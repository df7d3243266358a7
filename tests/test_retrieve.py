"""From a question to passages and sentences, over a real library and a real Chroma."""

import numpy as np
import pytest

from qa import rerank, retrieve
from qa.assistant import Assistant
from qa.config import load
from qa.editor import Editor
from qa.ground import Source
from qa.library import Scope
from qa.models.quote import Quote, worth_quoting
from qa.sync import sync
from qa.testing import HashEmbedder, corpus
from qa.types import Citation


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    home = tmp_path_factory.mktemp("retrieve")
    config = load(index=home / "index", embedder="hash-256")
    folder = corpus(home)
    (folder / "copy.txt").write_text(
        "Agencies report.\n\nThe bridge was built in 1902. Scroll to Top\n\nThe council of Elmford voted on "
        "Monday to close the old bridge until 1 July 2024.\n\nShare this\n"
    )
    sync([folder], config=config, embedder=HashEmbedder(256))
    return Assistant(config, embedder=HashEmbedder(256), answerer=Quote())


def test_both_searches_leave_their_ranks_on_a_hit(assistant):
    best = assistant.search("How many people cross the bridge every day?").hits[0]
    assert best.passage.document == "bridge-costs.md"
    assert best.keyword_rank == 1
    assert best.dense_rank is not None


def test_passages_are_ordered_by_their_best_sentence_and_by_what_they_say_as_a_whole(assistant, monkeypatch):
    question = "How many people cross the bridge every day?"
    found = assistant.search(question)
    last = found.hits[-1]
    liking = lambda _, passages: np.array([9.0 * (text == last.passage.text) for text in passages])  # noqa: E731
    monkeypatch.setattr(rerank, "relevance", liking)
    again = assistant.search(question)
    assert again.hits[0] == last
    assert again.sentences == found.sentences


def test_sentences_are_those_of_the_passages_that_read_whole_are_most_relevant(assistant, monkeypatch):
    monkeypatch.setattr(retrieve, "PASSAGES", 1)
    found = assistant.read("How many people cross the bridge every day?")
    assert "4,000 people" in " ".join(candidate.text for candidate in found.candidates)
    liking = lambda _, passages: np.array([float("honeybees" in text.lower()) for text in passages])  # noqa: E731
    monkeypatch.setattr(rerank, "relevance", liking)
    bees = assistant.read("How many people cross the bridge every day? And what of honeybees?")
    assert ["honeybees" in hit.passage.text.lower() for hit in bees.hits] == [True]
    assert {candidate.passage for candidate in bees.candidates} == {hit.passage for hit in bees.hits}


def test_every_sentence_is_verbatim_with_its_title_date_and_place(assistant):
    found = assistant.search("Who paid for the study of honeybees?")
    first = found.sentences[0].citation
    document = assistant.library.document(first.document)
    assert "National Science Foundation" in first.quote
    assert document.text[first.start : first.end] == first.quote
    assert (first.title, first.date) == ("Bees Count to Four", "2023-11-20")
    scores = [s.citation.score for s in found.sentences]
    assert scores == sorted(scores, reverse=True)


def test_copies_of_a_sentence_count_once(assistant):
    found = assistant.search("When did the council vote to close the old bridge?")
    quotes = [s.citation.quote for s in found.sentences]
    assert sum("council of Elmford voted" in quote for quote in quotes) == 1


def test_front_matter_and_furniture_are_no_evidence(assistant):
    found = assistant.search("date 2024-03-05 title Scroll to Top Share this")
    for source in found.sentences:
        assert source.citation.start >= assistant.library.document(source.citation.document).body
    assert all(len(hit.passage.text) > 20 for hit in found.hits)


def test_a_scope_limits_both_searches(assistant):
    found = assistant.search("When was the bridge built?", Scope(documents=frozenset({"science/scripts.txt"})))
    assert {hit.passage.document for hit in found.hits} == {"science/scripts.txt"}


@pytest.mark.parametrize(("typed", "meant"), [("Adeyemmi", "adeyemi"), ("Duartte", "duart"), ("Elmfrod", "elmford")])
def test_a_name_spelled_otherwise_is_found(assistant, typed, meant):
    found = assistant.search(f"What did {typed} say?")
    assert any(meant in spellings for spellings in found.question.variants.values())
    assert found.unknown == ()


def test_a_name_that_stands_nowhere_is_named(assistant):
    assert assistant.search("What did President Beyoncé say about Elmford?").unknown == ("Beyoncé",)


def test_what_a_person_said_whom_no_document_names_is_not_answered_with_what_others_said(assistant):
    for name in ("Beyoncé", "President Beyoncé"):
        assert not assistant.ask(f"What did {name} say about the bridge?").answer.answered


def test_a_sentence_that_leans_on_the_one_before_brings_it_along(assistant, tmp_path):
    document = tmp_path / "d" / "toll.txt"
    document.parent.mkdir()
    document.write_text("The ferry toll rose to nine euros. It now exceeds the price of a bus ticket by far.")
    config = load(index=tmp_path / "index", embedder="hash-256")
    sync([document.parent], config=config, embedder=HashEmbedder(256))
    other = Assistant(config, embedder=HashEmbedder(256), answerer=Quote())
    best = other.search("What exceeds the price of a bus ticket by far?").sentences[0].citation
    assert best.quote.startswith("The ferry toll") and best.quote.endswith("by far.")


@pytest.fixture
def told(tmp_path):
    """Answers over one document of a few lines."""

    def over(text):
        folder = tmp_path / "d"
        folder.mkdir()
        (folder / "a.txt").write_text(text)
        config = load(index=tmp_path / "index", embedder="hash-256")
        sync([folder], config=config, embedder=HashEmbedder(256))
        return Assistant(config, embedder=HashEmbedder(256), answerer=Quote())

    return over


def test_what_is_said_of_her_is_found_by_her_name_and_shown_with_it(told):
    text = "Ada Holm came to Wick in 1998 to sell fish. She is 54 and drives the number 9 bus."
    answer = told(f"Elmford news\n\n{text}").ask("How old is Ada Holm?").answer
    assert answer.claims[0].text == "About Ada Holm: She is 54 and drives the number 9 bus."


def test_what_a_letter_says_is_said_by_who_signed_it(told):
    text = "Dear tenant,\n\nThe lift is mended.\n\nMost of the damp comes from condensation in the kitchens.\n\n"
    (best, *_) = (
        told(f"{text}Yours sincerely,\n\nOwen Marsh\n").ask("What did Owen Marsh say about damp?").answer.citations
    )
    assert (best.speaker, best.quote[:16]) == ("Owen Marsh", "Most of the damp")


def test_what_somebody_said_about_initials_may_stand_there_written_out(told):
    text = "Ada Holm spoke on Monday. Ada Holm said that the summits of the European Union did not end well."
    found = told(f"Elmford news\n\n{text}").search("What did Ada Holm say about the EU summits?")
    assert found.sentences[0].citation.quote.startswith("Ada Holm said that the summits")
    assert found.confidence > 0.3


def test_what_somebody_said_about_another_is_not_what_they_said_about_a_third(told):
    text = "Ada Holm spoke on Monday. “Gwen Parry never listens,” Ada Holm said. “She says no.” Bo Lind was away."
    found = told(f"Elmford news\n\n{text}").search("What did Ada Holm say about Bo Lind?")
    assert all("Parry" not in source.citation.quote for source in found.sentences)


def test_the_office_of_another_country_is_no_answer(told):
    other = told("Talks\n\nThe Danish ambassador, Ada Holm, met the Swedish prime minister. Norway sent nobody.")
    assert other.ask("Who is the Danish ambassador?").answer.answered
    assert not other.ask("Who is the ambassador of Norway?").answer.answered


def test_what_was_said_wrongly_is_shown_with_what_corrects_it(told):
    text = "In our report of May we said that the toll was nine euros. The correct figure is seven euros. We regret it."
    (best, *_) = told(f"Corrections\n\n{text}").search("How much was the toll?").sentences
    assert best.citation.quote.endswith("The correct figure is seven euros.")


def cited(number, quote, score):
    return Citation(number, "d", "t", quote, 0, len(quote), score=score)


def test_a_second_sentence_is_quoted_only_when_nearly_as_good_and_new():
    first = cited(1, "The bridge was built in 1902.", 0.8)
    good = cited(2, "Workers finished the eastern pillars two years earlier.", 0.6)
    weak = cited(3, "Workers finished the eastern pillars two years earlier.", 0.2)
    same = cited(4, "In 1902 the bridge was built.", 0.8)
    assert worth_quoting("When was the bridge built?", [first, good], 2) == [first, good]
    assert worth_quoting("When was the bridge built?", [first, weak], 2) == [first]
    assert worth_quoting("When was the bridge built?", [first, same], 2) == [first]
    assert worth_quoting("When was the bridge built?", [first, good], 1) == [first]
    assert worth_quoting("When was the bridge built?", [], 2) == []


def test_one_story_in_two_articles_is_quoted_once():
    first = cited(1, "Mayor Adeyemi twice cancelled meetings with Duarte that the council planned in May.", 0.9)
    again = cited(2, "Mayor Ruth Adeyemi twice cancelled meetings with Ines Duarte that the council planned.", 0.8)
    assert worth_quoting("What was cancelled?", [first, again], 3) == [first]


def test_what_a_model_leaves_of_the_evidence_is_shown_after_its_own_words():
    first = cited(1, "The bridge was built in 1902.", 0.9)
    good = cited(2, "Workers finished the eastern pillars two years earlier.", 0.6)
    editor = Editor("When was the bridge built?", [Source(first), Source(good)])
    editor.take("The bridge was built in 1902.")
    editor.unused([first, good])
    assert [claim.text for claim in editor.claims] == [first.quote, good.quote]
    assert [claim.citations for claim in editor.claims] == [(1,), (2,)]


def test_a_question_in_the_language_of_the_documents_is_taken_apart_in_it(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "museum.txt").write_text(
        "Das Stadtmuseum von Hallstedt bleibt vom 1. Juni 2024 bis Ende 2025 geschlossen. Das Dach ist undicht, "
        "außerdem fehlt ein Aufzug. Die Bürgermeisterin sagte, der Umbau koste zwei Millionen Euro.",
        encoding="utf-8",
    )
    config = load(index=tmp_path / "index", embedder="hash-256")
    sync([folder], config=config, embedder=HashEmbedder(256))
    german = Assistant(config, embedder=HashEmbedder(256), answerer=Quote())
    question, unknown = german.read("Wann wurde das Museum geschlossen?")[:2]
    assert (question.language, unknown) == ("de", ())
    assert set(question.weights) == {"museum", "geschlossen"}
    assert question.variants["museum"] == {"stadtmuseum"}
    found = german.search("Wie lange ist das Museum geschlossen?").sentences
    assert "vom 1. Juni 2024 bis Ende 2025" in found[0].citation.quote
    assert german.read("When was the museum closed?").question.language == ""
