//! `anki`: the scheduler of Anki (version 3 of it, in its SM-2 form) to the day, in `f32` as there.
//! Not Anki's load balancer, and not its generator: the days among which fuzz may choose are Anki's, the day chosen is
//! our own hash's (`fuzz.rs`), as it is for the other schedulers.
//!
//! For a card of interval `I`, answered `late` days after it was due, with ease `E` and interval modifier `m`:
//!
//! ```text
//! Hard   I * 1.2 * m                    at least I + 1           ease -0.15
//! Good   (I + late / 2) * E * m         at least Hard + 1        ease unchanged
//! Easy   (I + late) * E * 1.3 * m       at least Good + 1        ease +0.15
//! Again  lapse factor * I, at least the least lapse interval, after the relearning steps; ease -0.20, at least 1.3
//! ```
//!
//! A card answered early is treated as Anki treats it in a filtered deck: `Hard` may then shorten. Steps of a day and
//! more are waited out by the clock.

use super::fuzz::{Fuzz, Span};
use super::sm2::exponential_recall;
use super::{CardState, ConfigError, Due, MAX_INTERVAL, Memory, NextState, NextStates, Phase, Scheduler};
use crate::card::CardUid;
use crate::review::Grade;
use crate::time::{Day, Moment};

/// Lowest ease, in thousandths.
const EASE_FLOOR: u32 = 1300;
/// Highest ease kept, in thousandths: Anki has no ceiling, and stores the ease in 16 bits.
const EASE_CEILING: u32 = u16::MAX as u32;
/// Seconds in a day.
const DAY_SECS: u32 = 86_400;
/// Longest step, in minutes: thirty days.
const MAX_STEP: f32 = 43_200.0;

/// Settings of [`Anki`]: those of a deck's options in Anki, with its defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct AnkiConfig {
    /// Learning steps in minutes, at most 100, each above 0 and at most 43,200.
    pub learning_steps: Vec<f32>,
    /// Relearning steps in minutes, as above.
    pub relearning_steps: Vec<f32>,
    /// Interval after the last learning step, in days, `1..=max_interval`.
    pub good_interval: u32,
    /// Interval after `Easy` while learning, in days, `1..=max_interval`.
    pub easy_interval: u32,
    /// Ease of a new card, in thousandths, `1300..=5000`.
    pub start_ease: u32,
    /// Factor of `Hard`, `0.5..=1.3`.
    pub hard_factor: f32,
    /// Factor of `Easy` on top of the ease, `1.0..=5.0`.
    pub easy_bonus: f32,
    /// Factor on every interval, `0.5..=2.0`.
    pub interval_modifier: f32,
    /// Longest interval in days, `1..=36500`.
    pub max_interval: u32,
    /// Share of the interval kept after a lapse, `0.0..=1.0`.
    pub lapse_factor: f32,
    /// Shortest interval after a lapse, in days, `1..=max_interval`.
    pub min_lapse_interval: u32,
    /// Whether intervals and steps are spread.
    pub fuzz: bool,
}

impl Default for AnkiConfig {
    fn default() -> Self {
        Self {
            learning_steps: vec![1.0, 10.0],
            relearning_steps: vec![10.0],
            good_interval: 1,
            easy_interval: 4,
            start_ease: 2500,
            hard_factor: 1.2,
            easy_bonus: 1.3,
            interval_modifier: 1.0,
            max_interval: MAX_INTERVAL,
            lapse_factor: 0.0,
            min_lapse_interval: 1,
            fuzz: true,
        }
    }
}

/// Anki's scheduler.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Anki {
    config: AnkiConfig,
}

