import type { PersonView } from "@/bindings/PersonView";

/** "Mum (Maria Keller)": by the name the owner of this profile gave, and the certified one. */
export function fullName(person: PersonView): string {
  return person.nickname ? `${person.nickname} (${person.name})` : person.name;
}

/** "Mum": where there is little room and no doubt. */
export function shortName(person: PersonView): string {
  return person.nickname ?? person.name;
}

/** "Cardiology, North General" */
export function about(person: PersonView): string {
  return [person.specialty, person.hospital].filter(Boolean).join(", ");
}
