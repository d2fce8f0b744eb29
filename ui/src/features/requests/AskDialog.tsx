import { Button, Checkbox, Chip, Group, Input, Modal, Select, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Collection } from "@/bindings/Collection";
import type { PersonView } from "@/bindings/PersonView";
import type { Purpose } from "@/bindings/Purpose";
import { ErrorNotice } from "@/components/ErrorNotice";
import { COLLECTIONS } from "@/features/records/collections";
import { useDo } from "@/platform/queries";
import { WORDS_MAX } from "./WordsDialog";

const PURPOSES: Purpose[] = ["treatment", "secondOpinion", "followUp", "other"];
const TERMS = ["week", "month", "quarter", "year", "open"] as const;
type Term = (typeof TERMS)[number];

function untilOf(term: Term): number | null {
  const end = dayjs().endOf("day");
  switch (term) {
    case "week":
      return end.add(7, "day").valueOf();
    case "month":
      return end.add(1, "month").valueOf();
    case "quarter":
      return end.add(3, "month").valueOf();
    case "year":
      return end.add(1, "year").valueOf();
    case "open":
      return null;
  }
}

/** A clinician asks a patient: what, how long, why. */
export function AskDialog(props: {
  opened: boolean;
  onClose: () => void;
  person: PersonView;
  appointmentId?: string;
}) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      size="lg"
      title={t("requests.askTitle", { name: props.person.name })}
    >
      {props.opened && <AskForm {...props} />}
    </Modal>
  );
}

function AskForm({ onClose, person, appointmentId }: Parameters<typeof AskDialog>[0]) {
  const { t } = useTranslation();
  const [collections, setCollections] = useState<Collection[]>([]);
  const [term, setTerm] = useState<Term>("month");
  const [purpose, setPurpose] = useState<Purpose>("treatment");
  const [words, setWords] = useState("");
  const ask = useDo("request_ask", () => {
    notifications.show({ message: t("requests.sent", { name: person.name }) });
    onClose();
  });
  const all = collections.length === COLLECTIONS.length;
  return (
    <form
      data-testid="ask-dialog"
      onSubmit={(event) => {
        event.preventDefault();
        if (collections.length === 0) return;
        const until = untilOf(term);
        ask.mutate({ personId: person.id, collections, until, purpose, words: words.trim(), appointmentId });
      }}
    >
      <Stack>
        <Text c="dimmed">{t("requests.askLead")}</Text>
        <Input.Wrapper label={t("requests.what")} labelElement="div">
          <Stack gap="xs">
            <Chip.Group
              multiple
              value={collections}
              onChange={(value) => setCollections(value as Collection[])}
            >
              <Group gap="xs">
                {COLLECTIONS.map((collection) => (
                  <Chip
                    key={collection}
                    value={collection}
                    wrapperProps={{ "data-testid": `ask-collection-${collection}` }}
                  >
                    {t(`collection.${collection}`)}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
            <Checkbox
              label={t("requests.all")}
              checked={all}
              indeterminate={!all && collections.length > 0}
              onChange={() => setCollections(all ? [] : [...COLLECTIONS])}
              data-testid="ask-everything"
            />
          </Stack>
        </Input.Wrapper>
        <Input.Wrapper label={t("requests.howLong")} labelElement="div">
          <Chip.Group value={term} onChange={(value) => setTerm(value as Term)}>
            <Group gap="xs">
              {TERMS.map((one) => (
                <Chip key={one} value={one} wrapperProps={{ "data-testid": `ask-term-${one}` }}>
                  {t(`requests.${one}`)}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        </Input.Wrapper>
        <Select
          label={t("requests.why")}
          data={PURPOSES.map((value) => ({ value, label: t(`purpose.${value}`) }))}
          value={purpose}
          onChange={(value) => value && setPurpose(value as Purpose)}
          allowDeselect={false}
          data-testid="ask-purpose"
        />
        <Textarea
          label={t("requests.words")}
          description={t("requests.wordsHint")}
          value={words}
          maxLength={WORDS_MAX}
          autosize
          minRows={2}
          maxRows={5}
          onChange={(event) => setWords(event.currentTarget.value)}
          data-testid="ask-words"
        />
        {ask.isError && <ErrorNotice error={ask.error} />}
        <Group justify="flex-end" gap="xs" className="ck-actions">
          <Button variant="default" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Button
            type="submit"
            disabled={collections.length === 0}
            loading={ask.isPending}
            data-testid="ask-send"
          >
            {t("requests.send")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
