import type { Desktop, DesktopMessage } from "@/platform/host";

/** A made-up desktop: what it was told, and what it can say. */
export const desk = {
  tray: true,
  /** True while the person looks at another window. */
  away: false,
  link: null as string | null,
  notified: [] as { title: string; body: string; place: string }[],
  news: null as string | null,
  listeners: new Set<(message: DesktopMessage) => void>(),
  say(message: DesktopMessage) {
    for (const listener of desk.listeners) listener(message);
  },
  reset() {
    Object.assign(desk, { tray: true, away: false, link: null, notified: [], news: null });
    desk.listeners.clear();
  },
};

export const desktop: Desktop = {
  listen: async (onMessage) => {
    desk.listeners.add(onMessage);
    return () => void desk.listeners.delete(onMessage);
  },
  notify: async (title, body, place) => {
    if (desk.away) desk.notified.push({ title, body, place });
    return desk.away;
  },
  tray: async (_, news) => {
    desk.news = news;
  },
  hasTray: async () => desk.tray,
  takeLink: async () => {
    const link = desk.link;
    desk.link = null;
    return link;
  },
};
