/**
 * The relations that a race's schema made: tables, indexes and sequences, with their files.
 */
import { PAGE_SIZE } from "./build-facts.ts";
import { DATA_DIRECTORY } from "./machine/boot-next.ts";
import type { FileNode } from "./machine/main-instance.ts";
import type { Server } from "./server.ts";

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

const QUERY = `
  select c.oid, n.nspname, c.relname, c.relkind, coalesce(a.amname, ''), pg_relation_filenode(c.oid), pg_relation_filepath(c.oid)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_am a on a.oid = c.relam
  where c.oid >= 16384 and pg_relation_filenode(c.oid) is not null
  order by c.oid`;

/** Reads the committed relations of the database. */
export function userRelations(server: Server): UserRelation[] {
  return server.read(QUERY).rows.map(([oid, schema, name, kind, method, fileNumber, path]) => ({
    oid: Number(oid),
    schema: schema ?? "",
    name: name ?? "",
    kind: kind ?? "",
    method: method ?? "",
    fileNumber: Number(fileNumber),
    file: server.fileSystem.lookupPath(`${DATA_DIRECTORY}/${path}`).node,
  }));
}
