//! `ml.pipeline`: idle time of pipeline-parallel training, its schedules, and the sizes of a 3D-parallel job.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, text};

pub const FAMILY: &dyn Family = &Pipeline;

struct Pipeline;

const K_IDLE: &str = "off by one: a device idles while the K − 1 others fill and drain, not K";
const OF_IDEAL: &str = "you divided by the ideal time; the share asked for is one of the whole time";
const OF_WHOLE: &str = "you divided by the whole time; the bubble is to be compared with the ideal time";
const BUSY: &str = "that is the share in which a device works";
const NO_CHUNKS: &str = "you forgot the interleaving: v chunks on a device make the bubble v times smaller";
const LONGER: &str = "interleaving makes the bubble v times smaller, not larger";
const NO_FILL: &str = "you forgot that the pipeline has to fill and drain";
const NO_DATA: &str = "you left out the data-parallel copies: each has its own micro-batches";
const ALL_DEVICES: &str =
    "you multiplied by all devices; those of one tensor- or pipeline-parallel group share the same samples";
const ADDED: &str = "degrees of parallelism multiply, they do not add up";
const NO_TENSOR: &str = "you left out one of the degrees";
const OTHER_SCHEDULE: &str = "that is how it is with the other schedule";
const ONE_LESS: &str = "one micro-batch too few: the bubble is still above the limit";

impl Family for Pipeline {
    fn name(&self) -> &'static str {
        "ml.pipeline"
    }

    fn title(&self) -> &'static str {
        "find the bubble of a training pipeline"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["idle", "batch"],
                    &["idle", "overhead", "length", "devices", "batch"],
                    &["interleaved", "needed", "live", "per-copy"],
                ]),
                Parameter::integer("stages", "stages of the pipeline, one to a device", (2, 64), &[])
                    .graded([&[2, 3, 4, 5, 6], &[3, 4, 5, 6, 8], &[4, 6, 8, 12, 16]]),
                Parameter::integer("micro-batches", "micro-batches in a step", (1, 512), &[]).graded([
                    &[4, 6, 8, 10, 12],
                    &[6, 8, 10, 12, 16, 20],
                    &[8, 16, 24, 32, 48],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            K_IDLE,
            OF_IDEAL,
            OF_WHOLE,
            BUSY,
            NO_CHUNKS,
            LONGER,
            NO_FILL,
            NO_DATA,
            ALL_DEVICES,
            ADDED,
            NO_TENSOR,
            OTHER_SCHEDULE,
            ONE_LESS,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let asks = with.word("asks");
        let (k, m) = (with.integer("stages"), with.integer("micro-batches"));
        match asks {
            "batch" | "devices" | "per-copy" => sizes(asks, (k, m), draw, difficulty),
            "live" => live(k, m, draw),
            _ => bubble(asks, (k, m), draw),
        }
    }
}

const ASKS: &[&str] =
    &["idle", "overhead", "length", "interleaved", "needed", "live", "devices", "batch", "per-copy"];

