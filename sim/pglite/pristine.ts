/**
 * Sets all tables back to empty between two runs, page by page, without a statement.
 *
 * The pristine state of a heap is one page of zeros (which Postgres takes for a new page), that of a B-tree a metapage
 * and an empty root (access/nbtree.h), that of a sequence its first page as created. Writing these pages back costs
 * microseconds, leaves no dead rows, and gives every run the same physical start, so that the order of rows in a
 * scan, and with it the order of locks, cannot depend on the runs before. Where a relation outgrew its pristine
 * size, or has another access method, the tables are truncated by SQL and made pristine anew.
 */
import type { Server } from "./server.ts";
import type { FileNode } from "./machine/main-instance.ts";
import { PAGE_SIZE } from "./build-facts.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { blockCount, userRelations, type UserRelation } from "./user-relations.ts";

/** Knows the pristine pages of the installed schema. */
export class Pristine {
  readonly #server: Server;
  readonly #pool: BufferPool;
  #relations: readonly UserRelation[] = [];
  /** Pristine pages by relation, and the same as one list. */
  #pages = new Map<UserRelation, readonly Uint8Array[]>();
  #list: readonly PristinePage[] = [];

  constructor(server: Server, pool: BufferPool) {
    this.#server = server;
    this.#pool = pool;
  }

  /** The relations of the installed schema. */
  get relations(): readonly UserRelation[] {
    return this.#relations;
  }

  /** Takes the present, empty tables as the state to go back to. The track must be free. */
  learn(): void {
    this.#relations = userRelations(this.#server);
    this.#pages = new Map();
    for (const relation of this.#relations) {
      const pages = this.#makePristine(relation);
      if (pages) this.#pages.set(relation, pages);
    }
    this.#list = [...this.#pages].flatMap(([{ fileNumber, file }, pages]) =>
      pages.map((bytes, block) => ({ fileNumber, file, block, bytes })),
    );
    this.restore();
  }

  /** The pages as they are now, or undefined where a relation is not of its pristine size. The track must be free. */
  capture(): PageImage | undefined {
    if (!this.#relations.every((relation) => this.#fits(relation))) return undefined;
    const buffers = this.#pool.findAll(this.#list);
    const bytes = this.#list.map(({ file, block, bytes: pristine }, index) => {
      const buffer = buffers[index];
      const start = block * PAGE_SIZE;
      const page =
        buffer === undefined
          ? file.contents.slice(start, start + PAGE_SIZE)
          : this.#pool.page(buffer).slice();
      return Buffer.compare(page, pristine) === 0 ? pristine : page;
    });
    return { pristine: this.#list, bytes };
  }

  /** Writes captured pages over the pristine ones that differ; false if the relations are no longer those of the capture. */
  apply(image: PageImage): boolean {
    if (image.pristine !== this.#list) return false;
    const changed = this.#list.flatMap((page, index) => {
      const bytes = image.bytes[index] as Uint8Array;
      return bytes === page.bytes ? [] : [{ ...page, bytes }];
    });
    this.#writePages(changed);
    return true;
  }

  /** Empties every table and sets every sequence back. The track must be free and no session may hold anything. */
  restore(): void {
    if (this.#relations.every((relation) => this.#fits(relation))) {
      this.#writePages(this.#list);
      return;
    }
    const tables = this.#relations.filter(({ kind }) => kind === "r" || kind === "p");
    const names = tables.map(({ schema, name }) => `${quoted(schema)}.${quoted(name)}`);
    this.#server.script(`truncate ${names.join(", ")} restart identity cascade`);
    this.learn();
  }

  #fits(relation: UserRelation): boolean {
    const pages = this.#pages.get(relation);
    return pages ? blockCount(relation) === pages.length : this.#isEmptyElsewhere(relation);
  }

  /** A relation without pristine pages (toast, or an index of another method) must not have been touched. */
  #isEmptyElsewhere(relation: UserRelation): boolean {
    return relation.kind === "t" && blockCount(relation) === 0;
  }

  /** Brings an empty relation to its pristine size and returns its pages; undefined where it has none. */
  #makePristine(relation: UserRelation): readonly Uint8Array[] | undefined {
    const first = (): Uint8Array => this.#readPage(relation, 0);
    if (relation.kind === "S") return [first()];
    if (relation.kind === "r" && blockCount(relation) === 0)
      return [this.#extend(relation, new Uint8Array(PAGE_SIZE))];
    if (relation.method === "btree" && blockCount(relation) === 1) {
      const meta = withRoot(first());
      return [meta, this.#extend(relation, emptyRoot())];
    }
    return undefined;
  }

  #extend(relation: UserRelation, page: Uint8Array): Uint8Array {
    const { file } = relation;
    file.stream_ops.write({ node: file, position: 0 }, page, 0, PAGE_SIZE, file.usedBytes);
    this.#server.backends.main.fileEnds.forget();
    return page;
  }

  #readPage(relation: UserRelation, block: number): Uint8Array {
    const buffer = this.#pool.find(relation.fileNumber, block);
    const start = block * PAGE_SIZE;
    return buffer === undefined
      ? relation.file.contents.slice(start, start + PAGE_SIZE)
      : this.#pool.page(buffer).slice();
  }

  #writePages(pages: readonly PristinePage[]): void {
    const buffers = this.#pool.findAll(pages);
    for (const [index, { file, block, bytes }] of pages.entries()) {
      const buffer = buffers[index];
      const page = buffer === undefined ? undefined : this.#pool.page(buffer);
      // Most tables were not touched, and to compare is many times faster than to write into shared memory.
      if (page && Buffer.compare(page, bytes) === 0) continue;
      page?.set(bytes);
      if (buffer === undefined || !this.#pool.isDirty(buffer)) file.contents.set(bytes, block * PAGE_SIZE);
    }
  }
}

