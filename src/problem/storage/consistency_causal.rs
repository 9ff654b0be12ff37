//! `consistency.causal`: whether what processes read is sequentially consistent, causally consistent, or neither, and
//! what a causally consistent store may return (Ahamad et al. 1995, "Causal memory"); by search.
//! Histories with real time: `consistency.history`.

use serde_json::{Value, json};

use crate::problem::diagram::{Picture, table};
use crate::problem::text::list;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &ConsistencyCausal;

struct ConsistencyCausal;

const ONE_ORDER: &str = "you asked all processes to agree on one order; under causal consistency each may put \
                         concurrent writes in an order of its own";
const ALL_SERVED: &str =
    "you checked each process by itself; sequential consistency needs one order for all of them";
const LATE: &str = "you took a late read for a fault; without real time it may still go before the write";
const PAST: &str = "you left out what a process knows: who reads a value has also seen all that its writer had seen \
                    or written before";
const BACK: &str = "you let a process go back: what its own reads and writes have overtaken does not return";
const CONCURRENT: &str = "you kept the latest of the asker's own past only; a write that is concurrent with it may be \
                          seen as well";

const PROCESSES: [&str; 4] = ["P", "Q", "R", "S"];
const VARIABLES: [&str; 2] = ["x", "y"];

/// The most operations in a history. At most [`WRITES`] of them are writes.
const MOST: usize = 9;

/// The most writes, and so the highest value.
const WRITES: usize = 4;

/// One operation; a read of 0 found what was there at first. No value is written to one variable twice.
#[derive(Clone, Copy, PartialEq)]
struct Op {
    process: usize,
    write: bool,
    variable: usize,
    value: u8,
}

impl Op {
    fn told(&self) -> String {
        format!("{}{}={}", if self.write { "W" } else { "R" }, VARIABLES[self.variable], self.value)
    }
}

/// Operations, those of one process in its order; bit sets name some of them.
struct Story<'a> {
    ops: &'a [Op],
    /// What has to come before each operation.
    before: Vec<u32>,
}

impl<'a> Story<'a> {
    /// Takes over each process's own order.
    fn sequential(ops: &'a [Op]) -> Self {
        let earlier = |at: usize| {
            (0..at)
                .filter(|&other| ops[other].process == ops[at].process)
                .fold(0, |set, other| set | 1 << other)
        };
        Self { ops, before: (0..ops.len()).map(earlier).collect() }
    }

    /// Adds that a write comes before whoever read it, and what follows from it.
    ///
    /// Nothing when something would come before itself.
    fn causal(ops: &'a [Op]) -> Option<Self> {
        let mut story = Self::sequential(ops);
        for (at, op) in ops.iter().enumerate() {
            if !op.write && op.value != 0 {
                story.before[at] |= 1 << source(ops, op)?;
            }
        }
        for _ in 0..ops.len() {
            for at in 0..ops.len() {
                let further = members(story.before[at]).fold(0, |set, other| set | story.before[other]);
                story.before[at] |= further;
            }
        }
        (0..ops.len()).all(|at| story.before[at] >> at & 1 == 0).then_some(story)
    }

    /// Looks for an order of some operations that keeps what comes before and explains their reads.
    fn order(&self, some: u32) -> Option<Vec<usize>> {
        let mut order = Vec::with_capacity(self.ops.len());
        self.extend(some, [0; 2], &mut order, &mut [0; 1 << MOST]).then_some(order)
    }

    /// Takes one more operation into an order; `dead` has, by what is left, the values held from which there is no way on.
    fn extend(&self, left: u32, held: [u8; 2], order: &mut Vec<usize>, dead: &mut [u32; 1 << MOST]) -> bool {
        if left == 0 {
            return true;
        }
        let state = 1 << (held[0] * (WRITES as u8 + 1) + held[1]);
        if dead[left as usize] & state != 0 {
            return false;
        }
        for at in members(left) {
            let op = &self.ops[at];
            if self.before[at] & left != 0 || (!op.write && held[op.variable] != op.value) {
                continue;
            }
            let mut next = held;
            next[op.variable] = op.value;
            order.push(at);
            if self.extend(left & !(1 << at), next, order, dead) {
                return true;
            }
            order.pop();
        }
        dead[left as usize] |= state;
        false
    }

