//! Learners that do not exist: how a simulated memory holds and loses a card, and how its owner grades.
//! Not for scheduling: a learner never knows when a card comes back, and a scheduler never sees what is in here.
//!
//! Two families, so that no scheduler is judged only by the model of memory that it believes in:
//! - FSRS-6 dynamics with parameters of the learner's own, drawn around the medians of ten thousand learners;
//! - the half-life model of MaiMemo (Ye, Su & Cao, KDD 2022), with a hidden difficulty from 1 to 18 for each card.
//!
//! Every draw is a hash of learner, card and number of answer: two schedulers meet the same luck.

use super::super::fsrs::{FsrsMemory, Model, PARAMETER_COUNT, Parameters};
use crate::review::Grade;
use crate::seed::Seed;

/// Spread of the parameters between learners (fsrs crate 6.6, `training.rs`), of which learners here get half.
const PARAMETER_SPREAD: [f64; PARAMETER_COUNT] = [
    6.43, 9.66, 17.58, 27.85, 0.57, 0.28, 0.6, 0.12, 0.39, 0.18, 0.33, 0.3, 0.09, 0.16, 0.57, 0.25, 1.03,
    0.31, 0.32, 0.14, 0.27,
];
/// Spread of the first stabilities between learners, of their logarithm; the published one is 1.4 to 1.7.
const FIRST_STABILITY_SPREAD: f64 = 0.8;
/// Spread of the exponent of forgetting between learners, of its logarithm.
const DECAY_SPREAD: f64 = 0.6;
/// Spread of first stability between the cards of a learner, of its logarithm.
const CARD_SPREAD: f64 = 0.5;
/// Spread of difficulty between the cards of a learner, on FSRS's scale of 1 to 10.
const CARD_DIFFICULTY_SPREAD: f64 = 1.0;
/// How much grades know of the card's hidden traits: a correlation.
const INSIGHT: f64 = 0.5;
/// Share of recalled cards that are failed by a slip of the finger or the mind.
const SLIPS: f64 = 0.01;
/// Shares of the four grades at first sight (fsrs crate 6.6, `SimulatorConfig`).
const FIRST_GRADES: [f64; 4] = [0.24, 0.094, 0.495, 0.171];
/// Shares of `Hard`, `Good`, `Easy` among later successes (as above).
const LATER_GRADES: [f64; 3] = [0.224, 0.631, 0.145];
/// Shares of the grades in a learning step after `Again`, `Hard`, `Good` (as above).
const LEARNING_GRADES: [[f64; 4]; 3] =
    [[0.3686, 0.0628, 0.5108, 0.0577], [0.0442, 0.4553, 0.4457, 0.0549], [0.0519, 0.047, 0.8462, 0.055]];
/// The same in a relearning step.
const RELEARNING_GRADES: [[f64; 4]; 3] =
    [[0.2157, 0.0643, 0.6595, 0.0604], [0.05, 0.4638, 0.4475, 0.0387], [0.1057, 0.1434, 0.7266, 0.0244]];
/// What a failure that is not repaired on the same day costs, as a share of what memory is left. An assumption.
const UNREPAIRED: f64 = 0.25;

/// A simulated learner.
#[derive(Clone, Debug)]
pub struct Learner {
    seed: Seed,
    model: Model,
    family: Family,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Fsrs,
    HalfLife,
}

/// What a simulated learner truly remembers of a card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mind {
    /// In the dynamics of FSRS.
    Fsrs(FsrsMemory),
    /// In the half-life model.
    HalfLife {
        /// Days after which recall is one half.
        half_life: f64,
        /// Difficulty, 1 to 18.
        difficulty: f64,
    },
}

impl Learner {
    /// Returns a learner of a population; even numbers have FSRS's memory, odd ones the half-life model's.
    #[must_use]
    pub fn of_population(seed: Seed, number: u64) -> Self {
        let seed = seed.derive("learner", number);
        let family = if number.is_multiple_of(2) { Family::Fsrs } else { Family::HalfLife };
        Self { seed, model: Model::new(&drawn_parameters(seed)), family }
    }

    /// Returns a learner whose memory is FSRS's with known parameters: the one at the keyboard, as far as it is known.
    #[must_use]
    pub fn with_parameters(seed: Seed, parameters: &Parameters) -> Self {
        Self { seed, model: Model::new(parameters), family: Family::Fsrs }
    }

