"""Use the app on its own manual, and write the film of it: `docs/film/cast.cast` and `cast.svg`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cast.animation import as_svg
from tests.cast.recording import Recording
from tests.real_terminal import RealTerminal

FILM = Path(__file__).parents[2] / "docs" / "film"
HOMES = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "LLAMACHAT_STATE_DIR", "LLAMACHAT_DATA_DIR")
QUESTION = "How do I delete a session?"


def recorded(home: str) -> Recording:
    """Ask a question, look at the passages that its answer was built from, and at one of them in its document."""
    command = [sys.executable, "-m", "tui", "--local"]
    environment = dict.fromkeys(HOMES, home) | {"LLAMA_CLOUD_API_KEY": "", "TZ": "UTC"}
    with RealTerminal(command, columns=100, rows=28, environment=environment) as terminal:
        recording = Recording(terminal)
        recording.wait_for("This machine: the manual")
        recording.hold(1.5)
        recording.type(QUESTION)
        recording.hold(0.5)
        recording.press("\r")
        recording.wait_for(" in · ")
        recording.hold(3.0)
        recording.press("\x1b[Z")
        recording.press("s", 0.5)
        recording.hold(2.5)
        recording.press("\r", 0.5)
        recording.hold(3.0)
        return recording


def main() -> None:
    """Write both files, and say how large they are."""
    with TemporaryDirectory() as home:
        recording = recorded(home)
    for name, text in (
        ("cast.cast", recording.as_cast("llamachat-tui")),
        ("cast.svg", as_svg(recording.frames, recording.seconds)),
    ):
        (FILM / name).write_text(text)
        print(f"{name}: {len(text.encode()) / 1000:.0f} kB")
    print(f"{recording.seconds:.0f} s, {len(recording.frames)} frames")


if __name__ == "__main__":
    main()
