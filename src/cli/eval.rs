//! `retain eval` and `retain optimize`: which scheduler foretells the learner's own recall best, and fitting FSRS to it.

use std::path::PathBuf;

use serde_json::json;

use super::{Failure, Kind, Outcome, output};
use crate::app::App;
use crate::schedule::eval::blend::Blend;
use crate::schedule::eval::predictors::{
    Average, CalibratedFsrs, FsrsPredictor, Intervals, MovingAverage, Rule,
};
use crate::schedule::eval::{
    Predictor, Row, Score, bootstrap, log, losses, predictions, rows, score, scored, true_retention,
};
use crate::schedule::fsrs::Parameters;
use crate::seed::Seed;
use crate::time::{DayStart, ZoneOffset};

/// Compare how well the schedulers foretell your recall
///
/// Nothing is ever fitted on what it is tested on: the first fifth of the scored answers only warms up, and fitted
/// parameters come from the past of each stretch. An answer is scored when it comes on a later day than the one before.
#[derive(Debug, clap::Args)]
pub(super) struct EvalArgs {
    /// A log in CSV instead of your own: card_id, review_rating, review_time, review_duration
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// The time at which a study day turns in that log, UTC
    #[arg(long, value_name = "HH:MM", default_value = "04:00", value_parser = super::schedule::day_start, requires = "log")]
    day_start: DayStart,
    /// The calibration table of this predictor, or of `all`; by default of the best
    #[arg(long, value_name = "NAME", conflicts_with = "json")]
    calibration: Option<String>,
    /// As one JSON object, calibration tables included
    #[arg(long)]
    json: bool,
}

/// Evaluated answers below which the best predictor is not yet told from the others.
const FEWEST: usize = 100;

/// Fit the parameters of FSRS to your log
///
/// Shows the gain on reviews that were held back, with a 95 % interval, and keeps the old parameters when there is none.
#[derive(Debug, clap::Args)]
pub(super) struct OptimizeArgs {
    /// A log in CSV instead of your own; the parameters are only printed
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Only show what would be done
    #[arg(long)]
    dry_run: bool,
    /// Go back to the default parameters
    #[arg(long, conflicts_with_all = ["log", "dry_run"])]
    reset: bool,
}

/// One predictor's row.
struct Judged {
    name: String,
    score: Score,
    losses: Vec<f64>,
}

fn read_log(path: &std::path::Path, start: DayStart) -> Result<Vec<Row>, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(Kind::No, format!("cannot read `{}`: {error}", path.display())))?;
    let (answers, bad) = log::parse(&text, ZoneOffset::UTC, start);
    for line in bad.iter().take(5) {
        output::complain(&format!("warning: {}:{}: {}\n", path.display(), line.line, line.problem));
    }
    if bad.len() > 5 {
        output::complain(&format!("warning: {} more lines were left out\n", bad.len() - 5));
    }
    if answers.is_empty() {
        return Err(Failure::no(format!("there is no review in `{}`", path.display())));
    }
    Ok(rows(&answers))
}

fn judge(rows: &[Row]) -> Vec<Judged> {
    let mut predictors: Vec<Box<dyn Predictor>> =
        vec![Box::new(Average::default()), Box::new(MovingAverage::default())];
    for rule in [Rule::Sm2, Rule::Sm2Of1990, Rule::Wikipedia, Rule::Anki] {
        predictors.push(Box::new(Intervals::new(rule, false)));
    }
    for rule in [Rule::Sm2, Rule::Sm2Of1990, Rule::Anki] {
        predictors.push(Box::new(Intervals::new(rule, true)));
    }
    predictors.push(Box::new(FsrsPredictor::new("fsrs default", &Parameters::DEFAULT)));
    predictors.push(Box::new(CalibratedFsrs::new(&Parameters::DEFAULT)));
    predictors.push(Box::new(Blend::default()));
    let mut judged = Vec::new();
    let mut add = |name: String, made: &[f64]| {
        if let Some(score) = score(rows, made) {
            judged.push(Judged { name, score, losses: losses(rows, made) });
        }
    };
    for mut predictor in predictors {
        let made = predictions(predictor.as_mut(), rows);
        add(predictor.name().to_owned(), &made);
    }
    #[cfg(feature = "optimize")]
    if scored(rows).count() >= crate::schedule::fit::LEAST_SCORED {
        let made = crate::schedule::eval::fitted_predictions(rows, |past| {
            crate::schedule::fit::predictor(past, None)
        });
        add("fsrs fitted".to_owned(), &made);
    }
    judged
}

