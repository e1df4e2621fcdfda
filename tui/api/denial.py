"""How an answer of the local library says that the documents do not tell, and how a program reads that."""

import re

DENIAL = "No passage answers this directly"
"""What it says then, at the beginning of a paragraph."""

_DENIED = re.compile(rf"^{DENIAL}", re.MULTILINE)


def denies(answer: str) -> bool:
    """Whether an answer says that the documents do not tell. Lines that it quotes begin with a mark of their own."""
    return _DENIED.search(answer) is not None
