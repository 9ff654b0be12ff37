//! `sort.external`: passes and page transfers of an external merge sort, and the limits that follow from them.

use serde_json::json;

use crate::problem::text::{plural, thousands};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &SortExternal;

struct SortExternal;

const NO_OUTPUT_BUFFER: &str =
    "you merged as many runs as there are buffers; one buffer is taken by the output";
const NO_PASS_ZERO: &str = "you left out pass 0, which makes the first runs";
const SINGLE_PAGES: &str = "you began with runs of one page; pass 0 sorts a whole memory full at a time";
const ONE_WAY: &str = "you counted one transfer a page and pass; each page is read and written";
const ONE_PASS: &str = "you counted a single pass over the file";
const FLOORED: &str = "you rounded down; the last, short run counts too";
const ONE_MORE: &str = "you allowed for one more than is there at the limit; check the limit itself";

const ASKS: &[&str] = &["passes", "transfers", "runs", "most-pages", "least-buffers"];

impl Family for SortExternal {
    fn name(&self) -> &'static str {
        "sort.external"
    }

    fn title(&self) -> &'static str {
        "count passes and page transfers of an external merge sort"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, ASKS).graded_words([
                    &["passes", "transfers", "transfers", "runs"],
                    &["passes", "transfers", "runs", "most-pages"],
                    &["transfers", "runs", "most-pages", "least-buffers"],
                ]),
                Parameter::integer("buffers", "buffer pages in memory", (3, 2000), &[]).graded([
                    &[3, 4, 5, 6, 9, 11],
                    &[5, 8, 11, 17, 21, 33],
                    &[9, 17, 33, 51, 65, 101],
                ]),
                Parameter::integer("pages", "pages of the file; 0 draws them", (0, 100_000_000), &[0]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[NO_OUTPUT_BUFFER, NO_PASS_ZERO, SINGLE_PAGES, ONE_WAY, ONE_PASS, FLOORED, ONE_MORE]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let (asks, buffers) = (with.word("asks"), with.count("buffers"));
        let wanted = draw.range(2, difficulty.of([3, 4, 4]));
        let pages = match with.count("pages") {
            0 => {
                let low = most_pages(buffers, wanted - 1);
                let high = most_pages(buffers, wanted);
                // Near the limits, off-by-one mistakes show.
                match draw.range(0, 3) {
                    0 => high,
                    1 => low + 1,
                    _ => draw.range(low + 1, high),
                }
            }
            given => given,
        };
        let setting = format!(
            "An external merge sort has **{buffers} buffer pages**. Pass 0 sorts as many pages at a time as fit into \
             all buffers and writes each as a run; every later pass merges as many runs at a time as it can, with one \
             input buffer for each run and one for the output."
        );
        let file = format!("The file has **{} pages**.", thousands(pages as u64));
        let passes = sizes(pages, buffers, buffers - 1).len();
        match asks {
            "passes" | "transfers" => ask_whole(asks, &setting, &file, pages, buffers, passes),
            "runs" => ask_runs(draw, &setting, &file, pages, buffers, passes),
            "most-pages" => {
                let right = most_pages(buffers, wanted);
                let ways = buffers - 1;
                Instance::new(
                    format!(
                        "{setting} What is the largest file, in pages, that it can sort in **{wanted} passes**, pass 0 \
                         included?"
                    ),
                    answer::count(right),
                    format!(
                        "Pass 0 makes runs of {buffers} pages, and each of the {} makes runs {ways} times as long: \
                         {buffers}{} = {} pages.",
                        plural(wanted - 1, "merge pass").replace("passs", "passes"),
                        format!(" · {ways}").repeat(wanted - 1),
                        thousands(right as u64)
                    ),
                    json!({ "asks": asks, "buffers": buffers, "passes": wanted }),
                )
                .mistake(buffers.pow(wanted as u32), NO_OUTPUT_BUFFER)
                .mistake(right * ways, NO_PASS_ZERO)
                .mistake(ways.pow(wanted as u32), SINGLE_PAGES)
            }
            _ => ask_buffers(draw, difficulty),
        }
    }
}

