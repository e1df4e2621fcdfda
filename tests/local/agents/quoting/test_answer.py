"""What an answer without a model looks like."""

import re

import pytest

from tests.conversation.grounding.checked import missing
from tests.local.agents.quoting.passages import answered, passage
from tui.local.library.documents import Format

DEFINITIONS = """wait
:   Sets the pause. More is said elsewhere.

kestrel_timeout
:   Sets how long the kestrel waits.

    The default is 42 seconds.
"""
LONG = "The harbour master keeps a list of " + "tugs and pilots and barges and lighters and " * 12 + "buoys."
MANY = "\n\n".join(f"The harbour has pier {n}, which was built for ship number {n} alone." for n in range(20))


def first_line(answer: str) -> str:
    return answer.partition("\n")[0]


def test_an_option_of_a_manual_page_is_shown_as_it_is_written_and_once() -> None:
    manual = (
        "OPTIONS\n       --limit-rate <speed>\n              The kestrel flies no faster than this speed.  "
        "The limit of speed is that of the kestrel in a fall.\n"
    )
    told = answered("How do I limit the speed of the kestrel?", passage(manual, "text"))
    sentences = {"The kestrel flies no faster than this speed.", "The limit of speed is that of the kestrel in a fall."}
    term, line = first_line(told).split(": ")
    assert term == "`--limit-rate <speed>`"
    assert {sentence.strip() for sentence in line.split("[1]")} == {*sentences, ""}


def test_what_is_said_of_a_term_is_told_with_the_term() -> None:
    answer = answered("What is the default of kestrel_timeout?", passage(DEFINITIONS))
    assert "`kestrel_timeout`: The default is 42 seconds. [1]" in first_line(answer)


def test_the_lines_of_code_stand_apart_in_the_first_line_as_far_as_they_fit() -> None:
    code = "\n".join(["tug start --harbour north", "tug wait", *(f"tug haul --ship {n} --pier {n}" for n in range(20))])
    answer = answered("How does a tug start?", passage(f"```sh\n{code}\n```\n"))
    assert first_line(answer).startswith("`tug start --harbour north` · `tug wait` · `tug haul --ship 0 --pier 0` · ")
    assert first_line(answer).endswith("` … [1]")
    assert code in answer.replace("\n> ", "\n")


MANUAL = """OPTIONS
       --kestrel-timeout=SECONDS
              Sets how long the kestrel waits for a mouse.  More is said elsewhere.

              The default is 42 seconds.
"""


@pytest.mark.parametrize(
    ("text", "document_format", "question"),
    [
        (DEFINITIONS, "markdown", "How long does the kestrel wait in kestrel_timeout?"),
        (MANUAL, "text", "How long does the kestrel wait in --kestrel-timeout?"),
    ],
)
def test_what_is_quoted_of_a_term_stands_in_the_document(text: str, document_format: Format, question: str) -> None:
    answer = answered(question, passage(text, document_format))
    assert re.search(r"^> `.*kestrel.timeout.*`: \*\*Sets how long", answer, re.MULTILINE)
    assert missing(answer, text) == []


def test_each_place_that_an_answer_has_its_words_from_is_told() -> None:
    text = "The tug is paid in May.\n" + "Nothing is said here of boats.\n\n" * 20 + "The tug Anna is paid 40 crowns.\n"
    answer = answered("When is the tug paid, and how much is Anna paid?", passage(text, "text"))
    assert "crowns" in first_line(answer)
    assert "May" in answer
    assert re.search(r"^- \[1\] harbour\.md, lines 1-6, 42$", answer, re.MULTILINE)


def test_a_row_is_told_with_the_names_of_its_columns() -> None:
    table = "| pier | depth | owner |\n|---|---|---|\n| north | 7 m | Quist |\n| south | 12 m | Adebayo |\n"
    answer = answered("How deep is the south pier, and who is its owner?", passage(table))
    assert first_line(answer).startswith("south — depth: 12 m; owner: Adebayo [1]")
    assert "> | pier | depth | owner |\n> |---|---|---|\n" in answer
    assert "> | **south** | **12 m** | **Adebayo** |\n" in answer


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("arrow keys | move the cursor", "arrow keys \u2014 move the cursor [1]"),
        ("F10 | quits", "F10 \u2014 does: quits [1]"),
    ],
)
def test_a_row_that_says_what_something_does_is_told_without_the_name_of_its_column(row: str, said: str) -> None:
    answer = answered("What do the arrow keys and F10 do?", passage(f"| key | does |\n|---|---|\n| {row} |\n"))
    assert first_line(answer).startswith(said)


