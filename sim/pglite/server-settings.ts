/**
 * Server parameters of the in-process Postgres.
 *
 * Generic plans make a statement's plan independent of how often it ran; the deadlock timer fires only when the harness
 * lets it; the rest spares work that a throw-away database does not need.
 */
export const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  shared_preload_libraries: "plpgsql",
  max_prepared_transactions: "16",
  max_connections: "120",
  shared_buffers: "8MB",
  // Segments that would be mapped from files, which Emscripten copies instead of sharing, come from shared memory itself;
  // most of it is for cumulative statistics. Where it does not suffice, the mapping fails (53200).
  min_dynamic_shared_memory: "16MB",
  track_counts: "off",
  track_activities: "off",
  // No daemon can run here; CREATE INDEX keeps a table's statistics only where one might (and track_counts is on).
  autovacuum: "on",
  plan_cache_mode: "force_generic_plan",
  jit: "off",
  deadlock_timeout: "1ms",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  checkpoint_timeout: "1d",
  timezone: "UTC",
  log_min_messages: "panic",
};

/** deadlock_timeout, in virtual milliseconds. */
export const DEADLOCK_TIMEOUT_MS = 1;
