//! `clock.drift`: how far clocks run apart, how often to set them, and how long to wait because of it.

use serde_json::json;

use crate::card::Tolerance;
use crate::problem::text::number;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &ClockDrift;

struct ClockDrift;

const ONE_CLOCK: &str = "you let one clock drift only; two clocks may drift in opposite directions";
const TWO_CLOCKS: &str = "you counted the drift twice; here one clock is held against true time";
const THOUSAND: &str =
    "you lost a factor of a thousand: ppm is a millionth, and 1 ppm drifts 1 µs in each second";
const INVERTED: &str = "you divided where you had to multiply; the wait would be shorter than the lease";
const ONE_WAY: &str = "you counted the delay one way only; request and answer both travel";
const NO_HANDLING: &str = "you left out the time the server needs to answer";
const TWICE_HANDLING: &str = "you counted the handling twice; the server handles the request once";
const NO_BASE: &str = "you left out the uncertainty that remains right after the clock was set";
const BASE_ONLY: &str = "you left out the drift since the clock was set";
const GRANTOR_ONLY: &str = "you allowed for your own clock being fast only; the holder's may be slow as well";
const HOLDER_ONLY: &str = "you allowed for the holder's clock being slow only; your own may be fast as well";
const NO_MARGIN: &str = "you took both clocks for exact; the holder may still believe in its lease";

#[derive(Clone, Copy)]
enum Ask {
    Drift,
    Skew,
    Resync,
    Rate,
    Timeout,
    Uncertainty,
    Poll,
    Lease,
}

use Ask::*;

impl Family for ClockDrift {
    fn name(&self) -> &'static str {
        "clock.drift"
    }

    fn title(&self) -> &'static str {
        "reckon with clocks that drift"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::integer("ppm", "drift of a clock in parts per million", (1, 1000), &[]).graded([
                &[50, 100, 200],
                &[20, 50, 100, 150, 200],
                &[10, 20, 40, 80, 150, 250],
            ])]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            ONE_CLOCK,
            TWO_CLOCKS,
            THOUSAND,
            INVERTED,
            ONE_WAY,
            NO_HANDLING,
            TWICE_HANDLING,
            NO_BASE,
            BASE_ONLY,
            GRANTOR_ONLY,
            HOLDER_ONLY,
            NO_MARGIN,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let asks: &[Ask] = difficulty.of([
            &[Drift, Timeout, Uncertainty],
            &[Skew, Resync, Rate, Uncertainty, Timeout],
            &[Lease, Resync, Poll, Skew],
        ]);
        let ppm = with.integer("ppm");
        match draw.pick(asks) {
            Drift => drift(ppm, draw),
            Skew => skew(ppm, draw),
            Resync => resync(ppm, draw),
            Rate => rate(ppm, draw),
            Timeout => timeout(draw, difficulty),
            Uncertainty => uncertainty(draw),
            Poll => poll(draw),
            Lease => lease(draw),
        }
    }
}

fn ms(value: f64) -> crate::card::Form {
    answer::number(value, "ms", Tolerance::Relative(0.005))
}

fn drift(ppm: i64, draw: &mut Draw) -> Instance {
    let seconds = *draw.pick(&[10_i64, 20, 30, 60, 300, 600, 1800, 3600, 86_400]);
    let right = (ppm * seconds) as f64 / 1000.0;
    Instance::new(
        format!(
            "A clock drifts by at most **{ppm} ppm** (parts per million). It was set exactly and then left alone for \
             **{}**. How far may it be off true time at most, in milliseconds?",
            span(seconds)
        ),
        ms(right),
        format!(
            "{ppm} ppm is {ppm} µs in each second; {seconds} s · {ppm} µs/s = {} µs = {} ms.",
            ppm * seconds,
            number(right)
        ),
        json!({ "asks": "drift", "ppm": ppm, "seconds": seconds }),
    )
    .mistake(2.0 * right, TWO_CLOCKS)
    .mistake(1000.0 * right, THOUSAND)
}

