import { Center, Container, Skeleton, Stack } from "@mantine/core";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { ErrorNotice } from "@/components/ErrorNotice";
import { ConfirmWords } from "@/features/onboarding/ConfirmWords";
import { Enrol } from "@/features/onboarding/Enrol";
import { StartScreen } from "@/features/start/StartScreen";
import { UnlockScreen } from "@/features/unlock/UnlockScreen";
import { useAsk } from "@/platform/queries";
import { CrashBoundary } from "./CrashBoundary";
import { useForgetEverything } from "./lock";
import { makeRouter } from "./router";

/** Decides what this window shows: the start screen, a step of the setup, the lock, or a person's pages. */
export function Gate() {
  const session = useAsk("session_state", {});
  const profileId = session.data?.profile?.id;
  const role = session.data?.profile?.role;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another person gets a router, and a history, of their own
  const router = useMemo(() => makeRouter(role), [profileId, role]);

  // However it was locked: what the profile answered is forgotten with its keys.
  const locked = session.data?.stage === "locked";
  const forget = useForgetEverything();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the lock is the trigger
  useEffect(() => {
    if (locked) forget();
  }, [locked]);

  if (session.isError && !session.data) {
    return (
      <Container size="sm" py="xl">
        <ErrorNotice error={session.error} retry={() => session.refetch()} />
      </Container>
    );
  }
  if (!session.data) {
    return (
      <Center mih="60vh">
        <Stack w={320} aria-busy="true">
          <Skeleton h={28} />
          <Skeleton h={64} />
          <Skeleton h={64} />
        </Stack>
      </Center>
    );
  }
  return <CrashBoundary key={session.data.stage}>{stage()}</CrashBoundary>;

  function stage() {
    const view = session.data;
    if (!view) return null;
    switch (view.stage) {
      case "start":
        return <StartScreen session={view} />;
      case "confirmWords":
        return <ConfirmWords name={view.profile?.name ?? ""} />;
      case "enrol":
        return <Enrol session={view} />;
      case "locked":
        return <UnlockScreen session={view} />;
      case "open":
        return <RouterProvider router={router} />;
    }
  }
}
