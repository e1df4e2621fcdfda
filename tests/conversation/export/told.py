"""Turns to export: one that cites what it found, and one in which everything means harm."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from tests.hostile.payloads import POISON
from tui.api.models import Event, ImageAttachment, Stop, Text, ToolCall, ToolResult, UserInput
from tui.conversation.export.csl import csl_json_pieces
from tui.conversation.export.html import html_pieces
from tui.conversation.export.markdown import markdown_pieces
from tui.conversation.transcript import Turn
from tui.conversation.transcript_builder import replay

PICTURE = ImageAttachment("screenshots/page_3.png", "dfl-1")

BUDGET: Sequence[Event] = (
    UserInput("What is\nthe budget?"),
    ToolCall("a", "retrieve", {}),
    ToolResult(
        "a",
        "retrieve",
        {
            "results": [
                {
                    "content": "It is 40 million.",
                    "score": 2.5,
                    "metadata": {"file_name": "notes.pdf", "heading": "Budget"},
                    "static_fields": {"page_range_start": 3},
                },
                {"content": "A probe.", "metadata": {"file_name": "heron.md"}},
            ]
        },
        PICTURE,
    ),
    Text("**40** million [1], `[1]`, [9]."),
    Stop(),
)

HTML = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> ![p](http://evil.test/p.png) [j](javascript:alert(3)) "
    "&lt;b&gt; <iframe src='//evil.test'> \"'><style>*{}</style> </details></section> <!-- ]]> <? "
    "[l](http://evil.test/x \"onmouseover='a'\") <https://ok.test/> ``` ~~~ $x$ `[1]` [^1] [1]"
)

HARMFUL: Sequence[Event] = tuple(
    event
    for text in (HTML, POISON)
    for event in (
        UserInput(text),
        ToolResult(
            "a",
            text,
            {"results": [{"content": f"{text}\n```\n{text}", "metadata": {"file_name": text, "heading": text}}]},
            ImageAttachment(text, text),
        ),
        Text(f"{text}\n\n```{text}\n{text}\n```\n\n| {text} |\n|---|\n| {text} |\n\n[r]: http://r.test '{text}'\n[r]"),
        Stop(is_error=True, error=text),
    )
)


def turns(events: Sequence[Event]) -> list[Turn]:
    return list(replay(events))


def markdown(title: str, told: Iterable[Turn], first: int = 1) -> str:
    return "".join(markdown_pieces(title, told, first))


def html(title: str, told: Iterable[Turn], picture: Callable[[ImageAttachment], bytes] = lambda _: b"") -> str:
    return "".join(html_pieces(title, told, picture=picture))


def csl_json(told: Iterable[Turn], first: int = 1, day: date | None = None) -> str:
    return "".join(csl_json_pieces("ses-1", told, first, day))
