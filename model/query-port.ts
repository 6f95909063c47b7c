/**
 * The query port: the little that the transactions need of a database connection.
 *
 * A `pg` Client or PoolClient satisfies it, and so does a simulated session. Declared here, not imported, so that
 * `model` depends on nothing.
 */

/** One connection; its statements run one after the other. */
export interface Queryable {
  /**
   * Runs one statement. `values` fill $1, $2, ... Rows arrive as `pg` parses them: timestamptz as Date, jsonb as parsed
   * JSON. `rowCount` is null where the command counts no rows. Rejects with an error that carries SQLSTATE in `code`.
   */
  query<Row>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
}
