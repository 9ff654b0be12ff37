//! `sm2`, the default: SM-2 in style, one ease factor a card, with the known faults of the 1990 rules mended.
//! Not the published algorithm to the letter (`sm2_1990.rs`) and not Anki's (`anki.rs`), though it shares its parts.
//!
//! What differs from 1990, and why:
//! - a failure costs ease and a late success earns some, so ease follows the card instead of the first weeks;
//! - one ten-minute retry after a failure, in place of drilling everything below quality 4: `Hard` is a success, as
//!   quality 3 is in 1990;
//! - the second interval is about 2.5 days and not 6;
//! - `Good` pulls the ease a little towards 2.5, so that no card stays at the floor for ever;
//! - days are spread by fuzz, so that cards learnt together do not come back together.
//!
//! A new card comes back in ten minutes after `Again`, else after a day (`Easy`: four), and its ease moves as in a review.
//! A retry after a lapse ends with a day and leaves the ease alone, which has fallen already.
//!
//! A review of a card that waited `t` days of an interval of `I`, with ease `E` and `late = max(0, t - I)`:
//!
//! ```text
//!              on time or late            early (t < I)          ease, in thousandths
//! Again        retry in ten minutes, then 1 day                   -200
//! Hard         I * 1.2                    I + 0.2 * t             -150
//! Good         (I + late / 2) * E         I + (E - 1) * t         7 hundredths of the way to 2500
//! Easy         (I + late) * E * 1.3       I + (1.3 * E - 1) * t   +150
//! ```
//!
//! On time each button is worth at least a day more than the one before it. Early the interval never shrinks, and
//! nothing is gained by answering twice in a row.

use super::fuzz::{Fuzz, Span};
use super::{CardState, ConfigError, MAX_INTERVAL, Memory, NextStates, Phase, Scheduler};
use crate::card::CardUid;
use crate::review::Grade;
use crate::time::{Day, Moment};

/// Ease of a new card, in thousandths (Wozniak 1990: E-Factors start at 2.5).
pub const START_EASE: u32 = 2500;
/// Lowest ease, in thousandths (Wozniak 1990: below 1.3 items come back annoyingly often).
pub const EASE_FLOOR: u32 = 1300;
/// Highest ease, in thousandths: beyond it an easy card outgrows what its history can vouch for.
pub const EASE_CEILING: u32 = 3000;
/// What a failure takes from the ease, in thousandths (Anki, `states/review.rs`).
const AGAIN_DROP: u32 = 200;
/// What `Hard` takes from the ease, in thousandths (Anki).
const HARD_DROP: u32 = 150;
/// What `Easy` adds to the ease, in thousandths (Anki).
const EASY_RISE: u32 = 150;
/// Factor of `Hard` in place of the ease, in thousandths (Anki).
const HARD_FACTOR: u32 = 1200;
/// Factor of `Easy` on top of the ease, in thousandths (Anki).
const EASY_BONUS: u32 = 1300;
/// Milliseconds in a minute.
const MINUTE_MS: i64 = 60_000;
/// Days that stand for the interval of a card still being learnt when its recall is to be predicted: it was seen
/// today and not yet recalled, so half the first interval.
const LEARNING_INTERVAL: f64 = 0.5;

/// Settings of [`Sm2`].
#[derive(Clone, Debug, PartialEq)]
pub struct Sm2Config {
    /// Wait after `Again`, in minutes, `1..=720`.
    pub again_minutes: u32,
    /// First interval after `Hard` and `Good` in days, `1..=max_interval`.
    pub good_interval: u32,
    /// First interval after `Easy` in days, `good_interval..=max_interval`.
    pub easy_interval: u32,
    /// How far `Good` pulls the ease to 2.5, in thousandths of the distance, `0..=1000`.
    pub pull_permille: u32,
    /// Factor on the growth of every interval, `0.4..=2.5`: below 1 for surer recall, above it for less work.
    pub growth: f64,
    /// Longest interval in days, `1..=36500`.
    pub max_interval: u32,
    /// Whether intervals are spread over neighbouring days.
    pub fuzz: bool,
}

