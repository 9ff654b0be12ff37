//! When an exam has said enough: the truncated sequential probability ratio test (Wald 1945), its errors and its length
//! computed exactly, and the interval for the ability behind an outcome.
//! Pure arithmetic on counts. Not for items, papers or learners (`exam/`).

use super::binomial::root;

/// What a test is to tell apart, and how surely.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Plan {
    /// Share of items that someone who has not mastered the matter gets right, at the most.
    pub p0: f64,
    /// Share of items that someone who has mastered it gets right, at the least.
    pub p1: f64,
    /// Probability of passing at `p0` that is accepted.
    pub alpha: f64,
    /// Probability of failing at `p1` that is accepted.
    pub beta: f64,
    /// Items before which nothing is decided.
    pub min: u32,
    /// Items after which it is decided by the nearer boundary.
    pub max: u32,
}

impl Plan {
    /// Mastery at nine of ten, none at seven of ten, one error in twenty either way, twenty to sixty items.
    pub const USUAL: Self = Self { p0: 0.70, p1: 0.90, alpha: 0.05, beta: 0.05, min: 20, max: 60 };
}

/// How a test comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Mastery.
    Pass,
    /// No mastery.
    Fail,
}

/// A test: for each number of items, from how many right it is passed and up to how many it is failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Sprt {
    plan: Plan,
    /// By number of items: the fewest right that pass, and one more than the most right that fail.
    bounds: Vec<(u32, u32)>,
}

/// Where a test stopped, and how likely that is at some ability.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stop {
    items: u32,
    right: u32,
    decision: Decision,
    probability: f64,
}

/// What a test does to learners of one ability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operating {
    /// Probability of passing.
    pub pass: f64,
    /// Part of `pass` that falls to the last item: passed only because the test was cut short.
    pub pass_at_truncation: f64,
    /// Probability that the test goes to its last item.
    pub truncated: f64,
    /// Mean number of items.
    pub mean: f64,
    /// Standard deviation of the number of items.
    pub deviation: f64,
}

