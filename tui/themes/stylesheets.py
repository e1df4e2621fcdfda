"""Where the stylesheets of the package are."""

from importlib.util import find_spec
from pathlib import Path


def stylesheet(name: str) -> Path:
    """The file of a stylesheet, found without `importlib.resources`, which takes long to load."""
    package = find_spec("tui.styles")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).with_name(name)
