//! `mvcc.snapshot-isolation`: who aborts, whether what commits is serialisable, and the pivots that SSI looks for.

use std::collections::BTreeSet;

use serde_json::json;

use super::wording::{Steps, names, spellings};
use crate::problem::diagram;
use crate::problem::text::OBJECTS;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &SnapshotIsolation;

struct SnapshotIsolation;

const READS_COUNT: &str = "you aborted for what was read; snapshot isolation compares write sets only";
const BEFORE: &str =
    "you compared with a transaction that had committed before the start; that one is in the snapshot";
const BOTH_ABORT: &str = "you aborted the first committer too; only the later one fails";
const ABORTED_COUNT: &str = "you compared with an aborted transaction; it wrote nothing";
const NONE_FAILS: &str = "you overlooked two concurrent transactions that write the same object";
const SKEW: &str = "no write is lost, and yet no serial order fits: each read what the other overwrote";
const NO_SKEW: &str = "that is not write skew: the dependencies form no cycle";
const ONE_EDGE: &str = "a pivot has both an incoming and an outgoing rw edge; you took those with either";
const NO_PIVOT: &str = "you overlooked a transaction with an rw edge in and one out";
const ALL_OF_CYCLE: &str = "you listed all that have committed";

const ASKS: &[&str] = &["aborted", "serialisable", "pivots"];

/// A transaction: number, start, commit, objects read (those written included) and written.
struct Txn {
    id: usize,
    start: i64,
    commit: i64,
    reads: Vec<usize>,
    writes: Vec<usize>,
}

impl Family for SnapshotIsolation {
    fn name(&self) -> &'static str {
        "mvcc.snapshot-isolation"
    }

    fn title(&self) -> &'static str {
        "judge transactions under snapshot isolation"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "asks",
                    "who is aborted, whether the rest is serialisable, or the pivots",
                    ASKS,
                    ASKS,
                )
                .graded_words([
                    &["aborted", "aborted", "serialisable"],
                    &["aborted", "serialisable", "pivots"],
                    &["aborted", "serialisable", "pivots", "pivots"],
                ]),
                Parameter::integer("transactions", "transactions", (2, 5), &[]).graded([
                    &[3],
                    &[3, 4],
                    &[4, 5],
                ]),
                Parameter::integer("objects", "objects used", (2, 4), &[]).graded([&[2, 3], &[3], &[3, 4]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            READS_COUNT,
            BEFORE,
            BOTH_ABORT,
            ABORTED_COUNT,
            NONE_FAILS,
            SKEW,
            NO_SKEW,
            ONE_EDGE,
            NO_PIVOT,
            ALL_OF_CYCLE,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _: Difficulty) -> Instance {
        let asks = with.word("asks");
        let (count, objects) = (with.count("transactions"), with.count("objects"));
        // Aborts, a cycle, pivots: drawn first, so that none is rare.
        let (wanted, some) = (draw.coin(), draw.chance(5, 6));
        let (txns, aborted) = draw.until(|draw| {
            let txns = draw_txns(draw, count, objects);
            let aborted = aborts(&txns, Rule::Right, false).0;
            let graph = Graph::of(&txns, &aborted);
            let fits = match asks {
                "aborted" => aborted.is_empty() != some,
                "serialisable" => {
                    graph.has_cycle() == wanted && txns.len() - aborted.len() >= 2 && !graph.rw.is_empty()
                }
                _ => graph.pivots().is_empty() != some && !graph.rw.is_empty(),
            };
            fits.then_some((txns, aborted))
        });
        let rows: Vec<Vec<String>> = txns
            .iter()
            .map(|txn| {
                let end = txn.commit.to_string();
                vec![format!("T{}", txn.id), txn.start.to_string(), end, set(&txn.reads), set(&txn.writes)]
            })
            .collect();
        let picture = diagram::table(&["", "starts at", "commits at", "reads", "writes"], &rows);
        let setting = "Snapshot isolation: a transaction reads from a snapshot taken at its start, and its writes take effect when it \
                       commits. First committer wins: T is aborted at its commit if a transaction that committed between T's start and \
                       T's commit wrote an object that T writes too.";
        let ask = match asks {
            "aborted" => {
                "Which transactions are aborted? List them in ascending order of their numbers, as `T2, T4`, or answer `none`."
            }
            "serialisable" => {
                "Aborted transactions leave no trace. Are the transactions that commit serialisable together?"
            }
            _ => {
                "Aborted transactions leave no trace. Among those that commit, an rw edge leads from T to U if T and U are concurrent \
                 (each starts before the other commits) and T reads an object that U writes, without seeing U's write. Which \
                 transactions are pivots, with an rw edge in and an rw edge out, as serialisable snapshot isolation looks for? List \
                 them in ascending order, as `T2, T4`, or answer `none`."
            }
        };
        let prompt = format!("{setting}\n\n{}\n\n{ask}", picture.fence());
        let values = json!({
            "asks": asks,
            "transactions": txns.iter().map(|txn| json!({
                "id": txn.id, "start": txn.start, "commit": txn.commit, "reads": txn.reads, "writes": txn.writes,
            })).collect::<Vec<_>>(),
        });
        let steps = aborts(&txns, Rule::Right, true).1.text();
        let graph = Graph::of(&txns, &aborted);
        let instance = |form, solution: String| {
            Instance::new(prompt.clone(), form, solution, values.clone()).spoken(picture.spoken.clone())
        };
        match asks {
            "aborted" => {
                let told = format!("In the order of commits:\n\n{}\n\nAborted: {}.", steps, names(&aborted));
                let mut instance = instance(answer::typed(spellings(&aborted)), told);
                for (rule, why) in [
                    (Rule::Reads, READS_COUNT),
                    (Rule::Before, BEFORE),
                    (Rule::AbortedCount, ABORTED_COUNT),
                    (Rule::Both, BOTH_ABORT),
                ] {
                    instance = instance.mistake(names(&aborts(&txns, rule, false).0), why);
                }
                instance.mistake("none", NONE_FAILS)
            }
            "serialisable" => {
                let cyclic = graph.has_cycle();
                let verdict = if cyclic {
                    "They form a cycle, so no serial order gives the same: write skew or a relative of it."
                } else {
                    "They form no cycle, so there is a serial order that gives the same."
                };
                let told = format!("{}\n\n{}\n\n{verdict}", steps, graph.told());
                let form = answer::verdict(
                    !cyclic,
                    ("serialisable", "the dependencies form no cycle"),
                    ("not serialisable", "the dependencies form a cycle"),
                );
                instance(form, told).mistake_other_verdict(if cyclic { SKEW } else { NO_SKEW })
            }
            _ => {
                let pivots = graph.pivots();
                let told = format!("{}\n\n{}\n\nPivots: {}.", steps, graph.told(), names(&pivots));
                let either: BTreeSet<usize> = graph.live_rw().flat_map(|(from, to)| [from, to]).collect();
                let either: Vec<usize> = either.into_iter().collect();
                let committed: Vec<usize> =
                    txns.iter().map(|txn| txn.id).filter(|id| !aborted.contains(id)).collect();
                instance(answer::typed(spellings(&pivots)), told)
                    .mistake(names(&either), ONE_EDGE)
                    .mistake("none", NO_PIVOT)
                    .mistake(names(&committed), ALL_OF_CYCLE)
            }
        }
    }
}

