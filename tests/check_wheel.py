"""Build the wheel, install it into an environment of its own without any checkout in sight, and run it.

What an editable install finds by itself a wheel may lack: a package left out of the list, a stylesheet, the manual.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent

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


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        shutil.rmtree(ROOT / "build", ignore_errors=True)
        run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", work, ROOT)
        (wheel,) = work.glob("*.whl")
        venv.create(work / "venv", with_pip=False)
        python = work / "venv" / "bin" / "python"
        place = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
        run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", place, wheel)
        libraries = run(sys.executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
        (Path(place) / "libraries.pth").write_text(libraries + "\n")
        probe = work / "probe.py"
        probe.write_text(PROBE)
        where = run(python, "-c", "import tui; print(tui.__file__)", cwd=work)
        if not where.startswith(place):
            sys.exit(f"The check would run {where} instead of the wheel's own files.")
        print(run(python, "-m", "tui", "--version", cwd=work))
        listed = run(python, probe, cwd=work, HOME=str(work), LLAMACHAT_FULL_REFRESH="1")
        if listed != "['manual']":
            sys.exit(f"The installed app does not serve its manual: {listed}")
        print("The wheel is whole: it starts, and serves its manual.")


if __name__ == "__main__":
    main()
