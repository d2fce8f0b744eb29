import type { ClinicalItem } from "@/bindings/ClinicalItem";
import type { ClinicalSection } from "@/bindings/ClinicalSection";
import type { RecordContent } from "@/bindings/RecordContent";
import type { RecordRow } from "@/bindings/RecordRow";
import type { ResultItem } from "@/bindings/ResultItem";
import { brandt, haddad, maria, NORTH, okafor, SOUTH } from "./people";
import { readings } from "./readings";
import { viewedContent } from "./viewing";

export const DAY = 86_400_000;
/** "Today" of the made-up world. */
export const NOW = Date.now();
const ago = (days: number) => NOW - days * DAY;
const iso = (at: number) => new Date(at).toISOString().slice(0, 10);

function row(part: Partial<RecordRow> & Pick<RecordRow, "id" | "title">): RecordRow {
  return {
    kind: "clinical",
    collection: "general",
    category: null,
    date: NOW,
    added: part.date ?? NOW,
    author: okafor,
    selfReported: false,
    size: 18_432,
    hospital: part.author?.hospital ?? SOUTH,
    trust: "verified",
    unread: false,
    outOfRange: null,
    changed: false,
    ...part,
  };
}

export const rows: RecordRow[] = [
  row({
    id: "a1",
    title: "Blood test: lipids, HbA1c, kidney",
    collection: "laboratory",
    category: "Laboratory report",
    author: brandt,
    date: ago(0.2),
    unread: true,
    outOfRange: 3,
  }),
  row({
    id: "a2",
    title: "Cardiology visit",
    kind: "text",
    collection: "heart",
    category: "Note",
    author: haddad,
    date: ago(2),
    unread: true,
    size: 2_140,
  }),
  row({
    id: "a3",
    title: "ECG strip, lead II",
    kind: "image",
    collection: "heart",
    category: "ECG",
    author: haddad,
    date: ago(2),
    size: 48_200,
  }),
  row({
    id: "a4",
    title: "Medication plan",
    collection: "medication",
    category: "Medication",
    date: ago(40),
  }),
  row({
    id: "a5",
    title: "Patient summary",
    collection: "general",
    category: "Health record",
    date: ago(193),
    size: 64_000,
  }),
  row({
    id: "a6",
    title: "Discharge letter, hip replacement",
    kind: "pdf",
    collection: "general",
    category: "Document",
    author: { ...haddad, name: "Dr Ines Moreau", initials: "IM", specialty: "Orthopaedics", hospital: NORTH },
    date: ago(410),
    size: 284_000,
  }),
  row({
    id: "a7",
    title: "Home blood pressure, October",
    kind: "file",
    collection: "devices",
    category: null,
    author: maria,
    selfReported: true,
    date: ago(21),
    size: 3_800,
    trust: "pending",
  }),
  row({
    id: "a8",
    title: "Echocardiogram report",
    collection: "heart",
    category: "Medical image",
    author: haddad,
    date: ago(360),
    trust: "failed",
  }),
  row({
    id: "a9",
    title: "Vaccinations",
    collection: "general",
    category: "Vaccinations",
    date: ago(500),
  }),
  // Old, so that they stand behind what the other stories tell.
  ...readings.map(({ id, title, category }, index) => row({ id, title, category, date: ago(900 + index) })),
];

function item(title: string, part: Partial<ClinicalItem> = {}): ClinicalItem {
  return {
    title,
    detail: null,
    dosages: [],
    facts: [],
    text: [],
    grid: null,
    parts: [],
    status: null,
    start: null,
    end: null,
    code: null,
    alert: false,
    negated: false,
    retracted: false,
    about: null,
    ...part,
  };
}

function result(
  name: string,
  value: string,
  unit: string,
  low: string | null,
  high: string | null,
  past: number[] = [],
): ResultItem {
  const number = Number(value);
  const under = low !== null && number < Number(low);
  const over = high !== null && number > Number(high);
  const points = [...past, number];
  return {
    name,
    panel: null,
    code: null,
    valueText: value,
    value: number,
    unit,
    lowText: low,
    highText: high,
    low: low === null ? null : Number(low),
    high: high === null ? null : Number(high),
    rangeText: null,
    rangeFor: null,
    conflict: false,
    interpretation: null,
    missing: null,
    status: null,
    companion: null,
    curve: null,
    flag: under ? "low" : over ? "high" : "normal",
    at: iso(ago(0.2)),
    note: null,
    retracted: false,
    about: null,
    history: points.map((one, index) => ({ at: ago(0.2 + (points.length - 1 - index) * 121), value: one })),
  };
}

function section(
  kind: ClinicalSection["kind"],
  items: ClinicalItem[],
  results: ResultItem[] = [],
): ClinicalSection {
  return { kind, title: null, level: 0, text: [], items, results, charts: [] };
}

