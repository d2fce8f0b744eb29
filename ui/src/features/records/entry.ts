import type { OwnEntryBody } from "@/bindings/OwnEntryBody";
import type { UsualMeasure } from "@/bindings/UsualMeasure";

/** What can be measured, in the order in which it is offered. */
export type What = "bloodPressure" | UsualMeasure | "other";

export const WHATS: What[] = [
  "bloodPressure",
  "pulse",
  "weight",
  "temperature",
  "glucose",
  "oxygenSaturation",
  "other",
];

/** Units of each measurement: UCUM code and as written. */
export const UNITS: Record<UsualMeasure, { code: string; shown: string }[]> = {
  pulse: [{ code: "/min", shown: "/min" }],
  weight: [
    { code: "kg", shown: "kg" },
    { code: "[lb_av]", shown: "lb" },
  ],
  temperature: [
    { code: "Cel", shown: "°C" },
    { code: "[degF]", shown: "°F" },
  ],
  glucose: [
    { code: "mmol/L", shown: "mmol/L" },
    { code: "mg/dL", shown: "mg/dL" },
  ],
  oxygenSaturation: [{ code: "%", shown: "%" }],
};

/** The form as it is filled in. */
export interface EntryDraft {
  kind: "note" | "measurement";
  what: What;
  title: string;
  text: string;
  systolic: string;
  diastolic: string;
  value: string;
  unit: string;
  name: string;
  remark: string;
}

export function emptyDraft(kind: "note" | "measurement"): EntryDraft {
  const values = { systolic: "", diastolic: "", value: "", unit: "", name: "", remark: "" };
  return { kind, what: "bloodPressure", title: "", text: "", ...values };
}

export function draftOf(body: OwnEntryBody): EntryDraft {
  switch (body.kind) {
    case "note":
      return { ...emptyDraft("note"), title: body.title, text: body.text };
    case "bloodPressure":
      return { ...emptyDraft("measurement"), ...body, kind: "measurement", what: "bloodPressure" };
    case "usual":
      return { ...emptyDraft("measurement"), ...body, kind: "measurement", what: body.measure };
    case "other":
      return { ...emptyDraft("measurement"), ...body, kind: "measurement", what: "other" };
  }
}

/** The number as the program reads it: a comma is a decimal sign. Null for anything that is no number. */
export function decimal(typed: string): string | null {
  const plain = typed.trim().replace(",", ".");
  return /^-?\d{1,10}(\.\d{1,5})?$/.test(plain) ? plain : null;
}

/** What is asked of the program; null while something is missing or wrong. */
export function bodyOf(draft: EntryDraft): OwnEntryBody | null {
  const remark = draft.remark.trim();
  if (draft.kind === "note") {
    const title = draft.title.trim();
    return title === "" || draft.text.trim() === "" ? null : { kind: "note", title, text: draft.text };
  }
  if (draft.what === "bloodPressure") {
    const [systolic, diastolic] = [decimal(draft.systolic), decimal(draft.diastolic)];
    return systolic && diastolic ? { kind: "bloodPressure", systolic, diastolic, remark } : null;
  }
  const value = decimal(draft.value);
  if (!value) return null;
  if (draft.what === "other") {
    const name = draft.name.trim();
    return name === "" ? null : { kind: "other", name, value, unit: draft.unit.trim(), remark };
  }
  const units = UNITS[draft.what];
  const unit = units.some(({ code }) => code === draft.unit) ? draft.unit : (units[0]?.code ?? "");
  return { kind: "usual", measure: draft.what, value, unit, remark };
}

/** A day as the field writes it and a time of day, as a moment. */
export function momentOf(day: string, time: string): number {
  return new Date(`${day}T${time || "12:00"}:00`).getTime();
}
