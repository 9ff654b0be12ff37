//! Oracle for `lsm.lookup`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{check, chosen, int, number, typed, word};

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

fn key(entry: &Value) -> String {
    entry[0].as_str().expect("a key").to_owned()
}

/// Replays tables or records from old to new into a map; a tombstone is a value of its own.
fn replay<'a>(entries: impl Iterator<Item = &'a Value>) -> BTreeMap<String, Option<i64>> {
    entries.map(|entry| (key(entry), entry[1].as_i64())).collect()
}

fn found(value: Option<i64>) -> String {
    value.map_or("not found".to_owned(), |value| value.to_string())
}

/// Versions of a key from old to new.
fn versions(value: &Value) -> Vec<(i64, Option<i64>)> {
    let mut versions: Vec<_> = list(value)
        .iter()
        .map(|version| (version[0].as_i64().expect("a number"), version[1].as_i64()))
        .collect();
    versions.sort_unstable();
    versions
}

/// What a reader sees who replays up to a sequence number.
fn read(versions: &[(i64, Option<i64>)], at: i64) -> Option<i64> {
    versions.iter().fold(None, |seen, &(sequence, value)| if sequence <= at { value } else { seen })
}

/// The smallest set of versions with which the present and all snapshots read what they did, by trying all sets; of
/// the sets of one size, that does for the rule too, which keeps no tombstone it does not need.
fn fewest(all: &[(i64, Option<i64>)], snapshots: &[i64]) -> usize {
    let readers = || snapshots.iter().copied().chain([i64::MAX]);
    (0..1_u32 << all.len())
        .filter(|set| {
            let kept: Vec<_> = (0..all.len()).filter(|at| set >> at & 1 == 1).map(|at| all[at]).collect();
            readers().all(|reader| read(&kept, reader) == read(all, reader))
        })
        .map(u32::count_ones)
        .min()
        .expect("all of them do") as usize
}

/// The rule as the question words it.
fn by_rule(all: &[(i64, Option<i64>)], snapshots: &[i64]) -> usize {
    let seen: BTreeSet<i64> = snapshots
        .iter()
        .copied()
        .chain([i64::MAX])
        .filter_map(|reader| all.iter().map(|version| version.0).filter(|&at| at <= reader).max())
        .collect();
    let oldest_value = all.iter().find(|(at, value)| seen.contains(at) && value.is_some());
    match oldest_value {
        Some((oldest, _)) => seen.iter().filter(|at| *at >= oldest).count(),
        None => 0,
    }
}

#[test]
fn lsm_lookup() {
    check("lsm.lookup", |question, values| {
        match word(values, "asks") {
            "get" => {
                let state = replay(list(&values["tables"]).iter().rev().flat_map(list));
                assert_eq!(chosen(question), [found(state[word(values, "key")])], "{}", question.prompt);
            }
            "probes" => {
                let holds = |table: &Value| list(table).iter().any(|entry| key(entry) == word(values, "key"));
                let tables = list(&values["tables"]);
                let first = tables.iter().position(holds).unwrap_or(tables.len() - 1);
                let searched =
                    list(&values["maybe"])[..=first].iter().filter(|maybe| maybe.as_bool() == Some(true));
                assert_eq!(number(question), searched.count() as f64, "{}", question.prompt);
                // A filter never denies what its table has.
                for (table, maybe) in tables.iter().zip(list(&values["maybe"])) {
                    assert!(maybe.as_bool() == Some(true) || !holds(table));
                }
            }
            "log" => {
                let state = replay(list(&values["records"]).iter());
                let left: Vec<String> = state
                    .iter()
                    .filter_map(|(key, value)| value.map(|value| format!("{key}={value}")))
                    .collect();
                assert_eq!(typed(question), left.join(" "), "{}", question.prompt);
            }
            "bitcask" => {
                let mut directory: BTreeMap<String, i64> = BTreeMap::new();
                let mut written = 0;
                for record in list(&values["records"]) {
                    let bytes = record[1].as_i64().expect("bytes");
                    written += bytes;
                    directory.remove(&key(record));
                    if record[2].as_bool() == Some(true) {
                        directory.insert(key(record), bytes);
                    }
                }
                let freed = written - directory.values().sum::<i64>();
                assert_eq!(number(question), freed as f64, "{}", question.prompt);
            }
            "merge" => {
                let state = replay(list(&values["tables"]).iter().rev().flat_map(list));
                let may_hold = |key: &str| {
                    list(&values["older"]).iter().any(|range| {
                        range[0].as_str().expect("a key") <= key && key <= range[1].as_str().expect("a key")
                    })
                };
                let output = state.iter().filter(|(key, value)| value.is_some() || may_hold(key)).count();
                assert_eq!(number(question), output as f64, "{}", question.prompt);
            }
            "snapshot" => {
                let seen = read(&versions(&values["versions"]), int(values, "read"));
                assert_eq!(chosen(question), [found(seen)], "{}", question.prompt);
            }
            "survivors" => {
                let snapshots = super::ints(values, "snapshots");
                let (mut rule, mut least) = (0, 0);
                for of_key in list(&values["versions"]) {
                    let all = versions(of_key);
                    rule += by_rule(&all, &snapshots);
                    least += fewest(&all, &snapshots);
                }
                assert_eq!(number(question), rule as f64, "{}", question.prompt);
                // No rule may keep fewer than reading demands.
                assert!(least <= rule, "{}", question.prompt);
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

#[test]
fn lsm_lookup_as_in_the_syllabus() {
    // a=1 b=2 a=3 b=∅ c=4 → a=3 c=4.
    let records: Value =
        serde_json::from_str(r#"[["a", 1], ["b", 2], ["a", 3], ["b", null], ["c", 4]]"#).expect("JSON");
    let state = replay(list(&records).iter());
    let left: Vec<_> = state.into_iter().filter(|(_, value)| value.is_some()).collect();
    assert_eq!(left, [("a".to_owned(), Some(3)), ("c".to_owned(), Some(4))]);
    let all = [(10, Some(1)), (20, Some(2)), (30, None)];
    assert_eq!((by_rule(&all, &[]), by_rule(&all, &[25]), by_rule(&all, &[15])), (0, 2, 2));
    assert_eq!((fewest(&all, &[]), fewest(&all, &[25]), fewest(&all, &[15])), (0, 2, 2));
}
