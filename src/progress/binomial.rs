//! Right answers out of a number of items: the binomial law, and the exact interval for the share behind a score.
//! Pure, and exact up to rounding: sums over whole numbers, no normal approximation. Not for stopping rules (`sprt.rs`).

/// Halvings of a bisection: enough for every bit of an `f64` between 0 and 1.
const HALVINGS: u32 = 60;

/// Returns the probability of exactly `right` of `items` when each is right with probability `p`.
#[must_use]
pub fn exactly(right: u32, items: u32, p: f64) -> f64 {
    if right > items {
        return 0.0;
    }
    if p <= 0.0 || p >= 1.0 {
        let certain = if p <= 0.0 { 0 } else { items };
        return f64::from(u8::from(right == certain));
    }
    let choose: f64 = (1..=right).map(|i| (f64::from(items - right + i)).ln() - f64::from(i).ln()).sum();
    (choose + f64::from(right) * p.ln() + f64::from(items - right) * (1.0 - p).ln()).exp()
}

/// Returns the probability of `right` or more of `items`.
///
/// This is the regularised incomplete beta function `I_p(right, items - right + 1)` at whole arguments.
#[must_use]
pub fn at_least(right: u32, items: u32, p: f64) -> f64 {
    (right..=items).map(|k| exactly(k, items, p)).sum::<f64>().min(1.0)
}

/// Returns the exact two-sided interval for the probability behind `right` of `items` (Clopper & Pearson 1934).
///
/// `confidence` is the probability, at the least, with which the interval holds the truth: `0.95` as a rule. The ends
/// are quantiles of beta distributions, found by bisection on the binomial tails that define them.
#[must_use]
pub fn interval(right: u32, items: u32, confidence: f64) -> (f64, f64) {
    let tail = (1.0 - confidence) / 2.0;
    let right = right.min(items);
    let low = if right == 0 { 0.0 } else { root(|p| at_least(right, items, p) - tail) };
    let high = if right == items { 1.0 } else { root(|p| tail - (1.0 - at_least(right + 1, items, p))) };
    (low, high)
}

/// Returns where a function that rises over `0..1` crosses zero.
pub(super) fn root(rising: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        if rising(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// An ordinary exam: a number of items, and how many must be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedLength {
    /// Items.
    pub items: u32,
    /// Right answers needed.
    pub needed: u32,
}

/// Returns the shortest exam of fixed length that passes a learner of ability `p0` with probability `alpha` at most and
/// fails one of `p1` with probability `beta` at most; `None` where a thousand items do not suffice.
#[must_use]
pub fn shortest(p0: f64, p1: f64, alpha: f64, beta: f64) -> Option<FixedLength> {
    (1..=1000).find_map(|items| {
        let needed = (0..=items).find(|&needed| at_least(needed, items, p0) <= alpha)?;
        (1.0 - at_least(needed, items, p1) <= beta).then_some(FixedLength { items, needed })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn four(interval: (f64, f64)) -> (f64, f64) {
        let round = |x: f64| (x * 10_000.0).round() / 10_000.0;
        (round(interval.0), round(interval.1))
    }

    #[test]
    fn intervals_are_the_published_ones() {
        // Clopper & Pearson's limits as tabled for ten items, and the rule of the two tails at the ends:
        // 1 - 0.025^(1/10) = 0.3085 for none.
        assert_eq!(four(interval(0, 10, 0.95)), (0.0, 0.3085));
        assert_eq!(four(interval(1, 10, 0.95)), (0.0025, 0.4450));
        assert_eq!(four(interval(2, 10, 0.95)), (0.0252, 0.5561));
        assert_eq!(four(interval(5, 10, 0.95)), (0.1871, 0.8129));
        assert_eq!(four(interval(10, 10, 0.95)), (0.6915, 1.0));
        // Mendel's peas, the example of R's `binom.test`: 682 of 925.
        let (low, high) = interval(682, 925, 0.95);
        assert!((low - 0.707_668_3).abs() < 1e-6 && (high - 0.765_406_6).abs() < 1e-6, "{low} {high}");
    }

    #[test]
    fn the_ends_of_an_interval_leave_half_the_doubt_on_either_side() {
        for items in [1, 7, 20, 60] {
            for right in 0..=items {
                let (low, high) = interval(right, items, 0.95);
                assert!(
                    low <= f64::from(right) / f64::from(items) && f64::from(right) / f64::from(items) <= high
                );
                if right > 0 {
                    assert!((at_least(right, items, low) - 0.025).abs() < 1e-9);
                }
                if right < items {
                    let at_most: f64 = (0..=right).map(|k| exactly(k, items, high)).sum();
                    assert!((at_most - 0.025).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn probabilities_sum_to_one() {
        for p in [0.0, 0.05, 0.7, 1.0] {
            assert!((at_least(0, 60, p) - 1.0).abs() < 1e-12);
        }
        assert!((exactly(2, 4, 0.5) - 0.375).abs() < 1e-15);
    }

    #[test]
    fn the_shortest_exam_keeps_both_errors_and_none_shorter_does() {
        let found = shortest(0.7, 0.9, 0.05, 0.05).unwrap();
        assert!(at_least(found.needed, found.items, 0.7) <= 0.05);
        assert!(1.0 - at_least(found.needed, found.items, 0.9) <= 0.05);
        for items in 1..found.items {
            let any = (0..=items).any(|needed| {
                at_least(needed, items, 0.7) <= 0.05 && 1.0 - at_least(needed, items, 0.9) <= 0.05
            });
            assert!(!any, "{items}");
        }
    }
}
