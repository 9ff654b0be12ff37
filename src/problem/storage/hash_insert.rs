//! `hash.insert`: keys put into a hash table by linear probing, extendible hashing or linear hashing.

use serde_json::json;

use crate::problem::text::list;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &HashInsert;

struct HashInsert;

const NO_PROBE: &str = "you put each key into its home slot, taken or not";
const BACKWARDS: &str = "you probed downwards; the next slot is the one above";
const FULL_SEARCH: &str = "you went on past an empty slot; a search stops there";
const NOT_COUNTED: &str = "you did not count the empty slot that ends the search";
const HIGH_BITS: &str = "you went by the high-order bits";
const ENTRIES: &str = "you counted directory entries; several may lead to one bucket";
const ALWAYS_DOUBLES: &str =
    "you doubled the directory with every split; it doubles only if local depth equals global depth";
const TOO_EARLY: &str = "you split a bucket once it was full; it splits when one more key comes";
const SPLIT_FULL: &str = "you split the bucket that overflowed; linear hashing splits the one at the pointer";
const NOT_REHASHED: &str = "you forgot that buckets before the pointer use the finer modulus";
const FIRST_OVERFLOW: &str =
    "you split only for a bucket's first key too many; every insertion into a full bucket splits";

const SCHEMES: &[&str] = &["probing", "extendible", "linear"];

impl Family for HashInsert {
    fn name(&self) -> &'static str {
        "hash.insert"
    }

    fn title(&self) -> &'static str {
        "insert keys into a hash table"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("scheme", "linear probing, extendible or linear hashing", SCHEMES, SCHEMES)
                    .graded_words([
                        &["probing"],
                        SCHEMES,
                        &["probing", "extendible", "linear", "extendible", "linear"],
                    ]),
                Parameter::integer("keys", "keys inserted", (4, 12), &[]).graded([&[5, 6], &[6, 7], &[8, 9]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            NO_PROBE,
            BACKWARDS,
            FULL_SEARCH,
            NOT_COUNTED,
            HIGH_BITS,
            ENTRIES,
            ALWAYS_DOUBLES,
            TOO_EARLY,
            SPLIT_FULL,
            NOT_REHASHED,
            FIRST_OVERFLOW,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let count = with.count("keys");
        match with.word("scheme") {
            "probing" => probing(count, draw, difficulty),
            "extendible" => extendible(count, draw),
            _ => linear(count, draw),
        }
    }
}

fn keys_of(keys: &[i64]) -> Vec<usize> {
    keys.iter().map(|&key| key as usize).collect()
}

fn probing(count: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let slots = *draw.pick(difficulty.of([&[7, 11][..], &[11, 13][..], &[11, 13][..]])).max(&(count + 1));
    let (keys, places) = draw.until(|draw| {
        let keys = keys_of(&draw.distinct(count, 1, 99));
        let places = probe(&keys, slots, 1);
        // Two displaced keys at least: otherwise nothing is traced.
        let displaced = keys.iter().zip(&places).filter(|&(key, place)| key % slots != *place).count();
        (displaced >= 2).then_some((keys, places))
    });
    let setting = format!(
        "An empty hash table has **{slots} slots**, numbered from 0. Key *k* belongs in slot *k* mod {slots}; if that is taken, the \
         next slots upwards are tried, from the last one on to slot 0 (linear probing)."
    );
    let steps: Vec<String> = keys
        .iter()
        .zip(&places)
        .map(|(key, place)| {
            let home = key % slots;
            if home == *place {
                format!("{key} → {home}")
            } else {
                format!("{key} → {home}, taken, on to {place}")
            }
        })
        .collect();
    let steps = steps.join("; ");
    if draw.chance(difficulty.of([0, 1, 1]), 2) {
        return search(&setting, &keys, &places, slots, &steps, draw);
    }
    let values = json!({ "scheme": "probing", "asks": "slots", "slots": slots, "keys": keys });
    let home: Vec<usize> = keys.iter().map(|key| key % slots).collect();
    Instance::new(
        format!(
            "{setting} The keys **{}** are inserted in this order. In which slots do they end? List the slots in the order of the \
             keys, as `3, 0, 4`.",
            list(&keys)
        ),
        answer::typed(plain_first(&places)),
        format!("{steps}."),
        values,
    )
    .mistake(plain(&home), NO_PROBE)
    .mistake(plain(&probe(&keys, slots, slots - 1)), BACKWARDS)
}

