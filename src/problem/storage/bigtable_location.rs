//! `bigtable.location`: which tablet holds a row, what finding it costs, and how far three levels reach.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram, text};

pub const FAMILY: &dyn Family = &Location;

struct Location;

const BY_START: &str =
    "you took the end row for the start row: a tablet's rows come before its end, not after";
const OPEN_END: &str = "the end row itself still belongs to the tablet";
const NOT_LAST: &str = "the scan ends inside that last tablet, which has to be read too";
const NOT_FIRST: &str = "the scan begins inside the first tablet, which has to be read too";
const EMPTY_CACHE: &str = "that is the cost with an empty cache; what the client knows counts";
const STALE_FREE: &str =
    "that a location is stale shows only when the client asks there: each costs a round trip";
const ALL_STALE: &str = "you let the client try locations that it never gets to: it goes up level by level";
const ONE_LEVEL: &str =
    "you counted one level of METADATA tablets; the root tablet points to METADATA tablets first";
const THREE_LEVELS: &str =
    "the Chubby file names one tablet, the root: only the root and the METADATA tablets branch out";
const NO_ROOT: &str = "you counted user tablets, not the bytes in them";

impl Family for Location {
    fn name(&self) -> &'static str {
        "bigtable.location"
    }

    fn title(&self) -> &'static str {
        "find a tablet in Bigtable and the cost of finding it"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "asks",
                    "what is asked",
                    &["tablet", "scan", "trips", "capacity", "bytes"],
                    &[],
                )
                .graded_words([
                    &["tablet", "scan"],
                    &["scan", "trips", "capacity"],
                    &["trips", "bytes", "scan"],
                ]),
                Parameter::integer("tablets", "tablets of the table", (3, 12), &[]).graded([
                    &[4, 5, 6],
                    &[6, 7, 8],
                    &[8, 9, 10],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            BY_START,
            OPEN_END,
            NOT_LAST,
            NOT_FIRST,
            EMPTY_CACHE,
            STALE_FREE,
            ALL_STALE,
            ONE_LEVEL,
            THREE_LEVELS,
            NO_ROOT,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        match with.word("asks") {
            "tablet" => tablet(with.count("tablets"), draw),
            "scan" => scan(with.count("tablets"), draw),
            "trips" => trips(draw, difficulty),
            asks => capacity(asks, draw),
        }
    }
}

const ROWS: [&str; 24] = [
    "ant", "ape", "bat", "bee", "cat", "cow", "dog", "eel", "elk", "fox", "gnu", "hen", "ibis", "jay",
    "kiwi", "lark", "mole", "newt", "owl", "pig", "rat", "seal", "toad", "wren",
];

/// End rows of tablets, as indices into the rows; the last tablet ends at the end of the table.
fn draw_ends(count: usize, draw: &mut Draw) -> Vec<usize> {
    draw.subset(&(1..ROWS.len() - 1).collect::<Vec<_>>(), count - 1)
}

fn table(ends: &[usize]) -> diagram::Picture {
    let rows: Vec<Vec<String>> = (0..=ends.len())
        .map(|at| {
            let end = ends.get(at).map_or("(end of the table)", |&end| ROWS[end]);
            vec![format!("T{}", at + 1), end.to_owned()]
        })
        .collect();
    diagram::table(&["tablet", "end row"], &rows)
}

/// The first tablet whose end is not before the row.
fn holder(ends: &[usize], row: usize) -> usize {
    ends.iter().position(|&end| end >= row).unwrap_or(ends.len())
}

const CONVENTION: &str = "METADATA lists a table's tablets by their **last row** (the end row belongs to the tablet; rows \
                          are in alphabetical order):";

