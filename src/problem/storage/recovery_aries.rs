//! `recovery.aries`: analysis, redo and undo of an ARIES restart.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::problem::diagram;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &RecoveryAries;

struct RecoveryAries;

const CHECKPOINT_ONLY: &str =
    "you took the checkpoint's table as it is; analysis goes on to the end of the log";
const COMMITTED: &str = "you counted a transaction that has committed; without its END it is still no loser";
const ALL_SEEN: &str = "you listed every transaction; those that ended or committed are no losers";
const LATEST: &str = "you took a page's latest record; recLSN is its first one since it was clean";
const AFTER_ONLY: &str = "you forgot the pages that the checkpoint lists as dirty";
const WINNERS_ONLY: &str = "you redid winners only; ARIES repeats all of history, losers included";
const FROM_CHECKPOINT: &str = "you began redo at the checkpoint; it begins at the smallest recLSN";
const PAGE_IGNORED: &str = "you redid what is on disk already: a record with LSN ≤ pageLSN is skipped";
const EVERYTHING: &str = "you redid every record; those whose page is clean, or flushed since, are skipped";
const NO_CLRS: &str = "you left out the compensation records; redo repeats them too";
const ASCENDING: &str = "undo goes backwards, from the largest LSN";
const ONE_BY_ONE: &str = "you undid one transaction after the other; all losers go backwards together";
const AGAIN: &str = "you undid again what a compensation record had undone before the crash";
const WRONG_LOSERS: &str = "you undid every transaction's updates; only losers are undone";

const ASKS: &[&str] = &["losers", "dirty", "redo", "undo"];

#[derive(Clone, Copy, PartialEq)]
enum What {
    Update(usize),
    /// Page, and the record undone.
    Clr(usize, i64),
    Commit,
    Abort,
    End,
    Checkpoint,
}

use What::*;

/// A log record: its transaction, 0 for a checkpoint.
#[derive(Clone, Copy)]
struct Record {
    lsn: i64,
    txn: usize,
    what: What,
}

/// What a restart finds: the log, the tables in its checkpoint, the pageLSN of each page on disk.
struct Crash {
    log: Vec<Record>,
    active: BTreeSet<usize>,
    dirty: BTreeMap<usize, i64>,
    disk: BTreeMap<usize, i64>,
}

impl Family for RecoveryAries {
    fn name(&self) -> &'static str {
        "recovery.aries"
    }

    fn title(&self) -> &'static str {
        "restart after a crash by ARIES"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "asks",
                    "losers, dirty page table, records redone, or records undone",
                    ASKS,
                    ASKS,
                )
                .graded_words([
                    &["losers", "dirty", "dirty", "undo"],
                    &["dirty", "redo", "undo"],
                    &["redo", "redo", "undo"],
                ]),
                Parameter::integer("records", "records in the log", (6, 16), &[]).graded([
                    &[8, 9],
                    &[10, 11],
                    &[12, 13],
                ]),
                Parameter::bool(
                    "rollbacks",
                    "whether a transaction may be rolled back before the crash",
                    &[false],
                )
                .graded_bools([&[false], &[false, true], &[true]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            CHECKPOINT_ONLY,
            COMMITTED,
            ALL_SEEN,
            LATEST,
            AFTER_ONLY,
            WINNERS_ONLY,
            FROM_CHECKPOINT,
            PAGE_IGNORED,
            EVERYTHING,
            NO_CLRS,
            ASCENDING,
            ONE_BY_ONE,
            AGAIN,
            WRONG_LOSERS,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _: Difficulty) -> Instance {
        let (asks, rollbacks) = (with.word("asks"), with.bool("rollbacks"));
        let count = with.count("records");
        let crash = draw.until(|draw| {
            let crash = run(draw, count, rollbacks);
            let (redone, losers) = (redo(&crash), losers(&crash));
            let clrs = crash.log.iter().any(|record| matches!(record.what, Clr(..)));
            let fits = !losers.is_empty()
                && !crash.dirty.is_empty()
                && (2..=8).contains(&redone.len())
                && (!rollbacks || clrs)
                && match asks {
                    "redo" => redone.len() < changes(&crash).count(),
                    "undo" => undo(&crash, &losers).len() >= 2,
                    _ => dirty_pages(&crash).len() >= 2,
                };
            fits.then_some(crash)
        });
        let picture = picture(&crash);
        let pages: Vec<String> = crash.disk.iter().map(|(page, lsn)| format!("P{page} {lsn}")).collect();
        let clr = if rollbacks {
            " A CLR is the record of an undo, and says which record it undoes; transactions are rolled back from their latest update \
              on."
        } else {
            ""
        };
        let ask = match asks {
            "losers" => {
                "Which transactions does analysis find to be losers? List them in ascending order, as `T2, T5`."
            }
            "dirty" => {
                "What is the dirty page table, with recLSNs, at the end of analysis? List it by page, as `P2:30 P5:60`."
            }
            "redo" => {
                "Which records are redone? List their LSNs in the order in which that happens, as `30, 60`."
            }
            _ => {
                "Which records does the undo phase undo? List their LSNs in the order in which that happens, as `60, 30`."
            }
        };
        let prompt = format!(
            "A database crashed; its whole log, below, is on disk. It restarts by ARIES: analysis from the checkpoint, redo, undo. The \
             checkpoint's tables are as of that record, and a committed transaction is no loser, with or without its END.{clr} The \
             pages on disk have the pageLSNs {} (0: no change reached the disk).\n\n{}\n\n{ask}",
            pages.join(", "),
            picture.fence()
        );
        let values = json!({
            "asks": asks,
            "log": crash.log.iter().map(|record| json!([record.lsn, record.txn, kind(record.what), page(record.what), undone(record.what)])).collect::<Vec<_>>(),
            "active": crash.active, "dirty": crash.dirty.iter().collect::<Vec<_>>(), "disk": crash.disk.iter().collect::<Vec<_>>(),
        });
        answer_to(asks, prompt, &crash, values).spoken(picture.spoken)
    }
}

