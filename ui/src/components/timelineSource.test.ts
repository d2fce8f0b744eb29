import { describe, expect, it } from "vitest";
import { itemAt, itemCount, placeOfYear, type TimelineYear, yearOf } from "./timelineSource";

const years: TimelineYear[] = [
  { year: 2026, count: 2 },
  { year: 2019, count: 1 },
  { year: null, count: 3 },
];

describe("a timeline's sequence", () => {
  it("puts every row under its year's heading, once", () => {
    const items = Array.from({ length: itemCount(years) }, (_, index) => itemAt(years, index));
    expect(items.map((item) => [item.year.year, item.row])).toEqual([
      [2026, null],
      [2026, 0],
      [2026, 1],
      [2019, null],
      [2019, 2],
      [null, null],
      [null, 3],
      [null, 4],
      [null, 5],
    ]);
    expect(() => itemAt(years, 9)).toThrow(RangeError);
  });

  it("finds the heading to jump to", () => {
    for (const { year } of years) expect(itemAt(years, placeOfYear(years, year)).year.year).toBe(year);
  });

  it("knows years before 1970", () => {
    expect(yearOf(Date.UTC(1954, 2, 1))).toBe(1954);
    expect(yearOf(0)).toBeNull();
  });
});
