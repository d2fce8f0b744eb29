import { Alert, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { RecordView } from "@/bindings/RecordView";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { useAsk, useDo } from "@/platform/queries";

/** Says what erasing does and what remains, before it is done. */
export function EraseDialog({
  view,
  opened,
  onClose,
}: {
  view: RecordView;
  opened: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const network = useAsk("network_state", {}, { enabled: opened });
  const { title, id } = view.row;
  const erase = useDo("record_erase", () => {
    notifications.show({ message: t("entries.erased", { title }) });
    void client.invalidateQueries({ queryKey: ["records_list"] });
    void client.invalidateQueries({ queryKey: ["home_summary"] });
    void navigate({ to: "/records" });
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t("entries.eraseTitle", { title })}
      keep={t("entries.eraseKeep")}
      sure={t("entries.eraseConfirm")}
      doing={erase}
      onSure={() => erase.mutate({ recordId: id })}
      data-testid="erase-dialog"
    >
      <Text>{t("entries.eraseWhat")}</Text>
      {view.versions.length > 0 && <Text>{t("entries.eraseVersions", { count: view.versions.length })}</Text>}
      <Text c="dimmed">{t("entries.eraseRemains")}</Text>
      {network.data && network.data.phase !== "online" && (
        <Alert color="amber">{t("entries.eraseOffline")}</Alert>
      )}
    </ConfirmDialog>
  );
}
