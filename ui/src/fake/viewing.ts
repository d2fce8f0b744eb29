import type { BytesCommands } from "@/bindings/BytesCommands";
import type { DicomFrame } from "@/bindings/DicomFrame";
import type { DicomView } from "@/bindings/DicomView";
import type { FrameAnswer } from "@/bindings/FrameAnswer";
import type { RecordContent } from "@/bindings/RecordContent";
import type { RecordRow } from "@/bindings/RecordRow";
import type { Signals } from "@/bindings/Signals";

/** Made-up pictures, curves and pages: each is drawn by a formula. */

const CT = { columns: 256, rows: 256, frames: 24 };

function dicom(part: Partial<DicomView>): DicomView {
  return {
    title: "CT Chest: Follow-up",
    date: { iso: "2026-05-12T09:30:00", unixMs: 1_778_578_200_000 },
    modality: "CT",
    bodyPart: "CHEST",
    studyDescription: "Chest follow-up",
    seriesDescription: "Axial 5 mm",
    institution: "North General",
    patientName: "Maria Keller",
    patientId: "NG-10442",
    patientBirthDate: "1955-03-12",
    series: null,
    instance: 1,
    frames: 0,
    rate: null,
    columns: 0,
    rows: 0,
    aspect: 1,
    spacing: null,
    regions: [],
    edges: null,
    unit: null,
    problem: null,
    report: [],
    embedded: null,
    signals: null,
    lines: [
      { depth: 0, tag: "(0008,0060)", name: "Modality", value: "CT" },
      { depth: 0, tag: "(0010,0010)", name: "Patient Name", value: "Keller^Maria" },
      { depth: 0, tag: "(0028,0010)", name: "Rows", value: "256" },
      { depth: 0, tag: "(0028,0011)", name: "Columns", value: "256" },
      { depth: 0, tag: "(0040,0275)", name: "Request Attributes Sequence", value: "1 ×" },
      { depth: 1, tag: "(0040,0007)", name: "Scheduled Procedure Step Description", value: "Chest" },
    ],
    isCut: false,
    incomplete: false,
    ...part,
  };
}

const chest = dicom({
  ...CT,
  rate: 8,
  series: "1.2.3.4",
  spacing: { x: 1.4, y: 1.4, source: "patient" },
  edges: { left: "R", top: "A", right: "L", bottom: "P" },
  unit: "HU",
});

const locked = dicom({
  title: "X-ray Hand",
  modality: "CR",
  bodyPart: "HAND",
  studyDescription: "Hand",
  seriesDescription: null,
  frames: 1,
  columns: 1024,
  rows: 1024,
  problem: { code: "unsupportedCompression", transferSyntax: "1.2.840.10008.1.2.4.80", name: "JPEG-LS" },
});

const report = dicom({
  title: "Structured report: Echo measurements",
  modality: "SR",
  bodyPart: "HEART",
  studyDescription: "Echo measurements",
  seriesDescription: null,
  problem: { code: "noImage" },
  report: [
    { depth: 0, name: "Adult echocardiography report", value: null },
    { depth: 1, name: "Observer", value: "Dr Amir Haddad" },
    { depth: 1, name: "Left ventricle", value: null },
    { depth: 2, name: "Ejection fraction", value: "54 %" },
    { depth: 2, name: "Internal dimension, end diastole", value: "48 mm" },
    { depth: 1, name: "Finding", value: "Left atrium slightly enlarged. Valves without findings." },
  ],
});

const LEADS = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"];
const RATE = 500;

const twelve: Signals = {
  groups: [
    {
      label: "",
      rate: RATE,
      samples: RATE * 10,
      channels: LEADS.map((lead) => ({ label: `Lead ${lead}`, unit: "mV" })),
    },
  ],
  marks: [],
  findings: [
    { name: "Ventricular rate", value: "76 /min" },
    { name: "QT interval", value: "392 ms" },
    { name: "QRS duration", value: "94 ms" },
  ],
  samplesFile: null,
  hasPauses: false,
};

