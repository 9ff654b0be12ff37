//! `checkpoint.recovery-line`: how far processes with checkpoints of their own must roll back.

use serde_json::json;

use crate::problem::diagram::{Act, Event, SpaceTime, space_time};
use crate::problem::text::{PROCESSES, list, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &CheckpointRecoveryLine;

struct CheckpointRecoveryLine;

const LATEST: &str =
    "the latest checkpoints are not consistent: a message is received before one and sent after the other";
const ONE_PASS: &str = "rolling back takes back more sendings, so look again until nothing changes";
const LOST_TOO: &str =
    "a message that was sent but not received does no harm: only receipts without their sending do";
const TO_THE_START: &str = "going back to the start is more than needed";

impl Family for CheckpointRecoveryLine {
    fn name(&self) -> &'static str {
        "checkpoint.recovery-line"
    }

    fn title(&self) -> &'static str {
        "find how far independent checkpoints roll back"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("processes", "processes in the diagram", (2, 3), &[]).graded([
                    &[2],
                    &[3],
                    &[3],
                ]),
                Parameter::integer("messages", "messages in the diagram", (4, 6), &[]).graded([
                    &[4, 5],
                    &[4],
                    &[5, 6],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[LATEST, ONE_PASS, LOST_TOO, TO_THE_START]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let n = with.count("processes");
        let count = with.count("messages");
        // Easy ones give up so many checkpoints, or most would give up one; harder ones as it happens.
        let given_up = draw.range(1, 3);
        let history = draw.until(|draw| {
            let history = History::draw(n, count, draw);
            let latest = history.latest();
            // Most drawn histories end here, before anything costs time.
            if latest.contains(&0) {
                return None;
            }
            let (line, rounds) =
                history.line(&|m, at| m.received.1 < at[m.received.0] && m.sent.1 >= at[m.sent.0]);
            let rolled = line != latest;
            // Easy ones need one step back, hard ones several; the start is reached now and then.
            let steps = rounds >= difficulty.of([1, 1, 2]);
            let start = line.iter().all(|&at| at == 0);
            let sum = |at: &[usize]| at.iter().sum::<usize>();
            let as_far = difficulty.level() > 0 || sum(&latest) - sum(&line) == given_up;
            (rolled && steps && as_far && (!start || draw.chance(1, 4))).then_some(history)
        });
        let history = history.labelled();
        let latest = history.latest();
        let orphan = |m: &Message, at: &[usize]| m.received.1 < at[m.received.0] && m.sent.1 >= at[m.sent.0];
        let (line, _) = history.line(&orphan);
        let names = &PROCESSES[..n];
        let picture = space_time(&SpaceTime { processes: names, events: &history.events, cut: None });

        let mut at = latest.clone();
        let mut steps: Vec<String> = Vec::new();
        while let Some(index) = history.messages.iter().position(|m| orphan(m, &at)) {
            let message = &history.messages[index];
            let (sender, receiver) = (names[message.sent.0], names[message.received.0]);
            at[message.received.0] = message.received.1;
            steps.push(format!(
                "m{} is sent after {sender}{} but received before the checkpoint of {receiver}: {receiver} back to {receiver}{}",
                index + 1,
                at[message.sent.0],
                message.received.1
            ));
        }
        // One look at the latest checkpoints, no second one.
        let mut once = latest.clone();
        for m in history.messages.iter().filter(|m| orphan(m, &latest)) {
            once[m.received.0] = once[m.received.0].min(m.received.1);
        }
        let lost = |m: &Message, at: &[usize]| m.received.1 >= at[m.received.0] && m.sent.1 < at[m.sent.0];
        let (strict, _) = history.line_both(&orphan, &lost);
        let written = |at: &[usize]| at.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let last: Vec<String> = latest.iter().zip(names).map(|(at, name)| format!("{name}{at}")).collect();
        Instance::new(
            format!(
                "Processes take checkpoints **independently** of one another: {} and so on in the picture, numbered from 1; checkpoint 0 is a process's start. \
                 Time runs to the right; other events are sendings and receipts of messages.\n\n{}\n\nThen all fail at once and can restart from \
                 saved checkpoints only. The **recovery line** is the latest set of checkpoints, one of each process, in which **no message counts as received \
                 that does not count as sent**; a message that counts as sent but not as received is allowed. From which checkpoint does each restart? Give the \
                 numbers for {}, with commas between.",
                names[0].to_owned() + "1",
                picture.fence(),
                list(names)
            ),
            answer::tuple(&line),
            format!("Start from the latest, {}. {}. The line: {}.", list(&last), steps.join("; "), tuple(&line)),
            json!({
                "latest": latest,
                "messages": history.messages.iter().map(|m| [m.sent.0, m.sent.1, m.received.0, m.received.1]).collect::<Vec<_>>(),
            }),
        )
        .spoken(history.spoken(names))
        .mistake(written(&latest), LATEST)
        .mistake(written(&once), ONE_PASS)
        .mistake(written(&strict), LOST_TOO)
        .mistake(written(&vec![0; n]), TO_THE_START)
    }
}

/// A message: process and number of its checkpoints so far, at the sending and at the receipt.
struct Message {
    sent: (usize, usize),
    received: (usize, usize),
}

struct History {
    processes: usize,
    events: Vec<Event>,
    messages: Vec<Message>,
}

impl History {
    fn draw(n: usize, count: usize, draw: &mut Draw) -> Self {
        let (mut events, mut messages) = (Vec::new(), Vec::<Message>::new());
        let (mut taken, mut on_the_way) = (vec![0; n], Vec::<(usize, usize)>::new());
        // So that no two checkpoints of a process follow one another with nothing between.
        let mut fresh = vec![true; n];
        let checkpoints = if n == 2 { draw.range(3, 6) } else { 6 };
        let (mut sent, mut made) = (0, 0);
        while sent < count || !on_the_way.is_empty() || made < checkpoints {
            let process = draw.range(0, n - 1);
            match draw.weighted(&[3, 4, 4]) {
                0 if !fresh[process] && made < checkpoints => {
                    taken[process] += 1;
                    made += 1;
                    fresh[process] = true;
                    events.push(Event { process, act: Act::Local, label: String::new() });
                }
                1 if sent < count => {
                    let to = (process + draw.range(1, n - 1)) % n;
                    events.push(Event { process, act: Act::Send(sent), label: String::new() });
                    messages.push(Message { sent: (process, taken[process]), received: (to, 0) });
                    on_the_way.push((sent, to));
                    sent += 1;
                    fresh[process] = false;
                }
                2 if !on_the_way.is_empty() => {
                    let (message, to) = on_the_way.remove(draw.range(0, on_the_way.len() - 1));
                    events.push(Event { process: to, act: Act::Receive(message), label: String::new() });
                    messages[message].received.1 = taken[to];
                    fresh[to] = false;
                }
                // Nothing is left to do but checkpoints, and everybody has just taken one.
                _ if sent == count && on_the_way.is_empty() && fresh.iter().all(|&fresh| fresh) => break,
                _ => {}
            }
        }
        Self { processes: n, events, messages }
    }

    /// Names the checkpoints, which is not worth it for histories that are drawn in vain.
    fn labelled(mut self) -> Self {
        let mut taken = vec![0; self.processes];
        for event in self.events.iter_mut().filter(|event| event.act == Act::Local) {
            taken[event.process] += 1;
            event.label = format!("{}{}", PROCESSES[event.process], taken[event.process]);
        }
        self
    }

    fn latest(&self) -> Vec<usize> {
        let mut taken = vec![0; self.processes];
        for event in self.events.iter().filter(|event| event.act == Act::Local) {
            taken[event.process] += 1;
        }
        taken
    }

    /// Rolls receivers back until no message is an orphan; tells how many looks at all messages it took.
    fn line(&self, orphan: &dyn Fn(&Message, &[usize]) -> bool) -> (Vec<usize>, usize) {
        self.line_both(orphan, &|_, _| false)
    }

    /// Rolls receivers of orphans back, and senders of what counts as lost.
    fn line_both(
        &self,
        orphan: &dyn Fn(&Message, &[usize]) -> bool,
        lost: &dyn Fn(&Message, &[usize]) -> bool,
    ) -> (Vec<usize>, usize) {
        let (mut at, mut rounds) = (self.latest(), 0);
        loop {
            let before = at.clone();
            for m in &self.messages {
                if orphan(m, &before) {
                    at[m.received.0] = at[m.received.0].min(m.received.1);
                }
                if lost(m, &before) {
                    at[m.sent.0] = at[m.sent.0].min(m.sent.1);
                }
            }
            if at == before {
                return (at, rounds);
            }
            rounds += 1;
        }
    }

    fn spoken(&self, names: &[&str]) -> String {
        let told = |event: &Event| {
            let name = names[event.process];
            match event.act {
                Act::Local => format!("{name} takes checkpoint {}.", event.label),
                Act::Send(m) => format!("{name} sends m{} to {}.", m + 1, names[self.messages[m].received.0]),
                Act::Receive(m) => {
                    format!("{name} receives m{} from {}.", m + 1, names[self.messages[m].sent.0])
                }
            }
        };
        self.events.iter().map(told).collect::<Vec<_>>().join("\n")
    }
}
