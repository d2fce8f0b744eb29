import { Button, Group, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAddressBook } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useOpenSession } from "@/app/session";
import { CopyValue } from "@/components/CopyValue";
import { MyCardDialog } from "@/features/grants/ContactCards";

/** What others need to find me, and where my key lies. */
export function MeSettings() {
  const { t } = useTranslation();
  const { participantId } = useOpenSession();
  const [showing, card] = useDisclosure(false);
  return (
    <Stack>
      {participantId && <CopyValue label={t("settings.id")} value={participantId} />}
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
      <MyCardDialog opened={showing} onClose={card.close} />
    </Stack>
  );
}
