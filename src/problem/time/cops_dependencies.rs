//! `cops.dependencies`: when a COPS datacentre exposes replicated writes that arrive before what they depend on
//! (Lloyd et al. 2011, §4.3). Causal broadcast with vectors: `broadcast.causal-delivery`.

use serde_json::json;

use crate::problem::diagram::table;
use crate::problem::text::list;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &CopsDependencies;

struct CopsDependencies;

const AS_THEY_CAME: &str =
    "you exposed the writes as they came; one whose dependencies are missing has to wait";
const LOOKED_ONCE: &str =
    "you looked at each write only as it came; whenever one is exposed, those that wait get another look";
const KEY_ONLY: &str = "you looked whether the key is there; the version has to be as new as the dependency";
const EXACTLY: &str = "you wanted exactly that version; a newer one satisfies the dependency too";
const FIRST_ONLY: &str = "you looked at the first dependency only; all of them must be satisfied";

const KEYS: [&str; 4] = ["p", "q", "r", "s"];

/// A replicated write: a key, its version, and the (key, version) pairs it depends on.
#[derive(Clone, Debug)]
struct Write {
    key: usize,
    version: u64,
    needs: Vec<(usize, u64)>,
}

/// How dependencies are checked: right, or with a usual mistake.
#[derive(Clone, Copy, PartialEq)]
enum Check {
    Right,
    KeyOnly,
    Exactly,
    FirstOnly,
    Once,
}

/// Returns the order in which writes are exposed, as places in the order of arrival.
fn expose(there: &[Option<u64>], arrivals: &[Write], check: Check) -> Vec<usize> {
    let mut there = there.to_vec();
    let mut order: Vec<usize> = Vec::new();
    for arrived in 0..arrivals.len() {
        let mut from = if check == Check::Once { arrived } else { 0 };
        while from <= arrived {
            let write = &arrivals[from];
            let satisfied = |&(key, version): &(usize, u64)| match check {
                Check::KeyOnly => there[key].is_some(),
                Check::Exactly => there[key] == Some(version),
                _ => there[key].is_some_and(|held| held >= version),
            };
            let needs = if check == Check::FirstOnly { &write.needs[..1] } else { &write.needs[..] };
            if !order.contains(&from) && needs.iter().all(satisfied) {
                order.push(from);
                there[write.key] = there[write.key].max(Some(write.version));
                // Whoever waits gets another look, the first that came before the others.
                from = if check == Check::Once { arrived + 1 } else { 0 };
            } else {
                from += 1;
            }
        }
    }
    order
}

/// Draws writes as clients make them: each depends on what its client saw last, and on its key's version before.
fn history(there: &[Option<u64>], count: usize, draw: &mut Draw) -> Vec<Write> {
    let mut newest: Vec<Option<u64>> = there.to_vec();
    let mut made: Vec<Write> = Vec::with_capacity(count);
    for _ in 0..count {
        let key = draw.range(0, there.len() - 1);
        let mut needs: Vec<(usize, u64)> = Vec::new();
        let mut need = |key: usize, version: u64| match needs.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = version.max(*known),
            None => needs.push((key, version)),
        };
        for _ in 0..2 {
            if !made.is_empty() && draw.chance(2, 3) {
                let seen = draw.pick(&made);
                need(seen.key, seen.version);
            }
        }
        if let Some(version) = newest[key] {
            need(key, version);
        }
        if needs.is_empty() {
            let held: Vec<usize> = (0..there.len()).filter(|&key| there[key].is_some()).collect();
            let key = *draw.pick(&held);
            needs.push((key, there[key].unwrap_or(1)));
        }
        let version = newest[key].unwrap_or(0) + 1;
        newest[key] = Some(version);
        made.push(Write { key, version, needs });
    }
    made
}