fn draw_txns(draw: &mut Draw, count: usize, objects: usize) -> Vec<Txn> {
    let times = draw.permutation(2 * count);
    let all: Vec<usize> = (0..objects).collect();
    let mut txns: Vec<Txn> = (0..count)
        .map(|index| {
            let (a, b) = (times[2 * index] as i64 + 1, times[2 * index + 1] as i64 + 1);
            let wide = draw.range(1, 2);
            let reads = draw.subset(&all, wide);
            // Readers alone are rare, and so is whoever writes both.
            let narrow = if wide == 1 { draw.weighted(&[1, 3]) } else { draw.weighted(&[1, 4, 1]) };
            let writes = draw.subset(&reads, narrow);
            Txn { id: 0, start: a.min(b), commit: a.max(b), reads, writes }
        })
        .collect();
    txns.sort_by_key(|txn| txn.start);
    txns.iter_mut().enumerate().for_each(|(index, txn)| txn.id = index + 1);
    txns
}

fn set(objects: &[usize]) -> String {
    if objects.is_empty() {
        return "-".to_owned();
    }
    objects.iter().map(|&object| OBJECTS[object]).collect::<Vec<_>>().join(" ")
}

#[derive(Clone, Copy, PartialEq)]
enum Rule {
    Right,
    Reads,
    Before,
    AbortedCount,
    Both,
}