    /// What a process has to put in order: all writes and its own reads.
    fn view(&self, process: usize) -> u32 {
        let seen = |op: &Op| op.write || op.process == process;
        (0..self.ops.len()).filter(|&at| seen(&self.ops[at])).fold(0, |set, at| set | 1 << at)
    }
}

fn members(mut set: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = (set != 0).then(|| set.trailing_zeros() as usize);
        set &= set.wrapping_sub(1);
        at
    })
}

/// The write that a read returned.
fn source(ops: &[Op], read: &Op) -> Option<usize> {
    ops.iter().position(|op| op.write && op.variable == read.variable && op.value == read.value)
}

fn sequential(ops: &[Op]) -> Option<Vec<usize>> {
    Story::sequential(ops).order((1 << ops.len()) - 1)
}

/// The order in which each process can have seen the writes; the first process that has none is the error.
fn causal(ops: &[Op], processes: usize) -> Result<Vec<Vec<usize>>, usize> {
    let Some(story) = Story::causal(ops) else { return Err(0) };
    (0..processes).map(|process| story.order(story.view(process)).ok_or(process)).collect()
}

impl Family for ConsistencyCausal {
    fn name(&self) -> &'static str {
        "consistency.causal"
    }

    fn title(&self) -> &'static str {
        "tell sequential from causal consistency"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "asks",
                    "a verdict, the strongest model, or what a read can return",
                    &["causal", "model", "reads"],
                    &[],
                )
                .graded_words([&["causal"], &["model", "reads"], &["model", "reads"]]),
                Parameter::integer("processes", "processes", (2, 4), &[]).graded([&[2, 3], &[3], &[3, 4]]),
                Parameter::integer("operations", "reads and writes", (5, MOST as i64), &[]).graded([
                    &[5],
                    &[6, 7],
                    &[8, 9],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[ONE_ORDER, ALL_SERVED, LATE, PAST, BACK, CONCURRENT]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let count = with.count("operations");
        // With hardly more operations than processes, one order serves all.
        let processes = with.count("processes").min(count - 2);
        let variables = difficulty.of([1, 2, 2]);
        match with.word("asks") {
            "causal" => verdict(count, processes, variables, draw),
            "model" => model(count, processes, variables, draw),
            _ => reads(count, processes, variables, draw),
        }
    }
}

/// Draws who does what, process after process; what is read is still open.
fn programs(count: usize, processes: usize, variables: usize, draw: &mut Draw) -> Vec<Op> {
    let mut lengths = vec![1; processes];
    (processes..count).for_each(|_| lengths[draw.range(0, processes - 1)] += 1);
    let writes = (count / 2).min(WRITES);
    let places = draw.permutation(count);
    let mut values = [0_u8; 2];
    let mut ops = Vec::with_capacity(count);
    for (process, &length) in lengths.iter().enumerate() {
        for _ in 0..length {
            let variable = draw.range(0, variables - 1);
            let write = places[ops.len()] < writes;
            values[variable] += u8::from(write);
            ops.push(Op { process, write, variable, value: if write { values[variable] } else { 0 } });
        }
    }
    ops
}

fn written(ops: &[Op], variable: usize) -> u8 {
    ops.iter().filter(|op| op.write && op.variable == variable).count() as u8
}

/// Runs the programs on replicas that hand each other writes late, but causes first; the reads return what is there.
fn run(ops: &mut [Op], processes: usize, draw: &mut Draw) {
    let mut held = [[0_u8; 2]; 4];
    // The writes that a process has seen, and for each write those that its writer had seen before.
    let mut seen = [0_u32; 4];
    let mut causes = [0_u32; 32];
    let mut made = 0_u32;
    let mut next: Vec<usize> = (0..processes)
        .map(|process| ops.iter().position(|op| op.process == process).unwrap_or(ops.len()))
        .collect();
    let mut left = ops.len();
    while left > 0 {
        let process = draw.range(0, processes - 1);
        let known = seen[process];
        let arrives = members(made & !known).filter(|&write| causes[write] & !known == 0);
        if let (true, Some(write)) = (draw.coin(), arrives.last()) {
            seen[process] |= 1 << write;
            held[process][ops[write].variable] = ops[write].value;
        } else if let Some(op) = ops.get_mut(next[process]).filter(|op| op.process == process) {
            if op.write {
                causes[next[process]] = known;
                made |= 1 << next[process];
                seen[process] |= 1 << next[process];
                held[process][op.variable] = op.value;
            } else {
                op.value = held[process][op.variable];
            }
            next[process] += 1;
            left -= 1;
        }
    }
}

