//! `election.hs`: phases, survivors and messages of the ring election by Hirschberg and Sinclair.

use serde_json::json;

use crate::problem::diagram::ring;
use crate::problem::text::list;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &ElectionHs;

struct ElectionHs;

const PHASE_EARLY: &str = "that is one phase too early: in phase l an id goes 2^l hops";
const PHASE_LATE: &str = "that is one phase too late: in phase l an id goes 2^l hops";
const CLOCKWISE_ONLY: &str = "both tokens must come back, so both neighbourhoods count";
const ONE_SIDE_ENOUGH: &str = "one token that comes back is not enough";
const NO_RETURN: &str = "the way back is sent as messages too";
const ONE_WAY: &str = "ids go out in both directions";
const ALWAYS_BACK: &str = "an id that meets a larger one is discarded there and sends nothing back";
const ALL_START: &str = "only processes that survived the phases before send their id in this one";
const HALVED: &str =
    "two survivors of phase l − 1 are more than 2^(l − 1) places apart, so 2^(l − 1) + 1 at least";
const WRONG_POWER: &str = "they have survived phase l − 1, whose reach is 2^(l − 1), not 2^l";
const ROUNDED_UP: &str = "you rounded up: another survivor would not fit on the ring";

impl Family for ElectionHs {
    fn name(&self) -> &'static str {
        "election.hs"
    }

    fn title(&self) -> &'static str {
        "follow the phases of a ring election in both directions"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["survivors", "survivors", "bound"],
                    &["survivors", "messages", "bound"],
                    &["survivors", "messages", "messages"],
                ]),
                Parameter::integer("processes", "processes on the ring", (6, 14), &[]).graded([
                    &[6, 7, 8],
                    &[8, 9, 10],
                    &[10, 11, 12],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            PHASE_EARLY,
            PHASE_LATE,
            CLOCKWISE_ONLY,
            ONE_SIDE_ENOUGH,
            NO_RETURN,
            ONE_WAY,
            ALWAYS_BACK,
            ALL_START,
            HALVED,
            WRONG_POWER,
            ROUNDED_UP,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        match with.word("asks") {
            "bound" => bound(draw, difficulty),
            asks => on_ring(asks, with.count("processes"), draw, difficulty),
        }
    }
}

const ASKS: &[&str] = &["survivors", "messages", "bound"];

fn bound(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let phase = draw.range(1, difficulty.of([3, 4, 5]));
    let apart = (1 << (phase - 1)) + 1;
    let n = draw.range(2 * apart, 2 * apart + difficulty.of([20, 60, 200]));
    let right = n / apart;
    Instance::new(
        format!(
            "Leader election by Hirschberg and Sinclair (HS) runs on a ring of **{n}** processes with different ids. In phase l \
             = 0, 1, 2, … each process still in the race sends its id 2^l hops in both directions; an id that meets a larger \
             one is discarded, otherwise it turns back. A process is in the next phase only if both its ids come back. How many \
             processes can start phase **{phase}** at most?"
        ),
        answer::count(right),
        format!(
            "Who starts phase {phase} has the largest id within 2^{} = {} places on both sides. Two such processes are therefore at \
             least {apart} places apart, and ⌊{n} / {apart}⌋ = {right} of them fit.",
            phase - 1,
            apart - 1
        ),
        json!({ "asks": "bound", "processes": n, "phase": phase }),
    )
    .mistake(n / (apart - 1), HALVED)
    .mistake(n / ((1 << phase) + 1), WRONG_POWER)
    .mistake(n.div_ceil(apart), ROUNDED_UP)
}

/// Hops from `at` until a larger id is met, or `None` within `reach`.
fn stopped(ids: &[i64], at: usize, clockwise: bool, reach: usize) -> Option<usize> {
    let n = ids.len();
    (1..=reach).find(|&hops| ids[if clockwise { (at + hops) % n } else { (at + n - hops) % n }] > ids[at])
}

fn survives(ids: &[i64], at: usize, reach: usize) -> bool {
    [true, false].iter().all(|&clockwise| stopped(ids, at, clockwise, reach).is_none())
}

fn survivors(ids: &[i64], reach: usize) -> Vec<i64> {
    let mut left: Vec<i64> =
        (0..ids.len()).filter(|&at| survives(ids, at, reach)).map(|at| ids[at]).collect();
    left.sort_unstable();
    left
}

