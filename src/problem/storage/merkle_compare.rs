//! `merkle.compare`: the hashes that two replicas compare to find where they differ.

use serde_json::json;

use crate::problem::text::list;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &MerkleCompare;

struct MerkleCompare;

const NO_ROOT: &str = "the roots are compared too";
const ONE_CHILD: &str =
    "below a node that differs all its children are compared, not only the one that differs";
const SHARED_TWICE: &str = "ways to different leaves share their upper part, which is walked once";
const ALL_LEAVES: &str = "that would be comparing all leaves; equal nodes are not descended into";
const WHOLE_TREE: &str = "you descended into equal nodes too";
const LEAVES_ONLY: &str = "inner nodes above a leaf that differs differ as well";
const COMPARED: &str = "those are all pairs compared; some of them turn out equal";
const RANGES: &str = "those are the ranges; each of them is sent with all its keys";
const EVERYTHING: &str = "only the ranges that differ are sent";

impl Family for MerkleCompare {
    fn name(&self) -> &'static str {
        "merkle.compare"
    }

    fn title(&self) -> &'static str {
        "count the hashes that two Merkle trees compare"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is counted", ASKS, &[]).graded_words([
                    &["compared", "compared", "keys"],
                    &["compared", "compared", "unequal", "keys"],
                    &["compared", "compared", "unequal"],
                ]),
                Parameter::integer("height", "levels below the root", (2, 8), &[]).graded([
                    &[3, 4, 5, 6],
                    &[3, 4, 5],
                    &[2, 3, 4, 5],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[NO_ROOT, ONE_CHILD, SHARED_TWICE, ALL_LEAVES, WHOLE_TREE, LEAVES_ONLY, COMPARED, RANGES, EVERYTHING]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let asks = with.word("asks");
        // Wide trees are kept low.
        let fan = if difficulty.level() == 2 && draw.coin() { 4_usize } else { 2 };
        let height = if fan == 4 { with.count("height").min(4) } else { with.count("height") };
        let leaves = fan.pow(height as u32);
        let differ = draw.range(difficulty.of([1, 2, 2]), difficulty.of([2, 3, 4]));
        let mut differing: Vec<usize> = draw
            .distinct(differ.min(leaves), 0, leaves as i64 - 1)
            .into_iter()
            .map(|leaf| leaf as usize)
            .collect();
        differing.sort_unstable();

        // Unequal nodes, level by level, from the root down.
        let unequal: Vec<usize> = (0..=height)
            .map(|level| {
                let mut nodes: Vec<usize> =
                    differing.iter().map(|leaf| leaf / fan.pow((height - level) as u32)).collect();
                nodes.dedup();
                nodes.len()
            })
            .collect();
        let inner: usize = unequal[..height].iter().sum();
        let compared = 1 + fan * inner;
        let whole: usize = (0..=height).map(|level| fan.pow(level as u32)).sum();
        let keys = draw.range(2, 40) * 50;
        let values = json!({
            "asks": asks, "fan": fan, "height": height, "differing": differing, "keys": keys,
        });
        let which = if differing.len() == 1 {
            format!("only leaf **{}** differs", differing[0])
        } else {
            format!("leaves **{}** differ", list(&differing))
        };
        let scene = format!(
            "Two replicas keep a Merkle tree each over the same key ranges: **{leaves} leaves**, numbered from 0 to {}, one for each \
             range, and **{} children** below each inner node. In truth {which}. The replicas compare their roots. Wherever the \
             hashes of a node differ, they compare those of **all** its children; where they are equal, they stop.",
            leaves - 1,
            if fan == 2 { "two" } else { "four" }
        );
        let levels: Vec<String> =
            unequal.iter().enumerate().map(|(level, nodes)| format!("level {level}: {nodes}")).collect();
        let below: Vec<String> = unequal[..height].iter().map(|nodes| format!("{fan} · {nodes}")).collect();
        match asks {
            "compared" => Instance::new(
                format!("{scene} How many **pairs of hashes** are compared in all, roots and leaves included?"),
                answer::count(compared),
                format!(
                    "Nodes that differ, from the root (level 0) down to the leaves (level {height}): {}. Compared: 1 for the roots, \
                     and the children of each inner node that differs, {} = {}: {compared} in all.",
                    levels.join(", "),
                    below.join(" + "),
                    fan * inner
                ),
                values,
            )
            .mistake(compared - 1, NO_ROOT)
            .mistake(1 + inner, ONE_CHILD)
            .mistake(1 + fan * height * differing.len(), SHARED_TWICE)
            .mistake(leaves, ALL_LEAVES)
            .mistake(whole, WHOLE_TREE),
            "unequal" => Instance::new(
                format!("{scene} How many **nodes**, from the root to the leaves, turn out to differ?"),
                answer::count(inner + unequal[height]),
                format!(
                    "A node differs if a leaf below it does. From the root (level 0) down: {}. Together {}.",
                    levels.join(", "),
                    inner + unequal[height]
                ),
                values,
            )
            .mistake(differing.len(), LEAVES_ONLY)
            .mistake(compared, COMPARED)
            .mistake((height + 1) * differing.len(), SHARED_TWICE)
            .mistake(inner + unequal[height] - 1, NO_ROOT),
            _ => {
                let right = differing.len() * keys;
                Instance::new(
                    format!(
                        "{scene} Then, for each leaf that differs, one replica sends all keys of that range. Each range has **{keys}** \
                         keys. How many keys are sent?"
                    ),
                    answer::count(right),
                    format!("Ranges that differ: {}. {} · {keys} = {right}.", list(&differing), differing.len()),
                    values,
                )
                .mistake(differing.len(), RANGES)
                .mistake(leaves * keys, EVERYTHING)
            }
        }
    }
}

const ASKS: &[&str] = &["compared", "unequal", "keys"];
