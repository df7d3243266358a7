"""Which type of answer a question expects, and what cannot be one."""

import pytest

from qa.answertype import holds, singular

HOLDS = [
    ("How many marines were sent?", "The captain sent 120 marines ashore."),
    ("How many marines were sent?", "The 120 conscripts ordered onto the quay had never seen a winch."),
    ("How many people were hurt?", "Nobody was hurt in the fire."),
    ("How many boats sank?", "Several of the boats sank."),
    ("How many roads lead to the pass?", "They blocked the only road to the pass."),
    ("How many mines does the ministry name?", "The ministry named the Odrin copper and the Velka gold mines."),
    ("How many times has she been invited?", "She has been invited multiple times."),
    ("How many days was the bridge closed?", "The bridge was closed for 74 days since December."),
    ("How much did the tower cost?", "The tower, built in 1931, cost 38 talers."),
    ("How much did the tower cost?", "The state spent 9 million drin on it."),
    ("How much does it cost?", "Entry is free."),
    ("How much rain fell?", "Forty litres fell in an hour."),
    ("How long will the museum be closed?", "It stays shut for a fortnight."),
    ("How old is Ada Holm?", "Holm, 54, was born in Lund."),
    ("How high is the bridge?", "It stands 40 metres above the river."),
    ("What share of the voters took part?", "Just under half of them did."),
    ("On which day did they meet?", "They met on Tuesday."),
    ("On what date did they meet?", "They met on 4 March."),
    ("What year was it built?", "It was built in 1931."),
    ("When did they meet?", "They met once the flood had gone."),
    ("Which country did she flee to?", "She fled to Norway."),
    ("Which country did she come from?", "The Danish envoy spoke first."),
    ("Who was the judge in the Holm trial?", "Judge Ada Lind read the verdict."),
    ("Who is the head of the bank?", "Its director, Bo Lind, left."),
    ("Why is the pump loud?", "**The pump is loud.** The tank is empty or not seated."),
    ("In which city do they meet?", "The talks are held in Geneva."),
    ("What is the name of the ship?", "The ship, Lady Morag, is new."),
    ("What did the minister say?", "She said nothing would change."),
    ("Why was the guild dissolved in 1806?", "The guild was dissolved in 1806 because it owed taxes."),
    ("Why was the guild dissolved in 1806?", "It was dissolved in 1806 after the guild had burned its papers."),
    ("Why did the ship drift?", "A fire had knocked out both propellers."),
    ("Who closed the bridge in May?", "The bridge was closed in May by Ada Holm."),
    ("Who closed the bridge in May?", "The engineers gave the order."),
    ("Who may use the bridge in May?", "In May only residents may use the bridge."),
    ("Which company built the bridge?", "A company in Lund, Nordbro, built the bridge."),
    ("Which company built the bridge?", "Nordbro built the bridge."),
    ("Which car may bicycles hang in?", "Bicycles may hang in car 305."),
    ("On which island did the wig wash up?", "The wig washed up on an island, in Sardinia."),
    ("Which two towns does the bridge link?", "The bridge links Lund and Malmö."),
]
LACKS = [
    ("Who was the judge in the Holm trial?", "His lawyer, Bo Lind, told reporters that he would appeal."),
    ("How many marines were sent?", "The minister sent marines to unload a grain vessel."),
    ("How many marines were sent?", "Marines unloaded 40 crates of grain."),
    ("How many dogs will be lent?", "A foundation will lend dogs, at 300 euros each day."),
    ("How many pelicans nest there?", "The ruins became nesting sites for pelicans in 1994."),
    ("How much did the tower cost?", "The tower, built in 1931, is 40 metres high."),
    ("How much does the crew owe the grocer?", "Thirty crew members remain on board."),
    ("How long does a visit last?", "A visit has to be booked at the desk."),
    ("How high is the tower?", "The tower stands on a hill by the river."),
    ("On which exact day did they meet?", "They met in March."),
    ("When did they meet?", "They met in the old mill."),
    ("In which third countries may they meet?", "They may meet in third countries, she said."),
    ("In which city were the meetings to be held?", "President Ada Holm twice cancelled meetings with the EU."),
    ("What is the name of the ship?", "The ship is new and sails from the old quay."),
    ("Why was the guild dissolved in 1806?", "The guild was dissolved in 1806, and its archive used to wrap cheese."),
    ("Why did they choose potatoes?", "They did choose potatoes after they chose potatoes."),
    ("Who closed the bridge in May?", "The bridge was closed in May and opened in Lund."),
    ("Which company built the bridge?", "The bridge was built in 1931 by a company that has been sold since."),
    ("Which engineer saw the cracks in the bridge?", "An engineer saw the cracks in the bridge first."),
    ("Who is the engineer that saw the cracks?", "The cracks were seen by an engineer."),
    ("What is the name of the ship that sank off Lund?", "The ship that sank off Lund was new."),
    ("Which two towns does the bridge link?", "The bridge links two towns."),
]


@pytest.mark.parametrize(("question", "text"), HOLDS)
def test_a_text_with_an_answer_of_the_type_holds_one(question: str, text: str) -> None:
    assert holds(question, text)


@pytest.mark.parametrize(("question", "text"), LACKS)
def test_a_text_without_any_answer_of_the_type_does_not(question: str, text: str) -> None:
    assert not holds(question, text)


@pytest.mark.parametrize(
    ("question", "text", "found"),
    [
        ("How much did the tower cost?", "The state spent 9 million euros on it.", True),
        ("How much did the 9 million euro tower cost?", "The state spent 9 million euros on it.", False),
        ("How much did the tower cost?", "It is 38 metres high.", False),
        ("How much rain fell?", "It cost 9 million euros.", False),
        ("When did they meet?", "They met on 4 March.", True),
        ("When did they meet on 4 March?", "They met on 4 March.", False),
        ("When did they meet?", "They met once the flood had gone.", False),
        ("Who met on 4 March?", "They met on 5 March.", False),
    ],
)
def test_a_sum_or_a_time_is_no_chance(question, text, found):
    assert singular(question, text) is found
