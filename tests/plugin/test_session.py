"""What a session loads, says and leaves behind; names of cassettes; markers, hooks and fixtures."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys

import pytest

from small_project import WITH_AWS, SmallProject

ONE = "@marked\ndef test_one():\n    get('a')\n"

# -- start and end ---------------------------------------------------------------------------------------------------


FEW = [
    *("cassette", "cassette.choices", "forks", "hooks", "hooks.active", "hooks.defaults", "hooks.install"),
    *("hooks.internals", "plugin", "plugin.as_they_are", "plugin.fixtures", "plugin.homes", "plugin.hookimpls"),
    *("plugin.hookspecs", "plugin.keys", "plugin.lifecycle", "plugin.markers", "plugin.options", "plugin.outcomes"),
    "plugin.state",
]
"""Of this package, what every pytest session pays for."""


def test_a_session_without_dynamodb_loads_nothing_and_says_nothing(project: SmallProject) -> None:
    (project.root / "test_a.py").write_text("def test_a(tmp_path_factory):\n    pass\n")
    (project.root / "conftest.py").write_text(
        "import sys\ndef pytest_unconfigure():\n    print('LOADED', *sorted(sys.modules))\n"
    )
    for args in ([], ["--dynamodb-report"]):
        run = project.run("-s", "-pno:xdist", *args, apart=True)
        assert run.code == 0
        assert "dynamodb:" not in run.text
        loaded = run.text.partition("LOADED ")[2].split()
        assert [name for name in loaded if name.startswith(("boto", "msgpack", "deepdiff", "jmespath", "click"))] == []
        ours = [name.removeprefix("pytest_dynamodb.") for name in loaded if name.startswith("pytest_dynamodb.")]
        assert ours == FEW


def test_nothing_is_left_in_the_process_after_a_session(project: SmallProject) -> None:
    project.write("test_a.py", ONE)
    project.recorded()
    script = """
import sys
before = list(sys.meta_path)
import botocore.session, botocore.handlers, botocore.waiter, botocore.utils
def state():
    return (list(botocore.handlers.BUILTIN_HANDLERS), vars(botocore.session.Session)["create_client"],
            vars(botocore.waiter.Waiter)["wait"], vars(botocore.utils.InstanceMetadataFetcher).copy())
clean = state()
import pytest
assert pytest.main(["-q", "-p", "no:cacheprovider"]) == 0
assert state() == clean
assert [f for f in sys.meta_path if "pytest_dynamodb" in (f if isinstance(f, type) else type(f)).__module__] == []
from pytest_dynamodb.hooks import active
assert active.current() is None
print("CLEAN")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=project.root, capture_output=True, text=True, check=False, timeout=600
    )
    assert "CLEAN" in done.stdout, done.stdout + done.stderr


