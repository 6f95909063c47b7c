/**
 * Sequences are not transactional: a statement that is run again must find them as it found them at first.
 */
import { PAGE_SIZE } from "./build-facts.ts";
import type { BufferPool } from "./buffer-pool.ts";
import type { UserRelation } from "./user-relations.ts";
import type { SequencePage } from "./yard-session.ts";

/** Reads and writes the pages of the schema's sequences. */
export class SequencePages {
  readonly #pool: BufferPool;
  #sequences: readonly UserRelation[] = [];

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  /** Watches the sequences among `relations`. */
  watch(relations: readonly UserRelation[]): void {
    this.#sequences = relations.filter(({ kind }) => kind === "S");
  }

  /** The pages of all sequences now. */
  read(): SequencePage[] {
    return this.#sequences.map(({ fileNumber, file }) => {
      const buffer = this.#pool.find(fileNumber, 0);
      const page = buffer === undefined ? file.contents.slice(0, PAGE_SIZE) : this.#pool.page(buffer).slice();
      return { fileNumber, page };
    });
  }

  /** Those of `before` that have changed since. */
  changedSince(before: readonly SequencePage[]): SequencePage[] {
    return before.filter(({ fileNumber, page }) => {
      const buffer = this.#pool.find(fileNumber, 0);
      return buffer !== undefined && Buffer.compare(this.#pool.page(buffer), page) !== 0;
    });
  }

  /** Writes `pages` and returns what stood there. */
  rewind(pages: readonly SequencePage[]): SequencePage[] {
    return pages.flatMap(({ fileNumber, page }) => {
      const buffer = this.#pool.find(fileNumber, 0);
      if (buffer === undefined) return [];
      const present = this.#pool.page(buffer).slice();
      this.#pool.page(buffer).set(page);
      return [{ fileNumber, page: present }];
    });
  }
}
