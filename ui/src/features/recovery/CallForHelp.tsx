import {
  ActionIcon,
  Alert,
  Button,
  CopyButton,
  Group,
  List,
  Progress,
  Stack,
  Text,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCheck, IconCopy, IconPhoneCall } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "@/app/locale";
import type { HelpHolderView } from "@/bindings/HelpHolderView";
import type { HelpView } from "@/bindings/HelpView";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RowSkeletons } from "@/components/Page";
import { PersonBadge } from "@/components/PersonBadge";
import { Running } from "@/components/TaskTray";
import { CustodyForm } from "@/features/onboarding/CustodyForm";
import { custodyReady, emptyCustody, secretOf } from "@/features/onboarding/custody";
import { Frame } from "@/features/onboarding/Frame";
import { SecretField } from "@/features/security/SecretField";
import { useAsk, useDo } from "@/platform/queries";

/** A new computer asks the people who keep a part: a number to read out, and what came of it. */
export function CallForHelp({ onBack }: { onBack: () => void }) {
  const { t } = useTranslation();
  const help = useAsk("help_state", {});
  const view = help.data;
  return (
    <Frame
      title={t("recovery.callTitle")}
      lead={view?.stage === "none" ? t("recovery.callLead") : undefined}
      onBack={onBack}
    >
      {help.isPending && <RowSkeletons rows={3} />}
      {help.isError && <ErrorNotice error={help.error} retry={() => help.refetch()} />}
      {view?.stage === "none" && <Begin />}
      {view?.stage === "locked" && <GoOn view={view} />}
      {view && ["calling", "waiting", "ready"].includes(view.stage) && (
        <Waiting view={view} onBack={onBack} />
      )}
    </Frame>
  );
}

function useTake() {
  const client = useQueryClient();
  return (view: HelpView) => client.setQueryData(["help_state", {}], view);
}

