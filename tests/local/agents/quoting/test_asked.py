"""How a sentence looks that gives the answer which a question asks for."""

import pytest

from tests.local.agents.quoting.passages import answered, passage
from tui.local.agents.quoting.asked import defines, kinds_asked, lacks_name, points_elsewhere, says_to_do


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
    ("sentence", "says"),
    [
        ("Press the lever.", True),
        ("To put out the kiln, run `kiln stop`.", True),
        ("Kilns run for a day.", False),
        ("A kiln that you start by hand is slow, use another.", False),
    ],
)
def test_a_sentence_that_says_what_to_do(sentence: str, says: bool) -> None:
    assert says_to_do(sentence) is says


def test_how_is_answered_by_what_to_do_rather_than_by_what_happens() -> None:
    text = "# Kilns\n\nStopping the kiln at night is allowed, and you can do so. Press the lever to stop the kiln.\n"
    assert answered("How do I stop the kiln?", passage(text)).startswith("Press the lever to stop the kiln. [1]")


def test_a_line_that_leads_to_code_is_told_with_it() -> None:
    text = "# Kilns\n\nLimit the heat of a kiln to 900 degrees:\n\n```\nkiln {\n  max_heat 900\n}\n```\n"
    answer = answered("How do I limit the heat of a kiln?", passage(text))
    assert answer.startswith("Limit the heat of a kiln to 900 degrees: `kiln {` · `max_heat 900` · `}` [1]")


def test_a_line_that_leads_to_much_code_is_told_without() -> None:
    text = (
        f"# Kilns\n\nLimit the heat of a kiln to 900 degrees:\n\n```\n{'heat = heat - 1 * ashes' * 3}\n"
        + "x = 1\n" * 60
    )
    answer = answered("How do I limit the heat of a kiln?", passage(f"{text}```\n"))
    assert answer.startswith("Limit the heat of a kiln to 900 degrees: [1]")


def test_the_default_in_the_heading_of_an_option_is_told() -> None:
    text = "### --max-heat=<number> [default: 900]\n\nThe greatest heat of a kiln.\n"
    heading = "--max-heat=<number> [default: 900]"
    answer = answered("What is the default of --max-heat?", passage(text, heading=heading))
    assert answer.startswith("--max-heat=\\<number> \\[default: 900]: The greatest heat of a kiln. [1]")


def test_a_parameter_is_told_with_its_function() -> None:
    text = "### `kiln.heat(path[, options])`\n\n* `path` {string} The path of the oven to warm.\n"
    answer = answered("How do I warm an oven by its path?", passage(text, heading="kiln.heat(path[, options])"))
    assert answer.startswith("kiln.heat(path\\[, options]): `path` {string} The path of the oven to warm. [1]")


def test_a_badge_under_a_title_is_no_answer() -> None:
    text = "# Kilnpack\n\n> Stability: 1 - Experimental\n\nIt holds what is fired together in one pack.\n"
    answer = answered("What is Kilnpack?", passage(text, heading="Kilnpack"))
    assert answer.startswith("It holds what is fired together in one pack. [1]")


def test_a_frequent_question_is_answered_by_what_follows_it() -> None:
    text = "# Questions\n\nWhere does the name Kilnpack come from?\n\nIt is an old word for an oven.\n\nIt is red.\n"
    answer = answered("Where does the name Kilnpack come from?", passage(text, heading="Questions"))
    assert answer.startswith("It is an old word for an oven. [1]")


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
    name = "kiln.toString(\\[encoding\\[, start]])"
    assert whole.startswith(f"{name}: `encoding` {{string}} How its letters are written. [1]")
    first_line = answered("What is the default start of kiln.toString?", kiln).partition("\n")[0]
    assert first_line.startswith(f"{name}: `start`: **Default:** `0`.")


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
