import {
  Alert,
  Button,
  Group,
  NumberInput,
  PasswordInput,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useDebouncedValue, useElementSize, useMergedRef } from "@mantine/hooks";
import {
  IconChevronDown,
  IconChevronUp,
  IconFileAlert,
  IconLock,
  IconSearch,
  IconZoomIn,
  IconZoomOut,
} from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type PDFDocumentProxy, TextLayer } from "pdfjs-dist/legacy/build/pdf.mjs";
import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RecordPart } from "@/bindings/RecordPart";
import { ErrorNotice } from "@/components/ErrorNotice";
import { CallError, host } from "@/platform";
import type { Where } from "./frames";
import { type Found, fold, openPdf, plainText, search, textOf } from "./pdf";
import { type Shortcuts, Tool, useShortcuts } from "./Tools";

const ZOOMS = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3];
/** Pixels of a page's canvas; more is drawn smaller and stretched. */
const CANVAS_PIXELS_MAX = 16_000_000;
const GAP = 12;

type State =
  | { is: "loading" }
  | { is: "password"; wrong: boolean; answer: (word: string) => void }
  | { is: "broken" }
  | { is: "failed"; error: CallError }
  | { is: "open"; pdf: PDFDocumentProxy; sizes: { width: number; height: number } };

/** A PDF as it was printed, page by page, with its text to be selected, read aloud and searched. Links lead nowhere. */
export default function PdfViewer(props: { where: Where; part?: RecordPart; src?: string }) {
  const { t } = useTranslation();
  const state = usePdf(props.where, props.part ?? "whole", props.src);
  switch (state.is) {
    case "loading":
      return <Skeleton h={520} radius="lg" aria-busy="true" />;
    case "failed":
      return <ErrorNotice error={state.error} />;
    case "broken":
      return (
        <Alert color="amber" icon={<IconFileAlert aria-hidden />} data-testid="pdf-broken">
          {t("viewing.pdf.broken")}
        </Alert>
      );
    case "password":
      return <Password wrong={state.wrong} onWord={state.answer} />;
    case "open":
      return <Pages pdf={state.pdf} size={state.sizes} />;
  }
}

/** A file inside a record has brought its bytes along, as `data:`. */
function bytesOf(src: string): ArrayBuffer {
  const text = atob(src.slice(src.indexOf(",") + 1));
  return Uint8Array.from(text, (char) => char.charCodeAt(0)).buffer;
}

function usePdf({ recordId, patientId }: Where, part: RecordPart, src?: string): State {
  const [state, setState] = useState<State>({ is: "loading" });
  useEffect(() => {
    let gone = false;
    let task: ReturnType<typeof openPdf> | undefined;
    setState({ is: "loading" });
    const load = async () => {
      const bytes = src
        ? bytesOf(src)
        : await host.bytes("record_bytes", { recordId, patientId, part }).catch((thrown: unknown) => {
            if (!gone) setState({ is: "failed", error: CallError.from(thrown) });
          });
      if (gone || !bytes) return;
      task = openPdf(bytes, (answer, wrong) => {
        if (!gone) setState({ is: "password", wrong, answer });
      });
      const pdf = await task.promise;
      const first = (await pdf.getPage(1)).getViewport({ scale: 1 });
      if (!gone) setState({ is: "open", pdf, sizes: { width: first.width, height: first.height } });
    };
    load().catch(() => !gone && setState({ is: "broken" }));
    return () => {
      gone = true;
      void task?.destroy();
    };
  }, [recordId, patientId, part, src]);
  return state;
}

function Password({ wrong, onWord }: { wrong: boolean; onWord: (word: string) => void }) {
  const { t } = useTranslation();
  const [word, setWord] = useState("");
  const open = (event: FormEvent) => {
    event.preventDefault();
    onWord(word);
  };
  return (
    <Alert
      color="amber"
      icon={<IconLock aria-hidden />}
      title={t("viewing.pdf.encrypted")}
      data-testid="pdf-encrypted"
    >
      <form onSubmit={open}>
        <Group align="flex-end">
          <PasswordInput
            label={t("viewing.pdf.password")}
            value={word}
            onChange={(event) => setWord(event.currentTarget.value)}
            error={wrong ? t("viewing.pdf.wrongPassword") : null}
            w={260}
          />
          <Button type="submit" disabled={word === ""}>
            {t("viewing.pdf.unlock")}
          </Button>
        </Group>
      </form>
    </Alert>
  );
}