fn aborts(txns: &[Txn], rule: Rule, told: bool) -> (Vec<usize>, Steps) {
    let mut order: Vec<&Txn> = txns.iter().collect();
    order.sort_by_key(|txn| txn.commit);
    let (mut aborted, mut steps) = (Vec::new(), Steps::new(told));
    for txn in &order {
        let own = if rule == Rule::Reads { &txn.reads } else { &txn.writes };
        let clash = order.iter().find_map(|other| {
            let counts = rule == Rule::AbortedCount || !aborted.contains(&other.id);
            let between = other.commit < txn.commit
                && (rule == Rule::Before || other.commit > txn.start)
                && other.id != txn.id;
            let shared = other.writes.iter().find(|object| own.contains(object))?;
            (counts && between).then_some((other, *shared))
        });
        match clash {
            Some((other, object)) => {
                aborted.push(txn.id);
                steps.say(|| {
                    format!(
                        "- T{} (from {}) at {}: T{} committed at {} and wrote {} too, aborted",
                        txn.id, txn.start, txn.commit, other.id, other.commit, OBJECTS[object]
                    )
                });
                if rule == Rule::Both {
                    aborted.push(other.id);
                }
            }
            None => steps.say(|| format!("- T{} (from {}) at {}: commits", txn.id, txn.start, txn.commit)),
        }
    }
    aborted.sort_unstable();
    aborted.dedup();
    (aborted, steps)
}

/// Dependencies among the transactions that commit.
struct Graph {
    /// Earlier to later: the later one saw or replaced what the earlier one wrote.
    seen: BTreeSet<(usize, usize)>,
    /// Reader to the writer it did not see, and whether the two are concurrent.
    rw: BTreeSet<(usize, usize, bool)>,
}

impl Graph {
    fn of(txns: &[Txn], aborted: &[usize]) -> Self {
        let mut graph = Self { seen: BTreeSet::new(), rw: BTreeSet::new() };
        let committed = || txns.iter().filter(|txn| !aborted.contains(&txn.id));
        for a in committed() {
            for b in committed().filter(|b| b.id != a.id) {
                let meets = |objects: &[usize]| a.writes.iter().any(|object| objects.contains(object));
                // Every writer reads what it writes, so that seeing covers replacing.
                if a.commit < b.start && meets(&b.reads) {
                    graph.seen.insert((a.id, b.id));
                }
                if b.start < a.commit && meets(&b.reads) {
                    graph.rw.insert((b.id, a.id, a.start < b.commit));
                }
            }
        }
        graph
    }

    fn live_rw(&self) -> impl Iterator<Item = (usize, usize)> {
        self.rw.iter().filter(|edge| edge.2).map(|&(from, to, _)| (from, to))
    }

    fn pivots(&self) -> Vec<usize> {
        let into: BTreeSet<usize> = self.live_rw().map(|(_, to)| to).collect();
        let out: BTreeSet<usize> = self.live_rw().map(|(from, _)| from).collect();
        into.intersection(&out).copied().collect()
    }

    fn has_cycle(&self) -> bool {
        let mut edges: BTreeSet<(usize, usize)> = self.rw.iter().map(|&(from, to, _)| (from, to)).collect();
        edges.extend(&self.seen);
        // Take away what nothing leads to, until nothing is left or only cycles are.
        loop {
            let before = edges.len();
            let targets: BTreeSet<usize> = edges.iter().map(|edge| edge.1).collect();
            edges.retain(|edge| targets.contains(&edge.0));
            if edges.len() == before {
                return before > 0;
            }
        }
    }

    fn told(&self) -> String {
        let edge = |from: &usize, to: &usize| format!("T{from} → T{to}");
        let rw: Vec<String> = self.rw.iter().map(|(from, to, _)| edge(from, to)).collect();
        let seen: Vec<String> = self.seen.iter().map(|(from, to)| edge(from, to)).collect();
        let or_none =
            |edges: Vec<String>| if edges.is_empty() { "none".to_owned() } else { edges.join(", ") };
        format!(
            "Edges from a reader to the writer it did not see (rw): {}. Edges from a writer to one that saw it: {}.",
            or_none(rw),
            or_none(seen)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_write_skew() {
        let txn =
            |id, start, commit, write| Txn { id, start, commit, reads: vec![0, 1], writes: vec![write] };
        let txns = [txn(1, 1, 3, 0), txn(2, 2, 4, 1)];
        let (aborted, _) = aborts(&txns, Rule::Right, false);
        assert!(aborted.is_empty());
        let graph = Graph::of(&txns, &aborted);
        assert!(graph.has_cycle());
        assert_eq!(graph.pivots(), [1, 2]);
    }
}
