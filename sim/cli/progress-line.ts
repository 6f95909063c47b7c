/**
 * One line on standard error that is rewritten as a command goes on; nothing where nobody watches.
 */
import type { ExploreProgress } from "../search/explore.ts";
import type { Terminal } from "./terminal.ts";

/** Real milliseconds between two rewritings of the line. */
const REWRITE_MS = 100;
const BACK_AND_CLEAR = "\r\u001b[K";

/** A progress line. */
export interface ProgressLine {
  readonly show: (progress: ExploreProgress) => void;
  /** Removes the line. */
  readonly clear: () => void;
}

/** A line that shows a text; `show` may be called often. */
export interface TextLine {
  /** `elapsedMs`: real time since the beginning; `always`: even if the line was rewritten just now. */
  readonly show: (text: string, elapsedMs: number, always?: boolean) => void;
  /** Removes the line. */
  readonly clear: () => void;
}

/** The line on `terminal`; does nothing if standard error is no terminal. */
export function createTextLine(terminal: Terminal): TextLine {
  if (!terminal.errIsTerminal) return { show: () => {}, clear: () => {} };
  let shownAtMs = -REWRITE_MS;
  return {
    show(text, elapsedMs, always = false) {
      if (!always && elapsedMs - shownAtMs < REWRITE_MS) return;
      shownAtMs = elapsedMs;
      terminal.err(BACK_AND_CLEAR + text.slice(0, terminal.columns - 1));
    },
    clear() {
      terminal.err(BACK_AND_CLEAR);
    },
  };
}

/** The line of an exploration. */
export function createProgressLine(terminal: Terminal): ProgressLine {
  const line = createTextLine(terminal);
  return {
    show(progress) {
      line.show(progressText(progress), progress.elapsedMs, progress.state !== "exploring");
    },
    clear: line.clear,
  };
}

function progressText({ state, schedules, of, failing, elapsedMs }: ExploreProgress): string {
  const seconds = elapsedMs / 1000;
  if (state === "shrinking")
    return `${failing} of ${schedules} schedules failed, shrinking counterexamples …`;
  const limit = Number.isFinite(of) ? ` of ${of}` : "";
  const rate = (schedules / Math.max(seconds, 0.001)).toFixed(0);
  const failed = failing > 0 ? `, ${failing} failed` : "";
  return `${schedules}${limit} schedules, ${seconds.toFixed(1)} s, ${rate} per second${failed}`;
}
