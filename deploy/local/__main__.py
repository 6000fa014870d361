"""Command line of the launcher: `python -m deploy.local up|down|status|start|stop|restart|wipe|doctor|env|run`."""

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence

from deploy.local import doctor, versions
from deploy.local.errors import StackError
from deploy.local.stack import Stack

DONE, FAILED, NOT_RUNNING = 0, 1, 3
SERVERS = ("kafka", "elasticsearch")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 failed, 2 wrong use, 3 (status) not running."""
    given = _parser().parse_args(arguments)
    stack = Stack(say=lambda line: print(line, file=sys.stderr, flush=True))
    try:
        return int(given.run(stack, given))
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("interrupted; `python -m deploy.local down` stops what has started", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.local",
        description=f"Kafka {versions.KAFKA} and Elasticsearch {versions.ELASTICSEARCH} of this checkout, on 127.0.0.1, no containers.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    commands.add_parser("up", help="start both and wait until they answer; fetches them the first time").set_defaults(run=_up)
    commands.add_parser("down", help="stop both, and the workers on them; data and ports are kept").set_defaults(run=_down)

    status = commands.add_parser("status", help="say what runs and where; exit code 3 unless both answer")
    status.add_argument("--json", action="store_true", help="for programs")
    status.set_defaults(run=_status)

    for name, run, words in (
        ("start", _start, "start one server"),
        ("stop", _stop, "stop one server"),
        ("restart", _restart, "stop and start one server on the same port with the same data"),
    ):
        one = commands.add_parser(name, help=words)
        one.add_argument("server", choices=SERVERS)
        if name != "start":
            one.add_argument("--kill", action="store_true", help="kill it, as a power cut would")
        one.set_defaults(run=run)

    wipe = commands.add_parser("wipe", help="stop both and remove their data")
    wipe.add_argument("--all", action="store_true", help="programs, ports and logs too")
    wipe.set_defaults(run=_wipe)

    checks = commands.add_parser("doctor", help="say whether this machine has what the stack needs")
    checks.add_argument("--quiet", action="store_true", help="say only what is missing")
    checks.set_defaults(run=_doctor)

    commands.add_parser("env", help='settings for the shell: eval "$(python -m deploy.local env)"').set_defaults(run=_env)

    during = commands.add_parser("run", help="run a command with the stack up, then leave the stack as it was found")
    during.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND …")
    during.set_defaults(run=_run)
    return parser


def _up(stack: Stack, _given: argparse.Namespace) -> int:
    stack.start()
    return _show(stack)


def _down(stack: Stack, _given: argparse.Namespace) -> int:
    stopped = stack.stop()
    print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
    return DONE


def _status(stack: Stack, given: argparse.Namespace) -> int:
    if not given.json:
        return _show(stack)
    answer = {}
    for name, service in stack.services.items():
        state = service.state
        answer[name] = {
            "ready": service.ready,
            "running": service.running,
            "ports": state.ports,
            "pids": [process.pid for process in state.processes],
            "home": state.home,
            "log": str(service.log),
        }
    print(json.dumps(answer, indent=1))
    return DONE if stack.ready else NOT_RUNNING


def _show(stack: Stack) -> int:
    ready = True
    for name, service in stack.services.items():
        state = service.state
        if service.ready:
            print(f"{name:<14} ready at 127.0.0.1:{service.port}, pid {state.processes[0].pid}, data in {state.home}")
        else:
            ready = False
            print(f"{name:<14} {'runs, but does not answer yet' if service.running else 'not running'}")
    for worker in stack.workers:
        if worker.running:
            print(f"{worker.name:<14} {'ready' if worker.ready else 'runs'}, pid {worker.state.processes[0].pid}, log {worker.log}")
    return DONE if ready else NOT_RUNNING


def _start(stack: Stack, given: argparse.Namespace) -> int:
    stack.start(given.server)
    return DONE


def _stop(stack: Stack, given: argparse.Namespace) -> int:
    stack.stop(given.server, at_once=given.kill)
    return DONE


def _restart(stack: Stack, given: argparse.Namespace) -> int:
    stack.restart(given.server, at_once=given.kill)
    return DONE


def _wipe(stack: Stack, given: argparse.Namespace) -> int:
    stack.wipe(everything=given.all)
    return DONE


def _doctor(_stack: Stack, given: argparse.Namespace) -> int:
    findings = list(doctor.examine(os.environ))
    for finding in findings:
        if not finding.good or not given.quiet:
            print(f"{'ok     ' if finding.good else 'MISSING'} {finding.words}")
    return DONE if all(finding.good for finding in findings) else FAILED


def _env(stack: Stack, _given: argparse.Namespace) -> int:
    for name, value in stack.settings.items():
        print(f"export {name}={shlex.quote(value)}")
    return DONE


def _run(stack: Stack, given: argparse.Namespace) -> int:
    command = given.command[1:] if given.command[:1] == ["--"] else given.command
    if not command:
        print("error: run needs a command: python -m deploy.local run -- make test", file=sys.stderr)
        return 2
    running = [name for name, service in stack.services.items() if service.running]
    # Whoever ends this ends what it started, too: without a handler the process would go and the servers stay.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        stack.start()
        # A command ended by signal N has the code -N; a shell says 128 + N.
        code = subprocess.run(command, env={**os.environ, **stack.settings}, check=False).returncode
        return code if code >= 0 else 128 - code
    finally:
        ours = [name for name in stack.services if name not in running]
        if len(ours) == len(stack.services):
            stack.stop()
        elif ours:
            stack.stop(*ours)


if __name__ == "__main__":
    sys.exit(main())
