//! Instances a second of every problem family: `cargo bench --bench problems [FAMILY]`.
//!
//! The bound is 10,000 a second, 500 for families that search. Each block of seeds is drawn a few times and the fastest run
//! counts, so that a busy machine changes little.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench measures time and prints it")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use retain::problem::{self, Parameters};

/// Seeds drawn at each difficulty, seeds timed together, and how often.
const SEEDS: u64 = 2_000;
const BLOCK: u64 = 20;
const RUNS: usize = 5;

/// Families that search: for an order that explains a history, for a history in which checkpoints fall like dominoes.
const SEARCHING: &[&str] =
    &["checkpoint.recovery-line", "consistency.causal", "consistency.history", "consistency.objects"];

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for family in problem::families() {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == family.name()) {
            continue;
        }
        let parameters = Parameters::defaults(*family);
        let rates = [0, 1, 2].map(|difficulty| {
            let block = |first: u64| {
                let start = Instant::now();
                for seed in first..first + BLOCK {
                    black_box(problem::draw_with(*family, &parameters, seed, difficulty));
                }
                start.elapsed()
            };
            let fastest = |first| (0..RUNS).map(|_| block(first)).min().unwrap_or_default();
            let took: Duration = (0..SEEDS).step_by(BLOCK as usize).map(fastest).sum();
            SEEDS as f64 / took.as_secs_f64()
        });
        let bound = if SEARCHING.contains(&family.name()) { 500.0 } else { 10_000.0 };
        let slow = if rates.iter().any(|rate| *rate < bound) { "  below its bound" } else { "" };
        let [easy, middle, hard] = rates.map(|rate| format!("{rate:>10.0}"));
        println!("{:<28} {easy} {middle} {hard} /s{slow}", family.name());
    }
}
