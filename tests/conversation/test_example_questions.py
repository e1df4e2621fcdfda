import pytest

from tui.conversation.example_questions import example_questions, spread


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("# Keys\n\n## Everywhere\n", ["What does keys.md say about “Everywhere”?"]),
        ("# Keys\n\nWords.\n", ["What does keys.md say?"]),
        ("# Keys\n\n## PDF files ##\n", ["What does keys.md say about “PDF files”?"]),
        (
            "# Keys\n\n## Everywhere\n\n## How do I *quit*?\n",
            ["How do I quit?", "What does keys.md say about “Everywhere”?"],
        ),
        ("# Lists¶\n\n## [Slices](x.html)¶\n", ["What does keys.md say about “Slices”?"]),
        ("no heading at all", []),
        (f"# {'long ' * 30}\n", []),
    ],
)
def test_questions_are_made_from_headings(text: str, questions: list[str]) -> None:
    assert example_questions("docs/keys.md", text) == questions


def test_what_a_document_says_is_never_sent_raw_to_the_terminal() -> None:
    questions = example_questions("a\x1b[2J.md", "# One\n\n## Tw\x1b]52;c;AA\x07o\n")
    assert questions
    assert "\x1b" not in "".join(questions)


def test_each_document_is_asked_about_once_before_one_is_asked_about_again() -> None:
    assert spread([["a1", "a2"], [], ["b1"], ["a1", "c2", "c3"]], 4) == ["a1", "b1", "a2", "c2"]
    assert spread([], 3) == []
