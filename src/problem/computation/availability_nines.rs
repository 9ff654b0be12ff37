//! `availability.nines`: downtime from nines, and the availability of parts in series, in parallel, and k of n.

use serde_json::json;

use crate::card::{Form, Tolerance};
use crate::problem::answer;
use crate::problem::text::{decimals, list, plural, significant};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter};

pub const FAMILY: &dyn Family = &AvailabilityNines;

struct AvailabilityNines;

const ONE_NINE_MORE: &str = "you are off by a factor of ten: count the nines again";
const UPTIME: &str = "that is the time for which it is up";
const MINUTES: &str = "look at the unit: hours have 60 minutes, minutes 60 seconds";
const WEAKEST: &str = "that is the weakest part alone; in series every part takes its share";
const MEAN: &str = "a mean says nothing here: in series availabilities are multiplied";
const IN_SERIES: &str = "you put the copies in series: one that works is enough";
const ONE_COPY: &str = "that is one copy alone";
const UNAVAILABLE: &str = "that is the share of time for which it is down";
const REPAIR_LEFT_OUT: &str =
    "the cycle from failure to failure has a repair in it too: divide by MTTF + MTTR";
const ANY_ONE: &str = "you let one working replica be enough";
const EXACTLY: &str = "you counted exactly that many working replicas; more of them will do too";
const ALL_NEEDED: &str = "you wanted all replicas to work";
const EXTRA_COPIES: &str = "you counted the copies besides the first one";
const GROUP_IGNORED: &str = "you took each replicated tier as a single server";

/// Availabilities in percent, as they are written.
const EASY: [&str; 6] = ["99", "99.5", "99.9", "99.95", "99.99", "99.999"];
const LOW: [f64; 6] = [90.0, 95.0, 96.0, 98.0, 99.0, 99.5];
const PARTS: [f64; 7] = [99.0, 99.5, 99.8, 99.9, 99.95, 98.0, 99.99];

impl Family for AvailabilityNines {
    fn name(&self) -> &'static str {
        "availability.nines"
    }

    fn title(&self) -> &'static str {
        "turn nines into downtime and combine availabilities"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::word(
                "asks",
                "what is asked",
                &["downtime", "series", "parallel", "repair", "tiers", "k-of-n", "copies"],
                &[],
            )
            .graded_words([
                &["downtime", "downtime", "series", "parallel"],
                &["downtime", "series", "parallel", "repair"],
                &["tiers", "k-of-n", "copies", "repair"],
            ])]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            ONE_NINE_MORE,
            UPTIME,
            MINUTES,
            WEAKEST,
            MEAN,
            IN_SERIES,
            ONE_COPY,
            UNAVAILABLE,
            REPAIR_LEFT_OUT,
            ANY_ONE,
            EXACTLY,
            ALL_NEEDED,
            EXTRA_COPIES,
            GROUP_IGNORED,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        match with.word("asks") {
            "downtime" => downtime(draw),
            "series" => series(draw, difficulty.of([2, 3, 4])),
            "parallel" => parallel(draw),
            "repair" => repair(draw),
            "tiers" => tiers(draw),
            "k-of-n" => k_of_n(draw),
            _ => copies(draw),
        }
    }
}

/// Four significant digits of the downtime, in decimals of the availability in percent.
fn places(share: f64) -> usize {
    (3 - (100.0 * (1.0 - share)).log10().floor() as i64).clamp(0, 12) as usize
}

/// An availability in percent; a hundredth of the downtime is forgiven, so that the nines count.
fn tight(share: f64) -> Form {
    let value: f64 = show_bare(share).parse().unwrap_or_default();
    let error = significant((100.0 - value) / 100.0, 2).parse().unwrap_or_default();
    answer::number(value, "%", Tolerance::Absolute(error))
}

fn show_bare(share: f64) -> String {
    decimals(share * 100.0, places(share))
}

fn show(share: f64) -> String {
    format!("{} %", show_bare(share))
}

const PRECISION: &str = "In percent; a hundredth of the downtime may be off.";

