//! Oracles for `src/problem/consensus/`.

use super::{check, draw_with, int, number, word};

/// The smallest number that satisfies a condition.
fn least(holds: impl Fn(i64) -> bool) -> i64 {
    (1..1000).find(|&n| holds(n)).expect("some number does")
}

/// Whether quorums of one size exist that can be gathered with `f` servers gone and always share more than `shared`.
fn quorums_exist(n: i64, f: i64, shared: i64) -> bool {
    (1..=n).any(|q| q <= n - f && 2 * q - n > shared)
}

#[test]
fn quorum_faults() {
    check("quorum.faults", |question, values| {
        let (n, f) = (values["servers"].as_i64().unwrap_or(0), values["faults"].as_i64().unwrap_or(0));
        let most =
            |holds: &dyn Fn(i64) -> bool| (0..n).rev().find(|&f| holds(f)).expect("no fault is survived");
        let expected = match word(values, "asks") {
            "majority" => least(|q| 2 * q > n),
            "crash-tolerated" => most(&|f| quorums_exist(n, f, 0)),
            "crash-servers" | "ben-or-crash" => least(|n| quorums_exist(n, f, 0)),
            "byzantine-tolerated" => most(&|f| quorums_exist(n, f, f)),
            "byzantine-servers" | "synchronous-byzantine" => least(|n| quorums_exist(n, f, f)),
            "byzantine-quorum" => least(|q| 2 * q - (3 * f + 1) > f),
            "managed-servers" | "silent-servers" | "synchronous-crash" => least(|n| n - f >= 1),
            "voting-servers" => least(|n| n - f > f),
            // Ben-Or 1983: fewer than a fifth may be faulty.
            "ben-or-byzantine" => least(|n| 5 * f < n),
            other => panic!("no oracle for {other}"),
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

#[test]
fn quorum_faults_as_in_the_syllabus() {
    // n = 4: majority 3, tolerates 1; n = 7: 4 and 3; two Byzantine faults need 7.
    let worked = [
        ("servers = 4", "majority", 3.0),
        ("servers = 4", "crash-tolerated", 1.0),
        ("servers = 7", "majority", 4.0),
        ("servers = 7", "crash-tolerated", 3.0),
        ("faults = 2", "byzantine-servers", 7.0),
    ];
    for (parameters, asks, expected) in worked {
        let found = (0..200)
            .flat_map(|seed| {
                [0, 1].map(|difficulty| draw_with("quorum.faults", parameters, seed, difficulty))
            })
            .filter(|question| word(super::values(question), "asks") == asks)
            .inspect(|question| assert_eq!(number(question), expected, "{}", question.prompt))
            .count();
        assert!(found > 0, "{parameters} {asks}");
    }
    let question = draw_with("quorum.faults", "servers = 4", 1, 0);
    assert!(int(&super::values(&question)["parameters"], "servers") == 4);
}
