/**
 * Generates src/generated: the stubs of the contract and of Google's error model, and the descriptors that reflection
 * and the checks of fields need. Does nothing while the inputs are the same. `npm run build`, `npm test` and
 * `npm run lint` run it first.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "../..");
const OUT = join(HERE, "src/generated");
/** Name of the file in src/generated with the hash of its inputs. */
const STAMP = ".inputs";

/** Folders of protos, relative to the root, because buf reads only files below its input. */
const CONTRACT = "protos";
const GOOGLE = "clients/node/protos";
const HEALTH = "clients/node/node_modules/grpc-health-check/proto";

const TS_PROTO_OPTIONS = [
  "esModuleInterop=true",
  "importSuffix=.js",
  "oneof=unions",
  "unknownFields=true",
  "env=node",
  "outputServices=generic-definitions",
  "outputJsonMethods=false",
  "useDate=false",
  "useExactTypes=false",
];

const inputs = hashOf([
  ...protosIn(CONTRACT),
  ...protosIn(GOOGLE),
  "clients/node/generate.js",
  "clients/node/package-lock.json",
]);
if (!isFresh()) {
  const fresh = mkdtempSync(join(HERE, "node_modules/.generated-"));
  try {
    generateStubs(fresh);
    generateDescriptors(fresh);
    writeFileSync(join(fresh, STAMP), inputs);
    replace(OUT, fresh);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function isFresh() {
  const stamp = join(OUT, STAMP);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === inputs;
}

function protosIn(folder) {
  const files = readdirSync(join(ROOT, folder), { recursive: true }).filter((file) => file.endsWith(".proto"));
  return files.sort().map((file) => join(folder, file));
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)));
  return hash.digest("hex");
}

function generateStubs(folder) {
  const plugin = {
    local: [join(HERE, "node_modules/.bin/protoc-gen-ts_proto")],
    out: folder,
    opt: TS_PROTO_OPTIONS,
    strategy: "all", // the files import each other
  };
  buf("generate", [CONTRACT, GOOGLE], "--template", JSON.stringify({ version: "v2", plugins: [plugin] }));
}

/** Writes the descriptors as a module, so that a bundler or a copy of dist/ needs no other file. */
function generateDescriptors(folder) {
  const set = join(folder, "descriptors.binpb");
  buf("build", [CONTRACT, GOOGLE, HEALTH], "--as-file-descriptor-set", "--exclude-source-info", "--output", set);
  const base64 = readFileSync(set).toString("base64");
  rmSync(set);
  const text = `// Generated: the contract as a FileDescriptorSet.\nexport const DESCRIPTORS =\n  "${base64}";\n`;
  writeFileSync(join(folder, "descriptors.ts"), text);
}

function buf(command, folders, ...options) {
  const config = JSON.stringify({ version: "v2", modules: folders.map((path) => ({ path })) });
  execFileSync(join(HERE, "node_modules/.bin/buf"), [command, ROOT, "--config", config, ...options], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Replaces a folder. If another build has replaced it at the same time, that result is kept. */
function replace(old, fresh) {
  rmSync(old, { recursive: true, force: true });
  mkdirSync(dirname(old), { recursive: true });
  try {
    renameSync(fresh, old);
  } catch (error) {
    if (!isFresh()) throw error;
  }
}
