//! `stream.windows`: which windows an event belongs to, when they fire, and which events come too late.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, text};

pub const FAMILY: &dyn Family = &Windows;

struct Windows;

const END_NOT_START: &str = "that is the window's end; its start was asked for";
const NEXT_WINDOW: &str = "a window holds its start and not its end: at its end the next one begins";
const FROM_EVENT: &str = "windows are aligned to 0, not to the event";
const ONE_WINDOW: &str = "hopping windows overlap: an event belongs to several";
const CLOSED_END: &str = "a window does not hold its own end";
const NEXT_ONES: &str =
    "you took the windows that start at the event or later; they must have started before it";
const ARRIVAL_ORDER: &str = "sort by event time first: sessions do not depend on the order of arrival";
const EQUAL_SPLITS: &str = "a pause of exactly the gap does not end a session here";
const GAPS: &str = "you counted the pauses; there is one session more";
const EVENT_BEHIND: &str = "an event behind the watermark is late only when its window has ended";
const OUT_OF_ORDER: &str = "an event out of order is not late yet: that depends on the watermark";
const NO_BOUND: &str = "the watermark stays behind the largest event time by the bound";
const MAXIMUM: &str = "the slowest input decides: take the minimum of the watermarks, not the maximum";
const IDLE_COUNTS: &str = "an input marked idle does not hold the others back";
const FIRES_EARLY: &str = "that window is not over yet: events for it may still come";
const FIRES_LATE: &str = "the watermark t promises that no event up to t is missing, so end − 1 is enough";
const LATENESS_EARLY: &str = "within the allowed lateness a late event still counts: the window fires again";
const LATENESS_LATE: &str =
    "the state of the window is gone: the watermark has passed its end by the allowed lateness";
const NOT_LATE: &str = "you went by the event alone; what counts is whether its window has fired";

impl Family for Windows {
    fn name(&self) -> &'static str {
        "stream.windows"
    }

    fn title(&self) -> &'static str {
        "assign events to windows and tell which come late"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["tumbling", "sessions"],
                    &["hopping", "sessions", "late", "channels"],
                    &["late", "hopping", "fires", "verdict"],
                ]),
                Parameter::one_of(
                    "size",
                    "length of a window in seconds",
                    &[10, 15, 20, 30, 60, 120, 300],
                    &[10, 15, 20, 30, 60],
                )
                .graded([&[10, 20, 30, 60], &[10, 20, 30, 60], &[20, 30, 60]]),
                Parameter::integer("events", "events, where several are shown", (3, 14), &[]).graded([
                    &[6, 7, 8],
                    &[7, 8, 9],
                    &[9, 10, 11],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            END_NOT_START,
            NEXT_WINDOW,
            FROM_EVENT,
            ONE_WINDOW,
            CLOSED_END,
            NEXT_ONES,
            ARRIVAL_ORDER,
            EQUAL_SPLITS,
            GAPS,
            EVENT_BEHIND,
            OUT_OF_ORDER,
            NO_BOUND,
            MAXIMUM,
            IDLE_COUNTS,
            FIRES_EARLY,
            FIRES_LATE,
            LATENESS_EARLY,
            LATENESS_LATE,
            NOT_LATE,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let (size, events) = (with.integer("size"), with.count("events"));
        match with.word("asks") {
            "tumbling" => tumbling(size, draw),
            "hopping" => hopping(size, draw),
            "sessions" => sessions(events, draw, difficulty),
            "late" => late(size, events, draw),
            "verdict" => verdict(size, draw),
            asks => channels(asks, size, draw, difficulty),
        }
    }
}

const ASKS: &[&str] = &["tumbling", "hopping", "sessions", "late", "channels", "fires", "verdict"];

const ALIGNED: &str = "Windows are aligned to time 0 and hold their start but not their end.";

fn tumbling(size: i64, draw: &mut Draw) -> Instance {
    let at = size * draw.integer(2, 30) + if draw.chance(1, 5) { 0 } else { draw.integer(1, size - 1) };
    let start = at / size * size;
    let mut instance = Instance::new(
        format!(
            "Events are counted in **tumbling** windows of **{size} s**. {ALIGNED} In seconds, when does the window **start** \
             that an event with timestamp **{at} s** belongs to?"
        ),
        answer::number(start as f64, "s", crate::card::Tolerance::Exact),
        format!("⌊{at}/{size}⌋·{size} = {}·{size} = {start}: the window [{start}, {}).", at / size, start + size),
        json!({ "asks": "tumbling", "size": size, "event": at }),
    )
    .mistake(start + size, END_NOT_START);
    if at == start {
        instance = instance.mistake(start - size, NEXT_WINDOW);
    }
    instance.mistake(at, FROM_EVENT)
}

