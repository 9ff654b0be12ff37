//! `schedule.serializable`: the precedence graph of a schedule, and the serial order it allows.

use std::collections::BTreeSet;

use serde_json::json;

use super::wording::{names, spellings};
use crate::problem::diagram;
use crate::problem::text::{OBJECTS, plural};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &ScheduleSerializable;

struct ScheduleSerializable;

const MISSED: &str = "you overlooked a conflict that closes a cycle of the precedence graph";
const NO_CYCLE: &str =
    "you saw a cycle where there is none; mind the direction of the edges, and that reads do not conflict";
const READS: &str = "you took two reads for a conflict";
const PAIRS: &str = "you counted conflicting pairs of operations; several of them can give the same edge";
const WRITES_ONLY: &str = "you counted conflicts between writes only; a read and a write conflict too";
const FIRST_SEEN: &str = "you ordered the transactions by their first operation";
const LAST_SEEN: &str = "you ordered the transactions by their last operation";
const BACKWARDS: &str = "you read the edges backwards; the earlier of two conflicting operations comes first";
const ONE_ONLY: &str = "an acyclic graph may have several topological orders";
const ALL_ORDERS: &str = "you counted all orders; the edges rule some out";

const ASKS: &[&str] = &["verdict", "edges", "order", "orders"];

/// An operation: transaction from 1, object, whether it writes.
type Op = (usize, usize, bool);

impl Family for ScheduleSerializable {
    fn name(&self) -> &'static str {
        "schedule.serializable"
    }

    fn title(&self) -> &'static str {
        "judge whether a schedule is conflict serialisable"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "asks",
                    "the verdict, edges, the serial order, or how many there are",
                    ASKS,
                    ASKS,
                )
                .graded_words([
                    &["verdict", "edges", "order"],
                    &["verdict", "edges", "order", "order"],
                    &["verdict", "order", "order", "orders"],
                ]),
                Parameter::integer("transactions", "transactions in the schedule", (2, 4), &[]).graded([
                    &[3],
                    &[3],
                    &[4],
                ]),
                Parameter::integer("operations", "operations in the schedule", (6, 12), &[]).graded([
                    &[6],
                    &[7, 8],
                    &[9, 10],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[MISSED, NO_CYCLE, READS, PAIRS, WRITES_ONLY, FIRST_SEEN, LAST_SEEN, BACKWARDS, ONE_ONLY, ALL_ORDERS]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let asks = with.word("asks");
        let (count, length) = (with.count("transactions"), with.count("operations"));
        let objects = difficulty.of([2, 2, 3]);
        // For the order: a quarter has none.
        let cyclic = match asks {
            "verdict" => draw.coin(),
            "order" => draw.chance(1, 4),
            _ => false,
        };
        let least = 2.min(count - 1);
        let (ops, edges, orders) = draw.until(|draw| {
            let ops: Vec<Op> = (0..length)
                .map(|_| (draw.range(1, count), draw.range(0, objects - 1), draw.coin()))
                .collect();
            let edges = edges(&ops, conflicts);
            let orders = orders(&edges, count);
            let all = (1..=count).all(|id| ops.iter().any(|op| op.0 == id));
            let repeats = ops.windows(2).any(|pair| pair[0] == pair[1]);
            let fits = match asks {
                "edges" => edges.len() >= least,
                "order" => orders.len() == usize::from(!cyclic),
                "orders" => edges.len() >= least && !orders.is_empty(),
                _ => orders.is_empty() == cyclic && edges.len() >= least,
            };
            (all && !repeats && fits).then_some((ops, edges, orders))
        });
        let ids: Vec<String> = (1..=count).map(|id| format!("T{id}")).collect();
        let head: Vec<&str> = ids.iter().map(String::as_str).collect();
        let row =
            |op: &Op| (1..=count).map(|id| if id == op.0 { shown(op) } else { String::new() }).collect();
        let picture = diagram::table(&head, &ops.iter().map(row).collect::<Vec<_>>());
        let ask = match asks {
            "verdict" => "Is this schedule conflict serialisable?".to_owned(),
            "edges" => "How many edges does its precedence graph have? From one transaction to another there is at most one edge in \
                        each direction."
                .to_owned(),
            "order" => format!(
                "To which serial order of the {count} transactions is it conflict equivalent? Answer as `{}`, or `none` if there is \
                 no such order.",
                names(&(1..=count).rev().collect::<Vec<_>>())
            ),
            _ => format!("To how many of the serial orders of the {count} transactions is it conflict equivalent?"),
        };
        let prompt = format!(
            "Transactions run interleaved, from top to bottom; R(x) reads x, W(x) writes it, and all commit at the end.\n\n{}\n\n{ask}",
            picture.fence()
        );
        let written: Vec<String> = edges.iter().map(|(from, to)| format!("T{from} → T{to}")).collect();
        let told = format!(
            "Conflicts (same object, different transactions, one writes at least), earlier operation first:\n\n{}\n\nEdges: {}. {}",
            reasons(&ops),
            written.join(", "),
            match orders.as_slice() {
                [] => "They form a cycle: no serial order fits, the schedule is not conflict serialisable."
                    .to_owned(),
                [one] => format!("There is no cycle, and one topological order: {}.", names(one)),
                many => format!(
                    "There is no cycle; {} topological orders, such as {}.",
                    many.len(),
                    names(&many[0])
                ),
            }
        );
        let values = json!({
            "asks": asks, "transactions": count,
            "schedule": ops.iter().map(|&(id, object, writes)| json!([id, object, writes])).collect::<Vec<_>>(),
        });
        let new = |form| {
            Instance::new(prompt.clone(), form, told.clone(), values.clone()).spoken(picture.spoken.clone())
        };
        match asks {
            "verdict" => new(answer::verdict(
                !cyclic,
                ("conflict serialisable", "the precedence graph has no cycle"),
                ("not conflict serialisable", "the precedence graph has a cycle"),
            ))
            .mistake_other_verdict(if cyclic { MISSED } else { NO_CYCLE }),
            "edges" => new(answer::count(edges.len()))
                .mistake(self::edges(&ops, |a, b| a.1 == b.1 && a.0 != b.0).len(), READS)
                .mistake(pairs(&ops).len(), PAIRS)
                .mistake(self::edges(&ops, |a, b| conflicts(a, b) && a.2 && b.2).len(), WRITES_ONLY),
            "order" => {
                let first = |ops: &mut dyn Iterator<Item = usize>| {
                    let mut seen: Vec<usize> = Vec::new();
                    ops.for_each(|id| {
                        if !seen.contains(&id) {
                            seen.push(id);
                        }
                    });
                    seen
                };
                let by_first = first(&mut ops.iter().map(|op| op.0));
                let mut by_last = first(&mut ops.iter().rev().map(|op| op.0));
                by_last.reverse();
                if let Some(right) = orders.first() {
                    let reversed: Vec<usize> = right.iter().rev().copied().collect();
                    new(answer::typed(spellings(right)))
                        .mistake("none", NO_CYCLE)
                        .mistake(names(&reversed), BACKWARDS)
                        .mistake(names(&by_first), FIRST_SEEN)
                        .mistake(names(&by_last), LAST_SEEN)
                } else {
                    new(answer::typed(spellings(&[])))
                        .mistake(names(&by_first), FIRST_SEEN)
                        .mistake(names(&by_last), LAST_SEEN)
                }
            }
            _ => new(answer::count(orders.len()))
                .mistake(1_usize, ONE_ONLY)
                .mistake((1..=count).product::<usize>(), ALL_ORDERS)
                .mistake(0_usize, NO_CYCLE),
        }
    }
}

