"""The scripted bot: does what its task says, so that the conformance kit can make this SDK do anything.

docs/conformance.md says what each step does. Run it with `python -m botmesh_conformance.scripted`.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import botmesh
from botmesh.parts import from_value
from botmesh.v1.message_pb2 import MessageType
from botmesh.v1.transfer_pb2 import TransferOffer

NAME_VARIABLE = "BOTMESH_KIT_NAME"
NAME = os.environ.pop(NAME_VARIABLE, "scripted")
"""Taken out of the environment: it is no setting, and settings that nobody knows are errors."""
_COUNTS: Counter[str] = Counter()

agent = botmesh.Agent(
    NAME,
    description="Does what its task says",
    skills=[
        botmesh.Skill("scripted", "Does a script"),
        botmesh.Skill("safe", "Does a script that may be done twice", idempotent=True),
    ],
)


@dataclass(slots=True)
class Run:
    """One task that is being done, and what its steps have left behind."""

    task: botmesh.Task
    parts: list[botmesh.Part] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    confidence: float | None = None
    usage: botmesh.Usage | None = None
    not_mine: bool = False

    def reply(self) -> botmesh.Reply:
        """All of it."""
        parts = self.parts or ([botmesh.data({"results": self.results})] if self.results else [])
        return botmesh.Reply(parts, confidence=self.confidence, usage=self.usage)


@agent.on_delegate
async def do(task: botmesh.Task) -> AsyncIterator[Any]:
    """Do the script, step by step; without one, answer with what came."""
    script = task.context.get("script")
    if not script:
        yield botmesh.Reply(list(task.parts))
        return
    run = Run(task)
    for step in script:
        piece = await _do(run, step)
        if piece is not None:
            yield piece
    yield botmesh.NOT_MINE if run.not_mine else run.reply()


@agent.on_turn
async def turn(conversation: botmesh.Conversation) -> AsyncIterator[Any]:
    """As a task."""
    async for piece in do(conversation):
        yield piece


@agent.on_notify
async def notified(_: botmesh.Task) -> None:
    """Count it."""
    _COUNTS["notified"] += 1


@agent.on_transfer
async def offered(task: botmesh.Task, _: TransferOffer) -> bool | str:
    """Decide as the context says."""
    match task.context.get("transfer", "accept"):
        case "decline":
            return str(task.context.get("transfer_reason", "declined"))
        case "hang":
            await asyncio.Event().wait()
        case "crash":
            raise RuntimeError("a bug")
    return True


async def _do(run: Run, step: dict[str, Any]) -> Any:
    """Do one step; a piece of the reply that is to be sent now, if there is one."""
    op = step.get("op", "")
    if op == "partial":
        return step.get("text", "") if step.get("append") else botmesh.text(step.get("text", ""))
    if op == "progress":
        return botmesh.progress(step.get("text", ""), step.get("fraction"))
    if op not in _STEPS:
        raise botmesh.AgentFailed(f"there is no step {op!r}")
    await _STEPS[op](run, step)
    return None


async def _echo(run: Run, _: dict[str, Any]) -> None:
    run.parts.extend(run.task.parts)


async def _text(run: Run, step: dict[str, Any]) -> None:
    run.parts.append(botmesh.text(step.get("text", "")))


async def _bytes(run: Run, step: dict[str, Any]) -> None:
    run.parts.append(botmesh.text("x" * int(step["size"])))


async def _report(run: Run, _: dict[str, Any]) -> None:
    task, message = run.task, run.task.message
    seen: dict[str, Any] = {
        "from_agent": task.from_agent,
        "to_agent": message.to_agent,
        "message_type": MessageType.Name(message.message_type).removeprefix("MESSAGE_TYPE_"),
        "message_id": task.message_id,
        "correlation_id": task.correlation_id,
        "conversation_id": task.conversation_id,
        "account_id": task.account,
        "skill_id": task.skill,
        "text": task.text,
        "context": {key: value for key, value in task.context.items() if key != "script"},
        "path": list(task.path),
        "max_hops": task.max_hops,
        "deadline_seconds": task.deadline.remaining,
        "trace_id": task.trace_id,
    }
    if isinstance(task, botmesh.Conversation):
        seen["turn"] = {
            "turn_id": task.turn.turn_id,
            "epoch": task.turn.epoch,
            "contact_id": task.contact_id,
            "channel": task.channel,
            "transferred_from": task.transferred_from,
            "intent": task.intent,
        }
    run.parts.append(botmesh.data(seen))


async def _sleep(_: Run, step: dict[str, Any]) -> None:
    await asyncio.sleep(step.get("seconds", 0))


async def _confidence(run: Run, step: dict[str, Any]) -> None:
    run.confidence = step["value"]


async def _usage(run: Run, step: dict[str, Any]) -> None:
    run.usage = botmesh.Usage(**{key: value for key, value in step.items() if key != "op"})


async def _not_mine(run: Run, _: dict[str, Any]) -> None:
    run.not_mine = True


async def _fail(_: Run, step: dict[str, Any]) -> None:
    raise botmesh.AgentFailed(step.get("text", "failed"))


async def _crash(_: Run, step: dict[str, Any]) -> None:
    raise RuntimeError(step.get("text", "a bug"))


async def _exit(_: Run, __: dict[str, Any]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def _count(run: Run, step: dict[str, Any]) -> None:
    _COUNTS[step["key"]] += 1
    await _counted(run, step)


async def _counted(run: Run, step: dict[str, Any]) -> None:
    run.results.append({"count": _COUNTS[step["key"]]})


async def _delegate(run: Run, step: dict[str, Any]) -> None:
    run.results.append(await _asked(run.task, step))


async def _parallel(run: Run, step: dict[str, Any]) -> None:
    run.results.append(await asyncio.gather(*(_asked(run.task, one) for one in step["steps"])))


async def _notify(run: Run, step: dict[str, Any]) -> None:
    try:
        await run.task.send(step["to"], step.get("text"))
    except botmesh.BotmeshError as error:
        run.results.append(_failure(error))
    else:
        run.results.append({"ok": True})


async def _hand_to_person(run: Run, step: dict[str, Any]) -> None:
    try:
        handed = await run.task.hand_to_person(step.get("reason", ""), step.get("message"))
    except botmesh.BotmeshError as error:
        run.results.append(_failure(error))
    else:
        run.results.append(
            {
                "ok": True,
                "outcome": handed.outcome,
                "queue_position": handed.queue_position,
                "conversation_id": handed.conversation_id,
            }
        )


async def _close(run: Run, step: dict[str, Any]) -> None:
    try:
        await _conversation(run).close(step.get("reason", ""))
    except botmesh.BotmeshError as error:
        run.results.append(_failure(error))
    else:
        run.results.append({"ok": True})


async def _opening(run: Run, _: dict[str, Any]) -> None:
    opening = _conversation(run).opening
    seen = {} if opening is None else {name: getattr(opening, name) for name in ("trigger", "intent", "reason")}
    run.parts.append(botmesh.data(seen))


def _conversation(run: Run) -> botmesh.Conversation:
    if not isinstance(run.task, botmesh.Conversation):
        raise botmesh.AgentFailed("this step needs a turn")
    return run.task


_STEPS: dict[str, Callable[[Run, dict[str, Any]], Awaitable[None]]] = {
    "echo": _echo,
    "text": _text,
    "bytes": _bytes,
    "report": _report,
    "sleep": _sleep,
    "confidence": _confidence,
    "usage": _usage,
    "not_mine": _not_mine,
    "fail": _fail,
    "crash": _crash,
    "exit": _exit,
    "count": _count,
    "counted": _counted,
    "delegate": _delegate,
    "parallel": _parallel,
    "notify": _notify,
    "hand_to_person": _hand_to_person,
    "close": _close,
    "opening": _opening,
}


async def _asked(task: botmesh.Task, step: dict[str, Any]) -> dict[str, Any]:
    """What came of asking another agent."""
    options: dict[str, Any] = {name: step[name] for name in ("timeout", "max_hops", "context", "skill") if name in step}
    text = "x" * int(step["size"]) if "size" in step else step.get("text")
    options |= {name: step[name] for name in ("message_id", "conversation_id") if step.get(name)}
    try:
        async with asyncio.timeout(step.get("cancel_after")):
            if step.get("stream"):
                return await _streamed(task, step, text, options)
            return _success(await task.delegate(step["to"], text, **options))
    except TimeoutError:
        return _failure(botmesh.errors.Cancelled("given up on purpose"))
    except botmesh.BotmeshError as error:
        return _failure(error)


async def _streamed(
    task: botmesh.Task, step: dict[str, Any], text: str | None, options: dict[str, Any]
) -> dict[str, Any]:
    events = resets = 0
    async with task.stream(step["to"], text, **options) as stream:
        async for event in stream:
            events += 1
            resets += bool(event.reset)
            if events == step.get("leave_after"):
                return {"ok": True, "left": True, "events": events}
        return {**_success(stream.reply), "events": events, "resets": resets}


def _success(reply: botmesh.Reply) -> dict[str, Any]:
    values = [from_value(part.data) for part in reply.parts if part.WhichOneof("content") == "data"]
    return {
        "ok": True,
        "text": "".join(part.text for part in reply.parts),
        "data": values[0] if values else None,
        "confidence": reply.confidence,
        "events": 0,
        "resets": 0,
        "instance_id": reply.instance,
    }


def _failure(error: botmesh.BotmeshError) -> dict[str, Any]:
    return {
        "ok": False,
        "code": error.status.name,
        "reason": error.reason,
        "fields": error.metadata,
        "started": error.started,
        "text": error.text,
    }


if __name__ == "__main__":
    agent.run()
