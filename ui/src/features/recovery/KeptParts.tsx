import { Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPhoneCall } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { day, moment } from "@/app/locale";
import type { HelpCallView } from "@/bindings/HelpCallView";
import type { KeptPartView } from "@/bindings/KeptPartView";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { Panel } from "@/components/Page";
import { PersonBadge } from "@/components/PersonBadge";
import { useAsk, useDo } from "@/platform/queries";
import { HelpDialog } from "./HelpDialog";

/** Parts this person keeps for others, and the way to help one of them. Nothing at all for who keeps none. */
export function KeptParts() {
  const { t } = useTranslation();
  const state = useAsk("recovery_state", {});
  const [helping, help] = useDisclosure(false);
  const [returning, setReturning] = useState<KeptPartView | null>(null);
  const { kept = [], calls = [] } = state.data ?? {};
  if (kept.length === 0 && calls.length === 0) return null;
  return (
    <Panel
      title={t("recovery.keptTitle")}
      testId="kept-parts"
      side={
        <Button
          leftSection={<IconPhoneCall size={18} aria-hidden />}
          onClick={help.open}
          disabled={kept.length === 0}
          data-testid="help-open"
        >
          {t("recovery.help")}
        </Button>
      }
    >
      <Text c="dimmed" px="xs" pb="xs">
        {t("recovery.keptLead")}
      </Text>
      <div className="ck-rows">
        {kept.map((part) => (
          <Group key={part.patient.id} className="ck-row" wrap="nowrap" data-testid="kept-part">
            <PersonBadge {...part.patient} />
            <div style={{ flex: 1, minWidth: 0 }}>
              <Text fw={600}>
                {t("recovery.keptLine", { name: part.patient.name, date: day(part.since) })}
              </Text>
              <Text size="sm" c="dimmed">
                {t("recovery.keptOf", { threshold: part.threshold, count: part.count })}
              </Text>
              {calls
                .filter((call) => call.patientId === part.patient.id)
                .map((call) => (
                  <CallLine key={call.callId} call={call} />
                ))}
            </div>
            <Button
              variant="subtle"
              color="gray"
              size="sm"
              onClick={() => setReturning(part)}
              data-testid="part-return"
            >
              {t("recovery.giveBack")}
            </Button>
          </Group>
        ))}
      </div>
      <HelpDialog opened={helping} onClose={help.close} kept={kept} />
      <ReturnDialog part={returning} onClose={() => setReturning(null)} />
    </Panel>
  );
}

function CallLine({ call }: { call: HelpCallView }) {
  const { t } = useTranslation();
  const values = { name: call.patient, date: moment(call.releaseAt ?? call.at) };
  const soon = call.releaseAt !== null && call.releaseAt <= Date.now();
  const text = {
    waiting: t(soon ? "recovery.callWaitingSoon" : "recovery.callWaiting", values),
    declined: t("recovery.callDeclined", values),
    stopped: t("recovery.callStopped", values),
    released: t("recovery.callReleased", values),
    arrived: t("recovery.callArrived", values),
  }[call.state];
  return (
    <Text size="sm" data-testid="help-call" data-state={call.state}>
      {text}
    </Text>
  );
}

function ReturnDialog({ part, onClose }: { part: KeptPartView | null; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const back = useDo("recovery_give_back", (answer) => {
    client.setQueryData(["recovery_state", {}], answer);
    onClose();
  });
  return (
    <ConfirmDialog
      opened={part !== null}
      onClose={onClose}
      title={t("recovery.giveBackTitle")}
      sure={t("recovery.giveBackSure")}
      doing={back}
      onSure={() => part && back.mutate({ patientId: part.patient.id })}
      data-testid="part-return-dialog"
    >
      <Text>{t("recovery.giveBackText", { name: part?.patient.name ?? "" })}</Text>
    </ConfirmDialog>
  );
}
