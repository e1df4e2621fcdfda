import pytest

from tests.rendering.conftest import ParsedChars
from tui.rendering.markdown import MAX_PARSED_CHARS, MarkdownBlocks

HUGE = {
    "one line": "word " * 200_000,
    "no space": "x" * 1_000_000,
    "a table": "| a | b |\n|---|---|\n" + "| one | two |\n" * 2_000,
    "nested quotes": "\n".join(">" * depth + " deep" for depth in range(500)),
    "marks": ("a" + "\u0301" * 50) * 2_000,
}


@pytest.mark.fault(10)
@pytest.mark.parametrize("name", HUGE)
def test_no_update_parses_more_than_a_few_windows_and_nothing_is_left_behind(name: str, parsed: ParsedChars) -> None:
    blocks = MarkdownBlocks(80)
    updates = 0
    while not updates or blocks.behind:
        blocks.update(HUGE[name], settled=True)
        assert parsed.taken() <= 4 * MAX_PARSED_CHARS
        updates += 1
        assert updates < 1_000
    assert len(blocks) > 0
