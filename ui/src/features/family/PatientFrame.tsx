import { MantineThemeProvider, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconSwitchHorizontal, IconUserHeart } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isClinician, useOpenSession } from "@/app/session";
import { useTheme } from "@/app/theme";
import { PersonBadge } from "@/components/PersonBadge";
import { fullName } from "@/components/person";
import { useAsk } from "@/platform/queries";

/**
 * Says, all around, whose records these are: amber for family, the clinician's own colour for clinicians. Whoever looks
 * after several people changes between them here.
 */
export function PatientFrame({ patientId, children }: { patientId: string; children: ReactNode }) {
  const { t } = useTranslation();
  const { profile } = useOpenSession();
  const navigate = useNavigate();
  const list = useAsk("shared_list", {});
  const accent = isClinician(profile) ? "indigo" : "amber";
  const theme = useTheme(accent);
  const people = (list.data?.people ?? []).map((one) => one.patient);
  const patient = people.find((one) => one.id === patientId);
  const others = people.filter((one) => one.id !== patientId);
  return (
    <MantineThemeProvider theme={theme} inherit>
      <section className={`ck-patient ck-accent-${accent}`} data-testid="patient-frame">
        <div className="ck-patient-name">
          <IconUserHeart size={20} aria-hidden />
          <Text span fw={650} className="ck-grow">
            {patient ? t("shared.frame", { name: fullName(patient) }) : "…"}
          </Text>
          {!isClinician(profile) && others.length > 0 && (
            <Menu position="bottom-end" width={280}>
              <Menu.Target>
                <UnstyledButton className="ck-patient-switch" data-testid="patient-switch">
                  <IconSwitchHorizontal size={18} aria-hidden />
                  <Text span fw={600} size="sm">
                    {t("shared.switch")}
                  </Text>
                </UnstyledButton>
              </Menu.Target>
              <Menu.Dropdown>
                {others.map((other) => (
                  <Menu.Item
                    key={other.id}
                    leftSection={<PersonBadge {...other} size={28} />}
                    onClick={() => navigate({ to: "/shared/$patientId", params: { patientId: other.id } })}
                    data-testid="patient-switch-to"
                    data-patient={other.id}
                  >
                    {fullName(other)}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
        </div>
        <div className="ck-patient-body">{children}</div>
      </section>
    </MantineThemeProvider>
  );
}
