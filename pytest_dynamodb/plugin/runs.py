"""One use of a cassette by a test or by a wider fixture: settings joined, opened, put in charge, concluded, counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_dynamodb.cassette.choices import one_of
from pytest_dynamodb.dialects import TODAY, dialect_of
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.plugin.markers import CONFIG_KEYWORDS, asks_for_mock, check_keywords
from pytest_dynamodb.plugin.naming import owner_of
from pytest_dynamodb.plugin.options import PROVIDERS, RECORDING_MODES, RunSettings
from pytest_dynamodb.plugin.outcomes import TestOutcome
from pytest_dynamodb.plugin.remedies import remedy
from pytest_dynamodb.plugin.state import ASKED_FOR_MOCK, PluginState

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.cassette import Cassette
    from pytest_dynamodb.cassette.options import CassetteOptions, Hooks, Worker
    from pytest_dynamodb.cassette.volatile.passes import Differing
    from pytest_dynamodb.clock import Clock
    from pytest_dynamodb.exchange import Exchange, Provider
    from pytest_dynamodb.mock import Mock
    from pytest_dynamodb.plugin.world import FixtureMock, TestMock


_NAMES = {"ReplayProvider": "replay", "RecordingProvider": "record", "MockProvider": "mock"}
"""The name of each provider; any other is called ``live``."""


def is_mocked(item: pytest.Item) -> bool:
    """Whether the mock answers a test because it asks for ``dynamodb_mock``, now or as pytest knew before."""
    return asks_for_mock(item) or item.stash.get(ASKED_FOR_MOCK, False)


def claimed(path: Path, owners: Sequence[str]) -> str:
    """The message for a cassette that several tests claim."""
    return (
        f"the cassette {path} is claimed by {' and '.join(owners[:3])}: name them apart, "
        'or say share="name" in each if they mean to share one'
    )


def joined_settings(
    settings: RunSettings, said: Mapping[str, Any], configured: Mapping[str, Any], where: str
) -> dict[str, Any]:
    """What holds for one cassette: run over marker over ``dynamodb_cassette_config`` over ini.

    A layer that names a mode takes away the provider that a layer below names; the mode ``none`` only makes ``replay``
    of ``record``. A marker's ``provider="live"`` and ``provider="mock"`` stand: what such a test gets is never a
    cassette's.

    In CI nothing records unless the command line or the environment says so: a stray ``mode="once"`` must not.
    Raises ``pytest.UsageError`` for a key the fixture may not return.
    """
    check_keywords(f"{where}: the fixture dynamodb_cassette_config", configured, CONFIG_KEYWORDS)
    joined: dict[str, Any] = {}
    for layer in (settings.ini, configured, said, settings.environment, settings.command_line):
        joined = _over(joined, layer)
    if said.get("provider") in ("live", "mock") and settings.chosen("provider") is None:
        joined["provider"] = said["provider"]
    if settings.in_ci and settings.chosen("mode") is None:
        if joined.get("mode") in RECORDING_MODES:
            joined["mode"] = "none"
        if settings.chosen("provider") is None and joined.get("provider") == "record":
            joined["provider"] = "replay"
    return joined


def mock_settings(settings: RunSettings, configured: Mapping[str, Any], where: str) -> dict[str, Any]:
    """What holds for a test without a cassette that asks for ``dynamodb_mock``, whatever the run records or replays.

    Raises as ``joined_settings`` does.
    """
    joined = joined_settings(settings, {}, configured, where)
    return {"provider": "mock", **{name: joined[name] for name in ("dialect",) if name in joined}}


def _over(below: Mapping[str, Any], layer: Mapping[str, Any]) -> dict[str, Any]:
    over = {**below, **layer}
    if "mode" in layer and "provider" in below and "provider" not in layer:
        if layer["mode"] != "none":
            del over["provider"]
        elif below["provider"] == "record":
            over["provider"] = "replay"
    return over


def check_settings(where: str, joined: Mapping[str, Any]) -> None:
    """Raise ``pytest.UsageError`` for a value that makes no sense, before anything runs."""
    from pytest_dynamodb.cassette.options import OPTION_NAMES, CassetteOptions, compile_paths
    from pytest_dynamodb.providers.upstream import endpoint_of

    values = {key: value for key, value in joined.items() if key in OPTION_NAMES}
    try:
        options = CassetteOptions(**values)
        compile_paths(options.ignore, option="ignore")
        compile_paths(options.volatile, option="volatile")
        compile_paths(options.redact, option="redact")
        endpoint_of(options.upstream)
        dialect_of(joined.get("dialect", TODAY))
        if joined.get("provider") is not None:
            one_of("provider", joined["provider"], PROVIDERS)
        for name in ("name", "share"):
            if not isinstance(joined.get(name), str | None) or joined.get(name) == "":
                raise ConfigurationError(f"{name} takes a text, not {joined[name]!r}")
    except (ConfigurationError, TypeError, AttributeError) as problem:
        raise pytest.UsageError(f"{where}: {problem}") from None


def options_for(
    item: pytest.Item, joined: Mapping[str, Any], settings: RunSettings, owner: str, *, worker: Worker | None = None
) -> CassetteOptions:
    """The options of a cassette. Raises ``pytest.UsageError`` for a value that makes no sense."""
    from pytest_dynamodb.cassette.options import OPTION_NAMES, CassetteOptions

    values = {key: value for key, value in joined.items() if key in OPTION_NAMES}
    try:
        return CassetteOptions(
            **values,
            owner=owner,
            shared=bool(joined.get("share")),
            worker=worker,
            remedy=remedy(item, settings),
            colour=_in_colour(item.config),
            hooks=_hooks(item),
        )
    except (ConfigurationError, TypeError) as problem:
        raise pytest.UsageError(f"{item.nodeid}: {problem}") from None


def _in_colour(config: pytest.Config) -> bool:
    # Without a terminal reporter (-p no:terminal, xdist's workers) there is no writer to ask.
    return config.pluginmanager.has_plugin("terminalreporter") and config.get_terminal_writer().hasmarkup


def _hooks(item: pytest.Item) -> Hooks:
    """The project's hooks, where there are any; asking pluggy on every call would be dear."""
    from pytest_dynamodb.cassette.options import Hooks

    caller = item.ihook

    def implemented(name: str) -> Any:
        hook = getattr(caller, f"pytest_dynamodb_{name}")
        return hook if hook.get_hookimpls() else None

    normalize, redact, miss = implemented("normalize"), implemented("redact"), implemented("miss")
    before_record, before_replay = implemented("before_record"), implemented("before_replay")
    return Hooks(
        normalize=normalize and (lambda operation, params: normalize(operation=operation, params=params)),
        redact=redact and (lambda path, tag, value: redact(path=path, type_tag=tag, value=value)),
        before_record=before_record and (lambda exchange: before_record(exchange=exchange)),
        before_replay=before_replay and (lambda exchange: before_replay(exchange=exchange)),
        miss=miss and (lambda request, nearest: miss(request=request, nearest=nearest)),
    )


