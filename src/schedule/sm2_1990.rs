//! `sm2-1990`: the SM-2 algorithm as P. A. Wozniak published it in 1990, read strictly, in whole numbers.
//! Not a recommendation: it stands here to be learnt from and to be compared with. `sm2.rs` is the default.
//!
//! ```text
//! I(1) = 1, I(2) = 6, I(n) = I(n-1) * EF rounded up            EF starts at 2.5
//! EF' = EF + 0.1 - (5-q) * (0.08 + (5-q) * 0.02), at least 1.3  q is 0 to 5
//! q < 3: begin again at I(1), EF unchanged                      q < 4: repeat on the same day until q >= 4
//! ```
//!
//! Where the text leaves a choice: the ease is assessed before the interval it multiplies; a failure is itself the
//! first repetition, so the next success waits six days; the drill of the same day changes neither ease nor interval.
//! The text knows no early or late answers: each counts as if it came on its day. There is no fuzz.
//!
//! Every ease is a whole number of hundredths, so it is kept as one. In floating point 10 days at 2.7 would come to
//! 27.000000000000004 and be rounded up to 28.

use super::fuzz::Fuzz;
use super::sm2::exponential_recall;
use super::{CardState, MAX_INTERVAL, Memory, NextState, NextStates, Phase, Scheduler};
use crate::card::CardUid;
use crate::review::Grade;
use crate::time::{Day, Moment};

/// Ease of a new card, in hundredths.
const START_EASE: u32 = 250;
/// Lowest ease, in hundredths.
const EASE_FLOOR: u32 = 130;
/// Lowest quality that counts as recalled.
const PASSED: u8 = 3;
/// Lowest quality that ends the drill of the day.
const DRILLED: u8 = 4;
/// Wait before a card is drilled again, in milliseconds. The text says "after the session"; ten minutes is a session.
const DRILL_MS: i64 = 600_000;

/// The published algorithm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sm2Of1990;

impl Sm2Of1990 {
    /// Returns the quality that a grade stands for: 2, 3, 4, 5.
    #[must_use]
    pub fn quality(grade: Grade) -> u8 {
        grade.number() + 1
    }

    /// Returns what an answer of quality 0 to 5 leads to; anything above 5 counts as 5.
    #[must_use]
    pub fn next_with_quality(&self, state: &CardState, at: &Moment, quality: u8) -> NextState {
        let quality = quality.min(5);
        if drills(state, at) {
            // The repetition has been counted: only whether the card is let go for today is still open.
            return place(state, state.interval.max(1), state.memory, at, quality);
        }
        let (old_ease, old_repetition) = memory(state);
        let (ease, repetition) = if quality < PASSED {
            (old_ease, 1)
        } else {
            (next_ease(old_ease, quality), old_repetition.saturating_add(1))
        };
        let interval = match repetition {
            1 => 1,
            2 => 6,
            _ => next_interval(state.interval.max(1), ease),
        };
        let forgotten = u32::from(quality < PASSED && state.phase == Phase::Review);
        let counted = CardState { interval, lapses: state.lapses.saturating_add(forgotten), ..*state };
        place(&counted, interval, Memory::Sm2 { hundredths: ease, repetition }, at, quality)
    }
}

/// Tells whether an answer only goes on with the drill of a repetition already counted.
///
/// A drill that was left is gone on with later, unless the card's next repetition has come meanwhile.
fn drills(state: &CardState, at: &Moment) -> bool {
    let begun = matches!(state.phase, Phase::Learning | Phase::Relearning);
    begun && state.days_since_last(at) < state.interval.max(1)
}

/// Sends a card away for its interval, or round again today.
fn place(state: &CardState, interval: u32, memory: Memory, at: &Moment, quality: u8) -> NextState {
    if quality >= DRILLED {
        return state.away(Fuzz::NONE.span(f64::from(interval), 1, MAX_INTERVAL), memory, at);
    }
    let phase = match state.phase {
        Phase::New | Phase::Learning => Phase::Learning,
        Phase::Review | Phase::Relearning => Phase::Relearning,
    };
    state.waiting(phase, 0, DRILL_MS, memory, at)
}

