//! `btree.height`: leaves, height and capacity of a B+tree from its fan-out.

use serde_json::json;

use crate::problem::text::{plural, thousands};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &BtreeHeight;

struct BtreeHeight;

const INNER_ONLY: &str = "you counted the inner levels only; the leaves are a level too";
const LEAF_BASE: &str = "you used the records per leaf as the fan-out; inner nodes branch by theirs";
const FROM_RECORDS: &str = "you gave each record a child pointer of its own; only leaves are pointed to";
const FLOORED: &str = "you rounded down; what is left over needs a node too";
const ONE_LEVEL_LESS: &str = "you left out a level";
const ONE_LEVEL_MORE: &str =
    "you counted one level too many; the leaves are not multiplied by the fan-out again";
const LEAVES_ONLY: &str = "you counted the leaves only";
const NO_ROOT: &str = "you left out the root";
const ONE_MORE: &str = "at that number the tree is still of the lower height; one more record is needed";
const BYTES: &str = "you mixed up the powers of 1000: KB, MB, GB, TB";

const ASKS: &[&str] = &["leaves", "height", "nodes", "most-records", "grows-at", "capacity"];

impl Family for BtreeHeight {
    fn name(&self) -> &'static str {
        "btree.height"
    }

    fn title(&self) -> &'static str {
        "find the height or capacity of a B+tree"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, ASKS).graded_words([
                    &["leaves", "height", "most-records", "capacity", "capacity"],
                    &["height", "most-records", "nodes", "capacity"],
                    &["height", "nodes", "nodes", "grows-at", "grows-at", "most-records"],
                ]),
                Parameter::integer("records", "records in the tree; 0 draws them", (0, 1_000_000_000), &[0]),
                Parameter::integer("leaf", "records in a full leaf", (2, 1000), &[]).graded([
                    &[10, 20, 50, 100],
                    &[20, 40, 50, 80, 100],
                    &[16, 30, 45, 64, 90],
                ]),
                Parameter::integer("fan-out", "children of a full inner node", (2, 1000), &[]).graded([
                    &[10, 20, 50, 100],
                    &[20, 25, 60, 100, 200],
                    &[12, 24, 75, 120, 250],
                ]),
                Parameter::integer(
                    "levels",
                    "levels of inner and leaf nodes, where given; 0 draws them",
                    (0, 5),
                    &[0],
                ),
                Parameter::one_of("page", "size of a page in KiB", &[4, 8, 16], &[4, 8, 16]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            INNER_ONLY,
            LEAF_BASE,
            FROM_RECORDS,
            FLOORED,
            ONE_LEVEL_LESS,
            ONE_LEVEL_MORE,
            LEAVES_ONLY,
            NO_ROOT,
            ONE_MORE,
            BYTES,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let asks = with.word("asks");
        let (leaf, fan) = (with.count("leaf"), with.count("fan-out"));
        let height = match with.count("levels") {
            0 => draw.range(2, difficulty.of([3, 4, 4])),
            given => given.max(2),
        };
        let setting = format!(
            "A B+tree is packed full: a leaf holds **{leaf} records**, an inner node has **{fan} children**; only the last \
             node of a level may be emptier."
        );
        let t = |n: usize| thousands(n as u64);
        match asks {
            "leaves" | "height" | "nodes" => {
                let records = match with.count("records") {
                    0 => {
                        let low = leaf * fan.pow(height as u32 - 2);
                        let high = low * fan;
                        match draw.range(0, 3) {
                            0 => high,
                            1 => low + 1,
                            // As people say it: two leading digits.
                            _ => round(draw.range(low + 1, (low * 8).min(high))).clamp(low + 1, high),
                        }
                    }
                    given => given,
                };
                ask_tree(asks, &setting, records, leaf, fan)
            }
            "most-records" => {
                let right = leaf * fan.pow(height as u32 - 1);
                Instance::new(
                    format!("{setting} How many records can it hold with height **{height}**, the leaf level included?"),
                    answer::count(right),
                    format!(
                        "Below {} there are {fan}{} leaves, of {leaf} records each: {} · {leaf} = {}.",
                        plural(height - 1, "inner level"),
                        format!(" · {fan}").repeat(height - 2),
                        t(fan.pow(height as u32 - 1)),
                        t(right)
                    ),
                    json!({ "asks": asks, "leaf": leaf, "fan-out": fan, "height": height }),
                )
                .mistake(right * fan, ONE_LEVEL_MORE)
                .mistake(right / fan, ONE_LEVEL_LESS)
                .mistake(leaf.pow(height as u32 - 1) * fan, LEAF_BASE)
                .mistake(fan.pow(height as u32 - 1), FROM_RECORDS)
            }
            "grows-at" => {
                let most = leaf * fan.pow(height as u32 - 2);
                Instance::new(
                    format!(
                        "{setting} What is the smallest number of records with which its height is **{height}**, the leaf \
                         level included?"
                    ),
                    answer::count(most + 1),
                    format!(
                        "Height {} holds up to {leaf}{} = {} records; one more needs a new root: {}.",
                        height - 1,
                        format!(" · {fan}").repeat(height - 2),
                        t(most),
                        t(most + 1)
                    ),
                    json!({ "asks": asks, "leaf": leaf, "fan-out": fan, "height": height }),
                )
                .mistake(most, ONE_MORE)
                .mistake(most * fan + 1, ONE_LEVEL_MORE)
                .mistake(leaf.pow(height as u32 - 1) + 1, LEAF_BASE)
            }
            _ => ask_capacity(with, draw, fan, height),
        }
    }
}

