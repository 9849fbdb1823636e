"""What may be wrong with a project's cassettes, and what to do about each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.leaks.scan import by_place, leaks_of, redact_line
from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.upkeep.git import GitSetting
from pytest_dynamodb.upkeep.pruning import UnusedFile
from pytest_dynamodb.upkeep.statistics import Stored

CheckName = Literal["versions", "plugins", "cassettes", "owners", "age", "size", "git", "secrets", "verify", "contract"]


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """Something that is wrong, or soon will be: which check found it, with what, and what to do."""

    check: CheckName
    subject: str
    problem: str
    remedy: str


# --- plugins ---


@dataclass(frozen=True, slots=True)
class _Neighbour:
    problem: str
    remedy: str


_VCR: Final = _Neighbour(
    "a test that has its marker too is answered by its recording while this package records",
    "leave out one of the two markers",
)
NEIGHBOURS: Final[Mapping[str, _Neighbour]] = {
    "pytest-dynamodb": _Neighbour(
        "it installs the same import package, and one of the two has overwritten the other",
        "pip uninstall pytest-dynamodb, then pip install --force-reinstall pytest-dynamodb-cassette",
    ),
    "pytest-record-replay": _Neighbour(
        "it has a flag --record of its own, so ours is not there",
        "record with --dynamodb-record=rewrite",
    ),
    "cassetter": _VCR,
    "pytest-recording": _VCR,
    "pytest-vcr": _VCR,
}
"""Distributions that get in this one's way, by their names."""

_RIVALS: Final = ("cassetter", "pytest-recording")
"""Two that pytest does not start with together: both have a flag --record-mode."""


def colliding(distributions: Mapping[str, str]) -> Iterator[HealthFinding]:
    """Installed distributions, by name and version, that get in the way."""
    for name, neighbour in NEIGHBOURS.items():
        if name in distributions:
            yield HealthFinding("plugins", f"{name} {distributions[name]}", neighbour.problem, neighbour.remedy)
    if all(name in distributions for name in _RIVALS):
        problem = "both have a flag --record-mode, and pytest does not start with the two"
        yield HealthFinding("plugins", " and ".join(_RIVALS), problem, f"pip uninstall {_RIVALS[0]}")


# --- versions ---


def unmet(required: Sequence[str], distributions: Mapping[str, str]) -> Iterator[HealthFinding]:
    """What is installed in versions that this package does not work with; ``required`` are its requirements.

    Those of extras count where what they name is installed.
    """
    for text in required:
        needed = Requirement(text)
        version = distributions.get(canonicalize_name(needed.name))
        extra = "extra" in str(needed.marker or "")
        if needed.marker is not None and not extra and not needed.marker.evaluate():
            continue
        if version is None and not extra:
            problem = "it is not installed"
        elif version is not None and not needed.specifier.contains(version, prereleases=True):
            problem = f"version {version} is installed, and {needed.specifier} is needed"
        else:
            continue
        yield HealthFinding("versions", needed.name, problem, f"pip install '{needed.name}{needed.specifier}'")


def from_the_future(cassettes: Iterable[tuple[str, Header]], name: str, version: str) -> Iterator[HealthFinding]:
    """Cassettes recorded with a newer release of this package, called ``name``, than the one installed."""
    for path, header in cassettes:
        recorder = header.recorder.get(name, "")
        if _is_newer(recorder, version):
            problem = f"it was recorded with {name} {recorder}, and this is {version}"
            yield HealthFinding("versions", path, problem, f"pip install --upgrade {name}")


def _is_newer(one: str, other: str) -> bool:
    try:
        return Version(one) > Version(other)
    except InvalidVersion:
        return False


# --- cassettes ---

LARGE: Final = 1_000_000
"""Bytes from which on a cassette is too large to be read in a review, and git keeps every version of it."""


def damaged(problems: Iterable[CassetteError]) -> Iterator[HealthFinding]:
    """Cassettes that cannot be read."""
    for problem in problems:
        remedy = problem.remedy or "restore the file from version control, or record it again"
        where = "" if problem.offset is None else f", at byte {problem.offset}"
        yield HealthFinding("cassettes", problem.path, f"{problem.problem}{where}", remedy)


def stale(cassettes: Iterable[tuple[str, Header]], greatest: timedelta) -> Iterator[HealthFinding]:
    """Cassettes that were recorded longer ago than that, or at a time that they do not say."""
    for path, header in cassettes:
        if not header.is_older_than(greatest):
            continue
        age = header.age
        problem = "it does not say when it was recorded" if age is None else f"it was recorded {age.days} days ago"
        yield HealthFinding("age", path, problem, f"record it again: {record_again(header.node_id)}")


def large(cassettes: Iterable[Stored]) -> Iterator[HealthFinding]:
    """Cassettes that are large."""
    for path, size, contents in cassettes:
        if size >= LARGE:
            problem = f"{size / 1e6:.1f} MB, {len(contents.exchanges)} exchanges"
            yield HealthFinding(
                "size", str(path), problem, "read less in the test, split it, or set dynamodb_cassette_compress"
            )


def record_again(node_id: str) -> str:
    """The command that records a cassette again."""
    return f"pytest '{node_id}' --record" if _is_test(node_id) else "pytest --record"


def _is_test(node_id: str) -> bool:
    return bool(node_id.partition("::")[2]) and not node_id.startswith("::") and not node_id.endswith(".msgpack")


# --- secrets ---


def leaking(cassettes: Iterable[Stored]) -> Iterator[HealthFinding]:
    """Cassettes that hold what looks like a secret: a finding a cassette, and never the secret itself."""
    for path, _, contents in cassettes:
        leaks = [leak for exchange in contents.exchanges for leak in leaks_of(exchange)]
        if not leaks:
            continue
        said = [f"{kind} at {place}" if place else f"{kind} in a name" for kind, place in by_place(leaks)]
        more = len(said) - _LEAKS_SHOWN
        problem = ", ".join(said[:_LEAKS_SHOWN]) + (f" and {more} more" if more > 0 else "")
        remedy = f"pytest-dynamodb scrub {path}, and {redact_line(leaks)} for what comes"
        yield HealthFinding("secrets", str(path), problem, remedy)


_LEAKS_SHOWN: Final = 3


# --- files and git ---


def unowned(unused: Iterable[UnusedFile], unsaved: Iterable[str]) -> Iterator[HealthFinding]:
    """Files that nobody needs, and recordings that wait to be recovered."""
    for file in unused:
        remedy = "pytest-dynamodb prune" if file.successor is None else f"git mv {file.path} {file.successor}"
        yield HealthFinding("owners", str(file.path), file.why, remedy)
    for path in unsaved:
        yield HealthFinding("owners", path, "a recording that could not be written", f"pytest-dynamodb recover {path}")


def not_set_up(settings: Sequence[GitSetting]) -> Iterator[HealthFinding]:
    """What git does not know of cassettes, a finding a file."""
    places: dict[str, list[str]] = {}
    for setting in settings:
        if not setting.is_there:
            place, _, name = setting.place.rpartition(" ")
            places.setdefault(place or setting.place, []).append(name if place else setting.text)
    for place, missing in places.items():
        yield HealthFinding("git", place, f"lacks {', '.join(missing)}", "pytest-dynamodb git-setup")
