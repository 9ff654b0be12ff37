//! `blend`: our own predictor of recall. It starts from what FSRS-6 says with its default parameters and learns, answer
//! by answer, how this learner departs from it. Nothing is fitted beforehand and nothing is fitted on what it is tested
//! on: it is a pure function of the log so far.
//!
//! The model is a logistic regression over seven terms, each of which can be told to a person ([`Blend::terms`]):
//!
//! | term | value | what it catches |
//! |---|---|---|
//! | fsrs | logit of FSRS's recall | the memory model itself, sharper or duller than this learner |
//! | level | 1 | a learner who recalls more or less than the median one |
//! | lapses | ln(1 + lapses) - 0.7 | how much worse, or better, forgotten cards fare than FSRS thinks |
//! | today | sum of surprises today / sqrt(4 + answers today) | good and bad days |
//! | wait | ln(days / 3) / 2 | a forgetting curve steeper or flatter |
//! | struggle | failures on the card's last day, at most 4, / 2 | cards that were drilled until they stuck |
//! | hours | days by the clock less study days | the hour at which it was seen then and now |
//!
//! The weights start at FSRS alone (1, then zeros) and follow an extended Kalman filter (Gaussian posterior, one
//! Newton step an answer), so early answers move them much and later ones little. Predictions allow for the weights'
//! uncertainty by the probit approximation (MacKay 1992).
//!
//! On the log in `tests/fixtures/` it reaches a log loss of 0.4211, where FSRS's defaults reach 0.4358, a calibrated
//! SM-2 0.4618 and a moving average 0.4704. The terms were chosen with that whole log in view, so the figure flatters:
//! a greedy choice among sixteen terms on the first half of the evaluated answers alone (it takes lapses, hours,
//! struggle and five others) scores 0.422 on the second half, where FSRS scores 0.427 and these seven terms 0.422.
//! Without one of them the whole log gives: lapses 0.429, struggle 0.423, hours 0.423, wait 0.423, today 0.422.
//! Tried and left out, each within 0.0006: answer times, pauses between answers, the number of answers before, the last
//! outcome, stability itself, the card's own record of surprises. Worse: the moving average, and weights that drift.

use super::predictors::{outcome, sigmoid};
use super::{Predictor, Row, Showing};
use crate::schedule::fsrs::{FsrsMemory, Model, Parameters};
use crate::time::Day;

/// How many terms there are.
const TERMS: usize = 7;
/// Their names, as shown to people.
pub const TERM_NAMES: [&str; TERMS] = ["fsrs", "level", "lapses", "today", "wait", "struggle", "hours"];
/// Variance of each weight before the first answer.
const VARIANCE: [f64; TERMS] = [0.03, 0.03, 0.1, 0.1, 0.1, 0.1, 0.1];
/// Bounds of the recall whose logit is a term.
const RECALL: (f64, f64) = (0.001, 0.999);

type Vector = [f64; TERMS];

/// Our own predictor.
#[derive(Clone, Debug)]
pub struct Blend {
    model: Model,
    cards: Vec<Card>,
    weights: Vector,
    covariance: [Vector; TERMS],
    today: Today,
}

/// What is kept of a card.
#[derive(Clone, Copy, Debug)]
struct Card {
    memory: FsrsMemory,
    /// Failures on the last study day on which it was seen.
    failures: u32,
}

/// How the study day has gone so far.
#[derive(Clone, Copy, Debug)]
struct Today {
    day: Option<Day>,
    answers: f64,
    surprise: f64,
}

/// One term of a prediction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// Which.
    pub name: &'static str,
    /// What it adds to the logit of recall: above 0 speaks for recall.
    pub adds: f64,
}

impl Default for Blend {
    fn default() -> Self {
        Self::new(&Parameters::DEFAULT)
    }
}

impl Blend {
    /// Builds the predictor over FSRS with the given parameters.
    #[must_use]
    pub fn new(parameters: &Parameters) -> Self {
        let mut weights = [0.0; TERMS];
        weights[0] = 1.0;
        let row = |n: usize| std::array::from_fn(|m| if n == m { VARIANCE[n] } else { 0.0 });
        Self {
            model: Model::new(parameters),
            cards: Vec::new(),
            weights,
            covariance: std::array::from_fn(row),
            today: Today { day: None, answers: 0.0, surprise: 0.0 },
        }
    }

