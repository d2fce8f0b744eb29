import {
  GlobalWorkerOptions,
  getDocument,
  PasswordResponses,
  type PDFDocumentProxy,
  type PDFPageProxy,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import workerUrl from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";

GlobalWorkerOptions.workerSrc = workerUrl;

export type PageText = Awaited<ReturnType<PDFPageProxy["getTextContent"]>>;
/** Pages whose text is searched. */
const SEARCHED_MAX = 1_000;

/** Opens a document. No script in it is run, no font is made by evaluating code, no form is drawn. */
export function openPdf(
  bytes: ArrayBuffer,
  onPassword: (answer: (word: string) => void, wrong: boolean) => void,
) {
  const task = getDocument({ data: new Uint8Array(bytes), isEvalSupported: false, enableXfa: false });
  task.onPassword = (answer: (word: string) => void, reason: number) =>
    onPassword(answer, reason === PasswordResponses.INCORRECT_PASSWORD);
  return task;
}

/** The text of a page. WebKitGTK cannot iterate a stream, so it is read chunk by chunk. */
export async function textOf(page: PDFPageProxy): Promise<PageText> {
  const reader = page.streamTextContent().getReader();
  const whole: PageText = { items: [], styles: {}, lang: null };
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return whole;
    whole.items.push(...value.items);
    Object.assign(whole.styles, value.styles);
    whole.lang ??= value.lang;
  }
}

/** A place of the wanted words: the page, counted from one, and which of its places. */
export interface Found {
  page: number;
  nth: number;
}

export const plainText = (text: PageText): string =>
  text.items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : "")).join("");

/** Looks through the document page by page; `stopped` ends it. */
export async function search(
  pdf: PDFDocumentProxy,
  words: string,
  kept: Map<number, string>,
  stopped: () => boolean,
): Promise<{ found: Found[]; hasText: boolean }> {
  const wanted = fold(words);
  const found: Found[] = [];
  let hasText = false;
  for (let number = 1; number <= Math.min(pdf.numPages, SEARCHED_MAX); number += 1) {
    if (stopped()) break;
    let text = kept.get(number);
    if (text === undefined) {
      const page = await pdf.getPage(number);
      text = await textOf(page).then(plainText, () => "");
      kept.set(number, text);
    }
    hasText ||= text.trim() !== "";
    const folded = fold(text);
    let at = folded.indexOf(wanted);
    for (let nth = 0; at >= 0; nth += 1) {
      found.push({ page: number, nth });
      at = folded.indexOf(wanted, at + wanted.length);
    }
  }
  return { found, hasText };
}

/** Small letters, and one blank for any space, so that words are found across lines. */
export const fold = (text: string) => text.toLowerCase().replace(/\s+/g, " ");
