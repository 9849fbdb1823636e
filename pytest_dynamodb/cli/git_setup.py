"""``git-setup``: git shows cassettes as text, and joins those of two branches."""

from __future__ import annotations

from pathlib import Path

import click

from pytest_dynamodb.cli.printing import say
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.upkeep.git import Repository, set_up, settings, take_out


@click.command("git-setup")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if something is missing.")
@click.option("--remove", is_flag=True, help="Take the drivers out of git's configuration again.")
def git_setup(folder: Path, *, check: bool, remove: bool) -> None:
    """Let git show cassettes as text and join two branches' recordings by meaning, in the repository of DIR.

    Adds a line to .gitattributes and some to .gitignore, to be committed, and two drivers to the configuration of this
    clone (.git/config), which git never takes from a repository: everybody runs this once in each clone. A merge then
    takes what either branch recorded, and reports as conflicts only what both recorded differently.
    """
    if check and remove:
        raise click.UsageError("take one of --check and --remove")
    repository = Repository.around(folder)
    if repository is None:
        raise ConfigurationError(f"{folder.resolve()} is in no git repository, or git is not installed")
    if remove:
        for section in take_out(repository):
            say(f"removed from git config: {section}")
        return
    missing = [setting for setting in settings(repository) if not setting.is_there] if check else set_up(repository)
    for setting in missing:
        say(f"{'missing' if check else 'added'}  {setting}")
    if not missing:
        say(f"{repository.root} is set up")
    elif check:
        say("run `pytest-dynamodb git-setup`")
        raise SystemExit(1)
