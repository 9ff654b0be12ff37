//! `occ.validation`: who passes optimistic validation, backward or in the manner of FaRM.

use serde_json::json;

use super::wording::{names, spellings};
use crate::problem::diagram;
use crate::problem::text::{OBJECTS, list};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &OccValidation;

struct OccValidation;

const BLIND: &str =
    "you compared write sets; backward validation compares what others wrote with what was read";
const REVERSED: &str =
    "you asked whether it overwrites what others read; what counts is whether they overwrote what it read";
const ABORTED_COUNT: &str = "you validated against an aborted transaction; it wrote nothing";
const ALL_TIMES: &str =
    "you compared with every transaction; only those that committed after the start count";
const NONE_FAILS: &str = "you overlooked a read that is out of date";
const UNLOCKED: &str =
    "the lock bit is set: another transaction holds the object, though its version is unchanged";
const VERSION: &str = "the version has changed since it was read";
const LOCK_FIRST: &str = "all written objects are locked before any other is validated; that fails first";
const FINE_THERE: &str = "that object is unlocked and unchanged";

const VARIANTS: &[&str] = &["backward", "farm"];

/// A transaction: number, start, validation, objects read and written.
struct Txn {
    id: usize,
    start: i64,
    validate: i64,
    reads: Vec<usize>,
    writes: Vec<usize>,
}

impl Family for OccValidation {
    fn name(&self) -> &'static str {
        "occ.validation"
    }

    fn title(&self) -> &'static str {
        "validate optimistic transactions"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "variant",
                    "backward validation, or FaRM's versions and locks",
                    VARIANTS,
                    VARIANTS,
                ),
                Parameter::integer("transactions", "transactions, for backward validation", (2, 6), &[])
                    .graded([&[3], &[4], &[5]]),
                Parameter::integer("objects", "objects used", (2, 4), &[]).graded([&[3], &[3, 4], &[4]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[BLIND, REVERSED, ABORTED_COUNT, ALL_TIMES, NONE_FAILS, UNLOCKED, VERSION, LOCK_FIRST, FINE_THERE]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        if with.word("variant") == "farm" {
            farm(with.count("objects").max(difficulty.of([2, 3, 4])), draw)
        } else {
            backward(with.count("transactions"), with.count("objects"), draw)
        }
    }
}

fn backward(count: usize, objects: usize, draw: &mut Draw) -> Instance {
    let none = draw.chance(1, 6);
    let (txns, aborted) = draw.until(|draw| {
        let times = draw.permutation(2 * count);
        let all: Vec<usize> = (0..objects).collect();
        let mut txns: Vec<Txn> = (0..count)
            .map(|index| {
                let (a, b) = (times[2 * index] as i64 + 1, times[2 * index + 1] as i64 + 1);
                let (read, write) = (draw.range(1, 2), draw.range(0, 2));
                Txn {
                    id: 0,
                    start: a.min(b),
                    validate: a.max(b),
                    reads: draw.subset(&all, read),
                    writes: draw.subset(&all, write),
                }
            })
            .collect();
        txns.sort_by_key(|txn| txn.start);
        txns.iter_mut().enumerate().for_each(|(index, txn)| txn.id = index + 1);
        let aborted = validate(&txns, Rule::Right).0;
        let overlap = txns
            .iter()
            .any(|txn| txns.iter().any(|other| other.start < txn.start && txn.start < other.validate));
        (overlap && aborted.is_empty() == none).then_some((txns, aborted))
    });
    let named = |set: &[usize]| {
        if set.is_empty() {
            "-".to_owned()
        } else {
            set.iter().map(|&object| OBJECTS[object]).collect::<Vec<_>>().join(" ")
        }
    };
    let rows: Vec<Vec<String>> = txns
        .iter()
        .map(|txn| {
            vec![
                format!("T{}", txn.id),
                txn.start.to_string(),
                txn.validate.to_string(),
                named(&txn.reads),
                named(&txn.writes),
            ]
        })
        .collect();
    let picture = diagram::table(&["", "starts at", "validates at", "reads", "writes"], &rows);
    let prompt = format!(
        "Optimistic transactions read while they run; at its validation a transaction is aborted or commits, and its writes take \
         effect at that moment. Backward validation aborts T if a transaction that committed after T's start wrote something that T \
         read. Aborted transactions write nothing and are not restarted.\n\n{}\n\nWhich are aborted? List them in ascending order of \
         their numbers, as `T2, T5`, or answer `none`.",
        picture.fence()
    );
    let values = json!({
        "variant": "backward",
        "transactions": txns.iter().map(|txn| json!({
            "id": txn.id, "start": txn.start, "validate": txn.validate, "reads": txn.reads, "writes": txn.writes,
        })).collect::<Vec<_>>(),
    });
    let steps = validate(&txns, Rule::Right).1;
    let mut instance = Instance::new(
        prompt,
        answer::typed(spellings(&aborted)),
        format!("In the order of validation:\n\n{}\n\nAborted: {}.", steps.join("\n"), names(&aborted)),
        values,
    )
    .spoken(picture.spoken);
    for (rule, why) in [
        (Rule::AbortedCount, ABORTED_COUNT),
        (Rule::AllTimes, ALL_TIMES),
        (Rule::Writes, BLIND),
        (Rule::Reversed, REVERSED),
    ] {
        instance = instance.mistake(names(&validate(&txns, rule).0), why);
    }
    instance.mistake("none", NONE_FAILS)
}

