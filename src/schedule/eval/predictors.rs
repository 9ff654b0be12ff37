//! The predictors that evaluation sets side by side: two baselines, the SM-2 family raw and calibrated, and FSRS.
//! Not our own blend (`blend.rs`).

use super::{Predictor, Row, Showing};
use crate::review::Grade;
use crate::schedule::fsrs::{FsrsMemory, Model, Parameters};

/// The share recalled so far, the same for every card. Starts as one answer recalled to nine tenths.
#[derive(Clone, Debug)]
pub struct Average {
    recalled: f64,
    answers: f64,
}

impl Default for Average {
    fn default() -> Self {
        Self { recalled: 0.9, answers: 1.0 }
    }
}

impl Predictor for Average {
    fn name(&self) -> &str {
        "avg"
    }

    fn predict(&mut self, _showing: &Showing) -> f64 {
        self.recalled / self.answers
    }

    fn observe(&mut self, row: &Row) {
        if row.showing.is_scored() {
            self.recalled += outcome(row.grade);
            self.answers += 1.0;
        }
    }
}

/// An average that follows the last few answers, the same for every card (srs-benchmark, MOVING-AVG).
#[derive(Clone, Debug)]
pub struct MovingAverage {
    logit: f64,
}

impl Default for MovingAverage {
    fn default() -> Self {
        Self { logit: 1.2 }
    }
}

impl Predictor for MovingAverage {
    fn name(&self) -> &str {
        "moving-avg"
    }

    fn predict(&mut self, _showing: &Showing) -> f64 {
        sigmoid(self.logit)
    }

    fn observe(&mut self, row: &Row) {
        if row.showing.is_scored() {
            self.logit += 0.3 * (outcome(row.grade) - sigmoid(self.logit));
        }
    }
}

/// Which rule gives the interval whose end stands for a recall of 0.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `sm2`, the default scheduler.
    Sm2,
    /// SM-2 of 1990, read strictly.
    Sm2Of1990,
    /// SM-2 as most programs have it: ease falls on failure too.
    Wikipedia,
    /// Anki's.
    Anki,
}

/// What a rule remembers of a card.
#[derive(Clone, Copy, Debug)]
struct Known {
    interval: f64,
    ease: f64,
    repetition: u32,
}

impl Rule {
    fn name(self) -> &'static str {
        match self {
            Self::Sm2 => "sm2",
            Self::Sm2Of1990 => "sm2-1990",
            Self::Wikipedia => "sm2-wikipedia",
            Self::Anki => "anki",
        }
    }

    /// The first answer, in days; the step on the first day gives no interval of its own.
    fn first(self, grade: Grade) -> Known {
        let known = Known { interval: 1.0, ease: 2.5, repetition: 0 };
        match self {
            Self::Anki if grade == Grade::Easy => Known { interval: 4.0, ..known },
            Self::Sm2 if grade == Grade::Easy => Known { interval: 4.0, ease: 2.65, ..known },
            Self::Sm2 if grade == Grade::Hard => Known { ease: 2.35, ..known },
            Self::Sm2 | Self::Anki => known,
            Self::Sm2Of1990 | Self::Wikipedia => self.next(known, 1.0, grade),
        }
    }

    /// A later answer, `days` after the one before. Intervals are left unrounded.
    fn next(self, known: Known, days: f64, grade: Grade) -> Known {
        let next = match self {
            Self::Sm2Of1990 | Self::Wikipedia => published(self == Self::Wikipedia, known, grade),
            Self::Anki => anki(known, days, grade),
            Self::Sm2 => ours(known, days, grade),
        };
        Known { interval: next.interval.clamp(1.0, 36_500.0), ease: next.ease.max(1.3), ..next }
    }
}

fn published(always_assess: bool, known: Known, grade: Grade) -> Known {
    // Grades stand for qualities 2 to 5.
    let short = 4.0 - f64::from(grade.number());
    let mut ease = known.ease;
    if grade.passed() || always_assess {
        ease = (ease + 0.1 - short * (0.08 + short * 0.02)).max(1.3);
    }
    let repetition = if grade.passed() { known.repetition + 1 } else { 1 };
    let interval = match repetition {
        1 => 1.0,
        2 => 6.0,
        _ => known.interval * ease,
    };
    Known { interval, ease, repetition }
}

