import { describe, expect, it } from "vitest";
import type { DicomFrame } from "@/bindings/DicomFrame";
import { type Frame, FrameFault, readFrame } from "./frames";
import { angle, apply, distance, invert, matrix, scaleAt, turnedEdges, UPRIGHT, zoomAt } from "./geometry";
import { areaFigures } from "./measuring";
import { firstWindow, paint, shade } from "./shading";
import { clockTime, eachStep, leadName } from "./signals";

const about: DicomFrame = {
  number: 0,
  columns: 4,
  rows: 2,
  format: "greySigned16",
  slope: 2,
  intercept: -10,
  low: -18,
  high: 4,
  windows: [],
  function: "linear",
  inverted: false,
  pixelBytes: 16,
  hasOverlay: true,
};
const frame: Frame = {
  about,
  values: new Int16Array([-4, -3, -2, -1, 0, 1, 2, 7]),
  overlay: new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1]),
};
const greys = (look: Parameters<typeof paint>[1], of = frame) => {
  const target = new Uint8ClampedArray(8 * 4);
  paint(of, look, target);
  return Array.from({ length: 8 }, (_, at) => target[at * 4]);
};

describe("a frame on its way", () => {
  it("is taken apart into its meaning and its numbers", () => {
    const json = JSON.stringify({ outcome: "frame", ...about });
    const length = Math.ceil((json.length + 4) / 8) * 8 - 4;
    const bytes = new Uint8Array(4 + length + 16 + 8);
    new DataView(bytes.buffer).setUint32(0, length, true);
    bytes.set(new TextEncoder().encode(json.padEnd(length)), 4);
    bytes.set(new Uint8Array(frame.values.buffer), 4 + length);
    bytes[bytes.length - 1] = 1;
    const read = readFrame(bytes.buffer);
    expect(Array.from(read.values)).toEqual(Array.from(frame.values));
    expect(Array.from(read.overlay ?? [])).toEqual(Array.from(frame.overlay ?? []));
  });

  it("says why there is none", () => {
    const json = JSON.stringify({ outcome: "problem", problem: { code: "truncated" } }).padEnd(60);
    const bytes = new Uint8Array(64);
    new DataView(bytes.buffer).setUint32(0, 60, true);
    bytes.set(new TextEncoder().encode(json), 4);
    expect(() => readFrame(bytes.buffer)).toThrow(FrameFault);
  });
});

describe("brightness", () => {
  it("follows the standard's window, also at its edges", () => {
    // PS3.3 C.11.2.1.2.1: centre -1020, width 5 over -1024 to -1017.
    const shades = [-1024, -1023, -1022, -1021, -1020, -1019, -1018, -1017].map((value) =>
      Math.round(shade(value, { center: -1020, width: 5 }, "linear") * 255),
    );
    expect(shades).toEqual([0, 0, 32, 96, 159, 223, 255, 255]);
    expect(shade(5, { center: 5, width: 1 }, "linear"), "a width of one is a threshold").toBe(1);
  });

  it("is taken from everything that is there when the file proposes nothing", () => {
    expect(firstWindow(frame)).toEqual({ center: -7, width: 22 });
    expect(
      firstWindow({ ...frame, about: { ...about, windows: [{ center: 1, width: 2, name: null }] } }),
    ).toEqual({
      center: 1,
      width: 2,
    });
  });

  it("can be turned round, and is turned round already where low values are bright", () => {
    const look = { window: { center: -7, width: 22 }, inverted: false, overlay: false };
    const plain = greys(look);
    const turned = plain.map((grey) => 255 - (grey ?? 0));
    expect(plain[0]).toBeLessThan(plain[7] ?? 0);
    expect(greys({ ...look, inverted: true })).toEqual(turned);
    expect(greys(look, { ...frame, about: { ...about, inverted: true } })).toEqual(turned);
  });

  it("leaves drawings as they are", () => {
    const look = { window: { center: 1000, width: 2 }, inverted: false, overlay: true };
    expect(greys(look)).toEqual([0, 0, 0, 0, 0, 0, 0, 255]);
  });
});