def test_a_run_that_does_not_begin_leaves_no_finder(project: SmallProject) -> None:
    script = """
import sys, pytest
for _ in range(2):
    assert pytest.main(["--no-such-option"]) == pytest.ExitCode.USAGE_ERROR
    assert pytest.main(["--dynamodb-record=nonsense"]) == pytest.ExitCode.USAGE_ERROR
print("LEFT", len([f for f in sys.meta_path if "as_they_are" in getattr(f, "__module__", "")]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=project.root, capture_output=True, text=True, check=False, timeout=600
    )
    assert "LEFT 0" in done.stdout, done.stdout + done.stderr


NAMESAKE = "Metadata-Version: 2.1\nName: pytest-dynamodb\nVersion: 3.0.0\n"


@pytest.mark.parametrize("entry_point", [False, True], ids=["metadata only", "with its entry point"])
def test_the_namesake_distribution_is_refused_in_one_sentence(project: SmallProject, entry_point: bool) -> None:
    info = project.root / "site/pytest_dynamodb-3.0.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(NAMESAKE)
    if entry_point:
        (info / "entry_points.txt").write_text("[pytest11]\npytest_dynamodb = pytest_dynamodb.plugin\n")
    project.write("test_a.py", "def test_a():\n    pass\n")
    run = project.run(apart=True, env={"PYTHONPATH": str(info.parent)})
    assert run.code == pytest.ExitCode.USAGE_ERROR, run.text
    said = [line for line in run.text.splitlines() if line.strip()]
    assert len(said) == 1, run.text
    assert "pytest-dynamodb and pytest-dynamodb-cassette" in said[0]


def test_killed_while_recording_it_leaves_the_old_cassette(project: SmallProject) -> None:
    project.write("test_a.py", ONE)
    project.recorded()
    before = project.cassettes
    project.write("test_a.py", ONE + "    put('new')\n    print('NOW', flush=True)\n    import time; time.sleep(60)\n")
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-s", "--record", f"--dynamodb-upstream={project.upstream}"],
        cwd=project.root,
        env={**environment, **WITH_AWS},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert any("NOW" in line for line in process.stdout)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert project.cassettes == before
    assert len(project.leftovers) == 1
    project.write("test_a.py", ONE)
    assert project.run().counts(passed=1)
    project.recorded()
    assert (project.cassettes, project.leftovers) == (before, [])


def test_clients_made_at_import_without_region_or_credentials(project: SmallProject) -> None:
    (project.root / "shop.py").write_text("import boto3\ntable = boto3.resource('dynamodb').Table('shop')\n")
    project.ini("pythonpath = .")
    project.write("conftest.py", "early = boto3.client('dynamodb')\n")
    project.write(
        "test_a.py",
        """
        import shop, conftest

        @marked
        def test_a():
            shop.table.get_item(Key={"pk": "a"})
            conftest.early.get_item(TableName="shop", Key={"pk": {"S": "b"}})
        """,
    )
    assert project.record(apart=True).counts(passed=1)
    run = project.run(apart=True)
    assert run.counts(passed=1)
    assert run.line == "dynamodb: 2 replayed, 0 live, 0 missed, 0 unused"


@pytest.mark.parametrize(
    "args", [["-p", "no:terminal"], ["--collect-only"], ["--setup-plan"], ["--no-summary"], ["-qq"]]
)
def test_other_ways_to_run(project: SmallProject, args: list[str]) -> None:
    project.write("test_a.py", ONE)
    project.recorded()
    run = project.run("--dynamodb-orphans=fail", *args)
    assert run.code == 0, run.text
    assert "INTERNALERROR" not in run.text


# -- what it says ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args", [["-q"], ["-n", "2"], ["-n", "2", "-q"], ["-x"], ["--maxfail=1", "-n", "2"]], ids=" ".join
)
def test_one_summary_line_with_a_command_that_records_what_was_missed(project: SmallProject, args: list[str]) -> None:
    project.write(
        "sub dir/test_a.py",
        """
        @marked
        @pytest.mark.parametrize("n", ["it's", "a b", "x[y]"])
        def test_one(n):
            get(n)
        """,
    )
    run = project.run("--dynamodb-record=none", *args)
    _, found, command = run.line.partition("re-record: ")
    assert found, run.text
    words = shlex.split(command)
    assert words[0] == "pytest"
    assert project.record(*words[1:]).code == 0
    if "-x" not in args and "--maxfail=1" not in args:
        assert project.run(*args).line == "dynamodb: 3 replayed, 0 live, 0 missed, 0 unused"


def test_the_command_fits_the_folder_pytest_was_started_in(project: SmallProject) -> None:
    project.ini()
    project.write("tests/test_a.py", ONE)
    project.root /= "tests"
    run = project.run()
    assert run.line.endswith("re-record: pytest test_a.py::test_one --record")
    assert "fix        pytest test_a.py::test_one --record" in run.text


def test_the_command_stays_pasteable_when_many_miss(project: SmallProject) -> None:
    for name in ("a", "b"):
        project.write(
            f"test_{name}.py", "@marked\n@pytest.mark.parametrize('n', range(5))\ndef test_one(n):\n    get(f'{n}')\n"
        )
    assert project.run().line.endswith("10 missed, 0 unused · re-record: pytest test_a.py test_b.py --record")


@pytest.mark.parametrize("args", [[], ["-n", "2"]], ids=["", "xdist"])
def test_the_report_is_a_table_of_what_each_test_asked(project: SmallProject, args: list[str]) -> None:
    project.write(
        "test_a.py",
        """
        @marked
        def test_reads():
            for _ in range(3):
                client().get_item(TableName="shop", Key={"pk": {"S": "a"}}, ReturnConsumedCapacity="TOTAL")

        @marked
        def test_scans():
            client().scan(TableName="shop")
        """,
    )
    project.recorded()
    run = project.run("--dynamodb-report", *args)
    rows = {line.split()[0]: line.split()[1:] for line in run.text.splitlines() if line.startswith("test_a.py::")}
    assert rows["test_a.py::test_reads"][:5] == ["3", rows["test_a.py::test_reads"][1], "0.0", "0", "2"]
    assert rows["test_a.py::test_scans"][:5] == ["1", "0.0+?", "0.0+?", "1", "0"]
    assert rows["test_a.py::test_scans"][5] == "Scan"


def test_block_network_stops_unmarked_tests_only(project: SmallProject) -> None:
    project.write("test_a.py", ONE + "def test_plain():\n    get('a')\ndef test_idle():\n    pass\n")
    project.recorded("test_a.py::test_one")
    for run in (
        project.run("--dynamodb-block-network", env=WITH_AWS),
        project.run("--dynamodb-block-network", "-n", "2", env=WITH_AWS),
    ):
        assert run.counts(passed=2, failed=1)
        assert "--dynamodb-block-network is on" in run.text
    project.ini("dynamodb_cassette_block_network = true")
    assert project.run(env=WITH_AWS).counts(passed=2, failed=1)


# -- names -----------------------------------------------------------------------------------------------------------


def test_odd_parameters_and_names_make_fit_files(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        IDS = ["a::b", "a\\nb", "a/b", "../x", "é", "é2", "x" * 300, "x" * 301, "a=b", "a b", "[", "*?", ".", "CON"]

        @marked
        @pytest.mark.parametrize("n", IDS, ids=IDS)
        def test_one(n):
            get("key" + n)

        class TestOuter:
            class TestInner:
                @marked
                def test_two(self):
                    get("two")

        @marked("my/own-name")
        def test_three():
            get("three")

        @marked("tail")
        def test_four():
            get("four")
        """,
    )
    project.recorded()
    names = list(project.cassettes)
    assert len(names) == 17
    assert {"my/own-name", "test_a/tail", "test_a/TestOuter.TestInner.test_two", "test_a/test_one[a=b]"} <= set(names)
    assert all(len(name.encode()) < 200 and name.isprintable() and name.isascii() for name in names)
    run = project.run("--dynamodb-orphans=fail", "--dynamodb-unused=fail")
    assert run.counts(passed=17)


