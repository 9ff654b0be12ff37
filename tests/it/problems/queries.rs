//! Oracles for the families of `src/problem/computation/` about queries: sorting, joins, estimates.

use super::{check, chosen, draw_with, int, number, values, word};

/// Sorts files of so many pages by merging run lengths in a queue, as the machine would; returns the passes.
fn sort_passes(pages: i64, buffers: i64) -> i64 {
    let mut runs: Vec<i64> = Vec::new();
    let mut left = pages;
    while left > 0 {
        runs.push(left.min(buffers));
        left -= buffers;
    }
    let mut passes = 1;
    while runs.len() > 1 {
        runs = runs.chunks((buffers - 1) as usize).map(|merged| merged.iter().sum()).collect();
        passes += 1;
    }
    passes
}

/// The run count after a pass, by the same simulation.
fn runs_after(pages: i64, buffers: i64, pass: i64) -> i64 {
    let mut left = pages;
    let mut runs = 0;
    while left > 0 {
        left -= buffers;
        runs += 1;
    }
    for _ in 0..pass {
        let mut merged = 0;
        let mut rest = runs;
        while rest > 0 {
            rest -= buffers - 1;
            merged += 1;
        }
        runs = merged;
    }
    runs
}

fn sort_external_expected(values: &serde_json::Value) -> i64 {
    match word(values, "asks") {
        "passes" => sort_passes(int(values, "pages"), int(values, "buffers")),
        "transfers" => {
            // The formula of the textbooks, as a second derivation.
            let (n, b) = (int(values, "pages") as f64, int(values, "buffers") as f64);
            let merges = ((n / b).ceil().ln() / (b - 1.0).ln() - 1e-9).ceil().max(0.0);
            (2.0 * n * (1.0 + merges)) as i64
        }
        "runs" => runs_after(int(values, "pages"), int(values, "buffers"), int(values, "after")),
        "most-pages" => {
            // The largest file, by bisection over the simulation's arithmetic.
            let (b, p) = (int(values, "buffers"), int(values, "passes"));
            let fits = |pages: i64| runs_after(pages, b, p - 1) == 1;
            let (mut low, mut high) = (1, 1);
            while fits(high) {
                high *= 2;
            }
            while high - low > 1 {
                let middle = (low + high) / 2;
                if fits(middle) { low = middle } else { high = middle }
            }
            low
        }
        "least-buffers" => {
            let pages = int(values, "pages");
            (3..).find(|&b| sort_passes(pages, b) <= 2).expect("some number is enough")
        }
        other => panic!("no oracle for {other}"),
    }
}

#[test]
fn sort_external() {
    check("sort.external", |question, values| {
        assert_eq!(number(question), sort_external_expected(values) as f64, "{}", question.prompt);
    });
}

#[test]
fn sort_external_as_in_the_syllabus() {
    for (pages, buffers, passes, transfers) in [(108, 5, 4.0, 864.0), (1_000_000, 1000, 3.0, 6e6)] {
        for (asks, expected) in [("passes", passes), ("transfers", transfers)] {
            let parameters = format!("asks = \"{asks}\"\npages = {pages}\nbuffers = {buffers}");
            assert_eq!(number(&draw_with("sort.external", &parameters, 3, 1)), expected);
        }
    }
}

/// Counts page reads of a nested loop by running it over blocks.
fn nested_loop(outer: i64, inner: i64, block: i64) -> i64 {
    let (mut read, mut transfers) = (0, 0);
    while read < outer {
        let now = block.min(outer - read);
        read += now;
        transfers += now + inner;
    }
    transfers
}

