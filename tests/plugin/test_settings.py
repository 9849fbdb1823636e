"""Flags, environment, ini, markers and the config fixture: what each says, and which of them wins."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from small_project import WITH_AWS, SmallProject

CALLS = """
@marked{marker}
def test_one(dynamodb_provider):
    print("answered by", dynamodb_provider)
    get("a")
"""
FIXTURE = """
@pytest.fixture(scope="session")
def dynamodb_cassette_config():
    return {config}
"""


def arrange(project: SmallProject, *, marker: str = "", config: str = "", ini: str = "") -> None:
    project.ini(f"dynamodb_cassette_upstream = {project.upstream}", *([f"dynamodb_cassette_{ini}"] if ini else []))
    project.write("conftest.py", FIXTURE.format(config=config) if config else "")
    project.write("test_a.py", CALLS.format(marker=marker and f"({marker})"))
    project.environment = dict(WITH_AWS)


def answered(project: SmallProject, *args: str, env: Mapping[str, str] | None = None) -> str:
    run = project.run("-s", *args, env=env)
    _, found, rest = run.text.partition("answered by ")
    assert found, run.text
    return rest.split()[0]


REPLAY, RECORD, LIVE = "replay", "record", "live"


@pytest.mark.parametrize(
    ("said", "args", "env", "answers"),
    [
        ({}, [], {}, REPLAY),
        ({"ini": "mode = once"}, [], {}, RECORD),
        ({"ini": "mode = once", "config": "{'mode': 'none'}"}, [], {}, REPLAY),
        ({"config": "{'mode': 'once'}"}, [], {}, RECORD),
        ({"config": "{'mode': 'once'}", "marker": "mode='none'"}, [], {}, REPLAY),
        ({"marker": "mode='once'"}, [], {}, RECORD),
        ({"marker": "mode='once'"}, [], {"PYTEST_DYNAMODB_RECORD": "none"}, REPLAY),
        ({}, [], {"PYTEST_DYNAMODB_RECORD": "once"}, RECORD),
        ({}, ["--dynamodb-record=none"], {"PYTEST_DYNAMODB_RECORD": "once"}, REPLAY),
        ({}, ["--dynamodb-record=once"], {"PYTEST_DYNAMODB_RECORD": "none"}, RECORD),
        ({}, ["--record"], {"PYTEST_DYNAMODB_RECORD": "none"}, RECORD),
        ({"marker": "mode='all'"}, [], {}, RECORD),
        ({"ini": "provider = live"}, [], {}, LIVE),
        ({"ini": "provider = live", "config": "{'provider': 'replay'}"}, [], {}, REPLAY),
        ({"config": "{'provider': 'replay'}", "marker": "provider='live'"}, [], {}, LIVE),
        ({"marker": "provider='live'"}, [], {"PYTEST_DYNAMODB_PROVIDER": "record"}, RECORD),
        ({}, ["--dynamodb-provider=live"], {"PYTEST_DYNAMODB_PROVIDER": "record"}, LIVE),
        # The two together: who says how to record decides over who said less high that a provider replays.
        ({"ini": "provider = replay", "marker": "mode='once'"}, [], {}, RECORD),
        ({"marker": "provider='replay'"}, ["--record"], {}, RECORD),
        ({}, ["--record"], {"PYTEST_DYNAMODB_PROVIDER": "replay"}, RECORD),
        ({}, ["--dynamodb-provider=replay"], {"PYTEST_DYNAMODB_RECORD": "rewrite"}, REPLAY),
        ({"marker": "provider='record'"}, ["--dynamodb-record=none"], {}, REPLAY),
        ({"ini": "provider = live"}, ["--record"], {}, RECORD),
        ({"marker": "provider='live'"}, ["--record"], {}, LIVE),
    ],
)
def test_precedence_of_mode_and_provider(
    project: SmallProject, said: dict[str, str], args: list[str], env: dict[str, str], answers: str
) -> None:
    arrange(project, **said)
    assert answered(project, *args, env=env) == answers


@pytest.mark.parametrize("place", ["ini", "config", "marker", "environment", "command line"])
def test_precedence_of_upstream(project: SmallProject, place: str) -> None:
    """Every place below the one under test names an upstream that answers nobody."""
    places = ["ini", "config", "marker", "environment", "command line"]
    urls = dict.fromkeys(places[: places.index(place)], "http://127.0.0.1:1")
    urls[place] = project.upstream
    arrange(
        project,
        config=f"{{'upstream': {urls['config']!r}}}" if "config" in urls else "",
        marker=f"upstream={urls['marker']!r}" if "marker" in urls else "",
    )
    project.ini(f"dynamodb_cassette_upstream = {urls['ini']}")
    run = project.run(
        "--record",
        *([f"--dynamodb-upstream={urls['command line']}"] if "command line" in urls else []),
        env={"PYTEST_DYNAMODB_UPSTREAM": urls["environment"]} if "environment" in urls else {},
    )
    assert run.counts(passed=1)


@pytest.mark.parametrize(
    ("said", "args", "code"),
    [
        ({"ini": "on_unused = fail"}, [], 1),
        ({"ini": "on_unused = fail", "config": "{'on_unused': 'ignore'}"}, [], 0),
        ({"config": "{'on_unused': 'ignore'}", "marker": "on_unused='fail'"}, [], 1),
        ({"marker": "on_unused='fail'"}, ["--dynamodb-unused=ignore"], 0),
        ({"marker": "on_unused='ignore'"}, ["--dynamodb-unused=fail"], 1),
    ],
)
def test_precedence_of_unused(project: SmallProject, said: dict[str, str], args: list[str], code: int) -> None:
    arrange(project)
    project.recorded()
    arrange(project, **said)
    project.write("test_a.py", CALLS.format(marker=f"({said.get('marker', '')})").replace('get("a")', "pass"))
    assert project.run(*args).code == code


def test_ignore_of_ini_config_and_marker(project: SmallProject) -> None:
    source = "import uuid\n@marked{}\ndef test_one():\n    put('a', u={{'S': str(uuid.uuid4())}})\n"
    project.write("test_a.py", source.format(""))
    project.recorded()
    assert project.run().counts(failed=1)
    project.ini("dynamodb_cassette_ignore =", "    Item.other", "    Item.u")
    assert project.run().counts(passed=1)
    project.ini()
    project.write("test_a.py", source.format("(ignore=['Item.u'])"))
    assert project.run().counts(passed=1)
    project.write("test_a.py", source.format(""))
    project.write("conftest.py", FIXTURE.format(config="{'ignore': ['Item.u']}"))
    assert project.run().counts(passed=1)


def test_redact_of_ini_keeps_values_out_of_cassettes_and_still_matches(project: SmallProject) -> None:
    project.ini("dynamodb_cassette_redact = Item.mail.S")
    project.write(
        "test_a.py",
        "@marked\ndef test_one():\n    put('a', mail={'S': 'ann@x.org'})\n    assert get('a')['mail']['S'] != ''\n",
    )
    project.recorded()
    assert b"ann@x.org" not in b"".join(project.cassettes.values())
    assert project.run("--dynamodb-unused=fail").counts(passed=1)


def test_max_age_of_ini(project: SmallProject) -> None:
    arrange(project)
    project.recorded()
    arrange(project, ini="max_age = 0d")
    assert "max_age" in project.run().text
    arrange(project, ini="max_age = 1d")
    assert project.run().counts(passed=1)


def test_allow_of_ini_refuses_to_record_other_tables(project: SmallProject) -> None:
    arrange(project, ini="allow = test-* dev-*")
    run = project.record()
    assert run.counts(failed=1)
    assert "RecordingRefused" in run.text
    assert not project.cassettes
    arrange(project, ini="allow = test-* sh?p")
    assert project.record().counts(passed=1)


def test_compress_of_ini(project: SmallProject) -> None:
    project.write("test_a.py", "@marked\ndef test_one():\n    put('a', t={'S': 'x' * 9000})\n")
    project.recorded()
    plain = len(project.cassettes["test_a/test_one"])
    (project.root / "cassettes/test_a/test_one.ddb.msgpack").unlink()
    project.ini("dynamodb_cassette_compress = true")
    project.recorded()
    assert len(project.cassettes["test_a/test_one"]) < plain / 5
    assert project.run().counts(passed=1)


def test_dir_of_ini_is_relative_to_rootdir(project: SmallProject) -> None:
    project.ini("dynamodb_cassette_dir = data/tapes")
    project.write("sub/test_a.py", CALLS.format(marker=""))
    project.recorded("sub")
    assert (project.root / "data/tapes/sub/test_a/test_one.ddb.msgpack").exists()
    assert project.run().counts(passed=1)


@pytest.mark.parametrize(
    ("ini", "env", "args", "says"),
    [
        ("mode = sometimes", {}, [], "sometimes"),
        ("provider = vcr", {}, [], "vcr"),
        ("on_unused = shout", {}, [], "shout"),
        ("orphans = shout", {}, [], "shout"),
        ("max_age = soon", {}, [], "soon"),
        ("upstream = nowhere", {}, [], "nowhere"),
        ("ignore = Item.[", {}, [], "Item.["),
        ("", {"PYTEST_DYNAMODB_RECORD": "sometimes"}, [], "sometimes"),
        ("", {"PYTEST_DYNAMODB_PROVIDER": "vcr"}, [], "vcr"),
        ("", {"PYTEST_DYNAMODB_UPSTREAM": "nowhere"}, [], "nowhere"),
        ("", {}, ["--dynamodb-record=sometimes"], "sometimes"),
        ("", {}, ["--dynamodb-provider=vcr"], "vcr"),
        ("", {}, ["--dynamodb-upstream=nowhere"], "nowhere"),
        ("", {}, ["--dynamodb-unused=shout"], "shout"),
        ("", {}, ["--dynamodb-orphans=shout"], "shout"),
    ],
)
def test_a_bad_value_is_a_usage_error(
    project: SmallProject, ini: str, env: dict[str, str], args: list[str], says: str
) -> None:
    project.ini(f"dynamodb_cassette_{ini}" if ini else "")
    project.write("test_a.py", CALLS.format(marker=""))
    run = project.run(*args, env=env)
    assert run.code == pytest.ExitCode.USAGE_ERROR, run.text
    assert says in run.text
    assert "Traceback" not in run.text
    assert "INTERNALERROR" not in run.text


@pytest.mark.parametrize(
    "marker",
    [
        "color='red'",
        "'one', 'two'",
        "1",
        "mode='sometimes'",
        "provider='vcr'",
        "upstream='nowhere'",
        "ignore='Item.u'",
        "ignore=['Item.[']",
        "redact=[1]",
        "order='random'",
        "repeats='often'",
        "on_unused='shout'",
        "max_age='soon'",
        "share=True",
        "'../up'",
        "'/abs'",
        "''",
        "share='../up'",
    ],
)
def test_a_bad_marker_is_a_usage_error(project: SmallProject, marker: str) -> None:
    project.write("test_a.py", CALLS.format(marker=f"({marker})"))
    run = project.run()
    assert run.code == pytest.ExitCode.USAGE_ERROR, run.text
    assert "test_a.py::test_one" in run.text
    assert "Traceback" not in run.text
    assert "INTERNALERROR" not in run.text


def test_a_bad_key_of_the_config_fixture_fails_the_test(project: SmallProject) -> None:
    arrange(project, config="{'color': 'red'}")
    run = project.run()
    assert run.counts(error=1)
    assert "takes no color" in run.text


class TestContinuousIntegration:
    CI = {"CI": "true"}

    def test_refuses_a_bare_record(self, project: SmallProject) -> None:
        arrange(project)
        run = project.run("--record", env=self.CI)
        assert run.code == pytest.ExitCode.USAGE_ERROR
        assert "CI is set" in run.text
        assert "Traceback" not in run.text

    @pytest.mark.parametrize(
        ("args", "env"),
        [(["--dynamodb-provider=record"], {}), ([], {"PYTEST_DYNAMODB_PROVIDER": "record"})],
        ids=["command line", "environment"],
    )
    def test_refuses_to_record_by_provider(self, project: SmallProject, args: list[str], env: dict[str, str]) -> None:
        arrange(project)
        run = project.run(*args, env={**self.CI, **env})
        assert run.code == pytest.ExitCode.USAGE_ERROR
        assert "CI is set" in run.text
        assert not project.cassettes

    @pytest.mark.parametrize(
        ("args", "env"),
        [
            (["--dynamodb-record=rewrite"], {}),
            ([], {"PYTEST_DYNAMODB_RECORD": "once"}),
            (["--record", "--dynamodb-record=rewrite"], {}),
            (["--record"], {"PYTEST_DYNAMODB_RECORD": "rewrite"}),
        ],
    )
    def test_records_when_told_so_explicitly(self, project: SmallProject, args: list[str], env: dict[str, str]) -> None:
        arrange(project)
        assert answered(project, *args, env={**self.CI, **env}) == RECORD

    @pytest.mark.parametrize(
        "said",
        [
            {"marker": "mode='once'"},
            {"marker": "mode='all'"},
            {"marker": "provider='record'"},
            {"config": "{'mode': 'new_episodes'}"},
            {"ini": "mode = rewrite"},
        ],
    )
    def test_a_stray_mode_does_not_record(self, project: SmallProject, said: dict[str, str]) -> None:
        arrange(project, **said)
        assert answered(project, env=self.CI) == REPLAY
        assert not project.cassettes

    def test_the_command_shown_is_one_that_ci_accepts(self, project: SmallProject) -> None:
        arrange(project)
        assert project.run(env=self.CI).line.endswith("pytest test_a.py::test_one --dynamodb-record=rewrite")

    def test_is_not_meant_by_ci_set_to_false(self, project: SmallProject) -> None:
        arrange(project)
        assert answered(project, "--record", env={"CI": "false"}) == RECORD


class TestRecordFlagOfOthers:
    OWNS = "def pytest_addoption(parser):\n    parser.{}addoption('--record', action='store_true')\n"

    @pytest.mark.parametrize("group", ["", "getgroup('mine')."], ids=["anonymous", "group"])
    def test_a_conftest_with_its_own(self, project: SmallProject, group: str) -> None:
        arrange(project)
        project.write("conftest.py", self.OWNS.format(group))
        assert answered(project) == REPLAY
        assert answered(project, "--record") == REPLAY
        assert answered(project, "--dynamodb-record=rewrite") == RECORD
        run = project.run("--dynamodb-record=none", "--dynamodb-upstream=aws")
        assert run.code == 0
        (project.root / "cassettes/test_a/test_one.ddb.msgpack").unlink()
        assert "pytest test_a.py::test_one --dynamodb-record=rewrite" in project.run().line

    def test_a_plugin_with_its_own(self, project: SmallProject) -> None:
        arrange(project)
        (project.root / "other.py").write_text(self.OWNS.format("getgroup('record-replay')."))
        run = project.run("-p", "other", "--record", "-s", apart=True, env={"PYTHONPATH": str(project.root)})
        assert "answered by replay" in run.text

    def test_value_taking_flags_swallow_no_path(self, project: SmallProject) -> None:
        arrange(project)
        assert answered(project, "--record", "test_a.py") == RECORD


def test_switched_off_it_is_gone(project: SmallProject) -> None:
    project.write("test_a.py", "def test_one():\n    pass\n")
    assert project.run("-p", "no:dynamodb_cassette", apart=True).counts(passed=1)


def test_flags_are_documented(project: SmallProject) -> None:
    text = project.run("--help").text
    flags = ("--record", "--dynamodb-record", "--dynamodb-provider", "--dynamodb-upstream", "--dynamodb-unused")
    for flag in (*flags, "--dynamodb-orphans", "--dynamodb-block-network", "--dynamodb-report"):
        assert f"  {flag}" in text
    keys = "dir mode provider upstream on_unused orphans block_network ignore redact max_age allow compress"
    for key in keys.split():
        assert f"dynamodb_cassette_{key}" in text
    assert "@pytest.mark.dynamodb_cassette" in project.run("--markers").text
