//! Simulated lives: that they repeat, and what the default scheduler promises of them.

use super::*;
use crate::schedule::Memory;
use crate::schedule::fsrs::Parameters;
use crate::schedule::sm2::{Sm2, Sm2Config};
use crate::seed::Seed;

fn new_cards(cards: usize) -> Vec<Start> {
    vec![Start::NEW; cards]
}

#[test]
fn the_same_seed_gives_the_same_life_and_another_one_another() {
    let plan = Plan { days: 60, ..Plan::default() };
    let scheduler = Sm2::default();
    let life = |seed, number| {
        let learner = Learner::of_population(Seed(seed), number);
        simulate(Planner::Scheduler(&scheduler), &learner, &new_cards(100), &plan)
    };
    for number in [0, 1] {
        assert_eq!(life(1, number), life(1, number));
        assert_ne!(life(1, number), life(2, number));
    }
}

#[test]
fn days_add_up() {
    let plan = Plan { days: 90, most_reviews: 30, break_days: (40, 50), ..Plan::default() };
    let learner = Learner::of_population(Seed(3), 1);
    let life = simulate(Planner::Scheduler(&Sm2::default()), &learner, &new_cards(200), &plan);
    assert_eq!(life.days.len(), 90);
    let answers: u32 = life.days.iter().map(|day| day.answers).sum();
    assert_eq!(answers as usize, life.answers.len());
    assert_eq!(life.days.iter().map(|day| day.new).sum::<u32>(), life.days[89].seen);
    assert!(life.days[40..50].iter().all(|day| day.answers == 0));
    assert!(life.days.iter().all(|day| day.known <= f64::from(day.seen)));
    assert!(life.answers.is_sorted_by_key(|answer| answer.at));
    let backlog = life.days.iter().filter(|day| day.due > 30);
    assert!(backlog.clone().all(|day| day.new == 0) && backlog.count() > 0, "new cards wait for a backlog");
}

#[test]
fn knowing_more_costs_more() {
    let learner = Learner::with_parameters(Seed(4), &Parameters::DEFAULT);
    let end = |planner| {
        let life = simulate(planner, &learner, &new_cards(200), &Plan { days: 200, ..Plan::default() });
        let last = &life.days[199];
        (last.known / f64::from(last.seen), life.days.iter().map(|day| day.seconds).sum::<f64>())
    };
    let (sure, sure_cost) = end(Planner::Knowing(0.95));
    let (usual, usual_cost) = end(Planner::Knowing(0.85));
    assert!(sure > usual && sure_cost > usual_cost, "{sure} {usual} {sure_cost} {usual_cost}");
    assert!(end(Planner::Fixed(40)).0 < end(Planner::Leitner(64)).0);
}

/// The worst later day against the mean day, when many cards are learnt in one sitting.
fn lumpiness(scheduler: &Sm2, balance: bool) -> f64 {
    let plan = Plan { days: 120, new_a_day: 200, skipped: 0.0, balance, ..Plan::default() };
    let lumps = (0..24).map(|number| {
        let learner = Learner::of_population(Seed(11), number);
        let life = simulate(Planner::Scheduler(scheduler), &learner, &new_cards(200), &plan);
        // From the second week on: on the first days the cards have nowhere else to go.
        let later: Vec<f64> = life.days[14..].iter().map(|day| f64::from(day.due)).collect();
        later.iter().copied().fold(0.0, f64::max) * later.len() as f64 / later.iter().sum::<f64>()
    });
    lumps.sum::<f64>() / 24.0
}

#[test]
fn cards_learnt_together_do_not_come_back_together() {
    let bare = Sm2::new(Sm2Config { fuzz: false, ..Sm2Config::default() }).unwrap();
    let (bare, fuzzed, balanced) =
        (lumpiness(&bare, false), lumpiness(&Sm2::default(), false), lumpiness(&Sm2::default(), true));
    assert!(fuzzed < 0.9 * bare && balanced < 0.9 * fuzzed, "{bare} {fuzzed} {balanced}");
    assert!(balanced <= 3.1, "{bare} {fuzzed} {balanced}");
}

#[test]
fn the_default_scheduler_costs_hardly_more_than_one_that_sees_into_the_learners_head() {
    let lives = |planner: Planner<'_>| -> Vec<Life> {
        let live = |number| {
            let learner = Learner::of_population(Seed(2026), number);
            simulate(planner, &learner, &new_cards(300), &Plan::default())
        };
        (0..24).map(live).collect()
    };
    let seconds =
        |lives: &[Life]| lives.iter().flat_map(|life| &life.days).map(|day| day.seconds).sum::<f64>();
    let sm2 = Sm2::default();
    let (ours, knowing) = (seconds(&lives(Planner::Scheduler(&sm2))), seconds(&lives(Planner::Knowing(0.9))));
    assert!(ours <= 1.03 * knowing, "{}", ours / knowing);
}

#[test]
fn the_default_scheduler_keeps_its_promises() {
    let life = |number| {
        let learner = Learner::of_population(Seed(2026), number);
        let plan = Plan { days: 730, ..Plan::default() };
        simulate(Planner::Scheduler(&Sm2::default()), &learner, &new_cards(400), &plan)
    };
    let (mut known, mut weak, mut seen) = (0.0, 0.0, 0.0);
    let mut at_floor = 0;
    for number in 0..8 {
        let life = life(number);
        for day in &life.days[275..365] {
            known += day.known;
            weak += f64::from(day.weak);
            seen += f64::from(day.seen);
        }
        let floor = |state: &&CardState| state.memory == Memory::Ease { permille: 1300 };
        at_floor += life.states.iter().filter(floor).count();
    }
    assert!(known / seen >= 0.945, "mean recall {}", known / seen);
    assert!(weak / seen <= 0.01, "weak share {}", weak / seen);
    assert!(at_floor as f64 / (8.0 * 400.0) < 0.06, "at the floor after two years: {at_floor}");
}
