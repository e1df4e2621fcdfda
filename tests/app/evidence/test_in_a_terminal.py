"""From a question to the page of a PDF that its answer cites, in a real terminal."""

from pathlib import Path

import pytest

from tests.app.evidence.documents import write_documents
from tests.app.test_real_terminal import app_in_terminal, settle

ENTER, ESCAPE, CTRL_Q, SHIFT_TAB = "\r", "\x1b", "\x11", "\x1b[Z"


@pytest.mark.parametrize(("columns", "rows"), [(160, 45), (80, 24)])
def test_a_claim_leads_to_its_passage_its_document_and_back(tmp_path: Path, columns: int, rows: int) -> None:
    write_documents(tmp_path / "mission")
    with app_in_terminal(tmp_path, "--local", str(tmp_path / "mission"), columns=columns, rows=rows) as terminal:
        terminal.wait_for("This machine: mission")
        terminal.send("What may the reserve of the budget be used for?" + ENTER)
        terminal.wait_for(" rounds")
        terminal.send(SHIFT_TAB)
        terminal.wait_for("Fold")
        settle(terminal)
        before = terminal.lines()
        terminal.send("1")
        terminal.wait_for("review.pdf")
        terminal.wait_for("p. 2 · score")
        settle(terminal)
        passages = terminal.lines()
        terminal.send(ENTER)
        terminal.wait_for("Review of the mission, spring 2031")
        terminal.wait_for("No other delay is expected")
        terminal.send(ESCAPE)
        terminal.wait_until(lambda: terminal.lines() == passages)
        terminal.send(ESCAPE)
        terminal.wait_until(lambda: terminal.lines() == before)
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
