//! `mvcc.visibility`: the version a snapshot sees, and the versions that may be reclaimed.

use serde_json::json;

use crate::problem::diagram;
use crate::problem::text::list;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &MvccVisibility;

struct MvccVisibility;

const NEWEST: &str = "you took the newest committed version; the snapshot is older";
const END_INCLUDED: &str = "a version is no longer visible at its end timestamp itself";
const BEGIN_EXCLUDED: &str = "a version is visible at its begin timestamp already";
const DIRTY: &str = "you read another transaction's uncommitted version";
const OWN_MISSED: &str = "a transaction sees its own write, committed or not";
const DELETED: &str = "the object was deleted before the snapshot; its last version has ended";
const OTHER_RULE: &str = "that is what the other rule reclaims";
const YOUNGEST: &str = "you went by the youngest snapshot; the oldest one holds versions back";
const AT_END: &str = "a version that ends exactly at a snapshot is not seen by it";
const CURRENT: &str = "the current version is never reclaimed";
const BEGIN: &str = "you went by where the version begins; what counts is where it ends";

const ASKS: &[&str] = &["visible", "watermark", "interval"];

/// A committed version: begin, end (none while current), value.
type Version = (i64, Option<i64>, i64);

impl Family for MvccVisibility {
    fn name(&self) -> &'static str {
        "mvcc.visibility"
    }

    fn title(&self) -> &'static str {
        "find the visible version, or versions to reclaim"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "asks",
                    "the visible version, or what is reclaimed by watermark or interval",
                    ASKS,
                    ASKS,
                )
                .graded_words([
                    &["visible", "watermark"],
                    &["visible", "watermark", "interval"],
                    &["visible", "interval", "watermark"],
                ]),
                Parameter::integer("versions", "committed versions of the object", (3, 6), &[]).graded([
                    &[3],
                    &[4],
                    &[5],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            NEWEST,
            END_INCLUDED,
            BEGIN_EXCLUDED,
            DIRTY,
            OWN_MISSED,
            DELETED,
            OTHER_RULE,
            YOUNGEST,
            AT_END,
            CURRENT,
            BEGIN,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let asks = with.word("asks");
        let count = with.count("versions");
        if asks == "visible" {
            visible(count, draw, difficulty)
        } else {
            garbage(asks == "interval", count, draw, difficulty)
        }
    }
}

/// Committed versions without gaps, oldest first, each with an end, and a value more.
fn draw_versions(count: usize, draw: &mut Draw, difficulty: Difficulty) -> (Vec<Version>, i64) {
    let mut begins = draw.distinct(count + 1, 1, 12 + 8 * i64::from(difficulty.level()));
    begins.sort_unstable();
    let values = draw.distinct(count + 1, 10, 99);
    let versions = (0..count).map(|index| (begins[index], Some(begins[index + 1]), values[index])).collect();
    (versions, values[count])
}

fn shown(&(begin, end, _): &Version) -> String {
    format!("[{begin}, {})", ending(end))
}

fn ending(end: Option<i64>) -> String {
    end.map_or_else(|| "∞".to_owned(), |end| end.to_string())
}

