import { Button, Card, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAddressBook } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useOpenSession } from "@/app/session";
import { CopyValue, PlainValue } from "@/components/CopyValue";
import { Page, Panel } from "@/components/Page";
import { MyCardDialog } from "@/features/grants/ContactCards";
import { LookSettings } from "./LookSettings";

/** Language, looks, and what others need to find me. */
export function SettingsPage() {
  const { t } = useTranslation();
  const { profile, participantId } = useOpenSession();
  const [showing, card] = useDisclosure(false);
  return (
    <Page title={t("settings.title")}>
      <Card maw={640}>
        <LookSettings />
      </Card>
      <div className="ck-narrow">
        <Panel title={t("settings.me")}>
          <Stack px="xs">
            {participantId && <CopyValue label={t("settings.id")} value={participantId} />}
            <PlainValue
              label={t("settings.custody")}
              value={t(
                profile.custody === "keyring" ? "settings.custodyKeyring" : "settings.custodyPassphrase",
              )}
            />
            <Text size="sm" c="dimmed">
              {t("settings.words")}
            </Text>
            <Group>
              <Button
                variant="default"
                leftSection={<IconAddressBook size={18} aria-hidden />}
                onClick={card.open}
                data-testid="contact-card-open"
              >
                {t("grants.myCard")}
              </Button>
            </Group>
          </Stack>
        </Panel>
      </div>
      <MyCardDialog opened={showing} onClose={card.close} />
    </Page>
  );
}
