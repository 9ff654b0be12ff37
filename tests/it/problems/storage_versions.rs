//! Oracles for Merkle trees, sealed extents, ZooKeeper's votes and TiKV's versions: by building the trees, by appending
//! block after block, by comparing votes one against one, and by reading at every timestamp.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use super::{check, chosen, int, ints, number, ordered, typed, word};

/// A tree as levels of hashes, the leaves first.
fn tree(leaves: &[u64], fan: usize) -> Vec<Vec<u64>> {
    let mut levels = vec![leaves.to_vec()];
    while levels[levels.len() - 1].len() > 1 {
        let below = &levels[levels.len() - 1];
        let hash = |children: &[u64]| {
            let mut hasher = DefaultHasher::new();
            children.hash(&mut hasher);
            hasher.finish()
        };
        levels.push(below.chunks(fan).map(hash).collect());
    }
    levels
}

/// Compares two trees from a node down: pairs of hashes compared, nodes that differ, leaves that differ.
fn compare(a: &[Vec<u64>], b: &[Vec<u64>], level: usize, at: usize, fan: usize) -> [usize; 3] {
    if a[level][at] == b[level][at] {
        return [1, 0, 0];
    }
    if level == 0 {
        return [1, 1, 1];
    }
    let below = (0..fan).map(|child| compare(a, b, level - 1, at * fan + child, fan));
    below.fold([1, 1, 0], |sum, one| [sum[0] + one[0], sum[1] + one[1], sum[2] + one[2]])
}

fn merkle(fan: usize, height: usize, differing: &[i64]) -> [usize; 3] {
    let leaves: Vec<u64> = (0..fan.pow(height as u32) as u64).collect();
    let mut others = leaves.clone();
    for &leaf in differing {
        others[leaf as usize] += 1_000_000;
    }
    compare(&tree(&leaves, fan), &tree(&others, fan), height, 0, fan)
}

