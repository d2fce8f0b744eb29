import type { HelpView } from "@/bindings/HelpView";
import type { KeptPartView } from "@/bindings/KeptPartView";
import type { PersonView } from "@/bindings/PersonView";
import type { RecoveryAlarmView } from "@/bindings/RecoveryAlarmView";
import type { RecoveryView } from "@/bindings/RecoveryView";
import type { TaskStarted } from "@/bindings/TaskStarted";
import { CallError, type RequestOf } from "@/platform/host";
import { clinicians, maria, weber } from "./people";
import { DAY } from "./records";

/** Recovery by people. The number of the made-up call is 4111 1111 1111 1111. */
export const NUMBER = "4111 1111 1111 1111";

export interface RecoveryWorld {
  view: RecoveryView;
  help: HelpView;
}

const NO_CALL: HelpView = {
  stage: "none",
  name: "",
  number: "",
  started: 0,
  patient: null,
  threshold: null,
  arrived: 0,
  holders: [],
  custody: "keyring",
};

export function makeRecovery(): RecoveryWorld {
  return {
    view: { own: null, alarms: [], kept: [], calls: [], asksSecret: false },
    help: { ...NO_CALL },
  };
}

const person = (at: number): PersonView => clinicians[at] ?? weber;

function holders(): RecoveryView["own"] {
  const now = Date.now();
  return {
    threshold: 2,
    count: 3,
    waitingDays: 7,
    created: now - 40 * DAY,
    holders: [
      { person: { ...weber, contact: true }, state: "keeps", since: now - 40 * DAY, heard: now - 2 * DAY },
      { person: person(0), state: "keeps", since: now - 39 * DAY, heard: now - 9 * DAY },
      { person: person(1), state: "asked", since: now - 40 * DAY, heard: null },
    ],
  };
}

const alarm = (): RecoveryAlarmView => ({
  callId: "02".repeat(33),
  at: Date.now() - DAY / 24,
  stopped: false,
  open: true,
  releaseAt: Date.now() + 7 * DAY,
  told: [{ name: weber.name, answer: "agreed" }],
});

const part = (unread: boolean): KeptPartView => ({
  patient: maria,
  threshold: 2,
  count: 3,
  waitingDays: 7,
  since: Date.now() - 40 * DAY,
  unread,
});

const waiting = (): HelpView => ({
  ...NO_CALL,
  stage: "waiting",
  name: maria.name,
  number: NUMBER,
  started: Date.now(),
});

/** `?recovery=own|alarm|stopped|kept|call|answered|ready|locked` for looking at a screen. */
export function readRecoveryAddress(world: RecoveryWorld, query: URLSearchParams) {
  const now = Date.now();
  switch (query.get("recovery")) {
    case "own":
      world.view.own = holders();
      break;
    case "alarm":
      world.view = { ...world.view, own: holders(), alarms: [alarm()] };
      break;
    case "kept":
      world.view.kept = [part(true)];
      world.view.calls = [
        {
          callId: "03".repeat(33),
          patientId: maria.id,
          patient: maria.name,
          state: "waiting",
          at: now,
          releaseAt: now + 7 * DAY,
        },
      ];
      break;
    case "call":
      world.help = waiting();
      break;
    case "answered":
      world.help = {
        ...waiting(),
        patient: maria.name,
        threshold: 2,
        arrived: 1,
        holders: [
          { name: weber.name, initials: weber.initials, state: "arrived", releaseAt: null },
          { name: "Ada Brandt", initials: "AB", state: "agreed", releaseAt: now + 3 * DAY },
          { name: "Otto Meier", initials: "OM", state: "wrong", releaseAt: null },
        ],
      };
      break;
    case "ready":
      world.help = {
        ...waiting(),
        stage: "ready",
        patient: maria.name,
        threshold: 2,
        arrived: 2,
        holders: [
          { name: weber.name, initials: weber.initials, state: "arrived", releaseAt: null },
          { name: "Ada Brandt", initials: "AB", state: "arrived", releaseAt: null },
        ],
      };
      break;
    case "locked":
      world.help = { ...NO_CALL, stage: "locked", custody: "pin" };
      break;
  }
}

function fail(code: "helpCallNotFound" | "recoveryImpossible"): never {
  throw new CallError({ code, message: `made up: ${code}`, detail: null });
}

export function recoveryAnswers(
  world: () => RecoveryWorld,
  people: () => PersonView[],
  restore: () => TaskStarted,
) {
  const view = () => world().view;
  const find = (number: string) => {
    if (number.replace(/\D/g, "") !== NUMBER.replace(/\D/g, "")) fail("helpCallNotFound");
  };
  return {
    recovery_state: () => view(),
    recovery_split: ({ holderIds, threshold, waitingDays }: RequestOf<"recovery_split">) => {
      if (holderIds.length < 2) fail("recoveryImpossible");
      const now = Date.now();
      view().own = {
        threshold,
        count: holderIds.length,
        waitingDays,
        created: now,
        holders: people()
          .filter((one) => holderIds.includes(one.id))
          .map((one) => ({ person: one, state: "asked" as const, since: now, heard: null })),
      };
      return view();
    },
    recovery_end: () => {
      view().own = null;
      return view();
    },
    recovery_stop: ({ callId }: RequestOf<"recovery_stop">) => {
      view().alarms = view().alarms.map((one) =>
        one.callId === callId
          ? {
              ...one,
              stopped: true,
              open: false,
              told: one.told.map((told) => ({ ...told, answer: "stopped" })),
            }
          : one,
      );
      return view();
    },
    recovery_dismiss: ({ callId }: RequestOf<"recovery_dismiss">) => {
      view().alarms = view().alarms.filter((one) => one.callId !== callId);
      return view();
    },
    recovery_seen: ({ patientId }: RequestOf<"recovery_seen">) => {
      view().kept = view().kept.map((one) =>
        one.patient.id === patientId ? { ...one, unread: false } : one,
      );
      return view();
    },
    recovery_give_back: ({ patientId }: RequestOf<"recovery_give_back">) => {
      view().kept = view().kept.filter((one) => one.patient.id !== patientId);
      return view();
    },
    help_find: ({ number }: RequestOf<"help_find">) => {
      find(number);
      return { name: maria.name, at: Date.now() };
    },
    help_answer: ({ number, patientId, agree }: RequestOf<"help_answer">) => {
      find(number);
      view().calls = [
        {
          callId: "03".repeat(33),
          patientId,
          patient: maria.name,
          state: agree ? ("waiting" as const) : ("declined" as const),
          at: Date.now(),
          releaseAt: agree ? Date.now() + 7 * DAY : null,
        },
      ];
      return view();
    },
    help_state: () => world().help,
    help_start: ({ name }: RequestOf<"help_start">) => {
      world().help = { ...waiting(), name };
      return world().help;
    },
    help_unlock: () => {
      world().help = waiting();
      return world().help;
    },
    help_finish: () => restore(),
    help_cancel: () => {
      world().help = { ...NO_CALL };
      return world().help;
    },
  };
}