impl Anki {
    /// Builds the scheduler.
    ///
    /// # Errors
    /// Fails when a setting is out of the range that its field states.
    pub fn new(config: AnkiConfig) -> Result<Self, ConfigError> {
        let c = &config;
        let steps = |name, steps: &[f32]| {
            let holds = steps.len() <= 100 && steps.iter().all(|step| *step > 0.0 && *step <= MAX_STEP);
            ConfigError::unless(
                holds,
                name,
                "at most 100 steps, each above 0 and up to 43200 minutes",
                format!("{steps:?}"),
            )
        };
        steps("learning_steps", &c.learning_steps)?;
        steps("relearning_steps", &c.relearning_steps)?;
        let days = 1..=c.max_interval;
        let whole = |holds, name, expected, found: u32| ConfigError::unless(holds, name, expected, found);
        whole(
            (1..=MAX_INTERVAL).contains(&c.max_interval),
            "max_interval",
            "1 to 36500 days",
            c.max_interval,
        )?;
        for (name, value) in [
            ("good_interval", c.good_interval),
            ("easy_interval", c.easy_interval),
            ("min_lapse_interval", c.min_lapse_interval),
        ] {
            whole(days.contains(&value), name, "1 to `max_interval` days", value)?;
        }
        whole((EASE_FLOOR..=5000).contains(&c.start_ease), "start_ease", "1300 to 5000", c.start_ease)?;
        let real = |holds, name, expected, found: f32| ConfigError::unless(holds, name, expected, found);
        real((0.5..=1.3).contains(&c.hard_factor), "hard_factor", "0.5 to 1.3", c.hard_factor)?;
        real((1.0..=5.0).contains(&c.easy_bonus), "easy_bonus", "1 to 5", c.easy_bonus)?;
        real(
            (0.5..=2.0).contains(&c.interval_modifier),
            "interval_modifier",
            "0.5 to 2",
            c.interval_modifier,
        )?;
        real((0.0..=1.0).contains(&c.lapse_factor), "lapse_factor", "0 to 1", c.lapse_factor)?;
        Ok(Self { config })
    }

    /// Returns the settings.
    #[must_use]
    pub fn config(&self) -> &AnkiConfig {
        &self.config
    }

    fn outcomes(&self, state: &CardState, at: &Moment, fuzz: Fuzz) -> NextStates {
        match state.phase {
            Phase::New | Phase::Learning => self.learning(state, at, fuzz),
            Phase::Relearning => self.relearning(state, at, fuzz),
            Phase::Review => self.review(state, at, fuzz),
        }
    }

    fn learning(&self, state: &CardState, at: &Moment, fuzz: Fuzz) -> NextStates {
        let c = &self.config;
        let memory = Memory::Ease { permille: self.ease(state) };
        let steps = Steps(&c.learning_steps);
        let step = steps.current(state.step);
        let wait = |(step, secs)| wait(state, Phase::Learning, step, secs, memory, at, fuzz);
        let span = fuzz.span(f64::from(c.good_interval), 1, c.max_interval);
        let graduate = || state.away(span, memory, at);
        let (again, hard, good) = (steps.again(), steps.hard(step), steps.good(step));
        // The least day of `Easy` follows `Good` only where `Good` leaves the steps too.
        let least = if good.is_none() { span.chosen + 1 } else { 1 };
        NextStates {
            again: again.map_or_else(graduate, wait),
            hard: hard.map_or_else(graduate, wait),
            good: good.map_or_else(graduate, wait),
            easy: state.away(fuzz.span(f64::from(c.easy_interval), least, c.max_interval), memory, at),
        }
    }

    fn relearning(&self, state: &CardState, at: &Moment, fuzz: Fuzz) -> NextStates {
        let memory = Memory::Ease { permille: self.ease(state) };
        let steps = Steps(&self.config.relearning_steps);
        let step = steps.current(state.step);
        let wait =
            |state: &CardState, (step, secs)| wait(state, Phase::Relearning, step, secs, memory, at, fuzz);
        // The interval was held below the longest when the card lapsed; `Easy` may exceed that by a day, as in Anki.
        let days =
            |days: u32| state.away(Fuzz::NONE.span(f64::from(days.max(1)), 1, MAX_INTERVAL), memory, at);
        let failed = self.lapse_span(state, fuzz);
        let again = CardState { interval: failed.chosen, ..*state };
        NextStates {
            again: steps.again().map_or_else(|| state.away(failed, memory, at), |step| wait(&again, step)),
            hard: steps.hard(step).map_or_else(|| days(state.interval), |step| wait(state, step)),
            good: steps.good(step).map_or_else(|| days(state.interval), |step| wait(state, step)),
            easy: days(state.interval.saturating_add(1)),
        }
    }

