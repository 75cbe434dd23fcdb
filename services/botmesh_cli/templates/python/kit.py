"""The scripted bot of the conformance kit, on what this project is built with."""

from botmesh_conformance.scripted import agent

agent.run()
