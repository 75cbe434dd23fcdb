// Command scripted serves the scripted bot of the conformance kit (docs/conformance.md). BOTMESH_KIT_NAME sets its name.
package main

import (
	"os"

	botmesh "github.com/botmesh/botmesh/clients/go"
	"github.com/botmesh/botmesh/clients/go/scripted"
)

func main() {
	name := os.Getenv("BOTMESH_KIT_NAME")
	if name == "" {
		name = "scripted"
	}
	botmesh.Run(scripted.Agent(name))
}