impl Default for Sm2Config {
    fn default() -> Self {
        Self {
            again_minutes: 10,
            good_interval: 1,
            easy_interval: 4,
            pull_permille: 70,
            growth: 1.0,
            max_interval: MAX_INTERVAL,
            fuzz: true,
        }
    }
}

impl Sm2Config {
    /// Returns the growth factor that aims at a retention, by the exponential curve on which an interval is the time
    /// until recall has fallen to 0.9; held within `0.4..=2.5`.
    #[must_use]
    pub fn growth_for(retention: f64) -> f64 {
        (retention.ln() / 0.9_f64.ln()).clamp(0.4, 2.5)
    }
}

/// The default scheduler.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sm2 {
    config: Sm2Config,
}

impl Sm2 {
    /// Builds the scheduler.
    ///
    /// # Errors
    /// Fails when a setting is out of the range that its field states.
    pub fn new(config: Sm2Config) -> Result<Self, ConfigError> {
        let c = &config;
        let check = ConfigError::unless;
        check(
            (1..=MAX_INTERVAL).contains(&c.max_interval),
            "max_interval",
            "1 to 36500 days",
            c.max_interval,
        )?;
        check((1..=720).contains(&c.again_minutes), "again_minutes", "1 to 720", c.again_minutes)?;
        check(
            (1..=c.max_interval).contains(&c.good_interval),
            "good_interval",
            "1 to `max_interval` days",
            c.good_interval,
        )?;
        check(
            (c.good_interval..=c.max_interval).contains(&c.easy_interval),
            "easy_interval",
            "`good_interval` to `max_interval` days",
            c.easy_interval,
        )?;
        check(c.pull_permille <= 1000, "pull_permille", "0 to 1000", c.pull_permille)?;
        ConfigError::unless((0.4..=2.5).contains(&c.growth), "growth", "0.4 to 2.5", c.growth)?;
        Ok(Self { config })
    }

    /// Returns the settings.
    #[must_use]
    pub fn config(&self) -> &Sm2Config {
        &self.config
    }

    /// The wait after a failure, in milliseconds.
    fn retry(&self) -> i64 {
        i64::from(self.config.again_minutes) * MINUTE_MS
    }

    /// A card that is new or was never known yet: the first success sends it away for days.
    fn learning(&self, state: &CardState, at: &Moment, fuzz: Fuzz) -> NextStates {
        let c = &self.config;
        let old = ease(state);
        let keep = |grade| Memory::Ease { permille: self.next_ease(old, grade) };
        let first = fuzz.span(f64::from(c.good_interval), 1, c.max_interval);
        let easy = fuzz.span(f64::from(c.easy_interval), first.chosen + 1, c.max_interval);
        // Not to know what was never known is no failure of the card's: the ease stays.
        let unknown = Memory::Ease { permille: old };
        NextStates {
            again: state.waiting(Phase::Learning, 0, self.retry(), unknown, at),
            hard: state.away(first, keep(Grade::Hard), at),
            good: state.away(first, keep(Grade::Good), at),
            easy: state.away(easy, keep(Grade::Easy), at),
        }
    }

    /// A lapsed card in its retry: the ease has already fallen.
    fn relearning(&self, state: &CardState, at: &Moment) -> NextStates {
        let memory = Memory::Ease { permille: ease(state) };
        let interval = state.interval.max(1);
        let days =
            |days| state.away(Fuzz::NONE.span(f64::from(days), 1, self.config.max_interval), memory, at);
        NextStates {
            again: state.waiting(Phase::Relearning, 0, self.retry(), memory, at),
            hard: days(interval),
            good: days(interval),
            easy: days(interval + 1),
        }
    }

