"""The command ``pytest-dynamodb``. Each subcommand's module loads when it is asked for.

Exit codes: 0 fine, 1 findings, 2 wrong usage or an error that this package explains.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from pytest_dynamodb import __version__
from pytest_dynamodb.dialects import TABLE
from pytest_dynamodb.errors import PytestDynamoDbError
from pytest_dynamodb.files import problem_with
from pytest_dynamodb.terminal import printable_lines

COMMANDS = {
    "convert": "Turn other tools' recordings into cassettes, and cassettes into theirs.",
    "demo": "Record the shipped example's tests from memory, and replay them.",
    "diff": "Compare two cassettes, or two folders of them, by meaning.",
    "doctor": "Look at a project: what may be wrong with its cassettes, and what to do.",
    "edit": "Change a cassette by hand, as YAML that is checked.",
    "git-setup": "Let git show cassettes as text and join two branches' recordings.",
    "ls": "List the cassettes of a folder.",
    "merge": "Join two recordings of one cassette by meaning; git's merge driver.",
    "prune": "Delete cassettes whose test is gone, and what recordings left.",
    "recover": "Write the cassette of a recording that could not be written.",
    "review": "Accept or reject what a recording changed, exchange by exchange.",
    "scrub": "Find secrets in cassettes, and put stand-ins in their place.",
    "serve": "Serve DynamoDB over HTTP: the mock, a cassette, or a recording proxy.",
    "show": "Print what a cassette holds.",
    "stats": "Sum up the cassettes of a folder.",
    "verify": "Ask the mock what cassettes hold, and compare its answers with the recorded ones.",
    "view": "Write recordings as one HTML page: timeline, items, capacity, differences.",
}
"""Each command's one sentence, so that ``--help`` need not load them; each is the function of the module named
like it."""


class LazyGroup(click.Group):
    """A group that knows its commands by name and shows this package's errors as one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command called ``cmd_name``, loaded now; ``None`` if there is none."""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"{__name__}.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list that ``--help`` ends with."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. An error of this package ends it with a message and exit code 2, without a traceback."""
        try:
            return super().invoke(ctx)
        except PytestDynamoDbError as problem:
            raise _Explained(str(problem)) from problem
        except OSError as problem:
            if problem.filename is None:
                raise
            said, remedy = problem_with(problem)
            raise _Explained(printable_lines(f"{problem.filename}: {said} ({remedy})")) from problem


class _Explained(click.ClickException):
    exit_code = 2


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message=f"pytest-dynamodb-cassette %(version)s, {TABLE}")
def main() -> None:
    """Recordings of Amazon DynamoDB calls: see what they hold, or see them at work."""