fn hopping(size: i64, draw: &mut Draw) -> Instance {
    let divisors: Vec<i64> = [2, 5, 10, 15, 20, 30, 60, 100]
        .into_iter()
        .filter(|hop| size % hop == 0 && (2..=5).contains(&(size / hop)))
        .collect();
    let hop = *draw.pick(&divisors);
    let at = size * draw.integer(1, 12) + if draw.chance(1, 4) { hop } else { draw.integer(1, size - 1) };
    let newest = at / hop * hop;
    let count = size / hop;
    let starts: Vec<i64> = (0..count).rev().map(|back| newest - back * hop).collect();
    let closed: Vec<i64> = (0..=count).rev().map(|back| newest - back * hop).collect();
    let later: Vec<i64> = (1..=count).map(|ahead| newest + ahead * hop).collect();
    let spans: Vec<String> = starts.iter().map(|start| format!("[{start}, {})", start + size)).collect();
    let mut instance = Instance::new(
        format!(
            "Events are counted in **hopping** windows of **{size} s** with a hop of **{hop} s**: one starts every {hop} s. \
             {ALIGNED} To which windows does an event with timestamp **{at} s** belong? (Their **starts** in seconds, in \
             rising order, as `40, 50`.)"
        ),
        answer::tuple(&starts),
        format!(
            "The newest that has started is ⌊{at}/{hop}⌋·{hop} = {newest}; {size}/{hop} = {count} windows hold any moment: {}.",
            text::list(&spans)
        ),
        json!({ "asks": "hopping", "size": size, "hop": hop, "event": at }),
    )
    .mistake(text::tuple(&[at / size * size]), ONE_WINDOW)
    .mistake(text::tuple(&later), NEXT_ONES);
    if at == newest {
        instance = instance.mistake(text::tuple(&closed), CLOSED_END);
    }
    instance
}

fn sessions(events: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let gap = draw.integer(5, 15);
    let times = draw.until(|draw| {
        let mut times = vec![draw.integer(1, 9)];
        while times.len() < events {
            // Pauses well below the gap, just at it, and above it.
            let pause = match draw.weighted(&[4, 1, 3]) {
                0 => draw.integer(1, gap - 1),
                1 => gap,
                _ => gap + draw.integer(1, gap),
            };
            times.push(times[times.len() - 1] + pause);
        }
        let split = times.windows(2).any(|pair| pair[1] - pair[0] > gap);
        split.then_some(times)
    });
    let count = |times: &[i64], splits: &dyn Fn(i64) -> bool| {
        1 + times.windows(2).filter(|pair| splits(pair[1] - pair[0])).count()
    };
    let right = count(&times, &|pause| pause > gap);
    let mut shown = times.clone();
    if difficulty.level() > 0 {
        // A few events arrive late.
        for _ in 0..2 {
            let at = draw.range(0, shown.len() - 2);
            shown.swap(at, at + 1);
        }
    }
    let order = if difficulty.level() > 0 { ", in order of arrival" } else { "" };
    let breaks: Vec<String> = times
        .windows(2)
        .filter(|pair| pair[1] - pair[0] > gap)
        .map(|pair| format!("{}–{}", pair[0], pair[1]))
        .collect();
    let mut instance = Instance::new(
        format!(
            "Events of one user are grouped by **session**: a pause **longer than {gap} s** between two events that follow one \
             another in event time ends a session; one of exactly {gap} s does not. Timestamps in seconds{order}: {}. **How \
             many sessions** are there in the end? (Events that arrive late still count.)",
            text::list(&shown)
        ),
        answer::count(right),
        format!(
            "By event time {}; pauses above {gap}: {}. {} + 1 = {right} sessions.",
            text::list(&times),
            breaks.join(", "),
            right - 1
        ),
        json!({ "asks": "sessions", "gap": gap, "events": shown }),
    )
    .mistake(count(&times, &|pause| pause >= gap), EQUAL_SPLITS)
    .mistake(right - 1, GAPS);
    if shown != times {
        instance = instance.mistake(count(&shown, &|pause| pause.abs() > gap), ARRIVAL_ORDER);
    }
    instance
}

