//! `join.cost`: page transfers of the classic join algorithms, and which of them is cheapest.

use serde_json::json;

use crate::problem::text::thousands;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &JoinCost;

struct JoinCost;

const OUTER_FREE: &str = "you left out reading the outer table itself";
const PER_PAGE: &str =
    "you read the inner table once per page of the outer; the naive loop reads it once per tuple";
const PER_TUPLE: &str = "you read the inner table once per tuple; here it is read once per block";
const ALL_BUFFERS: &str =
    "you filled every buffer with the outer table; one is for the inner, one for the output";
const FLOORED: &str = "you rounded down; the last, short block reads the inner table too";
const SWAPPED: &str = "you took the other table as the outer one";
const PROBES_OF_PAGES: &str = "you probed the index once per page of the outer table, not once per tuple";
const SORT_FREE: &str = "you left out the sorting";
const MERGE_FREE: &str = "you left out the merge, which reads both sorted tables once more";
const SORT_ONE_WAY: &str = "you counted reads only; each sort pass also writes";
const ONE_SORT_PASS: &str = "you sorted in one pass; the tables do not fit into memory";
const PARTITION_READ: &str = "you left out writing the partitions";
const PROBE_ONLY: &str = "you counted one read of both; partitioning reads and writes them first";
const DEARER: &str = "work both costs out: that one transfers more pages";

const ASKS: &[&str] = &["naive", "block", "index", "sort-merge", "hash", "best-outer", "cheapest"];

/// What a question gives: pages and tuples of both tables, buffers, probe cost.
#[derive(Clone, Copy)]
struct Tables {
    m: usize,
    mt: usize,
    n: usize,
    nt: usize,
    b: usize,
    c: usize,
}

