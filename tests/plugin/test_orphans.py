"""Orphaned cassettes: found when their test is gone, and never a cassette that somebody owns."""

from __future__ import annotations

import pytest

from small_project import SmallProject

A = """
@pytest.fixture(scope="module")
def wide():
    get("wide")

@marked
def test_one(wide):
    get("one")

@marked
def test_two():
    get("two")

@marked
@pytest.mark.parametrize("n", ["a::b", "c[d]", "é"])
def test_many(n):
    get(n)

class TestIn:
    @marked
    def test_three(self):
        get("three")

class TestAlso:
    @marked
    def test_four(self):
        get("four")
"""
B = """
@marked("named")
def test_named(shared):
    get("named")

@marked(share="common")
def test_share_one():
    get("1")

@marked(share="common")
def test_share_two():
    get("2")

def test_plain():
    pass
"""
SHARED = "@pytest.fixture(scope='session')\ndef shared():\n    get('shared')\n"


@pytest.fixture
def recorded(project: SmallProject) -> SmallProject:
    project.write("conftest.py", SHARED)
    project.write("sub/test_a.py", A)
    project.write("test_b.py", B)
    project.recorded()
    return project


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["-k", "two"],
        ["-k", "nothing_at_all"],
        ["-m", "not dynamodb_cassette"],
        ["sub"],
        ["sub/test_a.py"],
        ["test_b.py::test_plain"],
        ["sub/test_a.py::TestIn"],
        ["sub/test_a.py::TestIn::test_three"],
        ["sub/test_a.py::test_many[c[d]]"],
        ["--deselect", "sub/test_a.py::test_one"],
        ["--ignore", "sub"],
        ["--collect-only"],
        ["-n", "2"],
        ["-n", "2", "-k", "two"],
        ["+randomly"],
    ],
    ids=" ".join,
)
def test_nothing_owned_is_called_an_orphan(recorded: SmallProject, args: list[str]) -> None:
    run = recorded.run("--dynamodb-orphans=fail", *args)
    assert run.code == (pytest.ExitCode.NO_TESTS_COLLECTED if "nothing_at_all" in args else 0), run.text
    assert run.orphans == []


@pytest.mark.parametrize("args", [["-x"], ["--lf"], ["--lf", "--co"], ["--ff"], ["--sw"]], ids=" ".join)
def test_nothing_owned_is_called_an_orphan_after_failures(recorded: SmallProject, args: list[str]) -> None:
    recorded.write("test_0.py", "def test_fails():\n    assert 0\n")
    recorded.write("sub/test_broken.py", "raise OSError\n")
    recorded.run("+cacheprovider")
    run = recorded.run("+cacheprovider", "--dynamodb-orphans=fail", *args)
    assert run.orphans == [], run.text


def test_nothing_is_called_an_orphan_that_could_not_be_collected(recorded: SmallProject) -> None:
    recorded.write("sub/test_a.py", A + "raise OSError\n")
    recorded.write("test_b.py", "pytest.skip('x', allow_module_level=True)\n" + B)
    run = recorded.run("--dynamodb-orphans=fail")
    assert run.orphans == []


def test_a_bad_marker_that_was_not_chosen_does_no_harm(recorded: SmallProject) -> None:
    recorded.write("sub/test_a.py", A + "@marked(color=1)\ndef test_bad():\n    pass\n")
    run = recorded.run("--dynamodb-orphans=fail", "sub/test_a.py::test_two")
    assert run.counts(passed=1)
    assert run.code == 0


CHANGES = {
    "renamed test": ("sub/test_a.py", "test_one", "test_uno", ["test_one"]),
    "parameter": ("sub/test_a.py", '"a::b", ', "", ["test_many[a--b]"]),
    "renamed class": ("sub/test_a.py", "TestIn", "TestOut", ["TestIn.test_three"]),
    "test of a class": ("sub/test_a.py", "test_three", "test_drei", ["TestIn.test_three"]),
    "marker": ("sub/test_a.py", '@marked\ndef test_two():\n    get("two")', "def test_two():\n    pass", ["test_two"]),
    "name": ("test_b.py", '"named"', '"other"', ["named"]),
    "fixture": ("sub/test_a.py", "def test_one(wide)", "def test_one()", ["fixture.wide"]),
    "session fixture": ("test_b.py", "test_named(shared)", "test_named()", ["fixture.shared"]),
    "definition": ("conftest.py", "def shared", "def other", ["fixture.shared"]),
    "share": ("test_b.py", '"common"', '"rare"', ["common"]),
    "one sharer": ("test_b.py", "test_share_one", "test_apart", []),
}


