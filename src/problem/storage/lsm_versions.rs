//! Versions of keys under sequence numbers, for `lsm.lookup`: reads from a snapshot, and what compaction leaves of them.
//! Not for tables without sequence numbers.

use serde_json::{Value, json};

use super::lsm_lookup::{
    ALL_TOMBSTONES_GO, ALL_VERSIONS, BEHIND_TOMBSTONE, IGNORES_SNAPSHOT, KEYS, NO_SNAPSHOTS,
    NO_TOMBSTONE_GOES, OLDEST, picture,
};
use crate::problem::{Difficulty, Draw, Instance, answer, text};

/// A version of a key: sequence number, and the value or a tombstone.
type Version = (i64, Option<i64>);

fn version_shown(key: &str, &(sequence, value): &Version) -> String {
    match value {
        Some(value) => format!("{key}@{sequence}={value}"),
        None => format!("{key}@{sequence}=∅"),
    }
}

pub(super) fn snapshot(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let count = difficulty.of([3, 4, 5]);
    let wanted = draw.weighted(&[6, 2, 1]);
    let (versions, read) = draw.until(|draw| {
        let mut sequences = draw.distinct(count, 10, 60);
        sequences.sort_unstable();
        let mut values = draw.distinct(count, 100, 199).into_iter();
        // From old to new: deletes only of what is there.
        let mut there = false;
        let mut versions: Vec<Version> = Vec::with_capacity(count);
        for sequence in sequences {
            there = !there || draw.chance(2, 3);
            versions.push((sequence, if there { values.next() } else { None }));
        }
        versions.reverse();
        let read = if draw.chance(1, 4) { versions[draw.range(0, count - 1)].0 } else { draw.integer(5, 60) };
        let seen = versions.iter().find(|version| version.0 <= read);
        let kind = match seen {
            Some((_, Some(_))) => 0,
            Some(_) => 1,
            None => 2,
        };
        (kind == wanted && read < versions[0].0).then_some((versions, read))
    });
    let right = versions.iter().find(|version| version.0 <= read).and_then(|version| version.1);
    let held: Vec<i64> = versions.iter().filter_map(|version| version.1).collect();
    let seen = versions.iter().find(|version| version.0 <= read);
    let reason = match seen {
        Some(version) => format!("the newest entry up to {read} is {}", version_shown("k", version)),
        None => format!("no entry is as old as {read}"),
    };
    let mut options: Vec<_> = held
        .iter()
        .map(|&value| answer::option(value.to_string(), right == Some(value), reason.clone()))
        .collect();
    options.push(answer::option("not found", right.is_none(), reason.clone()));
    let absent = held.len();
    // Entries lie over the tables from new to old.
    let cut = draw.range(1, count - 1);
    let place = |versions: &[Version]| {
        versions.iter().map(|version| version_shown("k", version)).collect::<Vec<_>>().join("  ")
    };
    let rows = [
        vec!["memtable".to_owned(), place(&versions[..cut])],
        vec!["SSTables".to_owned(), place(&versions[cut..])],
    ];
    let picture = picture(&["where", "entries of key k"], &rows);
    let at = |value: Option<i64>| {
        value.and_then(|value| held.iter().position(|&other| other == value)).unwrap_or(absent)
    };
    let first_above = versions.iter().rev().find(|version| version.0 > read).and_then(|version| version.1);
    let mut instance = Instance::new(
        format!(
            "An LSM store has these entries of key **k**, as `k@sequence number=value`; `∅` marks a tombstone:\n\n{}\n\nA \
             snapshot was taken at sequence number **{read}** and sees what was written up to it, {read} included. What does \
             reading k **from the snapshot** give?",
            picture.fence()
        ),
        answer::choice(options),
        format!("From new to old, {reason}."),
        json!({
            "asks": "snapshot", "read": read,
            "versions": versions.iter().map(|&(at, value)| json!([at, value])).collect::<Vec<_>>(),
        }),
    )
    .spoken(picture.spoken)
    .mistake(vec![at(versions[0].1)], IGNORES_SNAPSHOT);
    if let (None, Some((sequence, _))) = (right, seen) {
        let older = versions.iter().find(|version| version.0 < *sequence && version.1.is_some());
        if let Some(older) = older {
            instance = instance.mistake(vec![at(older.1)], BEHIND_TOMBSTONE);
        }
    }
    instance.mistake(vec![at(first_above)], IGNORES_SNAPSHOT).mistake(vec![at(versions[count - 1].1)], OLDEST)
}

/// What stays of a key's versions (newest first) when everything is merged: what the present or a snapshot sees, and of
/// that no tombstone with nothing older left.
fn remaining(versions: &[Version], snapshots: &[i64]) -> Vec<Version> {
    let readers = std::iter::once(i64::MAX).chain(snapshots.iter().copied());
    let mut seen: Vec<usize> =
        readers.filter_map(|reader| versions.iter().position(|version| version.0 <= reader)).collect();
    seen.sort_unstable();
    seen.dedup();
    let mut left: Vec<Version> = seen.into_iter().map(|at| versions[at]).collect();
    while left.last().is_some_and(|version| version.1.is_none()) {
        left.pop();
    }
    left
}

