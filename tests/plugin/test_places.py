"""Where cassettes are: beside modules, in several projects under one root, and apart where names are alike."""

from __future__ import annotations

import pytest

from small_project import SUFFIX, SmallProject

BESIDE = """
@pytest.fixture(scope="session")
def shop():
    put("shop")

@pytest.fixture(scope="session")
def dynamodb_cassette_dir():
    import pathlib
    return pathlib.Path(__file__).parent / "cassettes"
"""
SAME = "@marked\ndef test_same(shop):\n    put('a')\n"


def files(project: SmallProject) -> list[str]:
    return sorted(path.relative_to(project.root).as_posix() for path in project.root.rglob(f"*{SUFFIX}"))


def services(project: SmallProject, conftest: str = BESIDE) -> list[str]:
    """Two projects under one root, and the cassettes they should have."""
    for service in ("pay", "ship"):
        project.write(f"{service}/tests/conftest.py", conftest)
        project.write(f"{service}/tests/test_x.py", SAME)
        (project.root / service / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    project.ini("addopts = --import-mode=importlib")
    return [
        f"{service}/tests/cassettes/{name}{SUFFIX}"
        for service in ("pay", "ship")
        for name in ("fixture.shop", "test_x/test_same")
    ]


def test_an_overridden_folder_holds_the_same_from_wherever_pytest_is_started(project: SmallProject) -> None:
    expected = services(project)
    assert project.record("pay", "ship").code == 0
    assert files(project) == expected
    for service in ("pay", "ship"):
        run = project.run(f"--rootdir={service}", "-c", f"{service}/pytest.ini", service, apart=True)
        assert (run.code, run.line) == (0, "dynamodb: 2 replayed, 0 live, 0 missed, 0 unused")


def test_a_folder_that_a_module_chooses_is_its_own(project: SmallProject) -> None:
    project.write(
        "tests/test_x.py",
        """
        @pytest.fixture
        def dynamodb_cassette_dir(pytestconfig):
            return pytestconfig.rootpath / "elsewhere"

        @marked
        def test_one():
            put("a")
        """,
    )
    project.recorded()
    assert files(project) == [f"elsewhere/test_x/test_one{SUFFIX}"]


@pytest.mark.parametrize("folder", ["cassettes", "recorded"])
def test_a_setting_keeps_cassettes_beside_their_modules(project: SmallProject, folder: str) -> None:
    project.ini("dynamodb_cassette_beside = true", f"dynamodb_cassette_dir = {folder}")
    project.write("a/conftest.py", "@pytest.fixture(scope='session')\ndef shop():\n    put('shop')\n")
    project.write(
        "a/deep/test_x.py",
        """
        @pytest.fixture(scope="module")
        def of_module():
            put("module")

        @marked
        def test_one(shop, of_module):
            put("a")

        @pytest.mark.dynamodb_cassette("sub/named")
        def test_two():
            put("b")
        """,
    )
    project.write("test_y.py", "@marked\ndef test_one():\n    put('a')\n")
    project.recorded()
    assert files(project) == sorted(
        f"{path}{SUFFIX}"
        for path in (
            f"a/{folder}/fixture.shop",
            f"a/deep/{folder}/sub/named",
            f"a/deep/{folder}/test_x/fixture.of_module",
            f"a/deep/{folder}/test_x/test_one",
            f"{folder}/test_y/test_one",
        )
    )
    assert project.run().line == "dynamodb: 5 replayed, 0 live, 0 missed, 0 unused"
    assert project.run("a/deep").line == "dynamodb: 4 replayed, 0 live, 0 missed, 0 unused"


def test_orphans_beside_their_modules_are_found(project: SmallProject) -> None:
    project.ini("dynamodb_cassette_beside = true")
    project.write("a/test_x.py", "@marked\ndef test_one():\n    put('a')\n\n@marked\ndef test_two():\n    put('b')\n")
    project.recorded()
    project.write("a/test_x.py", "@marked\ndef test_one():\n    put('a')\n")
    assert project.run("--dynamodb-orphans=fail").orphans == ["test_two"]


def test_a_folder_that_leads_elsewhere_cannot_be_beside_modules(project: SmallProject) -> None:
    project.ini("dynamodb_cassette_beside = true", "dynamodb_cassette_dir = ../elsewhere")
    run = project.run()
    assert (run.code, "dynamodb_cassette_beside needs the name of a folder" in run.text) == (4, True)


def test_names_that_differ_only_in_case_have_files_that_differ_in_more(project: SmallProject) -> None:
    """On some file systems `[a]` and `[A]` are one file. Which tests are chosen changes no name."""
    project.write(
        "test_x.py",
        """
        @marked
        @pytest.mark.parametrize("key", ["a", "A", "Get", "GET", "Other"])
        def test_one(key):
            put(key)
        """,
    )
    project.recorded()
    names = [name.removeprefix("test_x/test_one") for name in project.cassettes]
    assert len({name.casefold() for name in names}) == 5
    assert "[a]" in names
    assert "[Other]" in names
    assert project.run("test_x.py::test_one[A]").line == "dynamodb: 1 replayed, 0 live, 0 missed, 0 unused"
    assert project.run("-k", "GET").line == "dynamodb: 2 replayed, 0 live, 0 missed, 0 unused"
    assert project.run("--dynamodb-orphans=fail").code == 0


def test_repetitions_have_cassettes_of_their_own_or_share_one(project: SmallProject) -> None:
    project.write(
        "test_x.py",
        """
        @marked
        def test_one():
            put("a")

        @marked
        @pytest.mark.parametrize("key", ["b"])
        def test_two(key):
            put(key)
        """,
    )
    assert project.record("+repeat", "--count=2").code == 0
    assert len(project.cassettes) == 4
    for name in project.cassettes:
        (project.root / "cassettes" / (name + SUFFIX)).unlink()
    project.ini("dynamodb_cassette_share_repetitions = true")
    assert project.record("+repeat", "--count=2").code == 0
    assert list(project.cassettes) == ["test_x/test_one", "test_x/test_two[b]"]
    assert project.run("+repeat", "--count=5").line == "dynamodb: 10 replayed, 0 live, 0 missed, 0 unused"
    assert project.run("--dynamodb-orphans=fail").line == "dynamodb: 2 replayed, 0 live, 0 missed, 0 unused"
    assert project.run("+repeat", "--count=2", "--dynamodb-orphans=fail").code == 0
