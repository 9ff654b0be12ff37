//! `consistency.history`: whether a history of a register is linearizable or sequentially consistent, by search.

use serde_json::{Value, json};

use crate::problem::diagram::{Operation, Picture, history};
use crate::problem::text::list;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &ConsistencyHistory;

struct ConsistencyHistory;

const REAL_TIME: &str =
    "an operation that returned before another was called must come first; some order breaks that";
const STALE: &str =
    "you took a stale read for a fault; while a write is under way, a read may return either value";
const ORDER_EXISTS: &str =
    "there is an order that explains all reads; operations that overlap may go either way";
const NO_REAL_TIME: &str =
    "you asked for real time; sequential consistency only keeps each client's own order";
const OWN_ORDER: &str = "no order explains the reads and keeps each client's own order";
const NEWEST_ONLY: &str =
    "you allowed the newest value only; overlapping writes may come before or after the read";
const ANY_WRITE: &str =
    "you allowed every value ever written; some are overwritten before the read is called";
const PENDING: &str = "a write that never returned may have taken effect or not";

const CLIENTS: [&str; 4] = ["P", "Q", "R", "S"];

#[derive(Clone, Copy, PartialEq)]
enum What {
    Write(u8),
    Read(u8),
}

#[derive(Clone, Copy)]
struct Op {
    client: usize,
    what: What,
    start: usize,
    end: Option<usize>,
}

impl Op {
    fn told(&self) -> String {
        match self.what {
            What::Write(value) => format!("W {value}"),
            What::Read(value) => format!("R {value}"),
        }
    }

    fn before(&self, other: &Self) -> bool {
        self.end.is_some_and(|end| end < other.start)
    }
}

/// Looks for an order that is legal for a register with 0 at first and keeps a relation; returns one.
///
/// Operations that never returned need not take part.
fn explain(ops: &[Op], precedes: &dyn Fn(&Op, &Op) -> bool) -> Option<Vec<usize>> {
    fn search(ops: &[Op], precedes: &dyn Fn(&Op, &Op) -> bool, value: u8, done: &mut Vec<usize>) -> bool {
        let open = |at: usize, done: &[usize]| !done.contains(&at);
        if (0..ops.len()).all(|at| !open(at, done) || ops[at].end.is_none()) {
            return true;
        }
        for at in 0..ops.len() {
            let free = open(at, done)
                && (0..ops.len())
                    .all(|other| !open(other, done) || other == at || !precedes(&ops[other], &ops[at]));
            let next = match ops[at].what {
                What::Write(written) => written,
                What::Read(read) if read == value => value,
                What::Read(_) => continue,
            };
            if free {
                done.push(at);
                if search(ops, precedes, next, done) {
                    return true;
                }
                done.pop();
            }
        }
        false
    }
    let mut done = Vec::with_capacity(ops.len());
    search(ops, precedes, 0, &mut done).then_some(done)
}

fn real_time(a: &Op, b: &Op) -> bool {
    a.before(b)
}

fn own_order(a: &Op, b: &Op) -> bool {
    a.client == b.client && a.start < b.start
}

impl Family for ConsistencyHistory {
    fn name(&self) -> &'static str {
        "consistency.history"
    }

    fn title(&self) -> &'static str {
        "judge a history of reads and writes"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("operations", "reads and writes", (4, 6), &[]).graded([
                    &[4],
                    &[5],
                    &[5, 6],
                ]),
                Parameter::integer("clients", "clients", (2, 4), &[]).graded([&[2, 3], &[3], &[3, 4]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[REAL_TIME, STALE, ORDER_EXISTS, NO_REAL_TIME, OWN_ORDER, NEWEST_ONLY, ANY_WRITE, PENDING]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let count = with.count("operations");
        // Where every client calls one operation only, any order keeps the clients' own.
        let clients = with.count("clients").min(count - 1);
        let asks = difficulty.of([
            &["linearizable"][..],
            &["linearizable", "sequential"],
            &["linearizable", "sequential", "values"],
        ]);
        let ask = *draw.pick(asks);
        let pending = difficulty.level() == 2 && ask != "sequential" && draw.coin();
        match ask {
            "values" => values_of_a_read(count, clients, pending, draw),
            _ => verdict(ask, count, clients, pending, draw),
        }
    }
}

