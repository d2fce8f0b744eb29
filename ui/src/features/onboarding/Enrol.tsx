import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SessionView } from "@/bindings/SessionView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useDo } from "@/platform/queries";
import { Frame } from "./Frame";

/** The code from the hospital's front desk. */
export function Enrol({ session }: { session: SessionView }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const take = (next: SessionView) => client.setQueryData(["session_state", {}], next);
  const enrol = useDo("wallet_enrol", take);
  const close = useDo("profile_close", take);
  return (
    <Frame
      title={t("onboarding.codeTitle")}
      lead={[session.profile?.name, t("onboarding.codeLead")].filter(Boolean).join(": ")}
      onBack={() => close.mutate({})}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          enrol.mutate({ code });
        }}
      >
        <Stack>
          <TextInput
            label={t("onboarding.codeLabel")}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
            data-testid="enrol-code"
          />
          {enrol.isError && <ErrorNotice error={enrol.error} />}
          <Group justify="flex-end">
            <Button type="submit" disabled={code.trim() === ""} loading={enrol.isPending} data-testid="enrol">
              {t("onboarding.register")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Frame>
  );
}
