//! `flink.barriers`: what a snapshot holds, by the way an operator treats the barriers of its inputs.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram, text};

pub const FAMILY: &dyn Family = &Barriers;

struct Barriers;

const TOO_MUCH: &str =
    "you took in records from behind a barrier; with alignment they wait until the snapshot is taken";
const FIRST_BARRIER: &str =
    "you took the snapshot at the first barrier; here it waits for the barriers of all inputs";
const EVERYTHING: &str = "you took in all records, even those from behind the last barrier";
const ALIGNED: &str = "you held records back; at-least-once processes them at once";
const NO_CHANNELS: &str =
    "the unaligned snapshot is taken at the first barrier, and what it overtakes is stored apart";
const NOT_TWICE: &str =
    "the snapshot already holds records from behind a barrier; they are replayed all the same";
const ALL_TWICE: &str = "only what was processed before the snapshot and from behind a barrier counts twice";
const DUPLICATES: &str = "no record counts twice here: the snapshot holds each record either in state or in a channel, or not at all";
const NO_REPLAY: &str = "the sources send again what came behind the barriers, and it is added";
const ALL_BEHIND: &str = "records that come after the last barrier are not held back any more";
const WRONG_SIDE: &str = "you took records from behind the barriers; overtaken are those before them";
const ONE_INPUT: &str = "the barriers of the other inputs matter too";

/// What arrives at an input: a record with a value, or the barrier.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    input: usize,
    value: Option<i64>,
}

/// Where each record lies with respect to the barriers.
#[derive(Clone, Copy, Debug)]
struct Place {
    input: usize,
    value: i64,
    /// Behind its own input's barrier.
    behind: bool,
    /// Arrived before any barrier did.
    before_first: bool,
    /// Arrived before the last barrier did.
    before_last: bool,
}

impl Family for Barriers {
    fn name(&self) -> &'static str {
        "flink.barriers"
    }

    fn title(&self) -> &'static str {
        "tell what a checkpoint holds"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", &["state", "held", "channels", "recovered"], &[])
                    .graded_words([
                        &["state", "held"],
                        &["state", "channels"],
                        &["recovered", "channels", "state"],
                    ]),
                Parameter::word(
                    "mode",
                    "how barriers are treated, where it is not given by the question",
                    MODES,
                    &[],
                )
                .graded_words([&["aligned", "at-least-once"], MODES, MODES]),
                Parameter::integer("inputs", "inputs of the operator", (2, 4), &[]).graded([
                    &[2],
                    &[2],
                    &[3],
                ]),
                Parameter::integer("records", "records that arrive", (4, 12), &[]).graded([
                    &[5, 6],
                    &[7, 8],
                    &[9, 10],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            TOO_MUCH,
            FIRST_BARRIER,
            EVERYTHING,
            ALIGNED,
            NO_CHANNELS,
            NOT_TWICE,
            ALL_TWICE,
            DUPLICATES,
            NO_REPLAY,
            ALL_BEHIND,
            WRONG_SIDE,
            ONE_INPUT,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _difficulty: Difficulty) -> Instance {
        let asks = with.word("asks");
        let mode = match asks {
            "held" => "aligned",
            "channels" => "unaligned",
            _ => with.word("mode"),
        };
        let (arrivals, places) = arrivals(with.count("inputs"), with.count("records"), draw);
        let picture = picture(with.count("inputs"), &arrivals);
        let how = match mode {
            "aligned" => {
                "**aligned**: after the barrier of an input, its further records are held back until the barriers of all inputs \
                 are there; then the operator takes its snapshot, and goes on with what it held back"
            }
            "at-least-once" => {
                "**at least once**: records are processed as they arrive; when the barriers of all inputs are there, the \
                 operator takes its snapshot"
            }
            _ => {
                "**unaligned**: at the first barrier the operator takes its snapshot, and goes on processing; records of other \
                 inputs that come later but before their input's barrier are stored in the checkpoint as channel state"
            }
        };
        let story = format!(
            "A Flink operator adds up the values of its records, starting at 0. Records and the barrier of a checkpoint ({BARRIER}) \
             arrive in this order, from left to right:\n\n{}\n\nThe checkpoint is {how}.",
            picture.fence()
        );
        let told: Vec<serde_json::Value> = arrivals
            .iter()
            .map(|arrival| json!({ "input": arrival.input, "value": arrival.value }))
            .collect();
        let values = json!({ "asks": asks, "mode": mode, "inputs": with.count("inputs"), "arrivals": told });
        let instance = match asks {
            "state" => state(&story, mode, &places, values),
            "recovered" => recovered(&story, mode, &places, values),
            "held" => list(&story, true, &places, values),
            _ => list(&story, false, &places, values),
        };
        instance.spoken(picture.spoken)
    }
}