fn visible(count: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let (mut versions, fresh) = draw_versions(count, draw, difficulty);
    // A deleted object has no current version.
    let deleted = draw.chance(difficulty.of([1, 1, 2]), 5);
    if !deleted {
        versions[count - 1].1 = None;
    }
    // At a boundary in half of the draws, as off-by-one mistakes show there.
    let top = versions[count - 1].1.unwrap_or(versions[count - 1].0 + 1) + 3;
    let snapshot = if draw.coin() {
        let begins: Vec<i64> =
            versions.iter().flat_map(|version| [Some(version.0), version.1]).flatten().collect();
        *draw.pick(&begins)
    } else {
        draw.integer(versions[0].0.saturating_sub(2).max(0), top)
    };
    // 0: nobody writes; 1: the reader itself; 2: someone else.
    let pending =
        if deleted { 0 } else { draw.weighted(difficulty.of([&[3, 0, 1], &[2, 1, 2], &[1, 1, 2]])) };
    let (reader, writer) = (draw.range(40, 49), draw.range(50, 59));
    let author = if pending == 1 { reader } else { writer };
    let at = |test: &dyn Fn(i64, i64) -> bool| {
        versions
            .iter()
            .find(|version| test(version.0, version.1.unwrap_or(i64::MAX)))
            .map(|version| version.2)
    };
    let committed = at(&|begin, end| begin <= snapshot && snapshot < end);
    let right = if pending == 1 { Some(fresh) } else { committed };
    let row =
        |begin: String, end: String, value: i64, note: String| vec![begin, end, value.to_string(), note];
    let mut rows: Vec<Vec<String>> = versions
        .iter()
        .rev()
        .map(|&(begin, end, value)| row(begin.to_string(), ending(end), value, "committed".to_owned()))
        .collect();
    if pending > 0 {
        rows.insert(0, row("-".to_owned(), "-".to_owned(), fresh, format!("by T{author}, not committed")));
    }
    let picture = diagram::table(&["begin", "end", "value", "state"], &rows);
    let told = |value: Option<i64>| value.map_or_else(|| "none".to_owned(), |value| value.to_string());
    let more = if pending > 0 {
        " An uncommitted version has no timestamps yet, and the version before it no end. A transaction sees its own writes."
    } else {
        ""
    };
    let prompt = format!(
        "Below are the versions of `x`, newest first, each with its begin and end timestamps and its value. A committed version is \
         visible to a snapshot taken at *t* if begin ≤ t < end.{more} The versions shown are all there are.\n\n{}\n\nT{reader} reads `x` \
         with a snapshot at **{snapshot}**. Which value does it see? Answer the value, or `none`.",
        picture.fence()
    );
    let solution = match (pending, committed) {
        (1, _) => format!("T{reader} has written `x` itself, and sees that: {fresh}."),
        (_, None) => {
            let end = versions[count - 1].1.unwrap_or(i64::MAX);
            if snapshot < versions[0].0 {
                format!(
                    "At {snapshot} the object did not exist yet: its first version begins at {}.",
                    versions[0].0
                )
            } else {
                format!("The last version ended at {end} ≤ {snapshot}: the object has been deleted.")
            }
        }
        (_, Some(value)) => {
            let version = versions.iter().find(|version| version.2 == value).map(shown).unwrap_or_default();
            let other =
                if pending == 2 { format!(" T{writer}'s version is not committed.") } else { String::new() };
            format!("{snapshot} lies in {version}: {value}.{other}")
        }
    };
    let accepted: Vec<String> = match right {
        Some(value) => vec![value.to_string(), format!("x = {value}"), format!("x={value}")],
        None => ["none", "no", "nothing", "no value", "-"].map(str::to_owned).to_vec(),
    };
    let instance = Instance::new(
        prompt,
        answer::typed(accepted),
        solution,
        json!({
            "asks": "visible", "snapshot": snapshot, "versions": versions, "reader": reader,
            "pending": if pending > 0 { json!({ "by": author, "value": fresh }) } else { json!(null) },
        }),
    )
    .spoken(picture.spoken);
    let instance = match pending {
        1 => instance.mistake(told(committed), OWN_MISSED),
        2 => instance.mistake(told(Some(fresh)), DIRTY),
        _ => instance,
    };
    let instance = instance
        .mistake(told(at(&|begin, end| begin <= snapshot && snapshot <= end)), END_INCLUDED)
        .mistake(told(at(&|begin, end| begin < snapshot && snapshot <= end)), BEGIN_EXCLUDED);
    let newest = told(versions.last().map(|version| version.2));
    instance.mistake(newest, if right.is_none() && snapshot >= versions[0].0 { DELETED } else { NEWEST })
}

