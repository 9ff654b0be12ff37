//! `clock.hybrid`: hybrid logical clocks (Kulkarni et al. 2014), one event or a few in a row.

use serde_json::{Value, json};

use crate::problem::text::{list, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &ClockHybrid;

struct ClockHybrid;

const PHYSICAL_IGNORED: &str = "the physical clock takes part in the maximum";
const COUNTER_KEPT: &str = "the counter starts again at 0 when only the physical clock is as far";
const COUNTER_RESET: &str =
    "the counter goes on when l does not grow: without it two events share a timestamp";
const OWN_COUNTER: &str = "the counter goes on from the side whose l won: here that is the message";
const MESSAGE_COUNTER: &str = "the counter goes on from the side whose l won: here that is the own clock";
const NOT_COUNTED: &str = "the counter must go beyond both sides' when they have the same l";
const MESSAGE_IGNORED: &str = "the message's l takes part in the maximum";
const PHYSICAL_TAKEN: &str = "l never falls back to the physical clock: it is the largest seen so far";

/// A timestamp: l is in the unit of the physical clock.
type Stamp = (u64, u64);

/// An event: the physical clock, and the timestamp of a received message.
type Step = (u64, Option<Stamp>);

fn advance((l, c): Stamp, (physical, message): Step) -> Stamp {
    match message {
        None => {
            let next = l.max(physical);
            (next, if next == l { c + 1 } else { 0 })
        }
        Some((lm, cm)) => {
            let next = l.max(lm).max(physical);
            let counter = match (next == l, next == lm) {
                (true, true) => c.max(cm) + 1,
                (true, false) => c + 1,
                (false, true) => cm + 1,
                (false, false) => 0,
            };
            (next, counter)
        }
    }
}

impl Family for ClockHybrid {
    fn name(&self) -> &'static str {
        "clock.hybrid"
    }

    fn title(&self) -> &'static str {
        "advance a hybrid logical clock"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("events", "events in a row", (1, 5), &[]).graded([&[1], &[1, 2], &[3, 4]]),
                Parameter::word(
                    "event",
                    "kind of the last event",
                    &["local", "receive"],
                    &["local", "receive", "receive"],
                ),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            PHYSICAL_IGNORED,
            COUNTER_KEPT,
            COUNTER_RESET,
            OWN_COUNTER,
            MESSAGE_COUNTER,
            NOT_COUNTED,
            MESSAGE_IGNORED,
            PHYSICAL_TAKEN,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _: Difficulty) -> Instance {
        let count = with.count("events");
        let start: Stamp = (draw.range(10, 40) as u64, draw.range(0, 4) as u64);
        let mut at = start;
        let mut physical = start.0.saturating_sub(draw.range(0, 4) as u64);
        let mut steps: Vec<Step> = Vec::with_capacity(count);
        let mut stamps = vec![start];
        for index in 0..count {
            physical += draw.range(1, 3) as u64;
            let receives = if index + 1 == count { with.word("event") == "receive" } else { draw.coin() };
            // Near the own l, so that each case of the rule comes up: behind, level, ahead.
            let message = receives.then(|| (at.0 + draw.range(0, 4) as u64 - 2, draw.range(0, 6) as u64));
            steps.push((physical, message));
            at = advance(at, (physical, message));
            stamps.push(at);
        }
        let before = stamps[count - 1];
        let instance = Instance::new(
            prompt(start, &steps),
            answer::tuple(&[at.0, at.1]),
            solution(&steps, &stamps),
            data(start, &steps),
        );
        mistakes(instance, before, steps[count - 1])
    }
}

fn show((l, c): Stamp) -> String {
    tuple(&[l, c])
}

fn prompt(start: Stamp, steps: &[Step]) -> String {
    let told: Vec<String> = steps
        .iter()
        .map(|&(physical, message)| match message {
            None => format!("at physical time **{physical}** a local event"),
            Some(message) => format!(
                "at physical time **{physical}** the receipt of a message stamped **{}**",
                show(message)
            ),
        })
        .collect();
    let (verb, what) = if steps.len() == 1 {
        ("There is", "this event")
    } else {
        ("There are, in order,", "the last of these events")
    };
    format!(
        "A process keeps a hybrid logical clock (l, c): l is the largest physical time it has seen or heard of, c counts events that share \
         one l. It stands at **{}**. {verb} {}. Which timestamp (l, c) does {what} get?",
        show(start),
        list(&told)
    )
}

fn solution(steps: &[Step], stamps: &[Stamp]) -> String {
    let lines: Vec<String> = steps
        .iter()
        .enumerate()
        .map(|(index, &(physical, message))| {
            let ((l, _), next) = (stamps[index], stamps[index + 1]);
            let (terms, heard) = match message {
                None => (format!("max({l}, {physical})"), None),
                Some((lm, _)) => (format!("max({l}, {lm}, {physical})"), Some(lm)),
            };
            let reason = match (next.0 == l, heard == Some(next.0)) {
                (true, true) => "the own l and the message's: c is one more than the larger counter",
                (true, false) => "the own l: its counter goes on",
                (false, true) => "the message's l: its counter goes on",
                (false, false) => "the physical clock alone: c starts at 0",
            };
            format!("- l = {terms} = {}, {reason}: {}", next.0, show(next))
        })
        .collect();
    lines.join("\n")
}

fn data(start: Stamp, steps: &[Step]) -> Value {
    let steps: Vec<Value> = steps
        .iter()
        .map(|(physical, message)| json!({ "physical": physical, "message": message.map(|(l, c)| [l, c]) }))
        .collect();
    json!({ "start": [start.0, start.1], "steps": steps })
}

/// Adds what comes of each mistake at the last event.
fn mistakes(instance: Instance, (l, c): Stamp, (physical, message): Step) -> Instance {
    let (next, _) = advance((l, c), (physical, message));
    let wrong: Vec<(Stamp, &'static str)> = match message {
        None if physical > l => vec![((l, c + 1), PHYSICAL_IGNORED), ((physical, c + 1), COUNTER_KEPT)],
        None => vec![((l, 0), COUNTER_RESET), ((physical, 0), PHYSICAL_TAKEN)],
        Some((lm, cm)) => match (next == l, next == lm) {
            (true, true) => {
                vec![
                    ((next, c.max(cm)), NOT_COUNTED),
                    ((next, 0), COUNTER_RESET),
                    ((next, c.min(cm) + 1), NOT_COUNTED),
                ]
            }
            (true, false) => vec![
                ((next, cm + 1), MESSAGE_COUNTER),
                ((next, 0), COUNTER_RESET),
                ((physical, 0), PHYSICAL_TAKEN),
            ],
            (false, true) => vec![
                ((next, c + 1), OWN_COUNTER),
                ((next, 0), COUNTER_RESET),
                (advance((l, c), (physical, None)), MESSAGE_IGNORED),
            ],
            (false, false) => {
                vec![((next, c.max(cm) + 1), COUNTER_KEPT), (advance((l, c), (0, message)), PHYSICAL_IGNORED)]
            }
        },
    };
    wrong.into_iter().fold(instance, |instance, (stamp, name)| instance.mistake(show(stamp), name))
}
