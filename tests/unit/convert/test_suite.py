"""Which recording is whose, and tests rewritten in their places."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from pytest_dynamodb.convert.markers import Recorded, Services, literal_paths, rewritten
from pytest_dynamodb.convert.suite import cassette_of, is_test_module, node_ids_in, placements


def placed(recording: str, *node_ids: str) -> tuple[str, str, str]:
    (one,) = placements([PurePosixPath(recording)], node_ids)
    return one.node_id, str(one.cassette), one.doubt


@pytest.mark.parametrize(
    ("recording", "node_id", "cassette"),
    [
        ("tests/cassettes/test_a/test_it.yaml", "tests/test_a.py::test_it", "tests/test_a/test_it"),
        ("tests/cassettes/test_it.yaml", "tests/test_a.py::test_it", "tests/test_a/test_it"),
        ("cassettes/test_a/T.test_it[x-1].yaml", "test_a.py::T::test_it[x-1]", "test_a/T.test_it[x-1]"),
        ("cassettes/test_a/Inner.test_it.json", "test_a.py::Outer::Inner::test_it", "test_a/Outer.Inner.test_it"),
        ("cassettes/T.test_it.yaml", "test_a.py::T::test_it", "test_a/T.test_it"),
        ("cassettes/test_a/test_it[v1.5].yaml", "test_a.py::test_it[v1.5]", "test_a/test_it[v1.5]"),
    ],
)
def test_names_that_plugins_give(recording: str, node_id: str, cassette: str) -> None:
    assert placed(recording, node_id, "tests/test_b.py::test_other") == (node_id, f"{cassette}.ddb.msgpack", "")


def test_characters_that_pytest_recording_replaces_are_told_by_the_collected_ids() -> None:
    node_id, cassette, doubt = placed("cassettes/test_a/test_it[a-b].yaml", "test_a.py::test_it[a/b]")
    assert (node_id, doubt) == ("test_a.py::test_it[a/b]", "")
    assert PurePosixPath(cassette) == cassette_of("test_a.py::test_it[a/b]")


def test_ids_that_only_the_recording_says_may_have_been_others() -> None:
    node_id, _, doubt = placed("cassettes/test_a/test_it[a-b].yaml", "test_a.py::test_it")
    assert (node_id, doubt) == ("test_a.py::test_it[a-b]", "its id may have had other characters in the place of -")
    assert placed("cassettes/test_a/test_it[a].yaml", "test_a.py::test_it")[2] == ""


def test_a_recording_that_nobody_or_several_own_keeps_its_path() -> None:
    alone = placed("tests/cassettes/shared.yaml", "tests/test_a.py::test_it")
    assert alone == ("", "tests/shared.ddb.msgpack", "no test of this name was found")
    both = placed("tests/cassettes/test_it.yaml", "tests/test_a.py::test_it", "tests/test_b.py::test_it")
    assert both[0] == ""
    assert both[2].startswith("2 tests have this name")


def test_the_cassette_is_where_the_plugin_looks(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a test whose id a file system refuses, and of two that differ in case alone."""
    pytester.makepyfile(
        test_a="""
        import boto3, pytest

        pytestmark = pytest.mark.dynamodb_cassette(upstream="mock", mode="rewrite")

        @pytest.mark.parametrize("name", ["a/b", "plain"])
        def test_it(name):
            boto3.client("dynamodb").list_tables()

        class TestCase:
            def test_x(self):
                boto3.client("dynamodb").list_tables()

            def test_X(self):
                boto3.client("dynamodb").list_tables()
        """
    )
    for name in ("CI",):
        monkeypatch.delenv(name, raising=False)
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=4)
    node_ids = [f"test_a.py::{name}" for name in ("test_it[a/b]", "test_it[plain]", "TestCase::test_x")]
    node_ids.append("test_a.py::TestCase::test_X")
    recordings = [PurePosixPath(f"cassettes/test_a/{name}") for name in ("test_it[a-b]", "test_it[plain]")]
    recordings += [PurePosixPath(f"cassettes/test_a/TestCase.{name}") for name in ("test_x", "test_X")]
    mine = {
        str(one.cassette) for one in placements([one.with_name(one.name + ".yaml") for one in recordings], node_ids)
    }
    made = {str(path.relative_to(pytester.path / "cassettes")) for path in pytester.path.rglob("*.ddb.msgpack")}
    assert mine == made


def test_tests_in_a_source() -> None:
    source = (
        "def test_a(): ...\nasync def test_b(): ...\nclass T:\n    def test_c(self): ...\n    def help(self): ...\n"
    )
    assert list(node_ids_in(source, "t.py")) == ["t.py::test_a", "t.py::test_b", "t.py::T::test_c"]
    assert list(node_ids_in("def (", "t.py")) == []
    assert [is_test_module(name) for name in ("test_a.py", "a_test.py", "a.py", "test.txt")] == [
        True,
        True,
        False,
        False,
    ]


# --- markers ---


IMPORT = "from pytest_dynamodb import use_cassette\n"


