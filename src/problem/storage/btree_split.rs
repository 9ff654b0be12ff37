//! `btree.split`: keys inserted into a B+tree whose nodes split, and the latches that crabbing holds.

use serde_json::json;

use crate::problem::diagram::{self, Node as Drawn};
use crate::problem::text::{list, plural};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &BtreeSplit;

struct BtreeSplit;

const RIGHT_HEAVY: &str = "you left the smaller half on the left; here the left node keeps the larger one";
const MOVED_UP: &str =
    "you moved the middle key out of the leaf; from a leaf it is copied up and stays below";
const LAST_OF_LEFT: &str =
    "you copied up the last key of the left leaf; here it is the first of the right one";
const TOO_EARLY: &str = "you split a node when it was full; it splits when one more key comes";
const NO_SPLIT: &str = "you did not split";
const HIGHER: &str = "you released too little: above a safe node nothing can change";
const LOWER: &str = "you released too much: a node that is not safe may change its parent";
const ONLY_LEAF: &str = "you kept the leaf only; it is not safe, so its parent may change";
const WHOLE_PATH: &str = "you kept the whole path; a safe child lets go of all above it";

const ASKS: &[&str] = &["root", "leaves", "latches"];

impl Family for BtreeSplit {
    fn name(&self) -> &'static str {
        "btree.split"
    }

    fn title(&self) -> &'static str {
        "insert into a B+tree, or find the latches held"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "the root's keys, the leaves, or the latches held", ASKS, ASKS)
                    .graded_words([
                        &["root", "leaves", "latches"],
                        &["root", "leaves", "leaves", "latches"],
                        &["root", "root", "leaves", "latches"],
                    ]),
                Parameter::integer("most", "the most keys a node may hold", (3, 5), &[]).graded([
                    &[3],
                    &[3, 4],
                    &[3, 4],
                ]),
                Parameter::integer("keys", "keys inserted", (4, 14), &[]).graded([
                    &[5, 6],
                    &[7, 8],
                    &[10, 11, 12],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[RIGHT_HEAVY, MOVED_UP, LAST_OF_LEFT, TOO_EARLY, NO_SPLIT, HIGHER, LOWER, ONLY_LEAF, WHOLE_PATH]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let asks = with.word("asks");
        if asks == "latches" { latches(draw, difficulty) } else { insertions(asks, with, draw, difficulty) }
    }
}

fn insertions(asks: &str, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let (most, count) = (with.count("most"), with.count("keys").max(with.count("most") + 1));
    let right = Rules { most, left: (most + 1).div_ceil(2), copies: true, last: false };
    let keys: Vec<i64> = draw.distinct(count, 1, difficulty.of([60, 99, 99]));
    let tree = build(&keys, right);
    let get = |tree: &Tree| if asks == "root" { spaced(&tree.keys) } else { leaves(tree) };
    let ask = if asks == "root" {
        "Which keys are in the root in the end? List them in ascending order, as `12 40`."
    } else {
        "What are the leaves in the end, from left to right? Write `|` between leaves, as `3 5 | 12 40`."
    };
    let prompt = format!(
        "A B+tree, empty at first, holds up to **{most} keys** in a node. A node that gets {} splits. A leaf \
         keeps the first {}, the rest goes to a new leaf on its right, whose first key is copied up into the parent. An inner node \
         keeps the first {}, the next one moves up into the parent, and the rest goes to a new node on its right. Keys equal to a \
         key of an inner node lie to its right. Inserted are, in this order, **{}**. {ask}",
        plural(most + 1, "key"),
        right.left,
        most.div_ceil(2),
        list(&keys)
    );
    let mut steps = Vec::new();
    let mut before = build(&keys[..1], right);
    for end in 2..=keys.len() {
        let after = build(&keys[..end], right);
        if count_nodes(&after) != count_nodes(&before) {
            steps.push(format!(
                "- {} splits: root {}, leaves {}",
                keys[end - 1],
                spaced(&after.keys),
                leaves(&after)
            ));
        }
        before = after;
    }
    let picture = diagram::tree(&shown(&tree));
    let solution = format!("{}\n\nIn the end:\n\n{}", steps.join("\n"), picture.fence());
    let accepted = if asks == "root" {
        let mut all = vec![spaced(&tree.keys)];
        all.extend(answer::tuple_spellings(&tree.keys));
        all
    } else {
        spellings(&tree)
    };
    let values = json!({ "asks": asks, "most": most, "keys": keys });
    let mut instance = Instance::new(prompt, answer::typed(accepted), solution, values);
    for (rules, why) in [
        (Rules { left: most.div_ceil(2), ..right }, RIGHT_HEAVY),
        (Rules { copies: false, ..right }, MOVED_UP),
        (Rules { last: true, ..right }, LAST_OF_LEFT),
        (Rules { most: most - 1, left: most.div_ceil(2), ..right }, TOO_EARLY),
    ] {
        if rules.most > 1 && rules.left > 0 {
            instance = instance.mistake(get(&build(&keys, rules)), why);
        }
    }
    let mut sorted = keys;
    sorted.sort_unstable();
    instance.mistake(spaced(&sorted), NO_SPLIT)
}

