//! `bitcoin.double-spend`: whether an attacker's chain ever catches up, and how many confirmations to wait for.

use serde_json::json;

use crate::card::{Form, Tolerance};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, text};

pub const FAMILY: &dyn Family = &DoubleSpend;

struct DoubleSpend;

const Q_ALONE: &str =
    "you raised q to a power; each block gained counts against the honest miners: q/p, not q";
const NO_POWER: &str = "that is the chance to catch up from one block behind";
const ONE_MORE: &str = "you counted one block too many";
const ONE_LESS: &str = "you counted one block too few";
const NO_HEAD_START: &str =
    "you left out what the attacker mines while the merchant waits: that is the chance from z blocks behind";
const NO_RACE: &str =
    "you counted only the cases in which the attacker is ahead at once; it may still catch up later";
const WRONG_MEAN: &str =
    "the mean is z·q/p: the honest miners need longer than z block intervals, for they are only p of all";

impl Family for DoubleSpend {
    fn name(&self) -> &'static str {
        "bitcoin.double-spend"
    }

    fn title(&self) -> &'static str {
        "work out the chance of a double spend"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", &["catch-up", "confirmations", "double-spend"], &[])
                    .graded_words([
                        &["catch-up"],
                        &["catch-up", "confirmations", "double-spend"],
                        &["confirmations", "double-spend"],
                    ]),
                Parameter::integer(
                    "share",
                    "the attacker's share of the computing power, in %",
                    (1, 49),
                    &[],
                )
                .graded([
                    &[10, 20, 25, 30, 40],
                    &[10, 15, 20, 25, 30, 35, 40],
                    &[10, 12, 15, 18, 22, 25, 30],
                ]),
                Parameter::integer("blocks", "how many blocks the attacker is behind", (1, 10), &[])
                    .graded([&[2, 3, 4, 5, 6], &[1, 2], &[2, 3, 4]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[Q_ALONE, NO_POWER, ONE_MORE, ONE_LESS, NO_HEAD_START, NO_RACE, WRONG_MEAN]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _difficulty: Difficulty) -> Instance {
        let (share, z) = (with.integer("share"), with.integer("blocks"));
        match with.word("asks") {
            "catch-up" => catch_up(share, z),
            "confirmations" => confirmations(share, draw),
            _ => double_spend(share, z),
        }
    }
}

fn story(share: i64) -> String {
    format!(
        "An attacker has **{share} %** of all computing power (q = {}), the honest miners the rest (p = {}).",
        share as f64 / 100.0,
        (100 - share) as f64 / 100.0
    )
}

fn ratio(share: i64) -> f64 {
    share as f64 / (100 - share) as f64
}

/// Three significant digits, of which the last may be off by rounding on the way.
fn probability(value: f64) -> Form {
    let shown = text::significant(value, 4).parse().unwrap_or(value);
    answer::number(shown, "", Tolerance::Relative(0.01))
}

fn sig(value: f64) -> String {
    text::significant(value, 4)
}

/// With so many decimals that the difference to 1 can be followed.
fn exact(value: f64) -> String {
    text::decimals(value, 7)
}

fn catch_up(share: i64, z: i64) -> Instance {
    let (q, r) = (share as f64 / 100.0, ratio(share));
    let chance = r.powi(z as i32);
    Instance::new(
        format!(
            "{} Its secret chain is **{z} block{}** shorter than the public one. With what probability does it ever draw \
             level, however long that takes? (As a number from 0 to 1 or in %, to three significant digits.)",
            story(share),
            if z == 1 { "" } else { "s" }
        ),
        probability(chance),
        format!(
            "A gambler's ruin: from one block behind the chance is q/p = {share}/{} = {}; {z} such gains in a row are \
             needed: (q/p)^{z} = {}.",
            100 - share,
            sig(r),
            sig(chance)
        ),
        json!({ "asks": "catch-up", "share": share, "blocks": z }),
    )
    .mistake(q.powi(z as i32), Q_ALONE)
    .mistake(chance * r, ONE_MORE)
    .mistake(chance / r, ONE_LESS)
    .mistake(r, NO_POWER)
}

/// How many factors it takes until the product is at most a limit of `1/inverse`.
fn least_power(factor: f64, inverse: i64) -> i64 {
    let mut product = 1.0;
    let mut power = 0;
    while product * inverse as f64 > 1.0 {
        product *= factor;
        power += 1;
    }
    power
}

