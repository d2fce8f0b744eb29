import { Alert, Button, Card, Group, SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { NetworkItem } from "@/bindings/NetworkItem";
import { ErrorNotice } from "@/components/ErrorNotice";
import { QrReader } from "@/components/qr/QrReader";
import { host } from "@/platform";
import { useDo } from "@/platform/queries";

type Way = "byText" | "byPicture" | "byFile";
type Invitation = { text: string } | { path: string };

/** An invitation as text, picture or file; what it leads to is shown before anything is joined. */
export function JoinNetwork(props: {
  /** One that came with a link. */
  text?: string;
  onJoined: (network: NetworkItem) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [way, setWay] = useState<Way>("byText");
  const [text, setText] = useState(props.text ?? "");
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const look = useDo("network_inspect");
  const join = useDo("network_join", (network) => {
    void client.invalidateQueries({ queryKey: ["networks_list"] });
    void client.invalidateQueries({ queryKey: ["session_state"] });
    props.onJoined(network);
  });
  const read = (found: Invitation) => {
    setInvitation(found);
    look.mutate(found);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: an invitation that came with a link is looked at once
  useEffect(() => {
    if (props.text !== undefined) read({ text: props.text });
  }, []);
  const pick = async () => {
    const path = await host.pickFile(t("networks.file"));
    if (path !== null) read({ path });
  };
  if (look.data && invitation) {
    const { name, hospitals, joined } = look.data;
    return (
      <Stack data-testid="network-found">
        <Text>{t("networks.found")}</Text>
        <Card withBorder>
          <Text fw={650} size="lg">
            {name}
          </Text>
          <Text c="dimmed">
            {t("networks.hospitals", { count: hospitals.length, names: hospitals.join(", ") })}
          </Text>
        </Card>
        {joined ? <Alert color="teal">{t("networks.known")}</Alert> : <Text>{t("networks.check")}</Text>}
        {join.isError && <ErrorNotice error={join.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => look.reset()}>
            {t("app.back")}
          </Button>
          <Button loading={join.isPending} onClick={() => join.mutate(invitation)} data-testid="network-join">
            {t(joined ? "app.next" : "networks.confirm")}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack data-testid="join-network">
      <Text>{t("networks.lead")}</Text>
      <SegmentedControl
        fullWidth
        aria-label={t("networks.joinTitle")}
        value={way}
        onChange={(value) => setWay(value as Way)}
        data={(["byText", "byPicture", "byFile"] as const).map((value) => ({
          value,
          label: t(`networks.${value}`),
        }))}
        data-testid="join-way"
      />
      {way === "byText" && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== "") read({ text });
          }}
        >
          <Stack>
            <Textarea
              label={t("networks.paste")}
              description={t("networks.pasteHint")}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              rows={4}
              spellCheck={false}
              autoComplete="off"
              data-testid="invitation"
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={props.onCancel} data-testid="join-cancel">
                {t("app.cancel")}
              </Button>
              <Button
                type="submit"
                loading={look.isPending}
                disabled={text.trim() === ""}
                data-testid="invitation-read"
              >
                {t("networks.read")}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
      {way === "byPicture" && <QrReader onText={(found) => read({ text: found })} />}
      {way === "byFile" && (
        <Group align="center">
          <Button variant="default" onClick={() => void pick()} data-testid="invitation-file">
            {t("networks.file")}
          </Button>
          <Text size="sm" c="dimmed">
            {t("networks.fileHint")}
          </Text>
        </Group>
      )}
      {look.isError && <ErrorNotice error={look.error} />}
    </Stack>
  );
}
