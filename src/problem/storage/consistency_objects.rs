//! `consistency.objects`: whether a history of a compare-and-set register or of a queue is linearizable, and what one
//! of its operations can have returned; by search (Herlihy & Wing 1990). Plain registers: `consistency.history`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::object_search::{
    Call, Op, Relation, State, Strictness, by_call, explain, is_linearizable, own_order, real_time, results,
    results_where,
};
use crate::problem::diagram::{Operation, Picture, history};
use crate::problem::text::list;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &ConsistencyObjects;

struct ConsistencyObjects;

const REAL_TIME: &str = "you kept each client's own order only; what returned before another was called comes first, \
                         whoever called it";
const FAILED: &str =
    "you passed over a compare-and-set that failed; it tells that the register held something else then";
const FIRST_IN: &str =
    "you let the queue hand out values in any order; what was put in first comes out first";
const EMPTY: &str = "you passed over `deq none`; it tells that the queue was empty at some instant between its call \
                     and its return";
const NO_ROOM: &str = "no order explains every result; try each operation as the one that took effect last";
const BY_CALL: &str =
    "you took the operations in the order of their calls; those that overlap may take effect either way";
const UNFINISHED: &str = "you left out the operation that never returned; it may have taken effect";
const ORDER_EXISTS: &str =
    "there is an order that explains all results; look for an instant in each interval";
const ONE_RESULT: &str = "you found one order and stopped; operations that overlap may go either way, and another order gives more";
const ANYTHING: &str =
    "you allowed whatever was ever written or put in; some of it cannot be there any more, or yet";
const MUST_HAPPEN: &str =
    "you let the operation that never returned take effect for certain; it may as well never have";

const CLIENTS: [&str; 4] = ["P", "Q", "R", "S"];

impl Family for ConsistencyObjects {
    fn name(&self) -> &'static str {
        "consistency.objects"
    }

    fn title(&self) -> &'static str {
        "judge a history of a compare-and-set register or a queue"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("object", "what the clients use", &["cas", "queue"], &["cas", "queue"]),
                Parameter::integer("operations", "operations in the history", (4, 6), &[]).graded([
                    &[4],
                    &[5],
                    &[6],
                ]),
                Parameter::integer("clients", "clients", (2, 4), &[]).graded([&[2, 3], &[3], &[3, 4]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            REAL_TIME,
            FAILED,
            FIRST_IN,
            EMPTY,
            NO_ROOM,
            BY_CALL,
            UNFINISHED,
            ORDER_EXISTS,
            ONE_RESULT,
            ANYTHING,
            MUST_HAPPEN,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let count = with.count("operations");
        let shape = Shape {
            queue: with.word("object") == "queue",
            count,
            clients: with.count("clients").min(count - 1),
            pending: difficulty.level() == 2 && draw.coin(),
        };
        if difficulty.level() > 0 && draw.coin() {
            possible_results(shape, draw)
        } else {
            verdict(shape, draw)
        }
    }
}

/// What is to be drawn.
#[derive(Clone, Copy)]
struct Shape {
    queue: bool,
    count: usize,
    clients: usize,
    /// Whether one operation never returns.
    pending: bool,
}

/// Draws a history that is linearizable: intervals, and an instant in each at which the operation takes effect.
fn linearizable(shape: Shape, draw: &mut Draw) -> Vec<Op> {
    let Shape { queue, count, clients, pending } = shape;
    draw.until(|draw| {
        let mut left = vec![1; clients];
        (clients..count).for_each(|_| left[draw.range(0, clients - 1)] += 1);
        let mut open: Vec<Option<usize>> = vec![None; clients];
        let mut ops: Vec<Op> = Vec::new();
        // The instants between calls and returns at which operations take effect, as indices.
        let mut effects: Vec<usize> = Vec::new();
        let mut time = 0;
        while left.iter().any(|&left| left > 0) || open.iter().any(Option::is_some) {
            let client = draw.range(0, clients - 1);
            match open[client] {
                // Called: it takes effect before it returns, and others may come between.
                Some(at) if !effects.contains(&at) => effects.push(at),
                Some(at) => {
                    ops[at].end = Some(time);
                    open[client] = None;
                    time += 1;
                }
                None if left[client] > 0 => {
                    open[client] = Some(ops.len());
                    left[client] -= 1;
                    ops.push(Op { client, call: Call::Read, result: 0, start: time, end: None });
                    time += 1;
                }
                None => {}
            }
        }
        if queue {
            call_queue(&mut ops, draw);
        } else {
            call_register(&mut ops, draw);
        }
        let mut state = State::new(queue);
        for &at in &effects {
            ops[at].result = state.apply(ops[at].call);
        }
        if pending {
            // The last operation of some client, one that changes the object.
            let last = |at: usize| ops[at + 1..].iter().all(|later| later.client != ops[at].client);
            let changes = |at: usize| !matches!(ops[at].call, Call::Read | Call::Dequeue);
            let at = (0..count).find(|&at| changes(at) && last(at))?;
            ops[at].end = None;
        }
        let overlap =
            ops.iter().enumerate().any(|(at, a)| ops[at + 1..].iter().any(|b| !a.before(b) && !b.before(a)));
        let told =
            ops.iter().filter(|op| matches!(op.call, Call::Read | Call::Swap(..) | Call::Dequeue)).count();
        (overlap && told >= 2).then_some(ops)
    })
}

