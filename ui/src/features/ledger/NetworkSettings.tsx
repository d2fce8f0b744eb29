import { Accordion, Alert, Button, Divider, Group, List, Stack, Text, Title } from "@mantine/core";
import { IconShieldCheck, IconShieldX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "@/app/locale";
import type { Verified } from "@/bindings/Verified";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Running } from "@/components/TaskTray";
import { useAsk, useDo } from "@/platform/queries";
import { HospitalList } from "./HospitalList";
import { Figures, useLedgerWords } from "./LedgerFooter";

/** The ledger for the curious: who keeps it, how it stands, what this computer checked, and how it works. */
export function NetworkSettings() {
  const { t } = useTranslation();
  const ledger = useAsk("ledger_state", {}, { refetchInterval: 15_000 });
  const words = useLedgerWords(ledger.data);
  const view = ledger.data;
  return (
    <Stack gap="lg" data-testid="network-page">
      <Text>{t("ledger.lead")}</Text>
      {ledger.isError && <ErrorNotice error={ledger.error} retry={() => ledger.refetch()} />}
      {view && (
        <>
          <Text fw={600}>{words}</Text>
          <Verify />
          <Divider />
          <Title order={2}>{t("ledger.hospitals")}</Title>
          <HospitalList view={view} />
          <Divider />
          <Title order={2}>{t("ledger.figures")}</Title>
          <Figures view={view} />
          <Explained />
        </>
      )}
    </Stack>
  );
}

/** Has the proofs of all own records checked again, and says what was found. */
function Verify() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const found = useAsk("ledger_verified", {});
  const start = useDo("ledger_verify");
  const tasks = useAsk("tasks_list", {});
  const task = tasks.data?.tasks.find((one) => one.kind === "verify");
  const state = task?.state;
  useEffect(() => {
    if (state === "done") void client.invalidateQueries({ queryKey: ["ledger_verified"] });
  }, [client, state]);
  const last = found.data?.last;
  return (
    <Stack gap="sm" data-testid="verify" data-state={state}>
      {last && state !== "running" && <Found last={last} />}
      {task && state === "running" ? (
        <Running task={task} />
      ) : (
        <Group>
          <Button
            variant={last ? "default" : "filled"}
            leftSection={<IconShieldCheck size={18} aria-hidden />}
            loading={start.isPending}
            onClick={() => start.mutate({})}
            data-testid="verify-now"
          >
            {t("ledger.verifyNow")}
          </Button>
        </Group>
      )}
      <Text size="sm" c="dimmed">
        {t("ledger.verifyHint")}
      </Text>
      {start.isError && <ErrorNotice error={start.error} />}
      {task?.state === "failed" && <ErrorNotice error={task.error} />}
    </Stack>
  );
}

function Found({ last }: { last: Verified }) {
  const { t } = useTranslation();
  const bad = last.failed.length > 0;
  return (
    <Alert
      color={bad ? "red" : "teal"}
      role="status"
      icon={bad ? <IconShieldX aria-hidden /> : <IconShieldCheck aria-hidden />}
      title={
        bad
          ? t("ledger.verifiedBad", { count: last.failed.length })
          : t("ledger.verifiedGood", { count: last.held })
      }
      data-testid="verified"
      data-held={last.held}
      data-failed={last.failed.length}
    >
      <Stack gap={4}>
        {bad && (
          <List>
            {last.failed.map((title) => (
              <List.Item key={title}>{title}</List.Item>
            ))}
          </List>
        )}
        {bad && <Text>{t("ledger.verifiedTodo")}</Text>}
        {last.unreachable > 0 && <Text>{t("ledger.verifiedUnreachable", { count: last.unreachable })}</Text>}
        {last.waiting > 0 && <Text>{t("ledger.verifiedWaiting", { count: last.waiting })}</Text>}
        <Text size="sm">{t("ledger.verifiedAt", { time: moment(last.at), height: last.height })}</Text>
      </Stack>
    </Alert>
  );
}

const QUESTIONS = ["what", "who", "checks", "offline", "privacy"] as const;

function Explained() {
  const { t } = useTranslation();
  return (
    <Accordion variant="separated" aria-label={t("ledger.explained")}>
      {QUESTIONS.map((name) => (
        <Accordion.Item key={name} value={name}>
          <Accordion.Control>{t(`ledger.ask.${name}`)}</Accordion.Control>
          <Accordion.Panel>{t(`ledger.answer.${name}`)}</Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}
