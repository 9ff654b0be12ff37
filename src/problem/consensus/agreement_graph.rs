//! `agreement.graph`: how many traitors Byzantine agreement survives on a network that is not fully linked.

use serde_json::json;

use crate::problem::text::list;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram};

pub const FAMILY: &dyn Family = &AgreementGraph;

struct AgreementGraph;

const NUMBER_ONLY: &str =
    "the links count too: more than 2f processes must be removed to break the network apart";
const LINKS_ONLY: &str = "the number of processes counts too: it must be more than 3f";
const AS_CRASHES: &str = "that would do for crashes; traitors need more than 3f processes";
const OVER_F: &str = "more than 2f processes must be needed to break the network apart, not more than f";
const LINK_SHORT: &str = "2f is not enough: it must be more than 2f";
const PLUS_ONE: &str = "it must be more than 3f and more than 2f, so one is lost to rounding";
const FEWEST_LINKS: &str = "the process with the fewest links is not the weakest place: other processes cut the network apart sooner";
const ONE_TOO_FEW: &str = "no set of that size cuts any process off from another";

impl Family for AgreementGraph {
    fn name(&self) -> &'static str {
        "agreement.graph"
    }

    fn title(&self) -> &'static str {
        "tell how many traitors a network survives"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["numbers", "numbers", "least"],
                    &["numbers", "shape", "least"],
                    &["cut", "shape", "shape"],
                ]),
                Parameter::integer("processes", "processes of a drawn network", (6, 9), &[]).graded([
                    &[6],
                    &[6, 7],
                    &[7, 8],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[NUMBER_ONLY, LINKS_ONLY, AS_CRASHES, OVER_F, LINK_SHORT, PLUS_ONE, FEWEST_LINKS, ONE_TOO_FEW]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        match with.word("asks") {
            "numbers" => numbers(draw, difficulty),
            "least" => least(draw, difficulty),
            "shape" => shape(draw, difficulty),
            _ => cut(with.count("processes"), draw),
        }
    }
}

const ASKS: &[&str] = &["numbers", "least", "shape", "cut"];

const SYSTEM: &str = "Processes are to reach Byzantine agreement: **synchronous**, deterministic, **without signatures**, messages along \
     the network's links only, up to f traitors of unlimited malice. The vertex **connectivity** of a network that is not fully linked \
     is the least number of processes whose removal leaves two others without a way between them (fully linked: one less than \
     the processes)";

fn survives(n: usize, connectivity: usize) -> usize {
    ((n - 1) / 3).min((connectivity - 1) / 2)
}

fn why(n: usize, connectivity: usize) -> String {
    format!(
        "n > 3f allows f ≤ {}, connectivity > 2f allows f ≤ {}: the smaller is {}.",
        (n - 1) / 3,
        (connectivity - 1) / 2,
        survives(n, connectivity)
    )
}

fn with_mistakes(instance: Instance, n: usize, connectivity: usize) -> Instance {
    let (by_number, by_links) = ((n - 1) / 3, (connectivity - 1) / 2);
    let instance = if by_links < by_number {
        instance
            .mistake(by_number, NUMBER_ONLY)
            .mistake(by_number.min(connectivity - 1), OVER_F)
            .mistake(by_number.min(connectivity / 2), LINK_SHORT)
    } else {
        instance.mistake(by_links, LINKS_ONLY).mistake((n - 1) / 2, AS_CRASHES)
    };
    instance.mistake((n / 3).min(connectivity / 2), PLUS_ONE)
}

fn numbers(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let (n, connectivity) = draw.until(|draw| {
        let n = draw.range(7, difficulty.of([24, 40, 60]));
        let connectivity = draw.range(2, (n - 2).min(difficulty.of([14, 24, 40])));
        // Both bounds matter: neither is far from the other.
        let (a, b) = ((n - 1) / 3, (connectivity - 1) / 2);
        (a.abs_diff(b) <= 3 && a.min(b) >= 1).then_some((n, connectivity))
    });
    with_mistakes(
        Instance::new(
            format!(
                "{SYSTEM}.\n\nA network has **{n}** processes and connectivity **{connectivity}**. What is the largest f for which agreement is \
                 possible?"
            ),
            answer::count(survives(n, connectivity)),
            why(n, connectivity),
            json!({ "asks": "numbers", "processes": n, "connectivity": connectivity }),
        ),
        n,
        connectivity,
    )
}

fn least(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let f = draw.range(1, difficulty.of([8, 12, 16]));
    // More than enough processes, so that the links decide.
    let n = 3 * f + 1 + draw.range(0, 9);
    let right = 2 * f + 1;
    Instance::new(
        format!(
            "{SYSTEM}.\n\nAmong **{n}** processes up to **{f}** may be traitors. What is the least connectivity with which agreement is \
             possible?"
        ),
        answer::count(right),
        format!("n = {n} is more than 3 · {f}. The connectivity must be more than 2 · {f}: {right} at least."),
        json!({ "asks": "least", "processes": n, "faults": f }),
    )
    .mistake(2 * f, LINK_SHORT)
    .mistake(f + 1, OVER_F)
}