fn search(
    setting: &str,
    keys: &[usize],
    places: &[usize],
    slots: usize,
    steps: &str,
    draw: &mut Draw,
) -> Instance {
    let is_free = |slot: usize| !places.contains(&slot);
    let wanted = draw.until(|draw| {
        let key = draw.range(1, 99);
        (!keys.contains(&key) && !is_free(key % slots)).then_some(key)
    });
    let looked = (0..slots).find(|step| is_free((wanted + step) % slots)).map_or(slots, |step| step + 1);
    let path: Vec<usize> = (0..looked).map(|step| (wanted + step) % slots).collect();
    Instance::new(
        format!(
            "{setting} The keys **{}** are inserted in this order; nothing is deleted. How many slots does a search for the \
             absent key **{wanted}** look at, the empty one that ends it included?",
            list(keys)
        ),
        answer::count(looked),
        format!("Insertion: {steps}. The search for {wanted} looks at slots {}, of which the last is empty: {looked}.", list(&path)),
        json!({ "scheme": "probing", "asks": "search", "slots": slots, "keys": keys, "wanted": wanted }),
    )
    .mistake(looked - 1, NOT_COUNTED)
    .mistake(1_usize, NO_PROBE)
    .mistake(slots, FULL_SEARCH)
}

/// The slots of the keys; `step` is 1 upwards, one less than the slots downwards.
fn probe(keys: &[usize], slots: usize, step: usize) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::with_capacity(keys.len());
    for key in keys {
        let mut slot = key % slots;
        while places.contains(&slot) {
            slot = (slot + step) % slots;
        }
        places.push(slot);
    }
    places
}

/// The buckets of an extendible table: local depth, pattern, keys.
struct Bucket {
    depth: u32,
    bits: usize,
    keys: Vec<usize>,
}

struct Extendible {
    global: u32,
    splits: u32,
    buckets: Vec<Bucket>,
}

/// Keys have 6 bits. `low` tells which end of the key counts; `eager` splits a bucket as soon as it is full.
fn extend(keys: &[usize], capacity: usize, low: bool, eager: bool) -> Extendible {
    let pattern = |key: usize, depth: u32| {
        let bits = if low { key } else { (key as u8).reverse_bits() as usize >> 2 };
        bits & ((1 << depth) - 1)
    };
    let mut table = Extendible { global: 1, splits: 0, buckets: Vec::new() };
    table.buckets.extend([0, 1].map(|bits| Bucket { depth: 1, bits, keys: Vec::new() }));
    for &key in keys {
        let found = table.buckets.iter().position(|bucket| pattern(key, bucket.depth) == bucket.bits);
        let mut at = found.unwrap_or_default();
        table.buckets[at].keys.push(key);
        while table.buckets[at].keys.len() + usize::from(eager) > capacity && table.buckets[at].depth < 6 {
            let depth = table.buckets[at].depth + 1;
            let (bits, all) = (table.buckets[at].bits, std::mem::take(&mut table.buckets[at].keys));
            let (stay, go): (Vec<usize>, Vec<usize>) =
                all.into_iter().partition(|&key| pattern(key, depth) == bits);
            table.splits += 1;
            table.global = table.global.max(depth);
            let next = if go.len() > stay.len() { table.buckets.len() } else { at };
            table.buckets[at] = Bucket { depth, bits, keys: stay };
            table.buckets.push(Bucket { depth, bits: bits | 1 << (depth - 1), keys: go });
            at = next;
        }
    }
    table
}

