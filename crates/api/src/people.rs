//! Finding the people one can share with.

use carekey_protocol::{Certificate, ParticipantId};

use crate::context::Context;
use crate::errors;
use crate::links;
use crate::opened::OpenProfile;
use crate::types::{
    AppEvent, ContactCardRequest, ContactCardView, ContactsAddRequest, ContactsListRequest, ContactsRemoveRequest,
    DirectoryListRequest, Done, ErrorView, PeopleView, PersonRenameRequest, PersonShowRequest, PersonView,
};
use crate::views::people::People;

/// Longest name one can give somebody, in characters.
const NICKNAME_CHARS_MAX: usize = 40;

pub(crate) async fn directory(cx: &Context, request: DirectoryListRequest) -> Result<PeopleView, ErrorView> {
    let profile = cx.member()?;
    let me = profile.me()?.body.id;
    let listed = profile.directory().await?;
    let others = listed.iter().filter(|one| one.body.role.is_clinician() && one.body.id != me);
    let mut view = view(&profile, others)?;
    let wanted = request.text.unwrap_or_default().trim().to_lowercase();
    view.people.retain(|person| matches(person, &wanted));
    Ok(view)
}

fn matches(person: &PersonView, wanted: &str) -> bool {
    let texts = [Some(&person.name), person.specialty.as_ref(), person.hospital.as_ref(), person.nickname.as_ref()];
    texts.into_iter().flatten().any(|text| text.to_lowercase().contains(wanted))
}

/// People by name, each once.
pub(crate) fn view<'a>(
    profile: &OpenProfile,
    certificates: impl Iterator<Item = &'a Certificate>,
) -> Result<PeopleView, ErrorView> {
    let shown = People::of(profile)?;
    let mut people: Vec<PersonView> = certificates.map(|certificate| shown.view(certificate)).collect();
    people.sort_by(|a, b| (a.name.to_lowercase(), &a.id).cmp(&(b.name.to_lowercase(), &b.id)));
    people.dedup_by(|a, b| a.id == b.id);
    Ok(PeopleView { people })
}

pub(crate) async fn contacts(cx: &Context, _: ContactsListRequest) -> Result<PeopleView, ErrorView> {
    let profile = cx.member()?;
    let contacts = profile.wallet.contacts()?;
    view(&profile, contacts.iter())
}

pub(crate) async fn add_contact(cx: &Context, request: ContactsAddRequest) -> Result<PersonView, ErrorView> {
    let profile = cx.member()?;
    let contact = profile.wallet.add_contact(&links::card_in(&request.card))?;
    Ok(People::of(&profile)?.view(&contact))
}

pub(crate) async fn remove_contact(cx: &Context, request: ContactsRemoveRequest) -> Result<Done, ErrorView> {
    let profile = cx.member()?;
    profile.wallet.remove_contact(&request.person_id.parse().map_err(errors::invalid)?)?;
    Ok(Done {})
}

pub(crate) async fn show(cx: &Context, request: PersonShowRequest) -> Result<PersonView, ErrorView> {
    let profile = cx.member()?;
    let known = find(&profile, &request.person_id).await?;
    Ok(People::of(&profile)?.view(&known))
}

pub(crate) async fn rename(cx: &Context, request: PersonRenameRequest) -> Result<PersonView, ErrorView> {
    let profile = cx.member()?;
    let known = find(&profile, &request.person_id).await?;
    let nickname = request.nickname.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    if nickname
        .as_ref()
        .is_some_and(|name| name.chars().count() > NICKNAME_CHARS_MAX || name.contains(char::is_control))
    {
        return Err(errors::invalid(format_args!("a name has one line of at most {NICKNAME_CHARS_MAX} characters")));
    }
    profile.wallet.set_nickname(&known.body.id, nickname.as_deref())?;
    for event in [AppEvent::GrantsChanged, AppEvent::AccessChanged, AppEvent::SharedChanged] {
        cx.app.tell_profile(&profile.id, &event);
    }
    Ok(People::of(&profile)?.view(&known))
}

/// Somebody known, or in the hospitals' directory.
///
/// # Errors
/// `notFound`.
pub(crate) async fn find(profile: &OpenProfile, id: &str) -> Result<Certificate, ErrorView> {
    let id: ParticipantId = id.parse().map_err(errors::invalid)?;
    if let Ok(known) = profile.wallet.person(&id) {
        return Ok(known);
    }
    profile.directory().await?;
    Ok(profile.wallet.person(&id)?)
}

pub(crate) async fn card(cx: &Context, _: ContactCardRequest) -> Result<ContactCardView, ErrorView> {
    let profile = cx.member()?;
    Ok(ContactCardView { card: profile.wallet.contact_card()?, person: People::of(&profile)?.view(&profile.me()?) })
}
