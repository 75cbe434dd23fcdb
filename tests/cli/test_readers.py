"""Whoever reads the output may go away, and whoever typed a command may stop it: no traceback, the usual exit codes."""

import asyncio
import os
import signal
import sys

import pytest
from tests.cli.test_commands import bot, serving

BOTMESH = f"{sys.executable} -m botmesh_cli"
NO_READER, INTERRUPTED = 141, 130


async def shell(cli, script, seconds=20):
    """Exit code, standard output and standard error of a script."""
    process = await asyncio.create_subprocess_exec("bash", "-c", script, **cli.streams())
    out, err = await asyncio.wait_for(process.communicate(), seconds)
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize(
    "words",
    ["agents", "agents --json", "agents --watch", "agents --watch --json", "tasks", "conversations", "account --json"],
)
async def test_a_reader_that_is_gone_is_no_traceback(up, words):
    _, cli = up
    # The reader is gone before anything is written, so that no test depends on how large a pipe is.
    script = f"exec 3> >(exec true); sleep 0.2; {BOTMESH} {words} >&3"
    code, _, err = await shell(cli, script)
    assert (code, err) == (NO_READER, "")


@pytest.mark.parametrize(
    "words", ["--help", "agents --help", "config", "config --json", "version", "conformance --list"]
)
async def test_that_holds_where_no_mesh_is_asked(bare, words):
    code, _, err = await shell(bare, f"exec 3> >(exec true); sleep 0.2; {BOTMESH} {words} >&3")
    assert (code, err) == (NO_READER, "")


@pytest.mark.parametrize("words", ["agents", "agents --json", "version"])
async def test_a_closed_standard_output_is_a_reader_that_is_gone(up, words):
    _, cli = up
    code, _, err = await shell(cli, f"{BOTMESH} {words} >&-")
    assert (code, err) == (NO_READER, "")


async def test_errors_that_nobody_reads_are_no_traceback(up):
    _, cli = up
    for script in ("agent nobody 2>&-", "nonsense 2>&-", "agent nobody --json 2>&-", "agents <&-", "chat <&- "):
        code, out, err = await shell(cli, f"{BOTMESH} {script}")
        assert "Traceback" not in out + err
        assert code in (0, 2, 3)
    code, _, _ = await shell(cli, f"exec 3> >(exec true); sleep 0.2; {BOTMESH} agent nobody 2>&3")
    assert code == NO_READER


async def test_a_reader_that_goes_while_changes_are_followed_ends_the_command(up):
    _, cli = up
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", f"{BOTMESH} agents --watch --json | head -1; exit ${{PIPESTATUS[0]}}", **cli.streams()
    )
    assert await asyncio.wait_for(process.stdout.readline(), 20) == b"[]\n"
    async with serving(cli, bot(cli)):
        _, err = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, err) == (NO_READER, b"")


@pytest.mark.alone
@pytest.mark.parametrize("words", ["agents --watch", "agents --watch --json", "conversations --watch", "chat"])
async def test_an_interrupted_command_is_quiet(up, words):
    _, cli = up
    process = await asyncio.create_subprocess_exec(*cli.command(*words.split()), **cli.streams())
    if words.startswith("agents"):
        await asyncio.wait_for(process.stdout.readline(), 20)
    else:
        await asyncio.sleep(2.5)
    process.send_signal(signal.SIGINT)
    try:
        # Standard input stays open: whoever reads it must not hold up the end.
        await asyncio.wait_for(process.wait(), 10)
    finally:
        if process.returncode is None:
            process.kill()
    err = await process.stderr.read()
    assert (process.returncode, err.strip()) == (INTERRUPTED, b"")  # click ends the line of the ^C


@pytest.mark.alone
async def test_a_mesh_goes_on_when_nobody_reads_its_first_lines(bare):
    script = f"exec 3> >(exec true); sleep 0.2; {BOTMESH} up --bind 127.0.0.1:0 >&3"
    process = await asyncio.create_subprocess_exec("bash", "-c", f"{script} & echo $!; wait $!", **bare.streams())
    pid = int(await asyncio.wait_for(process.stdout.readline(), 5))
    try:
        await asyncio.sleep(4)
        assert process.returncode is None
    finally:
        os.kill(pid, signal.SIGTERM)
    _, err = await asyncio.wait_for(process.communicate(), 15)
    assert b"Traceback" not in err
    assert process.returncode in (0, NO_READER)
