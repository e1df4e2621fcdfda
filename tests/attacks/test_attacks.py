import pytest

from tests.attacks.attacked import MAX_MEBIBYTES, attacked
from tests.attacks.attacks import ATTACKS


@pytest.mark.fault(26, 27, 28, 42)
@pytest.mark.parametrize(
    "name", ["list of 250 MiB in gzip", "ten times nested objects of 2 MB", "session with a text of 7 MB"]
)
def test_no_answer_fills_the_memory_or_ends_the_program(name: str) -> None:
    figures = attacked(name, ATTACKS[name], seconds=3)
    assert (figures.exit_code, figures.wrong) == (0, "")
    assert figures.mebibytes < MAX_MEBIBYTES