impl Family for JoinCost {
    fn name(&self) -> &'static str {
        "join.cost"
    }

    fn title(&self) -> &'static str {
        "count the page transfers of a join"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "the algorithm, or what is compared", ASKS, ASKS).graded_words([
                    &["naive", "block", "index", "hash"],
                    &["block", "index", "sort-merge", "hash", "best-outer"],
                    &["block", "sort-merge", "best-outer", "cheapest", "cheapest"],
                ]),
                Parameter::integer(
                    "outer-pages",
                    "pages of the first table; 0 draws them",
                    (0, 100_000),
                    &[0],
                ),
                Parameter::integer(
                    "outer-tuples",
                    "tuples of the first table; 0 draws them",
                    (0, 10_000_000),
                    &[0],
                ),
                Parameter::integer(
                    "inner-pages",
                    "pages of the second table; 0 draws them",
                    (0, 100_000),
                    &[0],
                ),
                Parameter::integer(
                    "inner-tuples",
                    "tuples of the second table; 0 draws them",
                    (0, 10_000_000),
                    &[0],
                ),
                Parameter::integer("buffers", "buffer pages; 0 draws them", (0, 5000), &[0]),
                Parameter::integer(
                    "probe",
                    "page reads for a probe of the index; 0 draws them",
                    (0, 9),
                    &[0],
                ),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            OUTER_FREE,
            PER_PAGE,
            PER_TUPLE,
            ALL_BUFFERS,
            FLOORED,
            SWAPPED,
            PROBES_OF_PAGES,
            SORT_FREE,
            MERGE_FREE,
            SORT_ONE_WAY,
            ONE_SORT_PASS,
            PARTITION_READ,
            PROBE_ONLY,
            DEARER,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _: Difficulty) -> Instance {
        let asks = with.word("asks");
        let wanted = draw.range(0, 2);
        let mut attempts = 0;
        let tables = draw.until(|draw| {
            attempts += 1;
            let tables = tables(asks, with, draw);
            // An author's sizes may not fit, or, when all are given, leave a tie.
            (is_fit(asks, wanted, tables)
                || attempts > 2_000 && (asks != "cheapest" || has_winner(tables) || attempts > 4_000))
                .then_some(tables)
        });
        let Tables { m, mt, n, nt, b, c } = tables;
        let (r, s) = *draw.pick(&[("orders", "customers"), ("loans", "books"), ("visits", "patients")]);
        let t = |n: usize| thousands(n as u64);
        let setting = format!(
            "`{r}` has **{} pages** with **{} tuples**, `{s}` has **{} pages** with **{} tuples**; there are **{b} buffer \
             pages**. Costs are page transfers, without those that write the result.",
            t(m),
            t(mt),
            t(n),
            t(nt)
        );
        let values = json!({
            "asks": asks, "outer-pages": m, "outer-tuples": mt, "inner-pages": n, "inner-tuples": nt,
            "buffers": b, "probe": c,
        });
        let new = |ask: String, right: usize, solution: String| {
            Instance::new(format!("{setting} {ask}"), answer::count(right), solution, values.clone())
        };
        let outer = format!("with `{r}` as the outer table");
        match asks {
            "naive" => new(
                format!("What does a naive nested-loop join cost {outer}, reading `{s}` once for every tuple of `{r}`?"),
                m + mt * n,
                format!("M + m · N = {} + {} · {} = {}.", t(m), t(mt), t(n), t(m + mt * n)),
            )
            .mistake(m + m * n, PER_PAGE)
            .mistake(mt * n, OUTER_FREE)
            .mistake(n + nt * m, SWAPPED),
            "block" => new(
                format!(
                    "What does a block nested-loop join cost {outer}? Blocks of the outer fill all buffers but two, which are \
                     for the inner table and the output."
                ),
                block(m, n, b),
                told_block(m, n, b),
            )
            .mistake(m + m.div_ceil(b) * n, ALL_BUFFERS)
            .mistake(m.div_ceil(b - 2) * n, OUTER_FREE)
            .mistake(block(n, m, b), SWAPPED)
            .mistake(m + m / (b - 2) * n, FLOORED)
            .mistake(m + mt * n, PER_TUPLE),
            "index" => new(
                format!(
                    "`{s}` has an index on the join column; a probe for one tuple, fetching the matches included, reads \
                     **{c} pages**. What does an index nested-loop join cost {outer}?"
                ),
                m + mt * c,
                format!("M + m · C = {} + {} · {c} = {}.", t(m), t(mt), t(m + mt * c)),
            )
            .mistake(m + m * c, PROBES_OF_PAGES)
            .mistake(mt * c, OUTER_FREE)
            .mistake(n + nt * c, SWAPPED),
            "sort-merge" => {
                let (pr, ps) = (passes(m, b), passes(n, b));
                let sorts = 2 * m * pr + 2 * n * ps;
                new(
                    "What does a sort-merge join cost? Both tables are first sorted completely by an external merge sort: \
                         1 + ⌈log ⌈pages / B⌉⌉ passes with B buffers, the logarithm to base B − 1, each reading and writing every page. The merge then \
                         reads both once; no runs of equal keys are read twice."
                        .to_owned(),
                    sorts + m + n,
                    format!(
                        "Sorting `{r}` takes {pr} passes: 2 · {} · {pr} = {}. Sorting `{s}` takes {ps}: 2 · {} · {ps} = {}. \
                         The merge: {} + {} = {}. Together {}.",
                        t(m),
                        t(2 * m * pr),
                        t(n),
                        t(2 * n * ps),
                        t(m),
                        t(n),
                        t(m + n),
                        t(sorts + m + n)
                    ),
                )
                .mistake(sorts, MERGE_FREE)
                .mistake(sorts / 2 + m + n, SORT_ONE_WAY)
                .mistake(3 * (m + n), ONE_SORT_PASS)
                .mistake(m + n, SORT_FREE)
            }
            "hash" => new(
                "What does a partitioned (GRACE) hash join cost? One partitioning of both tables is enough for each partition \
                 of the smaller to fit into memory."
                    .to_owned(),
                3 * (m + n),
                format!(
                    "Partitioning reads and writes both, probing reads both: 3 · ({} + {}) = {}.",
                    t(m),
                    t(n),
                    t(3 * (m + n))
                ),
            )
            .mistake(2 * (m + n), PARTITION_READ)
            .mistake(m + n, PROBE_ONLY),
            "best-outer" => {
                let (one, other) = (block(m, n, b), block(n, m, b));
                new(
                    "What does a block nested-loop join cost at least, the outer table being yours to choose? Blocks of the \
                     outer fill all buffers but two, which are for the inner table and the output."
                        .to_owned(),
                    one.min(other),
                    format!(
                        "`{r}` outside: {} `{s}` outside: {} The lesser is {}.",
                        told_block(m, n, b),
                        told_block(n, m, b),
                        t(one.min(other))
                    ),
                )
                .mistake(one.max(other), SWAPPED)
                .mistake((m + m.div_ceil(b) * n).min(n + n.div_ceil(b) * m), ALL_BUFFERS)
                .mistake(m.div_ceil(b - 2) * n, OUTER_FREE)
                .mistake(n.div_ceil(b - 2) * m, OUTER_FREE)
            }
            _ => cheapest(&setting, (r, s), tables, values.clone()),
        }
    }
}

