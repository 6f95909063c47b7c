/** Mutant 14: after 40001 or 40P01 sweep writes again what it had decided, without reading again. */
import { reference } from "../protocol.ts";
import type { Queryable } from "../query-port.ts";
import { sweepSql } from "../sweep.ts";
import type { ProtocolMutant } from "./mutant.ts";

export const sweepRetriesStale: ProtocolMutant = {
  id: 14,
  title: "sweep retries without a re-read",
  violates: ["I4"],
  shortest: "40001; respond; retry",
  protocol: {
    ...reference,
    sweep: (db, input, options) => reference.sweep(remembering(db), input, options),
  },
};

function remembering(db: Queryable): Queryable {
  const known = new Map<string, { readonly rows: unknown[]; readonly rowCount: number | null }>();
  const reads: readonly string[] = [sweepSql.lockTasks, sweepSql.lockDetails];
  return {
    query: async <Row>(text: string, values?: readonly unknown[]) => {
      const before = known.get(text);
      if (before !== undefined) return { rows: before.rows as Row[], rowCount: before.rowCount };
      const result = await db.query<Row>(text, values);
      if (reads.includes(text)) known.set(text, result);
      return result;
    },
  };
}