pub(super) fn survivors(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let keys = difficulty.of([1, 2, 3]);
    let (versions, snapshots) = draw.until(|draw| {
        let mut sequences: Vec<i64> = (1..=keys as i64 * 3).map(|n| n * 10).collect();
        draw.shuffle(&mut sequences);
        let mut values = draw.distinct(sequences.len(), 100, 199).into_iter();
        let versions: Vec<Vec<Version>> = (0..keys)
            .map(|key| {
                let mut own = sequences[key * 3..key * 3 + 3].to_vec();
                own.sort_unstable_by(|a, b| b.cmp(a));
                // Deletes only of what is there: never first, never twice running.
                let deleted = draw.weighted(&[2, 3, 3]);
                let mut value = |rank: usize| if rank + 1 == deleted { None } else { values.next() };
                own.into_iter().enumerate().map(|(rank, at)| (at, value(rank))).collect()
            })
            .collect();
        let mut snapshots: Vec<i64> = draw
            .distinct(draw_snapshots(keys), 1, keys as i64 * 3 - 1)
            .into_iter()
            .map(|n| n * 10 + 5)
            .collect();
        snapshots.sort_unstable();
        let left: usize = versions.iter().map(|versions| remaining(versions, &snapshots).len()).sum();
        let tombstones = versions.iter().flatten().any(|version| version.1.is_none());
        (left >= 1 && left < keys * 3 && tombstones).then_some((versions, snapshots))
    });
    let left: Vec<Vec<Version>> = versions.iter().map(|versions| remaining(versions, &snapshots)).collect();
    let total: usize = left.iter().map(Vec::len).sum();
    let rows: Vec<Vec<String>> = versions
        .iter()
        .enumerate()
        .map(|(key, versions)| {
            let entries: Vec<String> =
                versions.iter().map(|version| version_shown(KEYS[key], version)).collect();
            vec![KEYS[key].to_owned(), entries.join("  ")]
        })
        .collect();
    let picture = picture(&["key", "entries, newest first"], &rows);
    let told: Vec<String> = left
        .iter()
        .enumerate()
        .map(|(key, left)| {
            let entries: Vec<String> = left.iter().map(|version| version_shown(KEYS[key], version)).collect();
            format!(
                "of {} {}",
                KEYS[key],
                if entries.is_empty() { "nothing".to_owned() } else { entries.join(" ") }
            )
        })
        .collect();
    let without: usize = versions.iter().map(|versions| remaining(versions, &[]).len()).sum();
    let seen: usize = versions
        .iter()
        .map(|versions| {
            let puts: Vec<Version> = versions.iter().map(|&(at, _)| (at, Some(0))).collect();
            remaining(&puts, &snapshots).len()
        })
        .sum();
    let all: usize = versions.iter().flatten().filter(|version| version.1.is_some()).count();
    let no_tombstones: usize = left.iter().flatten().filter(|version| version.1.is_some()).count();
    Instance::new(
        format!(
            "An LSM store holds these entries, as `key@sequence number=value`; `∅` marks a tombstone:\n\n{}\n\nSnapshots are held \
             at sequence numbers **{}**; each sees what was written up to it. **Everything** is merged into one table at the \
             bottom. An entry stays if it is the newest of its key now or for a snapshot; of those, a tombstone goes if no older \
             entry of its key stays. **How many entries** are left?",
            picture.fence(),
            text::list(&snapshots)
        ),
        answer::count(total),
        format!("What stays: {}. Together {total}.", told.join("; ")),
        json!({
            "asks": "survivors", "snapshots": snapshots,
            "versions": versions
                .iter()
                .map(|versions| versions.iter().map(|&(at, value)| json!([at, value])).collect::<Value>())
                .collect::<Value>(),
        }),
    )
    .spoken(picture.spoken)
    .mistake(without, NO_SNAPSHOTS)
    .mistake(seen, NO_TOMBSTONE_GOES)
    .mistake(no_tombstones, ALL_TOMBSTONES_GO)
    .mistake(all, ALL_VERSIONS)
}

/// One snapshot for one key, two for more.
fn draw_snapshots(keys: usize) -> usize {
    keys.min(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tombstone_over_a_value_that_a_snapshot_sees_stays() {
        let versions = [(30, None), (20, Some(2)), (10, Some(1))];
        assert_eq!(remaining(&versions, &[]), []);
        assert_eq!(remaining(&versions, &[25]), versions[..2]);
        assert_eq!(remaining(&versions, &[15]), [versions[0], versions[2]]);
    }
}
