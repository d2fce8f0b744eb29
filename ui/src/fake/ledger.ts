import type { ErrorCode } from "@/bindings/ErrorCode";
import type { TaskKind } from "@/bindings/TaskKind";
import type { Verified } from "@/bindings/Verified";
import type { RequestOf, ResponseOf } from "@/platform/host";
import { world } from "./host";

type StartTask = (
  kind: TaskKind,
  label: string,
  total: number,
  done: () => string | null,
) => ResponseOf<"ledger_verify">;
type Fail = (code: ErrorCode, message: string) => never;

let last: Verified | null = null;

/** Answers about the ledger, links and versions. */
export function ledgerAnswers(startTask: StartTask, fail: Fail) {
  return {
    ledger_verify: () =>
      startTask("verify", "", world.records.length, () => {
        const failed = world.records.filter(({ trust }) => trust === "failed").map(({ title }) => title);
        const waiting = world.records.filter(({ trust }) => trust === "pending").length;
        last = {
          at: Date.now(),
          height: world.height,
          held: world.records.length - failed.length - waiting,
          failed,
          unreachable: 0,
          waiting,
        };
        return null;
      }),
    ledger_verified: () => ({ last }),
    link_open: ({ text }: RequestOf<"link_open">): ResponseOf<"link_open"> => {
      if (text.startsWith("carekey:contact?card=carecard1")) {
        return { kind: "contact", card: text.slice(21), name: "Lena Weber", role: "person" };
      }
      if (/^carekey:join\?invitation=./.test(text)) return { kind: "invitation", text: text.slice(24) };
      if (/^carekey:enrol\?code=./.test(text)) return { kind: "enrolment", code: text.slice(19) };
      return fail("linkUnknown", "not a link of CareKey");
    },
    about_app: (): ResponseOf<"about_app"> => ({
      version: "0.1.0",
      system: "linux x86_64",
      dataFolder: "/home/maria/.local/share/org.carekey.desktop",
    }),
  };
}