function Pages({ pdf, size }: { pdf: PDFDocumentProxy; size: { width: number; height: number } }) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const { ref: measure, width } = useElementSize<HTMLDivElement>();
  const box = useMergedRef(scroller, measure);
  const [zoom, setZoom] = useState(1);
  const [words, setWords] = useState("");
  const find = useRef<HTMLInputElement>(null);
  const found = useSearch(pdf, words);
  // 100 % is the width of the window, as far as that is no larger than one and a half times life-size.
  const scale = (Math.min(Math.max(200, width - 2 * GAP), size.width * 1.5) / size.width) * zoom;
  const pages = useVirtualizer({
    count: pdf.numPages,
    getScrollElement: () => scroller.current,
    estimateSize: () => size.height * scale + GAP,
    overscan: 1,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other sizes when the scale changes
  useEffect(() => pages.measure(), [scale]);

  const items = pages.getVirtualItems();
  const middle = (pages.scrollOffset ?? 0) + 200;
  const now = (items.find((item) => item.end > middle) ?? items.at(-1))?.index ?? 0;
  const go = useCallback(
    (page: number) => pages.scrollToIndex(Math.min(pdf.numPages, Math.max(1, page)) - 1, { align: "start" }),
    [pages, pdf.numPages],
  );
  const { place } = found;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new place moves the page
  useEffect(() => {
    if (place) go(place.page);
  }, [place?.page, place?.nth]);
  const zoomBy = (by: 1 | -1) =>
    setZoom((old) => ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, ZOOMS.indexOf(old) + by))] ?? 1);
  const shortcuts: Shortcuts = [
    { keys: "PageDown", word: "nextPage", run: () => go(now + 2) },
    { keys: "PageUp", word: "previousPage", run: () => go(now) },
    { keys: "+ =", word: "zoomIn", run: () => zoomBy(1) },
    { keys: "-", word: "zoomOut", run: () => zoomBy(-1) },
    { keys: "/", word: "find", run: () => find.current?.focus() },
  ];
  useShortcuts(shortcuts);

  return (
    <Stack gap="sm" data-testid="record-pdf">
      <Group gap="md" role="toolbar" aria-label={t("viewing.tools")}>
        <Group gap="xs" wrap="nowrap">
          <Tool icon={IconChevronUp} word="previousPage" disabled={now === 0} onClick={() => go(now)} />
          <Tool
            icon={IconChevronDown}
            word="nextPage"
            disabled={now >= pdf.numPages - 1}
            onClick={() => go(now + 2)}
          />
          <NumberInput
            aria-label={t("viewing.pdf.page")}
            value={now + 1}
            min={1}
            max={pdf.numPages}
            onChange={(page) => typeof page === "number" && page !== now + 1 && go(page)}
            w={76}
            hideControls
            data-testid="pdf-page"
          />
          <Text className="ck-nowrap" data-testid="pdf-pages">
            {t("viewing.pdf.of", { count: pdf.numPages })}
          </Text>
        </Group>
        <Group gap="xs" wrap="nowrap">
          <Tool
            icon={IconZoomOut}
            word="zoomOut"
            keys="-"
            disabled={zoom === ZOOMS[0]}
            onClick={() => zoomBy(-1)}
          />
          <Text className="ck-nowrap">{`${Math.round(zoom * 100)} %`}</Text>
          <Tool
            icon={IconZoomIn}
            word="zoomIn"
            keys="+"
            disabled={zoom === ZOOMS.at(-1)}
            onClick={() => zoomBy(1)}
          />
        </Group>
        <Group gap="xs" wrap="nowrap">
          <TextInput
            ref={find}
            aria-label={t("viewing.pdf.find")}
            placeholder={t("viewing.pdf.find")}
            leftSection={<IconSearch size={16} aria-hidden />}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter") found.next(event.shiftKey ? -1 : 1);
            }}
            w={240}
            data-testid="pdf-find"
          />
          <Text aria-live="polite" className="ck-nowrap" data-testid="pdf-found">
            {found.text}
          </Text>
        </Group>
      </Group>
      {found.noText && <Text c="dimmed">{t("viewing.pdf.noText")}</Text>}
      <section
        ref={box}
        className="ck-pages"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable with the keyboard
        tabIndex={0}
        aria-label={t("viewing.pdf.of", { count: pdf.numPages })}
      >
        <div className="ck-pages-all" style={{ height: pages.getTotalSize() }}>
          {items.map((item) => (
            <div
              key={item.key}
              ref={pages.measureElement}
              data-index={item.index}
              className="ck-pages-one"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <PdfPage
                pdf={pdf}
                number={item.index + 1}
                scale={scale}
                wanted={fold(words.trim())}
                size={size}
              />
            </div>
          ))}
        </div>
      </section>
    </Stack>
  );
}

