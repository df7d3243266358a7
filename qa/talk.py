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
_KIND = r"(?:(?:very|really|so|most|quite|super) )?(?:helpful|useful|great|good|fine|perfect|interesting|nice|clear)"
_FINE = (
    r"(?:ok(?:ay)?|good|great|perfect|cool|nice|awesome|excellent|super|wonderful|interesting|well done|very good|"
    r"good (?:job|work|answer|to know)|i see|got it|understood|all ?right|never mind|"
    rf"{_KIND}|(?:that|this)(?:'s| is| was) (?:all|it|{_KIND})(?: for (?:now|today))?)"
)
_BYE = (
    rf"(?:good ?)?bye(?: bye)?{_TO}|see (?:you|ya)(?: later| soon| tomorrow)?|farewell|good ?night|so long|take care|"
    r"have a (?:nice|good|great) (?:day|one|evening|weekend|time)|adios|auf wiedersehen|tsch[uü]ss|au revoir"
)
_IDENTITY = (
    r"(?:who|what)(?: exactly)? (?:are you|r u)|what(?:'s| is) your name|what are you called|"
    r"who (?:made|built|created) you|(?:introduce|describe) yourself|tell me about yourself|"
    r"are you (?:an? )?(?:real |true )?(?:(?:chat)?bot|robot|"
    r"human|person|machine|ai|language model|llm|chatgpt|gpt|computer|program|real)"
)
_ABILITY = (
    r"(?:please )?help(?: me)?|(?:can|could) you help(?: me)?|how can (?:you help(?: me)?|i use (?:you|this))|"
    r"what (?:can|do) (?:you|i) (?:do|ask|do here|ask you|ask here|do with (?:you|this))(?: for me| about)?|"
    r"what (?:should|could) i ask(?: you)?|how do (?:i use you|you work)|"
    r"what are you (?:for|able to do|good at|capable of)"
)
_MODEL = (
    r"(?:which|what) (?:ai |language |local |large )?(?:model|llm|ai) (?:are you(?: using)?|do you use|"
    r"is (?:this|it|used here)|am i (?:talking|speaking) (?:to|with)|writes? (?:this|the answers?|your answers?)|"
    r"powers you)"
)
_FORMATS = (
    rf"(?:can|could|do) you (?:read|open|handle|process|support|understand|use|take) (?:(?:my|any|a|scanned) )*"
    rf"(?:{_FILES}|word|excel|powerpoint|spreadsheets?|csv|html|images?|photos?|scans?)(?: files?| documents?)?|"
    r"(?:which|what) (?:(?:kinds?|types?) of (?:files|documents)|file ?(?:types?|formats?)|formats?) "
    r"(?:can|do|could) (?:you|i) (?:read|open|handle|support|use|upload|add|accept)|"
    r"(?:which|what) (?:files|documents) (?:(?:can|do|could) you (?:read|open|handle|support|accept)|can i upload)"
)
_FORM = (
    r"(?:(?:and|now|please|can you|could you|would you|give me|show me|put|make|write|say|"
    r"explain|list|turn|answer)\b ?)*(?:(?:it|that|this|them|the answer|your answer|all that|all of that) ?)?"
    r"(?:(?:as|in|into|with) (?:a |an |the )?(?:table|list|bullet(?:ed)?(?: ?points?| list)?|numbered list|short|brief|"
    r"one sentence|a few words|other words|plain english|simple(?:r)? (?:words|terms|english|language)|"
    r"(?:english|german|french|spanish|russian|italian|turkish))|"
    r"(?:simply|shorter|simpler|more (?:simply|briefly)|briefly|longer)|tl;?dr)"
    r"|(?:please |can you |could you )*(?:translate|rephrase|reword|shorten|simplify|paraphrase|summari[sz]e|repeat) "
    r"(?:it|that|this|the (?:last )?answer|your answer)(?: (?:for me|(?:in)?to \w+|again))?"
)
_SURE = (
    r"are you (?:really |quite |absolutely )?(?:sure|certain)(?: (?:about|of) (?:that|this|it))?|"
    r"(?:is|was) (?:that|this|it) (?:really )?(?:true|right|correct)|really|how do you know(?: (?:that|this))?|"
    r"says who|(?:can|should) i trust (?:you|that|this|it)|how (?:sure|certain|confident) are you|"
    r"where (?:does it say|do you have|did you (?:find|get)) (?:that|this|it)(?: from)?"
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
        _FORMATS,
        "Text, Markdown, HTML, PDF, Word, PowerPoint, Excel and CSV files can be read; of a picture, or a scan without "
        "text, nothing can. On the page, drop files or folders anywhere.",
    ),
    (
        _MODEL,
        "The line under each answer names what wrote it. “quote” is no language model: it shows sentences of the "
        "documents as they stand. Others are chosen in the settings of the page, or with --model.",
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
    (
        _SURE,
        "Each sentence was checked against the very words that its number leads to: select it, and judge them in their "
        "place. That a source says so does not make it true; where sources disagree, both sides are shown.",
    ),
    (
        _FORM,
        "I give the sentences that the documents support, and do not put them into another form or language. Ask for "
        "the one thing that you want to know, and the answer will be short.",
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