UNDER_XDIST = ("renamed test", "marker", "session fixture")


@pytest.mark.parametrize(
    ("change", "args"),
    [
        *(pytest.param(change, [], id=change) for change in CHANGES),
        *(pytest.param(change, ["-n", "2"], id=f"{change}, xdist") for change in UNDER_XDIST),
    ],
)
def test_what_has_lost_its_owner_is_called_an_orphan(recorded: SmallProject, change: str, args: list[str]) -> None:
    file, old, new, orphans = CHANGES[change]
    path = recorded.root / file
    path.write_text(path.read_text().replace(old, new))
    if change == "definition":
        (recorded.root / "test_b.py").write_text((recorded.root / "test_b.py").read_text().replace("shared", ""))
    run = recorded.run(
        "--dynamodb-record=new_episodes",
        f"--dynamodb-upstream={recorded.upstream}",
        "--dynamodb-orphans=fail",
        *args,
        env=dict(AWS),
    )
    assert [name.rpartition("-")[0] if name.startswith("test_many") else name for name in run.orphans] == orphans, (
        run.text
    )
    assert run.code == bool(orphans)


AWS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}


def test_those_of_a_deleted_module_and_folder(recorded: SmallProject) -> None:
    (recorded.root / "sub/test_a.py").unlink()
    run = recorded.run("--dynamodb-orphans=warn")
    assert len(run.orphans) == 8
    assert run.code == 0
    assert "sub/test_a.py is gone" in run.text
    for left in (recorded.root / "sub").rglob("*"):
        left.unlink() if left.is_file() else None
    for folder in ((recorded.root / "sub/__pycache__"), (recorded.root / "sub")):
        folder.rmdir() if folder.exists() else None
    assert len(recorded.run("--dynamodb-orphans=warn").orphans) == 8
    assert recorded.run("--dynamodb-orphans=ignore").orphans == []
    assert recorded.run().orphans == []


def test_a_module_without_tests_any_more(recorded: SmallProject) -> None:
    recorded.write("sub/test_a.py", "")
    assert len(recorded.run("--dynamodb-orphans=warn").orphans) == 8


def test_tests_marked_by_a_conftest_own_theirs(project: SmallProject) -> None:
    project.write(
        "conftest.py",
        """
        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(marked)
        """,
    )
    project.write(
        "shop.py",
        '''
        def put(key):
            """
            >>> import boto3
            >>> boto3.client("dynamodb").get_item(TableName="shop", Key={"pk": {"S": "doc"}}).get("Item")
            """
        ''',
    )
    project.write("test_a.py", "def test_a():\n    get('a')\ndef test_b():\n    get('b')\n")
    project.recorded("--doctest-modules")
    assert sorted(project.cassettes) == ["shop/shop.put", "test_a/test_a", "test_a/test_b"]
    for args in ([], ["-k", "test_a"], ["test_a.py::test_b"], ["-k", "put"]):
        run = project.run("--doctest-modules", "--dynamodb-orphans=fail", "--dynamodb-unused=fail", *args)
        assert run.code == 0, run.text
        assert "0 live, 0 missed" in run.line


def test_a_fixture_that_tests_ask_for_while_they_run_is_in_use(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        @pytest.fixture(scope="module")
        def wide():
            get("wide")

        @marked
        def test_a(request):
            request.getfixturevalue("wide")

        def test_b():
            pass
        """,
    )
    project.recorded()
    assert list(project.cassettes) == ["test_a/fixture.wide"]
    for args in ([], ["-k", "test_b"], ["test_a.py::test_b"], ["-n", "2"]):
        assert project.run("--dynamodb-orphans=fail", *args).orphans == []
