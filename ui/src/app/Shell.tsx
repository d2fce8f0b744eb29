import { ActionIcon, AppShell, Burger, Button, Group, Stack, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  type Icon,
  IconBriefcase2,
  IconCalendarTime,
  IconEye,
  IconFileText,
  IconHeartHandshake,
  IconHome,
  IconInbox,
  IconLock,
  IconPencil,
  IconSettings,
  IconSwitchHorizontal,
  IconUsers,
} from "@tabler/icons-react";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { PersonBadge } from "@/components/PersonBadge";
import { TaskTray } from "@/components/TaskTray";
import { LedgerFooter } from "@/features/ledger/LedgerFooter";
import { NetworkNotice } from "@/features/ledger/NetworkNotice";
import { DropTarget } from "@/features/records/DropTarget";
import { useAsk, useDo } from "@/platform/queries";
import { useForgetEverything, useLockNow, usePresence } from "./lock";
import { isClinician, useOpenSession } from "./session";

type Place =
  | "/"
  | "/patients"
  | "/appointments"
  | "/records"
  | "/people"
  | "/activity"
  | "/shared"
  | "/write"
  | "/settings";
type NavKey =
  | "home"
  | "inbox"
  | "appointments"
  | "records"
  | "people"
  | "activity"
  | "shared"
  | "patients"
  | "write"
  | "settings";

interface NavItem {
  to: Place;
  key: NavKey;
  icon: Icon;
}

const PERSON: NavItem[] = [
  { to: "/", key: "home", icon: IconHome },
  { to: "/records", key: "records", icon: IconFileText },
  { to: "/people", key: "people", icon: IconUsers },
  { to: "/activity", key: "activity", icon: IconEye },
  { to: "/shared", key: "shared", icon: IconHeartHandshake },
  { to: "/settings", key: "settings", icon: IconSettings },
];

const CLINICIAN: NavItem[] = [
  { to: "/", key: "inbox", icon: IconInbox },
  { to: "/patients", key: "patients", icon: IconBriefcase2 },
  { to: "/write", key: "write", icon: IconPencil },
  { to: "/appointments", key: "appointments", icon: IconCalendarTime },
  { to: "/settings", key: "settings", icon: IconSettings },
];

/** Frame of every page of an open profile: who I am, where I can go, and how the ledger stands. */
export function Shell() {
  const { t } = useTranslation();
  const { profile, network } = useOpenSession();
  const [opened, { toggle, close }] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  usePresence();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const items = isClinician(profile) ? CLINICIAN : PERSON;

  // A new page begins at its heading, for eyes and for screen readers.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is the trigger
  useEffect(() => {
    close();
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [path]);

  return (
    <AppShell
      className="ck-shell"
      header={{ height: { base: 56, sm: 0 } }}
      navbar={{ width: "15.75rem", breakpoint: "sm", collapsed: { mobile: !opened } }}
      footer={{ height: 44 }}
      padding="lg"
      layout="alt"
      transitionDuration={120}
    >
      <button type="button" className="ck-skip" onClick={() => main.current?.focus()}>
        {t("app.skip")}
      </button>
      <AppShell.Header className="ck-frame" hiddenFrom="sm" bg="var(--ck-surface)">
        <Group h="100%" px="md" wrap="nowrap">
          <Burger
            opened={opened}
            onClick={toggle}
            size="sm"
            aria-label={t("app.menu")}
            aria-expanded={opened}
          />
          <Text fw={650} truncate>
            {profile.name}
          </Text>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className="ck-frame" p="sm" bg="var(--ck-surface)">
        <Group wrap="nowrap" gap="sm" px={4} pb="md" pt={4} data-testid="profile-me">
          <PersonBadge name={profile.name} initials={profile.initials} role={profile.role} size={40} />
          <div className="ck-grow">
            <Text fw={650} lh={1.25} lineClamp={2}>
              {profile.name}
            </Text>
            <Text size="sm" c="dimmed" lh={1.3} lineClamp={2}>
              {profile.about ?? t(`role.${profile.role}`)}
            </Text>
          </div>
          <Burger opened={opened} onClick={toggle} size="sm" hiddenFrom="sm" aria-label={t("app.menu")} />
        </Group>
        <nav aria-label={t("nav.label")} className="ck-grow ck-navlist">
          <Stack gap={4}>
            {items.map(({ to, key, icon: NavIcon }) => (
              <Link
                key={to}
                to={to}
                className="ck-nav"
                data-testid={`nav-${key}`}
                data-on={isOn(to, key === "patients" && path.startsWith("/shared") ? "/patients" : path)}
                aria-current={
                  isOn(to, key === "patients" && path.startsWith("/shared") ? "/patients" : path)
                    ? "page"
                    : undefined
                }
              >
                <NavIcon size={20} stroke={1.75} aria-hidden />
                <span className="ck-grow">{t(`nav.${key}`)}</span>
                {key === "activity" && <FlagCount />}
                {key === "inbox" && <InboxCount />}
              </Link>
            ))}
          </Stack>
        </nav>
        <SessionButtons />
        {network.sample && (
          <Text size="xs" c="dimmed" px={4} pt="xs">
            {t("app.sample")}
          </Text>
        )}
      </AppShell.Navbar>
      <AppShell.Main id="main" ref={main} tabIndex={-1} className="ck-main">
        <NetworkNotice />
        <Outlet />
      </AppShell.Main>
      <AppShell.Footer bg="var(--ck-surface)">
        <LedgerFooter />
      </AppShell.Footer>
      <TaskTray />
      {!isClinician(profile) && <DropTarget />}
    </AppShell>
  );
}

/** Patients are a clinician's first page, so what is shared with them belongs to it. */
function isOn(to: Place, path: string): boolean {
  if (to !== "/") return path === to || path.startsWith(`${to}/`);
  return path === "/" || path === "";
}

function FlagCount() {
  const { data } = useAsk("home_summary", {});
  if (!data?.flagged) return null;
  return (
    <Text span size="sm" fw={700} c="var(--ck-warn)">
      {data.flagged}
    </Text>
  );
}

function InboxCount() {
  const { data } = useAsk("inbox_list", {});
  if (!data?.unread) return null;
  return (
    <Text span size="sm" fw={700} c="var(--mantine-primary-color-light-color)" data-testid="inbox-count">
      {data.unread}
    </Text>
  );
}

function SessionButtons() {
  const { t } = useTranslation();
  const lock = useLockNow();
  const close = useDo("profile_close", useForgetEverything());
  return (
    <Group gap={4} wrap="nowrap">
      <Button
        className="ck-grow"
        variant="subtle"
        color="gray"
        justify="flex-start"
        leftSection={<IconSwitchHorizontal size={18} aria-hidden />}
        onClick={() => close.mutate({})}
        data-testid="switch-person"
        px="sm"
      >
        {t("nav.switch")}
      </Button>
      <Tooltip label={t("security.lockKeys")}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t("nav.lock")}
          aria-keyshortcuts="Control+Shift+L"
          onClick={lock}
          data-testid="lock"
        >
          <IconLock size={18} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
