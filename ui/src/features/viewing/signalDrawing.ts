import type { SignalMark } from "@/bindings/SignalMark";
import type { Point } from "./geometry";
import { eachStep, leadName, type Samples, SHEET } from "./signals";

/** A strip of curve on the sheet. */
export interface Strip {
  channel: number;
  label: string;
  left: number;
  width: number;
  /** Where no voltage is. */
  zero: number;
  top: number;
  height: number;
  /** Seconds at its left edge. */
  from: number;
}

export interface Sheet {
  width: number;
  height: number;
  /** Screen pixels for a millimetre of paper. */
  mm: number;
  strips: Strip[];
  /** Seconds that a strip of full width shows. */
  seconds: number;
}

export interface Paper {
  /** mm/s */
  speed: number;
  /** mm for a unit */
  gain: number;
}

const ROW_MM = 25;
const SIDE_MM = 2;

/** Twelve leads as on paper: 2.5 seconds of each, and lead II all along. */
export function twelveSheet(width: number, places: number[], from: number, paper: Paper, mm: number): Sheet {
  const inner = width - 2 * SIDE_MM * mm;
  const seconds = inner / mm / paper.speed;
  const row = ROW_MM * mm;
  const strips: Strip[] = SHEET.map(([at, column, lead], index) => ({
    channel: places[TWELVE_ORDER.indexOf(lead)] ?? index,
    label: lead.startsWith("AV") ? `aV${lead.slice(2)}` : lead,
    left: SIDE_MM * mm + (inner / 4) * column,
    width: inner / 4,
    top: row * at,
    height: row,
    zero: row * (at + 0.55),
    from: from + (seconds / 4) * column,
  }));
  strips.push({
    channel: places[1] ?? 1,
    label: "II",
    left: SIDE_MM * mm,
    width: inner,
    top: row * 3,
    height: row,
    zero: row * 3.55,
    from,
  });
  return { width, height: row * 4, mm, strips, seconds };
}

const TWELVE_ORDER = ["I", "II", "III", "AVR", "AVL", "AVF", "V1", "V2", "V3", "V4", "V5", "V6"];

/** All channels, one below the other. */
export function stackedSheet(width: number, samples: Samples, from: number, paper: Paper, mm: number): Sheet {
  const { channels } = samples.group;
  const row = (channels.length > 6 ? 18 : ROW_MM) * mm;
  const seconds = width / mm / paper.speed;
  const strips = channels.map(({ label }, channel) => ({
    channel,
    label: leadName(label).length <= 5 ? label.replace(/^Lead\s+/i, "").replace(/\s*\(.*\)/, "") : label,
    left: 0,
    width,
    top: row * channel,
    height: row,
    zero: row * (channel + 0.5),
    from,
  }));
  return { width, height: row * channels.length, mm, strips, seconds };
}

export interface Colours {
  paper: string;
  fine: string;
  bold: string;
  curve: string;
  text: string;
  mark: string;
}

export const PAPER: Record<"light" | "dark", Colours> = {
  light: {
    paper: "#fffafa",
    fine: "#f7d9d7",
    bold: "#eeb1ad",
    curve: "#14181d",
    text: "#14181d",
    mark: "#8a4b00",
  },
  dark: {
    paper: "#171213",
    fine: "#2f2022",
    bold: "#4d3033",
    curve: "#eef1f4",
    text: "#eef1f4",
    mark: "#f2bd6b",
  },
};