fn confirmations(share: i64, draw: &mut Draw) -> Instance {
    let inverse = *draw.pick(&[20_i64, 50, 100, 200, 500, 1000, 2000, 10_000]);
    let r = ratio(share);
    let needed = least_power(r, inverse);
    Instance::new(
        format!(
            "{} How many blocks must its secret chain be **behind at least**, so that it ever draws level with a \
             probability of **at most 1 in {}**? (Take the distance as it is; what the attacker mined before does not \
             come on top.)",
            story(share),
            text::thousands(inverse as u64)
        ),
        answer::count(needed as usize),
        format!(
            "From z behind it draws level with (q/p)^z, and q/p = {share}/{} = {}. {} for z = {}, {} for z = {needed}; the \
             limit is {}.",
            100 - share,
            sig(r),
            sig(r.powi(needed as i32 - 1)),
            needed - 1,
            sig(r.powi(needed as i32)),
            sig(1.0 / inverse as f64)
        ),
        json!({ "asks": "confirmations", "share": share, "inverse": inverse }),
    )
    .mistake(least_power(share as f64 / 100.0, inverse), Q_ALONE)
    .mistake(needed - 1, ONE_LESS)
    .mistake(needed + 1, ONE_MORE)
}

/// Nakamoto 2008, section 11, with a given mean of the attacker's progress.
fn nakamoto(r: f64, z: i64, mean: f64) -> f64 {
    let mut term = (-mean).exp();
    let mut fails = 0.0;
    for k in 0..=z {
        if k > 0 {
            term *= mean / k as f64;
        }
        fails += term * (1.0 - r.powi((z - k) as i32));
    }
    1.0 - fails
}

/// The chance that a Poisson variable is at least z.
fn ahead_at_once(z: i64, mean: f64) -> f64 {
    nakamoto(0.0, z, mean)
}

fn double_spend(share: i64, z: i64) -> Instance {
    let (q, r) = (share as f64 / 100.0, ratio(share));
    let mean = z as f64 * r;
    let chance = nakamoto(r, z, mean);
    let mut term = (-mean).exp();
    let mut terms = Vec::new();
    for k in 0..z {
        if k > 0 {
            term *= mean / k as f64;
        }
        terms.push(format!("{}·(1 − {})", exact(term), exact(r.powi((z - k) as i32))));
    }
    Instance::new(
        format!(
            "{} A merchant waits until a payment has **{z} confirmation{}**, while the attacker mines a chain without it \
             in secret. With what probability does the double spend succeed in the end? Calculate as in Nakamoto's paper: \
             the number of blocks k that the attacker has by then is Poisson distributed with mean z·q/p; from z − k \
             blocks behind it draws level with probability (q/p)^(z−k), for k ≥ z with certainty, and drawing level \
             counts as success. (From 0 to 1 or in %, to three significant digits.)",
            story(share),
            if z == 1 { "" } else { "s" }
        ),
        probability(chance),
        format!(
            "λ = {z}·{share}/{} = {}. It fails with Σ P(k)·(1 − (q/p)^({z}−k)) over k < {z}: {} = {}. So it succeeds with \
             1 − {} = {}.",
            100 - share,
            exact(mean),
            terms.join(" + "),
            exact(1.0 - chance),
            exact(1.0 - chance),
            sig(chance)
        ),
        json!({ "asks": "double-spend", "share": share, "blocks": z }),
    )
    .mistake(r.powi(z as i32), NO_HEAD_START)
    .mistake(ahead_at_once(z, mean), NO_RACE)
    .mistake(nakamoto(r, z, z as f64 * q), WRONG_MEAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_as_in_the_paper() {
        // Nakamoto 2008, section 11: tables for q = 0.1 and q = 0.3.
        let paper = |share: i64, z: i64| format!("{:.7}", nakamoto(ratio(share), z, z as f64 * ratio(share)));
        assert_eq!(paper(10, 1), "0.2045873");
        assert_eq!(paper(10, 5), "0.0009137");
        assert_eq!(paper(30, 5), "0.1773523");
        assert_eq!(sig(ratio(10).powi(5)), "0.00001694");
    }
}
