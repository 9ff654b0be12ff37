//! `flink.key-groups`: which instance of an operator holds a key's state, and what moves on rescaling.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &KeyGroups;

struct KeyGroups;

const ROUND_ROBIN: &str =
    "you dealt the groups out in turn; each instance has a range of neighbouring groups";
const BY_HASH: &str =
    "you took the hash modulo the parallelism; keys go to key groups, and groups to instances";
const EVEN: &str = "you gave every instance ⌊P/p⌋ groups; where P is no multiple of p, some have one more";
const OPEN_END: &str = "you took the first group of the next instance for the last of this one";
const FROM_ONE: &str = "instances are counted from 0";
const NEW_ONLY: &str = "you counted only what the added instances get; groups between the old ones move too";
const ALL_BUT_SHARE: &str = "that would be so with hashing modulo p; ranges mostly stay";
const ROUNDED: &str = "you rounded the other way";

impl Family for KeyGroups {
    fn name(&self) -> &'static str {
        "flink.key-groups"
    }

    fn title(&self) -> &'static str {
        "assign key groups to operator instances"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", &["instance", "range", "size", "moved"], &[])
                    .graded_words([&["instance", "size"], &["instance", "range"], &["moved", "range"]]),
                Parameter::integer("max-parallelism", "key groups", (2, 32_768), &[]).graded([
                    &[8, 10, 12, 16],
                    &[16, 20, 32, 64, 128],
                    &[12, 16, 18, 20, 24, 30],
                ]),
                Parameter::integer(
                    "parallelism",
                    "instances; at most as many as key groups count",
                    (1, 1024),
                    &[],
                )
                .graded([&[2, 3, 4, 5], &[3, 5, 6, 7, 10], &[2, 3, 4, 5]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[ROUND_ROBIN, BY_HASH, EVEN, OPEN_END, FROM_ONE, NEW_ONLY, ALL_BUT_SHARE, ROUNDED]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _difficulty: Difficulty) -> Instance {
        let groups = with.integer("max-parallelism");
        let p = with.integer("parallelism").min(groups);
        match with.word("asks") {
            "instance" => instance_of(groups, p, draw),
            "moved" => moved(groups, p, draw),
            asks => range(asks, groups, p, draw),
        }
    }
}

const RULE: &str = "Groups and instances are counted from 0; the state of key group g lies with instance ⌊g·p/P⌋, \
                    where P is the maximum parallelism and p the parallelism.";

fn holder(group: i64, p: i64, groups: i64) -> i64 {
    group * p / groups
}

fn first(instance: i64, p: i64, groups: i64) -> i64 {
    (instance * groups + p - 1) / p
}

fn last(instance: i64, p: i64, groups: i64) -> i64 {
    ((instance + 1) * groups - 1) / p
}

fn instance_of(groups: i64, p: i64, draw: &mut Draw) -> Instance {
    let hash = groups * draw.integer(1, 40) + draw.integer(0, groups - 1);
    let group = hash % groups;
    let instance = holder(group, p, groups);
    let share = (groups / p).max(1);
    Instance::new(
        format!(
            "A Flink operator with keyed state has a maximum parallelism of **P = {groups}** and runs with parallelism \
             **p = {p}**. A key's group is its hash modulo P. {RULE} Which instance holds the state of a key with hash \
             **{hash}**?"
        ),
        answer::count(instance as usize),
        format!("Key group {hash} mod {groups} = {group}; ⌊{group}·{p}/{groups}⌋ = ⌊{}/{groups}⌋ = {instance}.", group * p),
        json!({ "asks": "instance", "groups": groups, "parallelism": p, "hash": hash }),
    )
    .mistake(group % p, ROUND_ROBIN)
    .mistake(hash % p, BY_HASH)
    .mistake((group / share).min(p - 1), EVEN)
    .mistake(instance + 1, FROM_ONE)
}