function Begin() {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [custody, setCustody] = useState(emptyCustody);
  const start = useDo("help_start", useTake());
  const ready = name.trim() !== "" && custodyReady(custody);
  return (
    <form
      data-testid="help-begin"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready)
          start.mutate({ name: name.trim(), custody: custody.custody, passphrase: secretOf(custody) });
      }}
    >
      <Stack gap="lg">
        <List type="ordered" spacing={4}>
          <List.Item>{t("recovery.callStep1")}</List.Item>
          <List.Item>{t("recovery.callStep2")}</List.Item>
          <List.Item>{t("recovery.callStep3")}</List.Item>
        </List>
        <TextInput
          label={t("onboarding.nameLabel")}
          value={name}
          maxLength={64}
          onChange={(event) => setName(event.currentTarget.value)}
          data-testid="help-name"
        />
        <CustodyForm value={custody} onChange={setCustody} />
        {start.isError && <ErrorNotice error={start.error} />}
        <Group justify="flex-end">
          <Button type="submit" disabled={!ready} loading={start.isPending} data-testid="help-start">
            {t("recovery.callStart")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** After the program was closed. A login that opens everything is not asked again. */
function GoOn({ view }: { view: HelpView }) {
  const { t } = useTranslation();
  const [secret, setSecret] = useState("");
  const unlock = useDo("help_unlock", useTake());
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page opens
  useEffect(() => {
    if (view.custody === "keyring") unlock.mutate({ passphrase: null });
  }, []);
  return (
    <form
      data-testid="help-locked"
      onSubmit={(event) => {
        event.preventDefault();
        unlock.mutate({ passphrase: secret });
      }}
    >
      <Stack>
        <Text>{t("recovery.callLocked")}</Text>
        <SecretField custody={view.custody} value={secret} onChange={setSecret} />
        {unlock.isError && <ErrorNotice error={unlock.error} />}
        <Group justify="space-between">
          <GiveUp />
          <Button type="submit" loading={unlock.isPending} data-testid="help-go-on">
            {t("recovery.callGoOn")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Waiting({ view, onBack }: { view: HelpView; onBack: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const finish = useDo("help_finish", () => client.invalidateQueries({ queryKey: ["tasks_list"] }));
  const tasks = useAsk("tasks_list", {});
  const task = tasks.data?.tasks.find((one) => one.id === finish.data?.taskId);
  if (task && (task.state === "running" || task.state === "done")) {
    return (
      <Stack>
        <Text>{t("onboarding.restoring")}</Text>
        <Running task={task} />
      </Stack>
    );
  }
  const ready = view.stage === "ready";
  return (
    <Stack gap="lg" data-testid="help-waiting" data-stage={view.stage}>
      {view.stage === "calling" && <Text role="status">{t("recovery.callCalling")}</Text>}
      {view.stage === "waiting" && <MyNumber number={view.number} />}
      {view.patient && <Text fw={600}>{t("recovery.callFor", { name: view.patient })}</Text>}
      {view.threshold !== null && (
        <div>
          <Text mb={4} data-testid="help-progress">
            {t("recovery.callProgress", { arrived: view.arrived, threshold: view.threshold })}
          </Text>
          <Progress
            value={(100 * view.arrived) / view.threshold}
            size="lg"
            aria-label={t("recovery.callProgress", { arrived: view.arrived, threshold: view.threshold })}
          />
        </div>
      )}
      {view.holders.length === 0 && view.stage === "waiting" && (
        <Text c="dimmed">{t("recovery.callNobody")}</Text>
      )}
      {view.holders.length > 0 && (
        <div className="ck-rows">
          {view.holders.map((holder) => (
            <Holder key={holder.name} holder={holder} />
          ))}
        </div>
      )}
      {ready && (
        <Alert color="teal" title={t("recovery.callReady")}>
          {t("recovery.callAfter")}
        </Alert>
      )}
      {!ready && <Text c="dimmed">{t("recovery.callKeep")}</Text>}
      {finish.isError && <ErrorNotice error={finish.error} />}
      {task?.state === "failed" && <ErrorNotice error={task.error} />}
      <Group justify="space-between">
        <GiveUp onDone={onBack} />
        {ready && (
          <Button loading={finish.isPending} onClick={() => finish.mutate({})} data-testid="help-finish">
            {t("recovery.callFinish")}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function MyNumber({ number }: { number: string }) {
  const { t } = useTranslation();
  return (
    <Alert color="teal" icon={<IconPhoneCall aria-hidden />} title={t("recovery.callNumberTitle")}>
      <Stack gap="xs">
        <Text>{t("recovery.callNumberSay")}</Text>
        <Group gap="xs" wrap="nowrap">
          <Text fz="1.75rem" fw={700} className="ck-nowrap" data-testid="help-my-number">
            {number}
          </Text>
          <CopyButton value={number}>
            {({ copied, copy }) => (
              <Tooltip label={copied ? t("app.copied") : t("app.copy")}>
                <ActionIcon
                  variant="subtle"
                  size="lg"
                  onClick={copy}
                  aria-label={`${copied ? t("app.copied") : t("app.copy")}: ${t("recovery.callNumberTitle")}`}
                >
                  {copied ? <IconCheck size={20} /> : <IconCopy size={20} />}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
        </Group>
        <Text>{t("recovery.callNumberWhere")}</Text>
        <Text size="sm">{t("recovery.callNumberSafe")}</Text>
      </Stack>
    </Alert>
  );
}

function Holder({ holder }: { holder: HelpHolderView }) {
  const { t } = useTranslation();
  const soon = holder.releaseAt === null || holder.releaseAt <= Date.now();
  const text = {
    agreed: soon
      ? t("recovery.holderAgreedSoon")
      : t("recovery.holderAgreed", { date: moment(holder.releaseAt ?? 0) }),
    declined: t("recovery.holderDeclined"),
    stopped: t("recovery.holderStopped"),
    released: t("recovery.holderReleased"),
    arrived: t("recovery.holderArrived"),
    wrong: t("recovery.holderWrong"),
    other: t("recovery.holderOther"),
  }[holder.state];
  return (
    <Group className="ck-row" wrap="nowrap" data-testid="help-holder" data-state={holder.state}>
      <PersonBadge {...holder} role={"person" as const} />
      <div style={{ flex: 1, minWidth: 0 }}>
        <Text fw={600}>{holder.name}</Text>
        <Text size="sm">{text}</Text>
      </div>
    </Group>
  );
}

function GiveUp({ onDone }: { onDone?: () => void }) {
  const { t } = useTranslation();
  const take = useTake();
  const [asking, ask] = useDisclosure(false);
  const cancel = useDo("help_cancel", (view) => {
    ask.close();
    take(view);
    onDone?.();
  });
  return (
    <>
      <Button variant="subtle" color="red" onClick={ask.open} data-testid="help-cancel">
        {t("recovery.callCancel")}
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={ask.close}
        title={t("recovery.callCancelTitle")}
        sure={t("recovery.callCancelSure")}
        doing={cancel}
        onSure={() => cancel.mutate({})}
        data-testid="help-cancel-dialog"
      >
        <Text>{t("recovery.callCancelText")}</Text>
      </ConfirmDialog>
    </>
  );
}
