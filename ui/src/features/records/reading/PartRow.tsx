import { Button, Group, Skeleton, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDownload, IconEye, IconEyeOff, IconPaperclip } from "@tabler/icons-react";
import { lazy, Suspense, useContext } from "react";
import { useTranslation } from "react-i18next";
import type { FilePartView } from "@/bindings/FilePartView";
import type { PartView } from "@/bindings/PartView";
import { ErrorNotice } from "@/components/ErrorNotice";
import type { Where } from "@/features/viewing/frames";
import { host } from "@/platform";
import { useAsk, useDo } from "@/platform/queries";
import { Content } from "../Content";
import { RecordContext } from "./RecordContext";

const PdfViewer = lazy(() => import("@/features/viewing/PdfViewer"));

/** A file inside a document: opened here, saved, or named if it is elsewhere. */
export function PartRow({ part }: { part: PartView }) {
  const { t } = useTranslation();
  const record = useContext(RecordContext);
  const [opened, { toggle }] = useDisclosure(false);
  const save = useDo("part_export");
  const title = part.title ?? t("page.attachment");
  const number = part.part;
  const reachable = number !== null && record !== null;
  const saveCopy = async () => {
    if (!reachable) return;
    const path = await host.pickSavePath(t("records.saveTitle"), title);
    if (path) save.mutate({ ...record, part: String(number), path });
  };
  return (
    <div className="ck-part" data-testid="part">
      <Group gap="sm">
        <IconPaperclip size={18} aria-hidden />
        <Text className="ck-grow">
          {title}
          {part.mediaType && (
            <Text span size="sm" c="dimmed">
              {" "}
              {part.mediaType}
            </Text>
          )}
        </Text>
        {reachable && (
          <>
            <Button
              size="compact-md"
              variant="light"
              leftSection={opened ? <IconEyeOff size={16} aria-hidden /> : <IconEye size={16} aria-hidden />}
              aria-expanded={opened}
              onClick={toggle}
              data-testid="part-open"
            >
              {t(opened ? "page.close" : "page.open")}
            </Button>
            <Button
              size="compact-md"
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
              onClick={saveCopy}
              loading={save.isPending}
              data-testid="part-save"
            >
              {t("page.saveFile")}
            </Button>
          </>
        )}
      </Group>
      {number === null && (
        <Text size="sm" c="dimmed" className="ck-text">
          {part.address ? t("page.elsewhere", { address: part.address }) : t("page.unreadablePart")}
        </Text>
      )}
      {save.isError && <ErrorNotice error={save.error} />}
      {opened && reachable && <OpenPart record={record} part={number} />}
    </div>
  );
}

function OpenPart(props: { record: { recordId: string; patientId: string | null }; part: number }) {
  const shown = useAsk("part_open", { ...props.record, part: String(props.part) });
  if (shown.isPending) return <Skeleton h={200} />;
  if (shown.isError) return <ErrorNotice error={shown.error} retry={() => shown.refetch()} />;
  return (
    <div className="ck-part-content">
      <RecordContext value={null}>
        <Inside part={shown.data} where={props.record} />
      </RecordContext>
    </div>
  );
}

/** A picture or PDF inside a record has brought its bytes along. */
function Inside({ part, where }: { part: FilePartView; where: Where }) {
  if (part.src !== null && part.content.kind === "image") {
    return <img className="ck-image" src={part.src} alt={part.content.description || part.fileName} />;
  }
  if (part.src !== null && part.content.kind === "pdf") {
    return (
      <Suspense fallback={<Skeleton h={480} />}>
        <PdfViewer where={where} src={part.src} />
      </Suspense>
    );
  }
  return <Content content={part.content} where={where} />;
}
