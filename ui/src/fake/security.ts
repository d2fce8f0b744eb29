import type { Custody } from "@/bindings/Custody";
import type { ErrorCode } from "@/bindings/ErrorCode";
import type { LockView } from "@/bindings/LockView";
import type { ProfileView } from "@/bindings/ProfileView";
import type { SecurityView } from "@/bindings/SecurityView";
import type { SessionView } from "@/bindings/SessionView";
import { CallError, type RequestOf } from "@/platform/host";
import type { World } from "./world";

/** Locks, PINs and what goes wrong with keys. The right PIN is 482915, the right passphrase “seven calm herons”. */
const RIGHT: Record<Custody, string | null> = {
  keyring: null,
  pin: "482915",
  passphrase: "seven calm herons",
};

/** An own profile of this computer, as it would be after the setup. */
export function ownProfile(name: string, custody: Custody): ProfileView {
  return {
    id: "own",
    name,
    initials: name.slice(0, 2).toUpperCase(),
    role: "person",
    about: null,
    sample: false,
    custody,
    locked: custody !== "keyring",
    enrolled: true,
    open: false,
  };
}

export function lockView(world: World): LockView {
  const { wrong, wait, trouble } = world.safety;
  const login = trouble === "keysOfAnother" ? "anna" : null;
  return { wait, wrongTries: wrong, triesLeft: Math.max(1, 5 - wrong), trouble, login };
}

function view(world: World): SecurityView {
  const { autoLockMinutes, lockWhenHidden, keyring, backedUp } = world.safety;
  const custody = world.profile?.custody ?? "keyring";
  return { custody, keyring, autoLockMinutes, lockWhenHidden, backedUp, leftover: null };
}

function fail(code: ErrorCode): never {
  throw new CallError({ code, message: `made up: ${code}`, detail: null });
}

function check(world: World, typed: string | null | undefined) {
  const custody = world.profile?.custody ?? "keyring";
  if (world.safety.wait > 0) fail("lockedOut");
  if (!world.profile?.sample && RIGHT[custody] !== null && typed !== RIGHT[custody]) {
    world.safety.wrong += 1;
    if (world.safety.wrong >= 5) world.safety.wait = 60_000;
    fail("wrongPassphrase");
  }
  world.safety.wrong = 0;
}

export function securityAnswers(world: () => World, session: () => SessionView, words: () => string[]) {
  return {
    profile_unlock: ({ passphrase }: RequestOf<"profile_unlock">) => {
      if (world().safety.trouble) fail(world().safety.trouble ?? "internal");
      check(world(), passphrase);
      world().stage = "open";
      return session();
    },
    profile_lock: () => {
      world().stage = "locked";
      return session();
    },
    profile_activity: () => ({}),
    profile_rename: ({ profileId, name }: RequestOf<"profile_rename">) => {
      world().profiles = world().profiles.map((one) => (one.id === profileId ? { ...one, name } : one));
      return { profiles: world().profiles };
    },
    profile_remove: ({ profileId }: RequestOf<"profile_remove">) => {
      world().profiles = world().profiles.filter((one) => one.id !== profileId);
      return { profiles: world().profiles };
    },
    security_get: () => view(world()),
    security_set: ({ autoLockMinutes, lockWhenHidden }: RequestOf<"security_set">) => {
      world().safety.autoLockMinutes = autoLockMinutes ?? world().safety.autoLockMinutes;
      world().safety.lockWhenHidden = lockWhenHidden ?? world().safety.lockWhenHidden;
      return view(world());
    },
    security_change: ({ secret, custody }: RequestOf<"security_change">) => {
      check(world(), secret);
      const { profile } = world();
      if (profile) world().profile = { ...profile, custody };
      return view(world());
    },
    security_words: ({ secret }: RequestOf<"security_words">) => {
      check(world(), secret);
      return { words: words() };
    },
    word_list: () => ({
      words: [...new Set([...words(), "abandon", "ability", "able", "about", "zoo"])].sort(),
    }),
    wallet_custody: () => ({ keyring: world().safety.keyring, detail: null }),
  };
}

/** `?own=pin&locked&wait=290000` or `&trouble=keyringLocked`: an own profile, open or in front of its lock. */
export function readSecurityAddress(world: World, query: URLSearchParams) {
  const store = query.get("keyring");
  if (store === "locked" || store === "missing") world.safety.keyring = store;
  const custody = query.get("own") as Custody | null;
  if (!custody) return;
  const profile = ownProfile("Eva Lind", custody);
  world.profiles = [...world.profiles, profile];
  if (query.has("listed")) return;
  world.profile = { ...profile, open: true };
  world.network = { ...world.network, sample: false, name: "Health network of the Lake District" };
  world.safety.wait = Number(query.get("wait") ?? 0);
  world.safety.wrong = world.safety.wait > 0 ? 6 : 0;
  world.safety.trouble = query.get("trouble") as ErrorCode | null;
  world.stage = query.has("locked") || world.safety.trouble ? "locked" : "open";
}