const holter: Signals = {
  groups: [
    {
      label: "",
      rate: 360,
      samples: 360 * 1800,
      channels: [
        { label: "MLII", unit: "mV" },
        { label: "V5", unit: "mV" },
      ],
    },
  ],
  marks: [
    { at: 3.2, lasts: 0, text: "Button pressed" },
    { at: 612, lasts: 0, text: "Walking" },
  ],
  findings: [],
  samplesFile: null,
  hasPauses: false,
};

/** What the made-up records hold that is looked at; null for the others. */
export function viewedContent(id: string): RecordContent | null {
  switch (id) {
    case "ct":
      return { kind: "dicom", ...chest };
    case "ct2":
      return { kind: "dicom", ...chest, instance: 2 };
    case "sr":
      return { kind: "dicom", ...report };
    case "jls":
      return { kind: "dicom", ...locked };
    case "a3":
      return {
        kind: "dicom",
        ...dicom({
          title: "ECG strip, lead II",
          modality: "ECG",
          bodyPart: null,
          studyDescription: "12-lead ECG",
          seriesDescription: null,
          problem: { code: "noImage" },
          signals: twelve,
        }),
      };
    case "holter":
      return { kind: "signals", title: "ECG 104", signals: holter, missing: null };
    case "hea":
      return {
        kind: "signals",
        title: "ECG 105",
        signals: { ...holter, samplesFile: "105.dat" },
        missing: "105.dat",
      };
    case "photo":
      return {
        kind: "image",
        mediaType: "image/bmp",
        width: 640,
        height: 400,
        description: "Photo of the wound",
        isTooLarge: false,
      };
    default:
      return null;
  }
}

/** Rows of records that only these pages are about. They are opened by address and stand in no list. */
export function viewedRow(id: string, like: RecordRow): RecordRow | undefined {
  const content = viewedContent(id);
  if (!content) return undefined;
  const title = content.kind === "dicom" || content.kind === "signals" ? content.title : "Photo of the wound";
  return {
    ...like,
    id,
    title,
    kind: content.kind === "signals" ? "signal" : "image",
    category: null,
    unread: false,
  };
}

export function seriesOf(id: string): string[] {
  return ["ct", "ct2"].includes(id) ? ["ct", "ct2"] : [id];
}

export const bytesAnswers: { [K in keyof BytesCommands]: (request: BytesCommands[K]) => ArrayBuffer } = {
  record_frame: ({ frame }) => packed(frameOf(frame)),
  record_signal: ({ recordId, group, from, count, step }) => {
    const signals = recordId === "a3" ? twelve : holter;
    return curves(signals.groups[group]?.channels.length ?? 0, signals.groups[group], from, count, step);
  },
  record_bytes: ({ recordId }) => (recordId === "photo" ? bitmap(640, 400) : letter()),
};

function frameOf(number: number): { about: DicomFrame; pixels: Int16Array } {
  const { columns, rows, frames } = CT;
  const pixels = new Int16Array(columns * rows);
  const slice = (number + 0.5) / frames - 0.5;
  const inside = (x: number, y: number, cx: number, cy: number, rx: number, ry: number) =>
    ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1;
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      const lung = 1 - slice * slice * 1.6;
      let value = -1000;
      if (inside(x, y, 128, 132, 112, 84)) value = -90;
      if (inside(x, y, 128, 132, 104, 76)) value = 45;
      if (inside(x, y, 78, 128, 42 * lung, 58 * lung) || inside(x, y, 178, 128, 42 * lung, 58 * lung))
        value = -830;
      if (inside(x, y, 140, 140, 34, 40 * (1 - Math.abs(slice)))) value = 120;
      if (inside(x, y, 128, 196, 16, 14)) value = 420;
      if (inside(x, y, 88, 112, 7 - 40 * slice * slice, 7 - 40 * slice * slice)) value = 60;
      pixels[y * columns + x] = value + ((x * 7919 + y * 104729 + number * 31) % 23) - 11;
    }
  }
  return {
    about: {
      number,
      columns,
      rows,
      format: "greySigned16",
      slope: 1,
      intercept: 0,
      low: -1011,
      high: 431,
      windows: [{ center: 40, width: 400, name: "Mediastinum" }],
      function: "linear",
      inverted: false,
      pixelBytes: pixels.byteLength,
      hasOverlay: false,
    },
    pixels,
  };
}

