//! Oracles for `src/problem/consensus/`.

use std::collections::BTreeSet;

use super::{check, chosen, draw, draw_with, int, number, values, word};

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
            .filter(|question| word(values(question), "asks") == asks)
            .inspect(|question| assert_eq!(number(question), expected, "{}", question.prompt))
            .count();
        assert!(found > 0, "{parameters} {asks}");
    }
    let question = draw_with("quorum.faults", "servers = 4", 1, 0);
    assert!(int(&values(&question)["parameters"], "servers") == 4);
}

/// All sets of `size` out of `n`, as bits.
fn sets(n: i64, size: i64) -> Vec<u32> {
    (0..1_u32 << n).filter(|set| i64::from(set.count_ones()) == size).collect()
}

/// The fewest members that any set of one size shares with any set of another.
fn least_shared(n: i64, a: i64, b: i64) -> i64 {
    // By symmetry one of the first kind will do.
    let first = (1_u32 << a) - 1;
    sets(n, b).into_iter().map(|other| i64::from((first & other).count_ones())).min().expect("a set")
}

/// The most replicas of n that may be down with some set of `size` left, whichever they are.
fn survives(n: i64, size: i64) -> i64 {
    (0..=n)
        .rev()
        .find(|&down| sets(n, down).iter().all(|dead| sets(n, size).iter().any(|q| q & dead == 0)))
        .expect("none")
}

#[test]
fn quorum_overlap() {
    let mut known = std::collections::BTreeMap::new();
    let mut asked = BTreeSet::new();
    let mut oracle = |question: &retain::card::Question, values: &serde_json::Value| {
        let get = |key: &str| values[key].as_i64().unwrap_or(0);
        let (n, r, w, alive, down) = (get("n"), get("r"), get("w"), get("alive"), get("down"));
        let asks = word(values, "asks");
        asked.insert(asks.to_owned());
        let mut once =
            |compute: &dyn Fn() -> i64| *known.entry((asks.to_owned(), n, r, w)).or_insert_with(compute);
        let able = |alive: i64| match (alive >= r, alive >= w) {
            (true, true) => "reads and writes",
            (true, false) => "reads only",
            (false, true) => "writes only",
            (false, false) => "neither reads nor writes",
        };
        let expected = match asks {
            "shared" => once(&|| least_shared(n, r, w)),
            "reads-survive" => once(&|| survives(n, r)),
            "writes-survive" => once(&|| survives(n, w)),
            "smallest-read" | "flexible" => {
                once(&|| (1..=n).find(|&r| least_shared(n, r, w) > 0).expect("some r"))
            }
            "smallest-write" => once(&|| (1..=n).find(|&w| least_shared(n, w, w) > 0).expect("some w")),
            "lock-read" => once(&|| {
                let write = (1..=n).find(|&w| least_shared(n, w, w) > 0).expect("some w");
                (1..=n).find(|&r| least_shared(n, r, write) > 0).expect("some r")
            }),
            "fresh" => {
                let always = once(&|| i64::from(least_shared(n, r, w) > 0)) == 1;
                assert_eq!(chosen(question), [if always { "yes, always" } else { "no, it may miss it" }]);
                return;
            }
            "side" => return assert_eq!(chosen(question), [able(alive)], "{}", question.prompt),
            "zones" => return assert_eq!(chosen(question), [able(n - down)], "{}", question.prompt),
            "sets" => {
                let members = |key: &str| -> BTreeSet<String> {
                    values[key].as_array().expect("a list").iter().map(ToString::to_string).collect()
                };
                let meets = members("written").intersection(&members("read")).next().is_some();
                assert_eq!(chosen(question), [if meets { "yes" } else { "no" }], "{}", question.prompt);
                return;
            }
            other => panic!("no oracle for {other}"),
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    };
    for seed in 0..super::SEEDS {
        for difficulty in 0..3 {
            let question = draw("quorum.overlap", seed, difficulty);
            oracle(&question, values(&question));
        }
    }
    assert_eq!(asked.len(), 11);
}

#[test]
fn quorum_overlap_as_in_the_syllabus() {
    // N = 6, W = 4, R = 3: they share 1 at least.
    let shared = (0..100)
        .map(|seed| draw_with("quorum.overlap", "replicas = 6\nread-quorum = 3\nwrite-quorum = 4", seed, 0))
        .find(|question| word(values(question), "asks") == "shared")
        .expect("a question about the overlap");
    assert_eq!(number(&shared), 1.0);
    // In three zones of two: one zone down, both work; one replica more, reads only.
    let zones = |down: i64| {
        (0..3000)
            .map(|seed| draw("quorum.overlap", seed, 2))
            .find(|question| {
                let v = values(question);
                word(v, "asks") == "zones"
                    && (v["n"] == 6, v["r"] == 3, v["w"] == 4, v["down"] == down) == (true, true, true, true)
            })
            .map(|question| chosen(&question).join(""))
    };
    assert_eq!(zones(2).as_deref(), Some("reads and writes"));
    assert_eq!(zones(3).as_deref(), Some("reads only"));
}
