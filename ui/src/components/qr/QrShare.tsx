import { Button, CopyButton, Group, Stack, Textarea } from "@mantine/core";
import { IconCheck, IconCopy, IconPhotoDown } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { CallError, host } from "@/platform";
import { ErrorNotice } from "../ErrorNotice";
import { pathOf, squaresOf } from "./code";
import { makePicture } from "./picture";

interface QrShareProps {
  /** The text in the code, which is also copied. */
  value: string;
  /** What it is, for a screen reader and the dialog: "My contact card". */
  label: string;
  /** Suggested name of the saved picture, without its ending. */
  fileName: string;
  /** The text itself is shown below the code unless this is false. */
  text?: boolean;
}

/** Something to hand over: as a code to photograph, as text to copy, as a picture to send or print. */
export function QrShare({ value, label, fileName, text = true }: QrShareProps) {
  const { t } = useTranslation();
  const save = useMutation<boolean, CallError>({
    mutationFn: async () => {
      const path = await host.pickSavePath(label, `${fileName}.png`);
      if (path === null) return false;
      const png = await makePicture(value);
      await host.call("picture_save", { path, png: btoa(String.fromCharCode(...png)) }).catch((thrown) => {
        throw CallError.from(thrown);
      });
      return true;
    },
  });
  return (
    <Stack data-testid="qr-share">
      <Group justify="center" gap="lg">
        <QrCode value={value} label={label} />
        <Stack gap="sm" flex="1 1 14rem">
          {text && (
            <Textarea
              readOnly
              aria-label={label}
              value={value}
              rows={4}
              onFocus={(event) => event.currentTarget.select()}
              classNames={{ input: "ck-mono" }}
              data-testid="qr-text"
            />
          )}
          <CopyButton value={value}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                leftSection={
                  copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />
                }
                onClick={copy}
                data-testid="qr-copy"
              >
                {t(copied ? "app.copied" : "qr.copy")}
              </Button>
            )}
          </CopyButton>
          <Button
            variant="default"
            leftSection={
              save.data ? <IconCheck size={18} aria-hidden /> : <IconPhotoDown size={18} aria-hidden />
            }
            loading={save.isPending}
            onClick={() => save.mutate()}
            data-testid="qr-save"
          >
            {t(save.data ? "qr.saved" : "qr.save")}
          </Button>
        </Stack>
      </Group>
      {save.isError && <ErrorNotice error={save.error} />}
    </Stack>
  );
}

/** Black on white also in the dark, as readers expect it. */
export function QrCode({ value, label, size = 260 }: { value: string; label: string; size?: number }) {
  const { t } = useTranslation();
  const { side, path } = useMemo(() => {
    const squares = squaresOf(value);
    return { side: squares.length, path: pathOf(squares) };
  }, [value]);
  return (
    <svg
      role="img"
      aria-label={t("qr.of", { label })}
      viewBox={`0 0 ${side} ${side}`}
      width={size}
      height={size}
      shapeRendering="crispEdges"
      className="ck-qr"
      data-testid="qr-code"
    >
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
