//! The list of one's own records: filtered, searched, and a page at a time.

use std::collections::{BTreeMap, HashMap, HashSet};

use carekey_protocol::{Certificate, CertificateSerial, RecordRef, UnixMillis};
use carekey_wallet::records::IndexRow;
use carekey_wallet::vault::gists::fold;
use time::OffsetDateTime;

use crate::context::Context;
use crate::gist::READER;
use crate::opened::OpenProfile;
use crate::types::{
    AuthorCount, CollectionCount, Done, ErrorView, KindCount, PersonView, ReadingView, RecordKind, RecordRow,
    RecordsListRequest, RecordsReadAllRequest, RecordsReadingRequest, RecordsView, YearCount,
};
use crate::views;
use crate::views::people::People;
use crate::views::records::{Records, kind};

/// Words of a search that count.
const WORDS_MAX: usize = 8;

pub(crate) async fn list(cx: &Context, request: RecordsListRequest) -> Result<RecordsView, ErrorView> {
    let profile = cx.member()?;
    let people = People::of(&profile)?;
    let index = profile.wallet.record_index()?;
    let authors = authors(&profile, &index)?;
    let search = Search::new(&profile, request.text.as_deref().unwrap_or_default(), &authors)?;
    let is_wanted = |row: &IndexRow| {
        request.collection.is_none_or(|wanted| views::collection(row.collection) == wanted)
            && request.kind.is_none_or(|wanted| kind(&row.media_type) == wanted)
            && request.author.as_ref().is_none_or(|wanted| {
                authors.get(&row.author).is_some_and(|author| author.body.id.to_string() == *wanted)
            })
            && request.from.is_none_or(|from| row.document_time.0 >= from)
            && request.to.is_none_or(|to| row.document_time.0 < to)
            && request.unread.is_none_or(|wanted| row.unread == wanted)
            && request.own.is_none_or(|wanted| row.self_reported == wanted)
            && search.finds(row)
    };
    let wanted: Vec<&IndexRow> = index.iter().filter(|row| is_wanted(row)).collect();
    let offset = request.offset.unwrap_or(0) as usize;
    let limit = request.limit.map_or(usize::MAX, |limit| limit as usize);
    let page = wanted.iter().skip(offset).take(limit).map(|row| row.reference);
    let (left, paused) = profile.wallet.left_to_read(READER)?;
    Ok(RecordsView {
        records: rows(&profile, &people, page)?,
        total: count(wanted.len()),
        years: years(&wanted),
        collections: collections(&index),
        authors: author_counts(&people, &authors, &index),
        kinds: kinds(&index),
        unread: count(index.iter().filter(|row| row.unread).count()),
        reading: ReadingView { left: count(left), paused },
    })
}

pub(crate) async fn read_all(cx: &Context, _: RecordsReadAllRequest) -> Result<Done, ErrorView> {
    cx.member()?.wallet.mark_all_seen()?;
    Ok(Done {})
}

pub(crate) async fn reading(cx: &Context, request: RecordsReadingRequest) -> Result<Done, ErrorView> {
    cx.member()?.wallet.pause_reading(request.paused);
    Ok(Done {})
}

/// The newest own records, how many are unread, and how many there are.
pub(crate) fn newest(profile: &OpenProfile, count_max: usize) -> Result<(Vec<RecordRow>, u32, u32), ErrorView> {
    let index = profile.wallet.record_index()?;
    let people = People::of(profile)?;
    let unread = index.iter().filter(|row| row.unread).count();
    let newest = rows(profile, &people, index.iter().take(count_max).map(|row| row.reference))?;
    Ok((newest, count(unread), count(index.len())))
}

/// All own records, the newest first.
pub(crate) fn all(profile: &OpenProfile) -> Result<Vec<RecordRow>, ErrorView> {
    let index = profile.wallet.record_index()?;
    rows(profile, &People::of(profile)?, index.iter().map(|row| row.reference))
}

fn rows(
    profile: &OpenProfile,
    people: &People<'_>,
    references: impl Iterator<Item = RecordRef>,
) -> Result<Vec<RecordRow>, ErrorView> {
    let records = Records { profile, people };
    // A record may be erased between the two looks at the vault.
    Ok(references.filter_map(|one| profile.wallet.record(&one).ok()).map(|row| records.own(&row)).collect())
}

