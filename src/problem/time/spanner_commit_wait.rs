//! `spanner.commit-wait`: timestamps taken from clocks with a known uncertainty, and how long to wait for them to pass.

use serde_json::json;

use crate::card::Tolerance;
use crate::problem::text::{list, plural};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &CommitWait;

struct CommitWait;

const EARLIEST: &str =
    "you took the earliest end of the interval; the timestamp must not lie before true time";
const MIDDLE: &str = "you took the middle of the interval; true time may be later than that";
const NO_PREPARE: &str = "you forgot that the timestamp is no smaller than any prepare timestamp";
const NO_LAST: &str = "you forgot that the timestamp is above every one assigned before";
const NO_LAST_STEP: &str = "the timestamp must be above the last one, not the same";
const HALF_WAIT: &str = "you waited until true time passes s; the clock only knows that ε later";
const NO_WAIT: &str =
    "you released at once; another transaction could still start before s and get a smaller timestamp";
const OLD_EPSILON: &str = "you went on with the ε of before; the wait ends by the ε there is then";
const PREPARED_ITSELF: &str =
    "a transaction prepared at p may commit at p itself, so reads are safe only up to p − 1";
const PAXOS_ONLY: &str =
    "you looked at the applied writes only; a prepared transaction may still commit below that";
const LATEST_PREPARED: &str = "you took the latest prepared transaction; the earliest one is the limit";
const PREPARED_ONLY: &str =
    "you looked at the prepared transactions only; later writes are not applied here yet";

impl Family for CommitWait {
    fn name(&self) -> &'static str {
        "spanner.commit-wait"
    }

    fn title(&self) -> &'static str {
        "choose a commit timestamp and wait it out"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::integer("epsilon", "half the width of the clock's interval, in ms", (1, 20), &[])
                .graded([&[2, 3, 4, 5], &[2, 3, 4, 5, 6, 7], &[2, 3, 4, 5, 6, 7]])]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            EARLIEST,
            MIDDLE,
            NO_PREPARE,
            NO_LAST,
            NO_LAST_STEP,
            HALF_WAIT,
            NO_WAIT,
            OLD_EPSILON,
            PREPARED_ITSELF,
            PAXOS_ONLY,
            LATEST_PREPARED,
            PREPARED_ONLY,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        if draw.chance(1, 3) { safe_time(draw, difficulty) } else { commit(with, draw, difficulty) }
    }
}

fn ms(value: i64) -> crate::card::Form {
    answer::number(value as f64, "ms", Tolerance::Exact)
}

