import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Collection } from "@/bindings/Collection";
import { COLLECTIONS } from "@/features/records/collections";

/** In which collection a document is put. */
export function CollectionSelect(props: {
  value: Collection;
  onChange: (value: Collection) => void;
  description?: string;
}) {
  const { t } = useTranslation();
  return (
    <Select
      label={t("records.collectionLabel")}
      description={props.description}
      data={COLLECTIONS.map((one) => ({ value: one, label: t(`collection.${one}`) }))}
      value={props.value}
      onChange={(value) => value && props.onChange(value)}
      allowDeselect={false}
      data-testid="collection-select"
    />
  );
}
