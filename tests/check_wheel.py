"""Build the wheel twice, which must give the same bytes, install it apart from any checkout, and run it.

What an editable install finds by itself a wheel may lack: a package left out of the list, a stylesheet, the manual.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parent.parent

BUILT_AT = "1767225600"
"""The time, in seconds of the epoch, that is written for every file of the wheel."""

PROBE = """
import asyncio, os
from tui.app import LlamaChat
from tui.settings import Settings

async def run():
    app = LlamaChat(Settings(local=()))
    async with app.run_test() as pilot:
        for _ in range(2000):
            await pilot.pause(0.01)
            if app.chat.workspace.indexes:
                break
        print([index.name for index in app.chat.workspace.indexes])
        await app.action_quit()

asyncio.run(run())
"""


def run(*command: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """What a command prints. Ends the check with the command's own words where it fails."""
    done = subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **environment},
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout.strip()


def built(folder: Path) -> Path:
    """The wheel, made afresh in a folder."""
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    options = ("--wheel", "--no-isolation", "--outdir", folder)
    run(sys.executable, "-m", "build", *options, ROOT, SOURCE_DATE_EPOCH=BUILT_AT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def differences(one: Path, other: Path) -> str:
    """The files that differ, or the archive's own fields."""
    with ZipFile(one) as first, ZipFile(other) as second:
        names = sorted({*first.namelist(), *second.namelist()})
        shared = {*first.namelist()} & {*second.namelist()}
        differ = [name for name in names if name not in shared or first.read(name) != second.read(name)]
    return ", ".join(differ) or "times, modes or order"


def installed(wheel: Path, work: Path, *behind: Path) -> Path:
    """The Python of a new environment in a folder: with the wheel, behind it this one's libraries, then other folders.

    It is made without a network, and has nothing of an editable install.
    """
    venv.create(work / "venv", with_pip=False)
    python = work / "venv" / "bin" / "python"
    place = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", place, wheel)
    libraries = run(sys.executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    (Path(place) / "libraries.pth").write_text("".join(f"{folder}\n" for folder in (libraries, *behind)))
    where = run(python, "-c", "import tui; print(tui.__file__)", cwd=work)
    if not where.startswith(place):
        sys.exit(f"This would run {where} instead of the wheel's own files.")
    return python


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        wheel, again = built(work / "once"), built(work / "again")
        if wheel.read_bytes() != again.read_bytes():
            sys.exit(f"Built twice, the wheel is not the same: {differences(wheel, again)}")
        python = installed(wheel, work)
        probe = work / "probe.py"
        probe.write_text(PROBE)
        print(run(python, "-m", "tui", "--version", cwd=work))
        listed = run(python, probe, cwd=work, HOME=str(work), LLAMACHAT_FULL_REFRESH="1")
        if listed != "['manual']":
            sys.exit(f"The installed app does not serve its manual: {listed}")
        print("The wheel is whole: it starts, and serves its manual.")


if __name__ == "__main__":
    main()
