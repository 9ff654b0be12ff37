//! `quorum.overlap`: whether read and write quorums meet, and what failures they survive.

use serde_json::json;

use crate::card::Form;
use crate::problem::answer::{self, option};
use crate::problem::text::{PROCESSES, list, plural};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter};

pub const FAMILY: &dyn Family = &QuorumOverlap;

struct QuorumOverlap;

const BEST_CASE: &str = "that is the largest overlap; asked is what every pair of quorums shares";
const MAJORITY_EACH: &str = "neither quorum has to be a majority by itself: what counts is R + W > N";
const EQUAL_IS_NOT_MORE: &str =
    "with R + W = N two quorums can still lie apart: the sum must be larger than N";
const SWAPPED: &str = "you mixed up how many must answer with how many may fail";
const OTHER_KIND: &str = "you took the quorum of the other kind of operation";
const MAJORITY_ASSUMED: &str = "you took a majority, but here the given quorum sizes decide";
const HALF: &str = "half is not more than half: two such sets can lie apart";
const ONE_LOSS_FORGOTTEN: &str = "you left out the single replica that is down besides the zone";

const EASY: &[&str] = &["shared", "fresh", "reads-survive", "writes-survive", "smallest-read"];
const MIDDLE: &[&str] =
    &["shared", "reads-survive", "writes-survive", "smallest-read", "smallest-write", "side", "sets"];
const HARD: &[&str] = &["zones", "side", "sets", "flexible", "lock-read", "shared", "smallest-read"];

impl Family for QuorumOverlap {
    fn name(&self) -> &'static str {
        "quorum.overlap"
    }

    fn title(&self) -> &'static str {
        "work out which quorums meet and what they survive"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("replicas", "replicas, N", (3, 9), &[]).graded([
                    &[3, 4, 5, 6, 7],
                    &[4, 5, 6, 7],
                    &[5, 6, 7, 8, 9],
                ]),
                Parameter::integer(
                    "read-quorum",
                    "replicas that answer a read, R, at most N; 0 draws it",
                    (0, 9),
                    &[0],
                ),
                Parameter::integer(
                    "write-quorum",
                    "replicas that confirm a write, W, at most N; 0 draws it",
                    (0, 9),
                    &[0],
                ),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            BEST_CASE,
            MAJORITY_EACH,
            EQUAL_IS_NOT_MORE,
            SWAPPED,
            OTHER_KIND,
            MAJORITY_ASSUMED,
            HALF,
            ONE_LOSS_FORGOTTEN,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let asks = *draw.pick(difficulty.of([EASY, MIDDLE, HARD]));
        let n = with.count("replicas");
        let quorum = |name: &str, draw: &mut Draw| match with.count(name) {
            0 => draw.range(1, n),
            given => given.min(n),
        };
        // Drawn sizes: overlapping and disjoint pairs about equally often.
        let overlapping = draw.coin();
        let fixed = with.count("read-quorum") > 0 && with.count("write-quorum") > 0;
        let (r, w) = draw.until(|draw| {
            let (r, w) = (quorum("read-quorum", draw), quorum("write-quorum", draw));
            (fixed || (r + w > n) == overlapping || draw.chance(1, 20)).then_some((r, w))
        });
        match asks {
            "fresh" => fresh(n, r, w),
            "shared" => shared(n, r, w),
            "reads-survive" | "writes-survive" => survive(n, r, w, asks),
            "smallest-read" => smallest_read(n, w),
            "smallest-write" => smallest_write(n),
            "flexible" => flexible(n, w),
            "lock-read" => lock_read(n),
            "side" => side(n, r, w, draw),
            "zones" => zones(r, w, draw),
            _ => sets(n, draw),
        }
    }
}

fn setting(n: usize, r: usize, w: usize) -> String {
    format!(
        "Each value has N = **{n}** fixed replicas; a write waits for W = **{w}** of them, a read asks R = **{r}** of them."
    )
}

fn shared(n: usize, r: usize, w: usize) -> Instance {
    let right = (r + w).saturating_sub(n);
    let prompt = format!(
        "{} How many replicas does any read quorum share with any write quorum, in the worst case?",
        setting(n, r, w)
    );
    let solution = format!("max(0, R + W − N) = max(0, {r} + {w} − {n}) = {right}.");
    let values = json!({ "asks": "shared", "n": n, "r": r, "w": w });
    let instance = Instance::new(prompt, answer::count(right), solution, values).mistake(r.min(w), BEST_CASE);
    if 2 * r.min(w) <= n { instance.mistake(0_usize, MAJORITY_EACH) } else { instance }
}

