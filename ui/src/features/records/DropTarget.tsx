import { Overlay, Text } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { host } from "@/platform";
import { ImportDialog } from "./ImportDialog";

/** Files dropped anywhere into the window are added to the person's own records. */
export function DropTarget() {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const [paths, setPaths] = useState<string[] | null>(null);
  useEffect(() => {
    let stop: (() => void) | undefined;
    let gone = false;
    host
      .onFiles((event) => {
        setOver(event.over);
        if (event.paths) setPaths(event.paths);
      })
      .then((unlisten) => {
        if (gone) unlisten();
        else stop = unlisten;
      })
      .catch((thrown: unknown) => console.error("Files cannot be dropped:", thrown));
    return () => {
      gone = true;
      stop?.();
    };
  }, []);
  return (
    <>
      {over && (
        <Overlay fixed center zIndex={400} backgroundOpacity={0.6} data-testid="drop-target">
          <Text c="white" size="xl" fw={650} ta="center">
            <IconFileUpload size={48} aria-hidden />
            <br />
            {t("entries.drop")}
          </Text>
        </Overlay>
      )}
      <ImportDialog opened={paths !== null} onClose={() => setPaths(null)} paths={paths ?? undefined} />
    </>
  );
}
