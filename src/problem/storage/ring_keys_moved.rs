//! `ring.keys-moved`: how much data moves when nodes come and go, under several ways to place it.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram, text};

pub const FAMILY: &dyn Family = &KeysMoved;

struct KeysMoved;

const STAYED: &str = "you counted the keys that stay";
const LIKE_A_RING: &str = "that would be so on a ring; modulo n nearly all keys move";
const LIKE_MODULO: &str = "that would be so with hashing modulo n; on a ring only one node's share moves";
const OLD_COUNT: &str =
    "the share that moves is that of the node which comes or goes, among as many nodes as then share";
const OTHER_SIDE: &str =
    "you took the keys behind the node; it owns those before it, back to its predecessor";
const WHOLE_OWNER: &str = "not all keys of the neighbour move: only those on the node's own stretch";
const BOTH_ENDS: &str = "you counted each moved shard twice, where it leaves and where it arrives";
const ALL_SHARDS: &str = "you dealt out all shards anew; most of them can stay where they are";
const ONLY_CHANGED: &str = "the groups that stay have to be evened out as well";
const TOO_EVEN: &str = "shares that do not divide evenly go up for the fullest groups, which saves moves";

impl Family for KeysMoved {
    fn name(&self) -> &'static str {
        "ring.keys-moved"
    }

    fn title(&self) -> &'static str {
        "count what moves when nodes come and go"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "asks",
                    "what is asked",
                    &["modulo", "modulo-share", "ring", "ring-share", "shards"],
                    &[],
                )
                .graded_words([
                    &["modulo", "ring-share", "shards"],
                    &["modulo-share", "ring", "shards"],
                    &["ring", "shards", "modulo-share"],
                ]),
                Parameter::integer("nodes", "nodes or groups before the change", (2, 9), &[]).graded([
                    &[2, 3, 4],
                    &[3, 4, 5, 6],
                    &[4, 5, 6, 8],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            STAYED,
            LIKE_A_RING,
            LIKE_MODULO,
            OLD_COUNT,
            OTHER_SIDE,
            WHOLE_OWNER,
            BOTH_ENDS,
            ALL_SHARDS,
            ONLY_CHANGED,
            TOO_EVEN,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let nodes = with.integer("nodes");
        match with.word("asks") {
            "modulo" => modulo(nodes, draw, difficulty),
            "modulo-share" => modulo_share(nodes, draw, difficulty),
            "ring" => ring(with.count("nodes"), draw, difficulty),
            "ring-share" => ring_share(nodes, draw),
            _ => shards(with.count("nodes"), draw, difficulty),
        }
    }
}

