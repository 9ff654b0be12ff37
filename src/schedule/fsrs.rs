//! `fsrs`: the Free Spaced Repetition Scheduler, version 6, in `f64`. Two numbers a card, stability and difficulty,
//! and a forgetting curve from which the interval for any desired retention follows.
//! Not for fitting parameters to a log: that is the `fsrs` crate's work, in the shell.
//!
//! The formulas are those of the open-spaced-repetition wiki ("The Algorithm", FSRS-6), `w` the parameters, `G` the
//! grade from 1 to 4, `S` stability, `D` difficulty, `t` study days since the last answer:
//!
//! ```text
//! recall      R = (1 + F * t / S)^-w20,  F = 0.9^(-1 / w20) - 1       so that R = 0.9 at t = S
//! interval    I = S / F * (r^(-1 / w20) - 1)                          for the desired retention r
//! first       S = w[G-1]                 D = w4 - e^(w5 * (G-1)) + 1
//! difficulty  D' = w7 * D0(4) + (1-w7) * (D - w6 * (G-3) * (10-D) / 9)
//! success     S' = S * (1 + e^w8 * (11-D) * S^-w9 * (e^(w10 * (1-R)) - 1) * [w15 if Hard] * [w16 if Easy])
//! failure     S' = min(w11 * D^-w12 * ((S+1)^w13 - 1) * e^(w14 * (1-R)), S / e^(w17 * w18))
//! same day    S' = S * e^(w17 * (G-3+w18)) * S^-w19, never less than S on success
//! ```

use super::fuzz::Fuzz;
use super::{CardState, ConfigError, MAX_INTERVAL, Memory, NextStates, Phase, Scheduler};
use crate::card::CardUid;
use crate::review::Grade;
use crate::time::{Day, Moment};

/// How many parameters there are.
pub const PARAMETER_COUNT: usize = 21;
/// Bounds of stability, in days.
const STABILITY: (f64, f64) = (0.001, 36_500.0);
/// Bounds of difficulty.
const DIFFICULTY: (f64, f64) = (1.0, 10.0);
/// Milliseconds in a minute.
const MINUTE_MS: i64 = 60_000;

/// The bounds within which each parameter has a meaning (py-fsrs 6.3).
const BOUNDS: [(f64, f64); PARAMETER_COUNT] = [
    (0.001, 100.0),
    (0.001, 100.0),
    (0.001, 100.0),
    (0.001, 100.0),
    (1.0, 10.0),
    (0.001, 4.0),
    (0.001, 4.0),
    (0.001, 0.75),
    (0.0, 4.5),
    (0.0, 0.8),
    (0.001, 3.5),
    (0.001, 5.0),
    (0.001, 0.25),
    (0.001, 0.9),
    (0.0, 4.0),
    (0.0, 1.0),
    (1.0, 6.0),
    (0.0, 2.0),
    (0.0, 2.0),
    (0.0, 0.8),
    (0.1, 0.8),
];

/// The parameters of the model, all within their bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters([f64; PARAMETER_COUNT]);

impl Parameters {
    /// The published defaults: medians over ten thousand learners (srs-benchmark, FSRS-6).
    pub const DEFAULT: Self = Self([
        0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614,
        0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
    ]);

    /// Takes parameters as a fit gives them; one a hair outside its bounds is moved onto them.
    ///
    /// # Errors
    /// Fails when there are not 21, or one is not a number or off its bounds by more than a thousandth.
    pub fn new(values: &[f64]) -> Result<Self, ConfigError> {
        let list = || format!("{values:?}");
        let error = |expected| ConfigError { name: "parameters", expected, found: list() };
        let mut parameters: [f64; PARAMETER_COUNT] =
            values.try_into().map_err(|_| error("21 numbers, as FSRS-6 has them"))?;
        for (value, (low, high)) in parameters.iter_mut().zip(BOUNDS) {
            // Fits work in `f32` and end on bounds.
            if !(low - 1e-3..=high + 1e-3).contains(value) {
                return Err(error("21 numbers within the bounds of FSRS-6"));
            }
            *value = value.clamp(low, high);
        }
        Ok(Self(parameters))
    }

