//! `concurrency.timestamp-order`: basic timestamp ordering, with and without Thomas's write rule.

use serde_json::json;

use super::wording::{Steps, names, spellings};
use crate::problem::diagram;
use crate::problem::text::OBJECTS;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &TimestampOrder;

struct TimestampOrder;

const NO_READ_STAMP: &str =
    "you checked a write against earlier writes only; a younger read rules it out too";
const READS_CLASH: &str = "you aborted a read because of a younger read; two reads do not conflict";
const READS_FREE: &str = "you let a read pass that came too late, after a younger write";
const GOES_ON: &str = "you went on with a transaction after its abort";
const NO_THOMAS: &str = "you aborted for an obsolete write; Thomas's rule skips it";
const THOMAS: &str = "you skipped an obsolete write; without Thomas's rule it aborts";
const LAST_READER: &str = "you took the last reader's timestamp; R-TS is the largest of all readers";

const ASKS: &[&str] = &["aborted", "stamps"];

/// An operation: transaction from 1, object, whether it writes.
type Op = (usize, usize, bool);

impl Family for TimestampOrder {
    fn name(&self) -> &'static str {
        "concurrency.timestamp-order"
    }

    fn title(&self) -> &'static str {
        "run basic timestamp ordering by hand"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "who is aborted, or an object's timestamps in the end", ASKS, ASKS)
                    .graded_words([
                        &["aborted", "stamps"],
                        &["aborted", "aborted", "stamps"],
                        &["aborted", "aborted", "stamps"],
                    ]),
                Parameter::bool("thomas", "whether Thomas's write rule applies", &[false]).graded_bools([
                    &[false],
                    &[false, true],
                    &[false, true, true],
                ]),
                Parameter::integer("transactions", "transactions in the schedule", (2, 5), &[]).graded([
                    &[3],
                    &[3, 4],
                    &[4, 5],
                ]),
                Parameter::integer("operations", "operations in the schedule", (6, 14), &[]).graded([
                    &[6],
                    &[7, 8],
                    &[9, 10],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[NO_READ_STAMP, READS_CLASH, READS_FREE, GOES_ON, NO_THOMAS, THOMAS, LAST_READER]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let (asks, thomas) = (with.word("asks"), with.bool("thomas"));
        let (count, length) = (with.count("transactions"), with.count("operations"));
        let objects = difficulty.of([1, 2, 2]);
        let rules = Rules { thomas, ..Rules::RIGHT };
        let none = asks == "aborted" && draw.chance(1, 6);
        let mut attempts = 0;
        let (ops, run) = draw.until(|draw| {
            attempts += 1;
            let ops: Vec<Op> = (0..length)
                .map(|_| (draw.range(1, count), draw.range(0, objects - 1), draw.coin()))
                .collect();
            let run = play(&ops, rules, false);
            let all = (1..=count).all(|id| ops.iter().any(|op| op.0 == id));
            let repeats = ops.windows(2).any(|pair| pair[0] == pair[1]);
            // Thomas's rule is worth printing where it matters.
            let applies = !thomas || run.skipped;
            let fits =
                if asks == "aborted" { run.aborted.is_empty() == none } else { run.stamps[0] != [0, 0] };
            // An author's sizes may rule some of this out; what is asked stays right.
            (all && (!repeats && applies && fits || attempts > 2_000)).then_some((ops, run))
        });
        let ids: Vec<String> = (1..=count).map(|id| format!("T{id}")).collect();
        let head: Vec<&str> = ids.iter().map(String::as_str).collect();
        let row =
            |op: &Op| (1..=count).map(|id| if id == op.0 { shown(op) } else { String::new() }).collect();
        let picture = diagram::table(&head, &ops.iter().map(row).collect::<Vec<_>>());
        let rule = if thomas {
            "Thomas's write rule applies: a write that comes after a younger write, but after no younger read, is skipped, and its \
             transaction goes on."
        } else {
            "Thomas's write rule does not apply."
        };
        let ask = if asks == "aborted" {
            "Which transactions are aborted? List them in the order of their aborts, as `T3, T1`, or answer `none`."
        } else {
            "What are R-TS(x) and W-TS(x) in the end? Answer as `4, 2`, R-TS first."
        };
        let prompt = format!(
            "Basic timestamp ordering: TS(Ti) = i, and R-TS and W-TS of every object are 0 at first. {rule} The rest of an aborted \
             transaction is left out and it is not restarted; the timestamps it set stay. Transactions ask for the operations \
             below, from top to bottom.\n\n{}\n\n{ask}",
            picture.fence()
        );
        let values = json!({
            "asks": asks, "thomas": thomas,
            "schedule": ops.iter().map(|&(id, object, writes)| json!([id, OBJECTS[object], writes])).collect::<Vec<_>>(),
        });
        let pair = |run: &Run| format!("{}, {}", run.stamps[0][0], run.stamps[0][1]);
        let (form, end) = if asks == "aborted" {
            (answer::typed(spellings(&run.aborted)), format!("Aborted: {}.", names(&run.aborted)))
        } else {
            let mut accepted = vec![pair(&run)];
            accepted.extend(answer::tuple_spellings(&run.stamps[0]));
            (
                answer::typed(accepted),
                format!("R-TS(x) = {}, W-TS(x) = {}.", run.stamps[0][0], run.stamps[0][1]),
            )
        };
        let solution = format!("{}\n\n{end}", play(&ops, rules, true).steps.text());
        let mut instance = Instance::new(prompt, form, solution, values).spoken(picture.spoken);
        for (slip, why) in [
            (Rules { thomas: !thomas, ..rules }, if thomas { NO_THOMAS } else { THOMAS }),
            (Rules { read_stamps: false, ..rules }, NO_READ_STAMP),
            (Rules { reads_clash: true, ..rules }, READS_CLASH),
            (Rules { reads_checked: false, ..rules }, READS_FREE),
            (Rules { stops: false, ..rules }, GOES_ON),
            (Rules { largest: false, ..rules }, LAST_READER),
        ] {
            let wrong = play(&ops, slip, false);
            instance =
                instance.mistake(if asks == "aborted" { names(&wrong.aborted) } else { pair(&wrong) }, why);
        }
        instance
    }
}