fn fresh(n: usize, r: usize, w: usize) -> Instance {
    let holds = r + w > n;
    let prompt = format!(
        "{} Membership is strict (no stand-ins), and a write has completed. Does every later read quorum contain a replica \
         that has it?",
        setting(n, r, w)
    );
    let sum = format!("R + W = {} and N = {n}", r + w);
    let form = answer::verdict(
        holds,
        (
            "yes, always",
            format!("{sum}: {}", if holds { "they must share one at least." } else { "they can lie apart." }),
        ),
        (
            "no, it may miss it",
            format!("{sum}: {}", if holds { "they cannot lie apart." } else { "two disjoint sets exist." }),
        ),
    );
    let solution =
        format!("They meet for certain exactly when R + W > N; here {r} + {w} = {} against {n}.", r + w);
    let values = json!({ "asks": "fresh", "n": n, "r": r, "w": w });
    let instance = Instance::new(prompt, form, solution, values);
    if r + w == n {
        instance.mistake_other_verdict(EQUAL_IS_NOT_MORE)
    } else if holds && 2 * r.min(w) <= n {
        instance.mistake_other_verdict(MAJORITY_EACH)
    } else {
        instance
    }
}

fn survive(n: usize, r: usize, w: usize, asks: &str) -> Instance {
    let reads = asks == "reads-survive";
    let (kind, size, other) = if reads { ("reads", r, w) } else { ("writes", w, r) };
    let prompt =
        format!("{} How many replicas may be down while **{kind}** still succeed?", setting(n, r, w));
    let solution = format!(
        "{size} must answer, so N − {} = {n} − {size} = {} may be down.",
        if reads { "R" } else { "W" },
        n - size
    );
    let values = json!({ "asks": asks, "n": n, "r": r, "w": w });
    Instance::new(prompt, answer::count(n - size), solution, values)
        .mistake(n - other, OTHER_KIND)
        .mistake((n - 1) / 2, MAJORITY_ASSUMED)
        .mistake(size, SWAPPED)
}

fn smallest_read(n: usize, w: usize) -> Instance {
    let right = n - w + 1;
    let prompt = format!(
        "Each value has N = **{n}** fixed replicas and a write waits for W = **{w}** of them. How many replicas must a read \
         ask at least, to be sure of meeting the last completed write?"
    );
    let solution = format!("R > N − W = {}, so R = {right}.", n - w);
    Instance::new(prompt, answer::count(right), solution, json!({ "asks": "smallest-read", "n": n, "w": w }))
        .mistake(n - w, EQUAL_IS_NOT_MORE)
        .mistake(n / 2 + 1, MAJORITY_ASSUMED)
}

fn smallest_write(n: usize) -> Instance {
    let right = n / 2 + 1;
    let prompt = format!(
        "Each value has N = **{n}** fixed replicas. How large must a write quorum be at least, so that any **two writes** \
         meet in some replica?"
    );
    let solution = format!("2W > N = {n}, so W = {right}.");
    Instance::new(prompt, answer::count(right), solution, json!({ "asks": "smallest-write", "n": n }))
        .mistake(n.div_ceil(2), HALF)
}

fn flexible(n: usize, second: usize) -> Instance {
    let right = n - second + 1;
    let prompt = format!(
        "Flexible Paxos runs on **{n}** acceptors; the second phase (accept) uses quorums of **{second}**. How large must \
         quorums of the first phase (prepare) be at least?"
    );
    let solution = format!(
        "Only quorums of different phases must meet: q1 + q2 > n, so q1 = {n} − {second} + 1 = {right}."
    );
    Instance::new(prompt, answer::count(right), solution, json!({ "asks": "flexible", "n": n, "w": second }))
        .mistake(n - second, EQUAL_IS_NOT_MORE)
        .mistake(n / 2 + 1, MAJORITY_ASSUMED)
}

