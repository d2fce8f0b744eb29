//! Maria loses her words and her computer; people bring everything back. Or a thief tries, and does not.

use carekey_protocol::recovery::CallNumber;
use carekey_sample::NORTH;
use carekey_wallet::custody::RootMaterial;
use carekey_wallet::recovery::{Seeker, SeekerState, SplitDraft};
use carekey_wallet::vault::recovery::holder::CallState;
use carekey_wallet::vault::recovery::owner::HolderState;
use carekey_wallet::{Remote, WalletError};
use rand_core::UnwrapErr;

use crate::world::{Away, PATIENCE, Person, World};

/// Maria, with Jonas, Ada and the front desk as holders: two of three.
struct Family {
    maria: Person,
    holders: [Person; 3],
}

async fn family(world: &World, waiting_days: u16) -> Family {
    let maria = world.patient("Maria Okafor").await;
    let holders =
        [world.patient("Jonas Okafor").await, world.patient("Ada Brandt").await, world.doctor("Front Desk").await];
    for holder in &holders {
        maria.add_contact(&holder.card().to_card()).unwrap();
    }
    let ids = holders.iter().map(|holder| holder.card().body.id).collect();
    maria.split_recovery(&maria.root.entropy, &SplitDraft { holders: ids, threshold: 2, waiting_days }).unwrap();
    maria.finishes().await;
    for holder in &holders {
        holder.until("the part arrives", |wallet| wallet.kept_parts().unwrap().len() == 1).await;
        holder.finishes().await;
    }
    let keep = |wallet: &carekey_wallet::Wallet| {
        let own = wallet.own_recovery().unwrap().unwrap();
        own.holders.iter().all(|holder| holder.state == HolderState::Keeps)
    };
    maria.until("all three have confirmed", keep).await;
    Family { maria, holders }
}

/// Somebody at a new computer, in a folder of its own.
async fn calls(world: &World, folder: &str, name: &str) -> (Seeker, RootMaterial) {
    let dir = world.path(folder);
    std::fs::create_dir(&dir).unwrap();
    let root = RootMaterial::generate(&mut UnwrapErr(getrandom::SysRng));
    let remote = Remote::connect(&world.network()).await.unwrap();
    let seeker = Seeker::begin(&dir, &root, name, remote).unwrap();
    seeker.look().await.unwrap();
    assert!(seeker.view().posted);
    (seeker, root)
}

/// A holder types the number that was read to them and says yes.
async fn agrees(holder: &Person, number: CallNumber, maria: &Person) -> Result<(), WalletError> {
    let call = holder.find_call(number).await?;
    holder.answer_call(&call, &maria.card().body.id, true).await?;
    holder.finishes().await;
    Ok(())
}

async fn sees(seeker: &Seeker, why: &str, holds: impl Fn(&Seeker) -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !holds(seeker) {
        assert!(tokio::time::Instant::now() < deadline, "never came true: {why}: {:?}", seeker.view());
        seeker.look().await.unwrap();
        tokio::task::yield_now().await;
    }
}

