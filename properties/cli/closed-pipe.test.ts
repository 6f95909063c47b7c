import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { EXIT } from "../../sim/cli/exit-codes.ts";

const ROOT = join(import.meta.dirname, "../..");

it("a command whose output nobody reads to its end says nothing of it, and ends with its own exit code", async () => {
  const words = ["dist/properties/switchyard.js", "list"];
  const child = spawn(process.execPath, words, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect(said).toBe("");
  expect(code).toBe(EXIT.ok);
});
