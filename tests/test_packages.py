"""Everything in `tui` is installed: a package that the project's list leaves out is missing from the wheel only."""

import tomllib
from pathlib import Path
from pkgutil import walk_packages

import tui

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def test_every_package_is_in_the_wheel():
    listed = tomllib.loads(PROJECT.read_text())["tool"]["setuptools"]["packages"]
    outside = {"tui.manual", "tui.styles"}

    packages = {"tui"} | {found.name for found in walk_packages(tui.__path__, "tui.") if found.ispkg}

    assert set(listed) == packages | outside
