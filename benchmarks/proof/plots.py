"""Plots of a run as SVG: how many times ours the other's is, and what grows. Nothing here measures.

Written by hand, as two kinds of plot need no library. Each has a ground of its own and follows the reader's choice of
dark or light; a win and a loss differ in their shape too, and every figure stands in the page's tables.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from xml.sax.saxutils import escape

from benchmarks.proof.results import Comparison, Growth

STYLE = """\
.ground{fill:#ffffff}text{font:13px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1f2328}
.heading{font-weight:600;paint-order:stroke;stroke:#ffffff;stroke-width:4px}
.quiet{fill:#59636e}.grid{stroke:#d1d9e0}.one{stroke:#59636e;stroke-width:1.5}
.win{fill:#0969da;stroke:#0969da}.loss{fill:#bc4c00;stroke:#bc4c00}.even{fill:#818b98;stroke:#818b98}
.line{fill:none;stroke-width:2}.l0{stroke:#0969da}.l1{stroke:#bc4c00}.l2{stroke:#1a7f37}.l3{stroke:#8250df}
.d0{fill:#0969da}.d1{fill:#bc4c00}.d2{fill:#1a7f37}.d3{fill:#8250df}
@media (prefers-color-scheme:dark){.ground{fill:#0d1117}text{fill:#f0f6fc}.heading{stroke:#0d1117}
.quiet{fill:#9198a1}.grid{stroke:#3d444d}
.one{stroke:#9198a1}.win{fill:#4493f8;stroke:#4493f8}.loss{fill:#f0883e;stroke:#f0883e}.even{fill:#9198a1;stroke:#9198a1}
.l0{stroke:#4493f8}.l1{stroke:#f0883e}.l2{stroke:#3fb950}.l3{stroke:#ab7df8}
.d0{fill:#4493f8}.d1{fill:#f0883e}.d2{fill:#3fb950}.d3{fill:#ab7df8}}"""

TIMES = "\N{MULTIPLICATION SIGN}"
WIDTH = 820
LABELS = 300
"""Of the width, what names of rows have."""
ROW = 21


def figure(value: float) -> str:
    """Three digits, and the whole number where it has more."""
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def measure(value: float, unit: str) -> str:
    return f"{figure(value)} {unit}"


def _svg(width: int, height: int, title: str, description: str, shapes: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-labelledby="title desc">\n<title id="title">{escape(title)}</title>\n'
        f'<desc id="desc">{escape(description)}</desc>\n<style>\n{STYLE}\n</style>\n'
        f'<rect class="ground" width="{width}" height="{height}" rx="6"/>\n'
    )
    return head + "\n".join(shapes) + "\n</svg>\n"


def _text(x: float, y: float, text: str, *, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def _number(value: float) -> str:
    """An axis's: 0.01, 1, 10,000."""
    return f"{value:,.0f}" if value >= 1 else f"{value:.10f}".rstrip("0")


def _decades(low: float, high: float) -> list[float]:
    """The powers of ten from below the lowest to above the highest."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [10.0**power for power in range(first, max(last, first + 1) + 1)]


def _scale(decades: Sequence[float], start: float, end: float) -> Callable[[float], float]:
    first, last = math.log10(decades[0]), math.log10(decades[-1])
    return lambda value: start + (math.log10(value) - first) / (last - first) * (end - start)


# --- ratios ---


def ratios_alternative(heading: str, rows: Sequence[Comparison]) -> str:
    """What the plot shows, for those who do not see it."""
    wins = [one for one in rows if one.verdict == "win"]
    best, worst = max(rows, key=lambda one: one.ratio), min(rows, key=lambda one: one.ratio)
    return (
        f"{_plain(heading)}: how many times ours the other's is, for {len(rows)} comparisons, {len(wins)} of them won."
        f" From {figure(worst.ratio)} times ({worst.contest.title}, {worst.other})"
        f" to {figure(best.ratio)} times ({best.contest.title}, {best.other})."
    )


def _plain(text: str) -> str:
    return text.replace("`", "")


def ratios(heading: str, rows: Sequence[Comparison]) -> str:
    """A point for each comparison, from its lowest to its highest ratio, on an axis of powers of ten."""
    shapes: list[str] = []
    told = [ratio for one in rows for ratio in one.ratios]
    decades = _decades(min(*told, 0.9), max(*told, 1.1))
    place = _scale(decades, LABELS, WIDTH - 75)
    y = 58.0
    points: list[str] = []
    for title, these in groupby(rows, key=lambda one: one.contest.title):
        points.append(_text(16, y + 4, title, kind="heading"))
        y += ROW
        for one in these:
            points += _point(one, place, y)
            y += ROW
    shapes.append(_text(16, 24, _plain(heading), kind="heading"))
    for decade in decades:
        shapes.append(_line(place(decade), 42, place(decade), y - 6, "one" if decade == 1 else "grid"))
        shapes.append(_text(place(decade), y + 10, f"{_number(decade)} {TIMES}", kind="quiet", anchor="middle"))
    return _svg(WIDTH, int(y + 24), _plain(heading), ratios_alternative(heading, rows), [*shapes, *points])


def _point(one: Comparison, place: Callable[[float], float], y: float) -> Iterator[str]:
    x, kind = place(one.ratio), one.verdict
    yield _text(32, y + 4, one.other)
    yield f'<g class="{kind}">{_line(place(min(one.ratios)), y, place(max(one.ratios)), y, kind)}'
    if kind == "loss":
        yield f'<path d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z"/></g>'
    else:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/></g>'
    yield _text(WIDTH - 16, y + 4, f"{figure(one.ratio)} {TIMES}", anchor="end")


# --- growth ---

PANEL, PANEL_HEIGHT, MARGIN = 400, 250, 62


def growth_alternative(heading: str, grown: Sequence[Growth]) -> str:
    """What the plot shows, for those who do not see it."""
    parts = []
    for one in grown:
        for name, line in one.lines.items():
            (small, first), (large, last) = min(line.items()), max(line.items())
            grows = f"{figure(first.median)} to {measure(last.median, one.unit)} from {small:,} to {large:,}"
            told = grows if small < large else f"{measure(last.median, one.unit)} at {large:,}"
            parts.append(f"{one.title}, {name}: {told}")
    return f"{heading}. " + "; ".join(parts) + "."


def growth(heading: str, grown: Sequence[Growth]) -> str:
    """A panel for each thing that was measured, both axes in powers of ten."""
    shapes = [_text(16, 24, heading, kind="heading")]
    names = list(dict.fromkeys(name for one in grown for name in one.lines))
    x = 16.0
    for number, name in enumerate(names):
        shapes.append(f'<circle cx="{x + 5:.1f}" cy="42" r="5" class="d{number % 4}"/>')
        shapes.append(_text(x + 15, 46, name))
        x += 30 + 7.5 * len(name)
    for number, one in enumerate(grown):
        shapes += _panel(one, names, number % 2 * PANEL + 10, 62 + number // 2 * PANEL_HEIGHT)
    height = 72 + (len(grown) + 1) // 2 * PANEL_HEIGHT
    return _svg(2 * PANEL + 20, height, heading, growth_alternative(heading, grown), shapes)


def _panel(one: Growth, names: Sequence[str], left: float, top: float) -> Iterator[str]:
    points = {name: [(size, max(line[size].median, 1e-6)) for size in sorted(line)] for name, line in one.lines.items()}
    sizes = _decades(
        min(s for line in points.values() for s, _ in line), max(s for line in points.values() for s, _ in line)
    )
    costs = _decades(
        min(c for line in points.values() for _, c in line), max(c for line in points.values() for _, c in line)
    )
    across = _scale(sizes, left + MARGIN, left + PANEL - 30)
    down = _scale(costs, top + PANEL_HEIGHT - 48, top + 30)
    yield _text(left + MARGIN, top + 14, f"{one.title}, {one.unit}", kind="heading")
    for cost in costs:
        yield _line(across(sizes[0]), down(cost), across(sizes[-1]), down(cost), "grid")
        yield _text(left + MARGIN - 6, down(cost) + 4, _number(cost), kind="quiet", anchor="end")
    for size in sizes:
        yield _text(across(size), top + PANEL_HEIGHT - 30, _number(size), kind="quiet", anchor="middle")
    yield _text(across(sizes[-1]), top + PANEL_HEIGHT - 14, one.of, kind="quiet", anchor="end")
    for name, line in points.items():
        number = names.index(name) % 4
        path = " ".join(f"{across(size):.1f},{down(cost):.1f}" for size, cost in line)
        yield f'<polyline points="{path}" class="line l{number}"/>'
        yield from (f'<circle cx="{across(s):.1f}" cy="{down(c):.1f}" r="4" class="d{number}"/>' for s, c in line)
