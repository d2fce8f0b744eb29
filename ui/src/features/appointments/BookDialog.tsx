import {
  Button,
  Chip,
  Group,
  Input,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { notifications } from "@mantine/notifications";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Collection } from "@/bindings/Collection";
import type { Meeting } from "@/bindings/Meeting";
import { ErrorNotice } from "@/components/ErrorNotice";
import { COLLECTIONS } from "@/features/records/collections";
import { WORDS_MAX } from "@/features/requests/WordsDialog";
import { collectionsIn } from "@/features/requests/words";
import { useAsk, useDo } from "@/platform/queries";

const PARTS = ["any", "morning", "afternoon"] as const;
const MEETINGS: Meeting[] = ["inPerson", "phone", "video"];
/** A wish begins tomorrow and is two weeks wide unless the person says otherwise. */
const DAYS = 14;

/** A patient wishes for an appointment: with whom, when, how, what for, and what the doctor may read for it. */
export function BookDialog(props: { opened: boolean; onClose: () => void; personId?: string }) {
  const { t } = useTranslation();
  return (
    <Modal opened={props.opened} onClose={props.onClose} size="lg" title={t("appointments.bookTitle")}>
      {props.opened && <BookForm {...props} />}
    </Modal>
  );
}

function windowOf(from: string, to: string, part: (typeof PARTS)[number]): { from: number; until: number } {
  const first = dayjs(from).startOf("day");
  const last = dayjs(to).startOf("day");
  switch (part) {
    case "any":
      return { from: first.valueOf(), until: last.endOf("day").valueOf() };
    case "morning":
      return { from: first.hour(7).valueOf(), until: last.hour(12).valueOf() };
    case "afternoon":
      return { from: first.hour(12).valueOf(), until: last.hour(19).valueOf() };
  }
}

function BookForm({ onClose, personId }: Parameters<typeof BookDialog>[0]) {
  const { t } = useTranslation();
  const directory = useAsk("directory_list", {});
  const people = directory.data?.people ?? [];
  const [person, setPerson] = useState<string | null>(personId ?? null);
  const [from, setFrom] = useState<string | null>(dayjs().add(1, "day").format("YYYY-MM-DD"));
  const [to, setTo] = useState<string | null>(dayjs().add(DAYS, "day").format("YYYY-MM-DD"));
  const [part, setPart] = useState<(typeof PARTS)[number]>("any");
  const [meeting, setMeeting] = useState<Meeting>("inPerson");
  const [reason, setReason] = useState("");
  const [words, setWords] = useState("");
  const [offer, setOffer] = useState<Collection[]>([]);
  const name = people.find((one) => one.id === person)?.name ?? "";
  const wish = useDo("appointment_wish", () => {
    notifications.show({ message: t("appointments.sent", { name }) });
    onClose();
  });
  const window = from && to ? windowOf(from, to, part) : null;
  const ready = person !== null && window !== null && window.until > window.from && reason.trim() !== "";
  return (
    <form
      data-testid="book-dialog"
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready || !person || !window) return;
        wish.mutate({
          personId: person,
          ...window,
          meeting,
          reason: reason.trim(),
          words: words.trim(),
          offer,
        });
      }}
    >
      <Stack>
        <Select
          key={directory.isSuccess ? "ready" : "waiting"}
          label={t("appointments.with")}
          placeholder={t("appointments.withPlaceholder")}
          data={people.map((one) => ({
            value: one.id,
            label: [one.name, one.specialty, one.hospital].filter(Boolean).join(" · "),
          }))}
          value={person}
          onChange={setPerson}
          searchable
          disabled={directory.isPending}
          openOnFocus={false}
          nothingFoundMessage={t("appointments.withNothing")}
          data-autofocus
          data-testid="book-person"
        />
        {directory.isError && <ErrorNotice error={directory.error} retry={() => directory.refetch()} />}
        <Group grow align="flex-start">
          {(
            [
              ["from", from, setFrom],
              ["to", to, setTo],
            ] as const
          ).map(([key, value, set]) => (
            <DateInput
              key={key}
              label={t(`appointments.${key}`)}
              value={value}
              onChange={set}
              minDate={key === "to" && from ? from : dayjs().format("YYYY-MM-DD")}
              valueFormat="D MMM YYYY"
              hideOutsideDates
              data-testid={`book-${key}`}
            />
          ))}
        </Group>
        <SegmentedControl
          aria-label={t("appointments.part")}
          data={PARTS.map((value) => ({ value, label: t(`appointments.parts.${value}`) }))}
          value={part}
          onChange={(value) => setPart(value as (typeof PARTS)[number])}
        />
        <SegmentedControl
          aria-label={t("appointments.how")}
          data={MEETINGS.map((value) => ({ value, label: t(`appointments.meeting.${value}`) }))}
          value={meeting}
          onChange={(value) => setMeeting(value as Meeting)}
          data-testid="book-meeting"
        />
        <TextInput
          label={t("appointments.reason")}
          placeholder={t("appointments.reasonPlaceholder")}
          value={reason}
          maxLength={60}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-testid="book-reason"
        />
        <Textarea
          label={`${t("appointments.words")} (${t("app.optional")})`}
          value={words}
          maxLength={WORDS_MAX}
          autosize
          minRows={2}
          maxRows={4}
          onChange={(event) => setWords(event.currentTarget.value)}
          data-testid="book-words"
        />
        <Input.Wrapper
          label={`${t("appointments.offer")} (${t("app.optional")})`}
          description={t("appointments.offerHint")}
          labelElement="div"
        >
          <Chip.Group multiple value={offer} onChange={(value) => setOffer(value as Collection[])}>
            <Group gap="xs" mt={4}>
              {COLLECTIONS.map((collection) => (
                <Chip
                  key={collection}
                  value={collection}
                  wrapperProps={{ "data-testid": `book-offer-${collection}` }}
                >
                  {t(`collection.${collection}`)}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        </Input.Wrapper>
        {name && offer.length > 0 && (
          <Text fw={600} role="status" data-testid="book-sentence">
            {t("appointments.offerSentence", { name, what: collectionsIn(t, "yours", offer) })}
          </Text>
        )}
        {wish.isError && <ErrorNotice error={wish.error} />}
        <Group justify="flex-end" gap="xs" className="ck-actions">
          <Button variant="default" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Button type="submit" disabled={!ready} loading={wish.isPending} data-testid="book-send">
            {t("appointments.send")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