    /// Moves each parameter into its bounds.
    pub(crate) fn clamped(mut values: [f64; PARAMETER_COUNT]) -> Self {
        for (value, (low, high)) in values.iter_mut().zip(BOUNDS) {
            *value = value.clamp(low, high);
        }
        Self(values)
    }

    /// Returns the 21 numbers, w0 first.
    #[must_use]
    pub fn values(&self) -> &[f64; PARAMETER_COUNT] {
        &self.0
    }
}

impl Default for Parameters {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What the model remembers of a card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FsrsMemory {
    /// Days after which recall has fallen to 0.9, `0.001..=36500.0`.
    pub stability: f64,
    /// Difficulty, `1.0..=10.0`.
    pub difficulty: f64,
}

/// The model of memory, without steps, fuzz or dates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    w: [f64; PARAMETER_COUNT],
    factor: f64,
}

impl Model {
    /// Builds the model.
    #[must_use]
    pub fn new(parameters: &Parameters) -> Self {
        let w = parameters.0;
        Self { w, factor: 0.9_f64.powf(-1.0 / w[20]) - 1.0 }
    }

    /// Returns the probability of recall after `days`, `0.0..=1.0`.
    #[must_use]
    pub fn recall(&self, days: f64, stability: f64) -> f64 {
        (1.0 + self.factor * days / stability).powf(-self.w[20])
    }

    /// Returns the days after which recall has fallen to `retention`, unrounded.
    #[must_use]
    pub fn interval(&self, retention: f64, stability: f64) -> f64 {
        stability / self.factor * (retention.powf(-1.0 / self.w[20]) - 1.0)
    }

    /// Returns the memory after the first answer.
    #[must_use]
    pub fn first(&self, grade: Grade) -> FsrsMemory {
        let stability = self.w[usize::from(grade.number()) - 1];
        bounded(stability, self.first_difficulty(grade))
    }

    /// Returns the memory after a later answer, `days` study days after the one before.
    #[must_use]
    pub fn next(&self, memory: FsrsMemory, days: f64, grade: Grade) -> FsrsMemory {
        let (w, FsrsMemory { stability: s, difficulty: d }) = (&self.w, memory);
        let g = f64::from(grade.number());
        let forgotten = 1.0 - self.recall(days, s);
        let stability = if days < 1.0 {
            let growth = (w[17] * (g - 3.0 + w[18])).exp() * s.powf(-w[19]);
            s * if grade.passed() { growth.max(1.0) } else { growth }
        } else if grade.passed() {
            let button = match grade {
                Grade::Hard => w[15],
                Grade::Easy => w[16],
                _ => 1.0,
            };
            let gain = w[8].exp() * (11.0 - d) * s.powf(-w[9]) * ((w[10] * forgotten).exp_m1());
            s * (1.0 + gain * button)
        } else {
            let kept = w[11] * d.powf(-w[12]) * ((s + 1.0).powf(w[13]) - 1.0) * (w[14] * forgotten).exp();
            kept.min(s / (w[17] * w[18]).exp())
        };
        // Difficulty moves less the harder the card already is, and leans towards that of an easy one.
        let moved = d - w[6] * (g - 3.0) * (10.0 - d) / 9.0;
        bounded(stability, w[7] * self.first_difficulty(Grade::Easy) + (1.0 - w[7]) * moved)
    }

