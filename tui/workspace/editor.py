"""The reader's own editor, for a question that wants more room."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path


class EditorError(Exception):
    """The editor could not be run. The message says why and what to do."""


def edited(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """The text after it was edited in `VISUAL` or `EDITOR`, to which the terminal was handed. Raises `EditorError`."""
    command = environ.get("VISUAL") or environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "question.md"
        path.touch(mode=0o600)
        path.write_text(text, "utf-8")
        try:
            code = subprocess.run([*shlex.split(command), str(path)], check=False).returncode
        except (OSError, ValueError) as error:
            raise EditorError(
                f"The editor {command!r} could not be started: {error}. Set EDITOR to another."
            ) from error
        if code:
            raise EditorError(f"The editor ended with the code {code}; the question is as it was.")
        return path.read_text("utf-8", errors="replace").rstrip("\n")
