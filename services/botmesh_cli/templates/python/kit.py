"""The scripted bot of the conformance kit, on what this project is built with."""

from botmesh_bots.scripted import agent

agent.run()
