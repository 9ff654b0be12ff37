//! `mvcc.timestamp-order`: multi-version timestamp ordering: who aborts, which version a read sees.

use serde_json::json;

use super::wording::{Steps, names, spellings};
use crate::problem::diagram;
use crate::problem::text::OBJECTS;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &MvccTimestampOrder;

struct MvccTimestampOrder;

const LATE_READ: &str = "you aborted a late read; with versions it finds the older one it needs";
const READ_IGNORED: &str =
    "you let a write pass although a younger transaction has read the version it would replace";
const LOCK_IGNORED: &str = "you let two uncommitted writes of the same object stand; the newest version is locked until its writer commits";
const GOES_ON: &str = "you went on with a transaction after its abort";
const NEWEST: &str = "you took the newest version; a read goes by its own timestamp";
const INITIAL: &str = "you took the first version; a later one is old enough too";

const ASKS: &[&str] = &["aborted", "sees"];

/// A step of a transaction, on an object.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Read(usize),
    Write(usize),
    Commit,
}

use Step::*;

impl Family for MvccTimestampOrder {
    fn name(&self) -> &'static str {
        "mvcc.timestamp-order"
    }

    fn title(&self) -> &'static str {
        "run multi-version timestamp ordering by hand"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "who is aborted, or which version a read sees", ASKS, ASKS)
                    .graded_words([
                        &["aborted", "sees"],
                        &["aborted", "aborted", "sees"],
                        &["aborted", "aborted", "sees"],
                    ]),
                Parameter::integer("transactions", "transactions in the schedule", (2, 5), &[]).graded([
                    &[3],
                    &[4],
                    &[5],
                ]),
                Parameter::integer("objects", "objects used", (1, 2), &[]).graded([&[1], &[1], &[2]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[LATE_READ, READ_IGNORED, LOCK_IGNORED, GOES_ON, NEWEST, INITIAL]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _: Difficulty) -> Instance {
        let asks = with.word("asks");
        let (count, objects) = (with.count("transactions"), with.count("objects"));
        let none = draw.chance(1, 6);
        let (steps, run) = draw.until(|draw| {
            let steps = draw_steps(draw, count, objects);
            let run = play(&steps, Rules::RIGHT, false)?;
            let fits = match asks {
                "aborted" => run.aborted.is_empty() == none,
                // The read asked for is the last that finds more than one version.
                _ => run.asked.is_some(),
            };
            fits.then_some((steps, run))
        });
        let ids: Vec<String> =
            std::iter::once("step".to_owned()).chain((1..=count).map(|id| format!("T{id}"))).collect();
        let head: Vec<&str> = ids.iter().map(String::as_str).collect();
        let rows: Vec<Vec<String>> = steps
            .iter()
            .enumerate()
            .map(|(index, &(by, step))| {
                let cell = |id| if id == by { shown(step) } else { String::new() };
                std::iter::once((index + 1).to_string()).chain((1..=count).map(cell)).collect()
            })
            .collect();
        let picture = diagram::table(&head, &rows);
        let values = json!({
            "asks": asks,
            "steps": steps.iter().map(|&(id, step)| json!([id, shown(step)])).collect::<Vec<_>>(),
            "asked": run.asked.map(|(step, ..)| step),
        });
        let ask = match run.asked {
            Some((step, id, _)) if asks == "sees" => format!(
                "Which version does T{id} read at step {}? Answer its timestamp: the number of its writer, or 0 for the first version.",
                step + 1
            ),
            _ => "Which transactions are aborted? List them in the order of their aborts, as `T3, T1`, or answer `none`.".to_owned(),
        };
        let prompt = format!(
            "Multi-version timestamp ordering: TS(Ti) = i. Every object has one committed version at first, with timestamp 0. A read \
             by T sees the newest version whose timestamp is at most TS(T), and raises the version's read timestamp to TS(T) if \
             that is larger. A write by T makes a new version with timestamp TS(T) after the newest one; T is aborted instead if the \
             newest version was written by another transaction that has not committed yet, if its read timestamp is larger than \
             TS(T), or if its own timestamp is. An aborted transaction's versions vanish, the rest of it is left out, and it is not \
             restarted.\n\n{}\n\n{ask}",
            picture.fence()
        );
        let solution = play(&steps, Rules::RIGHT, true).map(|run| run.steps.text()).unwrap_or_default();
        match run.asked {
            Some((_, _, seen)) if asks == "sees" => Instance::new(
                prompt,
                answer::count(seen),
                format!("{solution}\n\nIt sees the version of timestamp {seen}."),
                values,
            )
            .spoken(picture.spoken)
            .mistake(run.newest, NEWEST)
            .mistake(0_usize, INITIAL),
            _ => {
                let mut instance = Instance::new(
                    prompt,
                    answer::typed(spellings(&run.aborted)),
                    format!("{solution}\n\nAborted: {}.", names(&run.aborted)),
                    values,
                )
                .spoken(picture.spoken);
                for (slip, why) in [
                    (Rules { late_reads: false, ..Rules::RIGHT }, LATE_READ),
                    (Rules { reads: false, ..Rules::RIGHT }, READ_IGNORED),
                    (Rules { locks: false, ..Rules::RIGHT }, LOCK_IGNORED),
                    (Rules { stops: false, ..Rules::RIGHT }, GOES_ON),
                ] {
                    if let Some(wrong) = play(&steps, Rules { clean: false, ..slip }, false) {
                        instance = instance.mistake(names(&wrong.aborted), why);
                    }
                }
                instance
            }
        }
    }
}

