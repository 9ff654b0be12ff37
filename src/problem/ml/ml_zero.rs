//! `ml.zero`: memory for model states under the stages of ZeRO, what fits, and what is sent.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, text};

pub const FAMILY: &dyn Family = &Zero;

struct Zero;

const STAGE_LOW: &str = "you took the stage below: one more kind of state is partitioned here";
const STAGE_HIGH: &str = "you took the stage above: one kind of state less is partitioned here";
const NO_MASTER: &str = "you left out the fp32 master copy: Adam keeps 12 bytes a parameter, not 8";
const WEIGHTS_ONLY: &str = "you counted the 16-bit weights alone";
const UNPARTITIONED: &str = "you gave each rank everything; this stage partitions it";
const TOO_MUCH: &str = "you counted a third collective; only stage 3 gathers the weights a second time";
const TOO_LITTLE: &str = "you counted too few collectives";
const BYTES: &str = "you gave the number of values; each takes two bytes";
const BELOW: &str = "the stage below already fits";
const ABOVE: &str = "that stage does not fit yet";
const ONE_SHORT: &str = "with one rank less than needed it does not fit yet";

/// Bytes of each parameter that all ranks hold, and bytes that are shared out, by stage.
const STATES: [(i64, i64); 4] = [(16, 0), (4, 12), (2, 14), (0, 16)];

impl Family for Zero {
    fn name(&self) -> &'static str {
        "ml.zero"
    }

    fn title(&self) -> &'static str {
        "work out memory and traffic under ZeRO"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", &["memory", "traffic", "stage", "ranks"], &[])
                    .graded_words([&["memory"], &["memory", "traffic"], &["stage", "ranks", "traffic"]]),
                Parameter::integer(
                    "millions",
                    "parameters of the model, in millions",
                    (100, 2_000_000),
                    &[1500, 2500, 3000, 4000, 6000, 7500, 10_000, 12_000, 13_000, 20_000],
                ),
                Parameter::integer("ranks", "data-parallel ranks", (2, 4096), &[]).graded([
                    &[2, 4, 8, 10, 16],
                    &[4, 8, 16, 32, 64],
                    &[8, 16, 32, 64, 128],
                ]),
                Parameter::integer("stage", "stage of ZeRO, 0 for none", (0, 3), &[0, 1, 2, 3]).graded([
                    &[0, 1, 2, 3],
                    &[1, 2, 3],
                    &[1, 2, 3],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            STAGE_LOW,
            STAGE_HIGH,
            NO_MASTER,
            WEIGHTS_ONLY,
            UNPARTITIONED,
            TOO_MUCH,
            TOO_LITTLE,
            BYTES,
            BELOW,
            ABOVE,
            ONE_SHORT,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _difficulty: Difficulty) -> Instance {
        let (millions, ranks) = (with.integer("millions"), with.integer("ranks"));
        let billions = millions as f64 / 1000.0;
        let stage = with.count("stage");
        match with.word("asks") {
            "memory" => memory(billions, ranks, stage),
            "traffic" => traffic(billions, stage),
            "stage" => smallest_stage(billions, ranks, draw),
            _ => smallest_ranks(millions, stage.max(1), draw),
        }
    }
}

const MODEL: &str = "Training uses mixed precision and Adam: a parameter takes 2 bytes as a 16-bit weight, 2 as a \
                     16-bit gradient, and 12 of optimizer state (fp32 master copy, momentum, variance). Activations \
                     are not counted; 1 GB = 10⁹ bytes.";

fn label(stage: usize) -> String {
    match stage {
        0 => "plain data parallelism (no ZeRO)".to_owned(),
        _ => format!("ZeRO stage {stage}"),
    }
}

fn gigabytes(billions: f64, ranks: i64, stage: usize) -> f64 {
    let (kept, shared) = STATES[stage];
    billions * (kept as f64 + shared as f64 / ranks as f64)
}

