/**
 * Expected outputs, cut into their permutations, and the comparison with what came.
 */

/** One file of expected output. */
export interface ExpectedOutput {
  /** For messages: the file's name. */
  readonly name: string;
  /** What stands before the first permutation. */
  readonly header: string;
  /** The permutations in their order, each beginning with an empty line and "starting permutation:". */
  readonly permutations: readonly string[];
}

const BEGINNING = "\nstarting permutation:";

/** Cuts the text of a file such as isolationtester writes. */
export function readExpectedOutput(name: string, text: string): ExpectedOutput {
  const [header = "", ...rest] = text.replaceAll("\r\n", "\n").split(/^\nstarting permutation:/m);
  return { name, header, permutations: rest.map((part) => BEGINNING + part) };
}

/** One difference between expected and actual output. */
export interface Difference {
  /** The expected file whose text is nearest. */
  readonly name: string;
  readonly expected: string;
  readonly actual: string;
}

/** The difference of one permutation, counted from 0; undefined if one of the files has just this output. */
export function differenceOf(
  files: readonly ExpectedOutput[],
  index: number,
  actual: string,
): Difference | undefined {
  return nearest(
    files.map(({ name, permutations }) => ({ name, expected: permutations[index] ?? "", actual })),
  );
}

/** The same for the header. */
export function headerDifference(files: readonly ExpectedOutput[], actual: string): Difference | undefined {
  return nearest(files.map(({ name, header }) => ({ name, expected: header, actual })));
}

/** Of the candidates the one that has most of the actual lines; undefined if one is equal or there is none. */
function nearest(candidates: readonly Difference[]): Difference | undefined {
  if (candidates.some(({ expected, actual }) => expected === actual)) return undefined;
  const common = ({ expected, actual }: Difference): number => {
    const lines = new Set(expected.split("\n"));
    return actual.split("\n").filter((line) => lines.has(line)).length;
  };
  return candidates.toSorted((a, b) => common(b) - common(a))[0];
}