#[derive(Clone, Copy, PartialEq)]
enum Rule {
    Right,
    AbortedCount,
    AllTimes,
    Writes,
    Reversed,
}

fn validate(txns: &[Txn], rule: Rule) -> (Vec<usize>, Vec<String>) {
    let mut order: Vec<&Txn> = txns.iter().collect();
    order.sort_by_key(|txn| txn.validate);
    let mut aborted = Vec::new();
    let mut steps = Vec::new();
    for txn in &order {
        let clash = order.iter().find_map(|other| {
            let committed = rule == Rule::AbortedCount || !aborted.contains(&other.id);
            let between =
                other.validate < txn.validate && (rule == Rule::AllTimes || other.validate > txn.start);
            let (theirs, own) = match rule {
                Rule::Writes => (&other.writes, &txn.writes),
                Rule::Reversed => (&other.reads, &txn.writes),
                _ => (&other.writes, &txn.reads),
            };
            let shared = theirs.iter().find(|object| own.contains(object))?;
            (committed && between && other.id != txn.id).then_some((other, *shared))
        });
        match clash {
            Some((other, object)) => {
                aborted.push(txn.id);
                steps.push(format!(
                    "- T{} (from {}) at {}: T{} committed at {} and wrote {}, which T{} read: aborted",
                    txn.id, txn.start, txn.validate, other.id, other.validate, OBJECTS[object], txn.id
                ));
            }
            None => steps.push(format!("- T{} (from {}) at {}: commits", txn.id, txn.start, txn.validate)),
        }
    }
    aborted.sort_unstable();
    (aborted, steps)
}

/// An object of a FaRM transaction: whether written, version read, version now, whether locked now.
#[derive(Clone, Copy)]
struct Object {
    written: bool,
    read: i64,
    now: i64,
    locked: bool,
}

impl Object {
    fn fails(self) -> bool {
        self.locked || self.read != self.now
    }
}

