import {
  Button,
  Card,
  Grid,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconFileUpload, IconPencil, IconSignature } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Collection } from "@/bindings/Collection";
import type { WrittenRow } from "@/bindings/WrittenRow";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Empty, Page, Panel, RowSkeletons } from "@/components/Page";
import { StateSteps } from "@/features/grants/StateSteps";
import { CollectionSelect } from "@/features/records/ImportDialog";
import { host } from "@/platform";
import { useAsk, useDo } from "@/platform/queries";

/** A note or a file for a patient, and what became of the earlier ones. */
export function WritePage({ patientId }: { patientId?: string }) {
  const { t } = useTranslation();
  const written = useAsk("clinic_written", {});
  return (
    <Page title={t("clinic.title")} lead={t("clinic.lead")}>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Card>
            <WriteForm patientId={patientId} />
          </Card>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Panel title={t("clinic.written")} testId="written">
            {written.isPending && <RowSkeletons rows={3} />}
            {written.isError && <ErrorNotice error={written.error} retry={() => written.refetch()} />}
            {written.data?.rows.length === 0 && <Empty icon={IconPencil} text={t("clinic.writtenEmpty")} />}
            <div className="ck-rows">
              {written.data?.rows.map((row) => (
                <Written key={row.recordId} row={row} />
              ))}
            </div>
          </Panel>
        </Grid.Col>
      </Grid>
    </Page>
  );
}

function Written({ row }: { row: WrittenRow }) {
  const { t } = useTranslation();
  return (
    <div className="ck-row" data-testid="written-row" data-state={row.state.state}>
      <Stack gap={2}>
        <Text fw={600}>{row.title}</Text>
        <Text size="sm" c="dimmed">
          {t("clinic.for", { name: row.patient.name })}
        </Text>
        <StateSteps state={row.state.state} at={row.state.state === "confirmed" ? row.state.at : undefined} />
      </Stack>
    </div>
  );
}

function WriteForm({ patientId }: { patientId?: string }) {
  const { t } = useTranslation();
  const recipients = useAsk("clinic_recipients", {});
  const [patient, setPatient] = useState<string | null>(patientId ?? null);
  const [form, setForm] = useState<"note" | "file">("note");
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const [path, setPath] = useState<string | null>(null);
  const [collection, setCollection] = useState<Collection>("general");
  const people = recipients.data?.people ?? [];
  const name = people.find((person) => person.id === patient)?.name ?? "";

  const clear = () => {
    notifications.show({ message: t("clinic.sent", { title: title.trim(), name }) });
    setTitle("");
    setText("");
    setPath(null);
  };
  const write = useDo("clinic_write", clear);
  const attach = useDo("clinic_attach", clear);
  const inspect = useDo("file_inspect", (file) => {
    setTitle((old) => (old.trim() === "" ? file.title : old));
    setCollection(file.collection);
  });
  const choose = async () => {
    const chosen = await host.pickFile(t("clinic.choose"));
    if (!chosen) return;
    setPath(chosen);
    inspect.mutate({ path: chosen });
  };
  const ready =
    patient !== null &&
    title.trim() !== "" &&
    (form === "note" ? text.trim() !== "" : path !== null && inspect.isSuccess);
  const send = () => {
    if (!ready || !patient) return;
    const common = { patientId: patient, title: title.trim(), collection };
    if (form === "note") write.mutate({ ...common, text });
    else if (path) attach.mutate({ ...common, path });
  };
  const fault = write.error ?? attach.error ?? inspect.error;

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Stack>
        {recipients.isError && <ErrorNotice error={recipients.error} retry={() => recipients.refetch()} />}
        <Select
          // The shown name is taken when the field appears, so it must appear with the names.
          key={recipients.isSuccess ? "ready" : "waiting"}
          label={t("clinic.patient")}
          placeholder={t("clinic.patientPlaceholder")}
          data={people.map((person) => ({
            value: person.id,
            label: [person.name, person.hospital].filter(Boolean).join(" · "),
          }))}
          value={patient}
          onChange={setPatient}
          searchable
          nothingFoundMessage={t("clinic.patientNone")}
          data-testid="write-patient"
        />
        <TextInput
          label={t("clinic.titleLabel")}
          placeholder={t("clinic.titlePlaceholder")}
          value={title}
          maxLength={120}
          onChange={(event) => setTitle(event.currentTarget.value)}
          data-testid="write-title"
        />
        <SegmentedControl
          aria-label={t("clinic.form")}
          data={[
            { value: "note", label: t("clinic.note") },
            { value: "file", label: t("clinic.file") },
          ]}
          value={form}
          onChange={setForm}
          data-testid="write-form"
        />
        {form === "note" ? (
          <Textarea
            label={t("clinic.text")}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            autosize
            minRows={8}
            maxRows={20}
            maxLength={60_000}
            data-testid="write-text"
          />
        ) : (
          <div>
            <Button
              variant="default"
              leftSection={<IconFileUpload size={18} aria-hidden />}
              onClick={choose}
              loading={inspect.isPending}
              data-testid="write-choose"
            >
              {t("clinic.choose")}
            </Button>
            {inspect.data && (
              <Text size="sm" c="dimmed" mt="xs">
                {t("clinic.chosen", { name: inspect.data.name })}
              </Text>
            )}
          </div>
        )}
        <CollectionSelect
          value={collection}
          onChange={setCollection}
          description={t("clinic.collectionHint")}
        />
        {fault && <ErrorNotice error={fault} />}
        <Group justify="flex-end">
          <Button
            type="submit"
            disabled={!ready}
            loading={write.isPending || attach.isPending}
            leftSection={<IconSignature size={18} aria-hidden />}
            data-testid="write-send"
          >
            {t("clinic.send")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