const MODES: &[&str] = &["aligned", "at-least-once", "unaligned"];
const BARRIER: &str = "┃";

fn arrivals(inputs: usize, records: usize, draw: &mut Draw) -> (Vec<Arrival>, Vec<Place>) {
    draw.until(|draw| {
        let mut arrivals: Vec<Arrival> = draw
            .distinct(records, 1, 20)
            .into_iter()
            .map(|value| Arrival { input: draw.range(0, inputs - 1), value: Some(value) })
            .collect();
        // The first barrier comes in the first half, the last one in the second, with something behind it.
        let first = draw.range(1, records / 2);
        let last = draw.range(records / 2 + 1, records - 1);
        let mut order: Vec<usize> = (0..inputs).collect();
        draw.shuffle(&mut order);
        let mut at: Vec<usize> = vec![first, last];
        at.extend((2..inputs).map(|_| draw.range(first, last)));
        at.sort_unstable();
        for (barrier, (&input, &at)) in order.iter().zip(&at).enumerate() {
            arrivals.insert(at + barrier, Arrival { input, value: None });
        }
        let places = locate(&arrivals);
        let some = |is: &dyn Fn(&Place) -> bool| places.iter().any(is);
        // Each kind of record must be there, or the modes do not differ.
        let fits = some(&|place| place.behind && place.before_last)
            && some(&|place| !place.behind && !place.before_first)
            && some(&|place| !place.before_last);
        fits.then_some((arrivals, places))
    })
}

fn locate(arrivals: &[Arrival]) -> Vec<Place> {
    let barriers: Vec<usize> = (0..arrivals.len()).filter(|&at| arrivals[at].value.is_none()).collect();
    let (first, last) = (barriers.first().copied().unwrap_or(0), barriers.last().copied().unwrap_or(0));
    let own =
        |input: usize| barriers.iter().copied().find(|&at| arrivals[at].input == input).unwrap_or(usize::MAX);
    arrivals
        .iter()
        .enumerate()
        .filter_map(|(at, arrival)| {
            let value = arrival.value?;
            let input = arrival.input;
            Some(Place {
                input,
                value,
                behind: at > own(input),
                before_first: at < first,
                before_last: at < last,
            })
        })
        .collect()
}

fn picture(inputs: usize, arrivals: &[Arrival]) -> diagram::Picture {
    let lines: Vec<String> = (0..inputs)
        .map(|input| {
            let cells: Vec<String> = arrivals
                .iter()
                .map(|arrival| match arrival.value {
                    _ if arrival.input != input => "  ·".to_owned(),
                    Some(value) => format!("{value:>3}"),
                    None => format!("  {BARRIER}"),
                })
                .collect();
            format!("{}  {}", text::PROCESSES[input], cells.join(" "))
        })
        .collect();
    let told: Vec<String> = arrivals
        .iter()
        .map(|arrival| {
            let name = text::PROCESSES[arrival.input];
            arrival
                .value
                .map_or_else(|| format!("the barrier on {name}"), |value| format!("{value} on {name}"))
        })
        .collect();
    diagram::Picture { text: lines.join("\n"), spoken: format!("In order of arrival: {}.", told.join(", ")) }
}

fn sum(places: &[Place], is: impl Fn(&Place) -> bool) -> i64 {
    places.iter().filter(|place| is(place)).map(|place| place.value).sum()
}

fn written(places: &[Place], is: impl Fn(&Place) -> bool) -> Vec<String> {
    places.iter().filter(|place| is(place)).map(|place| place.value.to_string()).collect()
}

/// What the operator's state in the snapshot has added up.
fn in_state(mode: &str) -> fn(&Place) -> bool {
    match mode {
        "aligned" => |place| !place.behind,
        "at-least-once" => |place| place.before_last,
        _ => |place| place.before_first,
    }
}

