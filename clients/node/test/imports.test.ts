/** No module imports itself through others, types included. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";

const SOURCES = path.resolve(import.meta.dirname, "../../src");

function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"));
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith("."))
    .map(({ fileName }) => path.resolve(path.dirname(file), fileName.replace(/\.js$/, ".ts")));
}

test("no module imports itself through others", () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith("generated"))
    .map((name) => path.join(SOURCES, name));
  assert.ok(files.length > 40);
  const done = new Set<string>();
  const visit = (file: string, way: string[]): void => {
    const names = [...way, file].map((one) => path.relative(SOURCES, one));
    assert.ok(!way.includes(file), `a circle of imports: ${names.join(" → ")}`);
    if (done.has(file)) return;
    for (const target of importsOf(file)) {
      if (!target.includes(`${path.sep}generated${path.sep}`)) visit(target, [...way, file]);
    }
    done.add(file);
  };
  for (const file of files) visit(file, []);
});
