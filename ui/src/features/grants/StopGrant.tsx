import { Button, Group, Popover, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHandStop } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { GrantView } from "@/bindings/GrantView";
import type { OpenedRecord } from "@/bindings/OpenedRecord";
import type { PersonView } from "@/bindings/PersonView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useDo } from "@/platform/queries";
import { yours } from "./words";

/** Two clicks: the first says what will happen, the second does it. */
export function StopButton({ grant, compact }: { grant: GrantView; compact?: boolean }) {
  const { t } = useTranslation();
  const name = grant.grantee.name;
  const revoke = useDo("grants_revoke");
  return (
    <Asking
      label={t("grants.stop")}
      about={`${t("grants.stop")}: ${name}, ${yours(t, grant.what)}`}
      question={t("grants.stopAsk", { name, what: yours(t, grant.what) })}
      opened={<OpenedBefore name={name} opened={grant.opened} />}
      error={revoke.error}
      pending={revoke.isPending}
      onYes={(close) => revoke.mutate({ grantId: grant.id }, { onSuccess: close })}
      testId="grant-stop"
      compact={compact}
    />
  );
}

/** The same for all that one person can see. */
export function StopAllButton({ person, grants }: { person: PersonView; grants: GrantView[] }) {
  const { t } = useTranslation();
  const revoke = useDo("grants_revoke_all");
  const opened = [
    ...new Map(grants.flatMap((grant) => grant.opened).map((one) => [one.recordId, one])).values(),
  ];
  return (
    <Asking
      label={t("grants.stopAll")}
      about={`${t("grants.stopAll")}: ${person.name}`}
      question={t("grants.stopAllAsk", { name: person.name })}
      opened={<OpenedBefore name={person.name} opened={opened} />}
      error={revoke.error}
      pending={revoke.isPending}
      onYes={(close) => revoke.mutate({ personId: person.id }, { onSuccess: close })}
      testId="person-stop-all"
    />
  );
}

function Asking(props: {
  label: string;
  about: string;
  question: string;
  opened: ReactNode;
  error: unknown;
  pending: boolean;
  onYes: (close: () => void) => void;
  testId: string;
  compact?: boolean;
}) {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure(false);
  return (
    <Popover
      opened={opened}
      onChange={(open) => !open && close()}
      width={340}
      position="bottom-end"
      withArrow
      trapFocus
    >
      <Popover.Target>
        <Button
          variant="default"
          size={props.compact ? "compact-md" : "sm"}
          className="ck-fixed"
          onClick={toggle}
          aria-label={props.about}
          data-testid={props.testId}
        >
          {props.label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown bg="var(--ck-surface)">
        <Stack gap="sm">
          <Text fw={600}>{props.question}</Text>
          {props.opened}
          {props.error !== null && <ErrorNotice error={props.error} />}
          <Group gap="xs">
            <Button
              color="red"
              leftSection={<IconHandStop size={18} aria-hidden />}
              loading={props.pending}
              onClick={() => props.onYes(close)}
              data-testid={`${props.testId}-confirm`}
            >
              {t("grants.stopNow")}
            </Button>
            <Button variant="subtle" color="gray" onClick={close}>
              {t("app.cancel")}
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

const NAMED_MAX = 4;

/** What stopping cannot take back: the records they have opened, by name. */
export function OpenedBefore({ name, opened }: { name: string; opened: OpenedRecord[] }) {
  const { t } = useTranslation();
  if (opened.length === 0) {
    return (
      <Text size="sm" c="dimmed" data-testid="opened-before">
        {t("grants.openedNothing", { name })}
      </Text>
    );
  }
  const more = opened.length - NAMED_MAX;
  return (
    <div data-testid="opened-before">
      <Text size="sm">{t("grants.openedBefore", { name, count: opened.length })}</Text>
      <ul className="ck-short">
        {opened.slice(0, NAMED_MAX).map((record) => (
          <li key={record.recordId}>{record.title}</li>
        ))}
      </ul>
      {more > 0 && (
        <Text size="sm" c="dimmed">
          {t("grants.previewMore", { count: more })}
        </Text>
      )}
      <Text size="sm" c="dimmed">
        {t("grants.stopKeeps", { name })}
      </Text>
    </div>
  );
}
