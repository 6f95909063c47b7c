/**
 * Where one session is in its script: which statement comes next, given how the last one ended.
 */
import { beginText, opText } from "./op-text.ts";
import type { Block, Op, Script } from "./workload.ts";

/** A session's place in its script. */
export interface ScriptCursor {
  /** The next statement; undefined at the end. */
  readonly next: () => string | undefined;
  /** True where `next` begins a block: that is no step of its own. */
  readonly begins: () => boolean;
  /** Notes how the statement that `next` gave ended. */
  readonly ended: (failed: boolean) => void;
}

interface Item {
  readonly text: string;
  readonly op: Op["kind"] | "begin" | "end";
}

/** A cursor at the beginning of `script`. */
export function scriptCursor(script: Script): ScriptCursor {
  const items = [...script.flatMap(blockItems), ...closingItems(script)];
  let at = 0;
  let inBlock = false;
  let hasSavepoint = false;
  return {
    next: () => items[at]?.text,
    begins: () => items[at]?.op === "begin",
    ended(failed) {
      const item = items[at] as Item;
      at++;
      if (item.op === "begin") inBlock = true;
      if (item.op === "end") inBlock = false;
      if (!inBlock || item.op === "begin") hasSavepoint = false;
      if (item.op === "savepoint" && !failed) hasSavepoint = inBlock;
      if (!failed || !inBlock) return;
      // Until a savepoint takes the error back, Postgres would answer 25P02 to everything.
      while (items[at]?.op !== "end" && !(hasSavepoint && items[at]?.op === "rollback to")) at++;
    },
  };
}

function blockItems(block: Block): readonly Item[] {
  const items = block.ops.map((op) => ({ text: opText(op), op: op.kind }));
  if (block.mode === "single") return items;
  return [{ text: beginText(block), op: "begin" }, ...items, { text: block.end, op: "end" }];
}

/** A session that ends may leave others waiting only for what Postgres itself releases at the end of a transaction. */
function closingItems(script: Script): readonly Item[] {
  const keeps = script.some(({ ops }) => ops.some((op) => op.kind === "advisory" && op.scope === "session"));
  return keeps ? [{ text: "select pg_advisory_unlock_all()", op: "advisory unlock" }] : [];
}
