//! `locks.deadlock`: cycles in the waits-for graph, and who dies under wait-die and wound-wait.

use std::collections::BTreeMap;

use serde_json::json;

use super::wording::{Steps, names, spellings};
use crate::problem::text::OBJECTS;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &LocksDeadlock;

struct LocksDeadlock;

const OTHER_SCHEME: &str = "that is what the other scheme does";
const YOUNGER_WINS: &str = "you mixed up old and young: the smaller timestamp is the older transaction";
const BOTH_GO_ON: &str = "the lock is exclusive, so they cannot both go on";
const HANGERS_ON: &str = "you listed transactions that wait for the cycle without being part of it";
const NO_CYCLE_SEEN: &str = "you overlooked a cycle";
const ONLY_LAST: &str = "you listed only the two that met last; the whole cycle is deadlocked";
const DETECTED: &str = "you aborted only where a cycle closes; this scheme acts on each wait at once";
const HELD_ON: &str = "you forgot that an aborted transaction releases its locks";
const CHAIN: &str = "a chain of waits without a cycle resolves itself";

const ASKS: &[&str] = &["one", "cycle", "victims"];
const SCHEMES: &[&str] = &["wait-die", "wound-wait"];

impl Family for LocksDeadlock {
    fn name(&self) -> &'static str {
        "locks.deadlock"
    }

    fn title(&self) -> &'static str {
        "find deadlocks, or who is aborted to prevent them"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "asks",
                    "one lock request, the deadlocked ones, or all that are aborted",
                    ASKS,
                    ASKS,
                )
                .graded_words([
                    &["one", "cycle"],
                    &["cycle", "victims"],
                    &["cycle", "victims", "victims"],
                ]),
                Parameter::word("scheme", "how deadlocks are prevented", SCHEMES, SCHEMES),
                Parameter::integer(
                    "holder",
                    "timestamp of the holder, for one request; 0 draws it",
                    (0, 99),
                    &[0],
                ),
                Parameter::integer(
                    "requester",
                    "timestamp of the requester, for one request; 0 draws it",
                    (0, 99),
                    &[0],
                ),
                Parameter::integer("transactions", "transactions that ask for locks", (3, 6), &[]).graded([
                    &[4],
                    &[4, 5],
                    &[5, 6],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            OTHER_SCHEME,
            YOUNGER_WINS,
            BOTH_GO_ON,
            HANGERS_ON,
            NO_CYCLE_SEEN,
            ONLY_LAST,
            DETECTED,
            HELD_ON,
            CHAIN,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _: Difficulty) -> Instance {
        let wound = with.word("scheme") == "wound-wait";
        match with.word("asks") {
            "one" => one(with, wound, draw),
            "cycle" => cycle(with.count("transactions"), draw),
            _ => victims(with.count("transactions"), wound, draw),
        }
    }
}

fn rule(wound: bool) -> &'static str {
    if wound {
        "Deadlocks are prevented by **wound-wait**: where a lock is held, an older requester has the younger holder aborted and \
         takes the lock; a younger requester waits."
    } else {
        "Deadlocks are prevented by **wait-die**: where a lock is held, an older requester waits for the younger holder; a younger \
         requester is aborted."
    }
}

fn one(with: &Chosen, wound: bool, draw: &mut Draw) -> Instance {
    let (mut holder, mut requester) = (with.count("holder"), with.count("requester"));
    if holder == 0 || requester == 0 || holder == requester {
        let ids = draw.distinct(2, 1, 12);
        (holder, requester) = (ids[0] as usize, ids[1] as usize);
    }
    // Ages are told in one of two ways: by the number, or by the start.
    let told = draw.coin();
    let object = draw.pick(&["row 7", "row 12", "page 3", "`x`", "`y`"]);
    let ages = if told {
        "the number is the transaction's timestamp, taken at its start"
    } else {
        "transactions are numbered in the order of their starts"
    };
    let scheme = if wound { "wound-wait" } else { "wait-die" };
    let prompt = format!(
        "T{holder} holds an exclusive lock on {object}; T{requester} asks for it. Deadlocks are prevented by **{scheme}**, and {ages}. \
         What happens?"
    );
    let older = requester < holder;
    let outcome = |older: bool, wound: bool| match (older, wound) {
        (true, true) => 2,
        (false, false) => 1,
        _ => 0,
    };
    let right = outcome(older, wound);
    let texts = [
        format!("T{requester} waits"),
        format!("T{requester} is aborted"),
        format!("T{holder} is aborted"),
        format!("both T{requester} and T{holder} hold the lock"),
    ];
    let age = if older { "older" } else { "younger" };
    let rule = match right {
        0 => format!("under {scheme} the {age} requester waits"),
        1 => format!("under {scheme} the {age} requester dies"),
        _ => format!("under {scheme} the {age} requester wounds the holder"),
    };
    let options =
        (0..4).map(|index| answer::option(texts[index].clone(), index == right, rule.clone())).collect();
    let solution = format!(
        "T{requester} is {age} than T{holder}, as {requester} {} {holder}; {rule}: {}.",
        if older { "<" } else { ">" },
        texts[right]
    );
    Instance::new(
        prompt,
        answer::choice(options),
        solution,
        json!({ "asks": "one", "scheme": scheme, "holder": holder, "requester": requester }),
    )
    .mistake(vec![outcome(!older, wound)], YOUNGER_WINS)
    .mistake(vec![outcome(older, !wound)], OTHER_SCHEME)
    .mistake(vec![3_usize], BOTH_GO_ON)
}

