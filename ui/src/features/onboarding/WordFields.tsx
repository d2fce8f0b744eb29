import { Alert, Autocomplete } from "@mantine/core";
import { type ClipboardEvent, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useAsk } from "@/platform/queries";
import { splitWords } from "./words";

export const WORDS = 24;

/** 24 fields that complete words of the list; a whole sheet pasted into one of them fills them all. */
export function WordFields({ words, onChange }: { words: string[]; onChange: (words: string[]) => void }) {
  const { t } = useTranslation();
  const fields = useRef<HTMLOListElement>(null);
  const list = useAsk("word_list", {});
  const known = useMemo(() => new Set(list.data?.words ?? []), [list.data]);
  const all = list.data?.words ?? [];
  const wrong = words.flatMap((word, index) =>
    known.size > 0 && word !== "" && !known.has(word) && !all.some((one) => one.startsWith(word))
      ? [index + 1]
      : [],
  );
  const put = (at: number, found: string[]) => {
    const next = Array.from({ length: WORDS }, (_, index) => words[index] ?? "");
    found.forEach((word, offset) => {
      if (at + offset < WORDS) next[at + offset] = word;
    });
    onChange(next);
  };
  const paste = (at: number) => (event: ClipboardEvent) => {
    const found = splitWords(event.clipboardData.getData("text"));
    if (found.length < 2) return;
    event.preventDefault();
    put(found.length === WORDS ? 0 : at, found);
  };
  const goOn = (at: number) => {
    const inputs = fields.current?.querySelectorAll("input");
    inputs?.[at + 1]?.focus();
  };
  return (
    <div>
      <ol className="ck-word-fields" ref={fields} data-testid="restore-words">
        {Array.from({ length: WORDS }, (_, index) => {
          const word = words[index] ?? "";
          const isWrong = wrong.includes(index + 1);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the place is what the field is
            <li key={index}>
              <Autocomplete
                aria-label={t("onboarding.wordNumber", { n: index + 1 })}
                leftSection={index + 1}
                data={word.length >= 2 ? all.filter((one) => one.startsWith(word)).slice(0, 5) : []}
                value={word}
                onChange={(value) => put(index, value.trim() === "" ? [""] : splitWords(value))}
                onOptionSubmit={() => setTimeout(() => goOn(index), 0)}
                onPaste={paste(index)}
                onKeyDown={(event) => {
                  if (event.key !== " ") return;
                  event.preventDefault();
                  const only = all.filter((one) => one.startsWith(word));
                  if (word !== "" && only.length === 1 && only[0]) put(index, [only[0]]);
                  goOn(index);
                }}
                error={isWrong}
                selectFirstOptionOnChange
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                data-testid={`restore-word-${index + 1}`}
              />
            </li>
          );
        })}
      </ol>
      {wrong.length > 0 && (
        <Alert color="amber" mt="sm" role="status" data-testid="words-wrong">
          {t("onboarding.wordsWrong", { count: wrong.length, places: wrong.join(", ") })}
        </Alert>
      )}
    </div>
  );
}