    fn review(&self, state: &CardState, at: &Moment, fuzz: Fuzz) -> NextStates {
        let old = self.ease(state);
        let ease = |permille: u32| Memory::Ease { permille: permille.clamp(EASE_FLOOR, EASE_CEILING) };
        let dropped = ease(old.saturating_sub(200));
        let failed = self.lapse_span(state, fuzz);
        let lapsed = CardState { interval: failed.chosen, lapses: state.lapses.saturating_add(1), ..*state };
        let [hard, good, easy] = if state.days_since_last(at) < state.interval {
            self.early_spans(state, at)
        } else {
            self.spans(state, at, fuzz)
        };
        NextStates {
            again: Steps(&self.config.relearning_steps).again().map_or_else(
                || lapsed.away(failed, dropped, at),
                |(step, secs)| wait(&lapsed, Phase::Relearning, step, secs, dropped, at, fuzz),
            ),
            hard: state.away(hard, ease(old.saturating_sub(150)), at),
            good: state.away(good, ease(old), at),
            easy: state.away(easy, ease(old + 150), at),
        }
    }

    /// The interval a lapse leaves, counted from when relearning is done.
    fn lapse_span(&self, state: &CardState, fuzz: Fuzz) -> Span {
        let c = &self.config;
        let ideal = state.interval.max(1) as f32 * c.lapse_factor;
        fuzz.span(f64::from(ideal), c.min_lapse_interval, c.max_interval)
    }

    /// The intervals of `Hard`, `Good`, `Easy` on the due day or after it.
    fn spans(&self, state: &CardState, at: &Moment, fuzz: Fuzz) -> [Span; 3] {
        let c = &self.config;
        let scheduled = state.interval.max(1);
        let interval = scheduled as f32;
        let late = (state.days_since_last(at) as f32 - interval).max(0.0);
        let ease = self.ease(state) as f32 / 1000.0;
        let span =
            |ideal: f32, least| fuzz.span(f64::from(ideal * c.interval_modifier), least, c.max_interval);
        // A factor of `Hard` that shortens has no least day, and then `Good` has its own.
        let longer = c.hard_factor > 1.0;
        let hard = span(interval * c.hard_factor, if longer { scheduled + 1 } else { 0 });
        let good = span((interval + late / 2.0) * ease, if longer { hard.chosen + 1 } else { scheduled + 1 });
        let easy = span((interval + late) * ease * c.easy_bonus, good.chosen + 1);
        [hard, good, easy]
    }

    /// The intervals of `Hard`, `Good`, `Easy` before the due day.
    fn early_spans(&self, state: &CardState, at: &Moment) -> [Span; 3] {
        let c = &self.config;
        let scheduled = state.interval as f32;
        let elapsed = state.days_since_last(at) as f32;
        let ease = self.ease(state) as f32 / 1000.0;
        let span = |ideal: f32| Fuzz::NONE.span(f64::from(ideal * c.interval_modifier), 1, c.max_interval);
        let kept = (elapsed * ease).max(scheduled);
        let hard = (elapsed * c.hard_factor).max(scheduled * (c.hard_factor / 2.0));
        [span(hard), span(kept), span(kept * (c.easy_bonus - (c.easy_bonus - 1.0) / 2.0))]
    }

    fn ease(&self, state: &CardState) -> u32 {
        match state.memory {
            Memory::Ease { permille } => permille.clamp(EASE_FLOOR, EASE_CEILING),
            _ => self.config.start_ease,
        }
    }
}

