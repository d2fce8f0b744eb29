import {
  ActionIcon,
  Alert,
  Badge,
  Button,
  Card,
  Container,
  Group,
  Loader,
  Popover,
  SimpleGrid,
  Stack,
  Text,
  Title,
  Tooltip,
  UnstyledButton,
} from "@mantine/core";
import {
  IconAdjustments,
  IconExternalLink,
  IconKey,
  IconLock,
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
import { PersonBadge } from "@/components/PersonBadge";
import { CreateWallet } from "@/features/onboarding/CreateWallet";
import { RestoreWallet } from "@/features/onboarding/RestoreWallet";
import { LookSettings } from "@/features/settings/LookSettings";
import { useAsk, useDo } from "@/platform/queries";

/** Whose CareKey? The people of this computer, and the two ways to become one of them. */
export function StartScreen({ session }: { session: SessionView }) {
  const [task, setTask] = useState<"choose" | "create" | "restore">("choose");
  const back = () => setTask("choose");
  switch (task) {
    case "create":
      return <CreateWallet onBack={back} />;
    case "restore":
      return <RestoreWallet onBack={back} />;
    case "choose":
      return (
        <Chooser session={session} onCreate={() => setTask("create")} onRestore={() => setTask("restore")} />
      );
  }
}

function Chooser(props: { session: SessionView; onCreate: () => void; onRestore: () => void }) {
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
        {sample.length > 0 && (
          <section>
            <Title order={2} mb="sm">
              {t("start.people")}
            </Title>
            {cards(sample)}
          </section>
        )}
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
            </Group>
          </Stack>
        </section>
      </Stack>
    </Container>
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

function ProfileCard(props: { profile: ProfileView; busy: boolean; onOpen: (newWindow: boolean) => void }) {
  const { t } = useTranslation();
  const { profile } = props;
  const newLabel = `${t("start.openNew")}: ${profile.name}`;
  return (
    <Card p={0} className="ck-profile" data-busy={props.busy}>
      <UnstyledButton
        className="ck-profile-open"
        onClick={() => props.onOpen(false)}
        disabled={props.busy}
        data-testid={`profile-${profile.id}`}
      >
        {props.busy ? (
          <Loader size={52} aria-hidden />
        ) : (
          <PersonBadge name={profile.name} initials={profile.initials} role={profile.role} size={52} />
        )}
        <span className="ck-grow">
          <Text component="span" display="block" fw={650} size="lg" lh={1.3}>
            {profile.name}
          </Text>
          <Text component="span" display="block" size="sm" c="dimmed" lh={1.35}>
            {profile.about ?? t(`role.${profile.role}`)}
          </Text>
          {(profile.open || profile.locked) && (
            <Group gap={6} component="span" mt={6}>
              {profile.open && (
                <Badge variant="light" tt="none">
                  {t("start.isOpen")}
                </Badge>
              )}
              {profile.locked && (
                <Badge variant="default" tt="none" leftSection={<IconLock size={12} aria-hidden />}>
                  {t("start.locked")}
                </Badge>
              )}
            </Group>
          )}
        </span>
      </UnstyledButton>
      <Tooltip label={t("start.openNew")}>
        <ActionIcon
          className="ck-profile-new"
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={newLabel}
          onClick={() => props.onOpen(true)}
          data-testid={`profile-${profile.id}-window`}
        >
          <IconExternalLink size={18} />
        </ActionIcon>
      </Tooltip>
    </Card>
  );
}
