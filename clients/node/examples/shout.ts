import { Agent } from "../src/index.js";

await new Agent("shout-bot").onDelegate((task) => task.text.toUpperCase()).run();