def whole(source: str, *, services: frozenset[Services] = frozenset({"dynamodb"})) -> tuple[str, list[str]]:
    recorded = Recorded(lambda _: services, {"cassettes/x.yaml": "new/x.ddb.msgpack"})
    change = rewritten("test_a.py", source, recorded)
    return change.after, [f"{one.line} {one.what}" for one in change.by_hand]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("@pytest.mark.vcr\ndef test_a(): ...\n", "@pytest.mark.dynamodb_cassette\ndef test_a(): ...\n"),
        ("@pytest.mark.vcr()\ndef test_a(): ...\n", "@pytest.mark.dynamodb_cassette\ndef test_a(): ...\n"),
        ("pytestmark = pytest.mark.vcr\n", "pytestmark = pytest.mark.dynamodb_cassette\n"),
        (
            "pytestmark = [pytest.mark.slow, pytest.mark.vcr]  # both\n",
            "pytestmark = [pytest.mark.slow, pytest.mark.dynamodb_cassette]  # both\n",
        ),
        (
            "class T:\n    @pytest.mark.vcr(match_on=['body'], record_mode='once')\n    def test_a(self): ...\n",
            "class T:\n    @pytest.mark.dynamodb_cassette(mode='once')\n    def test_a(self): ...\n",
        ),
        (
            "@pytest.mark.vcr(allow_playback_repeats=True)\nasync def test_ä(): ...\n",
            "@pytest.mark.dynamodb_cassette(repeats=True)\nasync def test_ä(): ...\n",
        ),
        (
            'import vcr\n\nwith vcr.use_cassette("cassettes/x.yaml", record_mode="none"):\n    pass\n',
            "import vcr\n" + IMPORT + '\nwith use_cassette("new/x.ddb.msgpack"):\n    pass\n',
        ),
        (
            'import vcr\n@vcr.use_cassette("cassettes/x.yaml")\ndef test_a(): ...\n',
            "import vcr\n" + IMPORT + '@use_cassette("new/x.ddb.msgpack")\ndef test_a(): ...\n',
        ),
        ("s = 'ü'; pytestmark = pytest.mark.vcr\r\n", "s = 'ü'; pytestmark = pytest.mark.dynamodb_cassette\r\n"),
    ],
)
def test_what_is_certain_is_changed_in_its_place(before: str, after: str) -> None:
    assert whole(before) == (after, [])
    assert whole(after) == (after, [])


def test_where_other_services_are_recorded_too_vcrpy_s_marker_stays() -> None:
    both: frozenset[Services] = frozenset({"dynamodb", "other"})
    source = "class T:\n    @pytest.mark.vcr\n    def test_a(self): ...\npytestmark = pytest.mark.vcr\n"
    assert whole(source, services=both)[0] == (
        "class T:\n    @pytest.mark.dynamodb_cassette\n    @pytest.mark.vcr\n    def test_a(self): ...\n"
        "pytestmark = [pytest.mark.vcr, pytest.mark.dynamodb_cassette]\n"
    )


def test_where_nothing_of_dynamodb_s_is_recorded_nothing_changes() -> None:
    source = "@pytest.mark.vcr\ndef test_a(): ...\n"
    assert whole(source, services=frozenset({"other"})) == (source, [])


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("@pytest.mark.vcr('more.yaml')\ndef test_a(): ...\n", "1 pytest.mark.vcr"),
        ("@pytest.mark.default_cassette('x.yaml')\ndef test_a(): ...\n", "1 pytest.mark.default_cassette"),
        ("@pytest.mark.vcr(before_record_request=f)\ndef test_a(): ...\n", "1 the keyword before_record_request"),
        ("with my_vcr.use_cassette('cassettes/x.yaml'): pass\n", "1 my_vcr.use_cassette"),
        ("with vcr.use_cassette(path): pass\n", "1 vcr.use_cassette"),
        ("with vcr.use_cassette('elsewhere.yaml'): pass\n", "1 vcr.use_cassette"),
        ("from vcr import use_cassette\n", "1 import from vcr"),
        ("@pytest.fixture\ndef vcr_config(): ...\n", "2 the fixture vcr_config"),
    ],
)
def test_what_needs_a_person_is_listed_and_left(source: str, what: str) -> None:
    assert whole(source) == (source, [what])


def test_the_difference_is_shown_as_diff_does() -> None:
    recorded = Recorded(lambda _: frozenset({"dynamodb"}), {})
    change = rewritten("test_a.py", "import pytest\npytestmark = pytest.mark.vcr", recorded)
    assert change.diff.splitlines() == [
        "--- a/test_a.py",
        "+++ b/test_a.py",
        "@@ -1,2 +1,2 @@",
        " import pytest",
        "-pytestmark = pytest.mark.vcr",
        "\\ No newline at end of file",
        "+pytestmark = pytest.mark.dynamodb_cassette",
        "\\ No newline at end of file",
    ]
    assert not rewritten("x.py", "def (", recorded).changed


def test_paths_that_a_module_names() -> None:
    source = 'vcr.use_cassette("a.yaml")\nmine.use_cassette(path)\nother("b.yaml")\n'
    assert list(literal_paths(source)) == ["a.yaml"]