def test_two_tests_with_one_name_are_a_usage_error(project: SmallProject) -> None:
    for other in ("@marked('x')", "@marked(share='x')"):
        project.write("test_a.py", f"@marked('x')\ndef test_a():\n    pass\n{other}\ndef test_b():\n    pass\n")
        run = project.run()
        assert run.code == pytest.ExitCode.USAGE_ERROR, run.text
        assert "test_a.py::test_a and test_a.py::test_b" in run.text
        assert "share=" in run.text


def test_two_tests_that_a_fixture_gives_one_name_are_refused(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        "@pytest.fixture\ndef dynamodb_cassette_name():\n    return 'x'\n" + ONE + ONE.replace("_one", "_two"),
    )
    run = project.record()
    assert run.counts(passed=1, error=1)
    assert "is claimed by test_a.py::test_one and test_a.py::test_two" in run.text


@pytest.mark.parametrize("args", [[], ["-n", "2"]], ids=["", "xdist"])
def test_a_shared_cassette_recorded_in_any_order(project: SmallProject, args: list[str]) -> None:
    project.write(
        "test_a.py",
        """
        @marked(share="all/of_them")
        @pytest.mark.parametrize("n", range(6))
        def test_one(n):
            put(f"{n}")
            assert get(f"{n}")
        """,
    )
    assert project.record(*args).counts(passed=6)
    assert list(project.cassettes) == ["all/of_them"]
    before = project.cassettes
    run = project.run("--dynamodb-unused=fail", "--dynamodb-orphans=fail", *args)
    assert run.counts(passed=6)
    assert run.line == "dynamodb: 12 replayed, 0 live, 0 missed, 0 unused"
    assert project.record("test_a.py::test_one[4]", "test_a.py::test_one[1]").counts(passed=2)
    assert project.cassettes == before


# -- markers, fixtures, hooks ----------------------------------------------------------------------------------------


def test_markers_of_module_class_and_function_are_merged_key_by_key(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        pytestmark = marked(ignore=["Item.m"], on_unused="fail", order="any")

        @marked(on_unused="ignore", repeats=True)
        class TestA:
            @marked(order="strict")
            def test_a(self, dynamodb_cassette):
                options = dynamodb_cassette.options
                assert (options.ignore, options.on_unused) == (["Item.m"], "ignore")
                assert (options.order, options.repeats) == ("strict", True)

        def test_b(dynamodb_cassette):
            assert (dynamodb_cassette.options.order, dynamodb_cassette.options.on_unused) == ("any", "fail")
        """,
    )
    assert project.run().counts(passed=2)


def test_fixtures_for_tests(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        def test_handle(dynamodb_cassette, dynamodb_provider):
            assert dynamodb_cassette.memo("x", lambda: "made") == "made"
            get("a")
            dynamodb_cassette.assert_operations("GetItem")
            assert dynamodb_provider == EXPECTED

        def test_unmarked(dynamodb_provider):
            assert dynamodb_provider == "live"
        """.replace("EXPECTED", "__import__('os').environ['EXPECTED']"),
    )
    project.environment["EXPECTED"] = "record"
    project.environment.update(WITH_AWS)
    project.recorded()
    project.environment["EXPECTED"] = "replay"
    assert project.run("--dynamodb-unused=fail").counts(passed=2)
    project.environment["EXPECTED"] = "live"
    run = project.run("--dynamodb-provider=live", f"--dynamodb-upstream={project.upstream}")
    assert run.counts(passed=2)
    assert run.line == "dynamodb: 0 replayed, 1 live, 0 missed, 0 unused"


