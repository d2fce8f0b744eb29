import { Button, Group, Modal, Stack, Stepper } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useAsk, useDo } from "@/platform/queries";
import {
  draftOf,
  emptyDraft,
  type GrantDraft,
  isDone,
  requestOf,
  STEPS,
  type Step,
  sentenceOf,
  targetsOf,
} from "./draft";
import { GrantPreview, Sentence } from "./GrantPreview";
import { GrantSent } from "./GrantSent";
import type { GrantDialogProps } from "./prefill";
import { TermsStep } from "./TermsStep";
import { WhatStep } from "./WhatStep";
import { WhoStep } from "./WhoStep";

/** Who, what, how long and why; then what they will see; then how far the grant is. */
export function GrantDialog({ opened, onClose, ...rest }: GrantDialogProps) {
  const { t } = useTranslation();
  const narrow = useMediaQuery("(max-width: 60em)");
  return (
    <Modal opened={opened} onClose={onClose} size="56rem" fullScreen={narrow} title={t("grants.dialogTitle")}>
      {opened && <GrantForm onClose={onClose} {...rest} />}
    </Modal>
  );
}

function firstOpen(draft: GrantDraft, now: number, prefilled: boolean): Step {
  return (prefilled && STEPS.find((step) => !isDone(step, draft, now))) || "who";
}

function GrantForm({ onClose, prefill, onShared }: Omit<GrantDialogProps, "opened">) {
  const { t } = useTranslation();
  const [now] = useState(() => Date.now());
  const [draft, setDraft] = useState<GrantDraft>(() => draftOf(prefill));
  const [step, setStep] = useState<Step>(() => firstOpen(draft, now, prefill?.personId !== undefined));
  const change = (part: Partial<GrantDraft>) => setDraft((old) => ({ ...old, ...part }));
  const directory = useAsk("directory_list", {});
  const contacts = useAsk("contacts_list", {});
  const known = useAsk(
    "person_show",
    { personId: prefill?.personId ?? "" },
    { enabled: prefill?.personId !== undefined },
  );
  const records = useAsk("records_list", {});
  const create = useDo("grants_create", (grant) => onShared?.(grant, prefill?.requestId));

  const people = useMemo(() => {
    const all = [
      ...(contacts.data?.people ?? []),
      ...(directory.data?.people ?? []),
      ...(known.data ? [known.data] : []),
    ];
    return [...new Map(all.map((person) => [person.id, person])).values()];
  }, [directory.data, contacts.data, known.data]);
  const person = people.find((one) => one.id === draft.granteeId);
  const rows = records.data?.records ?? [];
  const request = requestOf(draft, now);
  const sentence = sentenceOf(t, draft, person, rows, now);
  const place = STEPS.indexOf(step);

  // Relatives help with care, clinicians treat: a first guess that the person can change.
  useEffect(() => {
    if (person) {
      const guess = person.role === "person" ? "familyCare" : "treatment";
      setDraft((old) => ({ ...old, purpose: old.purpose ?? guess }));
    }
  }, [person]);

  // Each step begins at its heading for those who cannot see that it changed.
  const body = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the step is the trigger
  useEffect(() => {
    const first = body.current?.querySelector<HTMLElement>("[data-autofocus]");
    (first ?? body.current)?.focus({ preventScroll: true });
  }, [step]);

  if (create.data) {
    return (
      <GrantSent
        created={create.data}
        sentence={sentence}
        onAgain={() => {
          setDraft(emptyDraft);
          setStep("who");
          create.reset();
        }}
        onClose={onClose}
      />
    );
  }

  const go = (to: Step) => {
    create.reset();
    setStep(to);
  };
  const next = () => {
    const after = STEPS[place + 1];
    if (after && isDone(step, draft, now)) go(after);
  };
  const reachable = (to: Step) =>
    STEPS.slice(0, STEPS.indexOf(to)).every((before) => isDone(before, draft, now));

  return (
    <form
      data-testid="grant-dialog"
      data-step={step}
      onSubmit={(event) => {
        event.preventDefault();
        if (step !== "check") next();
        else if (request) create.mutate(request);
      }}
    >
      <Stack gap="md">
        <Stepper
          active={place}
          onStepClick={(index) => {
            const to = STEPS[index];
            if (to && reachable(to)) go(to);
          }}
          size="sm"
          iconSize={32}
          className="ck-stepper"
        >
          {STEPS.map((one, index) => (
            <Stepper.Step
              key={one}
              label={t(`grants.step.${one}`)}
              allowStepSelect={index !== place && reachable(one)}
              aria-current={one === step ? "step" : undefined}
              data-testid={`grant-step-${one}`}
            />
          ))}
        </Stepper>
        <Sentence parts={sentence} />
        <div ref={body} tabIndex={-1} className="ck-step" data-testid={`grant-${step}`}>
          {step === "who" && (
            <WhoStep
              people={people}
              waiting={directory.isPending || contacts.isPending}
              chosen={draft.granteeId}
              onChoose={(granteeId) => {
                change({ granteeId, purpose: prefill?.purpose ?? null });
                go(prefill?.targets ? "terms" : "what");
              }}
            />
          )}
          {step === "what" && <WhatStep draft={draft} onChange={change} records={rows} />}
          {step === "terms" && <TermsStep draft={draft} onChange={change} now={now} />}
          {step === "check" && request && (
            <GrantPreview
              granteeId={request.granteeId}
              targets={targetsOf(draft)}
              future={request.future}
              until={request.until ?? null}
            />
          )}
        </div>
        {[directory, contacts, records].map(
          (ask, index) =>
            ask.isError && (
              // biome-ignore lint/suspicious/noArrayIndexKey: three fixed questions
              <ErrorNotice key={index} error={ask.error} retry={() => ask.refetch()} />
            ),
        )}
        {create.isError && <ErrorNotice error={create.error} />}
        <Group justify="space-between" className="ck-actions">
          {place === 0 ? (
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
          ) : (
            <Button variant="default" onClick={() => go(STEPS[place - 1] ?? "who")} data-testid="grant-back">
              {t("app.back")}
            </Button>
          )}
          {step === "check" ? (
            <Button type="submit" disabled={!request} loading={create.isPending} data-testid="grant-confirm">
              {t("grants.confirm")}
            </Button>
          ) : (
            <Button type="submit" disabled={!isDone(step, draft, now)} data-testid="grant-next">
              {t("app.next")}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
