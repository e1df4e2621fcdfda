"""So many of something, in words."""


def counted(number: float, one: str, many: str | None = None) -> str:
    """A number and what it counts: "1 turn", "2,000 turns". `many` is given where it takes more than an "s"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
