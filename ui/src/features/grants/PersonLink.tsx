import { Anchor, Group, Popover, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { day } from "@/app/locale";
import type { GrantView } from "@/bindings/GrantView";
import type { PersonView } from "@/bindings/PersonView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { AnchorLink } from "@/components/links";
import { about, fullName, shortName } from "@/components/person";
import { useAsk } from "@/platform/queries";
import { ChangeButton } from "./ChangeGrant";
import { isOpen } from "./GrantCard";
import { StopButton } from "./StopGrant";
import { yours } from "./words";

/** A name. One click says what this person can read, and how to change or stop it. */
export function PersonLink({ person }: { person: PersonView }) {
  const { t } = useTranslation();
  return (
    <Popover width={360} position="bottom-start" withArrow trapFocus>
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
          {shortName(person)}
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
  const open = (grants.data?.grants ?? []).filter((grant) => grant.grantee.id === person.id && isOpen(grant));
  return (
    <Stack gap="xs">
      <div>
        <Text fw={650}>{fullName(person)}</Text>
        <Text size="sm" c="dimmed">
          {about(person) || t(`role.${person.role}`)}
        </Text>
      </div>
      {grants.isError && <ErrorNotice error={grants.error} retry={() => grants.refetch()} />}
      {grants.data && open.length === 0 && (
        <Text size="sm">{t("grants.nothingShared", { name: person.name })}</Text>
      )}
      {open.map((grant) => (
        <GrantInShort key={grant.id} grant={grant} />
      ))}
      <AnchorLink to="/people/$personId" params={{ personId: person.id }} size="sm" data-testid="person-more">
        {t("grants.more", { name: shortName(person) })}
      </AnchorLink>
    </Stack>
  );
}

function GrantInShort({ grant }: { grant: GrantView }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      <Text size="sm">
        {t("grants.canRead", { what: yours(t, grant.what) })}
        {" · "}
        {grant.until ? t("grants.until", { date: day(grant.until) }) : t("app.noEnd")}
      </Text>
      <Group gap="xs">
        <ChangeButton grant={grant} compact />
        <StopButton grant={grant} compact />
      </Group>
    </Stack>
  );
}
