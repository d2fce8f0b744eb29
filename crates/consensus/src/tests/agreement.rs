//! Many worlds, each from its seed: whatever happens, all decide the same, and they go on once they hear each other.
//! That nobody honest decides anything else, contradicts itself or is accused is checked by the world, all the time.

use carekey_ledger::VoteKind;
use carekey_protocol::BlockHeight;

use super::world::{Millis, Weather, World, id_of, set_of};

/// From the end of all faults until every honest hospital has three more blocks.
const RECOVERY_MAX: Millis = 120_000;

/// Faults for that long, with something new every 100 ms.
const STORM: Millis = 12_000;

/// Runs through a storm, heals, and goes on for three blocks.
fn weather(mut world: World) -> World {
    let liars: Vec<_> = (0..world.nodes.len()).filter(|node| world.nodes[*node].byzantine).collect();
    world.weather = Weather::storm();
    while world.now < STORM {
        world.run_until(world.now + 100);
        if world.chance(1, 10) {
            for node in 0..world.nodes.len() {
                world.sides[node] = world.chance(1, 3);
            }
        }
        if world.chance(1, 30) {
            let node = world.below(world.nodes.len() as u64) as usize;
            world.crash(node);
        }
        liars.iter().for_each(|liar| world.lie(*liar));
    }
    world.heal();
    let aim = world.heights().max().unwrap_or(0) + 3;
    let deadline = world.now + RECOVERY_MAX;
    while world.heights().any(|height| height < aim) && world.now < deadline {
        liars.iter().for_each(|liar| world.lie(*liar));
        world.run_until(world.now + 250);
    }
    world.run_to(aim, 1);
    world
}

#[test]
fn hospitals_that_hear_each_other_decide_in_the_first_round() {
    for nodes in [1, 2, 3, 4, 7] {
        let mut world = World::of_equals(nodes as u64, nodes);
        world.run_to(5, 3_000);
        assert!(world.rounds.values().all(|round| *round == 0), "{nodes} hospitals: {:?}", world.rounds);
    }
}

#[test]
fn a_storm_delays_blocks_and_never_divides_them() {
    let mut crashes = 0;
    for seed in 0..12 {
        let powers = [vec![1, 1, 1, 1], vec![3, 2, 2, 2, 1], vec![1, 1, 1]][seed as usize % 3].clone();
        crashes += weather(World::new(seed, powers.len(), vec![set_of(&powers)])).crashes;
    }
    assert!(crashes > 12, "machines did crash: {crashes}");
}

#[test]
fn less_than_a_third_of_liars_can_neither_divide_nor_stop_the_others() {
    let (mut caught, mut offenders) = (0, 0);
    for seed in 100..112 {
        let powers = [vec![1, 1, 1, 1], vec![2, 2, 2, 3, 3], vec![1; 7]][seed as usize % 3].clone();
        let mut world = World::new(seed, powers.len(), vec![set_of(&powers)]);
        world.nodes[1].byzantine = true;
        if powers.len() == 7 {
            world.nodes[4].byzantine = true;
        }
        let world = weather(world);
        caught += world.caught.len();
        offenders += world.offenders.len();
    }
    assert!(caught > 6 && offenders > 12, "{caught} caught, {offenders} offended");
}

#[test]
fn the_validators_change_from_height_to_height() {
    let sets = || {
        let powers: [&[u64]; 6] = [
            &[1, 1, 1, 1, 0],
            &[1, 1, 1, 1, 1],
            &[0, 1, 1, 1, 1],
            &[0, 5, 1, 5, 5],
            &[9, 1, 1, 0, 0],
            &[1, 1, 1, 1, 1],
        ];
        powers.map(set_of).to_vec()
    };
    let mut world = World::new(1, 5, sets());
    world.run_to(8, 15_000);
    for seed in 200..204 {
        weather(World::new(seed, 5, sets()));
    }
}

#[test]
fn machines_that_crash_all_the_time_never_contradict_themselves() {
    for seed in 300..306 {
        let mut world = World::of_equals(seed, 4);
        world.weather.crashes = 25;
        world.run_until(20_000);
        world.heal();
        let aim = world.heights().max().unwrap_or(0) + 2;
        world.run_to(aim, RECOVERY_MAX);
        assert!(world.crashes > 10, "{} crashes", world.crashes);
    }
}

#[test]
fn who_votes_twice_is_caught() {
    for seed in 0..4 {
        let mut world = World::of_equals(seed, 4);
        world.nodes[2].byzantine = true;
        while world.heights().all(|height| height < 6) {
            world.vote_twice(2, VoteKind::Prevote, BlockHeight(world.heights().max().unwrap() + 1), 0);
            world.run_until(world.now + 5);
        }
        assert_eq!(world.caught.into_iter().collect::<Vec<_>>(), [id_of(2)], "seed {seed}");
    }
}

#[test]
fn who_proposes_two_blocks_divides_nobody_and_is_caught() {
    for seed in 0..4 {
        let mut world = World::of_equals(seed, 4);
        world.nodes[2].byzantine = true;
        while world.heights().all(|height| height < 7) {
            let height = BlockHeight(world.heights().max().unwrap() + 1);
            (0..2).for_each(|round| world.propose_twice(2, height, round));
            world.run_until(world.now + 100);
        }
        assert_eq!(world.caught.into_iter().collect::<Vec<_>>(), [id_of(2)], "seed {seed}");
    }
}

#[test]
fn one_that_calls_every_block_invalid_stops_nobody() {
    let mut world = World::of_equals(3, 4);
    world.nodes[0].refuses = true;
    world.run_to(8, 20_000);
}

#[test]
fn slow_checks_only_take_more_rounds_and_nobody_is_blamed_for_late_ones() {
    // From round 10 on, who precommits repeats the proposal of another.
    for seed in 0..3 {
        let mut world = World::of_equals(seed, 4);
        world.nodes.iter_mut().for_each(|node| node.checking = 6_800);
        world.run_to(1, 300_000);
        assert!(world.rounds[&BlockHeight(1)] >= 10, "{:?}", world.rounds);
    }
}

#[test]
fn one_that_was_away_for_long_downloads_what_it_missed() {
    let mut world = World::of_equals(5, 4);
    world.sides[3] = true;
    world.run_until(20_000);
    let reached = world.heights().max().unwrap();
    assert!(reached > 5 && world.heights().min() == Some(0), "three go on, the fourth does not");
    world.heal();
    world.run_to(reached + 2, RECOVERY_MAX);
}

#[test]
fn without_a_quorum_nothing_is_decided_until_it_is_back() {
    let mut world = World::of_equals(6, 4);
    world.sides = vec![false, false, true, true];
    world.run_until(30_000);
    assert_eq!(world.heights().max(), Some(0));
    world.heal();
    world.run_to(3, RECOVERY_MAX);
}
