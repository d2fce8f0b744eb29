import {
  Button,
  Chip,
  Grid,
  Group,
  Input,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useMediaQuery } from "@mantine/hooks";
import dayjs from "dayjs";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Collection } from "@/bindings/Collection";
import type { PersonView } from "@/bindings/PersonView";
import type { Purpose } from "@/bindings/Purpose";
import { ErrorNotice } from "@/components/ErrorNotice";
import { COLLECTIONS } from "@/features/records/collections";
import { useAsk, useDo } from "@/platform/queries";
import { draftOf, emptyDraft, type GrantDraft, requestOf, sentenceOf, type Term, targetOf } from "./draft";
import { GrantPreview, Sentence } from "./GrantPreview";
import { GrantSent } from "./GrantSent";
import type { GrantDialogProps } from "./prefill";

const PURPOSES: Purpose[] = ["treatment", "secondOpinion", "followUp", "familyCare", "other"];
const TERMS = [
  ["month", "grants.oneMonth"],
  ["quarter", "grants.threeMonths"],
  ["year", "grants.oneYear"],
  ["open", "grants.noEnd"],
  ["date", "grants.onDate"],
] as const satisfies readonly (readonly [Term, string])[];

/** Who, what, until when and why, beside the sentence and the preview they make; then how far the grant is. */
export function GrantDialog({ opened, onClose, prefill, onShared }: GrantDialogProps) {
  const { t } = useTranslation();
  const narrow = useMediaQuery("(max-width: 56em)");
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="62rem"
      fullScreen={narrow}
      title={t("grants.dialogTitle")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      {opened && <GrantForm onClose={onClose} prefill={prefill} onShared={onShared} />}
    </Modal>
  );
}