const lab: ClinicalSection[] = [
  section(
    "results",
    [],
    [
      { ...result("HbA1c", "7.1", "%", "4.0", "6.0", [6.2, 6.4, 6.9, 7.4, 7.2]), code: "LOINC 4548-4" },
      {
        ...result("LDL cholesterol", "3.4", "mmol/L", null, "3.0", [4.6, 4.1, 3.9, 3.6]),
        code: "LOINC 13457-7",
      },
      { ...result("HDL cholesterol", "1.3", "mmol/L", "1.2", null, [1.1, 1.2, 1.2]), code: "LOINC 14646-4" },
      { ...result("Creatinine", "88", "µmol/L", "45", "84", [79, 82, 85]), code: "LOINC 14682-9" },
      { ...result("Potassium", "4.4", "mmol/L", "3.5", "5.1"), code: "LOINC 2823-3" },
      {
        ...result("eGFR", "58", "mL/min/1.73 m²", "60", null, [66, 63, 61]),
        code: "LOINC 33914-3",
        flag: "low",
      },
    ],
  ),
  section("reports", [
    item("Comment of the laboratory", {
      detail:
        "Fasting sample. HbA1c slightly better than in July. Kidney values to be checked again in three months.",
      start: iso(ago(0.2)),
    }),
  ]),
];

const summary: ClinicalSection[] = [
  section("problems", [
    item("Atrial fibrillation", { status: "active", start: iso(ago(900)), code: "SNOMED CT 49436004" }),
    item("Type 2 diabetes", { status: "active", start: iso(ago(3_200)), code: "SNOMED CT 44054006" }),
    item("Hypertension", { status: "active", start: iso(ago(4_500)), code: "SNOMED CT 38341003" }),
  ]),
  section("medication", [
    item("Apixaban 5 mg", {
      detail: "1 tablet in the morning, 1 in the evening",
      status: "active",
      start: iso(ago(880)),
    }),
    item("Metformin 1000 mg", {
      detail: "1 tablet with breakfast and dinner",
      status: "active",
      start: iso(ago(3_000)),
    }),
    item("Ramipril 5 mg", { detail: "1 tablet in the morning", status: "active", start: iso(ago(4_400)) }),
  ]),
  section("allergies", [
    item("Penicillin", {
      detail: "Rash and swelling of the face",
      status: "severe",
      alert: true,
      code: "SNOMED CT 764146007",
    }),
  ]),
  section(
    "vitals",
    [],
    [
      {
        ...result("Blood pressure, systolic", "138", "mmHg", "90", "140", [152, 149, 141]),
        at: iso(ago(193)),
      },
      { ...result("Pulse", "72", "/min", "50", "100"), at: iso(ago(193)) },
      { ...result("Weight", "68.5", "kg", null, null), flag: "unknown", at: iso(ago(193)) },
    ],
  ),
  section("immunizations", [
    item("Shingrix", { start: "2021-06", negated: true, detail: "Not given: fever on the day" }),
    item("Influenza 2025/26", { start: iso(ago(400)) }),
    item("Pneumococcus", { start: iso(ago(1_200)) }),
  ]),
];

const NOTE = `Mrs Keller comes for her yearly heart check.

She feels well, walks two kilometres a day, no chest pain. At times short of breath on stairs.
Pulse irregular, 76/min. Blood pressure 136/82 mmHg. No swelling of the legs.

ECG: atrial fibrillation, rate controlled.
Plan: go on with apixaban. Echo in January. Kidney values in three months.`;

const ABOUT = {
  patient: { name: "Maria Keller", birthDate: "1955-03-12", facts: [] },
  facts: [],
  notices: [],
};

export function contentOf(id: string): RecordContent {
  const reading = readings.find((one) => one.id === id);
  if (reading) return reading.content;
  const viewed = viewedContent(id);
  if (viewed) return viewed;
  switch (id) {
    case "a1":
      return { kind: "clinical", ...ABOUT, sections: lab };
    case "a4":
      return { kind: "clinical", ...ABOUT, sections: [summary[1] ?? section("medication", [])] };
    case "a5":
      return { kind: "clinical", ...ABOUT, sections: summary };
    case "a6":
      return { kind: "pdf", pages: 2, encrypted: false, isTooLarge: false };
    case "a7":
      return { kind: "file", mediaType: "text/csv", facts: [{ label: "Lines", value: "62" }], problem: null };
    case "a8":
      return { kind: "withheld" };
    case "a9":
      return { kind: "clinical", ...ABOUT, sections: [summary[4] ?? section("immunizations", [])] };
    default:
      return { kind: "text", text: NOTE, truncated: false };
  }
}
