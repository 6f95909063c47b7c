/** A signal that ends a command ends the processes that share its work. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

it.runIf(process.platform === "linux")(
  "takes along the processes that score a part of the mutants",
  async () => {
    const words = ["dist/properties/switchyard.js", "mutants", "--workers", "2", "--json"];
    const command = spawn(process.execPath, words, { cwd: ROOT, stdio: "ignore" });
    const others = (): string[] =>
      readFileSync(`/proc/${command.pid}/task/${command.pid}/children`, "utf8").split(" ").filter(Boolean);
    await expect.poll(others, { timeout: 20_000 }).not.toEqual([]);
    const [other] = others();
    command.kill("SIGTERM");
    expect(await once(command, "exit")).toEqual([null, "SIGTERM"]);
    await expect.poll(() => existsSync(`/proc/${other}`), { timeout: 5_000 }).toBe(false);
  },
);