fn modulo(before: i64, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let after = before + if difficulty.level() > 0 && before > 2 && draw.coin() { -1 } else { 1 };
    let (keys, moved) = draw.until(|draw| {
        let mut keys = draw.distinct(difficulty.of([8, 9, 10]), 10, 99);
        keys.sort_unstable();
        let moved: Vec<i64> = keys.iter().copied().filter(|key| key % before != key % after).collect();
        (moved.len() < keys.len()).then_some((keys, moved))
    });
    let listed: Vec<String> = keys
        .iter()
        .map(|key| {
            format!(
                "{key} ({}{})",
                key % before,
                if key % before == key % after {
                    " stays".to_owned()
                } else {
                    format!(" → {}", key % after)
                }
            )
        })
        .collect();
    let on_ring = (keys.len() as f64 / before.max(after) as f64).round();
    Instance::new(
        format!(
            "A key with hash h is kept by node **h mod n**; nodes are numbered from 0. The number of nodes goes from \
             **{before} to {after}**. Keys with these hashes are stored:\n\n{}\n\n**How many** of them have to move?",
            text::list(&keys)
        ),
        answer::count(moved.len()),
        format!("Modulo {before}, then modulo {after}: {}. So {} move.", listed.join(", "), moved.len()),
        json!({ "asks": "modulo", "before": before, "after": after, "keys": keys }),
    )
    .mistake(keys.len() - moved.len(), STAYED)
    .mistake(on_ring, LIKE_A_RING)
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn modulo_share(before: i64, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let before = if difficulty.level() < 2 { before + draw.integer(0, 4) } else { before };
    let after = match difficulty.level() {
        0 | 1 => before + 1,
        _ => *draw.pick(&[before + 1, before + 2, before * 2, (before - 1).max(1), before + before / 2]),
    };
    let period = before * after / gcd(before, after);
    let stay = before.min(after);
    let share = |of: i64| 100.0 * of as f64 / period as f64;
    Instance::new(
        format!(
            "A key with hash h is kept by node **h mod n**; hashes are spread evenly over a very large range. The number of \
             nodes goes from **{before} to {after}**. What share of the keys has to move? (In %, to one decimal.)"
        ),
        answer::rounded(share(period - stay), "%", 1),
        format!(
            "The pair (h mod {before}, h mod {after}) repeats every {period} hashes, and the two are equal for {stay} of them \
             (h mod {period} < {stay}): {}/{period} = {} % move.",
            period - stay,
            text::decimals(share(period - stay), 1)
        ),
        json!({ "asks": "modulo-share", "before": before, "after": after }),
    )
    .mistake(share(stay), STAYED)
    .mistake(100.0 * after.abs_diff(before) as f64 / before.max(after) as f64, LIKE_A_RING)
}

fn ring_share(nodes: i64, draw: &mut Draw) -> Instance {
    let nodes = nodes + draw.integer(0, 6);
    let joins = draw.coin();
    let sharers = if joins { nodes + 1 } else { nodes };
    let keys = sharers * draw.integer(2, 40) * 1000;
    let moved = keys / sharers;
    let other = if joins { keys as f64 / nodes as f64 } else { keys as f64 / (nodes + 1) as f64 };
    let event = if joins { "One more node joins" } else { "One of them fails for good" };
    Instance::new(
        format!(
            "**{} keys** lie on a consistent-hashing ring of **{nodes}** nodes, one copy of each; every node takes so many \
             positions that the load is even. {event}. How many keys change their node **on average**? (To the nearest whole \
             number.)",
            text::thousands(keys as u64)
        ),
        answer::rounded(moved as f64, "", 0),
        if joins {
            format!("The new node ends up with 1/{sharers} of all keys, and only those move: {keys}/{sharers} = {moved}.")
        } else {
            format!("The node held 1/{sharers} of all keys, and only those move: {keys}/{sharers} = {moved}.")
        },
        json!({ "asks": "ring-share", "nodes": nodes, "joins": joins, "keys": keys }),
    )
    .mistake(keys - moved, LIKE_MODULO)
    .mistake(other.round(), OLD_COUNT)
}

fn ring(nodes: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let size = 100;
    let leaves = difficulty.level() == 2 && nodes > 2 && draw.coin();
    let count = difficulty.of([6, 8, 10]);
    let (places, keys, changing) = draw.until(|draw| {
        let mut all = draw.distinct(nodes + 1 + count, 0, size - 1);
        let keys = all.split_off(nodes + 1);
        let changing = all[0];
        let moved = moving(&all, &keys, changing, size);
        // Neither nothing nor everything, and the neighbour keeps or had something too.
        (!moved.is_empty() && moved.len() < count).then_some((all, keys, changing))
    });
    let mut shown: Vec<i64> = places.iter().copied().filter(|&place| leaves || place != changing).collect();
    shown.sort_unstable();
    let mut keys = keys;
    keys.sort_unstable();
    let items: Vec<String> = shown.iter().map(ToString::to_string).collect();
    let picture = diagram::ring(&items, &format!("{size} positions, 0 to {}", size - 1));
    let moved = moving(&places, &keys, changing, size);
    let mut others: Vec<i64> = places.iter().copied().filter(|&place| place != changing).collect();
    others.sort_unstable();
    let before = others.iter().rev().find(|&&place| place < changing).or(others.last()).copied().unwrap_or(0);
    let after = others.iter().find(|&&place| place > changing).or(others.first()).copied().unwrap_or(0);
    let between = |from: i64, to: i64| {
        keys.iter().filter(|&&key| (key - from - 1).rem_euclid(size) < (to - from).rem_euclid(size)).count()
    };
    let event = if leaves {
        format!("The node at **{changing}** leaves for good.")
    } else {
        format!("A node joins at position **{changing}**.")
    };
    let neighbour = if others.len() > 1 { between(before, after) } else { keys.len() };
    let moved_list: Vec<String> = moved.iter().map(ToString::to_string).collect();
    let other_side = if others.len() > 1 { between(changing, after) } else { keys.len() - moved.len() };
    Instance::new(
        format!(
            "Nodes stand at these positions of a consistent-hashing ring, and a key belongs to the first node at or behind \
             its position, clockwise (positions rise clockwise):\n\n{}\n\nKeys lie at {}. {event} **How many keys** change \
             their node?",
            picture.fence(),
            text::list(&keys)
        ),
        answer::count(moved.len()),
        format!(
            "The node at {changing} owns what lies behind {before}, up to {changing}: {}. {} node {after}.",
            moved_list.join(", "),
            match (moved.len(), leaves) {
                (1, true) => "This one goes to",
                (1, false) => "This one comes from",
                (_, true) => "These go to",
                _ => "These come from",
            }
        ),
        json!({ "asks": "ring", "size": size, "nodes": places, "keys": keys, "changing": changing }),
    )
    .spoken(picture.spoken)
    .mistake(other_side, OTHER_SIDE)
    .mistake(neighbour, WHOLE_OWNER)
    .mistake(keys.len() - moved.len(), STAYED)
}

/// The keys that belong to a node of the ring, `changing`.
fn moving(places: &[i64], keys: &[i64], changing: i64, size: i64) -> Vec<i64> {
    let owner = |key: i64| places.iter().copied().min_by_key(|place| (place - key).rem_euclid(size));
    keys.iter().copied().filter(|&key| owner(key) == Some(changing)).collect()
}

/// The names of groups; nine are allowed at most.
const GROUPS: [&str; 9] = ["A", "B", "C", "D", "E", "F", "G", "H", "J"];

/// Targets for groups in the order given: the fullest get the larger shares; a group that leaves gets nothing.
fn targets(have: &[i64], leaving: Option<usize>) -> Vec<i64> {
    let stay: Vec<usize> = (0..have.len()).filter(|&group| Some(group) != leaving).collect();
    let total: i64 = have.iter().sum();
    let groups = stay.len() as i64;
    let mut by_load = stay;
    by_load.sort_by_key(|&group| std::cmp::Reverse(have[group]));
    let mut targets = vec![0; have.len()];
    for (rank, &group) in by_load.iter().enumerate() {
        targets[group] = total / groups + i64::from((rank as i64) < total % groups);
    }
    targets
}

fn surplus(have: &[i64], targets: &[i64]) -> i64 {
    have.iter().zip(targets).map(|(have, target)| (have - target).max(0)).sum()
}

fn shards(groups: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let level = difficulty.level();
    let leaves = level > 0 && groups > 2 && draw.coin();
    let joins = if leaves {
        0
    } else if level == 2 {
        draw.range(1, 2)
    } else {
        1
    };
    let have: Vec<i64> = if level < 2 {
        let total = draw.range(groups * 3, groups * 5 + 6);
        let mut have: Vec<i64> =
            (0..groups).map(|at| (total / groups + usize::from(at < total % groups)) as i64).collect();
        draw.shuffle(&mut have);
        have
    } else {
        (0..groups).map(|_| draw.integer(1, 9)).collect()
    };
    let total: i64 = have.iter().sum();
    let leaving = leaves.then(|| draw.range(0, groups - 1));
    let mut all = have.clone();
    all.resize(groups + joins, 0);
    let targets = targets(&all, leaving);
    let moves = surplus(&all, &targets);
    let told: Vec<String> = have.iter().zip(GROUPS).map(|(have, name)| format!("{name} {have}")).collect();
    let event = match leaving {
        Some(group) => format!("group **{} leaves**", GROUPS[group]),
        None => {
            format!("**{} {}**", text::plural(joins, "new group"), if joins == 1 { "joins" } else { "join" })
        }
    };
    let mut after: Vec<i64> = targets
        .iter()
        .enumerate()
        .filter(|&(group, _)| Some(group) != leaving)
        .map(|(_, &target)| target)
        .collect();
    after.sort_unstable_by(|a, b| b.cmp(a));
    let given: Vec<String> = all
        .iter()
        .zip(&targets)
        .filter(|(have, target)| have > target)
        .map(|(have, target)| format!("({have} − {target})"))
        .collect();
    // As if the larger shares went to the emptiest groups.
    let mut uneven = targets;
    let mut stay: Vec<usize> = (0..all.len()).filter(|&group| Some(group) != leaving).collect();
    stay.sort_by_key(|&group| all[group]);
    for (rank, &group) in stay.iter().enumerate() {
        uneven[group] = after[rank];
    }
    let only_changed = match leaving {
        Some(group) => have[group],
        None => total / (groups + joins) as i64 * joins as i64,
    };
    Instance::new(
        format!(
            "A shard controller spreads **{total} shards** over replica groups, which hold now: {}. Then {event}. Afterwards the \
             groups must hold numbers of shards that differ by **at most one**. What is the **smallest number of shards that \
             move** from one group to another?",
            text::list(&told)
        ),
        answer::count(moves as usize),
        format!(
            "Afterwards the groups hold {}; the larger shares go to the fullest. What is above its share has to leave: {} = \
             {moves}.",
            text::list(&after),
            if given.is_empty() { "nothing".to_owned() } else { given.join(" + ") }
        ),
        json!({ "asks": "shards", "have": have, "joins": joins, "leaving": leaving }),
    )
    .mistake(only_changed, ONLY_CHANGED)
    .mistake(surplus(&all, &uneven), TOO_EVEN)
    .mistake(2 * moves, BOTH_ENDS)
    .mistake(total, ALL_SHARDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_move_as_in_the_lab() {
        let moves = |have: &[i64]| surplus(have, &targets(have, None));
        assert_eq!(moves(&[5, 5, 0]), 3);
        assert_eq!(moves(&[4, 3, 3, 0]), 2);
        assert_eq!(surplus(&[4, 3, 3], &targets(&[4, 3, 3], Some(0))), 4);
    }
}
