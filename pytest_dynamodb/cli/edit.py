"""``edit``: change a cassette by hand, as YAML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

import click

from pytest_dynamodb.cassette.store import Contents, write
from pytest_dynamodb.cli.printing import counted, say, say_lines
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.files import read_plain
from pytest_dynamodb.upkeep.editing import from_yaml, problems, to_yaml
from pytest_dynamodb.upkeep.files import unpack


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--export", is_flag=True, help="Print the YAML, and change nothing.")
@click.option("--from", "source", type=click.File(encoding="utf-8"), metavar="YAML", help="Take it from a file.")
@click.option("--force", is_flag=True, help="Write it even if botocore's model is against it.")
def edit(file: Path, *, export: bool, source: TextIO | None, force: bool) -> None:
    """Open the cassette FILE as YAML in your editor ($VISUAL or $EDITOR), and write what you saved.

    Values are plain: text, numbers, true, null, lists and maps; with a tag what else there is (!B AAE=, !SS [a, b]).
    What is new in it is held against botocore's model: a misspelt member, a wrong type or a missing key is refused, or,
    on a terminal, edited again. Needs PyYAML (the extra `cli`). Exits with 1 if it is refused.
    """
    if export and source is not None:
        raise click.UsageError("take one of --export and --from")
    before = unpack(read_plain(file), str(file))
    text = to_yaml(before.contents)
    if export:
        say_lines(text.rstrip("\n"))
        return
    edited = _edited(text, source.read() if source is not None else None, before.contents, force=force)
    if edited is None or edited == before.contents:
        say("nothing changed")
        return
    write(file, edited.header, edited.exchanges, compress=before.compressed)
    say(f"{file}: {counted(len(edited.exchanges), 'exchange')} written")


def _edited(text: str, given: str | None, before: Contents, *, force: bool) -> Contents | None:
    """What somebody made of it; ``None`` if nothing was saved."""
    known = set(problems(before))
    while True:
        saved = given if given is not None else click.edit(text, extension=".yaml", require_save=True)
        if saved is None:
            return None
        try:
            contents = from_yaml(saved)
            wrong = [] if force else [problem for problem in problems(contents) if problem not in known]
        except ConfigurationError as problem:
            contents, wrong = before, [str(problem)]
        if not wrong:
            return contents
        for line in wrong:
            say(f"Error: {line}", err=True)
        if given is not None or not sys.stdin.isatty() or not click.confirm("Edit it again?", default=True):
            raise SystemExit(1)
        text = saved
