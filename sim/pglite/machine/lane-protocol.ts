/**
 * How the main thread and a lane talk through shared memory. Only one of the two ever runs: each hands over to the other and
 * sleeps until it is its turn again. `lane.mjs` gets these numbers when it starts.
 */

/** Indexes into the lane's Int32Array. */
export const WORD = {
  /** 1 when it is the lane's turn. */
  laneTurn: 0,
  /** 1 when it is the main thread's turn. */
  mainTurn: 1,
  /** Why the lane hands over, one of HANDOVER. */
  reason: 2,
  /** Import that the lane asks for (its position among the program's imports), and the number of its arguments. */
  importIndex: 3,
  argumentCount: 4,
  /** Bytes of the message to the backend, and of its answer so far. */
  inputLength: 5,
  outputLength: 6,
  /** Number of updates that were posted to the lane. */
  updates: 7,
  /** 1 where the value at the same place is a bigint: arguments from here on, and the result in the first. */
  isBigint: 8,
} as const;

/** Why a lane hands over. */
export const HANDOVER = {
  /** The statement is at its end; its answer is in the mailbox. */
  done: 1,
  /** It sleeps until somebody sets its backend's latch. */
  asleep: 2,
  /** It needs an import that only the main thread can serve. */
  call: 3,
  /** The mailbox is full of its answer. */
  outputFull: 4,
  /** The backend ended, or the program failed; the mailbox says how. */
  failed: 5,
  /** It has started. */
  ready: 6,
} as const;

/** Layout of the lane's control buffer, in bytes: words, then arguments as numbers, then arguments as bigints. */
export const CONTROL = {
  words: 0,
  wordCount: 32,
  numbers: 128,
  bigints: 256,
  values: 16,
  size: 384,
} as const;

/** Bytes of the mailbox: input first, output after it. */
export const MAILBOX = { input: 4_194_304, output: 4_194_304 } as const;

/** Bytes of a lane's own C stack; more than max_stack_depth. */
export const LANE_STACK_BYTES = 4_194_304;

/** Indexes into the Float64Array of the clock, which all threads share. */
export const CLOCK = { nowUs: 0, statementStartUs: 1, looks: 2 } as const;

/**
 * Indexes into the Int32Array by which lanes that sleep see how the main thread gets on: the number of its statement, odd while it works on it,
 * and 1 if a lane has cancelled one that took too long.
 */
export const PULSE = { statement: 0, cancelled: 1, wordCount: 2 } as const;

/** The Float64Array with the ends of files, by descriptor: its length, what stands for "not known", and SEEK_END. */
export const FILE_ENDS = { descriptors: 4_096, unknown: -1, seekEnd: 2 } as const;
