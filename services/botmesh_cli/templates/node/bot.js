// The bot: what it does with what it is asked.
import { Agent, Reply } from "botmesh";

const agent = new Agent("$name", {
  description: "Says how long what it is told is",
  skills: [{ id: "count", description: "Counts letters", examples: ["How long is this?"], idempotent: true }],
});

agent.onDelegate((task) => new Reply("That is " + task.text.length + " letters long.", { confidence: 1 }));

await agent.run();
