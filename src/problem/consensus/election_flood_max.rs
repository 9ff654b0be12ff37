//! `election.flood-max`: rounds, messages and spreading of the largest id in a network of any shape.

use serde_json::json;

use crate::problem::text::list;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram};

pub const FAMILY: &dyn Family = &ElectionFloodMax;

struct ElectionFloodMax;

const ONE_DIRECTION: &str = "each link carries a message in both directions in every round";
const ONE_ROUND: &str = "you counted one round only";
const ALL_PAIRS: &str = "messages go along the links only, not from each process to each";
const N_ROUNDS: &str = "the diameter is enough; a round for each process is not needed";
const FROM_LARGEST: &str =
    "you counted from the largest id; a process cannot know that, so the diameter decides";
const EDGES_OF_PATH: &str = "you counted the processes on the way; the links on it are rounds";
const ROUND_EARLY: &str = "you stopped a round early";
const ROUND_LATE: &str = "you went a round too far";
const LARGEST_OF_ALL: &str = "the largest id has not come so far yet";
const EVERY_ROUND: &str = "a process whose largest id has not grown keeps silent in this variant";
const FIRST_NOT_COUNTED: &str = "in the first round everybody sends";
const SENT_LATE: &str = "who learns something in the last round has no round left to send it";

impl Family for ElectionFloodMax {
    fn name(&self) -> &'static str {
        "election.flood-max"
    }

    fn title(&self) -> &'static str {
        "flood the largest id through a network"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["messages", "messages", "heard"],
                    &["messages", "heard", "rounds"],
                    &["quiet", "quiet", "heard"],
                ]),
                Parameter::integer("processes", "processes in the network", (5, 10), &[]).graded([
                    &[5, 6],
                    &[6, 7],
                    &[7, 8, 9],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            ONE_DIRECTION,
            ONE_ROUND,
            ALL_PAIRS,
            N_ROUNDS,
            FROM_LARGEST,
            EDGES_OF_PATH,
            ROUND_EARLY,
            ROUND_LATE,
            LARGEST_OF_ALL,
            EVERY_ROUND,
            FIRST_NOT_COUNTED,
            SENT_LATE,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let n = with.count("processes");
        let asks = with.word("asks");
        let network = draw.until(|draw| {
            let network = Network::draw(n, draw);
            let long = network.diameter() >= difficulty.of([2, 3, 3]);
            (long && (asks != "heard" || !network.learners(difficulty).is_empty())).then_some(network)
        });
        let mut rows: Vec<(i64, Vec<i64>)> = (0..n)
            .map(|at| {
                let mut near: Vec<i64> = network.near(at).map(|other| network.ids[other]).collect();
                near.sort_unstable();
                (network.ids[at], near)
            })
            .collect();
        rows.sort_unstable();
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|(id, near)| {
                let near: Vec<String> = near.iter().map(ToString::to_string).collect();
                vec![id.to_string(), near.join(" · ")]
            })
            .collect();
        let picture = diagram::table(&["process", "has links to"], &cells);
        let scene = format!(
            "A **synchronous** network of {n} processes, each with its id and its links (both directions):\n\n{}\n\n",
            picture.fence()
        );
        let values = json!({
            "asks": asks,
            "ids": network.ids,
            "links": network.links.iter().map(|&(a, b)| [network.ids[a], network.ids[b]]).collect::<Vec<_>>(),
        });
        match asks {
            "messages" => messages(&scene, &network, values),
            "rounds" => rounds(&scene, &network, values),
            "heard" => heard(&scene, &network, values, draw, difficulty),
            _ => quiet(&scene, &network, values),
        }
        .spoken(picture.spoken)
    }
}

const ASKS: &[&str] = &["messages", "rounds", "heard", "quiet"];

const FLOOD: &str = "In every round each process sends the largest id it has seen so far, its own at the beginning, to **each** of its \
     neighbours";

struct Network {
    ids: Vec<i64>,
    links: Vec<(usize, usize)>,
}

