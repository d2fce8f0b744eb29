//! The one table of commands: name, request, answer.

use serde::{Serialize, de::DeserializeOwned};
use ts_rs::TS;

use super::*;

/// A request that names its command and its answer, so that Rust callers are typed like the window is.
pub trait Request: DeserializeOwned {
    /// Name of the command.
    const COMMAND: &'static str;
    /// What it answers.
    type Response: Serialize;
}

/// The two sides of a command; exists for its TypeScript twin.
#[derive(Clone, Debug, TS)]
#[ts(export)]
pub struct Call<Q: TS, R: TS> {
    /// What is sent.
    pub request: Q,
    /// What comes back.
    pub response: R,
}

macro_rules! commands {
    ($($name:ident: $request:ty => $response:ty;)*) => {
        /// All commands; exists for its TypeScript twin, from which `call` takes its types.
        #[derive(Clone, Debug, TS)]
        #[ts(export)]
        pub struct Commands {
            $(
                #[doc = concat!("`", stringify!($name), "`")]
                pub $name: Call<$request, $response>,
            )*
        }

        /// The names of all commands.
        pub const COMMANDS: &[&str] = &[$(stringify!($name)),*];

        $(
            impl Request for $request {
                const COMMAND: &'static str = stringify!($name);
                type Response = $response;
            }
        )*
    };
}

