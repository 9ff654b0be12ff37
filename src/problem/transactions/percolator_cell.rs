//! `percolator.cell`: what a read, a prewrite, a commit or a cleanup finds in a Percolator cell.

use serde_json::json;

use crate::problem::diagram;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &PercolatorCell;

struct PercolatorCell;

const LOCK_IGNORED: &str =
    "you read past a lock that is not younger than the snapshot; its transaction may commit before it";
const LOCK_LATER: &str = "the lock is younger than the snapshot; its transaction cannot commit before it";
const NEWEST: &str = "you took the newest record; the snapshot is older";
const BY_START: &str = "you went by when the value was written, not by when it was committed";
const OLD_WRITE: &str = "a record from before the start is no conflict";
const MISSED: &str = "you overlooked a record committed after the start";
const ANY_LOCK: &str = "a prewrite aborts on a lock of any timestamp";
const NOT_A_VALUE: &str = "a rollback record hides nothing: the value before it still counts";
const PRIMARY_DECIDES: &str = "the primary has been committed, so the secondary must follow";
const NOT_COMMITTED: &str =
    "the primary has no write record that points to this start, so it was never committed";
const OTHERS_RECORD: &str = "that record belongs to another transaction; look at the start it points to";
const TOO_HASTY: &str = "its client may still be at work: the lock has not expired";
const NO_WAIT: &str = "its client is dead, so nobody would ever finish this";
const SETTLED: &str = "there is nothing to wait for: the primary tells the outcome already";
const LOCK_GONE: &str = "the primary's own lock is gone: someone has rolled the transaction back";
const STILL_LOCKED: &str = "its own lock is still on the primary, so the commit goes through";
const WRONG_STAMP: &str = "write records stand at the commit timestamp and point to the start";

const ASKS: &[&str] = &["get", "prewrite", "commit", "cleanup"];

/// A write record: commit timestamp, kind, start it points to.
type Write = (i64, &'static str, i64);

/// A cell: values by start timestamp, one lock at most, write records, all ascending.
#[derive(Clone, Default)]
struct Cell {
    data: Vec<(i64, i64)>,
    lock: Option<i64>,
    writes: Vec<Write>,
}

impl Family for PercolatorCell {
    fn name(&self) -> &'static str {
        "percolator.cell"
    }

    fn title(&self) -> &'static str {
        "follow Percolator's rules in a cell"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "the operation", ASKS, ASKS).graded_words([
                    &["get", "prewrite"],
                    &["get", "prewrite", "cleanup"],
                    &["get", "prewrite", "commit", "cleanup"],
                ]),
                Parameter::integer("versions", "committed versions of the cell", (1, 4), &[]).graded([
                    &[2],
                    &[2, 3],
                    &[3, 4],
                ]),
                Parameter::bool("rollbacks", "whether there are records of rollbacks, as in TiKV", &[false])
                    .graded_bools([&[false], &[false, true], &[true]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            LOCK_IGNORED,
            LOCK_LATER,
            NEWEST,
            BY_START,
            OLD_WRITE,
            MISSED,
            ANY_LOCK,
            NOT_A_VALUE,
            PRIMARY_DECIDES,
            NOT_COMMITTED,
            OTHERS_RECORD,
            TOO_HASTY,
            NO_WAIT,
            SETTLED,
            LOCK_GONE,
            STILL_LOCKED,
            WRONG_STAMP,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let (count, rollbacks) = (with.count("versions"), with.bool("rollbacks"));
        match with.word("asks") {
            "get" => get(count, rollbacks, draw),
            "prewrite" => prewrite(count, rollbacks, draw),
            "commit" => commit(count, rollbacks, draw),
            _ => cleanup(count, rollbacks, draw, difficulty),
        }
    }
}

/// Draws a cell whose transactions came one after another, and the first timestamp free after them.
fn draw_cell(count: usize, rollbacks: bool, draw: &mut Draw) -> (Cell, i64) {
    let mut cell = Cell::default();
    let mut now = draw.integer(1, 4);
    let rolled = if rollbacks { draw.range(0, count) } else { count + 1 };
    let values = draw.distinct(count, 10, 99);
    for (index, &value) in values.iter().enumerate() {
        if index == rolled {
            cell.writes.push((now, "rollback", now));
            now += draw.integer(1, 3);
        }
        let commit = now + draw.integer(1, 3);
        cell.data.push((now, value));
        cell.writes.push((commit, "put", now));
        now = commit + draw.integer(1, 3);
    }
    if rolled == count {
        cell.writes.push((now, "rollback", now));
        now += draw.integer(1, 3);
    }
    (cell, now)
}

