import { Alert, Button, Modal, Radio, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconMailOpened } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useAsk } from "@/platform/queries";
import { JoinNetwork } from "./JoinNetwork";

/** With which hospitals: those that were joined, the made-up ones, or an invitation to more. */
export function NetworkPicker({
  value,
  onChange,
}: {
  value: string | null;
  onChange: (network: string) => void;
}) {
  const { t } = useTranslation();
  const [joining, join] = useDisclosure(false);
  const list = useAsk("networks_list", {});
  const networks = list.data?.networks ?? [];
  const first = networks[0]?.id;
  useEffect(() => {
    if (value === null && first !== undefined) onChange(first);
  }, [value, first, onChange]);
  const onlySample = networks.length === 1 && networks[0]?.sample === true;
  return (
    <Stack gap="sm">
      {onlySample ? (
        <Alert color="amber" data-testid="network-not-yet">
          {t("networks.notYet")}
        </Alert>
      ) : null}
      {networks.length > 1 || onlySample ? (
        <Radio.Group label={t("networks.choose")} value={value} onChange={onChange}>
          <Stack gap="sm" mt="xs">
            {networks.map((network) => (
              <Radio
                key={network.id}
                value={network.id}
                label={network.sample ? t("networks.sample") : network.name}
                description={network.sample ? t("networks.sampleHint") : network.hospitals.join(", ")}
                data-testid={`network-${network.id}`}
              />
            ))}
          </Stack>
        </Radio.Group>
      ) : null}
      <Button
        variant={onlySample ? "filled" : "default"}
        w="fit-content"
        leftSection={<IconMailOpened size={18} aria-hidden />}
        onClick={join.open}
        data-testid="network-invited"
      >
        {t("networks.join")}
      </Button>
      <Modal opened={joining} onClose={join.close} title={t("networks.joinTitle")} size="lg">
        <JoinNetwork
          onCancel={join.close}
          onJoined={(network) => {
            onChange(network.id);
            join.close();
          }}
        />
      </Modal>
    </Stack>
  );
}
