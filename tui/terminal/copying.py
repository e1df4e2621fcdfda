"""How much a terminal is sent to copy, and what is said of more. Pure."""

MAX_COPIED_BYTES = 74_994
"""Most bytes that a terminal is sent to copy (OSC 52). In base64 that makes a sequence of 100,000 bytes; hterm and
others take no longer one, tmux none of more than a mebibyte, and none of them says so. A longer one would also hold up
what is drawn next, on a slow line for seconds."""


def can_be_copied(text: str) -> bool:
    """Whether terminals take so much."""
    return len(text) <= MAX_COPIED_BYTES and len(text.encode("utf-8", "replace")) <= MAX_COPIED_BYTES


def copied_words(what: str, text: str, instead: str = "Select less of it.") -> str:
    """What is told of a copy: that it was sent, or that it is too long; `instead` is a sentence on what can be done."""
    if can_be_copied(text):
        return f"Sent the {what} to the terminal's clipboard."
    size = f"{len(text):,} characters; many terminals take no more than {round(MAX_COPIED_BYTES, -3):,} bytes"
    return f"The {what} is too long for the terminal's clipboard ({size}). {instead}"
