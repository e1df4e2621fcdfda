"""Checking the citations in a text that is being written: `[n]` must be the number of a source. Pure.

gpt models write `\u3010n\u3011` or `\u3010n\u2020source\u3011`, which is shown as `[n]`.
"""

import re
from dataclasses import dataclass

_NUMBERS = r"\d{1,4}(?:\s*,\s*\d{1,4})*"
_CITATION = re.compile(rf" ?(?:\[({_NUMBERS})\]|\u3010({_NUMBERS})(?:\u2020[^\u3011\n]{{0,60}})?\u3011)")
_CITATION_START = re.compile(r" ?(?:\[[\d,\s]{0,40}|\u3010[^\u3011\n]{0,80})?$")
_CITATION_OR_TICKS = re.compile(rf"`+|{_CITATION.pattern}")


@dataclass(slots=True)
class CitationCheck:
    """Passes a text on as it comes, without the citations of sources that there are not.

    What may become a citation is held back until that is known. `a[1]` and what stands in code are no citations.
    """

    good: int = 0
    removed: int = 0
    _held: str = ""
    _before: str = ""
    _in_code: bool = False

    def add(self, text: str, sources: int) -> str:
        """More of the text, when there are sources 1 to `sources`; returns what can be shown."""
        text = self._held + text
        begun = _CITATION_START.search(text)
        cut = begun.start() if begun else len(text)
        self._held = text[cut:]
        return self._checked(text[:cut], sources)

    def end(self, sources: int) -> str:
        """What was held back at the end of the text."""
        held, self._held = self._held, ""
        return self._checked(held, sources)

    def _checked(self, text: str, sources: int) -> str:
        def replaced(match: re.Match[str]) -> str:
            found = match.group()
            if found.startswith("`"):
                self._in_code ^= len(found) % 2 == 1  # a fence counts as one mark does, also when it comes in pieces
                return found
            before = text[match.start() - 1] if match.start() else self._before
            if self._in_code or (found.startswith("[") and re.match(r"[\w)\]]", before)):
                return found
            return self._cited(found, sources)

        shown = _CITATION_OR_TICKS.sub(replaced, text)
        self._before = text[-1:] or self._before
        return shown

    def _cited(self, found: str, sources: int) -> str:
        match = _CITATION.fullmatch(found)
        numbers = [int(number) for number in (match.group(1) or match.group(2)).split(",")] if match else []
        known = [number for number in numbers if 1 <= number <= sources]
        self.good += len(known)
        self.removed += len(numbers) - len(known)
        space = " " if found.startswith(" ") else ""
        return f"{space}[{', '.join(map(str, known))}]" if known else ""
