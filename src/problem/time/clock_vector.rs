//! `clock.vector`: vector timestamps on a space–time diagram, comparing them, and what survives a reconciliation.

use serde_json::json;

use super::script::{Script, is_before, merge};
use crate::problem::answer::{self, option};
use crate::problem::text::{list, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter};

pub const FAMILY: &dyn Family = &ClockVector;

struct ClockVector;

const NOT_MERGED: &str = "a receipt also takes over what the message knows: the larger of each entry";
const OWN_UNCOUNTED: &str = "a receipt is an event too: one more on the own entry, after the maximum";
const SENDER_COUNTED: &str = "only the own entry grows; the sender counted itself when it sent";
const ADDED: &str = "entries are not added up: take the larger one";
const BY_SUM: &str = "the sum says nothing: compare entry by entry";
const BY_FIRST: &str = "you compared the first entry that differs; all of them count";
const NOTHING_DROPPED: &str = "a version whose clock lies below another's is out of date: it goes";
const NEWEST_ONLY: &str = "versions that are concurrent with the newest stay beside it";
const PUT_UNCOUNTED: &str = "the coordinating node counts the put on its own entry, after the maximum";
const CONTEXT_IGNORED: &str = "the context counts whole: take the larger of each entry of what was read";

const RULE: &str = "Vector clocks start at zeros, entries in the order of the processes; **every** event (local, send, receive) \
                    adds 1 to its own entry, and a receive takes the larger of each entry first.";

impl Family for ClockVector {
    fn name(&self) -> &'static str {
        "clock.vector"
    }

    fn title(&self) -> &'static str {
        "stamp, compare and merge with vector clocks"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", &["stamp", "compare", "siblings", "put"], &[])
                    .graded_words([
                        &["stamp", "stamp", "compare"],
                        &["stamp", "compare", "siblings"],
                        &["stamp", "siblings", "put", "put"],
                    ]),
                Parameter::integer("processes", "processes, or entries of a clock", (2, 4), &[]).graded([
                    &[2, 3],
                    &[3],
                    &[3, 4],
                ]),
                Parameter::integer("events", "events in the diagram", (4, 12), &[]).graded([
                    &[6, 7],
                    &[8, 9],
                    &[9, 10, 11],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            NOT_MERGED,
            OWN_UNCOUNTED,
            SENDER_COUNTED,
            ADDED,
            BY_SUM,
            BY_FIRST,
            NOTHING_DROPPED,
            NEWEST_ONLY,
            PUT_UNCOUNTED,
            CONTEXT_IGNORED,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let entries = with.count("processes");
        match with.word("asks") {
            "stamp" => stamp(entries, with.count("events"), draw),
            "compare" => compare(entries, draw),
            "siblings" => siblings(entries, difficulty.of([3, 3, 4]), draw),
            _ => put(entries, draw),
        }
    }
}