fn farm(count: usize, draw: &mut Draw) -> Instance {
    // The object where it ends, or none: each as likely.
    let wanted = draw.range(0, count);
    let objects = draw.until(|draw| {
        let objects: Vec<Object> = (0..count)
            .map(|_| {
                let read = draw.integer(1, 9);
                let now = if draw.chance(1, 4) { read + draw.integer(1, 2) } else { read };
                Object { written: draw.coin(), read, now, locked: draw.chance(1, 5) }
            })
            .collect();
        let both =
            objects.iter().any(|object| object.written) && objects.iter().any(|object| !object.written);
        (both && outcome(&objects).unwrap_or(count) == wanted).then_some(objects)
    });
    let right = outcome(&objects);
    let rows: Vec<Vec<String>> = objects
        .iter()
        .enumerate()
        .map(|(index, object)| {
            vec![
                OBJECTS[index].to_owned(),
                if object.written { "read and written" } else { "read only" }.to_owned(),
                object.read.to_string(),
                object.now.to_string(),
                if object.locked { "yes" } else { "no" }.to_owned(),
            ]
        })
        .collect();
    let picture = diagram::table(&["object", "use", "version read", "version now", "locked now"], &rows);
    let step = |index: usize| if objects[index].written { "LOCK" } else { "VALIDATE" };
    let texts: Vec<String> = (0..count)
        .map(|index| format!("it aborts: {} fails at {}", step(index), OBJECTS[index]))
        .chain(["it commits".to_owned()])
        .collect();
    let why = |object: Object| match (object.locked, object.read == object.now) {
        (true, _) => "another transaction holds its lock".to_owned(),
        (_, false) => format!("its version went from {} to {}", object.read, object.now),
        _ => "it is unlocked and its version unchanged".to_owned(),
    };
    let options = (0..=count)
        .map(|index| {
            let reason = match (objects.get(index), right) {
                (Some(&object), Some(first)) if index != first && object.fails() => {
                    format!("{}, but {} fails before", why(object), OBJECTS[first])
                }
                (Some(&object), _) => why(object),
                (None, None) => "every object is unlocked and unchanged".to_owned(),
                (None, Some(first)) => format!("{}: {}", OBJECTS[first], why(objects[first])),
            };
            answer::option(texts[index].clone(), right.unwrap_or(count) == index, reason)
        })
        .collect();
    let in_order: Vec<String> = phases(&objects)
        .into_iter()
        .map(|index| format!("- {} {}: {}", step(index), OBJECTS[index], why(objects[index])))
        .take(right.map_or(count, |first| {
            phases(&objects).iter().position(|&index| index == first).unwrap_or(0) + 1
        }))
        .collect();
    let written: Vec<&str> =
        (0..count).filter(|&index| objects[index].written).map(|index| OBJECTS[index]).collect();
    let prompt = format!(
        "A transaction commits as in FaRM. LOCK: for each written object, in the order of the table, it takes the lock if the object \
         is unlocked and still has the version read. VALIDATE: then, for each object only read, in the order of the table, it checks \
         that it is unlocked and still has that version. The first failure aborts. Other transactions left the objects as \
         follows:\n\n{}\n\nWhat happens?",
        picture.fence()
    );
    let solution = format!(
        "LOCK comes first, for {}:\n\n{}\n\nSo {}.",
        list(&written),
        in_order.join("\n"),
        texts[right.unwrap_or(count)]
    );
    let values = json!({
        "variant": "farm",
        "use": objects.iter().map(|object| json!([object.written, object.read, object.now, object.locked])).collect::<Vec<_>>(),
    });
    let mut instance =
        Instance::new(prompt, answer::choice(options), solution, values).spoken(picture.spoken);
    for (index, &object) in objects.iter().enumerate() {
        let why = if object.fails() { LOCK_FIRST } else { FINE_THERE };
        instance = instance.mistake(vec![index], why);
    }
    match right {
        Some(first) if objects[first].locked => instance.mistake(vec![count], UNLOCKED),
        Some(_) => instance.mistake(vec![count], VERSION),
        None => instance,
    }
}

/// Written objects first, then those only read.
fn phases(objects: &[Object]) -> Vec<usize> {
    let (mut first, last): (Vec<usize>, Vec<usize>) =
        (0..objects.len()).partition(|&index| objects[index].written);
    first.extend(last);
    first
}

/// The object at which the commit fails.
fn outcome(objects: &[Object]) -> Option<usize> {
    phases(objects).into_iter().find(|&index| objects[index].fails())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_commit() {
        // x only read at version 5, now 6; y written at version 2, unchanged: LOCK passes, VALIDATE fails.
        let objects = [
            Object { written: false, read: 5, now: 6, locked: false },
            Object { written: true, read: 2, now: 2, locked: false },
        ];
        assert_eq!(outcome(&objects), Some(0));
    }
}