fn picture(cell: &Cell) -> diagram::Picture {
    let mut stamps: Vec<i64> = cell.data.iter().map(|data| data.0).collect();
    stamps.extend(cell.writes.iter().map(|write| write.0).chain(cell.lock));
    stamps.sort_unstable_by(|a, b| b.cmp(a));
    stamps.dedup();
    let rows: Vec<Vec<String>> = stamps
        .iter()
        .map(|&at| {
            let data = cell
                .data
                .iter()
                .find(|data| data.0 == at)
                .map_or_else(String::new, |data| format!("value {}", data.1));
            let lock = if cell.lock == Some(at) { "locked".to_owned() } else { String::new() };
            let write = cell.writes.iter().find(|write| write.0 == at);
            let write = write.map_or_else(String::new, |&(_, kind, start)| match kind {
                "rollback" => "rollback".to_owned(),
                _ => format!("data @{start}"),
            });
            vec![at.to_string(), data, lock, write]
        })
        .collect();
    diagram::table(&["timestamp", "data", "lock", "write"], &rows)
}

fn json_of(asks: &str, cell: &Cell, more: serde_json::Value) -> serde_json::Value {
    let mut values = json!({ "asks": asks, "data": cell.data, "lock": cell.lock, "writes": cell.writes });
    if let (Some(values), serde_json::Value::Object(more)) = (values.as_object_mut(), more) {
        values.extend(more);
    }
    values
}

fn columns(rollbacks: bool) -> String {
    let more = if rollbacks {
        " `rollback` in the write column, at a start timestamp, records that the transaction of this start was rolled back; it is \
          no value."
    } else {
        ""
    };
    format!(
        "A Percolator cell has a data column (values at the start timestamp of their transaction), a lock column (at the start \
         timestamp too), and a write column (records at the commit timestamp, which point to the start).{more}"
    )
}