fn cheapest(setting: &str, (r, s): (&str, &str), tables: Tables, values: serde_json::Value) -> Instance {
    let Tables { m, mt, n, b, c, .. } = tables;
    let t = |n: usize| thousands(n as u64);
    let costs = costs(tables);
    let least = costs.iter().copied().min().unwrap_or_default();
    let cheapest = costs.iter().position(|&cost| cost == least).unwrap_or_default();
    let (small, other) = if m <= n { (r, s) } else { (s, r) };
    let names = [
        format!("block nested-loop join, `{small}` outside"),
        format!("index nested-loop join, `{r}` outside"),
        "sort-merge join".to_owned(),
        "GRACE hash join".to_owned(),
    ];
    let reasons = [
        format!("{} It costs {}.", told_block(m.min(n), m.max(n), b), t(costs[0])),
        format!("M + m · C = {} + {} · {c} = {}.", t(m), t(mt), t(costs[1])),
        format!(
            "2 · {} · {} + 2 · {} · {} + {} + {} = {}.",
            t(m),
            passes(m, b),
            t(n),
            passes(n, b),
            t(m),
            t(n),
            t(costs[2])
        ),
        format!("3 · ({} + {}) = {}.", t(m), t(n), t(costs[3])),
    ];
    let options =
        (0..4).map(|i| answer::option(names[i].clone(), i == cheapest, reasons[i].clone())).collect();
    let solution = (0..4).map(|i| format!("- {}: {}", names[i], reasons[i])).collect::<Vec<_>>().join("\n");
    let prompt = format!(
        "{setting} Which of these joins transfers the fewest pages?\n\n- The block nested-loop join fills all buffers but two \
         with blocks of `{small}` and reads `{other}` once per block.\n- The index nested-loop join probes an index of `{s}` \
         once per tuple of `{r}`, at **{c} page reads** a probe, matches included.\n- The sort-merge join first sorts both \
         tables completely, 1 + ⌈log ⌈pages / B⌉⌉ passes with B buffers, the logarithm to base B − 1, each reading and writing every page.\n- The GRACE \
         hash join needs one partitioning."
    );
    let mut instance = Instance::new(prompt, answer::choice(options), solution, values);
    for index in (0..4).filter(|&index| costs[index] != least) {
        instance = instance.mistake(vec![index], DEARER);
    }
    instance
}

/// Block with the better outer, index, sort-merge, hash.
fn costs(Tables { m, mt, n, b, c, .. }: Tables) -> [usize; 4] {
    [
        block(m.min(n), m.max(n), b),
        m + mt * c,
        2 * m * passes(m, b) + 2 * n * passes(n, b) + m + n,
        3 * (m + n),
    ]
}

fn has_winner(tables: Tables) -> bool {
    let costs = costs(tables);
    let least = costs.iter().min();
    costs.iter().filter(|&cost| Some(cost) == least).count() == 1
}

fn tables(asks: &str, with: &Chosen, draw: &mut Draw) -> Tables {
    let given = |name: &str, drawn: usize| match with.count(name) {
        0 => drawn,
        given => given,
    };
    let few = asks == "cheapest" && draw.coin();
    let m = given("outer-pages", if few { draw.range(1, 20) * 5 } else { draw.range(4, 60) * 25 });
    let n = given("inner-pages", draw.range(4, 60) * 25);
    Tables {
        m,
        mt: given("outer-tuples", m * *draw.pick(&[10, 20, 40, 50, 80, 100])),
        n,
        nt: given("inner-tuples", n * *draw.pick(&[10, 20, 40, 50, 80, 100])),
        b: given("buffers", *draw.pick(&[12, 22, 27, 32, 42, 52, 62, 102])).max(3),
        c: given("probe", draw.range(2, 5)),
    }
}

/// Refuses sizes with which two answers agree, and for comparisons steers which one wins.
fn is_fit(asks: &str, wanted: usize, tables: Tables) -> bool {
    let Tables { m, n, b, .. } = tables;
    if m == n || m.min(n) > b * (b - 1) {
        return false;
    }
    match asks {
        "best-outer" => block(m, n, b) != block(n, m, b),
        "cheapest" => {
            // A sort-merge join of unsorted tables never beats hashing: the other three are drawn evenly.
            let costs = costs(tables);
            let winner = [0, 1, 3][wanted];
            (0..4).all(|other| other == winner || costs[other] > costs[winner])
        }
        _ => m > b && n > b,
    }
}

fn block(outer: usize, inner: usize, buffers: usize) -> usize {
    outer + outer.div_ceil(buffers - 2) * inner
}

fn told_block(outer: usize, inner: usize, buffers: usize) -> String {
    let t = |n: usize| thousands(n as u64);
    format!(
        "{} + ⌈{} / ({buffers} − 2)⌉ · {} = {} + {} · {} = {}.",
        t(outer),
        t(outer),
        t(inner),
        t(outer),
        outer.div_ceil(buffers - 2),
        t(inner),
        t(block(outer, inner, buffers))
    )
}

/// Passes of an external merge sort.
fn passes(pages: usize, buffers: usize) -> usize {
    let (mut runs, mut passes) = (pages.div_ceil(buffers), 1);
    while runs > 1 {
        runs = runs.div_ceil(buffers - 1);
        passes += 1;
    }
    passes
}
