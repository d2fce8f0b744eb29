import { PasswordInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Custody } from "@/bindings/Custody";

/** The PIN or passphrase of now, asked for once more before something that matters. Nothing for the login alone. */
export function SecretField(props: { custody: Custody; value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  if (props.custody === "keyring") return null;
  const isPin = props.custody === "pin";
  return (
    <PasswordInput
      label={t(isPin ? "security.currentPin" : "security.currentPassphrase")}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      inputMode={isPin ? "numeric" : "text"}
      autoComplete={isPin ? "off" : "current-password"}
      maw={420}
      data-testid="secret"
    />
  );
}
