import { Alert, Button, Group, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RecoverySheet } from "@/features/security/RecoverySheet";
import { useDo } from "@/platform/queries";
import { Frame } from "./Frame";
import { forgetWords, pendingWords } from "./words";

/** Shows the 24 words once, then asks for three of them. */
export function ConfirmWords({ name }: { name: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [pending] = useState(pendingWords);
  const [written, setWritten] = useState(false);
  const [typed, setTyped] = useState<string[]>([]);
  const confirm = useDo("wallet_confirm_words", (session) => {
    forgetWords();
    client.setQueryData(["session_state", {}], session);
  });
  const close = useDo("profile_close", (session) => {
    forgetWords();
    client.setQueryData(["session_state", {}], session);
  });
  const abandon = () => close.mutate({});

  if (!pending) {
    return (
      <Frame title={t("onboarding.wordsTitle")} onBack={abandon}>
        <Alert color="amber">{t("errors.wordsMismatch.todo")}</Alert>
      </Frame>
    );
  }
  if (!written) {
    return (
      <Frame title={t("onboarding.wordsTitle")} lead={t("onboarding.wordsLead")} onBack={abandon}>
        <RecoverySheet words={pending.words} name={name}>
          <Button onClick={() => setWritten(true)} data-testid="words-written">
            {t("onboarding.wordsWritten")}
          </Button>
        </RecoverySheet>
      </Frame>
    );
  }
  const ready = pending.confirm.every((_place, index) => (typed[index] ?? "").trim() !== "");
  return (
    <Frame
      title={t("onboarding.confirmTitle")}
      lead={t("onboarding.confirmLead")}
      onBack={() => setWritten(false)}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) confirm.mutate({ words: typed.map((word) => word.trim().toLowerCase()) });
        }}
      >
        <Stack>
          {pending.confirm.map((place, index) => (
            <TextInput
              key={place}
              label={t("onboarding.wordNumber", { n: place })}
              value={typed[index] ?? ""}
              onChange={(event) => {
                const word = event.currentTarget.value;
                setTyped((old) =>
                  pending.confirm.map((_place, at) => (at === index ? word : (old[at] ?? ""))),
                );
              }}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              data-testid={`word-${place}`}
            />
          ))}
          {confirm.isError && <ErrorNotice error={confirm.error} />}
          <Group justify="flex-end">
            <Button type="submit" disabled={!ready} loading={confirm.isPending} data-testid="words-confirm">
              {t("app.next")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Frame>
  );
}