fn answer_to(asks: &str, prompt: String, crash: &Crash, values: serde_json::Value) -> Instance {
    let (losers, dirty, redone) = (losers(crash), dirty_pages(crash), redo(crash));
    let losers_told = format!("Losers, with neither COMMIT nor END: {}.", named(&losers));
    let dirty_told = format!("Dirty pages: {}.", table(&dirty));
    match asks {
        "losers" => {
            let listed: Vec<usize> = crash.active.iter().copied().collect();
            let all: BTreeSet<usize> =
                crash.log.iter().map(|record| record.txn).filter(|&txn| txn > 0).collect();
            let unended = all.iter().copied().filter(|&txn| !has(crash, txn, End)).collect::<Vec<_>>();
            let mut accepted = vec![named(&losers)];
            let long: Vec<String> = losers.iter().map(|txn| format!("T{txn}")).collect();
            accepted.extend(answer::tuple_spellings(&long));
            accepted.extend(answer::tuple_spellings(&losers));
            Instance::new(prompt, answer::typed(accepted), losers_told, values)
                .mistake(named(&listed), CHECKPOINT_ONLY)
                .mistake(named(&unended), COMMITTED)
                .mistake(named(&all.into_iter().collect::<Vec<_>>()), ALL_SEEN)
        }
        "dirty" => {
            let checkpoint = checkpoint(crash);
            let mut latest = crash.dirty.clone();
            let mut after = BTreeMap::new();
            for (lsn, page) in changes(crash).filter(|&(lsn, _)| lsn > checkpoint) {
                latest.insert(page, lsn);
                after.entry(page).or_insert(lsn);
            }
            let mut accepted = vec![table(&dirty)];
            for (between, of) in
                [(", ", ":"), (",", ":"), (" ", "="), (", ", "="), (" ", ": "), (", ", ": "), (" ", " ")]
            {
                let parts: Vec<String> =
                    dirty.iter().map(|(page, lsn)| format!("P{page}{of}{lsn}")).collect();
                accepted.push(parts.join(between));
            }
            let solution = format!(
                "The checkpoint lists {}; each page changed after it and not yet listed is added with that record's LSN. {dirty_told}",
                table(&crash.dirty)
            );
            Instance::new(prompt, answer::typed(accepted), solution, values)
                .mistake(table(&crash.dirty), CHECKPOINT_ONLY)
                .mistake(table(&latest), LATEST)
                .mistake(table(&after), AFTER_ONLY)
        }
        "redo" => {
            let steps: Vec<String> =
                changes(crash).map(|(lsn, page)| redo_step(crash, &dirty, lsn, page)).collect();
            let solution = format!("{dirty_told}\n\n{}\n\nRedone: {}.", steps.join("\n"), plain(&redone));
            let is_winner = |lsn: &i64| {
                let of = crash.log.iter().find(|record| record.lsn == *lsn).map_or(0, |record| record.txn);
                !losers.contains(&of)
            };
            let is_update = |lsn: &i64| {
                crash.log.iter().any(|record| record.lsn == *lsn && matches!(record.what, Update(_)))
            };
            let first = checkpoint(crash);
            let listed = changes(crash)
                .filter(|(lsn, page)| dirty.get(page).is_some_and(|rec| rec <= lsn))
                .map(|change| change.0);
            Instance::new(prompt, answer::typed(spellings(&redone)), solution, values)
                .mistake(plain(&redone.iter().copied().filter(is_winner).collect::<Vec<_>>()), WINNERS_ONLY)
                .mistake(plain(&listed.collect::<Vec<_>>()), PAGE_IGNORED)
                .mistake(
                    plain(&redone.iter().copied().filter(|&lsn| lsn > first).collect::<Vec<_>>()),
                    FROM_CHECKPOINT,
                )
                .mistake(plain(&redone.iter().copied().filter(is_update).collect::<Vec<_>>()), NO_CLRS)
                .mistake(plain(&changes(crash).map(|change| change.0).collect::<Vec<_>>()), EVERYTHING)
        }
        _ => {
            let right = undo(crash, &losers);
            let mut ascending = right.clone();
            ascending.sort_unstable();
            let by_one: Vec<i64> = losers.iter().flat_map(|&txn| undo(crash, &[txn])).collect();
            let twice: Vec<i64> = updates(crash, &losers);
            let all: Vec<usize> = (1..=9).collect();
            let compensated: Vec<i64> = crash.log.iter().filter_map(|record| undone(record.what)).collect();
            let skipped = if compensated.is_empty() {
                String::new()
            } else {
                format!(" CLRs have undone {} already; that is skipped.", plain(&compensated))
            };
            let solution = format!("{losers_told}{skipped} Their updates, latest first: {}.", plain(&right));
            Instance::new(prompt, answer::typed(spellings(&right)), solution, values)
                .mistake(plain(&twice), AGAIN)
                .mistake(plain(&ascending), ASCENDING)
                .mistake(plain(&by_one), ONE_BY_ONE)
                .mistake(plain(&undo(crash, &all)), WRONG_LOSERS)
        }
    }
}