fn late(size: i64, events: usize, draw: &mut Draw) -> Instance {
    let bound = *draw.pick(&[0, 2, 3, 5, 8]);
    let (times, late) = draw.until(|draw| {
        let mut times = Vec::with_capacity(events);
        let mut front = size * draw.integer(1, 9) + draw.integer(0, size - 1);
        for _ in 0..events {
            let behind = draw.chance(2, 5);
            let at =
                if behind { front - draw.integer(1, size) } else { front + draw.integer(0, size / 2 + 3) };
            front = front.max(at);
            times.push(at);
        }
        let late = late_events(&times, size, bound);
        (times[0] > 0 && !late.is_empty() && times.iter().all(|&at| at >= 0)).then_some((times, late))
    });
    let fronts: Vec<i64> = times
        .iter()
        .scan(i64::MIN, |front, &at| {
            let before = *front;
            *front = before.max(at);
            Some(before)
        })
        .collect();
    let count = |is_late: &dyn Fn(usize) -> bool| (1..times.len()).filter(|&event| is_late(event)).count();
    let end = |event: usize| times[event].div_euclid(size) * size + size;
    let reasons: Vec<String> = late
        .iter()
        .map(|&event| {
            format!(
                "{} (window to {}, watermark {} − {bound} = {})",
                times[event],
                end(event),
                fronts[event],
                fronts[event] - bound
            )
        })
        .collect();
    let bound_text = if bound == 0 {
        "the largest timestamp that has arrived so far".to_owned()
    } else {
        format!("the largest timestamp that has arrived so far **less {bound} s**")
    };
    Instance::new(
        format!(
            "Events are counted in **tumbling** windows of **{size} s**. {ALIGNED} The **watermark** is {bound_text}; an event \
             is **late** when on its arrival the end of its window is **at or before the watermark**. There is no allowed \
             lateness. Timestamps in seconds, in order of arrival: {}. **How many** events are late?",
            text::list(&times)
        ),
        answer::count(late.len()),
        format!("Late: {}. The others come in time for their windows.", reasons.join("; ")),
        json!({ "asks": "late", "size": size, "bound": bound, "events": times }),
    )
    .mistake(count(&|event| times[event] < fronts[event] - bound), EVENT_BEHIND)
    .mistake(count(&|event| end(event) <= fronts[event]), NO_BOUND)
    .mistake(count(&|event| times[event] < fronts[event]), OUT_OF_ORDER)
}

/// The events whose window had ended by the watermark when they arrived, by index.
fn late_events(times: &[i64], size: i64, bound: i64) -> Vec<usize> {
    let mut late = Vec::new();
    let mut front = i64::MIN / 2;
    for (event, &at) in times.iter().enumerate() {
        if at.div_euclid(size) * size + size <= front - bound {
            late.push(event);
        }
        front = front.max(at);
    }
    late
}

fn channels(asks: &str, size: i64, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let inputs = difficulty.of([3, 4, 4]);
    let base = size * draw.integer(3, 12);
    let (marks, idle) = draw.until(|draw| {
        let mut marks: Vec<i64> = (0..inputs).map(|_| base + draw.integer(0, 2 * size)).collect();
        if asks == "fires" && draw.chance(1, 3) {
            // Just at the end of a window, less one or not.
            let at = draw.range(0, inputs - 1);
            marks[at] = base + size - draw.integer(0, 2);
        }
        let idle = draw.chance(2, 3).then(|| draw.range(0, inputs - 1));
        // An idle input stopped a while ago.
        if let Some(idle) = idle {
            marks[idle] -= draw.integer(size, 2 * size);
        }
        marks.iter().all(|&mark| mark > size).then_some((marks, idle))
    });
    let active = || (0..inputs).filter(|&input| Some(input) != idle).map(|input| marks[input]);
    let clock = active().min().unwrap_or(0);
    let (largest, all) = (active().max().unwrap_or(0), marks.iter().copied().min().unwrap_or(0));
    let told: Vec<String> = marks
        .iter()
        .enumerate()
        .map(|(input, mark)| {
            format!(
                "input {} **{mark}**{}",
                input + 1,
                if Some(input) == idle { " (marked **idle**)" } else { "" }
            )
        })
        .collect();
    let story = format!(
        "An operator has {inputs} inputs, each with its latest watermark, in seconds: {}. A watermark t says that no events with \
         timestamps **up to t** will follow.",
        text::list(&told)
    );
    let rest = match idle {
        Some(idle) => format!("Input {} is idle and left out; the least of the others is {clock}", idle + 1),
        None => format!("The least of the watermarks is {clock}"),
    };
    let values = json!({ "asks": asks, "size": size, "watermarks": marks, "idle": idle });
    if asks == "channels" {
        return Instance::new(
            format!("{story} How far is the **operator's own** event time (its watermark), in seconds?"),
            answer::number(clock as f64, "s", crate::card::Tolerance::Exact),
            format!("{rest}."),
            values,
        )
        .mistake(largest, MAXIMUM)
        .mistake(all, IDLE_COUNTS);
    }
    let newest = |clock: i64| (clock + 1) / size * size - size;
    let start = newest(clock);
    Instance::new(
        format!(
            "{story} It counts in **tumbling** windows of **{size} s**, aligned to 0, which hold their start but not their end; \
             timestamps are whole seconds, and a window [s, e) fires as soon as the operator's watermark is at least e − 1. In \
             seconds, when does the **newest window that has fired** start? (Each window holds some event.)"
        ),
        answer::number(start as f64, "s", crate::card::Tolerance::Exact),
        format!(
            "{rest}. [{start}, {}) has fired, for {} ≤ {clock}; [{}, {}) waits for {}.",
            start + size,
            start + size - 1,
            start + size,
            start + 2 * size,
            start + 2 * size - 1
        ),
        values,
    )
    .mistake(newest(all), IDLE_COUNTS)
    .mistake(newest(largest), MAXIMUM)
    .mistake(clock / size * size - size, FIRES_LATE)
    .mistake(start + size, FIRES_EARLY)
}

