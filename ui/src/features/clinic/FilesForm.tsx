import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconSignature } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { CallError, host } from "@/platform";
import { useDo } from "@/platform/queries";
import { type Draft, isReady, looked, withFiles } from "./drafts";
import { FileList } from "./FileList";

/** Many files for one patient: looked at, titled, signed and sent one after the other. */
export function FilesForm({ patient, name }: { patient: string | null; name: string }) {
  const { t } = useTranslation();
  const [drafts, setDrafts] = useState<Draft[]>([]);
  const [sending, setSending] = useState(false);

  const change = (path: string, part: Partial<Draft>) =>
    setDrafts((all) => all.map((one) => (one.path === path ? { ...one, ...part } : one)));
  const refuse = (path: string, thrown: unknown) =>
    change(path, { stage: { at: "refused", error: CallError.from(thrown).view } });

  const take = async (paths: string[]) => {
    const added = withFiles(drafts, paths).slice(drafts.length);
    setDrafts((all) => withFiles(all, paths));
    for (const { path } of added) {
      try {
        const found = await host.call("file_inspect", { path });
        setDrafts((all) => all.map((one) => (one.path === path ? looked(one, found) : one)));
      } catch (thrown) {
        refuse(path, thrown);
      }
    }
  };

  const folder = useDo("folder_list", ({ paths }) => void take(paths));
  const choose = async () => take(await host.pickFiles(t("clinic.chooseFiles")));
  const chooseFolder = async () => {
    const path = await host.pickFolder(t("clinic.chooseFolder"));
    if (path !== null) folder.mutate({ path });
  };

  const ready = drafts.filter(isReady);
  const send = async () => {
    if (patient === null) return;
    setSending(true);
    for (const { path, title, collection } of ready) {
      try {
        const started = await host.call("clinic_attach", {
          patientId: patient,
          path,
          title: title.trim(),
          collection,
        });
        change(path, { stage: { at: "sending", taskId: started.taskId } });
      } catch (thrown) {
        refuse(path, thrown);
      }
    }
    setSending(false);
  };

  return (
    <Stack>
      <FileList
        drafts={drafts}
        name={name}
        choose={choose}
        chooseFolder={chooseFolder}
        change={change}
        remove={(path) => setDrafts((all) => all.filter((one) => one.path !== path))}
      />
      {folder.isError && <ErrorNotice error={folder.error} />}
      {folder.data?.more && <Alert color="amber">{t("clinic.moreFiles")}</Alert>}
      {ready.length > 0 && patient !== null && (
        <Text size="sm">{t("clinic.filesFor", { count: ready.length, name })}</Text>
      )}
      <Group justify="flex-end">
        <Button
          onClick={send}
          disabled={patient === null || ready.length === 0}
          loading={sending}
          leftSection={<IconSignature size={18} aria-hidden />}
          data-testid="write-send"
        >
          {t("clinic.sendFiles", { count: ready.length })}
        </Button>
      </Group>
    </Stack>
  );
}