/// Draws intervals: each client calls one operation after the other, those of different clients overlap at random.
fn intervals(count: usize, clients: usize, pending: bool, draw: &mut Draw) -> Vec<Op> {
    draw.until(|draw| {
        let owner: Vec<usize> =
            (0..count).map(|at| if at < clients { at } else { draw.range(0, clients - 1) }).collect();
        let mut left: Vec<usize> = (0..clients).map(|c| owner.iter().filter(|&&o| o == c).count()).collect();
        let mut open: Vec<Option<usize>> = vec![None; clients];
        let mut ops: Vec<Op> = Vec::new();
        let mut time = 0;
        while left.iter().any(|&left| left > 0) || open.iter().any(Option::is_some) {
            let client = draw.range(0, clients - 1);
            match open[client] {
                Some(at) => {
                    ops[at].end = Some(time);
                    open[client] = None;
                    time += 1;
                }
                None if left[client] > 0 => {
                    open[client] = Some(ops.len());
                    left[client] -= 1;
                    ops.push(Op { client, what: What::Read(0), start: time, end: None });
                    time += 1;
                }
                None => {}
            }
        }
        let writes = draw.range(2, 2 + usize::from(count > 4));
        let order = draw.permutation(count);
        for (value, &at) in (1..).zip(&order[..writes]) {
            ops[at].what = What::Write(value);
        }
        if pending {
            // The last operation of some client, a write.
            let last = |at: usize| (at + 1..count).all(|later| ops[later].client != ops[at].client);
            let at = (0..count).find(|&at| matches!(ops[at].what, What::Write(_)) && last(at))?;
            ops[at].end = None;
        }
        Some(ops)
    })
}

fn set_reads(ops: &mut [Op], draw: &mut Draw) {
    let writes = ops.iter().filter(|op| matches!(op.what, What::Write(_))).count() as u8;
    for op in ops.iter_mut() {
        if let What::Read(value) = &mut op.what {
            *value = draw.range(0, usize::from(writes)) as u8;
        }
    }
}

fn picture(ops: &[Op], clients: usize, hidden: Option<usize>) -> Picture {
    let drawn: Vec<Operation> = ops
        .iter()
        .enumerate()
        .map(|(at, op)| Operation {
            process: op.client,
            label: if hidden == Some(at) { "R ?".to_owned() } else { op.told() },
            start: op.start,
            end: op.end,
        })
        .collect();
    history(&CLIENTS[..clients], &drawn)
}

fn values(ops: &[Op], asks: &str) -> Value {
    let told = |op: &Op| {
        let (kind, value) = match op.what {
            What::Write(value) => ("write", value),
            What::Read(value) => ("read", value),
        };
        json!({ "client": CLIENTS[op.client], "kind": kind, "value": value, "start": op.start, "end": op.end })
    };
    json!({ "asks": asks, "operations": ops.iter().map(told).collect::<Vec<_>>() })
}

const LEGEND: &str = "Clients use one register, which holds 0 at first. `W 1` writes 1, `R 1` is a read that returned 1; \
                      each stretches from its call to its return";

fn in_order(ops: &[Op], order: &[usize]) -> String {
    let told: Vec<String> =
        order.iter().map(|&at| format!("{} by {}", ops[at].told(), CLIENTS[ops[at].client])).collect();
    told.join(", ")
}

fn verdict(ask: &str, count: usize, clients: usize, pending: bool, draw: &mut Draw) -> Instance {
    let linearizable = ask == "linearizable";
    let check = |ops: &[Op]| {
        let relation: &dyn Fn(&Op, &Op) -> bool = if linearizable { &real_time } else { &own_order };
        explain(ops, relation)
    };
    let (ops, holds) = draw.with_verdict(
        |draw| {
            draw.until(|draw| {
                let mut ops = intervals(count, clients, pending, draw);
                set_reads(&mut ops, draw);
                // Something must overlap, and the one verdict is worth asking where the other model's differs.
                let overlap = ops
                    .iter()
                    .enumerate()
                    .any(|(at, a)| ops[at + 1..].iter().any(|b| !a.before(b) && !b.before(a)));
                let reads = ops.iter().filter(|op| matches!(op.what, What::Read(_))).count();
                let close = explain(&ops, &own_order).is_some() != explain(&ops, &real_time).is_some();
                (overlap && reads >= 2 && (close || draw.chance(1, 4))).then_some(ops)
            })
        },
        |ops| check(ops).is_some(),
    );
    let order = check(&ops);
    let other = explain(&ops, if linearizable { &own_order } else { &real_time }).is_some();
    let reads_newest = explain(&ops, &|a: &Op, b: &Op| a.start < b.start).is_some();
    let picture = picture(&ops, clients, None);
    let unfinished = if pending { "; `…` never returned and may have taken effect or not" } else { "" };
    let question = if linearizable {
        "Is this history **linearizable**: is there one order of the operations that explains every read and in which \
         whatever returned before another was called comes first?"
    } else {
        "Is this history **sequentially consistent**: is there one order of the operations that explains every read and \
         keeps the order of each client's own operations?"
    };
    let solution = match &order {
        Some(order) => format!("This order explains it: {}.", in_order(&ops, order)),
        None => why_not(&ops, linearizable),
    };
    let reason = solution.clone();
    let cause = match (linearizable, holds) {
        (true, true) if pending => PENDING,
        (true, true) if !reads_newest => STALE,
        (true, true) => ORDER_EXISTS,
        (true, false) => REAL_TIME,
        (false, true) if !other => NO_REAL_TIME,
        (false, true) => ORDER_EXISTS,
        (false, false) => OWN_ORDER,
    };
    let form = if linearizable {
        answer::verdict(holds, ("linearizable", reason.clone()), ("not linearizable", reason))
    } else {
        answer::verdict(
            holds,
            ("sequentially consistent", reason.clone()),
            ("not sequentially consistent", reason),
        )
    };
    Instance::new(
        format!("{LEGEND}{unfinished}.\n\n{}\n\n{question}", picture.fence()),
        form,
        solution,
        values(&ops, ask),
    )
    .spoken(picture.spoken)
    .mistake_other_verdict(cause)
}

