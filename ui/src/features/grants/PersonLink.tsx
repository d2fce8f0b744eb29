import { Anchor, Button, Group, Popover, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { day } from "@/app/locale";
import type { GrantView } from "@/bindings/GrantView";
import type { PersonView } from "@/bindings/PersonView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useAsk, useDo } from "@/platform/queries";
import { yours } from "./words";

/** A name. One click says what this person can read, the next one stops it. */
export function PersonLink({ person }: { person: PersonView }) {
  const { t } = useTranslation();
  return (
    <Popover width={340} position="bottom-start" withArrow trapFocus>
      <Popover.Target>
        <Anchor
          component="button"
          className="ck-person"
          type="button"
          fw={650}
          c="inherit"
          underline="hover"
          data-testid="person-link"
        >
          {person.name}
        </Anchor>
      </Popover.Target>
      <Popover.Dropdown bg="var(--ck-surface)" aria-label={t("grants.about", { name: person.name })}>
        <About person={person} />
      </Popover.Dropdown>
    </Popover>
  );
}

function About({ person }: { person: PersonView }) {
  const { t } = useTranslation();
  const grants = useAsk("grants_list", {});
  const live = (grants.data?.grants ?? []).filter(
    (grant) =>
      grant.grantee.id === person.id && !["stopped", "expired", "stopping"].includes(grant.state.state),
  );
  return (
    <Stack gap="xs">
      <div>
        <Text fw={650}>{person.name}</Text>
        <Text size="sm" c="dimmed">
          {[person.specialty ?? t(`role.${person.role}`), person.hospital].filter(Boolean).join(", ")}
        </Text>
      </div>
      {grants.isError && <ErrorNotice error={grants.error} retry={() => grants.refetch()} />}
      {grants.data && live.length === 0 && (
        <Text size="sm">{t("grants.nothingShared", { name: person.name })}</Text>
      )}
      {live.map((grant) => (
        <StopLine key={grant.id} grant={grant} />
      ))}
    </Stack>
  );
}

function StopLine({ grant }: { grant: GrantView }) {
  const { t } = useTranslation();
  const revoke = useDo("grants_revoke");
  return (
    <Stack gap={4}>
      <Group wrap="nowrap" align="flex-start" gap="xs">
        <Text size="sm" className="ck-grow">
          {t("grants.canRead", { what: yours(t, grant.what) })}
          {" · "}
          {grant.until ? t("grants.until", { date: day(grant.until) }) : t("app.noEnd")}
        </Text>
        <Button
          color="red"
          variant="light"
          size="compact-md"
          className="ck-fixed"
          loading={revoke.isPending}
          onClick={() => revoke.mutate({ grantId: grant.id })}
        >
          {t("grants.stopNow")}
        </Button>
      </Group>
      {revoke.isError && <ErrorNotice error={revoke.error} />}
    </Stack>
  );
}
