import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attacks.attacked import MAX_MEBIBYTES, attacked
from tests.attacks.attacks import ATTACKS
from tests.attacks.server import attacking

MEASURED = """
import sys
from pathlib import Path
from tui.__main__ import main
try:
    main()
finally:
    print(Path("/proc/self/status").read_text(), file=sys.stderr)
"""
"""Runs the program, and says at the end what it used."""


@pytest.mark.fault(26, 27, 28, 42)
@pytest.mark.parametrize(
    "name", ["list of 250 MiB in gzip", "ten times nested objects of 2 MB", "session with a text of 7 MB"]
)
def test_no_answer_fills_the_memory_or_ends_the_program(name: str) -> None:
    figures = attacked(name, ATTACKS[name], seconds=3)
    assert (figures.exit_code, figures.wrong) == (0, "")
    assert figures.mebibytes < MAX_MEBIBYTES


@pytest.mark.fault(26, 42)
def test_a_session_is_written_without_filling_the_memory(tmp_path: Path) -> None:
    with attacking(ATTACKS["session with a text of 100 MB"].answers) as (base_url, gates):
        gates.start.set()
        gates.session.set()
        alone = {"HOME": str(tmp_path), "LLAMACHAT_STATE_DIR": str(tmp_path)}
        environment = os.environ | alone | {"LLAMA_CLOUD_API_KEY": "llx-attacked"}
        command = [sys.executable, "-c", MEASURED, "export", "ses-1", "--base-url", base_url]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert int(ended.stderr.partition("VmHWM:")[2].split()[0]) // 1024 < 150
