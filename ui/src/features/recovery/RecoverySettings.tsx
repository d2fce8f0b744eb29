import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCircleCheck, IconClockHour4, IconUsersGroup, IconUserX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { day } from "@/app/locale";
import type { OwnRecoveryView } from "@/bindings/OwnRecoveryView";
import type { RecoveryHolderView } from "@/bindings/RecoveryHolderView";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Empty, RowSkeletons } from "@/components/Page";
import { PersonBadge } from "@/components/PersonBadge";
import { useAsk, useDo } from "@/platform/queries";
import { SplitForm } from "./SplitForm";

/** Who keeps a part for this person, choosing them, and ending it. */
export function RecoverySettings() {
  const { t } = useTranslation();
  const state = useAsk("recovery_state", {});
  const [choosing, setChoosing] = useState(false);
  const own = state.data?.own;
  return (
    <Stack data-testid="recovery">
      <Text>{t("recovery.lead")}</Text>
      {state.isPending && <RowSkeletons rows={3} />}
      {state.isError && <ErrorNotice error={state.error} retry={() => state.refetch()} />}
      {state.data && choosing && (
        <SplitForm
          asksSecret={state.data.asksSecret}
          replaces={own !== null}
          onDone={() => setChoosing(false)}
        />
      )}
      {state.data && !choosing && !own && (
        <Empty
          icon={IconUsersGroup}
          text={t("recovery.noneYet")}
          action={
            <Button onClick={() => setChoosing(true)} data-testid="recovery-choose">
              {t("recovery.choose")}
            </Button>
          }
        />
      )}
      {!choosing && own && <Own own={own} onChoose={() => setChoosing(true)} />}
    </Stack>
  );
}

function Own({ own, onChoose }: { own: OwnRecoveryView; onChoose: () => void }) {
  const { t } = useTranslation();
  const missing = own.count - own.holders.length;
  return (
    <Stack>
      <Text fw={600}>{t("recovery.needed", { threshold: own.threshold, count: own.count })}</Text>
      <Text>
        {own.waitingDays === 0 ? t("recovery.waiting0") : t("recovery.waiting", { count: own.waitingDays })}
      </Text>
      <div className="ck-rows">
        {own.holders.map((holder) => (
          <Holder key={holder.person.id} holder={holder} />
        ))}
      </div>
      {missing > 0 && <Text c="dimmed">{t("recovery.unknown", { count: missing })}</Text>}
      <Alert color="teal" variant="light">
        {t("recovery.yearly")}
      </Alert>
      <Group justify="space-between">
        <EndButton />
        <Button variant="default" onClick={onChoose} data-testid="recovery-choose">
          {t("recovery.chooseAgain")}
        </Button>
      </Group>
    </Stack>
  );
}

function Holder({ holder }: { holder: RecoveryHolderView }) {
  const { t } = useTranslation();
  const { person, state, since, heard } = holder;
  const StateIcon = { asked: IconClockHour4, keeps: IconCircleCheck, gaveBack: IconUserX }[state];
  const keeps = t("recovery.keeps", { date: day(since) });
  const text = {
    asked: t("recovery.asked", { date: day(since) }),
    keeps: heard === null ? keeps : `${keeps} · ${t("recovery.heard", { date: day(heard) })}`,
    gaveBack: t("recovery.gaveBack"),
  }[state];
  return (
    <Group className="ck-row" wrap="nowrap" data-testid="recovery-holder" data-state={state}>
      <PersonBadge {...person} />
      <div style={{ flex: 1, minWidth: 0 }}>
        <Text fw={600}>{person.name}</Text>
        <Text size="sm" c="dimmed">
          {text}
        </Text>
      </div>
      <StateIcon size={22} aria-hidden />
    </Group>
  );
}

function EndButton() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asking, ask] = useDisclosure(false);
  const end = useDo("recovery_end", (answer) => {
    client.setQueryData(["recovery_state", {}], answer);
    ask.close();
  });
  return (
    <>
      <Button variant="subtle" color="red" onClick={ask.open} data-testid="recovery-end">
        {t("recovery.end")}
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={ask.close}
        title={t("recovery.endTitle")}
        sure={t("recovery.endSure")}
        doing={end}
        onSure={() => end.mutate({})}
        data-testid="recovery-end-dialog"
      >
        <Text>{t("recovery.endText")}</Text>
      </ConfirmDialog>
    </>
  );
}
