//! `snapshot.chandy-lamport`: what a snapshot by markers records of processes and of channels.

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::problem::text::{PROCESSES, list, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &ChandyLamport;

struct ChandyLamport;

const AT_THE_END: &str =
    "you took the balances at the end; a process records when the first marker reaches it";
const AT_THE_START: &str = "you took the balances from before the first event";
const ALL_AT_ONCE: &str =
    "you recorded every process when the snapshot started; the others wait for a marker";
const LAST_MARKER: &str = "you recorded at the last marker; the first one counts";
const NO_TRANSIT: &str =
    "a channel's state is what arrives after its receiver recorded and before its marker";
const SINCE_START: &str =
    "you counted what arrived before the receiver had recorded; that is in the receiver's balance already";
const PAST_MARKER: &str =
    "you counted what came behind the marker; it was sent after its sender had recorded";
const IN_FLIGHT: &str = "you counted what was under way when the snapshot started";

#[derive(Clone, Copy)]
enum Event {
    Send { from: usize, to: usize, amount: usize },
    Receive { from: usize, to: usize, amount: usize },
    Start { at: usize },
    Marker { from: usize, to: usize },
}

impl Family for ChandyLamport {
    fn name(&self) -> &'static str {
        "snapshot.chandy-lamport"
    }

    fn title(&self) -> &'static str {
        "take a snapshot with markers"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("processes", "processes that send one another money", (2, 3), &[])
                    .graded([&[2], &[2, 3], &[3]]),
                Parameter::integer("transfers", "transfers", (2, 7), &[]).graded([&[4], &[5], &[5, 6]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[AT_THE_END, AT_THE_START, ALL_AT_ONCE, LAST_MARKER, NO_TRANSIT, SINCE_START, PAST_MARKER, IN_FLIGHT]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _: Difficulty) -> Instance {
        let (processes, transfers) = (with.count("processes"), with.count("transfers"));
        let balances: Vec<usize> = (0..processes).map(|_| draw.range(7, 12) * 10).collect();
        let ask = *draw.pick(&["states", "channel", "channels"]);
        let run = draw.until(|draw| {
            let run = Run { start: balances.clone(), events: events(processes, transfers, draw) };
            let recorded = run.recorded_balances();
            let telling =
                (0..processes).filter(|&at| recorded[at] != run.balance(at, run.events.len())).count();
            let moving = run.all_channels() > 0;
            let at_start = (0..processes).all(|at| recorded[at] == run.start[at]);
            (telling > 0 && moving && !at_start).then_some(run)
        });
        run.ask(ask, draw)
    }
}

/// Draws a run over FIFO channels between all processes: transfers, one snapshot, everything received in the end.
fn events(processes: usize, transfers: usize, draw: &mut Draw) -> Vec<Event> {
    let mut channels: Vec<Vec<VecDeque<Option<usize>>>> = vec![vec![VecDeque::new(); processes]; processes];
    let mut recorded = vec![false; processes];
    let mut left = transfers;
    let mut started = false;
    let mut events = Vec::new();
    fn send_markers(channels: &mut [Vec<VecDeque<Option<usize>>>], from: usize) {
        for (to, channel) in channels[from].iter_mut().enumerate() {
            if to != from {
                channel.push_back(None);
            }
        }
    }
    loop {
        let full: Vec<(usize, usize)> = (0..processes)
            .flat_map(|from| (0..processes).map(move |to| (from, to)))
            .filter(|&(from, to)| !channels[from][to].is_empty())
            .collect();
        if full.is_empty() && left == 0 && started {
            return events;
        }
        let weights = [
            if left > 0 { 3 } else { 0 },
            if full.is_empty() { 0 } else { 3 },
            u64::from(!started && left < transfers) * 2,
        ];
        match draw.weighted(&weights) {
            0 => {
                let from = draw.range(0, processes - 1);
                let to = (from + draw.range(1, processes - 1)) % processes;
                let amount = draw.range(1, 9);
                channels[from][to].push_back(Some(amount));
                events.push(Event::Send { from, to, amount });
                left -= 1;
            }
            1 => {
                let &(from, to) = draw.pick(&full);
                match channels[from][to].pop_front().flatten() {
                    Some(amount) => events.push(Event::Receive { from, to, amount }),
                    None => {
                        events.push(Event::Marker { from, to });
                        if !recorded[to] {
                            recorded[to] = true;
                            send_markers(&mut channels, to);
                        }
                    }
                }
            }
            _ => {
                started = true;
                let at = draw.range(0, processes - 1);
                recorded[at] = true;
                send_markers(&mut channels, at);
                events.push(Event::Start { at });
            }
        }
    }
}

struct Run {
    start: Vec<usize>,
    events: Vec<Event>,
}

impl Run {
    /// A process's balance before the event of an index.
    fn balance(&self, process: usize, before: usize) -> usize {
        let mut plus = self.start[process];
        let mut minus = 0;
        for event in &self.events[..before] {
            match *event {
                Event::Send { from, amount, .. } if from == process => minus += amount,
                Event::Receive { to, amount, .. } if to == process => plus += amount,
                _ => {}
            }
        }
        plus - minus
    }

    fn started(&self) -> usize {
        self.events.iter().position(|event| matches!(event, Event::Start { .. })).unwrap_or(0)
    }

    /// The event at which a process records: the start, or its first marker.
    fn recorded_at(&self, process: usize) -> usize {
        let records = |event: &Event| match *event {
            Event::Start { at } => at == process,
            Event::Marker { to, .. } => to == process,
            _ => false,
        };
        self.events.iter().position(records).unwrap_or(0)
    }

    fn recorded_balances(&self) -> Vec<usize> {
        (0..self.start.len()).map(|at| self.balance(at, self.recorded_at(at))).collect()
    }

    /// What is received on a channel between two events.
    fn received(&self, channel: (usize, usize), from_event: usize, to_event: usize) -> Vec<usize> {
        let range = from_event.min(to_event)..to_event;
        let amount = |event: &Event| match *event {
            Event::Receive { from, to, amount } if (from, to) == channel => Some(amount),
            _ => None,
        };
        self.events[range].iter().filter_map(amount).collect()
    }

    fn marker_at(&self, channel: (usize, usize)) -> usize {
        let is_marker = |event: &Event| matches!(*event, Event::Marker { from, to } if (from, to) == channel);
        self.events.iter().position(is_marker).unwrap_or(0)
    }

    fn channel(&self, channel: (usize, usize)) -> Vec<usize> {
        self.received(channel, self.recorded_at(channel.1), self.marker_at(channel))
    }

    fn channels(&self) -> Vec<(usize, usize)> {
        let n = self.start.len();
        (0..n).flat_map(|from| (0..n).map(move |to| (from, to))).filter(|(from, to)| from != to).collect()
    }

    fn all_channels(&self) -> usize {
        self.channels().into_iter().map(|channel| self.channel(channel).iter().sum::<usize>()).sum()
    }

    fn story(&self) -> String {
        let names = &PROCESSES[..self.start.len()];
        let lines: Vec<String> = self
            .events
            .iter()
            .enumerate()
            .map(|(at, event)| {
                let told = match *event {
                    Event::Send { from, to, amount } => {
                        format!("{} sends {amount} to {}", names[from], names[to])
                    }
                    Event::Receive { from, to, amount } => {
                        format!("{} receives {amount} from {}", names[to], names[from])
                    }
                    Event::Start { at } => {
                        format!("**{} starts the snapshot** (records, and sends markers)", names[at])
                    }
                    Event::Marker { from, to } => {
                        format!("{} receives the marker from {}", names[to], names[from])
                    }
                };
                format!("{}. {told}", at + 1)
            })
            .collect();
        let balances: Vec<String> =
            names.iter().zip(&self.start).map(|(name, balance)| format!("{name} **{balance}**")).collect();
        format!(
            "Processes send one another money over FIFO channels, one each way between any two; a snapshot is taken by \
             Chandy and Lamport's algorithm. At first they hold {}. In order of time:\n\n{}\n\n",
            list(&balances),
            lines.join("\n")
        )
    }

    fn values(&self, asks: &str) -> Value {
        let told = |event: &Event| match *event {
            Event::Send { from, to, amount } => json!(["send", from, to, amount]),
            Event::Receive { from, to, amount } => json!(["receive", from, to, amount]),
            Event::Start { at } => json!(["start", at]),
            Event::Marker { from, to } => json!(["marker", from, to]),
        };
        json!({ "asks": asks, "balances": self.start, "events": self.events.iter().map(told).collect::<Vec<_>>() })
    }

    fn ask(&self, ask: &str, draw: &mut Draw) -> Instance {
        let n = self.start.len();
        let names = &PROCESSES[..n];
        let recorded = self.recorded_balances();
        let total: usize = self.start.iter().sum();
        let recordings: Vec<String> = (0..n)
            .map(|at| {
                format!("{} records at event {}: {}", names[at], self.recorded_at(at) + 1, recorded[at])
            })
            .collect();
        let full: Vec<(usize, usize)> =
            self.channels().into_iter().filter(|&channel| !self.channel(channel).is_empty()).collect();
        let told_channels: Vec<String> = full
            .iter()
            .map(|&(from, to)| format!("{}→{}: {}", names[from], names[to], list(&self.channel((from, to)))))
            .collect();
        let check = format!(
            "Check: {} in processes and {} in channels are {total}, the same as at first.",
            recorded.iter().sum::<usize>(),
            self.all_channels()
        );
        let sum = |channel: (usize, usize), low: usize, high: usize| -> usize {
            self.received(channel, low, high).iter().sum()
        };
        let end = self.events.len();
        let in_flight = |channel: (usize, usize)| {
            let start = self.started();
            let sent: usize = self.events[..start]
                .iter()
                .map(|event| match *event {
                    Event::Send { from, to, amount } if (from, to) == channel => amount,
                    _ => 0,
                })
                .sum();
            sent - sum(channel, 0, start)
        };
        match ask {
            "states" => {
                let balances_at = |at: &dyn Fn(usize) -> usize| -> String {
                    tuple(&(0..n).map(|process| self.balance(process, at(process))).collect::<Vec<_>>())
                };
                let last_marker = |process: usize| {
                    let marks = |event: &Event| matches!(*event, Event::Marker { to, .. } if to == process);
                    let starts = |event: &Event| matches!(*event, Event::Start { at } if at == process);
                    if self.events.iter().any(starts) {
                        self.recorded_at(process)
                    } else {
                        self.events.iter().rposition(marks).unwrap_or(0)
                    }
                };
                Instance::new(
                    format!(
                        "{}Which balances does the snapshot record for {}? Answer as `{}`.",
                        self.story(),
                        list(names),
                        tuple(&[40, 25, 63][..n])
                    ),
                    answer::tuple(&recorded),
                    format!("{}. {check}", recordings.join("; ")),
                    self.values("states"),
                )
                .mistake(balances_at(&|_| self.started()), ALL_AT_ONCE)
                .mistake(balances_at(&last_marker), LAST_MARKER)
                .mistake(balances_at(&|_| end), AT_THE_END)
                .mistake(tuple(&self.start), AT_THE_START)
            }
            "channel" => {
                // Mostly one that holds something; an empty one teaches less but must be told apart.
                let all = self.channels();
                let channel = if draw.chance(4, 5) { *draw.pick(&full) } else { *draw.pick(&all) };
                let right: usize = self.channel(channel).iter().sum();
                let mut values = self.values("channel");
                values["channel"] = json!([channel.0, channel.1]);
                Instance::new(
                    format!(
                        "{}How much money does the snapshot record **in the channel from {} to {}**?",
                        self.story(),
                        names[channel.0],
                        names[channel.1]
                    ),
                    answer::count(right),
                    format!(
                        "{} records at event {} and receives the marker from {} at event {}. What it receives on that \
                         channel in between is the channel's state: {right}. {check}",
                        names[channel.1],
                        self.recorded_at(channel.1) + 1,
                        names[channel.0],
                        self.marker_at(channel) + 1
                    ),
                    values,
                )
                .mistake(sum(channel, self.started(), self.marker_at(channel)), SINCE_START)
                .mistake(sum(channel, self.recorded_at(channel.1), end), PAST_MARKER)
                .mistake(in_flight(channel), IN_FLIGHT)
                .mistake(0_usize, NO_TRANSIT)
            }
            _ => {
                let right = self.all_channels();
                let over = |part: &dyn Fn((usize, usize)) -> usize| -> usize {
                    self.channels().into_iter().map(part).sum()
                };
                Instance::new(
                    format!(
                        "{}How much money does the snapshot record **in all channels together**?",
                        self.story()
                    ),
                    answer::count(right),
                    format!(
                        "{}. In the channels: {}. {check}",
                        recordings.join("; "),
                        told_channels.join("; ")
                    ),
                    self.values("channels"),
                )
                .mistake(over(&|c| sum(c, self.started(), self.marker_at(c))), SINCE_START)
                .mistake(over(&|c| sum(c, self.recorded_at(c.1), end)), PAST_MARKER)
                .mistake(over(&in_flight), IN_FLIGHT)
                .mistake(0_usize, NO_TRANSIT)
            }
        }
    }
}
