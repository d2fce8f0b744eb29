import type { TFunction } from "i18next";
import { digits, documentDate } from "@/app/locale";
import { en } from "@/i18n/en";

/** `Unnamed medicine`, `not-done`, `stepCount` as the keys they stand for. */
function keyOf(written: string): string {
  const joined = written.trim().replace(/[-_ ]+([a-zA-Z])/g, (_all, letter: string) => letter.toUpperCase());
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}

/** A label of ours in the language of the window; the document's own label as it is. */
export function label(t: TFunction, written: string): string {
  const key = keyOf(written);
  if (key in en.fact) return t(`fact.${key as keyof typeof en.fact}`);
  return key in en.measure && key !== "low" && key !== "high"
    ? t(`measure.${key as keyof typeof en.measure}`)
    : written;
}

/** The name of an entry or measure, if the document left it to us. */
export function name(t: TFunction, written: string): string {
  const key = keyOf(written);
  return key in en.measure ? t(`measure.${key as keyof typeof en.measure}`) : written;
}

/** Whether a name is one of ours. */
export function isNamed(written: string): boolean {
  return keyOf(written) in en.measure;
}

/** A state or other coded word; other words as the document has them. */
export function said(t: TFunction, written: string): string {
  const key = keyOf(written);
  if (key in en.status) return t(`status.${key as keyof typeof en.status}`);
  return key in en.said ? t(`said.${key as keyof typeof en.said}`) : written;
}

const MOMENT = /^\d{4}-\d{2}(-\d{2}(T[\d:.+\-Z]+)?)?$/;

/** A value: dates as the person writes them, coded words in their language, everything else as it is. */
export function value(t: TFunction, written: string): string {
  const ends = written.split(" – ");
  if (ends.length === 2 && ends.every((end) => MOMENT.test(end))) {
    return t("content.fromTo", { from: documentDate(ends[0] ?? ""), to: documentDate(ends[1] ?? "") });
  }
  if (MOMENT.test(written)) return documentDate(written);
  return digits(said(t, written));
}

/** When something was, with its time if the document says one, on the clock of the document. */
export function span(t: TFunction, start: string, end: string | null): string {
  const clock = (written: string) => (/T\d\d:\d\d/.test(written) ? written.slice(11, 16) : "");
  const date = (written: string) => documentDate(written.includes("T") ? written.slice(0, 10) : written);
  const from = [date(start), clock(start)].filter(Boolean).join(", ");
  if (end === null || end === start) return from;
  if (date(end) === date(start)) return clock(end) ? `${from} – ${clock(end)}` : from;
  return t("content.fromTo", { from: date(start), to: date(end) });
}
