"""`botmesh demo` as people and scripts run it: a subprocess that starts, feeds and stops a mesh of its own."""

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from botmesh_cli.demo import MESSAGES, TEAM

DEMO = [sys.executable, "-m", "botmesh_cli", "demo"]
PATIENCE = 60
ALL = {"mesh", *TEAM}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Wide enough that a sentence is a line, and logs where the test can see them."""
    return {**os.environ, "COLUMNS": "200", "TMPDIR": str(tmp_path)}


@pytest.fixture
def demo(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a demo to its end."""

    def run(said: str = "", *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*DEMO, *arguments],
            input=said,
            env={**environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        done.stdout = re.sub(r" +$", "", done.stdout, flags=re.MULTILINE)
        return done

    return run


@pytest.fixture
def begin(environment: dict[str, str]) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts a demo whose messages are still to come."""
    begun: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            DEMO, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()
        process.communicate()


def pids(said: str) -> dict[str, int]:
    """The processes that a demo says it has started."""
    return {name: int(pid) for name, pid in re.findall(rf"^({'|'.join(ALL)}) +(\d+)", said, re.MULTILINE)}


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:  # a zombie has ended: whoever inherited it has not asked yet
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not Path("/proc/self").exists()  # no such system, or gone meanwhile


def begun_in(folder: Path) -> dict[str, int]:
    """The processes whose environment names a folder: whatever a demo has started, said or not. Linux only."""
    mark = f"TMPDIR={folder}".encode()
    found = {}
    for one in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (one / "environ").read_bytes().split(b"\0"):
                found[one.name] = int(one.name)
    return found


def gone(started: dict[str, int], patience: float = 0.0) -> bool:
    until = time.monotonic() + patience
    while any(alive(pid) for pid in started.values()) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(alive(pid) for pid in started.values())


def read_until(process: "subprocess.Popen[str]", mark: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if mark in line:
            return said
    raise AssertionError(f"{mark!r} was never said:\n{said}")


def test_messages_on_standard_input_are_answered(
    demo: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = demo("I was charged twice\n\nHow many days of leave does Priya have left?", "--customer", "17")
    assert done.returncode == 0, done.stdout
    assert "invoices 10433 and 10439" in done.stdout
    assert "Priya Raman has 15 days of leave left" in done.stdout
    assert "— billing-bot has the conversation now —" in done.stdout
    assert re.search(r"transfer billing-bot .* ok\n +├── botmesh → billing-bot .* Transfer  ok", done.stdout)
    assert re.search(r"reception-bot → hr-bot .* ok", done.stdout)
    assert "2 messages, 2 answered, 2 changes of owner, 1 delegation. All 5 processes are stopped." in done.stdout
    assert pids(done.stdout).keys() == ALL
    assert gone(pids(done.stdout))
    assert not list(tmp_path.iterdir())  # logs are kept on failure only


def test_without_messages_the_built_in_ones_are_sent(demo: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = demo()
    assert done.returncode == 0, done.stdout
    assert all(text in done.stdout for text in MESSAGES)
    assert re.search(r"reception-bot → tech-support-bot .*\n +└── tech-support-bot → billing-bot", done.stdout)
    assert "Nobody in the team knows about this." in done.stdout
    assert re.search(r"turn reception-bot .*\n.*reception-bot .*\n +└── transfer desk .* ok", done.stdout)
    assert "nobody is on duty now: number 1 in the queue" in done.stdout
    assert "cancelled" not in done.stdout
    assert "7 messages, 6 answered, 1 with the human desk, 3 changes of owner, 4 delegations." in done.stdout
    assert gone(pids(done.stdout))


def test_a_message_without_an_answer_makes_the_exit_code_1(
    demo: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = demo("x" * 1_100_000 + "\nI was charged twice\n")
    assert done.returncode == 1
    assert "no answer: the message is 11" in done.stdout
    assert "2 messages, 1 answered" in done.stdout
    (logs,) = tmp_path.iterdir()
    assert str(logs) in done.stdout
    assert "mesh.log" in {one.name for one in logs.iterdir()}
    assert gone(pids(done.stdout))


def test_a_mesh_that_does_not_start_is_told_with_its_log(
    demo: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = demo("hello\n", BOTMESH_LEASE_DURATION="soon")
    assert done.returncode == 1
    assert "The demo failed. The process of mesh ended with exit code 2." in done.stdout
    assert "lease_duration" in done.stdout
    assert list(tmp_path.iterdir())


def test_a_bot_that_dies_is_told(begin: Callable[[], "subprocess.Popen[str]"]) -> None:
    process = begin()
    said = read_until(process, "hr-bot")
    started = pids(said)
    os.kill(started["hr-bot"], signal.SIGKILL)
    rest, _ = process.communicate("I was charged twice\n", timeout=PATIENCE)
    assert process.returncode == 1
    assert "invoices 10433 and 10439" in rest
    assert "The process of hr-bot was killed by signal 9." in rest
    assert gone(started)


def test_ctrl_c_stops_everything(begin: Callable[[], "subprocess.Popen[str]"], tmp_path: Path) -> None:
    process = begin()
    started = pids(read_until(process, "hr-bot"))
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 130
    assert gone(started)
    assert not list(tmp_path.iterdir())
    assert process.stdout is not None
    assert process.stdout.read() == "\nInterrupted. All that was started is stopped.\n"


@pytest.mark.parametrize("pause", [0.0, 0.3, 0.6])
def test_ctrl_c_during_the_start_stops_everything(
    begin: Callable[[], "subprocess.Popen[str]"], pause: float, tmp_path: Path
) -> None:
    process = begin()
    read_until(process, "Starting")
    time.sleep(pause)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 130
    assert gone(begun_in(tmp_path))


def test_sigterm_stops_everything(begin: Callable[[], "subprocess.Popen[str]"]) -> None:
    process = begin()
    started = pids(read_until(process, "hr-bot"))
    process.terminate()
    assert process.wait(PATIENCE) == 143
    assert gone(started)


def test_nothing_outlives_a_demo_that_was_killed(begin: Callable[[], "subprocess.Popen[str]"]) -> None:
    process = begin()
    started = pids(read_until(process, "hr-bot"))
    assert started.keys() == ALL
    process.kill()
    process.wait(PATIENCE)
    assert gone(started, patience=20)


def test_a_person_types_and_leaves_with_ctrl_d(environment: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        DEMO, env={**environment, "TERM": "dumb"}, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    said = ""

    def until(mark: str) -> None:
        nonlocal said
        while mark not in said:
            said += os.read(ours, 65536).decode(errors="replace")
        said = said.partition(mark)[2]

    try:
        until("Your messages go to reception-bot")
        until("\r\n> ")
        os.write(ours, b"Which invoices are still open?\n")
        until("has no open invoices")
        until("\r\n> ")
        os.write(ours, b"\x04")
        until("1 message, 1 answered, 1 delegation.")
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
