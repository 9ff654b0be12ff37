//! Oracles for families on stream processing in `src/problem/computation/`.

use super::{check, draw_with, int, number, typed, word};

/// Deals key groups to instances by comparing whole numbers: instance i holds g iff i·P ≤ g·p < (i+1)·P.
fn groups_of(instance: i64, p: i64, groups: i64) -> Vec<i64> {
    (0..groups).filter(|g| instance * groups <= g * p && g * p < (instance + 1) * groups).collect()
}

#[test]
fn flink_key_groups() {
    check("flink.key-groups", |question, values| {
        let groups = int(values, "groups");
        match word(values, "asks") {
            "instance" => {
                let p = int(values, "parallelism");
                let group = int(values, "hash").rem_euclid(groups);
                let holder = (0..p).find(|&i| groups_of(i, p, groups).contains(&group)).expect("a holder");
                assert_eq!(number(question), holder as f64, "{}", question.prompt);
            }
            "moved" => {
                let (before, after) = (int(values, "before"), int(values, "after"));
                let stay: usize = (0..before.min(after))
                    .map(|i| {
                        let old = groups_of(i, before, groups);
                        groups_of(i, after, groups).iter().filter(|g| old.contains(g)).count()
                    })
                    .sum();
                assert_eq!(number(question), (groups as usize - stay) as f64, "{}", question.prompt);
            }
            asks => {
                let held = groups_of(int(values, "instance"), int(values, "parallelism"), groups);
                if asks == "size" {
                    assert_eq!(number(question), held.len() as f64, "{}", question.prompt);
                } else {
                    let expected = format!("{}-{}", held[0], held[held.len() - 1]);
                    assert_eq!(typed(question), expected, "{}", question.prompt);
                }
            }
        }
    });
}

#[test]
fn flink_key_groups_partition_all_groups() {
    // As checked for the syllabus: the ranges of all instances are the groups, each once.
    for (groups, p) in [(16, 3), (20, 7), (128, 5)] {
        let mut all: Vec<i64> = (0..p).flat_map(|i| groups_of(i, p, groups)).collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..groups));
        let ranges: std::collections::BTreeSet<String> = (0..200)
            .map(|seed| {
                let parameters = format!("asks = \"range\"\nmax-parallelism = {groups}\nparallelism = {p}");
                typed(&draw_with("flink.key-groups", &parameters, seed, 1)).to_owned()
            })
            .collect();
        assert_eq!(ranges.len(), p as usize);
    }
}
