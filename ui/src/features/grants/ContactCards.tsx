import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { PersonView } from "@/bindings/PersonView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { QrReader } from "@/components/qr/QrReader";
import { QrShare } from "@/components/qr/QrShare";
import { useAsk, useDo } from "@/platform/queries";

interface DialogProps {
  opened: boolean;
  onClose: () => void;
}

/** Adds a relative by their contact card, as a text or as a picture. */
export function AddContactDialog({ opened, onClose }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t("grants.cardTitle")}>
      {opened && <CardForm onClose={onClose} />}
    </Modal>
  );
}

/** A contact card is read and its person added. No form of its own: it also stands inside others. */
export function CardForm(props: { onAdded?: (person: PersonView) => void; onClose?: () => void }) {
  const { t } = useTranslation();
  const [card, setCard] = useState("");
  const client = useQueryClient();
  const add = useDo("contacts_add", (person) => {
    setCard("");
    void client.invalidateQueries({ queryKey: ["contacts_list"] }).then(() => props.onAdded?.(person));
  });
  return (
    <Stack>
      <Text>{t("grants.cardLead")}</Text>
      <QrReader onText={setCard} />
      <Textarea
        label={t("grants.cardLabel")}
        value={card}
        onChange={(event) => setCard(event.currentTarget.value)}
        minRows={3}
        autosize
        maxRows={5}
        spellCheck={false}
        data-autofocus
        data-testid="contact-card-input"
      />
      {add.isError && <ErrorNotice error={add.error} />}
      {add.data && (
        <Alert color="teal" role="status" data-testid="contact-added">
          {t("grants.cardAdded", { name: add.data.name })}
        </Alert>
      )}
      <Group justify="flex-end">
        {props.onClose && (
          <Button variant="default" onClick={props.onClose}>
            {t("app.close")}
          </Button>
        )}
        <Button
          loading={add.isPending}
          disabled={card.trim() === ""}
          onClick={() => add.mutate({ card })}
          data-testid="contact-add"
        >
          {t("grants.cardAdd")}
        </Button>
      </Group>
    </Stack>
  );
}

/** Shows the own contact card, to be given away. */
export function MyCardDialog({ opened, onClose }: DialogProps) {
  const { t } = useTranslation();
  const card = useAsk("contact_card", {}, { enabled: opened });
  return (
    <Modal opened={opened} onClose={onClose} size="lg" title={t("grants.myCardTitle")}>
      <Stack>
        <Text>{t("grants.myCardLead")}</Text>
        {card.isError && <ErrorNotice error={card.error} retry={() => card.refetch()} />}
        {card.data && (
          <div data-testid="contact-card">
            <QrShare
              value={card.data.card}
              label={t("grants.cardOf", { name: card.data.person.name })}
              fileName={t("grants.cardFile", { name: card.data.person.name })}
            />
          </div>
        )}
      </Stack>
    </Modal>
  );
}
