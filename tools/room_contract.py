"""A contract type for import-linter: what the modules of a room may import, as a list of what is allowed.

import-linter's own types forbid; they cannot say "this and nothing else", and they fail on a module that does not exist
yet. This one can and does not. The rooms themselves stand in `pyproject.toml`.
"""

from __future__ import annotations

import sys
from collections.abc import Set as AbstractSet
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.api import read_configuration

PACKAGE = "pytest_dynamodb"

# Part of the standard library, but a way out of the process: allowed only where a contract says so.
NETWORK = frozenset({"ftplib", "http", "smtplib", "socket", "socketserver", "ssl", "telnetlib", "xmlrpc"})
HARMLESS = frozenset(sys.stdlib_module_names) - NETWORK

FACE = "__init__"  # the room of the package's own module


def is_inside(module: str) -> bool:
    """Whether a module belongs to this package."""
    return module == PACKAGE or module.startswith(f"{PACKAGE}.")


def room_of(module: str) -> str:
    """`pytest_dynamodb.cassette.frames` is in `cassette`, `pytest_dynamodb` in the `FACE`."""
    return FACE if module == PACKAGE else module.split(".")[1]


class RoomContract(Contract):
    """The modules of `room` import each other, the rooms in `rooms`, the packages in `outside`, and nothing else."""

    type_name = "room"

    room = fields.SetField(subfield=fields.StringField())
    rooms = fields.SetField(subfield=fields.StringField(), required=False, default=frozenset())
    outside = fields.SetField(subfield=fields.StringField(), required=False, default=frozenset())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every import of every module of the room; a violation is a line for `render_broken_contract`."""
        own, rooms, outside = (cast("set[str]", field) for field in (self.room, self.rooms, self.outside))
        violations = [
            f"{importer} imports {imported}, line {lines(graph, importer, imported)}"
            for importer in sorted(module for module in graph.modules if is_inside(module) and room_of(module) in own)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not allows(imported, own | rooms, HARMLESS | outside)
        ]
        if FACE in own:
            violations += [f"{module} is in no room: give it a contract" for module in without_contract(graph)]
        return ContractCheck(kept=not violations, metadata={"violations": violations})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """What import-linter prints below its summary."""
        for violation in check.metadata["violations"]:
            output.print_error(violation)
        output.new_line()


def allows(imported: str, rooms: AbstractSet[str], outside: AbstractSet[str]) -> bool:
    """Whether a module is within the allowed rooms or, from elsewhere, within the allowed packages."""
    if is_inside(imported):
        return "*" in rooms or room_of(imported) in rooms
    return imported.partition(".")[0] in outside


def lines(graph: ImportGraph, importer: str, imported: str) -> str:
    """The line numbers of an import."""
    details = graph.get_import_details(importer=importer, imported=imported)
    return ", ".join(str(detail["line_number"]) for detail in details)


def without_contract(graph: ImportGraph) -> list[str]:
    """Modules that no contract speaks of."""
    spoken_of = {room for contract in read_configuration()["contracts_options"] for room in contract["room"]}
    return sorted(module for module in graph.modules if is_inside(module) and room_of(module) not in spoken_of)
