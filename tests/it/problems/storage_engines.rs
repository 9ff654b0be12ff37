//! Oracles for the families of `src/problem/storage/` about single-node engines: buffer pools, hash tables, B+trees.

use std::collections::VecDeque;

use super::{check, draw_with, int, ints, number, typed, word};

#[test]
fn btree_height() {
    check("btree.height", |question, values| {
        let get = |key| int(values, key) as u128;
        let nodes_of = |records: u128| {
            // A node of level i covers leaf · fan^i records.
            let (mut covers, mut counts) = (get("leaf"), Vec::new());
            loop {
                counts.push(records.div_ceil(covers));
                if covers >= records {
                    return counts;
                }
                covers *= get("fan-out");
            }
        };
        let expected = match word(values, "asks") {
            "leaves" => nodes_of(get("records"))[0],
            "height" => nodes_of(get("records")).len() as u128,
            "nodes" => nodes_of(get("records")).iter().sum(),
            "most-records" => {
                let height = get("height") as usize;
                let (mut low, mut high) = (1, 1_u128 << 50);
                while high - low > 1 {
                    let middle = u128::midpoint(low, high);
                    if nodes_of(middle).len() <= height { low = middle } else { high = middle }
                }
                low
            }
            "grows-at" => {
                let height = get("height") as usize;
                let right = number(question) as u128;
                assert!(nodes_of(right).len() == height && nodes_of(right - 1).len() == height - 1);
                right
            }
            "capacity" => {
                let mut pages = 1.0;
                for _ in 0..get("levels") {
                    pages *= get("fan-out") as f64;
                }
                let unit = if get("levels") >= 4 { 1e12 } else { 1e9 };
                let bytes = pages * get("page") as f64 * 1024.0 / unit;
                assert!((number(question) - bytes).abs() < bytes * 1e-9, "{}", question.prompt);
                return;
            }
            other => panic!("no oracle for {other}"),
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

#[test]
fn btree_height_as_in_the_syllabus() {
    let tree = |asks: &str| {
        let parameters = format!("asks = \"{asks}\"\nrecords = 1000000\nleaf = 100\nfan-out = 200");
        number(&draw_with("btree.height", &parameters, 4, 1))
    };
    assert_eq!((tree("leaves"), tree("height")), (10_000.0, 3.0));
    let table = "asks = \"capacity\"\nfan-out = 500\nlevels = 4\npage = 4";
    assert_eq!(number(&draw_with("btree.height", table, 4, 1)), 256.0);
}

/// Hits, evicted pages, and what is left, by queues of pages.
fn trace(policy: &str, frames: usize, trace: &[&str]) -> (usize, Vec<String>, Vec<String>) {
    let (mut hits, mut evicted) = (0, Vec::new());
    // LRU: front is the oldest use. CLOCK: front is where the hand points, with the bit. LRU-2: any order.
    let mut queue: VecDeque<(String, bool)> = VecDeque::new();
    for (time, page) in trace.iter().enumerate() {
        if let Some(at) = queue.iter().position(|(held, _)| held == page) {
            hits += 1;
            if policy == "lru" {
                let entry = queue.remove(at).expect("it is there");
                queue.push_back(entry);
            } else {
                queue[at].1 = true;
            }
            continue;
        }
        if queue.len() == frames {
            let victim = match policy {
                "lru" => 0,
                "clock" => {
                    while queue[0].1 {
                        let (page, _) = queue.pop_front().expect("frames");
                        queue.push_back((page, false));
                    }
                    0
                }
                _ => {
                    // Looks back over the trace, no farther than the page's last load.
                    let ages = |page: &str| {
                        let uses: Vec<usize> = (0..time).filter(|&at| trace[at] == page).collect();
                        let loaded = last_load(page, trace, time, &evicted);
                        let uses: Vec<usize> = uses.into_iter().filter(|&at| at >= loaded).rev().collect();
                        (uses.len() >= 2, *uses.get(1).unwrap_or(&uses[0]))
                    };
                    (0..queue.len()).min_by_key(|&at| ages(&queue[at].0)).expect("frames")
                }
            };
            let (page, _) = queue.remove(victim).expect("a frame");
            evicted.push((time, page));
        }
        queue.push_back(((*page).to_owned(), true));
    }
    let mut left: Vec<String> = queue.into_iter().map(|(page, _)| page).collect();
    left.sort();
    (hits, evicted.into_iter().map(|(_, page)| page).collect(), left)
}

/// The first access after a page's last eviction.
fn last_load(page: &str, trace: &[&str], now: usize, evicted: &[(usize, String)]) -> usize {
    let gone = evicted.iter().rev().find(|(_, held)| held == page).map_or(0, |(time, _)| *time);
    (gone..now).find(|&at| trace[at] == page).expect("it was loaded")
}

#[test]
fn buffer_replacement() {
    check("buffer.replacement", |question, values| {
        let accesses: Vec<&str> = values["trace"]
            .as_array()
            .expect("a trace")
            .iter()
            .map(|page| page.as_str().expect("a page"))
            .collect();
        let (hits, evicted, left) = trace(word(values, "policy"), int(values, "frames") as usize, &accesses);
        match word(values, "asks") {
            "hits" => assert_eq!(number(question), hits as f64, "{}", question.prompt),
            "evicted" => assert_eq!(typed(question), evicted.join(" "), "{}", question.prompt),
            _ => assert_eq!(typed(question), left.join(" "), "{}", question.prompt),
        }
    });
}

#[test]
fn buffer_replacement_as_in_the_syllabus() {
    let accesses: Vec<&str> = "A B C A B D A E B C".split(' ').collect();
    for (policy, hits, evicted) in [("lru", 3, "C B D A"), ("clock", 2, "A B C D A"), ("lru-2", 4, "C D E")] {
        let (found, gone, _) = trace(policy, 3, &accesses);
        assert_eq!((found, gone.join(" ")), (hits, evicted.to_owned()), "{policy}");
    }
}

/// Leaves of the trie that splits wherever more keys share their low bits than a bucket holds: depth and keys.
fn trie(keys: &[i64], capacity: usize, depth: u32, out: &mut Vec<(u32, Vec<i64>)>) {
    if depth >= 1 && keys.len() <= capacity {
        out.push((depth, keys.to_vec()));
        return;
    }
    for bit in 0..2 {
        let side: Vec<i64> = keys.iter().copied().filter(|key| key >> depth & 1 == bit).collect();
        trie(&side, capacity, depth + 1, out);
    }
}

/// The bucket of a key, given how many buckets there are: the largest power that covers them, less one step if absent.
fn linear_place(key: i64, start: i64, buckets: i64) -> i64 {
    let mut modulus = start;
    while modulus < buckets {
        modulus *= 2;
    }
    let place = key % modulus;
    if place < buckets { place } else { key % (modulus / 2) }
}

fn linear_buckets(keys: &[i64], start: i64, capacity: usize) -> i64 {
    let mut buckets = start;
    for (index, &key) in keys.iter().enumerate() {
        let place = linear_place(key, start, buckets);
        let held =
            keys[..index].iter().filter(|&&other| linear_place(other, start, buckets) == place).count();
        buckets += i64::from(held >= capacity);
    }
    buckets
}

fn pointer(start: i64, buckets: i64) -> i64 {
    let mut base = start;
    while base * 2 <= buckets {
        base *= 2;
    }
    buckets - base
}

#[test]
fn hash_insert() {
    check("hash.insert", |question, values| {
        let keys = ints(values, "keys");
        let slot_of = |slots: i64| {
            let mut table = vec![None; slots as usize];
            for &key in &keys {
                let mut from_home = (0..slots).map(|step| ((key + step) % slots) as usize);
                let slot = from_home.find(|&slot| table[slot].is_none()).expect("room");
                table[slot] = Some(key);
            }
            table
        };
        match (word(values, "scheme"), word(values, "asks")) {
            ("probing", "slots") => {
                let table = slot_of(int(values, "slots"));
                let place = |key: &i64| table.iter().position(|held| *held == Some(*key)).expect("inserted");
                let places: Vec<String> = keys.iter().map(|key| place(key).to_string()).collect();
                assert_eq!(typed(question), places.join(", "), "{}", question.prompt);
            }
            ("probing", _) => {
                let table = slot_of(int(values, "slots"));
                let mut looked = 1;
                let mut slot = (int(values, "wanted") % int(values, "slots")) as usize;
                while table[slot].is_some() {
                    looked += 1;
                    slot = if slot + 1 == table.len() { 0 } else { slot + 1 };
                }
                assert_eq!(number(question), f64::from(looked), "{}", question.prompt);
            }
            ("extendible", asks) => {
                let mut leaves = Vec::new();
                trie(&keys, int(values, "capacity") as usize, 0, &mut leaves);
                let expected = match asks {
                    "depth" => leaves.iter().map(|(depth, _)| *depth).max().expect("leaves"),
                    "buckets" => leaves.len() as u32,
                    _ => {
                        let of = int(values, "of");
                        leaves.iter().find(|(_, keys)| keys.contains(&of)).expect("it is somewhere").0
                    }
                };
                assert_eq!(number(question), f64::from(expected), "{}", question.prompt);
            }
            (_, asks) => {
                let start = int(values, "start");
                let buckets = linear_buckets(&keys, start, int(values, "capacity") as usize);
                if asks == "place" {
                    let expected = linear_place(int(values, "of"), start, buckets);
                    assert_eq!(number(question), expected as f64, "{}", question.prompt);
                } else {
                    let expected = format!("{buckets}, {}", pointer(start, buckets));
                    assert_eq!(typed(question), expected, "{}", question.prompt);
                }
            }
        }
    });
}

#[test]
fn hash_insert_as_in_the_syllabus() {
    let mut leaves = Vec::new();
    trie(&[0, 4, 1, 8, 5], 2, 0, &mut leaves);
    assert_eq!(leaves.iter().map(|(depth, _)| *depth).max(), Some(3));
    let buckets = linear_buckets(&[4, 8, 5, 9, 13, 6, 17], 4, 2);
    assert_eq!((buckets, pointer(4, buckets)), (6, 2));
}
