import { Input, SegmentedControl, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Language } from "@/bindings/Language";
import type { Theme } from "@/bindings/Theme";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useAsk, useDo } from "@/platform/queries";

/** Language and light or dark; takes effect at once. */
export function LookSettings() {
  const { t } = useTranslation();
  const { data: session } = useAsk("session_state", {});
  const set = useDo("settings_set");
  const settings = session?.settings;
  return (
    <Stack>
      <Input.Wrapper label={t("settings.language")} labelElement="div">
        <SegmentedControl
          fullWidth
          aria-label={t("settings.language")}
          value={settings?.language ?? "system"}
          onChange={(language) => set.mutate({ language: language as Language })}
          data={[
            { value: "system", label: t("settings.system") },
            { value: "en", label: "English" },
            { value: "de", label: "Deutsch" },
          ]}
          data-testid="settings-language"
        />
      </Input.Wrapper>
      <Input.Wrapper label={t("settings.theme")} labelElement="div">
        <SegmentedControl
          fullWidth
          aria-label={t("settings.theme")}
          value={settings?.theme ?? "system"}
          onChange={(theme) => set.mutate({ theme: theme as Theme })}
          data={[
            { value: "system", label: t("settings.system") },
            { value: "light", label: t("settings.light") },
            { value: "dark", label: t("settings.dark") },
          ]}
          data-testid="settings-theme"
        />
      </Input.Wrapper>
      {set.isError && <ErrorNotice error={set.error} />}
    </Stack>
  );
}
