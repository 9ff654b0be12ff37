//! `lsm.lookup`: what a log-structured store finds for a key, what a read costs, and what compaction leaves.

use serde_json::{Value, json};

use super::lsm_versions;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram, text};

pub const FAMILY: &dyn Family = &LsmLookup;

struct LsmLookup;

pub(super) const OLDEST: &str = "you took an old value; the newest entry of the key decides";
pub(super) const BEHIND_TOMBSTONE: &str =
    "a tombstone is an entry too: the key is deleted, whatever older tables hold";
const NOT_DELETED: &str = "the key was written again after that tombstone, or never deleted";
const NO_FILTER: &str = "a table whose filter says no is not searched at all";
const NO_END: &str = "the search ends at the first entry found; older tables are not looked at";
const TOMBSTONE_GOES_ON: &str = "a tombstone ends the search as a value does";
const FILTER_TRUSTED: &str = "a filter that says maybe may be wrong: such a table is searched in vain";
const FIRST_RECORD: &str = "the last record of a key counts, not the first";
const KEPT_DELETED: &str = "a key whose last record is a tombstone is gone";
const MARKERS_KEPT: &str = "delete markers go as well, once all files are merged";
const DELETED_KEPT: &str = "the last value of a deleted key is dropped too";
const LIVE: &str = "those are the bytes that stay";
pub(super) const ALL_TOMBSTONES_GO: &str =
    "a tombstone must stay while an older table may hold the key, or the old value would come back";
pub(super) const NO_TOMBSTONE_GOES: &str = "a tombstone goes when no older table can hold its key";
const EVERY_ENTRY: &str = "of several entries of a key only the newest stays";
pub(super) const IGNORES_SNAPSHOT: &str = "the snapshot does not see entries written after it";
pub(super) const NO_SNAPSHOTS: &str = "what a snapshot still sees has to stay";
pub(super) const ALL_VERSIONS: &str = "an entry that neither a snapshot nor the present sees goes";

pub(super) const KEYS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// A key's value, or nothing for a tombstone.
type Entry = (usize, Option<i64>);

impl Family for LsmLookup {
    fn name(&self) -> &'static str {
        "lsm.lookup"
    }

    fn title(&self) -> &'static str {
        "read and compact a log-structured store"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["get", "log"],
                    &["get", "probes", "bitcask", "merge"],
                    &["probes", "merge", "snapshot", "survivors"],
                ]),
                Parameter::integer("tables", "SSTables besides the memtable", (2, 6), &[]).graded([
                    &[2, 3],
                    &[3, 4],
                    &[5, 6],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            OLDEST,
            BEHIND_TOMBSTONE,
            NOT_DELETED,
            NO_FILTER,
            NO_END,
            TOMBSTONE_GOES_ON,
            FILTER_TRUSTED,
            FIRST_RECORD,
            KEPT_DELETED,
            MARKERS_KEPT,
            DELETED_KEPT,
            LIVE,
            ALL_TOMBSTONES_GO,
            NO_TOMBSTONE_GOES,
            EVERY_ENTRY,
            IGNORES_SNAPSHOT,
            NO_SNAPSHOTS,
            ALL_VERSIONS,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let tables = with.count("tables");
        match with.word("asks") {
            "get" => get(tables, draw),
            "probes" => probes(tables, draw),
            "log" => log(draw, difficulty),
            "bitcask" => bitcask(draw, difficulty),
            "merge" => merge(tables, draw),
            "snapshot" => lsm_versions::snapshot(draw, difficulty),
            _ => lsm_versions::survivors(draw, difficulty),
        }
    }
}

const ASKS: &[&str] = &["get", "probes", "log", "bitcask", "merge", "snapshot", "survivors"];

fn shown(&(key, value): &Entry) -> String {
    match value {
        Some(value) => format!("{}={value}", KEYS[key]),
        None => format!("{}=∅", KEYS[key]),
    }
}

fn line(entries: &[Entry]) -> String {
    entries.iter().map(shown).collect::<Vec<_>>().join(" ")
}

fn to_json(tables: &[Vec<Entry>]) -> Value {
    let entry = |&(key, value): &Entry| json!([KEYS[key], value]);
    tables.iter().map(|table| table.iter().map(entry).collect::<Value>()).collect()
}

