//! Finding the people one can share with.

use carekey_protocol::Certificate;

use crate::context::Context;
use crate::opened::OpenProfile;
use crate::types::{
    ContactCardRequest, ContactCardView, ContactsAddRequest, ContactsListRequest, DirectoryListRequest, ErrorView,
    PeopleView, PersonView,
};
use crate::views::people::People;

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
    let texts = [Some(&person.name), person.specialty.as_ref(), person.hospital.as_ref()];
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
    let card: String = request.card.split_whitespace().collect();
    let contact = profile.wallet.add_contact(&card)?;
    Ok(People::of(&profile)?.view(&contact))
}

pub(crate) async fn card(cx: &Context, _: ContactCardRequest) -> Result<ContactCardView, ErrorView> {
    let profile = cx.member()?;
    Ok(ContactCardView { card: profile.wallet.contact_card()?, person: People::of(&profile)?.view(&profile.me()?) })
}
