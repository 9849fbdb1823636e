"""The project's chores. `nox -l` lists them; `nox` runs what a change must pass.

Whatever runs tests installs the built wheel, never the folder.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import nox
from packaging.requirements import Requirement

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["lint", "types", "imports", "tests", "docs"]
# A matrix is the Pythons that are there: one that is not is skipped with a reason, also where CI is set.
nox.options.error_on_missing_interpreters = False

PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]
INSTALLED = {"PYTEST_DYNAMODB_TEST_INSTALLED": "1"}  # makes a test fail that would import the folder
PROJECT = nox.project.load_toml("pyproject.toml")["project"]


def wheel(session: nox.Session) -> str:
    """The path of a wheel made of the folder as it is now."""
    out = Path(session.create_tmp()) / "wheel"
    shutil.rmtree(out, ignore_errors=True)
    session.run("python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(out), ".")
    (built,) = out.glob("*.whl")
    return str(built)


def floors(*names: str) -> list[str]:
    """The oldest versions claimed for the given extras, or without any for the package itself: `boto3==1.34`."""
    claimed = [line for name in names for line in PROJECT["optional-dependencies"][name]] or PROJECT["dependencies"]
    return [line.replace(">=", "==") for line in map(str, map(Requirement, claimed))]


def test(session: nox.Session, *default: str) -> None:
    """Run pytest on the installed package, with what was given on nox's command line or else with `default`."""
    session.run("pytest", *(session.posargs or default), env=INSTALLED)


@nox.session
def lint(session: nox.Session) -> None:
    """ruff: rules and format."""
    session.install("ruff")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """mypy, strict, over package, tests, tools, examples and benchmarks."""
    session.install(f"{wheel(session)}[dev]")
    session.run("mypy")


@nox.session
def pyright(session: nox.Session) -> None:
    """A second opinion on the public types; pip brings all of it, its Node.js included."""
    session.install(f"{wheel(session)}[dev]", "basedpyright")
    session.run("basedpyright", "--verifytypes", "pytest_dynamodb", "--ignoreexternal")  # every public type is told
    session.run("basedpyright", "--level", "error", *(session.posargs or ["pytest_dynamodb"]))
    session.run("pytest", "tests/typing", env=INSTALLED)


@nox.session
def imports(session: nox.Session) -> None:
    """import-linter: who may import whom."""
    session.install("import-linter")
    session.run("lint-imports", "--no-cache", "--no-logo")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The suite, on every Python there is, with the newest of everything."""
    session.install(f"{wheel(session)}[dev]")
    test(session)


@nox.session
def coverage(session: nox.Session) -> None:
    """The suite, with the lines and branches that it takes; fails below the share that pyproject.toml names.

    With aiobotocore and what else is needed so that next to nothing is left out.
    """
    session.install(f"{wheel(session)}[async,dev]", "pytest-asyncio", "fastapi", "httpx", "coverage>=7.10")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *(session.posargs or ["-n", "auto"]), env=INSTALLED)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session(python=PYTHONS[0])
def tests_oldest(session: nox.Session) -> None:
    """The suite with the oldest of everything that is claimed to work."""
    session.install(f"{wheel(session)}[dev]", *floors())
    test(session)


@nox.session
@nox.parametrize("aiobotocore", ["newest", "oldest"])
def tests_async(session: nox.Session, aiobotocore: str) -> None:
    """What needs aiobotocore, with the botocore that it pins."""
    pins = floors("async") if aiobotocore == "oldest" else []
    # The tutorial's suite is one of pytest-asyncio's; an example is FastAPI's. Their plugins would slow down `tests`.
    session.install(f"{wheel(session)}[async,dev]", "pytest-asyncio", "fastapi>=0.115", "httpx>=0.27", *pins)
    test(session, "-m", "aiobotocore")


@nox.session
def moving(session: nox.Session) -> None:
    """The examples of moving from other clients, with pydynox, which `dev` does not bring."""
    session.install(f"{wheel(session)}[dev]", "pydynox>=1.8")
    test(session, "tests/examples/test_moving_example.py")


@nox.session
def encryption(session: nox.Session) -> None:
    """Encrypted attributes, with the AWS Encryption SDK, which `dev` does not bring: it takes seconds to import."""
    session.install(f"{wheel(session)}[dev,encryption]")
    test(session, "tests/unit/client/models/test_attributes.py")


@nox.session
def dynamodb_local(session: nox.Session) -> None:
    """What talks to a real endpoint, against Amazon's DynamoDB Local."""
    absent = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
    if absent:
        session.skip(f"DynamoDB Local needs java and mvn; not found: {', '.join(absent)}")
    session.install(f"{wheel(session)}[dev]")
    session.env["DYNAMODB_TEST_ENDPOINT"] = "local"
    test(session, "-m", "live_endpoint")


@nox.session
def downstream(session: nox.Session) -> None:
    """Suites of public projects, answered by this package. `-- --checkouts DIR`: those whose sdists lack tests."""
    built = wheel(session)
    session.install("pyyaml", "uv")
    work = Path(session.create_tmp()) / "downstream"
    shutil.rmtree(work, ignore_errors=True)
    run = ["python", "-m", "downstream.run", "--wheel", built, "--work", str(work)]
    session.run(*run, *session.posargs, env={"PYTHONPATH": "tests/projects"})


@nox.session
def proof(session: nox.Session) -> None:
    """This package beside others, and the page of it: ten quiet minutes. `-- --dry`: small numbers."""
    others = ["cassetter", "moto[server]", "placebo", "psutil", "vcrpy"]
    session.install(f"{wheel(session)}[models,server,vcr]", *others)
    session.run("python", "-m", "benchmarks.proof", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Every code block of README and docs, run."""
    session.install(f"{wheel(session)}[dev]")
    test(session, "tests/docs")


@nox.session
def site(session: nox.Session) -> None:
    """The documentation as a site, in build/site; a warning is an error. With `-- linkcheck`: links to elsewhere."""
    session.install(f"{wheel(session)}[docs]")
    session.run("sphinx-build", "-W", "--keep-going", "-b", *(session.posargs or ["html"]), "docs", "build/site")


@nox.session
def build(session: nox.Session) -> None:
    """Source distribution and wheel, and the wheel made from the former, in dist/."""
    session.install("build", "twine")
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build")
    session.run("twine", "check", "--strict", *map(str, Path("dist").iterdir()))
    with tempfile.TemporaryDirectory() as empty, session.chdir(empty):
        session.install(*map(str, Path(session.invoked_from, "dist").glob("*.whl")))
        session.run("python", "-c", "import pytest_dynamodb; print(pytest_dynamodb.__file__)")
