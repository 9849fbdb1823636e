"""Traffic of fixtures wider than a test lives in a cassette of the fixture's own, wherever and whenever it is used."""

from __future__ import annotations

import pytest

from small_project import SmallProject

WIDE = """
import uuid

@pytest.fixture(scope="{scope}")
def seeded(request):
    put("seed", n={{"N": "1"}})
    yield get("seed")["n"]["N"]
    get("bye")
"""
TESTS = """
@marked
def test_a(seeded):
    assert seeded == "1"
    get("a")

@marked
def test_b(seeded):
    get("b")

def test_unmarked(seeded):
    assert seeded == "1"

class TestC:
    @marked
    def test_c(self, seeded):
        get("c")
"""


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        ("session", "fixture.seeded"),
        ("package", "pkg/fixture.seeded"),
        ("module", "pkg/test_a/fixture.seeded"),
        ("class", "pkg/test_a/TestC.fixture.seeded"),
    ],
)
def test_a_fixture_of_each_scope_in_any_order_and_subset(project: SmallProject, scope: str, name: str) -> None:
    project.write("pkg/conftest.py" if scope == "package" else "conftest.py", WIDE.format(scope=scope))
    project.write("pkg/__init__.py", "")
    unmarked = 'def test_unmarked(seeded):\n    assert seeded == "1"\n'
    project.write("pkg/test_a.py", TESTS.replace(unmarked, "") if scope == "class" else TESTS)
    project.recorded()
    tests = ["pkg/test_a/TestC.test_c", "pkg/test_a/test_a", "pkg/test_a/test_b"]
    assert sorted(project.cassettes) == sorted([name, *tests])
    before = project.cassettes
    for args in (
        [],
        ["-k", "test_c"],
        ["pkg/test_a.py::TestC::test_c", "pkg/test_a.py::test_b", "pkg/test_a.py::test_a"],
        ["pkg/test_a.py::test_a"],
        *([["pkg/test_a.py::test_unmarked"], ["-k", "unmarked"]] if scope != "class" else []),
    ):
        run = project.run("--dynamodb-unused=fail", "--dynamodb-orphans=fail", *args)
        assert run.code == 0, run.text
        assert "0 live" in run.line
    project.recorded()
    assert project.cassettes == before


def test_under_xdist(project: SmallProject) -> None:
    project.write("conftest.py", WIDE.format(scope="session"))
    project.write("test_a.py", TESTS)
    project.write("test_b.py", TESTS)
    project.recorded("-n", "2")
    run = project.run("-n", "2", "--dynamodb-orphans=fail", "--dynamodb-unused=fail")
    assert run.counts(passed=8)
    assert "0 live, 0 missed, 0 unused" in run.line
    assert not project.leftovers


def test_in_random_order(project: SmallProject) -> None:
    project.write("conftest.py", WIDE.format(scope="session"))
    project.write("test_a.py", TESTS)
    project.recorded()
    for seed in range(2):
        run = project.run("+randomly", "-p", "randomly", "-p", f"no:seed{seed}", "--dynamodb-unused=fail")
        assert run.counts(passed=4)


