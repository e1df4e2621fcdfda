"""The process that searches for a pattern, started by the server for itself: see `tui.local.search.patterns`.

A line of JSON comes in for each document, and one goes out: `spans`, or the `error` in words.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import regex

from tui.process_limits import limit_this_process

MAX_MEMORY_BYTES = 512 << 20


def spans(asked: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """The matches that are not empty. Raises what `regex` does."""
    compiled = regex.compile(str(asked["pattern"]), regex.MULTILINE | (regex.IGNORECASE if asked["any_case"] else 0))
    found = compiled.finditer(str(asked["text"]), asked["start"], timeout=asked["timeout"])
    return (match.span() for match in found if match.start() < match.end())


def answer(asked: Mapping[str, Any]) -> Mapping[str, object]:
    """What is written for one document."""
    try:
        return {"spans": list(islice(spans(asked), asked["limit"]))}
    except regex.error as error:
        return {"error": f"The pattern is not a regular expression: {error}"}
    except TimeoutError:
        return {"error": f"The pattern takes longer than {asked['timeout']:g} s; give a simpler one."}
    except (RecursionError, MemoryError, OverflowError):
        return {"error": "The pattern takes too much memory; give a simpler one."}


def main() -> None:
    """Answer until standard input closes."""
    limit_this_process(MAX_MEMORY_BYTES)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
