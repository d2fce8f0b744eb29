import type { Collection } from "@/bindings/Collection";

/** In the order in which they are shown everywhere. */
export const COLLECTIONS: Collection[] = [
  "general",
  "heart",
  "medication",
  "laboratory",
  "mentalHealth",
  "devices",
];

export function isCollection(value: string | undefined): value is Collection {
  return COLLECTIONS.some((collection) => collection === value);
}
