//! `ml.ssp`: who may go on under stale synchronous parallelism, what a read surely sees, and how far workers get.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, text};

pub const FAMILY: &dyn Family = &Ssp;

struct Ssp;

const LOCKSTEP: &str = "you made everyone wait for the slowest at once; s clocks ahead are allowed";
const EQUAL_WAITS: &str = "a worker exactly s clocks ahead of the slowest may still go on";
const ONE_MORE_FREE: &str = "a worker s + 1 clocks ahead of the slowest has to wait";
const NEIGHBOUR: &str = "the slowest worker decides, not the next slower one";
const NO_STALENESS: &str = "you took the newest updates for granted; they may be missing for s clocks more";
const OFF_BY_ONE: &str = "off by one: the last iteration surely seen is c − s − 1";
const STOPS_EARLY: &str = "exactly s clocks ahead it may do one more iteration, and waits only after that";
const UNBOUNDED: &str = "you let the worker run as if nobody held it back";
const SLOWEST_PACE: &str = "you held the worker to the pace of the slowest; it may be ahead";
const AVERAGE: &str = "the slowest and the fastest decide, no average";

impl Family for Ssp {
    fn name(&self) -> &'static str {
        "ml.ssp"
    }

    fn title(&self) -> &'static str {
        "tell who may go on under stale synchronous parallelism"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "asks",
                    "what is asked",
                    &["waiting", "sees", "run", "staleness", "progress"],
                    &[],
                )
                .graded_words([
                    &["waiting", "staleness"],
                    &["waiting", "sees", "run"],
                    &["progress", "waiting", "sees"],
                ]),
                Parameter::integer("workers", "workers", (2, 8), &[]).graded([&[3, 4], &[4, 5], &[5, 6, 7]]),
                Parameter::integer("staleness", "how many clocks a worker may be ahead", (0, 10), &[])
                    .graded([&[1, 2, 3], &[1, 2, 3, 4], &[2, 3, 4, 5]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            LOCKSTEP,
            EQUAL_WAITS,
            ONE_MORE_FREE,
            NEIGHBOUR,
            NO_STALENESS,
            OFF_BY_ONE,
            STOPS_EARLY,
            UNBOUNDED,
            SLOWEST_PACE,
            AVERAGE,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _difficulty: Difficulty) -> Instance {
        let (n, s) = (with.count("workers"), with.integer("staleness"));
        match with.word("asks") {
            "waiting" => waiting(n, s, draw),
            "sees" => sees(s, draw),
            "run" => run(n, s, draw),
            "staleness" => staleness(n, draw),
            _ => progress(n.min(4), s, draw),
        }
    }
}

const RULE: &str = "A worker's clock counts the iterations it has finished, so its next iteration bears the number of \
                    its clock. It may begin it if the **slowest** worker's clock is at least its own less s.";

fn names(n: usize) -> Vec<String> {
    text::PROCESSES[..n].iter().map(|&name| name.to_owned()).collect()
}

fn told(clocks: &[i64]) -> String {
    let told: Vec<String> =
        clocks.iter().zip(text::PROCESSES).map(|(clock, name)| format!("{name} at **{clock}**")).collect();
    text::list(&told)
}

fn slowest(clocks: &[i64]) -> i64 {
    clocks.iter().copied().min().unwrap_or(0)
}