#[test]
fn merkle_compare() {
    check("merkle.compare", |question, values| {
        let [compared, unequal, leaves] =
            merkle(int(values, "fan") as usize, int(values, "height") as usize, &ints(values, "differing"));
        let expected = match word(values, "asks") {
            "compared" => compared,
            "unequal" => unequal,
            _ => leaves * int(values, "keys") as usize,
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

#[test]
fn merkle_compare_as_in_the_syllabus() {
    // One differing leaf of 2^k: root, then two children on each level, 2k + 1.
    assert_eq!(merkle(2, 3, &[5])[0], 7);
    assert_eq!(merkle(2, 10, &[77])[0], 21);
    // Neighbours share their whole way, opposite leaves only the root.
    assert_eq!((merkle(2, 3, &[4, 5])[0], merkle(2, 3, &[0, 7])[0]), (7, 11));
}

#[test]
fn extent_seal() {
    check("extent.seal", |question, values| {
        let (ends, have) = (ints(values, "ends"), ints(values, "have"));
        let silent = values["silent"].as_u64().map(|replica| replica as usize);
        // Block after block: who has it, and whether the client may have heard of it.
        let holders = |end: i64| (0..3).filter(|&replica| have[replica] >= end).collect::<BTreeSet<usize>>();
        let answering: BTreeSet<usize> = (0..3).filter(|&replica| Some(replica) != silent).collect();
        let acknowledged: Vec<i64> = ends.iter().copied().filter(|&end| holders(end).len() == 3).collect();
        let inside: Vec<i64> =
            ends.iter().copied().filter(|&end| answering.is_subset(&holders(end))).collect();
        assert!(acknowledged.iter().all(|end| inside.contains(end)), "nothing is lost: {}", question.prompt);
        let length = |blocks: &[i64]| blocks.last().copied().unwrap_or(0);
        let expected = match word(values, "asks") {
            "sealed" => length(&inside),
            "acknowledged" => length(&acknowledged),
            "unacknowledged" => length(&inside) - length(&acknowledged),
            _ => {
                let again: Vec<i64> =
                    ends.iter().copied().filter(|end| !acknowledged.contains(end)).collect();
                again.iter().filter(|end| inside.contains(end)).count() as i64
            }
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

fn halves(zxid: &Value) -> (u64, u64) {
    let digits = zxid.as_str().and_then(|text| text.strip_prefix("0x")).expect("base 16");
    let padded = format!("{digits:0>16}");
    let half = |part: &str| {
        part.chars().fold(0, |sum, digit| sum * 16 + u64::from(digit.to_digit(16).expect("a digit")))
    };
    (half(&padded[..8]), half(&padded[8..]))
}

/// Whether a vote beats another; the current epochs count only where they are shown.
fn beats(a: &Value, b: &Value, shown: bool) -> bool {
    let current = |vote: &Value| if shown { vote[0].as_u64().expect("an epoch") } else { 0 };
    let id = |vote: &Value| vote[2].as_u64().expect("an id");
    if current(a) != current(b) {
        return current(a) > current(b);
    }
    let ((epoch_a, counter_a), (epoch_b, counter_b)) = (halves(&a[1]), halves(&b[1]));
    if epoch_a != epoch_b {
        return epoch_a > epoch_b;
    }
    if counter_a == counter_b { id(a) > id(b) } else { counter_a > counter_b }
}

#[test]
fn zab_election() {
    check("zab.election", |question, values| {
        let servers = || values["servers"].as_array().expect("servers");
        let name = |vote: &Value| format!("S{}", vote[2]);
        match word(values, "asks") {
            "decode" => {
                let (epoch, counter) = halves(&values["zxid"]);
                assert_eq!(typed(question), format!("({epoch}, {counter})"), "{}", question.prompt);
            }
            "behind" => {
                let (leader, follower) = (halves(&values["leader"]), halves(&values["follower"]));
                assert_eq!(leader.0, follower.0, "one epoch: {}", question.prompt);
                assert_eq!(number(question), (leader.1 - follower.1) as f64, "{}", question.prompt);
            }
            asks => {
                let shown = values["shown"] == true;
                let up: Vec<&Value> = servers().iter().filter(|server| server[3] == true).collect();
                // A server's place: how many others beat it.
                let place = |one: &&Value| up.iter().filter(|other| beats(other, one, shown)).count();
                if asks == "ranking" {
                    let mut best_first = up.clone();
                    best_first.sort_by_key(place);
                    let expected: Vec<String> = best_first.iter().map(|vote| name(vote)).collect();
                    assert_eq!(ordered(question), expected, "{}", question.prompt);
                } else {
                    let enough = up.len() > servers().len() - up.len();
                    let best = up.iter().find(|one| place(one) == 0).expect("one is beaten by nobody");
                    let expected = if enough { name(best) } else { "none".to_owned() };
                    assert_eq!(typed(question), expected, "{}", question.prompt);
                }
            }
        }
    });
}

#[test]
fn zab_election_by_hand() {
    assert_eq!(halves(&json!("0x30000001a")), (3, 26));
    assert_eq!(halves(&json!("0x100000000000000f")), (0x1000_0000, 15));
    let vote = |current: u64, zxid: &str, id: u64| json!([current, zxid, id, true]);
    // A later epoch with a smaller counter wins; ids break ties only.
    assert!(beats(&vote(3, "0x300000001", 1), &vote(3, "0x2000000ff", 5), true));
    assert!(beats(&vote(3, "0x200000001", 2), &vote(2, "0x2000000ff", 5), true));
    assert!(!beats(&vote(3, "0x200000001", 2), &vote(2, "0x2000000ff", 5), false));
    assert!(beats(&vote(3, "0x300000001", 5), &vote(3, "0x300000001", 4), true));
}

/// What a transaction reads at a timestamp: the newest Put or Delete not above it, if it is a Put.
fn read(records: &[(i64, String)], at: i64) -> Option<i64> {
    let versions =
        records.iter().filter(|record| record.0 <= at && (record.1 == "Put" || record.1 == "Delete"));
    versions.max_by_key(|record| record.0).filter(|record| record.1 == "Put").map(|record| record.0)
}

#[test]
fn tikv_gc() {
    check("tikv.gc", |question, values| {
        if word(values, "asks") == "order" {
            let versions: Vec<(String, u64)> =
                serde_json::from_value(values["versions"].clone()).expect("versions");
            // As bytes: the key, then the timestamp with all bits turned round.
            let mut encoded: Vec<(Vec<u8>, String)> = versions
                .iter()
                .map(|(key, at)| {
                    let mut bytes = format!("{key:\0<8}").into_bytes();
                    bytes.extend((!at).to_be_bytes());
                    (bytes, format!("{key} @ {at}"))
                })
                .collect();
            encoded.sort();
            let expected: Vec<String> = encoded.into_iter().map(|(_, label)| label).collect();
            assert_eq!(ordered(question), expected, "{}", question.prompt);
            return;
        }
        let records: Vec<(i64, String)> = serde_json::from_value(values["records"].clone()).expect("records");
        let safe = int(values, "safe");
        // Needed: all above the safe point, and what some transaction from there on reads.
        let needed: BTreeSet<i64> = (safe..200).filter_map(|at| read(&records, at)).collect();
        let stays = |record: &(i64, String)| record.0 > safe || needed.contains(&record.0);
        let wanted = word(values, "asks") == "kept";
        let mut expected: Vec<String> = records
            .iter()
            .filter(|record| stays(record) == wanted)
            .map(|(at, kind)| format!("{at} {kind}"))
            .collect();
        expected.sort_unstable();
        assert_eq!(chosen(question), expected, "{}", question.prompt);
        // Collection changes no read at or above the safe point.
        let left: Vec<(i64, String)> = records.iter().filter(|record| stays(record)).cloned().collect();
        assert!((safe..200).all(|at| read(&records, at) == read(&left, at)), "{}", question.prompt);
    });
}