fn state_of(seeker: &Seeker, name: &str) -> Option<SeekerState> {
    let answers = seeker.view().answers;
    answers.into_iter().find(|answer| answer.holder.body.name.as_str() == name).map(|answer| answer.state)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_three_bring_a_lost_wallet_back() {
    let world = World::start().await;
    let Family { maria, holders: [jonas, ada, desk] } = family(&world, 0).await;
    let letter = maria.keeps(NORTH, "Letter", "Dear Maria").await;
    let id = maria.card().body.id;

    let (seeker, root) = calls(&world, "new-computer", "Maria").await;
    let number = seeker.view().number;
    let wrong: CallNumber = "4111 1111 1111 1111".parse().unwrap();
    assert!(matches!(jonas.find_call(wrong).await, Err(WalletError::CallNotFound)), "a number nobody read out");
    assert_eq!(jonas.find_call(number).await.unwrap().name.as_str(), "Maria");
    agrees(&jonas, number, &maria).await.unwrap();
    sees(&seeker, "one part is here", |seeker| state_of(seeker, "Jonas Okafor") == Some(SeekerState::Arrived)).await;
    let view = seeker.view();
    assert_eq!((view.of, view.ready, view.patient.unwrap().body.id), (Some((2, 3)), false, id));
    assert!(matches!(seeker.recovered(), Err(WalletError::PartsMissing)), "one part is not enough");

    // The new computer is switched off and on again; the old one is gone for good.
    seeker.remote().disconnect().await;
    drop(seeker);
    let remote = Remote::connect(&world.network()).await.unwrap();
    let seeker = Seeker::open(&world.path("new-computer"), &root, remote).unwrap();
    assert_eq!(seeker.view().number, number);
    assert_eq!(state_of(&seeker, "Jonas Okafor"), Some(SeekerState::Arrived));
    let Away { dir, root: lost } = maria.leave().await;
    drop(dir);

    let call = ada.find_call(number).await.unwrap();
    ada.answer_call(&call, &id, true).await.unwrap();
    ada.finishes().await;
    sees(&seeker, "enough parts", |seeker| seeker.view().ready).await;
    let recovered = seeker.recovered().unwrap();
    assert!(recovered.entropy == lost.entropy);
    jonas
        .until("Jonas hears that it arrived", |wallet| wallet.kept_calls().unwrap()[0].state == CallState::Arrived)
        .await;

    let again = Away {
        dir: world.path("maria-again"),
        root: RootMaterial::restore(&mut UnwrapErr(getrandom::SysRng), recovered.entropy.clone()),
    };
    let again = again.open(&world.network()).await.unwrap();
    again.recovered_by(&recovered).unwrap();
    again.restore().await.unwrap();
    assert_eq!(again.card().body.id, id);
    again.finishes().await;
    assert_eq!(again.reads_own(letter).await.unwrap(), "Dear Maria");
    assert!(again.recovery_alarms().unwrap().is_empty(), "her own call is no alarm");
    let known = again.own_recovery().unwrap().unwrap();
    assert_eq!(known.holders.len(), 3, "the desk's word lies in the mailboxes");
    assert_eq!(desk.kept_parts().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_stops_a_thief_who_deceived_everybody() {
    let world = World::start().await;
    let Family { maria, holders: [jonas, ada, _] } = family(&world, 7).await;
    let (thief, _) = calls(&world, "thief", "Maria").await;
    let number = thief.view().number;
    agrees(&jonas, number, &maria).await.unwrap();
    sees(&thief, "Jonas has agreed", |thief| {
        matches!(state_of(thief, "Jonas Okafor"), Some(SeekerState::Agreed { .. }))
    })
    .await;

    maria.until("Maria is warned", |wallet| !wallet.recovery_alarms().unwrap().is_empty()).await;
    let alarm = maria.recovery_alarms().unwrap().remove(0);
    assert!(alarm.is_open());
    assert_eq!(alarm.told[0].certificate.as_ref().unwrap().body.name.as_str(), "Jonas Okafor");
    maria.stop_recovery(&alarm.caller).unwrap();
    maria.finishes().await;

    jonas.until("Jonas's app stops", |wallet| wallet.kept_calls().unwrap()[0].state == CallState::Stopped).await;
    jonas.finishes().await;
    // Ada, deceived an hour later, cannot help either.
    let refused = agrees(&ada, number, &maria).await;
    assert!(matches!(refused, Err(WalletError::CallStopped)), "{refused:?}");
    sees(&thief, "the thief is told", |thief| state_of(thief, "Jonas Okafor") == Some(SeekerState::Stopped)).await;
    assert!(!thief.view().ready);
    maria
        .until("both have confirmed the stop", |wallet| {
            let alarms = wallet.recovery_alarms().unwrap();
            alarms[0]
                .told
                .iter()
                .all(|told| !matches!(told.answer, carekey_protocol::message::HolderAnswer::Agreed { .. }))
        })
        .await;
}
