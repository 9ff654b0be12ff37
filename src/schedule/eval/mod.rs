//! How well a scheduler foretells recall: predictions along a log of answers, and the figures that judge them.
//! Not for reading logs (`log.rs` parses one given as text) and not for fitting parameters.
//!
//! The protocol is that of the open-spaced-repetition benchmark, without its filter of outliers. An answer is *scored*
//! when it comes on a later study day than the card's answer before it; first sights and answers of the same day are
//! not scored, but predictors may learn from them. The first fifth of the scored answers is not evaluated. A predictor
//! never sees an answer before it has predicted it: [`Showing`] holds no grade.

pub mod blend;
pub mod log;
pub mod predictors;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::review::Grade;
use crate::seed::Seed;
use crate::time::{DAY_MS, Day, Timestamp};

/// Predictions are held within this distance of 0 and 1, so that one surprise costs at most 9.2 in log loss.
pub const CLIP: f64 = 1e-4;

/// One answer, as evaluation needs it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// The card, by any number that no other card has.
    pub card: i64,
    /// When.
    pub at: Timestamp,
    /// The study day.
    pub day: Day,
    /// The grade.
    pub grade: Grade,
    /// Time from question to grade in milliseconds; 0 when unknown.
    pub took_ms: u32,
}

/// A card about to be answered: all that may be known then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Showing {
    /// The card, numbered from 0 in order of first sight.
    pub card: usize,
    /// When.
    pub at: Timestamp,
    /// The study day.
    pub day: Day,
    /// Study days since the card's answer before; `None` at first sight.
    pub days: Option<u32>,
    /// Days by the clock since the card's answer before; 0 at first sight.
    pub clock: f64,
    /// One more than the card's scored answers so far, this one included if it is scored.
    pub nth: u32,
    /// Scored answers so far in which the card was not recalled.
    pub lapses: u32,
}

impl Showing {
    /// Tells whether the answer counts for evaluation.
    #[must_use]
    pub fn is_scored(&self) -> bool {
        self.days.is_some_and(|days| days > 0)
    }
}

/// A showing with what came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// What was known before.
    pub showing: Showing,
    /// The grade.
    pub grade: Grade,
    /// Time from question to grade in milliseconds; 0 when unknown.
    pub took_ms: u32,
}

/// The bookkeeping from which showings are made: what each card has been through so far.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    cards: HashMap<i64, Seen>,
}

/// What a ledger remembers of a card.
#[derive(Clone, Copy, Debug)]
struct Seen {
    number: usize,
    day: Day,
    at: Timestamp,
    scored: u32,
    lapses: u32,
}

impl Ledger {
    /// Returns what may be known of a card about to be answered.
    #[must_use]
    pub fn showing(&self, card: i64, at: Timestamp, day: Day) -> Showing {
        let Some(seen) = self.cards.get(&card) else {
            let card = self.cards.len();
            return Showing { card, at, day, days: None, clock: 0.0, nth: 1, lapses: 0 };
        };
        let days = u32::try_from(day.days_since(seen.day)).unwrap_or(0);
        let clock = at.ms_since(seen.at).max(0) as f64 / DAY_MS as f64;
        let nth = 1 + seen.scored + u32::from(days > 0);
        Showing { card: seen.number, at, day, days: Some(days), clock, nth, lapses: seen.lapses }
    }

    /// Takes down an answer; returns it with what was known before. Answers must come in order of time.
    pub fn record(&mut self, answer: &Answer) -> Row {
        let showing = self.showing(answer.card, answer.at, answer.day);
        let number = showing.card;
        let Answer { day, at, .. } = *answer;
        let seen = self.cards.entry(answer.card).or_insert(Seen { number, day, at, scored: 0, lapses: 0 });
        if showing.is_scored() {
            seen.scored += 1;
            seen.lapses += u32::from(!answer.grade.passed());
        }
        seen.day = seen.day.max(day);
        seen.at = seen.at.max(at);
        Row { showing, grade: answer.grade, took_ms: answer.took_ms }
    }
}

/// Turns answers, in any order, into rows in order of time.
#[must_use]
pub fn rows(answers: &[Answer]) -> Vec<Row> {
    let mut sorted: Vec<&Answer> = answers.iter().collect();
    sorted.sort_by_key(|answer| answer.at);
    let mut ledger = Ledger::default();
    sorted.into_iter().map(|answer| ledger.record(answer)).collect()
}

/// A model that foretells recall, one answer after the other.
pub trait Predictor {
    /// Returns the name in tables.
    fn name(&self) -> &str;