fn lock_read(n: usize) -> Instance {
    let write = n / 2 + 1;
    let right = n - write + 1;
    let prompt = format!(
        "A distributed lock asks **{n}** lock servers: a write lock needs a majority of them. How many must grant a **read** \
         lock at least, so that no reader overlaps a writer?"
    );
    let solution = format!("A majority is {write}; R + {write} > {n} gives R = {right} (n − ⌊n/2⌋).");
    Instance::new(prompt, answer::count(right), solution, json!({ "asks": "lock-read", "n": n }))
        .mistake(n - write, EQUAL_IS_NOT_MORE)
        .mistake(write, MAJORITY_ASSUMED)
}

const ABILITIES: [&str; 4] = ["reads and writes", "reads only", "writes only", "neither reads nor writes"];

fn ability(alive: usize, r: usize, w: usize) -> usize {
    match (alive >= r, alive >= w) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (false, false) => 3,
    }
}

fn abilities(alive: usize, r: usize, w: usize) -> Form {
    let right = ability(alive, r, w);
    let reason = format!("{} can be reached; a read needs {r}, a write {w}.", plural(alive, "replica"));
    answer::choice((0..4).map(|index| option(ABILITIES[index], index == right, reason.clone())).collect())
}

fn able(prompt: String, alive: usize, values: serde_json::Value, (r, w): (usize, usize)) -> Instance {
    let yes = |needed: usize| if alive >= needed { "enough" } else { "too few" };
    let solution = format!(
        "{} can be reached: {} for a read ({r}), {} for a write ({w}).",
        plural(alive, "replica"),
        yes(r),
        yes(w)
    );
    Instance::new(prompt, abilities(alive, r, w), solution, values)
        .mistake(vec![ability(alive, w, r)], OTHER_KIND)
}

fn side(n: usize, r: usize, w: usize, draw: &mut Draw) -> Instance {
    let alive = draw.range(1, n - 1);
    let prompt = format!(
        "{} Membership is strict. The network splits, and a client can reach only **{alive}** of the {n} replicas. What can \
         it still do?",
        setting(n, r, w)
    );
    let majority = n / 2 + 1;
    able(prompt, alive, json!({ "asks": "side", "n": n, "r": r, "w": w, "alive": alive }), (r, w))
        .mistake(vec![ability(alive, majority, majority)], MAJORITY_ASSUMED)
}

fn zones(r: usize, w: usize, draw: &mut Draw) -> Instance {
    let each = draw.range(2, 3);
    let n = 3 * each;
    // Sizes were drawn for another N: fit them, keeping reads and writes apart where they were.
    let (r, w) = ((r + draw.range(0, 2)).min(n), (w + draw.range(0, 2)).min(n));
    let extra = draw.range(0, 1);
    let alive = n - each - extra;
    let lost = match extra {
        0 => "One whole zone is down.".to_owned(),
        _ => "One whole zone is down, and **one replica more** in another zone.".to_owned(),
    };
    let prompt = format!(
        "{} They lie in three availability zones, {each} in each. {lost} What still works?",
        setting(n, r, w)
    );
    able(prompt, alive, json!({ "asks": "zones", "n": n, "r": r, "w": w, "down": each + extra }), (r, w))
        .mistake(vec![ability(n - each, r, w)], ONE_LOSS_FORGOTTEN)
}

fn sets(n: usize, draw: &mut Draw) -> Instance {
    let names = &PROCESSES[..n.min(PROCESSES.len())];
    let ((written, read), holds) = draw.with_verdict(
        |draw| {
            let sizes = (draw.range(1, names.len() - 1), draw.range(1, names.len() - 1));
            (draw.subset(names, sizes.0), draw.subset(names, sizes.1))
        },
        |(written, read)| written.iter().any(|name| read.contains(name)),
    );
    let common: Vec<&str> = written.iter().copied().filter(|name| read.contains(name)).collect();
    let prompt = format!(
        "Of the replicas {}, exactly **{}** took a write, which then completed. Membership is strict. A later read asks \
         exactly **{}**. Is the new value among its answers?",
        list(names),
        list(&written),
        list(&read)
    );
    let found = format!("In both sets: {}.", list(&common));
    let form = answer::verdict(holds, ("yes", found.clone()), ("no", found.clone()));
    let solution =
        format!("{found} The sizes guarantee nothing here; what counts is whether these two sets meet.");
    let total = written.len() + read.len();
    let values = json!({ "asks": "sets", "written": written, "read": read, "replicas": names });
    let instance = Instance::new(prompt, form, solution, values);
    if !holds && total == names.len() { instance.mistake_other_verdict(EQUAL_IS_NOT_MORE) } else { instance }
}
