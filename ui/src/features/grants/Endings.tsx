import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconHourglassLow } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { day } from "@/app/locale";
import type { GrantView } from "@/bindings/GrantView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useDo } from "@/platform/queries";
import { ChangeButton } from "./ChangeGrant";
import { yours } from "./words";

/** What ends soon, with the two things one may want. */
export function Endings({ grants }: { grants: GrantView[] }) {
  const { t } = useTranslation();
  return (
    <Alert
      color="amber"
      icon={<IconHourglassLow aria-hidden />}
      title={t("grants.endingTitle", { count: grants.length })}
      data-testid="home-ending"
    >
      <Stack gap="sm">
        {grants.map((grant) => (
          <Ending key={grant.id} grant={grant} />
        ))}
      </Stack>
    </Alert>
  );
}

function Ending({ grant }: { grant: GrantView }) {
  const { t } = useTranslation();
  const letEnd = useDo("grants_let_end");
  return (
    <Group justify="space-between" gap="sm" data-testid="ending-row" data-grant={grant.id}>
      <Text className="ck-heading">
        {t("grants.ending", {
          name: grant.grantee.name,
          what: yours(t, grant.what),
          date: grant.until ? day(grant.until) : "",
        })}
      </Text>
      <Group gap="xs" wrap="nowrap">
        <ChangeButton grant={grant} label={t("grants.extend")} />
        <Button
          variant="default"
          size="sm"
          loading={letEnd.isPending}
          onClick={() => letEnd.mutate({ grantId: grant.id })}
          data-testid="grant-let-end"
        >
          {t("grants.letEnd")}
        </Button>
      </Group>
      {letEnd.isError && <ErrorNotice error={letEnd.error} />}
    </Group>
  );
}