function useSearch(pdf: PDFDocumentProxy, words: string) {
  const { t } = useTranslation();
  const [wanted] = useDebouncedValue(words.trim(), 250);
  const kept = useRef(new Map<number, string>());
  const [result, setResult] = useState<{ for: string; found: Found[]; hasText: boolean } | null>(null);
  const [at, setAt] = useState(0);
  useEffect(() => {
    if (wanted.length < 2) {
      setResult(null);
      return;
    }
    let gone = false;
    void search(pdf, wanted, kept.current, () => gone).then((answer) => {
      if (gone) return;
      setResult({ for: wanted, ...answer });
      setAt(0);
    });
    return () => {
      gone = true;
    };
  }, [pdf, wanted]);
  const count = result?.found.length ?? 0;
  const text =
    result === null
      ? ""
      : count === 0
        ? t("viewing.pdf.foundNone")
        : t("viewing.pdf.foundAt", { n: at + 1, count });
  return {
    text,
    noText: result !== null && !result.hasText,
    place: result?.found[at] ?? null,
    next: (by: 1 | -1) => count > 0 && setAt((old) => (old + by + count) % count),
  };
}

/** One page, drawn when it comes into sight, with its text above it, unseen but there. */
function PdfPage(props: {
  pdf: PDFDocumentProxy;
  number: number;
  scale: number;
  wanted: string;
  size: { width: number; height: number };
}) {
  const { t } = useTranslation();
  const { pdf, number, scale, wanted } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState(props.size);
  const [broken, setBroken] = useState(false);
  const [written, setWritten] = useState(0);

  useEffect(() => {
    let gone = false;
    let drawing: { cancel: () => void } | undefined;
    let text: TextLayer | undefined;
    const draw = async () => {
      const page = await pdf.getPage(number);
      if (gone) return;
      const plain = page.getViewport({ scale: 1 });
      setSize({ width: plain.width, height: plain.height });
      const [target, above] = [canvas.current, layer.current];
      if (!target || !above) return;
      const viewport = page.getViewport({ scale });
      const dense = Math.min(
        window.devicePixelRatio || 1,
        2,
        Math.sqrt(CANVAS_PIXELS_MAX / (viewport.width * viewport.height)),
      );
      const drawn = page.getViewport({ scale: scale * dense });
      target.width = Math.round(drawn.width);
      target.height = Math.round(drawn.height);
      const render = page.render({ canvas: target, viewport: drawn });
      drawing = render;
      await render.promise;
      if (gone) return;
      const content = await textOf(page);
      if (gone) return;
      above.replaceChildren();
      text = new TextLayer({ textContentSource: content, container: above, viewport });
      await text.render();
      above.dataset.text = plainText(content) === "" ? "none" : "some";
      setWritten((old) => old + 1);
    };
    draw().catch((thrown: unknown) => {
      const stopped = thrown instanceof Error && /cancel/i.test(`${thrown.name} ${thrown.message}`);
      if (!gone && !stopped) setBroken(true);
    });
    return () => {
      gone = true;
      drawing?.cancel();
      text?.cancel();
    };
  }, [pdf, number, scale]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `written` tells that the text is there
  useEffect(() => {
    for (const span of layer.current?.querySelectorAll("span") ?? []) {
      const hit = wanted.length >= 2 && fold(span.textContent ?? "").includes(wanted);
      span.classList.toggle("ck-hit", hit);
    }
  }, [wanted, written]);

  const [width, height] = [size.width * scale, size.height * scale];
  return (
    <section
      className="ck-pdf"
      aria-label={`${t("viewing.pdf.page")} ${number}`}
      ref={(element) => element?.style.setProperty("--total-scale-factor", String(scale))}
      style={{ width, height }}
      data-testid="pdf-sheet"
    >
      <canvas ref={canvas} aria-hidden style={{ width, height }} />
      <div ref={layer} className="textLayer" />
      {broken && <Text p="md">{t("viewing.pdf.pageBroken")}</Text>}
    </section>
  );
}
