//! Oracles for the families of `src/problem/transactions/` without locks: timestamps, versions, validation.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::locks::named;
use super::{check, chosen, int, ints, number, typed, word};

type Op = (i64, String, bool);

/// Basic timestamp ordering, with the timestamps looked up in the history of what was let through.
fn timestamp_order(ops: &[Op], thomas: bool) -> (Vec<i64>, BTreeMap<String, (i64, i64)>) {
    let mut aborted = Vec::new();
    let mut passed: Vec<&Op> = Vec::new();
    let youngest = |passed: &[&Op], object: &str, writes: bool| {
        passed.iter().filter(|op| op.1 == object && op.2 == writes).map(|op| op.0).max().unwrap_or(0)
    };
    for op in ops {
        if aborted.contains(&op.0) {
            continue;
        }
        let read = youngest(&passed, &op.1, false);
        let written = youngest(&passed, &op.1, true);
        let obsolete = op.0 < written;
        match op.2 {
            false if obsolete => aborted.push(op.0),
            true if op.0 < read || (obsolete && !thomas) => aborted.push(op.0),
            true if obsolete => {}
            _ => passed.push(op),
        }
    }
    let objects = ops.iter().map(|op| op.1.clone());
    let stamps = objects.map(|object| {
        let pair = (youngest(&passed, &object, false), youngest(&passed, &object, true));
        (object, pair)
    });
    let stamps = stamps.collect();
    (aborted, stamps)
}

#[test]
fn concurrency_timestamp_order() {
    check("concurrency.timestamp-order", |question, values| {
        let ops: Vec<Op> = serde_json::from_value(values["schedule"].clone()).expect("a schedule");
        let (aborted, stamps) = timestamp_order(&ops, values["thomas"].as_bool().expect("a switch"));
        let expected = if word(values, "asks") == "aborted" {
            named(&aborted)
        } else {
            format!("{}, {}", stamps["x"].0, stamps["x"].1)
        };
        assert_eq!(typed(question), expected, "{}", question.prompt);
    });
}

#[test]
fn concurrency_timestamp_order_as_in_the_syllabus() {
    let op = |id: i64, object: &str, writes: bool| (id, object.to_owned(), writes);
    let ops = [op(1, "b", false), op(2, "a", true), op(1, "a", true)];
    assert_eq!(timestamp_order(&ops, false).0, [1]);
    assert_eq!(timestamp_order(&ops, true).0, [0; 0]);
}

/// Multi-version timestamp ordering from the log of what was let through: writers, readers with what they saw.
fn multi_version(steps: &[(i64, String)]) -> (Vec<i64>, Vec<(usize, i64)>) {
    let mut aborted: Vec<i64> = Vec::new();
    let mut committed = vec![0];
    let mut writes: Vec<(String, i64)> = Vec::new();
    let mut reads: Vec<(String, i64, i64, usize)> = Vec::new();
    for (at, (id, step)) in steps.iter().enumerate() {
        if aborted.contains(id) {
            continue;
        }
        if step == "commit" {
            committed.push(*id);
            continue;
        }
        let object = &step[2..3];
        let live: Vec<i64> = writes
            .iter()
            .filter(|(written, writer)| written == object && !aborted.contains(writer))
            .map(|(_, writer)| *writer)
            .chain([0])
            .collect();
        let newest = *live.iter().max().expect("the first version");
        if step.starts_with('R') {
            let seen = *live.iter().filter(|writer| *writer <= id).max().expect("the first version");
            assert!(seen == *id || committed.contains(&seen), "reads nothing uncommitted");
            reads.push((object.to_owned(), *id, seen, at));
        } else if newest != *id {
            let read =
                reads.iter().filter(|read| read.0 == object && read.2 == newest).map(|read| read.1).max();
            if !committed.contains(&newest) || read.unwrap_or(0) > *id || newest > *id {
                aborted.push(*id);
            } else {
                writes.push((object.to_owned(), *id));
            }
        }
    }
    (aborted, reads.into_iter().map(|(_, _, seen, at)| (at, seen)).collect())
}

#[test]
fn mvcc_timestamp_order() {
    check("mvcc.timestamp-order", |question, values| {
        let steps: Vec<(i64, String)> = serde_json::from_value(values["steps"].clone()).expect("steps");
        let (aborted, reads) = multi_version(&steps);
        if word(values, "asks") == "aborted" {
            assert_eq!(typed(question), named(&aborted), "{}", question.prompt);
        } else {
            let asked = int(values, "asked") as usize;
            let (_, seen) = reads.iter().find(|(at, _)| *at == asked).expect("that read is let through");
            assert_eq!(number(question), *seen as f64, "{}", question.prompt);
        }
    });
}