    /// A card whose interval is counted in days.
    fn review(&self, state: &CardState, at: &Moment, fuzz: Fuzz) -> NextStates {
        let old = ease(state);
        let [hard, good, easy] = self.intervals(state, at, fuzz);
        let keep = |grade| Memory::Ease { permille: self.next_ease(old, grade) };
        let lapsed = CardState { interval: 1, lapses: state.lapses.saturating_add(1), ..*state };
        NextStates {
            again: lapsed.waiting(Phase::Relearning, 0, self.retry(), keep(Grade::Again), at),
            hard: state.away(hard, keep(Grade::Hard), at),
            good: state.away(good, keep(Grade::Good), at),
            easy: state.away(easy, keep(Grade::Easy), at),
        }
    }

    /// The intervals of `Hard`, `Good` and `Easy` for a card in review.
    fn intervals(&self, state: &CardState, at: &Moment, fuzz: Fuzz) -> [Span; 3] {
        let max = self.config.max_interval;
        let interval = state.interval.max(1);
        let elapsed = state.days_since_last(at);
        // Whole numbers to the last division, so that an exact half stays one.
        let (whole, waited) = (f64::from(interval), f64::from(elapsed));
        let ease = f64::from(ease(state));
        let eased = ease * f64::from(EASY_BONUS);
        let grown = |ideal: f64| {
            if self.config.growth == 1.0 { ideal } else { whole + (ideal - whole) * self.config.growth }
        };
        if elapsed < interval {
            // The gain is in proportion to the time waited, and so is the fuzz: none for answering twice in a row.
            let share = waited / whole;
            let early =
                |factor: f64, low| fuzz.scaled_span(grown(whole + (factor - 1.0) * waited), share, low, max);
            let hard = early(f64::from(HARD_FACTOR) / 1e3, interval);
            let good = early(ease / 1e3, hard.chosen);
            return [hard, good, early(eased / 1e6, good.chosen)];
        }
        let late = waited - whole;
        let hard = fuzz.span(grown(whole * f64::from(HARD_FACTOR) / 1e3), interval + 1, max);
        let good = fuzz.span(grown((2.0 * whole + late) * ease / 2e3), hard.chosen + 1, max);
        let easy = fuzz.span(grown((whole + late) * eased / 1e6), good.chosen + 1, max);
        [hard, good, easy]
    }

    /// The formula of a success in review.
    fn review_formula(&self, state: &CardState, at: &Moment, grade: Grade) -> String {
        let interval = state.interval.max(1);
        let elapsed = state.days_since_last(at);
        let late = elapsed.saturating_sub(interval);
        let eased = f64::from(ease(state)) / 1e3;
        let factor = match grade {
            Grade::Hard => format!("{:.2}", f64::from(HARD_FACTOR) / 1e3),
            Grade::Easy => format!("{eased:.2} × {:.2}", f64::from(EASY_BONUS) / 1e3),
            _ => format!("{eased:.2}"),
        };
        let mut text = match grade {
            _ if elapsed < interval => format!("{interval} d + ({factor} - 1) × {elapsed} d waited"),
            Grade::Good if late > 0 => format!("({interval} d + {late} d late / 2) × {factor}"),
            Grade::Easy if late > 0 => format!("({interval} d + {late} d late) × {factor}"),
            _ => format!("{interval} d × {factor}"),
        };
        if self.config.growth != 1.0 {
            text = format!("{interval} d + ({text} - {interval} d) × {:.2} growth", self.config.growth);
        }
        let next = *self.review(state, at, Fuzz::NONE).get(grade);
        text += &format!(" = {:.1} d", next.ideal);
        if f64::from(next.state.interval) > next.ideal.round() {
            text += &format!(", raised to {} d: each button is worth a day more", next.state.interval);
        }
        text
    }