/// Lock requests in time order: transaction and object.
type Requests = Vec<(usize, usize)>;

fn told(requests: &Requests) -> String {
    requests
        .iter()
        .enumerate()
        .map(|(index, &(id, object))| format!("{}. T{id} asks for {}", index + 1, OBJECTS[object]))
        .collect::<Vec<_>>()
        .join("\n")
}

fn setting(requests: &Requests) -> String {
    format!(
        "Transactions ask for exclusive locks, in this order:\n\n{}\n\nA free lock is granted at once. Nobody commits, and a \
         transaction that waits asks for nothing more.",
        told(requests)
    )
}

fn values(asks: &str, scheme: &str, requests: &Requests) -> serde_json::Value {
    let requests: Vec<_> = requests.iter().map(|&(id, object)| json!([id, OBJECTS[object]])).collect();
    json!({ "asks": asks, "scheme": scheme, "requests": requests })
}

/// Whom each transaction waits for, without any scheme; nothing if a transaction asks while it waits, or asks twice.
fn waits(requests: &Requests) -> Option<BTreeMap<usize, usize>> {
    let mut held: BTreeMap<usize, usize> = BTreeMap::new();
    let mut waits = BTreeMap::new();
    for &(id, object) in requests {
        match held.get(&object) {
            _ if waits.contains_key(&id) => return None,
            Some(&holder) if holder == id => return None,
            Some(&holder) => {
                waits.insert(id, holder);
            }
            None => {
                held.insert(object, id);
            }
        }
    }
    Some(waits)
}

fn on_cycle(waits: &BTreeMap<usize, usize>) -> Vec<usize> {
    let returns = |&start: &usize| {
        let mut at = start;
        (0..waits.len()).any(|_| {
            at = waits.get(&at).copied().unwrap_or(0);
            at == start
        })
    };
    waits.keys().copied().filter(returns).collect()
}

fn cycle(count: usize, draw: &mut Draw) -> Instance {
    let wanted = draw.chance(3, 4);
    let objects = if count > 4 { 4 } else { 3 };
    let (requests, waits) = draw.until(|draw| {
        let length = draw.range(count + objects - 2, count + objects + 1);
        let requests: Requests =
            (0..length).map(|_| (draw.range(1, count), draw.range(0, objects - 1))).collect();
        let waits = waits(&requests)?;
        let found = !on_cycle(&waits).is_empty();
        (found == wanted && waits.len() >= 2).then_some((requests, waits))
    });
    let right = on_cycle(&waits);
    let edges: Vec<String> = waits.iter().map(|(from, to)| format!("T{from} → T{to}")).collect();
    let all: Vec<usize> = waits.keys().copied().collect();
    let verdict = if right.is_empty() {
        "there is no cycle".to_owned()
    } else {
        format!("the cycle has {} in it; others that wait for it are not part of it", names(&right))
    };
    let instance = Instance::new(
        format!(
            "{} Which transactions form a cycle of the waits-for graph, with an edge from each one that waits to the holder? List \
             them in ascending order, as `T2, T5`, or answer `none`.",
            setting(&requests)
        ),
        answer::typed(spellings(&right)),
        format!("Waits-for edges: {}; {verdict}.", edges.join(", ")),
        values("cycle", "none", &requests),
    );
    if right.is_empty() {
        return instance.mistake(names(&all), CHAIN);
    }
    let mut last: Vec<usize> =
        right.last().into_iter().flat_map(|&id| [id, waits.get(&id).copied().unwrap_or(id)]).collect();
    last.sort_unstable();
    instance.mistake(names(&all), HANGERS_ON).mistake("none", NO_CYCLE_SEEN).mistake(names(&last), ONLY_LAST)
}

/// A way to prevent deadlocks, as it is or as a learner may take it.
#[derive(Clone, Copy)]
struct Scheme {
    wound: bool,
    /// Off where ages are mixed up.
    old: bool,
    /// Off where the locks of the aborted are forgotten.
    release: bool,
    /// Whether steps are told.
    told: bool,
}

/// Who is aborted, in order, and whether anybody waits.
struct Outcome {
    aborted: Vec<usize>,
    waited: bool,
    steps: Steps,
}

