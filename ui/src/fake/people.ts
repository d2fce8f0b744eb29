import type { PersonView } from "@/bindings/PersonView";
import type { ProfileView } from "@/bindings/ProfileView";

function person(part: Partial<PersonView> & Pick<PersonView, "id" | "name" | "initials">): PersonView {
  return { role: "person", specialty: null, hospital: null, contact: false, nickname: null, ...part };
}

export const NORTH = "North General";
export const SOUTH = "South Clinic";

export const maria = person({ id: "care1maria", name: "Maria Keller", initials: "MK", hospital: NORTH });
export const jonas = person({
  id: "care1jonas",
  name: "Jonas Keller",
  initials: "JK",
  hospital: NORTH,
  contact: true,
});
export const haddad = person({
  id: "care1haddad",
  name: "Dr Amir Haddad",
  initials: "AH",
  role: "doctor",
  specialty: "Cardiology",
  hospital: NORTH,
});
export const okafor = person({
  id: "care1okafor",
  name: "Dr Grace Okafor",
  initials: "GO",
  role: "doctor",
  specialty: "General practice",
  hospital: SOUTH,
});
export const brandt = person({
  id: "care1brandt",
  name: "Lena Brandt",
  initials: "LB",
  role: "laboratory",
  specialty: "Clinical chemistry",
  hospital: NORTH,
});
export const olsen = person({
  id: "care1olsen",
  name: "Nils Olsen",
  initials: "NO",
  role: "nurse",
  specialty: "Heart failure clinic",
  hospital: SOUTH,
});
export const weber = person({ id: "care1weber", name: "Karl Weber", initials: "KW", hospital: NORTH });

export const clinicians = [haddad, okafor, brandt, olsen].sort((a, b) => a.name.localeCompare(b.name));

function profile(id: string, of: PersonView, about: string | null): ProfileView {
  return {
    id,
    name: of.name,
    initials: of.initials,
    role: of.role,
    about,
    sample: true,
    custody: "keyring",
    locked: false,
    enrolled: true,
    open: false,
  };
}

export const profiles: ProfileView[] = [
  profile("maria", maria, "Patient, North General"),
  profile("jonas", jonas, "Family, Maria’s son"),
  profile("haddad", haddad, "Cardiology, North General"),
  profile("okafor", okafor, "General practice, South Clinic"),
  profile("brandt", brandt, "Laboratory, North General"),
];

export const identities: Record<string, PersonView> = { maria, jonas, haddad, okafor, brandt };
