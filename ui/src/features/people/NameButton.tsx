import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPencil } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { PersonView } from "@/bindings/PersonView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useDo } from "@/platform/queries";

/** What I call somebody: "Mum". Only I see it. */
export function NameButton({ person }: { person: PersonView }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPencil size={18} aria-hidden />}
        onClick={open}
        data-testid="person-rename"
      >
        {t(person.nickname ? "people.renameAgain" : "people.rename")}
      </Button>
      <Modal opened={opened} onClose={close} title={t("people.renameTitle", { name: person.name })}>
        {opened && <NameForm person={person} onClose={close} />}
      </Modal>
    </>
  );
}

function NameForm({ person, onClose }: { person: PersonView; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState(person.nickname ?? "");
  const rename = useDo("person_rename", () => {
    for (const asked of ["person_show", "contacts_list", "directory_list"]) {
      void client.invalidateQueries({ queryKey: [asked] });
    }
    onClose();
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        rename.mutate({ personId: person.id, nickname: name.trim() || null });
      }}
    >
      <Stack>
        <TextInput
          label={t("people.nickname")}
          description={t("people.nicknameHint")}
          value={name}
          maxLength={40}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          data-testid="person-nickname"
        />
        {rename.isError && <ErrorNotice error={rename.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Button type="submit" loading={rename.isPending} data-testid="person-nickname-save">
            {t("people.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
