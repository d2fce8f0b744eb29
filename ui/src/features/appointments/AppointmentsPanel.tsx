import { Button, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCalendarPlus, IconCalendarTime } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AppointmentView } from "@/bindings/AppointmentView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Empty, Panel, RowSkeletons } from "@/components/Page";
import { Fold } from "@/features/requests/RequestsPanel";
import { useAsk } from "@/platform/queries";
import { AppointmentCard } from "./AppointmentCard";
import { BookDialog } from "./BookDialog";
import { isOpen, timeOf } from "./when";

/** A patient's appointments, the next one first, and a way to ask for one. */
export function AppointmentsPanel() {
  const { t } = useTranslation();
  const [now] = useState(() => Date.now());
  const list = useAsk("appointments_list", {});
  const [booking, book] = useDisclosure(false);
  const mine = (list.data?.appointments ?? []).filter((one) => one.outgoing);
  const open = mine.filter((one) => isOpen(one, now)).sort((a, b) => timeOf(a) - timeOf(b));
  const past = mine.filter((one) => !isOpen(one, now));
  const button = (
    <Button
      variant="default"
      leftSection={<IconCalendarPlus size={18} aria-hidden />}
      onClick={book.open}
      data-testid="appointment-book"
    >
      {t("appointments.book")}
    </Button>
  );
  return (
    <Panel title={t("appointments.title")} testId="appointments" side={mine.length > 0 && button}>
      {list.isPending && <RowSkeletons rows={2} />}
      {list.isError && <ErrorNotice error={list.error} retry={() => list.refetch()} />}
      {list.data && mine.length === 0 && (
        <Empty icon={IconCalendarTime} text={t("appointments.empty")} action={button} />
      )}
      <Stack gap="xs">
        <Cards appointments={open} />
        {past.length > 0 && (
          <Fold text={t("appointments.past")} testId="appointments-past">
            <Cards appointments={past} />
          </Fold>
        )}
      </Stack>
      <BookDialog opened={booking} onClose={book.close} />
    </Panel>
  );
}

/** On the first page: what was proposed and waits, and what was agreed and comes next. */
export function NextAppointments() {
  const [now] = useState(() => Date.now());
  const list = useAsk("appointments_list", {});
  const mine = (list.data?.appointments ?? []).filter((one) => one.outgoing && isOpen(one, now));
  const shown = mine.filter((one) => one.state.state !== "wished").sort((a, b) => timeOf(a) - timeOf(b));
  return <Cards appointments={shown.slice(0, 2)} compact />;
}

export function Cards({ appointments, compact }: { appointments: AppointmentView[]; compact?: boolean }) {
  if (appointments.length === 0) return null;
  return (
    <div className="ck-rows">
      {appointments.map((appointment) => (
        <AppointmentCard key={appointment.id} appointment={appointment} compact={compact} />
      ))}
    </div>
  );
}
