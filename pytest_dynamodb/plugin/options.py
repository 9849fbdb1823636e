"""The plugin's options: what they are called, what they may say, and which of them wins."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pytest_dynamodb.cassette.choices import MODES, ON_SECRETS, ON_UNUSED, HabitName, one_of
from pytest_dynamodb.plugin.homes import Home

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.contracts import TableContract

# --- command line, environment and ini ---
# Precedence: command line > environment > marker > ``dynamodb_cassette_config`` fixture > ini.

PROVIDERS = ("replay", "record", "mock", "live")
INSTALLED = pytest.StashKey[bool]()
"""Whether this pytest put the hooks into botocore (and so takes them out): not if one runs inside another."""

_ORPHANS = ("ignore", "warn", "fail")

RECORDING_MODES = frozenset({"once", "new_episodes", "rewrite", "all"})
"""Modes that may write a cassette."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flags and ini keys. Each has a name of its own: other plugins own the obvious ones."""
    group = parser.getgroup("dynamodb-cassette", "DynamoDB cassettes")
    for flag, dest, settings in (
        (
            "--dynamodb-record",
            "mode",
            {"metavar": "MODE", "choices": (*MODES, "all"), "help": "record mode: %(choices)s"},
        ),
        (
            "--dynamodb-provider",
            "provider",
            {"metavar": "NAME", "choices": PROVIDERS, "help": "who answers marked tests: %(choices)s"},
        ),
        (
            "--dynamodb-upstream",
            "upstream",
            {
                "metavar": "X",
                "help": 'where record, live and verify go: "aws", "mock", a URL, or placebo:FOLDER',
            },
        ),
        (
            "--dynamodb-unused",
            "on_unused",
            {"choices": ON_UNUSED, "help": "recordings that a passing test never played: %(choices)s"},
        ),
        (
            "--dynamodb-record-passes",
            "record_passes",
            {
                "metavar": "N",
                "type": int,
                "choices": (1, 2),
                "help": "with 2, tests that record run twice, and values that are new each time are found and carried",
            },
        ),
        ("--dynamodb-orphans", "orphans", {"choices": _ORPHANS, "help": "cassettes that no test owns: %(choices)s"}),
        (
            "--dynamodb-block-network",
            "block_network",
            {"action": "store_true", "help": "unmarked tests may not reach DynamoDB either"},
        ),
        (
            "--dynamodb-report",
            "report",
            {"action": "store_true", "help": "a table of what each test asked of DynamoDB"},
        ),
        (
            "--dynamodb-report-json",
            "report_json",
            {"metavar": "FILE", "help": "write that table, and habits that cost, as JSON"},
        ),
        (
            "--dynamodb-html",
            "html",
            {"metavar": "FILE", "help": "write what the run asked of DynamoDB as one HTML page, misses first"},
        ),
    ):
        group.addoption(flag, dest=f"dynamodb_cassette_{dest}", default=None, **settings)
    for name, kind, text in (
        ("mode", "string", f"record mode: {', '.join(MODES)}"),
        ("provider", "string", f"who answers marked tests: {', '.join(PROVIDERS)}"),
        ("upstream", "string", 'where record, live and verify go: "aws", "mock" or a URL'),
        ("dialect", "string", 'whose answers the mock gives: "today", "classic", a day, or a region'),
        ("secrets", "string", "recordings of what looks like a secret: warn, refuse or ignore"),
        ("on_unused", "string", "recordings that a passing test never played: ignore, warn or fail"),
        ("orphans", "string", "cassettes that no collected test owns: ignore, warn or fail"),
        ("block_network", "bool", "unmarked tests may not reach DynamoDB either"),
        ("dir", "string", 'folder of cassettes, relative to rootdir; default "cassettes"'),
        ("beside", "bool", "a folder of that name beside each test module, instead of one for all"),
        ("share_repetitions", "bool", "repetitions of a test (pytest-repeat) share its cassette"),
        ("ignore", "linelist", "JMESPath expressions of parameters that do not matter, one a line"),
        ("volatile", "linelist", "JMESPath expressions of values that are new in every run, one a line"),
        ("redact", "linelist", "JMESPath expressions of values that may not be recorded, one a line"),
        ("max_age", "string", "greatest age of a cassette, such as 90d"),
        ("allow", "args", "patterns of the names of tables that may be recorded"),
        ("compress", "bool", "compress cassettes (git cannot delta them then)"),
        ("contract", "linelist", "templates or plans that say what tables are like, one a line, relative to rootdir"),
        ("limits", "linelist", "how much of a habit that costs a test may have, such as `scans = 0`, one a line"),
    ):
        parser.addini(f"dynamodb_cassette_{name}", text, type=kind)  # type: ignore[arg-type]  # each row's own


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> Generator[None, None, None]:
    """Cover clients that conftests make when imported; then add ``--record``, unless somebody else has it."""
    from pytest_dynamodb.hooks.install import install

    with usage_errors():
        early_config.stash[INSTALLED] = install(cover_imports=True)
    yield
    if not _is_taken(parser, "--record"):
        parser.addoption(
            "--record",
            action="store_true",
            default=None,
            dest="dynamodb_cassette_record",
            help="record DynamoDB cassettes afresh: short for --dynamodb-record=rewrite",
        )


