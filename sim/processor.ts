/**
 * Binds a thread, and the threads that it starts afterwards, to one processor.
 *
 * An in-process engine and its lanes take turns and never run at once. On one processor a turn passes in some 20 us; an idle
 * processor has to be woken for it, which takes 100 (measured on virtual ones).
 */
import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { SwitchyardError } from "./switchyard-error.ts";

/** Names the first processor that is bound to, or says "any": then nothing is bound. */
export const PROCESSOR_VARIABLE = "SWITCHYARD_PROCESSOR";

let known: { readonly allowed: readonly number[]; readonly first: number } | undefined;

/**
 * The processor for the thread or process `index` (0, 1, ...) of this program: of those that it may run on, the one on which it
 * happens to run for 0, the next one for 1, and so on. Undefined where nothing is to be bound: there is only one, the
 * environment says "any", or this is not Linux.
 * @throws SwitchyardError "usage" where the environment names one that there is not
 */
export function processorFor(index: number): number | undefined {
  const wish = process.env[PROCESSOR_VARIABLE] ?? "";
  if (wish === "any" || process.platform !== "linux") return undefined;
  known ??= lookAround(wish);
  const { allowed, first } = known;
  return allowed.length < 2 ? undefined : allowed[(allowed.indexOf(first) + index) % allowed.length];
}

/** Binds the calling thread to a processor, if taskset (util-linux) is there to do it; without, all goes on as it was. */
export function bindToProcessor(processor: number): void {
  const thread = basename(readlinkSync("/proc/thread-self"));
  spawnSync("taskset", ["--cpu-list", "--pid", String(processor), thread], { stdio: "ignore" });
}

function lookAround(wish: string): { readonly allowed: readonly number[]; readonly first: number } {
  const status = readFileSync("/proc/thread-self/status", "utf8");
  const allowed = (/^Cpus_allowed_list:\s*(.+)$/m.exec(status)?.[1] ?? "").split(",").flatMap(numbersIn);
  const first = wish === "" ? currentProcessor() : Number(wish);
  if (allowed.includes(first)) return { allowed, first };
  throw new SwitchyardError(
    "usage",
    `${PROCESSOR_VARIABLE} is "${wish}", which is no processor that this program may run on.`,
    `Name one of ${allowed.join(", ")}, or "any" to bind nothing.`,
  );
}

/** The numbers of "3", or of "0-3". */
function numbersIn(range: string): number[] {
  const [first = 0, last = first] = range.split("-").map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Field 39 of /proc/.../stat (proc_pid_stat(5)); the second field, in brackets, may have blanks in it. */
function currentProcessor(): number {
  const stat = readFileSync("/proc/thread-self/stat", "utf8");
  const fromThird = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fromThird[39 - 3]);
}
