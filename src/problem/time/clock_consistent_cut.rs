//! `clock.consistent-cut`: whether a cut through a space–time diagram is a state that may have been, and what is in flight.

use serde_json::json;

use super::script::Script;
use crate::problem::answer::{self, option};
use crate::problem::text::{list, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter};

pub const FAMILY: &dyn Family = &ClockConsistentCut;

struct ClockConsistentCut;

const IN_TRANSIT: &str = "a message sent inside and received outside is merely in transit: that is allowed";
const MISSED: &str = "look at each receipt inside the cut: one of them has its sending outside";
const DELIVERED: &str = "messages received inside the cut have arrived; they are no longer in transit";
const ALL_MESSAGES: &str = "you counted every message of the diagram";
const INCONSISTENT_KEPT: &str =
    "the given cut has a receipt without its sending; it must be taken back further";
const ONE_STEP: &str = "taking back one event can orphan another receipt: go on until none is left";
const FALLEN_BACK: &str = "taking back everything is more than needed";
const CLOCKS_COMPARED: &str =
    "the frontier events need not be ordered or concurrent as a whole: compare each entry with its owner's";

const RULE: &str = "A cut takes the events to the left of the marks. It is **consistent** when each message received inside it was also \
                    sent inside it.";

/// The events inside a cut are those of the lowest ranks; `cut` counts them by process.
fn inside(script: &Script, cut: &[usize], event: usize) -> bool {
    script.rank(event) <= cut[script.events[event].process]
}

/// Each message as its sending and its receipt.
fn messages(script: &Script) -> Vec<(usize, usize)> {
    let mut messages: Vec<(usize, usize)> =
        (0..script.len()).filter_map(|event| script.sender(event).map(|sender| (sender, event))).collect();
    messages.sort_unstable();
    messages
}

/// The messages, from 0 in the order of their sending, that are received inside and sent outside.
fn orphans(script: &Script, cut: &[usize]) -> Vec<usize> {
    let orphan =
        |&(send, receive): &(usize, usize)| inside(script, cut, receive) && !inside(script, cut, send);
    messages(script)
        .iter()
        .enumerate()
        .filter(|(_, message)| orphan(message))
        .map(|(index, _)| index)
        .collect()
}

/// The messages sent inside and received outside.
fn in_transit(script: &Script, cut: &[usize]) -> Vec<usize> {
    let flying =
        |&(send, receive): &(usize, usize)| inside(script, cut, send) && !inside(script, cut, receive);
    messages(script)
        .iter()
        .enumerate()
        .filter(|(_, message)| flying(message))
        .map(|(index, _)| index)
        .collect()
}

/// Takes back each orphaned receipt, with what follows it, once.
fn step_back(script: &Script, cut: &[usize]) -> Vec<usize> {
    let all = messages(script);
    let mut back = cut.to_vec();
    for index in orphans(script, cut) {
        let receive = all[index].1;
        let process = script.events[receive].process;
        back[process] = back[process].min(script.rank(receive) - 1);
    }
    back
}

/// The latest consistent cut within a cut.
fn latest(script: &Script, cut: &[usize]) -> Vec<usize> {
    let mut cut = cut.to_vec();
    while !orphans(script, &cut).is_empty() {
        cut = step_back(script, &cut);
    }
    cut
}

fn names(messages: &[usize]) -> String {
    list(&messages.iter().map(|message| format!("m{}", message + 1)).collect::<Vec<_>>())
}

impl Family for ClockConsistentCut {
    fn name(&self) -> &'static str {
        "clock.consistent-cut"
    }

    fn title(&self) -> &'static str {
        "judge cuts, and find what is in transit"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "asks",
                    "what is asked",
                    &["verdict", "transit", "blame", "rollback", "clocks"],
                    &[],
                )
                .graded_words([
                    &["verdict"],
                    &["verdict", "transit", "blame"],
                    &["rollback", "rollback", "clocks", "transit"],
                ]),
                Parameter::integer("processes", "processes in the diagram", (2, 4), &[]).graded([
                    &[2, 3],
                    &[3],
                    &[3],
                ]),
                Parameter::integer("events", "events in the diagram", (6, 12), &[]).graded([
                    &[7, 8],
                    &[9, 10],
                    &[10, 11],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            IN_TRANSIT,
            MISSED,
            DELIVERED,
            ALL_MESSAGES,
            INCONSISTENT_KEPT,
            ONE_STEP,
            FALLEN_BACK,
            CLOCKS_COMPARED,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _: Difficulty) -> Instance {
        let (processes, events) = (with.count("processes"), with.count("events"));
        match with.word("asks") {
            "verdict" => verdict(processes, events, draw),
            "transit" => transit(processes, events, draw),
            "blame" => blame(processes, events, draw),
            "rollback" => rollback(processes, events, draw),
            _ => clocks(processes, events, draw),
        }
    }
}

