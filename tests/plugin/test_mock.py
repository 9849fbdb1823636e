"""The mock in charge of tests: a fresh one each, which begins with what wider fixtures have made."""

from __future__ import annotations

import pytest

from small_project import SmallProject

TABLE = """
def make(name):
    client().create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client().get_waiter("table_exists").wait(TableName=name)
"""


def module(tests: str, *, scope: str = "module") -> str:
    """Tests, and a fixture ``shop`` of a scope that makes the table and puts the item ``seed``."""
    return (
        TABLE
        + f"""
@pytest.fixture(scope="{scope}")
def shop():
    make("shop")
    put("seed")
"""
        + tests
    )


ALONE = """
@marked
@pytest.mark.parametrize("turn", [1, 2])
def test_alone(shop, turn, dynamodb_provider):
    assert dynamodb_provider == "mock"
    assert get("seed")
    assert get("mine") is None
    put("mine")
    assert get("mine")
"""


@pytest.mark.parametrize("scope", ["function", "class", "module", "package", "session"])
def test_tests_see_what_fixtures_wrote_and_not_what_other_tests_wrote(project: SmallProject, scope: str) -> None:
    in_a_class = "class TestIt:\n" + "\n".join(
        f"    {line}" for line in ALONE.replace("(shop", "(self, shop").splitlines()
    )
    project.write("test_a.py", module(in_a_class if scope == "class" else ALONE, scope=scope))
    run = project.run("--dynamodb-provider=mock")
    assert run.counts(passed=2)
    assert "0 live, 0 missed, 0 unused" in run.line
    assert "mocked" in run.line
    assert not project.cassettes


def test_no_order_and_no_worker_makes_a_difference(project: SmallProject) -> None:
    project.write("conftest.py", module("", scope="session"))
    project.write("test_a.py", ALONE)
    project.write("test_b.py", ALONE)
    for args in (
        ["test_b.py", "test_a.py"],
        ["test_a.py::test_alone[2]", "test_b.py::test_alone[1]", "test_a.py::test_alone[1]"],
        ["+randomly", "-p", "randomly"],
        ["-n", "2"],
    ):
        run = project.run("--dynamodb-provider=mock", *args)
        assert run.code == 0, run.text


@pytest.mark.parametrize("how", ["flag", "environment", "marker", "ini", "fixture"])
def test_every_way_to_ask_for_it(project: SmallProject, how: str) -> None:
    marker = 'pytestmark = pytest.mark.dynamodb_cassette(provider="mock")\n' if how == "marker" else ""
    project.write("test_a.py", module(ALONE + marker))
    project.ini(*(["dynamodb_cassette_provider = mock"] if how == "ini" else []))
    if how == "fixture":
        project.write(
            "conftest.py",
            """
            @pytest.fixture(scope="session")
            def dynamodb_cassette_config():
                return {"provider": "mock"}
            """,
        )
    run = project.run(
        *(["--dynamodb-provider=mock"] if how == "flag" else []),
        env={"PYTEST_DYNAMODB_PROVIDER": "mock"} if how == "environment" else {},
    )
    assert run.counts(passed=2)


def test_a_markers_mock_stays_one_when_the_run_records_and_a_runs_does_not(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        @pytest.mark.dynamodb_cassette(provider="mock")
        def test_mocked(dynamodb_provider):
            assert dynamodb_provider == "mock"
            client().list_tables()

        @marked
        def test_recorded(dynamodb_provider):
            assert dynamodb_provider == "record"
            client().list_tables()
        """,
    )
    project.recorded()
    assert list(project.cassettes) == ["test_a/test_recorded"]


def test_no_table_is_dynamodbs_own_error_in_ci_too(project: SmallProject) -> None:
    project.write("test_a.py", "@marked\ndef test_a():\n    get('a')\n")
    run = project.run("--dynamodb-provider=mock", env={"CI": "true"})
    assert run.code == 1
    assert "ResourceNotFoundException" in run.text
    assert "re-record" not in run.line


def test_the_cassette_of_a_mocked_test_sees_its_traffic_and_is_no_orphan(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        def test_a(dynamodb_cassette):
            client().list_tables()
            dynamodb_cassette.assert_operations("ListTables")
            assert dynamodb_cassette.memo("id", lambda: 1) == 1
        """,
    )
    project.recorded()
    before = project.cassettes
    run = project.run("--dynamodb-provider=mock", "--dynamodb-orphans=fail", "--dynamodb-unused=fail")
    assert run.counts(passed=1)
    assert project.cassettes == before


