//! `zookeeper.hierarchical-quorum`: quorums of weighted servers in groups.

use serde_json::json;

use crate::problem::diagram::table;
use crate::problem::text::{list, plural};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &HierarchicalQuorum;

struct HierarchicalQuorum;

const PLAIN_MAJORITY: &str = "you took a majority of all servers; here groups decide";
const ALL_WEIGHT: &str = "you took more than half of the whole weight; here groups decide";
const HALF_WEIGHT: &str = "half of a group's weight is not enough: it must be more than half";
const HALF_GROUPS: &str = "half of the groups is not a majority of them";
const HEADS: &str = "you counted servers in a group; their weights decide";
const ALL_GROUPS: &str = "you asked it of every group; a majority of the groups is enough";
const ONE_SHORT: &str =
    "you took one less than the smallest quorum; a larger set may still hold the wrong servers";

struct Group {
    weights: Vec<usize>,
}

impl Group {
    fn total(&self) -> usize {
        self.weights.iter().sum()
    }

    /// The fewest servers with more than half of the weight (or half of it, where `strict` is false).
    fn fewest(&self, strict: bool) -> usize {
        let mut heavy = self.weights.clone();
        heavy.sort_unstable_by(|a, b| b.cmp(a));
        let mut sum = 0;
        let enough = |sum: usize| if strict { 2 * sum > self.total() } else { 2 * sum >= self.total() };
        1 + heavy
            .iter()
            .position(|weight| {
                sum += weight;
                enough(sum)
            })
            .unwrap_or(heavy.len())
    }

    /// The most servers without more than half of the weight.
    fn most_without(&self) -> usize {
        let mut light = self.weights.clone();
        light.sort_unstable();
        let mut sum = 0;
        light
            .iter()
            .take_while(|&&weight| {
                sum += weight;
                2 * sum <= self.total()
            })
            .count()
    }
}

impl Family for HierarchicalQuorum {
    fn name(&self) -> &'static str {
        "zookeeper.hierarchical-quorum"
    }

    fn title(&self) -> &'static str {
        "find quorums of weighted groups"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("groups", "groups of servers", (2, 5), &[]).graded([
                    &[3],
                    &[3, 4],
                    &[3, 4, 5],
                ]),
                Parameter::bool("weights", "whether servers have different weights", &[]).graded_bools([
                    &[false],
                    &[true, true, false],
                    &[true],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[PLAIN_MAJORITY, ALL_WEIGHT, HALF_WEIGHT, HALF_GROUPS, HEADS, ALL_GROUPS, ONE_SHORT]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let weighted = with.bool("weights");
        let groups: Vec<Group> = (0..with.count("groups"))
            .map(|_| {
                let size = draw.range(3, difficulty.of([5, 4, 4]));
                let weights = (0..size).map(|_| if weighted { draw.range(1, 4) } else { 1 }).collect();
                Group { weights }
            })
            .collect();
        let asks = difficulty.of([
            &["verdict", "fewest", "fewest"][..],
            &["verdict", "fewest", "fewest"],
            &["verdict", "fewest", "most"],
        ]);
        match *draw.pick(asks) {
            "verdict" => verdict(&groups, weighted, draw),
            "fewest" => fewest(&groups, weighted),
            _ => most(&groups, weighted),
        }
    }
}

const RULE: &str = "A set of servers is a quorum if in **more than half of the groups** it holds **more than half of the \
                    group's weight**.";

fn values(groups: &[Group], asks: &str) -> serde_json::Value {
    let weights: Vec<&Vec<usize>> = groups.iter().map(|group| &group.weights).collect();
    json!({ "asks": asks, "groups": weights })
}

/// Names servers 1, 2, … through all groups.
fn first_of(groups: &[Group], at: usize) -> usize {
    1 + groups[..at].iter().map(|group| group.weights.len()).sum::<usize>()
}

