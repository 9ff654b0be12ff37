//! `crdt.merge`: the state and the value after replicas of a conflict-free data type are merged.

use serde_json::{Value, json};

use crate::problem::diagram::table;
use crate::problem::text::{PROCESSES, list, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

use super::crdt_sets as sets;

pub const FAMILY: &dyn Family = &CrdtMerge;

struct CrdtMerge;

const SUMMED: &str =
    "you added the replicas' counts up; each knows part of the other's already, so take the larger entry";
const LARGER_TOTAL: &str =
    "you took the larger of the totals; both replicas may know of something the other does not";
const SMALLER: &str = "you took the smaller entries; counts only grow, so the larger one is newer";
const IGNORED_MINUS: &str = "you left out the decrements";
const NET_FIRST: &str = "you merged the differences; increments and decrements are merged apart";
const LARGER_VALUE: &str = "you took the largest value; the timestamp decides";
const TIE_BY_VALUE: &str = "at equal timestamps the larger replica name wins, whatever the values are";
const TIE_BY_SMALLER: &str = "you broke the tie the other way";
const NEWEST_ONLY: &str = "you kept one value; values of concurrent writes are all kept";
const KEPT_ALL: &str = "you kept a value that another write has seen and replaced";

impl Family for CrdtMerge {
    fn name(&self) -> &'static str {
        "crdt.merge"
    }

    fn title(&self) -> &'static str {
        "merge replicas without conflicts"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::word(
                "kind",
                "the data type",
                &[
                    "g-counter",
                    "pn-counter",
                    "lww-register",
                    "2p-set",
                    "or-set",
                    "mv-register",
                    "or-set-history",
                ],
                &[],
            )
            .graded_words([
                &["g-counter", "pn-counter", "lww-register"],
                &["pn-counter", "2p-set", "or-set", "mv-register"],
                &["or-set-history", "or-set", "mv-register"],
            ])]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            SUMMED,
            LARGER_TOTAL,
            SMALLER,
            IGNORED_MINUS,
            NET_FIRST,
            LARGER_VALUE,
            TIE_BY_VALUE,
            TIE_BY_SMALLER,
            NEWEST_ONLY,
            KEPT_ALL,
            sets::BACK_AGAIN,
            sets::REMOVE_IGNORED,
            sets::UNSEEN_REMOVED,
            sets::NOT_EVERYWHERE,
            sets::WHOLE_ELEMENT,
            sets::LOCAL_ONLY,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        match with.word("kind") {
            "g-counter" => grow_counter(draw),
            "pn-counter" => two_way_counter(draw),
            "lww-register" => last_writer(draw),
            "2p-set" => sets::two_phase(draw),
            "or-set" => sets::observed_remove(draw, difficulty),
            "mv-register" => multi_value(draw, difficulty),
            _ => sets::observed_remove_history(draw),
        }
    }
}

fn vector(counts: &[usize]) -> String {
    let entries: Vec<String> =
        counts.iter().enumerate().map(|(at, count)| format!("{}:{count}", PROCESSES[at])).collect();
    format!("{{{}}}", entries.join(", "))
}

fn larger(a: &[usize], b: &[usize]) -> Vec<usize> {
    a.iter().zip(b).map(|(a, b)| *a.max(b)).collect()
}

/// Draws two states of a counter, each ahead of the other somewhere.
fn two_counts(entries: usize, draw: &mut Draw) -> (Vec<usize>, Vec<usize>) {
    draw.until(|draw| {
        let mut counts = || (0..entries).map(|_| draw.range(0, 9)).collect::<Vec<_>>();
        let (a, b) = (counts(), counts());
        let merged = larger(&a, &b);
        (merged != a && merged != b).then_some((a, b))
    })
}

