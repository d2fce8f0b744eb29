import { Button, Group, List, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { StopEveryone } from "./StopEveryone";

/** What to do when a computer with CareKey is gone; what the app can do itself is a button in its step. */
export function LostSteps(props: {
  isOpen: boolean;
  onWords?: () => void;
  onBackup?: () => void;
  onHelp?: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Stack gap="lg" data-testid="lost">
      <Text>{t("lost.calm")}</Text>
      <Step n={1} title={t("lost.backTitle")}>
        <Text>{t(props.isOpen ? "lost.backOpen" : "lost.back")}</Text>
        {props.onWords && (
          <Group>
            <Button variant="default" onClick={props.onWords} data-testid="lost-words">
              {t("unlock.waysWords")}
            </Button>
            {props.onBackup && (
              <Button variant="default" onClick={props.onBackup} data-testid="lost-backup">
                {t("unlock.waysBackup")}
              </Button>
            )}
            {props.onHelp && (
              <Button variant="default" onClick={props.onHelp} data-testid="lost-help">
                {t("recovery.callTitle")}
              </Button>
            )}
          </Group>
        )}
      </Step>
      <Step n={2} title={t("lost.stopTitle")}>
        <Text>{t("lost.stopText")}</Text>
        {props.isOpen && <StopEveryone />}
      </Step>
      <Step n={3} title={t("lost.deskTitle")}>
        <Text>{t("lost.desk")}</Text>
      </Step>
      <Step n={4} title={t("lost.openedTitle")}>
        <Text>{t("lost.opened")}</Text>
        <List spacing={4}>
          <List.Item>{t("lost.openedNoPin")}</List.Item>
          <List.Item>{t("lost.openedOn")}</List.Item>
          <List.Item>{t("lost.openedWords")}</List.Item>
        </List>
        <Text>{t("lost.openedDo")}</Text>
      </Step>
    </Stack>
  );
}

function Step(props: { n: number; title: string; children: React.ReactNode }) {
  return (
    <section>
      <Title order={2} size="h4" mb={4}>
        {props.n}. {props.title}
      </Title>
      <Stack gap="xs">{props.children}</Stack>
    </section>
  );
}