fn per_parameter(ranks: i64, stage: usize) -> String {
    let (kept, shared) = STATES[stage];
    match (kept, shared) {
        (_, 0) => format!("{kept} bytes"),
        (0, _) => format!("{shared}/{ranks} bytes"),
        _ => format!("{kept} + {shared}/{ranks} bytes"),
    }
}

fn memory(billions: f64, ranks: i64, stage: usize) -> Instance {
    let held = gigabytes(billions, ranks, stage);
    let what = match stage {
        0 => "nothing is partitioned",
        1 => "the optimizer state is partitioned",
        2 => "optimizer state and gradients are partitioned",
        _ => "all three are partitioned",
    };
    let mut instance = Instance::new(
        format!(
            "A model of **{billions} billion** parameters trains on **{ranks}** ranks with **{}**. {MODEL} How many \
             **GB** of weights, gradients and optimizer state does each rank hold? (To one decimal.)",
            label(stage)
        ),
        answer::rounded(held, "GB", 1),
        format!(
            "Here {what}: {} a parameter on each rank, × {billions}·10⁹ = {} GB.",
            per_parameter(ranks, stage),
            text::decimals(held, 2)
        ),
        json!({ "asks": "memory", "millions": (billions * 1000.0).round() as i64, "ranks": ranks, "stage": stage }),
    );
    if stage > 0 {
        instance = instance.mistake(gigabytes(billions, ranks, stage - 1), STAGE_LOW);
    }
    if (1..3).contains(&stage) {
        instance = instance.mistake(gigabytes(billions, ranks, stage + 1), STAGE_HIGH);
    }
    let (kept, shared) = STATES[stage];
    let without = if stage == 0 { 12.0 } else { kept as f64 + (shared - 4) as f64 / ranks as f64 };
    instance = instance.mistake(billions * without, NO_MASTER).mistake(billions * 2.0, WEIGHTS_ONLY);
    if stage > 0 { instance.mistake(billions * 16.0, UNPARTITIONED) } else { instance }
}

fn traffic(billions: f64, stage: usize) -> Instance {
    let (collectives, how) = match stage {
        0 => (2, "an all-reduce of the gradients is a reduce-scatter and an all-gather"),
        3 => (
            3,
            "the weights are gathered for the forward pass and again for the backward pass, and the gradients \
             reduce-scattered",
        ),
        _ => (2, "the gradients are reduce-scattered and the updated weights gathered"),
    };
    let sent = 2.0 * billions * f64::from(collectives);
    Instance::new(
        format!(
            "A model of **{billions} billion** parameters trains on many ranks with **{}**. Weights and gradients are \
             sent as 16-bit numbers; count a reduce-scatter or an all-gather over all parameters as every rank sending \
             each of them once (an all-reduce is one of each). How many **GB** (10⁹ bytes) does a rank send in one \
             training step? (To one decimal.)",
            label(stage)
        ),
        answer::rounded(sent, "GB", 1),
        format!(
            "With {}, {how}: {collectives} × {billions}·10⁹ values × 2 bytes = {} GB.",
            label(stage),
            text::decimals(sent, 1)
        ),
        json!({ "asks": "traffic", "millions": (billions * 1000.0).round() as i64, "stage": stage }),
    )
    .mistake(2.0 * billions * if collectives == 2 { 3.0 } else { 2.0 }, if collectives == 2 { TOO_MUCH } else { TOO_LITTLE })
    .mistake(f64::from(collectives) * billions, BYTES)
    .mistake(2.0 * billions, TOO_LITTLE)
}