pub(super) fn eval(app: &App, args: &EvalArgs) -> Outcome {
    let rows = match &args.log {
        Some(path) => read_log(path, args.day_start)?,
        None => rows(&app.answers()?),
    };
    let judged = judge(&rows);
    let Some(best) = judged.iter().min_by(|a, b| a.score.log_loss.total_cmp(&b.score.log_loss)) else {
        if args.json {
            return Ok(output::raw(b"{\"scored\":0,\"predictors\":[]}\n")?);
        }
        return Ok(output::say(
            "no answer can be scored yet: come back when cards have returned on a later day",
        )?);
    };
    if args.log.is_none() && best.score.n >= FEWEST {
        // From now on the order of the queue and the statistics go by it.
        app.keep_best_predictor(&best.name)?;
    }
    if args.json {
        let table: Vec<_> =
            judged.iter().map(|one| json!({ "name": one.name, "score": one.score })).collect();
        let report = json!({
            "reviews": rows.len(),
            "scored": scored(&rows).count(),
            "evaluated": best.score.n,
            "best": best.name,
            "true_retention": true_retention(&rows, 1),
            "true_retention_21_days": true_retention(&rows, 21),
            "predictors": table,
        });
        return Ok(output::raw(format!("{report:#}\n").as_bytes())?);
    }
    output::say(&format!(
        "{} answers, {} scored, {} evaluated",
        rows.len(),
        scored(&rows).count(),
        best.score.n
    ))?;
    if let Some(share) = true_retention(&rows, 1) {
        let mature = true_retention(&rows, 21)
            .map_or_else(|| "none yet".to_owned(), |share| format!("{:.1} %", share * 100.0));
        output::say(&format!("true retention: {:.1} %; after 21 days or more: {mature}", share * 100.0))?;
    }
    output::say("")?;
    output::say("predictor                 n  log loss  RMSE(bins)     AUC     bias  bins")?;
    for one in &judged {
        let s = &one.score;
        let auc = s.auc.map_or_else(|| "   n/a".to_owned(), |auc| format!("{auc:>6.4}"));
        let mark = if std::ptr::eq(one, best) { " *" } else { "" };
        output::say(&format!(
            "{:<19} {:>7}  {:>8.4}  {:>10.4}  {auc}  {:>+7.4}  {:>4}{mark}",
            one.name, s.n, s.log_loss, s.rmse_bins, s.bias, s.bins
        ))?;
    }
    output::say("")?;
    verdict(best, &judged)?;
    let told: Vec<&Judged> = match args.calibration.as_deref() {
        None => vec![best],
        Some("all") => judged.iter().collect(),
        Some(name) => match judged.iter().find(|one| one.name == name) {
            Some(one) => vec![one],
            None => {
                let failure = Failure::usage(format!("no predictor is called `{name}`"));
                let names = judged.iter().map(|one| one.name.as_str());
                return Err(match crate::diagnostic::did_you_mean(name, names) {
                    Some(near) => failure.hint(format!("did you mean `{near}`")),
                    None => failure.hint("the table names them; `all` shows every one"),
                });
            }
        },
    };
    for one in told {
        output::say("")?;
        calibration(one)?;
    }
    Ok(())
}

/// Says in words which predictor is best, and whether that is more than luck.
fn verdict(best: &Judged, judged: &[Judged]) -> Outcome {
    let is_baseline = |one: &Judged| matches!(one.name.as_str(), "avg" | "moving-avg");
    let baseline = judged
        .iter()
        .filter(|one| is_baseline(one))
        .min_by(|a, b| a.score.log_loss.total_cmp(&b.score.log_loss));
    let Some(baseline) = baseline else { return Ok(()) };
    if best.score.n < FEWEST {
        return Ok(output::say(&format!(
            "{} evaluated are too few to tell: from {FEWEST} on the best one is named",
            crate::view::words::plural(best.score.n, "answer")
        ))?);
    }
    if is_baseline(best) {
        return Ok(output::say(
            "nothing beats the baselines: your recall is not yet foretold by any scheduler better than by its average",
        )?);
    }
    let interval = bootstrap(&best.losses, &baseline.losses, Seed(2_026), 1_000);
    let text = match interval {
        Some((low, high)) if high < 0.0 => format!(
            "suggested: {}, better than {} by {:.4} (95 % interval {:.4} to {:.4})",
            best.name,
            baseline.name,
            baseline.score.log_loss - best.score.log_loss,
            -high,
            -low
        ),
        _ => format!("{} is best here, but not by more than luck may explain", best.name),
    };
    Ok(output::say(&text)?)
}

