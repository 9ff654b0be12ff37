//! Oracles for families on single systems in `src/problem/storage/`: etcd, Bigtable, erasure coding.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{check, chosen, draw_with, int, number, typed, word};

/// The changes of each key: revision, and the value put, or nothing for a delete.
type Changes = BTreeMap<String, Vec<(i64, Option<String>)>>;

/// Reads the requests as shown and keeps every change; returns them with the last revision.
fn changes(requests: &Value) -> (i64, Changes) {
    let mut revision = 1;
    let mut changes = Changes::new();
    for request in requests.as_array().expect("requests") {
        let request = request.as_str().expect("text").trim_start_matches("txn { ").trim_end_matches(" }");
        let mut changed = false;
        for part in request.split("; ") {
            let words: Vec<&str> = part.split(' ').collect();
            let of_key = changes.entry(words[1].to_owned()).or_default();
            match words[..] {
                ["put", _, value] => of_key.push((revision + 1, Some(value.to_owned()))),
                ["delete", _] if of_key.last().is_some_and(|(_, value)| value.is_some()) => {
                    of_key.push((revision + 1, None));
                }
                ["delete" | "get", _] => continue,
                _ => panic!("{part}"),
            }
            changed = true;
        }
        revision += i64::from(changed);
    }
    (revision, changes)
}

