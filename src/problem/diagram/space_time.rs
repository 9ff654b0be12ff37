//! Space–time diagrams: one line a process, time to the right, messages as arrows between the lines.
//! Not for what the events mean: clocks and cuts are computed by families.

use super::canvas::Canvas;
use super::{Picture, WIDTH};
use crate::problem::text;

/// What happens at an event. Messages are numbered from 0 and shown as m1, m2, ….
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Nothing that another process sees.
    Local,
    /// The sending of a message.
    Send(usize),
    /// The receipt of a message.
    Receive(usize),
}

/// One event of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The process, as an index.
    pub process: usize,
    /// What happens.
    pub act: Act,
    /// What the event is called, as `b2`.
    pub label: String,
}

/// What to draw.
#[derive(Clone, Copy, Debug)]
pub struct SpaceTime<'a> {
    /// The names of the processes, top to bottom.
    pub processes: &'a [&'a str],
    /// The events, in an order in which they may have happened; each takes a column of its own.
    pub events: &'a [Event],
    /// For each process how many of its events lie before a cut.
    pub cut: Option<&'a [usize]>,
}

/// Draws processes, events, messages, and a cut. A message never received ends in a cross.
#[must_use]
pub fn space_time(diagram: &SpaceTime<'_>) -> Picture {
    let picture = Picture { text: draw(diagram), spoken: tell(diagram) };
    debug_assert!(
        picture.text.lines().all(|line| line.chars().count() <= WIDTH),
        "too wide\n{}",
        picture.text
    );
    picture
}

/// A message's way: from one event to another, or to nowhere, on a track between two lifelines.
struct Route {
    message: usize,
    send: usize,
    receive: Option<usize>,
    gap: usize,
    track: usize,
}

fn draw(diagram: &SpaceTime<'_>) -> String {
    let SpaceTime { processes, events, cut } = *diagram;
    let names = processes.iter().map(|name| name.chars().count()).max().unwrap_or(0) + 1;
    let step = |event: &Event| event.label.chars().count() + 3;
    let column = |event: usize| names + 2 + events[..event].iter().map(step).sum::<usize>();
    let width = column(events.len());
    let (routes, tracks) = lay_tracks(diagram);
    // The row of each lifeline: those above, and the tracks between them.
    let row = |process: usize| process + tracks[..process].iter().sum::<usize>();
    let mut canvas = Canvas::default();
    for (process, name) in processes.iter().enumerate() {
        canvas.put(row(process), 0, name);
        canvas.horizontal(row(process), names, width);
        canvas.put(row(process), width + 1, "▶");
    }
    // Labels first: lines drawn later leave them alone.
    for (index, event) in events.iter().enumerate() {
        canvas.put(row(event.process), column(index), &format!("●{}", event.label));
    }
    for route in &routes {
        draw_message(&mut canvas, route, events, &column, &row);
    }
    for (process, &taken) in cut.unwrap_or_default().iter().enumerate() {
        let last = events
            .iter()
            .enumerate()
            .filter(|(_, event)| event.process == process)
            .nth(taken.wrapping_sub(1));
        let place = last.map_or(names + 1, |(index, event)| column(index) + 1 + event.label.chars().count());
        canvas.put(row(process), place, "┃");
    }
    canvas.finish()
}

fn draw_message(
    canvas: &mut Canvas,
    route: &Route,
    events: &[Event],
    column: &impl Fn(usize) -> usize,
    row: &impl Fn(usize) -> usize,
) {
    let from = row(events[route.send].process);
    let track = row(route.gap) + 1 + route.track;
    let down = track > from;
    let (start, name) = (column(route.send), format!("m{}", route.message + 1));
    let corner = if down { "└" } else { "┌" };
    canvas.put(track, start, corner);
    canvas.put(track, start + 1, &name);
    let (low, high) = if down { (from + 1, track) } else { (track, from - 1) };
    canvas.vertical(start, low, high);
    let Some(receive) = route.receive else {
        let end = column(route.send + 1) - 1;
        canvas.horizontal(track, start, end - 1);
        canvas.put(track, end, "×");
        return;
    };
    let (end, to) = (column(receive), row(events[receive].process));
    canvas.horizontal(track, start, end - 1);
    canvas.put(track, end, if down { "┐" } else { "┘" });
    let (low, high) = if down { (track, to - 1) } else { (to + 1, track) };
    canvas.vertical(end, low, high);
    // The head is the event itself, so that no other message's line runs into it.
    canvas.put(to, end, if down { "▼" } else { "▲" });
}

