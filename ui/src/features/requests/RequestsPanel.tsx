import { Button, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RequestView } from "@/bindings/RequestView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Panel } from "@/components/Page";
import { GrantDialog } from "@/features/grants/GrantDialog";
import { useAsk } from "@/platform/queries";
import { IncomingRequest } from "./RequestCard";

/** Requests to this person: those that wait first; those of strangers apart. Nothing while there are none. */
export function RequestsPanel() {
  const { t } = useTranslation();
  const list = useAsk("requests_list", {});
  const { approve, dialog } = useApproval();
  const incoming = (list.data?.requests ?? []).filter((one) => !one.outgoing);
  const waiting = incoming.filter((one) => one.state.state === "asked");
  const answered = incoming.filter((one) => one.state.state !== "asked" && !one.stranger);
  if (list.isError) return <ErrorNotice error={list.error} retry={() => list.refetch()} />;
  const strangers = waiting.filter((one) => one.stranger);
  return (
    <>
      {waiting.length + answered.length > 0 && (
        <Panel title={t("requests.title")} testId="requests">
          <Stack gap="xs">
            <Rows requests={waiting.filter((one) => !one.stranger)} onApprove={approve} />
            {strangers.length > 0 && (
              <Fold text={t("requests.strangers", { count: strangers.length })} testId="requests-strangers">
                <Rows requests={strangers} onApprove={approve} />
              </Fold>
            )}
            {answered.length > 0 && (
              <Fold text={t("requests.earlier")} testId="requests-earlier">
                <Rows requests={answered} onApprove={approve} />
              </Fold>
            )}
          </Stack>
        </Panel>
      )}
      {dialog}
    </>
  );
}

/** On the first page: only what waits for an answer, of people this person knows. */
export function WaitingRequests() {
  const list = useAsk("requests_list", {});
  const waiting = (list.data?.requests ?? []).filter((one) => !one.outgoing && one.state.state === "asked");
  const shown = waiting.filter((one) => !one.stranger);
  const { approve, dialog } = useApproval();
  return (
    <>
      <Rows requests={shown} onApprove={approve} compact />
      {dialog}
    </>
  );
}

/** The dialog that answers a request by sharing. It outlives the request's row, which goes as soon as it is answered. */
function useApproval() {
  const [request, setRequest] = useState<RequestView>();
  const [opened, { open, close }] = useDisclosure(false);
  const approve = (chosen: RequestView) => {
    setRequest(chosen);
    open();
  };
  const dialog = request ? (
    <GrantDialog
      opened={opened}
      onClose={close}
      prefill={{
        personId: request.person.id,
        targets: request.collections.map((collection) => ({ kind: "collection", collection })),
        until: request.until,
        purpose: request.purpose,
        requestId: request.id,
      }}
    />
  ) : null;
  return { approve, dialog };
}

interface RowsProps {
  requests: RequestView[];
  onApprove: (request: RequestView) => void;
  compact?: boolean;
}

function Rows({ requests, onApprove, compact }: RowsProps) {
  if (requests.length === 0) return null;
  return (
    <div className="ck-rows">
      {requests.map((request) => (
        <IncomingRequest key={request.id} request={request} compact={compact} onApprove={onApprove} />
      ))}
    </div>
  );
}

export function Fold(props: { text: string; testId: string; children: React.ReactNode }) {
  const [opened, { toggle }] = useDisclosure(false);
  return (
    <div>
      <Button
        variant="subtle"
        color="gray"
        onClick={toggle}
        aria-expanded={opened}
        rightSection={
          opened ? <IconChevronUp size={18} aria-hidden /> : <IconChevronDown size={18} aria-hidden />
        }
        data-testid={props.testId}
      >
        {props.text}
      </Button>
      {opened && props.children}
    </div>
  );
}