fn state(story: &str, mode: &str, places: &[Place], values: serde_json::Value) -> Instance {
    let is = in_state(mode);
    let right = sum(places, is);
    let why = match mode {
        "aligned" => "Of each input what comes before its barrier",
        "at-least-once" => "All that arrives before the last barrier",
        _ => "All that arrives before the first barrier",
    };
    let aligned = sum(places, in_state("aligned"));
    let all_before = sum(places, in_state("at-least-once"));
    let first = sum(places, in_state("unaligned"));
    let instance = Instance::new(
        format!("{story} Which **sum** is the operator's state in the snapshot?"),
        answer::number(right as f64, "", crate::card::Tolerance::Exact),
        format!("{why}: {} = {right}.", written(places, is).join(" + ")),
        values,
    );
    let total = sum(places, |_| true);
    match mode {
        "aligned" => {
            instance.mistake(all_before, TOO_MUCH).mistake(first, FIRST_BARRIER).mistake(total, EVERYTHING)
        }
        "at-least-once" => {
            instance.mistake(aligned, ALIGNED).mistake(first, FIRST_BARRIER).mistake(total, EVERYTHING)
        }
        _ => {
            instance.mistake(aligned, NO_CHANNELS).mistake(all_before, NO_CHANNELS).mistake(total, EVERYTHING)
        }
    }
}

fn recovered(story: &str, mode: &str, places: &[Place], values: serde_json::Value) -> Instance {
    let total = sum(places, |_| true);
    let behind = sum(places, |place| place.behind);
    let twice = |place: &Place| place.behind && place.before_last;
    let repeated = sum(places, twice);
    let start = sum(places, in_state(mode));
    let channels = |place: &Place| !place.behind && !place.before_first;
    let (right, how) = match mode {
        "at-least-once" => (
            total + repeated,
            format!(
                "The snapshot holds {start}, with {} from behind a barrier; replayed are {}: {start} + {behind} = {}. What is in \
                 both counts twice.",
                written(places, twice).join(", "),
                written(places, |place| place.behind).join(", "),
                start + behind
            ),
        ),
        "aligned" => (
            total,
            format!(
                "The snapshot holds {start}, replayed are {}: {start} + {behind} = {total}.",
                written(places, |place| place.behind).join(", ")
            ),
        ),
        _ => (
            total,
            format!(
                "The snapshot holds {start}, the channels {}; replayed are {}: {start} + {} + {behind} = {total}.",
                written(places, channels).join(", "),
                written(places, |place| place.behind).join(", "),
                sum(places, channels)
            ),
        ),
    };
    let instance = Instance::new(
        format!(
            "{story} When all that is shown has arrived, the operator fails. It starts again from the checkpoint: state, and \
             channel state where there is any, and the sources send all records from **behind the barriers** once more. Which \
             **sum** does it have when these are processed?"
        ),
        answer::number(right as f64, "", crate::card::Tolerance::Exact),
        how,
        values,
    );
    match mode {
        "at-least-once" => instance.mistake(total, NOT_TWICE).mistake(total + behind, ALL_TWICE),
        "aligned" => instance.mistake(total + repeated, DUPLICATES).mistake(start, NO_REPLAY),
        _ => instance.mistake(start + behind, NO_CHANNELS).mistake(total + repeated, DUPLICATES),
    }
}

fn list(story: &str, held: bool, places: &[Place], values: serde_json::Value) -> Instance {
    let is: fn(&Place) -> bool = if held {
        |place| place.behind && place.before_last
    } else {
        |place| !place.behind && !place.before_first
    };
    let right = written(places, is);
    let (question, why) = if held {
        (
            "Which records are **held back** for a while?",
            "Behind their own input's barrier, but before the last barrier is there",
        )
    } else {
        (
            "Which records does the checkpoint hold as **channel state**?",
            "Behind the first barrier of all, but before their own input's barrier",
        )
    };
    let instance = Instance::new(
        format!("{story} {question} (Their values in order of arrival, as `4, 11`.)"),
        answer::tuple(&right),
        format!("{why}: {}.", right.join(", ")),
        values,
    );
    if held {
        let all_behind = written(places, |place| place.behind);
        let overtaken = written(places, |place| !place.behind && !place.before_first);
        instance.mistake(text::tuple(&all_behind), ALL_BEHIND).mistake(text::tuple(&overtaken), ONE_INPUT)
    } else {
        let behind = written(places, |place| place.behind && place.before_last);
        let input = places.iter().find(|place| is(place)).map_or(0, |place| place.input);
        let one = written(places, |place| is(place) && place.input == input);
        instance.mistake(text::tuple(&behind), WRONG_SIDE).mistake(text::tuple(&one), ONE_INPUT)
    }
}