fn shown(&(_, object, writes): &Op) -> String {
    format!("{}({})", if writes { 'W' } else { 'R' }, OBJECTS[object])
}

/// The rules as they are, or as a learner may take them.
#[derive(Clone, Copy)]
struct Rules {
    thomas: bool,
    /// Writes are checked against R-TS.
    read_stamps: bool,
    /// Reads are checked against W-TS.
    reads_checked: bool,
    /// Reads are checked against R-TS as well.
    reads_clash: bool,
    /// An aborted transaction stops.
    stops: bool,
    /// R-TS never falls.
    largest: bool,
}

impl Rules {
    const RIGHT: Self = Self {
        thomas: false,
        read_stamps: true,
        reads_checked: true,
        reads_clash: false,
        stops: true,
        largest: true,
    };
}

struct Run {
    aborted: Vec<usize>,
    skipped: bool,
    /// R-TS and W-TS by object.
    stamps: [[usize; 2]; 4],
    steps: Steps,
}

fn play(ops: &[Op], rules: Rules, told: bool) -> Run {
    let mut run = Run { aborted: Vec::new(), skipped: false, stamps: [[0; 2]; 4], steps: Steps::new(told) };
    for op in ops {
        let &(id, object, writes) = op;
        let name = OBJECTS[object];
        let what = || format!("- T{id} {}", shown(op));
        let gone = run.aborted.contains(&id);
        if gone && rules.stops {
            run.steps.say(|| format!("{}: left out", what()));
            continue;
        }
        let [read, written] = run.stamps[object];
        let late = if writes {
            if rules.read_stamps && id < read {
                Some(("R-TS", read))
            } else if id < written {
                if rules.thomas {
                    run.skipped = true;
                    run.steps.say(|| format!("{}: {id} < W-TS({name}) = {written}, skipped", what()));
                    continue;
                }
                Some(("W-TS", written))
            } else {
                None
            }
        } else if (rules.reads_checked && id < written) || (rules.reads_clash && id < read) {
            Some(("W-TS", written))
        } else {
            None
        };
        if let Some(late) = late {
            run.steps.say(|| format!("{}: {id} < {}({name}) = {}, T{id} is aborted", what(), late.0, late.1));
            if !gone {
                run.aborted.push(id);
            }
            continue;
        }
        let stamp = usize::from(writes);
        let before = run.stamps[object][stamp];
        run.stamps[object][stamp] = if writes || !rules.largest { id } else { id.max(before) };
        let stamp_name = if writes { "W-TS" } else { "R-TS" };
        let now = run.stamps[object][stamp];
        run.steps.say(|| format!("{}: {stamp_name}({name}) = {now}", what()));
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_schedule() {
        // R1B W2A W1A
        let ops = [(1, 1, false), (2, 0, true), (1, 0, true)];
        assert_eq!(play(&ops, Rules::RIGHT, false).aborted, [1]);
        let run = play(&ops, Rules { thomas: true, ..Rules::RIGHT }, false);
        assert!(run.aborted.is_empty() && run.skipped);
    }
}
