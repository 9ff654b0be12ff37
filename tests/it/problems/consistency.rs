//! Oracles for `consistency.objects` (an instant for each operation, tried in all ways) and `consistency.causal` (all
//! ways to merge what processes do, held against what is reachable).

use std::collections::{BTreeSet, VecDeque};

use serde_json::Value;

use super::{check, chosen, int, ints, word};

/// An operation with its interval; the result is nothing where nobody saw it.
#[derive(Clone, Debug)]
struct Op {
    kind: String,
    arguments: Vec<i64>,
    result: Option<i64>,
    start: i64,
    end: Option<i64>,
}

#[derive(Clone)]
enum Object {
    Register(i64),
    Queue(VecDeque<i64>),
}

impl Object {
    /// What an operation returns, if anything: 1 and 0 for a compare-and-set, 0 from an empty queue.
    fn run(&mut self, op: &Op) -> Option<i64> {
        match (self, op.kind.as_str()) {
            (Self::Register(held), "write") => {
                *held = op.arguments[0];
                None
            }
            (Self::Register(held), "read") => Some(*held),
            (Self::Register(held), "cas") => {
                let succeeds = *held == op.arguments[0];
                if succeeds {
                    *held = op.arguments[1];
                }
                Some(i64::from(succeeds))
            }
            (Self::Queue(queue), "enqueue") => {
                queue.push_back(op.arguments[0]);
                None
            }
            (Self::Queue(queue), "dequeue") => Some(queue.pop_front().unwrap_or(0)),
            (_, other) => panic!("what is `{other}`"),
        }
    }
}

/// Gives each operation an instant, in all orders of instants; collects what the asked one returns.
///
/// An order is possible when a clock that waits for each call in turn never passes the return of one.
fn instants(
    ops: &[Op],
    left: &[usize],
    clock: i64,
    object: &Object,
    seen: Option<i64>,
    asked: usize,
    out: &mut BTreeSet<Option<i64>>,
) {
    if left.iter().all(|&at| ops[at].end.is_none()) {
        out.insert(seen);
    }
    for &at in left {
        let op = &ops[at];
        let clock = clock.max(op.start);
        if op.end.is_some_and(|end| clock >= end) {
            continue;
        }
        let mut object = object.clone();
        let result = object.run(op);
        if at != asked && op.end.is_some() && op.result.is_some() && op.result != result {
            continue;
        }
        let rest: Vec<usize> = left.iter().copied().filter(|&other| other != at).collect();
        instants(ops, &rest, clock, &object, if at == asked { result } else { seen }, asked, out);
    }
}

fn outcomes(queue: bool, ops: &[Op], asked: Option<usize>) -> BTreeSet<Option<i64>> {
    let object = if queue { Object::Queue(VecDeque::new()) } else { Object::Register(0) };
    let mut out = BTreeSet::new();
    let all: Vec<usize> = (0..ops.len()).collect();
    instants(ops, &all, 0, &object, None, asked.unwrap_or(usize::MAX), &mut out);
    out
}

#[test]
fn consistency_objects() {
    check("consistency.objects", |question, values| {
        let ops: Vec<Op> = values["operations"]
            .as_array()
            .expect("operations")
            .iter()
            .map(|op| Op {
                kind: word(op, "kind").to_owned(),
                arguments: ints(op, "arguments"),
                result: op["result"].as_i64(),
                start: int(op, "start"),
                end: op["end"].as_i64(),
            })
            .collect();
        let queue = word(values, "object") == "queue";
        match word(values, "asks") {
            "results" => {
                let asked = int(values, "asked") as usize;
                let mut possible: Vec<String> = outcomes(queue, &ops, Some(asked))
                    .into_iter()
                    .map(|result| match result.expect("it returned") {
                        0 if queue => "none".to_owned(),
                        value => value.to_string(),
                    })
                    .collect();
                possible.sort_unstable();
                assert_eq!(chosen(question), possible, "{}", question.prompt);
            }
            _ => {
                let holds = chosen(question) == ["linearizable"];
                assert_eq!(holds, !outcomes(queue, &ops, None).is_empty(), "{}", question.prompt);
            }
        }
    });
}

