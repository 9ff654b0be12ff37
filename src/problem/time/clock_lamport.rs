//! `clock.lamport`: Lamport timestamps on a space–time diagram, and the total order they give.

use serde_json::json;

use super::script::{Rule, Script};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &ClockLamport;

struct ClockLamport;

const IGNORED: &str = "a receipt also looks at the message: it takes the larger of own clock and message";
const UNCOUNTED: &str = "a receipt is an event too: one more after taking the maximum";
const MESSAGE_ONLY: &str = "you took the message's clock although the process's own was ahead";
const POSITION: &str = "you counted events from left to right; a Lamport clock knows nothing of that time";
const TIE: &str = "equal timestamps are ordered by process, earlier letters first";
const DRAWN_ORDER: &str = "you followed the picture from left to right instead of the timestamps";

const RULE: &str = "Lamport clocks start at 0; **every** event (local, send, receive) adds 1, and a receive first takes the \
                    larger of its own clock and the message's.";

impl Family for ClockLamport {
    fn name(&self) -> &'static str {
        "clock.lamport"
    }

    fn title(&self) -> &'static str {
        "stamp events with a Lamport clock"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("processes", "processes in the diagram", (2, 4), &[]).graded([
                    &[3],
                    &[3],
                    &[3, 4],
                ]),
                Parameter::integer("events", "events in the diagram", (4, 12), &[]).graded([
                    &[6, 7, 8],
                    &[8, 9],
                    &[9, 10, 11],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[IGNORED, UNCOUNTED, MESSAGE_ONLY, POSITION, TIE, DRAWN_ORDER]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let (processes, events) = (with.count("processes"), with.count("events"));
        let messages = difficulty.of([2, 2, 3]).min(events / 3);
        let ordering = events >= 6 && draw.chance(difficulty.of([0, 1, 1]), 2);
        if ordering {
            order(processes, events, messages, draw)
        } else {
            stamp(processes, events, messages, draw)
        }
    }
}

fn walk(script: &Script, stamps: &[usize]) -> String {
    let stamped: Vec<String> = (0..script.processes)
        .map(|process| {
            let own = (0..script.len()).filter(|&event| script.events[event].process == process);
            own.map(|event| format!("{}={}", script.label(event), stamps[event]))
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    format!("All timestamps: {}.", stamped.join("; "))
}

fn stamp(processes: usize, events: usize, messages: usize, draw: &mut Draw) -> Instance {
    // An event on which a message has a bearing: without one there is nothing to work out.
    let (script, event) = draw.until(|draw| {
        let script = Script::draw(draw, processes, events, messages);
        let event = draw.range(1, script.len() - 1);
        let bare = script.lamport(Rule::MessageIgnored);
        let told = script.lamport(Rule::Right)[event] != bare[event];
        (told || draw.chance(1, 12)).then_some((script, event))
    });
    let stamps = script.lamport(Rule::Right);
    let label = script.label(event);
    let picture = script.picture(None);
    let prompt = format!("{RULE}\n\n{}\n\nWhat is the timestamp of **{label}**?", picture.fence());
    let values = json!({ "asks": "stamp", "script": script.to_json(), "event": label });
    Instance::new(prompt, answer::count(stamps[event]), walk(&script, &stamps), values)
        .spoken(picture.spoken)
        .hint("Stamp the events from left to right; each needs only the one before it and its message.")
        .mistake(script.lamport(Rule::MessageIgnored)[event], IGNORED)
        .mistake(script.lamport(Rule::ReceiptUncounted)[event], UNCOUNTED)
        .mistake(script.lamport(Rule::MessageOnly)[event], MESSAGE_ONLY)
        .mistake(event + 1, POSITION)
}

fn order(processes: usize, events: usize, messages: usize, draw: &mut Draw) -> Instance {
    let (script, chosen) = draw.until(|draw| {
        let script = Script::draw(draw, processes, events, messages);
        let chosen = draw.subset(&(0..script.len()).collect::<Vec<_>>(), 5);
        let stamps = script.lamport(Rule::Right);
        // One tie at least, and an order other than that of the picture.
        let mut sorted = chosen.clone();
        sorted.sort_by_key(|&event| (stamps[event], script.events[event].process));
        let tied = sorted.windows(2).any(|pair| stamps[pair[0]] == stamps[pair[1]]);
        (tied && sorted != chosen).then_some((script, chosen))
    });
    let stamps = script.lamport(Rule::Right);
    let by = |stamps: &[usize], reverse: bool| {
        let mut sorted = chosen.clone();
        sorted.sort_by_key(|&event| {
            let process = script.events[event].process;
            (stamps[event], if reverse { processes - process } else { process })
        });
        sorted
    };
    let right = by(&stamps, false);
    let places = |order: &[usize]| -> Vec<usize> {
        order.iter().filter_map(|event| right.iter().position(|other| other == event)).collect()
    };
    let picture = script.picture(None);
    let items: Vec<String> = right.iter().map(|&event| script.label(event).to_owned()).collect();
    let prompt = format!(
        "{RULE}\n\n{}\n\nPut these events into the total order by (timestamp, process), with A before B before C.",
        picture.fence()
    );
    let solution = format!("{} Equal ones go by process: {}.", walk(&script, &stamps), items.join(", "));
    let values = json!({ "asks": "order", "script": script.to_json(), "events": chosen.iter().map(|&e| script.label(e)).collect::<Vec<_>>() });
    Instance::new(prompt, answer::order(items), solution, values)
        .spoken(picture.spoken)
        .mistake(places(&chosen), DRAWN_ORDER)
        .mistake(places(&by(&stamps, true)), TIE)
        .mistake(places(&by(&script.lamport(Rule::MessageIgnored), false)), IGNORED)
        .mistake(places(&by(&script.lamport(Rule::ReceiptUncounted), false)), UNCOUNTED)
}