fn get(count: usize, rollbacks: bool, draw: &mut Draw) -> Instance {
    // 0: no lock; 1: one that blocks; 2: one that is younger than the snapshot.
    let wanted = draw.weighted(&[3, 2, 2]);
    // Most reads come before the newest record, so that there is something to tell apart.
    let late = draw.chance(1, 3);
    let (cell, snapshot) = draw.until(|draw| {
        let (mut cell, now) = draw_cell(count, rollbacks, draw);
        if wanted > 0 {
            cell.lock = Some(now);
            cell.data.push((now, draw.integer(10, 99)));
        }
        let snapshot = draw.integer((cell.data[0].0 - 1).max(1), now + 3);
        let stands = |at: i64| {
            cell.data.iter().any(|data| data.0 == at) || cell.writes.iter().any(|write| write.0 == at)
        };
        let distinct = cell
            .data
            .iter()
            .enumerate()
            .all(|(index, data)| cell.data[..index].iter().all(|other| other.1 != data.1));
        let fits = match wanted {
            1 => snapshot >= now,
            2 => snapshot < now,
            _ => late || cell.writes.last().is_some_and(|write| snapshot < write.0),
        };
        // No two events share a timestamp.
        (fits && distinct && !stands(snapshot)).then_some((cell, snapshot))
    });
    let blocked = cell.lock.filter(|&lock| lock <= snapshot);
    let puts = || cell.writes.iter().filter(|write| write.1 == "put");
    let value_at = |start: i64| cell.data.iter().find(|data| data.0 == start).map(|data| data.1);
    let seen = puts().rfind(|write| write.0 <= snapshot);
    let mut texts: Vec<String> = cell.data.iter().map(|data| format!("it returns {}", data.1)).collect();
    texts.extend(["it finds no value".to_owned(), "it must deal with the lock first".to_owned()]);
    if cell.lock.is_none() {
        texts.pop();
    }
    let none = cell.data.len();
    let at = |start: Option<i64>| {
        start.and_then(|start| cell.data.iter().position(|data| data.0 == start)).unwrap_or(none)
    };
    let by_record = at(seen.map(|write| write.2));
    let right = if blocked.is_some() { none + 1 } else { by_record };
    let because = match (blocked, seen) {
        (Some(lock), _) => format!(
            "the lock at {lock} ≤ {snapshot} may belong to a transaction that commits before {snapshot}"
        ),
        (None, Some(&(commit, _, start))) => format!(
            "the latest value committed by {snapshot} was committed at {commit}, and points to {start}: {}",
            value_at(start).unwrap_or_default()
        ),
        (None, None) => format!("nothing had been committed by {snapshot}"),
    };
    let later = cell.lock.filter(|&lock| lock > snapshot);
    let ignored =
        later.map_or_else(String::new, |lock| format!(" The lock at {lock} > {snapshot} does not matter."));
    let options = options(&texts, right, |index| match index {
        _ if index == right => because.clone(),
        _ if index == none + 1 => "no lock stands at or before the snapshot".to_owned(),
        _ if index == none => "a value, or a lock, was there at the snapshot".to_owned(),
        _ => {
            let start = cell.data[index].0;
            match puts().find(|write| write.2 == start) {
                Some(write) => format!("it was committed at {}", write.0),
                None => "it has not been committed".to_owned(),
            }
        }
    });
    let picture = picture(&cell);
    let prompt = format!(
        "{} A Get with snapshot *t* must deal with any lock at or before *t* first; otherwise it takes the latest write record not after \
         *t* that has a value, and returns the value that this points to. The cell holds\n\n{}\n\nWhat does a Get with snapshot \
         **{snapshot}** do?",
        columns(rollbacks),
        picture.fence()
    );
    let newest = at(puts().next_back().map(|write| write.2));
    let by_start = at(cell.data.iter().rfind(|data| data.0 <= snapshot).map(|data| data.0));
    let mut instance = Instance::new(
        prompt,
        answer::choice(options),
        format!("{}.{ignored}", capital(&because)),
        json_of("get", &cell, json!({ "snapshot": snapshot })),
    )
    .spoken(picture.spoken);
    if blocked.is_some() {
        instance = instance.mistake(vec![by_record], LOCK_IGNORED);
    } else if cell.lock.is_some() {
        instance = instance.mistake(vec![none + 1], LOCK_LATER);
    }
    instance = instance.mistake(vec![by_start], BY_START).mistake(vec![newest], NEWEST);
    let hidden =
        cell.writes.iter().rfind(|write| write.0 <= snapshot).is_some_and(|write| write.1 == "rollback");
    if hidden { instance.mistake(vec![none], NOT_A_VALUE) } else { instance }
}

fn prewrite(count: usize, rollbacks: bool, draw: &mut Draw) -> Instance {
    // 0: it succeeds; 1: a record; 2: a lock.
    let wanted = draw.range(0, 2);
    let (cell, start) = draw.until(|draw| {
        let (mut cell, now) = draw_cell(count, rollbacks, draw);
        if wanted == 2 || draw.chance(1, 5) {
            cell.lock = Some(now);
            cell.data.push((now, draw.integer(10, 99)));
        }
        let own = if rollbacks {
            cell.writes.iter().find(|write| write.1 == "rollback").map(|write| write.0)
        } else {
            None
        };
        let start = match own {
            // A rolled-back transaction's late prewrite.
            Some(own) if draw.chance(1, 3) => own,
            _ => draw.integer(2, now + 3),
        };
        let stands = cell.data.iter().any(|data| data.0 == start)
            || cell.writes.iter().any(|write| write.0 == start && write.1 != "rollback");
        let found = match (conflict(&cell, start), cell.lock) {
            (None, None) => 0,
            (Some(_), None) => 1,
            (None, Some(_)) => 2,
            // Which of two reasons it gives would be arbitrary.
            (Some(_), Some(_)) => 3,
        };
        (found == wanted && !stands).then_some((cell, start))
    });
    let record = conflict(&cell, start);
    let mut texts: Vec<String> = vec![format!("it succeeds: data and lock at {start}")];
    for &(at, kind, _) in &cell.writes {
        let kind = if kind == "put" { "write record" } else { "rollback record" };
        texts.push(format!("it aborts: {kind} at {at}"));
    }
    texts.extend(cell.lock.map(|lock| format!("it aborts: lock at {lock}")));
    let place = |at: i64| 1 + cell.writes.iter().position(|write| write.0 == at).unwrap_or(0);
    let last = texts.len() - 1;
    let right = match record {
        Some(at) => place(at),
        None if cell.lock.is_some() => last,
        None => 0,
    };
    let because = match (record, cell.lock) {
        (Some(at), _) => format!("the record at {at} ≥ {start} came after the start"),
        (None, Some(lock)) => {
            format!("the cell is locked, at {lock}, and a lock of any timestamp is a conflict")
        }
        (None, None) => format!("every record is older than {start}, and there is no lock"),
    };
    let options = options(&texts, right, |index| match index {
        _ if index == right => because.clone(),
        0 => format!("not so: {because}"),
        _ if cell.lock.is_some() && index == last => "a record stops it already".to_owned(),
        _ => match cell.writes[index - 1].0 {
            at if at >= start => "a later record".to_owned(),
            at => format!("{at} < {start}: older than the start, no conflict"),
        },
    });
    let picture = picture(&cell);
    let prompt = format!(
        "{} A prewrite by a transaction with start *s* aborts if it finds a record in the write column at or after *s*, or a lock of any \
         timestamp; otherwise it writes data and lock at *s*. Of several such records the oldest is named as the reason. The cell \
         holds\n\n{}\n\nWhat does a prewrite with start **{start}** do?",
        columns(rollbacks),
        picture.fence()
    );
    let mut instance = Instance::new(
        prompt,
        answer::choice(options),
        format!("{}.", capital(&because)),
        json_of("prewrite", &cell, json!({ "start": start })),
    )
    .spoken(picture.spoken);
    match (record, cell.lock) {
        (Some(_), _) => instance = instance.mistake(vec![0_usize], MISSED),
        (None, Some(_)) => instance = instance.mistake(vec![0_usize], ANY_LOCK),
        (None, None) => {}
    }
    for (index, write) in cell.writes.iter().enumerate() {
        if write.0 < start {
            instance = instance.mistake(vec![index + 1], OLD_WRITE);
        }
    }
    instance
}

