//! `register.abd`: reads and writes of an atomic register that majorities of servers keep.

use serde_json::json;

use crate::problem::text::{SERVERS, list};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram};

pub const FAMILY: &dyn Family = &RegisterAbd;

struct RegisterAbd;

const MOST_COMMON: &str = "the largest tag decides, not how many servers hold a value";
const ID_FIRST: &str = "the counter of a tag is compared first, the writer's id only breaks a tie";
const SMALLER_ID: &str = "at equal counters the larger writer id is the larger tag";
const OWN_COUNTER: &str = "the new counter is one more than the largest that a majority reports";
const NOT_RAISED: &str = "the counter must be raised, or the new tag would not be above all others";
const OTHERS_ID: &str = "a tag carries the id of the writer that makes it";
const NEWEST_ONLY: &str = "a majority may miss a value that only few servers hold";
const ANY_VALUE: &str = "an old value is only returned if some majority holds nothing newer";
const HELD_BY_MAJORITY: &str =
    "a value need not be held by a majority: the largest tag in the answers is returned";
const BACK_FORGOTTEN: &str = "the read wrote its value back to a majority, which every later majority meets";

impl Family for RegisterAbd {
    fn name(&self) -> &'static str {
        "register.abd"
    }

    fn title(&self) -> &'static str {
        "read and write a register kept by majorities"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["read", "tag", "tag"],
                    &["tag", "possible", "possible"],
                    &["possible", "after", "after"],
                ]),
                Parameter::one_of("servers", "servers that keep the register", &[3, 5, 7], &[]).graded([
                    &[3, 5],
                    &[5],
                    &[5, 7],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            MOST_COMMON,
            ID_FIRST,
            SMALLER_ID,
            OWN_COUNTER,
            NOT_RAISED,
            OTHERS_ID,
            NEWEST_ONLY,
            ANY_VALUE,
            HELD_BY_MAJORITY,
            BACK_FORGOTTEN,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let n = with.count("servers");
        match with.word("asks") {
            asks @ ("read" | "tag") => answers(asks, n, draw, difficulty),
            asks => states(asks == "after", n, draw),
        }
    }
}

const ASKS: &[&str] = &["read", "tag", "possible", "after"];

const VALUES: [&str; 8] = ["amber", "black", "coral", "green", "ivory", "lilac", "olive", "white"];

const TAGS: &str = "A tag is a pair (counter, writer id); the larger counter is the larger tag, at equal counters the larger writer id";

/// A counter and the id of the writer.
type Tag = (usize, usize);

fn told(tag: Tag) -> String {
    format!("({}, {})", tag.0, tag.1)
}