def _is_taken(parser: pytest.Parser, flag: str) -> bool:
    # pytest tells of a flag's owner only by failing later, when it parses; so the options are looked through.
    groups = [*getattr(parser, "_groups", ()), getattr(parser, "_anonymous", None)]
    return any(flag in option.names() for group in groups if group is not None for option in group.options)


@contextmanager
def usage_errors() -> Iterator[None]:
    """Has pytest show a ``ConfigurationError`` as a mistake of its user.

    The errors of this package are loaded by whoever raises one, and most runs raise none.
    """
    try:
        yield
    except Exception as problem:
        from pytest_dynamodb.errors import ConfigurationError

        if not isinstance(problem, ConfigurationError):
            raise
        raise pytest.UsageError(str(problem)) from None


class RunSettings(NamedTuple):
    """What holds for the whole run: from the command line and the environment, which win over all else."""

    command_line: Mapping[str, Any]
    environment: Mapping[str, Any]
    ini: Mapping[str, Any]
    orphans: str
    block_network: bool
    report: bool
    report_json: Path | None
    limits: Mapping[HabitName, float]
    in_junit: bool
    contract: Mapping[str, TableContract]
    html: Path | None
    passes: int
    home: Home
    shares_repetitions: bool
    in_ci: bool
    record_flag: str

    @property
    def wants_report(self) -> bool:
        """Whether anybody is told what each test asked of DynamoDB."""
        return self.report or self.report_json is not None or self.in_junit

    def chosen(self, name: str) -> Any:
        """What command line or environment say of a setting, or ``None``."""
        return self.command_line.get(name, self.environment.get(name))


def run_settings(config: pytest.Config) -> RunSettings:
    """The settings of this run. Raises ``pytest.UsageError`` for one that makes no sense."""
    with usage_errors():
        return _run_settings(config)


def _run_settings(config: pytest.Config) -> RunSettings:
    in_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    environment = {name: os.environ.get(variable) or None for name, variable in _ENVIRONMENT.items()}
    command_line = {name: _option(config, name) for name in ("mode", "provider", "upstream", "on_unused")}
    if _option(config, "record") and command_line["mode"] is None:
        if in_ci and environment["mode"] is None:
            raise pytest.UsageError(
                "CI is set, and a bare --record would overwrite cassettes there: "
                "say --dynamodb-record=rewrite or PYTEST_DYNAMODB_RECORD=rewrite if that is meant"
            )
        # In CI the environment says what --record may do; elsewhere the command line wins over it.
        command_line["mode"] = environment["mode"] if in_ci else "rewrite"
    if (
        in_ci
        and "record" in (command_line["provider"], environment["provider"])
        and not (command_line["mode"] or environment["mode"])
    ):
        raise pytest.UsageError(
            "CI is set, where only --dynamodb-record or PYTEST_DYNAMODB_RECORD records: "
            "say --dynamodb-record=rewrite instead of the provider record"
        )
    orphans = _option(config, "orphans") or config.getini("dynamodb_cassette_orphans") or "ignore"
    settings = RunSettings(
        command_line=_said(command_line),
        environment=_said(environment),
        ini=_ini(config),
        orphans=one_of("dynamodb_cassette_orphans", orphans, _ORPHANS),
        block_network=bool(_option(config, "block_network") or config.getini("dynamodb_cassette_block_network")),
        report=bool(_option(config, "report")),
        report_json=_file(config, "report_json"),
        limits=_limits(config),
        in_junit=bool(getattr(config.option, "xmlpath", None)),
        contract=_contract(config),
        html=_file(config, "html"),
        passes=_option(config, "record_passes") or 1,
        home=_home(config),
        shares_repetitions=bool(config.getini("dynamodb_cassette_share_repetitions")),
        in_ci=in_ci,
        record_flag="--record" if not in_ci and _has_record(config) else "--dynamodb-record=rewrite",
    )
    for where, said in (("", settings.command_line), ("", settings.environment), ("dynamodb_cassette_", settings.ini)):
        _check(where, said)
    return settings