# -- dynamodb_mock ---------------------------------------------------------------------------------------------------


def test_the_fixture_alone_puts_the_mock_in_charge(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        module(
            """
@pytest.fixture(autouse=True)
def tables(dynamodb_mock):
    dynamodb_mock.load({"more": [{"pk": "loaded"}]} if "more" in dynamodb_mock.tables else {})

@pytest.mark.parametrize("turn", [1, 2])
def test_a(shop, dynamodb_mock, turn, dynamodb_provider):
    assert dynamodb_provider == "mock"
    put("mine")
    assert [item["pk"] for item in dynamodb_mock.tables["shop"].items] == ["mine", "seed"]
    dynamodb_mock.clock.advance(3600)
"""
        ),
    )
    for args in ([], ["--record"], ["--dynamodb-block-network"], ["--dynamodb-provider=live"], ["-n", "2"]):
        run = project.run(*args)
        assert run.counts(passed=2)
    assert not project.cassettes


def test_asked_for_while_the_test_runs(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        TABLE
        + """
def test_a(request):
    mock = request.getfixturevalue("dynamodb_mock")
    make("shop")
    put("a")
    assert mock.tables["shop"].count == 1
""",
    )
    assert project.run().counts(passed=1)


def test_next_to_a_cassette_it_says_that_it_is_of_no_use(project: SmallProject) -> None:
    project.write("test_a.py", "@marked\ndef test_a(dynamodb_mock):\n    pass\n")
    run = project.run()
    assert run.counts(error=1)
    assert 'provider="mock"' in run.text
    assert project.run("--dynamodb-provider=mock").counts(passed=1)


def test_a_test_that_no_longer_has_a_cassette_leaves_an_orphan(project: SmallProject) -> None:
    project.write("test_a.py", "@marked\ndef test_a():\n    client().list_tables()\n")
    project.recorded()
    project.write("test_a.py", "def test_a(dynamodb_mock):\n    client().list_tables()\n")
    assert project.run("--dynamodb-orphans=warn").orphans == ["test_a"]


# -- wider fixtures --------------------------------------------------------------------------------------------------


def test_what_a_wider_fixture_did_is_gone_with_it(project: SmallProject) -> None:
    for name in ("test_a.py", "test_b.py"):
        project.write(name, module(ALONE))  # each module makes the table, and none takes it away
    assert project.run("--dynamodb-provider=mock").counts(passed=4)


def test_a_session_fixture_that_is_set_up_late_outlives_a_modules(project: SmallProject) -> None:
    project.write(
        "conftest.py",
        TABLE
        + """
@pytest.fixture(scope="session")
def late():
    make("late")
    yield
    client().delete_table(TableName="late")
""",
    )
    project.write("test_a.py", module(ALONE + "\n@marked\ndef test_late(shop, late):\n    put('x')\n"))
    project.write(
        "test_b.py",
        """
        @marked
        def test_b(late):
            assert client().list_tables()["TableNames"] == ["late"]
        """,
    )
    assert project.run("--dynamodb-provider=mock").counts(passed=4)


def test_a_wider_fixture_that_is_asked_for_in_the_middle_of_a_test(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        module(
            """
@marked
def test_a(request):
    make("own")
    request.getfixturevalue("shop")
    assert get("seed")
    assert client().list_tables()["TableNames"] == ["own", "shop"]

@marked
def test_b(shop):
    assert client().list_tables()["TableNames"] == ["shop"]
"""
        ),
    )
    assert project.run("--dynamodb-provider=mock").counts(passed=2)


def test_parametrised_ones_begin_anew(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        TABLE
        + """
@pytest.fixture(scope="session", params=["a", "b"])
def shop(request):
    make("shop")
    put(request.param)
    return request.param

@marked
@pytest.mark.parametrize("turn", [1, 2])
def test_a(shop, turn):
    assert [i["pk"]["S"] for i in client().scan(TableName="shop")["Items"]] == [shop]
""",
    )
    assert project.run("--dynamodb-provider=mock").counts(passed=4)


# -- as the upstream -------------------------------------------------------------------------------------------------


