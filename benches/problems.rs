//! Instances a second of every problem family: `cargo bench --bench problems [FAMILY]`.
//!
//! The bound is 10,000 a second, 500 for families that search.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench measures time and prints it")]

use std::hint::black_box;
use std::time::Instant;

use retain::problem::{self, Parameters};

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for family in problem::families() {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == family.name()) {
            continue;
        }
        let parameters = Parameters::defaults(*family);
        let rates = [0, 1, 2].map(|difficulty| {
            let start = Instant::now();
            let count = 2_000;
            for seed in 0..count {
                black_box(problem::draw_with(*family, &parameters, seed, difficulty));
            }
            count as f64 / start.elapsed().as_secs_f64()
        });
        let [easy, middle, hard] = rates.map(|rate| format!("{rate:>10.0}"));
        println!("{:<28} {easy} {middle} {hard} /s", family.name());
    }
}
