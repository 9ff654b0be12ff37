//! Compares the schedulers on simulated learners: what a year costs, and what is known for it.
//! Not a benchmark of speed. Seeded: the same arguments print the same tables. Those of `docs/scheduling.md` come from here.
//!
//! Run: `cargo run --release --example schedulers -- [LEARNERS] [DAYS]`, or `… -- plots`

#![allow(clippy::print_stdout, reason = "an example prints its result")]

use retain::card::CardUid;
use retain::review::Grade;
use retain::schedule::eval::blend::Blend;
use retain::schedule::eval::predictors::{Average, FsrsPredictor};
use retain::schedule::eval::{Predictor, predictions, rows, score};
use retain::schedule::fsrs::{Model, Parameters};
use retain::schedule::simulate::learner::Learner;
use retain::schedule::simulate::{Life, Order, Plan, Planner, Start, simulate};
use retain::schedule::{CardState, Due, Memory, Scheduler, catalogue};
use retain::seed::Seed;
use retain::time::{DAY_MS, Day, Moment, Timestamp, ZoneOffset};

const CARDS: usize = 1_000;
const COLUMNS: &str =
    "answers/day  min/day  last 90  mean R d90  mean R last 90  weak %  at floor %  to all-knowing";

fn main() {
    if std::env::args().nth(1).as_deref() == Some("plots") {
        return plots();
    }
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
    let knowing: Vec<f64> = lives(Planner::Knowing(0.9), learners, &plan).iter().map(minutes).collect();
    let mut bars = Vec::new();
    for (name, planner) in &planners {
        let lives = lives(*planner, learners, &plan);
        let cost: Vec<f64> = lives.iter().map(minutes).collect();
        let (ratio, spread) = ratio(&cost, &knowing);
        println!("{name:<18} {}  {ratio:.3} ±{spread:.3}", figures(&lives));
        bars.push((name, mean(cost.iter().copied())));
    }
    println!("\nminutes a day");
    // A bar of more than sixty minutes would dwarf the others.
    for (name, minutes) in bars {
        let eighths = (minutes.min(20.0) * 16.0).round() as usize;
        let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
        let more = if minutes > 20.0 { "…" } else { "" };
        println!("{name:<18} {}{rest}{more} {minutes:.1}", "█".repeat(eighths / 8));
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

/// Minutes a day.
fn minutes(life: &Life) -> f64 {
    mean(life.days.iter().map(|day| day.seconds / 60.0))
}

/// The ratio of two sums over the same learners, and the half-width of its 95 % interval by the jackknife (Tukey 1958).
fn ratio(ours: &[f64], theirs: &[f64]) -> (f64, f64) {
    let (a, b): (f64, f64) = (ours.iter().sum(), theirs.iter().sum());
    let without: Vec<f64> = ours.iter().zip(theirs).map(|(x, y)| (a - x) / (b - y)).collect();
    let (n, middle) = (without.len() as f64, mean(without.iter().copied()));
    let squares: f64 = without.iter().map(|ratio| (ratio - middle).powi(2)).sum();
    (a / b, 1.96 * ((n - 1.0) / n * squares).sqrt())
}

/// The plots of `docs/scheduling.md`.
fn plots() {
    forgetting();
    println!();
    lumps();
}

/// Recall of one card over its first seventy days under `sm2`, answered `Good` whenever it is due; memory as FSRS-6 has
/// it for the median learner, fuzz left out.
fn forgetting() {
    const DAYS: usize = 70;
    let options = catalogue::Options { no_fuzz: true, ..catalogue::Options::default() };
    let Ok(scheduler) = catalogue::scheduler("sm2", &options) else { return };
    let model = Model::new(&Parameters::DEFAULT);
    let at = |day: usize| Moment {
        now: Timestamp(day as i64 * DAY_MS),
        today: Day(day as i32),
        zone: ZoneOffset::UTC,
    };
    let mut state = scheduler.next_states(CardUid(1), &CardState::NEW, &at(0)).good.state;
    let mut memory = model.first(Grade::Good);
    let (mut last, mut reviews, mut recall) = (0, vec![0], vec![1.0]);
    for day in 1..DAYS {
        let now = model.recall((day - last) as f64, memory.stability);
        recall.push(now);
        if matches!(state.due, Due::On(due) if due.0 <= day as i32) {
            memory = model.next(memory, (day - last) as f64, Grade::Good);
            state = scheduler.next_states(CardUid(1), &state, &at(day)).good.state;
            last = day;
            reviews.push(day);
        }
    }
    println!("recall of a card of middling difficulty under `sm2`, each review answered `Good`\n");
    for row in 0..9 {
        let level = 100 - row;
        let cells: String = recall
            .iter()
            .map(|recall| if (recall * 100.0 - f64::from(level)).abs() <= 0.5 { '•' } else { ' ' })
            .collect();
        println!("{}", format!("{level:>4} % {cells}").trim_end());
    }
    let marks: String = (0..DAYS).map(|day| if reviews.contains(&day) { '▲' } else { '─' }).collect();
    println!("       {marks}");
    let gaps: Vec<String> = reviews.windows(2).map(|pair| (pair[1] - pair[0]).to_string()).collect();
    println!("       intervals in days: {}", gaps.join(", "));
}

/// Cards due on each day after two hundred were learnt in one sitting: without fuzz, with it, and with balanced days.
fn lumps() {
    let options = |no_fuzz| catalogue::Options { no_fuzz, ..catalogue::Options::default() };
    let (Ok(bare), Ok(fuzzed)) =
        (catalogue::scheduler("sm2", &options(true)), catalogue::scheduler("sm2", &options(false)))
    else {
        return;
    };
    println!("cards due on each day from the second week on, after 200 were learnt in one sitting\n");
    for (name, scheduler, balance) in
        [("no fuzz", &bare, false), ("fuzz", &fuzzed, false), ("balanced days", &fuzzed, true)]
    {
        let learner = Learner::of_population(Seed(11), 0);
        let plan = Plan { days: 74, new_a_day: 200, skipped: 0.0, balance, ..Plan::default() };
        let life = simulate(Planner::Scheduler(scheduler.as_ref()), &learner, &[Start::NEW; 200], &plan);
        let due: Vec<u32> = life.days[14..].iter().map(|day| day.due).collect();
        let most = due.iter().copied().max().unwrap_or(0);
        let bars: String = due
            .iter()
            .map(|due| {
                [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][((due * 8).div_ceil(40) as usize).min(8)]
            })
            .collect();
        println!("{name:<14} {bars} {most} at most");
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
