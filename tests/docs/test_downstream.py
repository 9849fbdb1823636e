"""The list of others' suites makes sense, and failures are judged by it."""

from __future__ import annotations

from pathlib import Path

from downstream import counts, run

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "downstream.md").read_text(encoding="utf-8")


def test_every_row_is_one_and_says_why_its_tests_fail() -> None:
    projects = run.projects()
    assert len(projects) >= 8
    assert len({project.name for project in projects}) == len(projects)


REPORT = """<testsuites><testsuite>
<testcase classname="a" name="good"/>
<testcase classname="a" name="bad[1]"><failure/></testcase>
<testcase classname="a" name="bad[2]"><error/></testcase>
<testcase classname="a" name="left"><skipped/></testcase>
</testsuite></testsuites>"""


def test_what_fails_must_be_listed_and_what_is_listed_must_fail(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    outcome = run.Outcome.read(tmp_path / "report.xml")

    assert outcome == run.Outcome(frozenset({"a::good"}), frozenset({"a::bad[1]", "a::bad[2]"}), 1)
    assert run.unexplained(outcome, ["a::bad*"]) == []
    assert run.unexplained(outcome, ["a::bad[1]", "a::good", "a::gone[*]"]) == [
        "fails: a::bad[2]",
        "is listed and does not fail: a::gone[*]",
        "is listed and does not fail: a::good",
    ]
    assert run.unexplained(outcome, ["a::*d*"]) == ["is listed and does not fail: a::good"]


def test_the_page_has_a_count_of_every_way_of_every_project() -> None:
    told = [(one.project, one.version, one.way) for one in counts.counts_of(PAGE)]
    assert told == [(project.name, project.version, way) for project in run.projects() for way in project.ways]


def test_the_page_counts_what_is_listed() -> None:
    """Where nothing is listed nothing fails, where something is, it does, and tests passed in every way."""
    differences = {project.name: project.differences for project in run.projects()}
    for one in counts.counts_of(PAGE):
        assert one.passed > 0, one
        assert (one.listed > 0) == bool(differences[one.project].get(one.way)), one


def test_the_page_says_why_what_is_listed_fails() -> None:
    assert counts.between(PAGE, "differences") == counts.explained(
        {one.name: one.differences for one in run.projects()}
    )


def test_the_page_keeps_the_counts_of_other_runs() -> None:
    page = "<!-- counts -->\n\n{}\n<!-- /counts -->\n\n<!-- differences -->\n\nof before\n\n<!-- /differences -->\n"
    old = counts.Count("b", "1", "mock", 7, 1, 0, "3.12.1", "1.40.0", "2026-11-01")
    new = counts.Count("a", "2", "serve", 5, 0, 2, "3.12.1", "none", "2026-11-02")

    told = counts.told_anew(
        page.format(counts.counted([old, new])),
        [counts.Count("a", "2", "serve", 6, 0, 1, "3.12.1", "none", "2026-11-03")],
        {"b": {"mock": {"t::x[a|b]*": "theirs"}, "replay": {"t::x[a|b]*": "theirs"}}},
        [("a", "serve"), ("a", "mock"), ("b", "mock")],
    )

    first, second = counts.counts_of(told)
    assert (first.passed, first.skipped, first.measured) == (6, 1, "2026-11-03")
    assert second == old
    assert "| b | `t::x[a\\|b]*` | mock, replay | theirs |" in counts.between(told, "differences")
    assert "of before" not in told
