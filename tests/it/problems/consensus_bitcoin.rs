//! Oracle for `bitcoin.double-spend`.

use super::{check, draw_with, int, number, word};

/// Chances to ever draw level from 0, 1, 2, … blocks behind: the linear equations h(i) = q·h(i−1) + p·h(i+1) with h(0) = 1
/// and h(DEEP) = 0, solved by elimination from the far end.
fn hitting(q: f64) -> Vec<f64> {
    const DEEP: usize = 600;
    let p = 1.0 - q;
    // h(i) = factor(i)·h(i−1), from h(DEEP) = 0 upwards.
    let mut factor = vec![0.0; DEEP + 1];
    for i in (1..DEEP).rev() {
        factor[i] = q / (1.0 - p * factor[i + 1]);
    }
    let mut chances = vec![1.0];
    for i in 1..=DEEP {
        chances.push(chances[i - 1] * factor[i]);
    }
    chances
}

/// Sums over the attacker's progress, far into the tail.
fn succeeds(q: f64, z: usize) -> f64 {
    let chances = hitting(q);
    let mean = z as f64 * q / (1.0 - q);
    (0..200_usize)
        .map(|k| {
            let log_factorial: f64 = (1..=k).map(|i| (i as f64).ln()).sum();
            (k as f64 * mean.ln() - mean - log_factorial).exp() * chances[z.saturating_sub(k)]
        })
        .sum()
}

#[test]
fn bitcoin_double_spend() {
    check("bitcoin.double-spend", |question, values| {
        let q = int(values, "share") as f64 / 100.0;
        let near = |expected: f64| {
            let shown = number(question);
            assert!(
                (shown - expected).abs() <= 0.0006 * expected,
                "{shown} for {expected}: {}",
                question.prompt
            );
        };
        match word(values, "asks") {
            "catch-up" => near(hitting(q)[int(values, "blocks") as usize]),
            "double-spend" => near(succeeds(q, int(values, "blocks") as usize)),
            "confirmations" => {
                let limit = 1.0 / int(values, "inverse") as f64;
                let least = hitting(q).iter().position(|&chance| chance <= limit * (1.0 + 1e-12));
                assert_eq!(number(question), least.expect("deep enough") as f64, "{}", question.prompt);
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

#[test]
fn bitcoin_double_spend_as_in_the_syllabus() {
    let of = |asks: &str, share: i64| {
        let parameters = format!("asks = \"{asks}\"\nshare = {share}\nblocks = 5");
        number(&draw_with("bitcoin.double-spend", &parameters, 1, 0))
    };
    // q = .1, z = 5: (q/p)^z = 1.69e-5, double spend 0.0009137; q = .3, z = 5: 0.1773523.
    assert!((of("catch-up", 10) / 1.69e-5 - 1.0).abs() < 0.005);
    assert!((of("double-spend", 10) / 0.000_913_7 - 1.0).abs() < 0.001);
    assert!((of("double-spend", 30) / 0.177_352_3 - 1.0).abs() < 0.001);
    assert!((succeeds(0.3, 5) - 0.177_352_3).abs() < 1e-7);
}
