/**
 * How the command line is called from where this runs: lines to paste begin with it.
 */

/** In this repository the source runs by way of npm; an installed package has its own command. */
export const COMMAND: string = import.meta.url.endsWith(".ts")
  ? "npm run -s switchyard --"
  : "npx switchyard";
