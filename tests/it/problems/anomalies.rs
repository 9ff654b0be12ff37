//! Oracles for `anomaly.name` and `percolator.cell`: what happened is recognised from the drawn facts alone.

use super::{check, chosen, word};

/// Who, what, on which object, what a read found.
type Fact = (usize, String, usize, String);

/// Recognises an anomaly by who touches what between whose commits.
fn recognise(facts: &[Fact], replicas: bool) -> &'static str {
    let at = |who: usize, what: &str, object: usize| {
        facts.iter().position(|fact| fact.0 == who && fact.1 == what && fact.2 == object)
    };
    let read = |who: usize, object: usize, saw: &str| {
        facts.iter().position(|fact| fact.0 == who && fact.1 == "read" && fact.2 == object && fact.3 == saw)
    };
    if replicas {
        let older = |who: usize| read(who, 0, "old");
        let reader = (0..2).find(|&who| older(who).is_some()).expect("a reader");
        return if at(reader, "write", 0).is_some()
            && at(1 - reader, "write", 0).is_none()
            && read(reader, 1, "new").is_none()
        {
            "read-your-writes violated"
        } else if read(reader, 0, "new") < older(reader) && read(reader, 0, "new").is_some() {
            "monotonic reads violated"
        } else {
            assert!(
                read(reader, 1, "new").is_some() && at(1 - reader, "write", 0) < at(1 - reader, "write", 1)
            );
            "consistent prefix reads violated"
        };
    }
    let end = |who: usize| {
        facts
            .iter()
            .position(|fact| fact.0 == who && matches!(fact.1.as_str(), "commit" | "abort"))
            .expect("an end")
    };
    if facts.iter().any(|fact| fact.1 == "count") {
        return "phantom";
    }
    for (place, fact) in facts.iter().enumerate() {
        // The last to write the object before, if it is the other and has not ended.
        let dirty = facts[..place].iter().rev().find(|other| other.1 == "write" && other.2 == fact.2);
        let dirty = dirty.is_some_and(|other| other.0 != fact.0 && end(other.0) > place);
        match fact.1.as_str() {
            "read" if dirty && fact.3 == "new" => return "dirty read",
            "write" if dirty => return "dirty write",
            _ => {}
        }
    }
    for who in 0..2 {
        let other = 1 - who;
        for object in 0..2 {
            if let (Some(seen), Some(mine), Some(theirs)) =
                (at(who, "read", object), at(who, "write", object), at(other, "write", object))
                && seen < end(other)
                && end(other) < mine
                && theirs < mine
            {
                return "lost update";
            }
        }
    }
    let crossed = (0..2).all(|who| {
        (0..2).any(|object| {
            at(who, "read", object) < at(1 - who, "write", object) && at(1 - who, "write", object).is_some()
        })
    });
    if crossed {
        return "write skew";
    }
    let reader = (0..2).find(|&who| read(who, 1, "new").is_some()).expect("a reader");
    assert!(read(reader, 0, "old") < Some(end(1 - reader)) && Some(end(1 - reader)) < read(reader, 1, "new"));
    "read skew (nonrepeatable read)"
}

#[test]
fn anomaly_name() {
    check("anomaly.name", |question, values| {
        let facts: Vec<Fact> = serde_json::from_value(values["facts"].clone()).expect("facts");
        let name = recognise(&facts, values["replicas"].as_bool().expect("a switch"));
        let expected = if word(values, "asks") == "name" {
            name
        } else {
            // DDIA, chapter 7: what each level rules out.
            match name {
                "dirty read" => "read committed",
                "read skew (nonrepeatable read)" | "lost update" => "snapshot isolation",
                "write skew" | "phantom" => "serialisable",
                other => panic!("no level is asked for {other}"),
            }
        };
        assert_eq!(chosen(question), [expected], "{}", question.prompt);
    });
}

