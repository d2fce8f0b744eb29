import { Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserMinus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { PersonView } from "@/bindings/PersonView";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { useDo } from "@/platform/queries";

/** Takes somebody out of the people one added. What they can read is another matter, and said. */
export function RemoveContact({ person, reads }: { person: PersonView; reads: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure(false);
  const remove = useDo("contacts_remove", () => {
    for (const asked of ["person_show", "contacts_list", "grants_list"]) {
      void client.invalidateQueries({ queryKey: [asked] });
    }
    close();
    void navigate({ to: "/people" });
  });
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconUserMinus size={18} aria-hidden />}
        onClick={open}
        data-testid="contact-remove"
      >
        {t("people.remove")}
      </Button>
      <ConfirmDialog
        opened={opened}
        onClose={close}
        title={t("people.removeTitle", { name: person.name })}
        sure={t("people.remove")}
        doing={remove}
        onSure={() => remove.mutate({ personId: person.id })}
        data-testid="contact-remove-dialog"
      >
        <Text>{t(reads ? "people.removeReads" : "people.removeLead", { name: person.name })}</Text>
      </ConfirmDialog>
    </>
  );
}