fn bubble(asks: &str, (k, m): (i64, i64), draw: &mut Draw) -> Instance {
    let (stages, batches) = (k as f64, m as f64);
    let per_cent = |value: f64| answer::rounded(100.0 * value, "%", 1);
    let show = |value: f64| text::decimals(100.0 * value, 1);
    let story = format!(
        "A model is split into **{k}** equal pipeline stages, one to a device. Each step sends **{m}** micro-batches \
         through them, all forwards and then all backwards, and updates the weights after the last (GPipe). \
         Moving data between stages costs nothing."
    );
    let values = json!({ "asks": asks, "stages": k, "micro-batches": m });
    let idle = (stages - 1.0) / (batches + stages - 1.0);
    match asks {
        "idle" => Instance::new(
            format!("{story} What share **of the whole step** is a device idle? (In %, to one decimal.)"),
            per_cent(idle),
            format!(
                "Each pass takes {m} + {k} − 1 = {} slots, of which a device works {m}: ({k} − 1)/{} = {} %.",
                m + k - 1,
                m + k - 1,
                show(idle)
            ),
            values,
        )
        .mistake(100.0 * (stages - 1.0) / batches, OF_IDEAL)
        .mistake(100.0 * stages / (batches + stages), K_IDLE)
        .mistake(100.0 * (1.0 - idle), BUSY),
        "overhead" => Instance::new(
            format!(
                "{story} By how much is a step longer than the **ideal time** without any idling? \
                 (In % of the ideal time, to one decimal.)"
            ),
            per_cent((stages - 1.0) / batches),
            format!(
                "Ideally {m} slots in each pass; filling and draining add {k} − 1 = {}: {}/{m} = {} %.",
                k - 1,
                k - 1,
                show((stages - 1.0) / batches)
            ),
            values,
        )
        .mistake(100.0 * idle, OF_WHOLE)
        .mistake(100.0 * stages / batches, K_IDLE),
        "length" => {
            let forward = draw.integer(2, 9);
            let backward = forward * 2;
            let slot = forward + backward;
            let length = (m + k - 1) * slot;
            Instance::new(
                format!(
                    "{story} A stage takes {forward} ms for the forward and {backward} ms for the backward pass of one \
                     micro-batch. How many **ms** does a step take?"
                ),
                answer::number(length as f64, "ms", crate::card::Tolerance::Exact),
                format!(
                    "{m} + {k} − 1 = {} slots in each pass: {}·({forward} + {backward}) = {length} ms.",
                    m + k - 1,
                    m + k - 1
                ),
                json!({ "asks": asks, "stages": k, "micro-batches": m, "forward": forward, "backward": backward }),
            )
            .mistake(m * slot, NO_FILL)
            .mistake((m + k) * slot, K_IDLE)
        }
        "interleaved" => {
            let chunks = draw.integer(2, 4);
            // The schedule needs whole groups of as many micro-batches as there are stages.
            let m = k * draw.integer(1, 6);
            let (batches, v) = (m as f64, chunks as f64);
            let share = (stages - 1.0) / (v * batches);
            Instance::new(
                format!(
                    "**{k}** devices form a pipeline with the **interleaved** schedule: each device holds **{chunks}** \
                     chunks of the model, so a micro-batch goes round the devices {chunks} times. A step has **{m}** \
                     micro-batches. How large is the bubble **relative to the ideal time** of a step? (In %, to one \
                     decimal. Moving data costs nothing.)"
                ),
                per_cent(share),
                format!(
                    "Filling and draining take {k} − 1 = {} slots, but a slot is now one chunk, 1/{chunks} of a stage: \
                     {}/({chunks}·{m}) = {} %.",
                    k - 1,
                    k - 1,
                    show(share)
                ),
                json!({ "asks": asks, "stages": k, "micro-batches": m, "chunks": chunks }),
            )
            .mistake(100.0 * (stages - 1.0) / batches, NO_CHUNKS)
            .mistake(100.0 * (stages - 1.0) / (v * batches + stages - 1.0), OF_WHOLE)
            .mistake(100.0 * stages / (v * batches), K_IDLE)
            .mistake(100.0 * v * (stages - 1.0) / batches, LONGER)
        }
        _ => {
            let limit = *draw.pick(&[4_i64, 5, 8, 10, 12, 15, 20, 25]);
            // (k − 1)/(m + k − 1) ≤ limit/100, in whole numbers.
            let needed = ((k - 1) * (100 - limit) + limit - 1) / limit;
            let of_ideal = (100 * (k - 1) + limit - 1) / limit;
            Instance::new(
                format!(
                    "A model is split into **{k}** equal pipeline stages, one to a device; all forwards, then all \
                     backwards (GPipe), and moving data costs nothing. How many micro-batches does a step need at \
                     least, so that a device is idle for **at most {limit} %** of the step?"
                ),
                answer::count(needed as usize),
                format!(
                    "({k} − 1)/(M + {k} − 1) ≤ {limit}/100 means M ≥ {}·(100 − {limit})/{limit} = {}: {needed}.",
                    k - 1,
                    text::decimals((k - 1) as f64 * (100 - limit) as f64 / limit as f64, 2)
                ),
                json!({ "asks": asks, "stages": k, "limit": limit }),
            )
            .mistake(of_ideal, OF_IDEAL)
            .mistake(needed - 1, ONE_LESS)
            .mistake((k * (100 - limit) + limit - 1) / limit, K_IDLE)
        }
    }
}

