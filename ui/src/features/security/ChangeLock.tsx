import { Alert, Button, Group, Modal, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCheck } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SecurityView } from "@/bindings/SecurityView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { CustodyForm } from "@/features/onboarding/CustodyForm";
import { custodyReady, emptyCustody, secretOf } from "@/features/onboarding/custody";
import { useDo } from "@/platform/queries";
import { SecretField } from "./SecretField";

/** What opens the profile now, and another choice. */
export function ChangeLock({ security }: { security: SecurityView }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [opened, dialog] = useDisclosure(false);
  const [secret, setSecret] = useState("");
  const [choice, setChoice] = useState(emptyCustody);
  const change = useDo("security_change", (view) => {
    client.setQueryData(["security_get", {}], view);
    close();
  });
  const close = () => {
    setSecret("");
    setChoice(emptyCustody);
    dialog.close();
  };
  const ready = custodyReady(choice) && (security.custody === "keyring" || secret !== "");
  return (
    <section>
      <Title order={2} size="h3" mb="xs">
        {t("security.lockTitle")}
      </Title>
      <Text fw={600} data-testid="custody-now" data-custody={security.custody}>
        {t(`security.${security.custody}`)}
      </Text>
      <Text size="sm" c="dimmed" mb="sm">
        {t(`security.${security.custody}Hint`)}
      </Text>
      {change.data && (
        <Alert
          color={change.data.leftover ? "amber" : "teal"}
          icon={<IconCheck aria-hidden />}
          mb="sm"
          role="status"
          data-testid="custody-changed"
        >
          {t("security.changed", { what: t(`security.${change.data.custody}`) })}{" "}
          {change.data.leftover && t("security.leftover")}
        </Alert>
      )}
      <Button variant="default" onClick={dialog.open} data-testid="custody-change">
        {t("security.change")}
      </Button>
      <Modal opened={opened} onClose={close} title={t("security.changeTitle")} size="lg">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!ready) return;
            change.mutate({
              secret: security.custody === "keyring" ? null : secret,
              custody: choice.custody,
              newSecret: secretOf(choice),
            });
          }}
        >
          <Stack>
            <SecretField custody={security.custody} value={secret} onChange={setSecret} />
            <CustodyForm value={choice} onChange={setChoice} label={t("security.changeTitle")} />
            {change.isError && <ErrorNotice error={change.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t("app.cancel")}
              </Button>
              <Button type="submit" disabled={!ready} loading={change.isPending} data-testid="custody-save">
                {t("security.save")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </section>
  );
}
