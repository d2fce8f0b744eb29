import type { ProfileView } from "@/bindings/ProfileView";
import type { SessionView } from "@/bindings/SessionView";
import { useAsk } from "@/platform/queries";

/** The session of an open window. Only for pages behind the gate. */
export function useOpenSession(): SessionView & { profile: ProfileView } {
  const { data } = useAsk("session_state", {});
  if (!data?.profile) throw new Error("a page was shown without an open profile");
  return { ...data, profile: data.profile };
}

export function isClinician(profile: ProfileView): boolean {
  return profile.role !== "person";
}