fn garbage(interval: bool, count: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let most = difficulty.of([2, 2, 3]);
    // Each snapshot keeps one version only: fewer of them than versions leave some to reclaim.
    let none = draw.chance(1, 8) && (!interval || count <= most + 1);
    let (versions, snapshots) = draw.until(|draw| {
        let (mut versions, _) = draw_versions(count, draw, difficulty);
        versions[count - 1].1 = None;
        let mut snapshots = draw.distinct(most, 1, versions[count - 1].0 + 2);
        if draw.coin() {
            snapshots[0] = versions[draw.range(1, count - 1)].0;
        }
        snapshots.sort_unstable();
        snapshots.dedup();
        let found = reclaimed(&versions, &snapshots, interval);
        (snapshots.len() >= 2 && found.is_empty() == none).then_some((versions, snapshots))
    });
    let versions = versions.as_slice();
    let right = reclaimed(versions, &snapshots, interval);
    let rows: Vec<Vec<String>> = versions
        .iter()
        .enumerate()
        .rev()
        .map(|(index, &(begin, end, _))| vec![format!("v{}", index + 1), begin.to_string(), ending(end)])
        .collect();
    let picture = diagram::table(&["version", "begin", "end"], &rows);
    let rule = if interval {
        "Interval garbage collection reclaims a superseded version as soon as no active snapshot lies in its [begin, end)."
    } else {
        "Watermark garbage collection reclaims a superseded version once it ended at or before the oldest active snapshot."
    };
    let prompt = format!(
        "Below are the committed versions of `x`, newest first, with their begin and end timestamps. The current version is never \
         reclaimed. Active snapshots were taken at **{}**; new ones are taken later than all timestamps shown. {rule}\n\n{}\n\nWhich \
         versions can be reclaimed now? List them in ascending order, as `v2, v3`, or answer `none`.",
        list(&snapshots),
        picture.fence()
    );
    let steps: Vec<String> = versions[..count - 1]
        .iter()
        .enumerate()
        .map(|(index, version)| step(index, version, &snapshots, interval))
        .collect();
    let solution = format!("{}\n\nReclaimed: {}.", steps.join("\n"), written(&right));
    let ends_at = |test: &dyn Fn(i64, i64) -> bool| {
        let found = versions.iter().enumerate();
        let found = found.filter(|(_, version)| version.1.is_some_and(|end| test(version.0, end)));
        found.map(|(index, _)| index + 1).collect::<Vec<_>>()
    };
    let (oldest, youngest) = (snapshots[0], snapshots[snapshots.len() - 1]);
    let strict = if interval {
        ends_at(&|begin, end| !snapshots.iter().any(|&at| begin <= at && at <= end))
    } else {
        ends_at(&|_, end| end < oldest)
    };
    let mut with_current = right.clone();
    with_current.push(count);
    Instance::new(
        prompt,
        answer::typed(accepted(&right)),
        solution,
        json!({
            "asks": if interval { "interval" } else { "watermark" }, "versions": versions, "snapshots": snapshots,
        }),
    )
    .spoken(picture.spoken)
    .mistake(written(&strict), AT_END)
    .mistake(written(&reclaimed(versions, &snapshots, !interval)), OTHER_RULE)
    .mistake(written(&ends_at(&|_, end| end <= youngest)), YOUNGEST)
    .mistake(written(&ends_at(&|begin, _| begin < oldest)), BEGIN)
    .mistake(written(&with_current), CURRENT)
}

fn step(index: usize, version: &Version, snapshots: &[i64], interval: bool) -> String {
    let (name, end) = (format!("- v{} {}", index + 1, shown(version)), version.1.unwrap_or(i64::MAX));
    let within: Vec<i64> = snapshots.iter().copied().filter(|&at| version.0 <= at && at < end).collect();
    if interval && within.is_empty() {
        format!("{name}: no snapshot within, reclaimed")
    } else if interval {
        format!("{name}: seen by the snapshot at {}, kept", list(&within))
    } else if end <= snapshots[0] {
        format!("{name}: {end} ≤ {}, reclaimed", snapshots[0])
    } else {
        format!("{name}: {end} > {}, kept", snapshots[0])
    }
}

/// The versions, counted from 1, that may go.
fn reclaimed(versions: &[Version], snapshots: &[i64], interval: bool) -> Vec<usize> {
    let goes = |&(begin, end, _): &Version| match end {
        None => false,
        Some(end) if interval => !snapshots.iter().any(|&at| begin <= at && at < end),
        Some(end) => snapshots.iter().all(|&at| end <= at),
    };
    (0..versions.len()).filter(|&index| goes(&versions[index])).map(|index| index + 1).collect()
}

fn written(versions: &[usize]) -> String {
    if versions.is_empty() {
        return "none".to_owned();
    }
    versions.iter().map(|version| format!("v{version}")).collect::<Vec<_>>().join(", ")
}

fn accepted(versions: &[usize]) -> Vec<String> {
    if versions.is_empty() {
        return ["none", "no", "nothing", "-"].map(str::to_owned).to_vec();
    }
    let names: Vec<String> = versions.iter().map(|version| format!("v{version}")).collect();
    let mut all = vec![written(versions), names.join(" and ")];
    all.extend(answer::tuple_spellings(&names));
    all.extend(answer::tuple_spellings(versions));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_chain() {
        let versions = [(1, Some(5), 0), (5, Some(9), 0), (9, None, 0)];
        assert_eq!(reclaimed(&versions, &[6, 8], false), [1]);
        assert_eq!(reclaimed(&versions, &[3, 9], false), Vec::<usize>::new());
        assert_eq!(reclaimed(&versions, &[3, 9], true), [2]);
    }
}
