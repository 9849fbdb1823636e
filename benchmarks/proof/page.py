"""The page of a run, its plots and the README's table: what stands between their markers. Nothing here measures.

A block of a document begins with ``<!-- proof: NAME -->`` and ends with ``<!-- proof ends -->``; what is round it is
written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.proof import plots
from benchmarks.proof.plots import figure, measure
from benchmarks.proof.results import Comparison, Growth, Results

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "proof.md"
README = ROOT / "README.md"
PLOTS = PAGE.with_suffix("")
"""The folder of the plots."""

_BLOCK = re.compile(r"(<!-- proof: (?P<name>\w+) -->\n).*?(<!-- proof ends -->)", re.DOTALL)

TIMES = "\N{MULTIPLICATION SIGN}"

SECTIONS = {
    "replay": "Replay",
    "record": "Record",
    "mock": "The mock, in the process of its client",
    "serve": "`pytest-dynamodb serve`, a process of its own",
    "suite": "The example's whole suite, from start to end",
    "memory": "Memory",
    "client": "The client",
}
GROWTHS = {"cassette": "Cassettes", "table": "Tables of the mock, all items in one partition"}
VERDICTS = {"win": "win", "loss": "**loss**", "even": "even"}

README_ROWS = (
    ("replay", "a replayed GetItem", "botocore's floor"),
    ("replay", "a replayed GetItem, of 1,000 exchanges", "vcrpy"),
    ("replay", "a replayed GetItem", "cassetter"),
    ("replay", "a replayed GetItem", "placebo"),
    ("record", "a recorded GetItem", "unrecorded"),
    ("mock", "PutItem", "moto"),
    ("mock", "GetItem", "moto"),
    ("mock", "UpdateItem with a condition", "moto"),
    ("mock", "Query of 10 in a partition of 5,000", "moto"),
    ("serve", "GetItem", "moto's server"),
    ("serve", "GetItem", "dynalite"),
    ("serve", "GetItem", "DynamoDB Local"),
    ("serve", "GetItem", "dynoxide"),
    ("suite", "the example's suite, replay", "moto"),
    ("suite", "the example's suite, replay", "DynamoDB Local"),
    ("client", "reading an item, over the mock", "boto3's get_item"),
)
"""What of a run stands in the README: section, title and the other."""


# --- figures ---


def spread(comparison: Comparison) -> str:
    ratios = comparison.ratios
    return f"{figure(min(ratios))} to {figure(max(ratios))}" if len(ratios) > 1 else "once"


# --- blocks ---


def about(results: Results) -> Iterator[str]:
    """When, where and of what."""
    if results.dry:
        yield "**A dry run, with small numbers: these figures show that everything works, and nothing else.**"
        yield ""
    yield f"Measured on {results.date}, in {results.minutes:.0f} minutes."
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield from (f"| {name} | {value} |" for name, value in results.machine.items())
    yield from (f"| {name} | {value} |" for name, value in results.versions.items())


def summary(results: Results) -> Iterator[str]:
    """How many were won and lost, and each that was lost."""
    comparisons = results.comparisons()
    counts = {verdict: sum(one.verdict == verdict for one in comparisons) for verdict in VERDICTS}
    yield f"Of {len(comparisons)} comparisons {counts['win']} are won, {counts['loss']} lost, {counts['even']} even."
    lost = [one for one in comparisons if one.verdict == "loss"]
    if lost:
        yield ""
        yield "Lost are:"
        yield ""
        for one in lost:
            ours, theirs = (measure(series.median, one.contest.unit) for series in (one.ours, one.theirs))
            heading = SECTIONS[one.contest.section]
            yield f"- {heading}, {one.contest.title}: {one.contest.ours} takes {ours}, {one.other} {theirs}"


def table(results: Results) -> Iterator[str]:
    """All comparisons."""
    yield "| | ours | the other | the other's | ratio | lowest to highest | of processors' time | |"
    yield "|---|---|---|---|---|---|---|---|"
    for section, heading in SECTIONS.items():
        rows = [one for one in results.comparisons() if one.contest.section == section]
        if rows:
            yield f"| **{heading}** | | | | | | | |"
        yield from map(_row, rows)


def _row(one: Comparison) -> str:
    contest, cpu = one.contest, one.cpu_ratio
    cells = [
        contest.title,
        measure(one.ours.median, contest.unit),
        one.other,
        measure(one.theirs.median, contest.unit),
        f"{figure(one.ratio)} {TIMES}",
        spread(one),
        "" if cpu is None else f"{figure(cpu)} {TIMES}",
        VERDICTS[one.verdict],
    ]
    return f"| {' | '.join(cells)} |"


def growth(results: Results) -> Iterator[str]:
    """What was measured at growing sizes, in one table for each kind."""
    for section, heading in GROWTHS.items():
        grown = [one for one in results.growths if one.section == section]
        if not grown:
            continue
        sizes = sorted({size for one in grown for line in one.lines.values() for size in line})
        yield f"### {heading}"
        yield ""
        yield f"| | | {' | '.join(f'{size:,} {grown[0].of}' for size in sizes)} |"
        yield f"|---|---|{'---|' * len(sizes)}"
        for one in grown:
            yield from (f"| {one.title} | {name} | {_cells(one, name, sizes)} |" for name in one.lines)
        yield ""
        yield f"![{plots.growth_alternative(heading, grown)}]({PLOTS.name}/{section}s.svg)"
        yield ""


def _cells(one: Growth, name: str, sizes: Sequence[int]) -> str:
    line = one.lines[name]
    return " | ".join(measure(line[size].median, one.unit) if size in line else "" for size in sizes)


def pictures(results: Results) -> Iterator[str]:
    """A plot of each section."""
    for section, heading in SECTIONS.items():
        rows = [one for one in results.comparisons() if one.contest.section == section]
        if rows:
            yield f"![{plots.ratios_alternative(heading, rows)}]({PLOTS.name}/{section}.svg)"
            yield ""


def absent(results: Results) -> Iterator[str]:
    """Who or what is not in the table, and why."""
    if not results.skipped:
        yield "Nobody."
    for name, reason in results.skipped.items():
        yield f"- {name}: {' '.join(reason.split())}"


def readme(results: Results) -> Iterator[str]:
    """The README's table; of a dry run no figure."""
    if results.dry:
        yield "[One page](docs/explanation/proof.md) has the figures, those of others beside ours."
        return
    named = {(one.contest.section, one.contest.title, one.other): one for one in results.comparisons()}
    python = results.machine["Python"].split()[-1]
    yield f"From one run of {results.date}, on {results.machine['processors']} processors and Python {python}."
    yield "[The page of it](docs/explanation/proof.md) has the rest: versions, spread, memory, and all that was lost."
    yield ""
    yield "| | ours | the other | the other's | ratio |"
    yield "|---|---|---|---|---|"
    for key in README_ROWS:
        if key in named:
            one = named[key]
            ours, theirs = (measure(series.median, one.contest.unit) for series in (one.ours, one.theirs))
            title = f"{_SHORT[one.contest.section]}{one.contest.title}"
            yield f"| {title} | {ours} | {one.other} | {theirs} | {figure(one.ratio)} {TIMES} |"
    yield ""
    for grown in results.growths:
        if (grown.section, grown.title) in _GROWN:
            sentence, name = _GROWN[grown.section, grown.title]
            size, series = max(grown.lines[name].items())
            yield sentence.format(size=f"{size:,}", cost=measure(series.median, grown.unit))