fn smallest_stage(billions: f64, ranks: i64, draw: &mut Draw) -> Instance {
    let stage = draw.range(0, 3);
    // A limit between what this stage needs and what the one below needs.
    let need = gigabytes(billions, ranks, stage);
    let above = if stage == 0 { need * 1.5 } else { gigabytes(billions, ranks, stage - 1) };
    let share = draw.integer(2, 8) as f64 / 10.0;
    let limit = ((need + (above - need) * share) * 10.0).round() / 10.0;
    let needs = |stage: usize| text::decimals(gigabytes(billions, ranks, stage), 2);
    let name = |stage: usize| if stage == 0 { "no ZeRO at all".to_owned() } else { format!("stage {stage}") };
    let fits = |stage: usize| gigabytes(billions, ranks, stage) <= limit;
    let right = (0..4).find(|&stage| fits(stage)).unwrap_or(3);
    let options = (0..4)
        .map(|at| {
            let verdict = if at < right {
                "too much"
            } else if at == right {
                "the first that fits"
            } else {
                "more than needed"
            };
            answer::option(
                name(at),
                at == right,
                format!("{} a parameter, {} GB: {verdict}", per_parameter(ranks, at), needs(at)),
            )
        })
        .collect();
    let mut instance = Instance::new(
        format!(
            "A model of **{billions} billion** parameters is to train on **{ranks}** ranks with **{} GB** free on each for \
             weights, gradients and optimizer state. {MODEL} What is the **lowest** stage of ZeRO that fits?",
            text::decimals(limit, 1)
        ),
        answer::choice(options),
        format!(
            "Without ZeRO {} GB, stage 1 {} GB, stage 2 {} GB, stage 3 {} GB; the first within {} GB is {}.",
            needs(0),
            needs(1),
            needs(2),
            needs(3),
            text::decimals(limit, 1),
            name(right)
        ),
        json!({ "asks": "stage", "millions": (billions * 1000.0).round() as i64, "ranks": ranks, "limit": limit }),
    );
    if right > 0 {
        instance = instance.mistake(vec![right - 1], ABOVE);
    }
    if right < 3 { instance.mistake(vec![right + 1], BELOW) } else { instance }
}

fn smallest_ranks(millions: i64, stage: usize, draw: &mut Draw) -> Instance {
    let (kept, shared) = STATES[stage];
    // In megabytes, so that the division is exact.
    let (everywhere, partitioned) = (millions * kept, millions * shared);
    // Room for between 1/3 and 1/40 of what is partitioned, rounded up to a whole GB.
    let limit = (everywhere + partitioned / draw.integer(3, 40)) / 1000 + 1;
    let ranks_for = |kept: i64, shared: i64| {
        let room = limit * 1000 - millions * kept;
        (room > 0).then(|| (millions * shared + room - 1) / room)
    };
    let needed = ranks_for(kept, shared).unwrap_or(0);
    let gb = |megabytes: i64| text::decimals(megabytes as f64 / 1000.0, 3);
    let room = limit * 1000 - everywhere;
    let mut instance = Instance::new(
        format!(
            "A model of **{} billion** parameters trains with **{}**; each rank has **{limit} GB** free for weights, \
             gradients and optimizer state. {MODEL} How many ranks are needed at least?",
            gb(millions),
            label(stage)
        ),
        answer::count(needed as usize),
        format!(
            "Every rank holds {} GB whole; {} GB are shared out, into {limit} − {} = {} GB of room: {}/{} rounded up is \
             {needed}.",
            gb(everywhere),
            gb(partitioned),
            gb(everywhere),
            gb(room),
            gb(partitioned),
            gb(room)
        ),
        json!({ "asks": "ranks", "millions": millions, "stage": stage, "limit": limit }),
    );
    let otherwise = [
        STATES.get(stage + 1).map(|&(kept, shared)| (kept, shared, STAGE_HIGH)),
        Some((kept, shared - 4, NO_MASTER)),
    ];
    for (kept, shared, name) in otherwise.into_iter().flatten() {
        if let Some(ranks) = ranks_for(kept, shared) {
            instance = instance.mistake(ranks, name);
        }
    }
    if needed > 1 { instance.mistake(needed - 1, ONE_SHORT) } else { instance }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_as_in_the_paper() {
        // Rajbhandari et al. 2020, figure 1: 7.5 billion parameters, 64 ranks.
        let held: Vec<String> = (0..4).map(|stage| format!("{:.1}", gigabytes(7.5, 64, stage))).collect();
        assert_eq!(held, ["120.0", "31.4", "16.6", "1.9"]);
    }
}