fn call_register(ops: &mut [Op], draw: &mut Draw) {
    let swaps = draw.range(2, 1 + ops.len() / 2);
    let order = draw.permutation(ops.len());
    let mut written = 0_u8;
    for (place, &at) in order.iter().enumerate() {
        ops[at].call = if place < swaps {
            // From what may be there to something new.
            let from = draw.range(0, usize::from(written)) as u8;
            written += 1;
            Call::Swap(from, written)
        } else if place == swaps && draw.coin() {
            written += 1;
            Call::Write(written)
        } else {
            Call::Read
        };
    }
}

fn call_queue(ops: &mut [Op], draw: &mut Draw) {
    let puts = ops.len().div_ceil(2);
    let mut order = draw.permutation(ops.len());
    order[..puts].sort_unstable();
    for (place, &at) in order.iter().enumerate() {
        ops[at].call = if place < puts { Call::Enqueue(place as u8 + 1) } else { Call::Dequeue };
    }
}

/// Gives one operation another result, one that its object knows.
fn perturb(ops: &mut [Op], draw: &mut Draw) {
    let most = most(ops);
    let told: Vec<usize> = (0..ops.len())
        .filter(|&at| ops[at].end.is_some())
        .filter(|&at| matches!(ops[at].call, Call::Read | Call::Swap(..) | Call::Dequeue))
        .collect();
    if told.is_empty() {
        return;
    }
    let at = *draw.pick(&told);
    let others: Vec<u8> = match ops[at].call {
        Call::Swap(..) => vec![1 - ops[at].result],
        _ => (0..=most).filter(|&value| value != ops[at].result).collect(),
    };
    ops[at].result = *draw.pick(&others);
}

/// The greatest value that anybody wrote or put in.
fn most(ops: &[Op]) -> u8 {
    let value = |op: &Op| match op.call {
        Call::Write(value) | Call::Swap(_, value) | Call::Enqueue(value) => value,
        Call::Read | Call::Dequeue => 0,
    };
    ops.iter().map(value).max().unwrap_or(0)
}

fn picture(ops: &[Op], clients: usize, hidden: Option<usize>) -> Picture {
    let label = |at: usize, op: &Op| match (hidden == Some(at), op.call) {
        (false, _) => op.told(),
        (true, Call::Dequeue) => "deq ?".to_owned(),
        (true, _) => "R ?".to_owned(),
    };
    let drawn: Vec<Operation> = ops
        .iter()
        .enumerate()
        .map(|(at, op)| Operation { process: op.client, label: label(at, op), start: op.start, end: op.end })
        .collect();
    history(&CLIENTS[..clients], &drawn)
}

fn values(ops: &[Op], queue: bool, asks: &str, asked: Option<usize>) -> Value {
    let told = |(at, op): (usize, &Op)| {
        let (kind, arguments) = match op.call {
            Call::Write(value) => ("write", vec![value]),
            Call::Read => ("read", vec![]),
            Call::Swap(from, to) => ("cas", vec![from, to]),
            Call::Enqueue(value) => ("enqueue", vec![value]),
            Call::Dequeue => ("dequeue", vec![]),
        };
        let silent =
            op.end.is_none() || asked == Some(at) || matches!(op.call, Call::Write(_) | Call::Enqueue(_));
        json!({
            "client": CLIENTS[op.client], "kind": kind, "arguments": arguments,
            "result": (!silent).then_some(op.result), "start": op.start, "end": op.end,
        })
    };
    let operations: Vec<Value> = ops.iter().enumerate().map(told).collect();
    let object = if queue { "queue" } else { "cas" };
    json!({ "asks": asks, "object": object, "asked": asked, "operations": operations })
}