fn commit(with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let epsilon = with.integer("epsilon");
    let time = draw.integer(40, 400);
    let latest = time + epsilon;
    let level = difficulty.level();
    let prepares: Vec<i64> = if level == 0 {
        vec![]
    } else {
        let count = draw.range(1, 1 + usize::from(level));
        draw.distinct(count, latest - 6, latest + 5)
    };
    let last = (level > 0).then(|| draw.integer(latest - 4, latest + 5));
    let later_epsilon = if level == 2 {
        draw.until(|draw| Some(draw.integer(1, 9)).filter(|&e| e != epsilon))
    } else {
        epsilon
    };
    let s = prepares.iter().copied().chain([latest]).chain(last.map(|last| last + 1)).max().unwrap_or(latest);
    let ask = *draw.pick(&["timestamp", "release", "wait"]);

    let mut story = format!(
        "`TT.now()` returns an interval [t − ε, t + ε] in milliseconds, where t is true time. A leader commits a \
         transaction at true time **{time}**, when ε is **{epsilon} ms**. "
    );
    if !prepares.is_empty() {
        story += &format!(
            "The participants' prepare timestamp{}. ",
            match prepares.as_slice() {
                [one] => format!(" is **{one}**"),
                many => format!("s are **{}**", list(many)),
            }
        );
    }
    if let Some(last) = last {
        story += &format!("The last timestamp it assigned before is **{last}**. ");
    }
    let mut rule = "It chooses the smallest timestamp s that is no smaller than `TT.now().latest`".to_owned();
    if level > 0 {
        rule += " and than every prepare timestamp, and above the last one assigned (timestamps are whole)";
    }
    story += &rule;
    story += ". ";
    if ask != "timestamp" {
        story += &if level == 2 {
            format!("When it comes to releasing, ε is **{later_epsilon} ms**. ")
        } else {
            "ε does not change. ".to_owned()
        };
        story += "It releases the result as soon as `TT.now().earliest` is above s. ";
    }
    let (question, right) = match ask {
        "timestamp" => ("What is s?", s),
        "release" => ("Which true time must have passed when the result is released?", s + later_epsilon),
        _ => (
            "How many milliseconds lie between committing and that moment, at least?",
            s + later_epsilon - time,
        ),
    };
    let mut solution = format!("`TT.now().latest` is {time} + {epsilon} = {latest}");
    if level > 0 {
        solution += &format!(
            "; the prepare timestamps are {}, and the last one assigned makes it {} at least",
            list(&prepares),
            last.unwrap_or(latest) + 1
        );
    }
    solution += &format!(". So s = {s}.");
    if ask != "timestamp" {
        solution += &format!(
            " `TT.now().earliest` = t − {later_epsilon} is above {s} once t is beyond {s} + {later_epsilon} = {}",
            s + later_epsilon
        );
        solution += &if ask == "wait" {
            format!(", that is {} after {time}.", s + later_epsilon - time)
        } else {
            ".".to_owned()
        };
    }
    let from = if ask == "wait" { time } else { 0 };
    // What the asked value becomes when another s is chosen.
    let with_s = |s: i64| if ask == "timestamp" { s } else { s + later_epsilon - from };
    let without_prepares = last.map_or(latest, |last| latest.max(last + 1));
    let without_last = prepares.iter().copied().chain([latest]).max().unwrap_or(latest);
    let values = json!({
        "asks": ask, "time": time, "epsilon": epsilon, "later_epsilon": later_epsilon,
        "prepares": prepares, "last": last,
    });
    let mut instance = Instance::new(format!("{story}{question}"), ms(right), solution, values)
        .mistake(with_s(without_prepares), NO_PREPARE)
        .mistake(with_s(without_last), NO_LAST);
    if ask != "timestamp" {
        instance = instance
            .mistake(s + epsilon - from, OLD_EPSILON)
            .mistake(s - from, HALF_WAIT)
            .mistake(time - from, NO_WAIT);
    }
    if let Some(last) = last {
        instance = instance.mistake(with_s(without_last.max(last)), NO_LAST_STEP);
    }
    instance.mistake(with_s(time), MIDDLE).mistake(with_s(time - epsilon), EARLIEST)
}

fn safe_time(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let paxos = draw.integer(60, 400);
    let count = draw.range(difficulty.of([0, 1, 2]), difficulty.of([1, 3, 4]));
    let prepared = draw.distinct(count, paxos - 12, paxos + difficulty.of([3, 4, 6]));
    let first = prepared.iter().min().copied();
    let right = first.map_or(paxos, |first| paxos.min(first - 1));
    let told = match prepared.as_slice() {
        [] => "No transaction is prepared and undecided there.".to_owned(),
        [one] => {
            format!("One transaction is prepared there and undecided, with prepare timestamp **{one}**.")
        }
        many => format!(
            "{} are prepared there and undecided, with prepare timestamps **{}**.",
            plural(many.len(), "transaction"),
            list(many)
        ),
    };
    let solution = match first {
        None => format!("Nothing is prepared, so the applied writes are the only limit: {paxos}."),
        Some(first) => format!(
            "The earliest prepared transaction could commit at {first} itself, so {} at most; the applied writes reach \
             {paxos}. The smaller of {} and {paxos} is {right}.",
            first - 1,
            first - 1
        ),
    };
    let mut instance = Instance::new(
        format!(
            "A replica of Spanner has applied all writes up to timestamp **{paxos}** (its Paxos safe time). {told} \
             A transaction commits at its prepare timestamp or later; timestamps are whole numbers. What is the highest \
             timestamp at which the replica may serve a snapshot read?"
        ),
        answer::number(right as f64, "", Tolerance::Exact),
        solution,
        json!({ "asks": "safe-time", "paxos": paxos, "prepared": prepared }),
    );
    if let Some(first) = first {
        let latest = prepared.iter().max().copied().unwrap_or(first);
        instance = instance
            .mistake(paxos.min(first), PREPARED_ITSELF)
            .mistake(paxos, PAXOS_ONLY)
            .mistake(paxos.min(latest - 1), LATEST_PREPARED)
            .mistake(first - 1, PREPARED_ONLY);
    }
    instance
}