/// Plays a database up to a crash.
fn run(draw: &mut Draw, count: usize, rollbacks: bool) -> Crash {
    let mut crash =
        Crash { log: Vec::new(), active: BTreeSet::new(), dirty: BTreeMap::new(), disk: BTreeMap::new() };
    let mut active: BTreeSet<usize> = BTreeSet::new();
    let mut committed: BTreeSet<usize> = BTreeSet::new();
    let mut aborting: Option<usize> = None;
    let mut dirty: BTreeMap<usize, i64> = BTreeMap::new();
    let mut memory: BTreeMap<usize, i64> = BTreeMap::new();
    let (mut started, pages) = (0, 4);
    let checkpoint = draw.range(2, count / 2);
    crash.disk.extend((1..=pages).map(|page| (page, 0)));
    for index in 0..count {
        let lsn = 10 * (index as i64 + 1);
        let running: Vec<usize> =
            active.iter().copied().filter(|txn| !committed.contains(txn) && aborting != Some(*txn)).collect();
        let step = draw.range(0, 9);
        if index == checkpoint {
            put(&mut crash.log, lsn, 0, Checkpoint);
            (crash.active, crash.dirty) = (running.into_iter().chain(aborting).collect(), dirty.clone());
            continue;
        }
        // A committed transaction ends after a while, but not across the checkpoint, to keep its table simple.
        if let Some(&txn) = committed.first()
            && (index + 1 == checkpoint || draw.coin())
        {
            put(&mut crash.log, lsn, txn, End);
            committed.remove(&txn);
            active.remove(&txn);
            continue;
        }
        if let Some(txn) = aborting
            && draw.coin()
        {
            // One more undo, or the end.
            match pending(&crash.log, txn).last() {
                Some(&(of, page)) => {
                    crash.log.push(Record { lsn, txn, what: Clr(page, of) });
                    memory.insert(page, lsn);
                    dirty.entry(page).or_insert(lsn);
                }
                None => {
                    put(&mut crash.log, lsn, txn, End);
                    active.remove(&txn);
                    aborting = None;
                }
            }
            continue;
        }
        let may_end = !running.is_empty() && index + 2 != checkpoint && index + 1 != checkpoint;
        if step < 2 && may_end {
            let txn = *draw.pick(&running);
            put(&mut crash.log, lsn, txn, Commit);
            committed.insert(txn);
        } else if step < 4 && rollbacks && aborting.is_none() && may_end {
            let txn = *draw.pick(&running);
            put(&mut crash.log, lsn, txn, Abort);
            aborting = Some(txn);
        } else {
            let txn = if running.is_empty() || (started < 4 && draw.coin()) {
                started += 1;
                active.insert(started);
                started
            } else {
                *draw.pick(&running)
            };
            let page = draw.range(1, pages);
            put(&mut crash.log, lsn, txn, Update(page));
            memory.insert(page, lsn);
            dirty.entry(page).or_insert(lsn);
        }
        if draw.chance(1, 4)
            && let Some((&page, _)) = dirty.iter().nth(draw.range(0, 3))
        {
            dirty.remove(&page);
            crash.disk.insert(page, memory.get(&page).copied().unwrap_or(0));
        }
    }
    crash
}