impl Family for CopsDependencies {
    fn name(&self) -> &'static str {
        "cops.dependencies"
    }

    fn title(&self) -> &'static str {
        "tell when COPS exposes replicated writes"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("writes", "replicated writes that arrive", (3, 7), &[]).graded([
                    &[3, 4],
                    &[5],
                    &[6],
                ]),
                Parameter::integer("keys", "keys", (2, 4), &[]).graded([&[3], &[3, 4], &[4]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[AS_THEY_CAME, LOOKED_ONCE, KEY_ONLY, EXACTLY, FIRST_ONLY]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let (count, keys) = (with.count("writes"), with.count("keys"));
        // On the last step a write may be on its way still.
        let lost = usize::from(difficulty.level() == 2 && draw.coin());
        let (there, arrivals) = draw.until(|draw| {
            let there: Vec<Option<u64>> =
                (0..keys).map(|key| (key == 0 || draw.coin()).then(|| draw.range(1, 4) as u64)).collect();
            let mut arrivals = history(&there, count + lost, draw);
            draw.shuffle(&mut arrivals);
            arrivals.truncate(count);
            let order = expose(&there, &arrivals, Check::Right);
            let as_they_came = order.iter().copied().eq(0..count);
            (!as_they_came && order.len() >= 2).then_some((there, arrivals))
        });
        build(&there, &arrivals)
    }
}

fn pair((key, version): (usize, u64)) -> String {
    format!("{}{version}", KEYS[key])
}

fn build(there: &[Option<u64>], arrivals: &[Write]) -> Instance {
    let order = expose(there, arrivals, Check::Right);
    let name = |at: usize| format!("w{}", at + 1);
    let told = |order: &[usize]| order.iter().map(|&at| name(at)).collect::<Vec<_>>().join(", ");
    let held: Vec<String> =
        (0..there.len()).filter_map(|key| there[key].map(|version| pair((key, version)))).collect();
    let needs = |write: &Write| write.needs.iter().map(|&need| pair(need)).collect::<Vec<_>>().join(", ");
    let rows: Vec<Vec<String>> = (0..arrivals.len())
        .map(|at| vec![name(at), pair((arrivals[at].key, arrivals[at].version)), needs(&arrivals[at])])
        .collect();
    let picture = table(&["write", "stores", "depends on"], &rows);
    let prompt = format!(
        "`p3` is version 3 of key p. A COPS datacentre has exposed **{}**, and nothing of other keys. These writes are \
         replicated to it, the first at the top:\n\n{}\n\nA write is exposed as soon as each version that it depends on, or a \
         newer one of the same key, is exposed here; until then it waits. Whenever one is exposed, the waiting ones get \
         another look, the one that arrived first before the others. In which order are the writes exposed? Give those \
         that are, as `w8, w7`.",
        list(&held),
        picture.fence()
    );
    let waiting: Vec<String> = (0..arrivals.len()).filter(|at| !order.contains(at)).map(name).collect();
    let mut steps = Vec::new();
    for (place, &at) in order.iter().enumerate() {
        let write = &arrivals[at];
        // It came only after all that was exposed before, or it had to wait for the last of it.
        let waited = order[..place].iter().any(|&earlier| earlier > at);
        steps.push(format!(
            "{} (needs {}) {}",
            name(at),
            needs(write),
            if waited { "has waited and is exposed now" } else { "is exposed at once" }
        ));
    }
    let mut solution = format!("{}.", steps.join("; "));
    if !waiting.is_empty() {
        solution += &format!(" Still waiting: {}.", list(&waiting));
    }
    let values = json!({
        "exposed": held,
        "writes": arrivals
            .iter()
            .map(|write| json!({
                "stores": pair((write.key, write.version)),
                "needs": write.needs.iter().map(|&need| pair(need)).collect::<Vec<_>>(),
            }))
            .collect::<Vec<_>>(),
    });
    let names: Vec<String> = order.iter().map(|&at| name(at)).collect();
    let mut instance =
        Instance::new(prompt, answer::typed([told(&order), names.join(" ")]), solution, values)
            .spoken(picture.spoken);
    for (check, cause) in [
        (Check::Once, LOOKED_ONCE),
        (Check::KeyOnly, KEY_ONLY),
        (Check::Exactly, EXACTLY),
        (Check::FirstOnly, FIRST_ONLY),
    ] {
        let wrong = expose(there, arrivals, check);
        if !wrong.is_empty() {
            instance = instance.mistake(told(&wrong), cause);
        }
    }
    let all: Vec<usize> = (0..arrivals.len()).collect();
    instance.mistake(told(&all), AS_THEY_CAME)
}
