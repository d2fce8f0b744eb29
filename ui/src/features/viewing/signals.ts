import type { SignalGroup } from "@/bindings/SignalGroup";
import { host } from "@/platform";
import type { Where } from "./frames";

/** Steps of a stretch that are asked for together. */
const TILE = 2048;
/** Stretches that are kept: some minutes of twelve leads. */
const TILES_MAX = 96;

/** A stretch of one group: channel by channel, a value or the least and the greatest for each step. */
export interface Tile {
  from: number;
  count: number;
  step: number;
  values: Float32Array;
}

/** The samples of one group, fetched where they are looked at and no finer than they can be seen. */
export class Samples {
  private readonly tiles = new Map<string, Tile | "asked">();

  constructor(
    private readonly where: Where,
    private readonly index: number,
    readonly group: SignalGroup,
    private readonly onNews: (fault: unknown) => void,
  ) {}

  /** Samples in a step, a power of two, so that zooming meets the same stretches again. */
  stepFor(samplesPerPixel: number): number {
    return 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, samplesPerPixel))));
  }

  /** The stretches between two samples that are at hand; asks for those that are not. */
  between(from: number, to: number, step: number): Tile[] {
    const span = TILE * step;
    const found: Tile[] = [];
    const last = Math.min(this.group.samples, to);
    for (let at = Math.max(0, Math.floor(from / span)); at * span < last; at += 1) {
      const key = `${step}:${at}`;
      const known = this.tiles.get(key);
      if (known === undefined) void this.fetch(key, at * span, step);
      else if (known !== "asked") {
        this.tiles.delete(key);
        this.tiles.set(key, known);
        found.push(known);
      }
    }
    return found;
  }

  private async fetch(key: string, from: number, step: number) {
    this.tiles.set(key, "asked");
    try {
      const answer = await host.bytes("record_signal", {
        recordId: this.where.recordId,
        patientId: this.where.patientId,
        group: this.index,
        from,
        count: TILE,
        step,
      });
      const values = new Float32Array(answer);
      const count = values.length / this.group.channels.length / (step === 1 ? 1 : 2);
      this.tiles.set(key, { from, count, step, values });
      for (const oldest of this.tiles.keys()) {
        if (this.tiles.size <= TILES_MAX) break;
        this.tiles.delete(oldest);
      }
      this.onNews(null);
    } catch (thrown) {
      this.onNews(thrown);
    }
  }
}

/** Calls with every step of a channel: its first sample, and the least and greatest value. */
export function eachStep(
  tile: Tile,
  channels: number,
  channel: number,
  visit: (sample: number, low: number, high: number) => void,
) {
  const each = tile.values.length / channels;
  const start = channel * each;
  for (let at = 0; at < tile.count; at += 1) {
    if (tile.step === 1) {
      const value = tile.values[start + at] as number;
      visit(tile.from + at, value, value);
    } else {
      const place = start + at * 2;
      visit(tile.from + at * tile.step, tile.values[place] as number, tile.values[place + 1] as number);
    }
  }
}

const TWELVE = ["I", "II", "III", "AVR", "AVL", "AVF", "V1", "V2", "V3", "V4", "V5", "V6"];

/** `Lead aVR (Einthoven)` as `AVR`. */
export function leadName(label: string): string {
  return label
    .replace(/\(.*\)/, "")
    .replace(/^lead\s+/i, "")
    .replace(/\s+/g, "")
    .toUpperCase();
}

/** Where the twelve leads of a standard ECG are among the channels; null if one is missing. */
export function twelveLeads(group: SignalGroup): number[] | null {
  const names = group.channels.map(({ label }) => leadName(label));
  const places = TWELVE.map((lead) => names.indexOf(lead));
  return places.includes(-1) ? null : places;
}

/** The standard sheet: four columns of three leads, and lead II below. */
export const SHEET: [row: number, column: number, lead: string][] = [
  [0, 0, "I"],
  [1, 0, "II"],
  [2, 0, "III"],
  [0, 1, "AVR"],
  [1, 1, "AVL"],
  [2, 1, "AVF"],
  [0, 2, "V1"],
  [1, 2, "V2"],
  [2, 2, "V3"],
  [0, 3, "V4"],
  [1, 3, "V5"],
  [2, 3, "V6"],
];

/** 1:02:03.5 or 2:03.5 */
export function clockTime(seconds: number, digits = 1): string {
  const whole = Math.max(0, seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = (whole % 60).toFixed(digits).padStart(digits > 0 ? 3 + digits : 2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