commands! {
    session_state: SessionStateRequest => SessionView;
    network_state: NetworkStateRequest => NetworkView;
    settings_get: SettingsGetRequest => SettingsView;
    settings_set: SettingsSetRequest => SettingsView;

    profiles_list: ProfilesListRequest => ProfilesView;
    profile_open: ProfileOpenRequest => SessionView;
    profile_close: ProfileCloseRequest => SessionView;
    profile_unlock: ProfileUnlockRequest => SessionView;
    profile_lock: ProfileLockRequest => SessionView;
    profile_activity: ProfileActivityRequest => Done;
    profile_rename: ProfileRenameRequest => ProfilesView;
    profile_remove: ProfileRemoveRequest => ProfilesView;

    security_get: SecurityGetRequest => SecurityView;
    security_set: SecuritySetRequest => SecurityView;
    security_change: SecurityChangeRequest => SecurityView;
    security_words: SecurityWordsRequest => RecoveryWordsView;
    word_list: WordListRequest => WordListView;
    backup_save: BackupSaveRequest => TaskStarted;
    backup_inspect: BackupInspectRequest => BackupView;
    backup_restore: BackupRestoreRequest => TaskStarted;

    networks_list: NetworksListRequest => NetworksView;
    network_inspect: NetworkInspectRequest => NetworkItem;
    network_join: NetworkJoinRequest => NetworkItem;
    sample_start: SampleStartRequest => SampleStarted;

    wallet_custody: WalletCustodyRequest => WalletCustodyView;
    wallet_create: WalletCreateRequest => WalletCreated;
    wallet_confirm_words: WalletConfirmWordsRequest => SessionView;
    wallet_restore: WalletRestoreRequest => TaskStarted;
    wallet_enrol: WalletEnrolRequest => SessionView;

    home_summary: HomeSummaryRequest => HomeView;

    records_list: RecordsListRequest => RecordsView;
    record_open: RecordOpenRequest => RecordView;
    record_series: RecordSeriesRequest => RecordSeriesView;
    record_proof: RecordProofRequest => ProofView;
    record_export: RecordExportRequest => TaskStarted;
    record_import: RecordImportRequest => TaskStarted;
    part_open: PartOpenRequest => FilePartView;
    part_export: PartExportRequest => TaskStarted;
    record_move: RecordMoveRequest => RecordRow;
    record_erase: RecordEraseRequest => Done;
    records_read_all: RecordsReadAllRequest => Done;
    records_reading: RecordsReadingRequest => Done;
    entry_write: EntryWriteRequest => RecordRow;
    proof_export: ProofExportRequest => Done;
    file_inspect: FileInspectRequest => FileInspection;
    folder_list: FolderListRequest => FolderListed;

    directory_list: DirectoryListRequest => PeopleView;
    contacts_list: ContactsListRequest => PeopleView;
    contacts_add: ContactsAddRequest => PersonView;
    contacts_remove: ContactsRemoveRequest => Done;
    contact_card: ContactCardRequest => ContactCardView;
    person_show: PersonShowRequest => PersonView;
    person_rename: PersonRenameRequest => PersonView;

    grant_preview: GrantPreviewRequest => GrantPreview;
    grants_create: GrantsCreateRequest => GrantView;
    grants_list: GrantsListRequest => GrantsView;
    grants_change: GrantsChangeRequest => GrantView;
    grants_revoke: GrantsRevokeRequest => GrantView;
    grants_revoke_all: GrantsRevokeAllRequest => GrantsView;
    grants_let_end: GrantsLetEndRequest => Done;
    reminders_get: RemindersGetRequest => RemindersView;
    reminders_set: RemindersSetRequest => RemindersView;

    access_log: AccessLogRequest => AccessLogView;
    access_export: AccessExportRequest => Done;

    shared_list: SharedListRequest => SharedListView;
    shared_records: SharedRecordsRequest => SharedRecordsView;

    clinic_recipients: ClinicRecipientsRequest => ClinicRecipientsView;
    clinic_write: ClinicWriteRequest => TaskStarted;
    clinic_attach: ClinicAttachRequest => TaskStarted;
    clinic_written: ClinicWrittenRequest => WrittenView;

    summary_make: SummaryMakeRequest => TaskStarted;
    summary_show: SummaryShowRequest => SummaryShown;
    summary_export: SummaryExportRequest => Done;
    requests_list: RequestsListRequest => RequestsView;
    request_ask: RequestAskRequest => RequestView;
    request_withdraw: RequestWithdrawRequest => RequestView;
    request_decline: RequestDeclineRequest => RequestView;
    request_confirm: RequestConfirmRequest => RequestView;
    message_seen: MessageSeenRequest => Done;
    appointments_list: AppointmentsListRequest => AppointmentsView;
    appointment_wish: AppointmentWishRequest => AppointmentView;
    appointment_answer: AppointmentAnswerRequest => AppointmentView;
    appointment_accept: AppointmentAcceptRequest => AppointmentView;
    appointment_decline: AppointmentDeclineRequest => AppointmentView;
    appointment_call_off: AppointmentCallOffRequest => AppointmentView;
    appointment_export: AppointmentExportRequest => Done;
    inbox_list: InboxListRequest => InboxView;

    ledger_state: LedgerStateRequest => LedgerView;
    evidence_export: EvidenceExportRequest => Done;
    ledger_verify: LedgerVerifyRequest => TaskStarted;
    ledger_verified: LedgerVerifiedRequest => VerifiedView;

    picture_save: PictureSaveRequest => Done;
    about_app: AboutAppRequest => AboutAppView;
    link_open: LinkOpenRequest => LinkView;

    recovery_state: RecoveryRequest => RecoveryView;
    recovery_split: RecoverySplitRequest => RecoveryView;
    recovery_end: RecoveryEndRequest => RecoveryView;
    recovery_stop: RecoveryStopRequest => RecoveryView;
    recovery_dismiss: RecoveryDismissRequest => RecoveryView;
    recovery_seen: RecoverySeenRequest => RecoveryView;
    recovery_give_back: RecoveryGiveBackRequest => RecoveryView;
    help_find: HelpFindRequest => HelpFoundView;
    help_answer: HelpAnswerRequest => RecoveryView;
    help_state: HelpStateRequest => HelpView;
    help_start: HelpStartRequest => HelpView;
    help_unlock: HelpUnlockRequest => HelpView;
    help_finish: HelpFinishRequest => TaskStarted;
    help_cancel: HelpCancelRequest => HelpView;

    tasks_list: TasksListRequest => TasksView;
    task_cancel: TaskCancelRequest => Done;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_name_of_its_own() {
        let mut names = COMMANDS.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), COMMANDS.len(), "two commands share a name");
    }

    #[test]
    fn a_request_with_a_date_and_a_target_is_read_back() {
        let request: GrantsCreateRequest = serde_json::from_str(
            r#"{"granteeId":"care1x","targets":[{"kind":"record","recordId":"00ff"}],"future":false,"until":1798761600000,"purpose":"secondOpinion"}"#,
        )
        .expect("a grant request as the window sends it");
        assert_eq!(request.until, Some(1_798_761_600_000));
        assert_eq!(request.targets, [GrantTarget::Record { record_id: "00ff".into() }]);
        assert_eq!(request.note, None, "what is left out is none");
    }

    #[test]
    fn a_passphrase_does_not_print() {
        let request: ProfileUnlockRequest =
            serde_json::from_str(r#"{"passphrase":"correct horse"}"#).expect("an unlock");
        assert!(!format!("{request:?}").contains("horse"), "a secret reached a log line");
    }

    #[test]
    fn a_task_carries_its_state_beside_its_progress() {
        let task = TaskView {
            id: "1".into(),
            kind: TaskKind::Import,
            label: "scan.pdf".into(),
            done: 5,
            total: Some(9),
            step: None,
            state: TaskState::Done { record_id: Some("ab".into()) },
        };
        let json = serde_json::to_value(AppEvent::Task { task }).expect("an event");
        assert_eq!(json["type"], "task");
        assert_eq!(json["task"]["state"], "done");
        assert_eq!(json["task"]["recordId"], "ab");
    }
}