/// A network of a known shape: what it is called, its processes, its links.
fn shape(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let (story, n, connectivity, values) = draw.until(|draw| {
        let drawn = match draw.range(0, 3) {
            0 => {
                let n = draw.range(4, difficulty.of([20, 20, 40]));
                let story = format!("**{n}** processes, each linked to **each other one**");
                (story, n, n - 1, json!({ "shape": "complete", "a": n }))
            }
            1 => {
                let d = draw.range(3, difficulty.of([5, 5, 6]));
                let n = 1 << d;
                let story = format!(
                    "a **hypercube** of {n} processes: ids of {d} bits, links between ids that differ in **exactly one bit**"
                );
                (story, n, d, json!({ "shape": "hypercube", "a": d }))
            }
            2 => {
                let (a, b) = (draw.range(2, 9), draw.range(2, 12));
                let story = format!(
                    "two groups of **{a}** and **{b}** processes; each is linked to **all of the other group** and to **nobody in its own**"
                );
                (story, a + b, a.min(b), json!({ "shape": "bipartite", "a": a, "b": b }))
            }
            _ => {
                let n = draw.range(7, difficulty.of([20, 20, 30]));
                let reach = draw.range(2, 6);
                let story = format!(
                    "a **ring** of {n} processes, each linked to the **{reach} nearest on either side** ({} links each)",
                    2 * reach
                );
                (story, n, 2 * reach, json!({ "shape": "ring", "a": n, "b": reach }))
            }
        };
        // Not fully linked by another name; some f above 0.
        let proper = drawn.3["shape"] != "ring" || drawn.1 > drawn.2 + 1;
        (proper && survives(drawn.1, drawn.2) >= 1).then_some(drawn)
    });
    let mut values = values;
    values["asks"] = json!("shape");
    with_mistakes(
        Instance::new(
            format!(
                "{SYSTEM}.\n\nThe network is {story}. What is the largest f for which agreement is possible?"
            ),
            answer::count(survives(n, connectivity)),
            format!("n = {n}, connectivity {connectivity}. {}", why(n, connectivity)),
            values,
        ),
        n,
        connectivity,
    )
}

/// A drawn network: find its connectivity.
fn cut(n: usize, draw: &mut Draw) -> Instance {
    let (links, connectivity, degree) = draw.until(|draw| {
        let pairs: Vec<(usize, usize)> = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect();
        let count = draw.range(n + 1, pairs.len() * 3 / 4);
        let links = draw.subset(&pairs, count);
        let degree = (0..n).map(|at| links.iter().filter(|&&(a, b)| a == at || b == at).count()).min()?;
        let connectivity = weakest(n, &links)?;
        let size = connectivity.count_ones() as usize;
        // Each connectivity as often as another, and often less than the fewest links show.
        let wanted = draw.range(1, 4);
        (size == wanted && (size < degree || draw.chance(1, 3))).then_some((links, connectivity, degree))
    });
    let names: Vec<String> = (1..=n).map(|at| format!("P{at}")).collect();
    let size = connectivity.count_ones() as usize;
    let rows: Vec<Vec<String>> = (0..n)
        .map(|at| {
            let near: Vec<&str> = (0..n)
                .filter(|&other| links.contains(&(at.min(other), at.max(other))))
                .map(|other| names[other].as_str())
                .collect();
            vec![names[at].clone(), near.join(" ")]
        })
        .collect();
    let picture = diagram::table(&["process", "has links to"], &rows);
    let removed: Vec<&str> =
        (0..n).filter(|at| connectivity >> at & 1 == 1).map(|at| names[at].as_str()).collect();
    let f = (size - 1) / 2;
    Instance::new(
        format!(
            "{SYSTEM}.\n\n{}\n\nWhat is the **connectivity** of this network?",
            picture.fence()
        ),
        answer::count(size),
        format!(
            "Without {} the rest falls apart; no smaller set does that. Connectivity {size} > 2f allows f ≤ {f}.",
            list(&removed)
        ),
        json!({ "asks": "cut", "processes": n, "links": links.iter().map(|&(a, b)| [a, b]).collect::<Vec<_>>() }),
    )
    .spoken(picture.spoken)
    .mistake(degree, FEWEST_LINKS)
    .mistake(size - 1, ONE_TOO_FEW)
}

/// The smallest set of processes without which the rest falls apart; nothing if it is not one piece, or fully linked.
fn weakest(n: usize, links: &[(usize, usize)]) -> Option<u32> {
    let mut near = vec![0_u32; n];
    for &(a, b) in links {
        near[a] |= 1 << b;
        near[b] |= 1 << a;
    }
    let in_pieces = |removed: u32| {
        let left = ((1_u32 << n) - 1) & !removed;
        let mut seen = left & left.wrapping_neg();
        loop {
            let grown = (0..n).filter(|at| seen >> at & 1 == 1).fold(seen, |set, at| set | near[at] & left);
            if grown == seen {
                return seen != left;
            }
            seen = grown;
        }
    };
    if in_pieces(0) {
        return None;
    }
    let mut sets: Vec<u32> = (1..1 << n).filter(|set: &u32| set.count_ones() as usize + 2 <= n).collect();
    sets.sort_by_key(|set| set.count_ones());
    sets.into_iter().find(|&set| in_pieces(set))
}
