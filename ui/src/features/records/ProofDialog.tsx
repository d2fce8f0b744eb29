import { Button, Group, Modal, Skeleton, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCircleCheck, IconCircleDashed, IconCircleX, IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { day, moment } from "@/app/locale";
import type { CheckView } from "@/bindings/CheckView";
import type { ProofView } from "@/bindings/ProofView";
import { CopyValue, PlainValue } from "@/components/CopyValue";
import { ErrorNotice } from "@/components/ErrorNotice";
import { host } from "@/platform";
import { useAsk, useDo } from "@/platform/queries";

interface Props {
  opened: boolean;
  onClose: () => void;
  recordId: string;
  patientId?: string;
}

/** Everything behind the trust line, by its right names. */
export function ProofDialog({ opened, onClose, recordId, patientId }: Props) {
  const { t } = useTranslation();
  const request = { recordId, patientId: patientId ?? null };
  const proof = useAsk("record_proof", request, { enabled: opened });
  const save = useDo("proof_export", () => notifications.show({ message: t("trust.saved") }));
  const saveProof = async () => {
    const path = await host.pickSavePath(t("trust.save"), "proof.carekey");
    if (path) save.mutate({ ...request, path });
  };
  return (
    <Modal opened={opened} onClose={onClose} size="lg" title={t("trust.proofTitle")}>
      <Stack gap="md" data-testid="proof">
        <Text>{t("trust.proofLead")}</Text>
        {proof.isPending && <Skeleton h={240} />}
        {proof.isError && <ErrorNotice error={proof.error} retry={() => proof.refetch()} />}
        {proof.data && (
          <>
            <Proof proof={proof.data} />
            {save.isError && <ErrorNotice error={save.error} />}
            <Text size="sm" c="dimmed" data-testid="proof-caution">
              {t("trust.saveCaution")}
            </Text>
            <Group justify="flex-end">
              <Button
                variant="default"
                leftSection={<IconDownload size={18} aria-hidden />}
                loading={save.isPending}
                onClick={saveProof}
                data-testid="proof-save"
              >
                {t("trust.save")}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}

function Proof({ proof }: { proof: ProofView }) {
  const { t } = useTranslation();
  const { certificate, inclusion } = proof;
  return (
    <>
      <section>
        <Title order={3} size="h4" mb="xs">
          {t("trust.checks")}
        </Title>
        <CheckList checks={proof.checks} />
      </section>
      {certificate && (
        <section>
          <Title order={3} size="h4" mb="xs">
            {t("trust.author")}
          </Title>
          <Stack gap="xs">
            <PlainValue
              label={t(`role.${certificate.person.role}`)}
              value={[certificate.person.name, certificate.person.specialty, certificate.person.hospital]
                .filter(Boolean)
                .join(", ")}
            />
            <PlainValue
              label={t("trust.valid")}
              value={t("content.fromTo", { from: day(certificate.validFrom), to: day(certificate.validTo) })}
            />
            <CopyValue label={t("trust.serial")} value={certificate.serial} />
            <CopyValue label={t("trust.key")} value={certificate.identityKey} />
          </Stack>
        </section>
      )}
      <section>
        <Title order={3} size="h4" mb="xs">
          {t("trust.ledger")}
        </Title>
        <Stack gap="xs">
          {inclusion ? (
            <>
              <PlainValue label={t("trust.signedBy")} value={inclusion.signedBy.join(", ")} />
              <PlainValue label={t("trust.time")} value={moment(inclusion.at)} />
              <PlainValue label={t("trust.height")} value={String(inclusion.height)} />
              <CopyValue label={t("trust.block")} value={inclusion.blockHash} />
              <CopyValue label={t("trust.root")} value={inclusion.transactionRoot} />
              <CopyValue label={t("trust.transaction")} value={inclusion.transactionId} />
              <CopyValue label={t("trust.path")} value={inclusion.path.join("\n")} />
            </>
          ) : (
            <Text c="dimmed">{t("trust.waiting")}</Text>
          )}
          <CopyValue label={t("trust.record")} value={proof.recordId} />
          <CopyValue label={t("trust.contentRoot")} value={proof.contentRoot} />
          <CopyValue label={t("trust.anchor")} value={proof.anchor} />
        </Stack>
      </section>
    </>
  );
}

const OUTCOME = {
  held: { icon: IconCircleCheck, color: "var(--ck-good)", label: "trust.held" },
  failed: { icon: IconCircleX, color: "var(--ck-bad)", label: "trust.failedOutcome" },
  notMade: { icon: IconCircleDashed, color: "var(--mantine-color-dimmed)", label: "trust.notMade" },
} as const;

/** Checks with their outcome by shape and word. */
export function CheckList({ checks }: { checks: CheckView[] }) {
  const { t } = useTranslation();
  return (
    <Stack gap={6} component="ul" className="ck-plain">
      {checks.map((check) => {
        const { icon: OutcomeIcon, color, label } = OUTCOME[check.outcome];
        return (
          <li
            key={check.check}
            className="ck-check"
            data-testid={`check-${check.check}`}
            data-outcome={check.outcome}
          >
            <OutcomeIcon size={20} color={color} role="img" aria-label={t(label)} />
            <span className="ck-grow">
              {t(`trust.${check.check}`)}
              {check.outcome !== "held" && (
                <Text span fw={600} c={check.outcome === "failed" ? "var(--ck-bad)" : "dimmed"}>
                  {` – ${t(label)}`}
                </Text>
              )}
              {check.detail && (
                <Text component="span" display="block" size="sm" c="dimmed">
                  {check.detail}
                </Text>
              )}
            </span>
          </li>
        );
      })}
    </Stack>
  );
}
