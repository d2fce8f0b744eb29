import { Group, Stack, Text } from "@mantine/core";
import {
  type Icon,
  IconCircleCheck,
  IconCircleDashed,
  IconClock,
  IconPlugConnectedX,
  IconShieldX,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { brief } from "@/app/locale";
import type { HospitalStance } from "@/bindings/HospitalStance";
import type { LedgerHospital } from "@/bindings/LedgerHospital";
import type { LedgerView } from "@/bindings/LedgerView";
import type { NoticedView } from "@/bindings/NoticedView";
import { SaveEvidence } from "./NetworkNotice";

const STANCE: Record<HospitalStance, { icon: Icon; color: string }> = {
  agrees: { icon: IconCircleCheck, color: "var(--ck-good)" },
  unknown: { icon: IconCircleDashed, color: "var(--mantine-color-dimmed)" },
  silent: { icon: IconPlugConnectedX, color: "var(--ck-warn)" },
  behind: { icon: IconClock, color: "var(--ck-warn)" },
  untrusted: { icon: IconShieldX, color: "var(--ck-bad)" },
};

/** Each hospital by name, how it stands in plain words, and what was noticed of it. */
export function HospitalList({ view }: { view: LedgerView }) {
  const { t } = useTranslation();
  return (
    <Stack
      gap="sm"
      component="ul"
      className="ck-plain"
      aria-label={t("ledger.hospitals")}
      data-testid="ledger-hospitals"
    >
      {view.hospitals.map((hospital) => (
        <Hospital
          key={hospital.id}
          hospital={hospital}
          noticed={view.noticed.filter((one) => one.hospitalId === hospital.id)}
        />
      ))}
    </Stack>
  );
}

function Hospital({ hospital, noticed }: { hospital: LedgerHospital; noticed: NoticedView[] }) {
  const { t } = useTranslation();
  const { icon: StanceIcon, color } = STANCE[hospital.stance];
  const since = hospital.since === null ? "" : brief(hospital.since);
  return (
    <Group
      component="li"
      gap="sm"
      wrap="nowrap"
      align="flex-start"
      data-testid="ledger-hospital"
      data-stance={hospital.stance}
    >
      <StanceIcon size={22} color={color} aria-hidden className="ck-fixed" />
      <Stack gap={2} className="ck-grow">
        <Text>
          <Text span fw={600}>
            {hospital.name}
          </Text>{" "}
          {t(`hospitals.${hospital.stance}`, { since })}
        </Text>
        {noticed.map((one) => (
          <Text key={one.kind} size="sm" c="dimmed">
            {t(`hospitals.noticed.${one.kind}`)} ·{" "}
            {t("hospitals.times", { count: one.count, time: brief(one.lastSeen) })}
          </Text>
        ))}
        {noticed.some((one) => one.proof) && (
          <Group>
            <SaveEvidence hospitalId={hospital.id} />
          </Group>
        )}
      </Stack>
    </Group>
  );
}
