import { Card, SegmentedControl, Text } from "@mantine/core";
import {
  type Icon,
  IconCalendarTime,
  IconClock,
  IconFileText,
  IconHeartHandshake,
  IconInbox,
  IconMessageReply,
} from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { brief, clock, day } from "@/app/locale";
import type { InboxItem } from "@/bindings/InboxItem";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Empty, Page, RowSkeletons } from "@/components/Page";
import { PersonBadge } from "@/components/PersonBadge";
import { theirs } from "@/features/grants/words";
import { allowedIn, collectionsIn } from "@/features/requests/words";
import { useAsk, useDo } from "@/platform/queries";

const FILTERS = ["all", "unread", "shares", "answers", "appointments"] as const;
type Filter = (typeof FILTERS)[number];

const ICONS: Record<InboxItem["about"]["kind"], Icon> = {
  share: IconHeartHandshake,
  answer: IconMessageReply,
  appointment: IconCalendarTime,
  records: IconFileText,
  ending: IconClock,
};

function passes(filter: Filter, item: InboxItem): boolean {
  switch (filter) {
    case "all":
      return true;
    case "unread":
      return item.unread;
    case "shares":
      return ["share", "records", "ending"].includes(item.about.kind);
    case "answers":
      return item.about.kind === "answer";
    case "appointments":
      return item.about.kind === "appointment";
  }
}

/** What patients did, the newest first: moved through and opened by keyboard. */
export function InboxPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const inbox = useAsk("inbox_list", {});
  const seen = useDo("message_seen");
  const [filter, setFilter] = useState<Filter>("all");
  const [at, setAt] = useState(0);
  const rows = useRef<(HTMLButtonElement | null)[]>([]);
  const items = (inbox.data?.items ?? []).filter((item) => passes(filter, item));
  const current = Math.min(at, Math.max(items.length - 1, 0));
  const unread = inbox.data?.unread ?? 0;

  const open = (item: InboxItem) => {
    if (item.unread && (item.about.kind === "answer" || item.about.kind === "appointment")) {
      seen.mutate({ id: item.id });
    }
    if (item.about.kind === "appointment") void navigate({ to: "/appointments" });
    else void navigate({ to: "/shared/$patientId", params: { patientId: item.person.id } });
  };
  const move = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = Math.min(Math.max(current + step, 0), items.length - 1);
    setAt(next);
    rows.current[next]?.focus();
  };

  return (
    <Page
      title={t("inbox.title")}
      lead={inbox.data && (unread > 0 ? t("inbox.lead", { count: unread }) : t("inbox.leadNone"))}
      actions={
        <SegmentedControl
          aria-label={t("inbox.filter")}
          data={FILTERS.map((value) => ({ value, label: t(`inbox.filters.${value}`) }))}
          value={filter}
          onChange={(value) => {
            setFilter(value as Filter);
            setAt(0);
          }}
          data-testid="inbox-filter"
        />
      }
    >
      {inbox.isPending && <RowSkeletons />}
      {inbox.isError && <ErrorNotice error={inbox.error} retry={() => inbox.refetch()} />}
      {inbox.data && items.length === 0 && (
        <Card>
          <Empty icon={IconInbox} text={t(filter === "all" ? "inbox.empty" : "inbox.emptyFilter")} />
        </Card>
      )}
      {items.length > 0 && (
        <>
          <Card p="xs" data-testid="inbox" onKeyDown={move}>
            <div className="ck-rows">
              {items.map((item, index) => (
                <button
                  key={item.id}
                  type="button"
                  ref={(row) => {
                    rows.current[index] = row;
                  }}
                  className="ck-row ck-button"
                  tabIndex={index === current ? 0 : -1}
                  onFocus={() => setAt(index)}
                  onClick={() => open(item)}
                  data-testid="inbox-row"
                  data-kind={item.about.kind}
                  data-unread={item.unread}
                >
                  <Row item={item} />
                </button>
              ))}
            </div>
          </Card>
          <Text size="sm" c="dimmed">
            {t("inbox.keys")}
          </Text>
        </>
      )}
    </Page>
  );
}

function Row({ item }: { item: InboxItem }) {
  const { t } = useTranslation();
  const KindIcon = ICONS[item.about.kind];
  return (
    <>
      <PersonBadge {...item.person} size={40} />
      <span className="ck-grow">
        <Text component="span" display="block" fw={item.unread ? 700 : 550}>
          {item.person.name}
          {item.unread && (
            <Text span c="var(--mantine-primary-color-light-color)" fw={700}>
              {` · ${t("app.new")}`}
            </Text>
          )}
        </Text>
        <Text component="span" display="block" size="sm" fw={item.unread ? 600 : undefined}>
          {sentenceOf(t, item)}
        </Text>
      </span>
      <Text span size="sm" c="dimmed" className="ck-nowrap">
        {brief(item.at)}
      </Text>
      <KindIcon size={20} stroke={1.5} aria-hidden />
    </>
  );
}

function sentenceOf(t: TFunction, { about }: InboxItem): string {
  switch (about.kind) {
    case "share":
      return t("inbox.share", { what: theirs(t, about.share.what) });
    case "ending":
      return t("inbox.ending", { what: theirs(t, about.share.what), date: day(about.share.until ?? 0) });
    case "records":
      return t("inbox.records", { count: about.records, title: about.newest.title });
    case "answer": {
      const { state, collections } = about.request;
      if (state.state === "granted") {
        return t("inbox.answer.granted", { what: collectionsIn(t, "theirs", collections) });
      }
      if (state.state === "narrowed") {
        return t("inbox.answer.narrowed", { what: allowedIn(t, "theirs", state.allowed) });
      }
      return t(state.state === "declined" ? "inbox.answer.declined" : "inbox.answer.expired");
    }
    case "appointment": {
      const { state, reason } = about.appointment;
      if (state.state === "agreed") {
        const date = `${day(state.slot.at)}, ${clock(state.slot.at)}`;
        return t("inbox.appointment.agreed", { date, reason });
      }
      if (state.state === "calledOff" && state.byMe) return t("inbox.appointment.calledOffByMe", { reason });
      return t(`inbox.appointment.${state.state}`, { reason });
    }
  }
}
