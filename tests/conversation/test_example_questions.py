import pytest

from tui.conversation.example_questions import example_question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("# Keys\n\n## Everywhere\n", "What does keys.md say about “Everywhere”?"),
        ("# Keys\n\nWords.\n", "What does keys.md say about “Keys”?"),
        ("# Keys\n\n## PDF files ##\n", "What does keys.md say about “PDF files”?"),
        ("# Keys\n\n## How do I *quit*?\n", "How do I quit?"),
        ("# Lists¶\n\n## [Slices](x.html)¶\n", "What does keys.md say about “Slices”?"),
        ("no heading at all", None),
        (f"# {'long ' * 30}\n", None),
    ],
)
def test_a_question_is_made_from_a_heading(text: str, question: str | None) -> None:
    assert example_question("docs/keys.md", text) == question


def test_what_a_document_says_is_never_sent_raw_to_the_terminal() -> None:
    question = example_question("a\x1b[2J.md", "# One\n\n## Tw\x1b]52;c;AA\x07o\n")
    assert question is None or "\x1b" not in question
