//! `erasure.coding`: space, losses, repair, and quorums of erasure-coded storage; parity that grows at write time.

use serde_json::json;

use crate::problem::text::plural;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, text};

pub const FAMILY: &dyn Family = &ErasureCoding;

struct ErasureCoding;

const SHARE_OF_ALL: &str = "you divided by all shards; overhead is what comes on top of the data";
const WHOLE: &str = "that is the whole space; overhead is what comes on top of the data";
const PARITY_ONLY: &str = "you counted the parity alone; the data itself is stored too";
const AS_COPIES: &str = "you counted whole copies; parity shards are only a k-th of the object each";
const NO_LOSS_LEFT: &str = "one more may be lost: any k shards are enough";
const DATA_LOST: &str =
    "as many as there are parity shards may be lost, not as many as there are data shards";
const ONE_SHARD: &str = "the lost shard is computed from k others, and all of those must be read";
const ALL_SHARDS: &str = "k shards are enough to repair; the others need not be read";
const MAJORITY: &str = "no majority of the drives is asked for; enough shards are";
const NO_EXTRA: &str = "with as much parity as data two writes could miss one another: one more is needed";
const EXTRA: &str = "one more is needed only where there is as much parity as data";
const NOT_RAISED: &str = "parity is raised by the drives that are offline at the time of writing";
const NOT_CAPPED: &str = "parity never exceeds half of the drives";
const LOST_ALREADY: &str = "the offline drives never got their shards; they count among the missing ones";
const WRONG_DEFAULT: &str = "that is the default for a set of another size";

impl Family for ErasureCoding {
    fn name(&self) -> &'static str {
        "erasure.coding"
    }

    fn title(&self) -> &'static str {
        "work out space, losses and quorums of erasure coding"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["overhead", "stored", "lost", "repair"],
                    &["stored", "repair", "read-quorum", "write-quorum", "default"],
                    &["write-quorum", "raised", "more-lost"],
                ]),
                Parameter::integer("data", "data shards, where they are given", (2, 32), &[]).graded([
                    &[2, 3, 4, 6, 8, 10],
                    &[4, 5, 6, 8, 10, 12],
                    &[4, 6, 8, 10, 12],
                ]),
                Parameter::integer(
                    "parity",
                    "parity shards; MinIO takes at most half of the drives",
                    (1, 16),
                    &[],
                )
                .graded([&[1, 2, 3, 4], &[2, 3, 4, 5], &[2, 3, 4, 5]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            SHARE_OF_ALL,
            WHOLE,
            PARITY_ONLY,
            AS_COPIES,
            NO_LOSS_LEFT,
            DATA_LOST,
            ONE_SHARD,
            ALL_SHARDS,
            MAJORITY,
            NO_EXTRA,
            EXTRA,
            NOT_RAISED,
            NOT_CAPPED,
            LOST_ALREADY,
            WRONG_DEFAULT,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _difficulty: Difficulty) -> Instance {
        let (k, m) = (with.integer("data"), with.integer("parity"));
        match with.word("asks") {
            asks @ ("overhead" | "stored" | "lost" | "repair") => plain(asks, k, m, draw),
            "default" => default_parity(draw),
            asks => minio(asks, k, m, draw),
        }
    }
}

const ASKS: &[&str] = &[
    "overhead",
    "stored",
    "lost",
    "repair",
    "default",
    "read-quorum",
    "write-quorum",
    "raised",
    "more-lost",
];

fn plain(asks: &str, k: i64, m: i64, draw: &mut Draw) -> Instance {
    let size = k * draw.integer(3, 60);
    let code = format!(
        "Objects are stored by a Reed–Solomon code with **{k} data** and **{m} parity** shards, each on a drive of its own."
    );
    let values = json!({ "asks": asks, "data": k, "parity": m, "size": size });
    let shard = size / k;
    match asks {
        "overhead" => {
            let overhead = 100.0 * m as f64 / k as f64;
            Instance::new(
                format!(
                    "{code} How large is the **overhead**: the space that comes on top, in % of the data itself? (To one \
                     decimal. Keeping three copies would have 200 %.)"
                ),
                answer::rounded(overhead, "%", 1),
                format!("{m} parity shards come on top of {k}: {m}/{k} = {} %.", text::decimals(overhead, 1)),
                values,
            )
            .mistake(100.0 * m as f64 / (k + m) as f64, SHARE_OF_ALL)
            .mistake(100.0 * (k + m) as f64 / k as f64, WHOLE)
            .mistake(100.0 * m as f64, AS_COPIES)
        }
        "stored" => Instance::new(
            format!("{code} How many **MB** do the drives hold together for an object of **{size} MB**?"),
            answer::number((shard * (k + m)) as f64, "MB", crate::card::Tolerance::Exact),
            format!("A shard has {size}/{k} = {shard} MB; {k} + {m} = {} of them: {} MB.", k + m, shard * (k + m)),
            values,
        )
        .mistake(shard * m, PARITY_ONLY)
        .mistake(size * (m + 1), AS_COPIES),
        "lost" => Instance::new(
            format!("{code} How many of the drives may be lost **at most**, so that every object can still be read?"),
            answer::count(m as usize),
            format!("Any {k} of the {} shards are enough, so {m} may be missing.", k + m),
            values,
        )
        .mistake(m - 1, NO_LOSS_LEFT)
        .mistake(k, DATA_LOST)
        .mistake((k + m - 1) / 2, MAJORITY),
        _ => Instance::new(
            format!(
                "{code} One drive is lost. How many **MB** must be **read** from the others at least, to compute the lost \
                 shard of an object of **{size} MB** anew?"
            ),
            answer::number(size as f64, "MB", crate::card::Tolerance::Exact),
            format!("A shard has {size}/{k} = {shard} MB, and {k} others are needed: {k}·{shard} = {size} MB, the whole object."),
            values,
        )
        .mistake(shard, ONE_SHARD)
        .mistake(shard * (k + m - 1), ALL_SHARDS),
    }
}

