"""`python -m benchmarks [NAME...]`: measure the installed app, and print one JSON object a line.

It fails where a target that was met before is missed by far.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator

from benchmarks.figure import TARGETS, Figure, failures, met, record, table
from benchmarks.folding import folding
from benchmarks.growth import by_answer, by_sessions, by_streams, by_turns
from benchmarks.opening import idle, opening
from benchmarks.searching import searching
from benchmarks.slow_line import echo
from benchmarks.start import start
from benchmarks.streaming import delta_cost, lateness

Measure = Callable[[int], Iterator[Figure]]

MEASURES: dict[Measure, tuple[int, list[str]]] = {
    start: (9, ["first_paint_vs_hello", "startup_vs_hello"]),
    opening: (
        3,
        ["open_3000_vs_10", "rss_3000_vs_hello", "page_3000_vs_hello", "evidence_3000_ms", "resize_3000_vs_hello"],
    ),
    delta_cost: (3, ["delta_cpu_vs_stream", "delta_cpu_50k_vs_1k", "bytes_per_delta"]),
    lateness: (3, ["loop_p99_ms"]),
    echo: (2, ["echo_slow_line"]),
    idle: (3, ["idle_cpu"]),
    by_turns: (2, ["turns_growth", "turns_memory_growth"]),
    by_sessions: (3, ["sessions_growth", "filter_10000_ms"]),
    searching: (1, ["search_10000_ms"]),
    by_answer: (2, ["answer_growth"]),
    by_streams: (2, ["streams_growth"]),
    folding: (3, ["fold_vs_json", "fold_stall_ms"]),
}
"""What is measured together, how many rounds of it make a median, and the metrics that come of it."""


def main() -> None:
    """Measure what was named, or everything."""
    parser = ArgumentParser(prog="python -m benchmarks", description="Measure the app in a real terminal.")
    parser.add_argument("names", nargs="*", choices=[*TARGETS, []], metavar="NAME", help=", ".join(TARGETS))
    parser.add_argument("--quick", action="store_true", help="one round of each: rough figures")
    parser.add_argument("--table", action="store_true", help="a Markdown table at the end")
    parser.add_argument("--record", action="store_true", help="keep which targets are met, for later runs to fail")
    arguments = parser.parse_args()
    wanted = arguments.names or list(TARGETS)
    figures: list[Figure] = []
    for measure, (rounds, metrics) in MEASURES.items():
        if not set(metrics) & set(wanted):
            continue
        for figure in measure(1 if arguments.quick else rounds):
            if figure.metric in wanted:
                figures.append(figure)
                print(figure.as_json(), flush=True, file=sys.stderr if arguments.table else sys.stdout)
    if arguments.table:
        print("\n".join(table(figures)))
    if arguments.record:
        record(figures)
    if problems := failures(figures, met()):
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
