//! From a name and JSON to a function, and back to JSON.

use serde_json::Value;

use crate::context::Context;
use crate::types::*;
// Every area of the api, by its module.
use crate::*;

macro_rules! table {
    ($($request:ty => $handler:path;)*) => {
        /// Answers one request.
        ///
        /// # Errors
        /// `invalidRequest`, `unknownCommand`, or what the command says.
        pub(crate) async fn answer(cx: &Context, name: &str, request: Value) -> Result<Value, ErrorView> {
            match name {
                $(
                    <$request as Request>::COMMAND => {
                        let request: $request = read(request)?;
                        // Boxed, so that the answer to a small question does not take the room of the largest.
                        write::<$request>(&Box::pin($handler(cx, request)).await?)
                    }
                )*
                _ => Err(errors::with_detail(ErrorCode::UnknownCommand, name)),
            }
        }

        /// The names in the table.
        #[cfg(test)]
        pub(crate) const ANSWERED: &[&str] = &[$(<$request as Request>::COMMAND),*];
    };
}

table! {
    SessionStateRequest => session::state;
    NetworkStateRequest => network::state;
    SettingsGetRequest => settings::get;
    SettingsSetRequest => settings::set;

    ProfilesListRequest => profiles::list;
    ProfileOpenRequest => session::open;
    ProfileCloseRequest => session::close;
    ProfileUnlockRequest => session::unlock;
    ProfileLockRequest => session::lock_keys;
    ProfileActivityRequest => idle::activity;
    ProfileRenameRequest => profiles::rename;
    ProfileRemoveRequest => profiles::remove;

    SecurityGetRequest => security::get;
    SecuritySetRequest => security::set;
    SecurityChangeRequest => security::change;
    SecurityWordsRequest => security::words;
    WordListRequest => security::word_list;
    BackupSaveRequest => backup::save;
    BackupInspectRequest => backup::inspect;
    BackupRestoreRequest => backup::restore;

    NetworksListRequest => networks::list;
    NetworkInspectRequest => networks::inspect;
    NetworkJoinRequest => networks::join;
    SampleStartRequest => networks::start_sample;

    WalletCustodyRequest => onboarding::custody;
    WalletCreateRequest => onboarding::create;
    WalletConfirmWordsRequest => onboarding::confirm_words;
    WalletRestoreRequest => onboarding::restore;
    WalletEnrolRequest => onboarding::enrol;

    HomeSummaryRequest => home::summary;

    RecordsListRequest => timeline::list;
    RecordOpenRequest => records::open;
    RecordSeriesRequest => viewing::series;
    RecordProofRequest => proof::show;
    RecordExportRequest => records::export;
    RecordImportRequest => records::import;
    PartOpenRequest => parts::open;
    PartExportRequest => parts::export;
    RecordMoveRequest => records::move_to;
    RecordEraseRequest => records::erase;
    RecordsReadAllRequest => timeline::read_all;
    RecordsReadingRequest => timeline::reading;
    EntryWriteRequest => entries::write;
    ProofExportRequest => proof::export;
    FileInspectRequest => records::inspect;
    FolderListRequest => folders::list;

    DirectoryListRequest => people::directory;
    ContactsListRequest => people::contacts;
    ContactsAddRequest => people::add_contact;
    ContactsRemoveRequest => people::remove_contact;
    ContactCardRequest => people::card;
    PersonShowRequest => people::show;
    PersonRenameRequest => people::rename;

    GrantPreviewRequest => grants::preview;
    GrantsCreateRequest => grants::create;
    GrantsListRequest => grants::list;
    GrantsChangeRequest => grants::change;
    GrantsRevokeRequest => grants::revoke;
    GrantsRevokeAllRequest => grants::revoke_all;
    GrantsLetEndRequest => reminders::let_end;
    RemindersGetRequest => reminders::get;
    RemindersSetRequest => reminders::set;

    AccessLogRequest => access::log;
    AccessExportRequest => access::export;

    SharedListRequest => shared::list;
    SharedRecordsRequest => shared::records;

    ClinicRecipientsRequest => clinic::recipients;
    ClinicWriteRequest => clinic::write;
    ClinicAttachRequest => clinic::attach;
    ClinicWrittenRequest => clinic::written;

    SummaryMakeRequest => summary::make;
    SummaryShowRequest => summary::show;
    SummaryExportRequest => summary::export;
    RequestsListRequest => requests::list;
    RequestAskRequest => requests::ask;
    RequestWithdrawRequest => requests::withdraw;
    RequestDeclineRequest => requests::decline;
    RequestConfirmRequest => requests::confirm;
    MessageSeenRequest => requests::seen;
    AppointmentsListRequest => appointments::list;
    AppointmentWishRequest => appointments::wish;
    AppointmentAnswerRequest => appointments::answer;
    AppointmentAcceptRequest => appointments::accept;
    AppointmentDeclineRequest => appointments::decline;
    AppointmentCallOffRequest => appointments::call_off;
    AppointmentExportRequest => appointments::export;
    InboxListRequest => inbox::list;

    LedgerStateRequest => ledger::state;
    EvidenceExportRequest => ledger::export_evidence;
    LedgerVerifyRequest => ledger::verify;
    LedgerVerifiedRequest => ledger::verified;

    PictureSaveRequest => pictures::save;
    AboutAppRequest => about::app;
    LinkOpenRequest => links::open;

    RecoveryRequest => recovery::state;
    RecoverySplitRequest => recovery::split;
    RecoveryEndRequest => recovery::end;
    RecoveryStopRequest => recovery::stop;
    RecoveryDismissRequest => recovery::dismiss;
    RecoverySeenRequest => recovery::kept::seen;
    RecoveryGiveBackRequest => recovery::kept::give_back;
    HelpFindRequest => recovery::kept::find;
    HelpAnswerRequest => recovery::kept::answer;
    HelpStateRequest => recovery::help::state;
    HelpStartRequest => recovery::help::start;
    HelpUnlockRequest => recovery::help::unlock;
    HelpFinishRequest => recovery::help::finish;
    HelpCancelRequest => recovery::help::cancel;

    TasksListRequest => tasks::list;
    TaskCancelRequest => tasks::cancel;
}

/// What serde says about a wrong value quotes the value.
const CARRY_SECRETS: &[&str] = &[
    ProfileUnlockRequest::COMMAND,
    SecurityChangeRequest::COMMAND,
    SecurityWordsRequest::COMMAND,
    BackupSaveRequest::COMMAND,
    BackupInspectRequest::COMMAND,
    BackupRestoreRequest::COMMAND,
    WalletCreateRequest::COMMAND,
    WalletConfirmWordsRequest::COMMAND,
    WalletRestoreRequest::COMMAND,
    WalletEnrolRequest::COMMAND,
    RecoverySplitRequest::COMMAND,
    HelpStartRequest::COMMAND,
    HelpUnlockRequest::COMMAND,
];

fn read<Q: Request>(request: Value) -> Result<Q, ErrorView> {
    serde_json::from_value(request).map_err(|error| match CARRY_SECRETS.contains(&Q::COMMAND) {
        true => errors::plain(ErrorCode::InvalidRequest),
        false => errors::invalid(error),
    })
}

fn write<Q: Request>(response: &Q::Response) -> Result<Value, ErrorView> {
    serde_json::to_value(response).map_err(|error| errors::with_detail(ErrorCode::Internal, error))
}