@dataclass(eq=False, repr=False)
class FirstPass:
    """The first of two passes in which a test is recorded: how it ended, and what it recorded if it passed."""

    is_over: bool = False
    outcome: TestOutcome = "failed"
    exchanges: Sequence[Exchange] = ()


class CassetteRun:
    """A cassette in use. ``owner`` is the node id in its header, ``item`` the test on whose behalf it is used.

    ``engine`` is what the mock answers from, as the provider or as the upstream. ``keeps`` says that the file at
    ``path`` is the owner's, even where the mock answers: not where there is no cassette at all.
    """

    cassette: Cassette
    provider: Provider

    def __init__(
        self,
        state: PluginState,
        item: pytest.Item,
        path: Path,
        joined: Mapping[str, Any],
        owner: str,
        *,
        engine: TestMock | FixtureMock,
        keeps: bool = True,
        worker: Worker | None = None,
        first_pass: FirstPass | None = None,
    ) -> None:
        from pytest_dynamodb.faults import Faults
        from pytest_dynamodb.intercept import CassetteInterception, open_cassette

        self._state, self._item, self._owner, self._engine = state, item, owner, engine
        self.path: Path | None = path if keeps else None
        provider_name = joined.get("provider")
        try:
            options = options_for(item, joined, state.settings, owner, worker=worker)
            engine.dialect = dialect_of(joined.get("dialect", TODAY))
            cassette, provider = open_cassette(path, options, provider_name, engine=engine, lenient=True)
        except ConfigurationError as problem:
            raise pytest.UsageError(f"{item.nodeid}: {problem}") from None
        if keeps:
            other = state.opened.setdefault(path, "" if options.shared else owner)
            if other != ("" if options.shared else owner):
                raise pytest.UsageError(claimed(path, [other or "tests that share it", owner]))
        self.cassette, self.provider = cassette, provider
        self.faults: Faults = Faults()
        self._interception = CassetteInterception(cassette, provider, faults=self.faults, clock=self._clock)
        self._concluded = False
        self._first_pass = first_pass
        self._differing: Differing | None = None

    @property
    def contributed(self) -> list[str]:
        """Files in which workers have joined what they recorded, to be removed when all of them have ended."""
        worker = self.cassette.options.worker
        if worker is None or not self.cassette.is_recording:
            return []
        from pytest_dynamodb.cassette.contributions import Contributions

        return Contributions(self.cassette.path, worker).files

    @property
    def provider_name(self) -> str:
        """What answers: ``replay``, ``record``, ``mock`` or ``live``."""
        return _NAMES.get(type(self.provider).__name__, "live")

    @property
    def mock(self) -> Mock | None:
        """The mock that answers, as the provider or as the upstream; ``None`` where none does."""
        return self._engine.mock if type(self.provider.upstream).__name__ == "MockProvider" else None

    def _clock(self) -> Clock | None:
        return None if self.mock is None else self.mock.engine.clock

    def start(self) -> None:
        """Answer DynamoDB calls from now on."""
        self._state.running.append(self)
        self._state.has_answered = self._state.has_answered or self.provider_name != "live"
        self._interception.start()

    def stop(self) -> None:
        """Stop answering."""
        if self in self._state.running:
            self._state.running.remove(self)
        self._interception.stop()

    def conclude(self, *, outcome: TestOutcome, expects_misses: bool = False) -> None:
        """Settle the file and count; raise what was wrong unless the test has failed anyway.

        What was missed is raised whatever else the test came to, unless it failed as expected and ``expects_misses``.

        A test that failed as expected has its recording kept, but need not have played everything. One that skipped
        itself has its first recording kept, so that it gets as far in replay, but replaces none: it may be a part only.
        """
        if self._concluded:
            return
        self._concluded = True
        cassette = self.cassette
        if self._first_pass is not None and self._conclude_pass(self._first_pass, outcome):
            return
        if outcome in ("xfailed", "skipped"):
            cassette.options = replace(cassette.options, on_unused="ignore")
        try:
            missed_as_expected = bool(cassette.misses) and expects_misses and outcome == "xfailed"
            skipped = outcome == "skipped" and cassette.exists and not cassette.misses
            if missed_as_expected or skipped:
                cassette.discard()
            else:
                self._interception.conclude(passed=outcome != "failed")
                self._check_limits(outcome)
        finally:
            self._engine.end()
            self._count(outcome)

    def _conclude_pass(self, first: FirstPass, outcome: TestOutcome) -> bool:
        """Keep what the first of two passes recorded, or compare with it what the second did; whether that is all."""
        cassette = self.cassette
        if not first.is_over:
            first.outcome = outcome
            first.exchanges = cassette.recorded if outcome == "passed" and not cassette.misses else ()
            cassette.discard()
            self._engine.end()
            return True
        if outcome == "passed" and cassette.recorded and first.exchanges:
            self._differing = cassette.compare_passes(first.exchanges)
        return False

    def _breaches(self) -> list[str]:
        """Where the tables as they are declared disagree with what the cassette, or that of a wider fixture, saw."""
        from pytest_dynamodb.cassette.store import Contents
        from pytest_dynamodb.declarations import contract_breaches

        def contents(cassette: Cassette) -> Contents:
            return Contents(cassette.header, list(cassette.exchanges))

        before = [contents(run.cassette) for run in self._state.running]
        found = contract_breaches(contents(self.cassette), self._state.settings.contract, before=before)
        return [str(breach) for breach in found]

    def _check_limits(self, outcome: TestOutcome) -> None:
        """Raise ``LimitsExceeded`` if a test that passed has too much of a habit. Fixtures have no limits."""
        if self._state.settings.limits and outcome == "passed" and self._owner == owner_of(self._item):
            from pytest_dynamodb.plugin.report import check

            check(self._owner, self.cassette.traffic, self._state.settings.limits)

    def _count(self, outcome: TestOutcome) -> None:
        cassette, passed = self.cassette, outcome == "passed"
        recorded, replayed = len(cassette.recorded), len(cassette.played)
        verified = type(self.provider).__name__ == "VerifyingProvider"
        mocked = len(cassette.traffic) if self.provider_name == "mock" else 0
        live = len(cassette.traffic) if self.provider_name == "live" else recorded
        unused = len(cassette.unplayed) if passed and replayed + len(cassette.unplayed) and not recorded else 0
        if not (recorded or replayed or live or mocked or unused or cassette.misses):
            return
        counts: dict[str, Any] = {
            "node_id": self._item.nodeid,
            "replayed": 0 if verified else replayed,
            "live": live,
            "mocked": mocked,
            "recorded": recorded if cassette.became == "written" else 0,
            "set_aside": recorded if cassette.became == "set aside" else 0,
            "missed": len(cassette.misses),
            "unused": unused,
        }
        if recorded and cassette.options.redact:
            looked = cassette.sanitizer
            near = sorted(looked.places) if looked.idle else []
            counts["redact"] = {"selecting": sorted(looked.selecting), "idle": list(looked.idle), "places": near}
        if self._differing is not None:
            counts["volatile"] = asdict(self._differing)
        elif self._first_pass is not None and recorded and self._first_pass.outcome != "passed":
            counts["first_pass"] = self._first_pass.outcome
        if self._state.settings.contract:
            counts["contract"] = self._breaches()
        if self._state.settings.wants_report:
            from pytest_dynamodb.plugin.report import described

            counts["report"] = described(self._owner, cassette.traffic, self._state.settings.limits)
        if self._state.settings.html is not None:
            from pytest_dynamodb.view.run import test_data

            counts["html"] = test_data(self._owner, cassette, outcome=outcome, state=self.provider_name)
        self._state.pending.append(counts)
