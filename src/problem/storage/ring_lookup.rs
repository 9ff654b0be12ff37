//! `ring.lookup`: owners and replicas on a consistent-hashing ring, and the way of a lookup through Chord.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram, text};

pub const FAMILY: &dyn Family = &RingLookup;

struct RingLookup;

const BACKWARDS: &str =
    "you went the wrong way round: a key belongs to the first node clockwise, with rising positions";
const NEAREST: &str = "not the nearest node counts, but the first one clockwise";
const NO_WRAP: &str = "behind the last position the ring goes on at 0";
const PASSED: &str = "a node at the key's own position holds it";
const OWNER_LEFT_OUT: &str = "the owner itself keeps the first copy";
const SAME_NODE: &str =
    "several positions may belong to one node; copies go to different nodes, so those are skipped";
const EXPONENT: &str = "off by one: finger i starts at distance 2^(i−1), so finger 1 is the successor";
const BEFORE_START: &str =
    "you took the last node before the finger's start; the first one at or behind it is asked for";
const NO_MODULO: &str = "positions are taken modulo the size of the ring; you stopped at its end";
const STEP_BY_STEP: &str = "you went from successor to successor; fingers take longer steps";
const NO_OWNER: &str =
    "the last hop is missing: the node before the key names its successor, which is responsible";
const DIRECT: &str = "no node knows all others: it only forwards to one of its fingers";

impl Family for RingLookup {
    fn name(&self) -> &'static str {
        "ring.lookup"
    }

    fn title(&self) -> &'static str {
        "find a key on a ring of nodes"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "asks",
                    "what is asked",
                    &["owner", "replicas", "virtual", "finger", "table", "path"],
                    &[],
                )
                .graded_words([
                    &["owner", "replicas"],
                    &["replicas", "virtual", "finger"],
                    &["virtual", "table", "path"],
                ]),
                Parameter::integer("bits", "the ring has 2 to this power positions", (5, 10), &[]).graded([
                    &[7, 8],
                    &[5, 6],
                    &[6, 7],
                ]),
                Parameter::integer("nodes", "positions taken on the ring", (3, 12), &[]).graded([
                    &[4, 5, 6],
                    &[5, 6, 7],
                    &[8, 9, 10],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            BACKWARDS,
            NEAREST,
            NO_WRAP,
            PASSED,
            OWNER_LEFT_OUT,
            SAME_NODE,
            EXPONENT,
            BEFORE_START,
            NO_MODULO,
            STEP_BY_STEP,
            NO_OWNER,
            DIRECT,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _difficulty: Difficulty) -> Instance {
        let (bits, nodes) = (with.count("bits"), with.count("nodes"));
        match with.word("asks") {
            "owner" => owner(bits, nodes, draw),
            "replicas" => replicas(bits, nodes, false, draw),
            "virtual" => replicas(bits, nodes, true, draw),
            asks => chord(asks, bits, nodes, draw),
        }
    }
}

/// Positions in rising order.
fn places(bits: usize, nodes: usize, draw: &mut Draw) -> Vec<i64> {
    let mut places = draw.distinct(nodes, 1, (1 << bits) - 2);
    places.sort_unstable();
    places
}

/// The first place at or behind a position, by index.
fn successor(places: &[i64], position: i64) -> usize {
    places.partition_point(|&place| place < position) % places.len()
}

fn picture(names: &[String], places: &[i64], size: i64) -> diagram::Picture {
    let items: Vec<String> =
        names.iter().zip(places).map(|(name, place)| format!("{name} {place}")).collect();
    diagram::ring(&items, &format!("{size} positions, 0 to {}", size - 1))
}

const RULE: &str =
    "A key belongs to the first node at or behind its position, clockwise (positions rise clockwise).";

