"""Which lines are those of a table of contents."""

import time

import pytest

from tui.local.agents.quoting.contents import is_contents, without_contents

CONTENTS = "1. Moorings ........ 5\n\n2. Tides . . . . . . xii\n"


def test_dots_that_lead_to_a_page_are_contents() -> None:
    assert is_contents(CONTENTS)
    assert not is_contents(f"{CONTENTS}The tide comes at noon.\n")
    assert without_contents(f"{CONTENTS}The tide comes at noon... 5 of 9.\n") == "\nThe tide comes at noon... 5 of 9.\n"


@pytest.mark.parametrize("text", ["." * 30_000 + "z", "\n" * 28 + "z", CONTENTS + " \n" * 28 + "z"])
def test_no_text_takes_long(text: str) -> None:
    before = time.process_time()
    assert not is_contents(text)
    without_contents(text)
    assert time.process_time() - before < 3  # much longer, where each dot and each line may belong to two parts
