import { Button, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserQuestion } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { PersonView } from "@/bindings/PersonView";
import { useAsk } from "@/platform/queries";
import { AskDialog } from "./AskDialog";
import { OutgoingRequest } from "./RequestCard";

/** Asks a patient for more. */
export function AskButton({ person, appointmentId }: { person: PersonView; appointmentId?: string }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconUserQuestion size={18} aria-hidden />}
        onClick={open}
        data-testid="ask-open"
      >
        {t("requests.askOpen")}
      </Button>
      <AskDialog opened={opened} onClose={close} person={person} appointmentId={appointmentId} />
    </>
  );
}

/** What was asked of one patient, and what became of it. */
export function AskedOf({ personId }: { personId: string }) {
  const { t } = useTranslation();
  const list = useAsk("requests_list", {});
  const asked = (list.data?.requests ?? []).filter((one) => one.outgoing && one.person.id === personId);
  if (asked.length === 0) return null;
  return (
    <Stack gap={4} data-testid="asked-of">
      <Text fw={650}>{t("requests.mine")}</Text>
      <div className="ck-rows">
        {asked.slice(0, 3).map((request) => (
          <OutgoingRequest key={request.id} request={request} />
        ))}
      </div>
    </Stack>
  );
}