    /// The ease after an answer to a card in review, in thousandths.
    fn next_ease(&self, old: u32, grade: Grade) -> u32 {
        let new = match grade {
            Grade::Again => old.saturating_sub(AGAIN_DROP),
            Grade::Hard => old.saturating_sub(HARD_DROP),
            Grade::Good => {
                // Rounded to the nearest thousandth, so it comes to rest within seven of 2.5.
                let pull = self.config.pull_permille;
                let step = |distance: u32| (distance * pull + 500) / 1000;
                if old < START_EASE { old + step(START_EASE - old) } else { old - step(old - START_EASE) }
            }
            Grade::Easy => old + EASY_RISE,
        };
        new.clamp(EASE_FLOOR, EASE_CEILING)
    }
}

/// The ease in thousandths; a card that another scheduler kept, or a new one, has the starting ease.
fn ease(state: &CardState) -> u32 {
    match state.memory {
        Memory::Ease { permille } => permille.clamp(EASE_FLOOR, EASE_CEILING),
        _ => START_EASE,
    }
}

/// Recall on the curve that SM-2 implies: 0.9 after one interval, falling exponentially.
pub(crate) fn exponential_recall(state: &CardState, at: &Moment) -> Option<f64> {
    let interval = match state.phase {
        Phase::New => return None,
        Phase::Learning | Phase::Relearning => LEARNING_INTERVAL,
        Phase::Review => f64::from(state.interval.max(1)),
    };
    Some(0.9_f64.powf(state.elapsed(at)? / interval))
}