/// Names the first read that cannot be explained, reads being added in the order of their calls.
fn why_not(ops: &[Op], linearizable: bool) -> String {
    let relation: &dyn Fn(&Op, &Op) -> bool = if linearizable { &real_time } else { &own_order };
    let mut kept: Vec<Op> = ops.iter().filter(|op| matches!(op.what, What::Write(_))).copied().collect();
    for op in ops.iter().filter(|op| matches!(op.what, What::Read(_))) {
        let before = explain(&kept, relation).map(|order| in_order(&kept, &order));
        kept.push(*op);
        if explain(&kept, relation).is_none() {
            let rule = if linearizable { "the order of real time" } else { "each client's own order" };
            return format!(
                "Without {} by {} there would be an order ({}), but no order has room for it: every one breaks {rule} or \
                 gives a read a value that the register does not hold.",
                op.told(),
                CLIENTS[op.client],
                before.unwrap_or_default()
            );
        }
    }
    "No order explains all reads.".to_owned()
}

fn values_of_a_read(count: usize, clients: usize, pending: bool, draw: &mut Draw) -> Instance {
    let legal = |ops: &[Op], at: usize, value: u8| {
        let mut ops = ops.to_vec();
        ops[at].what = What::Read(value);
        explain(&ops, &real_time)
    };
    // How many values are possible is drawn first: one only is common, all are rare.
    let wanted = draw.range(1, 3);
    let (ops, at, written) = draw.until(|draw| {
        let mut ops = intervals(count, clients, pending, draw);
        set_reads(&mut ops, draw);
        let reads: Vec<usize> = (0..count).filter(|&at| matches!(ops[at].what, What::Read(_))).collect();
        let at = *reads.last()?;
        let written = (count - reads.len()) as u8;
        let possible = (0..=written).filter(|&value| legal(&ops, at, value).is_some()).count();
        (possible == wanted.min(usize::from(written))).then_some((ops, at, written))
    });
    let mut ops = ops;
    // The value drawn for it is not part of the question.
    ops[at].what = What::Read(0);
    let possible: Vec<bool> = (0..=written).map(|value| legal(&ops, at, value).is_some()).collect();
    let options = (0..=written)
        .map(|value| {
            let reason = match legal(&ops, at, value) {
                Some(order) => {
                    let mut shown = ops.clone();
                    shown[at].what = What::Read(value);
                    format!("in the order {}", in_order(&shown, &order))
                }
                None => "no order has room for it".to_owned(),
            };
            answer::option(value.to_string(), possible[usize::from(value)], reason)
        })
        .collect();
    let picture = picture(&ops, clients, Some(at));
    let right: Vec<u8> = (0..=written).filter(|&value| possible[usize::from(value)]).collect();
    let read = ops[at];
    // The last write that returned before the read was called.
    let newest = ops
        .iter()
        .filter(|op| op.before(&read))
        .filter_map(|op| match op.what {
            What::Write(value) => Some((op.end, value)),
            What::Read(_) => None,
        })
        .max()
        .map_or(0, |(_, value)| value);
    let unfinished = if pending { "; `…` never returned and may have taken effect or not" } else { "" };
    let steps: Vec<String> = (0..=written)
        .map(|value| match legal(&ops, at, value) {
            Some(order) => {
                let mut shown = ops.clone();
                shown[at].what = What::Read(value);
                format!("{value} in the order {}", in_order(&shown, &order))
            }
            None => format!("{value} in none"),
        })
        .collect();
    let mut told = values(&ops, "values");
    told["asked"] = json!(at);
    told["operations"][at]["value"] = Value::Null;
    Instance::new(
        format!(
            "{LEGEND}{unfinished}.\n\n{}\n\nThe register is **linearizable**. Which values can `R ?` by **{}** have \
             returned? (several)",
            picture.fence(),
            CLIENTS[read.client]
        ),
        answer::several(options),
        format!("Possible: {}. {}.", list(&right), steps.join("; ")),
        told,
    )
    .spoken(picture.spoken)
    .mistake(vec![usize::from(newest)], NEWEST_ONLY)
    .mistake((0..=usize::from(written)).collect::<Vec<_>>(), ANY_WRITE)
}
