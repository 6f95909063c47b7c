/**
 * Sees which rows each move locked or wrote, by looking at the tables' pages in the server's memory before and after it.
 *
 * PostgreSQL keeps row locks in the rows themselves (access/heap/README.tuplock), so that a row that was locked, updated,
 * deleted or inserted has another header afterwards. Versions of one row are linked; the place of the first one names the row.
 */
import type { RowReport, RowStrength, RowTouch } from "../engine/port.ts";
import { PAGE_SIZE, PGPROC } from "./build-facts.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { readTuples, type TupleHeader } from "./heap-page.ts";
import type { Server } from "./server.ts";
import type { Session } from "./session.ts";
import { blockCount, type UserRelation } from "./user-relations.ts";

interface Version extends TupleHeader {
  readonly place: string;
  readonly holders: readonly Holder[];
}

/** A transaction that locked, updated or deleted a version. */
interface Holder {
  readonly xid: number;
  readonly strength: RowStrength;
  readonly change: "locked" | "written";
}

/** The rows of one run. */
export class RowWatch {
  readonly #server: Server;
  readonly #pool: BufferPool;
  readonly #tables: readonly UserRelation[];
  /** Versions by place, by table. */
  #known = new Map<UserRelation, ReadonlyMap<string, Version>>();
  /** The tables' pages as they were at the last look. */
  readonly #pages = new Map<UserRelation, readonly Uint8Array[]>();
  /** Names of rows by table, place and xmin of a version. */
  readonly #rows = new Map<string, string>();
  /** Members of multixacts; their numbers are not used again. */
  readonly #members = new Map<number, readonly Holder[]>();

  constructor(server: Server, pool: BufferPool, relations: readonly UserRelation[]) {
    this.#server = server;
    this.#pool = pool;
    this.#tables = relations.filter(({ kind }) => kind === "r");
    this.#load();
  }

  /** Takes the rows as they are now for what was there before. */
  begin(): void {
    this.#known = new Map();
    this.#pages.clear();
    this.#rows.clear();
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
      if (now === before) continue;
      for (const version of now.values()) {
        const old = before?.get(version.place);
        const isNew = old === undefined || old.xmin !== version.xmin;
        const holders = version.holders.filter(
          (holder) => isNew || !old.holders.some((one) => isSame(one, holder)),
        );
        if (!isNew && holders.length === 0) continue;
        const row = this.#rowOf(table, version, now, acted);
        const touch = { relation: table.name, row };
        if (isNew && version.xmin !== 0 && versionBefore(version, now) === undefined)
          this.#tell(acted, version.xmin, { ...touch, strength: "update", change: "inserted" }, tell);
        for (const { xid, strength, change } of holders)
          this.#tell(acted, xid, { ...touch, strength, change }, tell);
      }
    }
    this.#known = known;
  }

  /** Tells it of the session that has the transaction, else of all that may have had it. */
  #tell(
    acted: readonly Session[],
    xid: number,
    touch: Omit<RowTouch, "session" | "isCertain">,
    tell: (touch: RowTouch) => void,
  ): void {
    const { memory } = this.#server;
    const owner = acted.find(({ berth }) => memory.u32(berth.backend.proc + PGPROC.xid) === xid);
    const isCertain = owner !== undefined || acted.length === 1;
    const sessions = owner !== undefined ? [owner] : acted;
    for (const { name } of sessions) tell({ session: name, ...touch, isCertain });
  }

  /** Has the server read every table once, so that all their pages are in its buffers and are found at once from then on. */
  #load(): void {
    const missing = this.#tables.filter((table) => this.#buffersOf(table).includes(undefined));
    for (const { schema, name } of missing)
      this.#server.read(
        `select count(*) from "${schema.replaceAll('"', '""')}"."${name.replaceAll('"', '""')}"`,
      );
  }

  #buffersOf(table: UserRelation): (number | undefined)[] {
    const { fileNumber } = table;
    return this.#pool.findAll(
      Array.from({ length: blockCount(table) }, (_, block) => ({ fileNumber, block })),
    );
  }

  /** The versions of a table; the same map as before if nothing on its pages has changed. */
  #read(table: UserRelation): ReadonlyMap<string, Version> {
    const pages = this.#buffersOf(table).map((buffer, block) =>
      buffer === undefined
        ? table.file.contents.subarray(block * PAGE_SIZE, (block + 1) * PAGE_SIZE)
        : this.#pool.page(buffer),
    );
    const [before, known] = [this.#pages.get(table), this.#known.get(table)];
    const isSamePage = (page: Uint8Array, block: number): boolean =>
      Buffer.compare(page, before?.[block] ?? NO_PAGE) === 0;
    if (known !== undefined && pages.length === before?.length && pages.every(isSamePage)) return known;
    this.#pages.set(
      table,
      pages.map((page) => Uint8Array.from(page)),
    );
    const versions = new Map<string, Version>();
    for (const [block, page] of pages.entries()) {
      for (const tuple of readTuples(page)) {
        const place = `(${block},${tuple.offset})`;
        versions.set(place, { ...tuple, place, holders: this.#holdersOf(tuple) });
      }
    }
    return versions;
  }

  #holdersOf({ xmax, isMulti, isLockOnly, strength }: TupleHeader): readonly Holder[] {
    if (xmax === 0) return [];
    if (!isMulti) return [{ xid: xmax, strength, change: isLockOnly ? "locked" : "written" }];
    let members = this.#members.get(xmax);
    if (members === undefined) {
      const { rows } = this.#server.read("select xid, mode from pg_get_multixact_members($1::text::xid)", [
        String(xmax),
      ]);
      members = rows.flatMap(([xid, mode]) => {
        const member = MEMBERS[mode ?? ""];
        return member === undefined ? [] : [{ xid: Number(xid), ...member }];
      });
      this.#members.set(xmax, members);
    }
    return members;
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

const NO_PAGE = new Uint8Array();

/** By the status that Postgres tells with every answer. */
const STATES: Readonly<Record<string, "none" | "open" | "failed">> = { I: "none", T: "open", E: "failed" };

function versionBefore(version: Version, all: ReadonlyMap<string, Version>): Version | undefined {
  for (const other of all.values()) {
    if (other === version || other.isLockOnly) continue;
    if (`(${other.nextBlock},${other.nextOffset})` === version.place) return other;
  }
  return undefined;
}

function isSame(one: Holder, other: Holder): boolean {
  return one.xid === other.xid && one.strength === other.strength && one.change === other.change;
}

/** By pg_get_multixact_members' names. */
const MEMBERS: Readonly<Record<string, Omit<Holder, "xid">>> = {
  keysh: { strength: "key share", change: "locked" },
  sh: { strength: "share", change: "locked" },
  fornokeyupd: { strength: "no key update", change: "locked" },
  forupd: { strength: "update", change: "locked" },
  nokeyupd: { strength: "no key update", change: "written" },
  upd: { strength: "update", change: "written" },
};
