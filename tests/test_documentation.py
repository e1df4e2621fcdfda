"""What the pages for developers name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

LINK = re.compile(r"\]\(([^)#]+)\)")
NAMED = re.compile(r"`([a-z_]+(?:/[\w.]+)+/?|\w+\.(?:py|md|tcss|toml))`")
TARGET = re.compile(r"\bmake ([a-z-]+)(?=`|\s+#)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_folders_exist(page: Path) -> None:
    places = [ROOT, ROOT / "tui", ROOT / "tui" / "conversation"]
    named = NAMED.findall(page.read_text("utf-8"))
    assert [name for name in named if not any((place / name).exists() for place in places)] == []


def test_targets_of_make_exist_and_are_all_in_its_help() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    helped = set(re.findall(r"^([a-z-]+):.* ## ", makefile, re.MULTILINE))
    named = {target for page in PAGES for target in TARGET.findall(page.read_text("utf-8"))}
    assert named <= helped
    (phony,) = re.findall(r"^\.PHONY: (.*)", makefile, re.MULTILINE)
    assert set(phony.split()) - helped == {"quick-unit"}
