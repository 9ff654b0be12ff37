//! `locks.intention`: which intention locks go together, and which are taken on the way down.

use serde_json::json;

use crate::problem::text::list;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &LocksIntention;

struct LocksIntention;

const AS_PLAIN: &str =
    "you treated an intention lock like the lock it announces; the conflict is settled further down";
const TOO_FREE: &str = "you granted a mode that conflicts with one held";
const TOO_STRICT: &str = "you refused a mode that goes with all that are held";
const SIX_AS_IX: &str = "you forgot the S in SIX: it reads the whole node";
const NO_INTENTION: &str = "you left out the intention locks above";
const IS_FOR_WRITES: &str = "IS announces reads only; a write below needs IX";
const WHOLE: &str = "you locked the whole table; only a few rows need the stronger lock";
const TOO_HIGH: &str = "you had it wait too far up; intention locks go together there";
const TOO_LOW: &str = "it waits further up already";
const NO_WAIT: &str = "you overlooked two locks that conflict";
const NEEDLESS: &str = "you had it wait; all its locks go with those held";

const ASKS: &[&str] = &["grant", "path", "waits-at"];

const MODES: [&str; 5] = ["IS", "IX", "S", "SIX", "X"];
const IS: usize = 0;
const IX: usize = 1;
const S: usize = 2;
const SIX: usize = 3;
const X: usize = 4;

/// Rows held, columns requested, as in Gray's matrix.
const COMPATIBLE: [[bool; 5]; 5] = [
    [true, true, true, true, false],
    [true, true, false, false, false],
    [true, false, true, false, false],
    [true, false, false, false, false],
    [false; 5],
];

/// What a transaction does to a table.
#[derive(Clone, Copy, PartialEq)]
enum Access {
    ReadRow(usize),
    UpdateRow(usize),
    ReadAll,
    RewriteAll,
    ScanAndUpdate(usize),
}

use Access::*;

impl Family for LocksIntention {
    fn name(&self) -> &'static str {
        "locks.intention"
    }

    fn title(&self) -> &'static str {
        "grant and choose intention locks"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "asks",
                    "modes to grant, locks to take, or where a transaction waits",
                    ASKS,
                    ASKS,
                )
                .graded_words([&["grant", "path"], ASKS, &["grant", "waits-at", "waits-at"]]),
                Parameter::integer("holders", "transactions that hold a lock on the node", (1, 3), &[])
                    .graded([&[1], &[1, 2], &[2, 3]]),
                Parameter::bool("pages", "whether pages lie between table and row", &[false]).graded_bools([
                    &[false],
                    &[false, true],
                    &[true],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            AS_PLAIN,
            TOO_FREE,
            TOO_STRICT,
            SIX_AS_IX,
            NO_INTENTION,
            IS_FOR_WRITES,
            WHOLE,
            TOO_HIGH,
            TOO_LOW,
            NO_WAIT,
            NEEDLESS,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _: Difficulty) -> Instance {
        let table = *draw.pick(&["accounts", "orders", "seats", "books", "stock", "users"]);
        let pages = with.bool("pages");
        match with.word("asks") {
            "grant" => grant(table, with.count("holders"), draw),
            "path" => path(table, pages, draw),
            _ => waits_at(table, pages, draw),
        }
    }
}

fn grant(table: &str, holders: usize, draw: &mut Draw) -> Instance {
    let held = draw.until(|draw| {
        let mut held: Vec<usize> = Vec::new();
        for _ in 0..holders {
            // Held together, they must go together.
            let fits: Vec<usize> =
                (0..5).filter(|&mode| held.iter().all(|&other| COMPATIBLE[other][mode])).collect();
            if fits.is_empty() {
                return None;
            }
            held.push(*draw.pick(&fits));
        }
        Some(held)
    });
    let fits = |mode: usize| held.iter().all(|&other| COMPATIBLE[other][mode]);
    let right: Vec<usize> = (0..5).filter(|&mode| fits(mode)).collect();
    let held_names: Vec<&str> = held.iter().map(|&mode| MODES[mode]).collect();
    let who: Vec<String> = held_names
        .iter()
        .enumerate()
        .map(|(index, mode)| format!("T{} holds **{mode}**", index + 1))
        .collect();
    let asker = holders + 1;
    let mut options: Vec<_> = (0..5)
        .map(|mode| {
            let reason = match held.iter().find(|&&other| !COMPATIBLE[other][mode]) {
                Some(&other) => format!("{} does not go with {}", MODES[mode], MODES[other]),
                None => format!("{} goes with {}", MODES[mode], list(&held_names)),
            };
            answer::option(MODES[mode], fits(mode), reason)
        })
        .collect();
    options.push(answer::option("none of them", right.is_empty(), "IS goes with everything but X"));
    let granted: Vec<&str> = right.iter().map(|&mode| MODES[mode]).collect();
    let solution = format!(
        "IS goes with all but X; IX with IS and IX; S with IS and S; SIX with IS; X with nothing. With {}: {}.",
        list(&held_names),
        list(&granted)
    );
    let prompt = format!(
        "On table `{table}`, {}; nobody waits. T{asker} asks for a lock on the table. Which of these modes can it be granted at \
         once? (several)",
        list(&who)
    );
    let instance = Instance::new(
        prompt,
        answer::several(options),
        solution,
        json!({ "asks": "grant", "held": held_names }),
    );
    let none_or = |modes: Vec<usize>| if modes.is_empty() { vec![5] } else { modes };
    let by = |rule: &dyn Fn(usize, usize) -> bool| {
        none_or((0..5).filter(|&mode| held.iter().all(|&other| rule(other, mode))).collect())
    };
    let plain = |mode: usize| if matches!(mode, IS | S) { S } else { X };
    let six = |mode: usize| if mode == SIX { IX } else { mode };
    instance
        .mistake(by(&|a, b| COMPATIBLE[plain(a)][plain(b)]), AS_PLAIN)
        .mistake(by(&|a, b| COMPATIBLE[six(a)][six(b)]), SIX_AS_IX)
        .mistake(by(&|a, b| a != X && b != X), TOO_FREE)
        .mistake(by(&|a, b| (a, b) == (IS, IS) || (a, b) == (IS, S) || (a, b) == (S, IS)), TOO_STRICT)
}

