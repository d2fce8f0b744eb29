import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { GrantView } from "@/bindings/GrantView";
import { useAsk } from "@/platform/queries";
import type { SentenceParts } from "./draft";
import { Sentence } from "./GrantPreview";
import { StateSteps } from "./StateSteps";

const HINTS = {
  saved: "grants.savedHint",
  sent: "grants.sentHint",
  confirmed: "grants.confirmedHint",
} as const;

/** The grant after it was made: saved here, sent, confirmed. */
export function GrantSent(props: {
  created: GrantView;
  sentence: SentenceParts | null;
  onAgain: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const list = useAsk("grants_list", {});
  const grant = list.data?.grants.find((one) => one.id === props.created.id) ?? props.created;
  const { state } = grant;
  const step = state.state === "saved" || state.state === "sent" ? state.state : "confirmed";
  return (
    <Stack gap="lg" data-testid="grant-sent">
      <Sentence parts={props.sentence} />
      <StateSteps
        state={step}
        at={state.state === "confirmed" ? state.at : undefined}
        testId="grant-sent-state"
      />
      {grant.parts > 1 && step !== "confirmed" && <PartsDone grant={grant} />}
      <Text c="dimmed">{t(HINTS[step], { name: grant.grantee.name })}</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={props.onAgain}>
          {t("grants.again")}
        </Button>
        <Button onClick={props.onClose} data-testid="grant-finish" data-autofocus>
          {t("grants.finish")}
        </Button>
      </Group>
    </Stack>
  );
}

/** How many of a grant's parts have arrived. */
export function PartsDone({ grant }: { grant: GrantView }) {
  const { t } = useTranslation();
  const words = t("grants.partsDone", { done: grant.partsDone, total: grant.parts });
  return (
    <div data-testid="grant-parts">
      <Progress value={(100 * grant.partsDone) / grant.parts} aria-label={words} />
      <Text size="sm" c="dimmed">
        {words}
      </Text>
    </div>
  );
}