fn anki(known: Known, days: f64, grade: Grade) -> Known {
    let Known { interval, ease, .. } = known;
    let late = days - interval;
    let kept = (days * ease).max(interval);
    let (interval, step) = match grade {
        Grade::Again => (1.0, -0.2),
        Grade::Hard if late < 0.0 => ((days * 1.2).max(interval * 0.6), -0.15),
        Grade::Good if late < 0.0 => (kept, 0.0),
        Grade::Easy if late < 0.0 => (kept * 1.15, 0.15),
        Grade::Hard => (interval * 1.2, -0.15),
        Grade::Good => ((interval + late / 2.0) * ease, 0.0),
        Grade::Easy => ((interval + late) * ease * 1.3, 0.15),
    };
    Known { interval, ease: ease + step, ..known }
}

fn ours(known: Known, days: f64, grade: Grade) -> Known {
    let Known { interval, ease, .. } = known;
    let late = (days - interval).max(0.0);
    let waited = days.min(interval);
    let grown = |factor: f64, credit: f64| {
        if late > 0.0 { (interval + late * credit) * factor } else { interval + (factor - 1.0) * waited }
    };
    let (interval, ease) = match grade {
        Grade::Again => (1.0, ease - 0.2),
        Grade::Hard => (grown(1.2, 0.0), ease - 0.15),
        Grade::Good => (grown(ease, 0.5), ease + 0.07 * (2.5 - ease)),
        Grade::Easy => (grown(ease * 1.3, 1.0), ease + 0.15),
    };
    Known { interval, ease: ease.min(3.0), ..known }
}

/// A rule of the SM-2 family as a predictor: recall falls exponentially and is 0.9 after one interval.
///
/// Calibrated, two numbers of the learner's own bend that curve: `p = exp(-a * (t / I)^b)`, both learnt as answers come.
#[derive(Clone, Debug)]
pub struct Intervals {
    rule: Rule,
    name: String,
    cards: Vec<Known>,
    curve: Curve,
    calibrated: bool,
}

impl Intervals {
    /// Builds the predictor of a rule, raw or calibrated.
    #[must_use]
    pub fn new(rule: Rule, calibrated: bool) -> Self {
        let name = if calibrated { format!("{} calibrated", rule.name()) } else { rule.name().to_owned() };
        Self { rule, name, cards: Vec::new(), curve: Curve::default(), calibrated }
    }

    /// The wait in intervals; `None` at first sight.
    fn share(&self, showing: &Showing) -> Option<f64> {
        Some(f64::from(showing.days?) / self.cards.get(showing.card)?.interval)
    }
}

impl Predictor for Intervals {
    fn name(&self) -> &str {
        &self.name
    }

    fn predict(&mut self, showing: &Showing) -> f64 {
        self.share(showing).map_or(0.5, |share| self.curve.recall(share))
    }

    fn observe(&mut self, row: &Row) {
        let showing = &row.showing;
        if self.calibrated
            && showing.is_scored()
            && let Some(share) = self.share(showing)
        {
            self.curve.learn(share, row.grade.passed());
        }
        match showing.days {
            None => self.cards.push(self.rule.first(row.grade)),
            // The rules know one answer a day.
            Some(0) => {}
            Some(days) => {
                if let Some(known) = self.cards.get_mut(showing.card) {
                    *known = self.rule.next(*known, f64::from(days), row.grade);
                }
            }
        }
    }
}

/// A forgetting curve over shares of an interval, `exp(-a * share^b)`, that learns by gradient descent on log loss.
#[derive(Clone, Copy, Debug)]
struct Curve {
    a: f64,
    b: f64,
}

/// How fast a curve learns.
const RATE: f64 = 0.02;

impl Default for Curve {
    fn default() -> Self {
        Self { a: -(0.9_f64.ln()), b: 1.0 }
    }
}

impl Curve {
    fn recall(&self, share: f64) -> f64 {
        (-self.a * share.powf(self.b)).exp()
    }

    fn learn(&mut self, share: f64, passed: bool) {
        let exponent = self.a * share.powf(self.b);
        let p = self.recall(share).clamp(super::CLIP, 1.0 - super::CLIP);
        // d loss / d exponent; `a` moves by its logarithm, so it stays above 0.
        let slope = if passed { 1.0 } else { -p / (1.0 - p) };
        self.a *= (-RATE * slope * exponent).exp();
        self.b = (self.b - RATE * slope * exponent * share.ln()).max(0.05);
    }
}

/// A forgetting curve of FSRS, bent by two numbers of the learner's own as those of the SM-2 family are: FSRS's wait in
/// units of the wait after which it sees a recall of 0.9.
#[derive(Clone, Debug)]
pub struct CalibratedFsrs {
    inner: FsrsPredictor,
    curve: Curve,
    /// The wait of the showing last predicted, where it has one.
    share: Option<f64>,
}