fn legend(queue: bool, ops: &[Op]) -> String {
    let mut told = if queue {
        "Clients use one queue, empty at first: first in, first out. `enq 1` puts 1 in, `deq 1` took 1 out, `deq none` \
         found the queue empty"
            .to_owned()
    } else {
        "Clients use one register, which holds 0 at first. `W 1` writes 1, `R 1` read 1. `C 0→1` is a compare-and-set: \
         at one instant it writes 1 if the register holds 0 (`ok`), and else changes nothing (`no`)"
            .to_owned()
    };
    told += ". Each operation stretches from its call to its return";
    if ops.iter().any(|op| op.end.is_none()) {
        told += "; `…` never returned and may have taken effect or not";
    }
    told
}

fn in_order(ops: &[Op], order: &[usize]) -> String {
    let told: Vec<String> =
        order.iter().map(|&at| format!("{} by {}", ops[at].told(), CLIENTS[ops[at].client])).collect();
    told.join(", ")
}

fn verdict(shape: Shape, draw: &mut Draw) -> Instance {
    let queue = shape.queue;
    let (ops, holds) = draw.with_verdict(
        |draw| {
            let mut ops = linearizable(shape, draw);
            // Most others are one result away from one that holds.
            if draw.chance(2, 3) {
                perturb(&mut ops, draw);
            }
            ops
        },
        |ops| is_linearizable(ops, queue),
    );
    let order = explain(&ops, queue, real_time, Strictness::Full);
    let solution = match &order {
        Some(order) => format!("This order explains it: {}.", in_order(&ops, order)),
        None => why_not(&ops, queue),
    };
    let explained = |precedes: Relation, strictness| explain(&ops, queue, precedes, strictness).is_some();
    let cause = if holds {
        let finished: Vec<Op> = ops.iter().filter(|op| op.end.is_some()).copied().collect();
        if !is_linearizable(&finished, queue) {
            UNFINISHED
        } else if !explained(by_call, Strictness::Full) {
            BY_CALL
        } else {
            ORDER_EXISTS
        }
    } else if explained(own_order, Strictness::Full) {
        REAL_TIME
    } else if explained(real_time, Strictness::FailuresFree) {
        if queue { EMPTY } else { FAILED }
    } else if queue && explained(real_time, Strictness::AnyOut) {
        FIRST_IN
    } else {
        NO_ROOM
    };
    let picture = picture(&ops, shape.clients, None);
    let form =
        answer::verdict(holds, ("linearizable", solution.clone()), ("not linearizable", solution.clone()));
    Instance::new(
        format!(
            "{}.\n\n{}\n\nIs this history **linearizable**: is there one order of the operations in which the object gives \
             every result shown and in which whatever returned before another was called comes first?",
            legend(queue, &ops),
            picture.fence()
        ),
        form,
        solution,
        values(&ops, queue, "linearizable", None),
    )
    .spoken(picture.spoken)
    .mistake_other_verdict(cause)
}

/// Names the first result that cannot be explained, results being looked at in the order of the returns.
fn why_not(ops: &[Op], queue: bool) -> String {
    let mut returned: Vec<usize> = (0..ops.len()).filter(|&at| ops[at].end.is_some()).collect();
    returned.sort_unstable_by_key(|&at| ops[at].end);
    // Whatever has not yet returned may have taken effect, and nobody has seen its result.
    let seen_until = |count: usize| -> Vec<Op> {
        let mut seen = ops.to_vec();
        for &at in &returned[count..] {
            seen[at].end = None;
        }
        seen
    };
    for (count, &at) in returned.iter().enumerate() {
        if is_linearizable(&seen_until(count + 1), queue) {
            continue;
        }
        let before = explain(&seen_until(count), queue, real_time, Strictness::Full);
        let before = before.filter(|order| !order.is_empty());
        let before = before.map_or_else(String::new, |order| {
            let finished: Vec<usize> =
                order.into_iter().filter(|at| returned[..count].contains(at)).collect();
            if finished.is_empty() { String::new() } else { format!(" ({})", in_order(ops, &finished)) }
        });
        return format!(
            "What returned before can still be explained{before}. But {} by {} fits in no order that keeps real time: \
             wherever it is put among what was called by then, the object would give another result.",
            ops[at].told(),
            CLIENTS[ops[at].client]
        );
    }
    "No order explains all results.".to_owned()
}

