from dataclasses import replace

import pytest

from tests.rendering.drawing import cells, seen
from tui.api.models import ImageAttachment, Stop, Usage
from tui.conversation.transcript import Answer, Broken, End, Part, Returned, Thought, ToolUse, Unrecognized
from tui.rendering.folding import is_apart, is_folded_by_default
from tui.rendering.lines import Line
from tui.rendering.parts import MAX_QUESTION, block_for, end_lines, question_lines

USE = ToolUse(
    "call-1",
    "retrieve",
    {"top_k": 5, "query": "how do I delete a session?"},
    Returned({"results": [{"content": "Press d twice."}]}, ImageAttachment("screenshots/page_7.jpg", "dfl-1")),
)

GARDEN = {"file_name": "garden.md", "content": "one\ntwo", "metadata": {"first_line": 40, "last_line": 80}}
PICTURE = ImageAttachment("page_7.jpg", "dfl-1")


def rows(part: Part, width: int = 80, folded: bool = False) -> list[str]:
    block = block_for(part, width, folded)
    return seen(block[y] for y in range(len(block)))


def in_words(part: Part) -> str:
    """The row of a folded part, whatever its columns are."""
    return " ".join(rows(part, folded=True)[0].split())


def test_a_question_is_marked_in_the_margin() -> None:
    assert seen(question_lines("What is this\nabout?", 12)) == ["\u276f What is", "  this", "  about?"]
    assert question_lines(None, 40) == []


def test_thinking_is_open_while_it_runs_and_folds_when_it_is_over() -> None:
    running, over = Thought("I *think* so", settled=False), Thought("I *think* so")
    assert (is_folded_by_default(running), is_folded_by_default(over)) == (False, True)
    assert rows(running) == ["▾ Thinking…", "  I think so"]
    assert rows(over, folded=True) == ["▸ Thought"]
    assert rows(replace(over, seconds=0.4), folded=True) == ["▸ Thought"]
    assert rows(replace(over, seconds=3.6), folded=True) == ["▸ Thought for 4 s"]
    assert rows(over) == ["▾ Thought", "  I think so"]


def test_below_a_long_answer_it_is_said_how_much_of_it_is_drawn_until_all_is() -> None:
    answer = Answer("".join(f"Fact {number} is here.\n\n" for number in range(10_000)))
    block = block_for(answer, 80, False)
    told = [block[len(block) - 1].text]
    while block.behind:
        block.update(answer)
        told.append(block[len(block) - 1].text)
    shares = [int(words.removeprefix("… ").split(" %")[0]) for words in told if words.startswith("…")]
    assert f"% of {len(answer.text):,} characters are drawn" in told[0]
    assert shares == sorted(shares)
    assert told[-1] == "Fact 9999 is here."
    assert not any("are drawn" in words for words in seen(block[y] for y in range(len(block))))


def test_a_tool_use_folds_to_what_it_asked_and_how_much_came_back() -> None:
    assert is_folded_by_default(USE)
    assert in_words(USE) == '▸ retrieve "how do I delete a session?" picture'
    assert rows(USE, 40, folded=True) == ['▸ retrieve  "how do I delete …"  picture']
    assert rows(ToolUse("1", "wait", {"n": 1}), folded=True) == ["▸ wait      running…"]
    assert rows(ToolUse("1", "list", None, Returned(None)), folded=True) == ["▸ list      nothing"]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (ToolUse("1", "retrieve", {"query": "oak"}, is_over=True), '▸ retrieve "oak" no result'),
        (
            ToolUse("1", "find", {"name": "x.md"}, Returned({"error": "No\nsuch file"})),
            "▸ find x.md error: No such file",
        ),
        (
            ToolUse("1", "grep", {"pattern": r"(?<![\w.,])4242(?![\w]|[.,]\d)"}, Returned({"items": [GARDEN] * 2})),
            '▸ grep "4242" 2 places in 1 document',
        ),
        (
            ToolUse("1", "read", {"file_id": "dfl-5f6530a8-2170-4f6e-9a61-6c2e54b7a1ce"}, Returned(GARDEN)),
            "▸ read garden.md, lines 40 to 80 2 lines",
        ),
        (
            ToolUse("1", "page", {"file_id": "dfl-5f6530a8-2170", "page": 7}, Returned({"content": ""}, PICTURE)),
            "▸ page page 7, picture",
        ),
        (
            ToolUse("1", "page", {}, Returned({"file_name": "r.pdf", "page_range_start": 7, "content": ""}, PICTURE)),
            "▸ page r.pdf, page 7 picture",
        ),
    ],
)
def test_a_tool_use_is_told_in_words(part: ToolUse, said: str) -> None:
    assert in_words(part) == said


def test_several_tool_uses_stand_in_columns() -> None:
    uses = [ToolUse("1", name, {"query": "q" * size}, Returned("x")) for name, size in (("read", 60), ("grep", 80))]
    first, second = (rows(use, folded=True)[0] for use in uses)
    assert first.index("1 line") == second.index("1 line")
    assert first.index('"q') == second.index('"q')


def test_an_open_tool_use_shows_all_arguments_and_the_result() -> None:
    assert rows(USE) == [
        '▾ retrieve  "how do I delete a session?"              picture',
        "  top_k: 5",
        "  query: how do I delete a session?",
        "  ",
        "  1. passage",
        "  ▌ Press d twice.",
        "  [image: screenshots/page_7.jpg]",
    ]
    assert rows(ToolUse("1", "wait", {}))[1:] == ["  No result yet."]


