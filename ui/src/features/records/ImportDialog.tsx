import {
  ActionIcon,
  Alert,
  Button,
  Group,
  Modal,
  Paper,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { IconAlertTriangle, IconCircleCheck, IconFileUpload, IconX } from "@tabler/icons-react";
import dayjs from "dayjs";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { bytes } from "@/app/locale";
import type { Collection } from "@/bindings/Collection";
import type { FileInspection } from "@/bindings/FileInspection";
import { CollectionSelect } from "@/components/CollectionSelect";
import { ErrorNotice } from "@/components/ErrorNotice";
import { AnchorLink } from "@/components/links";
import { RecordIcon } from "@/components/RecordRows";
import { Running } from "@/components/TaskTray";
import { CallError, host } from "@/platform";
import { useAsk } from "@/platform/queries";

/** One file on its way from the disk into the records. */
interface Item {
  path: string;
  found: FileInspection | null;
  fault: CallError | null;
  title: string;
  collection: Collection;
  /** Milliseconds since 1970. */
  date: number | null;
  taskId: string | null;
}

interface Props {
  opened: boolean;
  onClose: () => void;
  /** Files that were dropped into the window. */
  paths?: string[];
}

const NONE: string[] = [];

/** Adds documents of one's own: chosen or dropped, looked at, checked by the person, then sealed and sent. */
export function ImportDialog({ opened, onClose, paths = NONE }: Props) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} size="lg" title={t("entries.addTitle")}>
      {opened && <ImportForm onClose={onClose} paths={paths} />}
    </Modal>
  );
}

