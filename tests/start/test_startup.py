import json
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

import pytest

from tests.process.windows import in_window
from tests.real_terminal import RealTerminal
from tui.api.models import Session, Stop, Text, Thinking, ToolCall, ToolResult, UserInput
from tui.settings import Settings
from tui.store.files import FILE_NAME
from tui.store.store import Store

CTRL_S, CTRL_Q, ENTER = "\x13", "\x11", "\r"

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
    "tui.lineview",
    "tui.rendering",
    "tui.screens.dialog",
    "tui.screens.palette_commands",
    "tui.widgets.conversation_pane",
]

UP_TO_THE_FIRST_FRAME = """
import json, sys
from collections import Counter
from pathlib import Path
from textual._compositor import Compositor
from textual.css.stylesheet import Stylesheet
import tui.app
from tui.command_line import run

styled = Counter()
parsed = Counter()
drawn = Counter()
apply, parse, draw = Stylesheet.apply, Stylesheet._parse_rules, Compositor.render_update

def counted_apply(self, node, **options):
    styled[type(node).__name__] += 1
    apply(self, node, **options)

def counted_parse(self, css, read_from, **options):
    before = len(self._parse_cache)
    rules = parse(self, css, read_from, **options)
    parsed[read_from[0]] += len(self._parse_cache) > before
    return rules

def counted_draw(self, **options):
    drawn["screens"] += 1
    return draw(self, **options)

Stylesheet.apply, Stylesheet._parse_rules, Compositor.render_update = counted_apply, counted_parse, counted_draw

class UpToTheFirstFrame(tui.app.LlamaChat):
    def on_mount(self):
        self.call_after_refresh(self.tell)

    def tell(self):
        done = {"modules": sorted(sys.modules), "styled": styled, "parsed": parsed, "drawn": drawn}
        Path(report).write_text(json.dumps(done))
        self.exit()

report = sys.argv.pop()
tui.app.LlamaChat = UpToTheFirstFrame
sys.exit(run())
"""

LOADED_BY_THE_LOOP = """
import sys, threading
from pathlib import Path
import tui.app

report = Path(sys.argv.pop())

class Told:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if threading.current_thread() is threading.main_thread():
            with report.open("a") as told:
                print(name, file=told)

def preload():
    sys.meta_path.insert(0, Told)
    tui.app.preloading.preload()
    report.touch()

tui.app.preload = preload
from tui.command_line import run
sys.exit(run())
"""


class Start(TypedDict):
    """What was done up to the first frame: the modules loaded, how often what was styled, parsed and drawn."""

    modules: list[str]
    styled: dict[str, int]
    parsed: dict[str, int]
    drawn: dict[str, int]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    report = tmp_path_factory.mktemp("startup") / "modules.json"
    home = {"HOME": str(report.parent), "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": "", "LLAMACHAT_CONFIG": ""}
    with RealTerminal([sys.executable, "-c", UP_TO_THE_FIRST_FRAME, "--local", report], environment=home) as terminal:
        terminal.wait_until(lambda: report.exists() and "╭".encode() in terminal.received)
        assert terminal.wait_for_exit() == 0
    return json.loads(Path(report).read_text())


@pytest.mark.parametrize("module", NOT_NEEDED)
def test_the_first_frame_waits_only_for_textual(module: str, start: Start) -> None:
    assert module not in start["modules"]


def test_styles_are_parsed_and_applied_once_before_the_first_frame(start: Start) -> None:
    assert {Path(file).name: times for file, times in start["parsed"].items() if file.endswith(".tcss")} == {
        "app.tcss": 1,
        "dialogs.tcss": 1,
        "start_page.tcss": 1,
    }
    assert start["styled"]["Composer"] == 2  # its focus styles it once more
    assert start["styled"]["SessionList"] == start["styled"]["ConversationView"] == 1


def test_the_screen_is_drawn_once_and_whole(start: Start) -> None:
    assert start["drawn"] == {"screens": 1}


@pytest.mark.fault(28)
def test_the_first_conversation_finds_its_modules_loaded(tmp_path: Path) -> None:
    state, report, base_url = tmp_path / "state", tmp_path / "modules", "http://127.0.0.1:1"
    state.mkdir()
    store = Store.open(state / FILE_NAME)
    call = [Thinking("Hm."), ToolCall("c1", "retrieve", {}), ToolResult("c1", "retrieve", [])]
    events = [UserInput("Who?"), *call, Text("| Who |\n|---|\n| *Ada* |\n\nIn 1815."), Stop()]
    store.sessions.save_history(Settings(base_url=base_url).account, Session("s1"), events)
    store.close()
    environment = {"LLAMACHAT_STATE_DIR": str(state), "LLAMA_CLOUD_API_KEY": "llx-test"}
    arguments = "-c", LOADED_BY_THE_LOOP, "--base-url", base_url, str(report)
    with in_window(tmp_path, *arguments, environment=environment) as terminal:
        terminal.wait_until(report.exists)
        terminal.send(CTRL_S)
        terminal.wait_for("Filter")
        terminal.send(ENTER)
        terminal.wait_for("Ada")
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
    rooms = "tui.widgets", "tui.lineview", "tui.rendering", "tui.conversation", "markdown_it"
    assert [name for name in report.read_text().split() if name.startswith(rooms)] == []


def test_httpx_is_loaded_without_its_command_line() -> None:
    code = "import sys, tui.api.client; print(*{'click', 'pygments', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_the_last_frame_is_shown_with_what_python_has_loaded_by_itself() -> None:
    code = "import os, sys; before = set(sys.modules); import tui.launch; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.split() == ["__future__", "tui", "tui.first_frame", "tui.launch"]
