"""Ordinary chat: what is no question about the documents gets a short reply of its own, by rule.

Only a message that is courtesy or a question about the program from its first to its last word counts: a question that
merely begins with a greeting is answered as a question.
"""

from __future__ import annotations

import re

_TO = r"(?: (?:there|again|all|everyone|everybody|team|friend|assistant|bot|qa|dear|so much|you|folks))*"
_FILES = r"(?:documents?|files?|folders?|pdfs?|articles?|texts?|sources?|papers?|docs?)"
_ONES = r"(?:(?:a|an|the|my|our|your|own|new|more|other|another|these|those|some|of|single|whole) )*"
_HERE = r"(?: (?:here|in here|(?:to|from) (?:it|this|you|the (?:index|library|chat|collection))))?"
_GREETING = (
    rf"(?:hi+|hello|hey+|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen)|hola|"
    rf"bonjour|salut|ciao){_TO}|nice to meet you|welcome"
)
_MOOD = r"how are you(?: doing)?(?: today)?|how(?:'s| is) it going|how do you do|what'?s up|are you (?:there|ok|awake)"
_THANKS = (
    rf"(?:ok(?:ay)?|great|perfect|cool|awesome|super|wow|good|no|well|alright)? ?(?:many |a lot of )?"
    rf"(?:thanks|thank you|thx|ty|cheers|merci|danke|gracias)(?: (?:very much|so much|a lot|again|in advance))?{_TO}"
    rf"(?: for (?:that|this|everything|(?:your|the|all the|all your) (?:help|answers?|info|information|time|reply)))?"
)
_FINE = (
    r"(?:ok(?:ay)?|good|great|perfect|cool|nice|awesome|excellent|super|wonderful|interesting|well done|very good|"
    r"good (?:job|work|answer|to know)|i see|got it|understood|all ?right|never mind|(?:that|this)(?:'s| is| was) "
    r"(?:all|it|great|good|helpful|very helpful|fine|perfect|interesting)(?: for (?:now|today))?)"
)
_BYE = (
    rf"(?:good ?)?bye(?: bye)?{_TO}|see (?:you|ya)(?: later| soon| tomorrow)?|farewell|good ?night|so long|take care|"
    r"have a (?:nice|good|great) (?:day|one|evening|weekend|time)|adios|auf wiedersehen|tsch[uü]ss|au revoir"
)
_IDENTITY = (
    r"(?:who|what)(?: exactly)? are you|what(?:'s| is) your name|what are you called|who (?:made|built|created) you|"
    r"(?:introduce|describe) yourself|tell me about yourself|are you (?:an? )?(?:real |true )?(?:(?:chat)?bot|robot|"
    r"human|person|machine|ai|language model|llm|chatgpt|gpt|computer|program|real)"
)
_ABILITY = (
    r"(?:please )?help(?: me)?|(?:can|could) you help(?: me)?|how can (?:you help(?: me)?|i use (?:you|this))|"
    r"what (?:can|do) (?:you|i) (?:do|ask|do here|ask you|ask here|do with (?:you|this))(?: for me| about)?|"
    r"what (?:should|could) i ask(?: you)?|how do (?:i use you|you work)|"
    r"what are you (?:for|able to do|good at|capable of)"
)
# After an answer these ask about that answer.
_VAGUE = r"|how (?:do i use|does) (?:this|it)(?: chat)?(?: work)?|what(?: is|'s) this(?: for)?"
_ADDING = (
    rf"(?:how|where) (?:do|can|could|should|would) (?:i|we|you) (?:add|upload|load|import|ingest|include|put in|"
    rf"remove|delete|update|replace|change|index) {_ONES}{_FILES}{_HERE}|"
    rf"(?:can|may) i (?:add|upload|load|import|remove|delete) {_ONES}{_FILES}{_HERE}"
)
_CITING = (
    r"how (?:do|can|should|would) (?:i|we|you) cite(?: (?:you|this|that|it|them|an? answers?|sources?|things|"
    r"the (?:answers?|sources?|documents?)|from (?:it|this|here)))?|how do (?:your |the )?(?:citations?|sources) work|"
    r"what (?:do|are) (?:the |these |those )?(?:numbers|brackets|citations)(?: in (?:the )?brackets)?(?: mean| for)?"
)
_REPLIES = (  # the first that any part of the message fits is what is said
    (
        _ADDING,
        "On the page, drop files or folders anywhere, or choose Add files in the sidebar (☰); the ✕ beside a document "
        "removes it. Else put files into the folder that was ingested, or take them out, and run: qa ingest FOLDER. "
        "Text, Markdown, HTML, PDF, Word, PowerPoint, Excel and CSV files can be read.",
    ),
    (
        _CITING,
        "Each number in brackets stands for the exact words that its sentence rests on; select it to see them in their "
        "source. To cite one, take the title, the date and the quotation from the list of sources under the answer.",
    ),
    (
        _ABILITY,
        "I answer questions from the documents loaded here, and only from them. Each sentence has a number that leads "
        "to the exact words it rests on, and where the documents hold no answer I say so. Ask who said what, when, "
        "where or why; ask “What is in these documents?” for an overview, or “Which documents mention …?” to have all "
        "of them read. A follow-up may say “he”, “it” or “and in 2020?”.",
    ),
    (
        _IDENTITY,
        "I am a program that answers questions from the documents loaded here, with a citation for each sentence. "
        "I know nothing but what they say.",
    ),
    (_MOOD, "I am ready: what would you like to know from the documents?"),
    (_BYE, "Goodbye!"),
    (_THANKS, "You are welcome. Is there anything else that you would like to know from the documents?"),
    (_GREETING, "Hello! What would you like to know from the documents?"),
    (_FINE, "Good. Ask on whenever you like."),
)
_PARTS = re.compile(r"[,.;:!?…–—\-]+(?:\s|$)|\s+and\s+|[\U0001F300-\U0001FAFF☺]+")
_OPENER = re.compile(
    # Atomic: "thanks thanks thanks …" is read in one way only, or it would be tried in millions.
    rf"\W*(?>(?:(?>{_GREETING}|{_THANKS}|{_FINE})\s*)+)(?:[,.;:!…–—]+|\s-)\s*(?=\w)(?:(?:and|but|so|now)\b\s*)?",
    re.I,
)


def reply(message: str, *, first: bool = True) -> str | None:
    """What to say to a message that is nothing but courtesy or asks about the program; None for every other. `first`
    tells whether it opens the conversation."""
    plain = re.sub(r"\bno, (?=than)", "no ", message.replace("’", "'").lower())
    forms = [(form + _VAGUE * (first and form == _ABILITY), text) for form, text in _REPLIES]
    parts = [part.strip(" \"'“”()") for part in _PARTS.split(plain)]
    parts = [re.sub(r"^(?:and|please|so|well|oh) (?=\w)|(?<=\w) please$", "", part) for part in parts if part]
    fits = [[i for i, (form, _) in enumerate(forms) if re.fullmatch(form, part)] for part in parts]
    return forms[min(map(min, fits))][1] if fits and all(fits) else None


def question(message: str) -> str:
    """A message without the courtesies before its question: "Thanks, and who is he?" asks "who is he?"."""
    rest, before = message.strip(), ""
    while rest != before:
        before, rest = rest, _OPENER.sub("", rest, count=1) if _OPENER.match(rest) else rest
    return rest
