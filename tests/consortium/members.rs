//! Hospitals that come and go while the others work.

use carekey_network::NetworkFile;
use carekey_protocol::HospitalId;
use carekey_tests::processes::must;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_is_admitted_another_retired_and_in_its_place_the_new_one_votes() {
    let (mut stage, mut load) = Stage::start(12).await;
    let fifth = stage.region.init_hospital("Lakeside");
    stage.region.admit(fifth, 0);
    stage.hospital(fifth).start();
    let height = stage.hospital(0).height();
    let status = stage.hospital(fifth).until("the fifth to catch up", |status| {
        status["height"].as_u64() >= Some(height) && status["registered"] == true
    });
    let id: HospitalId = status["hospital"].as_str().unwrap().parse().unwrap();
    let address = NetworkFile::load(&stage.region.network_file()).unwrap().hospitals.remove(&id).unwrap();
    stage.client.hospitals.push((id, address.peer_id));
    stage.client.node.remember(address).await;
    load.goes_on(20).await;

    stage.region.admit(fifth, 1);
    stage.hospital(fifth).until("it to vote", |status| status["votingPower"] == 1 && status["validators"] == 5);
    load.goes_on(20).await;

    let authority = stage.region.authority.dir().to_owned();
    must(["authority", "retire-hospital", "--dir", &authority, "North"]);
    stage.hospital(1).until("one vote less", |status| status["validators"] == 4);
    let through_retired = stage.client.transaction(1);
    stage.client.is_final_at(0, &through_retired).await;
    stage.ward.holds(&stage.client, &[0]).await;
    stage.hospital(0).kill();
    load.goes_on(20).await;

    // Three of four are a quorum, if the new one is among them.
    stage.hospital(1).kill();
    load.goes_on(20).await;
    stage.hospital(1).start();
    stage.client.is_final_at(1, &through_retired).await;
    stage.ends(load, &[1, 2, 3, fifth], &[1, 2, 3]).await;
}