function packed({ about, pixels }: ReturnType<typeof frameOf>): ArrayBuffer {
  const answer: FrameAnswer = { outcome: "frame", ...about };
  const json = JSON.stringify(answer);
  const length = Math.ceil((json.length + 4) / 8) * 8 - 4;
  const bytes = new Uint8Array(4 + length + pixels.byteLength);
  new DataView(bytes.buffer).setUint32(0, length, true);
  bytes.set(new TextEncoder().encode(json.padEnd(length)), 4);
  bytes.set(new Uint8Array(pixels.buffer), 4 + length);
  return bytes.buffer;
}

/** A heartbeat by five humps: P, Q, R, S and T. */
function beat(second: number, lead: number): number {
  const phase = (second % 0.79) / 0.79;
  const hump = (at: number, wide: number, high: number) => high * Math.exp(-(((phase - at) / wide) ** 2));
  const side = Math.cos(lead * 0.9) * 0.7 + 0.35;
  return (
    hump(0.18, 0.03, 0.12 * side) +
    hump(0.315, 0.009, -0.1) +
    hump(0.335, 0.011, 1.1 * side) +
    hump(0.36, 0.011, -0.25) +
    hump(0.58, 0.05, 0.28 * side) +
    Math.sin(second * 2.1 + lead) * 0.01
  );
}

function curves(
  channels: number,
  group: { rate: number; samples: number } | undefined,
  from: number,
  wanted: number,
  step: number,
): ArrayBuffer {
  if (!group) return new ArrayBuffer(0);
  const count = Math.max(0, Math.min(wanted, Math.ceil((group.samples - from) / step)));
  const each = step === 1 ? 1 : 2;
  const values = new Float32Array(channels * count * each);
  for (let channel = 0; channel < channels; channel += 1) {
    for (let at = 0; at < count; at += 1) {
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let part = 0; part < step; part += 1) {
        const value = beat((from + at * step + part) / group.rate, channel);
        [low, high] = [Math.min(low, value), Math.max(high, value)];
      }
      const place = (channel * count + at) * each;
      values[place] = low;
      if (each === 2) values[place + 1] = high;
    }
  }
  return values.buffer;
}

/** A picture without compression. */
function bitmap(width: number, height: number): ArrayBuffer {
  const bytes = new Uint8Array(54 + width * height * 3);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const far = Math.hypot((x - 320) / 150, (y - 200) / 90);
      const at = 54 + (y * width + x) * 3;
      const red = far < 1 ? 150 - 40 * far : 0;
      bytes.set([150 - red * 0.6, 175 - red * 0.7, 222 - red * 0.25], at);
    }
  }
  return bytes.buffer;
}

const LETTER = `Dear colleague,

we report on Mrs Maria Keller, who was in our care for a hip replacement on the left side. The operation
and the days after it went without difficulty. She left us walking on two crutches.

Please go on with physiotherapy twice a week and take the stitches out after twelve days.

With kind regards
Dr Ines Moreau, Orthopaedics, North General`;
const EXERCISES = `Exercises at home

1. Walk on even ground, ten minutes, three times a day.
2. Lift the heel towards the back, ten times each side.
3. No deep chairs for the first six weeks.

Questions: call the ward, at any hour.`;

/** The smallest PDF of two pages that shows a text. */
function letter(): ArrayBuffer {
  const stream = (text: string) => {
    const lines = text.split("\n").map((line) => `(${line.replace(/[()\\]/g, "\\$&")}) Tj T*`);
    const body = `BT /F1 11 Tf 16 TL 60 780 Td ${lines.join(" ")} ET`;
    return `<< /Length ${body.length} >>\nstream\n${body}\nendstream`;
  };
  const page = (content: number) =>
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${content} 0 R /Resources << /Font << /F1 5 0 R >> >> >>`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 >>",
    page(4),
    stream(LETTER),
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    page(7),
    stream(EXERCISES),
  ];
  const body = objects.map((object, index) => `${index + 1} 0 obj\n${object}\nendobj\n`).join("");
  return new TextEncoder().encode(`%PDF-1.4\n${body}trailer << /Size 8 /Root 1 0 R >>\n%%EOF`)
    .buffer as ArrayBuffer;
}
