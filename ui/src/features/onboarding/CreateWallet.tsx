import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { NetworkPicker } from "@/features/networks/NetworkPicker";
import { useDo } from "@/platform/queries";
import { CustodyForm } from "./CustodyForm";
import { custodyReady, emptyCustody, secretOf } from "./custody";
import { Frame } from "./Frame";
import { keepWords } from "./words";

/** Name and custody; then the key is made and its words are shown. */
export function CreateWallet({ onBack }: { onBack: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [network, setNetwork] = useState<string | null>(null);
  const [custody, setCustody] = useState(emptyCustody);
  const create = useDo("wallet_create", (made) => {
    keepWords(made.words, made.confirm);
    void client.invalidateQueries({ queryKey: ["session_state"] });
  });
  const ready = name.trim() !== "" && custodyReady(custody);
  return (
    <Frame title={t("onboarding.nameTitle")} onBack={onBack}>
      <form
        data-testid="create-wallet"
        onSubmit={(event) => {
          event.preventDefault();
          if (!ready) return;
          create.mutate({
            name: name.trim(),
            network,
            custody: custody.custody,
            passphrase: secretOf(custody),
          });
        }}
      >
        <Stack gap="lg">
          <TextInput
            label={t("onboarding.nameLabel")}
            description={t("onboarding.nameHint")}
            value={name}
            maxLength={80}
            onChange={(event) => setName(event.currentTarget.value)}
            autoComplete="name"
            data-testid="wallet-name"
          />
          <NetworkPicker value={network} onChange={setNetwork} />
          <CustodyForm value={custody} onChange={setCustody} />
          {create.isError && <ErrorNotice error={create.error} />}
          <Group justify="flex-end">
            <Button type="submit" disabled={!ready} loading={create.isPending} data-testid="wallet-create">
              {t("onboarding.create")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Frame>
  );
}