    /// Returns a number in `0.0..1.0` that depends on the learner and the arguments alone.
    pub(super) fn chance(&self, what: &str, card: usize, answer: u32) -> f64 {
        self.seed.derive(what, ((card as u64) << 24) | u64::from(answer)).unit()
    }

    /// A number of the standard normal distribution (Box & Muller 1958).
    fn normal(&self, what: &str, card: usize, answer: u32) -> f64 {
        let seed = self.seed.derive(what, ((card as u64) << 24) | u64::from(answer));
        normal(seed)
    }

    /// How easy a card is for this learner, standard normal.
    fn ease(&self, card: usize) -> f64 {
        self.normal("ease", card, 0)
    }

    /// A draw of `shares` that leans towards the later ones for easy cards.
    fn graded(&self, shares: &[f64], card: usize, answer: u32) -> usize {
        let noise = self.normal("grade", card, answer);
        let felt = INSIGHT * self.ease(card) + (1.0 - INSIGHT * INSIGHT).sqrt() * noise;
        pick(shares, cumulative_normal(felt))
    }

    /// Returns the grade and the memory at first sight of a card.
    #[must_use]
    pub fn first(&self, card: usize) -> (Grade, Mind) {
        let grade = Grade::ALL[self.graded(&FIRST_GRADES, card, 0)];
        let mind = match self.family {
            Family::Fsrs => {
                let FsrsMemory { stability, difficulty } = self.model.first(grade);
                Mind::Fsrs(FsrsMemory {
                    stability: (stability * (CARD_SPREAD * self.ease(card)).exp()).clamp(0.001, 36_500.0),
                    difficulty: (difficulty - CARD_DIFFICULTY_SPREAD * self.normal("hard", card, 0))
                        .clamp(1.0, 10.0),
                })
            }
            Family::HalfLife => {
                // Easy cards are many: the mean lies near 6.
                let share = 1.0 - cumulative_normal(self.ease(card));
                let difficulty = 1.0 + (17.0 * share * share).floor();
                // Recall of a day later falls by a twentieth with each step of difficulty (SSP-MMC's simulator).
                let recall = (0.925 - 0.05 * difficulty).max(0.025);
                Mind::HalfLife { half_life: -1.0 / recall.log2(), difficulty }
            }
        };
        (grade, mind)
    }

    /// Returns the true probability of recall after some days.
    #[must_use]
    pub fn recall(&self, mind: &Mind, days: f64) -> f64 {
        match mind {
            Mind::Fsrs(memory) => self.model.recall(days, memory.stability),
            Mind::HalfLife { half_life, .. } => (-days / half_life).exp2(),
        }
    }

    /// Returns the days after which recall has fallen to `retention`: what only an all-knowing scheduler can use.
    #[must_use]
    pub fn interval(&self, mind: &Mind, retention: f64) -> f64 {
        match mind {
            Mind::Fsrs(memory) => self.model.interval(retention, memory.stability),
            Mind::HalfLife { half_life, .. } => -half_life * retention.log2(),
        }
    }

    /// Returns the grade of a card after some days, by what is truly remembered.
    #[must_use]
    pub fn grade(&self, mind: &Mind, days: f64, card: usize, answer: u32) -> Grade {
        let remembered = self.chance("recall", card, answer) < self.recall(mind, days);
        if !remembered || self.chance("slip", card, answer) < SLIPS {
            return Grade::Again;
        }
        Grade::ALL[1 + self.graded(&LATER_GRADES, card, answer)]
    }

    /// Returns the grade in a step of minutes, which goes by the grade before it.
    #[must_use]
    pub fn step_grade(&self, before: Grade, relearning: bool, card: usize, answer: u32) -> Grade {
        let table = if relearning { &RELEARNING_GRADES } else { &LEARNING_GRADES };
        let row = &table[usize::from(before.number().min(3)) - 1];
        Grade::ALL[pick(row, self.chance("step", card, answer))]
    }

    /// Returns the memory after an answer, `days` whole days after the one before.
    #[must_use]
    pub fn after(&self, mind: &Mind, days: u32, grade: Grade) -> Mind {
        match *mind {
            Mind::Fsrs(memory) => Mind::Fsrs(self.model.next(memory, f64::from(days), grade)),
            // The half-life model knows nothing shorter than a day.
            Mind::HalfLife { .. } if days == 0 => *mind,
            Mind::HalfLife { half_life: h, difficulty: d } => {
                let forgotten = (1.0 - (-f64::from(days) / h).exp2()).max(1e-6);
                if grade.passed() {
                    let gain = 3.81_f64.exp() * d.powf(-0.534) * h.powf(-0.127) * forgotten.powf(0.97);
                    let half_life = (h * (1.0 + gain)).min(36_500.0);
                    Mind::HalfLife { half_life, difficulty: d }
                } else {
                    let kept = (-0.041_f64).exp() * d.powf(-0.041) * h.powf(0.377) * forgotten.powf(-0.227);
                    Mind::HalfLife { half_life: kept.min(h), difficulty: (d + 2.0).min(18.0) }
                }
            }
        }
    }

