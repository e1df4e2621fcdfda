from tui.api.models import Stop, Text, UserInput
from tui.conversation.transcript import Turn
from tui.conversation.transcript_builder import replay
from tui.widgets.copier import Excerpt, TurnCopier

ANSWER = "First:\n\n```python\none()\n```\n\nThen:\n\n```\ntwo()\n```"


def turn(answer: str = ANSWER) -> Turn:
    return replay([UserInput("How?"), Text(answer), Stop()])[0]


def test_a_part_is_copied_as_it_was_written_and_a_question_where_no_part_is_meant() -> None:
    assert TurnCopier().first(turn(), turn().parts[0]) == Excerpt(ANSWER, "part")
    assert TurnCopier().first(turn(), None) == Excerpt("How?", "question")


def test_after_a_part_its_question_its_answer_and_one_code_block_after_another_are_copied() -> None:
    copier = TurnCopier()
    copier.first(turn(), None)
    assert copier.more("q") == Excerpt("How?", "question")
    assert copier.more("a") == Excerpt(ANSWER, "answer")
    codes = [copier.more("c") for _ in range(3)]
    assert codes == [Excerpt(code, "code block") for code in ("one()\n", "two()\n", "one()\n")]


def test_without_code_there_is_no_code_block() -> None:
    copier = TurnCopier()
    copier.first(turn("No code."), None)
    assert copier.more("c") is None
    assert copier.is_open


def test_another_key_ends_it() -> None:
    copier = TurnCopier()
    assert copier.more("q") is None
    copier.first(turn(), None)
    copier.stop()
    assert not copier.is_open
    assert copier.more("q") is None