fn ask_tree(asks: &str, setting: &str, records: usize, leaf: usize, fan: usize) -> Instance {
    let t = |n: usize| thousands(n as u64);
    let levels = levels(records.div_ceil(leaf), fan);
    let (leaves, height) = (levels[0], levels.len());
    let prompt = format!("{setting} It stores **{} records**.", t(records));
    let values = json!({ "asks": asks, "records": records, "leaf": leaf, "fan-out": fan });
    let told: Vec<String> = levels
        .windows(2)
        .map(|pair| {
            format!(
                "⌈{} / {fan}⌉ = {}",
                t(pair[0]),
                plural(pair[1], "node").replace(&pair[1].to_string(), &t(pair[1]))
            )
        })
        .collect();
    let above = if told.is_empty() {
        "that leaf is the root".to_owned()
    } else {
        format!("above them {}", told.join(", then "))
    };
    let steps = format!("⌈{} / {leaf}⌉ = {} leaves; {above}.", t(records), t(leaves));
    match asks {
        "leaves" => Instance::new(
            format!("{prompt} How many leaves does it have?"),
            answer::count(leaves),
            format!("⌈{} / {leaf}⌉ = {}.", t(records), t(leaves)),
            values,
        )
        .mistake(records / leaf, FLOORED)
        .mistake(records.div_ceil(fan), LEAF_BASE),
        "height" => Instance::new(
            format!("{prompt} What is its height: how many levels are there, counting root and leaves?"),
            answer::count(height),
            format!("{steps} One of the leaves, {} of inner nodes: {height} levels.", height - 1),
            values,
        )
        .mistake(height - 1, INNER_ONLY)
        .mistake(self::levels(records, fan).len(), FROM_RECORDS)
        .mistake(self::levels(leaves, leaf).len(), LEAF_BASE)
        .mistake(height + 1, ONE_LEVEL_MORE),
        _ => {
            let nodes: usize = levels.iter().sum();
            let floored = |mut n: usize| {
                let mut sum = 0;
                n /= leaf;
                while n > 1 {
                    sum += n;
                    n /= fan;
                }
                sum + 1
            };
            Instance::new(
                format!("{prompt} How many nodes does it have, root, inner nodes and leaves together?"),
                answer::count(nodes),
                format!("{steps} Together {}.", t(nodes)),
                values,
            )
            .mistake(leaves, LEAVES_ONLY)
            .mistake(nodes - 1, NO_ROOT)
            .mistake(floored(records), FLOORED)
        }
    }
}

fn ask_capacity(with: &Chosen, draw: &mut Draw, fan: usize, height: usize) -> Instance {
    let page = with.count("page");
    let bytes = fan.pow(height as u32) as f64 * page as f64 * 1024.0;
    let (unit, power) = match bytes {
        _ if bytes >= 1e12 => ("TB", 12),
        _ if bytes >= 1e9 => ("GB", 9),
        _ => ("MB", 6),
    };
    let value = bytes / 10_f64.powi(power);
    let what = draw.pick(&["key-value store", "database", "message archive"]);
    let form = answer::number(value, unit, crate::card::Tolerance::Relative(0.02));
    Instance::new(
        format!(
            "The index of a {what} is a B-tree of **{height} levels** of nodes with **{fan} references** each. Each reference on \
             the lowest level leads to a page of **{page} KiB** with data. How much data can it hold, in {unit} (10^{power} bytes)? \
             Two per cent are forgiven."
        ),
        form,
        format!(
            "{fan}^{height} = {} pages of {} bytes: {} {unit}.",
            thousands(fan.pow(height as u32) as u64),
            page * 1024,
            crate::problem::text::significant(value, 4),
        ),
        json!({ "asks": "capacity", "fan-out": fan, "levels": height, "page": page }),
    )
    .mistake(value / fan as f64, ONE_LEVEL_LESS)
    .mistake(value * fan as f64, ONE_LEVEL_MORE)
    .mistake(value * 1000.0, BYTES)
}

/// Nodes by level, leaves first.
fn levels(leaves: usize, fan: usize) -> Vec<usize> {
    let mut levels = vec![leaves.max(1)];
    while let Some(&last) = levels.last()
        && last > 1
    {
        levels.push(last.div_ceil(fan));
    }
    levels
}

/// Rounds down to two leading digits.
fn round(n: usize) -> usize {
    let mut place = 1;
    while n / place >= 100 {
        place *= 10;
    }
    n / place * place
}
