import { Button, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAddressBook, IconShare, IconUserPlus, IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Empty, Page, Panel, RowSkeletons } from "@/components/Page";
import { KeptParts } from "@/features/recovery/KeptParts";
import { useAsk } from "@/platform/queries";
import { AddContactDialog, MyCardDialog } from "./ContactCards";
import { GrantCard, isLive } from "./GrantCard";
import { GrantDialog } from "./GrantDialog";

/** Who can see my records. */
export function GrantsPage() {
  const { t } = useTranslation();
  const list = useAsk("grants_list", {});
  const [sharing, share] = useDisclosure(false);
  const [adding, add] = useDisclosure(false);
  const [showing, card] = useDisclosure(false);
  const live = (list.data?.grants ?? []).filter(isLive);
  const ended = (list.data?.grants ?? []).filter((grant) => !isLive(grant));
  const shareButton = (
    <Button leftSection={<IconShare size={18} aria-hidden />} onClick={share.open} data-testid="grant-open">
      {t("grants.share")}
    </Button>
  );
  return (
    <Page
      title={t("grants.title")}
      lead={t("grants.lead")}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconAddressBook size={18} aria-hidden />}
            onClick={card.open}
            data-testid="contact-card-open"
          >
            {t("grants.myCard")}
          </Button>
          <Button
            variant="default"
            leftSection={<IconUserPlus size={18} aria-hidden />}
            onClick={add.open}
            data-testid="contact-add-open"
          >
            {t("grants.addPerson")}
          </Button>
          {shareButton}
        </>
      }
    >
      {list.isPending && <RowSkeletons />}
      {list.isError && <ErrorNotice error={list.error} retry={() => list.refetch()} />}
      {list.data && (
        <Stack gap="lg">
          <Panel title={t("grants.active")} testId="grants-active">
            {live.length === 0 ? (
              <Empty icon={IconUsers} text={t("grants.empty")} />
            ) : (
              <div className="ck-rows">
                {live.map((grant) => (
                  <GrantCard key={grant.id} grant={grant} />
                ))}
              </div>
            )}
          </Panel>
          {ended.length > 0 && (
            <Panel title={t("grants.ended")} testId="grants-ended">
              <div className="ck-rows">
                {ended.map((grant) => (
                  <GrantCard key={grant.id} grant={grant} />
                ))}
              </div>
            </Panel>
          )}
        </Stack>
      )}
      <KeptParts />
      <GrantDialog opened={sharing} onClose={share.close} />
      <AddContactDialog opened={adding} onClose={add.close} />
      <MyCardDialog opened={showing} onClose={card.close} />
    </Page>
  );
}
