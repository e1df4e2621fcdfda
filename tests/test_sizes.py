"""What keeps each part of the code small enough to be read at once, and each of its names one thing."""

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for part in ("tui", "tests", "benchmarks")
    for path in sorted((ROOT / part).rglob("*.py"))
}

FILE_LINES = 400
CLASS_LINES = 250
FOLDER_MODULES = 22

SWITCHES = ("noqa", "ruff:", "type:", "pyright:", "fmt:", "pragma", "pylint:")
"""How a comment begins that switches a check off for its line."""

TWO_THINGS = {
    "Passage",  # what a tool's result shows, and what the local library stores: the two never meet
}
"""Names that two public classes have."""


@cache
def tree(path: str) -> ast.Module:
    return ast.parse(SOURCES[path])


def lines_of_classes() -> Iterator[tuple[str, int]]:
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                yield f"{path}: {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_no_file_is_long() -> None:
    assert [path for path, text in SOURCES.items() if len(text.splitlines()) > FILE_LINES] == []


def test_no_class_is_long() -> None:
    assert [name for name, lines in lines_of_classes() if lines > CLASS_LINES] == []


def test_no_folder_holds_many_modules() -> None:
    modules = Counter(path.rpartition("/")[0] for path in SOURCES)
    assert [folder for folder, count in modules.items() if count > FOLDER_MODULES] == []


def test_no_import_is_relative() -> None:
    imports = [
        (path, node.level) for path in SOURCES for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom)
    ]
    assert [path for path, level in imports if level] == []


def test_no_check_is_switched_off_for_a_line() -> None:
    tokens = {path: tokenize.generate_tokens(io.StringIO(text).readline) for path, text in SOURCES.items()}
    comments = [(path, token) for path in tokens for token in tokens[path] if token.type == tokenize.COMMENT]
    words = [(path, token.start[0], token.string.lstrip("# ").lower()) for path, token in comments]
    assert [(path, line) for path, line, text in words if text.startswith(SWITCHES)] == []


def test_a_public_class_has_a_name_of_its_own() -> None:
    named = [node for path in SOURCES if path.startswith("tui/") for node in tree(path).body]
    names = Counter(node.name for node in named if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))
    assert {name for name, count in names.items() if count > 1} == TWO_THINGS
