import { Button, Collapse, ScrollArea, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCheck, IconSearch, IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { PersonView } from "@/bindings/PersonView";
import { RowSkeletons } from "@/components/Page";
import { PersonBadge } from "@/components/PersonBadge";
import { about, fullName } from "@/components/person";
import { CardForm } from "./ContactCards";

/** Longer lists are narrowed down by typing. */
const SHOWN_MAX = 60;

/** Somebody known, a clinician from the hospitals' directory, or the person behind a contact card. */
export function WhoStep(props: {
  people: PersonView[];
  waiting: boolean;
  chosen: string | null;
  onChoose: (personId: string) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [adding, add] = useDisclosure(false);
  const wanted = text.trim().toLowerCase();
  const found = props.people.filter((person) => matches(person, wanted));
  const groups = [
    { key: "known", people: found.filter((person) => person.contact || person.role === "person") },
    { key: "clinicians", people: found.filter((person) => !person.contact && person.role !== "person") },
  ] as const;
  return (
    <Stack gap="sm">
      <TextInput
        label={t("grants.who")}
        placeholder={t("grants.whoPlaceholder")}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-autofocus
        data-testid="grant-person-search"
      />
      {props.waiting && <RowSkeletons rows={3} />}
      <ScrollArea.Autosize
        mah="22rem"
        type="auto"
        viewportProps={{ tabIndex: 0, "aria-label": t("grants.who") }}
      >
        {groups.map(
          ({ key, people }) =>
            people.length > 0 && (
              <section
                key={key}
                aria-label={t(key === "known" ? "grants.whoContacts" : "grants.whoClinicians")}
              >
                <Text size="sm" c="dimmed" px="sm" pt="xs">
                  {t(key === "known" ? "grants.whoContacts" : "grants.whoClinicians")}
                </Text>
                <div className="ck-rows">
                  {people.slice(0, SHOWN_MAX).map((person) => (
                    <PersonRow
                      key={person.id}
                      person={person}
                      chosen={person.id === props.chosen}
                      onChoose={() => props.onChoose(person.id)}
                    />
                  ))}
                </div>
                {people.length > SHOWN_MAX && (
                  <Text size="sm" c="dimmed" p="sm">
                    {t("grants.whoMore", { count: people.length - SHOWN_MAX })}
                  </Text>
                )}
              </section>
            ),
        )}
        {!props.waiting && found.length === 0 && (
          <Text c="dimmed" p="sm">
            {t("grants.whoNothing")}
          </Text>
        )}
      </ScrollArea.Autosize>
      <div>
        <Button
          variant="subtle"
          leftSection={<IconUserPlus size={18} aria-hidden />}
          onClick={add.toggle}
          aria-expanded={adding}
          data-testid="grant-card-open"
        >
          {t("grants.whoCard")}
        </Button>
        <Collapse expanded={adding}>
          {adding && <CardForm onAdded={(person) => props.onChoose(person.id)} />}
        </Collapse>
      </div>
    </Stack>
  );
}

function matches(person: PersonView, wanted: string): boolean {
  return [person.name, person.nickname, person.specialty, person.hospital].some((text) =>
    text?.toLowerCase().includes(wanted),
  );
}

function PersonRow(props: { person: PersonView; chosen: boolean; onChoose: () => void }) {
  const { t } = useTranslation();
  const { person, chosen } = props;
  return (
    <UnstyledButton
      className="ck-row"
      aria-pressed={chosen}
      onClick={props.onChoose}
      data-testid="grant-person-row"
      data-person={person.id}
    >
      <PersonBadge {...person} />
      <span className="ck-grow">
        <Text span fw={600} display="block">
          {fullName(person)}
        </Text>
        <Text span size="sm" c="dimmed" display="block">
          {[t(`role.${person.role}`), about(person)].filter(Boolean).join(" · ")}
        </Text>
      </span>
      {chosen && <IconCheck size={20} aria-hidden />}
    </UnstyledButton>
  );
}