fn on_ring(asks: &str, n: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let phase = match asks {
        "messages" => 1,
        _ => difficulty.of([0, 1, draw.range(1, 2)]),
    };
    let reach = 1_usize << phase;
    // The ring is longer than twice the reach: an id never comes round from the other side.
    let n = n.max(2 * reach + 1);
    let ids = draw.until(|draw| {
        let ids = draw.distinct(n, 1, 90);
        let left = survivors(&ids, reach).len();
        // A sorted ring has one survivor from the beginning, which asks nothing.
        let enough = if phase == 0 { left >= 2 } else { survivors(&ids, reach / 2).len() > left.max(2) };
        enough.then_some(ids)
    });
    let items: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let picture = ring(&items, "");
    let rule = format!(
        "Processes with these ids stand on a ring:\n\n{}\n\nThey elect a leader by Hirschberg and Sinclair (HS). In phase l = 0, 1, \
         2, … each process still in the race sends its id up to 2^l hops in **both** directions. Whoever receives an id larger \
         than its own passes it on, or after 2^l hops sends it back the same way; an id smaller than its own it discards. \
         A process is in the next phase only if both its ids come back.",
        picture.fence()
    );
    let values = json!({ "asks": asks, "ids": ids, "phase": phase });
    if asks == "messages" {
        return messages(&rule, &ids, values).spoken(picture.spoken);
    }
    let right = survivors(&ids, reach);
    let one_side = |clockwise: bool| {
        let mut left: Vec<i64> =
            (0..n).filter(|&at| stopped(&ids, at, clockwise, reach).is_none()).map(|at| ids[at]).collect();
        left.sort_unstable();
        left
    };
    let mut either = [one_side(true), one_side(false)].concat();
    either.sort_unstable();
    either.dedup();
    let before = if phase == 0 { ids.clone() } else { survivors(&ids, reach / 2) };
    let out: Vec<String> = {
        let out: Vec<i64> = before.iter().copied().filter(|id| !right.contains(id)).collect();
        let mut out = out;
        out.sort_unstable();
        out.iter().map(ToString::to_string).collect()
    };
    let told = |ids: &[i64]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let instance = Instance::new(
        format!(
            "{rule} Which processes are still in the race **after phase {phase}** (their ids come back in it)? Give the ids in \
             ascending order with commas between."
        ),
        answer::tuple(&right),
        format!(
            "In phase {phase} an id goes {reach} hop{} each way, so a process stays in if its id is the largest within {reach} \
             place{} on both sides: {}. Out in this phase: {}.",
            if reach == 1 { "" } else { "s" },
            if reach == 1 { "" } else { "s" },
            told(&right),
            list(&out)
        ),
        values,
    )
    .spoken(picture.spoken);
    let instance = if phase == 0 { instance } else { instance.mistake(told(&before), PHASE_EARLY) };
    instance
        .mistake(told(&survivors(&ids, (2 * reach).min((n - 1) / 2))), PHASE_LATE)
        .mistake(told(&one_side(true)), CLOCKWISE_ONLY)
        .mistake(told(&either), ONE_SIDE_ENOUGH)
}

/// All messages of phase 1.
fn messages(rule: &str, ids: &[i64], values: serde_json::Value) -> Instance {
    let reach = 2;
    let starts: Vec<usize> = (0..ids.len()).filter(|&at| survives(ids, at, reach / 2)).collect();
    let count = |starts: &[usize], directions: &[bool], back: bool| -> usize {
        let ways = starts.iter().flat_map(|&at| directions.iter().map(move |&way| (at, way)));
        ways.map(|(at, way)| match stopped(ids, at, way, reach) {
            Some(hops) => hops,
            None => reach + if back { reach } else { 0 },
        })
        .sum()
    };
    let both = [true, false];
    let right = count(&starts, &both, true);
    let all: Vec<usize> = (0..ids.len()).collect();
    let steps: Vec<String> = starts
        .iter()
        .map(|&at| {
            let way = |clockwise: bool| match stopped(ids, at, clockwise, reach) {
                Some(hops) => format!("{hops} (discarded)"),
                None => format!("{} (there and back)", 2 * reach),
            };
            format!("{}: clockwise {}, counterclockwise {}", ids[at], way(true), way(false))
        })
        .collect();
    Instance::new(
        format!(
            "{rule} How many messages are sent in **phase 1** (every hop of an id is a message, the one to the process that \
             discards it included, and so is every hop on the way back)?"
        ),
        answer::count(right),
        format!(
            "In phase 1 start those whose id is larger than both neighbours'. Messages: {}. Together {right}.",
            steps.join("; ")
        ),
        values,
    )
    .mistake(count(&starts, &both, false), NO_RETURN)
    .mistake(count(&starts, &[true], true), ONE_WAY)
    .mistake(starts.len() * 4 * reach, ALWAYS_BACK)
    .mistake(count(&all, &both, true), ALL_START)
}