fn waiting(n: usize, s: i64, draw: &mut Draw) -> Instance {
    let base = draw.integer(2, 20);
    let clocks = draw.until(|draw| {
        // No clock may be further ahead than the rule has ever let a worker get.
        let clocks: Vec<i64> = (0..n).map(|_| base + draw.integer(0, s + 1)).collect();
        let min = slowest(&clocks);
        clocks.iter().any(|&clock| clock > min + s).then_some(clocks)
    });
    let min = slowest(&clocks);
    let ahead = |by: i64| -> Vec<usize> { (0..n).filter(|&worker| clocks[worker] > min + by).collect() };
    let options = names(n)
        .into_iter()
        .zip(&clocks)
        .map(|(name, &clock)| {
            let waits = clock > min + s;
            let reason = format!(
                "{clock} − {min} = {}, {} s = {s}",
                clock - min,
                if waits { "more than" } else { "within" }
            );
            answer::option(name, waits, reason)
        })
        .collect();
    let mut sorted = clocks.clone();
    sorted.sort_unstable();
    let by_neighbour: Vec<usize> = (0..n)
        .filter(|&worker| {
            let below = sorted.iter().rev().find(|&&clock| clock < clocks[worker]);
            below.is_some_and(|&below| clocks[worker] > below + s)
        })
        .collect();
    let waits: Vec<String> = ahead(s).iter().map(|&worker| text::PROCESSES[worker].to_owned()).collect();
    let mut instance = Instance::new(
        format!(
            "Workers train by **stale synchronous parallelism** with staleness **s = {s}**. {RULE}\n\nTheir clocks: {}. \
             **Which workers must wait** now (several may be right)?",
            told(&clocks)
        ),
        answer::several(options),
        format!(
            "The slowest is at {min}, so up to {min} + {s} = {} a worker may go on; {} above it.",
            min + s,
            if waits.len() == 1 { format!("{} is", waits[0]) } else { format!("{} are", text::list(&waits)) }
        ),
        json!({ "asks": "waiting", "staleness": s, "clocks": clocks }),
    );
    if s > 0 {
        instance = instance.mistake(ahead(s - 1), EQUAL_WAITS).mistake(ahead(0), LOCKSTEP);
    }
    if by_neighbour.is_empty() { instance } else { instance.mistake(by_neighbour, NEIGHBOUR) }
}

fn sees(s: i64, draw: &mut Draw) -> Instance {
    let clock = s + 1 + draw.integer(1, 30);
    let last = clock - s - 1;
    Instance::new(
        format!(
            "Workers train by **stale synchronous parallelism** with staleness **s = {s}**; iterations are counted from 0. \
             {RULE}\n\nA worker is at clock **{clock}** and reads a parameter to begin iteration {clock}. Up to and \
             including **which iteration** does it surely see the updates of all workers?"
        ),
        answer::number(last as f64, "", crate::card::Tolerance::Exact),
        format!(
            "It may begin, so every worker's clock is at least {clock} − {s} = {}: iterations 0 to {last} are finished \
             everywhere. Later ones may be there, but need not.",
            clock - s
        ),
        json!({ "asks": "sees", "staleness": s, "clock": clock }),
    )
    .mistake(clock - s, OFF_BY_ONE)
    .mistake(clock - 1, NO_STALENESS)
}

fn run(n: usize, s: i64, draw: &mut Draw) -> Instance {
    let base = draw.integer(2, 40);
    let mut clocks: Vec<i64> = (0..n).map(|_| base + draw.integer(0, s)).collect();
    let stuck = draw.range(0, n - 1);
    clocks[stuck] = base;
    let runner = (stuck + draw.range(1, n - 1)) % n;
    let (who, other) = (text::PROCESSES[stuck], text::PROCESSES[runner]);
    let reached = base + s + 1;
    Instance::new(
        format!(
            "Workers train by **stale synchronous parallelism** with staleness **s = {s}**. {RULE}\n\nTheir clocks: {}. Now \
             {who} stops for good; nobody notices, and all others work on as long as they may. **At which clock** does \
             {other} stand in the end?",
            told(&clocks)
        ),
        answer::count(reached as usize),
        format!(
            "{who} stays at {base}. {other} may begin an iteration at any clock up to {base} + {s} = {}; finishing that one \
             brings it to {reached}, where it waits.",
            base + s
        ),
        json!({ "asks": "run", "staleness": s, "clocks": clocks, "stuck": stuck, "runner": runner }),
    )
    .mistake(base + s, STOPS_EARLY)
    .mistake(clocks[runner] + s, NEIGHBOUR)
    .mistake(base, LOCKSTEP)
}

