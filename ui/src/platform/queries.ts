import {
  type QueryClient,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";
import type { AppEvent } from "@/bindings/AppEvent";
import { CallError, type CommandName, host, type RequestOf, type ResponseOf } from ".";

/**
 * Answers that will change soon are asked again while they do. Events come first; this is for those that were sent before
 * the window listened.
 */
const SOON: { [K in CommandName]?: (answer: ResponseOf<K>) => number | false } = {
  network_state: ({ phase }) => phase === "starting" && 1_500,
  profiles_list: ({ profiles }) => profiles.length === 0 && 1_500,
  grants_list: ({ grants }) =>
    grants.some(({ state }) => ["saved", "sent", "stopping"].includes(state.state)) && 3_000,
  clinic_written: ({ rows }) => rows.some(({ state }) => state.state !== "confirmed") && 3_000,
  tasks_list: ({ tasks }) => tasks.some(({ state }) => state === "running") && 1_000,
};

/** Asks and keeps the answer until an event says that it changed. */
export function useAsk<K extends CommandName>(
  name: K,
  request: RequestOf<K>,
  options: { enabled?: boolean; refetchInterval?: number } = {},
): UseQueryResult<ResponseOf<K>, CallError> {
  return useQuery<ResponseOf<K>, CallError>({
    queryKey: [name, request],
    queryFn: () => host.call(name, request),
    refetchInterval: ({ state }) => (state.data !== undefined && SOON[name]?.(state.data)) || false,
    ...options,
  });
}

/** Asks for something to be done. */
export function useDo<K extends CommandName>(name: K, onDone?: (answer: ResponseOf<K>) => void) {
  return useMutation<ResponseOf<K>, CallError, RequestOf<K>>({
    mutationFn: (request) => host.call(name, request),
    onSuccess: onDone,
  });
}

/** Which answers an event makes stale. */
const STALE: Record<AppEvent["type"], CommandName[]> = {
  headMoved: ["ledger_state"],
  hospitalsChanged: ["ledger_state", "ledger_verified"],
  recordsChanged: ["summary_show", "records_list", "home_summary", "grant_preview", "ledger_state"],
  grantsChanged: ["requests_list", "grants_list", "home_summary", "grant_preview", "ledger_state"],
  accessChanged: ["access_log", "home_summary", "grants_list"],
  sharedChanged: ["inbox_list", "shared_list", "shared_records", "home_summary", "clinic_recipients"],
  writtenChanged: ["clinic_written", "ledger_state"],
  recoveryChanged: ["recovery_state", "help_state"],
  messagesChanged: ["home_summary", "requests_list", "appointments_list", "inbox_list"],
  sessionChanged: ["session_state"],
  profilesChanged: ["profiles_list"],
  task: [],
  news: [],
  network: ["network_state", "session_state", "ledger_state"],
};

export function applyEvent(client: QueryClient, event: AppEvent) {
  for (const name of STALE[event.type] ?? []) void client.invalidateQueries({ queryKey: [name] });
  if (event.type === "task") {
    client.setQueryData<ResponseOf<"tasks_list">>(["tasks_list", {}], (old) => {
      const others = (old?.tasks ?? []).filter((task) => task.id !== event.task.id);
      return { tasks: [event.task, ...others] };
    });
  }
}

/** Keeps the window in step with the program; belongs once near the root. */
export function useEvents() {
  const client = useQueryClient();
  useEffect(() => {
    let stop: (() => void) | undefined;
    let gone = false;
    host
      .listen((event) => applyEvent(client, event))
      .then((unlisten) => {
        if (gone) unlisten();
        else stop = unlisten;
      })
      .catch((thrown: unknown) => console.error("No events:", CallError.from(thrown).view));
    return () => {
      gone = true;
      stop?.();
    };
  }, [client]);
}
