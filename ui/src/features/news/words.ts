import type { TFunction } from "i18next";
import type { NewsKind } from "@/bindings/NewsKind";
import type { NewsView } from "@/bindings/NewsView";

/** Several news of one kind, said once. */
export interface Told {
  sentence: string;
  place: string;
}

/** Gravest first: what is told when there is no room for all. */
const KINDS: NewsKind[] = [
  "recoveryAlarm",
  "flagged",
  "recovery",
  "request",
  "answer",
  "appointment",
  "advice",
  "record",
  "share",
  "expiring",
];

/** More kinds than this at once are one piece of news. */
const TOLD_MAX = 3;

/** What to say about these news, and where a click leads. Names are left out where others may look on. */
export function tell(t: TFunction, news: NewsView[], as: { clinician: boolean; hideNames: boolean }): Told[] {
  const kinds = KINDS.filter((kind) => news.some((one) => one.kind === kind));
  if (kinds.length > TOLD_MAX) return [{ sentence: t("news.several", { count: news.length }), place: "/" }];
  return kinds.map((kind) => {
    const some = news.filter((one) => one.kind === kind);
    return { sentence: sentence(t, kind, some, as.hideNames), place: placeOf(kind, as.clinician) };
  });
}

function sentence(t: TFunction, kind: NewsKind, [only, ...more]: NewsView[], hideNames: boolean): string {
  if (more.length > 0 || hideNames || !only?.person) return t(`news.${kind}`, { count: more.length + 1 });
  if (only.title) return t(`news.full.${kind}`, { person: only.person, title: only.title });
  return t(`news.from.${kind}`, { person: only.person });
}

function placeOf(kind: NewsKind, clinician: boolean): string {
  switch (kind) {
    case "record":
    case "advice":
      return clinician ? "/" : "/records";
    case "share":
      return clinician ? "/" : "/shared";
    case "request":
    case "answer":
    case "appointment":
    case "expiring":
      return clinician ? "/" : "/people";
    case "flagged":
      return "/activity";
    case "recovery":
    case "recoveryAlarm":
      return "/settings?section=recovery";
  }
}
