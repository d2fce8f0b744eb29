import { Alert, Anchor, Button, Divider, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { IconClockPause, IconLockOpen } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SessionView } from "@/bindings/SessionView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Frame } from "@/features/onboarding/Frame";
import { intend } from "@/features/start/intent";
import { useDo } from "@/platform/queries";
import { useCountdown } from "./countdown";

const TROUBLES = [
  "keyringLocked",
  "keyringMissing",
  "keyringEntryMissing",
  "keysOfAnother",
  "vaultDamaged",
] as const;
type Trouble = (typeof TROUBLES)[number];

/** Opens the keys again; says what stands in the way, and offers what leads on. */
export function UnlockScreen({ session }: { session: SessionView }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const take = (next: SessionView) => client.setQueryData(["session_state", {}], next);
  const ask = () => void client.invalidateQueries({ queryKey: ["session_state"] });
  const unlock = useDo("profile_unlock", take);
  const close = useDo("profile_close", take);
  const wait = useCountdown(session.lock?.wait ?? 0, ask);
  const custody = session.profile?.custody ?? "keyring";
  const trouble = TROUBLES.find((one) => one === session.lock?.trouble);
  const open = (passphrase: string | null) => {
    setTyped("");
    unlock.mutate({ passphrase }, { onError: ask });
  };
  const leadOn = (task: "restore" | "backup" | "lost") => {
    intend({ task, name: session.profile?.name ?? "", replaces: session.profile?.id });
    close.mutate({});
  };
  // A PIN is typed although its key store is locked: that is what asks for the key store's own password.
  const asksToType =
    custody !== "keyring" && (!trouble || (custody === "pin" && trouble === "keyringLocked"));
  const triesLeft = session.lock?.triesLeft ?? 5;

  return (
    <Frame
      title={
        trouble ? t(`unlock.${trouble}.title`) : t("unlock.title", { name: session.profile?.name ?? "" })
      }
      onBack={() => close.mutate({})}
    >
      <Stack data-testid="unlock" data-trouble={trouble ?? ""}>
        {trouble && <Text>{explain(trouble)}</Text>}
        {asksToType ? (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (typed !== "" && wait === null) open(typed);
            }}
          >
            <Stack>
              {!trouble && <Text>{t(custody === "pin" ? "unlock.pin" : "unlock.passphrase")}</Text>}
              {wait !== null ? (
                <Alert
                  color="amber"
                  icon={<IconClockPause aria-hidden />}
                  title={t("unlock.waitTitle")}
                  role="alert"
                  data-testid="unlock-wait"
                >
                  {t("unlock.wait", { time: wait })}
                </Alert>
              ) : (
                unlock.isError && <ErrorNotice error={unlock.error} />
              )}
              <PasswordInput
                label={t(custody === "pin" ? "unlock.pinLabel" : "unlock.passphraseLabel")}
                value={typed}
                onChange={(event) => setTyped(event.currentTarget.value)}
                inputMode={custody === "pin" ? "numeric" : "text"}
                autoComplete={custody === "pin" ? "off" : "current-password"}
                disabled={wait !== null}
                description={
                  wait === null &&
                  (session.lock?.wrongTries ?? 0) > 1 &&
                  t("unlock.triesLeft", { count: triesLeft })
                }
                ref={(input) => input?.focus()}
                data-testid="unlock-passphrase"
              />
              <Group justify="flex-end">
                <Button
                  type="submit"
                  leftSection={<IconLockOpen size={18} aria-hidden />}
                  loading={unlock.isPending}
                  disabled={typed === "" || wait !== null}
                  data-testid="unlock-open"
                >
                  {t("unlock.open")}
                </Button>
              </Group>
            </Stack>
          </form>
        ) : (
          <>
            {!trouble && <Text>{t("unlock.keyring")}</Text>}
            {unlock.isError && !trouble && <ErrorNotice error={unlock.error} />}
            <Group justify="flex-end">
              <Button
                leftSection={<IconLockOpen size={18} aria-hidden />}
                loading={unlock.isPending}
                onClick={() => open(null)}
                data-testid="unlock-open"
              >
                {t(trouble ? `unlock.${trouble}.act` : "unlock.open")}
              </Button>
            </Group>
          </>
        )}
        {!session.profile?.sample && (
          <>
            <Divider label={t("unlock.ways")} labelPosition="left" />
            <Stack gap="xs" align="flex-start">
              <Anchor
                component="button"
                type="button"
                onClick={() => leadOn("restore")}
                data-testid="unlock-words"
              >
                {t("unlock.waysWords")}
              </Anchor>
              <Anchor
                component="button"
                type="button"
                onClick={() => leadOn("backup")}
                data-testid="unlock-backup"
              >
                {t("unlock.waysBackup")}
              </Anchor>
              <Anchor
                component="button"
                type="button"
                onClick={() => leadOn("lost")}
                data-testid="unlock-lost"
              >
                {t("unlock.waysLost")}
              </Anchor>
            </Stack>
          </>
        )}
      </Stack>
    </Frame>
  );

  function explain(what: Trouble) {
    const login = session.lock?.login;
    if (what === "keysOfAnother" && login) return t("unlock.keysOfAnother.textLogin", { login });
    return t(`unlock.${what}.text`);
  }
}
