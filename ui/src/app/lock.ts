import { useHotkeys } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { host } from "@/platform";
import { useDo } from "@/platform/queries";

/** The program hears of the person at most this often. */
const TOLD_EVERY_MS = 10_000;

/** What a locked or closed profile must not leave in the window: every answer it gave. */
export function useForgetEverything() {
  const client = useQueryClient();
  return () => {
    window.location.hash = "#/";
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session_state" });
    client.getMutationCache().clear();
    void client.invalidateQueries({ queryKey: ["session_state"] });
  };
}

/** Locks at once. */
export function useLockNow() {
  const forget = useForgetEverything();
  const lock = useDo("profile_lock", forget);
  return () => lock.mutate({});
}

/** For an open profile: the key that locks it, and the program's knowledge that somebody is there. */
export function usePresence() {
  const lock = useLockNow();
  useHotkeys([["mod+shift+L", lock]], []);
  useEffect(() => {
    let told = Number.NEGATIVE_INFINITY;
    const tell = () => {
      const now = performance.now();
      if (now - told < TOLD_EVERY_MS) return;
      told = now;
      void host.call("profile_activity", { hidden: false }).catch(() => {});
    };
    const hide = () => {
      if (document.hidden) void host.call("profile_activity", { hidden: true }).catch(() => {});
    };
    const inputs = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;
    for (const input of inputs) window.addEventListener(input, tell, { passive: true, capture: true });
    document.addEventListener("visibilitychange", hide);
    return () => {
      for (const input of inputs) window.removeEventListener(input, tell, { capture: true });
      document.removeEventListener("visibilitychange", hide);
    };
  }, []);
}