fn grow_counter(draw: &mut Draw) -> Instance {
    let (a, b) = two_counts(3, draw);
    let merged = larger(&a, &b);
    let total = |counts: &[usize]| counts.iter().sum::<usize>();
    let smaller: usize = a.iter().zip(&b).map(|(a, b)| a.min(b)).sum();
    let right = total(&merged);
    Instance::new(
        format!(
            "A **G-counter** keeps for each replica how often it was incremented there. Two replicas hold **{}** and \
             **{}**. What is the counter's value after they are merged?",
            vector(&a),
            vector(&b)
        ),
        answer::count(right),
        format!("Entry by entry the larger one: {}. Its sum is {right}.", vector(&merged)),
        json!({ "kind": "g-counter", "states": [a, b] }),
    )
    .mistake(total(&a) + total(&b), SUMMED)
    .mistake(total(&a).max(total(&b)), LARGER_TOTAL)
    .mistake(smaller, SMALLER)
}

fn two_way_counter(draw: &mut Draw) -> Instance {
    let ((plus_a, plus_b), (minus_a, minus_b)) = draw.until(|draw| {
        let (plus, minus) = (two_counts(2, draw), two_counts(2, draw));
        let net = |plus: &[usize], minus: &[usize]| {
            plus.iter().sum::<usize>() as i64 - minus.iter().sum::<usize>() as i64
        };
        (net(&plus.0, &minus.0) >= 0 && net(&plus.1, &minus.1) >= 0).then_some((plus, minus))
    });
    let (plus, minus) = (larger(&plus_a, &plus_b), larger(&minus_a, &minus_b));
    let sum = |counts: &[usize]| counts.iter().sum::<usize>() as i64;
    let right = sum(&plus) - sum(&minus);
    let nets = |plus: &[usize], minus: &[usize]| sum(plus) - sum(minus);
    let net_entries: i64 = (0..2)
        .map(|at| {
            let net = |plus: &[usize], minus: &[usize]| plus[at] as i64 - minus[at] as i64;
            net(&plus_a, &minus_a).max(net(&plus_b, &minus_b))
        })
        .sum();
    Instance::new(
        format!(
            "A **PN-counter** keeps two G-counters, P for increments and N for decrements. One replica holds P = **{}**, \
             N = **{}**, another P = **{}**, N = **{}**. What is the counter's value after they are merged?",
            vector(&plus_a),
            vector(&minus_a),
            vector(&plus_b),
            vector(&minus_b)
        ),
        answer::number(right as f64, "", crate::card::Tolerance::Exact),
        format!(
            "P = {} with sum {}, N = {} with sum {}: {} − {} = {right}.",
            vector(&plus),
            sum(&plus),
            vector(&minus),
            sum(&minus),
            sum(&plus),
            sum(&minus)
        ),
        json!({ "kind": "pn-counter", "plus": [plus_a, plus_b], "minus": [minus_a, minus_b] }),
    )
    .mistake(nets(&plus_a, &minus_a) + nets(&plus_b, &minus_b), SUMMED)
    .mistake(net_entries, NET_FIRST)
    .mistake(nets(&plus_a, &minus_a).max(nets(&plus_b, &minus_b)), LARGER_TOTAL)
    .mistake(sum(&plus), IGNORED_MINUS)
}

