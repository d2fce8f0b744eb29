import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconCalendarDown } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AppointmentView } from "@/bindings/AppointmentView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { PersonBadge } from "@/components/PersonBadge";
import { AskButton } from "@/features/requests/AskButton";
import { WordsDialog } from "@/features/requests/WordsDialog";
import { collectionsIn } from "@/features/requests/words";
import { host } from "@/platform";
import { useDo } from "@/platform/queries";
import { AnswerDialog } from "./AnswerDialog";
import { isOpen, slotIn, slotOf, stateOf, wishIn } from "./when";

const COLORS = {
  wished: "amber",
  proposed: "amber",
  agreed: "teal",
  past: "gray",
  declined: "gray",
  calledOff: "gray",
  expired: "gray",
} as const;

/** One appointment, as either side sees it, with what that side can do. */
export function AppointmentCard({
  appointment,
  compact,
}: {
  appointment: AppointmentView;
  compact?: boolean;
}) {
  const { t } = useTranslation();
  const [now] = useState(() => Date.now());
  const { person } = appointment;
  const state = stateOf(appointment, now);
  const slot = slotOf(appointment);
  const { mutate: look } = useDo("message_seen");

  useEffect(() => {
    if (appointment.unread && !compact) look({ id: appointment.id });
  }, [appointment.unread, appointment.id, compact, look]);

  return (
    <div
      className="ck-row ck-top"
      data-testid="appointment-row"
      data-appointment={appointment.id}
      data-state={appointment.state.state}
    >
      <PersonBadge {...person} />
      <Stack gap={4} className="ck-grow">
        <Group gap="xs">
          <Text fw={650}>{person.name}</Text>
          <Badge
            variant="light"
            color={COLORS[state]}
            tt="none"
            data-testid="appointment-state"
            data-state={state}
          >
            {appointment.state.state === "calledOff" && appointment.state.byMe
              ? t("appointments.calledOffByMe")
              : t(`appointments.state.${state}`)}
          </Badge>
          {!appointment.outgoing && appointment.stranger && (
            <Badge variant="default" tt="none">
              {t("appointments.newPatient")}
            </Badge>
          )}
        </Group>
        <Text fw={slot ? 600 : undefined}>{slot ? slotIn(t, slot) : wishIn(t, appointment)}</Text>
        <Text size="sm">
          {[appointment.reason, t(`appointments.meeting.${appointment.meeting}`), slot?.place]
            .filter(Boolean)
            .join(" · ")}
        </Text>
        {!compact && appointment.words && <Text className="ck-quote">{appointment.words}</Text>}
        {!compact && appointment.said && <Text className="ck-quote">{appointment.said}</Text>}
        {appointment.offer.length > 0 && isOpen(appointment, now) && (
          <Text size="sm" c="dimmed">
            {appointment.outgoing
              ? t("appointments.offerSentence", {
                  name: person.name,
                  what: collectionsIn(t, "yours", appointment.offer),
                })
              : t(state === "agreed" ? "appointments.offered" : "appointments.offeredOnce", {
                  what: collectionsIn(t, "theirs", appointment.offer),
                })}
          </Text>
        )}
        {appointment.delivery !== "sent" && (
          <Text size="sm" c={appointment.delivery === "lost" ? "var(--ck-bad)" : "dimmed"}>
            {t(`requests.${appointment.delivery}`)}
          </Text>
        )}
        {isOpen(appointment, now) && <Actions appointment={appointment} compact={compact} />}
      </Stack>
    </div>
  );
}

function Actions({ appointment, compact }: { appointment: AppointmentView; compact?: boolean }) {
  const { t } = useTranslation();
  const { person, state, outgoing } = appointment;
  const [answering, answer] = useDisclosure(false);
  const [refusing, refuse] = useDisclosure(false);
  const accept = useDo("appointment_accept");
  const callOff = useDo("appointment_call_off", refuse.close);
  const decline = useDo("appointment_decline", refuse.close);
  const save = useDo("appointment_export", () =>
    notifications.show({ message: t("appointments.calendarSaved") }),
  );
  const title = t("appointments.calendarTitle", { name: person.name });
  const calendar = async () => {
    const path = await host.pickSavePath(t("appointments.calendar"), "appointment.ics");
    if (path) save.mutate({ appointmentId: appointment.id, title, path });
  };
  const declines = !outgoing && state.state === "wished";
  const fault = accept.error ?? save.error;
  return (
    <>
      <Group gap="xs" mt={4}>
        {outgoing && state.state === "proposed" && (
          <Button
            size="sm"
            loading={accept.isPending}
            onClick={() => accept.mutate({ appointmentId: appointment.id })}
            data-testid="appointment-accept"
          >
            {t("appointments.accept")}
          </Button>
        )}
        {!outgoing && (
          <Button
            size="sm"
            variant={state.state === "wished" ? "filled" : "default"}
            onClick={answer.open}
            data-testid="appointment-answer"
          >
            {t(state.state === "wished" ? "appointments.answer" : "appointments.move")}
          </Button>
        )}
        <Button size="sm" variant="default" onClick={refuse.open} data-testid="appointment-refuse">
          {t(declines ? "appointments.decline" : "appointments.callOff")}
        </Button>
        {!compact && state.state === "agreed" && (
          <Button
            size="sm"
            variant="default"
            leftSection={<IconCalendarDown size={18} aria-hidden />}
            onClick={calendar}
            data-testid="appointment-calendar"
          >
            {t("appointments.calendar")}
          </Button>
        )}
        {!compact && !outgoing && <AskButton person={person} appointmentId={appointment.id} />}
      </Group>
      {fault && <ErrorNotice error={fault} />}
      <AnswerDialog opened={answering} onClose={answer.close} appointment={appointment} />
      <WordsDialog
        opened={refusing}
        onClose={refuse.close}
        title={t(declines ? "appointments.declineTitle" : "appointments.callOffTitle", { name: person.name })}
        lead={t(declines ? "appointments.declineLead" : "appointments.callOffLead")}
        label={t("appointments.why")}
        button={t(declines ? "appointments.decline" : "appointments.callOffNow")}
        onSay={(words) => (declines ? decline : callOff).mutate({ appointmentId: appointment.id, words })}
        pending={decline.isPending || callOff.isPending}
        error={decline.error ?? callOff.error}
        testId="appointment-refuse-dialog"
      />
    </>
  );
}