fn live(k: i64, m: i64, draw: &mut Draw) -> Instance {
    let one_forward = draw.coin();
    let schedule = if one_forward {
        "**1F1B**: after a warm-up each device alternates one forward and one backward, and the pipeline is flushed at \
         the end of the step"
    } else {
        "**GPipe**: all forwards, then all backwards"
    };
    let most = if one_forward { k.min(m) } else { m };
    let solution = if one_forward {
        format!(
            "The first micro-batch comes back after {k} stages; from then on each backward frees one before the next \
             forward: min({k}, {m}) = {most}."
        )
    } else {
        format!("No backward starts before all {m} forwards are done, so all {m} are kept.")
    };
    Instance::new(
        format!(
            "A pipeline of **{k}** stages runs **{m}** micro-batches in a step by {schedule}. Of how many micro-batches \
             does the **first device** hold activations at once, at most? (Nothing is recomputed.)"
        ),
        answer::count(most as usize),
        solution,
        json!({ "asks": "live", "stages": k, "micro-batches": m, "one-forward": one_forward }),
    )
    .mistake(if one_forward { m } else { k.min(m) }, OTHER_SCHEDULE)
    .mistake(most - 1, K_IDLE)
}

fn sizes(asks: &str, (k, m): (i64, i64), draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let micro = *draw.pick(&[1_i64, 2, 4, 8, 16]);
    let copies = *draw.pick(difficulty.of([&[2_i64, 3, 4, 6], &[2, 4, 8, 16], &[2, 4, 8, 16]]));
    let tensor = *draw.pick(&[2_i64, 4, 8]);
    match asks {
        "batch" if difficulty.level() == 0 => {
            let batch = micro * m * copies;
            Instance::new(
                format!(
                    "**{copies}** workers train by synchronous data parallelism. Each of them runs **{m}** micro-batches of \
                     **{micro}** samples and adds up their gradients before every update. How many samples does one \
                     update see (the global batch)?"
                ),
                answer::count(batch as usize),
                format!("{micro} samples × {m} accumulation steps × {copies} workers = {batch}."),
                json!({ "asks": asks, "micro": micro, "micro-batches": m, "copies": copies, "tensor": 1, "stages": 1 }),
            )
            .mistake(micro * m, NO_DATA)
            .mistake(micro * (m + copies), ADDED)
        }
        "batch" => {
            let batch = micro * m * copies;
            Instance::new(
                format!(
                    "A job is **{tensor}**-way tensor parallel, has **{k}** pipeline stages and is **{copies}**-way data \
                     parallel. Each pipeline runs **{m}** micro-batches of **{micro}** samples in a step. How large is \
                     the global batch?"
                ),
                answer::count(batch as usize),
                format!(
                    "Only data-parallel copies see other samples: {micro}·{m}·{copies} = {batch}; the {tensor}·{k} devices \
                     of one copy work on the same ones."
                ),
                json!({ "asks": asks, "micro": micro, "micro-batches": m, "copies": copies, "tensor": tensor, "stages": k }),
            )
            .mistake(batch * tensor * k, ALL_DEVICES)
            .mistake(micro * m, NO_DATA)
        }
        "devices" => {
            let devices = tensor * k * copies;
            Instance::new(
                format!(
                    "A job is **{tensor}**-way tensor parallel, has **{k}** pipeline stages and is **{copies}**-way data \
                     parallel; each pipeline runs {m} micro-batches in a step. How many devices does it take?"
                ),
                answer::count(devices as usize),
                format!("The degrees multiply: {tensor}·{k}·{copies} = {devices}; micro-batches take none."),
                json!({ "asks": asks, "micro": micro, "micro-batches": m, "copies": copies, "tensor": tensor, "stages": k }),
            )
            .mistake(tensor + k + copies, ADDED)
            .mistake(k * copies, NO_TENSOR)
        }
        _ => {
            let (devices, batch) = (tensor * k * copies, micro * m * copies);
            Instance::new(
                format!(
                    "**{devices}** devices train one model, **{tensor}**-way tensor parallel with **{k}** pipeline stages; \
                     the rest is data parallelism. The global batch is **{batch}** samples, a micro-batch **{micro}**. How \
                     many micro-batches does each pipeline run in a step?"
                ),
                answer::count(m as usize),
                format!(
                    "{devices}/({tensor}·{k}) = {copies} data-parallel copies share the batch: {batch}/{copies} = {} samples \
                     each, in micro-batches of {micro}: {m}.",
                    micro * m
                ),
                json!({ "asks": asks, "devices": devices, "tensor": tensor, "stages": k, "batch": batch, "micro": micro }),
            )
            .mistake(batch / micro, NO_DATA)
            .mistake(m.div_euclid(tensor * k).max(1), ALL_DEVICES)
            .mistake(m.div_euclid(tensor).max(1), NO_TENSOR)
        }
    }
}
