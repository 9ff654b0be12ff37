//! `kademlia.routing`: distances by XOR, buckets, and the nodes nearest to a key.

use serde_json::json;

use crate::problem::text::{list, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &KademliaRouting;

struct KademliaRouting;

const DIFFERENCE: &str = "you took the difference of the ids; the distance is their bitwise XOR";
const DIFFERING_BITS: &str = "you counted the bits that differ; the XOR is read as a number";
const EQUAL_BITS: &str = "you set the bits that are equal; XOR sets those that differ";
const BUCKET_FROM_ONE: &str =
    "you counted buckets from 1; bucket i holds the distances from 2^i to 2^(i+1) − 1";
const PREFIX: &str = "you gave the length of the common prefix; buckets are counted from the other end";
const BY_ID: &str = "you ordered by the ids themselves";
const FARTHEST: &str = "you began with the farthest";

impl Family for KademliaRouting {
    fn name(&self) -> &'static str {
        "kademlia.routing"
    }

    fn title(&self) -> &'static str {
        "measure by XOR and find the nearest nodes"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &[Parameter::integer("bits", "bits of an id", (3, 10), &[]).graded([&[4, 5], &[6], &[7, 8]])] }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[DIFFERENCE, DIFFERING_BITS, EQUAL_BITS, BUCKET_FROM_ONE, PREFIX, BY_ID, FARTHEST]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let bits = with.count("bits");
        // Easy ones show the bits; later only numbers.
        let binary = difficulty.level() == 0;
        let asks = difficulty.of([
            &["distance", "nearest"][..],
            &["distance", "bucket", "nearest"],
            &["bucket", "nearest", "order"],
        ]);
        match *draw.pick(asks) {
            "distance" => distance(bits, binary, draw),
            "bucket" => bucket(bits, draw),
            "nearest" => nearest(bits, binary, difficulty.of([2, 2, 3]), draw),
            _ => order(bits, draw),
        }
    }
}

fn shown(id: i64, bits: usize, binary: bool) -> String {
    if binary { format!("{id:0bits$b} ({id})") } else { id.to_string() }
}

fn xor_line(a: i64, b: i64, bits: usize) -> String {
    format!("{a:0bits$b} XOR {b:0bits$b} = {:0bits$b}", a ^ b)
}

fn distance(bits: usize, binary: bool, draw: &mut Draw) -> Instance {
    let top = (1_i64 << bits) - 1;
    let pair = draw.until(|draw| {
        let pair = draw.distinct(2, 0, top);
        ((pair[0] ^ pair[1]) != (pair[0] - pair[1]).abs()).then_some(pair)
    });
    let (a, b) = (pair[0], pair[1]);
    let right = a ^ b;
    Instance::new(
        format!(
            "Kademlia with ids of **{bits}** bits: how far is node **{}** from key **{}**, as a decimal number?",
            shown(a, bits, binary),
            shown(b, bits, binary)
        ),
        answer::count(right as usize),
        format!("{}, that is {right}.", xor_line(a, b, bits)),
        json!({ "asks": "distance", "bits": bits, "a": a, "b": b }),
    )
    .mistake((a - b).abs(), DIFFERENCE)
    .mistake(i64::from(right.count_ones()), DIFFERING_BITS)
    .mistake(top - right, EQUAL_BITS)
}

fn bucket(bits: usize, draw: &mut Draw) -> Instance {
    let top = (1_i64 << bits) - 1;
    // The bucket first: near ones would hardly be drawn otherwise.
    let right = draw.range(1, bits - 1);
    let own = draw.integer(0, top);
    let gap = draw.integer(1 << right, (2 << right) - 1);
    let other = own ^ gap;
    let log = |distance: i64| (0..bits).rev().find(|&i| distance >> i & 1 == 1).unwrap_or(0);
    Instance::new(
        format!(
            "Kademlia with ids of **{bits}** bits: bucket i of a node holds the nodes at distances from 2^i to \
             2^(i+1) − 1 (i from 0). Into which bucket of node **{own}** does node **{other}** belong?"
        ),
        answer::count(right),
        format!(
            "{}, that is {gap}; 2^{right} = {} ≤ {gap} < {}, so bucket {right}.",
            xor_line(own, other, bits),
            1_i64 << right,
            2_i64 << right
        ),
        json!({ "asks": "bucket", "bits": bits, "own": own, "other": other }),
    )
    .mistake(right + 1, BUCKET_FROM_ONE)
    .mistake(bits - 1 - right, PREFIX)
    .mistake(log((own - other).abs()), DIFFERENCE)
}

