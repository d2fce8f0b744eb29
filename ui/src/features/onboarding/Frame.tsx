import { Anchor, Card, Container, Group, Stack, Text, Title } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** One question at a time, in the middle of the window. */
export function Frame(props: { title: string; lead?: string; onBack?: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Container size="sm" py="xl" component="main">
      <Stack>
        {props.onBack && (
          <Anchor component="button" type="button" onClick={props.onBack} w="fit-content">
            <Group gap={6} component="span">
              <IconArrowLeft size={18} aria-hidden />
              {t("app.back")}
            </Group>
          </Anchor>
        )}
        <Card padding="xl">
          <Stack>
            <div>
              <Title order={1}>{props.title}</Title>
              {props.lead && (
                <Text c="dimmed" mt="xs">
                  {props.lead}
                </Text>
              )}
            </div>
            {props.children}
          </Stack>
        </Card>
      </Stack>
    </Container>
  );
}