export function drawSheet(
  context: CanvasRenderingContext2D,
  sheet: Sheet,
  samples: Samples,
  paper: Paper,
  gains: number[],
  colours: Colours,
  marks: SignalMark[],
) {
  drawGrid(context, sheet, colours);
  const rate = samples.group.rate;
  const pixelsPerSecond = sheet.mm * paper.speed;
  const step = samples.stepFor(rate / pixelsPerSecond);
  const channels = samples.group.channels.length;
  context.lineJoin = "round";
  for (const strip of sheet.strips) {
    const seconds = strip.width / pixelsPerSecond;
    const first = strip.from * rate;
    const last = (strip.from + seconds) * rate;
    const scale = (gains[strip.channel] ?? 1) * sheet.mm;
    context.save();
    context.beginPath();
    // A curve may leave its row, but not its column.
    context.rect(strip.left, 0, strip.width, sheet.height);
    context.clip();
    context.beginPath();
    let drawing = false;
    for (const tile of samples.between(first, last, step)) {
      eachStep(tile, channels, strip.channel, (sample, low, high) => {
        if (sample < first - 2 * step || sample > last + 2 * step) return;
        if (Number.isNaN(low)) {
          drawing = false;
          return;
        }
        const x = strip.left + ((sample - first) / rate) * pixelsPerSecond;
        if (drawing) context.lineTo(x, strip.zero - high * scale);
        else context.moveTo(x, strip.zero - high * scale);
        if (low !== high) context.lineTo(x, strip.zero - low * scale);
        drawing = true;
      });
    }
    context.strokeStyle = colours.curve;
    context.lineWidth = 1.2;
    context.stroke();
    context.restore();
    drawLabel(context, strip.label, strip.left + 4, strip.top + 15, colours);
  }
  const base = sheet.strips.at(-1);
  if (base) drawMarks(context, sheet, base, marks, pixelsPerSecond, colours);
}

function drawGrid(context: CanvasRenderingContext2D, sheet: Sheet, colours: Colours) {
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, sheet.width, sheet.height);
  const lines = (every: number, colour: string) => {
    context.beginPath();
    const gap = every * sheet.mm;
    for (let x = 0.5; x < sheet.width; x += gap) {
      context.moveTo(Math.round(x) + 0.5, 0);
      context.lineTo(Math.round(x) + 0.5, sheet.height);
    }
    for (let y = 0.5; y < sheet.height; y += gap) {
      context.moveTo(0, Math.round(y) + 0.5);
      context.lineTo(sheet.width, Math.round(y) + 0.5);
    }
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.stroke();
  };
  if (sheet.mm >= 2.4) lines(1, colours.fine);
  lines(5, colours.bold);
}

function drawLabel(context: CanvasRenderingContext2D, text: string, x: number, y: number, colours: Colours) {
  context.font = "600 13px system-ui, 'Liberation Sans', sans-serif";
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = colours.paper;
  context.strokeText(text, x, y);
  context.fillStyle = colours.text;
  context.fillText(text, x, y);
}

function drawMarks(
  context: CanvasRenderingContext2D,
  sheet: Sheet,
  strip: Strip,
  marks: SignalMark[],
  pixelsPerSecond: number,
  colours: Colours,
) {
  const until = strip.from + strip.width / pixelsPerSecond;
  for (const mark of marks) {
    if (mark.at < strip.from || mark.at > until) continue;
    const x = strip.left + (mark.at - strip.from) * pixelsPerSecond;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, sheet.height);
    context.setLineDash([4, 4]);
    context.strokeStyle = colours.mark;
    context.lineWidth = 1;
    context.stroke();
    context.setLineDash([]);
    drawLabel(context, mark.text, x + 3, sheet.height - 5, { ...colours, text: colours.mark });
  }
}

/** What lies between two points of one strip. */
export interface Caliper {
  from: Point;
  to: Point;
}

export function drawCaliper(
  context: CanvasRenderingContext2D,
  sheet: Sheet,
  { from, to }: Caliper,
  text: string,
  colours: Colours,
) {
  context.strokeStyle = colours.mark;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const { x } of [from, to]) {
    context.moveTo(x, 0);
    context.lineTo(x, sheet.height);
  }
  for (const { y } of [from, to]) {
    context.moveTo(Math.min(from.x, to.x) - 6, y);
    context.lineTo(Math.max(from.x, to.x) + 6, y);
  }
  context.stroke();
  const left = Math.min(Math.max(from.x, to.x) + 8, sheet.width - 210);
  drawLabel(context, text, left, Math.max(16, Math.min(from.y, to.y) - 8), {
    ...colours,
    text: colours.mark,
  });
}
