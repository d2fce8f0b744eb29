import { Alert, Badge, Group, PasswordInput, Radio, Stack } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Custody } from "@/bindings/Custody";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useAsk } from "@/platform/queries";
import { type CustodyChoice, PASSPHRASE_MIN, pinFault } from "./custody";

/** PIN, passphrase, or the login alone. Never a silent fallback: what cannot be used says why. */
export function CustodyForm({
  value,
  onChange,
  label,
}: {
  value: CustodyChoice;
  onChange: (value: CustodyChoice) => void;
  label?: string;
}) {
  const { t } = useTranslation();
  const store = useAsk("wallet_custody", {});
  const keyring = store.data?.keyring;
  const change = (part: Partial<CustodyChoice>) => onChange({ ...value, ...part });
  const choose = (custody: Custody) => change({ custody, typed: "", again: "" });
  const missing = keyring === "missing";
  // biome-ignore lint/correctness/useExhaustiveDependencies: what cannot be had is not chosen
  useEffect(() => {
    if (missing && value.custody !== "passphrase") choose("passphrase");
  }, [missing, value.custody]);
  const fault = pinFault(value.typed);
  return (
    <Stack>
      {store.isError && <ErrorNotice error={store.error} retry={() => store.refetch()} />}
      {keyring === "locked" && <Alert color="amber">{t("onboarding.keyringLocked")}</Alert>}
      {missing && <Alert color="amber">{t("onboarding.keyringMissing")}</Alert>}
      <Radio.Group
        label={label ?? t("onboarding.custodyTitle")}
        description={t("onboarding.custodyLead")}
        value={value.custody}
        onChange={(custody) => choose(custody as Custody)}
      >
        <Stack gap="sm" mt="sm">
          <Radio
            value="pin"
            label={
              <Group gap="xs" component="span">
                {t("security.pin")}
                {!missing && (
                  <Badge variant="light" tt="none" component="span">
                    {t("onboarding.recommended")}
                  </Badge>
                )}
              </Group>
            }
            description={t("security.pinHint")}
            disabled={missing}
            data-testid="custody-pin"
          />
          <Radio
            value="passphrase"
            label={t("security.passphrase")}
            description={t("security.passphraseHint")}
            data-testid="custody-passphrase"
          />
          <Radio
            value="keyring"
            label={t("security.keyring")}
            description={t("security.keyringHint")}
            disabled={missing}
            data-testid="custody-keyring"
          />
        </Stack>
      </Radio.Group>
      {value.custody === "pin" && (
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <PasswordInput
            label={t("security.newPin")}
            value={value.typed}
            onChange={(event) => change({ typed: event.currentTarget.value.replace(/\D/g, "") })}
            error={value.typed !== "" && fault && t(`security.${fault}`)}
            inputMode="numeric"
            maxLength={32}
            autoComplete="off"
            data-testid="pin"
          />
          <PasswordInput
            label={t("security.newPinAgain")}
            value={value.again}
            onChange={(event) => change({ again: event.currentTarget.value.replace(/\D/g, "") })}
            error={value.again !== "" && value.again !== value.typed && t("security.pinDiffers")}
            inputMode="numeric"
            maxLength={32}
            autoComplete="off"
            data-testid="pin-again"
          />
        </Group>
      )}
      {value.custody === "passphrase" && (
        <Stack>
          <PasswordInput
            label={t("onboarding.passphraseLabel")}
            value={value.typed}
            onChange={(event) => change({ typed: event.currentTarget.value })}
            error={
              value.typed !== "" && value.typed.length < PASSPHRASE_MIN && t("onboarding.passphraseShort")
            }
            autoComplete="new-password"
            data-testid="passphrase"
          />
          <PasswordInput
            label={t("onboarding.passphraseAgain")}
            value={value.again}
            onChange={(event) => change({ again: event.currentTarget.value })}
            error={value.again !== "" && value.again !== value.typed && t("onboarding.passphraseDiffers")}
            autoComplete="new-password"
            data-testid="passphrase-again"
          />
        </Stack>
      )}
    </Stack>
  );
}
