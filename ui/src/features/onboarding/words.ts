/**
 * The words between being shown and being confirmed. They live only in this variable, for as long as the two steps take;
 * a reload forgets them, and the person begins again.
 */
let pending: { words: string[]; confirm: number[] } | null = null;

export function keepWords(words: string[], confirm: number[]) {
  pending = { words, confirm };
}

export function pendingWords() {
  return pending;
}

export function forgetWords() {
  pending = null;
}

/** The words of a text, whatever stands between them: spaces, lines, commas, numbers. */
export function splitWords(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== "");
}