fn last_writer(draw: &mut Draw) -> Instance {
    let (writes, right) = draw.until(|draw| {
        let values = draw.distinct(3, 10, 99);
        let stamp = draw.range(100, 180);
        let mut writes: Vec<(i64, usize)> =
            values.into_iter().map(|value| (value, stamp + draw.range(0, 3))).collect();
        // A tie at the top in about half of the draws.
        if draw.coin() {
            let top = writes.iter().map(|write| write.1).max().unwrap_or(stamp);
            writes[draw.range(0, 2)].1 = top;
        }
        let right = (0..3).max_by_key(|&at| (writes[at].1, at)).unwrap_or(0);
        let largest = (0..3).max_by_key(|&at| writes[at].0).unwrap_or(0);
        (largest != right || draw.chance(1, 4)).then_some((writes, right))
    });
    let value = |at: usize| writes[at].0;
    let top = writes[right].1;
    let tied: Vec<usize> = (0..3).filter(|&at| writes[at].1 == top).collect();
    let told: Vec<String> = writes
        .iter()
        .enumerate()
        .map(|(at, (value, stamp))| format!("**{}** holds {value} with timestamp {stamp}", PROCESSES[at]))
        .collect();
    let largest = writes.iter().map(|write| write.0).max().unwrap_or(0);
    let largest_tied = tied.iter().map(|&at| value(at)).max().unwrap_or(0);
    let how = if tied.len() > 1 {
        let names: Vec<&str> = tied.iter().map(|&at| PROCESSES[at]).collect();
        format!("{} share it, and the larger name is {}", list(&names), PROCESSES[right])
    } else {
        format!("it is {}'s", PROCESSES[right])
    };
    Instance::new(
        format!(
            "A **last-writer-wins register** has three replicas, each with a value it wrote itself: {}. At equal timestamps \
             the alphabetically **larger** replica name wins. What is the value after all are merged?",
            list(&told)
        ),
        answer::count(value(right) as usize),
        format!("The largest timestamp is {top}; {how}. So {}.", value(right)),
        json!({ "kind": "lww-register", "writes": writes }),
    )
    .mistake(value(tied[0]), TIE_BY_SMALLER)
    .mistake(largest_tied, TIE_BY_VALUE)
    .mistake(largest, LARGER_VALUE)
}

fn multi_value(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let count = difficulty.of([3, 4, 5]);
    let entries = 3;
    let dominated = |versions: &[(i64, Vec<usize>)], at: usize| {
        versions.iter().any(|(_, other)| {
            *other != versions[at].1 && other.iter().zip(&versions[at].1).all(|(other, own)| other >= own)
        })
    };
    let versions = draw.until(|draw| {
        let values = draw.distinct(count, 10, 99);
        let versions: Vec<(i64, Vec<usize>)> = values
            .into_iter()
            .map(|value| (value, (0..entries).map(|_| draw.range(0, 3)).collect()))
            .collect();
        let kept = (0..count).filter(|&at| !dominated(&versions, at)).count();
        let mut vectors: Vec<&Vec<usize>> = versions.iter().map(|(_, vector)| vector).collect();
        vectors.sort_unstable();
        vectors.dedup();
        (vectors.len() == count && (2..count).contains(&kept)).then_some(versions)
    });
    let kept: Vec<usize> = (0..count).filter(|&at| !dominated(&versions, at)).collect();
    let sorted = |places: &[usize]| -> Vec<i64> {
        let mut values: Vec<i64> = places.iter().map(|&at| versions[at].0).collect();
        values.sort_unstable();
        values
    };
    let rows: Vec<Vec<String>> =
        versions.iter().map(|(value, vector)| vec![value.to_string(), tuple(vector)]).collect();
    let picture = table(&["value", "version vector"], &rows);
    let steps: Vec<String> = (0..count)
        .map(|at| {
            let above = versions.iter().find(|(_, other)| {
                *other != versions[at].1 && other.iter().zip(&versions[at].1).all(|(other, own)| other >= own)
            });
            match above {
                Some((value, vector)) => format!("{} gives way to {value} {}", versions[at].0, tuple(vector)),
                None => format!("{} stays", versions[at].0),
            }
        })
        .collect();
    let by_sum = *kept.iter().max_by_key(|&&at| versions[at].1.iter().sum::<usize>()).unwrap_or(&0);
    let all: Vec<usize> = (0..count).collect();
    Instance::new(
        format!(
            "The replicas of a **multi-value register** hold these versions between them:\n\n{}\n\nThey are merged. Which \
             values does the register hold afterwards? Give them in ascending order, as `7, 8`.",
            picture.fence()
        ),
        answer::tuple(&sorted(&kept)),
        format!(
            "A version gives way to one whose vector is nowhere smaller and somewhere larger: {}.",
            steps.join("; ")
        ),
        json!({
            "kind": "mv-register",
            "versions": versions.iter().map(|(value, vector)| json!([value, vector])).collect::<Vec<Value>>(),
        }),
    )
    .spoken(picture.spoken)
    .mistake(tuple(&sorted(&[by_sum])), NEWEST_ONLY)
    .mistake(tuple(&sorted(&all)), KEPT_ALL)
}
