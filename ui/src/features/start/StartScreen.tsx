import {
  ActionIcon,
  Alert,
  Anchor,
  Button,
  Container,
  Group,
  Loader,
  Popover,
  SimpleGrid,
  Stack,
  Text,
  Title,
  Tooltip,
} from "@mantine/core";
import {
  IconAdjustments,
  IconDeviceFloppy,
  IconKey,
  IconPlugConnectedX,
  IconRestore,
  IconShieldHeart,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NetworkView } from "@/bindings/NetworkView";
import type { ProfileView } from "@/bindings/ProfileView";
import type { SessionView } from "@/bindings/SessionView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RowSkeletons } from "@/components/Page";
import { RestoreBackup } from "@/features/backup/RestoreBackup";
import { CreateWallet } from "@/features/onboarding/CreateWallet";
import { Frame } from "@/features/onboarding/Frame";
import { RestoreWallet } from "@/features/onboarding/RestoreWallet";
import { CallForHelp } from "@/features/recovery/CallForHelp";
import { LostSteps } from "@/features/security/LostSteps";
import { LookSettings } from "@/features/settings/LookSettings";
import { useAsk, useDo } from "@/platform/queries";
import { takeIntent } from "./intent";
import { ProfileCard } from "./ProfileCard";

/** Whose CareKey? The people of this computer, and the ways to become one of them. */
export function StartScreen({ session }: { session: SessionView }) {
  const { t } = useTranslation();
  const [intent] = useState(takeIntent);
  const [task, setTask] = useState<"choose" | "create" | "restore" | "backup" | "lost" | "help">(
    intent?.task ?? "choose",
  );
  const back = () => setTask("choose");
  switch (task) {
    case "lost":
      return (
        <Frame title={t("lost.title")} onBack={back}>
          <LostSteps
            isOpen={false}
            onWords={() => setTask("restore")}
            onBackup={() => setTask("backup")}
            onHelp={() => setTask("help")}
          />
        </Frame>
      );
    case "create":
      return <CreateWallet onBack={back} />;
    case "restore":
      return <RestoreWallet onBack={back} name={intent?.name} replaces={intent?.replaces} />;
    case "help":
      return <CallForHelp onBack={back} />;
    case "backup":
      return <RestoreBackup onBack={back} replaces={intent?.replaces} />;
    case "choose":
      return (
        <Chooser
          session={session}
          onCreate={() => setTask("create")}
          onRestore={() => setTask("restore")}
          onBackup={() => setTask("backup")}
          onLost={() => setTask("lost")}
          onHelp={() => setTask("help")}
        />
      );
  }
}