/// Draws a history that is worth a question: two processes write, and what is read is written somewhere.
///
/// It is causally consistent unless `spoilt`: then one read returns something else.
fn story(count: usize, processes: usize, variables: usize, spoilt: bool, draw: &mut Draw) -> Vec<Op> {
    draw.until(|draw| {
        let mut ops = programs(count, processes, variables, draw);
        let first = ops.iter().find(|op| op.write)?.process;
        let shared = ops.iter().any(|op| op.write && op.process != first);
        let idle = ops.iter().any(|op| !op.write && written(&ops, op.variable) == 0);
        if !shared || idle {
            return None;
        }
        run(&mut ops, processes, draw);
        if spoilt {
            let reads: Vec<usize> = (0..count).filter(|&at| !ops[at].write).collect();
            let at = *draw.pick(&reads);
            let most = written(&ops, ops[at].variable);
            ops[at].value = draw.range(0, usize::from(most)) as u8;
            // A read of what its own process writes only later is no riddle.
            Story::causal(&ops)?;
        }
        Some(ops)
    })
}

fn picture(ops: &[Op], processes: usize, hidden: Option<usize>) -> Picture {
    let longest = (0..processes).map(|p| ops.iter().filter(|op| op.process == p).count()).max().unwrap_or(0);
    let heads: Vec<String> = (1..=longest).map(|place| format!("op {place}")).collect();
    let head: Vec<&str> = std::iter::once("process").chain(heads.iter().map(String::as_str)).collect();
    let rows: Vec<Vec<String>> = (0..processes)
        .map(|process| {
            let mut row = vec![PROCESSES[process].to_owned()];
            for (at, op) in ops.iter().enumerate().filter(|(_, op)| op.process == process) {
                row.push(if hidden == Some(at) {
                    format!("R{}=?", VARIABLES[op.variable])
                } else {
                    op.told()
                });
            }
            row.resize(head.len(), String::new());
            row
        })
        .collect();
    table(&head, &rows)
}

fn values(ops: &[Op], asks: &str, processes: usize, asked: Option<usize>) -> Value {
    let told = |(at, op): (usize, &Op)| {
        json!({
            "process": PROCESSES[op.process], "kind": if op.write { "write" } else { "read" },
            "variable": VARIABLES[op.variable], "value": (asked != Some(at)).then_some(op.value),
        })
    };
    let operations: Vec<Value> = ops.iter().enumerate().map(told).collect();
    json!({ "asks": asks, "processes": processes, "asked": asked, "operations": operations })
}

fn legend(variables: usize) -> String {
    let what = if variables == 1 {
        "A store holds `x`, 0 at first."
    } else {
        "A store holds `x` and `y`, both 0 at first."
    };
    format!(
        "{what} `Wx=1` writes 1 to x, `Rx=1` is a read of x that returned 1. Each line is one process in its own order; \
         nothing is known of time between processes."
    )
}

const CAUSAL: &str = "**Causally consistent**: each process has an order of all writes and its own reads that explains \
                      these reads and in which whatever causally precedes comes first: what the same process did \
                      before, a write before whoever read its value, and so on along such steps. The orders of two \
                      processes may differ.";
const SEQUENTIAL: &str = "**Sequentially consistent**: one order of all operations explains every read and keeps each \
                          process's own order.";

fn in_order(ops: &[Op], order: &[usize]) -> String {
    let told: Vec<String> =
        order.iter().map(|&at| format!("{} by {}", ops[at].told(), PROCESSES[ops[at].process])).collect();
    told.join(", ")
}

/// How each process that reads can have seen the writes.
fn views(ops: &[Op], orders: &[Vec<usize>]) -> String {
    let readers = (0..orders.len()).filter(|&p| ops.iter().any(|op| !op.write && op.process == p));
    let told: Vec<String> = readers
        .map(|process| format!("{}: {}", PROCESSES[process], in_order(ops, &orders[process])))
        .collect();
    told.join("; ")
}

