"""This machine: Python, and the files that the app keeps here."""

import platform
from collections.abc import Iterator
from importlib.metadata import version

from tui.commands.doctor.check_result import CheckResult
from tui.log import log_path
from tui.settings import config_path
from tui.store.files import StoreError, store_path
from tui.store.store import Store


def check() -> Iterator[CheckResult]:
    """The installation, and what is kept here."""
    parts = ", ".join(f"{name} {version(name)}" for name in ("textual", "httpx"))
    yield CheckResult(
        "Version", "ok", f"llamachat-tui {version('llamachat-tui')}, Python {platform.python_version()}, {parts}"
    )
    config = config_path()
    yield CheckResult("Config file", "ok", str(config) if config.exists() else f"none ({config})")
    yield _store()
    if log_path().exists():
        yield CheckResult("Log", "ok", str(log_path()))


def _store() -> CheckResult:
    path = store_path()
    if not path.exists():
        return CheckResult("Kept here", "ok", f"nothing yet ({path.parent})")
    try:
        store = Store.open(path)
    except (StoreError, OSError) as error:
        return CheckResult("Kept here", "problem", str(error))
    try:
        damage = store.check()
        size = store.size()
    finally:
        store.close()
    if damage:
        advice = f"Move {path} away, or run `llamachat-tui forget`: the sessions are on the server still."
        return CheckResult("Kept here", "problem", f"{path} is damaged: {damage[:200]}", advice)
    return CheckResult("Kept here", "ok", f"{path}, {size / 1e6:.1f} MB, whole")