/** Contents of all pages, to be put back as long as the relations are the same. */
export interface PageImage {
  readonly pristine: readonly PristinePage[];
  readonly bytes: readonly Uint8Array[];
}

interface PristinePage {
  readonly fileNumber: number;
  readonly file: FileNode;
  readonly block: number;
  readonly bytes: Uint8Array;
}

/** Offsets in a B-tree's metapage: after the page header, magic and version come root, level, fast root, fast level. */
const META = { root: 32, level: 36, fastRoot: 40, fastLevel: 44 } as const;
const ROOT_BLOCK = 1;

/** A metapage that names block 1 as the root, at level 0. */
function withRoot(meta: Uint8Array): Uint8Array {
  const view = new DataView(meta.buffer, meta.byteOffset);
  view.setUint32(META.root, ROOT_BLOCK, true);
  view.setUint32(META.level, 0, true);
  view.setUint32(META.fastRoot, ROOT_BLOCK, true);
  view.setUint32(META.fastLevel, 0, true);
  return meta;
}

const PAGE_HEADER = { lower: 12, upper: 14, special: 16, sizeAndVersion: 18, size: 24 } as const;
const PAGE_LAYOUT_VERSION = 4;
const BTREE_OPAQUE = { size: 16, flags: 12 } as const;
const LEAF_AND_ROOT = 0b11;

/** A B-tree page without items that is leaf and root at once. */
function emptyRoot(): Uint8Array {
  const page = new Uint8Array(PAGE_SIZE);
  const view = new DataView(page.buffer);
  const special = PAGE_SIZE - BTREE_OPAQUE.size;
  view.setUint16(PAGE_HEADER.lower, PAGE_HEADER.size, true);
  view.setUint16(PAGE_HEADER.upper, special, true);
  view.setUint16(PAGE_HEADER.special, special, true);
  view.setUint16(PAGE_HEADER.sizeAndVersion, PAGE_SIZE | PAGE_LAYOUT_VERSION, true);
  view.setUint16(special + BTREE_OPAQUE.flags, LEAF_AND_ROOT, true);
  return page;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