    /// Returns the probability that the card will be recalled, `0.0..=1.0`; what it says of a showing that is not
    /// scored counts for nothing.
    fn predict(&mut self, showing: &Showing) -> f64;

    /// Takes notice of what came of the showing last predicted.
    fn observe(&mut self, row: &Row);
}

/// Runs a predictor along the rows; returns its predictions for the scored ones, in order.
pub fn predictions(predictor: &mut dyn Predictor, rows: &[Row]) -> Vec<f64> {
    let mut made = Vec::new();
    for row in rows {
        let p = predictor.predict(&row.showing);
        if row.showing.is_scored() {
            made.push(p.clamp(CLIP, 1.0 - CLIP));
        }
        predictor.observe(row);
    }
    made
}

/// Runs predictors that are fitted to the past: for each of the [`folds`], `fit` gets the rows before it and returns
/// the predictor for it. The warm-up is left to `fit` of no rows. Returns predictions for the scored rows, in order.
///
/// A predictor runs along all rows up to the end of its fold, so that it knows the cards; only its fold counts.
pub fn fitted_predictions(rows: &[Row], mut fit: impl FnMut(&[Row]) -> Box<dyn Predictor>) -> Vec<f64> {
    let places: Vec<usize> = (0..rows.len()).filter(|place| rows[*place].showing.is_scored()).collect();
    let first = warm_up(places.len());
    let mut made = Vec::with_capacity(places.len());
    for fold in std::iter::once(0..first).chain(folds(places.len())) {
        let Some(place) = places.get(fold.start) else { continue };
        let past = if fold.start == 0 && first > 0 { 0 } else { *place };
        let end = places.get(fold.end).copied().unwrap_or(rows.len());
        let predicted = predictions(fit(&rows[..past]).as_mut(), &rows[..end]);
        made.extend_from_slice(&predicted[fold]);
    }
    made
}

/// The scored rows, in order.
pub fn scored(rows: &[Row]) -> impl Iterator<Item = &Row> {
    rows.iter().filter(|row| row.showing.is_scored())
}

/// Returns how many scored rows come before the evaluated ones: a fifth, rounded down.
#[must_use]
pub fn warm_up(scored: usize) -> usize {
    scored / 5
}

/// Splits the evaluated part of `scored` rows into five stretches of time, for models that are fitted on the past of
/// each; ranges count scored rows.
#[must_use]
pub fn folds(scored: usize) -> [std::ops::Range<usize>; 5] {
    let first = warm_up(scored);
    let edge = |n: usize| first + (scored - first) * n / 5;
    std::array::from_fn(|n| edge(n)..edge(n + 1))
}

/// The figures by which predictions are judged.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Score {
    /// Answers evaluated, above 0.
    pub n: usize,
    /// Mean of -ln of the probability given to what happened. Lower is better.
    pub log_loss: f64,
    /// Root mean square of the difference between predicted and observed recall over [`bins`](Self::bins), weighted by
    /// their size. Lower is better, but it can be cheated: never to be read alone.
    pub rmse_bins: f64,
    /// How often, of two answers of which one was recalled, that one had the higher prediction. `None` when all or none
    /// were recalled.
    pub auc: Option<f64>,
    /// Mean of predicted less observed; above 0 is too sure.
    pub bias: f64,
    /// Bins of like answers: by days waited, number of answer, lapses.
    pub bins: usize,
    /// The ten tenths of the scale of probability.
    pub calibration: [Tenth; 10],
}

/// Predictions in one tenth of the scale, against what happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Tenth {
    /// How many.
    pub n: usize,
    /// Mean prediction; 0 where there is none.
    pub predicted: f64,
    /// Share recalled; 0 where there is none.
    pub observed: f64,
}

/// Judges predictions, one for each scored row, after the warm-up. `None` when nothing is left to judge.
/// Surplus rows or predictions are left out.
#[must_use]
pub fn score(rows: &[Row], predictions: &[f64]) -> Option<Score> {
    let all = scored(rows).count();
    let judged: Vec<(&Row, f64)> = scored(rows).zip(predictions.iter().copied()).skip(warm_up(all)).collect();
    if judged.is_empty() {
        return None;
    }
    let n = judged.len() as f64;
    let hit = |row: &Row| f64::from(u8::from(row.grade.passed()));
    let mut bins: HashMap<[i32; 3], [f64; 3]> = HashMap::new();
    let mut tenths = [[0.0; 3]; 10];
    let (mut loss, mut bias) = (0.0, 0.0);
    for &(row, p) in &judged {
        let y = hit(row);
        loss += loss_of(p, row.grade.passed());
        bias += p - y;
        let tenth = ((p * 10.0) as usize).min(9);
        for cell in [bins.entry(bin(&row.showing)).or_default(), &mut tenths[tenth]] {
            cell[0] += 1.0;
            cell[1] += p;
            cell[2] += y;
        }
    }
    let squares: f64 = bins.values().map(|[size, p, y]| (p - y).powi(2) / size).sum();
    Some(Score {
        n: judged.len(),
        log_loss: loss / n,
        rmse_bins: (squares / n).sqrt(),
        auc: auc(judged.iter().map(|(row, p)| (*p, row.grade.passed())).collect()),
        bias: bias / n,
        bins: bins.len(),
        calibration: tenths.map(|[size, p, y]| match size {
            0.0 => Tenth::default(),
            _ => Tenth { n: size as usize, predicted: p / size, observed: y / size },
        }),
    })
}