/// A table for the prompt; in words a tombstone is called by its name.
pub(super) fn picture(head: &[&str], rows: &[Vec<String>]) -> diagram::Picture {
    let mut picture = diagram::table(head, rows);
    picture.spoken = picture.spoken.replace("=∅", " tombstone");
    picture
}

/// Tables newest first, sorted by key, each value different.
fn draw_tables(count: usize, draw: &mut Draw) -> Vec<Vec<Entry>> {
    let keys: Vec<usize> = (0..KEYS.len()).collect();
    let mut values = draw.distinct(count * 4, 10, 99).into_iter();
    (0..count)
        .map(|_| {
            let size = draw.range(2, 4);
            draw.subset(&keys, size)
                .into_iter()
                .map(|key| (key, if draw.chance(1, 4) { None } else { values.next() }))
                .collect()
        })
        .collect()
}

/// The entries of a key, newest first, with the index of their table.
fn history(tables: &[Vec<Entry>], key: usize) -> Vec<(usize, Option<i64>)> {
    let of = |table: &Vec<Entry>| table.iter().find(|entry| entry.0 == key).map(|entry| entry.1);
    tables.iter().enumerate().filter_map(|(at, table)| of(table).map(|value| (at, value))).collect()
}

/// Names of tables newest first; with a memtable or without.
fn names(tables: usize, memtable: bool) -> Vec<String> {
    let memory = memtable.then(|| "memtable".to_owned());
    memory.into_iter().chain((1..=tables).rev().map(|number| format!("T{number}"))).collect()
}

fn get(count: usize, draw: &mut Draw) -> Instance {
    let wanted = draw.weighted(&[6, 4]);
    let (tables, key) = draw.until(|draw| {
        let tables = draw_tables(count + 1, draw);
        let key = draw.range(0, KEYS.len() - 1);
        let entries = history(&tables, key);
        let deleted = entries.first()?.1.is_none();
        (entries.len() >= 2 && deleted == (wanted == 1)).then_some((tables, key))
    });
    let names = names(count, true);
    let rows: Vec<Vec<String>> =
        names.iter().zip(&tables).map(|(name, table)| vec![name.clone(), line(table)]).collect();
    let picture = picture(&["table", "entries"], &rows);
    let entries = history(&tables, key);
    let (first, right) = entries[0];
    let name = KEYS[key];
    let reason = match right {
        Some(value) => format!("the newest entry of {name} is {value}, in {}", names[first]),
        None => format!("the newest entry of {name} is a tombstone, in {}", names[first]),
    };
    let held: Vec<i64> = entries.iter().filter_map(|entry| entry.1).collect();
    let mut options: Vec<_> = held
        .iter()
        .map(|&value| answer::option(value.to_string(), right == Some(value), reason.clone()))
        .collect();
    options.push(answer::option("not found", right.is_none(), reason.clone()));
    // A value that no table has for this key, so that there are always enough to choose from.
    let stranger = (10..=99)
        .find(|value| !held.contains(value) && tables.iter().flatten().any(|entry| entry.1 == Some(*value)));
    if let (Some(stranger), true) = (stranger, options.len() < 4) {
        options.push(answer::option(stranger.to_string(), false, format!("that is no value of {name}")));
    }
    let absent = held.len();
    let instance = Instance::new(
        format!(
            "An LSM store, newest first; `∅` marks a tombstone:\n\n{}\n\nWhat does reading key **{name}** give?",
            picture.fence()
        ),
        answer::choice(options),
        format!("From new to old: {reason}; nothing older matters."),
        json!({ "asks": "get", "tables": to_json(&tables), "key": name }),
    )
    .spoken(picture.spoken);
    match right {
        None => instance.mistake(vec![0], BEHIND_TOMBSTONE).mistake(vec![absent.saturating_sub(1)], OLDEST),
        Some(_) => instance.mistake(vec![held.len() - 1], OLDEST).mistake(vec![absent], NOT_DELETED),
    }
}

