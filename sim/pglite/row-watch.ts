/**
 * Sees which rows each move locked or wrote, by looking at the tables' pages in the server's memory before and after it.
 *
 * PostgreSQL keeps row locks in the rows themselves (access/heap/README.tuplock), so that a row that was locked, updated,
 * deleted or inserted has another header afterwards. Versions of one row are linked; the place of the first one names the row.
 */
import type { RowReport, RowTouch } from "../engine/port.ts";
import { PAGE_SIZE, PGPROC } from "./build-facts.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { readTuples, type TupleHeader } from "./heap-page.ts";
import type { Server } from "./server.ts";
import type { Session } from "./session.ts";
import { blockCount, type UserRelation } from "./user-relations.ts";

interface Version extends TupleHeader {
  readonly place: string;
}

/** The rows of one run. */
export class RowWatch {
  readonly #server: Server;
  readonly #pool: BufferPool;
  readonly #tables: readonly UserRelation[];
  /** Versions by place, by table. */
  #known = new Map<UserRelation, ReadonlyMap<string, Version>>();
  /** Names of rows by table, place and xmin of a version. */
  readonly #rows = new Map<string, string>();

  constructor(server: Server, pool: BufferPool, relations: readonly UserRelation[]) {
    this.#server = server;
    this.#pool = pool;
    this.#tables = relations.filter(({ kind }) => kind === "r");
  }

  /** Takes the rows as they are now for what was there before. */
  begin(): void {
    this.#look([], () => {});
  }

  /** What has changed since the last look, by what `acted` did: the sessions that went on in between. */
  report(acted: readonly Session[]): RowReport {
    const touched: RowTouch[] = [];
    this.#look(acted, (touch) => touched.push(touch));
    for (const { name, waiting } of acted) {
      const { relation, row } = waiting?.wait.lock ?? {};
      const table = this.#tables.find((candidate) => candidate.name === relation);
      if (table === undefined || row === undefined) continue;
      const isCertain = false;
      const waited = { session: name, relation: table.name, row: this.#rowAt(table, row) };
      touched.push({ ...waited, strength: "update", change: "waited for", isCertain });
    }
    return {
      touched,
      transactions: Object.fromEntries(acted.map(({ name, status }) => [name, STATES[status] ?? "open"])),
    };
  }

  #look(acted: readonly Session[], tell: (touch: RowTouch) => void): void {
    const known = new Map<UserRelation, ReadonlyMap<string, Version>>();
    for (const table of this.#tables) {
      const before = this.#known.get(table);
      const now = this.#read(table);
      known.set(table, now);
      for (const version of now.values()) {
        const old = before?.get(version.place);
        const isNew = old === undefined || old.xmin !== version.xmin;
        if (!isNew && isSameLock(old, version)) continue;
        const touch = { relation: table.name, row: this.#rowOf(table, version, now, acted) };
        if (isNew && version.xmin !== 0 && versionBefore(version, now) === undefined)
          this.#tell(acted, version.xmin, false, { ...touch, strength: "update", change: "inserted" }, tell);
        if (version.xmax === 0) continue;
        const change = version.isLockOnly ? "locked" : "written";
        const { xmax, isMulti, strength } = version;
        this.#tell(acted, xmax, isMulti, { ...touch, strength, change }, tell);
      }
    }
    this.#known = known;
  }

  /** Tells it of the session that has the transaction, else of all that may have had it. */
  #tell(
    acted: readonly Session[],
    xid: number,
    isMulti: boolean,
    touch: Omit<RowTouch, "session" | "isCertain">,
    tell: (touch: RowTouch) => void,
  ): void {
    const { memory } = this.#server;
    const owner = acted.find(({ berth }) => memory.u32(berth.backend.proc + PGPROC.xid) === xid);
    const isCertain = !isMulti && (owner !== undefined || acted.length === 1);
    const sessions = !isMulti && owner !== undefined ? [owner] : acted;
    for (const { name } of sessions) tell({ session: name, ...touch, isCertain });
  }

  #read(table: UserRelation): Map<string, Version> {
    const versions = new Map<string, Version>();
    for (let block = 0; block < blockCount(table); block++) {
      const buffer = this.#pool.find(table.fileNumber, block);
      const start = block * PAGE_SIZE;
      const page =
        buffer === undefined
          ? table.file.contents.subarray(start, start + PAGE_SIZE)
          : this.#pool.page(buffer);
      for (const tuple of readTuples(page)) {
        const place = `(${block},${tuple.offset})`;
        versions.set(place, { ...tuple, place });
      }
    }
    return versions;
  }

  /** The row of a version: that of the version before it, else a new one, named after who made it and where. */
  #rowOf(
    table: UserRelation,
    version: Version,
    all: ReadonlyMap<string, Version>,
    acted: readonly Session[],
  ): string {
    const key = `${table.oid} ${version.place} ${version.xmin}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      const before = versionBefore(version, all);
      const maker = acted.map(({ name }) => `${name} `).join("");
      row = before ? this.#rowOf(table, before, all, acted) : `${maker}${version.place}`;
      this.#rows.set(key, row);
    }
    return row;
  }

  /** The row of which a wait tells a version, e.g. "tuple (0,1)". */
  #rowAt(table: UserRelation, words: string): string {
    const place = words.replace("tuple ", "");
    const version = this.#known.get(table)?.get(place);
    return (version && this.#rows.get(`${table.oid} ${place} ${version.xmin}`)) ?? place;
  }
}

/** By the status that Postgres tells with every answer. */
const STATES: Readonly<Record<string, "none" | "open" | "failed">> = { I: "none", T: "open", E: "failed" };

function versionBefore(version: Version, all: ReadonlyMap<string, Version>): Version | undefined {
  for (const other of all.values()) {
    if (other === version || other.isLockOnly) continue;
    if (`(${other.nextBlock},${other.nextOffset})` === version.place) return other;
  }
  return undefined;
}

function isSameLock(one: Version, other: Version): boolean {
  return (
    one.xmax === other.xmax &&
    one.isMulti === other.isMulti &&
    one.isLockOnly === other.isLockOnly &&
    one.strength === other.strength
  );
}