impl CalibratedFsrs {
    /// Builds the predictor.
    #[must_use]
    pub fn new(parameters: &Parameters) -> Self {
        Self {
            inner: FsrsPredictor::new("fsrs calibrated", parameters),
            curve: Curve::default(),
            share: None,
        }
    }
}

impl Predictor for CalibratedFsrs {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn predict(&mut self, showing: &Showing) -> f64 {
        let recall = self.inner.predict(showing);
        self.share = showing.is_scored().then(|| recall.ln() / 0.9_f64.ln());
        self.share.map_or(0.5, |share| self.curve.recall(share))
    }

    fn observe(&mut self, row: &Row) {
        if let Some(share) = self.share.take() {
            self.curve.learn(share, row.grade.passed());
        }
        self.inner.observe(row);
    }
}

/// FSRS-6 with given parameters.
#[derive(Clone, Debug)]
pub struct FsrsPredictor {
    name: String,
    model: Model,
    cards: Vec<FsrsMemory>,
}

impl FsrsPredictor {
    /// Builds the predictor; `name` is shown in tables.
    #[must_use]
    pub fn new(name: &str, parameters: &Parameters) -> Self {
        Self { name: name.to_owned(), model: Model::new(parameters), cards: Vec::new() }
    }

    /// Returns the memory of a card seen before.
    #[must_use]
    pub fn memory(&self, card: usize) -> Option<FsrsMemory> {
        self.cards.get(card).copied()
    }
}

impl Predictor for FsrsPredictor {
    fn name(&self) -> &str {
        &self.name
    }

    fn predict(&mut self, showing: &Showing) -> f64 {
        match (showing.days, self.cards.get(showing.card)) {
            (Some(days), Some(memory)) => self.model.recall(f64::from(days), memory.stability),
            _ => 0.5,
        }
    }

    fn observe(&mut self, row: &Row) {
        match (row.showing.days, self.cards.get_mut(row.showing.card)) {
            (Some(days), Some(memory)) => *memory = self.model.next(*memory, f64::from(days), row.grade),
            _ => self.cards.push(self.model.first(row.grade)),
        }
    }
}

/// 1 for a recalled card, 0 for a forgotten one.
pub(super) fn outcome(grade: Grade) -> f64 {
    f64::from(u8::from(grade.passed()))
}

/// The logistic function.
pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::CardUid;
    use crate::schedule::anki::{Anki, AnkiConfig};
    use crate::schedule::sm2::{Sm2, Sm2Config};
    use crate::schedule::{CardState, Due, Memory, Phase, Scheduler};
    use crate::time::{Day, Moment, Timestamp, ZoneOffset};

    /// The interval a scheduler would give before rounding, for a card in review answered after `days`.
    fn ideal(scheduler: &dyn Scheduler, interval: u32, permille: u32, days: i32, grade: Grade) -> f64 {
        let state = CardState {
            phase: Phase::Review,
            due: Due::On(Day(0)),
            last: Some(Timestamp(0)),
            last_day: Some(Day(0)),
            interval,
            memory: Memory::Ease { permille },
            ..CardState::NEW
        };
        let at = Moment { now: Timestamp(0), today: Day(days), zone: ZoneOffset::UTC };
        scheduler.next_states(CardUid(1), &state, &at).get(grade).ideal
    }

    #[test]
    fn rules_give_the_intervals_of_their_schedulers_before_rounding() {
        let sm2 = Sm2::new(Sm2Config { fuzz: false, ..Sm2Config::default() }).unwrap();
        let anki = Anki::new(AnkiConfig { fuzz: false, ..AnkiConfig::default() }).unwrap();
        let pairs: [(&dyn Scheduler, Rule); 2] = [(&sm2, Rule::Sm2), (&anki, Rule::Anki)];
        for (scheduler, rule) in pairs {
            for interval in [1_u32, 7, 40, 365] {
                for permille in [1300_u32, 2110, 2500, 3000] {
                    for days in [1_u32, 5, 7, 40, 90, 700] {
                        for grade in [Grade::Hard, Grade::Good, Grade::Easy] {
                            let known = Known {
                                interval: f64::from(interval),
                                ease: f64::from(permille) / 1e3,
                                repetition: 9,
                            };
                            let mine = rule.next(known, f64::from(days), grade).interval;
                            let theirs = ideal(scheduler, interval, permille, days as i32, grade).max(1.0);
                            assert!(
                                (mine - theirs).abs() < 1e-5 * theirs,
                                "{rule:?} {known:?} {days} {grade}"
                            );
                        }
                    }
                }
            }
        }
    }
}