fn default_of(drives: i64) -> i64 {
    match drives {
        ..=5 => 2,
        6..=7 => 3,
        _ => 4,
    }
}

fn default_parity(draw: &mut Draw) -> Instance {
    let drives = draw.integer(4, 16);
    let parity = default_of(drives);
    let data = drives - parity;
    let size = data * draw.integer(5, 40);
    let stored = |parity: i64| size as f64 * drives as f64 / (drives - parity) as f64;
    let mut instance = Instance::new(
        format!(
            "A MinIO erasure set of **{drives} drives** uses the **default** parity for sets of its size (standard storage \
             class). How many **MB** do its drives hold for an object of **{size} MB**?"
        ),
        answer::number(stored(parity), "MB", crate::card::Tolerance::Exact),
        format!(
            "The default is EC:2 up to 5 drives, EC:3 for 6 and 7, EC:4 from 8 on: here EC:{parity}, so {data} data shards of \
             {size}/{data} = {} MB, {drives} shards in all: {} MB.",
            size / data,
            text::number(stored(parity))
        ),
        json!({ "asks": "default", "drives": drives, "size": size }),
    );
    for other in [drives / 2, 2, 3, 4] {
        if other != parity && other * 2 <= drives {
            instance = instance.mistake(stored(other), WRONG_DEFAULT);
        }
    }
    instance
}

fn minio(asks: &str, k: i64, m: i64, draw: &mut Draw) -> Instance {
    match asks {
        "read-quorum" | "write-quorum" => {
            // Half of the drives is the special case; it comes up often enough to matter.
            let parity = if draw.chance(2, 5) { k } else { m.min(k) };
            quorum(asks, k, parity)
        }
        _ => raised(asks, (k + m).max(4), m.min((k + m) / 2), draw),
    }
}

fn quorum(asks: &str, data: i64, parity: i64) -> Instance {
    let drives = data + parity;
    let extra = i64::from(asks == "write-quorum" && data == parity);
    let quorum = data + extra;
    let what = if asks == "read-quorum" { "**read**" } else { "**written**" };
    let why = match (asks, extra) {
        ("read-quorum", _) => format!("Any {data} shards give the object back, so {data} drives are enough."),
        (_, 0) => format!(
            "A write needs its {data} data shards; {data} of {drives} is more than half already: {quorum}."
        ),
        _ => format!(
            "{data} is just half of {drives}; two writes could miss one another, so one more: {quorum}."
        ),
    };
    Instance::new(
        format!(
            "A MinIO erasure set has **{drives} drives** with parity **EC:{parity}**. How many drives must be available at least, \
             so that an object stored with this parity can be {what}?"
        ),
        answer::count(quorum as usize),
        format!("{drives} − {parity} = {data} data shards. {why}"),
        json!({ "asks": asks, "drives": drives, "parity": parity }),
    )
    .mistake(if extra == 1 { data } else { data + 1 }, if extra == 1 { NO_EXTRA } else { EXTRA })
    .mistake(drives / 2 + 1, MAJORITY)
    .mistake(parity, DATA_LOST)
}

fn raised(asks: &str, drives: i64, parity: i64, draw: &mut Draw) -> Instance {
    let parity = parity.max(1);
    // Fewer than half may be offline, or the write fails.
    let offline = draw.integer(1, ((drives + 1) / 2 - 1).min(5));
    let raised = (parity + offline).min(drives / 2);
    let data = drives - raised;
    let online = drives - offline;
    let story = format!(
        "A MinIO erasure set has **{drives} drives** with parity **EC:{parity}**. While **{offline}** of them {} offline, an \
         object is written. MinIO then raises the parity for this object by the number of drives offline, to half of the \
         drives at most; the offline drives get no shard, not even later.",
        if offline == 1 { "is" } else { "are" }
    );
    let steps = format!(
        "Parity {parity} + {offline}{} = {raised}, data shards {drives} − {raised} = {data}.",
        if parity + offline > drives / 2 { format!(", at most {drives}/2,") } else { String::new() }
    );
    let values = json!({ "asks": asks, "drives": drives, "parity": parity, "offline": offline });
    if asks == "raised" {
        return Instance::new(
            format!("{story} With how many **data shards** is it stored?"),
            answer::count(data as usize),
            steps,
            values,
        )
        .mistake(drives - parity, NOT_RAISED)
        .mistake(drives - parity - offline, NOT_CAPPED)
        .mistake(online - raised, LOST_ALREADY);
    }
    let more = online - data;
    Instance::new(
        format!(
            "{story} How many **further** drives may be lost after that (the offline ones stay away), so that the object can \
             still be read?"
        ),
        answer::count(more as usize),
        format!("{steps} {online} shards were written, and {data} are needed: {} may still be lost.", plural(more as usize, "drive")),
        values,
    )
    .mistake((parity - offline).max(0), NOT_RAISED)
    .mistake(raised, LOST_ALREADY)
    .mistake((more - 1).max(0), NO_LOSS_LEFT)
}
