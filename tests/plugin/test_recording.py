"""Recording and replaying a test's own traffic: what is written when, and what fails why."""

from __future__ import annotations

import pytest

from small_project import WITH_AWS, SmallProject

ONE = """
@marked
def test_one():
    put("a", n={"N": "1"})
    assert get("a")["n"] == {"N": "1"}
"""


def test_recorded_once_it_replays_without_credentials_region_or_network(project: SmallProject) -> None:
    project.write("test_a.py", ONE)
    assert project.recorded().line == "dynamodb: 0 replayed, 2 live, 0 missed, 0 unused, 2 recorded"
    assert list(project.cassettes) == ["test_a/test_one"]
    run = project.run(env={"AWS_EC2_METADATA_DISABLED": "false"})
    assert run.counts(passed=1)
    assert run.line == "dynamodb: 2 replayed, 0 live, 0 missed, 0 unused"


@pytest.mark.parametrize("exists", [True, False], ids=["recorded", "not recorded"])
@pytest.mark.parametrize(
    ("mode", "codes", "writes"),
    [
        ("none", (0, 1), (False, False)),
        ("once", (0, 0), (False, True)),
        ("new_episodes", (0, 0), (False, True)),
        ("rewrite", (0, 0), (True, True)),
        ("all", (0, 0), (True, True)),
        ("verify", (0, 1), (False, False)),
    ],
)
def test_each_mode_with_and_without_a_cassette(
    project: SmallProject, mode: str, codes: tuple[int, int], writes: tuple[bool, bool], exists: bool
) -> None:
    """`rewrite` is told from the modes that keep a cassette by a second run in which the upstream knows more."""
    source = "@marked\ndef test_one():\n    assert get('a') is None or get('a')\n"
    project.write("test_a.py", source)
    if exists:
        project.recorded()
    before = project.cassettes
    if exists and mode != "verify":
        _upstream_has(project, "a")
    run = project.run(f"--dynamodb-record={mode}", f"--dynamodb-upstream={project.upstream}", env=WITH_AWS)
    assert run.code == codes[not exists], run.text
    assert (project.cassettes != before) == writes[not exists]
    assert not project.leftovers