fn range(asks: &str, groups: i64, p: i64, draw: &mut Draw) -> Instance {
    let instance = draw.integer(0, p - 1);
    let (from, to) = (first(instance, p, groups), last(instance, p, groups));
    let solution = format!(
        "⌊g·{p}/{groups}⌋ = {instance} means {instance}·{groups} ≤ g·{p} < {}·{groups}: g from ⌈{}/{p}⌉ = {from} to \
         ⌊({} − 1)/{p}⌋ = {to}",
        instance + 1,
        instance * groups,
        (instance + 1) * groups
    );
    let story = format!(
        "A Flink operator with keyed state has a maximum parallelism of **P = {groups}** and runs with parallelism \
         **p = {p}**. {RULE}"
    );
    let values = json!({ "asks": asks, "groups": groups, "parallelism": p, "instance": instance });
    if asks == "size" {
        return Instance::new(
            format!("{story} **How many** key groups does instance **{instance}** hold?"),
            answer::count((to - from + 1) as usize),
            format!("{solution}: {} groups.", to - from + 1),
            values,
        )
        .mistake(groups / p, EVEN)
        .mistake((groups + p - 1) / p, ROUNDED)
        .mistake(to - from, OPEN_END);
    }
    let share = groups / p;
    let spell = |from: i64, to: i64| format!("{from}-{to}");
    Instance::new(
        format!(
            "{story} **Which key groups** does instance **{instance}** hold? (First and last, as `3-7`.)"
        ),
        answer::typed([
            spell(from, to),
            format!("{from} - {to}"),
            format!("{from} to {to}"),
            format!("{from}..{to}"),
            format!("{from}, {to}"),
            format!("{from},{to}"),
            format!("{from} {to}"),
            format!("({from}, {to})"),
            format!("[{from}, {to}]"),
        ]),
        format!("{solution}."),
        values,
    )
    .mistake(spell(instance * share, (instance + 1) * share - 1), EVEN)
    .mistake(spell(from, to + 1), OPEN_END)
    .mistake(spell(instance * groups / p, to), ROUNDED)
    .mistake(
        if instance > 0 { spell(first(instance - 1, p, groups), from - 1) } else { spell(from, to) },
        FROM_ONE,
    )
}

fn moved(groups: i64, p: i64, draw: &mut Draw) -> Instance {
    // Down to a single instance everything but its own groups moves; that asks too little.
    let least = if groups > 2 { (p - 2).max(2) } else { 1 };
    let after = draw.until(|draw| {
        let after = draw.integer(least, (p + 3).min(groups));
        (after != p).then_some(after)
    });
    let moves = |group: &i64| holder(*group, p, groups) != holder(*group, after, groups);
    let moved: Vec<i64> = (0..groups).filter(moves).collect();
    let spans: Vec<String> = (0..after)
        .map(|instance| {
            let (from, to) = (first(instance, after, groups), last(instance, after, groups));
            let kept = (from..=to).filter(|&group| holder(group, p, groups) == instance).count();
            format!("instance {instance} has {from}–{to} now, {kept} of them as before")
        })
        .collect();
    let mut instance = Instance::new(
        format!(
            "A Flink operator with keyed state has a maximum parallelism of **P = {groups}**. It is stopped and started \
             again from its checkpoint with parallelism **{after} instead of {p}**. {RULE} **How many key groups** lie with \
             another instance afterwards? (By number: instance 0 before is instance 0 after.)"
        ),
        answer::count(moved.len()),
        format!("{}. {groups} less those that stay: {}.", spans.join("; "), moved.len()),
        json!({ "asks": "moved", "groups": groups, "before": p, "after": after }),
    );
    if after > p {
        let new = (0..groups).filter(|&group| holder(group, after, groups) >= p).count();
        instance = instance.mistake(new, NEW_ONLY);
    }
    let dealt = (0..groups).filter(|group| group % p != group % after).count();
    instance.mistake(dealt, ALL_BUT_SHARE)
}