/// The locks of an access from the database down; the last level is reached only where rows are locked.
fn locks(access: Access, pages: bool) -> Vec<usize> {
    let between = |mode: usize| std::iter::repeat_n(mode, usize::from(pages));
    match access {
        ReadRow(_) => [IS, IS].into_iter().chain(between(IS)).chain([S]).collect(),
        UpdateRow(_) => [IX, IX].into_iter().chain(between(IX)).chain([X]).collect(),
        ReadAll => vec![IS, S],
        RewriteAll => vec![IX, X],
        ScanAndUpdate(_) => [IX, SIX].into_iter().chain(between(IX)).chain([X]).collect(),
    }
}

fn told(access: Access, table: &str) -> String {
    match access {
        ReadRow(row) => format!("reads the single row {row} of `{table}`"),
        UpdateRow(row) => format!("updates the single row {row} of `{table}`"),
        ReadAll => format!("reads every row of `{table}`"),
        RewriteAll => format!("rewrites every row of `{table}`"),
        ScanAndUpdate(row) => format!("reads every row of `{table}` and updates row {row} alone"),
    }
}

fn draw_access(draw: &mut Draw, rows: &[usize]) -> Access {
    let row = *draw.pick(rows);
    [ReadRow(row), UpdateRow(row), ReadAll, RewriteAll, ScanAndUpdate(row)][draw.range(0, 4)]
}

fn levels(pages: bool) -> Vec<&'static str> {
    if pages { vec!["database", "table", "page", "row"] } else { vec!["database", "table", "row"] }
}

fn setting(pages: bool) -> String {
    format!(
        "Locks are taken from the top down: {}. S or IS on a node needs an intention lock of at least IS on its parent; X, IX or \
         SIX need IX or SIX there. A lock S or X on a node covers all below it; SIX is S on the node together with IX. Every \
         transaction takes the weakest modes that do, and locks a whole table where it touches every row alike.",
        list(&levels(pages))
    )
}

fn written(modes: &[usize]) -> String {
    modes.iter().map(|&mode| MODES[mode]).collect::<Vec<_>>().join(", ")
}

fn path(table: &str, pages: bool, draw: &mut Draw) -> Instance {
    let rows: Vec<usize> = (1..=40).collect();
    let access = draw_access(draw, &rows);
    let modes = locks(access, pages);
    let names: Vec<&str> = modes.iter().map(|&mode| MODES[mode]).collect();
    let prompt = format!(
        "{} A transaction {}. Which locks does it take, from the database down? List the modes only, as `IS, S`, and only where it \
         takes one.",
        setting(pages),
        told(access, table)
    );
    let steps: Vec<String> =
        levels(pages).iter().zip(&names).map(|(level, mode)| format!("{mode} on the {level}")).collect();
    let mut accepted = vec![names.join(", ")];
    accepted.extend(answer::tuple_spellings(&names));
    let values = json!({ "asks": "path", "access": code(access), "pages": pages });
    let instance =
        Instance::new(prompt, answer::typed(accepted), format!("It takes {}.", list(&steps)), values);
    let last = modes.last().copied().unwrap_or(S);
    let instance = instance.mistake(MODES[last].to_owned(), NO_INTENTION);
    match access {
        ScanAndUpdate(_) => instance
            .mistake(written(&[IX, X]), WHOLE)
            .mistake(written(&locks(UpdateRow(1), pages)), SIX_AS_IX),
        UpdateRow(_) | RewriteAll => {
            let weak: Vec<usize> = modes.iter().map(|&mode| if mode == IX { IS } else { mode }).collect();
            instance.mistake(written(&weak), IS_FOR_WRITES).mistake(written(&[IX, X]), WHOLE)
        }
        ReadRow(_) => instance.mistake(written(&[IS, S]), WHOLE),
        ReadAll => instance,
    }
}

