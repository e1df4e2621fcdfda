"""What kind of answer a question asks for, and how a sentence looks that gives one. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_NUMBER = (
    r"(?<![\w.])\d[\d.,]*"  # no part of a name, such as sqlite3_step or utf8
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred|thousand|million)\b"
)
_MOMENT = (
    rf"\b(?:1[5-9]|20)\d\d\b|\b\d{{1,2}}[:.]\d\d\b|\b(?:{_MONTHS})\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|\b(?:after|before|until|every|once|daily|weekly|monthly|yearly)\b|\b\d+\s+(?:day|week|month|year|hour|minute)s?\b"
)
_PERSON = r"(?<![.?!]\s)(?<!^)\b[A-Z][a-z]+(?:\s+[A-Z]\.)?\s+[A-Z][a-z]+|\bby [A-Z]|@\w|:\s+[A-Z][a-z]+ [A-Z]"
_NAME = r"`[^`]+`|(?<!\w)--?[\w][\w-]*|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|\b\w+\(\)|\b\w+(?:_\w+)+|\$\w+|\b[a-z]+[A-Z]\w+"
_PATH = r"(?<!\w)(?:~|\.{1,2})?/[\w.*~-]+|\b[\w-]+\.[a-z]\w{0,5}\b(?!\()"
_PLACE = rf"{_PATH}|\b(?:in|under|at|beside|behind|below|above|inside|near) (?:the|a|your|its|/|[A-Z])"
_DOING = (
    r"`[^`]+`|(?<!\w)--?[\w][\w-]*|\b(?:press|type|run|set|use|choose|open|start|call|enter|click|specify|pass|add|report"
    r"|ask|send|create|select|to do (?:so|this)|you (?:can|must|should|may))\b"
)
_SAID = r"(?:is|are|was|were|means|stands for|refers to|denotes|specifies|sets|causes|prints|makes|gives|tells)"


FRAME = frozenset(
    ("mean", "means", "meant", "meaning", "stand", "stands", "called", "happen", "happens", "exist", "exists")
)
"""Words that only frame a question: "what does X mean", "what happens when Y"."""

MAX_POINTER_CHARS = 160
"""A longer sentence tells something itself."""


@dataclass(frozen=True, slots=True)
class AnswerKind:
    """`asked` recognizes the question, `given` a sentence that gives such an answer.

    `is_name` says whether the answer may be the name that a sentence tells of.
    """

    name: str
    asked: re.Pattern[str]
    given: re.Pattern[str]
    is_name: bool


def _kind(name: str, asked: str, given: str, *, case: bool = False, is_name: bool = False) -> AnswerKind:
    return AnswerKind(name, re.compile(asked, re.I), re.compile(given, 0 if case else re.I), is_name)


KINDS: Sequence[AnswerKind] = (
    _kind(
        "number",
        r"\bhow (?:many|much|long|big|large|often|far|old|tall|deep|wide)\b"
        r"|\b(?:limit|maximum|minimum|max|min|cost|price|size|number|port|length|range|rate|exit (?:code|status))\b",
        _NUMBER,
    ),
    _kind(
        "default",
        r"\bdefault",
        r"\bdefault(?:s|ing)?\b(?: \w+){0,6} (?:is|are|to|of|value)\b|\bdefault:|\bby default\b|\*\*default:?\*\*"
        r"|\(default",
    ),
    _kind(
        "default value",
        r"\bdefault",
        r"\bdefaults?\b[*:]*(?: \w+){0,4}?(?: is| to| of|:|=)[ *:]*"
        r"(?:[`\"']|-?\d|\b(?:yes|no|true|false|on|off|none|null)\b)",
    ),
    _kind("moment", r"\bwhen\b|\bwhat (?:year|date|time|day)\b|\bsince when\b", _MOMENT),
    _kind("person", r"\bwho\b|\bwhom\b|\bwhose\b", _PERSON, case=True),
    _kind("file", r"\b(?:which|what) (?:file|director|folder|path)|\bwhere\b", _PATH, is_name=True),
    _kind("place", r"\bwhere\b", _PLACE),
    _kind(
        "name",
        r"\b(?:which|what) (?:\w+ )?(?:command|option|function|variable|key|hook|tool|flag|setting|method|field|signal"
        r"|module|class|parameter|tag|pragma|tokenizer|keyword|operator|property|program)",
        _NAME,
        case=True,
        is_name=True,
    ),
    _kind("doing", r"\bhow (?:do|can|should|would|does one|to)\b", _DOING, is_name=True),
    _kind("reason", r"\bwhy\b", r"\b(?:because|since|so that|therefore|reason|due to|in order|otherwise)\b"),
)


_TO_DO = re.compile(
    r"\W*(?:(?:to|for|in order to) [^,]{1,80}, )?"
    r"(?:add|call|change|choose|click|configure|connect|copy|create|declare|define|delete|edit|enter|give|import|install"
    r"|make|move|open|pass|press|put|remove|restart|run|save|select|send|set|specify|start|stop|tick|turn|type|use"
    r"|write)\b",
    re.I,
)


def says_to_do(sentence: str) -> bool:
    """Whether a sentence begins by telling the reader what to do: "Press Delete", "To stop it, run ..."."""
    return bool(_TO_DO.match(sentence))


def kinds_asked(question: str) -> list[AnswerKind]:
    """The kinds of answer that a question asks for."""
    return [kind for kind in KINDS if kind.asked.search(question)]


_ASKED_THING = re.compile(
    r"^\s*(?:what|who) (?:is|are|was|were|does|do) (?:the |an? )?(.+?)"
    r"(?: (?:mean|do|stand for|declare|hold|cost))?\s*\??$",
    re.I,
)


def thing_asked(question: str) -> str:
    """What "What is X?" or "What does X do?" asks about; "" for another question."""
    match = _ASKED_THING.match(question)
    return match.group(1) if match else ""


def defines(sentence: str, thing: str) -> bool:
    """Whether a sentence begins by saying what the thing is or does."""
    if not thing:
        return False
    pattern = rf"^\W*(?:the |an? )?{re.escape(thing)}\W*(?:\w+ ){{0,3}}{_SAID}\b"
    return bool(re.match(pattern, sentence, re.I)) or (thing.isupper() and _writes_out(sentence, thing))


def _writes_out(sentence: str, letters: str) -> bool:
    """Whether a sentence says what letters stand for: "Non-Maintainer Upload (NMU)", "NMU (Non-Maintainer Upload)"."""
    parts = re.split(rf"\b{re.escape(letters)}s?\b", sentence, maxsplit=1)
    if len(parts) == 1:
        return False
    initials = r"\W+".join(rf"{re.escape(letter)}\w*" for letter in letters if letter.isalnum())
    before, after = re.search(rf"\b{initials}\W*\($", parts[0], re.I), re.match(rf"\W*{initials}\b", parts[1], re.I)
    return bool(before or after)


_ELSEWHERE = re.compile(
    r"^\W*(?:see|refer to|for (?:more|further|full|details|the full|a full))\b"
    r"|\b(?:is|are) (?:also )?(?:described|documented|explained|discussed|covered|listed|defined) (?:\w+ )?in\b",
    re.I,
)


def points_elsewhere(sentence: str) -> bool:
    """Whether a sentence only says where more is told."""
    return len(sentence) <= MAX_POINTER_CHARS and bool(_ELSEWHERE.search(sentence))


_NAMES = re.compile(r"[\w.$@/:-]*(?:[_.$@/(-]|[a-z][A-Z])\S*(?:, [^,]+\))?|`[^`]+`|[\w.$@/:-]+\(.*\)|--?[\w-]+\W.*")


def is_code_name(text: str) -> bool:
    """Whether a text is the name of an option, a function, a file or the like, as it is written in code."""
    return bool(_NAMES.fullmatch(text))


def lacks_name(sentence: str, heading: str) -> bool:
    """Whether a sentence stands under such a name and has it not: "The sample of the hook ...", under "commit-msg"."""
    parts = re.findall(r"[\w-]*[^\W\d][\w-]*", heading.partition("(")[0])
    return bool(parts) and is_code_name(heading) and max(parts, key=len).casefold() not in sentence.casefold()