describe("a picture in its box", () => {
  const [box, picture] = [
    { width: 400, height: 200 },
    { width: 100, height: 100 },
  ];

  it("fits in, and every point comes back to where it was", () => {
    const stance = { ...UPRIGHT, turns: 1, mirrored: true, pan: { x: 7, y: -3 } };
    const place = matrix(stance, box, picture, 1.5);
    const back = apply(invert(place), apply(place, { x: 12, y: 34 }));
    expect(back.x).toBeCloseTo(12);
    expect(back.y).toBeCloseTo(34);
    expect(apply(matrix(UPRIGHT, box, picture, 1), { x: 50, y: 50 })).toEqual({ x: 200, y: 100 });
  });

  it("zooms around the pointer", () => {
    const at = { x: 250, y: 120 };
    const before = apply(invert(matrix(UPRIGHT, box, picture, 1)), at);
    const zoomed = zoomAt(UPRIGHT, box, picture, 1, 3, at);
    const after = apply(invert(matrix(zoomed, box, picture, 1)), at);
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
  });

  it("takes its letters along when it is turned", () => {
    const edges = { left: "R", top: "A", right: "L", bottom: "P" };
    expect(turnedEdges(edges, { ...UPRIGHT, turns: 1 })).toEqual({
      left: "P",
      top: "R",
      right: "A",
      bottom: "L",
    });
    expect(turnedEdges(edges, { ...UPRIGHT, mirrored: true })).toMatchObject({ left: "L", right: "R" });
  });
});

describe("a measurement", () => {
  const spacing = { x: 0.5, y: 2, source: "patient" as const };

  it("is in millimetres where pixels have a size, and in pixels where not", () => {
    const line: [{ x: number; y: number }, { x: number; y: number }] = [
      { x: 0, y: 0 },
      { x: 6, y: 2 },
    ];
    expect(distance(line, scaleAt(spacing, [], line))).toBe(5);
    expect(scaleAt(null, [], line)).toBeNull();
    const region = { bounds: [0, 0, 10, 10] as [number, number, number, number], x: 1, y: 1 };
    expect(scaleAt(null, [region], line)).toMatchObject({ x: 1 });
    expect(
      scaleAt(
        null,
        [region],
        [
          { x: 0, y: 0 },
          { x: 11.5, y: 0 },
        ],
      ),
      "outside its part",
    ).toBeNull();
  });

  it("of an angle knows that pixels need not be square", () => {
    const right = angle(
      [
        { x: 1, y: 0 },
        { x: 0, y: 0 },
        { x: 0, y: 1 },
      ],
      2,
    );
    expect(right).toBeCloseTo(90);
    expect(
      angle(
        [
          { x: 1, y: 0 },
          { x: 0, y: 0 },
          { x: 1, y: 0.5 },
        ],
        2,
      ),
    ).toBeCloseTo(45);
  });

  it("of a rectangle gives the mean of its values in their unit", () => {
    const figures = areaFigures(
      frame,
      [
        { x: 0, y: 0 },
        { x: 1.6, y: 0.9 },
      ],
      spacing,
    );
    expect(figures).toMatchObject({ mean: -17, low: -18, high: -16, pixels: 2 });
  });
});

describe("a curve", () => {
  it("keeps the least and the greatest of each step", () => {
    const seen: number[][] = [];
    const tile = { from: 10, count: 2, step: 4, values: new Float32Array([9, 9, 9, 9, -1, 1, -2, 2]) };
    eachStep(tile, 2, 1, (...step) => seen.push(step));
    expect(seen).toEqual([
      [10, -1, 1],
      [14, -2, 2],
    ]);
  });

  it("has the name of its lead, however the device writes it", () => {
    for (const [written, name] of [
      ["Lead I (Einthoven)", "I"],
      ["lead aVR", "AVR"],
      ["V1", "V1"],
    ] as const) {
      expect(leadName(written)).toBe(name);
    }
    expect(clockTime(3723.5)).toBe("1:02:03.5");
  });
});
