import { Card, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

/** Heading, one line of explanation, the page's actions, and what follows. */
export function Page(props: { title: string; lead?: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" gap="md">
        <div className="ck-heading">
          <Title order={1}>{props.title}</Title>
          {props.lead && <Text c="dimmed">{props.lead}</Text>}
        </div>
        {props.actions && <Group gap="xs">{props.actions}</Group>}
      </Group>
      {props.children}
    </Stack>
  );
}

/** Says what will appear here and offers the first step. */
export function Empty(props: { icon: Icon; text: string; action?: ReactNode }) {
  const { icon: EmptyIcon } = props;
  return (
    <Stack align="center" gap="sm" py="xl" px="md" data-testid="empty">
      <EmptyIcon size={40} stroke={1.25} color="var(--mantine-color-dimmed)" aria-hidden />
      <Text ta="center" c="dimmed" maw={460}>
        {props.text}
      </Text>
      {props.action}
    </Stack>
  );
}

export function RowSkeletons({ rows = 4 }: { rows?: number }) {
  return (
    <Stack gap="xs" aria-busy="true">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <Skeleton key={index} h={56} radius="md" />
      ))}
    </Stack>
  );
}

/** A titled card of a page. */
export function Panel(props: { title: string; side?: ReactNode; children: ReactNode; testId?: string }) {
  return (
    <Card component="section" aria-label={props.title} data-testid={props.testId} p="md">
      <Group justify="space-between" mb="xs" px="xs" wrap="nowrap" align="baseline">
        <Title order={2}>{props.title}</Title>
        {props.side}
      </Group>
      {props.children}
    </Card>
  );
}