/// How nodes split: the most keys, those the left keeps, whether leaves copy up, and whether the left's last key goes up.
#[derive(Clone, Copy)]
struct Rules {
    most: usize,
    left: usize,
    copies: bool,
    last: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Tree {
    keys: Vec<i64>,
    children: Vec<Self>,
}

fn build(keys: &[i64], rules: Rules) -> Tree {
    let mut root = Tree { keys: Vec::new(), children: Vec::new() };
    for &key in keys {
        if let Some((up, right)) = insert(&mut root, key, rules) {
            let left = std::mem::replace(&mut root, Tree { keys: vec![up], children: Vec::new() });
            root.children = vec![left, right];
        }
    }
    root
}

/// Inserts a key; a node that splits gives the key for its parent and its right half.
fn insert(node: &mut Tree, key: i64, rules: Rules) -> Option<(i64, Tree)> {
    let at = node.keys.iter().take_while(|&&other| other <= key).count();
    if node.children.is_empty() {
        node.keys.insert(at, key);
        if node.keys.len() <= rules.most {
            return None;
        }
        let mut right = node.keys.split_off(rules.left);
        let up = if rules.last { node.keys[rules.left - 1] } else { right[0] };
        if !rules.copies && right.len() > 1 {
            right.remove(0);
        }
        return Some((up, Tree { keys: right, children: Vec::new() }));
    }
    let (up, fresh) = insert(&mut node.children[at], key, rules)?;
    node.keys.insert(at, up);
    node.children.insert(at + 1, fresh);
    if node.keys.len() <= rules.most {
        return None;
    }
    let keep = node.keys.len() / 2;
    let mut right = node.keys.split_off(keep);
    let middle = right.remove(0);
    let children = node.children.split_off(keep + 1);
    Some((middle, Tree { keys: right, children }))
}

fn count_nodes(tree: &Tree) -> usize {
    1 + tree.children.iter().map(count_nodes).sum::<usize>()
}

fn spaced(keys: &[i64]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn leaf_keys(tree: &Tree) -> Vec<Vec<i64>> {
    if tree.children.is_empty() {
        vec![tree.keys.clone()]
    } else {
        tree.children.iter().flat_map(leaf_keys).collect()
    }
}

fn leaves(tree: &Tree) -> String {
    leaf_keys(tree).iter().map(|keys| spaced(keys)).collect::<Vec<_>>().join(" | ")
}

fn spellings(tree: &Tree) -> Vec<String> {
    let plain = leaves(tree);
    let commas =
        leaf_keys(tree).iter().map(|keys| spaced(keys).replace(' ', ", ")).collect::<Vec<_>>().join(" | ");
    let brackets = format!("[{}]", plain.replace(" | ", "] ["));
    vec![
        plain.clone(),
        plain.replace(" | ", "|"),
        commas.replace(" | ", "|").replace(", ", ","),
        commas.replace(", ", ","),
        format!("[{}]", commas.replace(" | ", "] [")),
        format!("[{}]", commas.replace(" | ", "] [").replace(", ", ",")),
        commas,
        brackets,
    ]
}

fn shown(tree: &Tree) -> Drawn {
    Drawn { label: format!("[{}]", spaced(&tree.keys)), children: tree.children.iter().map(shown).collect() }
}

fn latches(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let depth = difficulty.of([3, 4, 5]);
    let inserts = draw.coin();
    let most = *draw.pick(&[3, 4, 5, 6]);
    let least = most / 2;
    // The lowest safe node, or none: each as likely.
    let lowest = draw.range(0, depth);
    let keys: Vec<usize> = (0..depth)
        .map(|level| {
            let edge = if inserts { most } else { least };
            let safe = if inserts { draw.range(least, most - 1) } else { draw.range(least + 1, most) };
            // Levels count from 1; those above the lowest safe one may be either.
            match (level + 1).cmp(&lowest) {
                std::cmp::Ordering::Equal => safe,
                std::cmp::Ordering::Less if draw.coin() => safe,
                _ => edge,
            }
        })
        .collect();
    let is_safe = |level: usize| if inserts { keys[level] < most } else { keys[level] > least };
    let right = if lowest == 0 { depth } else { depth - lowest + 1 };
    let names: Vec<String> = (0..depth).map(|level| ["A", "B", "C", "D", "E"][level].to_owned()).collect();
    let rows: Vec<Vec<String>> = (0..depth)
        .map(|level| {
            let place = match level {
                0 => "root",
                _ if level + 1 == depth => "leaf",
                _ => "inner",
            };
            vec![names[level].clone(), place.to_owned(), keys[level].to_string()]
        })
        .collect();
    let picture = diagram::table(&["node", "place", "keys"], &rows);
    let operation = if inserts { "inserts a key" } else { "deletes a key" };
    let condition = if inserts {
        format!("safe if it has fewer than {most} keys")
    } else {
        format!("safe if it has more than {least} keys; the root is held to the same rule")
    };
    let prompt = format!(
        "A B+tree holds up to **{most} keys** in a node, and at least **{least}**. A thread {operation} and goes down by latch crabbing: it \
         latches a child in write mode, and if the child is safe, it releases the latches of all nodes above. A node is \
         {condition}. The nodes on its way have\n\n{}\n\nHow many of these nodes are still latched once it has latched the leaf and \
         released what it may?",
        picture.fence()
    );
    let told: Vec<String> = (0..depth)
        .map(|level| {
            format!(
                "- {} has {}: {}",
                names[level],
                plural(keys[level], "key"),
                if is_safe(level) { "safe" } else { "not safe" }
            )
        })
        .collect();
    let end = if lowest > 0 {
        format!(
            "The lowest safe node is {}: it and what is below stay latched, {right} in all.",
            names[lowest - 1]
        )
    } else {
        format!("No node is safe: all {depth} stay latched.")
    };
    let highest = (0..depth).find(|&level| is_safe(level)).map_or(depth, |level| depth - level);
    Instance::new(
        prompt,
        answer::count(right),
        format!("{}\n\n{end}", told.join("\n")),
        json!({ "asks": "latches", "inserts": inserts, "most": most, "least": least, "path": keys }),
    )
    .spoken(picture.spoken)
    .mistake(highest, HIGHER)
    .mistake(if right > 1 { right - 1 } else { depth }, if right > 1 { LOWER } else { WHOLE_PATH })
    .mistake(depth, WHOLE_PATH)
    .mistake(1_usize, ONLY_LEAF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_insertions() {
        let tree = build(&[10, 20, 30, 40, 25, 5], Rules { most: 3, left: 2, copies: true, last: false });
        assert_eq!((spaced(&tree.keys).as_str(), leaves(&tree).as_str()), ("20 30", "5 10 | 20 25 | 30 40"));
    }
}
