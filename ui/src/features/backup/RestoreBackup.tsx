import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { IconFolderOpen } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Running } from "@/components/TaskTray";
import { CustodyForm } from "@/features/onboarding/CustodyForm";
import { custodyReady, emptyCustody, secretOf } from "@/features/onboarding/custody";
import { Frame } from "@/features/onboarding/Frame";
import { host } from "@/platform";
import { useAsk, useDo } from "@/platform/queries";

/** Everything back from a backup file. */
export function RestoreBackup({ onBack, replaces }: { onBack: () => void; replaces?: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [path, setPath] = useState<string | null>(null);
  const [passphrase, setPassphrase] = useState("");
  const [custody, setCustody] = useState(emptyCustody);
  const restore = useDo("backup_restore", () => {
    setPassphrase("");
    void client.invalidateQueries({ queryKey: ["tasks_list"] });
  });
  const tasks = useAsk("tasks_list", {});
  const task = tasks.data?.tasks.find((one) => one.id === restore.data?.taskId);
  const ready = path !== null && passphrase !== "" && custodyReady(custody);
  if (restore.data && (!task || task.state === "running" || task.state === "done")) {
    return (
      <Frame title={t("tasks.restore")} lead={t("onboarding.restoring")}>
        {task && <Running task={task} />}
      </Frame>
    );
  }
  return (
    <Frame title={t("backup.restoreTitle")} lead={t("backup.restoreLead")} onBack={onBack}>
      <form
        data-testid="restore-backup"
        onSubmit={(event) => {
          event.preventDefault();
          if (!ready) return;
          restore.mutate({
            path,
            passphrase,
            custody: custody.custody,
            newSecret: secretOf(custody),
            replaces: replaces ?? null,
          });
        }}
      >
        <Stack gap="lg">
          <Group>
            <Button
              variant="default"
              leftSection={<IconFolderOpen size={18} aria-hidden />}
              onClick={() =>
                void host.pickFile(t("backup.choose")).then((picked) => picked && setPath(picked))
              }
              data-testid="backup-choose"
            >
              {t("backup.choose")}
            </Button>
            {path !== null && (
              <Text size="sm">{t("backup.chosen", { name: path.split(/[\\/]/).at(-1) ?? path })}</Text>
            )}
          </Group>
          <PasswordInput
            label={t("backup.filePassphrase")}
            value={passphrase}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
            autoComplete="off"
            data-testid="backup-passphrase"
          />
          <CustodyForm value={custody} onChange={setCustody} />
          {restore.isError && <ErrorNotice error={restore.error} />}
          {task?.state === "failed" && <ErrorNotice error={task.error} />}
          <Group justify="flex-end">
            <Button type="submit" disabled={!ready} loading={restore.isPending} data-testid="backup-restore">
              {t("backup.start")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Frame>
  );
}
