import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowLeft, IconEye, IconShare, IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { PersonView } from "@/bindings/PersonView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { AnchorLink, ButtonLink } from "@/components/links";
import { Empty, Panel, RowSkeletons } from "@/components/Page";
import { PersonBadge } from "@/components/PersonBadge";
import { about, fullName, shortName } from "@/components/person";
import { AccessLine } from "@/features/access-log/AccessLine";
import { GrantLine, isLive, isOpen } from "@/features/grants/GrantCard";
import { GrantDialog } from "@/features/grants/GrantDialog";
import { StopAllButton } from "@/features/grants/StopGrant";
import { useAsk } from "@/platform/queries";
import { NameButton } from "./NameButton";
import { RemoveContact } from "./RemoveContact";

const SHOWN = 10;

/** One person: what they can see, what they opened, what they are called. */
export function PersonPage({ personId }: { personId: string }) {
  const { t } = useTranslation();
  const person = useAsk("person_show", { personId });
  return (
    <Stack gap="lg" data-testid="person-page">
      <AnchorLink to="/people" w="fit-content">
        <Group gap={6} component="span">
          <IconArrowLeft size={18} aria-hidden />
          {t("app.back")}
        </Group>
      </AnchorLink>
      {person.isPending && <RowSkeletons />}
      {person.isError && <ErrorNotice error={person.error} retry={() => person.refetch()} />}
      {person.data && <About person={person.data} />}
    </Stack>
  );
}

function About({ person }: { person: PersonView }) {
  const { t } = useTranslation();
  const [sharing, share] = useDisclosure(false);
  const list = useAsk("grants_list", {});
  const log = useAsk("access_log", { filter: { personId: person.id }, limit: SHOWN });
  const shared = useAsk("shared_list", {});
  const grants = (list.data?.grants ?? []).filter((grant) => grant.grantee.id === person.id);
  const live = grants.filter(isLive);
  const ended = grants.filter((grant) => !isLive(grant));
  const open = grants.filter(isOpen);
  const shares = shared.data?.people.some((one) => one.patient.id === person.id) ?? false;
  const more = (log.data?.total ?? 0) - SHOWN;
  return (
    <>
      <Group align="flex-start" justify="space-between">
        <Group wrap="nowrap" className="ck-heading" align="center">
          <PersonBadge {...person} size={56} />
          <div className="ck-grow">
            <Title order={1} data-testid="person-name">
              {fullName(person)}
            </Title>
            <Text c="dimmed">{[t(`role.${person.role}`), about(person)].filter(Boolean).join(" · ")}</Text>
          </div>
        </Group>
        <Group gap="xs">
          <NameButton person={person} />
          {person.contact && <RemoveContact person={person} reads={open.length > 0} />}
          <Button
            leftSection={<IconShare size={18} aria-hidden />}
            onClick={share.open}
            data-testid="person-share"
          >
            {t("people.share", { name: shortName(person) })}
          </Button>
        </Group>
      </Group>
      {shares && (
        <ButtonLink
          to="/shared/$patientId"
          params={{ patientId: person.id }}
          variant="light"
          color="amber"
          w="fit-content"
          data-testid="person-shared"
        >
          {t("people.sharesWithMe", { name: shortName(person) })}
        </ButtonLink>
      )}
      {list.isError && <ErrorNotice error={list.error} retry={() => list.refetch()} />}
      <Panel
        title={t("people.canSee", { name: shortName(person) })}
        testId="person-can-see"
        side={open.length > 1 ? <StopAllButton person={person} grants={open} /> : undefined}
      >
        {live.length === 0 ? (
          <Empty icon={IconUsers} text={t("grants.nothingShared", { name: person.name })} />
        ) : (
          <div className="ck-rows">
            {live.map((grant) => (
              <GrantLine key={grant.id} grant={grant} />
            ))}
          </div>
        )}
      </Panel>
      <Panel
        title={t("people.looked", { name: shortName(person) })}
        testId="person-looked"
        side={
          more > 0 ? (
            <AnchorLink to="/activity" search={{ person: person.id }} size="sm">
              {t("people.allLooks", { count: log.data?.total ?? 0 })}
            </AnchorLink>
          ) : undefined
        }
      >
        {log.isError && <ErrorNotice error={log.error} retry={() => log.refetch()} />}
        {log.data && log.data.rows.length === 0 ? (
          <Empty icon={IconEye} text={t("people.lookedEmpty", { name: person.name })} />
        ) : (
          <div className="ck-rows">
            {log.data?.rows.map((row) => (
              <AccessLine key={row.id} row={row} />
            ))}
          </div>
        )}
      </Panel>
      {ended.length > 0 && (
        <Panel title={t("grants.ended")} testId="person-ended">
          <div className="ck-rows">
            {ended.map((grant) => (
              <GrantLine key={grant.id} grant={grant} />
            ))}
          </div>
        </Panel>
      )}
      <GrantDialog opened={sharing} onClose={share.close} prefill={{ personId: person.id }} />
    </>
  );
}
