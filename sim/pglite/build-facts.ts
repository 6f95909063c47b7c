/**
 * Everything that depends on the very build of PGlite: struct offsets, and the version for which they hold.
 *
 * PGlite 0.5.16 carries PostgreSQL 18.6 compiled for wasm32. The offsets are those of PostgreSQL's own structs
 * (src/include/storage/proc.h, lock.h, utils/snapshot.h, access/transam.h, storage/buf_internals.h) under that ABI. They are
 * proven at every start (proofs/, self-test.ts), which is refused if one no longer holds.
 */

/** The version of `@electric-sql/pglite` for which this file was measured. */
export const PGLITE_VERSION = "0.5.16";

/** SHA-256 of its `pglite.wasm`. */
export const PGLITE_WASM_SHA256 = "5256d9ac379f631355f41ab30291e6a6d9f854242b5ee2a2d0940e28041d3fca";

/** What `server_version` says there. */
export const SERVER_VERSION = "18.6";

/** Byte offsets in `PGPROC`. */
export const PGPROC = {
  links: 0,
  waitStatus: 16,
  latch: 20,
  xid: 36,
  pid: 44,
  waitLock: 92,
  waitLockMode: 100,
} as const;

/** Byte offsets in `Latch`. */
export const LATCH = { isSet: 0 } as const;

/** Byte offsets in `LOCK`; the tag is three u32, one u16 and the type byte. */
export const LOCK = {
  tagField1: 0,
  tagField2: 4,
  tagField3: 8,
  tagField4: 12,
  tagType: 14,
  procLocks: 24,
  waitProcs: 32,
} as const;

/** Byte offsets in `PROCLOCK`; `lockLink` is the node in the list that starts at LOCK.procLocks. */
export const PROCLOCK = { myProc: 4, holdMask: 12, lockLink: 20 } as const;

/** Byte offsets in `TransamVariablesData`. */
export const TRANSAM = { completionCount: 56 } as const;

/** `BufferDesc`, padded to a cache line: the tag is (tablespace, database, relation file, fork, block), five u32. */
export const BUFFER_DESC = {
  size: 64,
  relFileNumber: 8,
  fork: 12,
  block: 16,
  id: 20,
  state: 24,
  dirtyBit: 0x80_0000,
} as const;

/** Bytes of a page. */
export const PAGE_SIZE = 8192;

/** The status with which PGlite's loop reports a Postgres error that unwound to the main loop. */
export const LONGJMP_STATUS = 100;

/**
 * Addresses of the program's statics: from `start` to `mallocState` they belong to a backend, except Emscripten's break
 * (which `emscripten_get_sbrk_ptr` tells); from there on they belong to the C heap, which all backends share. `stackBase`
 * is `stack_base_ptr`; `stackTop` is where the main thread's stack begins.
 */
export const STATICS = {
  start: 2_560_000,
  mallocState: 2_973_556,
  stackBase: 2_879_780,
  stackTop: 11_362_848,
} as const;

/** What getpid() says. A signal to this process would reach whatever backend is in place, so no backend has this id. */
export const PROCESS_ID = 42;

/**
 * What a backend that waits for a transaction notes for its error context (lmgr.c, XactLockTableWaitInfo): offsets in the
 * callback on `error_context_stack`, in what that points to, and in `RelationData` and `FormData_pg_class`; `callback` is
 * the entry of the function table.
 */
export const ROW_WAIT = {
  callback: 1_756,
  stackCallback: 4,
  stackArgument: 8,
  relation: 4,
  rowId: 8,
  relationForm: 48,
  formName: 4,
} as const;

/** Where libc keeps what a process does at a signal: 20 bytes each, the handler (an entry of the function table) first. */
export const SIGNAL_ACTIONS = { start: 2_970_128, size: 20, userSignal1: 10 } as const;

/** The header of the server's shared memory (storage/pg_shmem.h): magic first. It is aligned to pages of WebAssembly. */
export const SEGMENT = { magic: 679_834_894, totalSize: 8, alignment: 65_536 } as const;

/** The head of a hash table (hash/dynahash.c, HTAB): pointers to its header and its directory. */
export const SHARED_HASH_TABLE = { header: 0, directory: 4 } as const;
