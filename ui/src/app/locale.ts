import dayjs from "dayjs";
import "dayjs/locale/de";
import "dayjs/locale/en-gb";
import type { Language } from "@/bindings/Language";

export type Tongue = "en" | "de";

/** What the computer speaks, if we do too. A computer without a language calls it "C", which is no locale at all. */
export function systemTongue(): Tongue {
  const wanted = typeof navigator === "undefined" ? "en" : navigator.language;
  return typeof wanted === "string" && wanted.toLowerCase().startsWith("de") ? "de" : "en";
}

export function tongueOf(language: Language | undefined): Tongue {
  return language === undefined || language === "system" ? systemTongue() : language;
}

export const LOCALE: Record<Tongue, string> = { en: "en-GB", de: "de-DE" };

let current: Tongue = "en";

export function setTongue(tongue: Tongue) {
  current = tongue;
  dayjs.locale(tongue === "de" ? "de" : "en-gb");
  if (typeof document !== "undefined") document.documentElement.lang = tongue;
}

/** uPlot and others ask the browser for its locale while they load and fail on "C". */
export function guardNavigatorLanguage() {
  try {
    new Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { value: "en-GB", configurable: true });
    Object.defineProperty(navigator, "languages", { value: ["en-GB"], configurable: true });
  }
}

/** 12 May 2026 */
export function day(at: number): string {
  return new Intl.DateTimeFormat(LOCALE[current], { day: "numeric", month: "long", year: "numeric" }).format(
    at,
  );
}

/**
 * A date of a document, as precisely as it says: 2019, May 2019, 12 May 2019. Words such as "in childhood" stay as they are.
 */
export function documentDate(written: string): string {
  const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(T.*)?)?)?$/.exec(written.trim());
  if (!parts) return written;
  const [, year, month, dayOfMonth, time] = parts;
  if (!month) return year ?? written;
  const date = time ? new Date(written) : new Date(Number(year), Number(month) - 1, Number(dayOfMonth ?? 1));
  if (Number.isNaN(date.getTime())) return written;
  if (dayOfMonth) return day(date.getTime());
  return new Intl.DateTimeFormat(LOCALE[current], { month: "long", year: "numeric" }).format(date);
}

/** 12 May 2026, 14:32 */
export function moment(at: number): string {
  return new Intl.DateTimeFormat(LOCALE[current], {
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(at);
}

/** 14:32 today, else the day. */
export function brief(at: number, now = Date.now()): string {
  const same = new Date(at).toDateString() === new Date(now).toDateString();
  return same ? clock(at) : day(at);
}

/** 14:32 */
export function clock(at: number): string {
  return new Intl.DateTimeFormat(LOCALE[current], {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(at);
}

/** The document's own digits, with the decimal sign of the language. */
export function digits(text: string): string {
  return current === "de" && /^[<>≤≥~ ]*-?\d+\.\d+$/.test(text) ? text.replace(".", ",") : text;
}

export function number(value: number, digitsMax = 2): string {
  return new Intl.NumberFormat(LOCALE[current], { maximumFractionDigits: digitsMax }).format(value);
}

/** 1.4 MB */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  const units = ["kB", "MB", "GB"];
  let value = size;
  let unit = "B";
  for (const next of units) {
    if (value < 1000) break;
    value /= 1000;
    unit = next;
  }
  return `${number(value, value < 10 ? 1 : 0)} ${unit}`;
}

/** Heart, laboratory and devices */
export function listed(parts: string[]): string {
  return new Intl.ListFormat(LOCALE[current], { type: "conjunction" }).format(parts);
}