fn draw_steps(draw: &mut Draw, count: usize, objects: usize) -> Vec<(usize, Step)> {
    let mut queues: Vec<Vec<Step>> = (0..count)
        .map(|_| {
            // Reversed, to be popped.
            let mut steps = vec![Commit];
            let first = draw.range(0, objects - 1);
            match draw.range(0, 4) {
                0 => steps.push(Read(first)),
                1 => steps.push(Write(first)),
                2 => steps.extend([Write(first), Read(draw.range(0, objects - 1))]),
                3 => steps.extend([Read(draw.range(0, objects - 1)), Write(first)]),
                _ => steps.extend([Write(draw.range(0, objects - 1)), Read(first)]),
            }
            steps
        })
        .collect();
    let mut steps = Vec::new();
    while queues.iter().any(|queue| !queue.is_empty()) {
        let open: Vec<usize> = (0..count).filter(|&index| !queues[index].is_empty()).collect();
        let index = *draw.pick(&open);
        if let Some(step) = queues[index].pop() {
            steps.push((index + 1, step));
            // A commit often follows at once, so that locks are not all there is.
            if queues[index].len() == 1 && draw.chance(1, 2) {
                queues[index].clear();
                steps.push((index + 1, Commit));
            }
        }
    }
    steps
}

fn shown(step: Step) -> String {
    match step {
        Read(object) => format!("R({})", OBJECTS[object]),
        Write(object) => format!("W({})", OBJECTS[object]),
        Commit => "commit".to_owned(),
    }
}

#[derive(Clone, Copy)]
struct Rules {
    /// Late reads find their version.
    late_reads: bool,
    /// Read timestamps stop writes.
    reads: bool,
    /// Uncommitted versions stop writes.
    locks: bool,
    /// An aborted transaction stops.
    stops: bool,
    /// Nobody reads what is not committed: such schedules are not asked about.
    clean: bool,
}

impl Rules {
    const RIGHT: Self = Self { late_reads: true, reads: true, locks: true, stops: true, clean: true };
}

struct Version {
    writer: usize,
    committed: bool,
    read: usize,
}

struct Run {
    aborted: Vec<usize>,
    steps: Steps,
    /// The read to ask for: step, transaction, timestamp seen.
    asked: Option<(usize, usize, usize)>,
    /// The newest version's timestamp at that read.
    newest: usize,
}

/// Plays a schedule; nothing where someone would read an uncommitted version, on which systems differ.
fn play(steps: &[(usize, Step)], rules: Rules, told: bool) -> Option<Run> {
    let mut objects: [Vec<Version>; 2] =
        [(); 2].map(|()| vec![Version { writer: 0, committed: true, read: 0 }]);
    let mut run = Run { aborted: Vec::new(), steps: Steps::new(told), asked: None, newest: 0 };
    for (index, &(id, step)) in steps.iter().enumerate() {
        let what = || format!("- {}. T{id} {}", index + 1, shown(step));
        if run.aborted.contains(&id) && rules.stops {
            run.steps.say(|| format!("{}: left out", what()));
            continue;
        }
        let why = match step {
            Commit => {
                let own = |version: &&mut Version| version.writer == id;
                objects.iter_mut().flatten().filter(own).for_each(|version| version.committed = true);
                run.steps.say(what);
                continue;
            }
            Read(object) => {
                let versions = &mut objects[object];
                let newest = versions.last().map_or(0, |version| version.writer);
                let many = versions.len() > 1;
                let seen = versions.iter_mut().rev().find(|version| version.writer <= id)?;
                if rules.clean && !seen.committed && seen.writer != id {
                    return None;
                }
                if newest > id && !rules.late_reads {
                    Some(format!("version {newest} is younger"))
                } else {
                    seen.read = seen.read.max(id);
                    if many && seen.writer != id && (newest != seen.writer || run.asked.is_none()) {
                        run.asked = Some((index, id, seen.writer));
                        run.newest = newest;
                    }
                    let (writer, read) = (seen.writer, seen.read);
                    run.steps.say(|| {
                        format!("{}: sees version {writer}, whose read timestamp is now {read}", what())
                    });
                    None
                }
            }
            Write(object) => {
                let name = OBJECTS[object];
                let newest = objects[object].last()?;
                if newest.writer == id {
                    run.steps.say(what);
                    None
                } else if !newest.committed && rules.locks {
                    Some(format!("T{} has not committed its version of {name}", newest.writer))
                } else if newest.read > id && rules.reads {
                    Some(format!("version {} of {name} was read at {} > {id}", newest.writer, newest.read))
                } else if newest.writer > id {
                    Some(format!("version {} of {name} is younger", newest.writer))
                } else {
                    objects[object].push(Version { writer: id, committed: false, read: 0 });
                    run.steps.say(|| format!("{}: makes version {id}", what()));
                    None
                }
            }
        };
        if let Some(why) = why {
            run.steps.say(|| format!("{}: {why}, T{id} is aborted", what()));
            if !run.aborted.contains(&id) {
                run.aborted.push(id);
            }
            if rules.stops {
                objects.iter_mut().for_each(|versions| versions.retain(|version| version.writer != id));
            }
        }
    }
    Some(run)
}
