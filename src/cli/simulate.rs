//! `retain simulate`: what the coming days would bring under each scheduler, for the present collection.

use serde_json::json;

use super::{Failure, Outcome, output};
use crate::app::App;
use crate::schedule::catalogue::{self, Options};
use crate::schedule::fsrs::Parameters;
use crate::schedule::simulate::learner::Learner;
use crate::schedule::simulate::{Life, Plan, Planner, simulate};
use crate::seed::Seed;
use crate::view::chart;
use crate::view::frame::{Line, Style};

/// Simulate the coming days under each scheduler
///
/// The learner of the simulation remembers as FSRS says you do; what differs is when the cards come back. It shows what
/// to expect, not what will be.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many days
    #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// Only this scheduler
    #[arg(long, value_name = "NAME")]
    scheduler: Option<String>,
    /// Desired retention; may be given several times
    #[arg(long, value_name = "SHARE")]
    retention: Vec<f64>,
    /// New cards a day; by default as in `config.toml`
    #[arg(long, value_name = "N")]
    new: Option<u32>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// One simulated future.
struct Future {
    name: String,
    retention: Option<f64>,
    life: Life,
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    app.refresh(&[])?;
    let fitted = app.choices()?.fitted.and_then(|values| Parameters::new(&values).ok());
    let parameters = fitted.unwrap_or(Parameters::DEFAULT);
    let new_a_day = args.new.unwrap_or(app.config.settings.new_per_day);
    let (starts, _) = app.starts(&parameters, (new_a_day * args.days) as usize)?;
    if starts.is_empty() {
        return Err(Failure::no("there is no card to simulate"));
    }
    let learner = Learner::with_parameters(Seed(2_026), &parameters);
    let plan = Plan {
        first_day: app.moment().today,
        days: args.days,
        new_a_day,
        most_reviews: app.config.settings.reviews_per_day,
        skipped: 0.0,
        balance: app.config.settings.balance,
        ..Plan::default()
    };
    let retentions: Vec<Option<f64>> = if args.retention.is_empty() {
        vec![None]
    } else {
        args.retention.iter().copied().map(Some).collect()
    };
    let names: Vec<&str> = match &args.scheduler {
        Some(name) => vec![name.as_str()],
        None => catalogue::NAMES.to_vec(),
    };
    let mut futures = Vec::new();
    for name in names {
        for &retention in &retentions {
            let takes = name != "sm2-1990";
            if !takes && retention != retentions[0] {
                continue;
            }
            let options = Options { retention: retention.filter(|_| takes), ..Options::default() };
            let scheduler = catalogue::scheduler(name, &options).map_err(crate::app::AppError::from)?;
            let life = simulate(Planner::Scheduler(scheduler.as_ref()), &learner, &starts, &plan);
            futures.push(Future { name: name.to_owned(), retention: options.retention, life });
        }
    }
    if args.json { as_json(&futures) } else { as_text(app, &futures) }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

fn recall(life: &Life) -> f64 {
    life.days.last().map_or(0.0, |day| if day.seen == 0 { 0.0 } else { day.known / f64::from(day.seen) })
}

fn as_json(futures: &[Future]) -> Outcome {
    let rows: Vec<_> = futures
        .iter()
        .map(|future| {
            json!({
                "scheduler": future.name,
                "retention": future.retention,
                "answers_a_day": mean(future.life.days.iter().map(|day| f64::from(day.answers))),
                "minutes_a_day": mean(future.life.days.iter().map(|day| day.seconds / 60.0)),
                "recall_at_the_end": recall(&future.life),
                "days": future.life.days,
            })
        })
        .collect();
    Ok(output::raw(format!("{:#}\n", json!({ "futures": rows })).as_bytes())?)
}

fn as_text(app: &App, futures: &[Future]) -> Outcome {
    let width = output::width(&app.config).min(80);
    let mut lines =
        vec![Line::styled("scheduler           answers/day   min/day   recall at the end", Style::Heading)];
    for future in futures {
        lines.push(Line::plain(format!(
            "{:<18} {:>12.1} {:>9.1} {:>19.1} %",
            name(future),
            mean(future.life.days.iter().map(|day| f64::from(day.answers))),
            mean(future.life.days.iter().map(|day| day.seconds / 60.0)),
            recall(&future.life) * 100.0
        )));
    }
    let minutes = |life: &Life| life.days.iter().map(|day| day.seconds / 60.0).collect::<Vec<_>>();
    let answers = |life: &Life| life.days.iter().map(|day| f64::from(day.answers)).collect::<Vec<_>>();
    let recalled = |life: &Life| {
        life.days.iter().map(|day| 100.0 * day.known / f64::from(day.seen.max(1))).collect::<Vec<_>>()
    };
    lines.extend(curves("answers a day, from today", futures, &answers, true, width));
    lines.extend(curves("minutes a day", futures, &minutes, true, width));
    lines.extend(curves("expected recall, in per cent", futures, &recalled, false, width));
    Ok(output::lines(&lines, &app.config)?)
}

/// One curve a future, all on one scale that is named in the heading; from 0 on, or from the least value.
fn curves(
    what: &str,
    futures: &[Future],
    values: &dyn Fn(&Life) -> Vec<f64>,
    from_zero: bool,
    width: usize,
) -> Vec<Line> {
    let room = width.saturating_sub(17).max(1);
    // Means of as many days as share a column: a sum would say more of the plot than of the days.
    let shown: Vec<(String, Vec<f64>)> = futures
        .iter()
        .map(|future| {
            let days = values(&future.life);
            let each = days.len().div_ceil(room).max(1);
            (name(future), days.chunks(each).map(|days| mean(days.iter().copied())).collect())
        })
        .collect();
    let all = || shown.iter().flat_map(|(_, values)| values.iter().copied());
    let most = all().fold(0.0, f64::max);
    let least = if from_zero { 0.0 } else { all().fold(f64::INFINITY, f64::min).floor() };
    let mut lines =
        vec![Line::new(), Line::styled(format!("{what}: {least:.0} to {most:.0}"), Style::Heading)];
    for (name, values) in shown {
        let steps: Vec<u64> = values
            .iter()
            .map(|value| ((value - least) / (most - least).max(1e-9) * 1_000.0).max(0.0) as u64)
            .collect();
        lines.push(Line::plain(format!("{name:<16} ")).with(chart::levels(&steps, 1_000), Style::Accent));
    }
    lines
}

fn name(future: &Future) -> String {
    match future.retention {
        Some(retention) => format!("{} at {retention}", future.name),
        None => future.name.clone(),
    }
}
