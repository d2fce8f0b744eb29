import { useTranslation } from "react-i18next";
import type { Fact } from "@/bindings/Fact";
import { label, value } from "./words";

/** Labels and what they say. */
export function FactList({ facts }: { facts: Fact[] }) {
  const { t } = useTranslation();
  if (facts.length === 0) return null;
  return (
    <dl className="ck-facts">
      {facts.map((fact, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a document may say the same twice
        <div key={index}>
          <dt>{label(t, fact.label)}</dt>
          <dd className="ck-text">{value(t, fact.value)}</dd>
        </div>
      ))}
    </dl>
  );
}