fn stamp(processes: usize, events: usize, draw: &mut Draw) -> Instance {
    let (script, event) = draw.until(|draw| {
        let script = Script::draw(draw, processes, events, 2.min(events / 3));
        let event = draw.range(1, script.len() - 1);
        // Knowledge of another process, or there is nothing to work out.
        let known = script.vectors()[event].iter().filter(|&&entry| entry > 0).count();
        (known > 1 && (script.is_receipt(event) || draw.chance(1, 2))).then_some((script, event))
    });
    let vectors = script.vectors();
    let (label, own) = (script.label(event), script.events[event].process);
    let picture = script.picture(None);
    let prompt = format!("{RULE}\n\n{}\n\nWhat is the vector timestamp of **{label}**?", picture.fence());
    let stamped: Vec<String> = (0..script.len())
        .map(|event| format!("{} {}", script.label(event), tuple(&vectors[event])))
        .collect();
    let solution = format!("Left to right: {}.", stamped.join("; "));
    let values =
        json!({ "asks": "stamp", "script": script.to_json(), "processes": script.names(), "event": label });
    let mut unmerged = vec![0; processes];
    unmerged[own] = script.rank(event);
    let instance =
        Instance::new(prompt, answer::tuple(&vectors[event]), solution, values).spoken(picture.spoken);
    let Some(sender) = script.sender(event) else { return instance.mistake(tuple(&unmerged), NOT_MERGED) };
    let before =
        script.predecessor(event).map_or_else(|| vec![0; processes], |before| vectors[before].clone());
    let sum: Vec<usize> = before.iter().zip(&vectors[sender]).map(|(a, b)| a + b).collect();
    let mut merged = before.clone();
    merge(&mut merged, &vectors[sender]);
    let bump = |vector: &[usize], entry: usize| {
        let mut vector = vector.to_vec();
        vector[entry] += 1;
        vector
    };
    instance
        .mistake(tuple(&merged), OWN_UNCOUNTED)
        .mistake(tuple(&bump(&before, own)), NOT_MERGED)
        .mistake(tuple(&bump(&bump(&merged, own), script.events[sender].process)), SENDER_COUNTED)
        .mistake(tuple(&bump(&sum, own)), ADDED)
        .mistake(tuple(&unmerged), NOT_MERGED)
}

/// How two clocks stand to one another: 0 the first is before, 1 the second is, 2 neither.
fn relation(a: &[usize], b: &[usize]) -> usize {
    match (is_before(a, b), is_before(b, a)) {
        (true, _) => 0,
        (_, true) => 1,
        _ => 2,
    }
}

fn compare(entries: usize, draw: &mut Draw) -> Instance {
    let wanted = draw.range(0, 2);
    let (a, b) = draw.until(|draw| {
        let a: Vec<usize> = (0..entries).map(|_| draw.range(0, 5)).collect();
        let b: Vec<usize> = a.iter().map(|&entry| (entry + draw.range(0, 4)).saturating_sub(2)).collect();
        (a != b && relation(&a, &b) == wanted).then_some((a, b))
    });
    let (sum_a, sum_b) = (a.iter().sum::<usize>(), b.iter().sum::<usize>());
    let smaller: Vec<String> =
        (0..entries).filter(|&i| a[i] < b[i]).map(|i| format!("{} < {}", a[i], b[i])).collect();
    let larger: Vec<String> =
        (0..entries).filter(|&i| a[i] > b[i]).map(|i| format!("{} > {}", a[i], b[i])).collect();
    let found = match (smaller.is_empty(), larger.is_empty()) {
        (false, true) => format!("Nowhere is x larger, and {}.", list(&smaller)),
        (true, false) => format!("Nowhere is y larger, and {}.", list(&larger)),
        _ => format!("There is {} but also {}.", list(&smaller), list(&larger)),
    };
    let texts = ["x happened before y", "y happened before x", "x and y are concurrent"];
    let options = (0..3).map(|index| option(texts[index], index == wanted, found.clone())).collect();
    let prompt = format!(
        "Two events have the vector timestamps x = **{}** and y = **{}**. How do they stand to one another?",
        tuple(&a),
        tuple(&b)
    );
    let solution = format!("{found} Before means: no entry larger, one at least smaller.");
    let by_sum = match sum_a.cmp(&sum_b) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Greater => 1,
        std::cmp::Ordering::Equal => 2,
    };
    let by_first = usize::from(a > b);
    Instance::new(prompt, answer::choice(options), solution, json!({ "asks": "compare", "x": a, "y": b }))
        .mistake(vec![by_sum], BY_SUM)
        .mistake(vec![by_first], BY_FIRST)
}

/// Draws different clocks near one another.
fn versions(entries: usize, count: usize, draw: &mut Draw) -> Vec<Vec<usize>> {
    draw.until(|draw| {
        let base: Vec<usize> = (0..entries).map(|_| draw.range(0, 2)).collect();
        let near = |draw: &mut Draw| base.iter().map(|&entry| entry + draw.range(0, 2)).collect::<Vec<_>>();
        let drawn: Vec<Vec<usize>> = (0..count).map(|_| near(draw)).collect();
        let distinct = (1..count).all(|index| !drawn[..index].contains(&drawn[index]));
        distinct.then_some(drawn)
    })
}

