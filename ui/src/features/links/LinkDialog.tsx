import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { LinkView } from "@/bindings/LinkView";
import type { NetworkItem } from "@/bindings/NetworkItem";
import { CopyValue } from "@/components/CopyValue";
import { ErrorNotice } from "@/components/ErrorNotice";
import { JoinNetwork } from "@/features/networks/JoinNetwork";
import { goTo } from "@/features/news/NewsTeller";
import { host } from "@/platform";
import { useAsk, useDo } from "@/platform/queries";

/** A `carekey:` link that the person opened elsewhere: says what it is, and does nothing until they confirm. */
export function LinkDialog() {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const link = useDo("link_open");
  const { mutate } = link;
  const take = useCallback(async () => {
    const text = await host.desktop.takeLink();
    if (text === null) return;
    mutate({ text });
    setOpened(true);
  }, [mutate]);
  useEffect(() => {
    void take();
    const listening = host.desktop.listen((message) => {
      if (message.type === "link") void take();
      else goTo(message.place);
    });
    return () => void listening.then((stop) => stop());
  }, [take]);
  const close = () => setOpened(false);
  return (
    <Modal
      opened={opened && (link.isError || link.isSuccess)}
      onClose={close}
      title={t(link.data ? `links.${link.data.kind}` : "links.unknown")}
    >
      <Stack data-testid="link-dialog" data-kind={link.data?.kind ?? "unknown"}>
        {link.isError && <ErrorNotice error={link.error} />}
        {link.data ? <Arrived link={link.data} onClose={close} /> : <CloseOnly onClose={close} />}
      </Stack>
    </Modal>
  );
}

function Arrived({ link, onClose }: { link: LinkView; onClose: () => void }) {
  const { t } = useTranslation();
  switch (link.kind) {
    case "contact":
      return <ContactArrived link={link} onClose={onClose} />;
    case "recovery":
      return <RecoveryArrived text={link.text} onClose={onClose} />;
    case "invitation":
      return <InvitationArrived key={link.text} text={link.text} onClose={onClose} />;
    case "enrolment":
      return (
        <>
          <Text>{t("links.enrolmentLead")}</Text>
          <CopyValue label={t("links.enrolment")} value={link.code} />
          <CloseOnly onClose={onClose} />
        </>
      );
  }
}

function ContactArrived(props: { link: Extract<LinkView, { kind: "contact" }>; onClose: () => void }) {
  const { t } = useTranslation();
  const { link, onClose } = props;
  const client = useQueryClient();
  const { data: session } = useAsk("session_state", {});
  const add = useDo("contacts_add", () => void client.invalidateQueries({ queryKey: ["contacts_list"] }));
  const open = session?.stage === "open";
  const name = link.name;
  if (add.data) {
    return (
      <>
        <Alert color="teal" role="status" data-testid="contact-added">
          {t("grants.cardAdded", { name: add.data.name })}
        </Alert>
        <CloseOnly onClose={onClose} />
      </>
    );
  }
  return (
    <>
      <Text>
        {t(open ? "links.contactLead" : "links.contactLocked", { name, role: t(`role.${link.role}`) })}
      </Text>
      {add.isError && <ErrorNotice error={add.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-testid="link-close">
          {t(open ? "links.notNow" : "app.close")}
        </Button>
        {open && (
          <Button
            loading={add.isPending}
            onClick={() => add.mutate({ card: link.card })}
            data-testid="link-confirm"
          >
            {t("links.contactAdd", { name })}
          </Button>
        )}
      </Group>
    </>
  );
}

function InvitationArrived({ text, onClose }: { text: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [joined, setJoined] = useState<NetworkItem>();
  if (joined) {
    return (
      <>
        <Alert color="teal" role="status" data-testid="link-joined">
          {t("links.invitationJoined", { name: joined.name })}
        </Alert>
        <CloseOnly onClose={onClose} />
      </>
    );
  }
  return (
    <>
      <Text>{t("links.invitationLead")}</Text>
      <JoinNetwork text={text} onCancel={onClose} onJoined={setJoined} />
    </>
  );
}

function RecoveryArrived({ text, onClose }: { text: string; onClose: () => void }) {
  const { t } = useTranslation();
  const open = useAsk("session_state", {}).data?.stage === "open";
  return (
    <>
      <Text>{t("links.recoveryLead")}</Text>
      <CopyValue label={t("links.recoveryNumber")} value={text.replace(/(.{4})(?=.)/g, "$1 ")} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-testid="link-close">
          {t("links.notNow")}
        </Button>
        {open && (
          <Button
            onClick={() => {
              onClose();
              goTo("/settings?section=recovery");
            }}
            data-testid="link-confirm"
          >
            {t("links.recoveryGo")}
          </Button>
        )}
      </Group>
    </>
  );
}

function CloseOnly({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onClose} data-testid="link-close">
        {t("app.close")}
      </Button>
    </Group>
  );
}
