import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "./ErrorNotice";

interface ConfirmProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What follows from it. */
  children: ReactNode;
  /** The words on the button that does it. */
  sure: string;
  /** The words on the button that does not. */
  keep?: string;
  doing: { isPending: boolean; isError: boolean; error: unknown };
  onSure: () => void;
  "data-testid": string;
}

/** Asks once more before what cannot be undone. */
export function ConfirmDialog(props: ConfirmProps) {
  const { t } = useTranslation();
  const { doing } = props;
  const id = props["data-testid"];
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title}>
      <Stack data-testid={id}>
        {props.children}
        {doing.isError && <ErrorNotice error={doing.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose} data-autofocus data-testid={`${id}-keep`}>
            {props.keep ?? t("app.cancel")}
          </Button>
          <Button color="red" loading={doing.isPending} onClick={props.onSure} data-testid={`${id}-sure`}>
            {props.sure}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