fn shown(&(_, object, writes): &Op) -> String {
    format!("{}({})", if writes { 'W' } else { 'R' }, OBJECTS[object])
}

fn conflicts(a: &Op, b: &Op) -> bool {
    a.0 != b.0 && a.1 == b.1 && (a.2 || b.2)
}

fn pairs(ops: &[Op]) -> Vec<(Op, Op)> {
    let later = |at: usize| ops[at + 1..].iter().map(move |b| (ops[at], *b));
    (0..ops.len()).flat_map(later).filter(|(a, b)| conflicts(a, b)).collect()
}

fn edges(ops: &[Op], counts: impl Fn(&Op, &Op) -> bool) -> BTreeSet<(usize, usize)> {
    let mut edges = BTreeSet::new();
    for (at, a) in ops.iter().enumerate() {
        edges.extend(ops[at + 1..].iter().filter(|b| counts(a, b)).map(|b| (a.0, b.0)));
    }
    edges
}

/// All topological orders.
fn orders(edges: &BTreeSet<(usize, usize)>, count: usize) -> Vec<Vec<usize>> {
    fn grow(
        edges: &BTreeSet<(usize, usize)>,
        count: usize,
        order: &mut Vec<usize>,
        all: &mut Vec<Vec<usize>>,
    ) {
        if order.len() == count {
            all.push(order.clone());
            return;
        }
        for next in 1..=count {
            let ready = edges.iter().all(|(from, to)| *to != next || order.contains(from));
            if ready && !order.contains(&next) {
                order.push(next);
                grow(edges, count, order, all);
                order.pop();
            }
        }
    }
    let mut all = Vec::new();
    grow(edges, count, &mut Vec::new(), &mut all);
    all
}

/// The first conflict behind each edge.
fn reasons(ops: &[Op]) -> String {
    let mut seen = BTreeSet::new();
    let mut lines = Vec::new();
    for (a, b) in pairs(ops) {
        if seen.insert((a.0, b.0)) {
            lines.push(format!("- {} of T{} before {} of T{}", shown(&a), a.0, shown(&b), b.0));
        }
    }
    if lines.is_empty() { plural(0, "conflict") } else { lines.join("\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Op> {
        let one = |word: &str| {
            let word = word.as_bytes();
            (usize::from(word[1] - b'0'), usize::from(word[2] - b'A'), word[0] == b'W')
        };
        text.split(' ').map(one).collect()
    }

    #[test]
    fn worked_schedules() {
        let lost = edges(&read("R1A R2A W1A W2A"), conflicts);
        assert_eq!(lost, BTreeSet::from([(1, 2), (2, 1)]));
        assert!(orders(&lost, 2).is_empty());
        let fine = edges(&read("R1A W1A R2A R3B W2A W3B R1B"), conflicts);
        assert_eq!(fine, BTreeSet::from([(1, 2), (3, 1)]));
        assert_eq!(orders(&fine, 3), [[3, 1, 2]]);
    }
}
