import { Alert, PasswordInput, Radio, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Custody } from "@/bindings/Custody";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useAsk } from "@/platform/queries";

export interface CustodyChoice {
  custody: Custody;
  passphrase: string;
  again: string;
}

export const emptyCustody: CustodyChoice = { custody: "keyring", passphrase: "", again: "" };

const MIN = 10;

export function custodyReady(choice: CustodyChoice): boolean {
  return (
    choice.custody === "keyring" || (choice.passphrase.length >= MIN && choice.passphrase === choice.again)
  );
}

/** Key store or passphrase. Never a silent fallback: what cannot be used says why. */
export function CustodyForm({
  value,
  onChange,
}: {
  value: CustodyChoice;
  onChange: (value: CustodyChoice) => void;
}) {
  const { t } = useTranslation();
  const store = useAsk("wallet_custody", {});
  const keyring = store.data?.keyring;
  const change = (part: Partial<CustodyChoice>) => onChange({ ...value, ...part });
  return (
    <Stack>
      {store.isError && <ErrorNotice error={store.error} retry={() => store.refetch()} />}
      {keyring === "locked" && <Alert color="amber">{t("onboarding.keyringLocked")}</Alert>}
      {keyring === "missing" && <Alert color="amber">{t("onboarding.keyringMissing")}</Alert>}
      <Radio.Group
        label={t("onboarding.custodyTitle")}
        description={t("onboarding.custodyLead")}
        value={value.custody}
        onChange={(custody) => change({ custody: custody as Custody })}
      >
        <Stack gap="sm" mt="sm">
          <Radio
            value="keyring"
            label={t("onboarding.keyring")}
            description={t("onboarding.keyringHint")}
            disabled={keyring !== undefined && keyring !== "ready"}
            data-testid="custody-keyring"
          />
          <Radio
            value="passphrase"
            label={t("onboarding.passphrase")}
            description={t("onboarding.passphraseHint")}
            data-testid="custody-passphrase"
          />
        </Stack>
      </Radio.Group>
      {value.custody === "passphrase" && (
        <>
          <PasswordInput
            label={t("onboarding.passphraseLabel")}
            value={value.passphrase}
            onChange={(event) => change({ passphrase: event.currentTarget.value })}
            error={
              value.passphrase !== "" && value.passphrase.length < MIN && t("onboarding.passphraseShort")
            }
            autoComplete="new-password"
            data-testid="passphrase"
          />
          <PasswordInput
            label={t("onboarding.passphraseAgain")}
            value={value.again}
            onChange={(event) => change({ again: event.currentTarget.value })}
            error={
              value.again !== "" && value.again !== value.passphrase && t("onboarding.passphraseDiffers")
            }
            autoComplete="new-password"
            data-testid="passphrase-again"
          />
        </>
      )}
    </Stack>
  );
}