#[test]
fn etcd_revisions() {
    check("etcd.revisions", |question, values| {
        let (revision, changes) = changes(&values["requests"]);
        let of_key = changes.get(word(values, "key")).expect("the key occurs");
        // The present life: everything behind the last delete.
        let life: Vec<i64> =
            of_key.iter().rev().take_while(|(_, value)| value.is_some()).map(|(at, _)| *at).collect();
        match word(values, "asks") {
            "revision" => assert_eq!(number(question), revision as f64, "{}", question.prompt),
            "version" => assert_eq!(number(question), life.len() as f64, "{}", question.prompt),
            "fields" => {
                let expected = format!("({}, {}, {})", life[life.len() - 1], life[0], life.len());
                assert_eq!(typed(question), expected, "{}", question.prompt);
            }
            "read" => {
                let at = int(values, "at");
                let then = of_key
                    .iter()
                    .rev()
                    .find(|(revision, _)| *revision <= at)
                    .and_then(|(_, value)| value.clone());
                let expected = match values["compacted"].as_i64() {
                    Some(compacted) if at < compacted => "an error: the revision was compacted".to_owned(),
                    _ => then.unwrap_or_else(|| "no such key".to_owned()),
                };
                assert_eq!(chosen(question), [expected], "{}", question.prompt);
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

#[test]
fn etcd_starts_at_revision_one() {
    // As many revisions above 1 as requests that change something.
    let (revision, _) = changes(&serde_json::json!(["put a 1"]));
    assert_eq!(revision, 2);
    let (revision, kept) =
        changes(&serde_json::json!(["put a 1", "delete b", "txn { put a 2; put b 3 }", "get a"]));
    assert_eq!((revision, kept["a"].len()), (3, 2));
}

#[test]
fn bigtable_location() {
    check("bigtable.location", |question, values| {
        let tablet_of = |row: &str| {
            // Rows by tablet, written out: a row goes to the tablet whose span (previous end, end] has it.
            let ends: Vec<&str> = values["ends"]
                .as_array()
                .expect("ends")
                .iter()
                .map(|end| end.as_str().expect("text"))
                .collect();
            1 + ends.iter().filter(|end| **end < row).count()
        };
        match word(values, "asks") {
            "tablet" => {
                assert_eq!(
                    chosen(question),
                    [format!("T{}", tablet_of(word(values, "row")))],
                    "{}",
                    question.prompt
                );
            }
            "scan" => {
                let read = tablet_of(word(values, "to")) + 1 - tablet_of(word(values, "from"));
                assert_eq!(number(question), read as f64, "{}", question.prompt);
            }
            "trips" => {
                let trips = find(["user", "metadata", "root"].map(|level| word(values, level)), 0);
                assert_eq!(number(question), f64::from(trips), "{}", question.prompt);
            }
            asks => {
                let rows = (int(values, "tablet-megabytes") << 20) / int(values, "row-bytes");
                let tablets = i128::from(rows) * i128::from(rows);
                let reached = if asks == "bytes" {
                    tablets * i128::from(int(values, "user-megabytes") << 20)
                } else {
                    tablets
                };
                assert_eq!(2_i128.pow(number(question) as u32), reached, "{}", question.prompt);
            }
        }
    });
}

/// Round trips to learn the location of a level (0 user, 1 METADATA, 2 root, from the Chubby file).
fn find(cache: [&str; 3], level: usize) -> u32 {
    let read_above = || 1 + if level < 2 { find(cache, level + 1) } else { 0 };
    match cache[level] {
        "right" => 0,
        "stale" => 1 + read_above(),
        _ => read_above(),
    }
}

#[test]
fn bigtable_location_as_in_the_paper() {
    assert_eq!(find(["right", "missing", "missing"], 0), 0);
    assert_eq!(find(["missing"; 3], 0), 3);
    assert_eq!(find(["stale"; 3], 0), 6);
    // 128 MB tablets and rows of 1 KB: 2^34 user tablets.
    let found = (0..2000)
        .map(|seed| draw_with("bigtable.location", "asks = \"capacity\"", seed, 1))
        .find(|question| {
            let values = super::values(question);
            int(values, "tablet-megabytes") == 128 && int(values, "row-bytes") == 1024
        })
        .expect("drawn");
    assert_eq!(number(&found), 34.0);
}

/// Whether an object can be read with some of its shards missing.
fn readable(data: i64, written: i64, missing: i64) -> bool {
    written - missing >= data
}

#[test]
fn erasure_coding() {
    check("erasure.coding", |question, values| {
        let get = |key: &str| values[key].as_i64().unwrap_or(0);
        let (data, parity, size) = (get("data"), get("parity"), get("size"));
        let drives = get("drives");
        let right = number(question);
        // Parity as raised drive by drive, and what a write leaves behind.
        let raised = |offline: i64| {
            (0..offline)
                .fold(parity, |parity, _| if 2 * (parity + 1) <= drives { parity + 1 } else { parity })
        };
        let expected = match word(values, "asks") {
            "overhead" => {
                let exact = 100.0 * ((data + parity) as f64 / data as f64 - 1.0);
                assert!((right - exact).abs() < 0.0501, "{}", question.prompt);
                return;
            }
            "stored" => (0..data + parity).map(|_| size as f64 / data as f64).sum(),
            "lost" => {
                (0..=data + parity).filter(|&lost| readable(data, data + parity, lost)).max().unwrap_or(0)
                    as f64
            }
            "repair" => (0..data).map(|_| size as f64 / data as f64).sum(),
            "default" => {
                let parity = [0, 0, 0, 0, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4][drives as usize];
                size as f64 * drives as f64 / (drives - parity) as f64
            }
            "read-quorum" => (0..=drives).find(|&up| readable(drives - parity, up, 0)).unwrap_or(0) as f64,
            // Enough for the data, and so many that any two writes share a drive.
            "write-quorum" => (0..=drives)
                .find(|&up| readable(drives - parity, up, 0) && 2 * up > drives)
                .unwrap_or(0) as f64,
            "raised" => (drives - raised(get("offline"))) as f64,
            "more-lost" => {
                let written = drives - get("offline");
                let data = drives - raised(get("offline"));
                (0..=written)
                    .take_while(|&lost| readable(data, written, lost))
                    .last()
                    .expect("it was written") as f64
            }
            other => panic!("no oracle for {other}"),
        };
        assert!((right - expected).abs() < 1e-6, "{right} for {expected}: {}", question.prompt);
    });
}

#[test]
fn erasure_coding_as_in_the_syllabus() {
    let of = |asks: &str, data: i64, parity: i64| {
        let parameters = format!("asks = \"{asks}\"\ndata = {data}\nparity = {parity}");
        draw_with("erasure.coding", &parameters, 1, 0)
    };
    // RS(6,3): 50 % overhead, survives 3; RS(10,4): 1.4 times the space, survives 4.
    assert_eq!(number(&of("overhead", 6, 3)), 50.0);
    assert_eq!(number(&of("lost", 6, 3)), 3.0);
    assert_eq!(number(&of("overhead", 10, 4)), 40.0);
    assert_eq!(number(&of("lost", 10, 4)), 4.0);
    // 16 drives with EC:4: 16/12 of the object.
    let stored = of("stored", 12, 4);
    let size = int(super::values(&stored), "size") as f64;
    assert!((number(&stored) - size * 16.0 / 12.0).abs() < 1e-9);
    // Write quorum is D, or D + 1 when D = P.
    for (data, parity) in [(12, 4), (8, 8), (4, 4)] {
        for seed in 0..50 {
            let parameters = format!("asks = \"write-quorum\"\ndata = {data}\nparity = {parity}");
            let question = draw_with("erasure.coding", &parameters, seed, 2);
            let values = super::values(&question);
            let data = int(values, "drives") - int(values, "parity");
            let extra = i64::from(data == int(values, "parity"));
            assert_eq!(number(&question), (data + extra) as f64);
        }
    }
}
