//! Consent as people decide it: everything, what is there today, longer, shorter, stopped as one; and what is said about
//! whoever used it.

use carekey_protocol::access::Refusal;
use carekey_protocol::{Collection, UnixMillis};
use carekey_sample::{NORTH, SOUTH};
use carekey_wallet::WalletError;
use carekey_wallet::access_log::Flag;
use carekey_wallet::grants::{Decision, GrantTarget, Terms};

use crate::world::{Away, PURPOSE, Person, World};

const HOUR: u64 = 3600 * 1000;
const DAY: u64 = 24 * HOUR;

fn now() -> UnixMillis {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    UnixMillis(elapsed.as_millis() as u64)
}

fn until(not_after: UnixMillis) -> Terms {
    Terms { not_after, purpose: PURPOSE.to_owned(), note: None }
}

fn only(person: &Person) -> Decision {
    let mut all = person.decisions().unwrap();
    assert_eq!(all.len(), 1, "one decision is one line in the list: {all:#?}");
    all.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_today_is_shared_as_one_and_what_comes_later_is_not() {
    let world = World::start().await;
    let (mia, amir) = tokio::join!(world.patient("mia"), world.doctor("amir"));
    let (letter, picture) = (mia.keeps(NORTH, "Letter", "dear").await, mia.keeps(SOUTH, "Picture", "shadow").await);
    let before = world.counts();

    let what = [letter, picture].map(GrantTarget::Record);
    mia.add_contact(&amir.card().to_card()).unwrap();
    let id = mia.share(&amir.card().body.id, &what, until(UnixMillis::MAX)).unwrap();
    mia.finishes().await;
    assert_eq!(only(&mia).grants.len(), 2);
    assert_eq!(world.counts().grants, before.grants + 2, "one grant for each record");
    let again = mia.share(&amir.card().body.id, &what, until(UnixMillis::MAX));
    assert!(matches!(again, Err(WalletError::AlreadyGranted)), "{again:?}");

    let later = mia.keeps(NORTH, "Later", "not for Amir").await;
    let listing = amir.looks_at(&mia.card()).await;
    let mut titles: Vec<String> = listing.records.iter().map(|record| record.item.title.to_string()).collect();
    titles.sort();
    assert_eq!(titles, ["Letter", "Picture"], "he sees what they are called without opening any");
    assert_eq!(amir.reads(&mia.card(), picture).await.unwrap(), "shadow");
    assert!(amir.reads(&mia.card(), later).await.is_err());

    mia.stops(id).await;
    assert_eq!(world.counts().revocations, before.revocations + 2);
    for record in [letter, picture] {
        let refused = amir.reads(&mia.card(), record).await;
        assert!(matches!(refused, Err(WalletError::Refused(_))), "{refused:?}");
    }
    let known = |wallet: &carekey_wallet::Wallet| {
        wallet.access_log().unwrap().iter().any(|access| access.record == Some(picture) && access.flags.is_empty())
    };
    mia.until("what he had opened is known, also after the stop", known).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_every_collection_and_ends_for_one_person_without_touching_another() {
    let world = World::start().await;
    let (mia, amir, jonas) = tokio::join!(world.patient("mia"), world.doctor("amir"), world.patient("jonas"));
    let letter = mia.keeps(NORTH, "Letter", "dear").await;
    mia.shares(&jonas.card(), GrantTarget::Collection(Collection::General)).await;

    mia.add_contact(&amir.card().to_card()).unwrap();
    let all = Collection::ALL.map(GrantTarget::Collection);
    let id = mia.share(&amir.card().body.id, &all, until(UnixMillis::MAX)).unwrap();
    mia.finishes().await;
    amir.looks_at(&mia.card()).await;
    assert_eq!(amir.reads(&mia.card(), letter).await.unwrap(), "dear");
    let later = mia.keeps(NORTH, "Later", "also for Amir").await;
    amir.looks_at(&mia.card()).await;
    assert_eq!(amir.reads(&mia.card(), later).await.unwrap(), "also for Amir");

    mia.stops(id).await;
    assert!(amir.reads(&mia.card(), letter).await.is_err());
    let moved = |wallet: &carekey_wallet::Wallet| wallet.shared().unwrap().iter().all(|row| row.stopped.is_none());
    jonas.until("Jonas goes along", moved).await;
    jonas.looks_at(&mia.card()).await;
    assert_eq!(jonas.reads(&mia.card(), letter).await.unwrap(), "dear");
    let to_jonas = mia.decisions().unwrap().into_iter().filter(|one| one.latest().grantee == jonas.card().body.id);
    assert_eq!(to_jonas.count(), 1, "a new epoch is not a new decision");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_terms_replace_the_old_ones_without_a_gap_and_without_shutting_anybody_out() {
    let world = World::start().await;
    let (mia, amir, jonas) = tokio::join!(world.patient("mia"), world.doctor("amir"), world.patient("jonas"));
    let letter = mia.keeps(NORTH, "Letter", "dear").await;
    mia.shares(&jonas.card(), GrantTarget::Collection(Collection::General)).await;
    mia.add_contact(&amir.card().to_card()).unwrap();
    let general = [GrantTarget::Collection(Collection::General)];
    let id = mia.share(&amir.card().body.id, &general, until(now().plus(HOUR))).unwrap();
    mia.finishes().await;
    amir.looks_at(&mia.card()).await;
    let before = world.counts();

    // Longer, then shorter than that.
    for (round, end) in [now().plus(3 * HOUR), now().plus(2 * HOUR)].into_iter().enumerate() {
        mia.change_terms(id, until(end)).unwrap();
        assert_eq!(amir.reads(&mia.card(), letter).await.unwrap(), "dear", "while it is on its way");
        mia.finishes().await;
        let changed = |wallet: &carekey_wallet::Wallet| {
            let shared = wallet.shared().unwrap();
            shared.len() == 1 && shared[0].pass.terms.not_after == end && shared[0].stopped.is_none()
        };
        amir.until("he has one pass, with the new end", changed).await;
        amir.looks_at(&mia.card()).await;
        assert_eq!(amir.reads(&mia.card(), letter).await.unwrap(), "dear", "after it has arrived");
        let counts = world.counts();
        assert_eq!((counts.grants, counts.revocations), (before.grants + round + 1, before.revocations + round + 1));
    }
    assert_eq!(jonas.looks_at(&mia.card()).await.records.len(), 1);
    assert_eq!(jonas.reads(&mia.card(), letter).await.unwrap(), "dear", "his pass of the same epoch still opens it");
    let mine = |person: &Person| {
        let all = person.decisions().unwrap();
        all.into_iter().find(|one| one.latest().grantee == amir.card().body.id).unwrap()
    };
    assert_eq!((mine(&mia).id, mine(&mia).grants.len()), (id, 1), "the same decision, shown as one");

    // The words alone bring back what was decided, and no collection moves on because of a replaced pass.
    let counts = world.counts();
    let elsewhere = Away { dir: world.path("elsewhere"), root: mia.leave().await.root };
    let again = elsewhere.open(&world.network()).await.unwrap();
    again.restore().await.unwrap();
    again.finishes().await;
    assert_eq!(mine(&again).id, id);
    assert!(mine(&again).is_in_force(now()));
    assert_eq!(world.counts(), counts, "restoring says nothing on the ledger");
    again.stops(id).await;
    let refused = amir.reads(&again.card(), letter).await;
    assert!(matches!(refused, Err(WalletError::Refused(Refusal::Revoked | Refusal::NotGranted))), "{refused:?}");
    jonas.finishes().await;
    jonas.until("Jonas goes along", |wallet| wallet.shared().unwrap().iter().all(|row| row.stopped.is_none())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_told_once_and_again_only_after_it_was_moved() {
    let world = World::start().await;
    let (mia, amir) = tokio::join!(world.patient("mia"), world.doctor("amir"));
    mia.add_contact(&amir.card().to_card()).unwrap();
    let end = now().plus(30 * DAY);
    let id = mia.share(&amir.card().body.id, &[GrantTarget::Collection(Collection::Heart)], until(end)).unwrap();
    let told = |at: UnixMillis| mia.endings_to_tell(at, 7 * DAY).unwrap().len();

    assert_eq!(told(now()), 0, "30 days are not soon");
    let soon = UnixMillis(end.0 - 6 * DAY);
    assert_eq!((told(soon), told(soon)), (1, 0));
    assert_eq!(mia.ending(soon, 7 * DAY).unwrap().len(), 1, "it stays on the page");
    mia.let_end(id).unwrap();
    assert_eq!(mia.ending(soon, 7 * DAY).unwrap().len(), 0);

    let moved = end.plus(30 * DAY);
    mia.change_terms(id, until(moved)).unwrap();
    assert_eq!(told(soon), 0, "the new end is far away");
    assert_eq!(told(UnixMillis(moved.0 - DAY)), 1);
    assert_eq!(told(moved.plus(DAY)), 0, "what is over is not about to end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_keeps_silent_stands_out_after_a_day() {
    let world = World::start().await;
    let (mia, amir) = tokio::join!(world.patient("mia"), world.doctor("amir"));
    let letter = mia.keeps(NORTH, "Letter", "dear").await;
    mia.shares(&amir.card(), GrantTarget::Record(letter)).await;
    amir.looks_at(&mia.card()).await;
    // The hospital hands the record out; before his app can tell Mia, it is switched off for good.
    assert_eq!(amir.reads(&mia.card(), letter).await.unwrap(), "dear");
    let id = amir.card().body.id;
    amir.leave().await;

    let receipted = |wallet: &carekey_wallet::Wallet| {
        wallet.access_log().unwrap().iter().any(|access| access.recorded.is_some() && access.reader == id)
    };
    mia.until("the hospital's receipt arrives", receipted).await;
    let flags = |at| -> Vec<Flag> {
        let log = mia.access_log_at(at).unwrap();
        log.into_iter().filter(|access| access.record == Some(letter)).flat_map(|access| access.flags).collect()
    };
    assert_eq!(flags(now()), [], "his word may still come");
    assert_eq!(flags(now().plus(2 * DAY)), [Flag::NoNotice]);
    let access = mia.access_log().unwrap().remove(0);
    assert!(access.proven && !access.told_by_reader, "his signature shows that it was him: {access:?}");
}