def test_parametrised_and_indirect_ones_have_a_cassette_each(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        import enum

        class Colour(enum.Enum):
            RED = 1

        @pytest.fixture(scope="module", params=["x", 1, "1", Colour.RED, {"a": 1}, object()])
        def wide(request):
            return get(str(request.param)[:9]) or request.param

        @marked
        def test_direct(wide):
            get("a")

        @marked
        @pytest.mark.parametrize("wide", [{"b": 2}], indirect=True)
        def test_indirect(wide):
            assert wide == {"b": 2}

        @marked
        @pytest.mark.parametrize("wide", [{"c": 3}], indirect=True)
        def test_indirect_too(wide):
            assert wide == {"c": 3}
        """,
    )
    project.recorded()
    assert sum("fixture.wide" in name for name in project.cassettes) == 8
    assert project.run("--dynamodb-unused=fail").counts(passed=8)
    assert project.run("--dynamodb-unused=fail", "-k", "indirect_too").counts(passed=1, deselected=7)


def test_autouse_nested_and_overridden_ones(project: SmallProject) -> None:
    project.write(
        "conftest.py",
        """
        @pytest.fixture(scope="session")
        def base():
            put("base", n={"N": "7"})

        @pytest.fixture(scope="session", autouse=True)
        def outer(base):
            assert get("base")
            yield
            get("outer teardown")
        """,
    )
    project.write(
        "test_a.py",
        """
        @pytest.fixture(scope="module")
        def outer(outer):
            get("inner")

        @marked
        def test_a():
            get("a")
        """,
    )
    project.write("test_b.py", "def test_b():\n    pass\n")
    project.recorded()
    assert list(project.cassettes) == ["fixture.base", "fixture.outer", "test_a/fixture.outer", "test_a/test_a"]
    assert project.run("--dynamodb-unused=fail").counts(passed=2)
    assert project.run("--dynamodb-unused=fail", "test_b.py", "test_a.py").counts(passed=2)


def test_one_of_a_plugin_overridden_in_the_root_conftest_keeps_its_own_cassette(project: SmallProject) -> None:
    (project.root / "other.py").write_text(
        "import boto3, pytest\n@pytest.fixture(scope='session')\ndef db():\n"
        "    boto3.client('dynamodb').get_item(TableName='shop', Key={'pk': {'S': 'plugin'}})\n"
    )
    project.write(
        "conftest.py",
        "pytest_plugins = ['other']\n@pytest.fixture(scope='session')\ndef db(db):\n    get('conftest')\n",
    )
    project.write("test_a.py", "@marked\ndef test_a(db):\n    get('a')\n")
    project.ini("pythonpath = .")
    project.recorded()
    assert list(project.cassettes) == ["fixture.db+1", "fixture.db", "test_a/test_a"]
    assert project.run("--dynamodb-unused=fail").counts(passed=1)


def test_one_that_a_test_asks_for_while_it_runs(project: SmallProject) -> None:
    project.write("conftest.py", WIDE.format(scope="session"))
    project.write(
        "test_a.py",
        "".join(
            f"@marked\ndef test_{name}(request):\n    get('{name}')\n    request.getfixturevalue('seeded')\n"
            for name in "ab"
        ),
    )
    project.recorded()
    for args in ([], ["test_a.py::test_b"], ["test_a.py::test_b", "test_a.py::test_a"]):
        run = project.run("--dynamodb-unused=fail", "--dynamodb-orphans=fail", *args)
        assert run.code == 0, run.text


def test_a_fixture_of_the_same_name_elsewhere_is_another_fixture(project: SmallProject) -> None:
    project.write(
        "test_a.py", "@pytest.fixture(scope='module')\ndef db():\n    get('a')\n@marked\ndef test_a(db):\n    pass\n"
    )
    project.write(
        "test_b.py",
        "@pytest.fixture(scope='module')\ndef db(dynamodb_provider=None):\n    pass\n"
        "def test_b(db, request):\n    assert '_dynamodb_cassette_places' not in request.fixturenames\n",
    )
    project.recorded()
    assert project.run().counts(passed=2)


def test_a_failing_setup_leaves_its_attempt(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        "@pytest.fixture(scope='module')\ndef wide():\n    put('a')\n    raise OSError\n"
        "@marked\ndef test_a(wide):\n    pass\n",
    )
    assert project.record().counts(error=1)
    assert (list(project.cassettes), list(project.failed)) == ([], ["test_a/fixture.wide"])


def test_a_failing_teardown_leaves_its_attempt(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        "@pytest.fixture(scope='module')\ndef wide():\n    put('a')\n    yield\n    raise OSError\n"
        "@marked\ndef test_a(wide):\n    get('a')\n",
    )
    assert project.record().counts(passed=1, error=1)
    assert list(project.failed) == ["test_a/fixture.wide", "test_a/test_a"]
    assert not project.cassettes


def test_a_miss_that_a_fixture_swallows_fails_its_setup(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        @pytest.fixture(scope="module")
        def wide():
            try:
                put("a")
            except Exception:
                pass

        @marked
        def test_a(wide):
            pass
        """,
    )
    run = project.run()
    assert run.counts(error=1)
    assert "pytest test_a.py::test_a --record" in run.line


def test_setup_of_modules_and_classes(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        import unittest

        pytestmark = marked

        def setup_module():
            put("module")

        def teardown_module():
            get("module")

        class TestPlain:
            @classmethod
            def setup_class(cls):
                put("class")

            def setup_method(self):
                put("method")

            def test_a(self):
                assert get("class") and get("method") and get("module")

        @marked(order="any")
        class Case(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                put("unittest class")

            @classmethod
            def tearDownClass(cls):
                get("unittest class")

            def setUp(self):
                put("unittest")

            def tearDown(self):
                get("unittest")

            def test_b(self):
                self.assertTrue(get("unittest class") and get("unittest"))

            def test_c(self):
                with self.subTest("c"):
                    self.assertIsNone(get("nothing"))
        """,
    )
    project.recorded()
    assert len(project.cassettes) == 3 + 3
    for args in ([], ["-k", "test_c"], ["test_a.py::Case::test_c", "test_a.py::TestPlain"], ["-n", "2"]):
        run = project.run("--dynamodb-unused=fail", "--dynamodb-orphans=fail", *args)
        assert run.code == 0, run.text
        assert "0 live, 0 missed, 0 unused" in run.line


def test_class_scope_outside_a_class_is_the_tests_own_traffic(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        @pytest.fixture(scope="class")
        def wide(request):
            get(request.node.name)

        @marked
        @pytest.mark.parametrize("n", [1, 2])
        def test_a(n, wide):
            get("a")
        """,
    )
    project.recorded()
    assert list(project.cassettes) == ["test_a/test_a[1]", "test_a/test_a[2]"]
    assert project.run("--dynamodb-unused=fail").counts(passed=2)


def test_the_test_decides_who_answers_the_fixtures_it_asks_for(project: SmallProject) -> None:
    project.write("conftest.py", WIDE.format(scope="module"))
    project.write("test_a.py", "@marked(mode='once')\ndef test_a(seeded):\n    get('a')\n")
    run = project.run(
        f"--dynamodb-upstream={project.upstream}",
        env={"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"},
    )
    assert run.counts(passed=1)
    assert list(project.cassettes) == ["test_a/fixture.seeded", "test_a/test_a"]
