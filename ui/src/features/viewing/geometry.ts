import type { DicomEdges } from "@/bindings/DicomEdges";
import type { DicomRegion } from "@/bindings/DicomRegion";
import type { DicomSpacing } from "@/bindings/DicomSpacing";

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** How a picture stands in its box. */
export interface Stance {
  /** Screen pixels for a pixel's width; none fits the whole picture in. */
  zoom: number | null;
  pan: Point;
  /** Quarter turns clockwise. */
  turns: number;
  mirrored: boolean;
}

export const UPRIGHT: Stance = { zoom: null, pan: { x: 0, y: 0 }, turns: 0, mirrored: false };

/** x' = a·x + c·y + e, y' = b·x + d·y + f */
export type Matrix = [a: number, b: number, c: number, d: number, e: number, f: number];

export const ZOOM_MIN = 0.02;
export const ZOOM_MAX = 40;

/** The zoom at which the whole picture is in sight. */
export function fittingZoom(box: Size, picture: Size, aspect: number, turns: number): number {
  const lying = turns % 2 === 1;
  const width = lying ? picture.height * aspect : picture.width;
  const height = lying ? picture.width : picture.height * aspect;
  return Math.min(box.width / width, box.height / height);
}

/** From pixels of the picture to pixels of the box. */
export function matrix(stance: Stance, box: Size, picture: Size, aspect: number): Matrix {
  const zoom = stance.zoom ?? fittingZoom(box, picture, aspect, stance.turns);
  const [cos, sin] = (
    [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ] as const
  )[stance.turns % 4] ?? [1, 0];
  const across = zoom * (stance.mirrored ? -1 : 1);
  const down = zoom * aspect;
  const [a, b, c, d] = [cos * across, sin * across, -sin * down, cos * down];
  const middle = { x: box.width / 2 + stance.pan.x, y: box.height / 2 + stance.pan.y };
  const e = middle.x - (a * picture.width + c * picture.height) / 2;
  const f = middle.y - (b * picture.width + d * picture.height) / 2;
  return [a, b, c, d, e, f];
}

export function apply([a, b, c, d, e, f]: Matrix, { x, y }: Point): Point {
  return { x: a * x + c * y + e, y: b * x + d * y + f };
}

export function invert([a, b, c, d, e, f]: Matrix): Matrix {
  const k = a * d - b * c;
  return [d / k, -b / k, -c / k, a / k, (c * f - d * e) / k, (b * e - a * f) / k];
}

/** Zooms so that what is under `at` stays there. */
export function zoomAt(
  stance: Stance,
  box: Size,
  picture: Size,
  aspect: number,
  factor: number,
  at: Point,
): Stance {
  const old = stance.zoom ?? fittingZoom(box, picture, aspect, stance.turns);
  const zoom = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, old * factor));
  const grown = zoom / old;
  const from = { x: at.x - box.width / 2 - stance.pan.x, y: at.y - box.height / 2 - stance.pan.y };
  return {
    ...stance,
    zoom,
    pan: { x: stance.pan.x + from.x * (1 - grown), y: stance.pan.y + from.y * (1 - grown) },
  };
}

/** What lies at the edges once the picture is turned and mirrored. */
export function turnedEdges(edges: DicomEdges, { turns, mirrored }: Stance): DicomEdges {
  let { left, top, right, bottom } = edges;
  if (mirrored) [left, right] = [right, left];
  for (let turn = 0; turn < turns % 4; turn += 1) [top, right, bottom, left] = [left, top, right, bottom];
  return { left, top, right, bottom };
}

/** Millimetres a pixel has here; none if that is not known. */
export interface Scale {
  x: number;
  y: number;
  source: "patient" | "detector";
}

export function scaleAt(spacing: DicomSpacing | null, regions: DicomRegion[], points: Point[]): Scale | null {
  const region = regions.find(({ bounds: [left, top, right, bottom] }) =>
    points.every(({ x, y }) => x >= left && x <= right + 1 && y >= top && y <= bottom + 1),
  );
  if (region) return { x: region.x, y: region.y, source: "patient" };
  return spacing && { x: spacing.x, y: spacing.y, source: spacing.source };
}

/** In millimetres, or in pixels where their size is not known. */
export function distance([from, to]: [Point, Point], scale: Scale | null): number {
  return Math.hypot((to.x - from.x) * (scale?.x ?? 1), (to.y - from.y) * (scale?.y ?? 1));
}

/** In degrees, at the middle point. */
export function angle([from, at, to]: [Point, Point, Point], aspect: number): number {
  const towards = (point: Point) => Math.atan2((point.y - at.y) * aspect, point.x - at.x);
  const turn = Math.abs(towards(from) - towards(to)) * (180 / Math.PI);
  return turn > 180 ? 360 - turn : turn;
}