function ImportForm({ onClose, paths }: { onClose: () => void; paths: string[] }) {
  const { t } = useTranslation();
  const [items, setItems] = useState<Item[]>([]);
  const known = useRef(new Set<string>());
  const change = (path: string, part: Partial<Item>) =>
    setItems((all) => all.map((item) => (item.path === path ? { ...item, ...part } : item)));

  const take = async (chosen: string[]) => {
    const fresh = chosen.filter((path) => !known.current.has(path));
    for (const path of fresh) known.current.add(path);
    setItems((all) => [...all, ...fresh.map(emptyItem)]);
    // One after the other: each is read as a whole.
    for (const path of fresh) {
      try {
        const found = await host.call("file_inspect", { path });
        change(path, {
          found,
          title: found.title,
          collection: found.collection,
          date: found.date ?? Date.now(),
        });
      } catch (thrown) {
        change(path, { fault: CallError.from(thrown) });
      }
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: dropped files are taken in when they come
  useEffect(() => {
    void take(paths);
  }, [paths]);

  const ready = items.filter(
    (item) => item.found && item.taskId === null && item.title.trim() !== "" && item.fault === null,
  );
  const busy = items.some((item) => item.found === null && item.fault === null);
  const started = items.some((item) => item.taskId !== null);
  const add = async () => {
    for (const { path, title, collection, date } of ready) {
      try {
        const { taskId } = await host.call("record_import", { path, title: title.trim(), collection, date });
        change(path, { taskId });
      } catch (thrown) {
        change(path, { fault: CallError.from(thrown) });
      }
    }
  };
  return (
    <form
      data-testid="import-dialog"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <Stack>
        <Text>{t("entries.lead")}</Text>
        <Button
          variant="default"
          leftSection={<IconFileUpload size={18} aria-hidden />}
          onClick={async () => take(await host.pickFiles(t("entries.chooseMore")))}
          data-testid="import-choose"
        >
          {t("entries.chooseMore")}
        </Button>
        {items.length === 0 && <Text c="dimmed">{t("entries.none")}</Text>}
        {items.map((item) => (
          <ItemCard
            key={item.path}
            item={item}
            onChange={(part) => change(item.path, part)}
            onRemove={() => {
              known.current.delete(item.path);
              setItems((all) => all.filter((other) => other.path !== item.path));
            }}
          />
        ))}
        <Group justify="flex-end" className="ck-actions">
          <Button variant="default" onClick={onClose} data-testid="import-close">
            {t(started && ready.length === 0 ? "entries.finish" : "app.cancel")}
          </Button>
          {(!started || ready.length > 0) && (
            <Button type="submit" disabled={ready.length === 0 || busy} data-testid="import-confirm">
              {t("entries.addCount", { count: ready.length })}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

function emptyItem(path: string): Item {
  return { path, found: null, fault: null, title: "", collection: "general", date: null, taskId: null };
}

const nameOf = (path: string) => path.split(/[/\\]/).at(-1) ?? path;

function ItemCard(props: { item: Item; onChange: (part: Partial<Item>) => void; onRemove: () => void }) {
  const { t } = useTranslation();
  const { item, onChange } = props;
  const name = item.found?.name ?? nameOf(item.path);
  return (
    <Paper withBorder p="sm" radius="md" data-testid="import-item" data-path={item.path}>
      <Stack gap="sm">
        <Group wrap="nowrap">
          <RecordIcon kind={item.found?.kind ?? "file"} />
          <div className="ck-grow">
            <Text truncate>{name}</Text>
            {item.found && (
              <Text size="sm" c="dimmed">
                {t("records.size", { size: bytes(item.found.size), kind: t(`kind.${item.found.kind}`) })}
              </Text>
            )}
          </div>
          {item.taskId === null && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t("entries.remove", { name })}
              onClick={props.onRemove}
              data-testid="import-remove"
            >
              <IconX size={18} />
            </ActionIcon>
          )}
        </Group>
        {!item.found && !item.fault && <Skeleton h={36} aria-label={t("entries.looking", { name })} />}
        {item.fault && <ErrorNotice error={item.fault} />}
        {item.found && item.taskId === null && <ItemForm item={item} onChange={onChange} />}
        {item.taskId !== null && <ItemProgress taskId={item.taskId} />}
      </Stack>
    </Paper>
  );
}

function ItemForm({ item, onChange }: { item: Item; onChange: (part: Partial<Item>) => void }) {
  const { t } = useTranslation();
  const duplicate = item.found?.duplicate;
  return (
    <>
      {duplicate && (
        <Alert color="amber" icon={<IconAlertTriangle aria-hidden />} data-testid="import-duplicate">
          {t("entries.duplicate", { title: duplicate.title })}
        </Alert>
      )}
      {item.found?.damage && (
        <Alert color="amber" icon={<IconAlertTriangle aria-hidden />} data-testid="import-damaged">
          {t("entries.damaged")}
          <Text size="sm" c="dimmed">
            {item.found.damage}
          </Text>
        </Alert>
      )}
      <TextInput
        label={t("records.titleLabel")}
        value={item.title}
        maxLength={120}
        onChange={(event) => onChange({ title: event.currentTarget.value })}
        data-testid="import-title"
      />
      <Group grow align="flex-start">
        <DateInput
          label={t("entries.date")}
          value={item.date === null ? null : dayjs(item.date).format("YYYY-MM-DD")}
          maxDate={dayjs().format("YYYY-MM-DD")}
          minDate="1970-01-01"
          clearable
          valueFormat="D MMMM YYYY"
          popoverProps={{ withinPortal: true }}
          onChange={(value) => onChange({ date: value === null ? null : dayjs(value).valueOf() })}
          data-testid="import-date"
        />
        <CollectionSelect value={item.collection} onChange={(collection) => onChange({ collection })} />
      </Group>
    </>
  );
}

function ItemProgress({ taskId }: { taskId: string }) {
  const { t } = useTranslation();
  const task = useAsk("tasks_list", {}).data?.tasks.find((one) => one.id === taskId);
  if (!task) return <Skeleton h={36} />;
  if (task.state === "running") return <Running task={task} />;
  if (task.state === "failed") return <ErrorNotice error={task.error} />;
  if (task.state === "cancelled") return <Text role="status">{t("entries.stopped")}</Text>;
  return (
    <Group gap="xs" role="status" data-testid="import-done">
      <IconCircleCheck size={20} color="var(--ck-good)" aria-hidden />
      <Text className="ck-grow">{t(task.step === "waiting" ? "entries.waitsOnline" : "entries.added")}</Text>
      {task.recordId !== null && (
        <AnchorLink to="/records/$recordId" params={{ recordId: task.recordId }}>
          {t("tasks.open")}
        </AnchorLink>
      )}
    </Group>
  );
}
