/** A thread stays on one processor, and takes the threads that it starts along, but nobody else. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { PROCESSOR_VARIABLE } from "../../sim/processor.ts";

const module = JSON.stringify(new URL("../../sim/processor.ts", import.meta.url).href);
const allowedHere = (): string => allowedIn(readFileSync("/proc/thread-self/status", "utf8"));
const canBind =
  process.platform === "linux" &&
  availableParallelism() > 1 &&
  spawnSync("taskset", ["--version"]).status === 0;

/** A process that prints what `program`, the rest of a module, gives; it may use `processorFor` and `bindToProcessor`. */
function run(program: string, processor: string): { readonly out: string; readonly err: string } {
  const text = `import { processorFor, bindToProcessor } from ${module}; ${program}`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "-e", text],
    { encoding: "utf8", env: { ...process.env, [PROCESSOR_VARIABLE]: processor } },
  );
  return { out: stdout.trim(), err: stderr };
}

function allowedIn(status: string): string {
  return /^Cpus_allowed_list:\s*(.+)$/m.exec(status)?.[1] ?? "";
}

describe("one processor", () => {
  it.runIf(canBind)("binds the calling thread and those that it starts, not those that run already", () => {
    const [processor] = allowedNumbers();
    const { out } = run(
      `import { once } from "node:events";
      import { Worker } from "node:worker_threads";
      const tell = 'const { parentPort } = require("node:worker_threads"); parentPort.on("message", () =>' +
        'parentPort.postMessage(require("node:fs").readFileSync("/proc/thread-self/status", "utf8")))';
      const early = new Worker(tell, { eval: true, execArgv: [] });
      const allowed = async (thread) => {
        thread.postMessage("tell");
        const [status] = await once(thread, "message");
        return /^Cpus_allowed_list:.*$/m.exec(status)[0].split(/\\s+/)[1];
      };
      await allowed(early);
      bindToProcessor(${processor});
      console.log(await allowed(new Worker(tell, { eval: true, execArgv: [] })), await allowed(early));
      process.exit(0);`,
      "any",
    );
    expect(out).toBe(`${processor} ${allowedHere()}`);
  });

  it.runIf(canBind)(
    "gives the threads of a program one processor after the other, from the one named",
    () => {
      const numbers = allowedNumbers();
      const [first, second] = [numbers.at(-1), numbers[0]];
      const { out } = run("console.log(processorFor(0), processorFor(1))", String(first));
      expect(out).toBe(`${first} ${second}`);
    },
  );

  it("binds nothing where the environment says so", () => {
    expect(run("console.log(processorFor(0))", "any").out).toBe("undefined");
  });

  it.runIf(canBind)("refuses a processor that there is not", () => {
    const { err } = run("processorFor(0)", "70000");
    expect(err).toContain(`${PROCESSOR_VARIABLE} is "70000", which is no processor`);
  });
});

function allowedNumbers(): number[] {
  return allowedHere()
    .split(",")
    .flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}