/// Sends a card round again within its steps, up to a quarter of the step (at most five minutes) later.
fn wait(
    state: &CardState,
    phase: Phase,
    step: u8,
    secs: u32,
    memory: Memory,
    at: &Moment,
    fuzz: Fuzz,
) -> NextState {
    let ms = i64::from(secs) * 1000;
    let mut next = state.waiting(phase, step, ms, memory, at);
    let spread = (ms / 4).min(300_000);
    next.state.due = Due::At(at.now.plus_ms(ms + fuzz.part_of(spread)));
    next
}

/// The learning or relearning steps, in minutes.
struct Steps<'a>(&'a [f32]);

impl Steps<'_> {
    /// The step a card stands on; one beyond the last, from other settings, stands on the last.
    fn current(&self, step: u8) -> u8 {
        let last = self.0.len().saturating_sub(1);
        step.min(u8::try_from(last).unwrap_or(u8::MAX))
    }

    /// A step's length in seconds.
    fn secs(&self, step: u8) -> Option<u32> {
        self.0.get(usize::from(step)).map(|minutes| (minutes * 60.0) as u32)
    }

    fn again(&self) -> Option<(u8, u32)> {
        Some((0, self.secs(0)?))
    }

    /// The same step; the first lasts as long as the mean of the first two, or half as long again if it is alone.
    fn hard(&self, step: u8) -> Option<(u8, u32)> {
        let own = self.secs(step)?;
        let secs = match (step, self.secs(1)) {
            (0, Some(next)) => (own + next) / 2,
            (0, None) => (own * 3 / 2).min(own + DAY_SECS),
            _ => own,
        };
        // Beyond a day only whole days.
        let whole_days = (secs as f32 / DAY_SECS as f32).round() as u32 * DAY_SECS;
        Some((step, if step == 0 && secs > DAY_SECS { whole_days } else { secs }))
    }

    fn good(&self, step: u8) -> Option<(u8, u32)> {
        Some((step + 1, self.secs(step + 1)?))
    }
}

