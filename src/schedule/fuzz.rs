//! Spreading reviews: the days among which a card may come back, and the choice that a hash makes among them.
//! Not for balancing load between days: a session that knows the calendar settles on another day of the same range.
//!
//! The ranges are those of Anki's scheduler (rslib `scheduler/states/fuzz.rs`), in `f32` as there, so that ranges agree
//! to the day. The choice is our own: a hash of the card and its number of answers, so a preview equals the answer and
//! a replay is exact on every machine.

use crate::card::CardUid;
use crate::seed::Seed;

/// How much each stretch of an interval adds to the fuzz: from day, to day, share.
const STRETCHES: [(f32, f32, f32); 3] = [(2.5, 7.0, 0.15), (7.0, 20.0, 0.1), (20.0, f32::MAX, 0.05)];

/// An interval with the days among which it may fall.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The interval before rounding, in days.
    pub ideal: f64,
    /// The shortest interval allowed, in days.
    pub low: u32,
    /// The longest interval allowed, in days.
    pub high: u32,
    /// The interval chosen, `low..=high`.
    pub chosen: u32,
}

/// Chance for one answer to one card: a fraction in `0.0..1.0`, or none at all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fuzz(Option<f32>);

impl Fuzz {
    /// No fuzz: every interval is rounded to the nearest day.
    pub const NONE: Self = Self(None);

    /// Returns the chance that belongs to a card at its `reps`-th answer.
    #[must_use]
    pub fn of(card: CardUid, reps: u32) -> Self {
        let unit = Seed(card.0.cast_unsigned()).derive("fuzz", u64::from(reps)).unit();
        // The nearest f32 of a number just below 1 is 1, which would leave the range.
        Self(Some((unit as f32).min(1.0 - f32::EPSILON)))
    }

    /// Returns a given chance, `0.0..1.0`.
    #[cfg(test)]
    pub(crate) fn fraction(fraction: f32) -> Self {
        Self(Some(fraction))
    }

    /// Returns the chance as a fraction, `0.0..1.0`; `None` without fuzz.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        self.0.map(f64::from)
    }

    /// Returns a share of `whole`, `0..whole`; 0 without fuzz.
    #[must_use]
    pub fn part_of(self, whole: i64) -> i64 {
        self.0.map_or(0, |fraction| (whole as f64 * f64::from(fraction)) as i64)
    }

    /// Chooses a day for an interval of `ideal` days, held within `low..=high` (`high` wins where they cross).
    #[must_use]
    pub fn span(self, ideal: f64, low: u32, high: u32) -> Span {
        self.scaled_span(ideal, 1.0, low, high)
    }

    /// As [`Self::span`], with the fuzz scaled by a share in `0.0..=1.0`.
    #[must_use]
    pub fn scaled_span(self, ideal: f64, share: f64, low: u32, high: u32) -> Span {
        let low = low.min(high);
        let Some(fraction) = self.0.filter(|_| share > 0.0) else {
            // `as` saturates, which is what a day beyond all limits needs.
            let chosen = (ideal.round() as u32).clamp(low, high);
            return Span { ideal, low: chosen, high: chosen, chosen };
        };
        let (first, last) = range(ideal as f32, share as f32, low, high);
        let width = (1 + last - first) as f32;
        let chosen = (first as f32 + fraction * width).floor() as u32;
        Span { ideal, low: first, high: last, chosen: chosen.clamp(first, last) }
    }
}

/// Returns how far an interval may move either way, in days.
#[must_use]
pub fn delta(interval: f32) -> f32 {
    if interval < 2.5 {
        return 0.0;
    }
    STRETCHES.iter().fold(1.0, |delta, (from, to, share)| delta + share * (interval.min(*to) - from).max(0.0))
}

/// Returns the first and last day of the fuzz around `interval`, within `low..=high`.
fn range(interval: f32, share: f32, low: u32, high: u32) -> (u32, u32) {
    let interval = interval.clamp(low as f32, high as f32);
    let delta = delta(interval) * share;
    let first = ((interval - delta).round() as u32).clamp(low, high);
    let mut last = ((interval + delta).round() as u32).clamp(low, high);
    // One day is no choice: a card pressed against its minimum still gets two.
    if last == first && last > 2 && last < high && share >= 1.0 {
        last += 1;
    }
    (first, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_follow_the_published_stretches() {
        // By hand: 10 days give 1 + 0.15 * 4.5 + 0.1 * 3 = 1.975; 100 give 1 + 0.675 + 1.3 + 4 = 6.975.
        for (interval, expected) in
            [(2.4, (2, 2)), (2.5, (2, 4)), (3.0, (2, 4)), (10.0, (8, 12)), (100.0, (93, 107))]
        {
            assert_eq!(range(interval, 1.0, 1, MAX), expected, "{interval}");
        }
        assert_eq!(range(3.0, 1.0, 4, MAX), (4, 5), "pressed against its minimum it still has two days");
        assert_eq!(range(500.0, 1.0, 1, 365), (345, 365));
    }

    const MAX: u32 = crate::schedule::MAX_INTERVAL;

    #[test]
    fn all_days_of_a_range_are_chosen_about_equally_often() {
        let mut counts = [0_u32; 5];
        for card in 0..5_000 {
            let span = Fuzz::of(CardUid(card), 3).span(10.0, 1, MAX);
            counts[(span.chosen - 8) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (900..1100).contains(count)), "{counts:?}");
    }

    #[test]
    fn a_choice_may_never_change() {
        // Literal values: replays of old logs depend on them.
        let chosen: Vec<u32> =
            (0..6).map(|reps| Fuzz::of(CardUid(42), reps).span(100.0, 1, MAX).chosen).collect();
        assert_eq!(chosen, [96, 94, 104, 102, 104, 105]);
    }

    proptest! {
        #[test]
        fn the_choice_lies_in_the_range_and_the_range_in_its_limits(
            card: i64, reps: u32, ideal in 0.0..200_000.0_f64, low in 1..400_u32, high in 1..40_000_u32,
            share in 0.0..1.0_f64,
        ) {
            for span in [Fuzz::of(CardUid(card), reps).scaled_span(ideal, share, low, high),
                         Fuzz::of(CardUid(card), reps).span(ideal, low, high),
                         Fuzz::NONE.span(ideal, low, high)] {
                prop_assert!(low.min(high) <= span.low && span.low <= span.chosen);
                prop_assert!(span.chosen <= span.high && span.high <= high);
            }
        }
    }
}