impl Sprt {
    /// Builds a test.
    ///
    /// # Errors
    /// Says in words which value makes no sense: `0 < p0 < p1 < 1`, both errors in `(0, 0.5)`, `1 <= min <= max <= 500`.
    pub fn new(plan: Plan) -> Result<Self, &'static str> {
        let share = |x: f64| x > 0.0 && x < 1.0;
        if !share(plan.p0) || !share(plan.p1) {
            return Err("the shares of mastery and of none must lie between 0 and 1");
        }
        if plan.p0 >= plan.p1 {
            return Err("the share of mastery must be above the share of none");
        }
        if [plan.alpha, plan.beta].iter().any(|&error| !(error > 0.0 && error < 0.5)) {
            return Err("the accepted errors must lie between 0 and 0.5");
        }
        if plan.min == 0 || plan.min > plan.max || plan.max > 500 {
            return Err("the items must be at least 1, at most 500, and the fewest no more than the most");
        }
        let (upper, lower) = boundaries(&plan);
        let bounds = (0..=plan.max)
            .map(|items| {
                let first = |over: &dyn Fn(f64) -> bool| {
                    (0..=items).find(|&right| over(ratio(&plan, right, items))).unwrap_or(items + 1)
                };
                match items {
                    _ if items < plan.min => (items + 1, 0),
                    _ if items == plan.max => {
                        let nearer = first(&|ratio| ratio > f64::midpoint(upper, lower));
                        (nearer, nearer)
                    }
                    _ => (first(&|ratio| ratio >= upper), first(&|ratio| ratio > lower)),
                }
            })
            .collect();
        Ok(Self { plan, bounds })
    }

    /// Returns what it tells apart.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Decides after `right` of `items`; `None` while another item is wanted. More items than the most count as the most.
    #[must_use]
    pub fn decide(&self, right: u32, items: u32) -> Option<Decision> {
        let (pass, fail) = self.bounds[items.min(self.plan.max) as usize];
        if right >= pass {
            Some(Decision::Pass)
        } else if right < fail {
            Some(Decision::Fail)
        } else {
            None
        }
    }

    /// Decides by the nearer boundary, wherever the test stands: for one that was cut short.
    #[must_use]
    pub fn nearer(&self, right: u32, items: u32) -> Decision {
        let (upper, lower) = boundaries(&self.plan);
        if ratio(&self.plan, right.min(items), items) > f64::midpoint(upper, lower) {
            Decision::Pass
        } else {
            Decision::Fail
        }
    }

    /// Returns what the test does to learners who get each item right with probability `p`: exact, by following every
    /// count of right answers from item to item.
    #[must_use]
    pub fn operating(&self, p: f64) -> Operating {
        let stops = self.stops(p);
        let sum = |over: &dyn Fn(&Stop) -> f64| stops.iter().map(over).sum::<f64>();
        let passed = |stop: &Stop| f64::from(u8::from(stop.decision == Decision::Pass));
        let last = |stop: &Stop| f64::from(u8::from(stop.items == self.plan.max));
        let mean = sum(&|stop| stop.probability * f64::from(stop.items));
        let square = sum(&|stop| stop.probability * f64::from(stop.items).powi(2));
        Operating {
            pass: sum(&|stop| stop.probability * passed(stop)),
            pass_at_truncation: sum(&|stop| stop.probability * passed(stop) * last(stop)),
            truncated: sum(&|stop| stop.probability * last(stop)),
            mean,
            deviation: (square - mean * mean).max(0.0).sqrt(),
        }
    }

    /// Every place where the test can stop, with its probability.
    fn stops(&self, p: f64) -> Vec<Stop> {
        let mut alive = vec![1.0];
        let mut stops = Vec::new();
        for items in 1..=self.plan.max {
            let mut next = vec![0.0; items as usize + 1];
            for (right, probability) in alive.iter().enumerate() {
                next[right] += probability * (1.0 - p);
                next[right + 1] += probability * p;
            }
            for (right, probability) in (0..).zip(&mut next) {
                if *probability > 0.0
                    && let Some(decision) = self.decide(right, items)
                {
                    stops.push(Stop { items, right, decision, probability: *probability });
                    *probability = 0.0;
                }
            }
            alive = next;
        }
        stops
    }

    /// Returns the exact interval for the ability behind an outcome of this test, at a confidence as `0.95`.
    ///
    /// Counting right answers alone would mislead: whoever stops early on a good run looks better than they are. So
    /// outcomes are ordered as the test itself orders them (Siegmund 1978): an early pass above a late one, both above
    /// the counts at the last item, an early fail below all; each end leaves half the doubt beyond itself.
    ///
    /// `None` where the test does not stop there.
    #[must_use]
    pub fn interval(&self, right: u32, items: u32, confidence: f64) -> Option<(f64, f64)> {
        let decision = self.decide(right, items).filter(|_| right <= items && items <= self.plan.max)?;
        let tail = (1.0 - confidence) / 2.0;
        let rank = |items: u32, right: u32, decision: Decision| {
            let stage = i64::from(self.plan.max - items);
            let stage = if decision == Decision::Pass { stage } else { -stage };
            (stage, right)
        };
        let here = rank(items, right, decision);
        let beyond = |p: f64, keep: &dyn Fn((i64, u32)) -> bool| -> f64 {
            self.stops(p)
                .iter()
                .filter(|stop| keep(rank(stop.items, stop.right, stop.decision)))
                .map(|stop| stop.probability)
                .sum()
        };
        let low = root(|p| beyond(p, &|other| other >= here) - tail);
        let high = root(|p| tail - beyond(p, &|other| other <= here));
        // At the ends of the scale there is nothing beyond: all right leaves the top open, none right the bottom.
        Some((if right == 0 { 0.0 } else { low }, if right == items { 1.0 } else { high }))
    }
}