/// Why a process has no order: what it read, and what had to come before.
fn no_view(ops: &[Op], process: usize) -> String {
    let Some(story) = Story::causal(ops) else {
        return "Some read would come before the write whose value it returned.".to_owned();
    };
    // The first read that cannot be explained, the process's reads being added one by one.
    let mut kept = story.view(process);
    let reads: Vec<usize> = members(kept).filter(|&at| !ops[at].write).collect();
    reads.iter().for_each(|&at| kept &= !(1 << at));
    let mut known = String::new();
    for &at in &reads {
        kept |= 1 << at;
        let Some(order) = story.order(kept) else {
            let must: Vec<usize> = members(story.before[at]).filter(|&other| ops[other].write).collect();
            let writes: Vec<String> = must.iter().map(|&other| format!("`{}`", ops[other].told())).collect();
            let past = if writes.is_empty() {
                String::new()
            } else {
                format!(" Before it, {} must have seen {}.", PROCESSES[process], list(&writes))
            };
            return format!(
                "{}'s `{}` has no place among the writes.{past}{known}",
                PROCESSES[process],
                ops[at].told()
            );
        };
        known = format!(" Up to there it may have seen {}.", in_order(ops, &order));
    }
    format!("{} has no order that explains its reads.", PROCESSES[process])
}

/// Why a causally consistent history is or is not, in sentences.
fn causal_reason(ops: &[Op], processes: usize) -> String {
    match causal(ops, processes) {
        Ok(orders) => format!("Each process has an order: {}.", views(ops, &orders)),
        Err(process) => no_view(ops, process),
    }
}

fn sequential_reason(ops: &[Op]) -> String {
    match sequential(ops) {
        Some(order) => format!("One order serves all: {}.", in_order(ops, &order)),
        None => "No one order of all operations explains every read.".to_owned(),
    }
}

fn verdict(count: usize, processes: usize, variables: usize, draw: &mut Draw) -> Instance {
    let (ops, holds) = draw.with_verdict(
        |draw| {
            draw.until(|draw| {
                let spoilt = draw.chance(2, 3);
                let ops = story(count, processes, variables, spoilt, draw);
                // Where one order serves all, the question is the easy one: seldom.
                (sequential(&ops).is_none() || draw.chance(1, 3)).then_some(ops)
            })
        },
        |ops| causal(ops, processes).is_ok(),
    );
    let solution = causal_reason(&ops, processes);
    let cause = match (holds, sequential(&ops).is_some()) {
        (true, true) => LATE,
        (true, false) => ONE_ORDER,
        // By itself, each process's order would do.
        (false, _) if own_orders(&ops, processes) => PAST,
        (false, _) => BACK,
    };
    let picture = picture(&ops, processes, None);
    let form = answer::verdict(
        holds,
        ("causally consistent", solution.clone()),
        ("not causally consistent", solution.clone()),
    );
    Instance::new(
        format!("{}\n\n{}\n\n{CAUSAL}\n\nIs this history?", legend(variables), picture.fence()),
        form,
        solution,
        values(&ops, "causal", processes, None),
    )
    .spoken(picture.spoken)
    .mistake_other_verdict(cause)
}

/// Whether each process's reads are explained by all writes in the writers' own orders, whatever others have read.
fn own_orders(ops: &[Op], processes: usize) -> bool {
    let story = Story::sequential(ops);
    (0..processes).all(|process| story.order(story.view(process)).is_some())
}

fn model(count: usize, processes: usize, variables: usize, draw: &mut Draw) -> Instance {
    let kind = |ops: &[Op]| match causal(ops, processes) {
        Err(_) => 2,
        Ok(_) if sequential(ops).is_some() => 0,
        Ok(_) => 1,
    };
    let wanted = draw.range(0, 2);
    let ops = draw.until(|draw| {
        let ops = story(count, processes, variables, wanted == 2, draw);
        (kind(&ops) == wanted).then_some(ops)
    });
    let (one, each) = (sequential_reason(&ops), causal_reason(&ops, processes));
    let solution = if wanted == 0 { one.clone() } else { format!("{one} {each}") };
    let options = vec![
        answer::option("sequentially consistent", wanted == 0, one),
        answer::option("causally consistent, not sequentially", wanted == 1, each.clone()),
        answer::option("not even causally consistent", wanted == 2, each),
    ];
    let picture = picture(&ops, processes, None);
    let wrong = if own_orders(&ops, processes) { PAST } else { BACK };
    let instance = Instance::new(
        format!(
            "{}\n\n{}\n\n- {SEQUENTIAL}\n- {CAUSAL}\n\nWhat is the most that holds of this history?",
            legend(variables),
            picture.fence()
        ),
        answer::choice(options),
        solution,
        values(&ops, "model", processes, None),
    )
    .spoken(picture.spoken);
    match wanted {
        0 => instance.mistake(vec![1], LATE).mistake(vec![2], LATE),
        1 => instance.mistake(vec![2], ONE_ORDER).mistake(vec![0], ALL_SERVED),
        _ => instance.mistake(vec![1], wrong).mistake(vec![0], wrong),
    }
}