fn extendible(count: usize, draw: &mut Draw) -> Instance {
    let capacity = 2;
    let (keys, table) = draw.until(|draw| {
        let keys = keys_of(&draw.distinct(count, 1, 63));
        let table = extend(&keys, capacity, true, false);
        ((2..=4).contains(&table.global) && table.splits >= 2).then_some((keys, table))
    });
    let asks = *draw.pick(&["depth", "buckets", "local-depth"]);
    let of = *draw.pick(&keys);
    let local = |table: &Extendible| {
        table.buckets.iter().find(|bucket| bucket.keys.contains(&of)).map_or(1, |bucket| bucket.depth)
            as usize
    };
    let told: Vec<String> = {
        let mut buckets: Vec<&Bucket> = table.buckets.iter().collect();
        buckets.sort_by_key(|bucket| (bucket.bits.reverse_bits(), bucket.depth));
        let one = |bucket: &&Bucket| {
            format!("- …{:0>1$b}: {2}", bucket.bits, bucket.depth as usize, list(&bucket.keys))
        };
        buckets.iter().map(one).collect()
    };
    let ask = match asks {
        "depth" => "What is the global depth in the end?".to_owned(),
        "buckets" => "How many buckets are there in the end?".to_owned(),
        _ => format!("What is the local depth of the bucket that holds **{of}** in the end?"),
    };
    let prompt = format!(
        "An extendible hash table goes by the low-order bits of the keys themselves. It starts with global depth 1 and two empty \
         buckets of local depth 1; a bucket holds **{capacity} keys**. A key that finds its bucket full splits it on one more \
         bit, again if need be; the directory doubles when the local depth would exceed the global one. Inserted are, in this \
         order, **{}**. {ask}",
        list(&keys)
    );
    let get = |table: &Extendible| match asks {
        "depth" => table.global as usize,
        "buckets" => table.buckets.len(),
        _ => local(table),
    };
    let right = get(&table);
    let solution = format!(
        "In the end the buckets are, by the low-order bits of their keys:\n\n{}\n\nThe longest pattern gives the global depth, \
         {}; the number of bits of a bucket is its local depth. The answer is {right}.",
        told.join("\n"),
        table.global
    );
    let values =
        json!({ "scheme": "extendible", "asks": asks, "capacity": capacity, "keys": keys, "of": of });
    let instance = Instance::new(prompt, answer::count(right), solution, values);
    match asks {
        "depth" => instance.mistake(1 + table.splits as usize, ALWAYS_DOUBLES),
        "buckets" => instance.mistake(1_usize << table.global, ENTRIES),
        _ => instance.mistake(table.global as usize, ALWAYS_DOUBLES),
    }
    .mistake(get(&extend(&keys, capacity, false, false)), HIGH_BITS)
    .mistake(get(&extend(&keys, capacity, true, true)), TOO_EARLY)
}

struct Linear {
    buckets: Vec<Vec<usize>>,
    pointer: usize,
    base: usize,
    steps: Vec<String>,
}

