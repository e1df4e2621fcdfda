import json
import sys
from pathlib import Path
from typing import TypedDict

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
    "tomlkit",
    "uvicorn",
    "zipfile",
    "tui.keys.choice",
    "tui.pictures",
    "tui.screens.page",
    "tui.api.client",
    "tui.api.session_file",
    "tui.conversation.page_image",
    "tui.conversation.passages",
    "tui.workspace.documents",
    "tui.workspace.embedded_server",
    "tui.workspace.exporting",
    "tui.workspace.settings",
    "tui.rendering.markdown",
    "tui.screens.dialog",
]

UP_TO_THE_FIRST_FRAME = """
import json, sys
from collections import Counter
from pathlib import Path
from textual.css.stylesheet import Stylesheet
import tui.app
from tui.command_line import run

styled = Counter()
parsed = Counter()
apply, parse = Stylesheet.apply, Stylesheet._parse_rules

def counted_apply(self, node, **options):
    styled[type(node).__name__] += 1
    apply(self, node, **options)

def counted_parse(self, css, read_from, **options):
    before = len(self._parse_cache)
    rules = parse(self, css, read_from, **options)
    parsed[read_from[0]] += len(self._parse_cache) > before
    return rules

Stylesheet.apply, Stylesheet._parse_rules = counted_apply, counted_parse

class UpToTheFirstFrame(tui.app.LlamaChat):
    def on_mount(self):
        self.call_after_refresh(self.tell)

    def tell(self):
        Path(report).write_text(json.dumps({"modules": sorted(sys.modules), "styled": styled, "parsed": parsed}))
        self.exit()

report = sys.argv.pop()
tui.app.LlamaChat = UpToTheFirstFrame
sys.exit(run())
"""


class Start(TypedDict):
    """What was done up to the first frame: the modules loaded, and how often what was styled and which file parsed."""

    modules: list[str]
    styled: dict[str, int]
    parsed: dict[str, int]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    report = tmp_path_factory.mktemp("startup") / "modules.json"
    home = {"HOME": str(report.parent), "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": "", "LLAMACHAT_CONFIG": ""}
    with RealTerminal([sys.executable, "-c", UP_TO_THE_FIRST_FRAME, "--local", report], environment=home) as terminal:
        terminal.wait_until(report.exists)
        assert "╭".encode() in terminal.received
        assert terminal.wait_for_exit() == 0
    return json.loads(Path(report).read_text())


@pytest.mark.parametrize("module", NOT_NEEDED)
def test_the_first_frame_waits_only_for_textual(module: str, start: Start) -> None:
    assert module not in start["modules"]


def test_styles_are_parsed_and_applied_once_before_the_first_frame(start: Start) -> None:
    assert {Path(file).name: times for file, times in start["parsed"].items() if file.endswith(".tcss")} == {
        "app.tcss": 1,
        "conversation.tcss": 1,
        "dialogs.tcss": 1,
        "start_page.tcss": 1,
    }
    assert start["styled"]["ConversationPane"] == start["styled"]["SessionList"] == 1
