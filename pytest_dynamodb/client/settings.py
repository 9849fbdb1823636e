"""A client's settings, those of the environment included: for botocore and for the client's core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pytest_dynamodb.client import environment
from pytest_dynamodb.client.config import ClientConfig
from pytest_dynamodb.client.connection.identity import new_session
from pytest_dynamodb.client.core import Core
from pytest_dynamodb.client.policy.breaker import BreakerPolicy, CircuitBreaker
from pytest_dynamodb.client.policy.quota import RetryQuota
from pytest_dynamodb.client.policy.retry import RetryPolicy
from pytest_dynamodb.client.timing import MonotonicClock, Timing
from pytest_dynamodb.errors import ConfigurationError

#: What botocore is given where neither code nor environment say otherwise: seconds, of one attempt, which botocore has
#: at a minute each, longer than most callers wait for anything; and open sockets, of which ten are few for threads.
DEFAULTS: Mapping[str, Any] = {"connect_timeout": 5.0, "read_timeout": 30.0, "max_pool_connections": 50}


class Settings:
    """``config`` with what the environment adds. Raises ``ConfigurationError`` for a setting out of range."""

    def __init__(self, config: ClientConfig) -> None:
        given = environment.fields()
        if config.region is not None:
            given.pop("regions", None)
        unset = {name: value for name, value in given.items() if getattr(config, name) is None}
        self.config = config = replace(config, **unset)
        if config.region is not None and config.regions:
            raise ConfigurationError("give region, or regions in order of preference, not both")
        if isinstance(config.regions, str):
            raise ConfigurationError(f"regions is a list of regions; for the one there is region={config.regions!r}")
        _check_seconds(config)
        self.regions: Sequence[str | None] = tuple(config.regions or ()) or (config.region,)
        self._check_endpoints()
        self.credentials = config.credentials or environment.credentials()
        self.retry = self._retry()
        self.breaker = environment.breaker_policy() if config.breaker == "default" else config.breaker

    def session(self, *, is_async: bool = False) -> Any:
        """A session of botocore's, or aiobotocore's, with the credentials."""
        return new_session(self.credentials, self.regions[0], is_async=is_async)

    def client_arguments(self, region: int, *, is_async: bool = False) -> dict[str, Any]:
        """The keyword arguments of ``create_client``, botocore's or aiobotocore's, in the region of this number."""
        if is_async:
            from aiobotocore.config import AioConfig as Config
        else:
            from botocore.config import Config
        config, attempts = self.config, 1 if self.retry is None else self.retry.max_attempts
        names = ("connect_timeout", "read_timeout", "max_pool_connections")
        given = {name: value for name in names if (value := getattr(config, name)) is not None}
        chosen = Config(
            **given,
            # What is sent is built from DynamoDB's own types, which need no second check.
            parameter_validation=False,
            # Our handler takes the place of this mode's; but the mode decides, for example, which headers are sent.
            retries={"mode": "standard", "total_max_attempts": attempts},
        )
        base = Config(**DEFAULTS) if config.botocore is None else Config(**DEFAULTS).merge(config.botocore)
        name = self.regions[region]
        return {"region_name": name, "endpoint_url": self._endpoint(name), "config": base.merge(chosen)}

    def core(self, session: Any) -> Core:
        """What the calls of a client with these settings have in common."""
        config = self.config
        timing = Timing(config.clock or MonotonicClock(), config.sleep)
        return Core(
            timing=timing,
            regions=[name or session.get_config_variable("region") or "" for name in self.regions],
            retry=self.retry,
            quota=quota_of(self.retry),
            breaker=self._circuits(self.breaker, timing),
            observer=config.observer,
            call_timeout=config.call_timeout,
        )

    def _circuits(self, policy: BreakerPolicy | None, timing: Timing) -> CircuitBreaker | None:
        observer = self.config.observer
        told = None if observer is None else observer.breaker_changed
        return None if policy is None else CircuitBreaker(policy, timing.clock, on_change=told)

    def _retry(self) -> RetryPolicy | None:
        """The policy; where none is set, the default one, with botocore's number of attempts if that is set in code."""
        if self.config.retry != "default":
            return self.config.retry
        asked = getattr(self.config.botocore, "retries", None) or {}
        attempts = asked.get("total_max_attempts") or (asked["max_attempts"] + 1 if "max_attempts" in asked else None)
        return environment.retry_policy(RetryPolicy() if attempts is None else RetryPolicy(max_attempts=attempts))

    def _endpoint(self, region: str | None) -> str | None:
        url = self.config.endpoint_url
        if url is None or isinstance(url, str):
            return url and url.replace("{region}", region or "")
        return url.get(region or "")

    def _check_endpoints(self) -> None:
        url = self.config.endpoint_url
        if isinstance(url, str) and len(self.regions) > 1 and "{region}" not in url:
            raise ConfigurationError(
                f"endpoint_url={url!r} is one place for {len(self.regions)} regions: write {{region}} into it, or give "
                "a mapping of regions to URLs"
            )


def _check_seconds(config: ClientConfig) -> None:
    for name in ("connect_timeout", "read_timeout", "call_timeout"):
        seconds = getattr(config, name)
        if seconds is not None and not seconds > 0:
            raise ConfigurationError(f"{name} is a number of seconds above 0, not {seconds!r}")


def quota_of(policy: RetryPolicy | None) -> RetryQuota | None:
    """The retry quota of a client with this policy; ``None`` without one."""
    return None if policy is None or policy.quota is None else RetryQuota(policy.quota)