fn owner(bits: usize, nodes: usize, draw: &mut Draw) -> Instance {
    let size = 1_i64 << bits;
    let places = places(bits, nodes, draw);
    let mut names: Vec<String> = text::PROCESSES
        .iter()
        .chain(&["J", "K", "L", "M"])
        .take(nodes)
        .map(|&name| name.to_owned())
        .collect();
    draw.shuffle(&mut names);
    let key = match draw.weighted(&[1, 2, 5]) {
        0 => *draw.pick(&places),
        // Behind the last node, where the ring wraps.
        1 => draw.integer(places[nodes - 1] + 1, size - 1),
        _ => draw.integer(0, size - 1),
    };
    let right = successor(&places, key);
    let before = (right + nodes - 1) % nodes;
    let distance = |place: i64| (place - key).rem_euclid(size).min((key - place).rem_euclid(size));
    let nearest = (0..nodes).min_by_key(|&node| distance(places[node])).unwrap_or(right);
    let picture = picture(&names, &places, size);
    let options = (0..nodes)
        .map(|node| {
            let from = (places[(node + nodes - 1) % nodes] + 1) % size;
            answer::option(
                names[node].clone(),
                node == right,
                format!("it holds the positions {from} to {}", places[node]),
            )
        })
        .collect();
    let mut instance = Instance::new(
        format!("Nodes and keys are hashed onto a ring:\n\n{}\n\n{RULE} Which node holds the key at position **{key}**?", picture.fence()),
        answer::choice(options),
        if key > places[nodes - 1] {
            format!("No node lies from {key} to {}, so it goes on at 0: the first one is {} at {}.", size - 1, names[right], places[right])
        } else {
            format!("From {key} upwards the first node is {} at {}.", names[right], places[right])
        },
        json!({ "asks": "owner", "size": size, "nodes": names, "places": places, "key": key }),
    )
    .spoken(picture.spoken);
    if key > places[nodes - 1] {
        instance = instance.mistake(vec![nodes - 1], NO_WRAP);
    }
    if places.contains(&key) {
        instance = instance.mistake(vec![(right + 1) % nodes], PASSED);
    }
    instance.mistake(vec![nearest], NEAREST).mistake(vec![before], BACKWARDS)
}

/// The names met from an index on, one way or the other; with `distinct` each once.
fn walk(names: &[String], from: usize, copies: usize, forwards: bool, distinct: bool) -> Vec<String> {
    let n = names.len();
    let mut met: Vec<String> = Vec::new();
    for step in 0..n {
        let at = if forwards { (from + step) % n } else { (from + n - step) % n };
        if met.len() < copies && !(distinct && met.contains(&names[at])) {
            met.push(names[at].clone());
        }
    }
    met
}

fn replicas(bits: usize, places_taken: usize, virtual_nodes: bool, draw: &mut Draw) -> Instance {
    let size = 1_i64 << bits;
    let count = if virtual_nodes { places_taken.max(6) } else { places_taken };
    let (names, places, key, copies) = draw.until(|draw| {
        let places = places(bits, count, draw);
        let machines = if virtual_nodes { 4 } else { count };
        let mut names: Vec<String> = (0..count)
            .map(|at| {
                text::PROCESSES
                    .iter()
                    .chain(&["J", "K", "L", "M"])
                    .nth(at % machines)
                    .map_or(String::new(), |&name| name.to_owned())
            })
            .collect();
        draw.shuffle(&mut names);
        let key = draw.integer(0, size - 1);
        let copies = draw.range(2, 3);
        let right = successor(&places, key);
        // With virtual nodes the trap must be there: a node met twice before there are enough.
        let plain = walk(&names, right, copies, true, false);
        let fits =
            !places.contains(&key) && (!virtual_nodes || plain != walk(&names, right, copies, true, true));
        fits.then_some((names, places, key, copies))
    });
    let n = names.len();
    let right = successor(&places, key);
    let held = walk(&names, right, copies, true, true);
    let picture = picture(&names, &places, size);
    let note = if virtual_nodes {
        " Each node takes several positions; the copies must lie on **different nodes**, so positions of a node that has one \
         already are skipped."
    } else {
        ""
    };
    let mut passed: Vec<&str> = Vec::new();
    let mut steps = Vec::new();
    for at in (0..n).map(|step| (right + step) % n) {
        let copied = passed.contains(&names[at].as_str());
        steps.push(format!("{} at {}{}", names[at], places[at], if copied { " (has one)" } else { "" }));
        if !copied {
            passed.push(&names[at]);
        }
        if passed.len() == copies {
            break;
        }
    }
    Instance::new(
        format!(
            "Nodes and keys are hashed onto a ring:\n\n{}\n\n{RULE}{note} A key is kept **{copies} times**: by its owner and \
             the next {} clockwise. Which nodes hold the key at position **{key}**? (In order from the owner on, as `D, A`.)",
            picture.fence(),
            text::plural(copies - 1, "node")
        ),
        answer::tuple(&held),
        format!("Clockwise from {key} come {}: {}.", text::list(&steps), held.join(", ")),
        json!({ "asks": "replicas", "size": size, "nodes": names, "places": places, "key": key, "copies": copies }),
    )
    .spoken(picture.spoken)
    .mistake(walk(&names, right, copies, true, false).join(", "), SAME_NODE)
    .mistake(walk(&names, (right + 1) % n, copies, true, true).join(", "), OWNER_LEFT_OUT)
    .mistake(walk(&names, (right + n - 1) % n, copies, false, true).join(", "), BACKWARDS)
}