/// Draws the groups; with `alive`, what stands up of each.
fn picture(
    groups: &[Group],
    weighted: bool,
    alive: Option<&[Vec<bool>]>,
) -> crate::problem::diagram::Picture {
    let rows: Vec<Vec<String>> = groups
        .iter()
        .enumerate()
        .map(|(at, group)| {
            let servers: Vec<String> = (0..group.weights.len())
                .map(|i| {
                    let weight = if weighted { format!(" ({})", group.weights[i]) } else { String::new() };
                    format!("S{}{weight}", first_of(groups, at) + i)
                })
                .collect();
            let mut row = vec![format!("G{}", at + 1), servers.join(" ")];
            if let Some(alive) = alive {
                let up: Vec<String> = (0..group.weights.len())
                    .filter(|&i| alive[at][i])
                    .map(|i| format!("S{}", first_of(groups, at) + i))
                    .collect();
                row.push(if up.is_empty() { "none".to_owned() } else { up.join(" ") });
            }
            row
        })
        .collect();
    match alive {
        None if weighted => table(&["group", "servers (weights)"], &rows),
        None => table(&["group", "servers"], &rows),
        Some(_) if weighted => table(&["group", "servers (weights)", "up"], &rows),
        Some(_) => table(&["group", "servers", "up"], &rows),
    }
}

fn intro(weighted: bool) -> &'static str {
    if weighted {
        "A ZooKeeper ensemble uses hierarchical quorums:"
    } else {
        "A ZooKeeper ensemble uses hierarchical quorums; every server has weight 1:"
    }
}

fn verdict(groups: &[Group], weighted: bool, draw: &mut Draw) -> Instance {
    let weight_up = |at: usize, alive: &[bool]| -> usize {
        groups[at].weights.iter().zip(alive).filter(|(_, up)| **up).map(|(weight, _)| weight).sum()
    };
    let won = |alive: &Vec<Vec<bool>>| {
        (0..groups.len()).filter(|&at| 2 * weight_up(at, &alive[at]) > groups[at].total()).count()
    };
    let holds = |alive: &Vec<Vec<bool>>| 2 * won(alive) > groups.len();
    let all: usize = groups.iter().map(|group| group.weights.len()).sum();
    let up = |alive: &Vec<Vec<bool>>| alive.iter().flatten().filter(|up| **up).count();
    // Close to a majority of the servers, so that it does not tell.
    let (alive, quorum) = draw.with_verdict(
        |draw| {
            draw.until(|draw| {
                let alive: Vec<Vec<bool>> = groups
                    .iter()
                    .map(|group| group.weights.iter().map(|_| draw.chance(3, 5)).collect())
                    .collect();
                (up(&alive).abs_diff(all / 2 + 1) <= 1).then_some(alive)
            })
        },
        holds,
    );
    let picture = picture(groups, weighted, Some(&alive));
    let sums: Vec<String> = (0..groups.len())
        .map(|at| {
            let (up, total) = (weight_up(at, &alive[at]), groups[at].total());
            format!("G{} {up} of {total}: {}", at + 1, if 2 * up > total { "yes" } else { "no" })
        })
        .collect();
    let reason = format!(
        "{} of {} have more than half of their weight up",
        won(&alive),
        plural(groups.len(), "group")
    );
    let count = up(&alive);
    let weight: usize = (0..groups.len()).map(|at| weight_up(at, &alive[at])).sum();
    let total: usize = groups.iter().map(Group::total).sum();
    let half = (0..groups.len()).filter(|&at| 2 * weight_up(at, &alive[at]) >= groups[at].total()).count();
    let heads = (0..groups.len())
        .filter(|&at| 2 * alive[at].iter().filter(|up| **up).count() > groups[at].weights.len())
        .count();
    let majority = |part: usize, whole: usize| 2 * part > whole;
    // The likeliest wrong way that leads to the other verdict.
    let cause = if majority(count, all) != quorum && !weighted {
        PLAIN_MAJORITY
    } else if majority(weight, total) != quorum {
        ALL_WEIGHT
    } else if majority(heads, groups.len()) != quorum {
        HEADS
    } else if majority(half, groups.len()) != quorum {
        HALF_WEIGHT
    } else if quorum {
        ALL_GROUPS
    } else {
        HALF_GROUPS
    };
    let mut values = values(groups, "verdict");
    values["alive"] = json!(alive);
    Instance::new(
        format!("{}\n\n{}\n\n{RULE} Are the servers that are up a quorum?", intro(weighted), picture.fence()),
        answer::verdict(
            quorum,
            ("yes, they are a quorum", reason.clone()),
            ("no, they are no quorum", reason.clone()),
        ),
        format!(
            "Weight up by group: {}. So {reason}; a majority of the groups is {}.",
            sums.join("; "),
            groups.len() / 2 + 1
        ),
        values,
    )
    .spoken(picture.spoken)
    .mistake_other_verdict(cause)
}

