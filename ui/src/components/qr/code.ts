import { encodeQR } from "qr";
import { decodeQR } from "qr/decode.js";

/** Bech32 texts mean the same in capitals, for which a picture needs a third less room. */
const BECH32 = /^[a-z0-9]+1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{6,}$/;

/** The pattern of a text: rows of dark (true) and light squares, with the white border that readers need. */
export function squaresOf(text: string): boolean[][] {
  return encodeQR(BECH32.test(text) ? text.toUpperCase() : text, "raw", { ecc: "medium", border: 4 });
}

/** The text in a picture, or null. */
export function textIn(image: { width: number; height: number; data: Uint8ClampedArray }): string | null {
  try {
    const text = decodeQR(image, { timeLimit: 2_000, effort: 5 });
    const small = text.toLowerCase();
    return text === text.toUpperCase() && BECH32.test(small) ? small : text;
  } catch {
    return null;
  }
}

/** One path for all dark squares; runs of a row are one rectangle. */
export function pathOf(squares: boolean[][]): string {
  const parts: string[] = [];
  for (const [y, row] of squares.entries()) {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      const start = x;
      while (row[x + 1]) x += 1;
      parts.push(`M${start} ${y}h${x - start + 1}v1h-${x - start + 1}z`);
    }
  }
  return parts.join("");
}