def test_an_unrecognized_event_is_shown_as_it_came() -> None:
    part = Unrecognized("new_kind", '{"type": "new_kind"}')
    assert not is_folded_by_default(part)
    assert rows(part) == ["▾ Unknown event new_kind", '  {"type": "new_kind"}']
    assert rows(part, folded=True) == ["▸ Unknown event new_kind"]


@pytest.mark.parametrize("part", [Answer(""), Answer(" \n"), Thought(""), Thought("\n")])
@pytest.mark.parametrize("folded", [True, False])
def test_empty_parts_have_no_rows(part: Part, folded: bool) -> None:
    assert rows(part, folded=folded) == []


def test_a_growing_part_is_drawn_by_the_same_block() -> None:
    for kind, above in ((Answer, 0), (Thought, 1)):
        block = block_for(kind("# One\n\ntwo", settled=False), 40, folded=False)
        block.update(kind("# One\n\ntwo words", settled=False))
        block.update(kind("# One\n\ntwo words", settled=True))
        assert [block[y].text.strip() for y in range(len(block))][above:] == ["One", "═══", "", "two words"]


def test_a_result_that_arrives_is_drawn_by_the_same_block() -> None:
    block = block_for(ToolUse("1", "read", {}), 40, folded=True)
    block.update(ToolUse("1", "read", {}, Returned("text")))
    assert block[0].text == "▸ read      1 line"


def test_folded_parts_stand_together() -> None:
    assert not is_apart(before_is_folded=True, after_is_folded=True)
    assert is_apart(before_is_folded=True, after_is_folded=False)
    assert is_apart(before_is_folded=False, after_is_folded=True)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (None, []),
        (Stop(), []),
        (Stop(usage=Usage(6210, 1204, 356, 3)), ["1,204 in · 356 out · 6.2 s · 3 rounds"]),
        (Stop(usage=Usage(duration_ms=65_000, turns=1)), ["1 min 5 s · 1 round"]),
        (Stop(usage=Usage(duration_ms=119_900)), ["2 min 0 s"]),
        (Stop(usage=Usage(float("nan"), -1, 10**5000, 0)), ["0 rounds"]),
        (Stop(True, "No credits left."), ["Error: No credits left."]),
        (Stop(True), ["The turn failed. The server gave no reason."]),
        (Broken("The line dropped."), ["The line dropped."]),
        (
            Stop(skipped_index_ids=["idx-1", "idx-2"], usage=Usage(total_output_tokens=5)),
            ["Not searched, because the server could not query the 2 indexes: idx-1, Papers", "5 out"],
        ),
    ],
)
def test_how_a_turn_ended(end: End | None, said: list[str]) -> None:
    assert seen(end_lines(end, 80, {"idx-2": "Papers"})) == said


HOSTILE = (
    "A\x1b]52;c;Y3VybA==\x07\x1b[2J\x9b31m\x00\x7f\rB\u202eC\u200b[/foo] [@click=app.quit]x\ud800"
    " &#x1b; &#x202e; e\u0301"
)
FORBIDDEN = {*map(chr, range(0x20)), "\x7f", *map(chr, range(0x80, 0xA0)), *"\u202e\u200b\ud800\u2028\u2029"}
MARKDOWN = [
    "# @\n- @\n\n```@\n@\n```\n\n[@](<ssh://@>)\n\n    @\n",
    "| @ |\n|--|\n| @ |\n\n![@](x) [^x\u202e] `@`\n\n[^x\u202e]: @\n",
    "> " * 30 + "@",
]


def hostile_lines(width: int) -> list[Line]:
    parts: list[Part] = [
        *(Answer(text.replace("@", HOSTILE)) for text in MARKDOWN),
        Thought(HOSTILE),
        ToolUse("1", HOSTILE, {HOSTILE: HOSTILE, "query": [HOSTILE]}, Returned(HOSTILE, ImageAttachment(HOSTILE, ""))),
        ToolUse("1", "r", {}, Returned({"results": [{"content": HOSTILE, "metadata": {"file": HOSTILE}}]})),
        ToolUse(
            "1", "r", {}, Returned({"items": [{"name": HOSTILE, HOSTILE: HOSTILE}], HOSTILE: {HOSTILE: [HOSTILE]}})
        ),
        Unrecognized(HOSTILE, HOSTILE),
    ]
    blocks = [block_for(part, width, folded) for part in parts for folded in (True, False)]
    lines = [block[y] for block in blocks for y in range(len(block))]
    lines += end_lines(Stop(True, HOSTILE, skipped_index_ids=[HOSTILE]), width, {})
    return [*lines, *end_lines(Broken(HOSTILE), width, {}), *question_lines(HOSTILE, width)]


@pytest.mark.parametrize("width", [20, 40, 80])
def test_no_control_character_reaches_a_row(width: int) -> None:
    lines = hostile_lines(width)
    assert not FORBIDDEN & set("".join(line.text for line in lines))
    assert not FORBIDDEN & set("".join(span.style.link or "" for line in lines for span in line.spans))
    assert all(cells(line) <= width for line in lines)


def test_markup_is_text() -> None:
    assert "[/foo] [@click=app.quit]x" in "".join(seen(hostile_lines(400)))


def test_of_a_very_long_question_the_beginning_is_drawn() -> None:
    drawn = "".join(seen(question_lines("x" * 1_000_000, 80)))
    assert drawn.count("x") == MAX_QUESTION
    assert drawn.rstrip().endswith("…")
