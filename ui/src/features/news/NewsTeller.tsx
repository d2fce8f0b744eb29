import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isClinician } from "@/app/session";
import type { NewsView } from "@/bindings/NewsView";
import { host } from "@/platform";
import { useAsk } from "@/platform/queries";
import { type Told, tell } from "./words";

/** News that come within this time are told together: a morning's documents are one piece of news. */
const GATHER = 1_500;

/** Tells what is new: in the window, through the system while the person looks elsewhere, and at the icon beside the clock. */
export function NewsTeller() {
  const { t } = useTranslation();
  const { data: session } = useAsk("session_state", {});
  const [unseen, setUnseen] = useState(0);
  const open = session?.stage === "open";
  const name = session?.profile?.name ?? "";
  const clinician = session?.profile ? isClinician(session.profile) : false;
  const { notifications: wanted = true, hideNames = false } = session?.settings ?? {};
  const hidden = hideNames || !open;

  const say = useCallback(
    async (news: NewsView[]) => {
      const told = tell(t, news, { clinician, hideNames: hidden });
      const away =
        wanted &&
        (await host.desktop.notify(
          ...spoken(told, hidden ? t("news.forYou") : t("news.forPerson", { name })),
        ));
      // In one's own window there is no need to hide anything, once it is open.
      for (const one of tell(t, news, { clinician, hideNames: !open })) {
        toast(one, t("news.show"), away);
      }
      if (away || !document.hasFocus()) setUnseen((count) => count + news.length);
    },
    [t, clinician, hidden, wanted, name, open],
  );
  const latest = useRef(say);
  latest.current = say;

  useEffect(() => {
    let gathered: NewsView[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listening = host.listen((event) => {
      if (event.type !== "news") return;
      gathered.push(event.news);
      timer ??= setTimeout(() => {
        const news = gathered;
        gathered = [];
        timer = undefined;
        void latest.current(news);
      }, GATHER);
    });
    const seen = () => setUnseen(0);
    window.addEventListener("focus", seen);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("focus", seen);
      void listening.then((stop) => stop());
    };
  }, []);

  useEffect(() => {
    const words = { open: t("news.trayOpen"), lock: t("news.trayLock"), quit: t("news.trayQuit") };
    const line = hidden ? t("news.trayHidden", { count: unseen }) : t("news.tray", { count: unseen, name });
    void host.desktop.tray(words, unseen > 0 ? line : null);
  }, [t, unseen, hidden, name]);
  return null;
}

/** Title, text and place of the system's notification: one for all that is told at once. */
function spoken(told: Told[], below: string): [string, string, string] {
  const [first, ...more] = told;
  const text = [...more.map((one) => one.sentence), below].join("\n");
  return [first?.sentence ?? "", text, more.length === 0 ? (first?.place ?? "/") : "/"];
}

function toast({ sentence, place }: Told, show: string, away: boolean) {
  const id = notifications.show({
    message: (
      <Group justify="space-between" wrap="nowrap" data-testid="news">
        <Text>{sentence}</Text>
        <Button
          size="compact-sm"
          variant="light"
          className="ck-fixed"
          onClick={() => {
            notifications.hide(id);
            goTo(place);
          }}
          data-testid="news-show"
        >
          {show}
        </Button>
      </Group>
    ),
    // Whoever was away finds it on coming back.
    autoClose: away ? false : 8_000,
  });
}

/** Turns the open person's pages to a place, from outside of them. */
export function goTo(place: string) {
  window.location.hash = `#${place}`;
}