impl Network {
    fn draw(n: usize, draw: &mut Draw) -> Self {
        let ids = draw.distinct(n, 1, 60);
        // A tree, mostly long, and a few links more.
        let mut links: Vec<(usize, usize)> =
            (1..n).map(|at| (if draw.chance(2, 3) { at - 1 } else { draw.range(0, at - 1) }, at)).collect();
        for _ in 0..draw.range(1, 3) {
            let ends = draw.distinct(2, 0, n as i64 - 1);
            let link = (ends[0].min(ends[1]) as usize, ends[0].max(ends[1]) as usize);
            if !links.contains(&link) {
                links.push(link);
            }
        }
        Self { ids, links }
    }

    fn near(&self, at: usize) -> impl Iterator<Item = usize> {
        self.links.iter().filter_map(move |&(a, b)| match at {
            _ if at == a => Some(b),
            _ if at == b => Some(a),
            _ => None,
        })
    }

    /// Hops from a process to all others, going outwards.
    fn hops(&self, from: usize) -> Vec<usize> {
        let mut hops = vec![usize::MAX; self.ids.len()];
        hops[from] = 0;
        let mut edge = vec![from];
        while !edge.is_empty() {
            let mut next = Vec::new();
            for &at in &edge {
                for other in self.near(at) {
                    if hops[other] == usize::MAX {
                        hops[other] = hops[at] + 1;
                        next.push(other);
                    }
                }
            }
            edge = next;
        }
        hops
    }

    fn farthest(&self, from: usize) -> usize {
        self.hops(from).into_iter().max().unwrap_or(0)
    }

    fn diameter(&self) -> usize {
        (0..self.ids.len()).map(|at| self.farthest(at)).max().unwrap_or(0)
    }

    fn largest(&self) -> usize {
        (0..self.ids.len()).max_by_key(|&at| self.ids[at]).unwrap_or(0)
    }

    /// The largest id within so many hops.
    fn seen(&self, at: usize, rounds: usize) -> i64 {
        let hops = self.hops(at);
        (0..self.ids.len())
            .filter(|&other| hops[other] <= rounds)
            .map(|other| self.ids[other])
            .max()
            .unwrap_or(0)
    }

    /// Processes, with rounds, that have heard of a larger id than their own by then, lately, but not yet of the largest.
    fn learners(&self, difficulty: Difficulty) -> Vec<(usize, usize)> {
        let (from, to) = difficulty.of([(1, 1), (2, 2), (2, 3)]);
        let all = (0..self.ids.len()).flat_map(|at| (from..=to).map(move |rounds| (at, rounds)));
        let largest = self.ids[self.largest()];
        all.filter(|&(at, rounds)| {
            let (seen, before) = (self.seen(at, rounds), self.seen(at, rounds - 1));
            seen != largest && seen != before
        })
        .collect()
    }

    /// Two processes that are as far apart as any.
    fn ends(&self) -> (i64, i64) {
        let n = self.ids.len();
        let pairs = (0..n).flat_map(|a| (0..n).map(move |b| (a, b)));
        let far =
            pairs.max_by_key(|&(a, b)| (self.hops(a)[b], std::cmp::Reverse((self.ids[a], self.ids[b]))));
        far.map_or((0, 0), |(a, b)| (self.ids[a], self.ids[b]))
    }
}

fn diameter_steps(network: &Network) -> String {
    let (a, b) = network.ends();
    format!("{a} and {b} are farthest apart, {} links: that is the diameter", network.diameter())
}

fn messages(scene: &str, network: &Network, values: serde_json::Value) -> Instance {
    let (rounds, links, n) = (network.diameter(), network.links.len(), network.ids.len());
    let right = rounds * 2 * links;
    Instance::new(
        format!(
            "{scene}They elect the process with the largest id by flooding (FloodMax), for as many rounds as the network's \
             **diameter**, which all know. {FLOOD}. How many messages are sent in all?"
        ),
        answer::count(right),
        format!(
            "{}. {links} links carry 2 messages a round: {rounds} · 2 · {links} = {right}.",
            diameter_steps(network)
        ),
        values,
    )
    .mistake(rounds * links, ONE_DIRECTION)
    .mistake(2 * links, ONE_ROUND)
    .mistake(network.farthest(network.largest()) * 2 * links, FROM_LARGEST)
    .mistake(n * 2 * links, N_ROUNDS)
    .mistake(rounds * n * (n - 1), ALL_PAIRS)
}

