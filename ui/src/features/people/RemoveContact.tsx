import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserMinus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { PersonView } from "@/bindings/PersonView";
import { ErrorNotice } from "@/components/ErrorNotice";
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
      <Modal
        opened={opened}
        onClose={close}
        title={t("people.removeTitle", { name: person.name })}
        closeButtonProps={{ "aria-label": t("app.close") }}
      >
        <Stack>
          <Text>{t(reads ? "people.removeReads" : "people.removeLead", { name: person.name })}</Text>
          {remove.isError && <ErrorNotice error={remove.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("app.cancel")}
            </Button>
            <Button
              color="red"
              loading={remove.isPending}
              onClick={() => remove.mutate({ personId: person.id })}
              data-testid="contact-remove-confirm"
            >
              {t("people.remove")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
