import { describe, expect, it } from "vitest";
import { pathOf, squaresOf, textIn } from "./code";

/** A picture of the squares, each `scale` pixels wide. */
function drawn(squares: boolean[][], scale: number) {
  const side = squares.length * scale;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      if (squares[Math.floor(y / scale)]?.[Math.floor(x / scale)])
        data.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  }
  return { width: side, height: side, data };
}

const CARD = `carecard1${"qpzry9x8gf2tvdw0s3jn54khce6mua7l".repeat(20)}`;

describe("a code as a picture", () => {
  it.each([CARD, "carekey:join?n=North+General#Grüße", "K7QM-2FWD", CARD.toUpperCase().toLowerCase()])(
    "says what was put into it: %s",
    (text) => {
      expect(textIn(drawn(squaresOf(text), 4))).toBe(text);
    },
  );

  it("keeps a contact card small enough to be photographed", () => {
    expect(squaresOf(CARD).length).toBeLessThan(squaresOf(CARD.replace("1", "2")).length);
  });

  it("has nothing to say when there is no code", () => {
    expect(textIn({ width: 80, height: 80, data: new Uint8ClampedArray(80 * 80 * 4).fill(255) })).toBeNull();
  });

  it("is drawn square by square", () => {
    expect(
      pathOf([
        [false, true, true],
        [true, false, false],
      ]),
    ).toBe("M1 0h2v1h-2zM0 1h1v1h-1z");
  });
});
