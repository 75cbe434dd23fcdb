// The bot: what it does with what it is asked.
package main

import (
	"context"
	"fmt"

	botmesh "github.com/botmesh/botmesh/clients/go"
	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

func main() {
	botmesh.Run(&botmesh.Agent{
		Name:        "$name",
		Description: "Says how long what it is told is",
		Skills: []*pb.Skill{{
			Id: "count", Description: "Counts letters", Examples: []string{"How long is this?"}, Idempotent: true,
		}},
		OnDelegate: func(ctx context.Context, task *botmesh.Task) (*botmesh.Reply, error) {
			return botmesh.Say(fmt.Sprintf("That is %d letters long.", len([]rune(task.Text())))).Sure(1), nil
		},
	})
}
