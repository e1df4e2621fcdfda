"""The guards whose removal a test must notice, as they are listed in the folder `guards`, a file for each room.

[["tui/api/client.py"]]
id = "fresh connections"                    # what is guarded, in a few words
guard = "keep_alive=False"                  # stands exactly once in the file
broken = "keep_alive=True"                  # takes its place
tests = ["tests/api/test_stream_faults.py::test_each_question_goes_over_a_fresh_connection"]
survives_because = "..."                    # only where no test can notice it
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
LISTS = Path(__file__).parent / "guards"


@dataclass(frozen=True, slots=True)
class Guard:
    """A piece of a file that guards against a fault, what takes its place, and the tests that must fail then."""

    id: str
    file: str
    guard: str
    broken: str
    tests: tuple[str, ...]
    survives_because: str = ""

    def broken_source(self, source: str) -> str:
        """The file's text without the guard. ValueError unless that stands in it exactly once."""
        if (count := source.count(self.guard)) != 1:
            raise ValueError(f"{self.id}: the guard stands {count} times in {self.file}:\n{self.guard}")
        return source.replace(self.guard, self.broken)


def listed_guards() -> tuple[Guard, ...]:
    """All guards, in the order of the lists."""
    lists = [tomllib.loads(path.read_text("utf-8")) for path in sorted(LISTS.glob("*.toml"))]
    return tuple(_guard(file, row) for each in lists for file, rows in each.items() for row in rows)


def _guard(file: str, row: Mapping[str, Any]) -> Guard:
    tests = tuple(row["tests"])
    return Guard(row["id"], file, row["guard"], row["broken"], tests, row.get("survives_because", ""))