function Chooser(props: {
  session: SessionView;
  onCreate: () => void;
  onRestore: () => void;
  onBackup: () => void;
  onLost: () => void;
  onHelp: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const list = useAsk("profiles_list", {});
  const network = useAsk("network_state", {}).data ?? props.session.network;
  const open = useDo("profile_open", (session) => {
    client.setQueryData(["session_state", {}], session);
    void client.invalidateQueries({ queryKey: ["profiles_list"] });
  });
  const profiles = list.data?.profiles ?? [];
  const sample = profiles.filter((profile) => profile.sample);
  const own = profiles.filter((profile) => !profile.sample);
  const cards = (some: ProfileView[]) => (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
      {some.map((profile) => (
        <ProfileCard
          key={profile.id}
          profile={profile}
          busy={open.isPending && open.variables?.profileId === profile.id}
          onOpen={(newWindow) => open.mutate({ profileId: profile.id, newWindow })}
        />
      ))}
    </SimpleGrid>
  );
  return (
    <Container size="lg" py="xl" component="main" data-testid="start">
      <Stack gap="xl">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Group gap="md" wrap="nowrap" align="flex-start">
            <IconShieldHeart
              size={44}
              stroke={1.5}
              color="var(--mantine-primary-color-light-color)"
              aria-hidden
            />
            <div>
              <Title order={1}>{t("start.title")}</Title>
              <Text c="dimmed">{t("start.lead")}</Text>
            </div>
          </Group>
          <Popover width={420} position="bottom-end" withArrow trapFocus>
            <Popover.Target>
              <Tooltip label={t("nav.settings")}>
                <ActionIcon
                  variant="default"
                  size="lg"
                  aria-label={t("nav.settings")}
                  data-testid="start-settings"
                >
                  <IconAdjustments size={20} />
                </ActionIcon>
              </Tooltip>
            </Popover.Target>
            <Popover.Dropdown bg="var(--ck-surface)" maw="calc(100vw - 2rem)">
              <LookSettings />
            </Popover.Dropdown>
          </Popover>
        </Group>
        <NetworkNotice network={network} />
        {open.isError && (
          <ErrorNotice error={open.error} retry={() => open.variables && open.mutate(open.variables)} />
        )}
        {list.isPending && <RowSkeletons rows={3} />}
        {list.isError && <ErrorNotice error={list.error} retry={() => list.refetch()} />}
        <section>
          <Title order={2} mb="sm">
            {t("start.own")}
          </Title>
          <Stack>
            {own.length > 0 ? cards(own) : list.data && <Text c="dimmed">{t("start.none")}</Text>}
            <Group gap="sm">
              <Tooltip label={t("start.createHint")}>
                <Button
                  variant="default"
                  leftSection={<IconKey size={18} aria-hidden />}
                  onClick={props.onCreate}
                  data-testid="start-create"
                >
                  {t("start.create")}
                </Button>
              </Tooltip>
              <Tooltip label={t("start.restoreHint")}>
                <Button
                  variant="default"
                  leftSection={<IconRestore size={18} aria-hidden />}
                  onClick={props.onRestore}
                  data-testid="start-restore"
                >
                  {t("start.restore")}
                </Button>
              </Tooltip>
              <Button
                variant="default"
                leftSection={<IconDeviceFloppy size={18} aria-hidden />}
                onClick={props.onBackup}
                data-testid="start-backup"
              >
                {t("unlock.waysBackup")}
              </Button>
            </Group>
          </Stack>
        </section>
        {sample.length > 0 && (
          <section>
            <Title order={2} mb="sm">
              {t("start.people")}
            </Title>
            {cards(sample)}
          </section>
        )}
        {sample.length === 0 && !network.sample && <TrySample />}
        <Group gap="lg">
          <Anchor component="button" type="button" onClick={props.onHelp} data-testid="start-help">
            {t("recovery.startLink")}
          </Anchor>
          <Anchor component="button" type="button" onClick={props.onLost} data-testid="start-lost">
            {t("lost.link")}
          </Anchor>
        </Group>
      </Stack>
    </Container>
  );
}

/** With real hospitals joined, the made-up ones start only for whoever wants them. */
function TrySample() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const start = useDo("sample_start", () => void client.invalidateQueries({ queryKey: ["profiles_list"] }));
  return (
    <Anchor
      component="button"
      type="button"
      onClick={() => start.mutate({})}
      w="fit-content"
      data-testid="start-sample"
    >
      {t("networks.trySample")}
    </Anchor>
  );
}

function NetworkNotice({ network }: { network: NetworkView }) {
  const { t } = useTranslation();
  switch (network.phase) {
    case "starting":
      return (
        <Alert
          icon={<Loader size="sm" aria-hidden />}
          data-testid="network"
          data-phase="starting"
          role="status"
        >
          {t("start.starting")}
        </Alert>
      );
    case "failed":
      return (
        <Alert color="red" title={t("start.failed")} role="alert" data-testid="network" data-phase="failed">
          {network.detail}
        </Alert>
      );
    case "offline":
      return (
        <Alert
          color="amber"
          icon={<IconPlugConnectedX aria-hidden />}
          data-testid="network"
          data-phase="offline"
        >
          {t("start.offline")}
        </Alert>
      );
    case "online":
      return network.sample ? (
        <Text size="sm" c="dimmed" data-testid="network" data-phase="online">
          {t("app.sample")}
        </Text>
      ) : (
        <Text size="sm" c="dimmed" data-testid="network" data-phase="online">
          {network.name}
        </Text>
      );
  }
}