fn skew(ppm: i64, draw: &mut Draw) -> Instance {
    let seconds = *draw.pick(&[10_i64, 25, 30, 60, 120, 300, 600, 3600]);
    let right = (2 * ppm * seconds) as f64 / 1000.0;
    Instance::new(
        format!(
            "Two machines set their clocks to the same time and then leave them alone. Each clock drifts by at most \
             **{ppm} ppm** (parts per million), fast or slow. How far apart may the two clocks be after **{}**, at most, \
             in milliseconds?",
            span(seconds)
        ),
        ms(right),
        format!(
            "At worst one is fast and the other slow, so they part at 2 · {ppm} = {} µs in each second; \
             after {seconds} s by {} ms.",
            2 * ppm,
            number(right)
        ),
        json!({ "asks": "skew", "ppm": ppm, "seconds": seconds }),
    )
    .mistake(right / 2.0, ONE_CLOCK)
    .mistake(1000.0 * right, THOUSAND)
}

fn resync(ppm: i64, draw: &mut Draw) -> Instance {
    let bound = draw.integer(1, 20) * 2;
    let right = (bound * 1000) as f64 / (2 * ppm) as f64;
    Instance::new(
        format!(
            "The clocks of a cluster each drift by at most **{ppm} ppm** (parts per million), fast or slow. Any two of \
             them must never be more than **{bound} ms** apart. All are set to exactly the same time at regular intervals. \
             How many seconds may such an interval last at most?"
        ),
        answer::number(right, "s", Tolerance::Relative(0.005)),
        format!(
            "Two clocks part at up to 2 · {ppm} = {} µs in each second. {bound} ms = {} µs are used up after \
             {} / {} = {} s.",
            2 * ppm,
            bound * 1000,
            bound * 1000,
            2 * ppm,
            number(right)
        ),
        json!({ "asks": "resync", "ppm": ppm, "bound_ms": bound }),
    )
    .mistake(2.0 * right, ONE_CLOCK)
    .mistake(right / 1000.0, THOUSAND)
}

fn rate(ppm: i64, draw: &mut Draw) -> Instance {
    let minutes = *draw.pick(&[5_i64, 10, 20, 30, 40, 60]);
    let off = ppm * minutes * 60;
    Instance::new(
        format!(
            "A clock was set exactly; **{}** later it is **{} ms** off true time. \
             What is its drift, in ppm (parts per million)?",
            span(minutes * 60),
            number(off as f64 / 1000.0)
        ),
        answer::number(ppm as f64, "", Tolerance::Relative(0.005)),
        format!(
            "{} ms are {off} µs, in {} s: {off} / {} = {ppm} µs in each second, which is {ppm} ppm.",
            number(off as f64 / 1000.0),
            minutes * 60,
            minutes * 60
        ),
        json!({ "asks": "rate", "off_us": off, "seconds": minutes * 60 }),
    )
    .mistake(ppm as f64 / 2.0, TWO_CLOCKS)
    .mistake(ppm as f64 / 1000.0, THOUSAND)
}

fn timeout(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let step = difficulty.of([10, 5, 1]);
    let delay = draw.integer(2, 12) * step;
    let handling = draw.integer(1, 10) * step;
    let right = 2 * delay + handling;
    Instance::new(
        format!(
            "In a network with guaranteed bounds, a message takes at most **{delay} ms** one way, and a server that is up \
             answers a request within **{handling} ms** of receiving it. What is the shortest time, in milliseconds, after \
             which a client without an answer knows that the server has failed?"
        ),
        answer::number(right as f64, "ms", Tolerance::Exact),
        format!("There, handling and back: 2 · {delay} + {handling} = {right} ms."),
        json!({ "asks": "timeout", "delay_ms": delay, "handling_ms": handling }),
    )
    .mistake(delay + handling, ONE_WAY)
    .mistake(2 * delay, NO_HANDLING)
    .mistake(2 * (delay + handling), TWICE_HANDLING)
}

