"""The marker ``dynamodb_faults``: over the mock and over replays, in the test's call and nowhere else."""

from __future__ import annotations

from small_project import SmallProject

FAULTS = "from pytest_dynamodb.faults import InternalError, Throttled, TimedOut, Unprocessed\n"

MOCKED = (
    FAULTS
    + """
@pytest.fixture
def shop():
    client().create_table(
        TableName="shop",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    put("seed")
    yield
    put("end")
"""
)


def test_faults_strike_the_call_of_a_test_and_not_its_fixtures(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        MOCKED
        + """
@pytest.mark.dynamodb_faults(Throttled(operation="PutItem", times=2))
def test_it(dynamodb_mock, shop):
    assert not dynamodb_mock.faults.struck
    put("mine")
    assert len(dynamodb_mock.faults.struck) == 2
    assert get("mine")
""",
    )
    assert project.run().counts(passed=1)


def test_a_retry_is_lost_without_its_fault(project: SmallProject) -> None:
    """The same test fails where the marker is taken away: the fault is what it shows."""
    test = """
@MARK
def test_it(dynamodb_mock, shop):
    with pytest.raises(client().exceptions.InternalServerError):
        put("mine")
"""
    mark = "pytest.mark.dynamodb_faults(InternalError(times=None))"
    project.write("test_a.py", MOCKED + test.replace("MARK", mark))
    assert project.run().counts(passed=1)
    project.write("test_a.py", MOCKED + test.replace("MARK", "pytest.mark.usefixtures()"))
    assert project.run().counts(failed=1)


def test_markers_of_class_and_function_add_up_the_widest_first(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        MOCKED
        + """
@pytest.mark.dynamodb_faults(Throttled())
class TestIt:
    @pytest.mark.dynamodb_faults(InternalError())
    def test_it(self, shop, dynamodb_mock):
        get("seed")
        assert [type(strike.fault).__name__ for strike in dynamodb_mock.faults.struck] == ["Throttled", "InternalError"]
""",
    )
    assert project.run().counts(passed=1)


def test_faults_lie_over_a_replay(project: SmallProject) -> None:
    test = """
@marked
@pytest.mark.dynamodb_faults(Throttled(operation="GetItem"), TimedOut(operation="PutItem", committed=True))
def test_it(dynamodb_provider):
    if dynamodb_provider == "replay":
        put("a")
        assert get("a")
"""
    recording = test.replace('    if dynamodb_provider == "replay":\n', "    if True:\n").replace(
        '@pytest.mark.dynamodb_faults(Throttled(operation="GetItem"), TimedOut(operation="PutItem", committed=True))\n',
        "",
    )
    project.write("test_a.py", FAULTS + recording)
    project.recorded()
    (cassette,) = project.root.rglob("*.ddb.msgpack")
    before = cassette.read_bytes()
    project.write("test_a.py", FAULTS + test)
    run = project.run("--dynamodb-unused=fail")
    assert run.counts(passed=1)
    assert "2 replayed, 0 live, 0 missed, 0 unused" in run.line
    assert cassette.read_bytes() == before


def test_a_fault_that_never_happened_is_told(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        MOCKED
        + """
@pytest.mark.dynamodb_faults(Throttled(operation="PutItem", table="shop"), Throttled(operation="Scan"))
def test_it(dynamodb_mock, shop):
    put("mine")
""",
    )
    run = project.run()
    assert run.code == 0
    assert "UnstruckFaultWarning" in run.text
    assert "Throttled(operation='Scan'" in run.text
    assert "table='shop'" not in run.text.split("never happened")[1].splitlines()[0]


def test_faults_need_somebody_who_answers(project: SmallProject) -> None:
    project.write("test_a.py", FAULTS + "@pytest.mark.dynamodb_faults(Throttled())\ndef test_it(): pass\n")
    run = project.run()
    assert run.code == 1
    assert "needs somebody who answers the test" in run.text


def test_what_is_no_fault_is_refused(project: SmallProject) -> None:
    for mark in ("'Throttled'", "operation='PutItem'", ""):
        project.write("test_a.py", MOCKED + f"@pytest.mark.dynamodb_faults({mark})\ndef test_it(dynamodb_mock): pass\n")
        run = project.run()
        assert run.code == 1, run.text
        assert "UsageError" in run.text


def test_time_passes_on_the_mocks_clock(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        MOCKED
        + """
@pytest.mark.dynamodb_faults(TimedOut(operation="PutItem"))
def test_it(dynamodb_mock, shop):
    began = dynamodb_mock.clock.now()
    put("mine")
    assert dynamodb_mock.clock.now() - began >= 60
""",
    )
    assert project.run().counts(passed=1)
