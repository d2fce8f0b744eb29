import { Alert, Button, Checkbox, Group, Select, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle, IconUserPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useOpenSession } from "@/app/session";
import type { PersonView } from "@/bindings/PersonView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { AddContactDialog } from "@/features/grants/ContactCards";
import { SecretField } from "@/features/security/SecretField";
import { useAsk, useDo } from "@/platform/queries";
import { names } from "./words";

/** Days that can be chosen; a mailbox keeps what is said meanwhile for thirty. */
const WAITING = [0, 1, 3, 7, 14, 30];
const HOLDERS_MAX = 16;

/** Who, how many of them, how long: and a sentence that says what it means. */
export function SplitForm(props: { asksSecret: boolean; replaces: boolean; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { profile } = useOpenSession();
  const contacts = useAsk("contacts_list", {});
  const directory = useAsk("directory_list", {});
  const [chosen, setChosen] = useState<string[]>([]);
  const [threshold, setThreshold] = useState(2);
  const [waiting, setWaiting] = useState(7);
  const [secret, setSecret] = useState("");
  const [more, setMore] = useState(false);
  const [adding, add] = useDisclosure(false);
  const split = useDo("recovery_split", (answer) => {
    setSecret("");
    client.setQueryData(["recovery_state", {}], answer);
    props.onDone();
  });
  const relatives = contacts.data?.people ?? [];
  const clinicians = (directory.data?.people ?? []).filter(
    (one) => !relatives.some((other) => other.id === one.id),
  );
  const people = [...relatives, ...clinicians];
  const holders = people.filter((person) => chosen.includes(person.id));
  const enough = holders.length >= 2 && holders.length <= HOLDERS_MAX;
  const needed = Math.min(threshold, Math.max(2, holders.length));
  const choice = (person: PersonView) => (
    <Checkbox
      key={person.id}
      value={person.id}
      label={person.name}
      description={[person.specialty, person.hospital].filter(Boolean).join(" · ")}
      data-testid="recovery-person"
    />
  );
  return (
    <form
      data-testid="recovery-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!enough) return;
        split.mutate({
          holderIds: holders.map((holder) => holder.id),
          threshold: needed,
          waitingDays: waiting,
          secret: props.asksSecret ? secret : null,
        });
      }}
    >
      <Stack gap="lg">
        <Checkbox.Group
          label={t("recovery.whoLabel")}
          description={t("recovery.whoHint")}
          value={chosen}
          onChange={setChosen}
        >
          <Stack gap="xs" mt="sm">
            {relatives.map(choice)}
            {contacts.data && relatives.length === 0 && <Text c="dimmed">{t("recovery.whoEmpty")}</Text>}
            {more && clinicians.map(choice)}
          </Stack>
        </Checkbox.Group>
        <Group gap="sm">
          <Button
            variant="default"
            leftSection={<IconUserPlus size={18} aria-hidden />}
            onClick={add.open}
            data-testid="recovery-add-person"
          >
            {t("recovery.addPerson")}
          </Button>
          {!more && clinicians.length > 0 && (
            <Button variant="default" onClick={() => setMore(true)} data-testid="recovery-more">
              {t("recovery.whoMore")}
            </Button>
          )}
        </Group>
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <Select
            label={t("recovery.thresholdLabel")}
            description={t("recovery.thresholdHint")}
            data={Array.from({ length: Math.max(1, holders.length - 1) }, (_, index) => ({
              value: String(index + 2),
              label: t("recovery.thresholdOf", {
                threshold: index + 2,
                count: Math.max(2, holders.length),
              }),
            }))}
            value={String(needed)}
            onChange={(value) => setThreshold(Number(value ?? 2))}
            allowDeselect={false}
            data-testid="recovery-threshold"
          />
          <Select
            label={t("recovery.waitingLabel")}
            description={t("recovery.waitingHint")}
            data={WAITING.map((days) => ({
              value: String(days),
              label: days === 0 ? t("recovery.days0") : t("recovery.days", { count: days }),
            }))}
            value={String(waiting)}
            onChange={(value) => setWaiting(Number(value ?? 7))}
            allowDeselect={false}
            data-testid="recovery-waiting"
          />
        </Group>
        {waiting === 0 && (
          <Alert
            color="amber"
            icon={<IconAlertTriangle aria-hidden />}
            title={t("recovery.zeroTitle")}
            data-testid="recovery-zero"
          >
            {t("recovery.zeroText")}
          </Alert>
        )}
        {props.asksSecret && <SecretField custody={profile.custody} value={secret} onChange={setSecret} />}
        <Text fw={600} aria-live="polite" data-testid="recovery-sentence">
          {enough
            ? t("recovery.sentence", {
                names: names(holders.map((holder) => holder.name)),
                threshold: needed,
              })
            : t("recovery.tooFew")}{" "}
          {enough && props.replaces && t("recovery.sentenceReplaces")}
        </Text>
        {split.isError && <ErrorNotice error={split.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onDone}>
            {t("app.cancel")}
          </Button>
          <Button
            type="submit"
            disabled={!enough || (props.asksSecret && secret === "")}
            loading={split.isPending}
            data-testid="recovery-send"
          >
            {t("recovery.send")}
          </Button>
        </Group>
      </Stack>
      <AddContactDialog opened={adding} onClose={add.close} />
    </form>
  );
}
