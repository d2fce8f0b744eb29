//! Appointments.

use carekey_protocol::message::appointment::{Meeting as How, Slot, Window};
use carekey_protocol::{Collections, MessageId, ParticipantId, UnixMillis};
use carekey_wallet::messages::{Appointment, AppointmentState as Told, AppointmentWish};

use crate::calendar::{self, Event};
use crate::context::Context;
use crate::opened::OpenProfile;
use crate::requests::{delivery, id, some, words};
use crate::types::{
    AppointmentAcceptRequest, AppointmentAnswerRequest, AppointmentCallOffRequest, AppointmentDeclineRequest,
    AppointmentExportRequest, AppointmentState, AppointmentView, AppointmentWishRequest, AppointmentsListRequest,
    AppointmentsView, Done, ErrorCode, ErrorView, Meeting, SlotView,
};
use crate::views::collection;
use crate::views::people::People;
use crate::{errors, files};

/// An appointment takes at most a day.
const MINUTES_MAX: u32 = 24 * 60;

pub(crate) async fn list(cx: &Context, _: AppointmentsListRequest) -> Result<AppointmentsView, ErrorView> {
    let profile = cx.member()?;
    let people = People::of(&profile)?;
    let appointments = profile.wallet.appointments()?.iter().map(|one| view(&people, one)).collect();
    Ok(AppointmentsView { appointments })
}

pub(crate) async fn wish(cx: &Context, request: AppointmentWishRequest) -> Result<AppointmentView, ErrorView> {
    let profile = cx.member()?;
    let clinician: ParticipantId = request.person_id.parse().map_err(errors::invalid)?;
    if profile.wallet.person(&clinician).is_err() {
        profile.directory().await?;
    }
    if !profile.wallet.person(&clinician)?.body.role.is_clinician() {
        return Err(errors::invalid("appointments are made with clinicians"));
    }
    let id = profile.wallet.wish_appointment(
        &clinician,
        AppointmentWish {
            window: Window { from: UnixMillis(request.from), until: UnixMillis(request.until) },
            meeting: match request.meeting {
                Meeting::InPerson => How::InPerson,
                Meeting::Phone => How::Phone,
                Meeting::Video => How::Video,
            },
            reason: words(&request.reason)?,
            words: words(&request.words)?,
            offer: some(&request.offer),
        },
    )?;
    one(&profile, &id)
}

pub(crate) async fn answer(cx: &Context, request: AppointmentAnswerRequest) -> Result<AppointmentView, ErrorView> {
    let profile = cx.member()?;
    let id = id(&request.appointment_id)?;
    let minutes = u16::try_from(request.minutes.min(MINUTES_MAX)).map_err(errors::invalid)?;
    let slot = Slot { at: UnixMillis(request.at), minutes, place: words(&request.place)? };
    profile.wallet.answer_appointment(&id, slot, words(&request.words)?)?;
    one(&profile, &id)
}

pub(crate) async fn accept(cx: &Context, request: AppointmentAcceptRequest) -> Result<AppointmentView, ErrorView> {
    let profile = cx.member()?;
    let id = id(&request.appointment_id)?;
    profile.wallet.accept_appointment(&id)?;
    one(&profile, &id)
}

pub(crate) async fn decline(cx: &Context, request: AppointmentDeclineRequest) -> Result<AppointmentView, ErrorView> {
    let profile = cx.member()?;
    let id = id(&request.appointment_id)?;
    profile.wallet.decline_appointment(&id, words(&request.words)?)?;
    one(&profile, &id)
}

pub(crate) async fn call_off(cx: &Context, request: AppointmentCallOffRequest) -> Result<AppointmentView, ErrorView> {
    let profile = cx.member()?;
    let id = id(&request.appointment_id)?;
    profile.wallet.call_off_appointment(&id, words(&request.words)?)?;
    one(&profile, &id)
}

pub(crate) async fn export(cx: &Context, request: AppointmentExportRequest) -> Result<Done, ErrorView> {
    let profile = cx.member()?;
    let path = files::absolute(&request.path)?;
    let appointment = profile.wallet.appointment(&id(&request.appointment_id)?)?;
    let Told::Agreed(slot) = &appointment.state else { return Err(errors::plain(ErrorCode::OutOfPlace)) };
    let event = Event {
        id: appointment.id.to_string(),
        written: files::now(),
        begins: slot.at.0,
        minutes: slot.minutes.into(),
        title: request.title,
        place: slot.place.to_string(),
        words: appointment.said.clone(),
    };
    let bytes = calendar::file(&event).into_bytes();
    files::blocking(move || std::fs::write(&path, bytes).map_err(|error| errors::unwritable(&path, &error))).await?;
    Ok(Done {})
}

fn one(profile: &OpenProfile, id: &MessageId) -> Result<AppointmentView, ErrorView> {
    Ok(view(&People::of(profile)?, &profile.wallet.appointment(id)?))
}

/// An appointment as both sides see it.
pub(crate) fn view(people: &People<'_>, appointment: &Appointment) -> AppointmentView {
    let wish = &appointment.wish;
    AppointmentView {
        id: appointment.id.to_string(),
        person: people.view_id(&appointment.peer, ""),
        outgoing: appointment.outgoing,
        stranger: appointment.stranger,
        from: wish.window.from.0,
        until: wish.window.until.0,
        meeting: match wish.meeting {
            How::InPerson => Meeting::InPerson,
            How::Phone => Meeting::Phone,
            How::Video => Meeting::Video,
        },
        reason: wish.reason.to_string(),
        words: wish.words.to_string(),
        offer: wish.offer.into_iter().flat_map(Collections::iter).map(collection).collect(),
        wished: appointment.wished.0,
        changed: appointment.changed.0,
        state: match &appointment.state {
            Told::Wished => AppointmentState::Wished,
            Told::Proposed(slot) => AppointmentState::Proposed { slot: slot_view(slot) },
            Told::Agreed(slot) => AppointmentState::Agreed { slot: slot_view(slot) },
            Told::Declined => AppointmentState::Declined,
            Told::CalledOff { by_me } => AppointmentState::CalledOff { by_me: *by_me },
            Told::Expired => AppointmentState::Expired,
        },
        said: appointment.said.clone(),
        delivery: delivery(appointment.delivery),
        unread: appointment.unread,
    }
}

fn slot_view(slot: &Slot) -> SlotView {
    SlotView { at: slot.at.0, minutes: slot.minutes.into(), place: slot.place.to_string() }
}
