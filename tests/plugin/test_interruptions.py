"""Runs that are broken off leave the old cassettes, and nothing that may not be left."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from small_project import SmallProject

ADDRESS = "grace@example.org"
PEOPLE = f"""
import os, signal

@pytest.mark.dynamodb_cassette(redact=["Item.email"])
def test_people():
    get("{ADDRESS}")
    put("1", email={{"S": "{ADDRESS}"}}, v={{"S": os.environ.get("VALUE", "old")}})
    exec(os.environ.get("STOP", ""))
"""

BROKEN_OFF = {
    "Ctrl-C": "raise KeyboardInterrupt",
    "pytest.exit": "import pytest; pytest.exit('enough')",
    "SIGTERM": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "SIGKILL": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("how", BROKEN_OFF)
@pytest.mark.parametrize("again", [False, True], ids=["first recording", "another"])
def test_no_redacted_value_is_left_and_the_old_cassette_is(project: SmallProject, how: str, again: bool) -> None:
    project.write("test_a.py", PEOPLE)
    if again:
        project.recorded()
    before = project.cassettes
    project.environment.update(STOP=BROKEN_OFF[how], VALUE="new")
    assert project.record(apart=True).code != 0
    assert project.cassettes == before
    left = [path for path in (project.root / "cassettes").rglob("*") if path.is_file()]
    assert not [path.name for path in left if ADDRESS.encode() in path.read_bytes()]
    if not how.startswith("SIG"):
        assert (list(project.failed), project.leftovers) == (["test_a/test_people"], [])


@pytest.mark.skipif(os.name != "posix", reason="elsewhere nobody knows whether a process lives")
def test_what_a_killed_process_left_is_named(project: SmallProject) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    project.write("test_a.py", PEOPLE)
    project.recorded()
    left = project.root / "cassettes" / "test_a" / f".test_gone.ddb.msgpack.{dead.pid}.journal"
    left.write_bytes(b"")
    assert f"{left.name} is left of a recording whose process was killed: delete it" in project.run().text
    left.unlink()
    assert "is left of a recording" not in project.run().text
