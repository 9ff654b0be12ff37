//! `extent.seal`: the length at which a replicated, append-only extent is sealed after a failure.

use serde_json::json;

use crate::card::Tolerance;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram};

pub const FAMILY: &dyn Family = &ExtentSeal;

struct ExtentSeal;

const LONGEST: &str = "the shortest of the replicas that answer counts, not the longest";
const MAJORITY: &str = "no majority is taken: an append is acknowledged only when all three have it";
const UNREACHABLE_TOO: &str = "a replica that does not answer has no say in the length";
const REACHABLE_ONLY: &str = "the replica that does not answer now took part in acknowledging before";
const ALL_OF_IT: &str = "the part that all three have may well have been acknowledged";
const ACKNOWLEDGED: &str = "that is the part that may have been acknowledged";
const CUT_OFF: &str =
    "blocks beyond the sealed length are gone; only new ones in the next extent count for them";
const ALL_RESENT: &str = "of the blocks sent again only those inside the sealed extent are there twice";

impl Family for ExtentSeal {
    fn name(&self) -> &'static str {
        "extent.seal"
    }

    fn title(&self) -> &'static str {
        "seal an append-only extent after a failure"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                &["sealed"],
                &["sealed", "acknowledged", "unacknowledged"],
                &["unacknowledged", "unacknowledged", "twice"],
            ])]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[LONGEST, MAJORITY, UNREACHABLE_TOO, REACHABLE_ONLY, ALL_OF_IT, ACKNOWLEDGED, CUT_OFF, ALL_RESENT]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let asks = with.word("asks");
        let blocks = difficulty.of([5, 6, 8]);
        let (ends, have, silent) = draw.until(|draw| {
            let mut ends = vec![0];
            for _ in 0..blocks {
                let block = draw.range(1, 12) * 4;
                ends.push(ends[ends.len() - 1] + block);
            }
            // Blocks that each replica has; the second half of them is where the failure struck.
            let have: Vec<usize> = (0..3).map(|_| draw.range(blocks / 2, blocks)).collect();
            let silent = if difficulty.level() == 0 && draw.coin() { None } else { Some(draw.range(0, 2)) };
            let mut sorted = have.clone();
            sorted.sort_unstable();
            let apart = sorted[0] < sorted[1] && sorted[1] < sorted[2];
            // The silent replica is the shortest where the difference is asked for.
            let shortest = silent.is_some_and(|silent| have[silent] == sorted[0]);
            let asked = match asks {
                "unacknowledged" | "twice" => shortest,
                "acknowledged" => shortest || draw.chance(1, 4),
                _ => true,
            };
            (apart && asked && (asks == "sealed" || silent.is_some())).then_some((ends, have, silent))
        });
        let least = have.iter().copied().min().unwrap_or(0);
        let answering = || (0..3).filter(|&replica| silent != Some(replica));
        let sealed = answering().map(|replica| have[replica]).min().unwrap_or(0);
        let most = answering().map(|replica| have[replica]).max().unwrap_or(0);
        let mut sorted = have.clone();
        sorted.sort_unstable();
        let rows: Vec<Vec<String>> = (0..3)
            .map(|replica| {
                let answers = if silent == Some(replica) { "no" } else { "yes" };
                vec![format!("E{}", replica + 1), ends[have[replica]].to_string(), answers.to_owned()]
            })
            .collect();
        let picture = diagram::table(&["replica", "has up to (KB)", "answers"], &rows);
        let told: Vec<String> = ends[1..].iter().map(ToString::to_string).collect();
        let scene = format!(
            "A stream store keeps an append-only extent on **three** replicas. An append (one block) is acknowledged to the client \
             only when **all three** have it; all replicas get the blocks in the same order. The client has sent blocks that end at \
             {} KB. Then a failure strikes; this is what each replica has, and whether the manager can reach it:\n\n{}\n\nThe \
             manager **seals** the extent: its length is the **smallest** of the lengths of the replicas that answer. ",
            told.join(", "),
            picture.fence()
        );
        let size = |value: usize| answer::number(value as f64, "KB", Tolerance::Exact);
        let values = json!({
            "asks": asks, "ends": ends[1..].to_vec(), "have": have.iter().map(|&of| ends[of]).collect::<Vec<_>>(),
            "silent": silent,
        });
        let (sealed_kb, least_kb) = (ends[sealed], ends[least]);
        let names: Vec<String> =
            answering().map(|replica| format!("E{} {} KB", replica + 1, ends[have[replica]])).collect();
        let how = format!("Those that answer: {}. The smallest is {sealed_kb} KB", names.join(", "));
        match asks {
            "sealed" => Instance::new(
                format!("{scene}At which length is it sealed, in KB?"),
                size(sealed_kb),
                format!("{how}. All that was acknowledged is inside, since every replica had it."),
                values,
            )
            .mistake(ends[most], LONGEST)
            .mistake(least_kb, UNREACHABLE_TOO)
            .mistake(ends[sorted[1]], MAJORITY),
            "acknowledged" => Instance::new(
                format!("{scene}Up to which length can the client's appends have been acknowledged at most, in KB?"),
                size(least_kb),
                format!(
                    "Only what **all three** have can have been acknowledged: up to {least_kb} KB, whether the replica answers \
                     now or not."
                ),
                values,
            )
            .mistake(sealed_kb, REACHABLE_ONLY)
            .mistake(ends[sorted[1]], MAJORITY)
            .mistake(ends[sorted[2]], LONGEST),
            "unacknowledged" => Instance::new(
                format!(
                    "{scene}How many KB of the sealed extent can the client **never** have been told to be stored?"
                ),
                size(sealed_kb - least_kb),
                format!(
                    "{how}: that is the sealed length. At most {least_kb} KB were on all three and can have been acknowledged: \
                     {sealed_kb} − {least_kb} = {} KB.",
                    sealed_kb - least_kb
                ),
                values,
            )
            .mistake(sealed_kb, ALL_OF_IT)
            .mistake(least_kb, ACKNOWLEDGED)
            .mistake(ends[most] - least_kb, LONGEST),
            _ => Instance::new(
                format!(
                    "{scene}Everything that all three replicas have was acknowledged. The client sends all its other blocks again, \
                     in order, and they go into a new extent. How many **blocks** are then in the stream **twice**?"
                ),
                answer::count(sealed - least),
                format!(
                    "{how}: that is the sealed length, {sealed} blocks. {least} blocks were on all three and are not sent again. \
                     {sealed} − {least} = {} are in both extents.",
                    sealed - least
                ),
                values,
            )
            .mistake(blocks - least, ALL_RESENT)
            .mistake(most - least, CUT_OFF)
            .mistake(0_usize, UNREACHABLE_TOO),
        }
        .spoken(picture.spoken)
    }
}

const ASKS: &[&str] = &["sealed", "acknowledged", "unacknowledged", "twice"];
