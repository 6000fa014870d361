"""The command line: what it offers, and how it ends."""

import pytest
import rich_click as click

from streams.cli import main
from streams.cli.main import COMMANDS, FAILED, WRONG_USE, custodiet, run
from streams.errors import CustodietError, UsageError


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """Give a command whose end is what the list holds."""
    ends: list[BaseException] = []

    @click.command()
    def command() -> None:
        for end in ends:
            raise end

    monkeypatch.setattr(main.Commands, "get_command", lambda *_: command)
    return ends


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_loads_and_explains_itself_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` of each."""
    assert run([name, "--help"]) == 0
    shown = capsys.readouterr().out
    examples = shown.partition("Examples:")[2].splitlines()
    assert examples[0].strip() == ""
    assert examples[1].strip().startswith(f"custodiet {name}")
    assert "\\b" not in shown


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """For a report of a fault."""
    assert run(["--version"]) == 0
    assert "custodiet, version" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["nonsense"], ["worker", "nobody"], ["ingest"], ["topics", "apply", "--nope"]])
def test_wrong_use_ends_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """And says what is wrong."""
    assert run(arguments) == WRONG_USE
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    ("end", "code"),
    [(CustodietError("no broker [answers]"), FAILED), (UsageError("CUSTODIET_X is no setting"), WRONG_USE), (KeyboardInterrupt(), FAILED)],
)
def test_a_fault_ends_with_its_code(raising: list[BaseException], end: BaseException, code: int) -> None:
    """One clear message each."""
    raising.append(end)
    assert run(["anything"]) == code


def test_a_message_is_shown_as_it_is(raising: list[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets are no markup."""
    raising.append(CustodietError("line 3: [bold] is no marking"))
    run(["anything"])
    assert "line 3: [bold] is no marking" in capsys.readouterr().err


def test_a_bug_is_not_dressed_up(raising: list[BaseException]) -> None:
    """It goes through with its traceback."""
    raising.append(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        run(["anything"])


def test_a_wrong_setting_ends_with_two(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is connected."""
    monkeypatch.setenv("CUSTODIET_PARTITIONS", "none")
    assert run(["topics", "show"]) == WRONG_USE
    assert "CUSTODIET_PARTITIONS" in capsys.readouterr().err


def test_a_broker_that_does_not_answer_ends_with_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In words, not in a traceback."""
    monkeypatch.setenv("CUSTODIET_KAFKA", "127.0.0.1:1")
    assert run(["dead-letters", "list"]) == FAILED
    assert "no Kafka broker answers at 127.0.0.1:1" in capsys.readouterr().err


def test_commands_are_listed_in_the_order_of_use() -> None:
    """And no other."""
    context = click.Context(custodiet)
    assert custodiet.list_commands(context) == list(COMMANDS)
    assert custodiet.get_command(context, "nonsense") is None