    /// Returns the memory of a card of which only an SM-2 ease (2.5 for 250 %) and an interval are known, taking
    /// `retention` as the recall its schedule aimed at.
    #[must_use]
    pub fn from_sm2(&self, ease: f64, interval: f64, retention: f64) -> FsrsMemory {
        let w = &self.w;
        let stability = interval * self.factor / (retention.powf(-1.0 / w[20]) - 1.0);
        let stability = stability.clamp(STABILITY.0, STABILITY.1);
        let gain = w[8].exp() * stability.powf(-w[9]) * (w[10] * (1.0 - retention)).exp_m1();
        bounded(stability, 11.0 - (ease - 1.0) / gain)
    }

    /// The difficulty a first answer would give, unbounded.
    fn first_difficulty(&self, grade: Grade) -> f64 {
        self.w[4] - (self.w[5] * (f64::from(grade.number()) - 1.0)).exp() + 1.0
    }
}

fn bounded(stability: f64, difficulty: f64) -> FsrsMemory {
    FsrsMemory {
        stability: stability.clamp(STABILITY.0, STABILITY.1),
        difficulty: difficulty.clamp(DIFFICULTY.0, DIFFICULTY.1),
    }
}

/// Settings of [`Fsrs`].
#[derive(Clone, Debug, PartialEq)]
pub struct FsrsConfig {
    /// The parameters.
    pub parameters: Parameters,
    /// The recall at which a card comes back, `0.7..=0.99`.
    pub retention: f64,
    /// Wait after `Again`, in minutes, `1..=720`.
    pub again_minutes: u32,
    /// Wait after `Hard` while learning, in minutes, `again_minutes..=720`.
    pub hard_minutes: u32,
    /// Longest interval in days, `1..=36500`.
    pub max_interval: u32,
    /// Whether intervals are spread over neighbouring days.
    pub fuzz: bool,
}

impl Default for FsrsConfig {
    fn default() -> Self {
        Self {
            parameters: Parameters::DEFAULT,
            retention: 0.9,
            again_minutes: 10,
            hard_minutes: 15,
            max_interval: MAX_INTERVAL,
            fuzz: true,
        }
    }
}

/// FSRS-6 as a scheduler, with the steps and the fuzz of `sm2`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fsrs {
    config: FsrsConfig,
    model: Model,
}

impl Default for Fsrs {
    fn default() -> Self {
        Self { config: FsrsConfig::default(), model: Model::new(&Parameters::DEFAULT) }
    }
}

impl Fsrs {
    /// Builds the scheduler.
    ///
    /// # Errors
    /// Fails when a setting is out of the range that its field states.
    pub fn new(config: FsrsConfig) -> Result<Self, ConfigError> {
        let c = &config;
        ConfigError::unless((0.7..=0.99).contains(&c.retention), "retention", "0.7 to 0.99", c.retention)?;
        let whole = |holds, name, expected, found: u32| ConfigError::unless(holds, name, expected, found);
        whole((1..=720).contains(&c.again_minutes), "again_minutes", "1 to 720", c.again_minutes)?;
        let hard = (c.again_minutes..=720).contains(&c.hard_minutes);
        whole(hard, "hard_minutes", "`again_minutes` to 720", c.hard_minutes)?;
        whole(
            (1..=MAX_INTERVAL).contains(&c.max_interval),
            "max_interval",
            "1 to 36500 days",
            c.max_interval,
        )?;
        let model = Model::new(&c.parameters);
        Ok(Self { config, model })
    }

    /// Returns the settings.
    #[must_use]
    pub fn config(&self) -> &FsrsConfig {
        &self.config
    }

    /// Returns the model behind the dates.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The memory of a card, `None` for one never answered. What another scheduler kept is converted.
    fn memory(&self, state: &CardState) -> Option<FsrsMemory> {
        match state.memory {
            Memory::Fsrs { stability, difficulty } => Some(bounded(stability, difficulty)),
            _ if state.interval == 0 => None,
            Memory::Ease { permille } => Some(self.memory_of_ease(Some(permille), state.interval)),
            Memory::Sm2 { hundredths, .. } => {
                Some(self.memory_of_ease(Some(hundredths.saturating_mul(10)), state.interval))
            }
            Memory::None => Some(self.memory_of_ease(None, state.interval)),
        }
    }

