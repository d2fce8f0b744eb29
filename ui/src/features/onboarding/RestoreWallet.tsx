import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Running } from "@/components/TaskTray";
import { NetworkPicker } from "@/features/networks/NetworkPicker";
import { useAsk, useDo } from "@/platform/queries";
import { CustodyForm } from "./CustodyForm";
import { custodyReady, emptyCustody, secretOf } from "./custody";
import { Frame } from "./Frame";
import { WordFields } from "./WordFields";

/** Everything back from the 24 words. */
export function RestoreWallet(props: { onBack: () => void; name?: string; replaces?: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState(props.name ?? "");
  const [words, setWords] = useState<string[]>([]);
  const [network, setNetwork] = useState<string | null>(null);
  const [custody, setCustody] = useState(emptyCustody);
  const restore = useDo("wallet_restore", () => {
    setWords([]);
    void client.invalidateQueries({ queryKey: ["tasks_list"] });
  });
  const tasks = useAsk("tasks_list", {});
  const task = tasks.data?.tasks.find((one) => one.id === restore.data?.taskId);
  const typed = words.filter((word) => word !== "");
  const ready = typed.length === 24 && name.trim() !== "" && custodyReady(custody);

  if (restore.data && (!task || task.state === "running" || task.state === "done")) {
    return (
      <Frame title={t("tasks.restore")} lead={t("onboarding.restoring")}>
        {task && <Running task={task} />}
      </Frame>
    );
  }
  return (
    <Frame title={t("onboarding.restoreTitle")} lead={t("onboarding.restoreLead")} onBack={props.onBack}>
      <form
        data-testid="restore-wallet"
        onSubmit={(event) => {
          event.preventDefault();
          if (!ready) return;
          restore.mutate({
            name: name.trim(),
            network,
            words: typed,
            custody: custody.custody,
            passphrase: secretOf(custody),
            replaces: props.replaces,
          });
        }}
      >
        <Stack gap="lg">
          <WordFields words={words} onChange={setWords} />
          <Text size="sm" c="dimmed" aria-live="polite">
            {t("onboarding.restoreCount", { count: typed.length })}
          </Text>
          <TextInput
            label={t("onboarding.nameLabel")}
            value={name}
            maxLength={80}
            onChange={(event) => setName(event.currentTarget.value)}
            data-testid="wallet-name"
          />
          {!props.replaces && <NetworkPicker value={network} onChange={setNetwork} />}
          <CustodyForm value={custody} onChange={setCustody} />
          {restore.isError && <ErrorNotice error={restore.error} />}
          {task?.state === "failed" && <ErrorNotice error={task.error} />}
          <Group justify="flex-end">
            <Button type="submit" disabled={!ready} loading={restore.isPending} data-testid="restore">
              {t("onboarding.restoreStart")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Frame>
  );
}
