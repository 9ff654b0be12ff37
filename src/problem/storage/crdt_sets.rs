//! The sets of `crdt.merge`: two-phase sets, observed-remove sets, and those as a history of operations.
//! Not for counters and registers.

use serde_json::json;

use crate::problem::diagram::table;
use crate::problem::text::{PROCESSES, list, tuple};
use crate::problem::{Difficulty, Draw, Instance, answer};

pub const BACK_AGAIN: &str =
    "a 2P-set never takes back an element that was removed, even if it is added again";
pub const REMOVE_IGNORED: &str = "you left out what one of the replicas had removed";
pub const UNSEEN_REMOVED: &str =
    "a remove takes only the adds it has seen; this element was added elsewhere as well";
pub const NOT_EVERYWHERE: &str =
    "you kept only what every replica holds; merging takes the union of the adds";
pub const WHOLE_ELEMENT: &str =
    "you removed every element of which some tag was removed; one tag that is left keeps it";
pub const LOCAL_ONLY: &str =
    "you looked at the last operation on each element; what counts is whether a remove had seen the add";

const ELEMENTS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// Names elements by their places, in alphabetical order.
fn elements(keep: impl Fn(usize) -> bool) -> Vec<&'static str> {
    (0..ELEMENTS.len()).filter(|&at| keep(at)).map(|at| ELEMENTS[at]).collect()
}

fn braces(items: &[&str]) -> String {
    if items.is_empty() { "∅".to_owned() } else { format!("{{{}}}", items.join(" ")) }
}

pub fn two_phase(draw: &mut Draw) -> Instance {
    let (added, removed) = draw.until(|draw| {
        let mut some = |chance: u64| -> Vec<bool> { (0..5).map(|_| draw.chance(chance, 10)).collect() };
        let added = [some(7), some(7)];
        let mut removed = [some(4), some(4)];
        for (removed, added) in removed.iter_mut().zip(&added) {
            // Only what is there can be removed.
            removed.iter_mut().zip(added).for_each(|(removed, added)| *removed &= added);
        }
        let left = (0..5).filter(|&at| present(&added, &removed, at)).count();
        // Somewhere the replicas must disagree about a removed element.
        let disagree = (0..5).any(|at| added[0][at] && added[1][at] && removed[0][at] != removed[1][at]);
        (left > 0 && disagree).then_some((added, removed))
    });
    let right = elements(|at| present(&added, &removed, at));
    let rows: Vec<Vec<String>> = (0..2)
        .map(|replica| {
            vec![
                PROCESSES[replica].to_owned(),
                braces(&elements(|at| added[replica][at])),
                braces(&elements(|at| removed[replica][at])),
            ]
        })
        .collect();
    let picture = table(&["replica", "added", "removed"], &rows);
    let local = |replica: usize, at: usize| added[replica][at] && !removed[replica][at];
    let gone = elements(|at| removed[0][at] || removed[1][at]);
    let all = elements(|at| added[0][at] || added[1][at]);
    let instance = Instance::new(
        format!(
            "Two replicas of a **2P-set** hold these sets of elements added and removed:\n\n{}\n\nThey are merged. Which \
             elements are in the set afterwards? Give them in alphabetical order, as `x, y`.",
            picture.fence()
        ),
        answer::tuple(&right),
        format!(
            "Added anywhere: {}. Removed anywhere: {}. In the set is what was added and never removed: {}.",
            list(&all),
            list(&gone),
            list(&right)
        ),
        json!({ "kind": "2p-set", "added": told(&added), "removed": told(&removed) }),
    )
    .spoken(picture.spoken);
    wrong_elements(
        instance,
        [
            (elements(|at| local(0, at) || local(1, at)), BACK_AGAIN),
            (elements(|at| local(0, at) && local(1, at)), NOT_EVERYWHERE),
            (all, REMOVE_IGNORED),
        ],
    )
}

fn present(added: &[Vec<bool>; 2], removed: &[Vec<bool>; 2], at: usize) -> bool {
    (added[0][at] || added[1][at]) && !removed[0][at] && !removed[1][at]
}

fn told(sets: &[Vec<bool>; 2]) -> Vec<Vec<&'static str>> {
    sets.iter().map(|set| elements(|at| set[at])).collect()
}

fn wrong_elements<const N: usize>(
    mut instance: Instance,
    wrong: [(Vec<&'static str>, &'static str); N],
) -> Instance {
    for (elements, name) in wrong {
        if !elements.is_empty() {
            instance = instance.mistake(tuple(&elements), name);
        }
    }
    instance
}

/// A tag of an observed-remove set: its element, and for each replica whether it knows the add and the remove.
struct Tag {
    element: usize,
    name: String,
    added: Vec<bool>,
    removed: Vec<bool>,
}

