//! `ml.all-reduce`: steps, traffic and time of a ring all-reduce, and the load on a single parameter server.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, text};

pub const FAMILY: &dyn Family = &AllReduce;

struct AllReduce;

const ONE_PHASE: &str =
    "you counted one half only: after the reduce-scatter comes an all-gather of the same cost";
const TWO_PHASES: &str = "you counted the all-gather too; only the reduce-scatter was asked for";
const ALL_PIECES: &str =
    "you had each piece sent N times: after N − 1 steps it has reached every worker of the ring";
const WHOLE_BUFFER: &str = "you sent the whole buffer in each step; a step moves one piece, a share of 1/N";
const ONE_DIRECTION: &str = "you counted one direction: gradients come in, and as much goes out again";
const NOT_ALL_WORKERS: &str =
    "the server is not one of the workers: all N of them send to it and receive from it";
const ONE_WORKER: &str = "that is the traffic of one worker; all of them were asked for";
const LATENCY_ONCE: &str = "you paid the latency once; each step waits for it";
const NO_LATENCY: &str = "you left out the latency of the steps";

impl Family for AllReduce {
    fn name(&self) -> &'static str {
        "ml.all-reduce"
    }

    fn title(&self) -> &'static str {
        "work out the cost of an all-reduce"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["bytes", "steps", "server"],
                    &["bytes", "half", "server", "time"],
                    &["time", "total", "size"],
                ]),
                Parameter::integer("workers", "workers in the ring", (2, 1024), &[]).graded([
                    &[3, 4, 5, 6, 8, 10],
                    &[4, 5, 6, 8, 12, 16],
                    &[6, 8, 12, 16, 24, 32],
                ]),
                Parameter::integer("megabytes", "size of the buffer in MB", (1, 1_000_000), &[]).graded([
                    &[100, 200, 300, 600, 1000, 1200],
                    &[240, 480, 600, 720, 960, 1200, 1440],
                    &[48, 96, 192, 480, 960, 1920],
                ]),
                Parameter::integer(
                    "bandwidth",
                    "what a link carries in each direction, in GB/s",
                    (1, 1000),
                    &[1, 2, 5, 10, 20, 25],
                ),
                Parameter::integer("latency", "what a step costs besides, in µs", (0, 100_000), &[])
                    .graded([&[0], &[0], &[50, 100, 200, 500, 1000]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            ONE_PHASE,
            TWO_PHASES,
            ALL_PIECES,
            WHOLE_BUFFER,
            ONE_DIRECTION,
            NOT_ALL_WORKERS,
            ONE_WORKER,
            LATENCY_ONCE,
            NO_LATENCY,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _difficulty: Difficulty) -> Instance {
        let asks = with.word("asks");
        let (n, size) = (with.integer("workers"), with.integer("megabytes"));
        let (bandwidth, latency) = (with.integer("bandwidth"), with.integer("latency"));
        let (workers, s, b) = (n as f64, size as f64, bandwidth as f64);
        let a = latency as f64 / 1000.0;
        let steps = 2 * (n - 1);
        let ring = format!(
            "**{n}** workers each hold gradients of **{size} MB** and add them up by **ring all-reduce**: a \
             reduce-scatter, then an all-gather, with the buffer cut into {n} equal pieces."
        );
        let mb = |value: f64| answer::rounded(value, "MB", 1);
        let show = |value: f64| text::decimals(value, 1);
        match asks {
            "steps" => Instance::new(
                format!(
                    "{ring} In a step every worker sends one piece to its right neighbour and receives one from its \
                     left. After how many steps do all workers hold the whole sum?"
                ),
                answer::count(steps as usize),
                format!(
                    "A piece needs {n} − 1 = {} steps to collect all summands, and as many again to reach all workers: \
                     2·{} = {steps}.",
                    n - 1,
                    n - 1
                ),
                json!({ "asks": asks, "workers": n }),
            )
            .mistake(n - 1, ONE_PHASE)
            .mistake(2 * n, ALL_PIECES),
            "bytes" | "half" | "total" => {
                let (question, phases, senders) = match asks {
                    "bytes" => ("How many MB does **each worker send** in all?", 2.0, 1.0),
                    "half" => ("How many MB does each worker send **in the reduce-scatter alone**?", 1.0, 1.0),
                    _ => ("How many MB do **all workers together** send?", 2.0, workers),
                };
                let sent = phases * (workers - 1.0) * s / workers;
                let mut solution = format!(
                    "Each step moves one piece of {size}/{n} = {} MB; a worker sends {} of them: {} MB.",
                    show(s / workers),
                    phases as i64 * (n - 1),
                    show(sent)
                );
                if asks == "total" {
                    solution += &format!(" All {n} together: {} MB.", show(sent * workers));
                }
                let whole = phases * (workers - 1.0) * s;
                let instance = Instance::new(
                    format!("{ring} {question} (To one decimal.)"),
                    mb(sent * senders),
                    solution,
                    json!({ "asks": asks, "workers": n, "megabytes": size }),
                );
                match asks {
                    "bytes" => instance
                        .mistake(sent / 2.0, ONE_PHASE)
                        .mistake(phases * s, ALL_PIECES)
                        .mistake(whole, WHOLE_BUFFER),
                    "half" => instance
                        .mistake(sent * 2.0, TWO_PHASES)
                        .mistake(s, ALL_PIECES)
                        .mistake(whole, WHOLE_BUFFER),
                    _ => instance
                        .mistake(sent, ONE_WORKER)
                        .mistake(sent * senders / 2.0, ONE_PHASE)
                        .mistake(2.0 * workers * s, ALL_PIECES),
                }
            }
            "server" => Instance::new(
                format!(
                    "**{n}** workers train by a **single parameter server**, a machine of its own that holds the whole \
                     model of **{size} MB**. In each step every worker sends its gradients (as large as the model) and \
                     fetches the new weights. How many MB cross the server's link in a step, **both directions added**?"
                ),
                mb(2.0 * workers * s),
                format!(
                    "{n} workers × {size} MB in, and as much out: 2·{n}·{size} = {} MB. (In a ring each worker would send \
                     {} MB.)",
                    2 * n * size,
                    show(2.0 * (workers - 1.0) * s / workers)
                ),
                json!({ "asks": asks, "workers": n, "megabytes": size }),
            )
            .mistake(workers * s, ONE_DIRECTION)
            .mistake(2.0 * (workers - 1.0) * s, NOT_ALL_WORKERS)
            .mistake(2.0 * s, ONE_WORKER),
            "time" => {
                let piece = s / workers / b;
                let time = steps as f64 * (a + piece);
                Instance::new(
                    format!("{ring} {} How many **ms** does the all-reduce take? (To two decimals.)", links(bandwidth, latency)),
                    answer::rounded(time, "ms", 2),
                    format!(
                        "A piece of {size}/{n} = {} MB takes {} ms at {bandwidth} GB/s (= {bandwidth} MB/ms){}; \
                         2·({n} − 1) = {steps} steps: {} ms.",
                        text::decimals(s / workers, 2),
                        text::decimals(piece, 4),
                        if latency > 0 { format!(", and with latency a step takes {} ms", text::decimals(a + piece, 4)) } else { String::new() },
                        text::decimals(time, 2)
                    ),
                    json!({ "asks": asks, "workers": n, "megabytes": size, "bandwidth": bandwidth, "latency": latency }),
                )
                .mistake(time / 2.0, ONE_PHASE)
                .mistake(steps as f64 * piece, NO_LATENCY)
                .mistake(steps as f64 * piece + a, LATENCY_ONCE)
                .mistake(steps as f64 * (a + s / b), WHOLE_BUFFER)
                .mistake(2.0 * workers * (a + piece), ALL_PIECES)
            }
            _ => {
                // The largest buffer within a time: the same sum, solved for the size.
                let floor = (steps as f64 * a).ceil() as i64;
                let within = floor + draw.integer(10, 120);
                let solve = |steps: f64, waits: f64| workers * b * ((within as f64 - waits * a) / steps);
                let largest = solve(steps as f64, steps as f64);
                Instance::new(
                    format!(
                        "**{n}** workers add up their gradients by **ring all-reduce**: a reduce-scatter, then an \
                         all-gather, with the buffer cut into {n} equal pieces. {} The all-reduce may take **{within} ms**. \
                         How many **MB** may the buffer have at most? (To one decimal.)",
                        links(bandwidth, latency)
                    ),
                    mb(largest),
                    format!(
                        "{within} ms for 2·({n} − 1) = {steps} steps are {} ms each; less {} ms of latency, {} ms are left \
                         to move one piece, which are {} MB at {bandwidth} MB/ms. {n} pieces: {} MB.",
                        text::decimals(within as f64 / steps as f64, 4),
                        text::decimals(a, 3),
                        text::decimals(within as f64 / steps as f64 - a, 4),
                        text::decimals(largest / workers, 3),
                        show(largest)
                    ),
                    json!({ "asks": asks, "workers": n, "within": within, "bandwidth": bandwidth, "latency": latency }),
                )
                .mistake(solve(steps as f64, 0.0), NO_LATENCY)
                .mistake(solve(steps as f64, 1.0), LATENCY_ONCE)
                .mistake(largest / workers, WHOLE_BUFFER)
                .mistake(solve(workers - 1.0, workers - 1.0), ONE_PHASE)
            }
        }
    }
}

const ASKS: &[&str] = &["steps", "bytes", "half", "total", "server", "time", "size"];

fn links(bandwidth: i64, latency: i64) -> String {
    let wait = if latency > 0 { format!(" plus **{latency} µs** of latency") } else { String::new() };
    format!(
        "Each link carries **{bandwidth} GB/s** in both directions at once (1 GB = 1000 MB), a step costs the time to move \
         one piece{wait}, and adding costs nothing."
    )
}
