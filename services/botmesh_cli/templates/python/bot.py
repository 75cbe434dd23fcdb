"""The bot: what it does with what it is asked."""

import botmesh

agent = botmesh.Agent(
    "$name",
    description="Says how long what it is told is",
    skills=[botmesh.Skill("count", "Counts letters", examples=["How long is this?"], idempotent=True)],
)


@agent.on_delegate
async def answer(task: botmesh.Task) -> botmesh.Reply:
    return botmesh.Reply(f"That is {len(task.text)} letters long.", confidence=1.0)


if __name__ == "__main__":
    agent.run()