fn put(log: &mut Vec<Record>, lsn: i64, txn: usize, what: What) {
    log.push(Record { lsn, txn, what });
}

/// A transaction's updates not yet undone: LSN and page.
fn pending(log: &[Record], txn: usize) -> Vec<(i64, usize)> {
    let compensated: Vec<i64> = log.iter().filter_map(|record| undone(record.what)).collect();
    let own = log.iter().filter(|record| record.txn == txn && !compensated.contains(&record.lsn));
    own.filter_map(|record| match record.what {
        Update(page) => Some((record.lsn, page)),
        _ => None,
    })
    .collect()
}

fn kind(what: What) -> &'static str {
    match what {
        Update(_) => "update",
        Clr(..) => "CLR",
        Commit => "COMMIT",
        Abort => "ABORT",
        End => "END",
        Checkpoint => "CHECKPOINT",
    }
}

fn page(what: What) -> Option<usize> {
    match what {
        Update(page) | Clr(page, _) => Some(page),
        _ => None,
    }
}

fn undone(what: What) -> Option<i64> {
    match what {
        Clr(_, of) => Some(of),
        _ => None,
    }
}

fn picture(crash: &Crash) -> diagram::Picture {
    let rows: Vec<Vec<String>> = crash
        .log
        .iter()
        .map(|record| {
            let txn = if record.txn == 0 { String::new() } else { format!("T{}", record.txn) };
            let about = match record.what {
                Update(page) => format!("P{page}"),
                Clr(page, of) => format!("P{page}, undoes {of}"),
                Checkpoint => {
                    let active: Vec<usize> = crash.active.iter().copied().collect();
                    format!("active {}; dirty {}", named(&active), table(&crash.dirty))
                }
                _ => String::new(),
            };
            vec![record.lsn.to_string(), txn, kind(record.what).to_owned(), about]
        })
        .collect();
    diagram::table(&["LSN", "txn", "record", "about"], &rows)
}

fn checkpoint(crash: &Crash) -> i64 {
    crash.log.iter().find(|record| record.what == Checkpoint).map_or(0, |record| record.lsn)
}

fn has(crash: &Crash, txn: usize, what: What) -> bool {
    crash.log.iter().any(|record| record.txn == txn && record.what == what)
}

/// Records that change a page: LSN and page.
fn changes(crash: &Crash) -> impl Iterator<Item = (i64, usize)> {
    crash.log.iter().filter_map(|record| page(record.what).map(|page| (record.lsn, page)))
}

