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
