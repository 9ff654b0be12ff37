//! `clock.happens-before`: which events of a space–time diagram came before which, and which are concurrent.

use serde_json::json;

use super::script::{Script, is_before};
use crate::problem::answer::{self, option};
use crate::problem::text::list;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter};

pub const FAMILY: &dyn Family = &ClockHappensBefore;

struct ClockHappensBefore;

const DRAWN_EARLIER: &str = "drawn further left does not mean earlier: only process order and messages count";
const CHAIN_MISSED: &str = "you missed a chain of messages over a third event";
const OWN_PROCESS: &str = "events of other processes count too, where a message links them";
const ONE_MESSAGE: &str = "follow the messages all the way back, not only the last one";
const ALL_LEFT: &str = "you counted everything drawn further left; some of it is concurrent";

impl Family for ClockHappensBefore {
    fn name(&self) -> &'static str {
        "clock.happens-before"
    }

    fn title(&self) -> &'static str {
        "tell which events happened before others"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", &["pair", "past", "concurrent"], &[]).graded_words(
                    [&["pair"], &["pair", "pair", "past"], &["pair", "past", "concurrent", "concurrent"]],
                ),
                Parameter::integer("processes", "processes in the diagram", (2, 4), &[]).graded([
                    &[3],
                    &[3],
                    &[3, 4],
                ]),
                Parameter::integer("events", "events in the diagram", (4, 12), &[]).graded([
                    &[6, 7],
                    &[8, 9],
                    &[10, 11],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[DRAWN_EARLIER, CHAIN_MISSED, OWN_PROCESS, ONE_MESSAGE, ALL_LEFT]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _: Difficulty) -> Instance {
        let (processes, events) = (with.count("processes"), with.count("events"));
        let messages = (events / 4).max(1);
        match with.word("asks") {
            "pair" => pair(processes, events, messages, draw),
            "past" => past(processes, events, messages, draw),
            // Four other events are shown.
            _ => concurrent(processes, events.max(7), messages, draw),
        }
    }
}

const QUESTION: &str = "Time runs to the right, but there is no common clock: only the order on each process and the messages count.";

/// The way from one event to another: the links of the first chain found, backwards along messages where possible.
fn chain(script: &Script, vectors: &[Vec<usize>], from: usize, to: usize) -> Vec<usize> {
    let mut way = vec![to];
    let mut at = to;
    while at != from {
        let reaches = |event: usize| event == from || is_before(&vectors[from], &vectors[event]);
        let by_message = script.sender(at).filter(|&event| reaches(event));
        match by_message.or_else(|| script.predecessor(at)) {
            Some(next) => at = next,
            None => break,
        }
        way.push(at);
    }
    way.reverse();
    way
}

fn told(script: &Script, way: &[usize]) -> String {
    way.iter().map(|&event| script.label(event)).collect::<Vec<_>>().join(" → ")
}

fn pair(processes: usize, events: usize, messages: usize, draw: &mut Draw) -> Instance {
    // Which relation is drawn first, so that all three come equally often.
    let concurrent = draw.chance(1, 3);
    let swapped = draw.coin();
    let (script, first, second) = draw.until(|draw| {
        let script = Script::draw(draw, processes, events, messages);
        let (first, second) = (draw.range(0, script.len() - 2), draw.range(1, script.len() - 1));
        if first >= second || script.events[first].process == script.events[second].process {
            return None;
        }
        let vectors = script.vectors();
        (is_before(&vectors[first], &vectors[second]) != concurrent).then_some((script, first, second))
    });
    let vectors = script.vectors();
    let (x, y) = if swapped { (second, first) } else { (first, second) };
    let (a, b) = (script.label(x), script.label(y));
    let found = if concurrent {
        format!("No chain of process order and messages leads from {a} to {b}, nor from {b} to {a}.")
    } else {
        format!("There is the chain {}.", told(&script, &chain(&script, &vectors, first, second)))
    };
    let right = match (concurrent, swapped) {
        (true, _) => 2,
        (false, false) => 0,
        (false, true) => 1,
    };
    let texts = [
        format!("{a} happened before {b}"),
        format!("{b} happened before {a}"),
        format!("{a} and {b} are concurrent"),
    ];
    let options =
        texts.iter().enumerate().map(|(i, text)| option(text.clone(), i == right, found.clone())).collect();
    let picture = script.picture(None);
    let prompt =
        format!("{QUESTION}\n\n{}\n\nHow do **{a}** and **{b}** stand to one another?", picture.fence());
    let values = json!({ "asks": "pair", "script": script.to_json(), "x": a, "y": b });
    let instance = Instance::new(prompt, answer::choice(options), found, values).spoken(picture.spoken);
    if concurrent {
        instance.mistake(vec![usize::from(swapped)], DRAWN_EARLIER)
    } else {
        instance.mistake(vec![2], CHAIN_MISSED)
    }
}

