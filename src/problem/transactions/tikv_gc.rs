//! `tikv.gc`: which versions of a key garbage collection keeps, and in which order versions lie in the store.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram};

pub const FAMILY: &dyn Family = &TikvGc;

struct TikvGc;

const NEWEST_GONE: &str =
    "the newest version at or below the safe point is still read by transactions after it";
const ALL_KEPT_BELOW: &str = "below the safe point only the newest version can still be read";
const DELETE_KEPT: &str =
    "a delete below the safe point with nothing older behind it says no more than an absent key: it goes";
const UNDER_DELETE: &str =
    "the newest write below the safe point is the delete; older versions are not looked for";
const RECORDS_KEPT: &str = "a record that only notes a lock or a rollback carries no value, and goes";
const RECORD_AS_VERSION: &str =
    "a lock or rollback record is no version: the search goes on to the next older write";
const STRICT: &str = "a version exactly at the safe point is at or below it";
const ABOVE_GONE: &str = "nothing above the safe point is removed";
const REMOVED: &str = "those are the ones that go";
const OLDEST_FIRST: &str =
    "of one key the newest version comes first, so that a search from above meets it at once";
const BY_TIME_ONLY: &str = "the user key is compared first, the timestamp only among versions of one key";

impl Family for TikvGc {
    fn name(&self) -> &'static str {
        "tikv.gc"
    }

    fn title(&self) -> &'static str {
        "order versions, and collect those that no reader needs"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["kept", "kept", "order"],
                    &["kept", "kept", "removed"],
                    &["kept", "removed", "kept"],
                ]),
                Parameter::integer("writes", "write records of the key", (3, 8), &[]).graded([
                    &[4],
                    &[5, 6],
                    &[6, 7],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            NEWEST_GONE,
            ALL_KEPT_BELOW,
            DELETE_KEPT,
            UNDER_DELETE,
            RECORDS_KEPT,
            RECORD_AS_VERSION,
            STRICT,
            ABOVE_GONE,
            REMOVED,
            OLDEST_FIRST,
            BY_TIME_ONLY,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        match with.word("asks") {
            "order" => order(draw),
            asks => collect(asks == "removed", with.count("writes"), draw, difficulty),
        }
    }
}

const ASKS: &[&str] = &["kept", "removed", "order"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Put,
    Delete,
    Lock,
    Rollback,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Put => "Put",
            Self::Delete => "Delete",
            Self::Lock => "Lock",
            Self::Rollback => "Rollback",
        }
    }

    fn is_version(self) -> bool {
        matches!(self, Self::Put | Self::Delete)
    }
}

/// A record: its commit timestamp and its kind. Newest first.
type Records = Vec<(usize, Kind)>;

/// Indices of the records that stay; the safe point itself counts as below.
fn kept(records: &Records, safe: usize) -> Vec<usize> {
    let newest = records.iter().position(|&(at, kind)| at <= safe && kind.is_version());
    (0..records.len())
        .filter(|&index| records[index].0 > safe || (newest == Some(index) && records[index].1 == Kind::Put))
        .collect()
}

