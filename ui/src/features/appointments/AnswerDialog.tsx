import { Button, Group, Modal, NumberInput, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { DateInput, TimeInput } from "@mantine/dates";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AppointmentView } from "@/bindings/AppointmentView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { WORDS_MAX } from "@/features/requests/WordsDialog";
import { useDo } from "@/platform/queries";
import { slotOf, wishIn } from "./when";

/** The clinician gives a time: within the wish it is agreed, outside of it proposed. */
export function AnswerDialog(props: { opened: boolean; onClose: () => void; appointment: AppointmentView }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t("appointments.answerTitle", { name: props.appointment.person.name })}
    >
      {props.opened && <AnswerForm {...props} />}
    </Modal>
  );
}

function firstGuess(appointment: AppointmentView): dayjs.Dayjs {
  const from = dayjs(Math.max(appointment.from, Date.now()));
  const guess = from.hour() < 8 ? from.hour(9).minute(0) : from.add(1, "hour").minute(0);
  return guess.isBefore(appointment.until) ? guess : from;
}

function AnswerForm({ onClose, appointment }: Parameters<typeof AnswerDialog>[0]) {
  const { t } = useTranslation();
  const had = slotOf(appointment);
  const [first] = useState(() => (had ? dayjs(had.at) : firstGuess(appointment)));
  const [date, setDate] = useState<string | null>(first.format("YYYY-MM-DD"));
  const [time, setTime] = useState(first.format("HH:mm"));
  const [minutes, setMinutes] = useState<number | string>(had?.minutes ?? 20);
  const [place, setPlace] = useState(had?.place ?? "");
  const [words, setWords] = useState("");
  const answer = useDo("appointment_answer", onClose);
  const at = date && time ? dayjs(`${date}T${time}`).valueOf() : Number.NaN;
  const ready = Number.isFinite(at) && at > Date.now() && Number(minutes) > 0;
  const inside = at >= appointment.from && at < appointment.until;
  return (
    <form
      data-testid="answer-dialog"
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        const slot = { at, minutes: Number(minutes), place: place.trim() };
        answer.mutate({ appointmentId: appointment.id, ...slot, words: words.trim() });
      }}
    >
      <Stack>
        <Text>
          {wishIn(t, appointment)} · {t(`appointments.meeting.${appointment.meeting}`)}
        </Text>
        <Group grow align="flex-start">
          <DateInput
            label={t("appointments.answerDate")}
            value={date}
            onChange={setDate}
            minDate={dayjs().format("YYYY-MM-DD")}
            valueFormat="D MMM YYYY"
            hideOutsideDates
            data-autofocus
            data-testid="answer-date"
          />
          <TimeInput
            label={t("appointments.answerTime")}
            value={time}
            onChange={(event) => setTime(event.currentTarget.value)}
            data-testid="answer-time"
          />
          <NumberInput
            label={t("appointments.answerMinutes")}
            value={minutes}
            onChange={setMinutes}
            min={5}
            max={480}
            step={5}
            data-testid="answer-minutes"
          />
        </Group>
        <TextInput
          label={`${t("appointments.answerPlace")} (${t("app.optional")})`}
          placeholder={t("appointments.answerPlacePlaceholder")}
          value={place}
          maxLength={60}
          onChange={(event) => setPlace(event.currentTarget.value)}
          data-testid="answer-place"
        />
        <Textarea
          label={`${t("appointments.answerWords")} (${t("app.optional")})`}
          value={words}
          maxLength={WORDS_MAX}
          autosize
          minRows={2}
          maxRows={4}
          onChange={(event) => setWords(event.currentTarget.value)}
          data-testid="answer-words"
        />
        {ready && (
          <Text size="sm" role="status" data-testid="answer-means" data-inside={inside}>
            {t(inside ? "appointments.answerInside" : "appointments.answerOutside")}
          </Text>
        )}
        {answer.isError && <ErrorNotice error={answer.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Button type="submit" disabled={!ready} loading={answer.isPending} data-testid="answer-send">
            {t("appointments.answerSend")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
