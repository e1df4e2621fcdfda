"""The contracts in pyproject.toml stop what they should: each import below is added to the graph alone."""

from copy import deepcopy
from functools import cache
from pathlib import Path

import grimp
import pytest
from importlinter import Contract
from importlinter.application.use_cases import read_user_options
from importlinter.configuration import configure
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"
KINDS: dict[str, type[Contract]] = {
    "forbidden": ForbiddenContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
}

WRONG = """
tui.api -> tui.settings
tui.api -> tui.store
tui.api.errors -> httpx
tui.api.models -> pydantic
tui.app -> tui.local
tui.commands.doctor -> textual
tui.conversation -> httpx
tui.conversation -> textual
tui.conversation -> tui.api.connection
tui.conversation -> tui.store
tui.credentials -> tui.store
tui.lineview -> tui.widgets
tui.lineview.search -> textual
tui.lineview.viewport -> textual
tui.local -> textual
tui.local -> tui.api.connection
tui.local -> tui.conversation
tui.local -> tui.settings
tui.local -> tui.terminal.app
tui.local -> tui.workspace.embedded_server
tui.local.agents -> tui.local.chat
tui.local.chat -> starlette
tui.local.chat -> tui.local.http
tui.local.library -> starlette
tui.local.library -> tui.local.cli
tui.local.library -> tui.local.search
tui.local.library.database -> starlette
tui.local.search -> tui.local.agents
tui.local.search -> uvicorn
tui.rendering -> textual
tui.rendering -> tui.lineview
tui.rendering -> tui.store
tui.sanitize -> tui.api.models
tui.screens -> httpx
tui.screens -> tui.api.client
tui.screens -> tui.app
tui.screens -> tui.local
tui.screens -> tui.local.cli
tui.settings -> tui.workspace
tui.store -> pydantic
tui.store -> tui.api.decoding
tui.store -> tui.conversation
tui.terminal -> tui.screens.chat
tui.terminal -> tui.store
tui.themes -> tui.settings
tui.widgets -> tui.api.decoding
tui.widgets -> tui.api.network
tui.widgets -> tui.commands.login
tui.widgets -> tui.screens
tui.widgets -> tui.settings
tui.widgets -> tui.store
tui.widgets -> tui.workspace
tui.widgets -> tui.workspace.embedded_server
tui.workspace -> rich
tui.screens -> sqlite3
tui.workspace -> tui.local
tui.workspace -> tui.screens
tui.workspace.turns -> textual
tui.workspace.turns -> tui.widgets.composer
tui.workspace.workspace -> textual
"""
IMPORTS = [(importer, imported) for importer, _, imported in map(str.split, WRONG.split("\n")[1:-1])]
ROOMS = ["tui.attic", "tui.local.attic"]


@cache
def graph_as_it_is() -> grimp.ImportGraph:
    return grimp.build_graph("tui", include_external_packages=True, cache_dir=None)


@cache
def contracts() -> tuple[Contract, ...]:
    configure()
    options = read_user_options(str(PYPROJECT))
    return tuple(KINDS[each["type"]](each["name"], options.session_options, each) for each in options.contracts_options)


def broken(graph: grimp.ImportGraph) -> set[str]:
    """The names of the contracts that the graph breaks."""
    return {contract.name for contract in contracts() if not contract.check(deepcopy(graph), verbose=False).kept}


def with_import(importer: str, imported: str) -> grimp.ImportGraph:
    graph = deepcopy(graph_as_it_is())
    if not imported.startswith("tui."):
        graph.add_module(imported, is_squashed=True)
    assert {importer, imported} <= graph.modules
    graph.add_import(importer=importer, imported=imported)
    return graph


@pytest.mark.parametrize(("importer", "imported"), IMPORTS, ids=map(" -> ".join, IMPORTS))
def test_a_wrong_import_is_stopped(importer: str, imported: str) -> None:
    assert broken(with_import(importer, imported))


def test_each_contract_stops_something_and_none_is_broken_as_it_is() -> None:
    stopping = set[str]().union(*(broken(with_import(*pair)) for pair in IMPORTS))
    assert stopping == {contract.name for contract in contracts()}
    assert not broken(graph_as_it_is())


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_that_no_layer_names_is_stopped(room: str) -> None:
    graph = deepcopy(graph_as_it_is())
    graph.add_module(room)
    assert broken(graph)
