//! The holder's side: parts kept for others, and what is answered to calls for help.

use carekey_protocol::recovery::CallNumber;
use carekey_wallet::vault::recovery::holder::CallState;

use super::participant;
use crate::context::Context;
use crate::errors;
use crate::opened::OpenProfile;
use crate::types::{
    ErrorCode, ErrorView, HelpAnswerRequest, HelpCallState, HelpCallView, HelpFindRequest, HelpFoundView, KeptPartView,
    RecoveryGiveBackRequest, RecoverySeenRequest, RecoveryView,
};
use crate::views::people::People;

pub(super) fn lists(
    profile: &OpenProfile,
    people: &People<'_>,
) -> Result<(Vec<KeptPartView>, Vec<HelpCallView>), ErrorView> {
    let kept = profile.wallet.kept_parts()?.into_iter().map(|part| KeptPartView {
        patient: people.view(&part.patient),
        threshold: part.of.0,
        count: part.of.1 as u32,
        waiting_days: part.waiting_days,
        since: part.received.0,
        unread: part.unread,
    });
    let calls = profile.wallet.kept_calls()?.into_iter().map(|call| HelpCallView {
        call_id: call.caller.to_string(),
        patient_id: call.patient.to_string(),
        patient: call.patient_name,
        release_at: (call.state == CallState::Waiting).then_some(call.release.0),
        state: match call.state {
            CallState::Waiting => HelpCallState::Waiting,
            CallState::Declined => HelpCallState::Declined,
            CallState::Stopped => HelpCallState::Stopped,
            CallState::Released => HelpCallState::Released,
            CallState::Arrived => HelpCallState::Arrived,
        },
        at: call.since.0,
    });
    Ok((kept.collect(), calls.collect()))
}

pub(crate) async fn seen(cx: &Context, request: RecoverySeenRequest) -> Result<RecoveryView, ErrorView> {
    cx.member()?.wallet.set_part_read(&participant(&request.patient_id)?)?;
    super::view(cx).await
}

pub(crate) async fn give_back(cx: &Context, request: RecoveryGiveBackRequest) -> Result<RecoveryView, ErrorView> {
    cx.member()?.wallet.give_back_part(&participant(&request.patient_id)?)?;
    super::view(cx).await
}

pub(crate) async fn find(cx: &Context, request: HelpFindRequest) -> Result<HelpFoundView, ErrorView> {
    let call = cx.member()?.wallet.find_call(number(&request.number)?).await?;
    Ok(HelpFoundView { name: call.name.to_string(), at: call.time.0 })
}

pub(crate) async fn answer(cx: &Context, request: HelpAnswerRequest) -> Result<RecoveryView, ErrorView> {
    let (profile, patient) = (cx.member()?, participant(&request.patient_id)?);
    let call = profile.wallet.find_call(number(&request.number)?).await?;
    profile.wallet.answer_call(&call, &patient, request.agree).await?;
    super::view(cx).await
}

fn number(typed: &str) -> Result<CallNumber, ErrorView> {
    typed.parse().map_err(|error| errors::with_detail(ErrorCode::HelpNumberInvalid, error))
}
