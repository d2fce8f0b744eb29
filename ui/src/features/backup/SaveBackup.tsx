import { Button, Group, Modal, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDeviceFloppy } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "@/app/locale";
import type { SecurityView } from "@/bindings/SecurityView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { PASSPHRASE_MIN } from "@/features/onboarding/custody";
import { SecretField } from "@/features/security/SecretField";
import { host } from "@/platform";
import { useDo } from "@/platform/queries";

/** One file with everything, under a passphrase of its own. */
export function SaveBackup({ security, name }: { security: SecurityView; name: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [opened, dialog] = useDisclosure(false);
  const [secret, setSecret] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const close = () => {
    setSecret("");
    setPassphrase("");
    setAgain("");
    dialog.close();
  };
  const save = useDo("backup_save", () => {
    close();
    void client.invalidateQueries({ queryKey: ["tasks_list"] });
  });
  const ready =
    passphrase.length >= PASSPHRASE_MIN &&
    passphrase === again &&
    (security.custody === "keyring" || secret !== "");
  const start = async () => {
    const path = await host.pickSavePath(t("backup.choosePlace"), t("backup.fileName", { name }));
    if (path === null) return;
    save.mutate({ path, secret: security.custody === "keyring" ? null : secret, passphrase });
  };
  return (
    <section>
      <Title order={2} size="h3" mb="xs">
        {t("backup.title")}
      </Title>
      <Stack>
        <Text size="sm" c="dimmed">
          {t("backup.lead")}
        </Text>
        <Text size="sm" data-testid="backup-last">
          {security.backedUp === null
            ? t("backup.never")
            : t("backup.last", { at: moment(security.backedUp) })}
        </Text>
        <Button
          variant="default"
          w="fit-content"
          leftSection={<IconDeviceFloppy size={18} aria-hidden />}
          onClick={dialog.open}
          data-testid="backup-open"
        >
          {t("backup.save")}
        </Button>
      </Stack>
      <Modal opened={opened} onClose={close} title={t("backup.save")} size="lg">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) void start();
          }}
        >
          <Stack>
            <SecretField custody={security.custody} value={secret} onChange={setSecret} />
            <PasswordInput
              label={t("backup.filePassphrase")}
              description={t("backup.passphraseHint")}
              value={passphrase}
              onChange={(event) => setPassphrase(event.currentTarget.value)}
              error={
                passphrase !== "" && passphrase.length < PASSPHRASE_MIN && t("onboarding.passphraseShort")
              }
              autoComplete="new-password"
              data-testid="backup-passphrase"
            />
            <PasswordInput
              label={t("onboarding.passphraseAgain")}
              value={again}
              onChange={(event) => setAgain(event.currentTarget.value)}
              error={again !== "" && again !== passphrase && t("onboarding.passphraseDiffers")}
              autoComplete="new-password"
              data-testid="backup-passphrase-again"
            />
            {save.isError && <ErrorNotice error={save.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t("app.cancel")}
              </Button>
              <Button type="submit" disabled={!ready} loading={save.isPending} data-testid="backup-save">
                {t("backup.choosePlace")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </section>
  );
}
