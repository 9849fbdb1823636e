"""The page of proof, its plots and the README say what the last run has measured, wins and losses alike."""

from __future__ import annotations

import importlib
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def proof() -> Iterator[Any]:
    """Imports modules of ``benchmarks/proof``, whose folder is on no path: the package tested is the installed one."""
    package = ModuleType("benchmarks")
    package.__path__ = [str(ROOT / "benchmarks")]
    paths = list(sys.path)
    sys.modules["benchmarks"] = package
    yield lambda name: importlib.import_module(f"benchmarks.proof.{name}")
    for name in [name for name in sys.modules if name.split(".")[0] == "benchmarks"]:
        del sys.modules[name]
    sys.path[:] = paths


@pytest.fixture(scope="module")
def measured(proof: Any) -> Any:
    results = proof("results")
    return results.Results.read(results.FILE.read_text(encoding="utf-8"))


def test_page_plots_and_readme_are_what_the_run_says(proof: Any, measured: Any) -> None:
    page = proof("page")
    told = page.files(measured)
    for path, text in told.items():
        assert path.read_text(encoding="utf-8") == text, f"{path}: run python -m benchmarks.proof --page"
    assert set(page.PLOTS.iterdir()) == {path for path in told if path.suffix == ".svg"}


def test_no_figure_of_the_page_stands_outside_of_what_is_written(proof: Any) -> None:
    """What is written by hand round the blocks has no ratio in it, which the next run would belie."""
    page = proof("page")
    by_hand = re.sub(r"<!-- proof: \w+ -->.*?<!-- proof ends -->", "", page.PAGE.read_text("utf-8"), flags=re.DOTALL)
    assert not re.search(rf"\d ?({page.TIMES}|µs|MiB|ms\b)", by_hand)


def test_every_block_stands_in_a_document(proof: Any) -> None:
    page = proof("page")
    texts = [path.read_text(encoding="utf-8") for path in (page.PAGE, page.README)]
    assert sorted(re.findall(r"<!-- proof: (\w+) -->", "".join(texts))) == sorted(page.BLOCKS)


def test_the_figures_are_kept_as_they_are(proof: Any, measured: Any) -> None:
    results = proof("results")
    assert results.Results.read(measured.written()) == measured
    assert results.FILE.read_text(encoding="utf-8") == measured.written()


Cpu = tuple[tuple[float, ...], tuple[float, ...]]
"""Of processors' time, ours and theirs."""


def comparison(proof: Any, ours: list[float], theirs: list[float], cpu: Cpu = ((), ()), *, other: str = "they") -> Any:
    results = proof("results")
    series = {"we": results.Series(tuple(ours), cpu[0]), other: results.Series(tuple(theirs), cpu[1])}
    (one,) = results.Contest("mock", "GetItem", "µs", "we", series).comparisons()
    return one


def test_rounds_are_compared_with_each_other(proof: Any) -> None:
    """A busy moment that hit both alike is no difference; the median of ratios is not the ratio of medians."""
    one = comparison(proof, [1, 10, 2], [2, 20, 4])
    assert one.ratios == [2, 2, 2]
    assert one.ratio == 2


@pytest.mark.parametrize(
    ("theirs", "verdict"), [([3, 2], "win"), ([0.5, 0.9], "loss"), ([0.9, 3], "even"), ([1, 2], "even")]
)
def test_a_win_is_one_in_every_round_and_so_is_a_loss(proof: Any, theirs: list[float], verdict: str) -> None:
    one = comparison(proof, [1, 1], theirs)
    assert one.verdict == verdict
    results = proof("results")
    run = results.Results("2026-01-31", 1, False, {}, {}, contests=(one.contest,))
    page = proof("page")
    (row,) = list(page.table(run))[3:]
    assert row.endswith(f"| {page.VERDICTS[verdict]} |")
    assert ("Lost are:" in list(page.summary(run))) == (verdict == "loss")
    assert f'<g class="{verdict}">' in proof("plots").ratios("Mock", [one])


def test_processors_time_is_compared_of_all_rounds_together(proof: Any) -> None:
    """It is told in hundredths of a second: a round may have had none."""
    assert comparison(proof, [1, 1], [1, 1], ((0.0, 2.0), (3.0, 3.0))).cpu_ratio == 3
    assert comparison(proof, [1], [1]).cpu_ratio is None


def test_a_dry_run_says_so_and_gives_the_readme_no_figure(proof: Any) -> None:
    results, page = proof("results"), proof("page")
    machine = {"Python": "CPython 3.11.7", "processors": "2"}
    contests = (comparison(proof, [1], [6.3], other="moto").contest,)
    dry, whole = (results.Results("2026-01-31", 1, is_dry, machine, {}, contests=contests) for is_dry in (True, False))
    assert any("dry run" in line for line in page.about(dry))
    assert not any("dry run" in line for line in page.about(whole))
    assert "6.3" not in " ".join(page.readme(dry))
    assert f"| the mock, GetItem | 1.00 µs | moto | 6.30 µs | 6.30 {page.TIMES} |" in list(page.readme(whole))


def test_who_is_not_there_is_told_with_the_reason(proof: Any) -> None:
    results = proof("results")
    run = results.Results("2026-01-31", 1, False, {}, {}, {"dynalite": "dynalite needs node and npm; not found: npm"})
    assert list(proof("page").absent(run)) == ["- dynalite: dynalite needs node and npm; not found: npm"]


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "explanation" / "proof").glob("*.svg")), ids=lambda path: path.name
)
def test_a_plot_can_be_read_in_the_dark_and_without_seeing_it(path: Path) -> None:
    root = ElementTree.parse(path).getroot()
    space = {"svg": "http://www.w3.org/2000/svg"}
    assert root.get("role") == "img"
    assert root.findtext("svg:title", namespaces=space)
    assert len(root.findtext("svg:desc", "", space)) > 20
    assert "prefers-color-scheme:dark" in root.findtext("svg:style", "", space)
    width, height = (float(root.get(name, 0)) for name in ("width", "height"))
    for text in root.iterfind(".//svg:text", space):
        assert 0 <= float(text.get("x", -1)) <= width
        assert 0 <= float(text.get("y", -1)) <= height


def test_the_example_without_this_package_is_the_example_still(proof: Any, tmp_path: Path) -> None:
    """What others are measured with: the same tests, and nothing of ours in them."""
    suite = proof("suite")
    folder = tmp_path / "orders"
    shutil.copytree(suite.EXAMPLE, folder)
    suite.without_ours(folder)

    def tests(of: Path) -> list[str]:
        return re.findall(r"^def (test_\w+)", (of / "tests" / "test_orders.py").read_text("utf-8"), re.MULTILINE)

    assert tests(folder) == tests(suite.EXAMPLE)
    assert len(tests(folder)) == 13
    assert not [path for path in folder.rglob("*.py") if "pytest_dynamodb" in path.read_text("utf-8")]


def test_what_slow_contestants_lack_is_no_reason_to_fail(proof: Any) -> None:
    """One at a size that nobody else was measured at has no contest."""
    growth, results = proof("growth"), proof("results")
    line = {100: results.Series((1.0,))}
    grown = results.Growth("table", "GetItem", "µs", "items", {"mock": {**line, 1_000: results.Series((2.0,))}})
    assert list(growth.contest(grown, section="mock", title="{size}", ours="mock")) == []
    both = results.Growth("table", "GetItem", "µs", "items", {**grown.lines, "moto": line})
    (one,) = growth.contest(both, section="mock", title="{size} items", ours="mock")
    assert one.title == "100 items"
    assert one.series == {"mock": line[100], "moto": line[100]}
