import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Collection } from "@/bindings/Collection";
import type { OwnEntryView } from "@/bindings/OwnEntryView";
import { CollectionSelect } from "@/components/CollectionSelect";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useDo } from "@/platform/queries";
import {
  bodyOf,
  decimal,
  draftOf,
  type EntryDraft,
  emptyDraft,
  momentOf,
  UNITS,
  WHATS,
  type What,
} from "./entry";

interface Props {
  kind: "note" | "measurement";
  opened: boolean;
  onClose: () => void;
  /** The entry to change. */
  change?: { recordId: string; entry: OwnEntryView; collection: Collection };
}

/** Writes down a note or a measurement, or a new version of one. */
export function EntryDialog({ kind, opened, onClose, change }: Props) {
  const { t } = useTranslation();
  const title = change
    ? "entries.changeTitle"
    : kind === "note"
      ? "entries.noteTitle"
      : "entries.measurementTitle";
  return (
    <Modal opened={opened} onClose={onClose} title={t(title)}>
      {opened && <EntryForm kind={kind} onClose={onClose} change={change} />}
    </Modal>
  );
}

function EntryForm({ kind, onClose, change }: Omit<Props, "opened">) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const at = dayjs(change?.entry.at);
  const [draft, setDraft] = useState<EntryDraft>(change ? draftOf(change.entry.body) : emptyDraft(kind));
  const [day, setDay] = useState(at.format("YYYY-MM-DD"));
  const [time, setTime] = useState(at.format("HH:mm"));
  const [collection, setCollection] = useState<Collection>(
    change?.collection ?? (kind === "note" ? "general" : "devices"),
  );
  const set = (part: Partial<EntryDraft>) => setDraft((known) => ({ ...known, ...part }));
  const write = useDo("entry_write", (row) => {
    notifications.show({ message: t("entries.written") });
    void client.invalidateQueries({ queryKey: ["records_list"] });
    onClose();
    if (change) void navigate({ to: "/records/$recordId", params: { recordId: row.id }, replace: true });
  });
  const body = bodyOf(draft);
  return (
    <form
      data-testid="entry-form"
      onSubmit={(event) => {
        event.preventDefault();
        const moment = Math.min(momentOf(day, time), Date.now());
        if (body) write.mutate({ body, at: moment, collection, replaces: change?.recordId ?? null });
      }}
    >
      <Stack>
        {draft.kind === "note" ? (
          <NoteFields draft={draft} set={set} />
        ) : (
          <MeasureFields draft={draft} set={set} />
        )}
        <Group grow align="flex-start">
          <DateInput
            label={t("entries.when")}
            value={day}
            maxDate={dayjs().format("YYYY-MM-DD")}
            minDate="1970-01-02"
            valueFormat="D MMMM YYYY"
            onChange={(value) => value && setDay(value)}
            data-testid="entry-day"
          />
          <TextInput
            type="time"
            label={" "}
            aria-label={t("entries.when")}
            value={time}
            onChange={(event) => setTime(event.currentTarget.value)}
            data-testid="entry-time"
          />
        </Group>
        <CollectionSelect value={collection} onChange={setCollection} />
        {write.isError && <ErrorNotice error={write.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Button type="submit" disabled={!body} loading={write.isPending} data-testid="entry-save">
            {t("entries.write")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface FieldsProps {
  draft: EntryDraft;
  set: (part: Partial<EntryDraft>) => void;
}

function NoteFields({ draft, set }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t("entries.title")}
        value={draft.title}
        maxLength={80}
        data-autofocus
        onChange={(event) => set({ title: event.currentTarget.value })}
        data-testid="entry-title"
      />
      <Textarea
        label={t("entries.text")}
        value={draft.text}
        minRows={5}
        maxLength={20_000}
        autosize
        maxRows={14}
        onChange={(event) => set({ text: event.currentTarget.value })}
        data-testid="entry-text"
      />
    </>
  );
}

function MeasureFields({ draft, set }: FieldsProps) {
  const { t } = useTranslation();
  const { what } = draft;
  return (
    <>
      <Select
        label={t("entries.what")}
        data={WHATS.map((one) => ({ value: one, label: t(`entries.${one}`) }))}
        value={what}
        onChange={(chosen) => chosen && set({ what: chosen as What, unit: "" })}
        allowDeselect={false}
        data-testid="entry-what"
      />
      {what === "other" && (
        <TextInput
          label={t("entries.name")}
          value={draft.name}
          maxLength={80}
          onChange={(event) => set({ name: event.currentTarget.value })}
          data-testid="entry-name"
        />
      )}
      {what === "bloodPressure" ? (
        <Group grow align="flex-start">
          <NumberField
            label={t("entries.systolic")}
            unit="mmHg"
            value={draft.systolic}
            onChange={(systolic) => set({ systolic })}
            testId="entry-systolic"
          />
          <NumberField
            label={t("entries.diastolic")}
            unit="mmHg"
            value={draft.diastolic}
            onChange={(diastolic) => set({ diastolic })}
            testId="entry-diastolic"
          />
        </Group>
      ) : (
        <Group grow align="flex-start">
          <NumberField
            label={t("entries.value")}
            value={draft.value}
            onChange={(value) => set({ value })}
            testId="entry-value"
          />
          {what === "other" ? (
            <TextInput
              label={t("entries.unit")}
              value={draft.unit}
              maxLength={40}
              onChange={(event) => set({ unit: event.currentTarget.value })}
              data-testid="entry-unit"
            />
          ) : (
            <Select
              label={t("entries.unit")}
              data={UNITS[what].map(({ code, shown }) => ({ value: code, label: shown }))}
              value={draft.unit || (UNITS[what][0]?.code ?? null)}
              onChange={(unit) => unit && set({ unit })}
              allowDeselect={false}
              data-testid="entry-unit"
            />
          )}
        </Group>
      )}
      <TextInput
        label={`${t("entries.remark")} (${t("app.optional")})`}
        value={draft.remark}
        maxLength={500}
        onChange={(event) => set({ remark: event.currentTarget.value })}
        data-testid="entry-remark"
      />
    </>
  );
}

function NumberField(props: {
  label: string;
  unit?: string;
  value: string;
  onChange: (value: string) => void;
  testId: string;
}) {
  const { t } = useTranslation();
  const wrong = props.value.trim() !== "" && decimal(props.value) === null;
  return (
    <TextInput
      label={props.unit ? `${props.label}, ${props.unit}` : props.label}
      value={props.value}
      inputMode="decimal"
      maxLength={12}
      error={wrong ? t("entries.notNumber") : undefined}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      data-testid={props.testId}
    />
  );
}
