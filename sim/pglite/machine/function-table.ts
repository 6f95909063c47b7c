/**
 * Names for the entries that the main instance added to its function table, so that other instances can add the same.
 */
import type { SideModule } from "./side-modules.ts";
import type { WasmTable } from "./web-assembly.ts";

/** An entry: its index, the library (-1: the program itself) and the name under which that exports the function. */
export interface TableEntry {
  readonly index: number;
  readonly library: number;
  readonly name: string;
}

const NONE: readonly TableEntry[] = [];

/** Follows the growth of the main instance's table. */
export class FunctionTable {
  readonly #table: WasmTable;
  readonly #names = new Map<unknown, Omit<TableEntry, "index">>();
  #followed: number;

  constructor(table: WasmTable, exports: Readonly<Record<string, unknown>>) {
    this.#table = table;
    this.#followed = table.length;
    this.#learn(-1, exports);
  }

  /** Learns the functions that a library exports; `library` is its position among all libraries. */
  add(library: number, { exports }: SideModule): void {
    this.#learn(library, exports);
  }

  get length(): number {
    return this.#table.length;
  }

  /** Entries that were added since the last call and that an instance cannot know by itself. */
  added(): readonly TableEntry[] {
    if (this.#followed === this.#table.length) return NONE;
    const entries: TableEntry[] = [];
    for (; this.#followed < this.#table.length; this.#followed++) {
      const name = this.#names.get(this.#table.get(this.#followed));
      if (name) entries.push({ index: this.#followed, ...name });
    }
    return entries;
  }

  #learn(library: number, exports: Readonly<Record<string, unknown>>): void {
    for (const [name, exported] of Object.entries(exports)) {
      if (typeof exported === "function" && !this.#names.has(exported))
        this.#names.set(exported, { library, name });
    }
  }
}
