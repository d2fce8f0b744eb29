import { Button, Card, Collapse, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconAddressBook,
  IconChevronDown,
  IconChevronUp,
  IconShare,
  IconUserPlus,
  IconUsers,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { AnchorLink } from "@/components/links";
import { Empty, Page, Panel, RowSkeletons } from "@/components/Page";
import { PersonBadge } from "@/components/PersonBadge";
import { about, fullName } from "@/components/person";
import { AppointmentsPanel } from "@/features/appointments/AppointmentsPanel";
import { KeptParts } from "@/features/recovery/KeptParts";
import { RequestsPanel } from "@/features/requests/RequestsPanel";
import { useAsk } from "@/platform/queries";
import { byPerson, type PersonGrants } from "./byPerson";
import { AddContactDialog, MyCardDialog } from "./ContactCards";
import { GrantLine, isLive, isOpen } from "./GrantCard";
import { GrantDialog } from "./GrantDialog";
import { StopAllButton } from "./StopGrant";

/** Who can see my records, by person. */
export function GrantsPage() {
  const { t } = useTranslation();
  const list = useAsk("grants_list", {});
  const contacts = useAsk("contacts_list", {});
  const [sharing, share] = useDisclosure(false);
  const [adding, add] = useDisclosure(false);
  const [showing, card] = useDisclosure(false);
  const [past, showPast] = useDisclosure(false);
  const live = byPerson((list.data?.grants ?? []).filter(isLive));
  const ended = byPerson((list.data?.grants ?? []).filter((grant) => !isLive(grant)));
  const others = (contacts.data?.people ?? []).filter(
    (person) => !live.some((one) => one.person.id === person.id),
  );
  return (
    <Page
      title={t("grants.title")}
      lead={t("grants.lead")}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconAddressBook size={18} aria-hidden />}
            onClick={card.open}
            data-testid="contact-card-open"
          >
            {t("grants.myCard")}
          </Button>
          <Button
            variant="default"
            leftSection={<IconUserPlus size={18} aria-hidden />}
            onClick={add.open}
            data-testid="contact-add-open"
          >
            {t("grants.addPerson")}
          </Button>
          <Button
            leftSection={<IconShare size={18} aria-hidden />}
            onClick={share.open}
            data-testid="grant-open"
          >
            {t("grants.share")}
          </Button>
        </>
      }
    >
      {list.isPending && <RowSkeletons />}
      {list.isError && <ErrorNotice error={list.error} retry={() => list.refetch()} />}
      {list.data && (
        <Stack gap="lg">
          <RequestsPanel />
          <section aria-label={t("grants.active")} data-testid="grants-active">
            {live.length === 0 ? (
              <Panel title={t("grants.active")}>
                <Empty icon={IconUsers} text={t("grants.empty")} />
              </Panel>
            ) : (
              <Stack gap="md">
                {live.map((one) => (
                  <PersonCard key={one.person.id} {...one} />
                ))}
              </Stack>
            )}
          </section>
          <AppointmentsPanel />
          {others.length > 0 && (
            <Panel title={t("grants.others")} testId="contacts">
              <div className="ck-rows">
                {others.map((person) => (
                  <div key={person.id} className="ck-row" data-testid="contact-row" data-person={person.id}>
                    <PersonBadge {...person} />
                    <span className="ck-grow">
                      <AnchorLink
                        to="/people/$personId"
                        params={{ personId: person.id }}
                        fw={600}
                        c="inherit"
                      >
                        {fullName(person)}
                      </AnchorLink>
                      <Text span size="sm" c="dimmed" display="block">
                        {t("grants.nothingShared", { name: person.name })}
                      </Text>
                    </span>
                  </div>
                ))}
              </div>
            </Panel>
          )}
          {ended.length > 0 && (
            <section aria-label={t("grants.ended")} data-testid="grants-ended">
              <Button
                variant="subtle"
                color="gray"
                rightSection={past ? <IconChevronUp size={18} /> : <IconChevronDown size={18} />}
                onClick={showPast.toggle}
                aria-expanded={past}
                data-testid="grants-ended-show"
              >
                {t("grants.endedCount", { count: ended.reduce((sum, one) => sum + one.grants.length, 0) })}
              </Button>
              <Collapse expanded={past}>
                {past && (
                  <Stack gap="md" mt="xs">
                    {ended.map((one) => (
                      <PersonCard key={one.person.id} {...one} />
                    ))}
                  </Stack>
                )}
              </Collapse>
            </section>
          )}
        </Stack>
      )}
      <KeptParts />
      <GrantDialog opened={sharing} onClose={share.close} />
      <AddContactDialog opened={adding} onClose={add.close} />
      <MyCardDialog opened={showing} onClose={card.close} />
    </Page>
  );
}

function PersonCard({ person, grants }: PersonGrants) {
  const { t } = useTranslation();
  const open = grants.filter(isOpen);
  return (
    <Card p="md" data-testid="person-grants" data-person={person.id}>
      <Group wrap="nowrap" gap="sm" px="xs" pb={4} align="flex-start">
        <PersonBadge {...person} size={44} />
        <div className="ck-grow">
          <Title order={2} size="h4">
            <AnchorLink
              to="/people/$personId"
              params={{ personId: person.id }}
              c="inherit"
              fw={650}
              data-testid="person-open"
            >
              {fullName(person)}
            </AnchorLink>
          </Title>
          <Text size="sm" c="dimmed">
            {[t(`role.${person.role}`), about(person)].filter(Boolean).join(" · ")}
          </Text>
        </div>
        {open.length > 1 && <StopAllButton person={person} grants={open} />}
      </Group>
      <div className="ck-rows">
        {grants.map((grant) => (
          <GrantLine key={grant.id} grant={grant} />
        ))}
      </div>
    </Card>
  );
}
