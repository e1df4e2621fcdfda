"""The process that opens files which others wrote: `python -m tui.local.library.reading.reader_process`.

`tui.local.library.reading.messages` says what goes in and out.
"""

import gc
import os
import queue
import sys
import threading
from typing import TextIO

from tui.local.library.readers import time_limit
from tui.local.library.reading.file_reading import FileContent, UnreadFile, read_file
from tui.local.library.reading.messages import READY, lines_of_content, task_in
from tui.process_limits import limit_this_process

NEW_OBJECTS = 50_000
"""How many are made before Python looks for garbage among them. What reading makes is kept until the file is done, and
by its own measure Python spends as long on looking as is spent on reading."""


def _listen(lines: "queue.SimpleQueue[str]") -> None:
    """Pass the lines of standard input on. When it closes nobody waits for an answer any more."""
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)


def _content(line: str) -> FileContent:
    task = task_in(line)
    time_limit.begin()
    try:
        return read_file(task.name, task.path, task.known_digests)
    except MemoryError:
        return UnreadFile("reading it takes more memory than it may")
    finally:
        time_limit.end()


def _answers() -> TextIO:
    """Where answers go: standard output, which is closed to what a library may print."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def main() -> None:
    """Read what is asked for until standard input closes, or the answers are not wanted any more."""
    limit_this_process()
    gc.set_threshold(NEW_OBJECTS)
    answers = _answers()
    lines = queue.SimpleQueue[str]()
    threading.Thread(target=_listen, args=(lines,), name="tasks", daemon=True).start()
    try:
        answers.write(READY)
        answers.flush()
        while True:
            answers.writelines(lines_of_content(_content(lines.get())))
            answers.flush()
    except BrokenPipeError:  # nobody waits for an answer any more
        os._exit(0)


if __name__ == "__main__":
    main()