/// Gives each message a track in the gap next to its sender, on which nothing else lies; returns tracks for each gap.
fn lay_tracks(diagram: &SpaceTime<'_>) -> (Vec<Route>, Vec<usize>) {
    let events = diagram.events;
    let mut routes: Vec<Route> = Vec::new();
    let mut tracks = vec![1; diagram.processes.len()];
    for (send, event) in events.iter().enumerate() {
        let Act::Send(message) = event.act else { continue };
        let receive = events.iter().position(|other| other.act == Act::Receive(message));
        let from = event.process;
        let gap = match receive.map(|receive| events[receive].process) {
            Some(to) if to < from => from - 1,
            Some(_) => from,
            None => from.min(diagram.processes.len().saturating_sub(2)),
        };
        let end = receive.unwrap_or(send + 1);
        let busy = |track: usize, routes: &[Route]| {
            routes.iter().any(|other| {
                let other_end = other.receive.unwrap_or(other.send + 1);
                other.gap == gap && other.track == track && other.send <= end && send <= other_end
            })
        };
        let track = (0..).find(|&track| !busy(track, &routes)).unwrap_or(0);
        tracks[gap] = tracks[gap].max(track + 1);
        routes.push(Route { message, send, receive, gap, track });
    }
    (routes, tracks)
}

fn tell(diagram: &SpaceTime<'_>) -> String {
    let process_of = |wanted: Act| {
        let event = diagram.events.iter().find(|event| event.act == wanted);
        event.map_or("nobody", |event| diagram.processes[event.process])
    };
    let mut lines = Vec::new();
    for (process, name) in diagram.processes.iter().enumerate() {
        let told: Vec<String> = diagram
            .events
            .iter()
            .filter(|event| event.process == process)
            .map(|event| match event.act {
                Act::Local => format!("{} is local", event.label),
                Act::Send(m) => match process_of(Act::Receive(m)) {
                    "nobody" => format!("{} sends m{}, which is lost", event.label, m + 1),
                    to => format!("{} sends m{} to {to}", event.label, m + 1),
                },
                Act::Receive(m) => {
                    format!("{} receives m{} from {}", event.label, m + 1, process_of(Act::Send(m)))
                }
            })
            .collect();
        let told = if told.is_empty() { "no events".to_owned() } else { told.join("; ") };
        lines.push(format!("Process {name}, in order: {told}."));
    }
    if let Some(cut) = diagram.cut {
        let parts: Vec<String> = cut
            .iter()
            .zip(diagram.processes)
            .map(|(&taken, name)| format!("{} of {name}", text::plural(taken, "event")))
            .collect();
        lines.push(format!("The cut takes the first {}.", text::list(&parts)));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(process: usize, act: Act, label: &str) -> Event {
        Event { process, act, label: label.to_owned() }
    }

    #[test]
    fn messages_run_down_and_up_and_cross() {
        let events = [
            event(0, Act::Send(0), "a1"),
            event(2, Act::Send(1), "c1"),
            event(1, Act::Local, "b1"),
            event(0, Act::Receive(1), "a2"),
            event(2, Act::Receive(0), "c2"),
            event(1, Act::Send(2), "b2"),
        ];
        let picture =
            space_time(&SpaceTime { processes: &["A", "B", "C"], events: &events, cut: Some(&[1, 0, 2]) });
        let expected = "\
A ──●a1┃───────────▲a2─────────────▶
    └m1────────────┼────┐
B ─┃──────────●b1──┼────┼────●b2───▶
         ┌m2───────┘    │    └m3─×
C ───────●c1────────────▼c2┃───────▶";
        assert_eq!(picture.text, expected);
        let spoken = "\
Process A, in order: a1 sends m1 to C; a2 receives m2 from C.
Process B, in order: b1 is local; b2 sends m3, which is lost.
Process C, in order: c1 sends m2 to A; c2 receives m1 from A.
The cut takes the first 1 event of A, 0 events of B and 2 events of C.";
        assert_eq!(picture.spoken, spoken);
    }
}