def _upstream_has(project: SmallProject, key: str) -> None:
    import boto3

    client = boto3.client(
        "dynamodb",
        endpoint_url=project.upstream,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    client.put_item(TableName="shop", Item={"pk": {"S": key}})
    client.close()


def test_new_episodes_adds_what_is_missing(project: SmallProject) -> None:
    project.write("test_a.py", ONE)
    project.recorded()
    project.write("test_a.py", ONE + "    put('b')\n")
    run = project.run("--dynamodb-record=new_episodes", f"--dynamodb-upstream={project.upstream}", env=WITH_AWS)
    assert run.line == "dynamodb: 2 replayed, 1 live, 0 missed, 0 unused, 1 recorded"
    assert project.run().line == "dynamodb: 3 replayed, 0 live, 0 missed, 0 unused"


@pytest.mark.parametrize("mode", ["none", "once"])
def test_a_miss_fails_the_test_and_names_the_command_that_records(project: SmallProject, mode: str) -> None:
    project.write("test_a.py", ONE)
    project.recorded()
    project.write("test_a.py", ONE.replace('"1"', '"2"'))
    run = project.run(f"--dynamodb-record={mode}")
    assert run.counts(failed=1)
    assert "UnexpectedRequest" in run.text
    assert "pytest test_a.py::test_one --record" in run.text
    assert run.line.endswith("1 missed, 0 unused · re-record: pytest test_a.py::test_one --record")


def test_verify_reports_drift_and_writes_nothing(project: SmallProject) -> None:
    project.write("test_a.py", "@marked\ndef test_one():\n    get('a')\n")
    project.recorded()
    before = project.cassettes
    _upstream_has(project, "a")
    run = project.run("--dynamodb-record=verify", f"--dynamodb-upstream={project.upstream}", env=WITH_AWS)
    assert run.code == 1
    assert "no longer answers as recorded" in run.text
    assert project.cassettes == before


def test_verify_has_nothing_against_tests_and_fixtures_that_make_no_call(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        "@pytest.fixture(scope='session')\ndef idle():\n    pass\n@marked\ndef test_idle(idle, tmp_path):\n    pass\n",
    )
    assert project.run("--dynamodb-record=verify").counts(passed=1)


def test_a_failing_test_keeps_the_old_bytes_and_sets_its_attempt_aside(project: SmallProject) -> None:
    project.write("test_a.py", ONE)
    project.recorded()
    before = project.cassettes
    project.write("test_a.py", ONE + "    assert put('b')\n")
    assert project.record().counts(failed=1)
    assert project.cassettes == before
    assert list(project.failed) == ["test_a/test_one"]
    assert not project.leftovers
    project.write("test_a.py", ONE)
    project.recorded()
    assert (project.cassettes, project.failed) == (before, {})


def test_a_failing_teardown_keeps_the_old_bytes(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        "@pytest.fixture\ndef broken():\n    yield\n    raise OSError\n@marked\ndef test_one(broken):\n    put('a')\n",
    )
    assert project.record().counts(passed=1, error=1)
    assert (list(project.cassettes), list(project.failed)) == ([], ["test_a/test_one"])


def test_a_failing_setup_keeps_the_old_bytes(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        "@pytest.fixture\ndef broken():\n    put('a')\n    raise OSError\n@marked\ndef test_one(broken):\n    pass\n",
    )
    assert project.record().counts(error=1)
    assert (list(project.cassettes), list(project.failed)) == ([], ["test_a/test_one"])


def test_a_test_that_fails_as_expected_is_recorded(project: SmallProject) -> None:
    source = "@pytest.mark.xfail(strict=True)\n" + ONE.replace("== {", "!= {")
    project.write("test_a.py", source)
    assert project.record().counts(xfailed=1)
    run = project.run("--dynamodb-unused=fail")
    assert run.counts(xfailed=1)
    assert run.line.startswith("dynamodb: 2 replayed, 0 live")


def test_a_test_that_fails_as_expected_need_not_play_everything(project: SmallProject) -> None:
    project.write("test_a.py", ONE)
    project.recorded()
    project.write("test_a.py", ONE.replace("@marked", "@pytest.mark.xfail\n@marked").replace("assert", "assert 0 and"))
    assert project.run("--dynamodb-unused=fail").counts(xfailed=1)


def test_a_test_that_skips_itself_leaves_everything_as_it_was(project: SmallProject) -> None:
    project.write("test_a.py", ONE)
    project.recorded()
    before = project.cassettes
    project.write("test_a.py", ONE.replace('put("a"', 'put("b"); pytest.skip("x"); put("a"'))
    assert project.record().counts(skipped=1)
    assert (project.cassettes, project.failed, project.leftovers) == (before, {}, [])


def test_a_test_that_skips_itself_midway_skips_itself_in_replay(project: SmallProject) -> None:
    project.write("test_a.py", '@marked\ndef test_one():\n    put("a")\n    pytest.skip("x")\n')
    assert project.record().counts(skipped=1)
    assert project.run().counts(skipped=1)


def test_the_fixture_for_a_client_is_answered_like_any_other(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        @marked
        def test_one(dynamodb_client):
            table = dynamodb_client.table("shop")
            table.put({"pk": "fixture", "n": 1})
            assert table.get({"pk": "fixture"}) == {"pk": "fixture", "n": 1}
        """,
    )
    project.recorded()
    run = project.run()
    assert run.counts(passed=1)
    assert run.line == "dynamodb: 2 replayed, 0 live, 0 missed, 0 unused"


def test_recording_again_changes_no_byte(project: SmallProject) -> None:
    project.write("test_a.py", ONE)
    project.recorded()
    before = project.cassettes
    project.recorded()
    assert project.cassettes == before


def test_a_swallowed_miss_fails_at_teardown(project: SmallProject) -> None:
    project.write(
        "test_a.py", "@marked\ndef test_one():\n    try:\n        put('a')\n    except Exception:\n        pass\n"
    )
    run = project.run()
    assert run.counts(passed=1, error=1)
    assert "ERROR at teardown" in run.text
    assert "pytest test_a.py::test_one --record" in run.text


SWALLOWS = (
    "@marked\ndef test_one():\n    try:\n        put('a')\n    except Exception:\n        pass\n    assert 0, 'other'\n"
)


@pytest.mark.parametrize("args", [(), ("--color=yes",), ("--tb=native",), ("--tb=line",)], ids=" ".join)
def test_a_miss_behind_another_failure_is_shown_with_it(project: SmallProject, args: tuple[str, ...]) -> None:
    project.write("test_a.py", SWALLOWS)
    run = project.run(*args, env={"PY_COLORS": "1"} if args == ("--color=yes",) else {})
    assert "1 failed" in run.text
    assert "error" not in run.text.splitlines()[-1]
    if args != ("--tb=line",):  # which shows no sections at all
        assert "DynamoDB requests that no recording answered" in run.text
        assert "PutItem" in run.text


def test_a_miss_that_is_the_failure_is_not_shown_twice(project: SmallProject) -> None:
    project.write("test_a.py", ONE)
    run = project.run("--color=yes", env={"PY_COLORS": "1"})
    assert "DynamoDB requests that no recording answered" not in run.text


def test_a_swallowed_miss_is_shown_where_the_teardown_fails_of_something_else(project: SmallProject) -> None:
    broken = "@pytest.fixture\ndef broken():\n    yield\n    raise OSError\n"
    project.write(
        "test_a.py", broken + SWALLOWS.replace("test_one()", "test_one(broken)").replace("assert 0", "assert 1")
    )
    run = project.run()
    assert run.counts(passed=1, error=1)
    assert "DynamoDB requests that no recording answered" in run.text


@pytest.mark.parametrize(
    ("args", "outcome", "says"),
    [
        (("--dynamodb-unused=ignore",), {"passed": 1}, ""),
        ((), {"passed": 1}, "UnplayedWarning"),
        (("--dynamodb-unused=fail",), {"passed": 1, "error": 1}, "UnplayedExchanges"),
    ],
    ids=["ignore", "warn", "fail"],
)
def test_recordings_that_a_passing_test_never_played(
    project: SmallProject, args: tuple[str, ...], outcome: dict[str, int], says: str
) -> None:
    project.write("test_a.py", ONE)
    project.recorded()
    project.write("test_a.py", "@marked\ndef test_one():\n    put('a', n={'N': '1'})\n")
    run = project.run(*args)
    assert run.counts(**outcome)
    assert ("UnplayedWarning" in run.text or "UnplayedExchanges" in run.text) == bool(says)
    assert says in run.text
    assert "1 unused" in run.line


def test_recordings_left_over_do_not_hide_why_a_test_failed(project: SmallProject) -> None:
    project.write("test_a.py", ONE)
    project.recorded()
    project.write("test_a.py", "@marked\ndef test_one():\n    assert 0\n")
    run = project.run("--dynamodb-unused=fail")
    assert run.counts(failed=1)
    assert "Unplayed" not in run.text
    assert "0 unused" in run.line or not run.line


def test_a_test_set_up_again_replays_from_the_start(project: SmallProject) -> None:
    """As plugins do that run failed tests again."""
    project.write(
        "conftest.py",
        """
        from _pytest.runner import runtestprotocol

        def pytest_runtest_protocol(item, nextitem):
            for _ in range(3):
                if hasattr(item, "_initrequest"):
                    item._initrequest()
                reports = runtestprotocol(item, nextitem=nextitem, log=False)
            for report in reports:
                item.ihook.pytest_runtest_logreport(report=report)
            assert item.fixturenames.count("_dynamodb_cassette_open") == 1
            return True
        """,
    )
    project.write("test_a.py", ONE)
    project.recorded()
    assert project.run().counts(passed=1)


def test_a_test_that_is_marked_does_not_mark_another_of_the_same_function(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        @pytest.mark.parametrize("n", [pytest.param(1, marks=marked), 2])
        def test_one(n, dynamodb_provider, request):
            assert ("_dynamodb_cassette_open" in request.fixturenames) == (n == 1)
        """,
    )
    assert project.run().counts(passed=2)


def test_warnings_as_errors_do_not_disturb(project: SmallProject) -> None:
    project.ini(
        "filterwarnings =", "    error", "    ignore:datetime.datetime.utcnow", "    ignore:Boto3 will no longer"
    )
    project.write(
        "test_a.py",
        ONE + "@pytest.fixture(scope='module', autouse=True)\ndef wide():\n    put('w')\n    yield\n    get('w')\n",
    )
    project.recorded("-n", "1")
    assert project.run("-n", "1").counts(passed=1)
    assert project.run("-Werror", apart=True).counts(passed=1)


def test_a_cassette_that_is_too_old_fails_and_is_not_recorded_anew(project: SmallProject) -> None:
    project.write("test_a.py", ONE)
    project.recorded()
    before = project.cassettes
    project.write("test_a.py", ONE.replace("@marked", "@marked(max_age=0, mode='once')"))
    run = project.run(env=WITH_AWS)
    assert run.counts(error=1)
    assert "max_age" in run.text
    assert project.cassettes == before
    project.write("test_a.py", ONE.replace("@marked", "@marked(max_age='2h')"))
    assert project.run().counts(passed=1)


# -- secrets that nobody named ---------------------------------------------------------------------------------------

SECRET = """
@marked
def test_one():
    put("a", mail={"S": "ada@acme.de"})
"""


def test_a_secret_is_warned_of_with_the_line_that_keeps_it_out(project: SmallProject) -> None:
    project.write("test_a.py", SECRET)
    run = project.recorded()
    assert 'keep it out: redact=["Item.mail"]' in run.text
    assert list(project.cassettes) == ["test_a/test_one"]
    project.write("test_a.py", SECRET.replace("marked", 'pytest.mark.dynamodb_cassette(redact=["Item.mail"])'))
    assert "SecretWarning" not in project.recorded().text


def test_a_secret_is_refused_where_the_project_says_so_even_if_that_is_caught(project: SmallProject) -> None:
    project.ini("dynamodb_cassette_secrets = refuse")
    project.write("test_a.py", SECRET.replace("    put(", "    with pytest.raises(Exception):\n        put("))
    run = project.record()
    assert run.code == 1
    assert "PutItem is not recorded, as it holds what looks like a secret" in run.text
    assert not project.cassettes
    assert not any(b"ada@acme.de" in path.read_bytes() for path in project.root.rglob("*.ddb.msgpack*"))
    project.write("test_a.py", SECRET.replace("marked", 'pytest.mark.dynamodb_cassette(secrets="ignore")'))
    assert project.recorded().counts(passed=1)


def test_what_may_become_of_secrets_is_one_of_three_words(project: SmallProject) -> None:
    project.ini("dynamodb_cassette_secrets = shout")
    project.write("test_a.py", SECRET)
    run = project.run()
    assert run.code == 4
    assert "dynamodb_cassette_secrets must be one of warn, refuse, ignore" in run.text


def test_what_a_failed_test_recorded_is_counted_as_set_aside(project: SmallProject) -> None:
    project.write("test_a.py", ONE + "    assert get('b') == 'what it is not'\n")
    run = project.record()
    assert run.line == "dynamodb: 0 replayed, 3 live, 0 missed, 0 unused, 3 set aside"
    assert not project.cassettes
    assert list(project.failed) == ["test_a/test_one"]


def test_a_recording_that_is_refused_at_the_end_is_counted_as_set_aside(project: SmallProject) -> None:
    project.ini("dynamodb_cassette_secrets = refuse")
    caught = SECRET.replace("    put(", '    get("a")\n    with pytest.raises(Exception):\n        put(')
    project.write("test_a.py", caught)
    run = project.record()
    assert run.code == 1
    assert run.line == "dynamodb: 0 replayed, 1 live, 0 missed, 0 unused, 1 set aside"
    assert list(project.failed) == ["test_a/test_one"]


def test_a_recording_that_is_written_before_something_is_raised_is_counted(project: SmallProject) -> None:
    project.write("test_a.py", SECRET)
    run = project.record("-W", "error")
    assert run.code == 1
    assert run.line == "dynamodb: 0 replayed, 1 live, 0 missed, 0 unused, 1 recorded"
    assert list(project.cassettes) == ["test_a/test_one"]


# --- access ---

WITHOUT_CREDENTIALS = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.mark.parametrize(
    ("environment", "advice"),
    [
        ({}, "name a profile (AWS_PROFILE), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00"}, "botocore found half of the credentials"),
        ({"AWS_PROFILE": "nobody"}, "is in no configuration file"),
        ({**WITH_AWS, "AWS_DEFAULT_REGION": ""}, "set AWS_DEFAULT_REGION"),
    ],
    ids=["no credentials", "half of them", "no such profile", "no region"],
)
def test_who_records_without_access_is_told_what_to_do(
    project: SmallProject, environment: dict[str, str], advice: str
) -> None:
    project.write("test_a.py", ONE)
    environment = {**WITHOUT_CREDENTIALS, **environment}
    run = project.run("--record", env=environment, apart="AWS_PROFILE" in environment)
    assert run.code == 1
    assert advice in run.text
    assert "Then: pytest test_a.py::test_one --record" in run.text
    assert "--dynamodb-upstream=mock" in run.text


