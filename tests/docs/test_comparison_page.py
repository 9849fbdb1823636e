"""The comparison says what the tests' own lists say."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "comparison.md").read_text(encoding="utf-8")
CONFORMANCE = (ROOT / "docs" / "explanation" / "conformance.md").read_text(encoding="utf-8")


def row(beginning: str) -> list[str]:
    """The cells of a row of the page."""
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {beginning}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_differences_of_others_are_those_that_are_listed() -> None:
    (cases,) = re.findall(r"of (\d+) cases with AWS's answers", PAGE)
    _, _, moto, local = row(f"of {cases} cases with AWS's answers")
    for name, told in (("moto", moto), ("dynamodb-local", local)):
        path = ROOT / "tests" / "conformance" / "known_differences" / f"{name}.yaml"
        assert int(told) == len(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert f"of {cases} cases in the classic dialect" in CONFORMANCE


def test_the_public_suite_is_the_one_that_is_passed() -> None:
    (cases,) = re.findall(r"public AWS-verified suite's (\d+) cases", PAGE)
    assert f"({cases} cases) passes whole" in CONFORMANCE


def test_every_claim_leads_to_a_page() -> None:
    """A cell that says yes about this package has a link; tests/docs/test_site.py follows it."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| |")]
    for line in lines:
        ours = line.strip("|").split("|")[1]
        assert "](" in ours or "no" in ours.split()[0], line


def test_the_versions_are_those_that_the_differences_were_taken_from() -> None:
    for tool, name in (("moto", "moto"), ("DynamoDB Local", "DynamoDB Local")):
        (version,) = re.findall(rf"{tool} (\d+\.\d+)", PAGE.split("## Recorders")[0])
        assert f"{name} {version}" in CONFORMANCE
