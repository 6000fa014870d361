"""Alerts read back from a real Elasticsearch, by the function and by the commands."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import TypeAlias

import msgspec
import pytest
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch

from deploy.local.stack import Stack
from schemas.public import dumps, loads
from schemas.records import Alert, AlertEvidence, OfficerContext, Reason, Severity, Status
from streams.cli.alerts import command as alerts_command
from streams.cli.index import command as index_command
from streams.errors import CustodietError
from streams.sinks.elasticsearch.client import Connection, connect, connect_async
from streams.sinks.elasticsearch.follow import follow
from streams.sinks.elasticsearch.indices import apply
from streams.sinks.elasticsearch.names import Names
from streams.sinks.elasticsearch.query import PAGE, QueryError, Wanted, fetch_alerts
from streams.sinks.elasticsearch.sink import ElasticsearchSink

DAY = 86_400_000
START = 1_677_628_800_000  # 2023-03-01

Write: TypeAlias = Callable[..., None]
Run: TypeAlias = Callable[..., Result]


def alert(number: int, severity: Severity = "high", status: Status = "active", officer: str = "Jo Bloggs", revision: int = 1) -> Alert:
    """Give an alert; a higher number is later."""
    at = START + number * DAY
    return Alert(
        alert_id=f"{number:032x}",
        detector="repeated-personal-email" if number % 2 else "sensitive-to-personal",
        detector_version=1,
        grouping="officer",
        key=f"officer:NM{number}",
        officer_id=f"NM{number}",
        officer=OfficerContext(name=officer),
        status=status,
        revision=revision,
        change="opened",
        severity=severity,
        score=8,
        reasons=(Reason(code="own", points=3, words="to the officer's own account"),),
        first_at=at,
        last_at=at,
        evidence_count=1,
        evidence=(AlertEvidence(activity_id="a", occurred_at=at, kind="mail", summary="plan.docx to jo@gmail.com", points=3),),
    )


FOUR = (
    alert(0, "low"),
    alert(1, "high", officer="Sam Vale"),
    alert(2, "critical", "superseded"),
    alert(3, "critical"),
)


@pytest.fixture
def client(stack: Stack) -> Iterator[Elasticsearch]:
    """Give a blocking client."""
    made = connect(Connection((stack.elasticsearch,)))
    yield made
    made.close()


@pytest.fixture
def names(client: Elasticsearch, namespace: str) -> Names:
    """Give names of this test's own, with indices under them."""
    made = Names(namespace)
    apply(client, made)
    return made


@pytest.fixture
def write(stack: Stack, client: Elasticsearch, names: Names) -> Write:
    """Give a way to write alerts so that they are found at once."""

    async def write_all(alerts: tuple[Alert, ...]) -> None:
        sink = ElasticsearchSink(connect_async(Connection((stack.elasticsearch,))), names)
        await sink.write(alerts)
        await sink.close()

    def made(*alerts: Alert) -> None:
        asyncio.run(write_all(alerts))
        client.indices.refresh(index=names.alerts)

    return made


@pytest.fixture
def run(stack: Stack, names: Names) -> Run:
    """Give a way to run a command of `alerts` against this test's indices."""

    def made(*arguments: str) -> Result:
        settings = {"CUSTODIET_ELASTICSEARCH": stack.elasticsearch, "CUSTODIET_TOPIC_PREFIX": names.prefix, "COLUMNS": "240"}
        return CliRunner(env=settings).invoke(alerts_command, arguments)

    return made


def numbers(alerts: list[Alert]) -> list[int]:
    """Give the numbers that alerts were made by."""
    return [int(each.alert_id, 16) for each in alerts]


FINDS = {
    Wanted(): [3, 1, 0],
    Wanted(status=None): [3, 2, 1, 0],
    Wanted(status="superseded"): [2],
    Wanted(severities=("critical", "low")): [3, 0],
    Wanted(officer="NM1"): [1],
    Wanted(officer="vale"): [1],
    Wanted(officer="jo vale"): [],
    Wanted(detector="sensitive-to-personal"): [0],
    Wanted(since=START + DAY): [3, 1],
    Wanted(since=START + DAY + 1): [3],
    Wanted(alert_id="0" * 31 + "1"): [1],
    Wanted(alert_id="f"): [],
}


def test_alerts_are_found_by_what_is_wanted(client: Elasticsearch, names: Names, write: Write) -> None:
    """Each filter finds its alerts alone, the latest evidence first, as the records that they were."""
    write(*FOUR)
    found = {wanted: [each.alert for each in fetch_alerts(client, names, wanted)] for wanted in FINDS}
    assert {wanted: numbers(alerts) for wanted, alerts in found.items()} == FINDS
    assert all(set(alerts) <= set(FOUR) for alerts in found.values())


