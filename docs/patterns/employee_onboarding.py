"""Employee onboarding over three departments: durable tasks, one of which asks back, and a report when all is done.

Run it: python docs/patterns/employee_onboarding.py "Ada"
"""

import asyncio
import sys
from collections.abc import AsyncIterator

import botmesh
from botmesh_mesh.local import local

people = botmesh.Agent("people-bot")
technology = botmesh.Agent("technology-bot", exposure="internal")
facilities = botmesh.Agent("facilities-bot", exposure="internal")
payroll = botmesh.Agent("payroll-bot", exposure="internal")
DONE: asyncio.Queue[str] = asyncio.Queue()


@people.on_delegate
async def onboard(task: botmesh.Task) -> botmesh.Reply:
    """Give each department its task; they may take days."""
    departments = ("technology-bot", "facilities-bot", "payroll-bot")
    handles = [await task.submit(department, task.text, run_timeout=3600) for department in departments]
    return botmesh.Reply({"tasks": [handle.task_id for handle in handles]})


@people.on_receipt
async def note(task: botmesh.Task) -> None:
    """A department has done its part, or could not."""
    await DONE.put(f"{task.context['agent']} ({task.context['state']}): {task.text}")


@technology.on_delegate
async def equip(task: botmesh.Task) -> botmesh.Reply:
    """Order a machine; which one has to be asked."""
    if "machine" not in task.context:
        return botmesh.Reply("A laptop or a desktop?", state="input_required", context={"name": task.text})
    return botmesh.Reply(f"a {task.context['machine']} for {task.context['name']} is on its way")


@facilities.on_delegate
async def seat(task: botmesh.Task) -> str:
    """Find a desk."""
    return f"{task.text} sits at desk 42"


@payroll.on_delegate
async def enrol(task: botmesh.Task) -> AsyncIterator[botmesh.Reply | object]:
    """Put them on the payroll, step by step."""
    yield botmesh.progress("checking the contract", 0.5)
    yield botmesh.Reply(f"{task.text} is paid on the 25th")


async def main(name: str) -> None:
    """Onboard somebody."""
    async with local(people, technology, facilities, payroll) as mesh:
        reply = await mesh.client.delegate("people-bot", name)
        tasks = [mesh.client.task(one) for one in botmesh.parts.from_value(reply.parts[0].data)["tasks"]]
        for task in tasks:
            status = await task.wait(10)
            if status.state == "input_required" and status.reply is not None:
                print(f"{status.agent} asks: {status.reply.text}")
                await task.resume(context={"machine": "laptop"})
        for line in sorted([await asyncio.wait_for(DONE.get(), 10) for _ in tasks]):
            print(line)


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:]) or "Ada"))