/// Different tags, each with its value, smallest first.
fn draw_written(count: usize, draw: &mut Draw) -> Vec<(Tag, &'static str)> {
    let base = draw.range(3, 30);
    let mut tags: Vec<Tag> = Vec::new();
    while tags.len() < count {
        // Few counters, so that ids decide now and then.
        let tag = (base + draw.range(0, 2), draw.range(1, 9));
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags.sort_unstable();
    let order = draw.permutation(VALUES.len());
    tags.into_iter().zip(order).map(|(tag, value)| (tag, VALUES[value])).collect()
}

fn answers(asks: &str, n: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let majority = n / 2 + 1;
    let kinds = difficulty.of([2, 3, 3]).min(majority);
    let (written, held) = draw.until(|draw| {
        let written = draw_written(kinds, draw);
        let held: Vec<usize> = (0..majority).map(|_| draw.range(0, kinds - 1)).collect();
        // All tags occur, and the largest is not held by most.
        let all = (0..kinds).all(|kind| held.contains(&kind));
        let newest = held.iter().filter(|&&kind| kind == kinds - 1).count();
        (all && (2 * newest <= majority || draw.chance(1, 4))).then_some((written, held))
    });
    let servers: Vec<usize> = (0..n).collect();
    let who = draw.subset(&servers, majority);
    let rows: Vec<Vec<String>> = who
        .iter()
        .zip(&held)
        .map(|(&server, &kind)| {
            vec![SERVERS[server].to_owned(), told(written[kind].0), written[kind].1.to_owned()]
        })
        .collect();
    let picture = diagram::table(&["server", "tag", "value"], &rows);
    let (newest, value) = written[kinds - 1];
    let json_held: Vec<_> =
        held.iter().map(|&kind| json!([written[kind].0.0, written[kind].0.1, written[kind].1])).collect();
    let by_id =
        written.iter().max_by_key(|((counter, id), _)| (*id, *counter)).copied().unwrap_or((newest, value));
    let small_id = written
        .iter()
        .max_by_key(|((counter, id), _)| (*counter, 100 - *id))
        .copied()
        .unwrap_or((newest, value));
    let common = (0..kinds)
        .max_by_key(|kind| (held.iter().filter(|&held| held == kind).count(), 100 - kind))
        .unwrap_or(0);
    if asks == "read" {
        return Instance::new(
            format!(
                "An atomic register is kept by **{n}** servers (ABD). {TAGS}. A reader has asked all servers and has these answers, from a \
                 majority:\n\n{}\n\nWhich value does it write back to a majority and then return?",
                picture.fence()
            ),
            answer::typed([value]),
            format!("The largest tag is {}, so the read returns {value}.", told(newest)),
            json!({ "asks": "read", "servers": n, "held": json_held }),
        )
        .spoken(picture.spoken)
        .mistake(written[common].1, MOST_COMMON)
        .mistake(by_id.1, ID_FIRST)
        .mistake(small_id.1, SMALLER_ID);
    }
    // The writer is somebody whose tag is not the largest.
    let writer = draw.until(|draw| {
        let id = draw.range(1, 9);
        (id != newest.1).then_some(id)
    });
    let own = draw.range(0, newest.0 - 1);
    let right = [newest.0 + 1, writer];
    Instance::new(
        format!(
            "An atomic register is kept by **{n}** servers (ABD, several writers). {TAGS}. Writer **{writer}**, whose own last write had \
             counter **{own}**, wants to write; it has asked all servers for their tags and has these answers, from a \
             majority:\n\n{}\n\nWhich tag does it give its new value? Two numbers with a comma between: counter, writer id.",
            picture.fence()
        ),
        answer::tuple(&right),
        format!(
            "The largest tag reported is {}; one more, with its own id: {}.",
            told(newest),
            told((right[0], right[1]))
        ),
        json!({ "asks": "tag", "servers": n, "held": json_held, "writer": writer, "own": own }),
    )
    .spoken(picture.spoken)
    .mistake(format!("{}, {writer}", newest.0), NOT_RAISED)
    .mistake(format!("{}, {}", newest.0 + 1, newest.1), OTHERS_ID)
    .mistake(format!("{}, {writer}", own + 1), OWN_COUNTER)
    .mistake(format!("{}, {writer}", by_id.0.0 + 1), ID_FIRST)
}

/// What each server holds at the moment: which values may a read return now, or after a read that wrote back?
fn states(after: bool, n: usize, draw: &mut Draw) -> Instance {
    let majority = n / 2 + 1;
    let kinds = if n == 3 { 2 } else { 3 };
    // A kind may be returned if a majority with no newer one includes a server that holds it.
    let may = |held: &[usize], kind: usize| {
        held.contains(&kind) && held.iter().filter(|&&other| other <= kind).count() >= majority
    };
    let (written, held, back) = draw.until(|draw| {
        let written = draw_written(kinds, draw);
        let held: Vec<usize> = (0..n).map(|_| draw.range(0, kinds - 1)).collect();
        let all = (0..kinds).all(|kind| held.contains(&kind));
        let possible: Vec<usize> = (0..kinds).filter(|&kind| may(&held, kind)).collect();
        let back = if after { Some(*draw.pick(&possible)) } else { None };
        // One answer only says little; where a value was written back it is to be a middle one mostly.
        let telling = match back {
            Some(back) => back + 1 < kinds || draw.chance(1, 3),
            None => possible.len() > 1 || draw.chance(1, 3),
        };
        (all && telling).then_some((written, held, back))
    });
    let rows: Vec<Vec<String>> = (0..n)
        .map(|server| {
            let (tag, value) = written[held[server]];
            vec![SERVERS[server].to_owned(), told(tag), value.to_owned()]
        })
        .collect();
    let picture = diagram::table(&["server", "tag", "value"], &rows);
    let servers: Vec<usize> = (0..n).collect();
    // The write-back reached just a majority; whoever holds something newer keeps it.
    let reached = draw.subset(&servers, majority);
    let now: Vec<usize> = (0..n)
        .map(|server| match back {
            Some(back) if reached.contains(&server) => held[server].max(back),
            _ => held[server],
        })
        .collect();
    let right: Vec<usize> = (0..kinds).filter(|&kind| may(&now, kind)).collect();
    let labels: Vec<String> = written.iter().map(|(tag, value)| format!("{value} {}", told(*tag))).collect();
    let why = |kind: usize| -> String {
        let newer = now.iter().filter(|&&other| other > kind).count();
        if !now.contains(&kind) {
            "no server holds it any more".to_owned()
        } else if may(&now, kind) {
            format!("{newer} hold something newer, so a majority of {majority} without these can answer")
        } else {
            format!("{newer} hold something newer, and every majority meets one of them")
        }
    };
    let options = (0..kinds)
        .map(|kind| answer::option(labels[kind].clone(), right.contains(&kind), why(kind)))
        .collect();
    let story = match back {
        None => "No further message of any write will arrive. **Which values can a read return** that asks now and takes the answers of just some \
                 majority?"
            .to_owned(),
        Some(back) => format!(
            "No further message of any write will arrive. A read returned **{}**, after it wrote it back with its tag: just **{}** have received that, and \
             a server takes only a tag that is larger than its own. **Which values can a later read return** that takes the answers of just some majority?",
            written[back].1,
            list(&reached.iter().map(|&server| SERVERS[server]).collect::<Vec<_>>())
        ),
    };
    let steps: Vec<String> = (0..kinds).map(|kind| format!("{}: {}", labels[kind], why(kind))).collect();
    let changed = match back {
        Some(_) => {
            let each: Vec<String> =
                (0..n).map(|server| format!("{} {}", SERVERS[server], written[now[server]].1)).collect();
            format!("After the write-back: {}. ", each.join(", "))
        }
        None => String::new(),
    };
    let before: Vec<usize> = (0..kinds).filter(|&kind| may(&held, kind)).collect();
    let held_by_most: Vec<usize> =
        (0..kinds).filter(|kind| now.iter().filter(|&other| other == kind).count() >= majority).collect();
    let instance = Instance::new(
        format!(
            "An atomic register is kept by **{n}** servers (ABD). {TAGS}. A read returns the value with the largest tag among the answers of a majority. \
             The servers hold:\n\n{}\n\n{story} (several may be right)",
            picture.fence()
        ),
        answer::several(options),
        format!("{changed}{}.", steps.join("; ")),
        json!({
            "asks": if after { "after" } else { "possible" },
            "held": held.iter().map(|&kind| json!([written[kind].0.0, written[kind].0.1, written[kind].1])).collect::<Vec<_>>(),
            "back": back.map(|kind| written[kind].1), "reached": if after { json!(reached) } else { json!(null) },
        }),
    )
    .spoken(picture.spoken);
    [
        (before, BACK_FORGOTTEN),
        (vec![kinds - 1], NEWEST_ONLY),
        ((0..kinds).collect(), ANY_VALUE),
        (held_by_most, HELD_BY_MAJORITY),
    ]
    .into_iter()
    .filter(|(kinds, _)| !kinds.is_empty())
    .fold(instance, |instance, (kinds, name)| instance.mistake(kinds, name))
}
