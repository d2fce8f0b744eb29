import { Card, Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";
import { AboutSettings } from "@/features/about/AboutSettings";
import { NetworkSettings } from "@/features/ledger/NetworkSettings";
import { NotificationSettings } from "@/features/news/NotificationSettings";
import { RecoverySettings } from "@/features/recovery/RecoverySettings";
import { SecuritySettings } from "@/features/security/SecuritySettings";
import { LookSettings } from "./LookSettings";
import { MeSettings } from "./MeSettings";
import { SharingSettings } from "./SharingSettings";

/** A section is a name in the address, a word in `settings.section` and a component. */
const SECTIONS = {
  look: LookSettings,
  me: MeSettings,
  security: SecuritySettings,
  recovery: RecoverySettings,
  sharing: SharingSettings,
  notifications: NotificationSettings,
  network: NetworkSettings,
  about: AboutSettings,
};

export type SettingsSection = keyof typeof SECTIONS;

/** One section at a time, named in the address so that other pages can lead to it. */
export function SettingsPage() {
  const { t } = useTranslation();
  const { section } = useSearch({ from: "/settings" });
  const navigate = useNavigate();
  const chosen = section !== undefined && section in SECTIONS ? section : "look";
  return (
    <Page title={t("settings.title")}>
      <Tabs
        value={chosen}
        onChange={(value) => navigate({ to: "/settings", search: { section: value ?? undefined } })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {Object.keys(SECTIONS).map((name) => (
            <Tabs.Tab key={name} value={name} data-testid={`settings-${name}`}>
              {t(`settings.section.${name as SettingsSection}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {Object.entries(SECTIONS).map(([name, Section]) => (
          <Tabs.Panel key={name} value={name}>
            <Card maw={720}>
              <Section />
            </Card>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
