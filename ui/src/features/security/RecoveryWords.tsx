import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Custody } from "@/bindings/Custody";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useDo } from "@/platform/queries";
import { RecoverySheet } from "./RecoverySheet";
import { SecretField } from "./SecretField";

/** The 24 words once more, for whoever can open the profile. */
export function RecoveryWords({ custody, name }: { custody: Custody; name: string }) {
  const { t } = useTranslation();
  const [secret, setSecret] = useState("");
  const show = useDo("security_words", () => setSecret(""));
  return (
    <section>
      <Title order={2} size="h3" mb="xs">
        {t("security.wordsTitle")}
      </Title>
      {show.data ? (
        <RecoverySheet words={show.data.words} name={name}>
          <Button variant="default" onClick={() => show.reset()} data-testid="words-hide">
            {t("security.wordsHide")}
          </Button>
        </RecoverySheet>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            show.mutate({ secret: custody === "keyring" ? null : secret });
          }}
        >
          <Stack>
            <Text size="sm" c="dimmed">
              {t("security.wordsLead")}
            </Text>
            <SecretField custody={custody} value={secret} onChange={setSecret} />
            {show.isError && <ErrorNotice error={show.error} />}
            <Group>
              <Button
                type="submit"
                variant="default"
                loading={show.isPending}
                disabled={custody !== "keyring" && secret === ""}
                data-testid="words-show"
              >
                {t("security.wordsShow")}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </section>
  );
}
