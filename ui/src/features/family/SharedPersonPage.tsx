import { Alert, Badge, Card, Group, Stack, Text, Title } from "@mantine/core";
import { IconArrowLeft, IconFileText, IconPencil, IconPlugConnectedX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { day } from "@/app/locale";
import { isClinician, useOpenSession } from "@/app/session";
import type { ShareView } from "@/bindings/ShareView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { AnchorLink, ButtonLink } from "@/components/links";
import { Empty, RowSkeletons } from "@/components/Page";
import { fullName } from "@/components/person";
import { TimelineOf } from "@/components/Timeline";
import { theirs } from "@/features/grants/words";
import { AskButton, AskedOf } from "@/features/requests/AskButton";
import { useAsk } from "@/platform/queries";
import { PatientFrame } from "./PatientFrame";
import { activeShares } from "./SharedListPage";
import { together } from "./shares";

/** One person's records, as far as they are shared with me. */
export function SharedPersonPage({ patientId }: { patientId: string }) {
  const { t } = useTranslation();
  const { profile } = useOpenSession();
  const answer = useAsk("shared_records", { patientId });
  const view = answer.data;
  return (
    <PatientFrame patientId={patientId}>
      <Stack gap="lg">
        <AnchorLink to={isClinician(profile) ? "/patients" : "/shared"} w="fit-content">
          <Group gap={6} component="span">
            <IconArrowLeft size={18} aria-hidden />
            {t("app.back")}
          </Group>
        </AnchorLink>
        {answer.isPending && <RowSkeletons rows={5} />}
        {answer.isError && <ErrorNotice error={answer.error} retry={() => answer.refetch()} />}
        {view && (
          <>
            <Group justify="space-between" align="flex-start">
              <div className="ck-heading">
                <Title order={1}>{fullName(view.sharer.patient)}</Title>
                <Text c="dimmed">{t("shared.openedRecorded")}</Text>
              </div>
              {isClinician(profile) && (
                <Group gap="xs">
                  <AskButton person={view.sharer.patient} />
                  <ButtonLink
                    to="/write"
                    search={{ patient: patientId }}
                    leftSection={<IconPencil size={18} aria-hidden />}
                    data-testid="write-for-patient"
                  >
                    {t("shared.write", { name: view.sharer.patient.name })}
                  </ButtonLink>
                </Group>
              )}
            </Group>
            <Group gap="xs">
              {together(view.sharer.shares).map((share) => (
                <ShareBadge key={share.id} share={share} />
              ))}
            </Group>
            {isClinician(profile) && <AskedOf personId={patientId} />}
            {activeShares(view.sharer).length === 0 && (
              <Alert color="amber" data-testid="shared-gone">
                {t("shared.gone", { name: view.sharer.patient.name })}
              </Alert>
            )}
            {view.unreachable.length > 0 && (
              <Alert color="amber" icon={<IconPlugConnectedX aria-hidden />}>
                {t("shared.missing", { hospitals: view.unreachable.join(", ") })}
              </Alert>
            )}
            {view.records.length === 0 && activeShares(view.sharer).length > 0 && (
              <Empty
                icon={IconFileText}
                text={t("shared.emptyRecords", { name: view.sharer.patient.name })}
              />
            )}
            {view.records.length > 0 && (
              <Card p="xs" data-testid="records-list">
                <TimelineOf rows={view.records} patientId={patientId} />
              </Card>
            )}
          </>
        )}
      </Stack>
    </PatientFrame>
  );
}

const ENDED = { stopped: "shared.stopped", expired: "shared.expired", notYet: "shared.notYet" } as const;

function ShareBadge({ share }: { share: ShareView }) {
  const { t } = useTranslation();
  const active = share.state === "active";
  const term = share.until ? t("grants.until", { date: day(share.until) }) : t("app.noEnd");
  return (
    <Badge
      size="lg"
      variant={active ? "light" : "default"}
      tt="none"
      className="ck-badge"
      data-testid="share"
      data-state={share.state}
    >
      {`${theirs(t, share.what)} · ${share.state === "active" ? term : t(ENDED[share.state])}`}
    </Badge>
  );
}