#[test]
fn consistency_objects_by_hand() {
    let op = |kind: &str, arguments: &[i64], result, (start, end)| Op {
        kind: kind.to_owned(),
        arguments: arguments.to_vec(),
        result,
        start,
        end,
    };
    let holds = |queue, ops: &[Op]| !outcomes(queue, ops, None).is_empty();
    // Two compare-and-sets from 0 that overlap: one may succeed, not both, and not neither.
    let swaps = |a, b| [op("cas", &[0, 1], Some(a), (0, Some(2))), op("cas", &[0, 2], Some(b), (1, Some(3)))];
    assert!(holds(false, &swaps(1, 0)) && holds(false, &swaps(0, 1)));
    assert!(!holds(false, &swaps(1, 1)) && !holds(false, &swaps(0, 0)));
    // Put in one after the other, taken out the other way round (Herlihy & Wing 1990, figure 1 has such a history).
    let fifo = |second: i64| {
        [
            op("enqueue", &[1], None, (0, Some(1))),
            op("enqueue", &[2], None, (second, Some(second + 2))),
            op("dequeue", &[], Some(2), (6, Some(7))),
        ]
    };
    assert!(!holds(true, &fifo(2)), "one after the other");
    let overlapping = [
        op("enqueue", &[1], None, (0, Some(3))),
        op("enqueue", &[2], None, (1, Some(2))),
        op("dequeue", &[], Some(2), (6, Some(7))),
    ];
    assert!(holds(true, &overlapping));
    // An operation without a return may have taken effect or not, and never before its call.
    let pending = |found, at| {
        [op("enqueue", &[1], None, (2, None)), op("dequeue", &[], Some(found), (at, Some(at + 1)))]
    };
    assert!(holds(true, &pending(1, 4)) && holds(true, &pending(0, 4)));
    assert!(!holds(true, &pending(1, 0)));
}

/// A process and a place in its program.
type Place = (usize, usize);

/// What processes do, each in its order: (is a write, variable, value).
type Program = Vec<Vec<(bool, String, i64)>>;

/// Tries every way to merge sequences; the merged list holds (process, place) of each.
fn merged(
    lengths: &[usize],
    next: &mut Vec<usize>,
    merge: &mut Vec<Place>,
    fits: &mut dyn FnMut(&[Place]) -> bool,
) -> bool {
    if next == lengths {
        return fits(merge);
    }
    for process in 0..lengths.len() {
        if next[process] < lengths[process] {
            merge.push((process, next[process]));
            next[process] += 1;
            let found = merged(lengths, next, merge, fits);
            next[process] -= 1;
            merge.pop();
            if found {
                return true;
            }
        }
    }
    false
}

/// Whether some merge of what `keeps` names explains its reads and puts nothing before what it follows from.
fn explained(
    program: &Program,
    keeps: &dyn Fn(usize, bool) -> bool,
    follows: &dyn Fn(Place, Place) -> bool,
) -> bool {
    let kept: Vec<Vec<usize>> = (0..program.len())
        .map(|p| (0..program[p].len()).filter(|&at| keeps(p, program[p][at].0)).collect())
        .collect();
    let lengths: Vec<usize> = kept.iter().map(Vec::len).collect();
    merged(&lengths, &mut vec![0; lengths.len()], &mut Vec::new(), &mut |merge| {
        let named: Vec<(usize, usize)> = merge.iter().map(|&(p, at)| (p, kept[p][at])).collect();
        let mut held = std::collections::BTreeMap::new();
        for &(p, at) in &named {
            let (write, variable, value) = &program[p][at];
            if *write {
                held.insert(variable, *value);
            } else if held.get(variable).copied().unwrap_or(0) != *value {
                return false;
            }
        }
        named.iter().enumerate().all(|(place, &a)| named[place + 1..].iter().all(|&b| !follows(a, b)))
    })
}

fn is_sequential(program: &Program) -> bool {
    explained(program, &|_, _| true, &|_, _| false)
}