#[test]
fn mvcc_timestamp_order_by_hand() {
    let steps = |text: &str| {
        let one = |step: &str| (i64::from(step.as_bytes()[0] - b'0'), step[1..].to_owned());
        text.split(' ').map(one).collect::<Vec<_>>()
    };
    // A younger reader stops an older writer; a lock stops anyone; a late read finds its version.
    assert_eq!(multi_version(&steps("3R(x) 2W(x)")).0, [2]);
    assert_eq!(multi_version(&steps("1W(x) 2W(x)")).0, [2]);
    assert_eq!(multi_version(&steps("3W(x) 3commit 2R(x)")).1, [(2, 0)]);
}

#[derive(Deserialize)]
struct Txn {
    id: i64,
    start: i64,
    #[serde(alias = "validate")]
    commit: i64,
    reads: Vec<i64>,
    writes: Vec<i64>,
}

fn transactions(values: &Value) -> Vec<Txn> {
    serde_json::from_value(values["transactions"].clone()).expect("transactions")
}

/// Plays the moments one after another over a store of "last changed at"; a transaction fails at its end if something in
/// its guarded set has changed since its start.
fn play(txns: &[Txn], guards_reads: bool) -> Vec<i64> {
    let mut changed: BTreeMap<i64, i64> = BTreeMap::new();
    let mut aborted = Vec::new();
    for now in 1..=txns.iter().map(|txn| txn.commit).max().expect("some") {
        for txn in txns.iter().filter(|txn| txn.commit == now) {
            let guarded = if guards_reads { &txn.reads } else { &txn.writes };
            if guarded.iter().any(|object| changed.get(object).is_some_and(|&at| at > txn.start)) {
                aborted.push(txn.id);
            } else {
                changed.extend(txn.writes.iter().map(|&object| (object, now)));
            }
        }
    }
    aborted.sort_unstable();
    aborted
}

#[test]
fn occ_validation() {
    check("occ.validation", |question, values| {
        if word(values, "variant") == "backward" {
            assert_eq!(typed(question), named(&play(&transactions(values), true)), "{}", question.prompt);
            return;
        }
        let objects: Vec<(bool, i64, i64, bool)> =
            serde_json::from_value(values["use"].clone()).expect("objects");
        assert_eq!(chosen(question), [farm(&objects)], "{}", question.prompt);
    });
}

fn farm(objects: &[(bool, i64, i64, bool)]) -> String {
    for (phase, wanted) in [("LOCK", true), ("VALIDATE", false)] {
        for (index, (written, read, now, locked)) in objects.iter().enumerate() {
            if *written == wanted && (*locked || read < now) {
                return format!("it aborts: {phase} fails at {}", ["x", "y", "z", "w"][index]);
            }
        }
    }
    "it commits".to_owned()
}

#[test]
fn occ_validation_as_in_the_syllabus() {
    // x read at 5, y written at 2; at LOCK y is v2 and unlocked; VALIDATE finds x at v6.
    assert_eq!(farm(&[(false, 5, 6, false), (true, 2, 2, false)]), "it aborts: VALIDATE fails at x");
    assert_eq!(farm(&[(false, 5, 5, false), (true, 2, 2, false)]), "it commits");
}

/// Whether some serial order of the committed lets each of them read the very versions it read from its snapshot.
fn serialisable(txns: &[Txn], aborted: &[i64]) -> bool {
    let committed: Vec<&Txn> = txns.iter().filter(|txn| !aborted.contains(&txn.id)).collect();
    let snapshot = |txn: &Txn, object: &i64| {
        let before =
            committed.iter().filter(|other| other.commit < txn.start && other.writes.contains(object));
        before.max_by_key(|other| other.commit).map_or(0, |other| other.id)
    };
    fn search(
        left: &mut Vec<usize>,
        state: &BTreeMap<i64, i64>,
        txns: &[&Txn],
        seen: &dyn Fn(&Txn, &i64) -> i64,
    ) -> bool {
        if left.is_empty() {
            return true;
        }
        (0..left.len()).any(|at| {
            let index = left.remove(at);
            let txn = txns[index];
            let fits =
                txn.reads.iter().all(|object| state.get(object).copied().unwrap_or(0) == seen(txn, object));
            let found = fits && {
                let mut state = state.clone();
                state.extend(txn.writes.iter().map(|&object| (object, txn.id)));
                search(left, &state, txns, seen)
            };
            left.insert(at, index);
            found
        })
    }
    search(&mut (0..committed.len()).collect(), &BTreeMap::new(), &committed, &snapshot)
}

