//! Oracles for `src/problem/storage/`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{check, draw_with, int, number, real, values, word};

/// The least bits a key at which some (fractional) number of hash functions meets a share, by search.
fn least_bits(share: f64) -> f64 {
    let best = |bits: f64| {
        (1..160).map(|k| f64::from(k) / 10.0).map(|k| (1.0 - (-k / bits).exp()).powf(k)).fold(1.0, f64::min)
    };
    let (mut low, mut high) = (0.5, 40.0);
    for _ in 0..25 {
        let middle = (low + high) / 2.0;
        if best(middle) > share { low = middle } else { high = middle }
    }
    high
}

/// The share of false positives by simulation of the expectation: bits still clear after each key, step by step.
fn bloom_rate(bits_per_key: f64, k: i64) -> f64 {
    // A filter so large that the exact recurrence is the limit of the formula.
    let keys = 200_000.0;
    let bits: f64 = keys * bits_per_key;
    let clear = (keys * k as f64 * (1.0 - 1.0 / bits).ln()).exp();
    (0..k).fold(1.0, |all, _| all * (1.0 - clear))
}

#[test]
fn bloom_false_positives() {
    let known = RefCell::new(BTreeMap::new());
    check("bloom.false-positives", |question, values| {
        let found = number(question);
        let expected = match word(values, "asks") {
            "rate" => 100.0 * bloom_rate(int(values, "bits") as f64, int(values, "hashes")),
            "overfull" => {
                100.0 * bloom_rate(int(values, "bits") as f64 / real(values, "factor"), int(values, "hashes"))
            }
            "best" => {
                let bits = int(values, "bits") as f64;
                let best = (1..60).min_by(|&a, &b| bloom_rate(bits, a).total_cmp(&bloom_rate(bits, b)));
                best.expect("some k") as f64
            }
            "size" => {
                let share = real(values, "share");
                let mut known = known.borrow_mut();
                let bits = *known.entry(share.to_string()).or_insert_with(|| least_bits(share));
                bits * int(values, "keys") as f64 / 8e6
            }
            other => panic!("no oracle for {other}"),
        };
        assert!((found - expected).abs() <= 2e-3 * expected, "{expected}\n{}", question.prompt);
    });
}

#[test]
fn bloom_as_in_the_syllabus() {
    // 10 bits a key: k = 7 gives 0.819 %, k = 3 gives 1.741 %; 8 bits, k = 6: 2.158 %; the best k for 10 bits is 7.
    for (bits, k, expected) in [(10, 7, 0.819), (10, 3, 1.741), (8, 6, 2.158)] {
        let parameters = format!("bits = {bits}\nhashes = {k}");
        let question = (0..100)
            .map(|seed| draw_with("bloom.false-positives", &parameters, seed, 0))
            .find(|question| word(values(question), "asks") == "rate")
            .expect("a rate");
        assert!((number(&question) - expected).abs() < 0.0005, "{}", question.prompt);
    }
    let best = (0..100)
        .map(|seed| draw_with("bloom.false-positives", "bits = 10", seed, 0))
        .find(|question| word(values(question), "asks") == "best")
        .expect("a best k");
    assert_eq!(number(&best), 7.0);
}