_SHORT = {"replay": "", "record": "", "mock": "the mock, ", "serve": "`serve`, ", "suite": "", "client": ""}
_GROWN = {
    ("cassette", "a replayed GetItem"): (
        "In a cassette of {size} exchanges a replayed call takes {cost},",
        "this package",
    ),
    ("cassette", "opening the recording"): ("which opens in {cost}.", "this package"),
    ("table", "Query of 10"): ("A query in a partition of {size} items takes {cost},", "mock"),
    ("table", "memory of the items"): ("and such a table {cost}.", "mock"),
}


BLOCKS = {
    "about": about,
    "summary": summary,
    "table": table,
    "pictures": pictures,
    "growth": growth,
    "absent": absent,
    "readme": readme,
}


# --- documents ---


def written(document: str, results: Results) -> str:
    """A document with its blocks as the run has them."""

    def block(found: re.Match[str]) -> str:
        lines = "\n".join(BLOCKS[found["name"]](results)).strip("\n")
        return f"{found[1]}\n{lines}\n\n{found[3]}"

    return _BLOCK.sub(block, document)


def files(results: Results) -> dict[Path, str]:
    """Every file that a run is told in, with its text."""
    told = {path: written(path.read_text(encoding="utf-8"), results) for path in (PAGE, README)}
    for section, heading in SECTIONS.items():
        rows = [one for one in results.comparisons() if one.contest.section == section]
        if rows:
            told[PLOTS / f"{section}.svg"] = plots.ratios(heading, rows)
    for section, heading in GROWTHS.items():
        grown = [one for one in results.growths if one.section == section]
        if grown:
            told[PLOTS / f"{section}s.svg"] = plots.growth(heading, grown)
    return told


def write(results: Results) -> list[Path]:
    """Write them; plots of which there is nothing more to show are taken away."""
    told = files(results)
    PLOTS.mkdir(exist_ok=True)
    for old in set(PLOTS.glob("*.svg")) - told.keys():
        old.unlink()
    for path, text in told.items():
        path.write_text(text, encoding="utf-8")
    return sorted(told)


def told(results: Results) -> str:
    """What a run of single sections prints."""
    return "\n".join([*table(results), "", *growth(results), "", *absent(results)])
