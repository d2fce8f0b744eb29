import { Alert, Button, Code, Collapse, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { CallError } from "@/platform";

/** What happened, what to do, a way to try again; the code and the technical detail on demand. */
export function ErrorNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const [opened, { toggle }] = useDisclosure(false);
  const { code, message, detail } = CallError.from(error).view;
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={t(`errors.${code}.what`)}
      data-testid="error"
      data-code={code}
    >
      <Stack gap="xs">
        <Text>{t(`errors.${code}.todo`)}</Text>
        <Group gap="xs">
          {retry && (
            <Button size="compact-md" variant="default" onClick={retry} data-testid="error-retry">
              {t("app.tryAgain")}
            </Button>
          )}
          <Button size="compact-md" variant="subtle" color="gray" onClick={toggle} aria-expanded={opened}>
            {t("app.details")}
          </Button>
        </Group>
        <Collapse expanded={opened}>
          <Code block>{[`${t("errors.code")}: ${code}`, message, detail].filter(Boolean).join("\n")}</Code>
        </Collapse>
      </Stack>
    </Alert>
  );
}