fn verdict(size: i64, draw: &mut Draw) -> Instance {
    let lateness = *draw.pick(&[5_i64, 10, 15, 20, 30]);
    let wanted = draw.range(0, 2);
    let (event, mark) = draw.until(|draw| {
        let event = size * draw.integer(2, 15) + draw.integer(0, size - 1);
        let end = event / size * size + size;
        // Boundaries matter: near the two limits more often than not.
        let limit = *draw.pick(&[end - 1, end - 1 + lateness]);
        let mark =
            if draw.chance(1, 3) { limit - draw.integer(0, 1) } else { limit + draw.integer(-size, size) };
        (fate(event, mark, size, lateness) == wanted).then_some((event, mark))
    });
    let start = event / size * size;
    let end = start + size;
    let because = format!(
        "its window is [{start}, {end}); it fires at watermark {} and is kept until {}; the watermark is {mark}",
        end - 1,
        end - 1 + lateness
    );
    let options = [
        "it is on time: its window has not fired yet",
        "it is late but still counts: its window fires again",
        "it is dropped",
    ];
    let options = options
        .iter()
        .enumerate()
        .map(|(at, text)| answer::option(*text, at == wanted, because.clone()))
        .collect();
    let mut instance = Instance::new(
        format!(
            "Events are counted in **tumbling** windows of **{size} s**, aligned to 0, which hold their start but not their end. \
             Timestamps are whole seconds; watermark t says that no events up to t will follow. A window [s, e) fires once the \
             watermark is at least e − 1; with an **allowed lateness of {lateness} s** it is dropped once the watermark is at \
             least e − 1 + {lateness}. The watermark stands at **{mark} s** when an event with timestamp **{event} s** arrives. \
             What becomes of it?"
        ),
        answer::choice(options),
        format!("{}{}.", because[..1].to_uppercase(), &because[1..]),
        json!({ "asks": "verdict", "size": size, "lateness": lateness, "event": event, "watermark": mark }),
    );
    instance = match wanted {
        0 if event <= mark => instance.mistake(vec![1], NOT_LATE).mistake(vec![2], NOT_LATE),
        0 => instance,
        1 => instance.mistake(vec![2], LATENESS_EARLY).mistake(vec![0], FIRES_LATE),
        _ => instance.mistake(vec![1], LATENESS_LATE),
    };
    instance
}

/// 0 in time, 1 late but accepted, 2 dropped.
fn fate(event: i64, mark: i64, size: i64, lateness: i64) -> usize {
    let last = event / size * size + size - 1;
    if mark < last {
        0
    } else if mark < last + lateness {
        1
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_late_when_its_window_has_ended() {
        // 12 is behind the watermark 13 but its window [10, 20) is not over; 9 is late.
        assert_eq!(late_events(&[5, 15, 12, 9], 10, 2), [3]);
        assert_eq!((fate(12, 18, 10, 5), fate(12, 19, 10, 5), fate(12, 24, 10, 5)), (0, 1, 2));
    }
}
