//! `clock.ntp`: a clock's offset from four timestamps, and how far that estimate can be trusted.

use serde_json::json;

use crate::problem::text::number;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram};

pub const FAMILY: &dyn Family = &ClockNtp;

struct ClockNtp;

const SIGN: &str = "the sign is the other way round: positive means that the server's clock is ahead";
const NOT_HALVED: &str = "you did not halve the sum of the two differences";
const OUTWARD_ONLY: &str = "you took the outward message alone, as if it needed no time";
const WITH_HANDLING: &str = "the time between T2 and T3 is the server's handling, not the network's";
const WHOLE_DELAY: &str = "the error is at most half of the round-trip delay: you gave the whole";
const HALF_DELAY: &str = "that is half of it; the round-trip delay is the sum of both ways";
const WRONG_WAY: &str = "you moved the clock the wrong way";
const LARGEST_DELAY: &str = "you took another exchange; the smallest delay leaves the least room for error";
const AVERAGED: &str = "you averaged the exchanges; only the one with the smallest delay counts";
const NO_ERROR: &str = "the two ways differ, so the estimate is off by half of the difference";
const FULL_DIFFERENCE: &str =
    "you gave the whole difference of the two ways; half of it goes into the estimate";
const REVERSED_ERROR: &str = "the sign is the other way round: a slow way out makes the server seem ahead";

impl Family for ClockNtp {
    fn name(&self) -> &'static str {
        "clock.ntp"
    }

    fn title(&self) -> &'static str {
        "estimate a clock's offset from four timestamps"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                &["offset", "delay"],
                &["offset", "bound", "corrected"],
                &["filter", "asymmetric", "corrected"],
            ])]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            SIGN,
            NOT_HALVED,
            OUTWARD_ONLY,
            WITH_HANDLING,
            WHOLE_DELAY,
            HALF_DELAY,
            WRONG_WAY,
            LARGEST_DELAY,
            AVERAGED,
            NO_ERROR,
            FULL_DIFFERENCE,
            REVERSED_ERROR,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        match with.word("asks") {
            "filter" => filter(draw),
            "asymmetric" => asymmetric(draw),
            asks => one(asks, draw, difficulty),
        }
    }
}

const ASKS: &[&str] = &["offset", "delay", "bound", "corrected", "filter", "asymmetric"];

const RULE: &str = "A client asks a time server. **T1**: the client sends, **T4**: the client receives the answer, both by the \
     client's clock. **T2**: the server receives, **T3**: the server sends the answer, both by the server's clock. All \
     times are in milliseconds";

/// One exchange: T1 to T4.
#[derive(Clone, Copy)]
struct Exchange([i64; 4]);

impl Exchange {
    fn draw(offset: i64, start: i64, most: i64, draw: &mut Draw) -> Self {
        draw.until(|draw| {
            let (out, back, handling) =
                (draw.integer(4, most), draw.integer(4, most), draw.integer(1, most / 2));
            let exchange = Self([
                start,
                start + out + offset,
                start + out + offset + handling,
                start + out + handling + back,
            ]);
            // Whole milliseconds, an offset that is none of the differences, and one that is not 0.
            let even = (out - back) % 2 == 0 && (out + back) % 2 == 0;
            (even && out != back && exchange.offset() != 0).then_some(exchange)
        })
    }

    fn twice_offset(self) -> i64 {
        let [t1, t2, t3, t4] = self.0;
        (t2 - t1) + (t3 - t4)
    }

    fn offset(self) -> i64 {
        self.twice_offset() / 2
    }

    fn delay(self) -> i64 {
        let [t1, t2, t3, t4] = self.0;
        (t4 - t1) - (t3 - t2)
    }

    fn offset_steps(self) -> String {
        let [t1, t2, t3, t4] = self.0;
        format!("((T2 − T1) + (T3 − T4)) / 2 = (({t2} − {t1}) + ({t3} − {t4})) / 2 = {}", self.offset())
    }

