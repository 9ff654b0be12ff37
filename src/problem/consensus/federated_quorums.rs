//! `federated.quorums`: quorums that grow out of each node's own quorum slices.

use serde_json::json;

use crate::problem::text::{PROCESSES, list};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram};

pub const FAMILY: &dyn Family = &FederatedQuorums;

struct FederatedQuorums;

const SLICE_ONLY: &str =
    "a slice convinces its own node only; each of its members needs a slice inside as well";
const EVERYBODY: &str = "a smaller set is enough: each of its members has a slice inside";
const ALL_SLICES: &str = "one slice of each member must lie inside, not all of them";
const OTHERS_SLICE: &str = "you left a member without a slice of its own inside the set";
const EACH_MEMBER: &str =
    "go through the members one by one: each needs one slice inside the set, and nothing more";
const NOT_DISJOINT: &str = "look at the smallest quorum of each node, and whether two of them share none";

impl Family for FederatedQuorums {
    fn name(&self) -> &'static str {
        "federated.quorums"
    }

    fn title(&self) -> &'static str {
        "find quorums from each node's own slices"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["smallest", "smallest", "quorum"],
                    &["smallest", "smallest", "quorum"],
                    &["smallest", "smallest", "disjoint"],
                ]),
                Parameter::integer("nodes", "nodes", (4, 7), &[]).graded([&[5], &[5, 6], &[6, 7]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[SLICE_ONLY, EVERYBODY, ALL_SLICES, OTHERS_SLICE, EACH_MEMBER, NOT_DISJOINT]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let n = with.count("nodes");
        let most = difficulty.of([1, 2, 2]);
        match with.word("asks") {
            "smallest" => smallest(n, most, draw),
            "quorum" => quorum(n, most, draw),
            _ => disjoint(n, most, draw),
        }
    }
}

const ASKS: &[&str] = &["smallest", "quorum", "disjoint"];

/// A set of nodes, a bit for each.
type Set = u32;

/// The slices of each node; each contains the node.
type Slices = Vec<Vec<Set>>;

fn draw_slices(n: usize, most: usize, draw: &mut Draw) -> Slices {
    (0..n)
        .map(|node| {
            let others: Vec<usize> = (0..n).filter(|&other| other != node).collect();
            let mut slices: Vec<Set> = Vec::new();
            for _ in 0..draw.range(1, most) {
                let members = draw.range(1, 2);
                let slice =
                    draw.subset(&others, members).iter().fold(1 << node, |set, &other| set | 1 << other);
                // A slice inside another would make the larger one pointless.
                if slices.iter().all(|&known| known & slice != known && known & slice != slice) {
                    slices.push(slice);
                }
            }
            slices
        })
        .collect()
}

fn is_quorum(slices: &Slices, set: Set) -> bool {
    set != 0 && members(set).all(|node| slices[node].iter().any(|&slice| slice & !set == 0))
}

fn members(set: Set) -> impl Iterator<Item = usize> {
    (0..32).filter(move |node| set >> node & 1 == 1)
}

fn names(set: Set) -> Vec<&'static str> {
    members(set).map(|node| PROCESSES[node]).collect()
}

/// All quorums, smallest first.
fn quorums(slices: &Slices) -> Vec<Set> {
    let mut found: Vec<Set> = (1..1 << slices.len()).filter(|&set| is_quorum(slices, set)).collect();
    found.sort_by_key(|set| set.count_ones());
    found
}

/// The smallest quorum with a node, if no other is as small.
fn smallest_with(found: &[Set], node: usize) -> Option<Set> {
    let mut with = found.iter().copied().filter(|set| set >> node & 1 == 1);
    let first = with.next()?;
    with.next().is_none_or(|second| second.count_ones() > first.count_ones()).then_some(first)
}

fn scene(slices: &Slices) -> (String, String) {
    let rows: Vec<Vec<String>> = slices
        .iter()
        .enumerate()
        .map(|(node, own)| {
            let told: Vec<String> =
                own.iter().map(|&slice| format!("{{{}}}", names(slice).join(" "))).collect();
            vec![PROCESSES[node].to_owned(), told.join(" or ")]
        })
        .collect();
    let picture = diagram::table(&["node", "its quorum slices"], &rows);
    let text = format!(
        "In federated Byzantine agreement each node names its own quorum slices; each slice contains the node itself:\n\n{}\n\nA \
         set of nodes that is not empty is a **quorum** if it contains, for **each** of its members, **at least one** of that \
         member's slices.",
        picture.fence()
    );
    (text, picture.spoken)
}

fn to_json(slices: &Slices) -> Vec<Vec<Vec<&'static str>>> {
    slices.iter().map(|own| own.iter().map(|&slice| names(slice)).collect()).collect()
}

fn told(set: Set) -> String {
    names(set).join(", ")
}