/// Plays lock requests; nothing if they do not fit the rules of the question.
fn prevent(requests: &[(usize, usize)], with: Scheme) -> Option<Outcome> {
    let Scheme { wound, old, release, told } = with;
    let mut held: BTreeMap<usize, usize> = BTreeMap::new();
    let mut queue: BTreeMap<usize, usize> = BTreeMap::new();
    let (mut aborted, mut waited, mut steps) = (Vec::new(), false, Steps::new(told));
    for &(id, object) in requests {
        let blocked = queue.values().any(|&waiting| waiting == id);
        if aborted.contains(&id) || blocked || queue.contains_key(&object) {
            return None;
        }
        let Some(&holder) = held.get(&object) else {
            held.insert(object, id);
            steps.say(|| format!("- T{id} gets {}", OBJECTS[object]));
            continue;
        };
        if holder == id {
            return None;
        }
        let older = (id < holder) == old;
        let victim = match (wound, older) {
            (true, true) => holder,
            (false, false) => id,
            _ => {
                queue.insert(object, id);
                waited = true;
                steps.say(|| format!("- T{id} waits for T{holder}"));
                continue;
            }
        };
        aborted.push(victim);
        let why = if victim == id { "dies" } else { "is wounded" };
        steps.say(|| format!("- T{id} asks for {}, held by T{holder}: T{victim} {why}", OBJECTS[object]));
        queue.retain(|_, waiting| *waiting != victim);
        if !release {
            continue;
        }
        if victim == holder {
            held.insert(object, id);
        }
        let freed: Vec<usize> =
            held.iter().filter(|(_, by)| **by == victim).map(|(object, _)| *object).collect();
        for object in freed {
            match queue.remove(&object) {
                Some(next) => held.insert(object, next),
                None => held.remove(&object),
            };
        }
    }
    Some(Outcome { aborted, waited, steps })
}

fn victims(count: usize, wound: bool, draw: &mut Draw) -> Instance {
    let objects = if count > 4 { 4 } else { 3 };
    let scheme_drawn = Scheme { wound, old: true, release: true, told: false };
    let (requests, aborted) = draw.until(|draw| {
        let length = draw.range(count + 2, count + 4);
        // Grown one by one, each request kept only if it may be made.
        let mut requests: Requests = Vec::new();
        for _ in 0..length * 4 {
            requests.push((draw.range(1, count), draw.range(0, objects - 1)));
            if prevent(&requests, scheme_drawn).is_none() {
                requests.pop();
            }
            if requests.len() == length {
                break;
            }
        }
        let Outcome { aborted, waited, .. } = prevent(&requests, scheme_drawn)?;
        (requests.len() == length && waited && (1..=3).contains(&aborted.len()))
            .then_some((requests, aborted))
    });
    let steps = prevent(&requests, Scheme { told: true, ..scheme_drawn }).map(|outcome| outcome.steps.text());
    let scheme = if wound { "wound-wait" } else { "wait-die" };
    let instance = Instance::new(
        format!(
            "{} Smaller numbers are older. {} An aborted transaction releases its locks, which go to those that wait for them, and \
             is not restarted here. Which transactions are aborted? List them in the order of their aborts, as `T4, T2`.",
            setting(&requests),
            rule(wound)
        ),
        answer::typed(spellings(&aborted)),
        format!("{}\n\nAborted: {}.", steps.unwrap_or_default(), names(&aborted)),
        values("victims", scheme, &requests),
    );
    // The learner's own replay ends where the requests no longer fit it; what was aborted until then is compared.
    let slip = |with: Scheme| {
        let mut fitting = Requests::new();
        for &request in &requests {
            fitting.push(request);
            if prevent(&fitting, with).is_none() {
                fitting.pop();
            }
        }
        prevent(&fitting, with).map(|outcome| outcome.aborted)
    };
    let mut instance = instance;
    for (with, why) in [
        (Scheme { old: false, ..scheme_drawn }, YOUNGER_WINS),
        (Scheme { wound: !wound, ..scheme_drawn }, OTHER_SCHEME),
        (Scheme { release: false, ..scheme_drawn }, HELD_ON),
    ] {
        if let Some(wrong) = slip(with) {
            instance = instance.mistake(names(&wrong), why);
        }
    }
    instance.mistake("none", DETECTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_requests() {
        // T5 holds; T3, then T8, ask.
        let by = |id, wound| {
            let scheme = Scheme { wound, old: true, release: true, told: false };
            prevent(&[(5, 0), (id, 0)], scheme).map(|outcome| outcome.aborted)
        };
        assert_eq!(by(3, false), Some(vec![]));
        assert_eq!(by(3, true), Some(vec![5]));
        assert_eq!(by(8, false), Some(vec![8]));
        assert_eq!(by(8, true), Some(vec![]));
    }
}
