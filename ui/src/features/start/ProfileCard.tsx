import { ActionIcon, Badge, Card, Group, Loader, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconExternalLink, IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { ProfileView } from "@/bindings/ProfileView";
import { PersonBadge } from "@/components/PersonBadge";
import { ProfileMenu } from "./ProfileMenu";

/** One person: opens here, or in a window of their own; an own profile can be renamed and removed. */
export function ProfileCard(props: {
  profile: ProfileView;
  busy: boolean;
  onOpen: (newWindow: boolean) => void;
}) {
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
      {!profile.sample && <ProfileMenu profile={profile} />}
    </Card>
  );
}
