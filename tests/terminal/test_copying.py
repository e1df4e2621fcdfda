"""What the terminal is sent to copy."""

import base64
from typing import Any

import pytest

from tui.terminal.app import DiffingApp
from tui.terminal.copying import MAX_COPIED_BYTES, copied_words

SEQUENCE = 100_000
"""The longest sequence that hterm takes."""


@pytest.mark.parametrize("letter", ["a", "\N{EURO SIGN}"])
async def test_only_what_terminals_take_is_sent_and_the_rest_is_kept(letter: str) -> None:
    app: Any = DiffingApp()
    written: list[str] = []
    longest = letter * (MAX_COPIED_BYTES // len(letter.encode()))
    async with app.run_test():
        app._driver.write = written.append
        app.copy_to_clipboard(longest)
        assert written == [f"\x1b]52;c;{base64.b64encode(longest.encode()).decode()}\x07"]
        assert SEQUENCE - 8 <= len(written[0]) <= SEQUENCE
        app.copy_to_clipboard(f"{longest}{letter}")
        assert len(written) == 1
        assert app.clipboard == f"{longest}{letter}"


def test_what_is_too_long_is_told_with_what_can_be_done() -> None:
    assert copied_words("answer", "a") == "Sent the answer to the terminal's clipboard."
    assert copied_words("answer", "a" * 1_312_000, "w writes it to a file.") == (
        "The answer is too long for the terminal's clipboard (1,312,000 characters; many terminals take no more than "
        "75,000 bytes). w writes it to a file."
    )
