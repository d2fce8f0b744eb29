import { Alert, Button, Checkbox, Group, Modal, Radio, Stack, Text, TextInput } from "@mantine/core";
import { IconPhoneCall } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "@/app/locale";
import type { KeptPartView } from "@/bindings/KeptPartView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useDo } from "@/platform/queries";
import { grouped } from "./number";

/** Somebody reads a number on the telephone: find their new computer, and say yes or no. */
export function HelpDialog(props: { opened: boolean; onClose: () => void; kept: KeptPartView[] }) {
  const { t } = useTranslation();
  return (
    <Modal opened={props.opened} onClose={props.onClose} size="lg" title={t("recovery.helpTitle")}>
      <Conversation {...props} />
    </Modal>
  );
}

/** Begins anew whenever the dialog opens. */
function Conversation({ kept, onClose }: { kept: KeptPartView[]; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [number, setNumber] = useState("");
  const [patientId, setPatientId] = useState(kept.length === 1 ? (kept[0]?.patient.id ?? "") : "");
  const [sure, setSure] = useState(false);
  const find = useDo("help_find");
  const answer = useDo("help_answer", (view) => {
    client.setQueryData(["recovery_state", {}], view);
    onClose();
  });
  const part = kept.find((one) => one.patient.id === patientId);
  const name = part?.patient.name ?? "";
  return (
    <Stack gap="lg">
      <Alert color="amber" icon={<IconPhoneCall aria-hidden />}>
        {t("recovery.helpVoice")}
      </Alert>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          find.mutate({ number });
        }}
      >
        <Group align="flex-end" wrap="wrap">
          <TextInput
            label={t("recovery.helpNumber")}
            description={t("recovery.helpNumberHint")}
            value={number}
            onChange={(event) => {
              setNumber(grouped(event.currentTarget.value));
              find.reset();
            }}
            inputMode="numeric"
            autoComplete="off"
            maxLength={19}
            data-autofocus
            style={{ flex: "1 1 16rem" }}
            data-testid="help-number"
          />
          <Button
            type="submit"
            variant={find.data ? "default" : "filled"}
            loading={find.isPending}
            disabled={number.replace(/\D/g, "").length !== 16}
            data-testid="help-find"
          >
            {t("recovery.helpFind")}
          </Button>
        </Group>
      </form>
      {find.isPending && <Text role="status">{t("recovery.helpLooking")}</Text>}
      {find.isError && <ErrorNotice error={find.error} />}
      {find.data && (
        <Stack data-testid="help-found">
          <Text>{t("recovery.helpFound", { name: find.data.name, date: moment(find.data.at) })}</Text>
          {kept.length > 1 && (
            <Radio.Group label={t("recovery.helpWho")} value={patientId} onChange={setPatientId}>
              <Stack gap="xs" mt="xs">
                {kept.map(({ patient }) => (
                  <Radio key={patient.id} value={patient.id} label={patient.name} />
                ))}
              </Stack>
            </Radio.Group>
          )}
          {part && (
            <>
              <Text>
                {part.waitingDays === 0
                  ? t("recovery.helpYes0", { name })
                  : t("recovery.helpYesDays", { name, count: part.waitingDays })}
              </Text>
              <Checkbox
                checked={sure}
                onChange={(event) => setSure(event.currentTarget.checked)}
                label={t("recovery.helpVoiceCheck", { name })}
                data-testid="help-sure"
              />
              {answer.isError && <ErrorNotice error={answer.error} />}
              <Group justify="flex-end">
                <Button
                  variant="default"
                  disabled={answer.isPending}
                  onClick={() => answer.mutate({ number, patientId, agree: false })}
                  data-testid="help-decline"
                >
                  {t("recovery.helpDecline")}
                </Button>
                <Button
                  disabled={!sure}
                  loading={answer.isPending}
                  onClick={() => answer.mutate({ number, patientId, agree: true })}
                  data-testid="help-agree"
                >
                  {t("recovery.helpAgree", { name })}
                </Button>
              </Group>
            </>
          )}
        </Stack>
      )}
    </Stack>
  );
}