    /// Returns the probability of recall, `0.0..=1.0`; `None` for a card never seen.
    #[must_use]
    pub fn recall(&self, showing: &Showing) -> Option<f64> {
        let terms = self.values(showing)?;
        let doubt = dot(&terms, &self.spread(&terms));
        Some(sigmoid(dot(&self.weights, &terms) / (1.0 + std::f64::consts::PI * doubt / 8.0).sqrt()))
    }

    /// Returns what each term adds to the logit of recall; `None` for a card never seen.
    #[must_use]
    pub fn terms(&self, showing: &Showing) -> Option<[Term; TERMS]> {
        let values = self.values(showing)?;
        Some(std::array::from_fn(|n| Term { name: TERM_NAMES[n], adds: self.weights[n] * values[n] }))
    }

    /// What FSRS alone would say.
    fn fsrs(&self, showing: &Showing) -> Option<f64> {
        let memory = self.cards.get(showing.card)?.memory;
        // Within a study day the clock tells more than the count of days, which is 0.
        let days = showing.days.filter(|days| *days > 0).map_or(showing.clock.min(1.0), f64::from);
        Some(self.model.recall(days, memory.stability))
    }

    fn values(&self, showing: &Showing) -> Option<Vector> {
        let p = self.fsrs(showing)?.clamp(RECALL.0, RECALL.1);
        let card = self.cards.get(showing.card)?;
        let days = f64::from(showing.days?);
        let today = if self.today.day == Some(showing.day) { self.today } else { Today::begin(showing.day) };
        Some([
            (p / (1.0 - p)).ln(),
            1.0,
            f64::from(showing.lapses).ln_1p() - 0.7,
            today.surprise / (4.0 + today.answers).sqrt(),
            (days.max(1.0) / 3.0).ln() / 2.0,
            f64::from(card.failures.min(4)) / 2.0,
            (showing.clock - days).clamp(-1.0, 1.0),
        ])
    }

    /// The covariance of the weights times a vector.
    fn spread(&self, vector: &Vector) -> Vector {
        std::array::from_fn(|n| dot(&self.covariance[n], vector))
    }

    /// One step of the filter: less doubt along `terms`, and weights moved by the surprise.
    fn learn(&mut self, terms: &Vector, recalled: f64) {
        let p = sigmoid(dot(&self.weights, terms));
        let slope = p * (1.0 - p);
        let spread = self.spread(terms);
        let shrink = slope / (1.0 + slope * dot(terms, &spread));
        for (row, along) in self.covariance.iter_mut().zip(spread) {
            for (cell, across) in row.iter_mut().zip(spread) {
                *cell -= shrink * along * across;
            }
        }
        let gain = self.spread(terms);
        for (weight, gain) in self.weights.iter_mut().zip(gain) {
            *weight += gain * (recalled - p);
        }
    }
}

impl Today {
    fn begin(day: Day) -> Self {
        Self { day: Some(day), answers: 0.0, surprise: 0.0 }
    }
}

fn dot(left: &Vector, right: &Vector) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

impl Predictor for Blend {
    fn name(&self) -> &str {
        "blend"
    }

    fn predict(&mut self, showing: &Showing) -> f64 {
        self.recall(showing).unwrap_or(0.5)
    }

    fn observe(&mut self, row: &Row) {
        let showing = &row.showing;
        if self.today.day != Some(showing.day) {
            self.today = Today::begin(showing.day);
        }
        let recalled = outcome(row.grade);
        if showing.is_scored()
            && let (Some(terms), Some(p)) = (self.values(showing), self.fsrs(showing))
        {
            self.learn(&terms, recalled);
            self.today.answers += 1.0;
            self.today.surprise += recalled - p;
        }
        let failed = u32::from(!row.grade.passed());
        match (showing.days, self.cards.get_mut(showing.card)) {
            (Some(days), Some(card)) => {
                card.memory = self.model.next(card.memory, f64::from(days), row.grade);
                card.failures = failed + if days == 0 { card.failures } else { 0 };
            }
            _ => self.cards.push(Card { memory: self.model.first(row.grade), failures: failed }),
        }
    }
}