fn probes(count: usize, draw: &mut Draw) -> Instance {
    let key = draw.range(0, KEYS.len() - 1);
    // How many tables are searched is drawn first, so that each number comes up about as often.
    let wanted = draw.range(1, count.min(5));
    // The table with the entry; now and then there is none.
    let found = (wanted < count || draw.coin()).then(|| draw.range(wanted - 1, count - 1));
    let before: Vec<usize> = (0..found.unwrap_or(count)).collect();
    let in_vain = draw.subset(&before, wanted - usize::from(found.is_some()));
    let holds: Vec<bool> =
        (0..count).map(|at| found.is_some_and(|found| at == found || at > found && draw.coin())).collect();
    let tables = tables_with(key, &holds, draw);
    let maybe: Vec<bool> = (0..count)
        .map(|at| {
            let behind = found.is_some_and(|found| at > found);
            holds[at] || in_vain.contains(&at) || behind && draw.chance(2, 5)
        })
        .collect();
    let names = names(count, false);
    let rows: Vec<Vec<String>> = (0..count)
        .map(|at| {
            vec![names[at].clone(), line(&tables[at]), if maybe[at] { "maybe" } else { "no" }.to_owned()]
        })
        .collect();
    let name = KEYS[key];
    let picture = picture(&["table", "entries", "filter"], &rows);
    let entries = history(&tables, key);
    let stop = entries.first().map_or(count, |entry| entry.0);
    let steps: Vec<String> = (0..count)
        .take_while(|&at| at <= stop)
        .map(|at| {
            let what = match (maybe[at], at == stop) {
                (false, _) => "skipped",
                (true, true) => "searched, found",
                (true, false) => "searched in vain",
            };
            format!("{} {what}", names[at])
        })
        .collect();
    let all_maybe = maybe.iter().filter(|&&maybe| maybe).count();
    let live = entries.iter().find(|entry| entry.1.is_some()).map_or(count, |entry| entry.0);
    let to_live = (0..count).filter(|&at| maybe[at] && at <= live).count();
    let mut instance = Instance::new(
        format!(
            "Key **{name}** is read in an LSM store and is not in the memtable. The SSTables, newest first, with the answer of \
             their Bloom filters for {name}; `∅` marks a tombstone:\n\n{}\n\nTables are taken from new to old: one whose filter \
             says no is skipped, any other is searched, until an entry of the key is found. **How many** SSTables are searched?",
            picture.fence()
        ),
        answer::count(wanted),
        format!("{}: {wanted}.", steps.join(", ")),
        json!({ "asks": "probes", "tables": to_json(&tables), "maybe": maybe, "key": name }),
    )
    .spoken(picture.spoken);
    if entries.first().is_some_and(|entry| entry.1.is_none()) {
        instance = instance.mistake(to_live, TOMBSTONE_GOES_ON);
    }
    instance
        .mistake(all_maybe, NO_END)
        .mistake((stop + 1).min(count), NO_FILTER)
        .mistake(usize::from(!entries.is_empty()), FILTER_TRUSTED)
}

/// Tables of which some hold a certain key.
fn tables_with(key: usize, holds: &[bool], draw: &mut Draw) -> Vec<Vec<Entry>> {
    let others: Vec<usize> = (0..KEYS.len()).filter(|&other| other != key).collect();
    let mut values = draw.distinct(holds.len() * 4, 10, 99).into_iter();
    holds
        .iter()
        .map(|&holds| {
            let size = draw.range(2, 3);
            let mut keys = draw.subset(&others, size);
            keys.extend(holds.then_some(key));
            keys.sort_unstable();
            keys.into_iter().map(|key| (key, if draw.chance(1, 4) { None } else { values.next() })).collect()
        })
        .collect()
}