def _file(config: pytest.Config, name: str) -> Path | None:
    """A file to write, from where pytest was started. Raises ``pytest.UsageError`` where there is no folder for it."""
    given = _option(config, name)
    if not given:
        return None
    path = Path(config.invocation_params.dir, given)
    if path.is_dir() or not path.parent.is_dir():
        flag = f"--dynamodb-{name.replace('_', '-')}"
        raise pytest.UsageError(f"{flag}={given}: there is no folder {path.parent} to write a file in")
    return path


def _contract(config: pytest.Config) -> Mapping[str, TableContract]:
    """What the project's templates declare of its tables; empty where none is named."""
    paths = config.getini("dynamodb_cassette_contract")
    if not paths:
        return {}
    from pytest_dynamodb.declarations import declared_in  # few projects name any
    from pytest_dynamodb.errors import PytestDynamoDbError

    declared: dict[str, TableContract] = {}
    try:
        for path in paths:
            declared.update(declared_in(config.rootpath / path))
    except PytestDynamoDbError as problem:
        raise pytest.UsageError(f"dynamodb_cassette_contract: {problem}") from None
    return declared


def _limits(config: pytest.Config) -> Mapping[HabitName, float]:
    """How much of which habit a test may have; empty where nothing is said."""
    lines = config.getini("dynamodb_cassette_limits")
    if not lines:
        return {}
    from pytest_dynamodb.cassette.habits import parsed_limits  # few projects have any

    return parsed_limits(lines)


def _home(config: pytest.Config) -> Home:
    name = config.getini("dynamodb_cassette_dir") or "cassettes"
    if not config.getini("dynamodb_cassette_beside"):
        return Home(config.rootpath / name)
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise pytest.UsageError(
            f"dynamodb_cassette_beside needs the name of a folder, not dynamodb_cassette_dir = {name}"
        )
    return Home(config.rootpath, beside=name)


_ENVIRONMENT = {
    "mode": "PYTEST_DYNAMODB_RECORD",
    "provider": "PYTEST_DYNAMODB_PROVIDER",
    "upstream": "PYTEST_DYNAMODB_UPSTREAM",
    "dialect": "PYTEST_DYNAMODB_DIALECT",
}
"""What the environment may say."""


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _check(where: str, said: Mapping[str, Any]) -> None:
    """Raise ``ConfigurationError`` for a word that is not among those to choose from."""
    if "mode" in said:
        one_of(f"{where}mode", said["mode"], (*MODES, "all"))
    if "provider" in said:
        one_of(f"{where}provider", said["provider"], PROVIDERS)
    if "dialect" in said:
        from pytest_dynamodb.dialects import dialect_of  # few projects name one

        dialect_of(said["dialect"])
    if "on_unused" in said:
        one_of(f"{where}on_unused", said["on_unused"], ON_UNUSED)
    if "secrets" in said:
        one_of(f"{where}secrets", said["secrets"], ON_SECRETS)


def _option(config: pytest.Config, name: str) -> Any:
    return getattr(config.option, f"dynamodb_cassette_{name}", None)


def _has_record(config: pytest.Config) -> bool:
    return hasattr(config.option, "dynamodb_cassette_record")


def _ini(config: pytest.Config) -> dict[str, Any]:
    """The ini values that tests take as their defaults; those left empty are left out."""
    names = (
        "mode",
        "provider",
        "upstream",
        "dialect",
        "secrets",
        "on_unused",
        "ignore",
        "volatile",
        "redact",
        "max_age",
        "allow",
        "compress",
    )
    values = {name: config.getini(f"dynamodb_cassette_{name}") for name in names}
    return {name: value for name, value in values.items() if value}
