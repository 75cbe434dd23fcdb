// Command shout is the smallest bot: it replies with the text in upper case.
package main

import (
	"context"
	"strings"

	botmesh "github.com/botmesh/botmesh/clients/go"
)

func main() {
	botmesh.Run(&botmesh.Agent{
		Name: "shout-bot",
		OnDelegate: func(ctx context.Context, task *botmesh.Task) (*botmesh.Reply, error) {
			return botmesh.Say(strings.ToUpper(task.Text())), nil
		},
	})
}
