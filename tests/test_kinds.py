"""What a sentence names of a kind: banks, rivers, countries."""

import pytest

from qa import kinds


@pytest.mark.parametrize(
    ("kind", "sentence", "names"),
    [
        ("banks", "The Halden Bank and the bank Orsel lent to Kiruna Motors.", {"Halden Bank", "Orsel"}),
        ("ministries", "On Tuesday the Ministry of Trade and Industry met.", {"Ministry of Trade and Industry"}),
        ("companies", "Norrby Kabel GmbH sued the shipping firm Severpat.", {"Norrby Kabel GmbH", "Severpat"}),
        ("shipping firms", "Norrby Kabel GmbH sued the shipping firm Severpat.", {"Severpat"}),
        ("companies", "Velmark, a small company based in Oslo, was sold.", {"Velmark"}),
        ("companies", "A company in Lyon bought it, and the company Chairman Jonas Keller left on Monday.", set()),
        ("banks", "He works in Lyon, a bank said, and the bank Tuesday closed.", set()),
        ("towns", "The village of Ommel lies near Bir Asfar, a town in the desert.", {"Ommel", "Bir Asfar"}),
        ("rivers", "The river Varra meets the Molonglo River.", {"Varra", "Molonglo River"}),
        ("organisations", "The European Union paid the aid group Horizon.", {"European Union", "Horizon"}),
        ("repairs", "Bridge Repairs to Cost More", set()),
        ("reasons", "The Halden Bank gave two reasons on Monday.", set()),
    ],
)  # fmt: skip
def test_named_by_what_the_text_calls_them(kind: str, sentence: str, names: set[str]) -> None:
    assert {found.name for found in kinds.named(kind, sentence)} == names


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("In Armenia, Turkey’s envoy spoke of the U.S. and Cuba.", ["Armenia", "Turkey", "U.S.", "Cuba"]),
        ("New Mexico, Northern Ireland and Michael Jordan are none.", []),
        ("Jordan Hale met Bosnia and Herzegovina’s team in South Sudan.", ["Bosnia and Herzegovina", "South Sudan"]),
    ],
)  # fmt: skip
def test_countries_are_those_of_the_tables(sentence: str, names: list[str]) -> None:
    assert [found.name for found in kinds.named("countries", sentence)] == names


def test_a_name_stands_at_its_offsets() -> None:
    sentence = "“The Halden Bank’s owner is Velmark, an insurance company.”"
    for kind in ("banks", "companies"):
        (found,) = kinds.named(kind, sentence)
        assert sentence[found.start : found.end] == found.name


def test_names_of_one_country_share_a_key() -> None:
    assert len({found.key for found in kinds.named("nations", "The U.S., the United States and America.")}) == 1
