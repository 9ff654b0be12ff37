//! `bloom.false-positives`: how often a Bloom filter errs, how many hash functions suit it, how many bits it takes.

use std::f64::consts::LN_2;

use serde_json::json;

use crate::problem::text::{significant, thousands};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &BloomFalsePositives;

struct BloomFalsePositives;

const ONE_BIT: &str =
    "that is the share of set bits; all k bits of an absent key must be set: raise it to the power k";
const ONE_HASH: &str = "you let each key set one bit; it sets k";
const HALF_SET: &str = "½ to the power k holds only at the best k, where half of the bits are set";
const NO_LOGARITHM: &str = "the best k is (m/n)·ln 2, not m/n";
const OTHER_LOGARITHM: &str = "the factor is ln 2 = 0.693, not log₁₀ 2 or 1/ln 2";
const KEYS_FORGOTTEN: &str = "you forgot the keys that were added later";
const ONE_LOGARITHM: &str = "ln 2 enters squared: once for the bits, once for the best k";
const DECIMAL_LOGARITHM: &str = "the formula has natural logarithms";

/// Share of false positives, bits taken as independent: (1 − e^(−k·n/m))^k (Broder & Mitzenmacher 2004).
fn rate(bits: f64, k: f64) -> f64 {
    (1.0 - (-k / bits).exp()).powf(k)
}

/// The better of the two whole numbers beside (m/n)·ln 2.
fn best(bits: f64) -> usize {
    let below = (bits * LN_2).floor().max(1.0);
    if rate(bits, below) <= rate(bits, below + 1.0) { below as usize } else { below as usize + 1 }
}

impl Family for BloomFalsePositives {
    fn name(&self) -> &'static str {
        "bloom.false-positives"
    }

    fn title(&self) -> &'static str {
        "work out a Bloom filter's errors, hash functions and size"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("bits", "bits of the filter for each key", (2, 40), &[]).graded([
                    &[6, 8, 10, 12, 16],
                    &[5, 6, 8, 9, 10, 12, 14],
                    &[5, 7, 9, 11, 13, 15, 18],
                ]),
                Parameter::integer("hashes", "hash functions, where they are given", (1, 20), &[]).graded([
                    &[2, 3, 4, 6],
                    &[1, 2, 3, 4, 5, 6, 7],
                    &[2, 3, 5, 8, 10],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            ONE_BIT,
            ONE_HASH,
            HALF_SET,
            NO_LOGARITHM,
            OTHER_LOGARITHM,
            KEYS_FORGOTTEN,
            ONE_LOGARITHM,
            DECIMAL_LOGARITHM,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let (bits, k) = (with.count("bits"), with.count("hashes"));
        let keys = *draw.pick(&[1_000_u64, 20_000, 500_000, 1_000_000]);
        match difficulty.of([draw.weighted(&[3, 1]), draw.weighted(&[2, 1, 1]), draw.weighted(&[1, 1, 2, 2])])
        {
            0 => of_rate(bits, k, keys),
            1 => of_best(bits, keys),
            2 => of_size(draw),
            _ => of_overfull(bits, k, keys, draw),
        }
    }
}

fn percent(share: f64) -> String {
    format!("{} %", significant(share * 100.0, 4))
}

fn of_rate(bits: usize, k: usize, keys: u64) -> Instance {
    let (b, kk) = (bits as f64, k as f64);
    let right = rate(b, kk);
    let prompt = format!(
        "A Bloom filter has **{}** bits for {} keys, that is **{bits} bits a key**, and uses **{k}** hash functions. What share \
         of look-ups for absent keys does it let through? Use (1 − e^(−k·n/m))^k; in percent, to 3 significant digits.",
        thousands(keys * bits as u64),
        thousands(keys)
    );
    let solution = format!(
        "A bit is set with probability 1 − e^(−{k}/{bits}) = {}; all {k} must be: {}.",
        significant(1.0 - (-kk / b).exp(), 4),
        percent(right)
    );
    Instance::new(
        prompt,
        answer::significant(right * 100.0, "%"),
        solution,
        json!({ "asks": "rate", "bits": bits, "hashes": k, "keys": keys }),
    )
    .mistake(100.0 * (1.0 - (-kk / b).exp()), ONE_BIT)
    .mistake(100.0 * (1.0 - (-1.0 / b).exp()).powf(kk), ONE_HASH)
    .mistake(100.0 * 0.5_f64.powf(kk), HALF_SET)
}

