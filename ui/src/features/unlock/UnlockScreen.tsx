import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { IconLockOpen } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SessionView } from "@/bindings/SessionView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Frame } from "@/features/onboarding/Frame";
import { useDo } from "@/platform/queries";

/** Opens the keys again: by key store, or by passphrase. */
export function UnlockScreen({ session }: { session: SessionView }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [passphrase, setPassphrase] = useState("");
  const take = (next: SessionView) => client.setQueryData(["session_state", {}], next);
  const unlock = useDo("profile_unlock", (next) => {
    setPassphrase("");
    take(next);
  });
  const close = useDo("profile_close", take);
  const byPassphrase = session.profile?.custody === "passphrase";
  return (
    <Frame title={t("unlock.title", { name: session.profile?.name ?? "" })} onBack={() => close.mutate({})}>
      <form
        data-testid="unlock"
        onSubmit={(event) => {
          event.preventDefault();
          unlock.mutate({ passphrase: byPassphrase ? passphrase : null });
        }}
      >
        <Stack>
          <Text>{t(byPassphrase ? "unlock.passphrase" : "unlock.keyring")}</Text>
          {byPassphrase && (
            <PasswordInput
              label={t("onboarding.passphraseLabel")}
              value={passphrase}
              onChange={(event) => setPassphrase(event.currentTarget.value)}
              autoComplete="current-password"
              data-autofocus
              data-testid="unlock-passphrase"
            />
          )}
          {unlock.isError && <ErrorNotice error={unlock.error} />}
          <Group justify="flex-end">
            <Button
              type="submit"
              leftSection={<IconLockOpen size={18} aria-hidden />}
              loading={unlock.isPending}
              disabled={byPassphrase && passphrase === ""}
              data-testid="unlock-open"
            >
              {t("unlock.open")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Frame>
  );
}
