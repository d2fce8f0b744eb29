import { Anchor, Button, CopyButton, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { IconCheck, IconCopy, IconLicense, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyValue, PlainValue } from "@/components/CopyValue";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RowSkeletons } from "@/components/Page";
import { useAsk } from "@/platform/queries";
import { type Licences, loadLicences, type Part } from "./licences";

/** Versions, where data lies, whose work this is, and what to tell somebody who helps. */
export function AboutSettings() {
  const { t } = useTranslation();
  const about = useAsk("about_app", {});
  const ledger = useAsk("ledger_state", {});
  const [showing, licences] = useDisclosure(false);
  const view = about.data;
  if (about.isError) return <ErrorNotice error={about.error} retry={() => about.refetch()} />;
  if (!view) return <RowSkeletons rows={3} />;
  // Nothing in it says whose computer this is.
  const details = [
    `CareKey ${view.version}`,
    view.system,
    navigator.userAgent,
    ledger.data && `${ledger.data.networkId.slice(0, 16)} · ${ledger.data.phase} · ${ledger.data.height}`,
    `${document.documentElement.lang} · ${window.innerWidth} × ${window.innerHeight} · ${window.devicePixelRatio}`,
  ]
    .filter(Boolean)
    .join("\n");
  return (
    <Stack gap="lg" data-testid="about-page">
      <Text>{t("about.lead")}</Text>
      <Group gap="xl">
        <PlainValue label={t("about.version")} value={view.version} />
        <PlainValue label={t("about.system")} value={view.system} />
      </Group>
      <CopyValue label={t("about.dataFolder")} value={view.dataFolder} />
      <Text size="sm" c="dimmed">
        {t("about.dataHint")}
      </Text>
      <Text>{t("about.licence")}</Text>
      <Group>
        <Button
          variant="default"
          leftSection={<IconLicense size={18} aria-hidden />}
          onClick={licences.open}
          data-testid="about-licences"
        >
          {t("about.licences")}
        </Button>
        <CopyButton value={details}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              leftSection={copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
              onClick={copy}
              data-testid="about-copy"
            >
              {t(copied ? "app.copied" : "about.copy")}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Text size="sm" c="dimmed">
        {t("about.copyHint")}
      </Text>
      <LicencesDialog opened={showing} onClose={licences.close} />
    </Stack>
  );
}

function LicencesDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const list = useQuery({
    queryKey: ["licences"],
    queryFn: loadLicences,
    enabled: opened,
    staleTime: Number.POSITIVE_INFINITY,
    networkMode: "always",
  });
  const [text, setText] = useState("");
  const [wanted] = useDebouncedValue(text.trim().toLowerCase(), 150);
  const [part, setPart] = useState<Part | null>(null);
  const close = () => {
    setPart(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      size="xl"
      title={part ? `${part.name} ${part.version}` : t("about.licences")}
    >
      {list.isPending && <RowSkeletons />}
      {list.isError && <Text>{t("about.noList")}</Text>}
      {list.data && part && <Texts list={list.data} part={part} onBack={() => setPart(null)} />}
      {list.data && !part && (
        <Stack>
          <Text>{t("about.thanks", { count: list.data.parts.length })}</Text>
          <TextInput
            aria-label={t("about.search")}
            placeholder={t("about.search")}
            leftSection={<IconSearch size={18} aria-hidden />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            data-testid="licences-search"
          />
          <ul className="ck-plain ck-licences" data-testid="licences-list">
            {list.data.parts
              .filter(({ name, licence }) => `${name} ${licence}`.toLowerCase().includes(wanted))
              .map((one) => (
                <li key={`${one.name} ${one.version}`}>
                  <Anchor component="button" onClick={() => setPart(one)} data-testid="licence">
                    {one.name} {one.version}
                  </Anchor>
                  <Text span size="sm" c="dimmed">
                    {one.licence}
                  </Text>
                </li>
              ))}
          </ul>
        </Stack>
      )}
    </Modal>
  );
}

function Texts({ list, part, onBack }: { list: Licences; part: Part; onBack: () => void }) {
  const { t } = useTranslation();
  const texts = part.texts.flatMap((place) => list.texts[place] ?? []);
  return (
    <Stack>
      <Group>
        <Button variant="default" onClick={onBack}>
          {t("app.back")}
        </Button>
        <Text>{part.licence}</Text>
      </Group>
      {texts.map((one) => (
        <Text key={one} className="ck-text" size="sm">
          {one}
        </Text>
      ))}
      {texts.length === 0 && <Text c="dimmed">{t("about.noText")}</Text>}
    </Stack>
  );
}