fn code(access: Access) -> serde_json::Value {
    match access {
        ReadRow(row) => json!(["read-row", row]),
        UpdateRow(row) => json!(["update-row", row]),
        ReadAll => json!(["read-all", 0]),
        RewriteAll => json!(["rewrite-all", 0]),
        ScanAndUpdate(row) => json!(["scan-and-update", row]),
    }
}

/// The row an access locks by itself.
fn row(access: Access) -> Option<usize> {
    match access {
        ReadRow(row) | UpdateRow(row) | ScanAndUpdate(row) => Some(row),
        ReadAll | RewriteAll => None,
    }
}

/// The level at which the second access waits for the first; rows 1..=10 lie on one page, and so on.
fn waits(first: Access, second: Access, pages: bool) -> Option<usize> {
    let (held, asked) = (locks(first, pages), locks(second, pages));
    (0..shared(first, second, pages).min(held.len()).min(asked.len()))
        .find(|&level| !COMPATIBLE[held[level]][asked[level]])
}

/// How many levels the ways of two accesses have in common.
fn shared(first: Access, second: Access, pages: bool) -> usize {
    match (row(first), row(second)) {
        (Some(a), Some(b)) if a == b => 4,
        (Some(a), Some(b)) if pages && page(a) == page(b) => 3,
        _ => 2,
    }
}

fn page(row: usize) -> usize {
    (row - 1) / 10
}

fn waits_at(table: &str, pages: bool, draw: &mut Draw) -> Instance {
    let wanted = draw.range(0, 2);
    let (first, second, level) = draw.until(|draw| {
        let row = draw.range(1, 40);
        let rows = [row, row, (row + 3) % 40 + 1];
        let (first, second) = (draw_access(draw, &rows), draw_access(draw, &rows));
        let level = waits(first, second, pages);
        let fits = match wanted {
            0 => level.is_none() && first != second,
            1 => level == Some(1),
            _ => level.is_some_and(|level| level > 1),
        };
        fits.then_some((first, second, level))
    });
    let names = levels(pages);
    let right = level.unwrap_or(names.len());
    let texts: Vec<String> =
        names.iter().map(|level| format!("at the {level}")).chain(["it does not wait".to_owned()]).collect();
    let reasons: Vec<String> =
        (0..texts.len()).map(|index| reason(first, second, pages, index, right)).collect();
    let options = (0..texts.len())
        .map(|index| answer::option(texts[index].clone(), index == right, reasons[index].clone()))
        .collect();
    let layout = if pages { " Rows 1 to 10 lie on one page, 11 to 20 on the next, and so on." } else { "" };
    let prompt = format!(
        "{}{layout} T1 {} and holds its locks. T2 {}, and asks for its locks from the top down. Where does T2 wait?",
        setting(pages),
        told(first, table),
        told(second, table)
    );
    let solution = format!(
        "T1 holds {} from the database down, T2 asks for {}. {}.",
        written(&locks(first, pages)),
        written(&locks(second, pages)),
        capital(&reasons[right])
    );
    let values = json!({ "asks": "waits-at", "first": code(first), "second": code(second), "pages": pages });
    let mut instance = Instance::new(prompt, answer::choice(options), solution, values);
    for wrong in (0..texts.len()).filter(|&wrong| wrong != right) {
        let why = if level.is_none() {
            NEEDLESS
        } else if wrong == names.len() {
            NO_WAIT
        } else if wrong < right {
            TOO_HIGH
        } else {
            TOO_LOW
        };
        instance = instance.mistake(vec![wrong], why);
    }
    instance
}

fn reason(first: Access, second: Access, pages: bool, level: usize, right: usize) -> String {
    let names = levels(pages);
    let (held, asked) = (locks(first, pages), locks(second, pages));
    if level == names.len() {
        return if level == right {
            "no two locks on the same node conflict".to_owned()
        } else {
            "two of the locks conflict".to_owned()
        };
    }
    let name = names[level];
    match (held.get(level), asked.get(level)) {
        _ if level > right => format!("it stops at the {} before", names[right]),
        (Some(&held), Some(&asked)) if level < shared(first, second, pages) => {
            let goes = if level == right { "does not go" } else { "goes" };
            format!("on the {name}, {} {goes} with {}", MODES[asked], MODES[held])
        }
        (Some(_), Some(_)) => format!("they lock different {name}s"),
        _ => format!("one of them takes no lock on a {name}"),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
