//! Oracles for `raft.append-entries`, `raft.joint-consensus` and `raft.read-index`: step by step, and over all sets.

use serde_json::Value;

use super::{check, chosen, int, ints, number, typed, word};

/// A follower as the paper's rules have it, entry by entry. Returns its log and commit index, and whether it agreed.
fn append(
    log: &[i64],
    commit: i64,
    previous: (i64, i64),
    entries: &[i64],
    leader_commit: i64,
) -> (Vec<i64>, i64, bool) {
    let mut log = log.to_vec();
    let (index, term) = previous;
    if index > 0 && (log.len() < index as usize || log[index as usize - 1] != term) {
        return (log, commit, false);
    }
    let mut at = index as usize;
    for &entry in entries {
        if at < log.len() && log[at] != entry {
            log.truncate(at);
        }
        if at == log.len() {
            log.push(entry);
        }
        at += 1;
    }
    let mut commit = commit;
    while commit < leader_commit && (commit as usize) < at {
        commit += 1;
    }
    (log, commit, true)
}

/// Walks back from the refused place while the term stays the same.
fn hint(log: &[i64], previous: i64) -> i64 {
    let mut at = previous;
    if at > log.len() as i64 {
        return log.len() as i64 + 1;
    }
    while at > 1 && log[at as usize - 2] == log[previous as usize - 1] {
        at -= 1;
    }
    at
}

#[test]
fn raft_append_entries() {
    check("raft.append-entries", |question, values| {
        let log = ints(values, "log");
        let leader = ints(values, "leader");
        // Log matching holds between what was drawn: where terms agree, everything before does.
        for at in 0..log.len().min(leader.len()) {
            assert!(log[at] != leader[at] || log[..at] == leader[..at], "{}", question.prompt);
        }
        let previous = (int(values, "previous"), int(values, "previous_term"));
        let entries = ints(values, "entries");
        let (after, commit, agreed) =
            append(&log, int(values, "commit"), previous, &entries, int(values, "leader_commit"));
        match word(values, "asks") {
            "log" => {
                let told: Vec<String> = after.iter().map(ToString::to_string).collect();
                assert_eq!(typed(question), format!("({})", told.join(", ")), "{}", question.prompt);
            }
            "commit" => assert_eq!(number(question), commit as f64, "{}", question.prompt),
            _ => {
                assert!(!agreed);
                assert_eq!(number(question), hint(&log, previous.0) as f64, "{}", question.prompt);
            }
        }
    });
}

#[test]
fn raft_append_entries_as_in_the_syllabus() {
    assert_eq!(append(&[1, 1, 2, 2, 2], 0, (3, 2), &[3, 3], 4), (vec![1, 1, 2, 3, 3], 4, true));
    assert_eq!(append(&[1, 1, 2], 0, (4, 2), &[2], 4), (vec![1, 1, 2], 0, false));
    assert_eq!(append(&[1, 1, 2, 3], 0, (2, 1), &[2], 3), (vec![1, 1, 2, 3], 3, true));
}

fn words<'a>(values: &'a Value, key: &str) -> Vec<&'a str> {
    values[key].as_array().expect("a list").iter().map(|item| item.as_str().expect("a word")).collect()
}

fn majority(of: &[&str], acked: &[&str]) -> bool {
    of.iter().filter(|server| acked.contains(server)).count() > of.len() / 2
}

/// All subsets of some servers.
fn subsets<'a>(of: &[&'a str]) -> Vec<Vec<&'a str>> {
    (0..1_u32 << of.len())
        .map(|mask| (0..of.len()).filter(|at| mask >> at & 1 == 1).map(|at| of[at]).collect())
        .collect()
}

fn commits(old: &[&str], new: &[&str], acked: &[&str]) -> bool {
    majority(old, acked) && majority(new, acked)
}

fn fewest(old: &[&str], new: &[&str]) -> usize {
    let mut all = [old, new].concat();
    all.sort_unstable();
    all.dedup();
    subsets(&all)
        .iter()
        .filter(|acked| commits(old, new, acked))
        .map(Vec::len)
        .min()
        .expect("some set commits")
}

fn can_split(old: &[&str], new: &[&str]) -> bool {
    let (of_old, of_new) = (subsets(old), subsets(new));
    of_old.iter().filter(|set| majority(old, set)).any(|a| {
        of_new.iter().filter(|set| majority(new, set)).any(|b| a.iter().all(|server| !b.contains(server)))
    })
}

#[test]
fn raft_joint_consensus() {
    check("raft.joint-consensus", |question, values| {
        let (old, new) = (words(values, "old"), words(values, "new"));
        match word(values, "asks") {
            "sets" => {
                let mut right: Vec<String> = values["sets"]
                    .as_array()
                    .expect("sets")
                    .iter()
                    .map(|set| {
                        set.as_array().expect("a set").iter().map(|s| s.as_str().expect("a name")).collect()
                    })
                    .filter(|set: &Vec<&str>| commits(&old, &new, set))
                    .map(|set| format!("{{{}}}", set.join(", ")))
                    .collect();
                right.sort_unstable();
                assert_eq!(chosen(question), right, "{}", question.prompt);
            }
            "fewest" => assert_eq!(number(question), fewest(&old, &new) as f64, "{}", question.prompt),
            _ => {
                let possible = chosen(question)[0].starts_with("yes");
                assert_eq!(possible, can_split(&old, &new), "{}", question.prompt);
            }
        }
    });
}

#[test]
fn raft_joint_consensus_as_in_the_syllabus() {
    let (old, new) = (["A", "B", "C"], ["C", "D", "E"]);
    assert!(commits(&old, &new, &["A", "C", "D"]));
    assert!(!commits(&old, &new, &["A", "B", "C"]));
    assert!(commits(&old, &new, &["B", "C", "E"]));
    assert!(!commits(&old, &new, &["A", "B", "D"]));
}

/// The latest time for which some majority, the leader in it, answered heartbeats that still cover it.
fn lease_end(sent: &[i64], servers: i64, length: i64) -> i64 {
    let covered = |time: i64| 1 + sent.iter().filter(|&&sent| sent + length >= time).count() as i64;
    (0..10_000).rev().find(|&time| 2 * covered(time) > servers).expect("a time")
}

#[test]
fn raft_read_index() {
    check("raft.read-index", |question, values| {
        let servers = int(values, "servers");
        let sent = ints(values, "sent");
        if word(values, "asks") == "lease" {
            let (timeout, drift) = (int(values, "timeout"), int(values, "drift_percent"));
            assert_eq!(timeout * 100 % drift, 0);
            let end = lease_end(&sent, servers, timeout * 100 / drift);
            assert_eq!(number(question), end as f64, "{}", question.prompt);
            return;
        }
        let read_at = int(values, "read_at");
        let (commit, applied, term) = (int(values, "commit"), int(values, "applied"), int(values, "term"));
        let fresh = 1 + sent.iter().filter(|&&sent| sent > read_at).count() as i64;
        let missing = (0..).find(|more| 2 * (fresh + more) > servers).expect("some number is enough");
        let expected = if int(values, "commit_term") != term {
            format!("not yet: an entry of term {term} must be committed first")
        } else if missing == 1 {
            format!("not yet: 1 more follower must answer a heartbeat sent after {read_at} ms")
        } else if missing > 1 {
            format!("not yet: {missing} more followers must answer a heartbeat sent after {read_at} ms")
        } else if applied < commit {
            format!("not yet: it must first apply entries up to {commit}")
        } else {
            format!("yes, with the state at index {applied}")
        };
        assert_eq!(chosen(question), [expected], "{}", question.prompt);
    });
}
