/**
 * Colour for terminals, and none anywhere else.
 */
import { styleText } from "node:util";

/** What a colour means; reports name meanings, not colours. */
export type Tone = "bad" | "good" | "faint" | "strong";

/** Gives `text` the look of `tone`, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

const FORMATS = { bad: "red", good: "green", faint: "gray", strong: "bold" } as const;

/** Leaves every text as it is. */
export const plainPaint: Paint = (_tone, text) => text;

/** Colours if `isTerminal`, else `plainPaint`. */
export function createPaint(isTerminal: boolean): Paint {
  return isTerminal ? (tone, text) => styleText(FORMATS[tone], text, { validateStream: false }) : plainPaint;
}