/// What a result is called in an option.
fn named(result: u8, queue: bool) -> String {
    if queue && result == 0 { "none".to_owned() } else { result.to_string() }
}

fn possible_results(shape: Shape, draw: &mut Draw) -> Instance {
    let queue = shape.queue;
    // One result only is common, three are rare: how many there are is drawn first.
    let wanted = draw.range(1, 3);
    let (ops, asked, found) = draw.until(|draw| {
        let ops = linearizable(shape, draw);
        let asked = (0..ops.len())
            .filter(|&at| ops[at].end.is_some() && matches!(ops[at].call, Call::Read | Call::Dequeue))
            .max_by_key(|&at| ops[at].end)?;
        let found = results(&ops, queue, asked, real_time);
        (found.len() == wanted || draw.chance(1, 60)).then_some((ops, asked, found))
    });
    let with = |result: u8| {
        let mut ops = ops.clone();
        ops[asked].result = result;
        ops
    };
    let order_of = |result: u8| found.iter().find(|(known, _)| *known == result).map(|(_, order)| order);
    let steps = |result: u8| order_of(result).map(|order| in_order(&with(result), order));
    let all: Vec<u8> = (0..=most(&ops)).collect();
    let options = all
        .iter()
        .map(|&result| {
            let reason = match steps(result) {
                Some(order) => format!("in the order {order}"),
                None => "no order has room for it".to_owned(),
            };
            answer::option(named(result, queue), order_of(result).is_some(), reason)
        })
        .collect();
    let places = |results: &[(u8, Vec<usize>)]| -> Vec<usize> {
        results.iter().map(|(result, _)| usize::from(*result)).collect()
    };
    let called = results(&ops, queue, asked, by_call);
    let finished: Vec<Op> = ops.iter().filter(|op| op.end.is_some()).copied().collect();
    let asked_of_finished = ops[..asked].iter().filter(|op| op.end.is_some()).count();
    let without = results(&finished, queue, asked_of_finished, real_time);
    // Whatever never returned taking effect before the asked one.
    let surely = results_where(&ops, queue, asked, real_time, &|order| {
        let place = |wanted: usize| order.iter().position(|&at| at == wanted);
        (0..ops.len())
            .filter(|&at| ops[at].end.is_none())
            .all(|at| place(at).is_some_and(|at| Some(at) < place(asked)))
    });
    let picture = picture(&ops, shape.clients, Some(asked));
    let label = if queue { "deq ?" } else { "R ?" };
    let possible: Vec<String> = found.iter().map(|(result, _)| named(*result, queue)).collect();
    let told: Vec<String> = all
        .iter()
        .map(|&result| match steps(result) {
            Some(order) => format!("{} in the order {order}", named(result, queue)),
            None => format!("{} in none", named(result, queue)),
        })
        .collect();
    let given: BTreeSet<usize> = all.iter().map(|&result| usize::from(result)).collect();
    let mut instance = Instance::new(
        format!(
            "{}.\n\n{}\n\nThe object is **linearizable**. What can `{label}` by **{}** have returned? (several)",
            legend(queue, &ops),
            picture.fence(),
            CLIENTS[ops[asked].client]
        ),
        answer::several(options),
        format!("Possible: {}. {}.", list(&possible), told.join("; ")),
        values(&ops, queue, "results", Some(asked)),
    )
    .spoken(picture.spoken);
    for (wrong, name) in [
        (places(&without), UNFINISHED),
        (places(&surely), MUST_HAPPEN),
        (places(&called), BY_CALL),
        (places(&found[..1]), ONE_RESULT),
        (given.into_iter().collect(), ANYTHING),
    ] {
        // No result at all is nothing that anybody would tick.
        if !wrong.is_empty() {
            instance = instance.mistake(wrong, name);
        }
    }
    instance
}