fn reads(count: usize, processes: usize, variables: usize, draw: &mut Draw) -> Instance {
    let with = |ops: &[Op], at: usize, value: u8| {
        let mut ops = ops.to_vec();
        ops[at].value = value;
        ops
    };
    // One value only is common, all are rare: how many there are is drawn first.
    let wanted = draw.range(1, 3);
    let (ops, at, possible) = draw.until(|draw| {
        let ops = story(count, processes, variables, false, draw);
        let at = (0..ops.len()).rfind(|&at| {
            !ops[at].write && ops.iter().skip(at + 1).all(|later| later.process != ops[at].process)
        })?;
        let most = written(&ops, ops[at].variable);
        let earlier = ops[..at].iter().any(|op| op.process == ops[at].process);
        if !earlier || most < 2 {
            return None;
        }
        let possible: Vec<u8> =
            (0..=most).filter(|&value| causal(&with(&ops, at, value), processes).is_ok()).collect();
        let fits = possible.len() == wanted || draw.chance(1, 60);
        fits.then_some((ops, at, possible))
    });
    let read = ops[at];
    let most = written(&ops, read.variable);
    let reason = |value: u8| {
        let ops = with(&ops, at, value);
        match causal(&ops, processes) {
            Ok(orders) => {
                format!("{} sees {}", PROCESSES[read.process], in_order(&ops, &orders[read.process]))
            }
            Err(process) if process == read.process => "no order of its own has room for it".to_owned(),
            Err(process) => format!("{} would have no order", PROCESSES[process]),
        }
    };
    let options: Vec<_> = (0..=most)
        .map(|value| answer::option(value.to_string(), possible.contains(&value), reason(value)))
        .collect();
    let chosen = |fits: &dyn Fn(u8) -> bool| -> Vec<usize> {
        (0..=most).filter(|&value| fits(value)).map(usize::from).collect()
    };
    let one_order = chosen(&|value| sequential(&with(&ops, at, value)).is_some());
    let unaware = chosen(&|value| own_orders(&with(&ops, at, value), processes));
    let all = chosen(&|_| true);
    // The last write in the reader's causal past, the read itself telling nothing.
    let mut silent = ops.clone();
    silent.remove(at);
    let newest = Story::causal(&silent).and_then(|story| {
        let past = |other: usize| {
            ops[..at]
                .iter()
                .rposition(|op| op.process == read.process)
                .is_some_and(|last| last == other || story.before[last] >> other & 1 == 1)
        };
        let own =
            |other: &usize| silent[*other].write && silent[*other].variable == read.variable && past(*other);
        let seen: Vec<usize> = (0..silent.len()).filter(own).collect();
        seen.iter()
            .copied()
            .find(|&last| seen.iter().all(|&one| one == last || story.before[last] >> one & 1 == 1))
            .map(|last| silent[last].value)
    });
    let picture = picture(&ops, processes, Some(at));
    let steps: Vec<String> = (0..=most)
        .map(|value| {
            let may = if possible.contains(&value) { "possible" } else { "not possible" };
            format!("{value} is {may}: {}", reason(value))
        })
        .collect();
    let mut instance = Instance::new(
        format!(
            "{}\n\n{}\n\n{CAUSAL}\n\nThe store is causally consistent. What can the read by **{}** marked `?` have returned? \
             (several)",
            legend(variables),
            picture.fence(),
            PROCESSES[read.process]
        ),
        answer::several(options),
        format!("{}.", steps.join(". ")),
        values(&ops, "reads", processes, Some(at)),
    )
    .spoken(picture.spoken);
    if let Some(newest) = newest {
        instance = instance.mistake(vec![usize::from(newest)], CONCURRENT);
    }
    for (wrong, name) in [(one_order, ONE_ORDER), (unaware, PAST), (all, BACK)] {
        if !wrong.is_empty() {
            instance = instance.mistake(wrong, name);
        }
    }
    instance
}