fn tablet(count: usize, draw: &mut Draw) -> Instance {
    let ends = draw_ends(count, draw);
    // A row at a boundary is the interesting case, so it comes up in a third.
    let row = if draw.chance(1, 3) { *draw.pick(&ends) } else { draw.range(0, ROWS.len() - 1) };
    let right = holder(&ends, row);
    let picture = table(&ends);
    let span = |at: usize| {
        let after =
            if at == 0 { "from the start".to_owned() } else { format!("behind {}", ROWS[ends[at - 1]]) };
        let to = ends.get(at).map_or("the end".to_owned(), |&end| ROWS[end].to_owned());
        format!("{after} to {to}")
    };
    let options = (0..count).map(|at| {
        answer::option(format!("T{}", at + 1), at == right, format!("it holds the rows {}", span(at)))
    });
    let by_start = ends.iter().rposition(|&end| end <= row);
    let mut instance = Instance::new(
        format!("{CONVENTION}\n\n{}\n\nWhich tablet holds the row **{}**?", picture.fence(), ROWS[row]),
        answer::choice(options.collect()),
        format!("The first end row that is not before {}: T{}, with the rows {}.", ROWS[row], right + 1, span(right)),
        json!({ "asks": "tablet", "ends": ends.iter().map(|&end| ROWS[end]).collect::<Vec<_>>(), "row": ROWS[row] }),
    )
    .spoken(picture.spoken);
    if ends.contains(&row) {
        instance = instance.mistake(vec![(right + 1).min(count - 1)], OPEN_END);
    }
    match by_start {
        Some(at) => instance.mistake(vec![at], BY_START),
        None => instance,
    }
}

fn scan(count: usize, draw: &mut Draw) -> Instance {
    let ends = draw_ends(count, draw);
    let (from, to) = draw.until(|draw| {
        let mut rows = draw.distinct(2, 0, ROWS.len() as i64 - 1);
        if draw.chance(1, 3) {
            rows[0] = *draw.pick(&ends) as i64;
        }
        rows.sort_unstable();
        (rows[0] < rows[1]).then_some((rows[0] as usize, rows[1] as usize))
    });
    let (first, last) = (holder(&ends, from), holder(&ends, to));
    let picture = table(&ends);
    let inside = ends.iter().filter(|&&end| from < end && end < to).count();
    Instance::new(
        format!(
            "{CONVENTION}\n\n{}\n\nA client scans all rows from **{}** to **{}**, both included. **How many tablets** does it \
             read?",
            picture.fence(),
            ROWS[from],
            ROWS[to]
        ),
        answer::count(last - first + 1),
        format!(
            "{} lies in T{} and {} in T{}: {}.",
            ROWS[from],
            first + 1,
            ROWS[to],
            last + 1,
            text::plural(last - first + 1, "tablet")
        ),
        json!({
            "asks": "scan", "ends": ends.iter().map(|&end| ROWS[end]).collect::<Vec<_>>(),
            "from": ROWS[from], "to": ROWS[to],
        }),
    )
    .spoken(picture.spoken)
    .mistake(last - first, NOT_LAST)
    .mistake(inside, NOT_FIRST)
    .mistake(
        ends.iter().filter(|&&end| end <= to).count() - ends.iter().filter(|&&end| end <= from).count() + 1,
        OPEN_END,
    )
}

/// What a client's cache says of a location.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cached {
    Right,
    Stale,
    Missing,
}

/// Round trips until the client knows where the tablet is; `levels` from the user tablet up to the root tablet.
fn cost(levels: [Cached; 3]) -> usize {
    let mut wasted = 0;
    for (level, cached) in levels.into_iter().enumerate() {
        match cached {
            // What is known at this level saves all reads above it; each level below is read once.
            Cached::Right => return wasted + level,
            Cached::Stale => wasted += 1,
            Cached::Missing => {}
        }
    }
    wasted + levels.len()
}

