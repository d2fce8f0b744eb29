import { UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronRight, IconClock, IconShieldCheck, IconShieldX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { day } from "@/app/locale";
import type { TrustView } from "@/bindings/TrustView";
import { ProofDialog } from "./ProofDialog";

interface Props {
  trust: TrustView;
  recordId: string;
  patientId?: string;
}

const MARK = {
  verified: { icon: IconShieldCheck, color: "var(--ck-good)" },
  pending: { icon: IconClock, color: "var(--mantine-color-dimmed)" },
  failed: { icon: IconShieldX, color: "var(--ck-bad)" },
} as const;

/** "Written by …, unchanged since …, confirmed by …": one line, and the whole proof behind it. */
export function TrustLine({ trust, recordId, patientId }: Props) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  const { icon: MarkIcon, color } = MARK[trust.state];
  return (
    <>
      <UnstyledButton className="ck-trust" onClick={open} data-testid="trust-line" data-state={trust.state}>
        <MarkIcon size={22} color={color} aria-hidden />
        <span className="ck-grow">{useTrustSentence(trust)}</span>
        <span className="ck-mark ck-proof">
          {t("trust.proof")}
          <IconChevronRight size={16} aria-hidden />
        </span>
      </UnstyledButton>
      <ProofDialog opened={opened} onClose={close} recordId={recordId} patientId={patientId} />
    </>
  );
}

function useTrustSentence(trust: TrustView): string {
  const { t } = useTranslation();
  const { name, hospital } = trust.author;
  const by = trust.selfReported
    ? t("app.selfReportedBy", { name })
    : hospital
      ? t("trust.writtenBy", { name, hospital })
      : t("trust.writtenByShort", { name });
  if (trust.state === "failed") return [by, t("trust.failed")].join(" · ");
  if (trust.state === "pending") return [by, t("trust.pending")].join(" · ");
  const parts = [by];
  if (trust.unchangedSince !== null) parts.push(t("trust.unchanged", { date: day(trust.unchangedSince) }));
  if (trust.confirmedBy.length > 0) {
    parts.push(t("trust.confirmedBy", { count: trust.confirmedBy.length, hospital: trust.confirmedBy[0] }));
  }
  return parts.join(" · ");
}
