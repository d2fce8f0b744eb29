import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconAlertOctagon, IconHeartHandshake, IconShieldCheck } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { moment } from "@/app/locale";
import type { HelpAnswer } from "@/bindings/HelpAnswer";
import type { KeptPartView } from "@/bindings/KeptPartView";
import type { RecoveryAlarmView } from "@/bindings/RecoveryAlarmView";
import type { RecoveryView } from "@/bindings/RecoveryView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { ButtonLink } from "@/components/links";
import { useAsk, useDo } from "@/platform/queries";
import { names } from "./words";

/** What cannot wait: somebody recovers this person's records, or entrusted a part to them. */
export function RecoveryNotices() {
  const state = useAsk("recovery_state", {});
  return (
    <>
      {state.data?.alarms.map((alarm) => (
        <Alarm key={alarm.callId} alarm={alarm} />
      ))}
      {state.data?.kept
        .filter((part) => part.unread)
        .map((part) => (
          <Entrusted key={part.patient.id} part={part} />
        ))}
    </>
  );
}

function useAnswer() {
  const client = useQueryClient();
  return (answer: RecoveryView) => client.setQueryData(["recovery_state", {}], answer);
}

function Alarm({ alarm }: { alarm: RecoveryAlarmView }) {
  const { t } = useTranslation();
  const take = useAnswer();
  const stop = useDo("recovery_stop", take);
  const dismiss = useDo("recovery_dismiss", take);
  const who = (...answers: HelpAnswer[]) =>
    names(alarm.told.filter((told) => answers.includes(told.answer)).map((told) => told.name));
  const [agreed, declined, stopped, released] = [
    who("agreed"),
    who("declined"),
    who("stopped"),
    who("released"),
  ];
  if (alarm.stopped) {
    return (
      <Alert
        color={released ? "red" : "teal"}
        icon={<IconShieldCheck aria-hidden />}
        title={t("recovery.stoppedTitle")}
        data-testid="recovery-stopped"
      >
        <Stack gap="xs">
          {released && <Text fw={600}>{t("recovery.alarmReleased", { names: released })}</Text>}
          {stopped && <Text>{t("recovery.stoppedBy", { names: stopped })}</Text>}
          {agreed && <Text>{t("recovery.stoppedOpen", { names: agreed })}</Text>}
          {!agreed && !released && <Text>{t("recovery.stoppedAll")}</Text>}
          <Group>
            <Button
              variant="default"
              size="sm"
              onClick={() => dismiss.mutate({ callId: alarm.callId })}
              data-testid="recovery-dismiss"
            >
              {t("recovery.ok")}
            </Button>
          </Group>
        </Stack>
      </Alert>
    );
  }
  return (
    <Alert
      color="red"
      variant="filled"
      role="alert"
      icon={<IconAlertOctagon aria-hidden />}
      title={t("recovery.alarmTitle")}
      data-testid="recovery-alarm"
    >
      <Stack gap="xs">
        {agreed && <Text>{t("recovery.alarmAgreed", { names: agreed })}</Text>}
        {alarm.open && alarm.releaseAt !== null && (
          <Text>{t("recovery.alarmWhen", { date: moment(alarm.releaseAt) })}</Text>
        )}
        {released && <Text>{t("recovery.alarmReleased", { names: released })}</Text>}
        {declined && <Text>{t("recovery.alarmDeclined", { names: declined })}</Text>}
        <Text fw={700}>{t("recovery.alarmNotYou")}</Text>
        {stop.isError && <ErrorNotice error={stop.error} />}
        <Group gap="sm">
          <Button
            variant="white"
            color="red"
            loading={stop.isPending}
            onClick={() => stop.mutate({ callId: alarm.callId })}
            data-testid="recovery-stop"
          >
            {t("recovery.stop")}
          </Button>
          <Button
            variant="outline"
            color="white"
            onClick={() => dismiss.mutate({ callId: alarm.callId })}
            data-testid="recovery-mine"
          >
            {t("recovery.itIsMe")}
          </Button>
          <ButtonLink to="/settings" search={{ section: "recovery" }} variant="outline" color="white">
            {t("recovery.alarmMore")}
          </ButtonLink>
        </Group>
      </Stack>
    </Alert>
  );
}

function Entrusted({ part }: { part: KeptPartView }) {
  const { t } = useTranslation();
  const take = useAnswer();
  const seen = useDo("recovery_seen", take);
  const back = useDo("recovery_give_back", take);
  const { id, name } = part.patient;
  return (
    <Alert
      color="teal"
      icon={<IconHeartHandshake aria-hidden />}
      title={t("recovery.entrustedTitle", { name })}
      data-testid="recovery-entrusted"
    >
      <Stack gap="xs">
        <Text>{t("recovery.entrustedText", { name })}</Text>
        {back.isError && <ErrorNotice error={back.error} />}
        <Group gap="sm">
          <Button
            size="sm"
            loading={seen.isPending}
            onClick={() => seen.mutate({ patientId: id })}
            data-testid="recovery-seen"
          >
            {t("recovery.understood")}
          </Button>
          <Button
            size="sm"
            variant="default"
            loading={back.isPending}
            onClick={() => back.mutate({ patientId: id })}
            data-testid="recovery-refuse"
          >
            {t("recovery.giveBack")}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