/// Draws a script and a cut that is neither empty nor everything.
fn drawn(processes: usize, events: usize, draw: &mut Draw) -> (Script, Vec<usize>) {
    let least = if events >= 9 { 3 } else { 2 };
    let script = Script::draw(draw, processes, events, least);
    let lengths = script.lengths();
    let cut = draw.until(|draw| {
        let cut: Vec<usize> = lengths.iter().map(|&length| draw.range(0, length)).collect();
        (cut != lengths && cut.iter().sum::<usize>() >= 2).then_some(cut)
    });
    (script, cut)
}

fn ask(script: &Script, cut: &[usize], question: &str) -> (String, String) {
    let picture = script.picture(Some(cut));
    (format!("{RULE}\n\n{}\n\n{question}", picture.fence()), picture.spoken)
}

fn verdict(processes: usize, events: usize, draw: &mut Draw) -> Instance {
    let ((script, cut), holds) = draw
        .with_verdict(|draw| drawn(processes, events, draw), |(script, cut)| orphans(script, cut).is_empty());
    let (orphans, flying) = (orphans(&script, &cut), in_transit(&script, &cut));
    let found = if holds {
        match flying.as_slice() {
            [] => "No message crosses the cut.".to_owned(),
            _ => format!("In transit: {}. No message is received inside and sent outside.", names(&flying)),
        }
    } else {
        format!("Received inside, but sent outside: {}.", names(&orphans))
    };
    let form = answer::verdict(holds, ("consistent", found.clone()), ("not consistent", found.clone()));
    let (prompt, spoken) = ask(&script, &cut, "Is this cut consistent?");
    let instance = Instance::new(
        prompt,
        form,
        found,
        json!({ "asks": "verdict", "script": script.to_json(), "cut": cut }),
    )
    .spoken(spoken);
    match (holds, flying.is_empty()) {
        (false, _) => instance.mistake_other_verdict(MISSED),
        (true, false) => instance.mistake_other_verdict(IN_TRANSIT),
        (true, true) => instance,
    }
}

fn transit(processes: usize, events: usize, draw: &mut Draw) -> Instance {
    // All small numbers about equally often.
    let wanted = draw.range(0, 3);
    let (script, cut) = draw.until(|draw| {
        let (script, cut) = drawn(processes, events, draw);
        let flying = in_transit(&script, &cut).len();
        (orphans(&script, &cut).is_empty() && (flying == wanted || draw.chance(1, 200)))
            .then_some((script, cut))
    });
    let flying = in_transit(&script, &cut);
    let all = messages(&script);
    let arrived = all.iter().filter(|&&(_, receive)| inside(&script, &cut, receive)).count();
    let solution = format!("Sent inside and received outside: {}.", names(&flying));
    let (prompt, spoken) =
        ask(&script, &cut, "This cut is consistent. How many messages are **in transit** across it?");
    Instance::new(
        prompt,
        answer::count(flying.len()),
        solution,
        json!({ "asks": "transit", "script": script.to_json(), "cut": cut }),
    )
    .spoken(spoken)
    .mistake(flying.len() + arrived, DELIVERED)
    .mistake(all.len(), ALL_MESSAGES)
    .mistake(arrived, DELIVERED)
}