/// Draws a key and nodes; ordering them by XOR and by difference gives different results.
fn nodes(bits: usize, count: usize, first: usize, draw: &mut Draw) -> (i64, Vec<i64>) {
    let top = (1_i64 << bits) - 1;
    draw.until(|draw| {
        let mut ids = draw.distinct(count + 1, 0, top);
        let key = ids.remove(0);
        let by_xor = sorted(&ids, |id| id ^ key);
        let by_gap = sorted(&ids, |id| (id - key).abs());
        (by_xor[..first] != by_gap[..first]).then_some((key, ids))
    })
}

fn sorted(ids: &[i64], by: impl Fn(i64) -> i64) -> Vec<i64> {
    let mut ids = ids.to_vec();
    ids.sort_by_key(|&id| (by(id), id));
    ids
}

fn distances(ids: &[i64], key: i64) -> String {
    let each: Vec<String> = ids.iter().map(|id| format!("{id}: {}", id ^ key)).collect();
    each.join(", ")
}

fn nearest(bits: usize, binary: bool, k: usize, draw: &mut Draw) -> Instance {
    let (key, ids) = nodes(bits, k + 3, k, draw);
    let by_xor = sorted(&ids, |id| id ^ key);
    let told: Vec<String> = ids.iter().map(|&id| shown(id, bits, binary)).collect();
    Instance::new(
        format!(
            "Kademlia with ids of **{bits}** bits: a node knows the nodes **{}**. Which **{k}** of them are nearest to key \
             **{}**? Give their decimal ids, nearest first, as `7, 3`.",
            list(&told),
            shown(key, bits, binary)
        ),
        answer::tuple(&by_xor[..k]),
        format!("Distances by XOR with {key}: {}. Nearest: {}.", distances(&ids, key), list(&by_xor[..k])),
        json!({ "asks": "nearest", "bits": bits, "key": key, "nodes": ids, "k": k }),
    )
    .mistake(tuple(&sorted(&ids, |id| (id - key).abs())[..k]), DIFFERENCE)
    .mistake(tuple(&sorted(&ids, |id| i64::from((id ^ key).count_ones()))[..k]), DIFFERING_BITS)
    .mistake(tuple(&sorted(&ids, |id| -(id ^ key))[..k]), FARTHEST)
    .mistake(tuple(&sorted(&ids, |id| id)[..k]), BY_ID)
}

fn order(bits: usize, draw: &mut Draw) -> Instance {
    let (key, ids) = nodes(bits, 5, 5, draw);
    let right = sorted(&ids, |id| id ^ key);
    let place = |wrong: &[i64]| -> Vec<usize> {
        wrong.iter().filter_map(|id| right.iter().position(|other| other == id)).collect()
    };
    Instance::new(
        format!(
            "Kademlia with ids of **{bits}** bits: put these nodes in order of their distance from key **{key}**, nearest \
             first."
        ),
        answer::order(right.iter().map(ToString::to_string).collect()),
        format!("Distances by XOR with {key}: {}.", distances(&right, key)),
        json!({ "asks": "order", "bits": bits, "key": key, "nodes": ids }),
    )
    .mistake(place(&sorted(&ids, |id| (id - key).abs())), DIFFERENCE)
    .mistake(place(&sorted(&ids, |id| i64::from((id ^ key).count_ones()))), DIFFERING_BITS)
    .mistake(place(&sorted(&ids, |id| -(id ^ key))), FARTHEST)
    .mistake(place(&sorted(&ids, |id| id)), BY_ID)
}
