// Package botmesh is the Go SDK of Botmesh, a gRPC service mesh of agents.
//
// A bot is an Agent with a few functions; Run serves it, registers it and drains it on SIGTERM:
//
//	botmesh.Run(&botmesh.Agent{
//		Name: "shout-bot",
//		OnDelegate: func(ctx context.Context, task *botmesh.Task) (*botmesh.Reply, error) {
//			return botmesh.Say(strings.ToUpper(task.Text())), nil
//		},
//	})
//
// Inside a task, Task.Delegate, Task.Stream and Task.Send ask other agents and continue the chain. A program that is
// no agent connects with Connect and asks in the same words.
//
// How the files hang together: agent.go is what a bot author writes against, mesh.go what a client does; agent_service.go
// implements the AgentService RPCs, agent_client.go calls them; policies.go holds the ordered list of policies, and each
// policy_*.go holds one policy, caller and callee side; work.go keeps work by message id. Stubs are in botmeshv1.
package botmesh