/// The ease after an answer of quality 3 to 5, in hundredths.
fn next_ease(ease: u32, quality: u8) -> u32 {
    let short = 5 - i64::from(quality);
    let moved = i64::from(ease) + 10 - short * (8 + short * 2);
    u32::try_from(moved).unwrap_or(u32::MAX).max(EASE_FLOOR)
}

/// The interval times the ease, rounded up, in days.
fn next_interval(interval: u32, ease: u32) -> u32 {
    let days = (u64::from(interval) * u64::from(ease)).div_ceil(100);
    u32::try_from(days).unwrap_or(u32::MAX).min(MAX_INTERVAL)
}

/// The ease in hundredths and the number of repetitions; a card another scheduler kept starts afresh.
fn memory(state: &CardState) -> (u32, u32) {
    match state.memory {
        Memory::Sm2 { hundredths, repetition } => (hundredths.max(EASE_FLOOR), repetition),
        _ => (START_EASE, 0),
    }
}

impl Scheduler for Sm2Of1990 {
    fn name(&self) -> &'static str {
        "sm2-1990"
    }

    fn next_states(&self, _card: CardUid, state: &CardState, at: &Moment) -> NextStates {
        let next = |grade| self.next_with_quality(state, at, Self::quality(grade));
        NextStates {
            again: next(Grade::Again),
            hard: next(Grade::Hard),
            good: next(Grade::Good),
            easy: next(Grade::Easy),
        }
    }

    fn answer(
        &self,
        _card: CardUid,
        state: &CardState,
        at: &Moment,
        grade: Grade,
        quality: Option<u8>,
    ) -> NextState {
        self.next_with_quality(state, at, quality.unwrap_or(Self::quality(grade)))
    }

    fn formula(&self, state: &CardState, at: &Moment, grade: Grade) -> String {
        let quality = Self::quality(grade);
        let next = self.next_with_quality(state, at, quality).state;
        let (ease, repetition) = memory(&next);
        let interval = match repetition {
            _ if drills(state, at) => format!("drill of the day: {} d as before", next.interval.max(1)),
            1 => "I(1) = 1 d".to_owned(),
            2 => "I(2) = 6 d".to_owned(),
            n => {
                let (old, ease) = (state.interval.max(1), f64::from(ease) / 100.0);
                format!("I({n}) = {old} d × {ease:.2} rounded up = {} d", next.interval)
            }
        };
        let drill = if quality < DRILLED { ", after drill to quality 4" } else { "" };
        format!("quality {quality}: {interval}{drill}")
    }

    fn import(&self, state: &CardState, ease: Option<u32>, interval: u32, due: Day) -> CardState {
        let hundredths =
            ease.map_or(START_EASE, |permille| (permille.saturating_add(5)) / 10).max(EASE_FLOOR);
        // A day is what the first repetition gives; anything longer has passed the second.
        let repetition = if interval > 1 { 2 } else { 1 };
        state.imported(interval, due, Memory::Sm2 { hundredths, repetition })
    }

    fn retrievability(&self, state: &CardState, at: &Moment) -> Option<f64> {
        exponential_recall(state, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Due;
    use crate::time::{DAY_MS, DayStart, Timestamp, ZoneOffset};

    const TABLE: &str = include_str!("../../tests/fixtures/schedule/sm2-1990.txt");

    fn on(day: i32) -> Moment {
        Moment::new(Timestamp(i64::from(day) * DAY_MS + DAY_MS / 2), ZoneOffset::UTC, DayStart::DEFAULT)
    }

    /// Answers once, then drills to the end by way of a failed round; returns the state and its wait in days.
    fn repeat(state: &CardState, day: i32, quality: u8) -> (CardState, u32) {
        let mut state = Sm2Of1990.next_with_quality(state, &on(day), quality).state;
        if quality < DRILLED {
            for drill in [0, 3, 5] {
                assert!(matches!(state.due, Due::At(_)), "quality {quality} is drilled");
                let memory = state.memory;
                state = Sm2Of1990.next_with_quality(&state, &on(day), drill).state;
                assert_eq!(state.memory, memory, "a drill teaches the schedule nothing");
            }
        }
        let Due::On(due) = state.due else { panic!("still in the drill") };
        (state, due.days_since(Day(day)).unsigned_abs())
    }

    #[test]
    fn lives_agree_with_exact_arithmetic() {
        let mut repetitions = 0;
        for line in TABLE.lines() {
            let [qualities, intervals, eases] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            let numbers = |text: &str| text.split(',').map(|n| n.parse().unwrap()).collect::<Vec<u32>>();
            let mut state = CardState::NEW;
            let mut day = 0;
            for ((quality, interval), ease) in qualities.bytes().zip(numbers(intervals)).zip(numbers(eases)) {
                let wait;
                (state, wait) = repeat(&state, day, quality - b'0');
                let Memory::Sm2 { hundredths, .. } = state.memory else { panic!("{line}") };
                assert_eq!((wait, state.interval, hundredths), (interval, interval, ease), "{line}");
                day += i32::try_from(wait).unwrap();
                repetitions += 1;
            }
        }
        assert_eq!(repetitions, 216 * 3 + 250 * 14);
    }

    #[test]
    fn ten_days_at_two_point_seven_are_twenty_seven() {
        assert_eq!(next_interval(10, 270), 27);
        assert_eq!(next_interval(11, 250), 28);
        assert_eq!(next_interval(u32::MAX, u32::MAX), MAX_INTERVAL);
    }

    #[test]
    fn grades_stand_for_qualities_and_a_logged_quality_goes_before_them() {
        assert_eq!(Grade::ALL.map(Sm2Of1990::quality), [2, 3, 4, 5]);
        let answer = |quality| Sm2Of1990.answer(CardUid(1), &CardState::NEW, &on(0), Grade::Good, quality);
        assert_eq!(answer(None), Sm2Of1990.next_with_quality(&CardState::NEW, &on(0), 4));
        assert_eq!(answer(Some(5)), Sm2Of1990.next_with_quality(&CardState::NEW, &on(0), 5));
        assert_eq!(answer(Some(200)), answer(Some(5)));
    }

    #[test]
    fn a_drill_left_overnight_gives_way_to_the_next_repetition() {
        let failed = Sm2Of1990.next_with_quality(&CardState::NEW, &on(0), 1).state;
        let next_day = Sm2Of1990.next_with_quality(&failed, &on(1), 4).state;
        assert_eq!(next_day.interval, 6, "the second repetition, not the rest of the first");
        let mut known = repeat(&CardState::NEW, 0, 4).0;
        known = repeat(&known, 1, 4).0;
        let barely = Sm2Of1990.next_with_quality(&known, &on(7), 3).state;
        let later = Sm2Of1990.next_with_quality(&barely, &on(8), 4).state;
        assert_eq!((later.memory, later.interval), (barely.memory, 15));
    }

    #[test]
    fn formulas_are_told_with_their_numbers() {
        let mut known = repeat(&CardState::NEW, 0, 5).0;
        known = repeat(&known, 1, 4).0;
        let told = |state: &CardState, day, grade| Sm2Of1990.formula(state, &on(day), grade);
        assert_eq!(told(&CardState::NEW, 0, Grade::Good), "quality 4: I(1) = 1 d");
        assert_eq!(told(&known, 7, Grade::Good), "quality 4: I(3) = 6 d × 2.60 rounded up = 16 d");
        assert_eq!(told(&known, 7, Grade::Again), "quality 2: I(1) = 1 d, after drill to quality 4");
        let drilled = Sm2Of1990.next_with_quality(&known, &on(7), 3).state;
        assert_eq!(told(&drilled, 7, Grade::Easy), "quality 5: drill of the day: 15 d as before");
    }

    #[test]
    fn a_lapse_is_counted_once() {
        let known = repeat(&CardState::NEW, 0, 5).0;
        let (lapsed, wait) = repeat(&known, 1, 2);
        assert_eq!((lapsed.lapses, wait), (1, 1));
        assert_eq!(repeat(&CardState::NEW, 0, 0).0.lapses, 0, "nothing known, nothing forgotten");
    }

    #[test]
    fn an_imported_card_goes_on_multiplying() {
        let card = Sm2Of1990.import(&CardState::NEW, Some(2503), 20, Day(20));
        assert_eq!(repeat(&card, 20, 4).1, 50);
    }
}