def test_rows_without_the_head_of_their_table_are_no_paragraph() -> None:
    answer = answered("Who owns the south pier?", passage("| north pier | Quist |\n| south pier | Adebayo |\n"))
    assert first_line(answer).startswith("south pier — Adebayo [1]")


def test_a_first_line_is_short_and_the_long_sentence_whole_and_marked_below() -> None:
    answer = answered("Who keeps the list of tugs?", passage(LONG))
    assert first_line(answer).endswith(" … [1]")
    assert len(first_line(answer)) <= 300
    assert f"> **{LONG}** [1]" in answer


def test_at_most_three_quotations_support_the_first_line() -> None:
    answer = answered("Which pier of the harbour was built for ship number 7?", passage(MANY))
    assert "pier 7" in first_line(answer)
    assert 1 <= len(re.findall(r"^> .*\*\*", answer, re.MULTILINE)) <= 3
    assert "**Sources**\n\n- [1] harbour.md, line" in answer


def test_long_quotations_are_fewer() -> None:
    piers = [
        f"Pier {n} was built for ship number {n} alone, which carries {', '.join(f'cargo{n}x{m}' for m in range(25))}."
        for n in range(20)
    ]
    answer = answered("Which ship was pier 4 built for?", passage("\n\n".join(piers)))
    assert len(re.findall(r"^> ", answer, re.MULTILINE)) == 1
    assert piers[4] in answer.replace("**", "")


def test_words_parted_at_the_ends_of_lines_are_whole_and_hyphens_stay() -> None:
    text = "The harbour-\nmaster keeps the accounts of every tug in the naviga-\ntion office of the harbour town.\n"
    answer = answered("Where are the accounts of the tug?", passage(f"{text}The harbour and its master.", "text"))
    assert "The harbour-master keeps the accounts of every tug in the navigation office" in first_line(answer)


def test_text_that_is_not_markdown_is_never_read_as_such() -> None:
    answer = answered("What does the star mean?", passage("A star means *pilot* and # means <b>tug</b>.", "text"))
    assert "A star means \\*pilot\\* and # means \\<b>tug\\</b>. [1]" in first_line(answer)


def test_what_is_not_in_the_documents_is_told_with_one_line_of_what_comes_nearest() -> None:
    text = "The product of the harbour is herring.\n\nThe harbour has two tugs.\n"
    answer = answered(
        "What is the gross domestic product of Norway?", passage(text), missing=("gross", "domestic", "Norway")
    )
    told, nearest = answer.split("\n\n")[:2]
    assert told == "No passage answers this directly; the nearest one lacks “gross”, “domestic”, “Norway”."
    assert nearest == "The product of the harbour is herring. [1]"
    assert "> " not in answer


def test_a_class_of_things_need_not_be_named() -> None:
    answer = answered("Which boat is on duty at night?", passage("Tug Anna is on duty at night."), missing=("boat",))
    assert first_line(answer) == "Tug Anna is on duty at night. [1]"


def test_the_title_of_an_item_is_no_answer() -> None:
    items = "1. **Number of tugs**\n\n   The harbour has two tugs.\n\n2. **Number of piers**\n\n   It has three.\n"
    assert first_line(answered("What is the number of tugs?", passage(items))) == "The harbour has two tugs. [1]"


def test_the_marks_of_a_quotation_within_the_document_are_left_out() -> None:
    quoted = "> The harbour master keeps the list\n> of all tugs.\n"
    answer = answered("Who keeps the list of tugs?", passage(quoted))
    assert first_line(answer) == "The harbour master keeps the list of all tugs. [1]"


def test_in_a_small_collection_only_what_has_a_telling_word_of_the_question_supports_the_answer() -> None:
    texts = ("The ferry may cost 310 kroner.", "Dogs ride the ferry for nothing.", "The library opens at nine.")
    passages = [passage(text, name=f"{number}.md") for number, text in enumerate(texts)]
    question = "Can dogs and their owners ride the ferry?"
    small, large = (answered(question, *passages, collection=size) for size in (3, 400))
    for answer in (small, large):
        assert first_line(answer).startswith("Dogs ride the ferry for nothing.")
        assert "> **The ferry may cost 310 kroner.** [1]" in answer
    assert "library" not in small
    assert "library" in large