/// The oldest record at or after a start.
fn conflict(cell: &Cell, start: i64) -> Option<i64> {
    cell.writes.iter().map(|write| write.0).find(|&at| at >= start)
}

fn commit(count: usize, rollbacks: bool, draw: &mut Draw) -> Instance {
    let (mut cell, start) = draw_cell(count, rollbacks, draw);
    let value = draw.integer(100, 199);
    let holds = draw.coin();
    let mut stamp = start + draw.integer(2, 4);
    if holds {
        cell.data.push((start, value));
        cell.lock = Some(start);
    } else if draw.coin() {
        // Someone rolled it back, and another transaction has locked the cell since.
        cell.lock = Some(start + 1);
        cell.data.push((start + 1, value));
        stamp += 2;
    }
    let texts = [
        format!("it commits: write record at {stamp}, pointing to {start}; lock removed"),
        format!("it commits: write record at {start}, pointing to {stamp}; lock removed"),
        "it aborts".to_owned(),
    ];
    let right = if holds { 0 } else { 2 };
    let because = match cell.lock {
        Some(lock) if lock == start => format!("its lock still stands at {start}"),
        Some(lock) => {
            format!("its lock at {start} is gone; the one at {lock} belongs to another transaction")
        }
        None => format!("its lock at {start} is gone"),
    };
    let options = options(&texts, right, |index| match index {
        1 => "records stand at the commit timestamp and point to the start".to_owned(),
        _ => because.clone(),
    });
    let picture = picture(&cell);
    let prompt = format!(
        "{} A transaction commits its primary first: if its own lock still stands there, it writes the write record and removes the lock; \
         if not, it aborts. A transaction with start **{start}** has prewritten everything and got commit timestamp **{stamp}**. Its \
         primary cell now holds\n\n{}\n\nWhat happens as it commits?",
        columns(rollbacks),
        picture.fence()
    );
    Instance::new(
        prompt,
        answer::choice(options),
        format!("{}: {}.", capital(&because), texts[right]),
        json_of("commit", &cell, json!({ "start": start, "commit": stamp })),
    )
    .spoken(picture.spoken)
    .mistake(vec![2_usize], STILL_LOCKED)
    .mistake(vec![0_usize], LOCK_GONE)
    .mistake(vec![1_usize], WRONG_STAMP)
}