#[test]
fn anomaly_name_as_in_the_syllabus() {
    let fact = |who, what: &str, object, saw: &str| (who, what.to_owned(), object, saw.to_owned());
    // The balances read around another's committed transfer do not add up.
    let transfer = [
        fact(0, "read", 0, "old"),
        fact(1, "write", 0, ""),
        fact(1, "write", 1, ""),
        fact(1, "commit", 0, ""),
        fact(0, "read", 1, "new"),
        fact(0, "commit", 0, ""),
    ];
    assert_eq!(recognise(&transfer, false), "read skew (nonrepeatable read)");
}

type Cell = (Vec<(i64, i64)>, Option<i64>, Vec<(i64, String, i64)>);

/// Plays a cell's history up to a moment: what a reader then would have found committed.
fn committed_at(cell: &Cell, moment: i64) -> Option<i64> {
    let mut value = None;
    for now in 0..=moment {
        for (_, _, start) in cell.2.iter().filter(|(at, kind, _)| *at == now && kind == "put") {
            value = cell.0.iter().find(|(at, _)| at == start).map(|(_, value)| *value);
        }
    }
    value
}

#[test]
fn percolator_cell() {
    check("percolator.cell", |question, values| {
        let cell: Cell = (
            serde_json::from_value(values["data"].clone()).expect("values"),
            values["lock"].as_i64(),
            serde_json::from_value(values["writes"].clone()).expect("records"),
        );
        let get = |key| super::int(values, key);
        let expected = match word(values, "asks") {
            "get" => match cell.1 {
                Some(lock) if lock <= get("snapshot") => "it must deal with the lock first".to_owned(),
                _ => committed_at(&cell, get("snapshot"))
                    .map_or_else(|| "it finds no value".to_owned(), |value| format!("it returns {value}")),
            },
            "prewrite" => {
                let start = get("start");
                let mut later: Vec<_> = cell.2.iter().filter(|record| record.0 >= start).collect();
                later.sort();
                match (later.first(), cell.1) {
                    (Some((at, kind, _)), None) if kind == "put" => {
                        format!("it aborts: write record at {at}")
                    }
                    (Some((at, ..)), None) => format!("it aborts: rollback record at {at}"),
                    (None, Some(lock)) => format!("it aborts: lock at {lock}"),
                    (None, None) => format!("it succeeds: data and lock at {start}"),
                    (Some(_), Some(_)) => panic!("two reasons: {}", question.prompt),
                }
            }
            "commit" => {
                let (start, commit) = (get("start"), get("commit"));
                if cell.1 == Some(start) {
                    format!("it commits: write record at {commit}, pointing to {start}; lock removed")
                } else {
                    "it aborts".to_owned()
                }
            }
            "cleanup" => {
                let start = get("start");
                let of = cell.2.iter().find(|(_, kind, from)| kind == "put" && *from == start);
                match (of, cell.1 == Some(start), values["alive"].as_bool()) {
                    (Some((at, ..)), ..) => {
                        format!("roll it forward: write record at {at}, pointing to {start}; lock removed")
                    }
                    (None, true, Some(true)) => "wait for its client".to_owned(),
                    (None, true, _) => {
                        "erase the primary's lock, then roll it back: lock and data removed".to_owned()
                    }
                    (None, false, _) => "roll it back: lock and data removed".to_owned(),
                }
            }
            other => panic!("no oracle for {other}"),
        };
        assert_eq!(chosen(question), [expected], "{}", question.prompt);
    });
}

/// Bob's account in the paper's figure 4: a value at 5, committed at 6; then a transfer with start 7, commit 8.
#[test]
fn percolator_cell_as_in_the_paper() {
    let cell: Cell = (vec![(5, 10), (7, 3)], None, vec![(6, "put".to_owned(), 5), (8, "put".to_owned(), 7)]);
    assert_eq!(
        [5, 6, 7, 8, 9].map(|at| committed_at(&cell, at)),
        [None, Some(10), Some(10), Some(3), Some(3)]
    );
}