fn uncertainty(draw: &mut Draw) -> Instance {
    let base = draw.integer(1, 4);
    let rate = *draw.pick(&[50_i64, 100, 150, 200, 250, 400]);
    let seconds = draw.integer(1, 9) * 5;
    let right = base as f64 + (rate * seconds) as f64 / 1000.0;
    Instance::new(
        format!(
            "A time service reports an interval around its clock's reading that surely holds true time; ε is half of its \
             width. Right after the clock was set, ε is **{base} ms**; then it grows by **{rate} µs** in each second. \
             What is ε **{seconds} s** after the clock was set, in milliseconds?"
        ),
        ms(right),
        format!(
            "{base} ms + {seconds} s · {rate} µs/s = {base} ms + {} ms = {} ms.",
            number((rate * seconds) as f64 / 1000.0),
            number(right)
        ),
        json!({ "asks": "uncertainty", "base_ms": base, "rate_us": rate, "seconds": seconds }),
    )
    .mistake(right - base as f64, NO_BASE)
    .mistake(base as f64, BASE_ONLY)
    .mistake(2.0 * right - base as f64, TWO_CLOCKS)
}

fn poll(draw: &mut Draw) -> Instance {
    let base = draw.integer(1, 3);
    let rate = *draw.pick(&[50_i64, 100, 125, 200, 250]);
    let most = base + draw.integer(2, 8);
    let right = ((most - base) * 1000) as f64 / rate as f64;
    Instance::new(
        format!(
            "A time service reports an interval around its clock's reading that surely holds true time; ε is half of its \
             width. Each time the clock is set, ε falls to **{base} ms**; then it grows by **{rate} µs** in each second. \
             ε must never be above **{most} ms**. How many seconds may pass at most from one setting to the next?"
        ),
        answer::number(right, "s", Tolerance::Relative(0.005)),
        format!(
            "ε may grow by {most} − {base} = {} ms = {} µs; at {rate} µs in each second that takes {} s.",
            most - base,
            (most - base) * 1000,
            number(right)
        ),
        json!({ "asks": "poll", "base_ms": base, "rate_us": rate, "most_ms": most }),
    )
    .mistake((most * 1000) as f64 / rate as f64, NO_BASE)
    .mistake(right / 2.0, TWO_CLOCKS)
}

fn lease(draw: &mut Draw) -> Instance {
    let length = draw.integer(2, 15) * 4;
    let percent = draw.integer(2, 8);
    let rho = percent as f64 / 100.0;
    let length_s = length as f64;
    let right = length_s * (1.0 + rho) / (1.0 - rho);
    Instance::new(
        format!(
            "A server grants a client a lease of **{length} s**, which the client measures on its own clock. Each clock \
             runs fast or slow by at most **{percent} %**: in one true second it advances by 1 ± {} s. The server starts \
             counting no earlier than the client does. How many seconds must pass on the **server's** clock at least \
             before it may grant the lease to someone else, if nothing is heard from the client? \
             (to two decimals)",
            number(rho)
        ),
        answer::rounded(right, "s", 2),
        format!(
            "The client's clock may be slow: it shows {length} s only after {length} / (1 − {rho}) = {:.3} true seconds. \
             In these the server's clock, if fast, advances by (1 + {rho}) times as much: {:.3} s. \
             So L · (1 + ρ) / (1 − ρ) = {right:.2} s.",
            length_s / (1.0 - rho),
            right,
        ),
        json!({ "asks": "lease", "lease_s": length, "percent": percent }),
    )
    .mistake(length_s * (1.0 + rho), GRANTOR_ONLY)
    .mistake(length_s / (1.0 - rho), HOLDER_ONLY)
    .mistake(length_s, NO_MARGIN)
    .mistake(length_s * (1.0 - rho) / (1.0 + rho), INVERTED)
}

fn span(seconds: i64) -> String {
    match seconds {
        86_400 => "one day".to_owned(),
        3600 => "one hour".to_owned(),
        s if s >= 120 && s % 60 == 0 => format!("{} minutes", s / 60),
        s => format!("{s} seconds"),
    }
}
