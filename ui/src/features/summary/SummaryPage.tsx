import { Alert, Button, Card, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { IconFileExport, IconInfoCircle, IconPrinter, IconRefresh, IconReport } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { documentDate, moment } from "@/app/locale";
import type { SummaryFormat } from "@/bindings/SummaryFormat";
import type { SummarySection } from "@/bindings/SummarySection";
import type { SummarySource } from "@/bindings/SummarySource";
import type { SummaryView } from "@/bindings/SummaryView";
import type { TaskView } from "@/bindings/TaskView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { AnchorLink } from "@/components/links";
import { Empty, Page, RowSkeletons } from "@/components/Page";
import { ResultsTable } from "@/features/records/ResultsTable";
import { Item } from "@/features/records/reading/Item";
import { host } from "@/platform";
import { useAsk, useDo } from "@/platform/queries";

/** What all documents say together: made on the first visit, shown, printed, saved for other programs. */
export function SummaryPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const shown = useAsk("summary_show", {});
  const make = useDo("summary_make");
  const task = useSummaryTask();
  const running = task?.state === "running";
  const missing = shown.data !== undefined && shown.data.summary === null;
  const never = missing && task === undefined;

  // Whoever opens the page wants to see it; asking for it once more is only for changes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each arrival without a summary
  useEffect(() => {
    if (never && make.isIdle) make.mutate({});
  }, [never]);

  const ended = task !== undefined && !running ? task.id : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end of the work is the trigger
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ["summary_show"] });
  }, [ended]);

  const summary = shown.data?.summary ?? null;
  const again = () => make.mutate({});
  return (
    <Page
      title={t("summary.title")}
      lead={t("summary.lead")}
      actions={summary && <Exports name={summary.name} />}
    >
      {shown.isError && <ErrorNotice error={shown.error} retry={() => shown.refetch()} />}
      {make.isError && <ErrorNotice error={make.error} retry={again} />}
      {task?.state === "failed" && <ErrorNotice error={task.error} retry={again} />}
      {running && <Reading task={task} />}
      {task?.state === "cancelled" && missing && (
        <Empty
          icon={IconReport}
          text={t("summary.cancelled")}
          action={<Button onClick={again}>{t("summary.make")}</Button>}
        />
      )}
      {summary === null && running && <RowSkeletons rows={5} />}
      {summary !== null && !running && shown.data?.outdated && (
        <Alert icon={<IconInfoCircle aria-hidden />} data-testid="summary-outdated">
          <Group justify="space-between">
            <Text>{t("summary.outdated")}</Text>
            <Button
              variant="default"
              leftSection={<IconRefresh size={18} aria-hidden />}
              onClick={again}
              data-testid="summary-again"
            >
              {t("summary.again")}
            </Button>
          </Group>
        </Alert>
      )}
      {summary !== null && <Summary summary={summary} />}
    </Page>
  );
}

function useSummaryTask(): TaskView | undefined {
  const { data } = useAsk("tasks_list", {});
  return data?.tasks.find((task) => task.kind === "summary");
}

function Reading({ task }: { task: TaskView }) {
  const { t } = useTranslation();
  const cancel = useDo("task_cancel");
  const total = task.total ?? 0;
  return (
    <Card p="md" data-testid="summary-reading">
      <Group justify="space-between" mb="xs">
        <Text>{t("summary.reading", { done: task.done, total })}</Text>
        <Button variant="subtle" color="gray" onClick={() => cancel.mutate({ taskId: task.id })}>
          {t("app.cancel")}
        </Button>
      </Group>
      <Progress
        value={total === 0 ? 0 : (task.done / total) * 100}
        aria-label={t("summary.reading", { done: task.done, total })}
      />
    </Card>
  );
}

function Exports({ name }: { name: string }) {
  const { t, i18n } = useTranslation();
  const save = useDo("summary_export");
  const saveAs = async (format: SummaryFormat) => {
    const file = `${t("summary.file")} ${name}.${format === "pdf" ? "pdf" : "json"}`;
    const path = await host.pickSavePath(t("summary.title"), file);
    if (path !== null) save.mutate({ format, path, language: i18n.language === "de" ? "de" : "en" });
  };
  return (
    <Stack gap={4} align="flex-end">
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={<IconFileExport size={18} aria-hidden />}
          onClick={() => saveAs("ips")}
          loading={save.isPending && save.variables.format === "ips"}
          data-testid="summary-ips"
        >
          {t("summary.saveIps")}
        </Button>
        <Button
          leftSection={<IconPrinter size={18} aria-hidden />}
          onClick={() => saveAs("pdf")}
          loading={save.isPending && save.variables.format === "pdf"}
          data-testid="summary-pdf"
        >
          {t("summary.savePdf")}
        </Button>
      </Group>
      <Text size="sm" c="dimmed" role="status">
        {save.isSuccess && t("summary.saved", { file: save.variables.path.split(/[\\/]/).at(-1) })}
      </Text>
      {save.isError && <ErrorNotice error={save.error} />}
    </Stack>
  );
}

function Summary({ summary }: { summary: SummaryView }) {
  const { t } = useTranslation();
  return (
    <Stack gap="lg" data-testid="summary">
      <Text c="dimmed" maw="72ch">
        {summary.birthDate !== null &&
          `${t("content.aboutBorn", { name: summary.name, date: documentDate(summary.birthDate) })}. `}
        {t("summary.made", { date: moment(summary.made), count: summary.sources.length })}{" "}
        {t("summary.caution")}
      </Text>
      {summary.unread.length > 0 && (
        <Alert color="amber" icon={<IconInfoCircle aria-hidden />} data-testid="summary-unread">
          {t("summary.unread", {
            titles: summary.unread.slice(0, 5).join(", "),
            count: summary.unread.length,
          })}
        </Alert>
      )}
      {summary.sections.length === 0 && <Empty icon={IconReport} text={t("summary.empty")} />}
      {summary.sections.map((one) => (
        <Section key={`${one.section.kind}-${one.past}`} one={one} sources={summary.sources} />
      ))}
    </Stack>
  );
}

function Section({ one, sources }: { one: SummarySection; sources: SummarySource[] }) {
  const { t } = useTranslation();
  const { kind, items, results } = one.section;
  const title = one.past
    ? t(kind === "medication" ? "summary.pastMedication" : "summary.pastProblems")
    : t(`page.${kind}`);
  return (
    <Card
      component="section"
      p="md"
      aria-label={title}
      data-testid={`summary-${one.past ? "past-" : ""}${kind}`}
    >
      <Title order={2} mb="xs" px="xs">
        {title}
      </Title>
      {results.length > 0 && <ResultsTable results={results} />}
      {items.length > 0 && (
        <div className="ck-rows">
          {items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries have no identity but their place
            <div key={index}>
              <Item item={item} kind={kind} />
              <From source={sources[one.sources[index] ?? -1]} />
            </div>
          ))}
        </div>
      )}
    </Card>
  );
}

function From({ source }: { source: SummarySource | undefined }) {
  const { t } = useTranslation();
  if (source === undefined) return null;
  return (
    <Text size="sm" c="dimmed" pl={12} pb="xs">
      {t("summary.from", { author: source.author })}{" "}
      <AnchorLink to="/records/$recordId" params={{ recordId: source.recordId }} size="sm">
        {source.title}
      </AnchorLink>
    </Text>
  );
}
