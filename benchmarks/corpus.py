"""Made-up histories and answers, always the same: what a research session is made of, with invented words."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from random import Random
from typing import Any, TypeAlias

Event: TypeAlias = dict[str, Any]

_WORDS = (
    "archive audit basis bridge budget cable canal clause coast column copper cover damage depth draft estimate fiber "
    "figure flood gauge grain harbor index inlet joint ledger level limit margin measure method mineral notice paper "
    "permit pier policy quarry rate record relief report river sample season section shore signal source station "
    "survey table tender tide timber valley value vessel volume water weight winter works yield"
)
_VERBS = "covers delays exceeds follows implies lowers names needs raises records replaces shows"
WORDS = _WORDS.split()
VERBS = _VERBS.split()
VARIETIES = 64
"""Different turns; longer histories repeat them under other numbers."""


def _sentence(random: Random) -> str:
    words = random.choices(WORDS, k=random.randint(6, 16))
    words.insert(random.randint(1, len(words) - 1), random.choice(VERBS))
    if random.random() < 0.3:
        at = random.randrange(len(words))
        words[at] = random.choice(("**{}**", "*{}*", "`{}`")).format(words[at])
    return " ".join(words).capitalize() + "."


def _paragraph(random: Random, sentences: int = 4) -> str:
    return " ".join(_sentence(random) for _ in range(sentences))


def _list(random: Random) -> str:
    return "\n".join(f"- {_sentence(random)}" for _ in range(random.randint(3, 6)))


def _table(random: Random) -> str:
    rows = [f"| {random.choice(WORDS)} | {random.randrange(10_000):,} | {_sentence(random)} |" for _ in range(5)]
    return "\n".join(["| Name | Value | Remark |", "|---|---:|---|", *rows])


def _code(random: Random) -> str:
    names = random.sample(WORDS, 4)
    rows = [f"{name} = load({name!r}, depth={random.randrange(90)})  # {random.choice(WORDS)}" for name in names]
    return "\n".join(["```python", "def check(source: str) -> bool:", *(f"    {row}" for row in rows), "```"])


def _section(random: Random) -> str:
    title = " ".join(random.sample(WORDS, 3)).capitalize()
    pieces = [_paragraph(random), _paragraph(random), _list(random), _code(random), _paragraph(random), _table(random)]
    return "\n\n".join([f"## {title}", *pieces])


def _answer(random: Random) -> str:
    return "\n\n".join([_paragraph(random), _section(random), _paragraph(random, 6), _list(random), _paragraph(random)])


@cache
def _variety(seed: int) -> tuple[Event, ...]:
    random = Random(seed)
    passages = [{"content": _paragraph(random), "score": random.random(), "metadata": {"page": n}} for n in range(4)]
    return (
        {"type": "thinking", "content": _paragraph(random, 6)},
        {"type": "tool_call", "name": "retrieve", "arguments": {"query": _sentence(random), "top_k": 4}},
        {"type": "tool_result", "name": "retrieve", "result": {"results": passages}},
        {"type": "text", "content": _answer(random)},
        {"type": "stop", "is_error": False, "usage": {"total_input_tokens": 9000, "total_output_tokens": 900}},
    )


def question(number: int) -> str:
    """The question of a turn, which no other turn of the history has."""
    return f"What does record {number} say of the {WORDS[number % len(WORDS)]}?"


def ending(number: int) -> str:
    """The last words of a turn's answer, which no other turn of the history has."""
    return f"This is the end of turn {number}."


def history(turns: int) -> Iterator[Event]:
    """The stored events of a session: about 8 kB a turn, half of it the answer."""
    for number in range(turns):
        yield {"type": "user_input", "content": question(number)}
        for event in _variety(number % VARIETIES):
            match event["type"]:
                case "tool_call" | "tool_result":
                    yield event | {"call_id": f"call-{number}"}
                case "text":
                    yield event | {"content": f"{event['content']}\n\n{ending(number)}"}
                case _:
                    yield event


def deltas(count: int) -> list[str]:
    """An answer in pieces of 4 characters: sections with paragraphs, lists, code and tables."""
    text = _sections(Random(1), count * 4)
    return [text[at : at + 4] for at in range(0, count * 4, 4)]


def beginning(pieces: int) -> str:
    """What an answer says before `deltas`, in whole sections: at least as long as so many pieces; "" for none."""
    return f"{_sections(Random(2), pieces * 4)}\n\n" if pieces else ""


def _sections(random: Random, chars: int) -> str:
    sections: list[str] = []
    size = 0
    while size < chars:
        sections.append(_section(random))
        size += len(sections[-1]) + 2
    return "\n\n".join(sections)


def long_answer(chars: int) -> Iterator[Event]:
    """The stored events of a session with one answer, of so many characters."""
    yield {"type": "user_input", "content": question(0)}
    yield {"type": "text", "content": f"{''.join(deltas(chars // 4))}\n\n{ending(0)}"}
    yield {"type": "stop", "is_error": False, "usage": {}}


def delta_history(events: int) -> Iterator[Event]:
    """Stored events of which most are deltas: 100 turns of thinking, searching and answering, for any length."""
    pieces = deltas(events // 100)
    for number in range(100):
        yield {"type": "user_input", "content": question(number)}
        yield from ({"type": "text_delta", "content": piece} for piece in pieces[: events // 100 - 2])
        yield {"type": "stop", "is_error": False, "usage": {}}


def session_json(summary: Mapping[str, object], events: Iterator[Event]) -> bytes:
    """A session as the server sends it."""
    return json.dumps({**summary, "events": list(events)}, separators=(",", ":")).encode()
