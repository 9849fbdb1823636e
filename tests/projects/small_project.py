"""A small project of somebody else's, tested with the plugin, run by run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest

SUFFIX = ".ddb.msgpack"
PLUGINS_OFF = (
    *("randomly", "cacheprovider", "hypothesispytest", "platformdirs"),
    *("asyncio", "flaky", "pytest-retry", "repeat", "rerunfailures"),
)
"""Plugins that runs go without, unless they say ``+name``."""
FRAME = """\
import boto3, functools, pytest

client = functools.cache(lambda: boto3.client("dynamodb"))

def put(key, **more):
    client().put_item(TableName="shop", Item={"pk": {"S": key}, **more})

def get(key):
    return client().get_item(TableName="shop", Key={"pk": {"S": key}}).get("Item")

marked = pytest.mark.dynamodb_cassette
"""
WITH_AWS = {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@dataclass(frozen=True)
class Run:
    """What one run of pytest came to."""

    code: int
    text: str

    @property
    def line(self) -> str:
        """The plugin's summary line, or ""."""
        found = [line for line in self.text.splitlines() if re.match(r"dynamodb: \d+ replayed", line)]
        assert len(found) < 2, self.text
        return found[0] if found else ""

    @property
    def orphans(self) -> list[str]:
        """The names of the cassettes that were called orphans."""
        return sorted(re.findall(rf"orphaned cassette \S*?([^/\s]+){re.escape(SUFFIX)}:", self.text))

    def counts(self, **wanted: int) -> bool:
        """Whether pytest counts these outcomes, and no others."""
        found = re.findall(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|deselected)\b", self.text)
        kinds = {kind.replace("errors", "error"): int(number) for number, kind in found}
        assert kinds == wanted, f"{kinds} instead of {wanted}:\n{self.text}"
        return True


@dataclass
class SmallProject:
    """Files in ``root``, and runs of pytest over them. ``upstream`` is a DynamoDB with a table ``shop``."""

    root: Path
    upstream: str
    pytester: pytest.Pytester
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, source: str) -> Path:
        """Make a file. Test modules and conftests begin with ``FRAME``."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frame = FRAME if Path(name).name.startswith(("test_", "conftest")) and name.endswith(".py") else ""
        path.write_text(frame + dedent(source))
        return path

    def ini(self, *lines: str) -> None:
        """Make a ``pytest.ini``."""
        (self.root / "pytest.ini").write_text("\n".join(["[pytest]", *lines]) + "\n")

    def run(self, *args: str, env: Mapping[str, str] | None = None, apart: bool = False) -> Run:
        """Run pytest: in a process of its own if ``apart``, or else within this one, which is faster.

        ``+randomly`` and the like among the arguments leave one of ``PLUGINS_OFF`` on.
        """
        off = [f"-pno:{plugin}" for plugin in PLUGINS_OFF if f"+{plugin}" not in args]
        given = [*off, *(arg for arg in args if not arg.startswith("+"))]
        settings = {**self.environment, **(env or {})}
        return self._apart(given, settings) if apart else self._within(given, settings)

    def record(self, *args: str, apart: bool = False) -> Run:
        """Run pytest with ``--record`` against the upstream."""
        return self.run("--record", f"--dynamodb-upstream={self.upstream}", *args, env=WITH_AWS, apart=apart)

    def recorded(self, *args: str) -> Run:
        """``record``, which must pass."""
        run = self.record(*args)
        assert run.code == 0, run.text
        return run

    def _apart(self, args: list[str], settings: Mapping[str, str]) -> Run:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *args],
            cwd=self.root,
            env={**_clean_environment(), **settings},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return Run(done.returncode, done.stdout + done.stderr)

    def _within(self, args: list[str], settings: Mapping[str, str]) -> Run:
        import boto3

        with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
            warnings.resetwarnings()
            patch.delenv("CI", raising=False)
            patch.chdir(self.root)
            for name, value in settings.items():
                patch.setenv(name, value)
            patch.setattr(boto3, "DEFAULT_SESSION", boto3.Session())
            done = self.pytester.runpytest_inprocess(*args)
        return Run(int(done.ret), done.stdout.str() + done.stderr.str())

    @property
    def cassettes(self) -> dict[str, bytes]:
        """Cassettes by their path under ``cassettes``, without the suffix."""
        return self._files(SUFFIX)

    @property
    def failed(self) -> dict[str, bytes]:
        """The attempts set aside, likewise."""
        return self._files(f"{SUFFIX}.failed")

    def _files(self, suffix: str) -> dict[str, bytes]:
        folder = self.root / "cassettes"
        return {
            path.relative_to(folder).as_posix().removesuffix(suffix): path.read_bytes()
            for path in sorted(folder.rglob(f"*{suffix}"))
        }

    @property
    def leftovers(self) -> list[str]:
        """Files in the folder of cassettes that are none."""
        kept = (SUFFIX, f"{SUFFIX}.failed")
        return [p.name for p in (self.root / "cassettes").rglob("*") if p.is_file() and not p.name.endswith(kept)]


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("CI", "PYTEST_ADDOPTS")}
