//! Recovery by people: what a patient decides about their own, what a holder answers ([`kept`]), and the call for help of a
//! new computer ([`help`]).

pub(crate) mod help;
pub(crate) mod kept;

use carekey_crypto::PublicKey;
use carekey_protocol::ParticipantId;
use carekey_protocol::message::HolderAnswer;
use carekey_wallet::custody::KeeperKind;
use carekey_wallet::recovery::{Alarm, OwnRecovery, SplitDraft};
use carekey_wallet::vault::recovery::owner::HolderState;

use crate::context::Context;
use crate::types::{
    ErrorView, HelpAnswer, OwnRecoveryView, RecoveryAlarmView, RecoveryDismissRequest, RecoveryEndRequest,
    RecoveryHolderState, RecoveryHolderView, RecoveryRequest, RecoverySplitRequest, RecoveryStopRequest,
    RecoveryToldView, RecoveryView,
};
use crate::views::people::People;
use crate::{errors, security};

pub(crate) async fn state(cx: &Context, _: RecoveryRequest) -> Result<RecoveryView, ErrorView> {
    view(cx).await
}

pub(crate) async fn split(cx: &Context, request: RecoverySplitRequest) -> Result<RecoveryView, ErrorView> {
    let profile = cx.member()?;
    let holders = request.holder_ids.iter().map(|id| participant(id)).collect::<Result<_, _>>()?;
    let draft = SplitDraft { holders, threshold: request.threshold, waiting_days: request.waiting_days };
    let root = cx.app.unlock_again(&profile.id, request.secret).await?;
    profile.wallet.split_recovery(&root.entropy, &draft)?;
    view(cx).await
}

pub(crate) async fn end(cx: &Context, _: RecoveryEndRequest) -> Result<RecoveryView, ErrorView> {
    cx.member()?.wallet.end_recovery()?;
    view(cx).await
}

pub(crate) async fn stop(cx: &Context, request: RecoveryStopRequest) -> Result<RecoveryView, ErrorView> {
    cx.member()?.wallet.stop_recovery(&caller(&request.call_id)?)?;
    view(cx).await
}

pub(crate) async fn dismiss(cx: &Context, request: RecoveryDismissRequest) -> Result<RecoveryView, ErrorView> {
    cx.member()?.wallet.dismiss_alarm(&caller(&request.call_id)?)?;
    view(cx).await
}

/// Everything about recovery in this profile.
async fn view(cx: &Context) -> Result<RecoveryView, ErrorView> {
    let profile = cx.member()?;
    let people = People::of(&profile)?;
    let own = profile.wallet.own_recovery()?.map(|own| own_view(&people, own));
    let alarms = profile.wallet.recovery_alarms()?.into_iter().map(alarm_view).collect();
    let (kept, calls) = kept::lists(&profile, &people)?;
    let keeper = security::keeper_of(&profile.dir);
    let asks_secret = !profile.is_sample && keeper.is_some_and(|keeper| keeper != KeeperKind::Keyring);
    Ok(RecoveryView { own, alarms, kept, calls, asks_secret })
}

fn own_view(people: &People<'_>, own: OwnRecovery) -> OwnRecoveryView {
    let holders = own.holders.iter().filter_map(|holder| {
        let state = match holder.state {
            HolderState::Asked => RecoveryHolderState::Asked,
            HolderState::Keeps => RecoveryHolderState::Keeps,
            HolderState::GaveBack => RecoveryHolderState::GaveBack,
            HolderState::Forgot => return None,
        };
        let person = match &holder.certificate {
            Some(certificate) => people.view(certificate),
            None => people.view_id(&holder.holder, ""),
        };
        Some(RecoveryHolderView { person, state, since: holder.since.0, heard: holder.heard.map(|heard| heard.0) })
    });
    let holders = holders.collect();
    let set = own.signed.set;
    OwnRecoveryView {
        threshold: set.threshold,
        count: set.count() as u32,
        waiting_days: set.waiting_days,
        created: set.created.0,
        holders,
    }
}

fn alarm_view(alarm: Alarm) -> RecoveryAlarmView {
    let (open, release_at) = (alarm.is_open(), alarm.release().map(|release| release.0));
    let told = alarm.told.into_iter().map(|told| RecoveryToldView {
        name: told.certificate.map(|holder| holder.body.name.to_string()).unwrap_or_default(),
        answer: answer(told.answer),
    });
    RecoveryAlarmView {
        call_id: alarm.caller.to_string(),
        at: alarm.heard.0,
        stopped: alarm.stopped,
        open,
        release_at,
        told: told.collect(),
    }
}

fn answer(answer: HolderAnswer) -> HelpAnswer {
    match answer {
        HolderAnswer::Agreed { .. } => HelpAnswer::Agreed,
        HolderAnswer::Declined => HelpAnswer::Declined,
        HolderAnswer::Stopped => HelpAnswer::Stopped,
        HolderAnswer::Released => HelpAnswer::Released,
    }
}

fn participant(id: &str) -> Result<ParticipantId, ErrorView> {
    id.parse().map_err(|_| errors::invalid("not a person's identifier"))
}

/// E, as its 66 hexadecimal digits.
fn caller(id: &str) -> Result<PublicKey, ErrorView> {
    let invalid = || errors::invalid("not the name of a call");
    let digits: Vec<u8> =
        id.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>().ok_or_else(invalid)?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    let bytes: [u8; 33] = bytes.try_into().map_err(|_| invalid())?;
    PublicKey::from_bytes(bytes).map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calls_name_is_read_back_or_refused() {
        let generator = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
        assert_eq!(caller(generator).unwrap().to_string(), generator);
        for wrong in ["", "02", "zz", &generator[..64], "ähm", &format!("{generator}00")] {
            assert!(caller(wrong).is_err(), "{wrong}");
        }
    }
}
