"""Another process that holds a session."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
from tui.store.store import Store

store = Store.open(Path(sys.argv[1]))
print(store.hold(*sys.argv[2:]), flush=True)
sys.stdin.read()
"""


@contextmanager
def held_elsewhere(path: Path, account: str, session_id: str) -> Generator[None]:
    """Have another process hold a session of the store in this file."""
    command = [sys.executable, "-c", PROGRAM, str(path), account, session_id]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"True\n"
        try:
            yield
        finally:
            process.kill()
