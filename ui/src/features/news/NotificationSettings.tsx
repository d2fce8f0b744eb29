import { Alert, Divider, Stack, Switch } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { host } from "@/platform";
import { useAsk, useDo } from "@/platform/queries";

type Choice = "notifications" | "hideNames" | "keepRunning" | "startHidden";

/** What is told, and whether the app goes on without a window. */
export function NotificationSettings() {
  const { t } = useTranslation();
  const { data: session } = useAsk("session_state", {});
  const tray = useQuery({ queryKey: ["tray"], queryFn: () => host.desktop.hasTray(), networkMode: "always" });
  const set = useDo("settings_set");
  const settings = session?.settings;
  if (!settings) return null;
  const choice = (name: Choice, disabled = false) => (
    <Switch
      label={t(`news.settings.${name}`)}
      description={t(`news.settings.${name}Hint`)}
      checked={settings[name] && !disabled}
      disabled={disabled}
      onChange={(event) => set.mutate({ [name]: event.currentTarget.checked })}
      data-testid={`settings-${name}`}
    />
  );
  const noTray = tray.data === false;
  return (
    <Stack gap="lg">
      {choice("notifications")}
      {choice("hideNames", !settings.notifications)}
      <Divider />
      {noTray && (
        <Alert color="gray" icon={<IconInfoCircle aria-hidden />} data-testid="settings-no-tray">
          {t("news.settings.noTray")}
        </Alert>
      )}
      {choice("keepRunning", noTray)}
      {choice("startHidden", noTray || !settings.keepRunning)}
      {set.isError && <ErrorNotice error={set.error} />}
    </Stack>
  );
}