    fn delay_steps(self) -> String {
        let [t1, t2, t3, t4] = self.0;
        format!("(T4 − T1) − (T3 − T2) = ({t4} − {t1}) − ({t3} − {t2}) = {}", self.delay())
    }
}

fn ms(value: i64) -> crate::card::Form {
    answer::number(value as f64, "ms", crate::card::Tolerance::Exact)
}

fn one(asks: &str, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let reach = difficulty.of([80, 300, 2000]);
    let offset = draw.integer(-reach, reach);
    let start = draw.integer(100, 900) * difficulty.of([1, 10, 100]) + 3000;
    let exchange = Exchange::draw(offset, start, difficulty.of([30, 60, 90]), draw);
    let [t1, t2, t3, t4] = exchange.0;
    let times = format!("T1 = **{t1}**, T2 = **{t2}**, T3 = **{t3}**, T4 = **{t4}**");
    let values = json!({ "asks": asks, "times": exchange.0 });
    let (right, delay) = (exchange.offset(), exchange.delay());
    match asks {
        "offset" => Instance::new(
            format!(
                "{RULE}.\n\n{times}\n\nBy how much is the server's clock estimated to be ahead of the client's, if both ways \
                 are taken to be equally long (negative: behind)? In ms."
            ),
            ms(right),
            format!("{} ms: the server's clock is {}.", exchange.offset_steps(), told(right)),
            values,
        )
        .mistake(-right, SIGN)
        .mistake(2 * right, NOT_HALVED)
        .mistake(t2 - t1, OUTWARD_ONLY),
        "delay" => Instance::new(
            format!(
                "{RULE}.\n\n{times}\n\nHow long were the two messages on their way in all (the round-trip delay, without the \
                 server's handling), in ms?"
            ),
            ms(delay),
            format!("{} ms.", exchange.delay_steps()),
            values,
        )
        .mistake(t4 - t1, WITH_HANDLING)
        .mistake(delay / 2, HALF_DELAY),
        "bound" => Instance::new(
            format!(
                "{RULE}.\n\n{times}\n\nThe client estimates the offset as if both ways were equally long. By how many ms can \
                 this estimate be wrong at most, however the delay was split between the two ways? (Drift during the \
                 exchange does not matter.)"
            ),
            ms(delay / 2),
            format!(
                "Round-trip delay: {} ms. Were all of it spent on one way, the estimate would be off by half: {} ms.",
                exchange.delay_steps(),
                delay / 2
            ),
            values,
        )
        .mistake(delay, WHOLE_DELAY)
        .mistake((t4 - t1) as f64 / 2.0, WITH_HANDLING),
        _ => Instance::new(
            format!(
                "{RULE}.\n\n{times}\n\nAt the moment T4 the client estimates its offset, as if both ways were equally long, \
                 and sets its clock by it at once. What does its clock show then, in ms?"
            ),
            ms(t4 + right),
            format!("{} ms. The clock showed {t4}; now {t4} + ({right}) = {}.", exchange.offset_steps(), t4 + right),
            values,
        )
        .mistake(t4 - right, WRONG_WAY)
        .mistake(t3, OUTWARD_ONLY)
        .mistake(t4 + 2 * right, NOT_HALVED),
    }
}

fn told(offset: i64) -> String {
    format!("{} ms {}", offset.abs(), if offset > 0 { "ahead" } else { "behind" })
}

