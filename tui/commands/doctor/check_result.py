"""One result of a doctor check."""

from typing import Literal, TypeAlias

from tui.lazy_dataclass import dataclass

Severity: TypeAlias = Literal["ok", "warn", "problem"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was checked, and what came of it. Texts are fit to show."""

    subject: str
    verdict: Severity
    state: str

    advice: str = ""
    """What to do, "" where nothing needs to be done."""
