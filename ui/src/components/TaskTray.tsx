import { Affix, Button, CloseButton, Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { IconCheck, IconInfoCircle, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { bytes } from "@/app/locale";
import type { TaskView } from "@/bindings/TaskView";
import { useAsk, useDo } from "@/platform/queries";
import { ErrorNotice } from "./ErrorNotice";
import { AnchorLink } from "./links";

/** Longer work, with its progress and a way to stop it, in the corner of the window. */
export function TaskTray() {
  const { t } = useTranslation();
  const { data } = useAsk("tasks_list", {});
  const [dismissed, setDismissed] = useState<string[]>([]);
  const tasks = (data?.tasks ?? [])
    .filter((task) => task.kind !== "summary" && task.kind !== "verify" && !dismissed.includes(task.id))
    .slice(0, 3);
  if (tasks.length === 0) return null;
  return (
    <Affix position={{ bottom: 56, right: 16 }} zIndex={150}>
      <Stack gap="xs" w={340} maw="calc(100vw - 32px)" role="region" aria-label={t("tasks.title")}>
        {tasks.map((task) => (
          <TaskCard key={task.id} task={task} dismiss={() => setDismissed((ids) => [...ids, task.id])} />
        ))}
      </Stack>
    </Affix>
  );
}

const DONE = {
  import: "tasks.doneImport",
  write: "tasks.doneWrite",
  export: "tasks.doneExport",
  restore: "tasks.doneRestore",
  backup: "tasks.doneBackup",
  summary: "tasks.doneSummary",
  verify: "tasks.doneVerify",
} as const;

function TaskCard({ task, dismiss }: { task: TaskView; dismiss: () => void }) {
  const { t } = useTranslation();
  const label = task.label;
  return (
    <Paper
      withBorder
      shadow="md"
      p="sm"
      radius="lg"
      bg="var(--ck-surface)"
      data-testid="task"
      data-state={task.state}
    >
      {task.state === "running" && <Running task={task} />}
      {task.state === "done" && (
        <Line icon={<IconCheck size={18} color="var(--ck-good)" aria-hidden />} dismiss={dismiss}>
          {t(DONE[task.kind], { label })} {task.step === "waiting" && t("entries.waitsOnline")}{" "}
          {task.kind === "import" && task.recordId !== null && (
            <AnchorLink
              to="/records/$recordId"
              params={{ recordId: task.recordId }}
              size="sm"
              underline="always"
            >
              {t("tasks.open")}
            </AnchorLink>
          )}
        </Line>
      )}
      {task.state === "cancelled" && (
        <Line icon={<IconInfoCircle size={18} aria-hidden />} dismiss={dismiss}>
          {t("tasks.cancelled", { label })}
        </Line>
      )}
      {task.state === "failed" && (
        <Stack gap="xs">
          <Line icon={<IconX size={18} color="var(--ck-bad)" aria-hidden />} dismiss={dismiss}>
            {label}
          </Line>
          <ErrorNotice error={task.error} />
        </Stack>
      )}
    </Paper>
  );
}

function Line(props: { icon: React.ReactNode; children: React.ReactNode; dismiss: () => void }) {
  const { t } = useTranslation();
  return (
    <Group wrap="nowrap" gap="xs" role="status">
      {props.icon}
      <Text className="ck-grow" size="sm">
        {props.children}
      </Text>
      <CloseButton aria-label={t("tasks.dismiss")} onClick={props.dismiss} />
    </Group>
  );
}

export function Running({ task }: { task: TaskView }) {
  const { t } = useTranslation();
  const cancel = useDo("task_cancel");
  const share = task.total ? (100 * task.done) / task.total : 100;
  const label = task.label;
  return (
    <Stack gap={6}>
      <Group wrap="nowrap" gap="xs">
        <Text className="ck-grow" size="sm" lineClamp={2}>
          {t(`tasks.${task.kind}`, { label })}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          loading={cancel.isPending}
          onClick={() => cancel.mutate({ taskId: task.id })}
          data-testid="task-cancel"
        >
          {t("tasks.cancel")}
        </Button>
      </Group>
      <Progress value={share} animated={!task.total} aria-label={t(`tasks.${task.kind}`, { label })} />
      {task.total !== null && task.kind !== "restore" && task.kind !== "verify" && (
        <Text size="xs" c="dimmed">
          {t("tasks.progress", { done: bytes(task.done), total: bytes(task.total) })}
        </Text>
      )}
    </Stack>
  );
}