fn log(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let keys = difficulty.of([3, 4, 5]);
    let count = difficulty.of([6, 8, 10]);
    let (records, kept) = draw.until(|draw| {
        let mut values = draw.distinct(count, 1, 20).into_iter();
        let mut records: Vec<Entry> = Vec::with_capacity(count);
        for _ in 0..count {
            let key = draw.range(0, keys - 1);
            let there = compacted(&records, keys).iter().any(|record| record.0 == key);
            records.push((key, if there && draw.chance(2, 5) { None } else { values.next() }));
        }
        let kept = compacted(&records, keys);
        let deleted = records.iter().any(|record| record.1.is_none());
        (deleted && kept.len() >= 2 && kept.len() < keys).then_some((records, kept))
    });
    let written: Vec<String> = kept.iter().map(shown).collect();
    let reversed: Vec<Entry> = records.iter().rev().copied().collect();
    let first: Vec<String> = compacted(&reversed, keys).iter().map(shown).collect();
    let puts: Vec<Entry> = records.iter().copied().filter(|record| record.1.is_some()).collect();
    let undeleted: Vec<String> = compacted(&puts, keys).iter().map(shown).collect();
    let spell = |list: &[String]| list.join(" ");
    Instance::new(
        format!(
            "A log compacted by key holds these records, oldest first; `∅` marks a tombstone:\n\n`{}`\n\nWhat is left after \
             compaction, when the time to keep tombstones is over as well? (In alphabetical order, as `a=1 b=2`.)",
            line(&records)
        ),
        answer::typed([
            spell(&written),
            written.join(", "),
            written.join(","),
            written.join("; "),
            spell(&written).replace('=', " = "),
            spell(&written).replace('=', ":"),
        ]),
        format!("The last record of each key stays, and a tombstone takes its key along: {}.", spell(&written)),
        json!({ "asks": "log", "records": to_json(&[records])[0] }),
    )
    .mistake(spell(&undeleted), KEPT_DELETED)
    .mistake(spell(&first), FIRST_RECORD)
}

/// The last record of each key, without tombstones.
fn compacted(records: &[Entry], keys: usize) -> Vec<Entry> {
    (0..keys)
        .filter_map(|key| records.iter().rev().find(|record| record.0 == key).copied())
        .filter(|record| record.1.is_some())
        .collect()
}

fn bitcask(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let count = difficulty.of([5, 7, 9]);
    // A record's key, its bytes, and whether it is a put.
    let records = draw.until(|draw| {
        let records: Vec<(usize, i64, bool)> = (0..count)
            .map(|_| {
                let put = !draw.chance(1, 4);
                (draw.range(0, 3), if put { draw.integer(4, 30) * 10 } else { 20 }, put)
            })
            .collect();
        let first_put =
            |key: usize| records.iter().find(|record| record.0 == key).is_none_or(|record| record.2);
        let deleted = (0..4)
            .any(|key| records.iter().rev().find(|record| record.0 == key).is_some_and(|record| !record.2));
        (deleted && (0..4).all(first_put) && live(&records).iter().any(|&live| live)).then_some(records)
    });
    let live = live(&records);
    let sum =
        |is: &dyn Fn(usize) -> bool| (0..count).filter(|&at| is(at)).map(|at| records[at].1).sum::<i64>();
    let total = sum(&|_| true);
    let stays = sum(&|at| live[at]);
    let last = |at: usize| !records[at + 1..].iter().any(|later| later.0 == records[at].0);
    let last_put = |at: usize| {
        records[at].2 && !records[at + 1..].iter().any(|later| later.0 == records[at].0 && later.2)
    };
    let rows: Vec<Vec<String>> = records
        .iter()
        .map(|&(key, bytes, put)| {
            vec![format!("{} {}", if put { "put" } else { "delete" }, KEYS[key]), bytes.to_string()]
        })
        .collect();
    let picture = picture(&["record", "bytes"], &rows);
    let kept: Vec<String> = (0..count)
        .filter(|&at| live[at])
        .map(|at| format!("{} ({})", KEYS[records[at].0], records[at].1))
        .collect();
    let told: Vec<Value> = records.iter().map(|&(key, bytes, put)| json!([KEYS[key], bytes, put])).collect();
    Instance::new(
        format!(
            "A Bitcask store has written these records, oldest first:\n\n{}\n\nThen **all** its files are merged. How many \
             **bytes** does the merge free? (The size of hint files is left out.)",
            picture.fence()
        ),
        answer::number((total - stays) as f64, "B", crate::card::Tolerance::Exact),
        format!(
            "Of {total} bytes the last record of each key that is not deleted stays: {}, {stays} bytes. Overwritten and deleted \
             values go, and so do the delete markers: {total} − {stays} = {}.",
            text::list(&kept),
            total - stays
        ),
        json!({ "asks": "bitcask", "records": told }),
    )
    .spoken(picture.spoken)
    .mistake(sum(&|at| !live[at] && (!last(at) || records[at].2)), MARKERS_KEPT)
    .mistake(sum(&|at| !live[at] && !last_put(at)), DELETED_KEPT)
    .mistake(stays, LIVE)
}

