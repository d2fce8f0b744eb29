import { Badge, Card, Group, Text, TextInput } from "@mantine/core";
import { IconBriefcase2, IconHeartHandshake, IconSearch } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { brief, day } from "@/app/locale";
import { isClinician, useOpenSession } from "@/app/session";
import type { SharerView } from "@/bindings/SharerView";
import type { ShareView } from "@/bindings/ShareView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Empty, Page, RowSkeletons } from "@/components/Page";
import { PersonBadge } from "@/components/PersonBadge";
import { fullName } from "@/components/person";
import { theirs } from "@/features/grants/words";
import { useAsk } from "@/platform/queries";
import { together } from "./shares";

/** The people who share with me: a clinician's patients, a relative's family. */
export function SharedListPage() {
  const { t } = useTranslation();
  const { profile } = useOpenSession();
  const clinician = isClinician(profile);
  const list = useAsk("shared_list", {});
  const [wanted, setWanted] = useState("");
  const all = list.data?.people ?? [];
  const people = all.filter((sharer) => isNamed(sharer, wanted));
  return (
    <Page
      title={t(clinician ? "shared.titlePatients" : "shared.titleFamily")}
      lead={t(clinician ? "shared.leadPatients" : "shared.leadFamily")}
    >
      {list.isPending && <RowSkeletons />}
      {list.isError && <ErrorNotice error={list.error} retry={() => list.refetch()} />}
      {list.data && all.length === 0 && (
        <Empty
          icon={clinician ? IconBriefcase2 : IconHeartHandshake}
          text={t(clinician ? "shared.emptyPatients" : "shared.emptyFamily")}
        />
      )}
      {(all.length > 1 || clinician) && all.length > 0 && (
        <TextInput
          aria-label={t(clinician ? "shared.searchPatients" : "shared.searchFamily")}
          placeholder={t(clinician ? "shared.searchPatients" : "shared.searchFamily")}
          leftSection={<IconSearch size={18} aria-hidden />}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          data-testid="shared-search"
        />
      )}
      {all.length > 0 && people.length === 0 && (
        <Empty icon={IconSearch} text={t("shared.nobodyNamed", { name: wanted.trim() })} />
      )}
      {people.length > 0 && (
        <Card p="xs" data-testid="shared-list">
          <div className="ck-rows">
            {people.map((sharer) => (
              <SharerRow key={sharer.patient.id} sharer={sharer} />
            ))}
          </div>
        </Card>
      )}
    </Page>
  );
}

/** Each word of what was typed begins a part of the name, as people look for one another. */
function isNamed(sharer: SharerView, wanted: string): boolean {
  const parts = fullName(sharer.patient)
    .toLocaleLowerCase()
    .split(/[\s-]+/);
  const words = wanted
    .toLocaleLowerCase()
    .split(/[\s-]+/)
    .filter(Boolean);
  return words.every((word) => parts.some((part) => part.startsWith(word)));
}

export function activeShares(sharer: SharerView): ShareView[] {
  return sharer.shares.filter((share) => share.state === "active");
}

function SharerRow({ sharer }: { sharer: SharerView }) {
  const { t } = useTranslation();
  const { patient } = sharer;
  const active = activeShares(sharer);
  const first = active[0];
  return (
    <Link
      to="/shared/$patientId"
      params={{ patientId: patient.id }}
      className="ck-row"
      data-testid="patient-row"
      data-patient={patient.id}
    >
      <PersonBadge {...patient} size={44} />
      <span className="ck-grow">
        <Group gap="xs" component="span">
          <Text span fw={650}>
            {fullName(patient)}
          </Text>
          {sharer.unread > 0 && (
            <Badge variant="filled" tt="none">
              {t("shared.new", { count: sharer.unread })}
            </Badge>
          )}
        </Group>
        <Text component="span" display="block" size="sm" c="dimmed">
          {first
            ? [
                together(active)
                  .map((share) => theirs(t, share.what))
                  .join(", "),
                sharer.records > 0 && t("shared.count", { count: sharer.records }),
                first.until ? t("grants.until", { date: day(first.until) }) : t("app.noEnd"),
                t(`purpose.${first.purpose}`),
              ]
                .filter(Boolean)
                .join(" · ")
            : t("shared.ended")}
        </Text>
      </span>
      <Text span size="sm" c="dimmed" className="ck-nowrap">
        {brief(sharer.latest)}
      </Text>
    </Link>
  );
}