fn siblings(entries: usize, count: usize, draw: &mut Draw) -> Instance {
    let stays = |all: &[Vec<usize>], one: &Vec<usize>| !all.iter().any(|other| is_before(one, other));
    let drawn = draw.until(|draw| {
        let drawn = versions(entries, count, draw);
        let kept = drawn.iter().filter(|one| stays(&drawn, one)).count();
        (kept < count && (kept > 1 || draw.chance(1, 4))).then_some(drawn)
    });
    let options = drawn
        .iter()
        .map(|one| {
            let reason = match drawn.iter().find(|other| is_before(one, other)) {
                Some(other) => format!("It lies below {}.", tuple(other)),
                None => "No other clock is at least as large in every entry.".to_owned(),
            };
            option(tuple(one), stays(&drawn, one), reason)
        })
        .collect();
    let sum = |index: &usize| drawn[*index].iter().sum::<usize>();
    let newest = (0..count).max_by_key(sum).unwrap_or(0);
    let shown: Vec<String> = drawn.iter().map(|one| format!("**{}**", tuple(one))).collect();
    let prompt = format!(
        "A key-value store in the manner of Dynamo finds {count} versions of one key, with the vector clocks {}. Which of them does it \
         keep (several are possible)?",
        list(&shown)
    );
    let kept: Vec<String> = drawn.iter().filter(|one| stays(&drawn, one)).map(|one| tuple(one)).collect();
    let solution = format!(
        "A version goes when another's clock is at least as large in every entry. These stay: {}.",
        list(&kept)
    );
    Instance::new(
        prompt,
        answer::several(options),
        solution,
        json!({ "asks": "siblings", "versions": drawn }),
    )
    .mistake((0..count).collect::<Vec<_>>(), NOTHING_DROPPED)
    .mistake(vec![newest], NEWEST_ONLY)
}

fn put(entries: usize, draw: &mut Draw) -> Instance {
    let drawn = draw.until(|draw| {
        let drawn = versions(entries, 2, draw);
        (relation(&drawn[0], &drawn[1]) == 2).then_some(drawn)
    });
    let node = draw.range(0, entries - 1);
    let mut merged = drawn[0].clone();
    merge(&mut merged, &drawn[1]);
    let bump = |vector: &[usize]| {
        let mut vector = vector.to_vec();
        vector[node] += 1;
        vector
    };
    let right = bump(&merged);
    let name = crate::problem::text::PROCESSES[node];
    let names = &crate::problem::text::PROCESSES[..entries];
    let prompt = format!(
        "A key-value store in the manner of Dynamo has nodes {}; a vector clock counts in this order the writes that each has coordinated. \
         A client read both siblings of a key, **{}** and **{}**, and puts back a merged value with this context. \
         Node **{name}** coordinates the put. Which clock does the new version get?",
        list(names),
        tuple(&drawn[0]),
        tuple(&drawn[1])
    );
    let solution = format!(
        "The larger of each entry is {}; {name} adds 1 to its own: {}. It supersedes both siblings.",
        tuple(&merged),
        tuple(&right)
    );
    let sum: Vec<usize> = drawn[0].iter().zip(&drawn[1]).map(|(a, b)| a + b).collect();
    let values = json!({ "asks": "put", "siblings": drawn, "entry": node });
    Instance::new(prompt, answer::tuple(&right), solution, values)
        .mistake(tuple(&merged), PUT_UNCOUNTED)
        .mistake(tuple(&bump(&sum)), ADDED)
        .mistake(tuple(&bump(&drawn[0])), CONTEXT_IGNORED)
        .mistake(tuple(&bump(&drawn[1])), CONTEXT_IGNORED)
}