fn authors(profile: &OpenProfile, index: &[IndexRow]) -> Result<HashMap<CertificateSerial, Certificate>, ErrorView> {
    let serials: HashSet<CertificateSerial> = index.iter().map(|row| row.author).collect();
    let mut known = HashMap::with_capacity(serials.len());
    for serial in serials {
        if let Some(certificate) = profile.wallet.certificate_numbered(serial)? {
            known.insert(serial, certificate);
        }
    }
    Ok(known)
}

/// Every word must stand somewhere: in the title, the category, the author's name, or the document's own text.
struct Search(Vec<Word>);

struct Word {
    folded: String,
    authors: HashSet<CertificateSerial>,
    documents: HashSet<RecordRef>,
}

impl Search {
    fn new(
        profile: &OpenProfile,
        text: &str,
        authors: &HashMap<CertificateSerial, Certificate>,
    ) -> Result<Self, ErrorView> {
        let mut words = Vec::new();
        for word in text.split_whitespace().take(WORDS_MAX) {
            let folded = fold(word);
            let named = |author: &&CertificateSerial| {
                authors.get(author).is_some_and(|author| fold(author.body.name.as_str()).contains(&folded))
            };
            let authors = authors.keys().filter(named).copied().collect();
            let documents = profile.wallet.records_containing(word)?.into_iter().collect();
            words.push(Word { folded, authors, documents });
        }
        Ok(Self(words))
    }

    fn finds(&self, row: &IndexRow) -> bool {
        self.0.iter().all(|word| {
            word.authors.contains(&row.author)
                || word.documents.contains(&row.reference)
                || fold(&row.title).contains(&word.folded)
                || row.category.as_ref().is_some_and(|category| fold(category).contains(&word.folded))
        })
    }
}

fn years(rows: &[&IndexRow]) -> Vec<YearCount> {
    let mut years: Vec<YearCount> = Vec::new();
    for row in rows {
        let year = year(row.document_time);
        match years.last_mut() {
            Some(last) if last.year == year => last.count += 1,
            _ => years.push(YearCount { year, count: 1 }),
        }
    }
    years
}

/// In UTC; none where the ledger's times begin, which is where documents without a date stand.
fn year(time: UnixMillis) -> Option<i32> {
    let seconds = i64::try_from(time.0 / 1000).ok().filter(|_| time.0 != 0)?;
    Some(OffsetDateTime::from_unix_timestamp(seconds).ok()?.year())
}

fn collections(index: &[IndexRow]) -> Vec<CollectionCount> {
    let of = |collection| index.iter().filter(|row| views::collection(row.collection) == collection).count();
    views::COLLECTIONS.map(|collection| CollectionCount { collection, count: count(of(collection)) }).into()
}

fn author_counts(
    people: &People<'_>,
    authors: &HashMap<CertificateSerial, Certificate>,
    index: &[IndexRow],
) -> Vec<AuthorCount> {
    let mut by_person: BTreeMap<String, (PersonView, usize)> = BTreeMap::new();
    for row in index {
        let Some(author) = authors.get(&row.author) else { continue };
        by_person.entry(author.body.id.to_string()).or_insert_with(|| (people.view(author), 0)).1 += 1;
    }
    let mut counts: Vec<AuthorCount> =
        by_person.into_values().map(|(author, many)| AuthorCount { author, count: count(many) }).collect();
    counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.author.name.cmp(&b.author.name)));
    counts
}

fn kinds(index: &[IndexRow]) -> Vec<KindCount> {
    let all = [RecordKind::Clinical, RecordKind::Image, RecordKind::Text, RecordKind::Pdf, RecordKind::File];
    let of = |wanted| index.iter().filter(|row| kind(&row.media_type) == wanted).count();
    let counts = all.map(|kind| KindCount { kind, count: count(of(kind)) });
    counts.into_iter().filter(|one| one.count > 0).collect()
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_begins_in_utc_and_nothing_stands_at_the_beginning_of_time() {
        assert_eq!(year(UnixMillis(0)), None);
        assert_eq!(year(UnixMillis(1)), Some(1970));
        assert_eq!(year(UnixMillis(1_767_225_599_999)), Some(2025));
        assert_eq!(year(UnixMillis(1_767_225_600_000)), Some(2026));
        assert_eq!(year(UnixMillis::MAX), None, "no year has so many digits");
    }
}
