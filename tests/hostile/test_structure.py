"""No widget reads markup out of a plain text, and none of a kind is used of which that was not made sure.

A plain `str` is markup to nearly every widget of Textual: `[/x]` ends the app, and `[@click=app.quit]` runs an action.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui

ROOT = Path(tui.__file__).parent
SHELL = ROOT / "__main__.py"
PARTS = [ROOT, *(ROOT / name for name in ("screens", "widgets", "lineview", "terminal"))]
SOURCES = sorted(path for part in PARTS for path in part.glob("*.py") if path != SHELL)


HARMLESS = {"Input", "TextArea"}
"""Widgets that never read markup."""

TOLD_NOT_TO = {"Static", "OptionList", "notify"}
"""These read markup unless they are called with `markup=False`, and so they always are."""

ATTRIBUTES = {"border_title", "border_subtitle", "tooltip"}
"""These read markup out of a `str`, always."""

NEVER = {"from_markup", "open_url", "escape"}
"""Reads markup; opens an address unseen; does not escape all that it should."""


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text("utf-8")))


def named(node: ast.expr) -> str:
    match node:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def is_without_markup(call: ast.Call) -> bool:
    return any(
        word.arg == "markup" and isinstance(word.value, ast.Constant) and word.value.value is False
        for word in call.keywords
    )


def is_safe(value: ast.expr) -> bool:
    """Whether it holds nothing but our own words, numbers, and `Content`."""
    match value:
        case ast.Constant() | ast.Call(func=ast.Name("Content")):
            return True
        case ast.IfExp(body=one, orelse=other):
            return is_safe(one) and is_safe(other)
        case ast.JoinedStr(values=parts):
            return all(isinstance(part, ast.Constant) or is_number(part) for part in parts)
        case _:
            return False


def is_number(part: ast.expr) -> bool:
    """Whether it is formatted as a number (`{x:,}`), which a text cannot be."""
    return (
        isinstance(part, ast.FormattedValue) and part.format_spec is not None and "," in ast.unparse(part.format_spec)
    )


@pytest.mark.fault(6)
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_is_read_as_markup(path: Path) -> None:
    wrong: list[str] = []
    for node in nodes(path):
        match node:
            case ast.ImportFrom(module="textual.widgets", names=names):
                wrong += [f"{name.name} is new here" for name in names if name.name not in HARMLESS | TOLD_NOT_TO]
            case ast.Call(func=function) if named(function) in TOLD_NOT_TO and not is_without_markup(node):
                wrong.append(f"line {node.lineno}: {named(function)} without markup=False")
            case ast.Call(func=function) if named(function) in NEVER:
                wrong.append(f"line {node.lineno}: {named(function)}")
            case ast.Call(func=ast.Attribute(attr="exit"), keywords=words) if any(w.arg == "message" for w in words):
                wrong.append(f"line {node.lineno}: exit(message=...) is printed as it is")
            case ast.Assign(targets=[target], value=value) if named(target) in ATTRIBUTES and not is_safe(value):
                wrong.append(f"line {node.lineno}: {named(target)} of a text that may be markup: use Content(...)")
            case _:
                pass
    assert not wrong, "\n".join(wrong)


@pytest.mark.fault(7)
@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_link_dialog_opens_addresses(path: Path) -> None:
    imported = {alias.name for node in nodes(path) if isinstance(node, ast.Import) for alias in node.names}
    assert "webbrowser" not in imported or path == ROOT / "screens" / "link.py"