fn downtime(draw: &mut Draw) -> Instance {
    let shown = *draw.pick(&EASY);
    let down = 1.0 - shown.parse::<f64>().unwrap_or_default() / 100.0;
    let (period, hours) = *draw.pick(&[
        ("a year of 365 days", 8760.0),
        ("a month of 30 days", 720.0),
        ("a week", 168.0),
        ("a day", 24.0),
    ]);
    // A unit in which the answer is neither tiny nor huge.
    let (unit, per_hour, other) = match down * hours {
        hours if hours >= 5.0 => ("h", 1.0, 60.0),
        hours if hours >= 0.05 => ("min", 60.0, 1.0),
        _ => ("s", 3600.0, 60.0),
    };
    let name = match unit {
        "h" => "hours",
        "min" => "minutes",
        _ => "seconds",
    };
    let right = down * hours * per_hour;
    let prompt = format!(
        "A service is available **{shown} %** of the time. For how many **{name}** may it be down in {period}? To 3 significant digits."
    );
    let converted = if unit == "h" { String::new() } else { format!(" = {} {unit}", significant(right, 4)) };
    let solution = format!(
        "(1 − {}) · {hours} h = {} h{converted}.",
        significant(1.0 - down, 6),
        significant(down * hours, 4)
    );
    let values = json!({ "asks": "downtime", "percent": shown, "hours": hours, "unit": unit });
    Instance::new(prompt, answer::significant(right, unit), solution, values)
        .mistake(right * 10.0, ONE_NINE_MORE)
        .mistake(right / 10.0, ONE_NINE_MORE)
        .mistake((1.0 - down) * hours * per_hour, UPTIME)
        .mistake(down * hours * other, MINUTES)
}

fn product(parts: &[f64]) -> f64 {
    parts.iter().map(|part| part / 100.0).product()
}

fn series(draw: &mut Draw, count: usize) -> Instance {
    let parts: Vec<f64> = (0..count).map(|_| *draw.pick(&PARTS)).collect();
    let right = product(&parts);
    let shown: Vec<String> = parts.iter().map(|part| format!("{part} %")).collect();
    let prompt = format!(
        "A request passes through {count} parts, which fail independently of one another and must all work. They are available \
         **{}** of the time. How available is the whole? {PRECISION}",
        list(&shown)
    );
    let factors: Vec<String> = parts.iter().map(|part| significant(part / 100.0, 6)).collect();
    let solution =
        format!("In series availabilities are multiplied: {} = {}.", factors.join(" · "), show(right));
    let lowest = parts.iter().copied().fold(100.0, f64::min);
    let mean = parts.iter().sum::<f64>() / count as f64;
    Instance::new(prompt, tight(right), solution, json!({ "asks": "series", "parts": parts }))
        .mistake(lowest, WEAKEST)
        .mistake(mean, MEAN)
        .mistake(100.0 * (1.0 - right), UNAVAILABLE)
}

fn parallel(draw: &mut Draw) -> Instance {
    let (each, copies) = (*draw.pick(&LOW), draw.range(2, 4));
    let down = (1.0 - each / 100.0).powi(copies as i32);
    let right = 1.0 - down;
    let prompt = format!(
        "**{copies}** replicas are each available **{each} %** of the time and fail independently of one another; any one is enough. \
         How available is the group? {PRECISION}"
    );
    let solution = format!(
        "All are down {}^{copies} = {} of the time, so the group is up {}.",
        significant(1.0 - each / 100.0, 4),
        significant(down, 4),
        show(right)
    );
    Instance::new(
        prompt,
        tight(right),
        solution,
        json!({ "asks": "parallel", "each": each, "copies": copies }),
    )
    .mistake(each, ONE_COPY)
    .mistake(100.0 * (each / 100.0).powi(copies as i32), IN_SERIES)
    .mistake(100.0 * down, UNAVAILABLE)
}

fn repair(draw: &mut Draw) -> Instance {
    let mttf = *draw.pick(&[90, 100, 200, 240, 400, 500, 720, 1000]);
    let mttr = *draw.pick(&[1, 2, 4, 5, 8, 10, 12, 24]);
    let right = f64::from(mttf) / f64::from(mttf + mttr);
    let prompt = format!(
        "A server fails after **{mttf} h** of operation on average (MTTF), and a repair takes **{mttr} h** on average (MTTR). What \
         share of the time is it available? {PRECISION}"
    );
    let solution = format!("MTTF / (MTTF + MTTR) = {mttf} / {} = {}.", mttf + mttr, show(right));
    Instance::new(prompt, tight(right), solution, json!({ "asks": "repair", "mttf": mttf, "mttr": mttr }))
        .mistake(100.0 * f64::from(mttr) / f64::from(mttf + mttr), UNAVAILABLE)
        .mistake(100.0 * (1.0 - f64::from(mttr) / f64::from(mttf)), REPAIR_LEFT_OUT)
}

