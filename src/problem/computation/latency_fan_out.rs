//! `latency.fan-out`: how rare slow answers of one server become common in a request that waits for many.

use serde_json::json;

use crate::card::Tolerance;
use crate::problem::text::significant;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &LatencyFanOut;

struct LatencyFanOut;

const LINEAR: &str = "probabilities of overlapping events do not add up: n·p is too much";
const ALL_SLOW: &str = "that is the chance that all calls are slow; one is enough";
const NONE_SLOW: &str = "that is the chance that no call is slow";
const ONE_CALL: &str = "that is one call's chance; the request waits for the slowest of all";
const DIVIDED: &str = "dividing by n is only an approximation, too rough here";
const DOUBLED: &str = "a copy is another chance to be fast, not one more call to wait for";
const COPY_FORGOTTEN: &str = "you left out the second copy: a shard is slow only when both are";
const HALVED: &str = "two independent copies are both slow with probability p², not p/2";
const TO_CERTAINTY: &str = "1/p calls are not enough: chances do not add up";
const ADDED: &str = "you divided the wanted chance by p: chances do not add up";

impl Family for LatencyFanOut {
    fn name(&self) -> &'static str {
        "latency.fan-out"
    }

    fn title(&self) -> &'static str {
        "work out how fan-out makes slow answers common"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::real(
                    "slow-percent",
                    "share of slow answers of one server, in percent",
                    (0.001, 50.0),
                    &[0.1, 0.2, 0.5, 1.0, 2.0, 5.0],
                ),
                Parameter::integer("calls", "calls that a request waits for", (2, 1000), &[]).graded([
                    &[5, 10, 20, 50, 100],
                    &[8, 15, 25, 40, 60, 100],
                    &[12, 30, 60, 80, 150, 200],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            LINEAR,
            ALL_SLOW,
            NONE_SLOW,
            ONE_CALL,
            DIVIDED,
            DOUBLED,
            COPY_FORGOTTEN,
            HALVED,
            TO_CERTAINTY,
            ADDED,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let (percent, calls) = (with.real("slow-percent"), with.count("calls"));
        match difficulty.of([0, draw.weighted(&[2, 1, 1]), draw.weighted(&[1, 2, 1, 2])]) {
            0 => forward(percent, calls),
            1 => inverse(calls, draw),
            2 => how_many(percent, draw),
            _ => hedged(percent, calls),
        }
    }
}

fn any_slow(p: f64, calls: usize) -> f64 {
    1.0 - (1.0 - p).powi(calls as i32)
}

fn show(percent: f64) -> String {
    format!("{} %", significant(percent, 4))
}

fn forward(percent: f64, calls: usize) -> Instance {
    let p = percent / 100.0;
    let right = any_slow(p, calls) * 100.0;
    let prompt = format!(
        "A request calls **{calls}** servers in parallel and waits for all of them. Each is slow in **{percent} %** of calls, \
         independently of the others. In what share of requests is at least one call slow? In percent, to 3 significant digits."
    );
    let solution =
        format!("No call is slow with probability (1 − {p})^{calls}; 1 − that is {}.", show(right));
    Instance::new(
        prompt,
        answer::significant(right, "%"),
        solution,
        json!({ "asks": "request", "percent": percent, "calls": calls }),
    )
    .hint("What is the chance that **no** call is slow?")
    .mistake(percent * calls as f64, LINEAR)
    .mistake(100.0 - right, NONE_SLOW)
    .mistake(percent, ONE_CALL)
}

fn inverse(calls: usize, draw: &mut Draw) -> Instance {
    let target = *draw.pick(&[5.0_f64, 10.0, 20.0, 25.0, 30.0, 40.0, 50.0]);
    let right = (1.0 - (1.0 - target / 100.0).powf(1.0 / calls as f64)) * 100.0;
    let prompt = format!(
        "A request waits for **{calls}** servers called in parallel, which are slow independently of one another. At most \
         **{target} %** of requests may be slow. What share of its calls may each server answer slowly? In percent, to \
         3 significant digits."
    );
    let solution = format!(
        "1 − (1 − p)^{calls} = {} gives p = 1 − {}^(1/{calls}) = {}.",
        target / 100.0,
        1.0 - target / 100.0,
        show(right)
    );
    Instance::new(
        prompt,
        answer::significant(right, "%"),
        solution,
        json!({ "asks": "server", "target": target, "calls": calls }),
    )
    .mistake(target / calls as f64, DIVIDED)
    .mistake(100.0 * (target / 100.0).powf(1.0 / calls as f64), ALL_SLOW)
}

fn how_many(percent: f64, draw: &mut Draw) -> Instance {
    let p = percent / 100.0;
    let target = *draw.pick(&[10.0_f64, 25.0, 50.0, 90.0]);
    let exact = (1.0 - target / 100.0).ln() / (1.0 - p).ln();
    let right = exact.ceil();
    let prompt = format!(
        "Each server is slow in **{percent} %** of calls, independently of the others; a request waits for all the servers it \
         calls. From how many calls on are at least **{target} %** of requests slow?"
    );
    let solution = format!(
        "(1 − {p})^n ≤ {} gives n ≥ ln {} / ln {} = {}, so {right}.",
        1.0 - target / 100.0,
        1.0 - target / 100.0,
        1.0 - p,
        significant(exact, 5)
    );
    Instance::new(
        prompt,
        answer::number(right, "", Tolerance::Exact),
        solution,
        json!({ "asks": "calls", "percent": percent, "target": target }),
    )
    .mistake((target / percent).ceil(), ADDED)
    .mistake((100.0 / percent).ceil(), TO_CERTAINTY)
}

fn hedged(percent: f64, calls: usize) -> Instance {
    let p = percent / 100.0;
    let right = any_slow(p * p, calls) * 100.0;
    let prompt = format!(
        "A request asks **{calls}** shards in parallel and waits for all of them. Each shard is asked by **two copies** of the call at \
         once, to two servers, and the faster answer counts. A server is slow in **{percent} %** of calls, independently of the others. \
         In what share of requests is at least one shard slow? In percent, to 3 significant digits."
    );
    let solution = format!(
        "A shard is slow when both copies are: {p}² = {}; 1 − (1 − p²)^{calls} = {}.",
        significant(p * p, 4),
        show(right)
    );
    Instance::new(
        prompt,
        answer::significant(right, "%"),
        solution,
        json!({ "asks": "hedged", "percent": percent, "calls": calls }),
    )
    .mistake(any_slow(p, calls) * 100.0, COPY_FORGOTTEN)
    .mistake(any_slow(p, 2 * calls) * 100.0, DOUBLED)
    .mistake(any_slow(p / 2.0, calls) * 100.0, HALVED)
}