/// Which records are the last of their key and no delete markers.
fn live(records: &[(usize, i64, bool)]) -> Vec<bool> {
    let last = |at: usize| !records[at + 1..].iter().any(|later| later.0 == records[at].0);
    (0..records.len()).map(|at| records[at].2 && last(at)).collect()
}

fn merge(count: usize, draw: &mut Draw) -> Instance {
    let merged = 2 + usize::from(count > 4);
    let (tables, older) = draw.until(|draw| {
        let tables = draw_tables(merged, draw);
        let older: Vec<(usize, usize)> = (0..draw.range(1, 2))
            .map(|_| {
                let from = draw.range(0, KEYS.len() - 2);
                (from, draw.range(from + 1, (from + 3).min(KEYS.len() - 1)))
            })
            .collect();
        let newest: Vec<Entry> =
            (0..KEYS.len()).filter_map(|key| Some((key, history(&tables, key).first()?.1))).collect();
        let covered = |key: usize| older.iter().any(|&(from, to)| (from..=to).contains(&key));
        let tombstone =
            |wanted: bool| newest.iter().any(|entry| entry.1.is_none() && covered(entry.0) == wanted);
        let (stays, goes) = (tombstone(true), tombstone(false));
        // There must be a tombstone; one of either kind makes the better question.
        let fits = (stays && goes) || ((stays || goes) && draw.chance(1, 4));
        fits.then_some((tables, older))
    });
    let covered = |key: usize| older.iter().any(|&(from, to)| (from..=to).contains(&key));
    let newest: Vec<Entry> =
        (0..KEYS.len()).filter_map(|key| Some((key, history(&tables, key).first()?.1))).collect();
    let output: Vec<Entry> =
        newest.iter().copied().filter(|entry| entry.1.is_some() || covered(entry.0)).collect();
    let names = names(older.len() + merged, false);
    let row = |at: usize, entries: String| vec![names[at].clone(), entries];
    let rows: Vec<Vec<String>> = tables
        .iter()
        .enumerate()
        .map(|(at, table)| row(at, line(table)))
        .chain(
            older
                .iter()
                .enumerate()
                .map(|(at, &(from, to))| row(merged + at, format!("keys {} to {}", KEYS[from], KEYS[to]))),
        )
        .collect();
    let picture = picture(&["table", "entries"], &rows);
    let (from, to) = (&names[0], &names[merged - 1]);
    let gone: Vec<&str> = newest
        .iter()
        .filter(|entry| entry.1.is_none() && !covered(entry.0))
        .map(|entry| KEYS[entry.0])
        .collect();
    let all: usize = tables.iter().map(Vec::len).sum();
    let older_json: Vec<Value> = older.iter().map(|&(from, to)| json!([KEYS[from], KEYS[to]])).collect();
    Instance::new(
        format!(
            "The SSTables of an LSM store, newest first; `∅` marks a tombstone. Of the older ones only the range of keys is \
             known:\n\n{}\n\n**{from} to {to}** are merged into one new table; nothing reads from a snapshot. **How many \
             entries** does it have, tombstones included? (A tombstone is dropped where that is safe by the ranges.)",
            picture.fence()
        ),
        answer::count(output.len()),
        format!(
            "The newest entry of each key: {}. {} That leaves {}: {}.",
            line(&newest),
            if gone.is_empty() {
                "Every tombstone lies within the range of an older table and stays.".to_owned()
            } else {
                let which = if gone.len() == 1 { "that tombstone goes" } else { "those tombstones go" };
                format!("No older table can hold {}: {which}.", text::list(&gone))
            },
            if output.is_empty() { "nothing".to_owned() } else { line(&output) },
            output.len()
        ),
        json!({ "asks": "merge", "tables": to_json(&tables), "older": older_json }),
    )
    .spoken(picture.spoken)
    .mistake(newest.iter().filter(|entry| entry.1.is_some()).count(), ALL_TOMBSTONES_GO)
    .mistake(newest.len(), NO_TOMBSTONE_GOES)
    .mistake(all, EVERY_ENTRY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_record_of_a_key_stays_unless_it_is_a_tombstone() {
        // a=1 b=2 a=3 b=∅ c=4 → a=3 c=4.
        let records = [(0, Some(1)), (1, Some(2)), (0, Some(3)), (1, None), (2, Some(4))];
        assert_eq!(line(&compacted(&records, 3)), "a=3 c=4");
    }
}