/// Says which slice of each member lies inside.
fn inside(slices: &Slices, set: Set) -> String {
    let each: Vec<String> = members(set)
        .map(|node| {
            let own = slices[node].iter().find(|&&slice| slice & !set == 0);
            match own {
                Some(&slice) => format!("{} by {{{}}}", PROCESSES[node], names(slice).join(" ")),
                None => format!("{} has no slice inside", PROCESSES[node]),
            }
        })
        .collect();
    each.join("; ")
}

fn smallest(n: usize, most: usize, draw: &mut Draw) -> Instance {
    let (slices, node, right) = draw.until(|draw| {
        let slices = draw_slices(n, most, draw);
        let node = draw.range(0, n - 1);
        let right = smallest_with(&quorums(&slices), node)?;
        let size = right.count_ones() as usize;
        // More than a slice, so that it has to be followed; mostly less than everybody.
        let follows = slices[node].iter().all(|&slice| slice != right);
        (follows && (size < n || draw.chance(1, 4))).then_some((slices, node, right))
    });
    let (scene, spoken) = scene(&slices);
    let every = slices.iter().enumerate().fold(1 << node, |set: Set, _| {
        members(set).flat_map(|member| slices[member].iter()).fold(set, |set, &slice| set | slice)
    });
    // One member's slices forgotten: the union of the node's slice and its members' first slices.
    let first = slices[node].iter().copied().min_by_key(|slice| slice.count_ones()).unwrap_or(1 << node);
    let once = members(first).fold(first, |set, member| set | slices[member].first().copied().unwrap_or(0));
    let alone = PROCESSES[node];
    Instance::new(
        format!(
            "{scene} Which is the **smallest quorum that contains {alone}**? Give its nodes in alphabetical order, with commas \
             between."
        ),
        answer::tuple(&names(right)),
        format!("{{{}}}: {}. No smaller set with {alone} does that.", told(right), inside(&slices, right)),
        json!({ "asks": "smallest", "slices": to_json(&slices), "node": alone }),
    )
    .spoken(spoken)
    .mistake(told(first), SLICE_ONLY)
    .mistake(told(once), OTHERS_SLICE)
    .mistake(told(every), ALL_SLICES)
    .mistake(told((1 << n) - 1), EVERYBODY)
}

fn quorum(n: usize, most: usize, draw: &mut Draw) -> Instance {
    let ((slices, set), holds) = draw.with_verdict(
        |draw| {
            draw.until(|draw| {
                let slices = draw_slices(n, most, draw);
                let all: Vec<usize> = (0..n).collect();
                let size = draw.range(2, n - 1);
                let set = draw.subset(&all, size).iter().fold(0, |set: Set, &node| set | 1 << node);
                // At least one member is content, and at most one is not: to be looked at closely.
                let content =
                    members(set).filter(|&node| slices[node].iter().any(|&slice| slice & !set == 0)).count();
                (content + 1 >= size).then_some((slices, set))
            })
        },
        |(slices, set)| is_quorum(slices, *set),
    );
    let (scene, spoken) = scene(&slices);
    let why = format!("{}.", inside(&slices, set));
    let name = if holds { EACH_MEMBER } else { OTHERS_SLICE };
    Instance::new(
        format!("{scene} Is {{{}}} a quorum?", told(set)),
        answer::verdict(holds, ("it is a quorum", why.clone()), ("it is not a quorum", why.clone())),
        why,
        json!({ "asks": "quorum", "slices": to_json(&slices), "set": names(set) }),
    )
    .spoken(spoken)
    .mistake_other_verdict(name)
}

fn disjoint(n: usize, most: usize, draw: &mut Draw) -> Instance {
    let apart =
        |found: &[Set]| found.iter().find_map(|&a| found.iter().find(|&&b| a & b == 0).map(|&b| (a, b)));
    let (slices, holds) =
        draw.with_verdict(|draw| draw_slices(n, most, draw), |slices| apart(&quorums(slices)).is_some());
    let found = quorums(&slices);
    let (scene, spoken) = scene(&slices);
    let why = match apart(&found) {
        Some((a, b)) => format!("{{{}}} and {{{}}} are quorums and share no node.", told(a), told(b)),
        None => {
            let least: Vec<String> = found
                .iter()
                .filter(|&&set| found.iter().all(|&other| other == set || other & !set != 0))
                .map(|&set| format!("{{{}}}", told(set)))
                .collect();
            let share = if least.len() == 1 { "every quorum contains it" } else { "any two share a node" };
            format!("The quorums that contain no smaller one: {}; {share}.", list(&least))
        }
    };
    Instance::new(
        format!(
            "{scene} Are there **two quorums without a common node**, so that two parts of this system could agree on different \
             values?"
        ),
        answer::verdict(
            holds,
            ("two quorums share no node", why.clone()),
            ("any two quorums share a node", why.clone()),
        ),
        why,
        json!({ "asks": "disjoint", "slices": to_json(&slices) }),
    )
    .spoken(spoken)
    .mistake_other_verdict(NOT_DISJOINT)
}