fn staleness(n: usize, draw: &mut Draw) -> Instance {
    let base = draw.integer(3, 30);
    let clocks = draw.until(|draw| {
        let clocks: Vec<i64> = (0..n).map(|_| base + draw.integer(0, 9)).collect();
        let spread = clocks.iter().max()? - clocks.iter().min()?;
        (spread >= 2).then_some(clocks)
    });
    let (min, max) = (slowest(&clocks), clocks.iter().copied().max().unwrap_or(0));
    let mean = clocks.iter().sum::<i64>() / n as i64;
    Instance::new(
        format!(
            "Workers are to train by **stale synchronous parallelism**. {RULE}\n\nTheir clocks: {}. What is the **smallest \
             s** with which none of them has to wait?",
            told(&clocks)
        ),
        answer::count((max - min) as usize),
        format!("The fastest is at {max}, the slowest at {min}; {min} ≥ {max} − s holds from s = {} on.", max - min),
        json!({ "asks": "staleness", "clocks": clocks }),
    )
    .mistake(max - min - 1, ONE_MORE_FREE)
    .mistake(max - min + 1, EQUAL_WAITS)
    .mistake(max - mean, AVERAGE)
}

/// Returns when each worker finishes each iteration: it begins when it has finished the one before and everyone has
/// finished the one s + 1 before.
fn finishing(seconds: &[i64], s: i64, iterations: usize) -> Vec<Vec<i64>> {
    let mut finished: Vec<Vec<i64>> = vec![Vec::new(); seconds.len()];
    for k in 0..iterations {
        let waits_for =
            (k as i64 - s - 1).try_into().ok().and_then(|k: usize| finished.iter().map(|f| f[k]).max());
        for worker in 0..seconds.len() {
            let free = finished[worker].last().copied().unwrap_or(0);
            let begin = free.max(waits_for.unwrap_or(0));
            finished[worker].push(begin + seconds[worker]);
        }
    }
    finished
}

fn progress(n: usize, s: i64, draw: &mut Draw) -> Instance {
    let (seconds, until) = draw.until(|draw| {
        let seconds: Vec<i64> = (0..n).map(|_| draw.integer(1, 9)).collect();
        let (fast, slow) = (seconds.iter().copied().min()?, seconds.iter().copied().max()?);
        let until = draw.integer(12, 40);
        // The fastest must have been held back by then.
        let alone = until / fast;
        (slow >= 2 * fast && alone > until / slow + s + 1).then_some((seconds, until))
    });
    let fast = seconds.iter().copied().min().unwrap_or(1);
    let slow = seconds.iter().copied().max().unwrap_or(1);
    let worker = seconds.iter().position(|&time| time == fast).unwrap_or(0);
    let finished = finishing(&seconds, s, (until / fast + 1) as usize);
    let done = finished[worker].iter().filter(|&&time| time <= until).count();
    let paces: Vec<String> =
        seconds.iter().zip(text::PROCESSES).map(|(time, name)| format!("{name} **{time} s**")).collect();
    let slow_done = until / slow;
    let name = text::PROCESSES[worker];
    let times: Vec<String> = finished[worker][..done].iter().map(ToString::to_string).collect();
    Instance::new(
        format!(
            "Workers train by **stale synchronous parallelism** with staleness **s = {s}** and begin together at time 0, \
             with all clocks at 0. {RULE}\n\nFor one iteration they need: {}. They pause only to wait. **How many \
             iterations** has {name} finished at time **{until} s** (one that ends right then counts)?",
            text::list(&paces)
        ),
        answer::count(done),
        format!(
            "The slowest ends its iterations at {slow} s, {} s, …. {name} is free for {} iterations; iteration k then waits \
             until everyone has finished iteration k − {}. It finishes at {} s: {done} by {until} s.",
            2 * slow,
            s + 1,
            s + 1,
            times.join(", ")
        ),
        json!({ "asks": "progress", "staleness": s, "seconds": seconds, "until": until, "worker": worker }),
    )
    .mistake(until / fast, UNBOUNDED)
    .mistake(slow_done, SLOWEST_PACE)
    .mistake(slow_done + s, STOPS_EARLY)
}
