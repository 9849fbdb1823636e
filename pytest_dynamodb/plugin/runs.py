"""One use of a cassette by a test or by a wider fixture: settings joined, opened, put in charge, concluded, counted."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.plugin.markers import CONFIG_KEYWORDS, check_keywords
from pytest_dynamodb.plugin.options import RECORDING_MODES, RunSettings
from pytest_dynamodb.plugin.state import PluginState

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.options import CassetteOptions, Hooks


def joined_settings(
    settings: RunSettings, said: Mapping[str, Any], configured: Mapping[str, Any], where: str
) -> dict[str, Any]:
    """What holds for one cassette: run over marker over ``dynamodb_cassette_config`` over ini.

    In CI nothing records unless the command line or the environment says so: a stray ``mode="once"`` must not.
    Raises ``pytest.UsageError`` for a key the fixture may not return.
    """
    check_keywords(f"{where}: the fixture dynamodb_cassette_config", configured, CONFIG_KEYWORDS)
    joined = {**settings.ini, **configured, **said, **settings.over_all}
    if settings.in_ci and settings.mode is None and joined.get("mode") in {*RECORDING_MODES, "all"}:
        joined["mode"] = "none"
    if settings.in_ci and settings.mode is None and settings.provider is None and joined.get("provider") == "record":
        joined["provider"] = "replay"
    if settings.mode is not None and settings.provider is None and settings.mode != "none":
        joined.pop("provider", None)  # --record asks for recording, whatever a marker says of replaying
    return joined


def options_for(item: pytest.Item, joined: Mapping[str, Any], settings: RunSettings, owner: str) -> CassetteOptions:
    """The options of a cassette. Raises ``pytest.UsageError`` for a value that makes no sense."""
    from pytest_dynamodb.cassette.options import OPTION_NAMES, CassetteOptions

    values = {key: value for key, value in joined.items() if key in OPTION_NAMES}
    try:
        return CassetteOptions(
            **values,
            owner=owner,
            shared=bool(joined.get("share")),
            remedy=_remedy(item, settings),
            hooks=_hooks(item),
        )
    except (ConfigurationError, TypeError) as problem:
        raise pytest.UsageError(f"{item.nodeid}: {problem}") from None


def _remedy(item: pytest.Item, settings: RunSettings) -> str:
    command = ["pytest", item.nodeid, settings.record_flag]
    if settings.upstream is not None:
        command.append(f"--dynamodb-upstream={settings.upstream}")
    return shlex.join(command)


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


class CassetteRun:
    """A cassette in use. ``owner`` is the node id in its header, ``item`` the test on whose behalf it is used."""

    def __init__(
        self, state: PluginState, item: pytest.Item, path: Path, joined: Mapping[str, Any], owner: str
    ) -> None:
        from pytest_dynamodb.intercept import Interception, open_cassette

        self._state, self._item = state, item
        provider_name = joined.get("provider")
        try:
            options = options_for(item, joined, state.settings, owner)
            cassette, provider = open_cassette(path, options, provider_name)
        except ConfigurationError as problem:
            raise pytest.UsageError(f"{item.nodeid}: {problem}") from None
        state.opened.add(path)
        self.cassette, self.provider = cassette, provider
        self._interception = Interception(cassette, provider)
        self._counted = False

    @property
    def provider_name(self) -> str:
        """What answers: ``replay``, ``record`` or ``live``."""
        kind = type(self.provider).__name__
        return {"ReplayProvider": "replay", "RecordingProvider": "record"}.get(kind, "live")

    def start(self) -> None:
        """Answer DynamoDB calls from now on."""
        self._interception.start()

    def stop(self) -> None:
        """Answer no more."""
        self._interception.stop()

    def conclude(self, *, passed: bool, raise_misses: bool = True) -> None:
        """Settle the file and count; raise what was wrong unless the test has failed anyway."""
        try:
            self._interception.conclude(passed=passed and raise_misses)
        finally:
            self._count(passed=passed)

    def _count(self, *, passed: bool) -> None:
        if self._counted:
            return
        self._counted = True
        cassette = self.cassette
        recorded, replayed = len(cassette.recorded), len(cassette.played)
        verified = type(self.provider).__name__ == "VerifyingProvider"
        live = getattr(self.provider, "calls", len(cassette.traffic) if verified else recorded)
        unused = len(cassette.unplayed) if passed and replayed + len(cassette.unplayed) and not recorded else 0
        if not (recorded or replayed or live or unused or cassette.misses):
            return
        counts: dict[str, Any] = {
            "node_id": self._item.nodeid,
            "replayed": 0 if verified else replayed,
            "live": live,
            "recorded": recorded,
            "missed": len(cassette.misses),
            "unused": unused,
        }
        if self._state.settings.report:
            from pytest_dynamodb.plugin.summary import described

            counts["report"] = described(cassette.traffic)
        self._state.pending.append(counts)