fn ask_whole(asks: &str, setting: &str, file: &str, pages: usize, buffers: usize, passes: usize) -> Instance {
    let too_wide = sizes(pages, buffers, buffers).len();
    let from_single = 1 + sizes(pages, 1, buffers - 1).len() - 1;
    let steps = steps(pages, buffers);
    if asks == "passes" {
        Instance::new(
            format!("{setting} {file} How many passes does the sort take, pass 0 included?"),
            answer::count(passes),
            format!("{steps} That makes {passes} passes."),
            json!({ "asks": asks, "buffers": buffers, "pages": pages }),
        )
        .mistake(passes - 1, NO_PASS_ZERO)
        .mistake(too_wide, NO_OUTPUT_BUFFER)
        .mistake(from_single, SINGLE_PAGES)
    } else {
        let cost = 2 * pages * passes;
        Instance::new(
            format!(
                "{setting} {file} How many page transfers (reads plus writes, the writing of the sorted file included) \
                 does the whole sort take?"
            ),
            answer::count(cost),
            format!(
                "{steps} That makes {passes} passes. Each reads and writes every page once: 2 · {} · {passes} = {}.",
                thousands(pages as u64),
                thousands(cost as u64)
            ),
            json!({ "asks": asks, "buffers": buffers, "pages": pages }),
        )
        .mistake(2 * pages * (passes - 1), NO_PASS_ZERO)
        .mistake(2 * pages * too_wide, NO_OUTPUT_BUFFER)
        .mistake(pages * passes, ONE_WAY)
        .mistake(2 * pages * from_single, SINGLE_PAGES)
        .mistake(2 * pages, ONE_PASS)
    }
}

fn ask_runs(
    draw: &mut Draw,
    setting: &str,
    file: &str,
    pages: usize,
    buffers: usize,
    passes: usize,
) -> Instance {
    // After the last pass there is one run, which asks nothing.
    let after = draw.range(0, passes.saturating_sub(2));
    let runs = sizes(pages, buffers, buffers - 1);
    let right = runs[after];
    let floored = (0..after).fold(pages / buffers, |left, _| left / (buffers - 1));
    Instance::new(
        format!("{setting} {file} How many runs are there after **pass {after}**?"),
        answer::count(right),
        steps(pages, buffers),
        json!({ "asks": "runs", "buffers": buffers, "pages": pages, "after": after }),
    )
    .mistake(sizes(pages, buffers, buffers).get(after).copied().unwrap_or(1), NO_OUTPUT_BUFFER)
    .mistake(sizes(pages, 1, buffers - 1).get(after + 1).copied().unwrap_or(1), SINGLE_PAGES)
    .mistake(floored, FLOORED)
    .mistake(runs.get(after + 1).copied().unwrap_or(1), NO_PASS_ZERO)
}

fn ask_buffers(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    // Two passes: pages ≤ b·(b − 1), so the least b is found without searching.
    let target = draw.range(12, difficulty.of([30, 60, 120]));
    let (low, high) = ((target - 1) * (target - 2) + 1, target * (target - 1));
    let pages = match draw.range(0, 2) {
        0 => high,
        1 => low,
        _ => draw.range(low, high),
    };
    let root = (1..).find(|b| b * b >= pages).unwrap_or(target);
    Instance::new(
        format!(
            "An external merge sort with *b* buffer pages makes runs of *b* pages in pass 0; a later pass merges up to \
             *b* − 1 runs at a time, as one buffer is taken by the output. A file of **{} pages** is to be sorted in **two \
             passes**, pass 0 included. What is the smallest *b* that allows this?",
            thousands(pages as u64)
        ),
        answer::count(target),
        format!(
            "Two passes sort up to b · (b − 1) pages. {target} · {} = {} is enough, {} · {} = {} is not: b = {target}.",
            target - 1,
            thousands(high as u64),
            target - 1,
            target - 2,
            thousands((low - 1) as u64)
        ),
        json!({ "asks": "least-buffers", "pages": pages }),
    )
    .mistake(root, NO_OUTPUT_BUFFER)
    .mistake(target + 1, ONE_MORE)
}

/// The number of runs after each pass, down to one: the first runs are `first` pages long, merges take `ways` runs.
fn sizes(pages: usize, first: usize, ways: usize) -> Vec<usize> {
    let mut runs = vec![pages.div_ceil(first)];
    while let Some(&last) = runs.last()
        && last > 1
    {
        runs.push(last.div_ceil(ways));
    }
    runs
}

/// The largest file that so many passes sort.
fn most_pages(buffers: usize, passes: usize) -> usize {
    if passes == 0 { 0 } else { buffers * (buffers - 1).pow(passes as u32 - 1) }
}

fn steps(pages: usize, buffers: usize) -> String {
    let runs = sizes(pages, buffers, buffers - 1);
    let mut told = format!("Pass 0: ⌈{} / {buffers}⌉ = {}.", thousands(pages as u64), plural(runs[0], "run"));
    for (pass, pair) in runs.windows(2).enumerate() {
        told += &format!(
            " Pass {}, merging {} at a time: ⌈{} / {}⌉ = {}.",
            pass + 1,
            buffers - 1,
            thousands(pair[0] as u64),
            buffers - 1,
            plural(pair[1], "run")
        );
    }
    told
}
