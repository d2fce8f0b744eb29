import { Alert, Skeleton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconArrowsMaximize,
  IconMaximize,
  IconPhotoOff,
  IconQuestionMark,
  IconRefresh,
  IconRotateClockwise2,
  IconZoomIn,
  IconZoomOut,
} from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { CallError, host } from "@/platform";
import type { Where } from "./frames";
import { type Stance, UPRIGHT, zoomAt } from "./geometry";
import { Stage } from "./Stage";
import { ShortcutHelp, type Shortcuts, Tool, useShortcuts } from "./Tools";

const STEP = 60;

/** A photo or scan, upright as its camera says, to be zoomed and moved. */
export default function ImageViewer(props: { where: Where; mediaType: string; title: string }) {
  const { t } = useTranslation();
  const loaded = useImage(props.where, props.mediaType);
  const [stance, setStance] = useState<Stance>(UPRIGHT);
  const [wide, setWide] = useState(false);
  const [helping, help] = useDisclosure(false);
  const box = useRef({ width: 1, height: 1 });
  const image = loaded.image;
  const size = image && { width: image.naturalWidth, height: image.naturalHeight };

  const zoom = (factor: number) => {
    const middle = { x: box.current.width / 2, y: box.current.height / 2 };
    if (size) setStance((old) => zoomAt(old, box.current, size, 1, factor, middle));
  };
  const move = (x: number, y: number) =>
    setStance((old) => ({ ...old, pan: { x: old.pan.x + x * STEP, y: old.pan.y + y * STEP } }));
  const fit = () => setStance((old) => ({ ...old, zoom: null, pan: { x: 0, y: 0 } }));
  const turn = () => setStance((old) => ({ ...old, turns: (old.turns + 1) % 4, pan: { x: 0, y: 0 } }));
  const shortcuts: Shortcuts = [
    { keys: "+ =", word: "zoomIn", run: () => zoom(1.25) },
    { keys: "-", word: "zoomOut", run: () => zoom(0.8) },
    {
      keys: "Shift+ArrowLeft Shift+ArrowRight Shift+ArrowUp Shift+ArrowDown",
      word: "move",
      run: ({ key }) =>
        move(
          key === "ArrowLeft" ? 1 : key === "ArrowRight" ? -1 : 0,
          key === "ArrowUp" ? 1 : key === "ArrowDown" ? -1 : 0,
        ),
    },
    { keys: "0", word: "fit", run: fit },
    {
      keys: "1",
      word: "actual",
      run: () => setStance((old) => ({ ...old, zoom: 1 / (window.devicePixelRatio || 1) })),
    },
    { keys: "R", word: "rotate", run: turn },
    { keys: "F", word: "wide", run: () => setWide((old) => !old) },
    { keys: "Escape", word: "wide", hidden: true, run: () => setWide(false) },
    { keys: "Z", word: "reset", run: () => setStance(UPRIGHT) },
    { keys: "?", word: "help", run: help.open },
  ];
  useShortcuts(shortcuts);

  if (loaded.fault) return <ErrorNotice error={loaded.fault} />;
  if (loaded.broken) {
    return (
      <Alert color="amber" icon={<IconPhotoOff aria-hidden />} data-testid="image-broken">
        {t("viewing.imageBroken")}
      </Alert>
    );
  }
  if (!image || !size) return <Skeleton h={420} radius="lg" />;
  return (
    <section className="ck-viewer" data-wide={wide} data-testid="record-image" aria-label={props.title}>
      <div className="ck-tools" role="toolbar" aria-label={t("viewing.tools")}>
        <Tool icon={IconZoomIn} word="zoomIn" keys="+" onClick={() => zoom(1.25)} />
        <Tool icon={IconZoomOut} word="zoomOut" keys="-" onClick={() => zoom(0.8)} />
        <Tool icon={IconArrowsMaximize} word="fit" keys="0" onClick={fit} />
        <Tool icon={IconRotateClockwise2} word="rotate" keys="R" onClick={turn} />
        <Tool icon={IconRefresh} word="reset" keys="Z" onClick={() => setStance(UPRIGHT)} />
        <span className="ck-tools-gap" />
        <Tool icon={IconMaximize} word="wide" keys="F" on={wide} onClick={() => setWide((old) => !old)} />
        <Tool icon={IconQuestionMark} word="help" keys="?" onClick={help.open} />
      </div>
      <Stage
        picture={{ ...size, source: image }}
        aspect={1}
        stance={stance}
        onStance={setStance}
        onDrag={null}
        cursor="move"
        label={t("viewing.imageLabel", { title: props.title, ...size })}
        draw={({ box: now }) => {
          box.current = now;
        }}
      />
      <ShortcutHelp shortcuts={shortcuts} opened={helping} onClose={help.close} />
    </section>
  );
}

/** The picture once it is decoded; the page's own decoder turns it as its camera was held. */
function useImage({ recordId, patientId }: Where, mediaType: string) {
  const [state, setState] = useState<{ image?: HTMLImageElement; broken?: boolean; fault?: CallError }>({});
  useEffect(() => {
    let gone = false;
    let address: string | undefined;
    const load = async () => {
      const bytes = await host.bytes("record_bytes", { recordId, patientId });
      if (gone) return;
      // A TIFF comes as a PNG.
      const type = mediaType === "image/tiff" ? "image/png" : mediaType;
      address = URL.createObjectURL(new Blob([bytes], { type }));
      const image = new Image();
      image.src = address;
      await image.decode().then(
        () => !gone && setState({ image }),
        () => !gone && setState({ broken: true }),
      );
    };
    setState({});
    load().catch((thrown: unknown) => {
      if (gone) return;
      const fault = CallError.from(thrown);
      // A TIFF is unpacked on the other side, which says what is wrong with it in the details.
      setState(
        mediaType === "image/tiff" && fault.view.code === "fileUnreadable" ? { broken: true } : { fault },
      );
    });
    return () => {
      gone = true;
      if (address) URL.revokeObjectURL(address);
    };
  }, [recordId, patientId, mediaType]);
  return state;
}
