import { Card, Stack } from "@mantine/core";
import { IconCalendarTime } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AppointmentView } from "@/bindings/AppointmentView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Empty, Page, Panel, RowSkeletons } from "@/components/Page";
import { Fold } from "@/features/requests/RequestsPanel";
import { useAsk } from "@/platform/queries";
import { Cards } from "./AppointmentsPanel";
import { dayName, isOpen, timeOf } from "./when";

/** A clinician's appointments: wishes to answer, then day by day, the next one first. */
export function AppointmentsPage() {
  const { t } = useTranslation();
  const [now] = useState(() => Date.now());
  const list = useAsk("appointments_list", {});
  const theirs = (list.data?.appointments ?? []).filter((one) => !one.outgoing);
  const by = (state: string) =>
    theirs
      .filter((one) => one.state.state === state && isOpen(one, now))
      .sort((a, b) => timeOf(a) - timeOf(b));
  const past = theirs.filter((one) => !isOpen(one, now));
  const [wished, proposed] = [by("wished"), by("proposed")];
  return (
    <Page title={t("appointments.title")} lead={t("appointments.leadClinic")}>
      {list.isPending && <RowSkeletons />}
      {list.isError && <ErrorNotice error={list.error} retry={() => list.refetch()} />}
      {list.data && theirs.length === 0 && (
        <Card>
          <Empty icon={IconCalendarTime} text={t("appointments.emptyClinic")} />
        </Card>
      )}
      <Stack gap="lg">
        {byDay(by("agreed")).map(([at, ofDay]) => (
          <Panel key={at} title={dayName(t, at, now)} testId="appointments-day">
            <Cards appointments={ofDay} />
          </Panel>
        ))}
        {wished.length > 0 && (
          <Panel title={t("appointments.wishes")} testId="appointments-wished">
            <Cards appointments={wished} />
          </Panel>
        )}
        {proposed.length > 0 && (
          <Panel title={t("appointments.waiting")} testId="appointments-proposed">
            <Cards appointments={proposed} />
          </Panel>
        )}
        {past.length > 0 && (
          <Fold text={t("appointments.past")} testId="appointments-past">
            <Card p="md">
              <Cards appointments={past} />
            </Card>
          </Fold>
        )}
      </Stack>
    </Page>
  );
}

/** Appointments that are in order of time, a group for each day. */
function byDay(appointments: AppointmentView[]): [number, AppointmentView[]][] {
  const days = new Map<string, AppointmentView[]>();
  for (const one of appointments) {
    const key = new Date(timeOf(one)).toDateString();
    days.set(key, [...(days.get(key) ?? []), one]);
  }
  return [...days.values()].map((ofDay) => [timeOf(ofDay[0] as AppointmentView), ofDay]);
}