/// Returns the log loss of each evaluated prediction, for comparing two predictors answer by answer.
#[must_use]
pub fn losses(rows: &[Row], predictions: &[f64]) -> Vec<f64> {
    let all = scored(rows).count();
    let judged = scored(rows).zip(predictions).skip(warm_up(all));
    judged.map(|(row, p)| loss_of(*p, row.grade.passed())).collect()
}

fn loss_of(p: f64, passed: bool) -> f64 {
    let p = p.clamp(CLIP, 1.0 - CLIP);
    -if passed { p.ln() } else { (1.0 - p).ln() }
}

/// Returns the bounds within which the mean of `left - right` lies with 95 % certainty, by `rounds` redraws of the pairs
/// (Efron 1979, percentile method). `None` without pairs or rounds.
#[must_use]
pub fn bootstrap(left: &[f64], right: &[f64], seed: Seed, rounds: usize) -> Option<(f64, f64)> {
    let differences: Vec<f64> = left.iter().zip(right).map(|(left, right)| left - right).collect();
    if differences.is_empty() || rounds == 0 {
        return None;
    }
    let n = differences.len() as f64;
    let mut means: Vec<f64> = (0_u64..)
        .take(rounds)
        .map(|round| {
            let round = seed.derive("bootstrap", round);
            let draw = |k| (round.derive("", k).unit() * n) as usize;
            (0_u64..).take(differences.len()).map(|k| differences[draw(k)]).sum::<f64>() / n
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |share: f64| means[((rounds - 1) as f64 * share).round() as usize];
    Some((at(0.025), at(0.975)))
}

/// The bin of a showing: geometric steps of days waited, number of answer, and lapses (srs-benchmark `utils.py`).
fn bin(showing: &Showing) -> [i32; 3] {
    // The benchmark names each bin by a representative value, rounded; the floors alone tell the same bins apart,
    // save that small counts share a name after rounding.
    let floor = |value: u32, base: f64| (f64::from(value).ln() / base.ln()).floor();
    let named = |scale: f64, value: u32, base: f64| (scale * base.powf(floor(value, base))).round() as i32;
    let days = floor(showing.days.unwrap_or(0).max(1), 3.62) as i32;
    let lapses = if showing.lapses == 0 { 0 } else { named(1.65, showing.lapses, 1.73) };
    [days, named(1.99, showing.nth, 1.89), lapses]
}

/// Area under the curve of hits against false alarms, ties counted half (Mann & Whitney 1947, by ranks).
fn auc(mut judged: Vec<(f64, bool)>) -> Option<f64> {
    judged.sort_by(|left, right| left.0.total_cmp(&right.0));
    let hits = judged.iter().filter(|(_, hit)| *hit).count() as f64;
    let misses = judged.len() as f64 - hits;
    if hits == 0.0 || misses == 0.0 {
        return None;
    }
    let mut ranks = 0.0;
    let mut before = 0.0;
    for tie in judged.chunk_by(|left, right| left.0 == right.0) {
        let size = tie.len() as f64;
        ranks += (before + (size + 1.0) / 2.0) * tie.iter().filter(|(_, hit)| *hit).count() as f64;
        before += size;
    }
    Some((ranks - hits * (hits + 1.0) / 2.0) / (hits * misses))
}

/// Share of recalled answers among scored ones, as a learner asks for it: true retention. `None` without any.
#[must_use]
pub fn true_retention(rows: &[Row], least_days: u32) -> Option<f64> {
    let passed: Vec<bool> = scored(rows)
        .filter(|row| row.showing.days.is_some_and(|days| days >= least_days))
        .map(|row| row.grade.passed())
        .collect();
    let hits = passed.iter().filter(|passed| **passed).count();
    (!passed.is_empty()).then(|| hits as f64 / passed.len() as f64)
}
