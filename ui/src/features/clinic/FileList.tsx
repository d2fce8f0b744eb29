import { ActionIcon, Alert, Button, Group, Progress, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconCheck, IconFileUpload, IconFolderOpen, IconUserQuestion, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { bytes } from "@/app/locale";
import type { Collection } from "@/bindings/Collection";
import type { TaskView } from "@/bindings/TaskView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RecordIcon } from "@/components/RecordRows";
import { COLLECTIONS } from "@/features/records/collections";
import { useAsk, useDo } from "@/platform/queries";
import { type Draft, isAboutAnother } from "./drafts";

/** The chosen files, each with its title and collection, then with how far it is. */
export function FileList(props: {
  drafts: Draft[];
  /** Whom they are for; empty until somebody was chosen. */
  name: string;
  choose: () => void;
  chooseFolder: () => void;
  change: (path: string, part: Partial<Draft>) => void;
  remove: (path: string) => void;
}) {
  const { t } = useTranslation();
  const tasks = useAsk("tasks_list", {}).data?.tasks ?? [];
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={<IconFileUpload size={18} aria-hidden />}
          onClick={props.choose}
          data-testid="write-choose"
        >
          {t("clinic.chooseFiles")}
        </Button>
        <Button
          variant="default"
          leftSection={<IconFolderOpen size={18} aria-hidden />}
          onClick={props.chooseFolder}
          data-testid="write-choose-folder"
        >
          {t("clinic.chooseFolder")}
        </Button>
      </Group>
      {props.drafts.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("clinic.filesHint")}
        </Text>
      )}
      <ul className="ck-plain-list" aria-label={t("clinic.files")}>
        {props.drafts.map((draft) => (
          <FileRow
            key={draft.path}
            draft={draft}
            name={props.name}
            task={tasks.find((task) => draft.stage.at === "sending" && task.id === draft.stage.taskId)}
            change={(part) => props.change(draft.path, part)}
            remove={() => props.remove(draft.path)}
          />
        ))}
      </ul>
    </Stack>
  );
}

function FileRow(props: {
  draft: Draft;
  name: string;
  task: TaskView | undefined;
  change: (part: Partial<Draft>) => void;
  remove: () => void;
}) {
  const { t } = useTranslation();
  const { draft, task, change, remove } = props;
  const cancel = useDo("task_cancel");
  const sending = draft.stage.at === "sending";
  const stage = sending ? (task?.state ?? "running") : draft.stage.at;
  const running = stage === "running";
  return (
    <li className="ck-row ck-top" data-testid="write-file" data-stage={stage}>
      <RecordIcon kind={draft.found?.kind ?? "file"} />
      <Stack gap={6} className="ck-grow">
        <Group gap="xs" grow wrap="wrap" preventGrowOverflow={false}>
          <TextInput
            size="sm"
            aria-label={t("clinic.titleOf", { name: draft.name })}
            value={draft.title}
            maxLength={120}
            disabled={sending}
            onChange={(event) => change({ title: event.currentTarget.value })}
            miw={200}
          />
          <Select
            size="sm"
            aria-label={t("clinic.collectionOf", { name: draft.name })}
            data={COLLECTIONS.map((one) => ({ value: one, label: t(`collection.${one}`) }))}
            value={draft.collection}
            onChange={(value) => value && change({ collection: value as Collection })}
            allowDeselect={false}
            disabled={sending}
            maw={180}
          />
        </Group>
        <Text size="sm" c="dimmed">
          {[draft.name, draft.found && bytes(draft.found.size), draft.found && t(`kind.${draft.found.kind}`)]
            .filter(Boolean)
            .join(" · ")}
        </Text>
        {isAboutAnother(draft, props.name) && (
          <Alert color="amber" icon={<IconUserQuestion aria-hidden />} p="xs" data-testid="write-another">
            {t("clinic.aboutAnother", { found: draft.found?.patient, name: props.name })}
          </Alert>
        )}
        {running && (
          <Progress
            value={task?.total ? (task.done / task.total) * 100 : 5}
            aria-label={t("clinic.sendingFile", { name: draft.name })}
          />
        )}
        {stage === "done" && (
          <Text size="sm" className="ck-mark">
            <IconCheck size={16} color="var(--ck-good)" aria-hidden />
            {t("clinic.fileSigned")}
          </Text>
        )}
        {stage === "cancelled" && (
          <Text size="sm" c="dimmed">
            {t("clinic.fileCancelled")}
          </Text>
        )}
        {draft.stage.at === "refused" && <ErrorNotice error={draft.stage.error} />}
        {task?.state === "failed" && <ErrorNotice error={task.error} />}
      </Stack>
      {stage !== "done" && (
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t(running ? "clinic.stopFile" : "clinic.removeFile", { name: draft.name })}
          onClick={() => (running && task ? cancel.mutate({ taskId: task.id }) : remove())}
        >
          <IconX size={18} />
        </ActionIcon>
      )}
    </li>
  );
}
