import { Alert, Button, Group, Menu, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import {
  IconArrowLeft,
  IconDownload,
  IconFolderSymlink,
  IconPencil,
  IconPlugConnectedX,
  IconPrinter,
  IconShare,
  IconTrash,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { day, moment } from "@/app/locale";
import type { RecordRow } from "@/bindings/RecordRow";
import type { RecordView } from "@/bindings/RecordView";
import type { VersionView } from "@/bindings/VersionView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { AnchorLink } from "@/components/links";
import { Panel } from "@/components/Page";
import { PatientFrame } from "@/features/family/PatientFrame";
import { GrantDialog } from "@/features/grants/GrantDialog";
import { host } from "@/platform";
import { useAsk, useDo } from "@/platform/queries";
import { Content } from "./Content";
import { COLLECTIONS } from "./collections";
import { EntryDialog } from "./EntryDialog";
import { EraseDialog } from "./EraseDialog";
import { RecordContext } from "./reading/RecordContext";
import { name } from "./reading/words";
import { TrustLine } from "./TrustLine";

interface Props {
  recordId: string;
  /** Set in somebody else's records. */
  patientId?: string;
}

/** One record: what it says, why it can be believed, and what can be done with it. */
export function RecordPage({ recordId, patientId }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const record = useAsk("record_open", { recordId, patientId: patientId ?? null });
  const gone = useIsGone(record.data?.row, patientId);
  const opened = record.data !== undefined;

  // Opening marks a record as read; the lists show it the next time they are asked.
  useEffect(() => {
    if (!opened) return;
    for (const name of patientId ? ["shared_list", "shared_records"] : ["records_list", "home_summary"]) {
      void client.invalidateQueries({ queryKey: [name] });
    }
  }, [opened, patientId, client]);

  const page = (
    <Stack gap="lg" data-testid="record-page">
      <BackLink patientId={patientId} />
      {record.isPending && (
        <Stack aria-busy="true">
          <Skeleton h={40} w="60%" />
          <Skeleton h={44} />
          <Skeleton h={320} radius="lg" />
        </Stack>
      )}
      {record.isError && <ErrorNotice error={record.error} retry={() => record.refetch()} />}
      {record.data && gone && (
        <Alert color="amber" data-testid="record-gone">
          {t("errors.grantRevoked.what")} {t("errors.grantRevoked.todo")}
        </Alert>
      )}
      {record.data && !gone && <Opened view={record.data} patientId={patientId} />}
    </Stack>
  );
  return patientId ? <PatientFrame patientId={patientId}>{page}</PatientFrame> : page;
}

function BackLink({ patientId }: { patientId?: string }) {
  const { t } = useTranslation();
  const label = (
    <Group gap={6} component="span">
      <IconArrowLeft size={18} aria-hidden />
      {t("app.back")}
    </Group>
  );
  return patientId ? (
    <AnchorLink to="/shared/$patientId" params={{ patientId }} data-testid="record-back" w="fit-content">
      {label}
    </AnchorLink>
  ) : (
    <AnchorLink to="/records" data-testid="record-back" w="fit-content">
      {label}
    </AnchorLink>
  );
}

/** Whether somebody else's record is no longer shared: what was opened before disappears with the permission. */
function useIsGone(row: RecordRow | undefined, patientId: string | undefined): boolean {
  const list = useAsk("shared_list", {}, { enabled: patientId !== undefined });
  if (!row || !patientId || !list.data) return false;
  const sharer = list.data.people.find((one) => one.patient.id === patientId);
  const covered = sharer?.shares.some(
    ({ state, what }) =>
      state === "active" &&
      ((what.kind === "collection" && what.collection === row.collection) ||
        (what.kind === "record" && what.recordId === row.id)),
  );
  return !covered;
}

function Opened({ view, patientId }: { view: RecordView; patientId?: string }) {
  const { t } = useTranslation();
  const { row } = view;
  const where = useMemo(() => ({ recordId: row.id, patientId: patientId ?? null }), [row.id, patientId]);
  const [sharing, share] = useDisclosure(false);
  const [erasing, erase] = useDisclosure(false);
  const [changing, change] = useDisclosure(false);
  const save = useDo("record_export");
  const saveCopy = async () => {
    const path = await host.pickSavePath(t("records.saveTitle"), row.title);
    if (path) save.mutate({ recordId: row.id, patientId: patientId ?? null, path });
  };
  const withheld = view.content.kind === "withheld";
  return (
    <>
      <Group justify="space-between" align="flex-start" gap="md">
        <div className="ck-heading">
          <Title order={1} data-testid="record-heading">
            {row.title}
          </Title>
          <Text c="dimmed">
            {[row.category && name(t, row.category), t(`collection.${row.collection}`), day(row.date)]
              .filter(Boolean)
              .join(" · ")}
          </Text>
        </div>
        <Group gap="xs">
          {!patientId && view.entry && (
            <Button
              variant="default"
              leftSection={<IconPencil size={18} aria-hidden />}
              onClick={change.open}
              disabled={!view.entry.canChange}
              title={view.entry.canChange ? undefined : t("entries.changeLater")}
              data-testid="record-change"
            >
              {t("entries.change")}
            </Button>
          )}
          {!patientId && <MoveMenu view={view} />}
          {view.content.kind === "clinical" && (
            <Button
              variant="default"
              leftSection={<IconPrinter size={18} aria-hidden />}
              onClick={() => window.print()}
              data-testid="record-print"
            >
              {t("page.print")}
            </Button>
          )}
          {!withheld && (
            <Button
              variant="default"
              leftSection={<IconDownload size={18} aria-hidden />}
              onClick={saveCopy}
              data-testid="record-save"
            >
              {t("records.save")}
            </Button>
          )}
          {!patientId && !withheld && (
            <Button
              leftSection={<IconShare size={18} aria-hidden />}
              onClick={share.open}
              data-testid="record-share"
            >
              {t("records.share")}
            </Button>
          )}
        </Group>
      </Group>
      <TrustLine trust={view.trust} recordId={row.id} patientId={patientId} />
      {view.kept && (
        <Alert color="amber" icon={<IconPlugConnectedX aria-hidden />} data-testid="record-kept">
          {t("entries.kept")}
        </Alert>
      )}
      {save.isError && <ErrorNotice error={save.error} />}
      <RecordContext value={where}>
        <Content content={view.content} trust={view.trust} where={where} />
      </RecordContext>
      {view.versions.length > 0 && <Versions versions={view.versions} />}
      {!patientId && (
        <Group justify="flex-end">
          <Button
            variant="subtle"
            color="red"
            leftSection={<IconTrash size={18} aria-hidden />}
            onClick={erase.open}
            data-testid="record-erase"
          >
            {t("entries.erase")}
          </Button>
        </Group>
      )}
      {!patientId && <EraseDialog view={view} opened={erasing} onClose={erase.close} />}
      {view.entry && (
        <EntryDialog
          kind={view.entry.body.kind === "note" ? "note" : "measurement"}
          opened={changing}
          onClose={change.close}
          change={{ recordId: row.id, entry: view.entry, collection: row.collection }}
        />
      )}
      <GrantDialog
        opened={sharing}
        onClose={share.close}
        prefill={{ targets: [{ kind: "record", recordId: row.id }] }}
      />
    </>
  );
}

function Versions({ versions }: { versions: VersionView[] }) {
  const { t } = useTranslation();
  return (
    <Panel title={t("entries.versions")} testId="record-versions">
      <Stack gap={4} px="xs">
        {versions.map((one) => (
          <AnchorLink
            key={one.id}
            to="/records/$recordId"
            params={{ recordId: one.id }}
            data-testid="record-version"
          >
            {t("entries.version", { title: one.title, date: moment(one.added) })}
          </AnchorLink>
        ))}
      </Stack>
    </Panel>
  );
}

function MoveMenu({ view }: { view: RecordView }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const move = useDo("record_move", (row) => {
    notifications.show({ message: t("records.moved", { collection: t(`collection.${row.collection}`) }) });
    void client.invalidateQueries({ queryKey: ["record_open"] });
    void client.invalidateQueries({ queryKey: ["records_list"] });
  });
  return (
    <Menu width={280} position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconFolderSymlink size={18} aria-hidden />}
          loading={move.isPending}
          data-testid="record-move"
        >
          {t("records.move")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("records.moveHint")}</Menu.Label>
        {COLLECTIONS.filter((one) => one !== view.row.collection).map((collection) => (
          <Menu.Item key={collection} onClick={() => move.mutate({ recordId: view.row.id, collection })}>
            {t(`collection.${collection}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