/// Wald's boundaries on the logarithm of the likelihood ratio: pass at the first, fail at the second.
fn boundaries(plan: &Plan) -> (f64, f64) {
    (((1.0 - plan.beta) / plan.alpha).ln(), (plan.beta / (1.0 - plan.alpha)).ln())
}

/// The logarithm of the likelihood ratio of mastery to none.
fn ratio(plan: &Plan, right: u32, items: u32) -> f64 {
    f64::from(right) * (plan.p1 / plan.p0).ln()
        + f64::from(items - right) * ((1.0 - plan.p1) / (1.0 - plan.p0)).ln()
}

#[cfg(test)]
mod tests {
    use super::super::binomial;
    use super::*;
    use crate::seed::{Seed, mix};

    const ABILITIES: [f64; 8] = [0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];

    fn usual() -> Sprt {
        Sprt::new(Plan::USUAL).unwrap()
    }

    /// Sits a test item by item with an ability: an oracle that knows nothing of the exact computation.
    fn simulate(test: &Sprt, p: f64, sittings: u32) -> (f64, f64) {
        let mut state = Seed(4).derive("sittings", p.to_bits()).0;
        let mut chance = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            (mix(state) >> 11) as f64 / (1_u64 << 53) as f64
        };
        let (mut passed, mut sat) = (0_u32, 0_u64);
        for _ in 0..sittings {
            let (mut right, mut items) = (0, 0);
            let decision = loop {
                right += u32::from(chance() < p);
                items += 1;
                if let Some(decision) = test.decide(right, items) {
                    break decision;
                }
            };
            passed += u32::from(decision == Decision::Pass);
            sat += u64::from(items);
        }
        (f64::from(passed) / f64::from(sittings), sat as f64 / f64::from(sittings))
    }

    #[test]
    fn the_exact_figures_agree_with_a_hundred_thousand_sittings_per_ability() {
        let test = usual();
        let sittings = 100_000;
        for p in ABILITIES {
            let exact = test.operating(p);
            let (passed, mean) = simulate(&test, p, sittings);
            let error = (exact.pass * (1.0 - exact.pass) / f64::from(sittings)).sqrt();
            // Four standard errors: one false alarm in some two thousand runs of all eight.
            assert!((passed - exact.pass).abs() <= 4.0 * error + 1e-9, "{p}: {passed} {exact:?}");
            let error = exact.deviation / f64::from(sittings).sqrt();
            assert!((mean - exact.mean).abs() <= 4.0 * error + 1e-9, "{p}: {mean} {exact:?}");
        }
    }

    #[test]
    fn the_usual_test_keeps_its_errors() {
        let test = usual();
        let at = |p: f64| test.operating(p);
        let none = at(0.70);
        assert!(none.pass - none.pass_at_truncation <= 0.05, "{none:?}");
        assert!(none.pass <= 0.05, "{none:?}");
        assert!(at(0.90).pass >= 0.95, "{:?}", at(0.90));
        // The more one knows, the likelier the pass.
        assert!(ABILITIES.windows(2).all(|pair| at(pair[0]).pass < at(pair[1]).pass));
        let fixed = binomial::shortest(0.70, 0.90, 0.05, 0.05).unwrap();
        assert!(at(0.5).mean < f64::from(fixed.items) && at(0.9).mean < f64::from(fixed.items));
    }

    #[test]
    fn the_table_in_the_documents_is_what_is_computed() {
        let test = usual();
        let fixed = binomial::shortest(0.70, 0.90, 0.05, 0.05).unwrap();
        let mut table = String::new();
        for p in ABILITIES {
            let exact = test.operating(p);
            let (passed, mean) = simulate(&test, p, 100_000);
            table.push_str(&format!(
                "| {:.0} % | {:.2} % | {:.2} % | {:.2} % | {:.1} | {mean:.1} | {:.2} % |\n",
                p * 100.0,
                exact.pass * 100.0,
                passed * 100.0,
                exact.pass_at_truncation * 100.0,
                exact.mean,
                binomial::at_least(fixed.needed, fixed.items, p) * 100.0,
            ));
        }
        let text = include_str!("../../docs/exams.md");
        assert!(text.contains(&table), "the table must read\n{table}");
        let sentence = format!("{} items with {} right", fixed.items, fixed.needed);
        assert!(text.contains(&sentence), "{sentence}");
    }

    #[test]
    fn nothing_is_decided_before_the_fewest_and_everything_at_the_most() {
        let test = usual();
        assert!((0..20).all(|items| (0..=items).all(|right| test.decide(right, items).is_none())));
        assert!((0..=60).all(|right| test.decide(right, 60).is_some()));
        assert_eq!(test.decide(20, 20), Some(Decision::Pass));
        assert_eq!(test.decide(0, 20), Some(Decision::Fail));
        assert_eq!((0..=60).find(|&right| test.decide(right, 60) == Some(Decision::Pass)), Some(49));
        assert_eq!(test.nearer(49, 60), Decision::Pass);
        assert_eq!(test.nearer(48, 60), Decision::Fail);
        assert_eq!(test.nearer(0, 0), Decision::Fail);
    }

    #[test]
    fn without_truncation_the_errors_are_walds() {
        // Wald's bounds: alpha / (1 - beta) and beta / (1 - alpha), which overshoot only makes smaller.
        let test = Sprt::new(Plan { min: 1, max: 500, ..Plan::USUAL }).unwrap();
        assert!(test.operating(0.70).pass <= 0.05 / 0.95);
        assert!(1.0 - test.operating(0.90).pass <= 0.05 / 0.95);
        assert!(test.operating(0.8).truncated < 1e-6);
    }

    #[test]
    fn an_interval_holds_the_truth_as_often_as_it_says() {
        let test = Sprt::new(Plan { min: 12, max: 24, ..Plan::USUAL }).unwrap();
        for p in [0.3, 0.62, 0.8, 0.93] {
            let holds: f64 = test
                .stops(p)
                .iter()
                .filter(|stop| {
                    let (low, high) = test.interval(stop.right, stop.items, 0.95).unwrap();
                    low <= p && p <= high
                })
                .map(|stop| stop.probability)
                .sum();
            assert!(holds >= 0.95 - 1e-9, "{p}: {holds}");
        }
        assert_eq!(test.interval(5, 7, 0.95), None);
        assert_eq!(test.interval(12, 12, 0.95).unwrap().1, 1.0);
        // A test of one length orders outcomes by their count: then the interval is Clopper and Pearson's.
        let fixed = Sprt::new(Plan { min: 20, max: 20, ..Plan::USUAL }).unwrap();
        for right in 0..=20 {
            let (low, high) = fixed.interval(right, 20, 0.95).unwrap();
            let (l, h) = binomial::interval(right, 20, 0.95);
            assert!((low - l).abs() < 1e-9 && (high - h).abs() < 1e-9, "{right}: {low} {high} {l} {h}");
        }
    }

    #[test]
    fn plans_that_make_no_sense_are_refused() {
        let refused = |plan: Plan| Sprt::new(plan).unwrap_err();
        assert!(refused(Plan { p0: 0.95, ..Plan::USUAL }).contains("above"));
        assert!(refused(Plan { p1: 1.0, ..Plan::USUAL }).contains("between 0 and 1"));
        assert!(refused(Plan { alpha: f64::NAN, ..Plan::USUAL }).contains("errors"));
        assert!(refused(Plan { min: 61, ..Plan::USUAL }).contains("fewest"));
        assert!(refused(Plan { min: 0, ..Plan::USUAL }).contains("at least 1"));
    }
}