fn cleanup(count: usize, rollbacks: bool, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let (mut cell, start) = draw_cell(count, rollbacks, draw);
    // 0: committed; 1: lock there, client dead; 2: rolled back already; 3: lock there, client perhaps alive.
    let wanted = draw.range(0, difficulty.of([2, 2, 3]));
    let stamp = start + draw.integer(1, 3);
    let mut now = start;
    match wanted {
        0 => {
            cell.data.push((start, draw.integer(100, 199)));
            cell.writes.push((stamp, "put", start));
            now = stamp;
        }
        1 | 3 => {
            cell.data.push((start, draw.integer(100, 199)));
            cell.lock = Some(start);
        }
        _ if rollbacks => cell.writes.push((start, "rollback", start)),
        _ => {}
    }
    if cell.lock.is_none() && draw.coin() {
        // Another transaction after it, whose record must not be mistaken for its own.
        let begin = now + draw.integer(1, 2);
        let end = begin + draw.integer(1, 3);
        cell.data.push((begin, draw.integer(200, 299)));
        cell.writes.push((end, "put", begin));
    }
    // A lock that has not expired matters only while the outcome is open.
    let alive = wanted == 3 || (wanted != 1 && difficulty.level() == 2 && draw.coin());
    let committed =
        cell.writes.iter().find(|write| write.1 == "put" && write.2 == start).map(|write| write.0);
    // Each commit timestamp is a way to roll forward; those of others are traps.
    let stamps: Vec<i64> =
        cell.writes.iter().filter(|write| write.1 == "put" && write.0 > start).map(|write| write.0).collect();
    let forward =
        |at: i64| format!("roll it forward: write record at {at}, pointing to {start}; lock removed");
    let mut texts: Vec<String> = stamps.iter().map(|&at| forward(at)).collect();
    if texts.is_empty() {
        texts.push(forward(start));
    }
    let own = stamps.iter().position(|&at| Some(at) == committed);
    let (back, wait) = (texts.len(), texts.len() + 1);
    texts.extend([
        if cell.lock == Some(start) {
            "erase the primary's lock, then roll it back: lock and data removed".to_owned()
        } else {
            "roll it back: lock and data removed".to_owned()
        },
        "wait for its client".to_owned(),
    ]);
    let right = match (own, alive) {
        (Some(own), _) => own,
        (None, true) if cell.lock == Some(start) => wait,
        (None, _) => back,
    };
    let because = match (committed, cell.lock) {
        (Some(at), _) => {
            format!("the primary's record at {at} points to {start}: the transaction has committed")
        }
        (None, Some(_)) if alive => "the primary is still locked, and its lock has not expired".to_owned(),
        (None, Some(_)) => {
            "the primary is still locked and its client is dead: it has not committed and never will"
                .to_owned()
        }
        (None, None) => format!(
            "the primary has neither a lock at {start} nor a record that points to it: rolled back before"
        ),
    };
    let options = options(&texts, right, |index| match index {
        _ if index == right => because.clone(),
        _ if index == wait => "the outcome can be settled now".to_owned(),
        _ if index == back => "the transaction may have committed, or may yet".to_owned(),
        _ => format!("no record of the primary stands there for {start}"),
    });
    let fate = if alive { "the locks have **not expired**" } else { "the client is **dead**" };
    let picture = picture(&cell);
    let prompt = format!(
        "{} A transaction's fate is that of its primary. A reader finds a lock at **{start}** on another cell, a secondary, and looks at \
         the primary, which holds\n\n{}\n\nOf the transaction with start {start}, {fate}. What does the reader do with the secondary?",
        columns(rollbacks),
        picture.fence()
    );
    let mut instance = Instance::new(
        prompt,
        answer::choice(options),
        format!("{}: {}.", capital(&because), texts[right]),
        json_of("cleanup", &cell, json!({ "start": start, "alive": alive })),
    )
    .spoken(picture.spoken);
    for index in 0..back {
        let why = if stamps.is_empty() || committed.is_none() && stamps.len() == 1 && cell.lock.is_some() {
            NOT_COMMITTED
        } else {
            OTHERS_RECORD
        };
        instance = instance.mistake(vec![index], why);
    }
    let waited = if cell.lock == Some(start) { NO_WAIT } else { SETTLED };
    let rolled = if committed.is_some() { PRIMARY_DECIDES } else { TOO_HASTY };
    instance.mistake(vec![back], rolled).mistake(vec![wait], waited)
}

fn options(
    texts: &[String],
    right: usize,
    reason: impl Fn(usize) -> String,
) -> Vec<crate::card::ChoiceOption> {
    let one = |(index, text): (usize, &String)| answer::option(text.clone(), index == right, reason(index));
    texts.iter().enumerate().map(one).collect()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
