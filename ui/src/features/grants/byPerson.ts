import type { GrantView } from "@/bindings/GrantView";
import type { PersonView } from "@/bindings/PersonView";

export interface PersonGrants {
  person: PersonView;
  grants: GrantView[];
}

/** Grants by person, in the order in which somebody first appears. */
export function byPerson(grants: GrantView[]): PersonGrants[] {
  const people = new Map<string, PersonGrants>();
  for (const grant of grants) {
    const known = people.get(grant.grantee.id);
    if (known) known.grants.push(grant);
    else people.set(grant.grantee.id, { person: grant.grantee, grants: [grant] });
  }
  return [...people.values()];
}
