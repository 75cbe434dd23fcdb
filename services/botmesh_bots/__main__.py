"""`python -m botmesh_bots` lists the ready-made bots and the command that runs each."""

from importlib import import_module

from botmesh import Agent
from botmesh_bots import TEAM


def main() -> None:
    """Print each bot with its description, its skills and its command."""
    for module in TEAM:
        agent: Agent = import_module(f"botmesh_bots.{module}").agent
        print(f"{agent.name}: {agent.card.description}")
        for skill in agent.card.skills:
            print(f"    {skill.id:<20}{skill.description}")
        print(f"    run it: python -m botmesh_bots.{module}\n")


if __name__ == "__main__":
    main()