impl Scheduler for Anki {
    fn name(&self) -> &'static str {
        "anki"
    }

    fn next_states(&self, card: CardUid, state: &CardState, at: &Moment) -> NextStates {
        let fuzz = if self.config.fuzz { Fuzz::of(card, state.reps) } else { Fuzz::NONE };
        self.outcomes(state, at, fuzz)
    }

    fn formula(&self, state: &CardState, at: &Moment, grade: Grade) -> String {
        let next = *self.outcomes(state, at, Fuzz::NONE).get(grade);
        if let Due::At(_) = next.state.due {
            let (step, minutes) = (u32::from(next.state.step) + 1, next.ideal * 1440.0);
            let then = match next.state.phase {
                Phase::Relearning => format!(", then {} d", next.state.interval),
                _ => String::new(),
            };
            return format!("step {step}: {minutes:.1} min{then}");
        }
        if state.phase != Phase::Review {
            return format!("steps done: {} d", next.state.interval);
        }
        let c = &self.config;
        let interval = state.interval.max(1);
        let elapsed = state.days_since_last(at);
        let late = elapsed.saturating_sub(interval);
        let ease = f64::from(self.ease(state)) / 1e3;
        let early = elapsed < state.interval;
        let mut text = match grade {
            Grade::Again => format!("{interval} d × {:.2}", c.lapse_factor),
            Grade::Hard if early => {
                format!(
                    "the longer of {elapsed} d waited × {0:.2} and {interval} d × {0:.2} / 2",
                    c.hard_factor
                )
            }
            Grade::Good if early => format!("the longer of {elapsed} d waited × {ease:.2} and {interval} d"),
            Grade::Easy if early => {
                let half = 1.0 + (c.easy_bonus - 1.0) / 2.0;
                format!("the longer of {elapsed} d waited × {ease:.2} and {interval} d, × {half:.2}")
            }
            Grade::Hard => format!("{interval} d × {:.2}", c.hard_factor),
            Grade::Good if late > 0 => format!("({interval} d + {late} d late / 2) × {ease:.2}"),
            Grade::Good => format!("{interval} d × {ease:.2}"),
            Grade::Easy if late > 0 => {
                format!("({interval} d + {late} d late) × {ease:.2} × {:.2}", c.easy_bonus)
            }
            Grade::Easy => format!("{interval} d × {ease:.2} × {:.2}", c.easy_bonus),
        };
        if c.interval_modifier != 1.0 && grade != Grade::Again {
            text += &format!(" × {:.2} modifier", c.interval_modifier);
        }
        text += &format!(" = {:.1} d", next.ideal);
        if f64::from(next.state.interval) > next.ideal.round() {
            text += &format!(", raised to {} d", next.state.interval);
        }
        text
    }

    fn import(&self, state: &CardState, ease: Option<u32>, interval: u32, due: Day) -> CardState {
        let permille = ease.unwrap_or(self.config.start_ease).clamp(EASE_FLOOR, EASE_CEILING);
        state.imported(interval.min(self.config.max_interval), due, Memory::Ease { permille })
    }

    fn retrievability(&self, state: &CardState, at: &Moment) -> Option<f64> {
        exponential_recall(state, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::time::{DAY_MS, DayStart, Timestamp, ZoneOffset};
    use rand::rngs::StdRng;
    use rand::{RngExt as _, SeedableRng as _};

    /// Transitions that the real backend made; see the head of its maker.
    const TRANSITIONS: &str = include_str!("../../tests/fixtures/schedule/anki.txt");

    fn on(day: i32) -> Moment {
        Moment::new(Timestamp(i64::from(day) * DAY_MS + DAY_MS / 2), ZoneOffset::UTC, DayStart::DEFAULT)
    }

    fn parsed<T: std::str::FromStr>(text: &str) -> T {
        text.parse().ok().unwrap_or_else(|| panic!("{text}"))
    }

    fn config(words: &[&str]) -> Anki {
        let steps = |text: &str| match text {
            "-" => Vec::new(),
            _ => text.split(',').map(parsed).collect(),
        };
        Anki::new(AnkiConfig {
            learning_steps: steps(words[0]),
            relearning_steps: steps(words[1]),
            good_interval: parsed(words[2]),
            easy_interval: parsed(words[3]),
            max_interval: parsed(words[4]),
            min_lapse_interval: parsed(words[5]),
            start_ease: parsed(words[6]),
            hard_factor: parsed(words[7]),
            easy_bonus: parsed(words[8]),
            lapse_factor: parsed(words[9]),
            interval_modifier: parsed(words[10]),
            fuzz: true,
        })
        .unwrap()
    }

    /// The state a line begins with, last answered on day 0, and the day on which it is answered.
    fn before(anki: &Anki, text: &str) -> (CardState, i32) {
        let words: Vec<&str> = text.split(' ').collect();
        let number = |n: usize| parsed::<u32>(words[n]);
        let seen = CardState { last: Some(on(0).now), last_day: Some(Day(0)), ..CardState::NEW };
        let step = |steps: &[f32]| steps.len() as u8 - number(1) as u8;
        match words[0] {
            "N" => (CardState::NEW, 0),
            "L" => {
                let step = step(&anki.config.learning_steps);
                (CardState { phase: Phase::Learning, step, ..seen }, 0)
            }
            "X" => {
                let state = CardState {
                    phase: Phase::Relearning,
                    step: step(&anki.config.relearning_steps),
                    interval: number(2),
                    memory: Memory::Ease { permille: number(3) },
                    lapses: number(4),
                    ..seen
                };
                (state, 0)
            }
            "R" | "E" => {
                let state = CardState {
                    phase: Phase::Review,
                    interval: number(1),
                    memory: Memory::Ease { permille: number(3) },
                    lapses: number(4),
                    ..seen
                };
                (state, parsed(words[2]))
            }
            other => panic!("{other}"),
        }
    }

    /// A state after an answer, written as the backend's is.
    fn after(anki: &Anki, next: &NextState) -> String {
        let state = &next.state;
        let Memory::Ease { permille } = state.memory else { panic!("no ease") };
        let secs = (next.ideal * f64::from(DAY_SECS)).round();
        let left = |steps: &[f32]| steps.len() - usize::from(state.step);
        let (interval, lapses) = (state.interval, state.lapses);
        match state.phase {
            Phase::Learning => format!("L {} {secs}", left(&anki.config.learning_steps)),
            Phase::Relearning => {
                let left = left(&anki.config.relearning_steps);
                format!("X {left} {secs} {interval} {permille} {lapses}")
            }
            Phase::Review => format!("R {interval} {permille} {lapses}"),
            Phase::New => panic!("an answered card is new"),
        }
    }

    #[test]
    fn transitions_agree_with_the_real_backend_to_the_day() {
        let mut configs = Vec::new();
        let mut compared = 0;
        for line in TRANSITIONS.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            if words[0] == "config" {
                configs.push(config(&words[2..]));
                continue;
            }
            let [head, state, expected @ ..] = &line.split(" : ").collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            let head: Vec<&str> = head.split(' ').collect();
            let anki = &configs[parsed::<usize>(head[0])];
            // Anki's own chance: a generator seeded with the card's id and its number of answers.
            let seed = parsed::<u64>(head[1]).wrapping_add(parsed(head[2]));
            let fuzz = Fuzz::fraction(StdRng::seed_from_u64(seed).random_range(0.0..1.0));
            let (state, day) = before(anki, state);
            let next = anki.outcomes(&state, &on(day), fuzz);
            let made = Grade::ALL.map(|grade| after(anki, next.get(grade)));
            assert_eq!(&made[..], expected, "{line}");
            compared += 4;
        }
        assert_eq!(compared, 4 * 4 * 800);
    }

    #[test]
    fn steps_are_spread_by_a_quarter_and_at_most_five_minutes() {
        let anki =
            Anki::new(AnkiConfig { learning_steps: vec![1.0, 60.0], ..AnkiConfig::default() }).unwrap();
        let mut longest = [0; 2];
        for card in 0..500 {
            let next = anki.next_states(CardUid(card), &CardState::NEW, &on(0));
            for (n, (state, secs)) in
                [(next.again.state, 60), (next.good.state, 3600)].into_iter().enumerate()
            {
                let Due::At(due) = state.due else { panic!("not a step") };
                let extra = due.ms_since(on(0).now) - secs * 1000;
                assert!((0..300_000.min(secs * 250)).contains(&extra), "{extra}");
                longest[n] = longest[n].max(extra);
            }
        }
        assert!(longest[0] > 14_000 && longest[1] > 290_000, "{longest:?}");
    }

    #[test]
    fn formulas_are_told_with_their_numbers() {
        let anki = Anki::default();
        let known = before(&anki, "R 10 14 2350 0").0;
        let told = |state: &CardState, day, grade| anki.formula(state, &on(day), grade);
        assert_eq!(told(&CardState::NEW, 0, Grade::Hard), "step 1: 5.5 min");
        assert_eq!(told(&CardState::NEW, 0, Grade::Easy), "steps done: 4 d");
        assert_eq!(told(&known, 14, Grade::Good), "(10 d + 4 d late / 2) × 2.35 = 28.2 d");
        assert_eq!(told(&known, 14, Grade::Again), "step 1: 10.0 min, then 1 d");
        assert_eq!(told(&known, 4, Grade::Good), "the longer of 4 d waited × 2.35 and 10 d = 10.0 d");
        let short = before(&anki, "R 1 1 1300 0").0;
        assert_eq!(told(&short, 1, Grade::Good), "1 d × 1.30 = 1.3 d, raised to 3 d");
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let refused = |config| Anki::new(config).unwrap_err().to_string();
        assert_eq!(
            refused(AnkiConfig { learning_steps: vec![1.0, 0.0], ..AnkiConfig::default() }),
            "`learning_steps` must be at most 100 steps, each above 0 and up to 43200 minutes, not [1.0, 0.0]"
        );
        assert_eq!(
            refused(AnkiConfig { max_interval: 0, ..AnkiConfig::default() }),
            "`max_interval` must be 1 to 36500 days, not 0"
        );
    }
}
