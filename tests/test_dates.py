import pytest

import qa
from qa import dates, ground


def certain(text, published="2024-02-08", start=0):  # a Thursday
    return dates.certain(text, start, len(text), published)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("She spoke on Tuesday.", ("Tuesday", "2024-02-06")),
        ("He spoke on Thursday, the day of the report.", ("Thursday", "2024-02-08")),
        ("They met on Friday.", ("Friday", "2024-02-02")),
        ("Talks collapsed last December.", ("last December", "2023-12")),
        ("Talks collapsed last February.", ("last February", "2023-02")),
        ("She said in late January that it rained.", ("late January", "2024-01")),
        ("He has been ill since October.", ("October", "2023-10")),
        ("The bridge fell on January 13.", ("January 13", "2024-01-13")),
        ("The bridge fell on 13 March.", ("13 March", "2023-03-13")),
        ("The bridge fell last year.", ("last year", "2023")),
        ("It was mended earlier this year.", ("earlier this year", "2024")),
        ("It was mended yesterday.", ("yesterday", "2024-02-07")),
        ("It was mended last month.", ("last month", "2024-01")),
        ("The bridge will open; the ferry sank last December.", ("last December", "2023-12")),
    ],
)
def test_the_day_of_publication_makes_words_for_a_time_certain(text, meant):
    assert certain(text) == (meant,)


@pytest.mark.parametrize(
    "text",
    [
        "The bridge will open on Tuesday.",
        "The bridge was to open on Tuesday.",
        "A meeting scheduled in March was called off.",
        "They meet every Tuesday.",
        "The shop is open from Tuesday to Friday and on Saturday from 7.00 to 13.00.",
        "We are closed on Sunday.",
        "Rent is payable on 3 March.",
        "The bridge opens next Tuesday.",
        "She spoke on Tuesday, January 16.",
        "The bridge fell on January 13, 2019.",
        "It fell in March 2019.",
        "Talks were held on September 19-20.",
        "“We spoke on Tuesday,” she said.",
        'He said "we met last December".',
        "May I come in?",
        "The last Tuesdays were wet.",
    ],
)
def test_what_is_not_certain_is_left_as_written(text):
    assert certain(text) == ()


@pytest.mark.parametrize("published", [None, "", "2024", "2024-02", "8 February 2024"])
def test_without_a_whole_date_of_publication_nothing_is_certain(published):
    assert certain("She spoke on Tuesday.", published) == ()


def test_a_quotation_that_opened_earlier_in_the_paragraph_is_still_open():
    text = "Old news.\n“It is late. We spoke on Tuesday.” She left on Monday."
    start = text.index("We spoke")
    assert dates.certain(text, start, text.index(" She"), "2024-02-08") == ()
    assert dates.certain(text, text.index("She left"), len(text), "2024-02-08") == (("Monday", "2024-02-05"),)


def test_a_day_that_no_year_has_is_left_as_written():
    assert certain("It fell on February 31.") == ()
    assert certain("It fell on February 29.") == ()  # 2024 would be after publication, 2023 has none


def test_a_claim_may_give_the_date_that_the_words_of_its_source_mean(tmp_path):
    text = "date 2024-02-08\n\nThe mayor Ada Holm closed the old harbour bridge on Tuesday after the storm."
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "bridge.txt").write_text(text, encoding="utf-8")
    index = tmp_path / "index"
    qa.ingest([tmp_path / "news"], index=index)
    answer = qa.ask("Who closed the old harbour bridge?", index=index, model="quote")
    assert answer.citations[0].times == (("Tuesday", "2024-02-06"),)
    assert "“Tuesday” is 6 February 2024" in answer.text
    assert "“Tuesday” is 6 February 2024" in answer.to_html()
    source = ground.Source(answer.citations[0])
    dated = "The mayor Ada Holm closed the old harbour bridge on 6 February 2024."
    assert ground.judge(dated, [source]).support == "supported"
    assert ground.judge(dated.replace("6 Feb", "7 Feb"), [source]).support == "unsupported"


def test_in_a_text_of_long_ago_a_month_is_of_that_time():
    story = "The fort was besieged from 1809 to 1810. The colonel was recalled in September."
    at = story.index("The colonel")
    assert dates.certain(story, at, len(story), "2005-09-12") == ()
    recent = story.replace("1809", "2004").replace("1810", "2005")
    assert dates.certain(recent, at, len(recent), "2005-09-12") == (("September", "2005-09"),)


@pytest.mark.parametrize(
    ("text", "named", "asked"),
    [
        ("what was decided in may 2021, or on 6 may?", ["2021-05", "-05-06"], ["2021-05", "-05-06"]),
        ("who may march in 2021?", ["2021"], ["2021"]),
        ("What happened in September 2023?", ["2023-09"], ["2023-09"]),
        ("What was said on Tuesday, December 5th, 2023?", ["2023-12-05"], ["2023-12-05"]),
        ("What was said on 5 December?", ["-12-05"], ["-12-05"]),
        ("What did she say in late May?", ["-05"], ["-05"]),
        ("What may she march for?", [], []),
        ("What was decided on 2024-02-08?", ["2024-02-08"], ["2024-02-08"]),
        ("Who won the 2020 war?", ["2020"], []),
        ("What has been said since 2020?", ["2020"], []),
        ("September 2023", ["2023-09"], ["2023-09"]),
        ("Who paid 2,020 euros to 1990 people?", ["1990"], []),
        ("May I keep a dog?", [], []),
        ("May visitors park here in May?", ["-05"], ["-05"]),
    ],
)
def test_the_times_of_a_question(text, named, asked):
    assert (dates.named(text), dates.asked(text)) == (named, asked)


def test_a_date_lies_in_a_time_with_or_without_its_year():
    assert dates.within("2024-02-08", ["2024"]) and dates.within("2024-02-08", ["2019", "-02"])
    assert dates.within("-02-08", ["-02"]) and not dates.within("2023-12-05", ["-12-06"])
    assert not dates.within(None, ["2024"]) and not dates.within("2024", ["2024-02"])


def test_a_question_without_its_time():
    assert dates.timeless("Who resigned in September 2019?") == "Who resigned?"
    assert dates.timeless("What did she say on Monday, 5 May about it?") == "What did she say about it?"
    assert dates.timeless("Who won the 2020 war?") == "Who won the 2020 war?"
    assert dates.timeless("in May") == "in May"