fn past(processes: usize, events: usize, messages: usize, draw: &mut Draw) -> Instance {
    let (script, event) = draw.until(|draw| {
        let script = Script::draw(draw, processes, events, messages);
        let event = draw.range(script.len() / 2, script.len() - 1);
        let others = script.vectors()[event].iter().filter(|&&entry| entry > 0).count();
        (others > 1).then_some((script, event))
    });
    let vectors = script.vectors();
    let earlier: Vec<usize> =
        (0..script.len()).filter(|&other| is_before(&vectors[other], &vectors[event])).collect();
    let own = script.rank(event) - 1;
    // Follow no message further back than one hop from the event's own process.
    let direct = (0..=event)
        .filter(|&e| script.events[e].process == script.events[event].process)
        .filter_map(|e| script.sender(e))
        .count();
    let label = script.label(event);
    let picture = script.picture(None);
    let prompt = format!(
        "{QUESTION}\n\n{}\n\nHow many events happened before **{label}** (itself not counted)?",
        picture.fence()
    );
    let names: Vec<&str> = earlier.iter().map(|&other| script.label(other)).collect();
    let solution = format!("A chain leads to {label} from {}: {}.", list(&names), names.len());
    let values = json!({ "asks": "past", "script": script.to_json(), "x": label });
    Instance::new(prompt, answer::count(earlier.len()), solution, values)
        .spoken(picture.spoken)
        .mistake(event, ALL_LEFT)
        .mistake(own, OWN_PROCESS)
        .mistake(own + direct, ONE_MESSAGE)
}

fn concurrent(processes: usize, events: usize, messages: usize, draw: &mut Draw) -> Instance {
    let (script, event, shown) = draw.until(|draw| {
        let script = Script::draw(draw, processes, events, messages);
        let event = draw.range(0, script.len() - 1);
        let process = script.events[event].process;
        let others: Vec<usize> =
            (0..script.len()).filter(|&other| script.events[other].process != process).collect();
        if others.len() < 4 {
            return None;
        }
        let shown = draw.subset(&others, 4);
        let vectors = script.vectors();
        let count = shown.iter().filter(|&&other| beside(&vectors, event, other)).count();
        (1..=3).contains(&count).then_some((script, event, shown))
    });
    let vectors = script.vectors();
    let label = script.label(event);
    let options = shown
        .iter()
        .map(|&other| {
            let reason = if beside(&vectors, event, other) {
                "No chain leads from one to the other.".to_owned()
            } else if is_before(&vectors[event], &vectors[other]) {
                format!("It happened after: {}.", told(&script, &chain(&script, &vectors, event, other)))
            } else {
                format!("It happened before: {}.", told(&script, &chain(&script, &vectors, other, event)))
            };
            option(script.label(other), beside(&vectors, event, other), reason)
        })
        .collect();
    let right: Vec<&str> = shown
        .iter()
        .filter(|&&other| beside(&vectors, event, other))
        .map(|&other| script.label(other))
        .collect();
    let none_linked: Vec<usize> = (0..4).collect();
    let picture = script.picture(None);
    let prompt = format!(
        "{QUESTION}\n\n{}\n\nWhich of these events are concurrent with **{label}** (several are possible)?",
        picture.fence()
    );
    let solution = format!("No chain in either direction: {}.", list(&right));
    let names: Vec<&str> = shown.iter().map(|&other| script.label(other)).collect();
    let values = json!({ "asks": "concurrent", "script": script.to_json(), "x": label, "shown": names });
    Instance::new(prompt, answer::several(options), solution, values)
        .spoken(picture.spoken)
        .mistake(none_linked, CHAIN_MISSED)
}

/// Tells whether two events are concurrent.
fn beside(vectors: &[Vec<usize>], a: usize, b: usize) -> bool {
    a != b && !is_before(&vectors[a], &vectors[b]) && !is_before(&vectors[b], &vectors[a])
}