def test_recording_from_the_mock_and_replaying_without_it(project: SmallProject) -> None:
    project.write("conftest.py", module("", scope="session"))
    project.write("test_a.py", ALONE.replace('== "mock"', 'in ("record", "replay")'))
    run = project.run("--record", "--dynamodb-upstream=mock")
    assert run.counts(passed=2)
    assert "recorded" in run.line
    assert sorted(project.cassettes) == ["fixture.shop", "test_a/test_alone[1]", "test_a/test_alone[2]"]
    before = project.cassettes
    assert project.run("--dynamodb-unused=fail").counts(passed=2)
    assert project.run("--record", "--dynamodb-upstream=mock").counts(passed=2)
    assert project.cassettes == before, "the same exchanges change no byte"


def test_verifying_against_the_mock(project: SmallProject) -> None:
    project.write("conftest.py", module("", scope="session"))
    project.write("test_a.py", ALONE.replace('    assert dynamodb_provider == "mock"\n', ""))
    assert project.run("--record", "--dynamodb-upstream=mock").counts(passed=2)
    assert project.run("--dynamodb-record=verify", "--dynamodb-upstream=mock").counts(passed=2)
    project.write("conftest.py", module("", scope="session").replace('put("seed")', 'put("seed", n={"N": "1"})'))
    run = project.run("--dynamodb-record=verify", "--dynamodb-upstream=mock")
    assert run.code == 1
    assert "DriftError" in run.text


def test_a_recorded_test_can_look_into_its_upstream(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        module("""
@marked
def test_a(shop, dynamodb_mock):
    assert dynamodb_mock.tables["shop"].count == 1
"""),
    )
    assert project.run("--record", "--dynamodb-upstream=mock").counts(passed=1)


# -- dialects --------------------------------------------------------------------------------------------------------

WORDED = """
def message():
    try:
        put("a", n={"NULL": False})
    except client().exceptions.ClientError as problem:
        return problem.response["Error"]["Message"]

IN_CLASSIC = "One or more parameter values were invalid: Null attribute value types must have the value of true"
"""


@pytest.mark.parametrize("how", ["environment", "marker", "ini", "fixture", "nothing"])
@pytest.mark.parametrize("needs", ["dynamodb_provider", "dynamodb_mock"])
def test_every_way_to_choose_a_dialect(project: SmallProject, how: str, needs: str) -> None:
    marker = "@pytest.mark.dynamodb_cassette(provider='mock', dialect='classic')" if how == "marker" else ""
    if not marker and needs == "dynamodb_provider":
        marker = "@pytest.mark.dynamodb_cassette(provider='mock')"
    equal = "!=" if how == "nothing" else "=="
    project.write("test_a.py", f"{WORDED}\n{marker}\ndef test_a({needs}):\n    assert message() {equal} IN_CLASSIC\n")
    project.ini(*(["dynamodb_cassette_dialect = classic"] if how == "ini" else []))
    if how == "fixture":
        project.write(
            "conftest.py",
            """
            @pytest.fixture(scope="session")
            def dynamodb_cassette_config():
                return {"dialect": "classic"}
            """,
        )
    run = project.run(env={"PYTEST_DYNAMODB_DIALECT": "classic"} if how == "environment" else {})
    assert run.counts(passed=1)


def test_tests_and_wider_fixtures_have_dialects_of_their_own(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        WORDED
        + """
@pytest.fixture(scope="module")
def told():
    return message()

@pytest.mark.dynamodb_cassette(provider="mock", dialect="classic")
def test_a(told):
    assert told == message() == IN_CLASSIC

@pytest.mark.dynamodb_cassette(provider="mock")
def test_b():
    assert message() == "1 validation error detected: " + IN_CLASSIC

@pytest.mark.dynamodb_cassette(mode="rewrite", upstream="mock", dialect="classic")
def test_c():
    assert message() == IN_CLASSIC
""",
    )
    assert project.run().counts(passed=3)


@pytest.mark.parametrize("place", ["ini", "environment", "marker"])
def test_a_dialect_that_there_is_none_of_is_a_usage_error(project: SmallProject, place: str) -> None:
    marker = "@pytest.mark.dynamodb_cassette(dialect='newest')" if place == "marker" else ""
    project.write("test_a.py", f"{marker}\ndef test_a():\n    pass\n")
    project.ini(*(["dynamodb_cassette_dialect = newest"] if place == "ini" else []))
    run = project.run(env={"PYTEST_DYNAMODB_DIALECT": "newest"} if place == "environment" else {})
    assert run.code == 4
    assert "dialect must be" in run.text
