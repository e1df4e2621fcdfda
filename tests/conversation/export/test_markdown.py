from datetime import date

import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from tests.conversation.export.told import BUDGET, HARMFUL, HTML, markdown, turns
from tests.hostile.payloads import harm
from tui.api.models import Text, ToolResult, UserInput
from tui.conversation.export.markdown import file_name
from tui.conversation.transcript import interrupt
from tui.conversation.transcript_builder import replay

DAY = date(2031, 3, 4)


def test_a_conversation_is_written_with_footnotes_and_its_evidence() -> None:
    told = interrupt(replay([*BUDGET, UserInput("And then?")]), "Stopped.")
    assert markdown("Budget", list(told)) == (
        "# Budget\n\n## What is the budget?\n\n**40** million [^1-1], `[1]`, [9].\n\n"
        "[^1-1]: notes.pdf · Budget · p. 3 · score 2.50: “It is 40 million.”\n\n## And then?\n\n*Stopped.*\n\n"
        "## Evidence\n\n### What is the budget?\n\n"
        "**[1] notes.pdf · Budget · p. 3 · score 2.50** (cited)\n\n```text\nIt is 40 million.\n```\n\n"
        "**[2] heron.md** (found, not cited)\n\n```text\nA probe.\n```\n"
    )


def test_numbers_that_the_results_give_are_the_footnotes_numbers() -> None:
    items = [{"content": "a", "citation": 7, "file": "a.md"}, {"content": "a", "citation": 9, "file": "a.md"}]
    told = turns([UserInput("?"), ToolResult("1", "grep", {"items": items}), Text("So [9].")])
    written = markdown("T", told, first=3)
    assert "So [^3-9]." in written
    assert "[^3-9]: a.md: “a”" in written
    assert "**[7] a.md** (found, not cited)" in written


def test_a_citation_of_several_has_a_footnote_for_each_that_leads_somewhere() -> None:
    written = markdown("T", turns([*BUDGET[:3], Text("Both [1, 2], one [2, 9], none [8, 9].")]))
    assert "Both [^1-1] [^1-2], one [^1-2] \\[9], none [8, 9]." in written
    assert "[^1-2]: heron.md" in written


@pytest.mark.fault(12)
@pytest.mark.parametrize(
    "code", ["```\n[1] <b>\n```", "~~~~ x\n[1] <b>\n~~~~\n", "`` [1] ` <b> ``", "> ```\n> [1]\n> ```"]
)
def test_code_in_an_answer_stays_as_it_is(code: str) -> None:
    events = [*BUDGET[:3], Text(f"{code}\n\n[1] <b>")]
    assert f"{code}\n\n[^1-1] \\<b>" in markdown("T", turns(events))


@pytest.mark.fault(12)
def test_a_file_full_of_harm_is_text_for_whoever_renders_it() -> None:
    written = markdown(HTML, turns(HARMFUL))
    assert harm(written.encode()) == []
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").use(footnote_plugin).render(written)
    assert not any(tag in rendered for tag in ("<script", "<img", "<iframe", "<style", "<!--", "<?", 'javascript:a"'))
    assert rendered.count("<h2") == 3  # two questions, and the evidence


def test_a_long_row_of_backticks_is_written_at_once() -> None:
    answer = "".join(f"{'`' * (at % 50 + 1)} [1] \n" for at in range(3000))
    assert "`" in markdown("T", turns([*BUDGET[:3], Text(answer)]))


def test_a_file_is_named_by_letters_and_digits_only() -> None:
    assert file_name("What's the ../../budget?", DAY) == "what-s-the-budget-2031-03-04.md"
    assert file_name("…", DAY, ".html") == "session-2031-03-04.html"
