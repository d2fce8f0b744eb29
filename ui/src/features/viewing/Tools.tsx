import { ActionIcon, Kbd, Modal, Table, Tooltip } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { en } from "@/i18n/en";

export type ToolWord = keyof typeof en.viewing.tool;

/** A button of a viewer's toolbar, with its key. */
export function Tool(props: {
  icon: Icon;
  word: ToolWord;
  keys?: string;
  on?: boolean;
  disabled?: boolean;
  onClick: () => void;
}) {
  const { t } = useTranslation();
  const label = t(`viewing.tool.${props.word}`);
  const ToolIcon = props.icon;
  return (
    <Tooltip label={props.keys ? `${label} (${props.keys})` : label}>
      <ActionIcon
        variant={props.on ? "filled" : "default"}
        size="lg"
        aria-label={label}
        aria-pressed={props.on}
        aria-keyshortcuts={props.keys}
        disabled={props.disabled}
        onClick={props.onClick}
        data-testid={`tool-${props.word}`}
      >
        <ToolIcon size={20} stroke={1.75} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

export type Shortcuts = {
  keys: string;
  word: ToolWord;
  run: (event: KeyboardEvent) => void;
  hidden?: boolean;
}[];

/** Keys of a viewer, wherever on its page one is, but not while typing, in a menu or on a slider. */
export function useShortcuts(shortcuts: Shortcuts) {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : document.body;
      const busy =
        target.closest(
          "input, textarea, select, [contenteditable], [role=slider], [role=listbox], [role=menu], [role=dialog], [role=tab]",
        ) !== null;
      if (busy || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      // The space bar and Enter belong to the button that has the focus.
      if ((event.key === " " || event.key === "Enter") && target.closest("button, a, summary")) return;
      const pressed = `${event.shiftKey && event.key.length > 1 ? "Shift+" : ""}${event.key === " " ? "Space" : event.key}`;
      const found = current.current.find(({ keys }) =>
        keys.split(" ").some((key) => key.toLowerCase() === pressed.toLowerCase()),
      );
      if (!found) return;
      event.preventDefault();
      found.run(event);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}

const NAMES: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  PageUp: "Page ↑",
  PageDown: "Page ↓",
};

/** The list behind "?". */
export function ShortcutHelp(props: { shortcuts: Shortcuts; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t("viewing.keys")} data-testid="shortcuts">
      <Table>
        <Table.Tbody>
          {props.shortcuts
            .filter(({ hidden }) => !hidden)
            .map(({ keys, word }) => (
              <Table.Tr key={keys}>
                <Table.Td>
                  {keys.split(" ").map((key) => (
                    <Kbd key={key} mr={4}>
                      {key === "+"
                        ? key
                        : key
                            .split("+")
                            .map((part) => NAMES[part] ?? part)
                            .join(" ")}
                    </Kbd>
                  ))}
                </Table.Td>
                <Table.Td>{t(`viewing.tool.${word}`)}</Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
