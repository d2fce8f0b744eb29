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
import type { GrantPrefill } from "./prefill";
import { yours } from "./words";

export type Term = "month" | "quarter" | "year" | "open" | "date";

/** The choices of the grant dialog while they are being made. */
export interface GrantDraft {
  granteeId: string | null;
  form: "collection" | "record";
  collection: Collection | null;
  recordId: string | null;
  term: Term;
  /** YYYY-MM-DD, for the term "date". */
  date: string | null;
  purpose: Purpose | null;
  note: string;
}

export const emptyDraft: GrantDraft = {
  granteeId: null,
  form: "collection",
  collection: null,
  recordId: null,
  term: "quarter",
  date: null,
  purpose: null,
  note: "",
};

/** The choices as they stand when the dialog opens. */
export function draftOf(prefill: GrantPrefill | undefined): GrantDraft {
  if (!prefill) return emptyDraft;
  const target = prefill.targets?.[0];
  return {
    ...emptyDraft,
    granteeId: prefill.personId ?? null,
    form: target?.kind ?? "collection",
    collection: target?.kind === "collection" ? target.collection : null,
    recordId: target?.kind === "record" ? target.recordId : null,
    purpose: prefill.purpose ?? null,
    note: prefill.note ?? "",
    ...(prefill.until === undefined ? {} : termOf(prefill.until)),
  };
}

function termOf(until: number | null): Pick<GrantDraft, "term" | "date"> {
  return until === null
    ? { term: "open", date: null }
    : { term: "date", date: dayjs(until).format("YYYY-MM-DD") };
}

export function targetOf(draft: GrantDraft): GrantTarget | null {
  if (draft.form === "collection") {
    return draft.collection && { kind: "collection", collection: draft.collection };
  }
  return draft.recordId ? { kind: "record", recordId: draft.recordId } : null;
}

/** The last millisecond of the last day; null for no end, undefined while no date is chosen. */
export function untilOf(draft: GrantDraft, now: number): number | null | undefined {
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

/** The request, once every choice is made. */
export function requestOf(draft: GrantDraft, now: number): GrantsCreateRequest | null {
  const target = targetOf(draft);
  const until = untilOf(draft, now);
  if (!draft.granteeId || !target || until === undefined || !draft.purpose) return null;
  const note = draft.note.trim();
  return {
    granteeId: draft.granteeId,
    target,
    until,
    purpose: draft.purpose,
    note: note === "" ? null : note,
  };
}

export interface SentenceParts {
  key: "grants.sentence" | "grants.sentenceNoEnd";
  values: { name: string; what: string; until: string; why: string };
}

/** The parts of the sentence so far; "…" where a choice is missing, null before the first choice. */
export function sentenceOf(
  t: TFunction,
  draft: GrantDraft,
  person: PersonView | undefined,
  record: RecordRow | undefined,
  now: number,
): SentenceParts | null {
  const what = whatOf(draft, record);
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
  };
}

function whatOf(draft: GrantDraft, record: RecordRow | undefined): GrantWhat | null {
  if (draft.form === "collection") {
    return draft.collection && { kind: "collection", collection: draft.collection };
  }
  return record ? { kind: "record", recordId: record.id, title: record.title } : null;
}