fn calibration(best: &Judged) -> Outcome {
    output::say(&format!("calibration of {}: predicted recall, observed recall", best.name))?;
    for (index, tenth) in best.score.calibration.iter().enumerate() {
        if tenth.n == 0 {
            continue;
        }
        let at = |share: f64| ((share * 40.0).round() as usize).min(40);
        let mut bar: Vec<char> = vec!['·'; 41];
        bar[at(tenth.predicted)] = 'p';
        bar[at(tenth.observed)] = if at(tenth.observed) == at(tenth.predicted) { '=' } else { 'o' };
        output::say(&format!(
            "{:>3}–{:<3}% {:>6}  {:>5.3}  {:>5.3}  {}",
            index * 10,
            index * 10 + 10,
            tenth.n,
            tenth.predicted,
            tenth.observed,
            bar.iter().collect::<String>()
        ))?;
    }
    Ok(())
}

#[cfg(not(feature = "optimize"))]
pub(super) fn optimize(_: &mut App, _: &OptimizeArgs) -> Outcome {
    Err(Failure::no("this program was built without the feature `optimize`"))
}

#[cfg(feature = "optimize")]
pub(super) fn optimize(app: &mut App, args: &OptimizeArgs) -> Outcome {
    use crate::schedule::eval::fitted_predictions;
    use crate::schedule::fit::{LEAST_SCORED, Progress, fit, predictor};
    if args.reset {
        let mut choices = app.choices()?;
        choices.fitted = None;
        let changed = app.take_choices(&choices)?;
        return Ok(output::say(&format!("default parameters again; {changed} cards were scheduled anew"))?);
    }
    let rows = match &args.log {
        Some(path) => read_log(path, DayStart::DEFAULT)?,
        None => rows(&app.answers()?),
    };
    let count = scored(&rows).count();
    if count < LEAST_SCORED {
        return Err(Failure::no(format!("{count} answers can be learnt from, {LEAST_SCORED} are needed"))
            .hint("the default parameters are good until then"));
    }
    let old = match app.choices()?.fitted.filter(|_| args.log.is_none()) {
        Some(old) => Parameters::new(&old).unwrap_or(Parameters::DEFAULT),
        None => Parameters::DEFAULT,
    };
    // One fit to keep, and one to the past of each of five stretches, to judge it by.
    let progress = Progress::of(6);
    let (fitted, held_back) = std::thread::scope(|scope| {
        let work = scope.spawn(|| {
            let fitted = fit(&rows, Some(&progress))?;
            Some((fitted, losses(&rows, &fitted_predictions(&rows, |past| predictor(past, Some(&progress))))))
        });
        let bar = indicatif::ProgressBar::new(1_000);
        bar.set_style(
            indicatif::ProgressStyle::with_template("fitting {bar:40} {percent} %")
                .unwrap_or_else(|_| indicatif::ProgressStyle::default_bar()),
        );
        while !work.is_finished() {
            bar.set_position((progress.share() * 1_000.0) as u64);
            std::thread::park_timeout(std::time::Duration::from_millis(50));
        }
        bar.finish_and_clear();
        work.join().ok().flatten()
    })
    .ok_or_else(|| Failure::no("the fit did not come to an end"))?;
    let before = losses(&rows, &predictions(&mut FsrsPredictor::new("old", &old), &rows));
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len().max(1) as f64;
    output::say(&format!(
        "log loss on reviews held back: {:.4} as it is, {:.4} fitted",
        mean(&before),
        mean(&held_back)
    ))?;
    let gain = bootstrap(&before, &held_back, Seed(2_026), 1_000);
    let better = gain.is_some_and(|(low, _)| low > 0.0);
    if let Some((low, high)) = gain {
        output::say(&format!(
            "gain: {:+.4}, 95 % interval {low:+.4} to {high:+.4}",
            mean(&before) - mean(&held_back)
        ))?;
    }
    if !better {
        return Ok(output::say("no gain beyond luck: the old parameters are kept")?);
    }
    let values: Vec<f64> = fitted.values().to_vec();
    if args.dry_run || args.log.is_some() {
        return Ok(output::say(&format!("{values:?}"))?);
    }
    let mut choices = app.choices()?;
    choices.fitted = Some(values);
    let changed = app.take_choices(&choices)?;
    output::say(&format!("the fitted parameters are in use; {changed} cards were scheduled anew"))?;
    Ok(output::say("`retain optimize --reset` goes back to the defaults")?)
}
