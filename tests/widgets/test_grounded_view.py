"""Claims without evidence on the screen: underlined, told at the turn's end, and walked through."""

from collections.abc import Callable, Iterator

import pytest
from textual.message import Message

from tests.widgets.test_conversation_pane import Reading, reading
from tui.api.models import Event, Stop, Text, ToolResult, UserInput
from tui.conversation.grounding import evidence
from tui.conversation.transcript import Transcript
from tui.conversation.transcript_builder import replay
from tui.widgets import transcript_view
from tui.widgets.conversation_pane import ConversationPane

EVIDENCE = "The budget is 40 million euros, since March 2031."
WRONG = "The budget is **41 million** euros, said Ada Sol, since March 2031 [1], and `99`."


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript_view, "TICK_SECONDS", 0.02)


def turn(number: int, answer: str) -> Iterator[Event]:
    yield UserInput(f"question {number}")
    yield ToolResult(f"c{number}", "retrieve", {"results": [{"content": EVIDENCE, "metadata": {"file_name": "a.md"}}]})
    yield Text(answer)
    yield Stop()


def conversation(*answers: str) -> Transcript:
    return replay(event for number, answer in enumerate(answers) for event in turn(number, answer))


def underlined(pane: ConversationPane) -> list[str]:
    """What is underlined on the screen, row by row, links apart."""
    rows = (pane.render_line(y) for y in range(pane.size.height))
    return ["".join(text for text, style, _ in row if style and style.underline).strip() for row in rows]


async def checked(read: Reading, words: str) -> None:
    while words not in read.text:
        await read.pilot.pause(0.02)


async def test_what_stands_in_no_evidence_is_underlined_and_told() -> None:
    async with reading(conversation(WRONG)) as read:
        await checked(read, "1 figure and 1 name are not in the evidence")
        assert [row for row in underlined(read.pane) if row] == ["41 million eurosAda Sol"]


@pytest.mark.parametrize("widths", [[40], [40, 70, 50]])
async def test_an_underlined_claim_may_be_wrapped(widths: list[int]) -> None:
    answer = "It was said that “the budget was never at any time more than a handful of euros” there."
    async with reading(conversation(answer), width=widths[0]) as read:
        await checked(read, "1 quotation is not in the")
        for width in widths[1:]:
            await read.pilot.resize_terminal(width, 24)
            await read.pilot.pause()
        shown = " ".join(row for row in underlined(read.pane) if row)
        assert shown == "the budget was never at any time more than a handful of euros"


async def test_a_right_answer_is_left_as_it_is() -> None:
    async with reading(conversation("€40m since 03/2031, i.e. 40,000,000 since March 2031.", WRONG)) as read:
        await checked(read, "are not in the evidence")
        assert read.text.count("not in the evidence") == 1
        assert [row for row in underlined(read.pane) if row] == ["41 million eurosAda Sol"]


async def test_a_key_walks_through_all_turns_and_around(monkeypatch: pytest.MonkeyPatch) -> None:
    right = "\n\n".join(["The budget is 40 million euros."] * 30)
    async with reading(conversation(WRONG, right, "In 1999.", right)) as read:
        told: list[str] = []
        monkeypatch.setattr(read.pane, "post_message", _heard(read.pane, told))
        for words in ("41 million euros · Ada Sol", "1999", "41 million euros · Ada Sol"):
            await read.press("u")
            while not told:
                await read.pilot.pause(0.02)
            assert told.pop() == f"Not in the evidence: {words}"
            assert words.partition(" · ")[0] in read.text
        await read.press("U")
        while not told:
            await read.pilot.pause(0.02)
        assert told == ["Not in the evidence: 1999"]


@pytest.mark.parametrize(("limit", "words"), [(10**6, "Every figure"), (10, "not known which claims")])
async def test_that_all_claims_stand_in_the_evidence_is_told_only_where_it_is_known(
    monkeypatch: pytest.MonkeyPatch, limit: int, words: str
) -> None:
    monkeypatch.setattr(evidence, "MAX_CHARS", limit)
    async with reading(conversation("The budget is 40 million euros." if limit > 10 else WRONG)) as read:
        told: list[str] = []
        monkeypatch.setattr(read.pane, "post_message", _heard(read.pane, told))
        while not told:
            await read.press("u")
        assert words in told[0]


def _heard(pane: ConversationPane, told: list[str]) -> Callable[[Message], bool]:
    post = pane.post_message

    def heard(message: Message) -> bool:
        if isinstance(message, ConversationPane.GroundingTold):
            told.append(message.words)
        return post(message)

    return heard


async def test_where_the_check_is_off_nothing_is_marked() -> None:
    async with reading(conversation(WRONG)) as read:
        await checked(read, "are not in the evidence")
    async with reading(Transcript()) as read:
        read.pane.checks_grounding = False
        await read.draw(conversation(WRONG))
        await read.pilot.pause(0.2)
        assert "not in the evidence" not in read.text
        assert not any(underlined(read.pane))
