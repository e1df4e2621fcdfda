import pytest

from tests.attacks.attacked import MAX_MEBIBYTES, attacked
from tests.attacks.attacked_command import attacked_command
from tests.attacks.attacks import ATTACKS

LONG = "session of 2,000 turns with evidence"


@pytest.mark.fault(26, 27, 28, 42)
@pytest.mark.parametrize(
    "name", ["list of 250 MiB in gzip", "ten times nested objects of 2 MB", "session with a text of 7 MB"]
)
def test_no_answer_fills_the_memory_or_ends_the_program(name: str) -> None:
    figures = attacked(name, ATTACKS[name], seconds=3)
    assert (figures.exit_code, figures.wrong) == (0, "")
    assert figures.mebibytes < MAX_MEBIBYTES


@pytest.mark.fault(26, 42)
@pytest.mark.parametrize(
    ("command", "attack"),
    [
        ("export md", "session with a text of 100 MB"),
        *[(command, LONG) for command in ("show", "export md", "export html", "export csl-json", "export jsonl")],
    ],
)
def test_a_session_is_written_without_filling_the_memory(command: str, attack: str) -> None:
    figures = attacked_command(command, attack)
    assert (figures.exit_code, figures.wrong) == (0, "")
    assert figures.mebibytes < 100
