"""Documents of an invented mission, in which a question finds several passages."""

from pathlib import Path

from tests.local.documents import pdf

BUDGET = """\
# Budget of the mission

The budget of the mission is 84 million euros, of which 31 million are for the probe.

## Reserve

A reserve of 9 million euros is kept back until the thermal tests are passed.

| Item | Million euros |
|---|---:|
| Probe | 31 |
| Launch | 28 |
| Operations | 16 |
| Reserve | 9 |

## Who signs

Payments above one million euros are signed by the head of the mission and by the auditor.
"""

SUPPLIERS = """\
# Suppliers

## Late deliveries

The supplier of the antenna delivered eleven weeks late, which cost 1.4 million euros of the reserve.

## Contracts

Each contract names a price, a day and a fine. The fine is one percent of the price for each week.
"""

REVIEW = [
    [
        "Review of the mission, spring 2031",
        "The review looks at the schedule, the budget and the risks.",
    ],
    [
        "The thermal tests were passed in March, so that the reserve",
        "of the budget may be used from April on.",
    ],
    [
        "The antenna was the only part that came late.",
        "No other delay is expected before the launch.",
    ],
]


def write_documents(folder: Path) -> None:
    """Write them into a new folder."""
    folder.mkdir()
    (folder / "budget.md").write_text(BUDGET)
    (folder / "suppliers.md").write_text(SUPPLIERS)
    (folder / "review.pdf").write_bytes(pdf(REVIEW))
