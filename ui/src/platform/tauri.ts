import { invoke } from "@tauri-apps/api/core";
import { getCurrentWebviewWindow } from "@tauri-apps/api/webviewWindow";
import { open, save } from "@tauri-apps/plugin-dialog";
import type { AppEvent } from "@/bindings/AppEvent";
import type { DesktopMessage, Host } from "./host";
import { CallError } from "./host";

/** The desktop app. The program answers through `call` and `bytes` and speaks on `carekey`; the shell speaks on `desktop`. */
export const host: Host = {
  async call(name, request) {
    try {
      return await invoke("call", { name, request });
    } catch (thrown) {
      throw CallError.from(thrown);
    }
  },
  async bytes(name, request) {
    try {
      return await invoke<ArrayBuffer>("bytes", { name, request });
    } catch (thrown) {
      throw CallError.from(thrown);
    }
  },
  listen: (onEvent) =>
    getCurrentWebviewWindow().listen<AppEvent>("carekey", (event) => onEvent(event.payload)),
  pickFile: (title) => open({ title, multiple: false, directory: false }),
  pickFiles: async (title) => (await open({ title, multiple: true, directory: false })) ?? [],
  pickFolder: (title) => open({ title, multiple: false, directory: true }),
  onFiles: (onEvent) =>
    getCurrentWebviewWindow().onDragDropEvent(({ payload }) => {
      if (payload.type === "drop") onEvent({ over: false, paths: payload.paths });
      else onEvent({ over: payload.type !== "leave" });
    }),
  pickSavePath: (title, suggestedName) => save({ title, defaultPath: suggestedName }),
  desktop: {
    listen: (onMessage) =>
      getCurrentWebviewWindow().listen<DesktopMessage>("desktop", (event) => onMessage(event.payload)),
    notify: (title, body, place) => invoke("notify", { title, body, place }),
    tray: (words, news) => invoke("tray", { words, news }),
    hasTray: async () => (await invoke<{ tray: boolean }>("desktop")).tray,
    takeLink: () => invoke("take_link"),
  },
};