fn losers(crash: &Crash) -> Vec<usize> {
    let mut active = crash.active.clone();
    let start = checkpoint(crash);
    for record in crash.log.iter().filter(|record| record.lsn > start) {
        match record.what {
            Commit | End => active.remove(&record.txn),
            _ => active.insert(record.txn),
        };
    }
    active.into_iter().collect()
}

fn dirty_pages(crash: &Crash) -> BTreeMap<usize, i64> {
    let mut dirty = crash.dirty.clone();
    let start = checkpoint(crash);
    for (lsn, page) in changes(crash).filter(|&(lsn, _)| lsn > start) {
        dirty.entry(page).or_insert(lsn);
    }
    dirty
}

fn redo(crash: &Crash) -> Vec<i64> {
    let dirty = dirty_pages(crash);
    let needed = |&(lsn, page): &(i64, usize)| {
        dirty.get(&page).is_some_and(|&rec| rec <= lsn)
            && crash.disk.get(&page).is_none_or(|&on_disk| on_disk < lsn)
    };
    changes(crash).filter(needed).map(|(lsn, _)| lsn).collect()
}

fn redo_step(crash: &Crash, dirty: &BTreeMap<usize, i64>, lsn: i64, page: usize) -> String {
    let on_disk = crash.disk.get(&page).copied().unwrap_or(0);
    match dirty.get(&page) {
        None => format!("- {lsn}: P{page} is not dirty, skipped"),
        Some(rec) if lsn < *rec => format!("- {lsn}: before P{page}'s recLSN {rec}, skipped"),
        Some(_) if on_disk >= lsn => {
            format!("- {lsn}: P{page} on disk has pageLSN {on_disk} ≥ {lsn}, skipped")
        }
        Some(_) => format!("- {lsn}: P{page} on disk has pageLSN {on_disk} < {lsn}, redone"),
    }
}

/// Updates of some transactions not compensated before the crash, latest first.
fn undo(crash: &Crash, losers: &[usize]) -> Vec<i64> {
    let compensated: Vec<i64> = crash.log.iter().filter_map(|record| undone(record.what)).collect();
    updates(crash, losers).into_iter().filter(|lsn| !compensated.contains(lsn)).collect()
}

fn updates(crash: &Crash, of: &[usize]) -> Vec<i64> {
    let mine = crash.log.iter().rev().filter(|record| of.contains(&record.txn));
    mine.filter(|record| matches!(record.what, Update(_))).map(|record| record.lsn).collect()
}

fn named(txns: &[usize]) -> String {
    if txns.is_empty() {
        "none".to_owned()
    } else {
        txns.iter().map(|txn| format!("T{txn}")).collect::<Vec<_>>().join(", ")
    }
}

fn table(dirty: &BTreeMap<usize, i64>) -> String {
    if dirty.is_empty() {
        return "none".to_owned();
    }
    dirty.iter().map(|(page, lsn)| format!("P{page}:{lsn}")).collect::<Vec<_>>().join(" ")
}

fn plain(lsns: &[i64]) -> String {
    if lsns.is_empty() {
        "none".to_owned()
    } else {
        lsns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

fn spellings(lsns: &[i64]) -> Vec<String> {
    let mut all = vec![plain(lsns)];
    all.extend(answer::tuple_spellings(lsns));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_restart() {
        let record = |lsn, txn, what| Record { lsn, txn, what };
        let crash = Crash {
            log: vec![
                record(20, 1, Update(5)),
                record(40, 2, Update(3)),
                record(50, 0, Checkpoint),
                record(60, 1, Update(1)),
                record(70, 1, Commit),
                record(80, 1, End),
                record(100, 3, Update(5)),
                record(110, 2, Update(4)),
            ],
            active: BTreeSet::from([1, 2]),
            dirty: BTreeMap::from([(5, 20), (3, 40)]),
            disk: BTreeMap::from([(5, 20), (1, 0), (3, 0), (4, 0)]),
        };
        assert_eq!(losers(&crash), [2, 3]);
        assert_eq!(table(&dirty_pages(&crash)), "P1:60 P3:40 P4:110 P5:20");
        assert_eq!(redo(&crash), [40, 60, 100, 110]);
        assert_eq!(undo(&crash, &[2, 3]), [110, 100, 40]);
    }
}
