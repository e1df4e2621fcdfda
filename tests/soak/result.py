"""What the last kept run of `make soak` measured, as docs/reliability.md tells it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.kills.result import PROGRAM, code_of

RESULT = Path(__file__).parent / "result.json"

_USES = {
    "client_rss_kib": ("memory of the client, MiB", 1024),
    "client_descriptors": ("open files of the client", 1),
    "server_rss_kib": ("memory of the server, MiB", 1024),
    "server_descriptors": ("open files of the server", 1),
}


def keep(figures: Mapping[str, object]) -> None:
    """Keep the figures for the page, in place of those kept before."""
    told = {"day": datetime.now(UTC).date().isoformat(), "code": code_of(PROGRAM), **figures}
    RESULT.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


def section() -> list[str]:
    """The lines of the page."""
    kept: dict[str, Any] = json.loads(RESULT.read_text("utf-8"))
    return [
        "## Soak",
        "",
        "`make soak` asks turn after turn without the screen, against the embedded server, with a fault at random",
        "between the two: connections that are cut or reset, questions and answers that are lost, refusals, redirects,",
        "answers of something else. No question may be sent twice, no event lost, and no turn stay open. Memory and",
        f"open files are read after every session. On {kept['day']} (code `{kept['code']}`, seed {kept['seed']}):",
        f"{kept['turns']:,} turns with {kept['faults']:,} faults in {kept['seconds']:,.0f} s;",
        f"{kept['questions_given_back']:,} questions were given back, {kept['double_posts']:,} sent twice;",
        f"{kept['events_lost']:,} events were lost, {kept['open_journal_entries']:,} turns left open.",
        "",
        "| | at the first session | at the last one | growth in 1,000 turns |",
        "|---|---|---|---|",
        *(_row(what, unit, kept[name]) for name, (what, unit) in _USES.items()),
    ]


def _row(what: str, unit: int, use: Mapping[str, float]) -> str:
    numbers = (use["first"] / unit, use["last"] / unit, use["in_1000_turns"] / unit)
    digits = 1 if unit > 1 else 0
    return f"| {what} | {' | '.join(f'{number + 0.0:.{digits}f}' for number in numbers)} |"