REFUSING = """
@pytest.fixture
def refusing():
    import http.server, json, threading

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps({"__type": "com.amazon.coral.service#UnrecognizedClientException", "message": "invalid"})
            self.send_response(400)
            self.end_headers()
            self.wfile.write(body.encode())

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()

@marked
def test_refused(refusing):
    boto3.client("dynamodb", endpoint_url=refusing).list_tables()
"""


def test_who_records_with_credentials_that_do_not_hold_is_told_so(project: SmallProject) -> None:
    project.write("test_a.py", REFUSING)
    run = project.run("--record", env=WITH_AWS)
    assert run.code == 1
    assert "DynamoDB does not take the credentials (UnrecognizedClientException)" in run.text
    assert "aws sts get-caller-identity" in run.text


ODD = """
from botocore.exceptions import ClientError, NoCredentialsError

class Odd(Exception):
    @property
    def response(self):
        raise RuntimeError("not now")

class Plain(Exception):
    def __init__(self, response):
        self.response = response

def refused(code, operation):
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)

ODD = [
    Odd(), Plain({"Error": "text"}), Plain({"Error": None}), Plain({"Error": {"Code": ["x"]}}),
    refused(["x"], "GetItem"), refused("UnrecognizedClientException", "Decrypt"), ClientError({}, "GetItem"),
]

@marked
@pytest.mark.parametrize("problem", ODD, ids=repr)
def test_odd(problem):
    raise problem

@marked
def test_of_another_service():
    put("a")
    raise NoCredentialsError

@marked
def test_that_goes_in_circles():
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__context__ = other, one
    raise one

@marked
def test_of_a_long_chain():
    problem = None
    for number in range(60):
        try:
            raise ValueError(number) from problem
        except ValueError as caught:
            problem = caught
    raise problem
"""


def test_what_has_nothing_to_do_with_access_is_reported_as_it_is(project: SmallProject) -> None:
    """What another service lacks is its own matter, and a report is made of whatever an exception is."""
    project.write("test_a.py", ODD)
    run = project.record()
    assert run.counts(failed=10)
    assert "Access to DynamoDB" not in run.text


def test_a_verification_is_not_told_to_record(project: SmallProject) -> None:
    project.write("test_a.py", ONE)
    project.recorded()
    run = project.run("--dynamodb-record=verify", env=WITHOUT_CREDENTIALS)
    assert run.code == 1
    assert "botocore found no credentials" in run.text
    assert "Then: " not in run.text


def test_nobody_is_told_of_credentials_where_all_is_answered_here(project: SmallProject) -> None:
    """What another service lacks is its own matter."""
    project.write(
        "test_a.py",
        """
        from botocore.exceptions import NoCredentialsError

        @marked(provider="mock")
        def test_of_another_service():
            raise NoCredentialsError
        """,
    )
    run = project.run()
    assert run.code == 1
    assert "AWS_PROFILE" not in run.text
