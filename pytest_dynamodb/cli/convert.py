"""``convert``: other tools' recordings as cassettes, and cassettes as other tools' recordings, scripts and seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pytest_dynamodb.cassette.store import SUFFIX, read, write
from pytest_dynamodb.cli.conversions import check_free, conversion_at, left_json, outcome_json, outcome_lines
from pytest_dynamodb.cli.printing import columns, counted, say, say_json
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.files import replace

if TYPE_CHECKING:
    from pytest_dynamodb.convert.conversion import Exported

FORMS = ("vcrpy", "placebo", "stubber", "seed", "moto")
_BY_SUFFIX = {".yaml": "vcrpy", ".yml": "vcrpy", ".json": "vcrpy", ".py": "stubber", "": "placebo"}


@click.command()
@click.argument("source", metavar="SRC", type=click.Path(exists=True, path_type=Path))
@click.argument("target", metavar="DST", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "form",
    type=click.Choice(FORMS),
    help="What a cassette becomes; unless given, DST's ending says: .yaml or .json vcrpy, .py stubber, none placebo.",
)
@click.option("--redact", multiple=True, metavar="EXPR", help="As the setting `redact`; may be repeated.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.option("--rewrite-tests", is_flag=True, help="Show tests with this package's markers, and ask whether to.")
@click.option("--yes", is_flag=True, help="With --rewrite-tests: do not ask.")
@click.option("--no-collect", is_flag=True, help="Of a project: read its tests' names, do not ask pytest for them.")
@click.option("--json", "as_json", is_flag=True, help="What was done, as one JSON object.")
def convert(
    source: Path,
    target: Path,
    *,
    form: str | None,
    redact: Sequence[str],
    force: bool,
    rewrite_tests: bool,
    yes: bool,
    no_collect: bool,
    as_json: bool,
) -> None:
    """Turn SRC, a recording of another tool, into the cassette DST; or the cassette SRC into what DST is to be.

    Read are cassettes of vcrpy, pytest-recording and cassetter (YAML, JSON, TOML) and HAR. If SRC is a folder, it is a
    project: every recording in it becomes the cassette of the test that owns it, below DST. A cassette can become a
    cassette of vcrpy's, a folder of placebo's, a script for botocore's Stubber, or a seed for `Mock.load` or moto.

    What cannot be carried over is listed, with the reason. Exits with 1 if that is a call of DynamoDB's.
    """
    if source.is_dir():
        from pytest_dynamodb.cli.suite import convert_project

        done = convert_project(
            source,
            target,
            redact=redact,
            force=force,
            rewrite=rewrite_tests,
            sure=yes,
            collect=not no_collect,
            quiet=as_json,
        )
    elif rewrite_tests or yes or no_collect:
        raise click.UsageError("--rewrite-tests, --yes and --no-collect go with a project: SRC is a file")
    elif source.name.endswith(SUFFIX):
        done = _export(source, target, form or _form_of(target), force=force)
    elif form is not None:
        raise click.UsageError(f"--to says what a cassette becomes, and {source} is none")
    else:
        done = _import(source, target, redact, force=force)
    if as_json:
        say_json(done)
    elif not source.is_dir():
        for line in done["lines"]:
            say(line)
    if done["lost"]:
        raise SystemExit(1)


def _form_of(target: Path) -> str:
    form = "placebo" if target.is_dir() else _BY_SUFFIX.get(target.suffix)
    if form is None:
        raise click.UsageError(f"{target} does not say what it is to be: --to {', '.join(FORMS)}")
    return form


# --- import ---


def _import(source: Path, target: Path, redact: Sequence[str], *, force: bool) -> dict[str, Any]:
    if not target.name.endswith(SUFFIX):
        raise click.UsageError(f"a cassette's name ends in {SUFFIX}, unlike {target}")
    conversion = conversion_at(source)
    if conversion.exchanges:
        check_free(target, force=force)
        contents = conversion.cassette(redact=redact)
        write(target, contents.header, contents.exchanges)
    return {**outcome_json(source, target, conversion), "lines": outcome_lines(source, target, conversion)}


# --- export ---


def _export(source: Path, target: Path, form: str, *, force: bool) -> dict[str, Any]:
    header, exchanges = read(source)
    export = _exported(form, target, exchanges, source=str(source), region=header.region)
    for name, text in export.files.items():
        path = target / name if name else target
        check_free(path, force=force)
        replace(path, text.encode())
    lines = [f"{source}: {counted(len(exchanges), 'exchange')} → {target} ({form})"]
    if export.left:
        rows = [(f"  {one.number}.", one.what, one.reason) for one in export.left]
        lines += [f"  {len(rows)} not as they were:", *columns(rows)]
    return {
        "source": str(source),
        "target": str(target),
        "form": form,
        "exchanges": len(exchanges),
        "lost": left_json(export.left),
        "lines": lines,
    }


def _exported(form: str, target: Path, exchanges: Sequence[Exchange], *, source: str, region: str) -> Exported:
    if form == "placebo":
        from pytest_dynamodb.convert.placebo import as_placebo

        return as_placebo(exchanges)
    if form == "vcrpy":
        from pytest_dynamodb.convert.vcrpy import as_vcrpy

        return as_vcrpy(exchanges, form="json" if target.suffix == ".json" else "yaml", region=region)
    if form == "stubber":
        from pytest_dynamodb.convert.stubber import as_stubber

        return as_stubber(exchanges, source=source)
    from pytest_dynamodb.convert import seeds

    if form == "seed":
        return seeds.as_load_seed(exchanges)
    return seeds.as_moto_seed(exchanges, source=source, region=region or "us-east-1")
