import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { RecordsListRequest } from "@/bindings/RecordsListRequest";
import type { TimelineSource } from "@/components/timelineSource";
import { type CallError, host, type ResponseOf } from "@/platform";

/** Rows of one answer. */
const PAGE = 100;

type List = ResponseOf<"records_list">;

/** The person's own records behind a filter, fetched page by page as they come into sight. */
export function useTimeline(filter: RecordsListRequest) {
  const [pages, setPages] = useState<number[]>([]);
  const page = (number: number) => ({ ...filter, offset: number * PAGE, limit: PAGE });
  const first = useQuery<List, CallError>({
    queryKey: ["records_list", page(0)],
    queryFn: () => host.call("records_list", page(0)),
    placeholderData: keepPreviousData,
  });
  const total = first.data?.total ?? 0;
  const wanted = pages.filter((number) => number > 0 && number * PAGE < total);
  const rest = useQueries({
    queries: wanted.map((number) => ({
      queryKey: ["records_list", page(number)],
      queryFn: () => host.call("records_list", page(number)),
    })),
    combine: (answers) => new Map(answers.map((answer, index) => [wanted[index], answer.data?.records])),
  });
  const want = useCallback((from: number, to: number) => {
    const seen: number[] = [];
    for (let number = Math.floor(from / PAGE); number * PAGE < to; number += 1) seen.push(number);
    setPages((known) => (seen.every((number) => known.includes(number)) ? known : seen));
  }, []);
  const { data } = first;
  const source = useMemo<TimelineSource>(
    () => ({
      total,
      years: data?.years ?? [],
      row: (index) => {
        const number = Math.floor(index / PAGE);
        return (number === 0 ? data?.records : rest.get(number))?.[index % PAGE];
      },
      want,
    }),
    [data, total, rest, want],
  );
  return { first, source };
}
