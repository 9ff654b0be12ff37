//! Oracles for `src/problem/computation/`.

use super::{check, draw_with, int, number, real, values, word};

/// Whether two shares agree to the digits that count: those of the smaller of share and complement.
fn close(a: f64, b: f64, relative: f64) -> bool {
    (a - b).abs() <= relative * b.abs().min((1.0 - b).abs()).max(1e-12)
}

/// The probability that a condition holds of independent servers, by adding up all 2^n cases.
fn enumerate(up: &[f64], holds: impl Fn(&[bool]) -> bool) -> f64 {
    (0..1_u32 << up.len())
        .map(|bits| {
            let states: Vec<bool> = (0..up.len()).map(|i| bits >> i & 1 == 1).collect();
            let weight: f64 =
                states.iter().zip(up).map(|(&state, p)| if state { *p } else { 1.0 - p }).product();
            if holds(&states) { weight } else { 0.0 }
        })
        .sum()
}

#[test]
fn availability_nines() {
    check("availability.nines", |question, values| {
        let share = |key: &str| real(values, key) / 100.0;
        let expected = match word(values, "asks") {
            "downtime" => {
                // Seconds up and down over the period, counted in millionths.
                let millionths =
                    (word(values, "percent").parse::<f64>().expect("a number") * 10_000.0).round();
                let seconds = (1_000_000.0 - millionths) * real(values, "hours") * 3600.0 / 1e6;
                let unit = match word(values, "unit") {
                    "h" => 3600.0,
                    "min" => 60.0,
                    _ => 1.0,
                };
                let found = number(question);
                assert!((found * unit - seconds).abs() < 6e-4 * seconds, "{}", question.prompt);
                return;
            }
            "series" => {
                let parts: Vec<f64> =
                    values["parts"].as_array().expect("a list").iter().filter_map(|v| v.as_f64()).collect();
                let up: Vec<f64> = parts.iter().map(|part| part / 100.0).collect();
                enumerate(&up, |states| states.iter().all(|&state| state))
            }
            "parallel" => {
                let up = vec![share("each"); int(values, "copies") as usize];
                enumerate(&up, |states| states.iter().any(|&state| state))
            }
            "repair" => {
                // A long run of cycles.
                let (mut up, mut down) = (0, 0);
                for _ in 0..1000 {
                    up += int(values, "mttf");
                    down += int(values, "mttr");
                }
                1.0 - down as f64 / (up + down) as f64
            }
            "tiers" => {
                let each: Vec<f64> =
                    values["each"].as_array().expect("a list").iter().filter_map(|v| v.as_f64()).collect();
                let copies = super::ints(values, "copies");
                let (mut up, mut tier) = (Vec::new(), Vec::new());
                for (index, &count) in copies.iter().enumerate() {
                    (0..count).for_each(|_| {
                        up.push(each[index] / 100.0);
                        tier.push(index);
                    });
                }
                enumerate(&up, |states| {
                    (0..copies.len()).all(|index| (0..states.len()).any(|i| tier[i] == index && states[i]))
                })
            }
            "k-of-n" => {
                let up = vec![share("each"); int(values, "n") as usize];
                enumerate(&up, |states| {
                    states.iter().filter(|&&state| state).count() as i64 >= int(values, "k")
                })
            }
            "copies" => {
                // In whole numbers: (100 − each)^n · 10^nines ≤ 100^n.
                let (down, nines) = (100 - real(values, "each") as u128, int(values, "nines") as u32);
                let least =
                    (1..).find(|&n| down.pow(n) * 10_u128.pow(nines) <= 100_u128.pow(n)).expect("some n");
                assert_eq!(number(question), f64::from(least), "{}", question.prompt);
                return;
            }
            other => panic!("no oracle for {other}"),
        };
        assert!(close(number(question) / 100.0, expected, 1e-3), "{expected}\n{}", question.prompt);
    });
}

/// Draws until a question has the wanted values, and returns its number.
fn worked(family: &str, parameters: &str, difficulty: u8, wanted: &[(&str, serde_json::Value)]) -> f64 {
    (0..20_000)
        .map(|seed| draw_with(family, parameters, seed, difficulty))
        .find(|question| wanted.iter().all(|(key, value)| values(question)[key] == *value))
        .map(|question| number(&question))
        .unwrap_or_else(|| panic!("{family} never draws {wanted:?}"))
}

#[test]
fn availability_as_in_the_syllabus() {
    // 99.9 % is 525.6 minutes (8.76 h) a year; three replicas at 99 % give 99.9999 %.
    let downtime = worked(
        "availability.nines",
        "asks = \"downtime\"",
        0,
        &[("percent", "99.9".into()), ("hours", 8760.0.into())],
    );
    assert!((downtime - 8.76).abs() < 1e-9);
    let parallel = worked(
        "availability.nines",
        "asks = \"parallel\"",
        0,
        &[("each", 99.0.into()), ("copies", 3.into())],
    );
    assert!((parallel - 99.9999).abs() < 1e-9);
    // .999 · .999 · .995 = .993011
    let parts = serde_json::json!([99.9, 99.9, 99.5]);
    let series = worked("availability.nines", "asks = \"series\"", 1, &[("parts", parts)]);
    assert!((series - 99.3011).abs() < 1e-4, "{series}");
}

#[test]
fn latency_fan_out() {
    check("latency.fan-out", |question, values| {
        // The chance that no call of n is slow, call by call.
        let none = |p: f64, n: i64| (0..n).fold(1.0, |all, _| all * (1.0 - p));
        let found = number(question);
        let expected = match word(values, "asks") {
            "request" => 1.0 - none(real(values, "percent") / 100.0, int(values, "calls")),
            "hedged" => {
                let p = real(values, "percent") / 100.0;
                // Both copies slow, out of four cases.
                let shard = 1.0 - ((1.0 - p) * (1.0 - p) + 2.0 * p * (1.0 - p));
                1.0 - none(shard, int(values, "calls"))
            }
            "server" => {
                // By bisection: the rate at which the request misses its target.
                let (mut low, mut high) = (0.0, 1.0);
                for _ in 0..100 {
                    let middle = (low + high) / 2.0;
                    let slow = 1.0 - none(middle, int(values, "calls"));
                    if slow > real(values, "target") / 100.0 { high = middle } else { low = middle }
                }
                low
            }
            "calls" => {
                let (p, target) = (real(values, "percent") / 100.0, real(values, "target") / 100.0);
                let (mut fast, mut n) = (1.0, 0.0);
                while 1.0 - fast < target {
                    fast *= 1.0 - p;
                    n += 1.0;
                }
                assert_eq!(found, n, "{}", question.prompt);
                return;
            }
            other => panic!("no oracle for {other}"),
        };
        assert!((found / 100.0 - expected).abs() <= 6e-4 * expected, "{expected}\n{}", question.prompt);
    });
}

#[test]
fn fan_out_as_in_the_syllabus() {
    // p = 1 %: 63.4 % of requests with 100 calls are slow, 9.56 % with 10.
    let request = |calls: i64| {
        let parameters = format!("slow-percent = 1\ncalls = {calls}");
        worked("latency.fan-out", &parameters, 0, &[("asks", "request".into())])
    };
    assert!((request(100) - 63.4).abs() < 0.05);
    assert!((request(10) - 9.56).abs() < 0.005);
    // For 5 % at 100 calls a server may be slow in about 0.0513 %.
    let server =
        worked("latency.fan-out", "calls = 100", 1, &[("asks", "server".into()), ("target", 5.0.into())]);
    assert!((server - 0.0513).abs() < 0.000_05);
}