impl Scheduler for Sm2 {
    fn name(&self) -> &'static str {
        "sm2"
    }

    fn next_states(&self, card: CardUid, state: &CardState, at: &Moment) -> NextStates {
        let fuzz = if self.config.fuzz { Fuzz::of(card, state.reps) } else { Fuzz::NONE };
        match state.phase {
            Phase::New | Phase::Learning => self.learning(state, at, fuzz),
            Phase::Relearning => self.relearning(state, at),
            Phase::Review => self.review(state, at, fuzz),
        }
    }

    fn formula(&self, state: &CardState, at: &Moment, grade: Grade) -> String {
        let c = &self.config;
        let minutes = c.again_minutes;
        let interval = state.interval.max(1);
        match (state.phase, grade) {
            (Phase::Review, Grade::Again) => {
                format!("forgotten: again in {minutes} min, then 1 d")
            }
            (Phase::Review, _) => self.review_formula(state, at, grade),
            (_, Grade::Again) => format!("not known yet: again in {minutes} min"),
            (Phase::Relearning, Grade::Hard | Grade::Good) => {
                format!("known again: {interval} d after a lapse")
            }
            (Phase::Relearning, Grade::Easy) => format!("known again: {interval} d + 1 d after a lapse"),
            (_, Grade::Hard | Grade::Good) => format!("first interval: {} d", c.good_interval),
            (_, Grade::Easy) => format!("first interval when easy: {} d", c.easy_interval),
        }
    }

    fn import(&self, state: &CardState, ease: Option<u32>, interval: u32, due: Day) -> CardState {
        let permille = ease.unwrap_or(START_EASE).clamp(EASE_FLOOR, EASE_CEILING);
        state.imported(interval.min(self.config.max_interval), due, Memory::Ease { permille })
    }

    fn retrievability(&self, state: &CardState, at: &Moment) -> Option<f64> {
        exponential_recall(state, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Due;
    use crate::time::Timestamp;

    const CARD: CardUid = CardUid(42);

    fn exact() -> Sm2 {
        Sm2::new(Sm2Config { fuzz: false, ..Sm2Config::default() }).unwrap()
    }

    fn on(day: i32) -> Moment {
        Moment::new(
            Timestamp(i64::from(day) * crate::time::DAY_MS + 12 * 3_600_000),
            Default::default(),
            Default::default(),
        )
    }

    fn known(interval: u32, permille: u32) -> CardState {
        CardState {
            phase: Phase::Review,
            due: Due::On(Day(interval as i32)),
            last: Some(on(0).now),
            last_day: Some(Day(0)),
            interval,
            reps: 3,
            memory: Memory::Ease { permille },
            ..CardState::NEW
        }
    }

    /// What the four buttons say, as a learner sees them: minutes or days, with the ease after each.
    fn buttons(state: &CardState, day: i32) -> String {
        let next = exact().next_states(CARD, state, &on(day));
        let show = |grade| {
            let state = next.get(grade).state;
            let Memory::Ease { permille } = state.memory else { panic!("no ease") };
            match state.due {
                Due::At(due) => format!("{} min {permille}", due.ms_since(on(day).now) / 60_000),
                Due::On(due) => format!("{} d {permille}", due.days_since(Day(day))),
                Due::New => "new".to_owned(),
            }
        };
        Grade::ALL.map(show).join(", ")
    }

    #[test]
    fn a_card_is_learnt_in_one_step_and_only_a_failure_is_asked_again_the_same_day() {
        let new = CardState::NEW;
        assert_eq!(buttons(&new, 0), "10 min 2500, 1 d 2350, 1 d 2500, 4 d 2650");
        let again = exact().next_states(CARD, &new, &on(0)).again.state;
        assert_eq!((again.phase, again.interval, again.reps, again.lapses), (Phase::Learning, 0, 1, 0));
        assert_eq!(buttons(&again, 0), "10 min 2500, 1 d 2350, 1 d 2500, 4 d 2650");
    }

    #[test]
    fn a_review_multiplies_the_interval() {
        // 10 * 1.2, 10 * 2.5, 10 * 2.5 * 1.3 = 32.5.
        assert_eq!(buttons(&known(10, 2500), 10), "10 min 2300, 12 d 2350, 25 d 2500, 33 d 2650");
        // 1.2 rounds to 1, but a button is worth a day more than what was before it.
        assert_eq!(buttons(&known(1, 1300), 1), "10 min 1300, 2 d 1300, 3 d 1384, 4 d 1450");
        assert_eq!(
            buttons(&known(36_500, 2500), 36_500),
            "10 min 2300, 36500 d 2350, 36500 d 2500, 36500 d 2650"
        );
    }

    #[test]
    fn a_late_success_earns_half_the_delay_and_an_easy_one_all_of_it() {
        // 10 days late: (10 + 5) * 2.5 = 37.5; 20 * 2.5 * 1.3 = 65.
        assert_eq!(buttons(&known(10, 2500), 20), "10 min 2300, 12 d 2350, 38 d 2500, 65 d 2650");
    }

    #[test]
    fn an_early_success_earns_in_proportion_to_the_time_waited() {
        // Half way: 10 + 0.2 * 5; 10 + 1.5 * 5 = 17.5; 10 + 2.25 * 5 = 21.25.
        assert_eq!(buttons(&known(10, 2500), 5), "10 min 2300, 11 d 2350, 18 d 2500, 21 d 2650");
        assert_eq!(buttons(&known(10, 2500), 0), "10 min 2300, 10 d 2350, 10 d 2500, 10 d 2650");
        // A clock set back counts as no time at all.
        assert_eq!(buttons(&known(10, 2500), -300), "10 min 2300, 10 d 2350, 10 d 2500, 10 d 2650");
    }

    #[test]
    fn a_lapse_leads_back_to_one_day_after_a_retry() {
        let lapsed = exact().next_states(CARD, &known(30, 2500), &on(30)).again.state;
        assert_eq!((lapsed.phase, lapsed.interval, lapsed.lapses), (Phase::Relearning, 1, 1));
        assert_eq!(buttons(&lapsed, 30), "10 min 2300, 1 d 2300, 1 d 2300, 2 d 2300");
        let again = exact().next_states(CARD, &lapsed, &on(30)).again.state;
        assert_eq!(again.lapses, 1, "a failed retry is not another lapse");
    }

    #[test]
    fn good_answers_bring_the_ease_back() {
        let mut state = known(5, 1300);
        for _ in 0..20 {
            let interval = state.interval;
            state = exact().next_states(CARD, &state, &on(0)).good.state;
            assert_eq!(state.interval, interval);
        }
        // 2500 - 1200 * 0.93^20 = 2218.9, give or take the rounding of twenty steps.
        let Memory::Ease { permille } = state.memory else { panic!("no ease") };
        assert!((2214..=2224).contains(&permille), "{permille}");
    }

    #[test]
    fn growth_stretches_what_an_interval_gains() {
        let sure = Sm2::new(Sm2Config { fuzz: false, growth: 0.5, ..Sm2Config::default() }).unwrap();
        assert_eq!(sure.next_states(CARD, &known(10, 2500), &on(10)).good.state.interval, 18);
        assert!((Sm2Config::growth_for(0.9) - 1.0).abs() < 1e-12);
        assert!(Sm2Config::growth_for(0.95) < 0.5 && Sm2Config::growth_for(0.8) > 2.0);
    }

    #[test]
    fn recall_falls_to_nine_tenths_in_one_interval() {
        let recall = |state: &CardState, day| exact().retrievability(state, &on(day));
        assert_eq!(recall(&CardState::NEW, 0), None);
        assert_eq!(recall(&known(10, 2500), 0), Some(1.0));
        assert!((recall(&known(10, 2500), 10).unwrap() - 0.9).abs() < 1e-12);
        assert!((recall(&known(10, 2500), 20).unwrap() - 0.81).abs() < 1e-12);
        let imported = exact().import(&CardState::NEW, Some(9000), 30, Day(100));
        assert!((recall(&imported, 100).unwrap() - 0.9).abs() < 1e-12);
        assert_eq!(imported.memory, Memory::Ease { permille: 3000 });
    }

    #[test]
    fn formulas_are_told_with_their_numbers() {
        let told = |state: &CardState, day, grade| exact().formula(state, &on(day), grade);
        assert_eq!(told(&CardState::NEW, 0, Grade::Good), "first interval: 1 d");
        assert_eq!(told(&known(10, 2500), 10, Grade::Good), "10 d × 2.50 = 25.0 d");
        assert_eq!(told(&known(10, 2350), 14, Grade::Good), "(10 d + 4 d late / 2) × 2.35 = 28.2 d");
        assert_eq!(told(&known(10, 2500), 12, Grade::Easy), "(10 d + 2 d late) × 2.50 × 1.30 = 39.0 d");
        assert_eq!(told(&known(10, 2500), 5, Grade::Hard), "10 d + (1.20 - 1) × 5 d waited = 11.0 d");
        assert_eq!(
            told(&known(1, 1300), 1, Grade::Good),
            "1 d × 1.30 = 1.3 d, raised to 3 d: each button is worth a day more"
        );
        assert_eq!(told(&known(10, 2500), 10, Grade::Again), "forgotten: again in 10 min, then 1 d");
        let sure = Sm2::new(Sm2Config { growth: 0.5, ..Sm2Config::default() }).unwrap();
        assert_eq!(
            sure.formula(&known(10, 2500), &on(10), Grade::Good),
            "10 d + (10 d × 2.50 - 10 d) × 0.50 growth = 17.5 d"
        );
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let refused = |config| Sm2::new(config).unwrap_err().to_string();
        assert_eq!(
            refused(Sm2Config { easy_interval: 0, ..Sm2Config::default() }),
            "`easy_interval` must be `good_interval` to `max_interval` days, not 0"
        );
        assert_eq!(
            refused(Sm2Config { growth: f64::NAN, ..Sm2Config::default() }),
            "`growth` must be 0.4 to 2.5, not NaN"
        );
    }
}
