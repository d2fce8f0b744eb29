import { ActionIcon, Button, Checkbox, Group, Menu, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDots, IconPencil, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ProfileView } from "@/bindings/ProfileView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useDo } from "@/platform/queries";

/** Another name here, or away from this computer. */
export function ProfileMenu({ profile }: { profile: ProfileView }) {
  const { t } = useTranslation();
  const [renaming, rename] = useDisclosure(false);
  const [removing, remove] = useDisclosure(false);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon
            className="ck-profile-menu"
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t("start.more", { name: profile.name })}
            data-testid={`profile-${profile.id}-menu`}
          >
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconPencil size={16} aria-hidden />}
            onClick={rename.open}
            data-testid="profile-rename"
          >
            {t("start.rename")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={remove.open}
            data-testid="profile-remove"
          >
            {t("start.remove")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={renaming} onClose={rename.close} title={t("start.renameTitle")}>
        <Rename profile={profile} onDone={rename.close} />
      </Modal>
      <Modal
        opened={removing}
        onClose={remove.close}
        title={t("start.removeTitle", { name: profile.name })}
        size="lg"
      >
        <Remove profile={profile} onDone={remove.close} />
      </Modal>
    </>
  );
}

function Rename({ profile, onDone }: { profile: ProfileView; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState(profile.name);
  const rename = useDo("profile_rename", (list) => {
    client.setQueryData(["profiles_list", {}], list);
    onDone();
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        rename.mutate({ profileId: profile.id, name: name.trim() });
      }}
    >
      <Stack>
        <TextInput
          label={t("onboarding.nameLabel")}
          description={t("start.renameHint")}
          value={name}
          maxLength={64}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          data-testid="rename-name"
        />
        {rename.isError && <ErrorNotice error={rename.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {t("app.cancel")}
          </Button>
          <Button type="submit" loading={rename.isPending} data-testid="rename-save">
            {t("security.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Remove({ profile, onDone }: { profile: ProfileView; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [sure, setSure] = useState(false);
  const remove = useDo("profile_remove", (list) => {
    onDone();
    client.setQueryData(["profiles_list", {}], list);
  });
  return (
    <Stack>
      <Text>{t("start.removeText", { name: profile.name })}</Text>
      <Checkbox
        label={t("start.removeSure")}
        checked={sure}
        onChange={(event) => setSure(event.currentTarget.checked)}
        data-testid="remove-sure"
      />
      {remove.isError && <ErrorNotice error={remove.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone} data-autofocus>
          {t("app.cancel")}
        </Button>
        <Button
          color="red"
          disabled={!sure}
          loading={remove.isPending}
          onClick={() => remove.mutate({ profileId: profile.id })}
          data-testid="remove-confirm"
        >
          {t("start.removeDo")}
        </Button>
      </Group>
    </Stack>
  );
}