fn filter(draw: &mut Draw) -> Instance {
    let count = draw.range(3, 4);
    let offset = draw.integer(-300, 300);
    let exchanges = draw.until(|draw| {
        let mut start = draw.integer(10, 90) * 100;
        let mut exchanges = Vec::with_capacity(count);
        for _ in 0..count {
            exchanges.push(Exchange::draw(offset, start, 80, draw));
            start += draw.integer(20, 60) * 100;
        }
        let mut delays: Vec<i64> = exchanges.iter().map(|exchange| exchange.delay()).collect();
        let mut offsets: Vec<i64> = exchanges.iter().map(|exchange| exchange.offset()).collect();
        delays.sort_unstable();
        offsets.sort_unstable();
        // A clear winner, and estimates that differ.
        let apart = delays[1] - delays[0] >= 4 && offsets.windows(2).all(|pair| pair[0] != pair[1]);
        apart.then_some(exchanges)
    });
    let best = exchanges.iter().min_by_key(|exchange| exchange.delay()).copied().unwrap_or(exchanges[0]);
    let worst = exchanges.iter().max_by_key(|exchange| exchange.delay()).copied().unwrap_or(exchanges[0]);
    let rows: Vec<Vec<String>> = exchanges
        .iter()
        .enumerate()
        .map(|(index, exchange)| {
            let mut row = vec![(index + 1).to_string()];
            row.extend(exchange.0.iter().map(ToString::to_string));
            row
        })
        .collect();
    let picture = diagram::table(&["exchange", "T1", "T2", "T3", "T4"], &rows);
    let delays: Vec<String> = exchanges
        .iter()
        .enumerate()
        .map(|(index, exchange)| format!("exchange {}: {} ms", index + 1, exchange.delay()))
        .collect();
    let mean = exchanges.iter().map(|exchange| exchange.offset()).sum::<i64>() as f64 / count as f64;
    Instance::new(
        format!(
            "{RULE}.\n\n{}\n\nThe client trusts only the exchange with the **smallest round-trip delay** (without the server's \
             handling). By how much does it estimate the server's clock to be ahead of its own, if both ways are taken to be \
             equally long (negative: behind)? In ms.",
            picture.fence()
        ),
        ms(best.offset()),
        format!("Delays, (T4 − T1) − (T3 − T2): {}. The smallest decides: {} ms.", delays.join("; "), best.offset_steps()),
        json!({ "asks": "filter", "exchanges": exchanges.iter().map(|exchange| exchange.0).collect::<Vec<_>>() }),
    )
    .spoken(picture.spoken)
    .mistake(worst.offset(), LARGEST_DELAY)
    .mistake(mean, AVERAGED)
    .mistake(-best.offset(), SIGN)
    .mistake(2 * best.offset(), NOT_HALVED)
}

fn asymmetric(draw: &mut Draw) -> Instance {
    let (out, back) = draw.until(|draw| {
        let (out, back) = (draw.integer(2, 120), draw.integer(2, 120));
        (out != back).then_some((out, back))
    });
    let offset = draw.integer(-200, 200);
    let error = (out - back) as f64 / 2.0;
    let estimate = offset as f64 + error;
    Instance::new(
        format!(
            "A client estimates its offset from a time server by NTP's four timestamps, as if both ways were equally long. In \
             truth the request took **{out} ms** and the answer **{back} ms**, and the server's clock is **{}** the client's. \
             What offset does the client compute, in ms (positive: the server seems ahead; one decimal where needed)?",
            if offset == 0 {
                "equal to".to_owned()
            } else {
                format!("{} ms {}", offset.abs(), if offset > 0 { "ahead of" } else { "behind" })
            }
        ),
        answer::number(estimate, "ms", crate::card::Tolerance::Exact),
        format!(
            "T2 − T1 = {offset} + {out} and T3 − T4 = {offset} − {back}. Half of the sum: {offset} + ({out} − {back}) / 2 = \
             {} ms. The estimate is off by half of the difference of the two ways.",
            number(estimate)
        ),
        json!({ "asks": "asymmetric", "out": out, "back": back, "offset": offset }),
    )
    .mistake(offset, NO_ERROR)
    .mistake(offset as f64 - error, REVERSED_ERROR)
    .mistake(offset + out - back, FULL_DIFFERENCE)
    .mistake(offset + out, OUTWARD_ONLY)
}
