import { Card, Grid, Group, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { IconCircleCheckFilled, IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { brief } from "@/app/locale";
import type { WrittenRow } from "@/bindings/WrittenRow";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Empty, Page, Panel, RowSkeletons } from "@/components/Page";
import { StateSteps } from "@/features/grants/StateSteps";
import { useAsk } from "@/platform/queries";
import { FilesForm } from "./FilesForm";
import { NoteForm } from "./NoteForm";

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
        {row.state.state === "confirmed" ? (
          <Group gap={6} wrap="nowrap">
            <IconCircleCheckFilled size={18} color="var(--ck-good)" aria-hidden />
            <Text size="sm">{t("grants.confirmedAt", { time: brief(row.state.at) })}</Text>
          </Group>
        ) : (
          <StateSteps state={row.state.state} />
        )}
      </Stack>
    </div>
  );
}

function WriteForm({ patientId }: { patientId?: string }) {
  const { t } = useTranslation();
  const recipients = useAsk("clinic_recipients", {});
  const [patient, setPatient] = useState<string | null>(patientId ?? null);
  const [form, setForm] = useState<"note" | "file">("note");
  const people = recipients.data?.people ?? [];
  const known = people.find((person) => person.id === patient);
  const to = { patient: known?.id ?? null, name: known?.name ?? "" };
  return (
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
        disabled={recipients.isPending}
        nothingFoundMessage={t("clinic.patientNone")}
        data-testid="write-patient"
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
        <NoteForm {...to} />
      ) : (
        // Files chosen for one patient are never sent to another by changing the name above.
        <FilesForm key={patient ?? ""} {...to} />
      )}
    </Stack>
  );
}
