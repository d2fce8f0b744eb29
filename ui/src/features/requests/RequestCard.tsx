import { Alert, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserQuestion } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { brief } from "@/app/locale";
import type { RequestState } from "@/bindings/RequestState";
import type { RequestView } from "@/bindings/RequestView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { PersonBadge } from "@/components/PersonBadge";
import { PersonLink } from "@/features/grants/PersonLink";
import { useDo } from "@/platform/queries";
import { WordsDialog } from "./WordsDialog";
import { allowedIn, collectionsIn, untilIn } from "./words";

const COLORS: Record<RequestState["state"], string> = {
  asked: "amber",
  granted: "teal",
  narrowed: "teal",
  declined: "gray",
  withdrawn: "gray",
  expired: "gray",
};

export function RequestBadge({ state }: { state: RequestState["state"] }) {
  const { t } = useTranslation();
  return (
    <Badge variant="light" color={COLORS[state]} tt="none" data-testid="request-state" data-state={state}>
      {t(`requests.state.${state}`)}
    </Badge>
  );
}

/** Somebody asks this person: who, what, how long, why; and the three ways to answer. */
export function IncomingRequest(props: {
  request: RequestView;
  compact?: boolean;
  onApprove: (request: RequestView) => void;
}) {
  const { request, compact } = props;
  const { t } = useTranslation();
  const { person } = request;
  const [declining, { open, close }] = useDisclosure(false);
  const seen = useDo("message_seen");
  const decline = useDo("request_decline", close);
  const confirm = useDo("request_confirm");
  const waits = request.state.state === "asked";
  const all =
    request.allowed && request.collections.every((one) => request.allowed?.collections.includes(one));

  // On its own page it has been looked at as soon as it is shown.
  const { mutate: look } = seen;
  useEffect(() => {
    if (request.unread && !compact) look({ id: request.id });
  }, [request.unread, request.id, compact, look]);

  return (
    <div
      className="ck-row ck-top"
      data-testid="request-row"
      data-request={request.id}
      data-state={request.state.state}
    >
      <PersonBadge {...person} />
      <Stack gap={4} className="ck-grow">
        <div>
          <PersonLink person={person} />{" "}
          <Text span c="dimmed" size="sm">
            {[person.specialty, person.hospital].filter(Boolean).join(", ")}
          </Text>
        </div>
        <Text fw={waits ? 600 : undefined}>
          {t("requests.wants", { name: person.name, what: collectionsIn(t, "yours", request.collections) })}
        </Text>
        <Text size="sm">
          {[
            untilIn(t, request.until),
            t(`for.${request.purpose}`),
            request.appointmentId && t("requests.forAppointment"),
            brief(request.asked),
          ]
            .filter(Boolean)
            .join(" · ")}
        </Text>
        {request.words && <Text className="ck-quote">{request.words}</Text>}
        {waits && request.stranger && (
          <Alert color="amber" icon={<IconUserQuestion aria-hidden />} p="xs">
            {t("requests.stranger")}
          </Alert>
        )}
        {!waits && (
          <Group gap="xs">
            <RequestBadge state={request.state.state} />
            {request.state.state === "narrowed" && (
              <Text size="sm">{allowedIn(t, "yours", request.state.allowed)}</Text>
            )}
          </Group>
        )}
        <DeliveryLine request={request} />
        {waits && (
          <Group gap="xs" mt={4}>
            {all ? (
              <>
                <Text size="sm">{t("requests.already", { name: person.name })}</Text>
                <Button
                  size="sm"
                  loading={confirm.isPending}
                  onClick={() => confirm.mutate({ requestId: request.id })}
                  data-testid="request-confirm"
                >
                  {t("requests.alreadyTell")}
                </Button>
              </>
            ) : (
              <Button size="sm" onClick={() => props.onApprove(request)} data-testid="request-approve">
                {t("requests.approve")}
              </Button>
            )}
            <Button size="sm" variant="default" onClick={open} data-testid="request-decline">
              {t("requests.decline")}
            </Button>
          </Group>
        )}
        {confirm.isError && <ErrorNotice error={confirm.error} />}
      </Stack>
      <WordsDialog
        opened={declining}
        onClose={close}
        title={t("requests.declineTitle", { name: person.name })}
        lead={t("requests.declineLead")}
        label={t("requests.declineWords")}
        button={t("requests.decline")}
        onSay={(words) => decline.mutate({ requestId: request.id, words })}
        pending={decline.isPending}
        error={decline.error}
        testId="request-decline-dialog"
      />
    </div>
  );
}

/** What this clinician asked, and what became of it. */
export function OutgoingRequest({ request }: { request: RequestView }) {
  const { t } = useTranslation();
  const withdraw = useDo("request_withdraw");
  const { state } = request;
  return (
    <div
      className="ck-row ck-top"
      data-testid="request-row"
      data-request={request.id}
      data-state={state.state}
    >
      <Stack gap={4} className="ck-grow">
        <Group gap="xs">
          <Text fw={600}>{collectionsIn(t, "theirs", request.collections)}</Text>
          <RequestBadge state={state.state} />
        </Group>
        <Text size="sm" c="dimmed">
          {[untilIn(t, request.until), t(`purpose.${request.purpose}`), brief(request.changed)].join(" · ")}
        </Text>
        {state.state === "narrowed" && <Text size="sm">{allowedIn(t, "theirs", state.allowed)}</Text>}
        {state.state === "declined" && state.words && <Text className="ck-quote">{state.words}</Text>}
        <DeliveryLine request={request} />
        {withdraw.isError && <ErrorNotice error={withdraw.error} />}
      </Stack>
      {state.state === "asked" && (
        <Button
          size="sm"
          variant="default"
          className="ck-fixed"
          loading={withdraw.isPending}
          onClick={() => withdraw.mutate({ requestId: request.id })}
          data-testid="request-withdraw"
        >
          {t("requests.withdraw")}
        </Button>
      )}
    </div>
  );
}

function DeliveryLine({ request }: { request: RequestView }) {
  const { t } = useTranslation();
  if (request.delivery === "sent") return null;
  return (
    <Text size="sm" c={request.delivery === "lost" ? "var(--ck-bad)" : "dimmed"}>
      {t(`requests.${request.delivery}`)}
    </Text>
  );
}
