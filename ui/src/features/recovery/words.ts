import { i18next } from "@/i18n";

/** "Jonas, Ada and Amir", as the language has it. */
export function names(list: string[]): string {
  return new Intl.ListFormat(i18next.language, { type: "conjunction" }).format(list);
}