@pytest.mark.parametrize("scope", ["session", "module", "function"])
def test_a_project_says_where_and_what(project: SmallProject, scope: str) -> None:
    project.write(
        "conftest.py",
        f"""
        @pytest.fixture(scope={scope!r})
        def dynamodb_cassette_config():
            return {{"on_unused": "fail"}}

        @pytest.fixture(scope={scope!r})
        def dynamodb_cassette_dir(tmp_path_factory, request):
            return request.config.rootpath / "cassettes" / "elsewhere"

        @pytest.fixture
        def dynamodb_cassette_name(request):
            return "named-" + request.node.name
        """,
    )
    project.write("test_a.py", ONE + "    assert True\n")
    project.recorded()
    assert list(project.cassettes) == ["elsewhere/test_a/named-test_one"]
    run = project.run("--dynamodb-orphans=fail")
    assert run.code == 0, run.text
    project.write("test_a.py", ONE.replace("get('a')", "pass"))
    assert project.run().counts(passed=1, error=1)


def test_hooks_of_conftests_hold_for_their_folder(project: SmallProject) -> None:
    project.write(
        "sub/conftest.py",
        """
        from dataclasses import replace

        def pytest_dynamodb_before_record(exchange):
            return False if exchange.operation == "GetItem" else None

        def pytest_dynamodb_normalize(operation, params):
            return {"TableName": params["TableName"]} if operation == "PutItem" else None

        def pytest_dynamodb_redact(path, type_tag, value):
            return "hidden" if value in ("secret", "hidden") else None

        def pytest_dynamodb_miss(request, nearest):
            print("MISSED", request.operation, len(nearest))
        """,
    )
    source = "import uuid\n@marked\ndef test_one():\n    put(str(uuid.uuid4()), s={'S': 'secret'})\n"
    project.write("sub/test_a.py", source)
    project.write("test_b.py", source)
    project.recorded()
    assert b"secret" not in project.cassettes["sub/test_a/test_one"]
    assert b"secret" in project.cassettes["test_b/test_one"]
    run = project.run()
    assert run.counts(passed=1, failed=1)
    assert "MISSED" not in run.text
    project.write("sub/test_a.py", source + "    get('a')\n")
    project.recorded("sub")
    run = project.run("sub")
    assert run.counts(failed=1)
    assert "MISSED GetItem" in run.text


def test_the_hook_before_replay_may_change_or_drop_an_answer(project: SmallProject) -> None:
    project.write(
        "conftest.py",
        """
        import os

        def pytest_dynamodb_before_replay(exchange):
            return False if os.environ.get("DROP") else None
        """,
    )
    project.write("test_a.py", ONE)
    project.recorded()
    assert project.run().counts(passed=1)
    run = project.run(env={"DROP": "1"})
    assert run.counts(failed=1)
    assert "pytest_dynamodb_before_replay dropped" in run.text


def test_choosing_by_name_last_failure_and_random_order(project: SmallProject) -> None:
    project.write("test_a.py", "".join(ONE.replace("_one", f"_{n}").replace("'a'", f"'{n}'") for n in range(5)))
    project.recorded()
    path = project.root / "test_a.py"
    path.write_text(path.read_text().replace("get('3')", "get('new')"))
    assert project.run("+cacheprovider").counts(passed=4, failed=1)
    run = project.run("+cacheprovider", "--lf")
    assert run.line == "dynamodb: 0 replayed, 0 live, 1 missed, 0 unused · re-record: pytest test_a.py::test_3 --record"
    assert project.record("+cacheprovider", "--lf").counts(passed=1)
    assert project.run("+randomly").counts(passed=5)
    assert project.run("-k", "test_1 or test_4").counts(passed=2, deselected=3)


def test_async_tests(project: SmallProject) -> None:
    """Without an async plugin: a conftest that runs coroutine functions, as those plugins do."""
    project.write(
        "conftest.py",
        """
        import asyncio, inspect

        @pytest.hookimpl(tryfirst=True)
        def pytest_pyfunc_call(pyfuncitem):
            if inspect.iscoroutinefunction(pyfuncitem.obj):
                asyncio.run(pyfuncitem.obj())
                return True
        """,
    )
    project.write(
        "test_a.py",
        """
        import asyncio

        @marked
        async def test_one():
            await asyncio.gather(*(asyncio.to_thread(put, f"{n}") for n in range(4)))
            assert await asyncio.to_thread(get, "3")
        """,
    )
    project.recorded()
    assert project.run("--dynamodb-unused=fail").counts(passed=1)
