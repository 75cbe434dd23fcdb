// Command kit is the scripted bot of the conformance kit, on what this project is built with.
package main

import (
	"os"

	botmesh "github.com/botmesh/botmesh/clients/go"
	"github.com/botmesh/botmesh/clients/go/scripted"
)

func main() {
	botmesh.Run(scripted.Agent(os.Getenv("BOTMESH_KIT_NAME")))
}