fn trips(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let levels = draw.until(|draw| {
        let levels = [(); 3].map(|()| match draw.weighted(&[2, difficulty.of([1, 2, 4]), 2]) {
            0 => Cached::Right,
            1 => Cached::Stale,
            _ => Cached::Missing,
        });
        // With the tablet's own location known there is nothing to find; now and then that is the question.
        (levels[0] != Cached::Right || draw.chance(1, 6)).then_some(levels)
    });
    let names = ["of the user tablet", "of its METADATA tablet", "of the root tablet"];
    let told: Vec<String> = names
        .iter()
        .zip(levels)
        .map(|(name, cached)| {
            let state = match cached {
                Cached::Right => "**right**",
                Cached::Stale => "there, but **stale**",
                Cached::Missing => "**missing**",
            };
            format!("- the location {name} is {state}")
        })
        .collect();
    let total = cost(levels);
    let reads = levels.iter().position(|&cached| cached == Cached::Right).unwrap_or(3);
    let stale = levels.iter().take(reads).filter(|&&cached| cached == Cached::Stale).count();
    let all_stale = levels.iter().filter(|&&cached| cached == Cached::Stale).count();
    let what = [
        "nothing",
        "the METADATA tablet",
        "the root and a METADATA tablet",
        "the Chubby file, the root and a METADATA tablet",
    ];
    let state = |cached: Cached| match cached {
        Cached::Right => "right",
        Cached::Stale => "stale",
        Cached::Missing => "missing",
    };
    Instance::new(
        format!(
            "A Bigtable client looks for a user tablet. In its cache\n\n{}\n\nIt begins at the lowest level it has and goes \
             one level up whenever it has no location or finds it wrong, which it learns only by **asking the server there: \
             one round trip**. From the first location that is right it reads its way down again: the Chubby file (which \
             gives the root tablet), the root tablet, the METADATA tablet, one round trip each. **How many round trips** \
             does it take until it knows where the user tablet is? (Asking the right server for the data is not counted.)",
            told.join("\n")
        ),
        answer::count(total),
        format!(
            "{} in vain for stale locations, then {} to read {}: {total}.",
            text::plural(stale, "round trip"),
            reads,
            what[reads]
        ),
        json!({
            "asks": "trips", "user": state(levels[0]), "metadata": state(levels[1]), "root": state(levels[2]),
        }),
    )
    .mistake(3_usize, EMPTY_CACHE)
    .mistake(reads, STALE_FREE)
    .mistake(reads + all_stale, ALL_STALE)
}

fn capacity(asks: &str, draw: &mut Draw) -> Instance {
    // Powers of two: a METADATA tablet of 2^tablet MB, rows of 2^row bytes, user tablets of 2^user MB.
    let tablet = draw.integer(5, 9);
    let row = draw.integer(8, 12);
    let user = draw.integer(5, 9);
    let branch = tablet + 20 - row;
    let story = format!(
        "In Bigtable the Chubby file points to the **root tablet**, which is never split; its rows point to METADATA tablets, \
         and their rows to user tablets. A METADATA tablet, the root tablet among them, holds **{} MB**, a row of it takes \
         **{}**.",
        1 << tablet,
        if row >= 10 { format!("{} KB", 1 << (row - 10)) } else { format!("{} bytes", 1 << row) }
    );
    let rows = format!("A METADATA tablet has 2^{} / 2^{row} = 2^{branch} rows", tablet + 20);
    if asks == "capacity" {
        return Instance::new(
            format!("{story} **How many user tablets** can be found that way? (1 MB = 2^20 bytes. Give the exponent of the power of two: 10 for 2^10.)"),
            answer::count(2 * branch as usize),
            format!("{rows}; two levels of them, root and METADATA, reach 2^{branch}·2^{branch} = 2^{} tablets.", 2 * branch),
            json!({ "asks": asks, "tablet-megabytes": 1 << tablet, "row-bytes": 1 << row }),
        )
        .mistake(branch, ONE_LEVEL)
        .mistake(3 * branch, THREE_LEVELS);
    }
    let total = 2 * branch + user + 20;
    Instance::new(
        format!(
            "{story} User tablets hold **{} MB** each. **How many bytes of user data** can be reached? (1 MB = 2^20 bytes. Give \
             the exponent of the power of two: 10 for 2^10.)",
            1 << user
        ),
        answer::count(total as usize),
        format!(
            "{rows}; two levels reach 2^{} tablets of 2^{} bytes: 2^{total} bytes.",
            2 * branch,
            user + 20
        ),
        json!({ "asks": asks, "tablet-megabytes": 1 << tablet, "row-bytes": 1 << row, "user-megabytes": 1 << user }),
    )
    .mistake(2 * branch, NO_ROOT)
    .mistake(branch + user + 20, ONE_LEVEL)
    .mistake(3 * branch + user + 20, THREE_LEVELS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Cached::{Missing, Right, Stale};

    #[test]
    fn round_trips_are_as_in_the_paper() {
        assert_eq!(cost([Right, Missing, Missing]), 0);
        assert_eq!(cost([Missing; 3]), 3);
        assert_eq!(cost([Stale; 3]), 6);
    }
}
