import type { Frame } from "./frames";
import { distance, type Point, type Scale } from "./geometry";
import { valueAt } from "./shading";

export type Measure =
  | { kind: "distance"; frame: number; points: Point[] }
  | { kind: "angle"; frame: number; points: Point[] }
  | { kind: "area"; frame: number; points: Point[] };

/** How many points make a measurement. */
export const POINTS = { distance: 2, angle: 3, area: 2 } as const;

export interface AreaFigures {
  mean: number;
  deviation: number;
  low: number;
  high: number;
  pixels: number;
  /** In mm², where the size of a pixel is known. */
  size: number | null;
}

/** The values inside a rectangle; none for colours and outside the picture. */
export function areaFigures(
  frame: Frame,
  [from, to]: [Point, Point],
  scale: Scale | null,
): AreaFigures | null {
  const edge = (a: number, b: number, max: number) =>
    [Math.max(0, Math.floor(Math.min(a, b))), Math.min(max, Math.ceil(Math.max(a, b)))] as const;
  const [left, right] = edge(from.x, to.x, frame.about.columns);
  const [top, bottom] = edge(from.y, to.y, frame.about.rows);
  let [count, sum, squares, low, high] = [0, 0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      const value = valueAt(frame, x, y);
      if (value === null) return null;
      count += 1;
      sum += value;
      squares += value * value;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (count === 0) return null;
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
  const size =
    scale &&
    distance([from, { x: to.x, y: from.y }], scale) * distance([from, { x: from.x, y: to.y }], scale);
  return { mean, deviation, low, high, pixels: count, size };
}
