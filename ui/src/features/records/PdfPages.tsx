import { Stack } from "@mantine/core";
import { GlobalWorkerOptions, getDocument, type PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import workerUrl from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

GlobalWorkerOptions.workerSrc = workerUrl;

/** More would take too long to draw; the rest is in the saved copy. */
const PAGES_MAX = 40;
const WIDTH_MAX = 900;

/** A PDF as it was printed. Scripts in it are never run; what cannot be drawn falls back to its text. */
export default function PdfPages({ src, fallback }: { src: string; fallback: ReactNode }) {
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null);
  const [broken, setBroken] = useState(false);

  useEffect(() => {
    const task = getDocument({ data: bytesOf(src), isEvalSupported: false, enableXfa: false });
    task.promise.then(setPdf).catch(() => setBroken(true));
    return () => {
      void task.destroy();
    };
  }, [src]);

  if (broken) return fallback;
  if (!pdf) return null;
  return (
    <Stack data-testid="record-pdf">
      {Array.from({ length: Math.min(pdf.numPages, PAGES_MAX) }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pages are known by their number
        <PdfPage key={index} pdf={pdf} number={index + 1} onFault={() => setBroken(true)} />
      ))}
    </Stack>
  );
}

function PdfPage(props: { pdf: PDFDocumentProxy; number: number; onFault: () => void }) {
  const { t } = useTranslation();
  const { pdf, number, onFault } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [text, setText] = useState("");

  // biome-ignore lint/correctness/useExhaustiveDependencies: a page is drawn once
  useEffect(() => {
    let gone = false;
    const draw = async () => {
      const page = await pdf.getPage(number);
      const target = canvas.current;
      if (gone || !target) return;
      const plain = page.getViewport({ scale: 1 });
      const viewport = page.getViewport({
        scale: (WIDTH_MAX / plain.width) * Math.min(window.devicePixelRatio, 2),
      });
      target.width = viewport.width;
      target.height = viewport.height;
      await page.render({ canvas: target, viewport }).promise;
      if (!gone) setText(await pageText(page));
    };
    draw().catch(() => !gone && onFault());
    return () => {
      gone = true;
    };
  }, [pdf, number]);

  return (
    <figure className="ck-page">
      <canvas ref={canvas} role="img" aria-label={`${t("content.page", { n: number })}. ${text}`} />
    </figure>
  );
}

/** The page's text for screen readers. WebKitGTK cannot iterate a stream, so it is read chunk by chunk. */
async function pageText(page: Awaited<ReturnType<PDFDocumentProxy["getPage"]>>): Promise<string> {
  const reader = page.streamTextContent().getReader();
  const words: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return words.join(" ");
    for (const item of value.items) if ("str" in item) words.push(item.str);
  }
}

function bytesOf(src: string): Uint8Array {
  const text = atob(src.slice(src.indexOf(",") + 1));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
