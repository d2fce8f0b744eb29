import type { DicomWindow } from "@/bindings/DicomWindow";
import type { WindowFunction } from "@/bindings/WindowFunction";
import type { Frame } from "./frames";

/** The values that are spread from black to white. */
export interface WindowLevel {
  center: number;
  width: number;
}

/** 0 to 1 for a value (PS3.3 C.11.2). */
export function shade(value: number, { center, width }: WindowLevel, how: WindowFunction): number {
  if (how === "sigmoid") return 1 / (1 + Math.exp((-4 * (value - center)) / width));
  if (how === "linearExact") return clamp((value - center) / width + 0.5);
  // A width of one is a threshold.
  if (width <= 1) return value <= center - 0.5 ? 0 : 1;
  return clamp((value - (center - 0.5)) / (width - 1) + 0.5);
}

const clamp = (number: number) => Math.min(1, Math.max(0, number));

/** Everything there is in the frame, from its least to its greatest value. */
export function wholeRange({ about }: Frame): WindowLevel {
  return { center: (about.low + about.high) / 2, width: Math.max(1, about.high - about.low) };
}

/** What the file proposes first, else everything. */
export function firstWindow(frame: Frame): WindowLevel {
  const [first] = frame.about.windows;
  return first ? { center: first.center, width: first.width } : wholeRange(frame);
}

/** Ranges of Hounsfield units that radiologists look at. */
export const CT_WINDOWS = [
  { key: "brain", center: 40, width: 80 },
  { key: "softTissue", center: 40, width: 400 },
  { key: "lung", center: -600, width: 1500 },
  { key: "bone", center: 400, width: 1800 },
  { key: "mediastinum", center: 50, width: 350 },
  { key: "liver", center: 60, width: 160 },
] as const;

export const isSameWindow = (a: WindowLevel, b: WindowLevel | DicomWindow) =>
  Math.abs(a.center - b.center) < 0.01 && Math.abs(a.width - b.width) < 0.01;

export const isColour = (frame: Frame) => frame.about.format === "rgb";

export interface Look {
  window: WindowLevel;
  inverted: boolean;
  overlay: boolean;
}

/** Paints a frame, four bytes a pixel. */
export function paint(frame: Frame, look: Look, target: Uint8ClampedArray) {
  if (isColour(frame)) paintColour(frame, look.inverted, target);
  else paintGrey(frame, look, target);
  if (look.overlay && frame.overlay) paintOverlay(frame.overlay, target);
}

function paintColour({ values }: Frame, inverted: boolean, target: Uint8ClampedArray) {
  const turn = inverted ? 255 : 0;
  for (let from = 0, to = 0; from + 2 < values.length; from += 3, to += 4) {
    target[to] = (values[from] as number) ^ turn;
    target[to + 1] = (values[from + 1] as number) ^ turn;
    target[to + 2] = (values[from + 2] as number) ^ turn;
    target[to + 3] = 255;
  }
}

function paintGrey(frame: Frame, look: Look, target: Uint8ClampedArray) {
  const { about, values } = frame;
  const turned = look.inverted !== about.inverted;
  const grey = (stored: number) => {
    const part = shade(stored * about.slope + about.intercept, look.window, about.function);
    return Math.round((turned ? 1 - part : part) * 255);
  };
  const pixels = new Uint32Array(target.buffer, target.byteOffset, target.length / 4);
  if (values instanceof Float32Array) {
    for (let at = 0; at < values.length; at += 1) pixels[at] = rgba(grey(values[at] as number));
    return;
  }
  // A shade is worked out once for each value, not for each pixel.
  const least = values instanceof Int16Array ? -32768 : 0;
  const table = new Uint32Array(values.BYTES_PER_ELEMENT === 1 ? 256 : 65536);
  for (let at = 0; at < table.length; at += 1) table[at] = rgba(grey(at + least));
  for (let at = 0; at < values.length; at += 1) pixels[at] = table[(values[at] as number) - least] as number;
}

const rgba = (grey: number) => (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0;

/** Drawings are yellow, as on most workstations. */
function paintOverlay(overlay: Uint8Array, target: Uint8ClampedArray) {
  for (let at = 0; at < overlay.length; at += 1) {
    if (overlay[at] === 0) continue;
    target[at * 4] = 255;
    target[at * 4 + 1] = 221;
    target[at * 4 + 2] = 64;
  }
}

/** The value of a pixel in its unit; none outside the picture and for colours. */
export function valueAt(frame: Frame, x: number, y: number): number | null {
  const { about, values } = frame;
  if (isColour(frame) || x < 0 || y < 0 || x >= about.columns || y >= about.rows) return null;
  return (values[Math.floor(y) * about.columns + Math.floor(x)] as number) * about.slope + about.intercept;
}
