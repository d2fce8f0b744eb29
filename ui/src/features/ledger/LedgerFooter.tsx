import { Divider, Modal, Stack, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  type Icon,
  IconClockPause,
  IconCloudCheck,
  IconCloudOff,
  IconRefresh,
  IconShieldX,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { brief, moment } from "@/app/locale";
import type { LedgerPhase } from "@/bindings/LedgerPhase";
import type { LedgerView } from "@/bindings/LedgerView";
import { CopyValue, PlainValue } from "@/components/CopyValue";
import { ErrorNotice } from "@/components/ErrorNotice";
import { AnchorLink } from "@/components/links";
import { useAsk } from "@/platform/queries";
import { HospitalList } from "./HospitalList";

const PHASE: Record<LedgerPhase, { icon: Icon; color: string }> = {
  upToDate: { icon: IconCloudCheck, color: "var(--ck-good)" },
  catchingUp: { icon: IconRefresh, color: "var(--mantine-color-dimmed)" },
  paused: { icon: IconClockPause, color: "var(--ck-warn)" },
  offline: { icon: IconCloudOff, color: "var(--ck-warn)" },
  untrusted: { icon: IconShieldX, color: "var(--ck-bad)" },
};

/** The ledger's state in words; its figures one click deeper. */
export function LedgerFooter() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  const ledger = useAsk("ledger_state", {}, { refetchInterval: 15_000 });
  const view = ledger.data;
  const phase: LedgerPhase = view?.phase ?? "catchingUp";
  const { icon: PhaseIcon, color } = PHASE[phase];
  const checked = useChecked(view);
  const words = useLedgerWords(view);
  return (
    <>
      <UnstyledButton
        className="ck-ledger"
        onClick={open}
        data-testid="ledger-footer"
        data-phase={phase}
        data-pending={view?.pending ?? 0}
      >
        <PhaseIcon size={20} color={color} aria-hidden />
        <Text span size="sm" truncate>
          {words}
        </Text>
        {view && view.pending > 0 && (
          <Text span size="sm" fw={600} c="var(--ck-warn)" className="ck-nowrap">
            {t("ledger.pending", { count: view.pending })}
          </Text>
        )}
      </UnstyledButton>
      <Modal opened={opened} onClose={close} size="lg" title={t("ledger.title")}>
        <Stack data-testid="ledger-details">
          <Text>{t("ledger.lead")}</Text>
          {ledger.isError && <ErrorNotice error={ledger.error} retry={() => ledger.refetch()} />}
          {view && (
            <>
              {phase !== "upToDate" && <Text fw={600}>{words}</Text>}
              {view.comparedAt !== null && phase !== "offline" && (
                <Text>{t(view.hospitals.length > 1 ? "ledger.compared" : "ledger.alone", { checked })}</Text>
              )}
              <HospitalList view={view} />
              <Divider />
              <Figures view={view} />
              <AnchorLink
                to="/settings"
                search={{ section: "network" }}
                onClick={close}
                data-testid="ledger-more"
              >
                {t("ledger.more")}
              </AnchorLink>
            </>
          )}
        </Stack>
      </Modal>
    </>
  );
}

/** The ledger's state in a sentence. */
export function useLedgerWords(view: LedgerView | undefined): string {
  const { t } = useTranslation();
  const checked = useChecked(view);
  const phase = view?.phase ?? "catchingUp";
  return phase === "upToDate" ? checked : t(`ledger.${phase}`);
}

/** "Checked with 3 of 4 hospitals, a moment ago". */
function useChecked(view: LedgerView | undefined): string {
  const { t } = useTranslation();
  if (!view) return "";
  const agreeing = view.hospitals.filter(({ stance }) => stance === "agrees").length;
  const at = view.comparedAt ?? view.lastContact ?? view.at;
  const time = Date.now() - at < MOMENT ? t("ledger.justNow") : brief(at);
  return t("ledger.upToDate", { agreeing, count: view.hospitals.length, time });
}

/** Hospitals are compared every twenty seconds while nothing happens. */
const MOMENT = 60_000;

export function Figures({ view }: { view: LedgerView }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      <PlainValue label={t("ledger.network")} value={view.networkName} />
      <PlainValue label={t("ledger.height")} value={String(view.height)} />
      <PlainValue label={t("ledger.scanned")} value={String(view.scannedHeight)} />
      <PlainValue label={t("ledger.at")} value={moment(view.at)} />
      <PlainValue label={t("ledger.signedBy")} value={view.signedBy.join(", ")} />
      {view.lastContact !== null && (
        <PlainValue label={t("ledger.lastContact")} value={moment(view.lastContact)} />
      )}
      <PlainValue
        label={t("ledger.pendingLabel")}
        value={view.pending === 0 ? t("ledger.none") : String(view.pending)}
      />
      <CopyValue label={t("ledger.head")} value={view.headHash} />
      <CopyValue label={t("ledger.networkId")} value={view.networkId} />
    </Stack>
  );
}
