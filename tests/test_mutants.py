"""The lists of guards say what is so. Whether a guard is missed is found out by `make mutants`."""

import ast
from collections import Counter
from functools import cache

import pytest

from tests.mutants.guards import ROOT, Guard, listed_guards

GUARDS = listed_guards()
AT_LEAST = 140


@cache
def names_in(path: str) -> set[str]:
    """The tests and classes that a file defines, at any depth."""
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    named = {node.name for node in ast.walk(tree) if isinstance(node, defined)}
    assigned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return named | assigned


def exists(test: str) -> bool:
    path, *names = test.partition("[")[0].split("::")
    return (ROOT / path).exists() and set(names) <= (names_in(path) if names else set())


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len(GUARDS) >= AT_LEAST
    assert [name for name, count in Counter(guard.id for guard in GUARDS).items() if count > 1] == []


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.id)
def test_the_guard_is_there_and_so_are_its_tests(guard: Guard) -> None:
    broken = guard.broken_source((ROOT / guard.file).read_text("utf-8"))
    ast.parse(broken)
    assert guard.tests
    assert [test for test in guard.tests if not exists(test)] == []
