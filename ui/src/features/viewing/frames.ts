import type { DicomFrame } from "@/bindings/DicomFrame";
import type { FrameAnswer } from "@/bindings/FrameAnswer";
import type { FrameProblem } from "@/bindings/FrameProblem";
import { host } from "@/platform";

/** Whose record is looked at. */
export interface Where {
  recordId: string;
  patientId: string | null;
}

type Values = Uint8Array | Uint16Array | Int16Array | Float32Array;

/** A frame as it came: stored values, or red, green and blue. */
export interface Frame {
  about: DicomFrame;
  values: Values;
  overlay: Uint8Array | null;
}

/** A frame that cannot be shown. */
export class FrameFault extends Error {
  readonly problem: FrameProblem;

  constructor(problem: FrameProblem) {
    super(problem.code);
    this.problem = problem;
  }
}

/** Takes an answer apart, see `RecordFrameRequest`; the pixels are not copied. */
export function readFrame(answer: ArrayBuffer): Frame {
  const length = new DataView(answer).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(answer, 4, length));
  const about: FrameAnswer = JSON.parse(text);
  if (about.outcome === "problem") throw new FrameFault(about.problem);
  const start = 4 + length;
  const values = numbers(about.format, answer, start, about.pixelBytes);
  return {
    about,
    values,
    overlay: about.hasOverlay ? new Uint8Array(answer, start + about.pixelBytes) : null,
  };
}

/** Every machine that runs a web view is little endian. */
function numbers(format: DicomFrame["format"], bytes: ArrayBuffer, at: number, length: number): Values {
  switch (format) {
    case "grey16":
      return new Uint16Array(bytes, at, length / 2);
    case "greySigned16":
      return new Int16Array(bytes, at, length / 2);
    case "grey32":
      return new Float32Array(bytes, at, length / 4);
    default:
      return new Uint8Array(bytes, at, length);
  }
}

/** Room for a film's next seconds; the largest frame alone may have more. */
const KEPT_BYTES_MAX = 160 * 1024 * 1024;
const AHEAD = 6;

/** The frames of one record: asked for one at a time, the last ones kept, the next ones fetched before they are wanted. */
export class Frames {
  private readonly kept = new Map<number, Frame>();
  private readonly asked = new Map<number, Promise<Frame>>();
  private bytes = 0;

  constructor(
    private readonly where: Where,
    private readonly count: number,
  ) {}

  /** A frame that is at hand. */
  peek(number: number): Frame | undefined {
    return this.kept.get(number);
  }

  get(number: number): Promise<Frame> {
    const known = this.kept.get(number);
    if (known) {
      // The last used is forgotten last.
      this.kept.delete(number);
      this.kept.set(number, known);
      return Promise.resolve(known);
    }
    const asked = this.asked.get(number) ?? this.fetch(number);
    this.asked.set(number, asked);
    return asked;
  }

  /** Fetches what comes next in this direction; two at once, so that a jump need not wait long. */
  ahead(from: number, step: 1 | -1) {
    for (let distance = 1; distance <= AHEAD && this.asked.size < 2; distance += 1) {
      const next = (from + step * distance + this.count) % this.count;
      if (!this.kept.has(next) && !this.asked.has(next)) {
        // A failure is shown when the frame is looked at.
        this.get(next).then(
          () => this.ahead(from, step),
          () => {},
        );
      }
    }
  }

  private async fetch(number: number): Promise<Frame> {
    try {
      const frame = readFrame(await host.bytes("record_frame", { ...this.where, frame: number }));
      this.kept.set(number, frame);
      this.bytes += size(frame);
      for (const [oldest, old] of this.kept) {
        if (this.bytes <= KEPT_BYTES_MAX || oldest === number) break;
        this.kept.delete(oldest);
        this.bytes -= size(old);
      }
      return frame;
    } finally {
      this.asked.delete(number);
    }
  }
}

const size = (frame: Frame) => frame.values.byteLength + (frame.overlay?.byteLength ?? 0);
