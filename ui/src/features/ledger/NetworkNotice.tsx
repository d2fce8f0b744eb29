import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconClockPause, IconCloudOff, IconShieldHalf } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { brief } from "@/app/locale";
import type { LedgerView } from "@/bindings/LedgerView";
import type { NoticedView } from "@/bindings/NoticedView";
import { host } from "@/platform";
import { useAsk, useDo } from "@/platform/queries";

/** Told above the page: a hospital that was caught, or that nothing can become final just now. */
export function NetworkNotice() {
  const { t } = useTranslation();
  const { data: view } = useAsk("ledger_state", {});
  const [hidden, setHidden] = useState<string[]>([]);
  if (!view) return null;
  const caught = view.noticed.find(
    (one) => one.now && one.kind !== "withheld" && !hidden.includes(nameOf(one)),
  );
  if (!caught && view.phase !== "paused" && view.phase !== "offline") return null;
  return (
    <Stack gap="sm" pb="md">
      {view.phase === "offline" && <Offline view={view} />}
      {view.phase === "paused" && (
        <Alert
          color="gray"
          role="status"
          icon={<IconClockPause aria-hidden />}
          title={t("hospitals.paused")}
          data-testid="network-paused"
        >
          <Text>{t(fewAnswer(view) ? "hospitals.pausedFew" : "hospitals.pausedStill")}</Text>
        </Alert>
      )}
      {caught && (
        <Caught view={view} caught={caught} onHide={() => setHidden((old) => [...old, nameOf(caught)])} />
      )}
    </Stack>
  );
}

/** Calm: nothing is lost, and most things go on. */
function Offline({ view }: { view: LedgerView }) {
  const { t } = useTranslation();
  return (
    <Alert
      color="gray"
      role="status"
      icon={<IconCloudOff aria-hidden />}
      title={t("hospitals.offline")}
      data-testid="network-offline"
    >
      <Text>{t("hospitals.offlineStill")}</Text>
      {view.pending > 0 && <Text fw={600}>{t("hospitals.offlinePending", { count: view.pending })}</Text>}
      {view.lastContact !== null && (
        <Text size="sm" c="dimmed">
          {t("hospitals.offlineSince", { time: brief(view.lastContact) })}
        </Text>
      )}
    </Alert>
  );
}

const nameOf = (one: NoticedView) => `${one.hospitalId} ${one.kind}`;

/** A quorum is more than two thirds. */
function fewAnswer({ hospitals }: LedgerView): boolean {
  const away = hospitals.filter(({ stance }) => stance === "silent" || stance === "unknown").length;
  return (hospitals.length - away) * 3 <= hospitals.length * 2;
}

function Caught(props: { view: LedgerView; caught: NoticedView; onHide: () => void }) {
  const { t } = useTranslation();
  const { view, caught } = props;
  const another = caught.kind === "equivocation";
  return (
    <Alert
      color="amber"
      role="status"
      icon={<IconShieldHalf aria-hidden />}
      title={t(another ? "hospitals.anotherHistory" : "hospitals.wrongAnswer", { hospital: caught.hospital })}
      data-testid="hospital-caught"
    >
      <Stack gap="xs">
        <Text>
          {another ? t("hospitals.keeps", { count: view.signedBy.length }) : t("hospitals.leftAside")}{" "}
          {caught.proof && t("hospitals.tell")}
        </Text>
        <Group gap="xs">
          {caught.proof && <SaveEvidence hospitalId={caught.hospitalId} />}
          <Button size="compact-md" variant="subtle" color="gray" onClick={props.onHide}>
            {t("hospitals.hide")}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

export function SaveEvidence({ hospitalId }: { hospitalId: string }) {
  const { t } = useTranslation();
  const save = useDo("evidence_export", () => notifications.show({ message: t("hospitals.proofSaved") }));
  const choose = async () => {
    const path = await host.pickSavePath(t("hospitals.saveProof"), "evidence.json");
    if (path) save.mutate({ hospitalId, path });
  };
  return (
    <Button
      size="compact-md"
      variant="default"
      onClick={choose}
      loading={save.isPending}
      data-testid="evidence-save"
    >
      {t("hospitals.saveProof")}
    </Button>
  );
}