/// A node's fingers, as indices: finger i (from 1) is the successor of its place plus 2^(i−1).
fn fingers(places: &[i64], node: usize, bits: usize) -> Vec<usize> {
    let size = 1_i64 << bits;
    (0..bits).map(|power| successor(places, (places[node] + (1 << power)) % size)).collect()
}

/// The nodes a lookup passes, the responsible one last.
fn route(places: &[i64], start: usize, key: i64, bits: usize) -> Vec<usize> {
    let size = 1_i64 << bits;
    let n = places.len();
    let mut path = vec![start];
    loop {
        let at = path[path.len() - 1];
        let ahead = |place: i64| (place - places[at]).rem_euclid(size);
        let next = (at + 1) % n;
        let to_key = ahead(key);
        if to_key <= ahead(places[next]) || path.len() > n {
            path.push(next);
            return path;
        }
        let best = fingers(places, at, bits)
            .into_iter()
            .filter(|&finger| ahead(places[finger]) < to_key && finger != at);
        path.push(best.max_by_key(|&finger| ahead(places[finger])).unwrap_or(next));
    }
}

fn chord(asks: &str, bits: usize, nodes: usize, draw: &mut Draw) -> Instance {
    let size = 1_i64 << bits;
    let hops = if nodes < 6 { 3 } else { 4 };
    let (places, start, key) = draw.until(|draw| {
        let places = places(bits, nodes, draw);
        let (start, key) = (draw.range(0, nodes - 1), draw.integer(0, size - 1));
        let fits = asks != "path"
            || (!places.contains(&key)
                && route(&places, start, key, bits).len() >= hops
                && successor(&places, key) != start);
        fits.then_some((places, start, key))
    });
    let items: Vec<String> = places.iter().map(ToString::to_string).collect();
    let picture = diagram::ring(&items, &format!("m = {bits}: {size} positions, 0 to {}", size - 1));
    let story = format!("The nodes of a **Chord** ring:\n\n{}\n\n", picture.fence());
    let table = "Finger i of node n (i = 1 … m) is the first node at or behind (n + 2^(i−1)) mod 2^m.";
    let own = places[start];
    let names = |path: &[usize]| -> Vec<i64> { path.iter().map(|&node| places[node]).collect() };
    let right = fingers(&places, start, bits);
    // Fingers begun one power too far.
    let shifted: Vec<usize> =
        (1..=bits).map(|power| successor(&places, (own + (1 << power)) % size)).collect();
    match asks {
        "finger" => {
            let i = draw.range(1, bits);
            let target = own + (1 << (i - 1));
            let finger = right[i - 1];
            let mut instance = Instance::new(
                format!("{story}{table} What is **finger {i}** of node **{own}**?"),
                answer::count(places[finger] as usize),
                format!(
                    "{own} + 2^{} = {target}{}; the first node from there on is {}.",
                    i - 1,
                    if target >= size {
                        format!(", modulo {size} that is {}", target % size)
                    } else {
                        String::new()
                    },
                    places[finger]
                ),
                json!({ "asks": asks, "bits": bits, "places": places, "start": own, "finger": i }),
            )
            .spoken(picture.spoken);
            if target > places[nodes - 1] {
                instance = instance.mistake(places[nodes - 1], NO_MODULO);
            }
            instance
                .mistake(places[shifted[i - 1]], EXPONENT)
                .mistake(places[(finger + nodes - 1) % nodes], BEFORE_START)
        }
        "table" => {
            let rows: Vec<String> = right
                .iter()
                .enumerate()
                .map(|(power, &finger)| format!("{} → {}", (own + (1 << power)) % size, places[finger]))
                .collect();
            let earlier: Vec<usize> = right.iter().map(|&finger| (finger + nodes - 1) % nodes).collect();
            Instance::new(
                format!(
                    "{story}{table} Give the **whole finger table** of node **{own}**, finger 1 first. (The numbers of the \
                     {bits} nodes, with repetitions, as `3, 3, 9`.)"
                ),
                answer::tuple(&names(&right)),
                format!("From node {own}, starts and their nodes: {}.", rows.join(", ")),
                json!({ "asks": asks, "bits": bits, "places": places, "start": own }),
            )
            .spoken(picture.spoken)
            .mistake(text::tuple(&names(&shifted)), EXPONENT)
            .mistake(text::tuple(&names(&earlier)), BEFORE_START)
        }
        _ => {
            let path = route(&places, start, key, bits);
            let owner = path[path.len() - 1];
            let all: Vec<usize> = (0..nodes).map(|step| (start + step) % nodes).collect();
            let to_owner = all.iter().position(|&node| node == owner).unwrap_or(0);
            let told: Vec<String> = path[..path.len() - 1]
                .iter()
                .zip(&path[1..])
                .map(|(&at, &next)| {
                    let reach: Vec<String> =
                        fingers(&places, at, bits).iter().map(|&f| places[f].to_string()).collect();
                    format!("{} (fingers {}) → {}", places[at], reach.join(" "), places[next])
                })
                .collect();
            Instance::new(
                format!(
                    "{story}{table} A node whose successor is responsible for the key (the first node at or behind it) names \
                     the successor; any other forwards to that of its fingers which lies last before the key, going \
                     clockwise from itself. Node **{own}** looks up the key **{key}**. Give the nodes on the way, from {own} \
                     to the responsible one, as `3, 17, 40`."
                ),
                answer::tuple(&names(&path)),
                format!("{}. Node {} is the first behind {key}.", told.join("; "), places[owner]),
                json!({ "asks": asks, "bits": bits, "places": places, "start": own, "key": key }),
            )
            .spoken(picture.spoken)
            .mistake(text::tuple(&names(&all[..=to_owner])), STEP_BY_STEP)
            .mistake(text::tuple(&names(&path[..path.len() - 1])), NO_OWNER)
            .mistake(text::tuple(&names(&[start, owner])), DIRECT)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_and_routes_are_as_published() {
        let places = [10, 90, 170, 230];
        assert_eq!(successor(&places, 200), 3);
        assert_eq!(successor(&places, 240), 0);
        let names = ["A", "B", "C", "D"].map(str::to_owned);
        assert_eq!(walk(&names, 3, 3, true, true), ["D", "A", "B"]);
        // Stoica et al. 2001, figures 3 to 5.
        let ring = [1, 8, 14, 21, 32, 38, 42, 48, 51, 56];
        let at = |path: Vec<usize>| path.into_iter().map(|node| ring[node]).collect::<Vec<i64>>();
        assert_eq!(at(fingers(&ring, 1, 6)), [14, 14, 14, 21, 32, 42]);
        assert_eq!(at(route(&ring, 1, 54, 6)), [8, 42, 51, 56]);
    }
}
