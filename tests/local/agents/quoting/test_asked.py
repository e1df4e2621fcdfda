"""How a sentence looks that gives the answer which a question asks for."""

import pytest

from tests.local.agents.quoting.passages import answered, passage
from tui.local.agents.quoting.asked import defines, kinds_asked, lacks_name, leans_on_heading, points_elsewhere


@pytest.mark.parametrize(
    ("sentence", "thing", "says"),
    [
        ("A kestrel is a bird of prey.", "kestrel", True),
        ("Read about Non-Maintainer Uploads (NMUs) first.", "NMU", True),
        ("An NMU (Non-Maintainer Upload) is announced.", "NMU", True),
        ("When doing an NMU, say so.", "NMU", False),
        ("The NMU (see below) is announced.", "NMU", False),
    ],
)
def test_what_a_thing_is_or_stands_for(sentence: str, thing: str, says: bool) -> None:
    assert defines(sentence, thing) is says


@pytest.mark.parametrize(
    ("sentence", "elsewhere"),
    [
        ("`setImmediate` is described in the timers section.", True),
        ("For more information see the manual.", True),
        ("See kiln(1).", True),
        ("The kiln is lit by hand.", False),
        ("Seen from the pier the kiln is small.", False),
    ],
)
def test_a_sentence_that_only_says_where_more_is_told(sentence: str, elsewhere: bool) -> None:
    assert points_elsewhere(sentence) is elsewhere


@pytest.mark.parametrize(
    ("sentence", "heading", "leans"),
    [
        ("This function compares two buffers.", "crypto.timingSafeEqual(a, b)", True),
        ("Compares two buffers.", "timingSafeEqual", True),
        ("The kiln compares two buffers.", "crypto.timingSafeEqual(a, b)", False),
        ("This function compares two buffers.", "Comparing", False),
    ],
)
def test_a_sentence_that_leans_on_the_name_above_it(sentence: str, heading: str, leans: bool) -> None:
    assert leans_on_heading(sentence, heading) is leans


def test_the_first_line_names_what_it_tells_of() -> None:
    text = "### crypto.equal(a, b)\n\nThis function compares two buffers in constant time.\n"
    answer = answered("How do I compare two buffers in constant time?", passage(text, heading="crypto.equal(a, b)"))
    assert answer.startswith("crypto.equal(a, b): This function compares two buffers in constant time. [1]")


@pytest.mark.parametrize(
    ("sentence", "heading", "lacks"),
    [
        ("The sample of the hook is empty.", "commit-msg", True),
        ("The `commit-msg` hook is run by `git commit`.", "commit-msg", False),
        ("The kiln compares two buffers.", "crypto.timingSafeEqual(a, b)", True),
        ("timingSafeEqual compares two buffers.", "crypto.timingSafeEqual(a, b)", False),
        ("The kiln is lit by hand.", "Lighting", False),
        ("The kiln is lit by hand.", "3.1.", False),
    ],
)
def test_a_sentence_that_stands_under_a_name_and_has_it_not(sentence: str, heading: str, *, lacks: bool) -> None:
    assert lacks_name(sentence, heading) is lacks


def test_which_one_is_asked_for_is_answered_with_the_name_above() -> None:
    text = "### prepare-commit-msg\n\nThe purpose of the hook is to edit the message before the editor is started.\n"
    hook = passage(text, heading="HOOKS \u203a prepare-commit-msg")
    answer = answered("Which hook may edit the message before the editor?", hook)
    assert answer.startswith("prepare-commit-msg: The purpose of the hook is to edit the message")


ENCODINGS = """### kiln.toString([encoding[, start]])

* `encoding` {string} How its letters are written. **Default:** `'utf8'`.
* `start` {integer} The byte to begin at. **Default:** `0`.
* Returns: {string}
"""


def test_what_is_said_last_in_an_item_is_told_with_the_name_that_it_begins_with() -> None:
    kiln = passage(ENCODINGS, heading="kiln.toString([encoding[, start]])")
    first_line = answered("What is the default encoding of kiln.toString?", kiln).partition("\n")[0]
    assert "`encoding`: **Default:** `'utf8'`." in first_line
    whole = answered("What is the encoding of kiln.toString?", kiln)
    assert whole.startswith("`encoding` {string} How its letters are written. [1]")
    first_line = answered("What is the default start of kiln.toString?", kiln).partition("\n")[0]
    assert first_line.startswith("`start`: **Default:** `0`.")


@pytest.mark.parametrize(
    ("question", "sentence", "given"),
    [
        ("How many steps has the backup?", "It is copied by sqlite3_backup_step.", set[str]()),
        ("How many steps has the backup?", "It is copied in 12 steps.", {"number"}),
        ("What is the default pause?", "By default, the kiln rests.", {"default"}),
        ("What is the default pause?", "The default is 42 seconds.", {"default", "default value"}),
        ("What is the default state?", "**Default:** `false`", {"default", "default value"}),
    ],
)
def test_the_kind_of_answer_that_a_sentence_gives(question: str, sentence: str, given: set[str]) -> None:
    assert {kind.name for kind in kinds_asked(question) if kind.given.search(sentence)} == given


def test_what_something_does_is_told_before_its_parameters() -> None:
    text = """### kiln.setImmediate(callback[, ...args])

* `callback` {Function} The function to call at the end.
* `...args` {any} What is passed to it.

Schedules the call of the kiln when all others are done.
"""
    kiln = passage(text, heading="kiln.setImmediate(callback[, ...args])")
    answer = answered("What does kiln.setImmediate do?", kiln)
    assert answer.startswith("kiln.setImmediate(callback\\[, ...args]): Schedules the call of the kiln")


def test_which_one_is_asked_for_is_answered_by_a_term_that_the_question_has_not() -> None:
    text = """At the end it is told what the word merge, a strategy and the word default mean.

ort
:   This is the default merge strategy.
"""
    answer = answered("Which merge strategy is the default?", passage(text))
    assert answer.startswith("`ort`: This is the default merge strategy. [1]")