fn of_best(bits: usize, keys: u64) -> Instance {
    let b = bits as f64;
    let right = best(b);
    let prompt = format!(
        "A Bloom filter has **{}** bits for {} keys. Which whole number of hash functions lets the fewest absent keys through?",
        thousands(keys * bits as u64),
        thousands(keys)
    );
    let solution = format!(
        "m/n = {bits} bits a key; {bits} · ln 2 = {}, and of its whole neighbours {right} is better ({}).",
        significant(b * LN_2, 3),
        percent(rate(b, right as f64))
    );
    Instance::new(
        prompt,
        answer::count(right),
        solution,
        json!({ "asks": "best", "bits": bits, "keys": keys }),
    )
    .mistake(bits, NO_LOGARITHM)
    .mistake((b / LN_2).round(), OTHER_LOGARITHM)
    .mistake((b * std::f64::consts::LOG10_2).round().max(1.0), OTHER_LOGARITHM)
}

fn of_size(draw: &mut Draw) -> Instance {
    let (share, shown) =
        *draw.pick(&[(0.1, "10"), (0.05, "5"), (0.02, "2"), (0.01, "1"), (0.005, "0.5"), (0.001, "0.1")]);
    let keys = *draw.pick(&[1_000_000_u64, 2_000_000, 5_000_000, 8_000_000]);
    let bits = |share: f64| -share.ln() / (LN_2 * LN_2);
    let megabytes = |bits: f64| bits * keys as f64 / 8.0 / 1e6;
    let right = megabytes(bits(share));
    let prompt = format!(
        "A Bloom filter for **{}** keys shall let through at most **{shown} %** of look-ups for absent keys, with the best number of \
         hash functions (take it as not rounded). How large is it? In MB (10⁶ bytes), to 3 significant digits.",
        thousands(keys)
    );
    let solution = format!(
        "At the best k the rate is ½^((m/n)·ln 2), so m/n = −ln {share} / (ln 2)² = {} bits a key: {} MB.",
        significant(bits(share), 4),
        significant(right, 4)
    );
    Instance::new(
        prompt,
        answer::significant(right, "MB"),
        solution,
        json!({ "asks": "size", "share": share, "keys": keys }),
    )
    .mistake(megabytes(-share.ln() / LN_2), ONE_LOGARITHM)
    .mistake(megabytes(-share.log10() / (LN_2 * LN_2)), DECIMAL_LOGARITHM)
}

fn of_overfull(bits: usize, k: usize, keys: u64, draw: &mut Draw) -> Instance {
    let (factor, words) = *draw.pick(&[(2.0, "twice"), (3.0, "three times"), (4.0, "four times")]);
    let b = bits as f64 / factor;
    let right = rate(b, k as f64);
    let prompt = format!(
        "A Bloom filter was made for {} keys at **{bits} bits a key** with **{k}** hash functions. Meanwhile it holds **{words}** as \
         many keys; its bits are the same. What share of look-ups for absent keys does it let through? \
         Use (1 − e^(−k·n/m))^k; in percent, to 3 significant digits.",
        thousands(keys)
    );
    let solution = format!(
        "There are {} bits a key now: (1 − e^(−{k}/{}))^{k} = {}.",
        significant(b, 4),
        significant(b, 4),
        percent(right)
    );
    Instance::new(
        prompt,
        answer::significant(right * 100.0, "%"),
        solution,
        json!({ "asks": "overfull", "bits": bits, "hashes": k, "keys": keys, "factor": factor }),
    )
    .mistake(100.0 * rate(bits as f64, k as f64), KEYS_FORGOTTEN)
    .mistake(100.0 * (1.0 - (-(k as f64) / b).exp()), ONE_BIT)
    .mistake(100.0 * 0.5_f64.powi(k as i32), HALF_SET)
}