pub fn observed_remove(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let replicas = difficulty.of([2, 2, 3]);
    let count = difficulty.of([4, 5, 6]);
    let tags = draw.until(|draw| {
        let mut numbers = vec![0; replicas];
        let tags: Vec<Tag> = (0..count)
            .map(|_| {
                let home = draw.range(0, replicas - 1);
                numbers[home] += 1;
                let added: Vec<bool> =
                    (0..replicas).map(|replica| replica == home || draw.chance(2, 5)).collect();
                let removed = added.iter().map(|&added| added && draw.chance(1, 3)).collect();
                let name = format!("{}{}", PROCESSES[home].to_lowercase(), numbers[home]);
                Tag { element: draw.range(0, 3), name, added, removed }
            })
            .collect();
        let left = elements(|at| holds(&tags, at)).len();
        let gone = tags.iter().any(|tag| tag.removed.contains(&true));
        let twice = (0..4).any(|at| tags.iter().filter(|tag| tag.element == at).count() > 1);
        (left > 0 && left < 4 && gone && twice).then_some(tags)
    });
    let right = elements(|at| holds(&tags, at));
    let of = |replica: usize, removed: bool| -> String {
        let names: Vec<String> = tags
            .iter()
            .filter(|tag| if removed { tag.removed[replica] } else { tag.added[replica] })
            .map(|tag| format!("{}.{}", ELEMENTS[tag.element], tag.name))
            .collect();
        if names.is_empty() { "∅".to_owned() } else { names.join(" ") }
    };
    let rows: Vec<Vec<String>> = (0..replicas)
        .map(|replica| vec![PROCESSES[replica].to_owned(), of(replica, false), of(replica, true)])
        .collect();
    let picture = table(&["replica", "added", "removed"], &rows);
    let left: Vec<String> = tags
        .iter()
        .filter(|tag| !tag.removed.contains(&true))
        .map(|tag| format!("{}.{}", ELEMENTS[tag.element], tag.name))
        .collect();
    let gone: Vec<String> = tags
        .iter()
        .filter(|tag| tag.removed.contains(&true))
        .map(|tag| format!("{}.{}", ELEMENTS[tag.element], tag.name))
        .collect();
    let of_element = |at: usize| tags.iter().filter(move |tag| tag.element == at);
    let locally =
        |replica: usize, at: usize| of_element(at).any(|tag| tag.added[replica] && !tag.removed[replica]);
    let instance = Instance::new(
        format!(
            "The replicas of an **OR-set** hold these adds and removes; `b.a2` is element b with the unique tag a2, and \
             tombstones are kept as removed tags:\n\n{}\n\nAll are merged. Which elements are in the set afterwards? Give \
             them in alphabetical order, as `x, y`.",
            picture.fence()
        ),
        answer::tuple(&right),
        format!(
            "All added tags less all removed ones ({}) leaves {}: the elements {}.",
            list(&gone),
            list(&left),
            list(&right)
        ),
        json!({
            "kind": "or-set",
            "replicas": (0..replicas).map(|replica| json!({
                "added": tags.iter().filter(|tag| tag.added[replica]).map(|tag| [ELEMENTS[tag.element], &tag.name]).collect::<Vec<_>>(),
                "removed": tags.iter().filter(|tag| tag.removed[replica]).map(|tag| [ELEMENTS[tag.element], &tag.name]).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        }),
    )
    .spoken(picture.spoken);
    wrong_elements(
        instance,
        [
            (
                elements(|at| {
                    of_element(at).count() > 0 && of_element(at).all(|tag| !tag.removed.contains(&true))
                }),
                WHOLE_ELEMENT,
            ),
            (elements(|at| (0..replicas).any(|replica| locally(replica, at))), REMOVE_IGNORED),
            (elements(|at| (0..replicas).all(|replica| locally(replica, at))), NOT_EVERYWHERE),
        ],
    )
}

fn holds(tags: &[Tag], element: usize) -> bool {
    tags.iter().any(|tag| tag.element == element && !tag.removed.contains(&true))
}

/// An operation at a replica of an observed-remove set.
#[derive(Clone, Copy)]
enum Op {
    Add { at: usize, element: usize },
    Remove { at: usize, element: usize },
    Merge { from: usize, into: usize },
}

/// What a replica knows: the tags added (by the number of their operation) and removed.
#[derive(Clone, Default)]
struct Known {
    added: Vec<(usize, usize)>,
    removed: Vec<usize>,
}

impl Known {
    fn holds(&self, element: usize) -> bool {
        self.added.iter().any(|(tag, of)| *of == element && !self.removed.contains(tag))
    }

    fn merge(&mut self, other: &Self) {
        for tag in &other.added {
            if !self.added.contains(tag) {
                self.added.push(*tag);
            }
        }
        for tag in &other.removed {
            if !self.removed.contains(tag) {
                self.removed.push(*tag);
            }
        }
    }

    fn apply(known: &mut [Self], number: usize, op: Op) {
        match op {
            Op::Add { at, element } => known[at].added.push((number, element)),
            Op::Remove { at, element } => {
                let seen: Vec<usize> =
                    known[at].added.iter().filter(|(_, of)| *of == element).map(|(tag, _)| *tag).collect();
                known[at].removed.extend(seen);
            }
            Op::Merge { from, into } => {
                let other = known[from].clone();
                known[into].merge(&other);
            }
        }
    }
}

pub fn observed_remove_history(draw: &mut Draw) -> Instance {
    let replicas = 3;
    let (ops, merged) = draw.until(|draw| {
        let mut known = vec![Known::default(); replicas];
        let mut ops = Vec::new();
        while ops.len() < 8 {
            let at = draw.range(0, replicas - 1);
            let op = match draw.weighted(&[4, 3, 3]) {
                0 => Op::Add { at, element: draw.range(0, 3) },
                1 => {
                    // Only what is seen there can be removed.
                    let seen: Vec<usize> = (0..4).filter(|&element| known[at].holds(element)).collect();
                    if seen.is_empty() {
                        continue;
                    }
                    Op::Remove { at, element: *draw.pick(&seen) }
                }
                _ => {
                    if known[at].added.is_empty() {
                        continue;
                    }
                    Op::Merge { from: at, into: (at + draw.range(1, replicas - 1)) % replicas }
                }
            };
            Known::apply(&mut known, ops.len(), op);
            ops.push(op);
        }
        let mut merged = Known::default();
        known.iter().for_each(|one| merged.merge(one));
        let left = elements(|at| merged.holds(at));
        // A remove that misses an add, or there is nothing to it.
        let by_last = elements(|at| matches!(last(&ops, at), Some(Op::Add { .. })));
        (!left.is_empty() && left != by_last).then_some((ops, merged))
    });
    let right = elements(|at| merged.holds(at));
    let lines: Vec<String> = ops
        .iter()
        .enumerate()
        .map(|(number, op)| {
            let told = match *op {
                Op::Add { at, element } => format!("{} adds {}", PROCESSES[at], ELEMENTS[element]),
                Op::Remove { at, element } => format!("{} removes {}", PROCESSES[at], ELEMENTS[element]),
                Op::Merge { from, into } => {
                    format!("{} merges {}'s state into its own", PROCESSES[into], PROCESSES[from])
                }
            };
            format!("{}. {told}", number + 1)
        })
        .collect();
    let left: Vec<String> = merged
        .added
        .iter()
        .filter(|(tag, _)| !merged.removed.contains(tag))
        .map(|(tag, element)| format!("{} (added at {})", ELEMENTS[*element], tag + 1))
        .collect();
    let gone: Vec<String> = merged.removed.iter().map(|tag| format!("the add at {}", tag + 1)).collect();
    let told = |op: &Op| match *op {
        Op::Add { at, element } => json!(["add", at, ELEMENTS[element]]),
        Op::Remove { at, element } => json!(["remove", at, ELEMENTS[element]]),
        Op::Merge { from, into } => json!(["merge", from, into]),
    };
    let instance = Instance::new(
        format!(
            "The replicas A, B and C of an **OR-set** start empty. A remove takes away the adds that its replica knows at \
             that moment. In order of time:\n\n{}\n\nIn the end all three are merged. Which elements are in the set \
             afterwards? Give them in alphabetical order, as `x, y`.",
            lines.join("\n")
        ),
        answer::tuple(&right),
        format!("Removed are {}. What is left: {}.", list(&gone), list(&left)),
        json!({ "kind": "or-set-history", "operations": ops.iter().map(told).collect::<Vec<_>>() }),
    );
    wrong_elements(
        instance,
        [
            (elements(|at| matches!(last(&ops, at), Some(Op::Add { .. }))), LOCAL_ONLY),
            (
                elements(|at| {
                    ops.iter().any(|op| matches!(*op, Op::Add { element, .. } if element == at))
                        && !ops.iter().any(|op| matches!(*op, Op::Remove { element, .. } if element == at))
                }),
                UNSEEN_REMOVED,
            ),
            (
                elements(|at| ops.iter().any(|op| matches!(*op, Op::Add { element, .. } if element == at))),
                REMOVE_IGNORED,
            ),
        ],
    )
}

/// The last add or remove of an element.
fn last(ops: &[Op], wanted: usize) -> Option<Op> {
    ops.iter()
        .rev()
        .find(|op| match **op {
            Op::Add { element, .. } | Op::Remove { element, .. } => element == wanted,
            Op::Merge { .. } => false,
        })
        .copied()
}
