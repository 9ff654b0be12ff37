//! `lease.fencing-token`: which writes a storage service accepts that checks fencing tokens.

use serde_json::{Value, json};

use crate::problem::diagram::table;
use crate::problem::text::{OBJECTS, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &FencingToken;

struct FencingToken;

const EQUAL_REFUSED: &str =
    "you refused a token equal to the highest seen; the holder of a lock may write many times";
const LAST_WRITE: &str =
    "you compared with the write just before; the highest token counts, whatever came since";
const LATEST_GRANT: &str =
    "you compared with the latest token granted; the storage only knows tokens that it has seen";
const ONE_FOR_ALL: &str = "you kept one highest token for all objects; each object has its own";
const ALL_PASS: &str = "you accepted every write; the storage refuses tokens below the highest it has seen";
const FIRST_ONLY: &str = "you compared with the first token instead of the highest";

#[derive(Clone, Copy)]
enum Step {
    Grant { client: usize, token: i64 },
    Write { token: i64, object: usize },
}

impl Family for FencingToken {
    fn name(&self) -> &'static str {
        "lease.fencing-token"
    }

    fn title(&self) -> &'static str {
        "tell which writes pass a fencing check"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("writes", "writes that reach the storage", (3, 9), &[]).graded([
                    &[4, 5],
                    &[5, 6],
                    &[7, 8],
                ]),
                Parameter::integer("objects", "objects, each guarded by itself", (1, 3), &[]).graded([
                    &[1],
                    &[1],
                    &[2],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[EQUAL_REFUSED, LAST_WRITE, LATEST_GRANT, ONE_FOR_ALL, ALL_PASS, FIRST_ONLY]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let (writes, objects) = (with.count("writes"), with.count("objects"));
        let grants_shown = difficulty.level() > 0;
        let steps = draw.until(|draw| {
            let steps = script(writes, objects, draw);
            let accepted = accepted(&steps).len();
            (accepted < writes && accepted > 1).then_some(steps)
        });
        let right = accepted(&steps);
        let mut number = 0;
        let mut rows: Vec<Vec<String>> = Vec::new();
        for step in &steps {
            match *step {
                Step::Grant { client, token } if grants_shown => rows.push(vec![
                    String::new(),
                    "lock service".to_owned(),
                    format!("grants client {client} the lock, token {token}"),
                ]),
                Step::Grant { .. } => {}
                Step::Write { token, object } => {
                    number += 1;
                    let target = if objects > 1 { format!(" to {}", OBJECTS[object]) } else { String::new() };
                    rows.push(vec![
                        number.to_string(),
                        "storage".to_owned(),
                        format!("receives a write{target}, token {token}"),
                    ]);
                }
            }
        }
        let picture = table(&["write", "where", "what"], &rows);
        let each = if objects > 1 {
            "Each object is fenced by itself: a write is accepted if its token is **no smaller** than the highest token with \
             which a write **to that object** has reached the storage before; all objects are guarded by one lock"
        } else {
            "A write is accepted if its token is **no smaller** than the highest token with which a write has reached the \
             storage before"
        };
        let values = json!({ "steps": steps.iter().map(to_json).collect::<Vec<_>>() });
        let writes_of = |wrong: &dyn Fn(usize) -> bool| -> String {
            let kept: Vec<usize> = (1..=writes).filter(|&n| wrong(n)).collect();
            tuple(&kept)
        };
        let all: Vec<(i64, usize)> = steps
            .iter()
            .filter_map(|step| match *step {
                Step::Write { token, object } => Some((token, object)),
                Step::Grant { .. } => None,
            })
            .collect();
        let before = |n: usize, same: bool| {
            let object = all[n - 1].1;
            all[..n - 1]
                .iter()
                .filter(move |(_, other)| !same || *other == object)
                .map(|(token, _)| *token)
                .collect::<Vec<_>>()
        };
        let token = |n: usize| all[n - 1].0;
        let granted = |n: usize| {
            let mut seen = 0;
            let mut latest = 0;
            for step in &steps {
                match *step {
                    Step::Grant { token, .. } => latest = token,
                    Step::Write { .. } => seen += 1,
                }
                if seen == n {
                    break;
                }
            }
            latest
        };
        let mut instance = Instance::new(
            format!(
                "Clients hold a lock for a time only, and each grant carries a fencing token, larger than those before. \
                 Pauses and slow networks delay writes. From top to bottom in order of time:\n\n{}\n\n{each}. Which writes \
                 are accepted? Give their numbers in ascending order, as `10, 12`.",
                picture.fence()
            ),
            answer::tuple(&right),
            explain(&all, objects),
            values,
        )
        .spoken(picture.spoken);
        if objects > 1 {
            instance = instance
                .mistake(writes_of(&|n| before(n, false).iter().all(|&seen| token(n) >= seen)), ONE_FOR_ALL);
        }
        if grants_shown {
            instance = instance.mistake(writes_of(&|n| token(n) >= granted(n)), LATEST_GRANT);
        }
        instance
            .mistake(writes_of(&|n| before(n, true).last().is_none_or(|&seen| token(n) >= seen)), LAST_WRITE)
            .mistake(writes_of(&|n| before(n, true).iter().all(|&seen| token(n) > seen)), EQUAL_REFUSED)
            .mistake(writes_of(&|_| true), ALL_PASS)
            .mistake(writes_of(&|n| before(n, true).first().is_none_or(|&seen| token(n) >= seen)), FIRST_ONLY)
    }
}

/// Draws grants and writes: a write carries a token granted before it, now and then an old one.
fn script(writes: usize, objects: usize, draw: &mut Draw) -> Vec<Step> {
    let mut token = draw.integer(20, 60);
    let mut client = 1;
    let mut steps = vec![Step::Grant { client, token }];
    let mut granted = vec![token];
    let mut left = writes;
    while left > 0 {
        if granted.len() < 5 && draw.chance(2, 5) && !matches!(steps.last(), Some(Step::Grant { .. })) {
            token += draw.integer(1, 2);
            client += 1;
            granted.push(token);
            steps.push(Step::Grant { client, token });
            continue;
        }
        let recent = granted.len().saturating_sub(3);
        let token = granted[draw.range(recent, granted.len() - 1)];
        steps.push(Step::Write { token, object: draw.range(0, objects - 1) });
        left -= 1;
    }
    steps
}

/// The numbers of the accepted writes, from 1.
fn accepted(steps: &[Step]) -> Vec<usize> {
    let mut highest = [0; OBJECTS.len()];
    let mut number = 0;
    let mut accepted = Vec::new();
    for step in steps {
        if let Step::Write { token, object } = *step {
            number += 1;
            if token >= highest[object] {
                highest[object] = token;
                accepted.push(number);
            }
        }
    }
    accepted
}

fn explain(writes: &[(i64, usize)], objects: usize) -> String {
    let mut highest: [Option<i64>; OBJECTS.len()] = [None; OBJECTS.len()];
    let steps: Vec<String> = writes
        .iter()
        .enumerate()
        .map(|(index, &(token, object))| {
            let of = if objects > 1 { format!(" of {}", OBJECTS[object]) } else { String::new() };
            let told = match highest[object] {
                None => format!("{}: token {token} is the first{of}, accepted", index + 1),
                Some(seen) if token >= seen => format!("{}: {token} ≥ {seen}{of}, accepted", index + 1),
                Some(seen) => format!("{}: {token} < {seen}{of}, refused", index + 1),
            };
            highest[object] = highest[object].max(Some(token));
            told
        })
        .collect();
    format!("Write by write, against the highest token seen: {}.", steps.join("; "))
}

fn to_json(step: &Step) -> Value {
    match *step {
        Step::Grant { client, token } => json!({ "grant": token, "client": client }),
        Step::Write { token, object } => json!({ "write": token, "object": OBJECTS[object] }),
    }
}