    /// The memory behind an SM-2 ease in thousandths and an interval in days, which aim at 0.9.
    fn memory_of_ease(&self, permille: Option<u32>, interval: u32) -> FsrsMemory {
        let ease = f64::from(permille.unwrap_or(2500).max(1300)) / 1000.0;
        self.model.from_sm2(ease, f64::from(interval.max(1)), 0.9)
    }
}

impl Scheduler for Fsrs {
    fn name(&self) -> &'static str {
        "fsrs"
    }

    fn next_states(&self, card: CardUid, state: &CardState, at: &Moment) -> NextStates {
        let c = &self.config;
        let fuzz = if c.fuzz { Fuzz::of(card, state.reps) } else { Fuzz::NONE };
        let memory = self.memory(state);
        let elapsed = f64::from(state.days_since_last(at));
        let memories = Grade::ALL.map(|grade| match memory {
            None => self.model.first(grade),
            Some(memory) => self.model.next(memory, elapsed, grade),
        });
        let after = |grade: Grade| memories[usize::from(grade.number()) - 1];
        let kept = |m: FsrsMemory| Memory::Fsrs { stability: m.stability, difficulty: m.difficulty };
        let ideal = |m: FsrsMemory| self.model.interval(c.retention, m.stability);
        let span = |grade, low| fuzz.span(ideal(after(grade)), low, c.max_interval);
        let wait = |state: &CardState, phase, grade, minutes: u32| {
            state.waiting(phase, 0, i64::from(minutes) * MINUTE_MS, kept(after(grade)), at)
        };
        // What the card will wait once it is through its retry.
        let retried = |grade| (ideal(after(grade)).round() as u32).clamp(1, c.max_interval);
        let stepping = match state.phase {
            Phase::New | Phase::Learning => Some(Phase::Learning),
            Phase::Relearning => Some(Phase::Relearning),
            Phase::Review => None,
        };
        let interval = |grade| if stepping == Some(Phase::Learning) { 0 } else { retried(grade) };
        let waiting = |grade| CardState { interval: interval(grade), ..*state };
        let (again, hard, low) = match stepping {
            Some(phase) => {
                let again = wait(&waiting(Grade::Again), phase, Grade::Again, c.again_minutes);
                (again, wait(&waiting(Grade::Hard), phase, Grade::Hard, c.hard_minutes), 1)
            }
            None => {
                let lapsed = CardState { lapses: state.lapses.saturating_add(1), ..waiting(Grade::Again) };
                let hard = span(Grade::Hard, 1);
                let again = wait(&lapsed, Phase::Relearning, Grade::Again, c.again_minutes);
                (again, state.away(hard, kept(after(Grade::Hard)), at), hard.chosen + 1)
            }
        };
        let good = span(Grade::Good, low);
        let easy = span(Grade::Easy, good.chosen + 1);
        NextStates {
            again,
            hard,
            good: state.away(good, kept(after(Grade::Good)), at),
            easy: state.away(easy, kept(after(Grade::Easy)), at),
        }
    }

    fn formula(&self, state: &CardState, at: &Moment, grade: Grade) -> String {
        let c = &self.config;
        let (memory, grown) = match self.memory(state) {
            None => {
                let first = self.model.first(grade);
                (first, format!("first stability {:.2} d", first.stability))
            }
            Some(old) => {
                let days = state.days_since_last(at);
                let recall = self.model.recall(f64::from(days), old.stability);
                let new = self.model.next(old, f64::from(days), grade);
                let (s, d) = (old.stability, old.difficulty);
                let why = if days == 0 {
                    "same day".to_owned()
                } else {
                    format!("recall {recall:.2} after {days} d, difficulty {d:.1}")
                };
                (new, format!("stability {s:.2} d → {:.2} d ({why})", new.stability))
            }
        };
        let interval = self.model.interval(c.retention, memory.stability);
        let stepping = state.phase != Phase::Review;
        match grade {
            Grade::Again => format!("{grown}; again in {} min", c.again_minutes),
            Grade::Hard if stepping => format!("{grown}; again in {} min", c.hard_minutes),
            _ => format!("{grown}; recall {:.2} at {interval:.1} d", c.retention),
        }
    }

    fn import(&self, state: &CardState, ease: Option<u32>, interval: u32, due: Day) -> CardState {
        let interval = interval.clamp(1, self.config.max_interval);
        let FsrsMemory { stability, difficulty } = self.memory_of_ease(ease, interval);
        state.imported(interval, due, Memory::Fsrs { stability, difficulty })
    }

    fn retrievability(&self, state: &CardState, at: &Moment) -> Option<f64> {
        if state.phase == Phase::New {
            return None;
        }
        Some(self.model.recall(state.elapsed(at)?, self.memory(state)?.stability))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{DAY_MS, DayStart, Timestamp, ZoneOffset};
    use proptest::prelude::*;

    /// Lives that py-fsrs computed; see the head of its maker.
    const LIVES: &str = include_str!("../../tests/fixtures/schedule/fsrs.txt");

    fn close(left: f64, right: f64, relative: f64) -> bool {
        (left - right).abs() <= relative * right.abs()
    }

    #[test]
    fn lives_agree_with_py_fsrs() {
        let mut model = Model::new(&Parameters::DEFAULT);
        let mut answers = 0;
        for line in LIVES.lines() {
            if let Some(parameters) = line.strip_prefix("parameters ") {
                let values: Vec<f64> = parameters.split(' ').map(|w| w.parse().unwrap()).collect();
                model = Model::new(&Parameters::new(&values).unwrap());
                continue;
            }
            let mut memory = None;
            for answer in line.split(' ') {
                let fields: Vec<f64> = answer.split(',').map(|field| field.parse().unwrap()).collect();
                let [grade, days, stability, difficulty] = fields[..] else { panic!("{answer}") };
                let grade = Grade::from_number(grade as u8).unwrap();
                let now = match memory {
                    None => model.first(grade),
                    Some(memory) => model.next(memory, days, grade),
                };
                let same = close(now.stability, stability, 1e-8) && close(now.difficulty, difficulty, 1e-8);
                assert!(same, "{now:?} at {answer} of {line}");
                memory = Some(now);
                answers += 1;
            }
        }
        assert_eq!(answers, 4 * 50 * 12);
    }

    proptest! {
        #[test]
        fn states_agree_with_the_fsrs_crate(
            life in prop::collection::vec((1..=4_u8, prop_oneof![Just(0_u32), 1..400_u32]), 1..12),
            retention in 0.7..0.97_f64,
        ) {
            let theirs = fsrs::FSRS::new(&[]).unwrap();
            let ours = Model::new(&Parameters::DEFAULT);
            let mut pair: Option<(fsrs::MemoryState, FsrsMemory)> = None;
            for (grade, days) in life {
                let days = if pair.is_some() { days } else { 0 };
                let next = theirs.next_states(pair.map(|(memory, _)| memory), retention as f32, days).unwrap();
                let grade = Grade::from_number(grade).unwrap();
                let next = match grade {
                    Grade::Again => next.again,
                    Grade::Hard => next.hard,
                    Grade::Good => next.good,
                    Grade::Easy => next.easy,
                };
                let mine = match pair {
                    None => ours.first(grade),
                    Some((_, memory)) => ours.next(memory, f64::from(days), grade),
                };
                let (s, d) = (f64::from(next.memory.stability), f64::from(next.memory.difficulty));
                prop_assert!(close(mine.stability, s, 1e-5), "{} {s}", mine.stability);
                prop_assert!(close(mine.difficulty, d, 1e-5), "{} {d}", mine.difficulty);
                let interval = ours.interval(retention, mine.stability);
                prop_assert!(close(interval, f64::from(next.interval), 3e-5), "{interval} {}", next.interval);
                pair = Some((next.memory, mine));
            }
        }

        #[test]
        fn imported_cards_agree_with_the_fsrs_crate(
            ease in 1.3..4.0_f64, interval in 1..3_000_u32, retention in 0.75..0.97_f64,
        ) {
            let theirs = fsrs::FSRS::new(&[]).unwrap()
                .memory_state_from_sm2(ease as f32, interval as f32, retention as f32).unwrap();
            let ours = Model::new(&Parameters::DEFAULT).from_sm2(ease, f64::from(interval), retention);
            prop_assert!(close(ours.stability, f64::from(theirs.stability), 1e-4), "{ours:?} {theirs:?}");
            prop_assert!((ours.difficulty - f64::from(theirs.difficulty)).abs() < 1e-3, "{ours:?} {theirs:?}");
        }

        #[test]
        fn the_interval_is_where_the_curve_reaches_the_retention(
            retention in 0.7..0.99_f64, stability in 0.01..10_000.0_f64,
        ) {
            let model = Model::new(&Parameters::DEFAULT);
            let interval = model.interval(retention, stability);
            prop_assert!(close(model.recall(interval, stability), retention, 1e-12));
        }
    }

    #[test]
    fn a_higher_retention_brings_a_card_back_sooner() {
        let at = Moment::new(Timestamp(100 * DAY_MS), ZoneOffset::UTC, DayStart::DEFAULT);
        let days = |retention| {
            let config = FsrsConfig { retention, fuzz: false, ..FsrsConfig::default() };
            Fsrs::new(config).unwrap().next_states(CardUid(1), &CardState::NEW, &at).good.ideal
        };
        assert!(close(days(0.9), 2.3065, 1e-12), "{}", days(0.9));
        assert!(days(0.8) > 2.0 * days(0.9) && days(0.95) < 0.5 * days(0.9));
    }

    #[test]
    fn formulas_are_told_with_their_numbers() {
        let fsrs = Fsrs::default();
        let at = Moment::new(Timestamp(100 * DAY_MS), ZoneOffset::UTC, DayStart::DEFAULT);
        let told = |state: &CardState, at: &Moment, grade| fsrs.formula(state, at, grade);
        assert_eq!(told(&CardState::NEW, &at, Grade::Good), "first stability 2.31 d; recall 0.90 at 2.3 d");
        assert_eq!(told(&CardState::NEW, &at, Grade::Hard), "first stability 1.29 d; again in 15 min");
        let known = fsrs.next_states(CardUid(1), &CardState::NEW, &at).good.state;
        let later = Moment::new(Timestamp(102 * DAY_MS), ZoneOffset::UTC, DayStart::DEFAULT);
        assert_eq!(
            told(&known, &later, Grade::Good),
            "stability 2.31 d → 10.96 d (recall 0.91 after 2 d, difficulty 2.1); recall 0.90 at 11.0 d"
        );
        assert_eq!(
            told(&known, &later, Grade::Again),
            "stability 2.31 d → 0.61 d (recall 0.91 after 2 d, difficulty 2.1); again in 10 min"
        );
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let refused = |config| Fsrs::new(config).unwrap_err().to_string();
        assert_eq!(
            refused(FsrsConfig { retention: 1.0, ..FsrsConfig::default() }),
            "`retention` must be 0.7 to 0.99, not 1"
        );
        let short = Parameters::new(&[1.0; 17]).unwrap_err();
        assert_eq!(short.expected, "21 numbers, as FSRS-6 has them");
        let mut wild = *Parameters::DEFAULT.values();
        wild[20] = f64::NAN;
        assert_eq!(Parameters::new(&wild).unwrap_err().expected, "21 numbers within the bounds of FSRS-6");
    }
}