fn rounds(scene: &str, network: &Network, values: serde_json::Value) -> Instance {
    let right = network.diameter();
    Instance::new(
        format!(
            "{scene}They elect the process with the largest id by flooding (FloodMax). {FLOOD}. No process knows where the \
             largest id is; all know the **diameter** of the network and stop after that many rounds. How many rounds is that?"
        ),
        answer::count(right),
        format!("{}.", diameter_steps(network)),
        values,
    )
    .mistake(network.farthest(network.largest()), FROM_LARGEST)
    .mistake(network.ids.len(), N_ROUNDS)
    .mistake(right + 1, EDGES_OF_PATH)
}

fn heard(
    scene: &str,
    network: &Network,
    mut values: serde_json::Value,
    draw: &mut Draw,
    difficulty: Difficulty,
) -> Instance {
    let n = network.ids.len();
    let largest = network.ids[network.largest()];
    let (at, rounds) = *draw.pick(&network.learners(difficulty));
    let right = network.seen(at, rounds);
    let hops = network.hops(at);
    let mut within: Vec<i64> =
        (0..n).filter(|&other| hops[other] <= rounds).map(|other| network.ids[other]).collect();
    within.sort_unstable();
    values["of"] = json!(network.ids[at]);
    values["rounds"] = json!(rounds);
    let told = if rounds == 1 { "1 round".to_owned() } else { format!("{rounds} rounds") };
    Instance::new(
        format!(
            "{scene}They flood the largest id (FloodMax). {FLOOD}; what a process receives in a round it can pass on in the \
             next. Which is the largest id that process **{}** has seen after **{told}**?",
            network.ids[at]
        ),
        answer::number(right as f64, "", crate::card::Tolerance::Exact),
        format!(
            "After {told} it knows the ids within {rounds} link{}: {}. The largest is {right}.",
            if rounds == 1 { "" } else { "s" },
            list(&within)
        ),
        values,
    )
    .mistake(largest, LARGEST_OF_ALL)
    .mistake(network.seen(at, rounds - 1), ROUND_EARLY)
    .mistake(network.seen(at, rounds + 1), ROUND_LATE)
}

fn quiet(scene: &str, network: &Network, values: serde_json::Value) -> Instance {
    let (n, rounds) = (network.ids.len(), network.diameter());
    // Round by round: who sends, and what everybody has seen after it.
    let mut seen = network.ids.clone();
    let mut sends = vec![true; n];
    let mut each = Vec::with_capacity(rounds + 1);
    for _ in 0..=rounds {
        each.push((0..n).filter(|&at| sends[at]).map(|at| network.near(at).count()).sum::<usize>());
        let mut after = seen.clone();
        for from in (0..n).filter(|&at| sends[at]) {
            for to in network.near(from) {
                after[to] = after[to].max(seen[from]);
            }
        }
        sends = (0..n).map(|at| after[at] > seen[at]).collect();
        seen = after;
    }
    let right: usize = each[..rounds].iter().sum();
    let steps: Vec<String> = each[..rounds]
        .iter()
        .enumerate()
        .map(|(index, sent)| format!("round {}: {sent}", index + 1))
        .collect();
    Instance::new(
        format!(
            "{scene}They elect the process with the largest id by flooding, for as many rounds as the network's **diameter**, \
             which all know. In round 1 each process sends its id to each of its neighbours. In every later round a process \
             sends the largest id it has seen, to **each** of its neighbours, but **only if that id has grown** in the round before. \
             How many messages are sent in all?"
        ),
        answer::count(right),
        format!(
            "{}, so there are {rounds} rounds. Messages: {}. Together {right}.",
            diameter_steps(network),
            steps.join(", ")
        ),
        values,
    )
    .mistake(rounds * 2 * network.links.len(), EVERY_ROUND)
    .mistake(right - each[0], FIRST_NOT_COUNTED)
    .mistake(right + each[rounds], SENT_LATE)
}
