import json
import sys
from pathlib import Path

import pytest

from tests.real_terminal import RealTerminal

NOT_NEEDED = [
    "PIL",
    "email",
    "httpx",
    "httpx_sse",
    "importlib.metadata",
    "importlib.resources",
    "keyring",
    "llama_cloud",
    "markdown_it",
    "mdit_py_plugins",
    "pydantic",
    "pygments",
    "sse_starlette",
    "starlette",
    "textual_image",
    "uvicorn",
    "zipfile",
    "tui.pictures",
    "tui.screens.page",
    "tui.conversation.page_image",
    "tui.workspace.embedded_server",
    "tui.rendering.markdown",
    "tui.screens.dialog",
]

UP_TO_THE_FIRST_FRAME = """
import json, sys
from pathlib import Path
import tui.app
from tui.command_line import run

class UpToTheFirstFrame(tui.app.LlamaChat):
    def on_mount(self):
        self.call_after_refresh(self.tell)

    def tell(self):
        Path(report).write_text(json.dumps(sorted(sys.modules)))
        self.exit()

report = sys.argv.pop()
tui.app.LlamaChat = UpToTheFirstFrame
sys.exit(run())
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    report = tmp_path_factory.mktemp("startup") / "modules.json"
    home = {"HOME": str(report.parent), "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": "", "LLAMACHAT_CONFIG": ""}
    with RealTerminal([sys.executable, "-c", UP_TO_THE_FIRST_FRAME, "--local", report], environment=home) as terminal:
        terminal.wait_until(report.exists)
        assert "╭".encode() in terminal.received
        assert terminal.wait_for_exit() == 0
    return set(json.loads(Path(report).read_text()))


@pytest.mark.parametrize("module", NOT_NEEDED)
def test_the_first_frame_waits_only_for_textual(module: str, loaded: set[str]) -> None:
    assert module not in loaded
