import { Button } from "@mantine/core";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { GridView } from "@/bindings/GridView";
import { isNamed, label, name, value } from "./words";

/** Rows that are shown at first. */
const FIRST = 15;

const NUMBER = /^[<>≥≤]?\s*-?\d+([.,:]\d+)*( (%|h|km|m|kcal|min))?$/;

/** A small table of things, such as the series of an examination or the figures of days. */
export function Grid({ grid, title }: { grid: GridView; title: string }) {
  const { t } = useTranslation();
  const [all, showAll] = useState(false);
  const rows = all ? grid.rows : grid.rows.slice(0, FIRST);
  const numeric = grid.columns.map((_head, column) =>
    grid.rows.every((row) => !row[column] || NUMBER.test(row[column])),
  );
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard too */}
      <section className="ck-scroll" tabIndex={0} aria-label={title}>
        <table className="ck-table">
          <thead>
            <tr>
              {grid.columns.map((column, index) => (
                <th key={column} className={numeric[index] ? "ck-num" : undefined}>
                  {label(t, column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows never change their order
              <tr key={index}>
                {row.map((cell, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: cells never change their order
                  <td key={column} className={numeric[column] ? "ck-num" : undefined}>
                    {named(t, cell, column === 0 || grid.columns[column] === "activity")}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {grid.rows.length > FIRST && !all && (
        <Button variant="subtle" onClick={() => showAll(true)}>
          {t("page.more", { count: grid.rows.length })}
        </Button>
      )}
    </>
  );
}

/** `low` in a table is a place; in a list of risks it is a small one. */
function named(t: TFunction, cell: string, isName: boolean): string {
  return isName && isNamed(cell) ? name(t, cell) : value(t, cell);
}
