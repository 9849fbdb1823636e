"""Write down how an endpoint differs from the cases: ``python tests/conformance/known.py moto VERSION URL``.

Makes ``known_differences/<endpoint>.yaml`` anew. Read its diff before it is committed: a case that is wrong would be
listed just as a server that is.
"""

from __future__ import annotations

import re
import sys
import time

import yaml

from cases import HERE, all_cases
from expectations import shown
from runner import CaseFailed, Target, run_case
from targets import over_http


def differences_of(target: Target) -> dict[str, str]:
    """Case name to the first difference."""
    found = {}
    for case in all_cases():
        if case.dialect not in ("", "classic") or target.runs(case):
            continue
        try:
            run_case(case, target)
        except CaseFailed as problem:
            text = re.sub(r"conformance\.[0-9a-f]{10}\.|(?<=[a-z])\.[0-9]{10}\b", "", problem.short)
            found[case.name] = " ".join(text.split())[:300]
    return found


def main(name: str, version: str, url: str) -> None:
    """Write the file, and say how many cases hold."""
    suffix = f".{int(time.time())}"  # of another run, an endpoint may remember transactions
    differences = differences_of(Target(name, over_http(url), patience=0.5, wait=0.05, words=False, suffix=suffix))
    header = f"# How {name} {version} differs from the cases; written by known.py, and read by a person.\n"
    body = yaml.safe_dump(differences, sort_keys=True, allow_unicode=True, width=120) if differences else "{}\n"
    (HERE / "known_differences" / f"{name}.yaml").write_text(header + body, encoding="utf-8")
    print(shown(f"{name}: {len(all_cases())} cases, {len(differences)} differ"))


if __name__ == "__main__":
    main(*sys.argv[1:4])
