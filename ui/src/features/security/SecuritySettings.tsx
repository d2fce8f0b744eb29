import { Anchor, Divider, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useOpenSession } from "@/app/session";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RowSkeletons } from "@/components/Page";
import { SaveBackup } from "@/features/backup/SaveBackup";
import { useAsk } from "@/platform/queries";
import { AutoLock } from "./AutoLock";
import { ChangeLock } from "./ChangeLock";
import { LostSteps } from "./LostSteps";
import { RecoveryWords } from "./RecoveryWords";

/** What opens this profile, when it locks, and the ways back. */
export function SecuritySettings() {
  const { t } = useTranslation();
  const { profile } = useOpenSession();
  const security = useAsk("security_get", {});
  const [lostOpen, lost] = useDisclosure(false);
  if (profile.sample) return <Text c="dimmed">{t("security.sample")}</Text>;
  if (security.isError) return <ErrorNotice error={security.error} retry={() => security.refetch()} />;
  if (!security.data) return <RowSkeletons rows={4} />;
  return (
    <Stack gap="lg" data-testid="security">
      <ChangeLock security={security.data} />
      <Divider />
      <AutoLock security={security.data} />
      <Divider />
      <SaveBackup security={security.data} name={profile.name} />
      <Divider />
      <RecoveryWords custody={security.data.custody} name={profile.name} />
      <Divider />
      <Anchor component="button" type="button" onClick={lost.open} w="fit-content" data-testid="lost-open">
        {t("lost.link")}
      </Anchor>
      <Modal opened={lostOpen} onClose={lost.close} title={t("lost.title")} size="lg">
        <LostSteps isOpen />
      </Modal>
    </Stack>
  );
}
