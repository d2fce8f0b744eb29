import { Alert, FileButton, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconPhotoSearch } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type DragEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { readPicture } from "./picture";

/** Reads the code in a picture that the person picks, drops here, or pastes while this is shown. */
export function QrReader({ onText }: { onText: (text: string) => void }) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const { mutate, data, isPending } = useMutation({
    mutationFn: readPicture,
    onSuccess: (read) => {
      if ("text" in read) onText(read.text);
    },
  });

  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const picture = [...(event.clipboardData?.files ?? [])].find((file) => file.type.startsWith("image/"));
      if (!picture) return;
      event.preventDefault();
      mutate(picture);
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, [mutate]);

  const drag = (event: DragEvent) => {
    event.preventDefault();
    setOver(event.type === "dragover");
  };
  return (
    <Stack gap="xs" data-testid="qr-reader" data-state={isPending ? "reading" : undefined}>
      <FileButton
        accept="image/*"
        onChange={(file) => file && mutate(file)}
        inputProps={{ "data-testid": "qr-file", "aria-label": t("qr.pick") } as object}
      >
        {(props) => (
          <UnstyledButton
            {...props}
            className="ck-drop"
            data-over={over}
            onDragOver={drag}
            onDragLeave={drag}
            onDrop={(event) => {
              drag(event);
              const file = event.dataTransfer.files[0];
              if (file) mutate(file);
            }}
            data-testid="qr-pick"
          >
            <IconPhotoSearch size={28} stroke={1.5} aria-hidden />
            <span>
              <Text span display="block" fw={600}>
                {t(isPending ? "qr.reading" : "qr.pick")}
              </Text>
              <Text span display="block" size="sm" c="dimmed">
                {t("qr.pickHint")}
              </Text>
            </span>
          </UnstyledButton>
        )}
      </FileButton>
      {data && "why" in data && !isPending && (
        <Alert color="amber" role="alert" data-testid="qr-unreadable">
          {t(`qr.${data.why}`)}
        </Alert>
      )}
    </Stack>
  );
}