fn tiers(draw: &mut Draw) -> Instance {
    let count = draw.range(2, 3);
    let tiers: Vec<(f64, usize)> = draw.until(|draw| {
        let tiers: Vec<(f64, usize)> = (0..count).map(|_| (*draw.pick(&LOW), draw.range(1, 3))).collect();
        tiers.iter().any(|&(_, copies)| copies > 1).then_some(tiers)
    });
    let group = |&(each, copies): &(f64, usize)| 1.0 - (1.0 - each / 100.0).powi(copies as i32);
    let right: f64 = tiers.iter().map(group).product();
    let shown: Vec<String> =
        tiers.iter().map(|(each, copies)| format!("{} at {each} %", plural(*copies, "server"))).collect();
    let prompt = format!(
        "A request needs one working server in each of {count} tiers: **{}**. All servers fail independently of one another. How \
         available is the whole? {PRECISION}",
        shown.join("; ")
    );
    let steps: Vec<String> = tiers.iter().map(|tier| show(group(tier))).collect();
    let solution = format!(
        "A tier is down when all its servers are: {}. In series they give {}.",
        steps.join("; "),
        show(right)
    );
    let single: f64 = tiers.iter().map(|(each, _)| each / 100.0).product();
    let all: f64 = tiers.iter().map(|&(each, copies)| (each / 100.0).powi(copies as i32)).product();
    let lowest = tiers.iter().map(group).fold(1.0, f64::min);
    let (each, copies): (Vec<f64>, Vec<usize>) = tiers.iter().copied().unzip();
    Instance::new(prompt, tight(right), solution, json!({ "asks": "tiers", "each": each, "copies": copies }))
        .mistake(100.0 * single, GROUP_IGNORED)
        .mistake(100.0 * all, IN_SERIES)
        .mistake(100.0 * lowest, WEAKEST)
}

fn choose(n: usize, k: usize) -> f64 {
    (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product()
}

fn k_of_n(draw: &mut Draw) -> Instance {
    let each = *draw.pick(&[80.0, 90.0, 95.0, 98.0, 99.0]);
    let (n, k) = *draw.pick(&[(3, 2), (5, 3), (4, 3), (5, 4), (7, 4)]);
    let up = each / 100.0;
    let exactly = |i: usize| choose(n, i) * f64::powi(up, i as i32) * f64::powi(1.0 - up, (n - i) as i32);
    let right: f64 = (k..=n).map(exactly).sum();
    let prompt = format!(
        "Of **{n}** servers, at least **{k}** must be up. Each is up **{each} %** of the time, independently of the others. How available \
         is the service? {PRECISION}"
    );
    let terms: Vec<String> = (k..=n).map(|i| format!("{} with {i} up", significant(exactly(i), 5))).collect();
    let solution = format!(
        "Sum over {k} to {n} of C({n}, i)·{up}^i·{}^({n}−i): {}; together {}.",
        significant(1.0 - up, 4),
        terms.join(", "),
        show(right)
    );
    Instance::new(prompt, tight(right), solution, json!({ "asks": "k-of-n", "each": each, "n": n, "k": k }))
        .mistake(100.0 * exactly(k), EXACTLY)
        .mistake(100.0 * (1.0 - (1.0 - up).powi(n as i32)), ANY_ONE)
        .mistake(100.0 * up.powi(n as i32), ALL_NEEDED)
        .mistake(each, ONE_COPY)
}

fn copies(draw: &mut Draw) -> Instance {
    let each = *draw.pick(&[80.0, 85.0, 90.0, 95.0, 98.0, 99.0]);
    let (target, nines) =
        *draw.pick(&[("99.9", 3), ("99.99", 4), ("99.999", 5), ("99.9999", 6), ("99.99999", 7)]);
    let exact = -f64::from(nines) / (1.0 - each / 100.0_f64).log10();
    // Ten to a whole power is met exactly; do not let a binary fraction ask for one more.
    let right = (exact - 1e-9).ceil() as usize;
    let prompt = format!(
        "A replica is available **{each} %** of the time, independently of the others, and any one is enough. How many replicas are needed \
         at least for **{target} %**?"
    );
    let solution = format!(
        "All n may be down 10^−{nines} of the time: {}^n ≤ 10^−{nines} gives n ≥ {}, so {right}.",
        significant(1.0 - each / 100.0, 4),
        significant(exact, 4)
    );
    Instance::new(
        prompt,
        answer::count(right),
        solution,
        json!({ "asks": "copies", "each": each, "nines": nines }),
    )
    .mistake(right - 1, EXTRA_COPIES)
}