#[test]
fn join_cost() {
    check("join.cost", |question, values| {
        let get = |key| int(values, key);
        let (m, mt, n, b, c) =
            (get("outer-pages"), get("outer-tuples"), get("inner-pages"), get("buffers"), get("probe"));
        let sorted = |pages: i64| 2 * pages * sort_passes(pages, b) + pages;
        let index = m + (0..mt).map(|_| c).sum::<i64>();
        let block = |outer, inner| nested_loop(outer, inner, b - 2);
        let expected = match word(values, "asks") {
            "naive" => (0..mt).fold(m, |sum, _| sum + n),
            "block" => block(m, n),
            "best-outer" => block(m, n).min(block(n, m)),
            "index" => index,
            "sort-merge" => sorted(m) + sorted(n),
            "hash" => (m + n) + (m + n) + (m + n),
            "cheapest" => {
                let costs = [
                    ("block", if m < n { block(m, n) } else { block(n, m) }),
                    ("index", index),
                    ("sort-merge", sorted(m) + sorted(n)),
                    ("GRACE", 3 * m + 3 * n),
                ];
                let least = costs.iter().min_by_key(|(_, cost)| *cost).expect("costs");
                assert_eq!(costs.iter().filter(|(_, cost)| *cost == least.1).count(), 1, "{costs:?}");
                assert!(chosen(question)[0].starts_with(least.0), "{costs:?}\n{}", question.prompt);
                return;
            }
            other => panic!("no oracle for {other}"),
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

#[test]
fn join_cost_as_in_the_syllabus() {
    let sizes = "outer-pages = 1000\nouter-tuples = 100000\ninner-pages = 500\ninner-tuples = 40000\nbuffers = 100\nprobe = 3";
    for (asks, expected) in [
        ("naive", 50_001_000.0),
        ("block", 6_500.0),
        ("sort-merge", 7_500.0),
        ("hash", 4_500.0),
        ("index", 301_000.0),
    ] {
        let question = draw_with("join.cost", &format!("asks = \"{asks}\"\n{sizes}"), 5, 1);
        assert_eq!(number(&question), expected, "{asks}");
    }
}

#[test]
fn join_data_movement() {
    check("join.data-movement", |question, values| {
        let (n, large, small) = (int(values, "nodes"), int(values, "large"), int(values, "small"));
        // Follow each share of each table: held by node `from`, needed on node `to`. Units of 1/n of a GB.
        let broadcast = |size: i64| {
            let pairs = (0..n).flat_map(|from| (0..n).map(move |to| (from, to)));
            pairs.filter(|(from, to)| from != to).count() as f64 * size as f64 / n as f64
        };
        let shuffle = |size: i64| {
            let pairs = (0..n).flat_map(|from| (0..n).map(move |to| (from, to)));
            pairs.filter(|(from, to)| from != to).count() as f64 * size as f64 / (n * n) as f64
        };
        let both = shuffle(large) + shuffle(small);
        let expected = match (word(values, "asks"), word(values, "layout")) {
            ("broadcast", _) => broadcast(small),
            ("shuffle", _) => both,
            (_, "co-partitioned" | "replicated") => 0.0,
            (_, "one-placed") => {
                let free = if word(values, "placed") == "large" { small } else { large };
                shuffle(free).min(broadcast(small)).min(broadcast(large))
            }
            _ => both.min(broadcast(small)).min(broadcast(large)),
        };
        assert!((number(question) - expected).abs() <= 0.051, "{expected}: {}", question.prompt);
    });
}

#[test]
fn join_data_movement_as_in_the_syllabus() {
    let draw = |asks: &str, small: u32| {
        let table =
            format!("asks = \"{asks}\"\nlayout = \"apart\"\nnodes = 10\nlarge = 100\nsmall = {small}");
        number(&draw_with("join.data-movement", &table, 1, 2))
    };
    assert_eq!([draw("broadcast", 2), draw("shuffle", 2), draw("cheapest", 2)], [18.0, 91.8, 18.0]);
    assert_eq!([draw("broadcast", 40), draw("shuffle", 40), draw("cheapest", 40)], [360.0, 126.0, 126.0]);
}

#[test]
fn optimizer_cardinality() {
    check("optimizer.cardinality", |question, values| {
        let get = |key| int(values, key);
        let (rows, distinct) = (get("rows"), get("distinct"));
        // A table of the assumptions: `per` rows for each value, `percent` in a hundred of each fulfil the other condition.
        let expected = match word(values, "asks") {
            asks @ ("equal" | "and" | "or" | "and-not") => {
                let percent = get("percent");
                let per = rows / distinct / 100;
                let mut hits = 0;
                for value in 0..distinct {
                    for place in 0..100 {
                        let (has, other) = (value == 0, place < percent);
                        let hit = match asks {
                            "equal" => has,
                            "and" => has && other,
                            "or" => has || other,
                            _ => !has && other,
                        };
                        hits += if hit { per } else { 0 };
                    }
                }
                hits as f64
            }
            asks => {
                // Values 0..distinct on both sides: match them one by one.
                let (other_rows, other_distinct) = (get("rows-b"), get("distinct-b"));
                let shared = distinct.min(other_distinct);
                let pairs: f64 = (0..shared)
                    .map(|_| (rows as f64 / distinct as f64) * (other_rows as f64 / other_distinct as f64))
                    .sum();
                match asks {
                    "join" => pairs,
                    "filtered-join" => pairs * get("percent") as f64 / 100.0,
                    _ => {
                        let (c, d) = (get("distinct-c"), get("distinct-d"));
                        (0..c.min(d)).map(|_| pairs / c as f64 * get("rows-c") as f64 / d as f64).sum()
                    }
                }
            }
        };
        assert!((number(question) - expected).abs() <= 0.51, "{expected}: {}", question.prompt);
    });
}

#[test]
fn optimizer_cardinality_as_in_the_syllabus() {
    let draw = |parameters: &str| number(&draw_with("optimizer.cardinality", parameters, 2, 1));
    assert_eq!(draw("asks = \"equal\"\nrows = 10000\ndistinct = 50"), 200.0);
    assert_eq!(draw("asks = \"and\"\nrows = 10000\ndistinct = 50\npercent = 30"), 60.0);
    let join = "asks = \"join\"\nrows = 10000\nrows-b = 5000\ndistinct = 1000\ndistinct-b = 500";
    assert_eq!(draw(join), 50_000.0);
    assert_eq!(int(&values(&draw_with("optimizer.cardinality", join, 2, 1))["parameters"], "rows"), 10_000);
}