fn fewest(groups: &[Group], weighted: bool) -> Instance {
    let picture = picture(groups, weighted, None);
    let cheapest = |count: usize, strict: bool| {
        let mut each: Vec<usize> = groups.iter().map(|group| group.fewest(strict)).collect();
        each.sort_unstable();
        each[..count].iter().sum::<usize>()
    };
    let majority = groups.len() / 2 + 1;
    let right = cheapest(majority, true);
    let all: usize = groups.iter().map(|group| group.weights.len()).sum();
    let each: Vec<String> =
        groups.iter().enumerate().map(|(at, group)| format!("G{}: {}", at + 1, group.fewest(true))).collect();
    let heads = {
        let mut each: Vec<usize> = groups.iter().map(|group| group.weights.len() / 2 + 1).collect();
        each.sort_unstable();
        each[..majority].iter().sum::<usize>()
    };
    Instance::new(
        format!(
            "{}\n\n{}\n\n{RULE} How many servers has the smallest quorum?",
            intro(weighted),
            picture.fence()
        ),
        answer::count(right),
        format!(
            "Fewest servers with more than half of the weight, by group: {}. A majority is {majority} of {} groups; the \
             cheapest {majority} together need {right}.",
            each.join(", "),
            groups.len()
        ),
        values(groups, "fewest"),
    )
    .spoken(picture.spoken)
    .mistake(all / 2 + 1, PLAIN_MAJORITY)
    .mistake(heads, HEADS)
    .mistake(cheapest(majority, false), HALF_WEIGHT)
    .mistake(cheapest(groups.len().div_ceil(2), true), HALF_GROUPS)
    .mistake(cheapest(groups.len(), true), ALL_GROUPS)
}

fn most(groups: &[Group], weighted: bool) -> Instance {
    let picture = picture(groups, weighted, None);
    // Groups may be whole as long as they are no majority; in the others the lightest servers are up, short of one.
    let whole = groups.len() / 2;
    let lost = |group: &Group| group.weights.len() - group.most_without();
    let all: usize = groups.iter().map(|group| group.weights.len()).sum();
    let mut losses: Vec<usize> = groups.iter().map(lost).collect();
    losses.sort_unstable();
    let must_fail: usize = losses[..groups.len() - whole].iter().sum();
    let right = all - must_fail;
    let each: Vec<String> = groups
        .iter()
        .enumerate()
        .map(|(at, group)| format!("G{}: {} of {}", at + 1, group.most_without(), group.weights.len()))
        .collect();
    let smallest = Vec::from_iter(groups.iter().map(|group| group.fewest(true)));
    let least: usize = {
        let mut each = smallest;
        each.sort_unstable();
        each[..groups.len() / 2 + 1].iter().sum()
    };
    Instance::new(
        format!(
            "{}\n\n{}\n\n{RULE} What is the largest number of servers that can be up **without** being a quorum?",
            intro(weighted),
            picture.fence()
        ),
        answer::count(right),
        format!(
            "{} may be wholly up. In each of the others at most this many may be up without more than half of the weight: \
             {}. Choosing the whole ones best leaves {} of {all} servers down, so {right} up. (The losses by group, \
             smallest first: {}.)",
            plural(whole, "group"),
            each.join(", "),
            must_fail,
            list(&losses)
        ),
        values(groups, "most"),
    )
    .spoken(picture.spoken)
    .mistake(least - 1, ONE_SHORT)
    .mistake(all / 2, PLAIN_MAJORITY)
    .mistake(all - losses.iter().sum::<usize>(), ALL_GROUPS)
}
