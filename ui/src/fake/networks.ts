import type { NetworkItem } from "@/bindings/NetworkItem";
import type { TaskKind } from "@/bindings/TaskKind";
import { CallError, type RequestOf } from "@/platform/host";
import type { World } from "./world";

/** Networks, invitations and backup files. An invitation is any text with `carenet1.` in it. */
const LAKES: NetworkItem = {
  id: "lakes",
  name: "Health network of the Lake District",
  sample: false,
  hospitals: ["North General", "South Clinic", "East Children’s Hospital"],
  founded: Date.UTC(2026, 0, 5),
  joined: false,
};

function read(world: World, { path, text }: RequestOf<"network_join">): NetworkItem {
  if (path || text?.replace(/\s/g, "").includes("carenet1."))
    return { ...LAKES, joined: world.joined.some((one) => one.id === LAKES.id) };
  throw new CallError({ code: "wrongNetwork", message: "there is no invitation in this text", detail: null });
}

export function networkAnswers(
  world: () => World,
  startTask: (kind: TaskKind, label: string, total: number, done: () => string | null) => { taskId: string },
  restored: () => void,
) {
  return {
    networks_list: () => ({
      networks: [
        ...world().joined,
        {
          id: "home",
          name: world().network.name,
          sample: world().network.sample,
          hospitals: world().network.hospitals.map((one) => one.name),
          founded: null,
          joined: true,
        },
      ],
    }),
    network_inspect: (request: RequestOf<"network_inspect">) => read(world(), request),
    network_join: (request: RequestOf<"network_join">) => {
      const network = { ...read(world(), request), joined: true };
      world().joined = [...world().joined.filter((one) => one.id !== network.id), network];
      return network;
    },
    sample_start: () => ({ network: world().network }),
    backup_save: ({ path }: RequestOf<"backup_save">) =>
      startTask("backup", path.split("/").at(-1) ?? path, 9_000_000, () => {
        world().safety.backedUp = Date.now();
        return null;
      }),
    backup_inspect: () => ({ created: Date.UTC(2026, 9, 1) }),
    backup_restore: ({ passphrase }: RequestOf<"backup_restore">) => {
      if (passphrase === "wrong")
        throw new CallError({ code: "wrongPassphrase", message: "wrong passphrase", detail: null });
      return startTask("restore", "", 9_000_000, () => {
        restored();
        return null;
      });
    },
  };
}