fn is_causal(program: &Program) -> bool {
    let all: Vec<(usize, usize)> =
        program.iter().enumerate().flat_map(|(p, ops)| (0..ops.len()).map(move |at| (p, at))).collect();
    let op = |(p, at): (usize, usize)| &program[p][at];
    let direct = |a: (usize, usize), b: (usize, usize)| {
        a.0 == b.0 && a.1 < b.1 || op(a).0 && !op(b).0 && (&op(a).1, op(a).2) == (&op(b).1, op(b).2)
    };
    // Warshall's closure.
    let mut before: Vec<Vec<bool>> =
        all.iter().map(|&a| all.iter().map(|&b| direct(a, b)).collect()).collect();
    for via in 0..all.len() {
        for a in 0..all.len() {
            for b in 0..all.len() {
                before[a][b] |= before[a][via] && before[via][b];
            }
        }
    }
    let place = |one: (usize, usize)| all.iter().position(|&other| other == one).expect("one of them");
    (0..all.len()).all(|at| !before[at][at])
        && (0..program.len()).all(|reader| {
            explained(program, &|p, write| write || p == reader, &|a, b| before[place(b)][place(a)])
        })
}

fn program(values: &Value, asked: Option<i64>) -> Program {
    let mut program: Program = vec![Vec::new(); int(values, "processes") as usize];
    for op in values["operations"].as_array().expect("operations") {
        let process =
            ["P", "Q", "R", "S"].iter().position(|name| *name == word(op, "process")).expect("a process");
        // The one that is asked for has no value of its own.
        let value = op["value"].as_i64().or(asked).expect("a value");
        program[process].push((word(op, "kind") == "write", word(op, "variable").to_owned(), value));
    }
    program
}

#[test]
fn consistency_causal() {
    check("consistency.causal", |question, values| match word(values, "asks") {
        "causal" => {
            let holds = chosen(question) == ["causally consistent"];
            assert_eq!(holds, is_causal(&program(values, None)), "{}", question.prompt);
        }
        "model" => {
            let program = program(values, None);
            let (one, each) = (is_sequential(&program), is_causal(&program));
            assert!(each || !one, "one order for all is one for each: {}", question.prompt);
            let expected = match (one, each) {
                (true, _) => "sequentially consistent",
                (false, true) => "causally consistent, not sequentially",
                (false, false) => "not even causally consistent",
            };
            assert_eq!(chosen(question), [expected], "{}", question.prompt);
        }
        _ => {
            let asked = &values["operations"][int(values, "asked") as usize];
            let most = values["operations"]
                .as_array()
                .expect("operations")
                .iter()
                .filter(|op| op["kind"] == "write" && op["variable"] == asked["variable"])
                .count() as i64;
            let possible: Vec<String> = (0..=most)
                .filter(|&value| is_causal(&program(values, Some(value))))
                .map(|value| value.to_string())
                .collect();
            assert_eq!(chosen(question), possible, "{}", question.prompt);
        }
    });
}

#[test]
fn consistency_causal_by_hand() {
    let told = |lines: &[&[&str]]| -> Program {
        let op = |text: &&str| {
            let (variable, value) = text[1..].split_once('=').expect("as Wx=1");
            (text.starts_with('W'), variable.to_owned(), value.parse().expect("a number"))
        };
        lines.iter().map(|line| line.iter().map(op).collect()).collect()
    };
    // Two writers whom nothing connects, seen in two orders.
    let two = told(&[&["Wx=1"], &["Wx=2"], &["Rx=1", "Rx=2"], &["Rx=2", "Rx=1"]]);
    assert!(is_causal(&two) && !is_sequential(&two));
    // The second writer has read the first: now everybody has to see them in that order.
    let chained = told(&[&["Wx=1"], &["Rx=1", "Wx=2"], &["Rx=1", "Rx=2"], &["Rx=2", "Rx=1"]]);
    assert!(!is_causal(&chained));
    // Dekker: both read what was there at first.
    let dekker = told(&[&["Wx=1", "Ry=0"], &["Wy=1", "Rx=0"]]);
    assert!(is_causal(&dekker) && !is_sequential(&dekker));
    // Late is not wrong without real time.
    let late = told(&[&["Wx=1"], &["Rx=0", "Rx=1"]]);
    assert!(is_causal(&late) && is_sequential(&late));
    // A message that overtakes its cause.
    let overtaken = told(&[&["Wx=1", "Wy=1"], &["Ry=1", "Rx=0"]]);
    assert!(!is_causal(&overtaken));
}
