import { Alert, Button, Grid, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconEye,
  IconEyeExclamation,
  IconFileText,
  IconHeartHandshake,
  IconShare,
  IconUsers,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { isClinician, useOpenSession } from "@/app/session";
import { ErrorNotice } from "@/components/ErrorNotice";
import { AnchorLink, ButtonLink } from "@/components/links";
import { Empty, Page, Panel, RowSkeletons } from "@/components/Page";
import { RecordRows } from "@/components/RecordRows";
import { AccessLine } from "@/features/access-log/AccessLine";
import { NextAppointments } from "@/features/appointments/AppointmentsPanel";
import { Endings } from "@/features/grants/Endings";
import { GrantCard } from "@/features/grants/GrantCard";
import { GrantDialog } from "@/features/grants/GrantDialog";
import { InboxPage } from "@/features/inbox/InboxPage";
import { KeptParts } from "@/features/recovery/KeptParts";
import { RecoveryNotices } from "@/features/recovery/RecoveryNotices";
import { WaitingRequests } from "@/features/requests/RequestsPanel";
import { useAsk } from "@/platform/queries";

/** A clinician begins with the inbox, everyone else with the three questions. */
export function HomePage() {
  const { profile } = useOpenSession();
  return isClinician(profile) ? (
    <Stack gap="lg">
      <RecoveryNotices />
      <InboxPage />
      <KeptParts />
    </Stack>
  ) : (
    <PersonHome />
  );
}

/** What is new? Who can see my records? Who looked? */
function PersonHome() {
  const { t } = useTranslation();
  const { profile } = useOpenSession();
  const home = useAsk("home_summary", {});
  const [sharing, share] = useDisclosure(false);
  const view = home.data;
  return (
    <Page
      title={t("home.hello", { name: profile.name })}
      actions={
        <Button
          leftSection={<IconShare size={18} aria-hidden />}
          onClick={share.open}
          data-testid="grant-open"
        >
          {t("home.share")}
        </Button>
      }
    >
      {home.isError && <ErrorNotice error={home.error} retry={() => home.refetch()} />}
      {home.isPending && <RowSkeletons rows={6} />}
      <RecoveryNotices />
      {view && view.flagged > 0 && (
        <Alert color="amber" icon={<IconEyeExclamation aria-hidden />} data-testid="home-attention">
          <Group justify="space-between" gap="sm">
            <Text fw={600}>{t("home.attention", { count: view.flagged })}</Text>
            <ButtonLink to="/activity" variant="default" size="sm">
              {t("home.look")}
            </ButtonLink>
          </Group>
        </Alert>
      )}
      {view && view.ending.length > 0 && <Endings grants={view.ending} />}
      {view && view.sharing > 0 && (
        <Link to="/shared" className="ck-row ck-amber">
          <IconHeartHandshake size={24} stroke={1.5} aria-hidden />
          <Text span fw={600}>
            {t("home.sharing", { count: view.sharing })}
          </Text>
        </Link>
      )}
      {view && (
        <Grid gap="lg">
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <Panel
              title={t("home.new")}
              testId="home-new"
              side={
                <More
                  to="/records"
                  text={t("home.allRecords", { count: view.records })}
                  show={view.records > 0}
                />
              }
            >
              <WaitingRequests />
              <NextAppointments />
              {view.newest.length === 0 ? (
                <Empty icon={IconFileText} text={t("home.newEmpty")} />
              ) : (
                <RecordRows rows={view.newest} compact />
              )}
            </Panel>
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <Stack gap="lg">
              <Panel
                title={t("home.who")}
                testId="home-who"
                side={<More to="/people" text={t("home.allPeople")} show={view.grants.length > 0} />}
              >
                {view.grants.length === 0 ? (
                  <Empty icon={IconUsers} text={t("home.whoEmpty")} />
                ) : (
                  <div className="ck-rows">
                    {view.grants.slice(0, 4).map((grant) => (
                      <GrantCard key={grant.id} grant={grant} />
                    ))}
                  </div>
                )}
              </Panel>
              <Panel
                title={t("home.looked")}
                testId="home-looked"
                side={<More to="/activity" text={t("home.allActivity")} show={view.accesses.length > 0} />}
              >
                {view.accesses.length === 0 ? (
                  <Empty icon={IconEye} text={t("home.lookedEmpty")} />
                ) : (
                  <div className="ck-rows">
                    {view.accesses.map((row) => (
                      <AccessLine key={row.id} row={row} />
                    ))}
                  </div>
                )}
              </Panel>
            </Stack>
          </Grid.Col>
        </Grid>
      )}
      <GrantDialog opened={sharing} onClose={share.close} />
    </Page>
  );
}

function More(props: { to: "/records" | "/people" | "/activity"; text: string; show: boolean }) {
  if (!props.show) return null;
  return (
    <AnchorLink to={props.to} size="sm" className="ck-nowrap">
      {props.text}
    </AnchorLink>
  );
}
