"""Writes docs/reliability.md: which tests hold each fault that must be survived. `make reliability`.

A test carries the numbers of its faults as a marker, `@pytest.mark.fault(22, 27)`.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from tests.attacks import result as attacks
from tests.kills import result as kills
from tests.mutants import score
from tests.soak import result as soak

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reliability.md"

FAULTS = {
    1: "Terminal control sequences in text from outside",
    2: "The same, split over deltas",
    3: "Sequences that clear, move or query the terminal",
    4: "C1 controls, DEL, NUL, backspace and carriage return",
    5: "Bidirectional overrides and invisible characters",
    6: "Markup in text from outside",
    7: "Links that would run or open something else",
    8: "Titles that are very long, empty or of many lines",
    9: "Halves of surrogate pairs",
    10: "Very long lines, tables and nested quotes",
    11: "Names of attachments that look like paths",
    12: "Control sequences in exports and error messages",
    13: "A stream that comes byte by byte, with any line ends",
    14: "A byte order mark",
    15: "Unicode line separators in JSON",
    16: "Comments and empty events",
    17: "Events of an unknown type or shape",
    18: "Events that are not JSON, or abuse it",
    19: "Bytes that are not UTF-8",
    20: "A stop without its final blank line",
    21: "A stream that ends before its stop",
    22: "A connection that is reset in mid-turn",
    23: "A turn that ends with an error",
    24: "Events out of order or after the stop",
    25: "A text repeated after its deltas",
    26: "A tool result of 100 MB, an endless line",
    27: "A compressed stream",
    28: "A flood of small events",
    29: "A key that is refused, at the start or in mid-session",
    30: "403, 404 and 422",
    31: "409: a turn is running already",
    32: "429, with any Retry-After",
    33: "500, 502, 503 and 504",
    34: "An answer that is not the API's",
    35: "Redirects",
    36: "No connection: refused, name, TLS, proxy",
    37: "Environment variables for proxies and certificates that cannot be used",
    38: "Silence before or during an answer",
    39: "A proxy that holds the answer back until it is whole",
    40: "A question whose answer is lost, or that is lost itself",
    41: "Lists with repeated pages, repeated entries, 10,000 sessions",
    42: "A session of 200,000 events; a slow or cut answer",
    43: "Times of any form, and clocks that differ",
    44: "The program killed at any moment",
    45: "SIGTERM, SIGHUP, a closed window",
    46: "A terminal that is gone while SIGHUP is ignored",
    47: "Ctrl+Z in mid-turn",
    48: "A terminal that stops reading",
    49: "A machine that sleeps in mid-turn",
    50: "Many resizes, of any size",
    51: "Invalid and forged bytes on standard input",
    52: "A paste of any size and content",
    53: "A crash",
    54: "A full disk, a home that cannot be written, an unsafe folder",
    55: "A session deleted elsewhere",
    56: "A session deleted while its turn runs",
    57: "Two clients in one session",
    58: "Two instances on one machine",
    59: "Indexes that change or go",
    60: "Drafts, across switching, restart, failure and a new key",
    61: "A title that is late, hostile or not made",
    62: "A keyring that is missing, locked, mute or unsafe",
    63: "Keys with spaces, quotes or line ends",
    64: "The key in no capture, log, traceback or file",
    65: "A key in the environment that differs from the stored one",
    66: "An address that the key must not go to",
}

REASONS: dict[int, str] = {}
"""Why a fault has no test of its own."""


def marked_tests() -> dict[int, list[str]]:
    """The number of each fault that a marker names, with its tests as `path::name` in the order of the files."""
    found: dict[int, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, marks in _marked(ast.parse(path.read_text("utf-8"))):
            for number in chain.from_iterable(map(_numbers, marks)):
                found.setdefault(number, []).append(f"{path.relative_to(ROOT)}::{name}")
    return found


def _marked(module: ast.Module) -> Iterator[tuple[str, Sequence[ast.expr]]]:
    """Names of tests, and what they are decorated with. A test that is made of a class of hypothesis is assigned."""
    for node in ast.walk(module):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node.decorator_list
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=decorator)):
                yield name, [decorator]
            case _:
                pass


def _numbers(decorator: ast.expr) -> Iterator[int]:
    """The faults that a decorator marks a test with."""
    match decorator:
        case ast.Call(func=ast.Attribute(attr="fault"), args=numbers):
            yield from (ast.literal_eval(number) for number in numbers)
        case _:
            pass


def page(tests: Mapping[int, Sequence[str]]) -> str:
    """The page: a table of all faults, each with its tests or the reason why it has none; the score of the guards."""
    held = sum(number in tests for number in FAULTS)
    lines = [
        "# Reliability",
        "",
        f"Of {len(FAULTS)} faults to survive, {held} have a test of their own. This page is made from",
        "the markers of the tests: `make reliability`. `make soak` runs a thousand turns with random faults.",
        "",
        "| | fault | tests |",
        "|---|---|---|",
    ]
    for number, fault in FAULTS.items():
        found = "<br>".join(f"`{test.rpartition('/')[2]}`" for test in tests.get(number, ()))
        lines.append(f"| {number} | {fault} | {found or REASONS[number]} |")
    return (
        "\n".join([*lines, "", *score.section(), "", *kills.section(), "", *soak.section(), "", *attacks.section()])
        + "\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(marked_tests()), "utf-8")
