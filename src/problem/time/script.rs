//! Scripts of events for the families about logical time: drawn, told as data, and the usual ways to stamp them.
//! Not a family, and not for drawing pictures (`diagram/`).

use serde_json::{Value, json};

use crate::problem::Draw;
use crate::problem::diagram::{Act, Event, Picture, SpaceTime, space_time};
use crate::problem::text::PROCESSES;

/// Events of a few processes, in an order in which they may have happened. Every message sent is received.
#[derive(Clone, Debug)]
pub(super) struct Script {
    /// How many processes there are.
    pub(super) processes: usize,
    /// The events.
    pub(super) events: Vec<Event>,
    /// For each event the one before it on its process.
    before: Vec<Option<usize>>,
    /// For each receipt the event that sent the message.
    sender: Vec<Option<usize>>,
}

/// How a Lamport clock is kept: right, or with one of the usual mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Every event counts; a receipt takes the maximum of own clock and message first.
    Right,
    /// The message's clock is ignored.
    MessageIgnored,
    /// A receipt takes the maximum but does not count itself.
    ReceiptUncounted,
    /// A receipt takes the message's clock even where its own is ahead.
    MessageOnly,
}

impl Script {
    /// Draws a script with so many processes, events and messages at least; every process has an event.
    pub(super) fn draw(draw: &mut Draw, processes: usize, events: usize, messages: usize) -> Self {
        draw.until(|draw| Self::attempt(draw, processes, events, messages))
    }

    /// Draws events; nothing where too few messages arrive or a process has no event.
    fn attempt(draw: &mut Draw, processes: usize, count: usize, messages: usize) -> Option<Self> {
        // Sent and not yet received: the sending event and the receiver.
        let mut flying: Vec<(usize, usize)> = Vec::new();
        let mut acts: Vec<(usize, Option<usize>)> = Vec::with_capacity(count);
        let mut sends = vec![false; count];
        while acts.len() < count {
            let (index, process) = (acts.len(), draw.range(0, processes - 1));
            let waiting: Vec<usize> = (0..flying.len()).filter(|&at| flying[at].1 == process).collect();
            if !waiting.is_empty() && draw.chance(2, 3) {
                // Any of them: messages may overtake one another.
                let (from, _) = flying.remove(*draw.pick(&waiting));
                acts.push((process, Some(from)));
            } else {
                if index + 1 < count && draw.chance(3, 5) {
                    let other = (process + draw.range(1, processes - 1)) % processes;
                    flying.push((index, other));
                    sends[index] = true;
                }
                acts.push((process, None));
            }
        }
        let received = acts.iter().filter(|(_, from)| from.is_some()).count();
        let busy = (0..processes).all(|process| acts.iter().any(|act| act.0 == process));
        if received < messages || !busy {
            return None;
        }
        // A message that nobody received was never sent.
        flying.iter().for_each(|&(index, _)| sends[index] = false);
        let number = |send: usize| sends[..send].iter().filter(|&&sent| sent).count();
        let mut counts = vec![0; processes];
        let mut last = vec![None; processes];
        let mut script = Self {
            processes,
            events: Vec::with_capacity(count),
            before: Vec::with_capacity(count),
            sender: Vec::with_capacity(count),
        };
        for (index, &(process, from)) in acts.iter().enumerate() {
            counts[process] += 1;
            let act = match from {
                Some(from) => Act::Receive(number(from)),
                None if sends[index] => Act::Send(number(index)),
                None => Act::Local,
            };
            let mut label = PROCESSES[process].to_owned();
            label.make_ascii_lowercase();
            label.push_str(&counts[process].to_string());
            script.events.push(Event { process, act, label });
            script.before.push(last[process].replace(index));
            script.sender.push(from);
        }
        Some(script)
    }

    /// Returns how many events there are.
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// Returns an event's name.
    pub(super) fn label(&self, event: usize) -> &str {
        &self.events[event].label
    }

    /// Returns the names of the processes.
    pub(super) fn names(&self) -> &'static [&'static str] {
        &PROCESSES[..self.processes]
    }

    /// Tells whether an event is a receipt.
    pub(super) fn is_receipt(&self, event: usize) -> bool {
        self.sender[event].is_some()
    }

    /// Returns the event that sent what this one receives.
    pub(super) fn sender(&self, event: usize) -> Option<usize> {
        self.sender[event]
    }

    /// Returns how many events each process has.
    pub(super) fn lengths(&self) -> Vec<usize> {
        let mut lengths = vec![0; self.processes];
        self.events.iter().for_each(|event| lengths[event.process] += 1);
        lengths
    }

    /// Returns an event's place on its process, from 1.
    pub(super) fn rank(&self, event: usize) -> usize {
        let process = self.events[event].process;
        self.events[..=event].iter().filter(|other| other.process == process).count()
    }

    /// Draws the picture, with a cut where one is given.
    pub(super) fn picture(&self, cut: Option<&[usize]>) -> Picture {
        space_time(&SpaceTime { processes: self.names(), events: &self.events, cut })
    }

    /// Stamps each event with a Lamport clock that starts at 0.
    pub(super) fn lamport(&self, rule: Rule) -> Vec<usize> {
        let mut clocks = vec![0; self.processes];
        let mut stamps = Vec::with_capacity(self.len());
        for (index, event) in self.events.iter().enumerate() {
            let own: usize = clocks[event.process];
            let message = self.sender[index].map(|sender: usize| stamps[sender]);
            let stamp = match (message, rule) {
                (None, _) | (Some(_), Rule::MessageIgnored) => own + 1,
                (Some(message), Rule::Right) => own.max(message) + 1,
                (Some(message), Rule::ReceiptUncounted) => own.max(message),
                (Some(message), Rule::MessageOnly) => message + 1,
            };
            clocks[event.process] = stamp;
            stamps.push(stamp);
        }
        stamps
    }

    /// Stamps each event with a vector clock; every event counts on its own entry, a receipt after the maximum.
    pub(super) fn vectors(&self) -> Vec<Vec<usize>> {
        let mut stamps: Vec<Vec<usize>> = Vec::with_capacity(self.len());
        for (index, event) in self.events.iter().enumerate() {
            let mut stamp = match self.before[index] {
                Some(before) => stamps[before].clone(),
                None => vec![0; self.processes],
            };
            if let Some(sender) = self.sender[index] {
                merge(&mut stamp, &stamps[sender]);
            }
            stamp[event.process] += 1;
            stamps.push(stamp);
        }
        stamps
    }

    /// Returns the event before on the same process.
    pub(super) fn predecessor(&self, event: usize) -> Option<usize> {
        self.before[event]
    }

    /// Returns the script as data: per event its name, process, and the names of messages sent or received.
    pub(super) fn to_json(&self) -> Value {
        let events: Vec<Value> = self
            .events
            .iter()
            .map(|event| {
                let (act, message) = match event.act {
                    Act::Local => ("local", None),
                    Act::Send(message) => ("send", Some(message + 1)),
                    Act::Receive(message) => ("receive", Some(message + 1)),
                };
                json!({ "event": event.label, "process": PROCESSES[event.process], "act": act, "message": message })
            })
            .collect();
        Value::Array(events)
    }
}

/// Takes the larger of each entry.
pub(super) fn merge(into: &mut [usize], other: &[usize]) {
    into.iter_mut().zip(other).for_each(|(a, &b)| *a = (*a).max(b));
}

/// Tells whether one vector comes before another: nowhere larger, and not the same.
pub(super) fn is_before(a: &[usize], b: &[usize]) -> bool {
    a != b && a.iter().zip(b).all(|(a, b)| a <= b)
}