def test_more_than_a_page_is_found_whole(client: Elasticsearch, names: Names, write: Write) -> None:
    """No alert is lost or doubled where one answer ends and the next begins; a limit ends the list early."""
    count = 2 * PAGE + 1
    write(*(msgspec.structs.replace(alert(number), last_at=START + (number // 7) * DAY) for number in range(count)))
    assert sorted(numbers([each.alert for each in fetch_alerts(client, names)])) == list(range(count))
    assert len(fetch_alerts(client, names, limit=PAGE + 1)) == PAGE + 1


def test_follow_tells_each_revision_once(client: Elasticsearch, names: Names, write: Write) -> None:
    """What is there comes first, then what is new; a repeated write is not told again, a higher revision is."""
    write(alert(0))
    rounds: Iterator[tuple[Alert, ...]] = iter([(alert(0),), (alert(1),), (alert(1), alert(0, revision=2))])
    following = follow(client, names, Wanted(), say=pytest.fail, pause=lambda _seconds: write(*next(rounds)))
    told = [[(int(each.alert.alert_id, 16), each.alert.revision) for each in next(following)] for _ in range(3)]
    assert told == [[(0, 1)], [(1, 1)], [(0, 2)]]


def test_follow_waits_and_says_so_once_a_minute(stack: Stack, names: Names, write: Write) -> None:
    """While nobody answers it waits, tells so once a minute, and goes on where it was."""
    write(alert(0))
    client = connect(Connection(("http://127.0.0.1:9",)))
    alive = connect(Connection((stack.elasticsearch,)))
    now = 0.0

    def pause(_seconds: float) -> None:
        nonlocal now
        now += 1
        if now == 130:
            client.transport.node_pool.remove(client.transport.node_pool.get().config)
            client.transport.node_pool.add(alive.transport.node_pool.get().config)

    said: list[str] = []
    first = next(follow(client, names, Wanted(), say=said.append, pause=pause, clock=lambda: now))
    assert numbers([each.alert for each in first]) == [0]
    assert len(said) == 3
    client.close()
    alive.close()


def test_missing_index_is_told_with_what_to_do(client: Elasticsearch, namespace: str) -> None:
    """Before `index apply` the answer is what to run, not an empty list."""
    with pytest.raises(QueryError, match="custodiet index apply"):
        fetch_alerts(client, Names(namespace))


def test_list_shows_a_row_an_alert(run: Run, write: Write) -> None:
    """The table has a row for each active alert, and says how many there are."""
    write(*FOUR)
    shown = run("list").output
    assert "3 alerts" in shown
    assert [line.split()[0] for line in shown.splitlines()[1:4]] == ["critical", "high", "low"]
    assert "Sam Vale (NM1)" in shown
    assert "to the officer's own account +3" in shown


def test_list_takes_filters(run: Run, write: Write) -> None:
    """Options narrow the list together."""
    write(*FOUR)
    found = run("list", "--severity", "critical", "--status", "all", "--since", "2023-03-04", "--json").output
    assert [loads(line, Alert) for line in found.splitlines()] == [FOUR[3]]


def test_json_is_the_public_form(run: Run, write: Write) -> None:
    """Each line is what any program that writes alerts writes."""
    write(*FOUR)
    lines = run("list", "--status", "all", "--json").output.encode().splitlines(keepends=True)
    assert lines == [dumps(each) for each in reversed(FOUR)]
    assert json.loads(lines[0])["first_at"] == "2023-03-04T00:00:00.000Z"


def test_show_prints_one_alert_whole(run: Run, write: Write) -> None:
    """An alert is shown with its evidence and points, by its id or the beginning of it, whatever its status."""
    write(*FOUR, msgspec.structs.replace(alert(9), alert_id="abc" + "0" * 29))
    shown = run("show", "abc").output
    assert "plan.docx to jo@gmail.com" in shown
    assert "to the officer's own account (own)" in shown
    assert loads(run("show", FOUR[2].alert_id, "--json").output, Alert) == FOUR[2]


def test_show_tells_what_an_id_finds(run: Run, write: Write) -> None:
    """No alert and more than one are failures that say which."""
    write(*FOUR)
    for beginning, words in (("ffff", "no alert"), ("0000", "several alerts")):
        answer = run("show", beginning)
        assert isinstance(answer.exception, CustodietError)
        assert words in str(answer.exception)


@pytest.mark.parametrize("wrong", [["--since", "soon"], ["--severity", "dire"], ["--status", "gone"], ["--limit", "0"]])
def test_wrong_use_is_told(wrong: list[str]) -> None:
    """A value that an option does not know ends with 2."""
    assert CliRunner().invoke(alerts_command, ["list", *wrong]).exit_code == 2


def test_index_commands_say_what_they_find_and_do(stack: Stack, namespace: str) -> None:
    """`show` tells what is missing and changes nothing, `apply` makes it, a second `apply` finds it as it should be."""
    runner = CliRunner(env={"CUSTODIET_ELASTICSEARCH": stack.elasticsearch, "CUSTODIET_TOPIC_PREFIX": namespace, "COLUMNS": "240"})
    for arguments, words in ((["show"], "differs"), (["show"], "differs"), (["apply"], "done"), (["apply"], "as it should be")):
        answer = runner.invoke(index_command, arguments)
        assert answer.exit_code == 0, answer.exception
        assert [line.split("): ")[1] for line in answer.output.splitlines() if "): " in line] == [words, words]


def test_away_is_told_in_words() -> None:
    """A server that is not there is one line for a person, not a trace."""
    runner = CliRunner(env={"CUSTODIET_ELASTICSEARCH": "http://127.0.0.1:9"})
    for group, arguments in ((alerts_command, ["list"]), (index_command, ["show"])):
        answer = runner.invoke(group, arguments)
        assert isinstance(answer.exception, CustodietError)
        assert "gave no answer" in str(answer.exception)