fn collect(removed: bool, count: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let kinds: &[Kind] = difficulty.of([
        &[Kind::Put, Kind::Put, Kind::Delete][..],
        &[Kind::Put, Kind::Put, Kind::Put, Kind::Delete, Kind::Lock],
        &[Kind::Put, Kind::Put, Kind::Put, Kind::Delete, Kind::Delete, Kind::Lock, Kind::Rollback],
    ]);
    let (records, safe) = draw.until(|draw| {
        let mut stamps = draw.distinct(count, 10, 95);
        stamps.sort_unstable_by(|a, b| b.cmp(a));
        let records: Records = stamps.iter().map(|&at| (at as usize, *draw.pick(kinds))).collect();
        // Often exactly at a record.
        let safe = if draw.chance(1, 3) { records[draw.range(0, count - 1)].0 } else { draw.range(20, 94) };
        let stay = kept(&records, safe).len();
        let below = records.iter().filter(|record| record.0 <= safe).count();
        // Something stays, something goes, and the safe point parts them.
        (stay > 0 && stay < count && below >= 2 && below < count).then_some((records, safe))
    });
    let stays = kept(&records, safe);
    let goes: Vec<usize> = (0..count).filter(|index| !stays.contains(index)).collect();
    let newest = records.iter().position(|&(at, kind)| at <= safe && kind.is_version());
    let why = |index: usize| -> String {
        let (at, kind) = records[index];
        match kind {
            _ if at > safe => "above the safe point: stays".to_owned(),
            Kind::Lock | Kind::Rollback => "no version, at or below the safe point: goes".to_owned(),
            Kind::Put if newest == Some(index) => {
                "newest version at or below the safe point: stays".to_owned()
            }
            Kind::Delete if newest == Some(index) => {
                "newest at or below the safe point, but a Delete: goes".to_owned()
            }
            _ => "older than the newest version at or below the safe point: goes".to_owned(),
        }
    };
    let rows: Vec<Vec<String>> =
        records.iter().map(|&(at, kind)| vec![at.to_string(), kind.name().to_owned()]).collect();
    let picture = diagram::table(&["commit timestamp", "kind"], &rows);
    let label = |index: usize| format!("{} {}", records[index].0, records[index].1.name());
    let options = (0..count)
        .map(|index| answer::option(label(index), goes.contains(&index) == removed, why(index)))
        .collect();
    let steps: Vec<String> = (0..count).map(|index| format!("{}: {}", label(index), why(index))).collect();
    let instance = Instance::new(
        format!(
            "One key of a TiKV store has these write records, newest first:\n\n{}\n\nGarbage collection runs with safe point **{safe}**: no \
             transaction reads below it any more. Records with a timestamp **above** the safe point stay. Of those **at or below** it only the newest \
             Put or Delete matters: it stays if it is a Put; if it is a Delete it goes as well. Lock and Rollback records carry no \
             value; at or below the safe point they go. Which of these records **{}**? (several may be right)",
            picture.fence(),
            if removed { "go" } else { "stay" }
        ),
        answer::several(options),
        format!("{}.", steps.join("; ")),
        json!({
            "asks": if removed { "removed" } else { "kept" }, "safe": safe,
            "records": records.iter().map(|&(at, kind)| json!([at, kind.name()])).collect::<Vec<_>>(),
        }),
    )
    .spoken(picture.spoken);
    // A wrong idea of what stays, as the answer that was asked for.
    let asked = |wrong: &dyn Fn(usize, usize, Kind) -> bool| {
        (0..count)
            .filter(|&index| wrong(index, records[index].0, records[index].1) != removed)
            .collect::<Vec<usize>>()
    };
    let above = |at: usize| at > safe;
    let first_below = records.iter().position(|record| record.0 <= safe);
    let newest_put = records.iter().position(|&(at, kind)| at <= safe && kind == Kind::Put);
    let strictly = kept(&records, safe.saturating_sub(1));
    let ideas: [(Vec<usize>, &'static str); 8] = [
        (asked(&|_, at, _| above(at)), NEWEST_GONE),
        (asked(&|index, at, _| above(at) || newest == Some(index)), DELETE_KEPT),
        (asked(&|index, at, _| above(at) || newest_put == Some(index)), UNDER_DELETE),
        (asked(&|index, at, _| above(at) || first_below == Some(index)), RECORD_AS_VERSION),
        (asked(&|index, _, _| strictly.contains(&index)), STRICT),
        (asked(&|index, _, kind| stays.contains(&index) || !kind.is_version()), RECORDS_KEPT),
        (asked(&|_, at, kind| above(at) || kind == Kind::Put), ALL_KEPT_BELOW),
        (asked(&|index, _, _| Some(index) == newest), ABOVE_GONE),
    ];
    let other = if removed { stays } else { goes };
    ideas
        .into_iter()
        .chain([(other, REMOVED)])
        .filter(|(indices, _)| !indices.is_empty())
        .fold(instance, |instance, (indices, name)| instance.mistake(indices, name))
}

fn order(draw: &mut Draw) -> Instance {
    let versions = draw.until(|draw| {
        let words = draw.subset(&["apple", "banana", "cherry", "fig", "grape", "lemon"], 2);
        let count = draw.range(4, 5);
        let stamps = draw.distinct(count, 5, 99);
        let versions: Vec<(&str, i64)> = stamps.iter().map(|&at| (*draw.pick(&words), at)).collect();
        let of_first = versions.iter().filter(|version| version.0 == words[0]).count();
        // Both keys have two versions at least.
        (of_first >= 2 && of_first + 2 <= count).then_some(versions)
    });
    let mut right = versions.clone();
    right.sort_by_key(|&(key, at)| (key, -at));
    let label = |&(key, at): &(&str, i64)| format!("{key} @ {at}");
    let items: Vec<String> = right.iter().map(label).collect();
    let arranged = |key: &dyn Fn(usize) -> (usize, i64)| {
        let mut by: Vec<usize> = (0..right.len()).collect();
        by.sort_by_key(|&index| key(index));
        by
    };
    let key_rank = |index: usize| usize::from(right[index].0 != right[0].0);
    Instance::new(
        "TiKV keeps every version of a key under the user key with the timestamp behind it, encoded so that a scan in ascending byte \
         order meets the keys in ascending order, and the versions of **one** key with the **newest** first. In which order does a \
         scan meet these versions (key @ timestamp)?",
        answer::order(items.clone()),
        format!("User keys ascending, timestamps of one key descending: {}.", items.join(", ")),
        json!({ "asks": "order", "versions": versions.iter().map(|&(key, at)| json!([key, at])).collect::<Vec<_>>() }),
    )
    .mistake(arranged(&|index| (key_rank(index), right[index].1)), OLDEST_FIRST)
    .mistake(arranged(&|index| (0, -right[index].1)), BY_TIME_ONLY)
}
