import { Button, Group, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconSignature } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Collection } from "@/bindings/Collection";
import { CollectionSelect } from "@/components/CollectionSelect";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useDo } from "@/platform/queries";
import { TEMPLATES, type Template } from "./templates";

/** A note in the clinician's words, begun from a template if they like. */
export function NoteForm({ patient, name }: { patient: string | null; name: string }) {
  const { t } = useTranslation();
  const [template, setTemplate] = useState<Template | null>(null);
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const [collection, setCollection] = useState<Collection>("general");
  const write = useDo("clinic_write", () => {
    notifications.show({ message: t("clinic.sent", { title: title.trim(), name }) });
    setTemplate(null);
    setTitle("");
    setText("");
  });
  const ready = patient !== null && title.trim() !== "" && text.trim() !== "";
  // What was written by hand is never replaced: a template only fills what is empty or still another template's.
  const isUntouched =
    text.trim() === "" || TEMPLATES.some((one) => text === t(`clinic.template.${one}.text`));
  const begin = (chosen: Template) => {
    setTemplate(chosen);
    setTitle(t(`clinic.template.${chosen}.title`));
    setText(t(`clinic.template.${chosen}.text`));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !write.isPending) {
          write.mutate({
            patientId: patient,
            title: title.trim(),
            text,
            collection,
            advice: template === "advice",
          });
        }
      }}
    >
      <Stack>
        <Select
          label={t("clinic.templateLabel")}
          placeholder={t("clinic.templateNone")}
          description={isUntouched ? undefined : t("clinic.templateKept")}
          data={TEMPLATES.map((one) => ({ value: one, label: t(`clinic.template.${one}.title`) }))}
          value={template}
          onChange={(value) => value !== null && begin(value as Template)}
          disabled={!isUntouched}
          data-testid="write-template"
        />
        <TextInput
          label={t("clinic.titleLabel")}
          placeholder={t("clinic.titlePlaceholder")}
          value={title}
          maxLength={120}
          onChange={(event) => setTitle(event.currentTarget.value)}
          data-testid="write-title"
        />
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
        <CollectionSelect
          value={collection}
          onChange={setCollection}
          description={t("clinic.collectionHint")}
        />
        {write.isError && <ErrorNotice error={write.error} />}
        <Group justify="flex-end">
          <Button
            type="submit"
            disabled={!ready}
            loading={write.isPending}
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
