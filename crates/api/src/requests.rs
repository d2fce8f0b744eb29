//! Asking to read, and answering.

use carekey_protocol::message::request::Wish;
use carekey_protocol::{Collections, MessageId, ParticipantId, Text, UnixMillis};
use carekey_wallet::messages::{AccessRequest, Allowed, Delivery, RequestState as Told};

use crate::context::Context;
use crate::errors;
use crate::opened::OpenProfile;
use crate::types::{
    AllowedView, Collection, DeliveryState, Done, ErrorView, MessageSeenRequest, RequestAskRequest,
    RequestConfirmRequest, RequestDeclineRequest, RequestState, RequestView, RequestWithdrawRequest,
    RequestsListRequest, RequestsView,
};
use crate::views::grants::until;
use crate::views::people::People;
use crate::views::{collection, protocol_collection, purpose, purpose_words};

pub(crate) async fn list(cx: &Context, _: RequestsListRequest) -> Result<RequestsView, ErrorView> {
    let profile = cx.member()?;
    let people = People::of(&profile)?;
    let requests = profile.wallet.access_requests()?;
    let views: Result<_, ErrorView> = requests.iter().map(|request| view(&profile, &people, request)).collect();
    Ok(RequestsView { requests: views? })
}

pub(crate) async fn ask(cx: &Context, request: RequestAskRequest) -> Result<RequestView, ErrorView> {
    let profile = cx.member()?;
    let patient: ParticipantId = request.person_id.parse().map_err(errors::invalid)?;
    let wish = Wish {
        collections: some(&request.collections).ok_or_else(|| errors::invalid("nothing is asked for"))?,
        until: request.until.map_or(UnixMillis::MAX, UnixMillis),
        purpose: Text::truncated(purpose_words(request.purpose)),
        words: words(&request.words)?,
    };
    let appointment = request.appointment_id.map(|id| id.parse().map_err(errors::invalid)).transpose()?;
    let id = profile.wallet.ask_access(&patient, wish, appointment)?;
    one(&profile, &id)
}

pub(crate) async fn withdraw(cx: &Context, request: RequestWithdrawRequest) -> Result<RequestView, ErrorView> {
    let profile = cx.member()?;
    let id = id(&request.request_id)?;
    profile.wallet.withdraw_request(&id)?;
    one(&profile, &id)
}

pub(crate) async fn decline(cx: &Context, request: RequestDeclineRequest) -> Result<RequestView, ErrorView> {
    let profile = cx.member()?;
    let id = id(&request.request_id)?;
    profile.wallet.decline_request(&id, words(&request.words)?)?;
    one(&profile, &id)
}

pub(crate) async fn confirm(cx: &Context, request: RequestConfirmRequest) -> Result<RequestView, ErrorView> {
    let profile = cx.member()?;
    let id = id(&request.request_id)?;
    profile.wallet.confirm_request(&id)?;
    one(&profile, &id)
}

pub(crate) async fn seen(cx: &Context, request: MessageSeenRequest) -> Result<Done, ErrorView> {
    cx.member()?.wallet.set_thread_read(&id(&request.id)?)?;
    Ok(Done {})
}

fn one(profile: &OpenProfile, id: &MessageId) -> Result<RequestView, ErrorView> {
    view(profile, &People::of(profile)?, &profile.wallet.access_request(id)?)
}

/// A request as both sides see it.
///
/// # Errors
/// The vault's.
pub(crate) fn view(
    profile: &OpenProfile,
    people: &People<'_>,
    request: &AccessRequest,
) -> Result<RequestView, ErrorView> {
    let waits = !request.outgoing && request.state == Told::Asked;
    let allowed = if waits { profile.wallet.allowed(request)? } else { None };
    Ok(RequestView {
        id: request.id.to_string(),
        person: people.view_id(&request.peer, ""),
        outgoing: request.outgoing,
        stranger: request.stranger,
        collections: request.wish.collections.iter().map(collection).collect(),
        until: until(request.wish.until),
        purpose: purpose(request.wish.purpose.as_str()),
        words: request.wish.words.to_string(),
        appointment_id: request.appointment.map(|id| id.to_string()),
        asked: request.asked.0,
        changed: request.changed.0,
        state: match &request.state {
            Told::Asked => RequestState::Asked,
            Told::Granted => RequestState::Granted,
            Told::Narrowed(allowed) => RequestState::Narrowed { allowed: allowed_view(allowed) },
            Told::Declined { words } => RequestState::Declined { words: words.clone() },
            Told::Withdrawn => RequestState::Withdrawn,
            Told::Expired => RequestState::Expired,
        },
        delivery: delivery(request.delivery),
        unread: request.unread,
        allowed: allowed.as_ref().map(allowed_view),
    })
}

fn allowed_view(allowed: &Allowed) -> AllowedView {
    AllowedView {
        collections: allowed.collections.into_iter().flat_map(Collections::iter).map(collection).collect(),
        records: allowed.records.into(),
        until: until(allowed.until),
    }
}

/// How far a message is.
pub(crate) fn delivery(delivery: Delivery) -> DeliveryState {
    match delivery {
        Delivery::Saved => DeliveryState::Saved,
        Delivery::Sent => DeliveryState::Sent,
        Delivery::Lost => DeliveryState::Lost,
    }
}

/// A set of collections; none for none.
pub(crate) fn some(collections: &[Collection]) -> Option<Collections> {
    Collections::new(collections.iter().copied().map(protocol_collection))
}

/// Words a person wrote, if they fit.
///
/// # Errors
/// `invalidRequest`.
pub(crate) fn words<const MAX: usize>(text: &str) -> Result<Text<MAX>, ErrorView> {
    Text::new(text.trim()).map_err(errors::invalid)
}

/// A message's name.
///
/// # Errors
/// `invalidRequest`.
pub(crate) fn id(text: &str) -> Result<MessageId, ErrorView> {
    text.parse().map_err(errors::invalid)
}
