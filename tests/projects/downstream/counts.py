"""What came of the suites of others, as the tables of a page of the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields


@dataclass(frozen=True)
class Count:
    """One way of one project: how many tests passed, failed as listed, and were skipped, and with what it ran."""

    project: str
    version: str
    way: str
    passed: int
    listed: int
    skipped: int
    python: str
    botocore: str
    measured: str

    @classmethod
    def read(cls, line: str) -> Count:
        """A count from its line of the table."""
        project, version, way, passed, listed, skipped, *rest = (cell.strip() for cell in line.strip("|").split("|"))
        return cls(project, version, way, int(passed), int(listed), int(skipped), *rest)


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table in Markdown."""
    lines = [list(heads), *([str(cell) for cell in row] for row in rows)]
    told = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    return "\n".join([told[0], "|" + " --- |" * len(lines[0]), *told[1:]]) + "\n"


def counted(counts: Iterable[Count]) -> str:
    """The table of counts."""
    return table((field.name for field in fields(Count)), map(astuple, counts))


def explained(differences: Mapping[str, Mapping[str, Mapping[str, str]]]) -> str:
    """The table of what is listed: the tests of a project, the ways in which they fail, and why.

    ``differences`` are by project, way and test.
    """
    rows: dict[tuple[str, str, str], list[str]] = {}
    for project, ways in differences.items():
        for way, listed in ways.items():
            for test, why in listed.items():
                rows.setdefault((project, test, why), []).append(way)
    return table(
        ("project", "tests", "ways", "why"),
        ((project, f"`{test}`", ", ".join(ways), why) for (project, test, why), ways in rows.items()),
    )


def between(page: str, name: str) -> str:
    """What stands on a page between ``<!-- name -->`` and ``<!-- /name -->``."""
    return page.partition(f"<!-- {name} -->\n\n")[2].partition(f"\n<!-- /{name} -->")[0]


def counts_of(page: str) -> list[Count]:
    """The counts that a page tells."""
    return [Count.read(line) for line in between(page, "counts").splitlines()[2:]]


def told_anew(
    page: str,
    counts: Iterable[Count],
    differences: Mapping[str, Mapping[str, Mapping[str, str]]],
    order: Iterable[tuple[str, str]],
) -> str:
    """The page with new counts. Those of other runs stay; ``order`` has project and way of every row there may be."""
    known = {(one.project, one.way): one for one in [*counts_of(page), *counts]}
    page = page.replace(between(page, "counts"), counted(known[row] for row in order if row in known))
    return page.replace(between(page, "differences"), explained(differences))