fn blame(processes: usize, events: usize, draw: &mut Draw) -> Instance {
    let (script, cut) = draw.until(|draw| {
        let (script, cut) = drawn(processes, events, draw);
        (orphans(&script, &cut).len() == 1).then_some((script, cut))
    });
    let (culprit, flying) = (orphans(&script, &cut)[0], in_transit(&script, &cut));
    let options = messages(&script)
        .iter()
        .enumerate()
        .map(|(index, &(send, receive))| {
            let place = |event| if inside(&script, &cut, event) { "inside" } else { "outside" };
            option(
                format!("m{}", index + 1),
                index == culprit,
                format!("Sent {}, received {}.", place(send), place(receive)),
            )
        })
        .collect();
    let (prompt, spoken) = ask(&script, &cut, "This cut is not consistent. Which message is to blame?");
    let solution = format!("m{} is received inside the cut and sent outside.", culprit + 1);
    let instance = Instance::new(
        prompt,
        answer::choice(options),
        solution,
        json!({ "asks": "blame", "script": script.to_json(), "cut": cut }),
    )
    .spoken(spoken);
    flying.into_iter().fold(instance, |instance, index| instance.mistake(vec![index], IN_TRANSIT))
}

fn rollback(processes: usize, events: usize, draw: &mut Draw) -> Instance {
    let cascading = draw.coin();
    let (script, cut) = draw.until(|draw| {
        let (script, cut) = drawn(processes, events, draw);
        let orphaned = !orphans(&script, &cut).is_empty();
        let cascades = step_back(&script, &cut) != latest(&script, &cut);
        (orphaned && (cascades || !cascading || draw.chance(1, 100))).then_some((script, cut))
    });
    let right = latest(&script, &cut);
    let mut steps = vec![tuple(&cut)];
    let mut at = cut.clone();
    while at != right {
        at = step_back(&script, &at);
        steps.push(tuple(&at));
    }
    let question = format!(
        "This cut, {}, is not consistent. A rollback takes back as few events as possible until it is. How many events of each process \
         are left? Answer with the numbers for {}.",
        tuple(&cut),
        list(script.names())
    );
    let (prompt, spoken) = ask(&script, &cut, &question);
    let solution = format!(
        "Take back each receipt whose sending lies outside, until there is none: {}.",
        steps.join(" → ")
    );
    Instance::new(
        prompt,
        answer::tuple(&right),
        solution,
        json!({ "asks": "rollback", "script": script.to_json(), "cut": cut }),
    )
    .spoken(spoken)
    .mistake(tuple(&cut), INCONSISTENT_KEPT)
    .mistake(tuple(&step_back(&script, &cut)), ONE_STEP)
    .mistake(tuple(&vec![0; script.processes]), FALLEN_BACK)
}

fn clocks(processes: usize, events: usize, draw: &mut Draw) -> Instance {
    let ((script, cut), holds) = draw.with_verdict(
        |draw| {
            draw.until(|draw| {
                let (script, cut) = drawn(processes, events, draw);
                cut.iter().all(|&taken| taken > 0).then_some((script, cut))
            })
        },
        |(script, cut)| orphans(script, cut).is_empty(),
    );
    let vectors = script.vectors();
    let frontier: Vec<Vec<usize>> = (0..processes)
        .filter_map(|process| {
            let last = (0..script.len())
                .find(|&event| script.events[event].process == process && script.rank(event) == cut[process]);
            last.map(|event| vectors[event].clone())
        })
        .collect();
    let names = script.names();
    let ahead = (0..processes)
        .flat_map(|knower| (0..processes).map(move |owner| (knower, owner)))
        .find(|&(knower, owner)| frontier[knower][owner] > frontier[owner][owner]);
    let found = match ahead {
        Some((knower, owner)) => format!(
            "{} knows {} events of {}, of which the cut takes only {}.",
            names[knower], frontier[knower][owner], names[owner], frontier[owner][owner]
        ),
        None => "No process knows more events of another than the cut takes.".to_owned(),
    };
    let shown: Vec<String> =
        names.iter().zip(&frontier).map(|(name, clock)| format!("{name} **{}**", tuple(clock))).collect();
    let prompt = format!(
        "A cut is **consistent** when each message received inside it was also sent inside it. The last events that it takes of each process \
         have the vector timestamps {} (entries for {}; every event counts on its own entry). Is the cut consistent?",
        shown.join(", "),
        list(names)
    );
    let form = answer::verdict(holds, ("consistent", found.clone()), ("not consistent", found.clone()));
    let solution = format!("{found} Entry j of each clock must not exceed entry j of process j's own.");
    Instance::new(prompt, form, solution, json!({ "asks": "clocks", "frontier": frontier }))
        .mistake_other_verdict(CLOCKS_COMPARED)
}
