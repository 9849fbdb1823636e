"""Measure this package beside others and write the page of it: ``python -m benchmarks.proof``, or ``nox -s proof``.

Ten minutes on two cores that have nothing else to do. Who is not installed, or needs Node.js, Java, Maven or Cargo
where they are not, is left out, and the page says so. dynalite, DynamoDB Local and dynoxide are fetched on first use,
into .cache/; Cargo builds dynoxide for some minutes more.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from importlib.util import find_spec

from benchmarks.measuring import nothing_of_aws
from benchmarks.proof import clients, environment, growth, mocks, page, recorders, servers, suite
from benchmarks.proof.endpoints import SERVERS, Server, free_port
from benchmarks.proof.results import FILE, Contest, Growth, Results
from benchmarks.proof.sizes import DRY, FULL, Sizes

SECTIONS = ("recorders", "mocks", "servers", "suite", "growth", "client")


def installed(names: tuple[tuple[str, str], ...], skipped: dict[str, str]) -> list[str]:
    """Those whose module is there; why the others are left out goes into ``skipped``."""
    skipped |= {name: f"{name} is not installed" for name, module in names if not find_spec(module)}
    return [name for name, module in names if find_spec(module)]


def had(skipped: dict[str, str]) -> list[Server]:
    """The servers that can run here, fetched. Ours must."""
    found = []
    for server in SERVERS:
        why = server.missing()
        if not why:
            print(f"{server.name} ...", file=sys.stderr, flush=True)
            try:
                server.command(free_port())
            except (OSError, subprocess.CalledProcessError) as problem:
                why = f"could not be fetched: {problem}"
        if why:
            skipped[server.name] = why
        else:
            found.append(server)
    return found


def measured(sizes: Sizes, sections: set[str]) -> Results:
    skipped: dict[str, str] = {}
    recording = installed((("vcrpy", "vcr"), ("cassetter", "cassetter"), ("placebo", "placebo")), skipped)
    mocking = installed(((mocks.MOTO, "moto"),), skipped)
    serving = had(skipped) if sections & {"servers", "suite"} else []
    steps: dict[str, Callable[[], Iterable[Contest | Growth]]] = {
        "recorders": lambda: recorders.measured(recording, sizes, skipped),
        "mocks": lambda: mocks.measured(mocking, sizes, skipped),
        "servers": lambda: servers.measured(serving, sizes, skipped),
        "suite": lambda: suite.measured(serving, sizes, skipped, moto=bool(mocking)),
        "growth": lambda: growth.measured(recording, mocking, sizes, skipped),
        "client": lambda: clients.measured(sizes),
    }
    machine, began = environment.machine(), time.monotonic()
    told: list[Contest | Growth] = []
    for name in [name for name in SECTIONS if name in sections]:
        print(f"{time.monotonic() - began:4.0f} s  {name}", file=sys.stderr, flush=True)
        told += steps[name]()
    return Results(
        date=datetime.now(timezone.utc).date().isoformat(),
        minutes=round((time.monotonic() - began) / 60, 1),
        dry=sizes is DRY,
        machine=machine,
        versions=environment.versions(serving),
        skipped=skipped,
        contests=tuple(one for one in told if isinstance(one, Contest)),
        growths=tuple(one for one in told if isinstance(one, Growth)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--dry", action="store_true", help="small numbers, to see that everything works; the page says so"
    )
    parser.add_argument("--only", choices=SECTIONS, action="append", help="print these, and write nothing")
    parser.add_argument("--page", action="store_true", help="measure nothing, write the page anew from the last run")
    arguments = parser.parse_args()
    if arguments.page:
        results = Results.read(FILE.read_text(encoding="utf-8"))
    else:
        with nothing_of_aws():
            results = measured(DRY if arguments.dry else FULL, set(arguments.only or SECTIONS))
    if arguments.only:
        print(page.told(results))
        return
    FILE.write_text(results.written(), encoding="utf-8")
    for path in page.write(results):
        print(path)


if __name__ == "__main__":
    main()
