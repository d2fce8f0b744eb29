import { Button, Group, Modal, Paper, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { bytes } from "@/app/locale";
import type { Collection } from "@/bindings/Collection";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RecordIcon } from "@/components/RecordRows";
import { host } from "@/platform";
import { useDo } from "@/platform/queries";
import { COLLECTIONS } from "./collections";

/** Adds a file of one's own. Its progress goes on in the corner of the window. */
export function ImportDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("records.addTitle")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      {opened && <ImportForm onClose={onClose} />}
    </Modal>
  );
}

function ImportForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [path, setPath] = useState<string | null>(null);
  const [title, setTitle] = useState("");
  const [collection, setCollection] = useState<Collection>("general");
  const inspect = useDo("file_inspect", (file) => {
    setTitle(file.title);
    setCollection(file.collection);
  });
  const add = useDo("record_import", onClose);
  const choose = async () => {
    const chosen = await host.pickFile(t("records.choose"));
    if (!chosen) return;
    setPath(chosen);
    inspect.mutate({ path: chosen });
  };
  const file = inspect.data;
  return (
    <form
      data-testid="import-dialog"
      onSubmit={(event) => {
        event.preventDefault();
        if (path) add.mutate({ path, title: title.trim(), collection });
      }}
    >
      <Stack>
        <Text>{t("records.addLead")}</Text>
        <Button
          variant="default"
          leftSection={<IconFileUpload size={18} aria-hidden />}
          onClick={choose}
          loading={inspect.isPending}
          data-testid="import-choose"
        >
          {t("records.choose")}
        </Button>
        {inspect.isError && <ErrorNotice error={inspect.error} />}
        {file && (
          <>
            <Paper withBorder p="sm" radius="md">
              <Group wrap="nowrap">
                <RecordIcon kind={file.kind} />
                <div className="ck-grow">
                  <Text truncate>{file.name}</Text>
                  <Text size="sm" c="dimmed">
                    {t("records.size", { size: bytes(file.size), kind: t(`kind.${file.kind}`) })}
                  </Text>
                </div>
              </Group>
            </Paper>
            <TextInput
              label={t("records.titleLabel")}
              value={title}
              maxLength={120}
              onChange={(event) => setTitle(event.currentTarget.value)}
              data-testid="import-title"
            />
            <CollectionSelect value={collection} onChange={setCollection} />
          </>
        )}
        {add.isError && <ErrorNotice error={add.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Button
            type="submit"
            disabled={!file || title.trim() === ""}
            loading={add.isPending}
            data-testid="import-confirm"
          >
            {t("records.addGo")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function CollectionSelect(props: {
  value: Collection;
  onChange: (value: Collection) => void;
  description?: string;
}) {
  const { t } = useTranslation();
  return (
    <Select
      label={t("records.collectionLabel")}
      description={props.description}
      data={COLLECTIONS.map((one) => ({ value: one, label: t(`collection.${one}`) }))}
      value={props.value}
      onChange={(value) => value && props.onChange(value)}
      allowDeselect={false}
      data-testid="collection-select"
    />
  );
}
