// The scripted bot of the conformance kit, on what this project is built with.
import { scripted } from "botmesh/scripted";

await scripted(process.env.BOTMESH_KIT_NAME).run();
