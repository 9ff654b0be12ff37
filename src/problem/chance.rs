//! Drawing values: whole numbers, choices, subsets and orders, and drawing again until a condition holds.
//!
//! The algorithms are written out here, not taken from `rand`, whose distributions may change between versions:
//! a logged seed must mean the same question for years. Not for what is drawn: that is the families' business.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng as _;

use crate::seed::Seed;

/// A source of drawn values: the same seed gives the same values in the same order.
pub struct Draw {
    rng: ChaCha8Rng,
}

impl Draw {
    /// Starts from a seed.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        Self { rng: seed.rng() }
    }

    /// Draws from `0..bound`, each equally likely; `bound` is at least 1.
    pub fn below(&mut self, bound: u64) -> u64 {
        debug_assert!(bound > 0, "nothing to draw from");
        // Lemire 2019, "Fast random integer generation in an interval".
        let bound = bound.max(1);
        loop {
            let product = u128::from(self.rng.next_u64()) * u128::from(bound);
            let low = product as u64;
            // 2^64 mod bound: the draws below it would favour the small values. Rarely needed, so computed late.
            if low >= bound || low >= bound.wrapping_neg() % bound {
                return (product >> 64) as u64;
            }
        }
    }

    /// Draws from `low..=high`.
    pub fn range(&mut self, low: usize, high: usize) -> usize {
        debug_assert!(low <= high, "an empty range: {low}..={high}");
        low + self.below((high - low) as u64 + 1) as usize
    }

    /// Draws from `low..=high`, signed.
    pub fn integer(&mut self, low: i64, high: i64) -> i64 {
        debug_assert!(low <= high, "an empty range: {low}..={high}");
        low + self.below(high.abs_diff(low) + 1) as i64
    }

    /// Returns true in `numerator` of `denominator` cases.
    pub fn chance(&mut self, numerator: u64, denominator: u64) -> bool {
        self.below(denominator) < numerator
    }

    /// Returns true in half of the cases.
    pub fn coin(&mut self) -> bool {
        self.chance(1, 2)
    }

    /// Draws one of a slice that is not empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.range(0, from.len() - 1)]
    }

    /// Draws an index with likelihood in proportion to its weight; one weight at least is above 0.
    pub fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut at = self.below(weights.iter().sum());
        for (index, &weight) in weights.iter().enumerate() {
            if at < weight {
                return index;
            }
            at -= weight;
        }
        weights.len() - 1
    }

    /// Puts a slice into a drawn order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.range(0, last);
            items.swap(last, other);
        }
    }

    /// Draws an order of `0..count`.
    pub fn permutation(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        self.shuffle(&mut order);
        order
    }

    /// Draws `count` different numbers from `low..=high`, in drawn order; the range holds at least that many.
    pub fn distinct(&mut self, count: usize, low: i64, high: i64) -> Vec<i64> {
        debug_assert!((high - low + 1) as usize >= count, "too few values in {low}..={high}");
        let mut drawn = Vec::with_capacity(count);
        while drawn.len() < count {
            let value = self.integer(low, high);
            if !drawn.contains(&value) {
                drawn.push(value);
            }
        }
        drawn
    }

    /// Draws `count` different elements, in the order of the slice; `count` is at most its length.
    pub fn subset<T: Clone>(&mut self, from: &[T], count: usize) -> Vec<T> {
        let mut chosen = self.permutation(from.len());
        chosen.truncate(count);
        chosen.sort_unstable();
        chosen.into_iter().map(|index| from[index].clone()).collect()
    }

    /// Draws again until there is a result: for rejecting degenerate draws.
    ///
    /// # Panics
    ///
    /// After 100,000 refusals: a family must make success likely.
    pub fn until<T>(&mut self, mut attempt: impl FnMut(&mut Self) -> Option<T>) -> T {
        for _ in 0..100_000 {
            if let Some(result) = attempt(self) {
                return result;
            }
        }
        unreachable!("no draw was accepted in 100,000 attempts")
    }

    /// Draws the verdict first, then draws until it holds: both verdicts come equally often, however rare one is.
    ///
    /// Returns what was drawn and the verdict. `holds` must be true of some draws and false of others.
    pub fn with_verdict<T>(
        &mut self,
        mut attempt: impl FnMut(&mut Self) -> T,
        holds: impl Fn(&T) -> bool,
    ) -> (T, bool) {
        let wanted = self.coin();
        let drawn = self.until(|draw| {
            let drawn = attempt(draw);
            (holds(&drawn) == wanted).then_some(drawn)
        });
        (drawn, wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_for_years() {
        // Literal values: they may never change, or logged questions change with them.
        let mut draw = Draw::new(Seed(7));
        let drawn: Vec<u64> = (0..6).map(|_| draw.below(1000)).collect();
        assert_eq!(drawn, [157, 167, 704, 726, 601, 359]);
    }

    #[test]
    fn draws_are_even() {
        let mut draw = Draw::new(Seed(1));
        let mut counts = [0_u32; 6];
        (0..60_000).for_each(|_| counts[draw.range(0, 5)] += 1);
        assert!(counts.iter().all(|count| (9_600..=10_400).contains(count)), "{counts:?}");
        assert_eq!(draw.range(3, 3), 3);
        let orders: std::collections::BTreeSet<_> = (0..500).map(|_| draw.permutation(4)).collect();
        assert_eq!(orders.len(), 24);
    }

    #[test]
    fn subsets_keep_their_order_and_numbers_differ() {
        let mut draw = Draw::new(Seed(2));
        for _ in 0..200 {
            let some = draw.subset(&[1, 2, 3, 4, 5], 3);
            assert!(some.len() == 3 && some.is_sorted(), "{some:?}");
            let mut numbers = draw.distinct(5, -2, 2);
            numbers.sort_unstable();
            assert_eq!(numbers, [-2, -1, 0, 1, 2]);
        }
    }

    #[test]
    fn verdicts_are_balanced_however_rare_one_is() {
        let mut draw = Draw::new(Seed(3));
        let yes =
            (0..2000).filter(|_| draw.with_verdict(|draw| draw.below(20), |&drawn| drawn == 0).1).count();
        assert!((900..1100).contains(&yes), "{yes}");
    }

    #[test]
    fn weights_weigh() {
        let mut draw = Draw::new(Seed(4));
        let heavy = (0..4000).filter(|_| draw.weighted(&[1, 0, 3]) == 2).count();
        assert!((2900..3100).contains(&heavy), "{heavy}");
    }
}