    /// Returns the memory of a card that was failed and not recalled again before the day was over.
    #[must_use]
    pub fn unrepaired(&self, mind: &Mind) -> Mind {
        let left = 1.0 - UNREPAIRED;
        match *mind {
            Mind::Fsrs(memory) => {
                Mind::Fsrs(FsrsMemory { stability: (memory.stability * left).max(0.001), ..memory })
            }
            Mind::HalfLife { half_life, difficulty } => {
                Mind::HalfLife { half_life: half_life * left, difficulty }
            }
        }
    }
}

/// Parameters of a learner of the population.
fn drawn_parameters(seed: Seed) -> Parameters {
    let z = |n: usize| normal(seed.derive("parameter", n as u64));
    let mut values = *Parameters::DEFAULT.values();
    let common = normal(seed.derive("first stability", 0));
    let mut before = 0.0_f64;
    for (n, value) in values.iter_mut().enumerate() {
        *value = match n {
            // Whoever learns fast after one grade does after the others: correlation 0.7. Grades stay in order.
            0..=3 => {
                let shift = 0.7_f64.sqrt() * common + 0.3_f64.sqrt() * z(n);
                before = (*value * (FIRST_STABILITY_SPREAD * shift).exp()).max(before);
                before
            }
            20 => *value * (DECAY_SPREAD * z(n)).exp(),
            _ => *value + 0.5 * PARAMETER_SPREAD[n] * z(n),
        };
    }
    Parameters::clamped(values)
}

fn normal(seed: Seed) -> f64 {
    let (first, second) = (seed.derive("u", 1).unit(), seed.derive("u", 2).unit());
    (-2.0 * (1.0 - first).ln()).sqrt() * (std::f64::consts::TAU * second).cos()
}

/// The standard normal distribution function, to 1e-7 (Abramowitz & Stegun 26.2.17).
fn cumulative_normal(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let series = t
        * (0.319_381_530
            + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    let tail = (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt() * series;
    if x > 0.0 { 1.0 - tail } else { tail }
}

/// The index at which the running sum of shares passes `unit` times their sum.
fn pick(shares: &[f64], unit: f64) -> usize {
    let mut left = unit * shares.iter().sum::<f64>();
    for (index, share) in shares.iter().enumerate() {
        left -= share;
        if left < 0.0 {
            return index;
        }
    }
    shares.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_distributions_they_claim() {
        let seed = Seed(5);
        let draws: Vec<f64> = (0..20_000).map(|n| normal(seed.derive("n", n))).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
        for (x, p) in [(-1.959_964, 0.025), (0.0, 0.5), (1.0, 0.841_344_7)] {
            assert!((cumulative_normal(x) - p).abs() < 1e-6);
        }
        let learner = Learner::of_population(seed, 0);
        let mut counts = [0.0; 4];
        for card in 0..20_000 {
            counts[usize::from(learner.first(card).0.number()) - 1] += 1.0 / 20_000.0;
        }
        for (count, share) in counts.iter().zip(FIRST_GRADES) {
            assert!((count - share).abs() < 0.015, "{counts:?}");
        }
    }

    #[test]
    fn both_families_forget_with_time_and_gain_by_recall() {
        for number in 0..8 {
            let learner = Learner::of_population(Seed(9), number);
            let (_, mind) = learner.first(3);
            let days = learner.interval(&mind, 0.9);
            assert!((learner.recall(&mind, days) - 0.9).abs() < 1e-9);
            assert!(learner.recall(&mind, days * 2.0) < 0.9);
            let wait = days.ceil().max(1.0) as u32;
            let recalled = learner.after(&mind, wait, Grade::Good);
            let forgotten = learner.after(&mind, wait, Grade::Again);
            assert!(learner.interval(&recalled, 0.9) > days, "{number}");
            assert!(learner.interval(&forgotten, 0.9) <= days, "{number}");
            let worse = learner.unrepaired(&forgotten);
            assert!(learner.interval(&worse, 0.9) <= learner.interval(&forgotten, 0.9));
        }
    }
}