fn pivots(txns: &[Txn], aborted: &[i64]) -> Vec<i64> {
    let committed: Vec<&Txn> = txns.iter().filter(|txn| !aborted.contains(&txn.id)).collect();
    let rw = |t: &Txn, u: &Txn| {
        let concurrent = t.start < u.commit && u.start < t.commit && t.id != u.id;
        concurrent && t.reads.iter().any(|object| u.writes.contains(object))
    };
    let both = |t: &&&Txn| committed.iter().any(|u| rw(u, t)) && committed.iter().any(|u| rw(t, u));
    let mut found: Vec<i64> = committed.iter().filter(both).map(|txn| txn.id).collect();
    found.sort_unstable();
    found
}

#[test]
fn mvcc_snapshot_isolation() {
    check("mvcc.snapshot-isolation", |question, values| {
        let txns = transactions(values);
        let aborted = play(&txns, false);
        match word(values, "asks") {
            "aborted" => assert_eq!(typed(question), named(&aborted), "{}", question.prompt),
            "serialisable" => {
                let expected =
                    if serialisable(&txns, &aborted) { "serialisable" } else { "not serialisable" };
                assert_eq!(chosen(question), [expected], "{}", question.prompt);
            }
            _ => assert_eq!(typed(question), named(&pivots(&txns, &aborted)), "{}", question.prompt),
        }
    });
}

#[test]
fn mvcc_snapshot_isolation_as_in_the_syllabus() {
    let txn = |id, start, commit, writes: &[i64]| Txn {
        id,
        start,
        commit,
        reads: vec![0, 1],
        writes: writes.to_vec(),
    };
    let skew = [txn(1, 1, 3, &[0]), txn(2, 2, 4, &[1])];
    let aborted = play(&skew, false);
    assert!(aborted.is_empty() && !serialisable(&skew, &aborted));
    assert_eq!(pivots(&skew, &aborted), [1, 2]);
    assert_eq!(play(&skew, true), [2], "serialisable validation aborts one");
}

#[test]
fn mvcc_visibility() {
    check("mvcc.visibility", |question, values| {
        let versions: Vec<(i64, Option<i64>, i64)> =
            serde_json::from_value(values["versions"].clone()).expect("versions");
        let asks = word(values, "asks");
        if asks == "visible" {
            assert_eq!(typed(question), visible(values, &versions), "{}", question.prompt);
            return;
        }
        let snapshots = ints(values, "snapshots");
        // What each snapshot sees, timestamp by timestamp.
        let needed = |begin: i64, end: i64| {
            let oldest = *snapshots.iter().min().expect("a snapshot");
            (begin..end).any(|at| if asks == "interval" { snapshots.contains(&at) } else { at >= oldest })
        };
        let gone: Vec<String> = versions
            .iter()
            .enumerate()
            .filter(|(_, (begin, end, _))| end.is_some_and(|end| !needed(*begin, end)))
            .map(|(index, _)| format!("v{}", index + 1))
            .collect();
        let expected = if gone.is_empty() { "none".to_owned() } else { gone.join(", ") };
        assert_eq!(typed(question), expected, "{}", question.prompt);
    });
}

fn visible(values: &Value, versions: &[(i64, Option<i64>, i64)]) -> String {
    if values["pending"]["by"] == values["reader"] {
        return int(&values["pending"], "value").to_string();
    }
    // Play time forward to the snapshot: each version appears at its begin and goes at its end.
    let mut now = None;
    for time in 0..=int(values, "snapshot") {
        for (begin, end, value) in versions {
            if *end == Some(time) && now == Some(*value) {
                now = None;
            }
            if *begin == time {
                now = Some(*value);
            }
        }
    }
    now.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

#[test]
fn mvcc_visibility_as_in_the_syllabus() {
    let versions = [(1, Some(5), 10), (5, Some(9), 20), (9, None, 30)];
    let at = |snapshot: i64| {
        visible(&serde_json::json!({ "snapshot": snapshot, "pending": null, "reader": 1 }), &versions)
    };
    assert_eq!([at(7), at(5), at(9), at(0)], ["20", "20", "30", "none"]);
}