function GrantForm({ onClose, prefill, onShared }: Omit<GrantDialogProps, "opened">) {
  const { t } = useTranslation();
  const [now] = useState(() => Date.now());
  const [draft, setDraft] = useState<GrantDraft>(() => draftOf(prefill));
  const change = (part: Partial<GrantDraft>) => setDraft((old) => ({ ...old, ...part }));
  const directory = useAsk("directory_list", {});
  const contacts = useAsk("contacts_list", {});
  const records = useAsk("records_list", {});
  const create = useDo("grants_create", (grant) => onShared?.(grant, prefill?.requestId));

  const people = useMemo(
    () => [...(directory.data?.people ?? []), ...(contacts.data?.people ?? [])],
    [directory.data, contacts.data],
  );
  const person = people.find((one) => one.id === draft.granteeId);
  const record = records.data?.records.find((row) => row.id === draft.recordId);
  const request = requestOf(draft, now);
  const sentence = sentenceOf(t, draft, person, record, now);

  // Relatives help with care, clinicians treat: a first guess that the person can change.
  useEffect(() => {
    if (person)
      setDraft((old) => ({ ...old, purpose: old.purpose ?? (person.contact ? "familyCare" : "treatment") }));
  }, [person]);

  if (create.data) {
    return (
      <GrantSent
        created={create.data}
        sentence={sentence}
        onAgain={() => {
          setDraft(emptyDraft);
          create.reset();
        }}
        onClose={onClose}
      />
    );
  }

  return (
    <form
      data-testid="grant-dialog"
      onSubmit={(event) => {
        event.preventDefault();
        if (request) create.mutate(request);
      }}
    >
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, sm: 6 }}>
          <Stack>
            <Select
              label={t("grants.who")}
              placeholder={t("grants.whoPlaceholder")}
              data={groupPeople(people, t("grants.whoClinicians"), t("grants.whoContacts"))}
              value={draft.granteeId}
              onChange={(granteeId) => change({ granteeId, purpose: null })}
              searchable
              openOnFocus={false}
              nothingFoundMessage={t("grants.whoNothing")}
              maxDropdownHeight={280}
              data-autofocus
              data-testid="grant-person"
            />
            <Input.Wrapper label={t("grants.what")} labelElement="div">
              <Stack gap="xs">
                <SegmentedControl
                  fullWidth
                  aria-label={t("grants.what")}
                  data={[
                    { value: "collection", label: t("grants.whatCollection") },
                    { value: "record", label: t("grants.whatRecord") },
                  ]}
                  value={draft.form}
                  onChange={(form) => change({ form: form as GrantDraft["form"] })}
                  data-testid="grant-form"
                />
                {draft.form === "collection" ? (
                  <div>
                    <Chip.Group
                      value={draft.collection ?? ""}
                      onChange={(value) => change({ collection: value as Collection })}
                    >
                      <Group gap="xs">
                        {COLLECTIONS.map((collection) => (
                          <Chip
                            key={collection}
                            value={collection}
                            wrapperProps={{ "data-testid": `grant-collection-${collection}` }}
                          >
                            {t(`collection.${collection}`)}
                          </Chip>
                        ))}
                      </Group>
                    </Chip.Group>
                    <Text size="sm" c="dimmed" mt={4}>
                      {t("grants.collectionHint")}
                    </Text>
                  </div>
                ) : (
                  <Select
                    key={records.isSuccess ? "ready" : "waiting"}
                    aria-label={t("grants.whatRecord")}
                    placeholder={t("grants.recordPlaceholder")}
                    data={(records.data?.records ?? []).map((row) => ({ value: row.id, label: row.title }))}
                    value={draft.recordId}
                    onChange={(value) => change({ recordId: value })}
                    searchable
                    data-testid="grant-record"
                  />
                )}
              </Stack>
            </Input.Wrapper>
            <Input.Wrapper label={t("grants.untilWhen")} labelElement="div">
              <Chip.Group value={draft.term} onChange={(value) => change({ term: value as Term })}>
                <Group gap="xs">
                  {TERMS.map(([term, label]) => (
                    <Chip key={term} value={term} wrapperProps={{ "data-testid": `grant-term-${term}` }}>
                      {t(label)}
                    </Chip>
                  ))}
                </Group>
              </Chip.Group>
            </Input.Wrapper>
            {draft.term === "date" && (
              <DateInput
                label={t("grants.date")}
                value={draft.date}
                onChange={(date) => change({ date })}
                minDate={dayjs(now).format("YYYY-MM-DD")}
                valueFormat="D MMMM YYYY"
                hideOutsideDates
                data-testid="grant-date"
              />
            )}
            <Select
              label={t("grants.why")}
              data={PURPOSES.map((purpose) => ({ value: purpose, label: t(`purpose.${purpose}`) }))}
              value={draft.purpose}
              onChange={(purpose) => change({ purpose: purpose as Purpose | null })}
              data-testid="grant-purpose"
            />
            <TextInput
              label={`${t("grants.note")} (${t("app.optional")})`}
              value={draft.note}
              maxLength={120}
              onChange={(event) => change({ note: event.currentTarget.value })}
              data-testid="grant-note"
            />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, sm: 6 }}>
          <Stack className="ck-side">
            <Sentence parts={sentence} />
            <GrantPreview granteeId={draft.granteeId} target={targetOf(draft)} />
            {[directory, contacts, records].map(
              (ask, index) =>
                ask.isError && (
                  // biome-ignore lint/suspicious/noArrayIndexKey: three fixed questions
                  <ErrorNotice key={index} error={ask.error} retry={() => ask.refetch()} />
                ),
            )}
            {create.isError && <ErrorNotice error={create.error} />}
          </Stack>
        </Grid.Col>
      </Grid>
      <Group justify="flex-end" mt="lg" className="ck-actions">
        <Button variant="default" onClick={onClose}>
          {t("app.cancel")}
        </Button>
        <Button type="submit" disabled={!request} loading={create.isPending} data-testid="grant-confirm">
          {t("grants.confirm")}
        </Button>
      </Group>
    </form>
  );
}

function groupPeople(people: PersonView[], clinicians: string, contacts: string) {
  const item = (person: PersonView) => ({
    value: person.id,
    label: [person.name, person.specialty, person.hospital].filter(Boolean).join(" · "),
  });
  const groups = [
    { group: clinicians, items: people.filter((person) => !person.contact).map(item) },
    { group: contacts, items: people.filter((person) => person.contact).map(item) },
  ];
  return groups.filter((group) => group.items.length > 0);
}