impl Linear {
    fn place(&self, key: usize, finer: bool) -> usize {
        let place = key % self.base;
        if finer && place < self.pointer { key % (2 * self.base) } else { place }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Slip {
    None,
    First,
    Coarse,
}

fn grow(keys: &[usize], start: usize, capacity: usize, slip: Slip) -> Linear {
    let mut table = Linear { buckets: vec![Vec::new(); start], pointer: 0, base: start, steps: Vec::new() };
    for &key in keys {
        let at = table.place(key, slip != Slip::Coarse);
        table.buckets[at].push(key);
        let held = table.buckets[at].len();
        let mut step = format!("- {key} → bucket {at}");
        if held > capacity && (slip != Slip::First || held == capacity + 1) {
            step += &format!(", full: bucket {} splits", table.pointer);
            let from = table.pointer;
            table.buckets.push(Vec::new());
            let new = table.buckets.len() - 1;
            let (stay, go) = std::mem::take(&mut table.buckets[from])
                .into_iter()
                .partition(|key| key % (2 * table.base) == from);
            table.buckets[from] = stay;
            table.buckets[new] = go;
            table.pointer += 1;
            if table.pointer == table.base {
                table.base *= 2;
                table.pointer = 0;
            }
        }
        table.steps.push(step);
    }
    table
}

fn linear(count: usize, draw: &mut Draw) -> Instance {
    let (start, capacity) = (*draw.pick(&[2, 3, 4]), 2);
    let (keys, table) = draw.until(|draw| {
        let keys = keys_of(&draw.distinct(count, 1, 40));
        let table = grow(&keys, start, capacity, Slip::None);
        (table.buckets.len() > start).then_some((keys, table))
    });
    let of = *draw.pick(&keys);
    let asks_place = draw.chance(1, 3);
    let setting = format!(
        "A linear hash table starts with **{start} buckets**, numbered from 0, and the split pointer at bucket 0; a bucket holds \
         **{capacity} keys**, more go to its overflow page. In round *i* (from 0), key *k* belongs in bucket *k* mod {start}·2^i, \
         or, if that bucket lies before the pointer, in *k* mod {start}·2^(i+1). Each insertion into a bucket that is full \
         already, with or without an overflow page, makes the bucket at the pointer split once; the pointer then moves on, and \
         after the last bucket of the round returns to 0. Inserted are, in this order, **{}**.",
        list(&keys)
    );
    let steps = table.steps.join("\n");
    if asks_place {
        let find =
            |table: &Linear| table.buckets.iter().position(|bucket| bucket.contains(&of)).unwrap_or_default();
        let right = find(&table);
        return Instance::new(
            format!("{setting} In which bucket is **{of}** in the end?"),
            answer::count(right),
            format!("{steps}\n\n{of} is in bucket {right}."),
            json!({ "scheme": "linear", "asks": "place", "start": start, "capacity": capacity, "keys": keys, "of": of }),
        )
        .mistake(find(&grow(&keys, start, capacity, Slip::Coarse)), NOT_REHASHED)
        .mistake(of % start, NOT_REHASHED)
        .mistake(of % (2 * start), SPLIT_FULL);
    }
    let pair = |table: &Linear| format!("{}, {}", table.buckets.len(), table.pointer);
    let overflowed = {
        // Splitting what overflowed leaves the pointer where it is.
        format!("{}, 0", table.buckets.len())
    };
    let right = [table.buckets.len(), table.pointer];
    Instance::new(
        format!("{setting} How many buckets are there in the end, and where does the pointer stand? Answer as `7, 1`."),
        answer::typed(plain_first(&right)),
        format!("{steps}\n\n{} buckets, pointer at {}.", right[0], right[1]),
        json!({ "scheme": "linear", "asks": "shape", "start": start, "capacity": capacity, "keys": keys }),
    )
    .mistake(pair(&grow(&keys, start, capacity, Slip::First)), FIRST_OVERFLOW)
    .mistake(pair(&grow(&keys, start, capacity, Slip::Coarse)), NOT_REHASHED)
    .mistake(overflowed, SPLIT_FULL)
    .mistake(pair(&grow(&keys, start, capacity - 1, Slip::None)), TOO_EARLY)
}

fn plain(values: &[usize]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The usual spellings, without brackets first.
fn plain_first(values: &[usize]) -> Vec<String> {
    let mut all = vec![plain(values)];
    all.extend(answer::tuple_spellings(values));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_tables() {
        assert_eq!(probe(&[10, 22, 31, 4, 15, 28], 11, 1), [10, 0, 9, 4, 5, 6]);
        assert_eq!(extend(&[0, 4, 1, 8, 5], 2, true, false).global, 3);
        let table = grow(&[4, 8, 5, 9, 13, 6, 17], 4, 2, Slip::None);
        assert_eq!((table.buckets.len(), table.pointer), (6, 2));
    }
}
