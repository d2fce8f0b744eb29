import dayjs from "dayjs";
import type { TFunction } from "i18next";
import { day } from "@/app/locale";
import type { Collection } from "@/bindings/Collection";
import type { GrantsCreateRequest } from "@/bindings/GrantsCreateRequest";
import type { GrantTarget } from "@/bindings/GrantTarget";
import type { GrantWhat } from "@/bindings/GrantWhat";
import type { PersonView } from "@/bindings/PersonView";
import type { Purpose } from "@/bindings/Purpose";
import type { RecordRow } from "@/bindings/RecordRow";
import { COLLECTIONS } from "@/features/records/collections";
import type { GrantPrefill } from "./prefill";
import { yours } from "./words";

export type Term = "month" | "quarter" | "year" | "open" | "date";
export type Scope = "everything" | "collections" | "record";

/** Until when, while it is being chosen. */
export interface TermDraft {
  term: Term;
  /** YYYY-MM-DD, for the term "date". */
  date: string | null;
}

/** The choices of the grant dialog while they are being made. */
export interface GrantDraft extends TermDraft {
  granteeId: string | null;
  scope: Scope;
  collections: Collection[];
  recordIds: string[];
  /** Records still to come are included. */
  future: boolean;
  purpose: Purpose | null;
  note: string;
}

export const emptyDraft: GrantDraft = {
  granteeId: null,
  scope: "collections",
  collections: [],
  recordIds: [],
  future: true,
  term: "quarter",
  date: null,
  purpose: null,
  note: "",
};

/** The choices as they stand when the dialog opens. */
export function draftOf(prefill: GrantPrefill | undefined): GrantDraft {
  if (!prefill) return emptyDraft;
  const targets = prefill.targets ?? [];
  const collections = targets.flatMap((target) => (target.kind === "collection" ? [target.collection] : []));
  const recordIds = targets.flatMap((target) => (target.kind === "record" ? [target.recordId] : []));
  const all = COLLECTIONS.every((collection) => collections.includes(collection));
  return {
    ...emptyDraft,
    granteeId: prefill.personId ?? null,
    scope: recordIds.length > 0 ? "record" : all ? "everything" : "collections",
    collections,
    recordIds,
    purpose: prefill.purpose ?? null,
    note: prefill.note ?? "",
    ...(prefill.until === undefined ? {} : termOf(prefill.until)),
  };
}

/** A known end as a choice. */
export function termOf(until: number | null): TermDraft {
  return until === null
    ? { term: "open", date: null }
    : { term: "date", date: dayjs(until).format("YYYY-MM-DD") };
}

export function targetsOf(draft: GrantDraft): GrantTarget[] {
  const whole = (collection: Collection): GrantTarget => ({ kind: "collection", collection });
  switch (draft.scope) {
    case "everything":
      return COLLECTIONS.map(whole);
    case "collections":
      return draft.collections.map(whole);
    case "record":
      return draft.recordIds.map((recordId) => ({ kind: "record", recordId }));
  }
}

/** The last millisecond of the last day; null for no end, undefined while no date is chosen. */
export function untilOf(draft: TermDraft, now: number): number | null | undefined {
  const end = new Date(now);
  switch (draft.term) {
    case "open":
      return null;
    case "month":
      return endOfDay(addMonths(end, 1));
    case "quarter":
      return endOfDay(addMonths(end, 3));
    case "year":
      return endOfDay(addMonths(end, 12));
    case "date": {
      const [year, month, dayOfMonth] = (draft.date ?? "").split("-").map(Number);
      if (!year || !month || !dayOfMonth) return undefined;
      const until = endOfDay(new Date(year, month - 1, dayOfMonth));
      return until > now ? until : undefined;
    }
  }
}

/** The same day of a later month, or its last day: 30 November + 3 months is 28 February. */
function addMonths(from: Date, months: number): Date {
  const to = new Date(from.getFullYear(), from.getMonth() + months, 1);
  const last = new Date(to.getFullYear(), to.getMonth() + 1, 0).getDate();
  return new Date(to.getFullYear(), to.getMonth(), Math.min(from.getDate(), last));
}

function endOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate(), 23, 59, 59, 999).getTime();
}

/** Whether a step of the dialog has all it needs. */
export function isDone(step: Step, draft: GrantDraft, now: number): boolean {
  switch (step) {
    case "who":
      return draft.granteeId !== null;
    case "what":
      return targetsOf(draft).length > 0;
    case "terms":
      return untilOf(draft, now) !== undefined && draft.purpose !== null;
    case "check":
      return true;
  }
}

export const STEPS = ["who", "what", "terms", "check"] as const;
export type Step = (typeof STEPS)[number];

/** The request, once every choice is made. */
export function requestOf(draft: GrantDraft, now: number): GrantsCreateRequest | null {
  const targets = targetsOf(draft);
  const until = untilOf(draft, now);
  if (!draft.granteeId || targets.length === 0 || until === undefined || !draft.purpose) return null;
  const note = draft.note.trim();
  return {
    granteeId: draft.granteeId,
    targets,
    future: draft.scope !== "record" && draft.future,
    until,
    purpose: draft.purpose,
    note: note === "" ? null : note,
  };
}

export interface SentenceParts {
  key: "grants.sentence" | "grants.sentenceNoEnd";
  values: { name: string; what: string; until: string; why: string };
  /** Whether records still to come are included; null where that needs no word. */
  future: boolean | null;
}

/** The parts of the sentence so far; "…" where a choice is missing, null before the first choice. */
export function sentenceOf(
  t: TFunction,
  draft: GrantDraft,
  person: PersonView | undefined,
  records: RecordRow[],
  now: number,
): SentenceParts | null {
  const what = whatOf(draft, records);
  if (!person && !what) return null;
  const until = untilOf(draft, now);
  return {
    key: until === null ? "grants.sentenceNoEnd" : "grants.sentence",
    values: {
      name: person?.name ?? "…",
      what: what ? yours(t, what) : "…",
      until: until ? day(until) : "…",
      why: draft.purpose ? t(`for.${draft.purpose}`) : "…",
    },
    future: draft.scope === "record" || !what ? null : draft.future,
  };
}

/** The records a choice of collections stands for today. */
export function recordsOf(draft: GrantDraft, records: RecordRow[]): RecordRow[] {
  const collections = draft.scope === "everything" ? COLLECTIONS : draft.collections;
  return draft.scope === "record"
    ? records.filter((row) => draft.recordIds.includes(row.id))
    : records.filter((row) => collections.includes(row.collection));
}

function whatOf(draft: GrantDraft, records: RecordRow[]): GrantWhat | null {
  const single = (rows: RecordRow[]): GrantWhat | null => {
    const [first] = rows;
    if (!first) return null;
    if (rows.length === 1) return { kind: "record", recordId: first.id, title: first.title };
    const within = COLLECTIONS.filter((one) => rows.some((row) => row.collection === one));
    return { kind: "several", collections: [], records: rows.length, within };
  };
  if (draft.scope === "record" || !draft.future) return single(recordsOf(draft, records));
  if (draft.scope === "everything") return { kind: "everything" };
  const [first] = draft.collections;
  if (!first) return null;
  return draft.collections.length === 1
    ? { kind: "collection", collection: first }
    : { kind: "several", collections: draft.collections, records: 0, within: [] };
}
