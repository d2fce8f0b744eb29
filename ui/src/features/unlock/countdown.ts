import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

/** What is left of a wait in words, second by second; null when it is over, which is told once. */
export function useCountdown(waitMs: number, onOver: () => void): string | null {
  const { t } = useTranslation();
  const [left, setLeft] = useState(waitMs);
  const over = useRef(onOver);
  over.current = onOver;
  useEffect(() => {
    setLeft(waitMs);
    if (waitMs <= 0) return;
    const end = performance.now() + waitMs;
    const timer = setInterval(() => {
      const rest = end - performance.now();
      setLeft(rest);
      if (rest > 0) return;
      clearInterval(timer);
      over.current();
    }, 500);
    return () => clearInterval(timer);
  }, [waitMs]);
  if (left <= 0) return null;
  const seconds = Math.ceil(left / 1000);
  if (seconds < 60) return t("unlock.seconds", { count: seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t("unlock.minutes", { minutes, seconds: seconds % 60 });
  return t("unlock.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
