#!/usr/bin/env node
/** Serves the scripted bot of the conformance kit (docs/conformance.md). */
import { scripted } from "./scripted.js";

await scripted(process.env["BOTMESH_KIT_NAME"] ?? "scripted").run();
