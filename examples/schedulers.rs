//! Compares the schedulers on simulated learners: what a year costs, and what is known for it.
//! Not a benchmark of speed. Seeded: the same arguments print the same table.
//!
//! Run: `cargo run --release --example schedulers -- [LEARNERS] [DAYS]`

#![allow(clippy::print_stdout, reason = "an example prints its result")]

use retain::schedule::eval::blend::Blend;
use retain::schedule::eval::predictors::{Average, FsrsPredictor};
use retain::schedule::eval::{Predictor, predictions, rows, score};
use retain::schedule::fsrs::Parameters;
use retain::schedule::simulate::learner::Learner;
use retain::schedule::simulate::{Life, Order, Plan, Planner, Start, simulate};
use retain::schedule::{Memory, Scheduler, catalogue};
use retain::seed::Seed;

const CARDS: usize = 1_000;
const COLUMNS: &str = "answers/day  min/day  last 90  mean R d90  mean R last 90  weak %  at floor %";

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse().ok());
    let learners = arguments.next().flatten().unwrap_or(12_u32);
    let days = arguments.next().flatten().unwrap_or(365_u32);
    let schedulers: Vec<Box<dyn Scheduler>> = catalogue::NAMES
        .iter()
        .filter_map(|name| catalogue::scheduler(name, &catalogue::Options::default()).ok())
        .collect();
    let mut planners: Vec<(String, Planner)> = schedulers
        .iter()
        .map(|scheduler| (scheduler.name().to_owned(), Planner::Scheduler(scheduler.as_ref())))
        .collect();
    planners.push(("leitner 64".to_owned(), Planner::Leitner(64)));
    planners.push(("fixed 7 days".to_owned(), Planner::Fixed(7)));
    planners.push(("all-knowing 0.9".to_owned(), Planner::Knowing(0.9)));

    println!("{learners} learners, half of each family; {CARDS} cards, 10 new a day, {days} days\n");
    println!("{:<18} {COLUMNS}", "");
    let plan = Plan { days, ..Plan::default() };
    for (name, planner) in &planners {
        println!("{name:<18} {}", figures(&lives(*planner, learners, &plan)));
    }

    println!("\nhow the log of `sm2` is foretold: log loss of avg, fsrs, blend");
    let lives = lives(planners[0].1, learners, &plan);
    for (family, first) in [("fsrs family", 0), ("half-life family", 1)] {
        let of_family: Vec<&Life> = lives.iter().skip(first).step_by(2).collect();
        let losses =
            |make: &dyn Fn() -> Box<dyn Predictor>| mean(of_family.iter().map(|life| loss(life, make())));
        let avg = losses(&|| Box::new(Average::default()));
        let fsrs = losses(&|| Box::new(FsrsPredictor::new("fsrs", &Parameters::DEFAULT)));
        let blend = losses(&|| Box::new(Blend::default()));
        println!("{family:<18} {avg:.4} {fsrs:.4} {blend:.4}");
    }

    println!(
        "\nfourteen days off from day 120, then at most 60 reviews a day: `sm2` by order of the backlog"
    );
    println!("{:<18} mean R on return, after 7, after 30   minutes in 30 days   days to clear", "");
    for (name, order) in [
        ("least overdue", Order::LeastOverdue),
        ("most overdue", Order::MostOverdue),
        ("due day", Order::DueDay),
    ] {
        let plan = Plan { days: 200, break_days: (120, 134), most_reviews: 60, order, ..Plan::default() };
        let lives = self::lives(planners[0].1, learners, &plan);
        let recall = |day: usize| mean(lives.iter().map(|life| share_known(life, day)));
        let minutes =
            mean(lives.iter().map(|life| life.days[134..164].iter().map(|day| day.seconds / 60.0).sum()));
        let clear = mean(lives.iter().map(|life| {
            life.days[134..].iter().position(|day| day.due <= 60).map_or(66.0, |days| days as f64)
        }));
        println!(
            "{name:<18} {:.3} {:.3} {:.3} {minutes:>24.0} {clear:>20.0}",
            recall(133),
            recall(141),
            recall(164)
        );
    }
}

fn lives(planner: Planner, learners: u32, plan: &Plan) -> Vec<Life> {
    let live = |number| {
        let learner = Learner::of_population(Seed(2026), u64::from(number));
        simulate(planner, &learner, &[Start::NEW; CARDS], plan)
    };
    (0..learners).map(live).collect()
}

fn figures(lives: &[Life]) -> String {
    let days = lives[0].days.len();
    let last = days.saturating_sub(90)..days;
    let answers = mean(lives.iter().flat_map(|life| life.days.iter().map(|day| f64::from(day.answers))));
    let minutes = mean(lives.iter().flat_map(|life| life.days.iter().map(|day| day.seconds / 60.0)));
    let late =
        mean(lives.iter().flat_map(|life| life.days[last.clone()].iter().map(|day| day.seconds / 60.0)));
    let early_recall = mean(lives.iter().map(|life| share_known(life, days.min(90) - 1)));
    let recall = mean(lives.iter().flat_map(|life| last.clone().map(|day| share_known(life, day))));
    let weak = mean(lives.iter().flat_map(|life| {
        last.clone().map(|day| f64::from(life.days[day].weak) / f64::from(life.days[day].seen.max(1)))
    }));
    let floor = mean(lives.iter().map(|life| {
        let at_floor = |memory: &Memory| match memory {
            Memory::Ease { permille } => *permille <= 1300,
            Memory::Sm2 { hundredths, .. } => *hundredths <= 130,
            _ => false,
        };
        life.states.iter().filter(|state| at_floor(&state.memory)).count() as f64 / life.states.len() as f64
    }));
    format!(
        "{answers:>11.1} {minutes:>8.2} {late:>8.2} {early_recall:>11.3} {recall:>15.3} {:>7.2} {:>11.1}",
        weak * 100.0,
        floor * 100.0
    )
}

fn share_known(life: &Life, day: usize) -> f64 {
    life.days[day].known / f64::from(life.days[day].seen.max(1))
}

fn loss(life: &Life, mut predictor: Box<dyn Predictor>) -> f64 {
    let rows = rows(&life.answers);
    score(&rows, &predictions(predictor.as_mut(), &rows)).map_or(f64::NAN, |score| score.log_loss)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}
