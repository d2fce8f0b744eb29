import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import type { CallError } from "@/platform/host";

/** As many letters as fit a message whatever the language. */
export const WORDS_MAX = 280;

/** A no, or a calling off: what it means, and room for a word to go with it. */
export function WordsDialog(props: {
  opened: boolean;
  onClose: () => void;
  title: string;
  lead: string;
  label: string;
  button: string;
  onSay: (words: string) => void;
  pending: boolean;
  error: CallError | null;
  testId: string;
}) {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title}>
      <form
        data-testid={props.testId}
        onSubmit={(event) => {
          event.preventDefault();
          props.onSay(words.trim());
        }}
      >
        <Stack>
          <Text>{props.lead}</Text>
          <Textarea
            label={`${props.label} (${t("app.optional")})`}
            value={words}
            maxLength={WORDS_MAX}
            autosize
            minRows={2}
            maxRows={5}
            onChange={(event) => setWords(event.currentTarget.value)}
            data-autofocus
            data-testid={`${props.testId}-words`}
          />
          {props.error && <ErrorNotice error={props.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={props.onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" color="red" loading={props.pending} data-testid={`${props.testId}-confirm`}>
              {props.button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
