/**
 * The relations that a race's schema made: tables, indexes and sequences, with their files.
 */
import type { Backend, Execution, Surroundings } from "./backend.ts";
import { DATA_DIRECTORY, type FileNode } from "./boot.ts";
import { PAGE_SIZE } from "./build-facts.ts";
import { readReply } from "./wire.ts";

/** A relation outside the system's schemas, or the toast table or index of one. */
export interface UserRelation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** pg_class.relkind: "r" table, "i" index, "S" sequence, "t" toast table. */
  readonly kind: string;
  /** Access method, e.g. "heap", "btree"; empty for sequences. */
  readonly method: string;
  readonly fileNumber: number;
  readonly file: FileNode;
}

/** Blocks of the relation's file. */
export function blockCount(relation: UserRelation): number {
  return relation.file.usedBytes / PAGE_SIZE;
}

type Run = (text: string, values: readonly unknown[], surroundings: Surroundings) => Execution;

const QUERY = `
  select c.oid, n.nspname, c.relname, c.relkind, coalesce(a.amname, ''), pg_relation_filenode(c.oid), pg_relation_filepath(c.oid)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_am a on a.oid = c.relam
  where c.oid >= 16384 and pg_relation_filenode(c.oid) is not null
  order by c.oid`;

/**
 * Reads the relations of the database.
 * @param run runs the query beside all transactions; the default needs the track to be free
 */
export function userRelations(
  backend: Backend,
  run: Run = (text, values, surroundings) => backend.execute(text, values, surroundings),
): UserRelation[] {
  const surroundings = { nowUs: backend.clock.nowUs, entropySeed: 0, statics: backend.statics() };
  const { rows } = readReply(run(QUERY, [], surroundings).reply);
  return rows.map(([oid, schema, name, kind, method, fileNumber, path]) => ({
    oid: Number(oid),
    schema: schema ?? "",
    name: name ?? "",
    kind: kind ?? "",
    method: method ?? "",
    fileNumber: Number(fileNumber),
    file: backend.fileSystem.lookupPath(`${DATA_DIRECTORY}/${path}`).node,
  }));
}
