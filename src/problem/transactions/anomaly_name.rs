//! `anomaly.name`: the anomaly in a short timeline, or the weakest guarantee that prevents it.

use serde_json::json;

use crate::problem::diagram;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &AnomalyName;

struct AnomalyName;

const COMMITTED: &str = "what was read had been committed; a dirty read sees what is not";
const ONE_READ: &str =
    "both reads of each transaction fit together; read skew needs another's commit between them";
const OWN_WRITE: &str = "what vanishes is another's update, overwritten from a stale read: a lost update";
const DISJOINT: &str = "the two write different objects, so neither update is lost";
const SAME_OBJECT: &str = "the two write the same object; write skew needs different ones";
const ROWS: &str = "no new row matches a condition; a phantom appears in or vanishes from a set of rows";
const UNCOMMITTED: &str =
    "mind when each transaction commits: something not committed is read or overwritten";
const REPLICAS: &str = "no transactions interleave here: a replica lags behind";
const SESSION: &str =
    "look at who wrote and who reads: own writes, one reader's two reads, or the order of two writes";
const TRANSACTIONS: &str = "one replica and transactions: nothing lags behind here";
const TOO_WEAK: &str = "that level still allows it";
const TOO_STRONG: &str = "a weaker level of those listed prevents it already";
const MIXED: &str = "each of its steps is there, but not in the order that makes this anomaly";

const ASKS: &[&str] = &["name", "level"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    DirtyRead,
    DirtyWrite,
    ReadSkew,
    LostUpdate,
    WriteSkew,
    Phantom,
    ReadYourWrites,
    MonotonicReads,
    ConsistentPrefix,
}

use Kind::*;

const TRANSACTIONAL: [Kind; 6] = [DirtyRead, DirtyWrite, ReadSkew, LostUpdate, WriteSkew, Phantom];
const SESSIONS: [Kind; 3] = [ReadYourWrites, MonotonicReads, ConsistentPrefix];

impl Kind {
    fn name(self) -> &'static str {
        match self {
            DirtyRead => "dirty read",
            DirtyWrite => "dirty write",
            ReadSkew => "read skew (nonrepeatable read)",
            LostUpdate => "lost update",
            WriteSkew => "write skew",
            Phantom => "phantom",
            ReadYourWrites => "read-your-writes violated",
            MonotonicReads => "monotonic reads violated",
            ConsistentPrefix => "consistent prefix reads violated",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            DirtyRead => "a transaction reads what another has written but not committed",
            DirtyWrite => "a transaction overwrites what another has written but not committed",
            ReadSkew => "one transaction sees committed data from two moments that do not fit together",
            LostUpdate => {
                "two read, then write the same object, and the second overwrites the first's update unseen"
            }
            WriteSkew => {
                "two read the same objects and write different ones, each on a premise that the other breaks"
            }
            Phantom => {
                "a set of rows that a transaction has read by a condition gains or loses rows by another's commit"
            }
            ReadYourWrites => "a client does not see its own earlier write",
            MonotonicReads => "a client sees a newer state, then an older one",
            ConsistentPrefix => "a reader sees a later write without the earlier one it followed",
        }
    }

    /// The index in the list of levels of the weakest that prevents it.
    fn level(self) -> usize {
        match self {
            DirtyRead | DirtyWrite => 1,
            ReadSkew | LostUpdate => 2,
            _ => 3,
        }
    }
}

const LEVELS: [&str; 4] = ["read uncommitted", "read committed", "snapshot isolation", "serialisable"];

/// What happens in a step, for `values`: who (0 or 1), what, on which object, and what a read found.
type Fact = (usize, &'static str, usize, &'static str);

/// A timeline: what happens, step by step, in cells of two columns, and the same as facts.
struct Story {
    head: [String; 2],
    steps: Vec<(usize, String, Fact)>,
    about: String,
}

impl Family for AnomalyName {
    fn name(&self) -> &'static str {
        "anomaly.name"
    }

    fn title(&self) -> &'static str {
        "name the anomaly in a timeline"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "asks",
                    "the anomaly's name, or the weakest level that prevents it",
                    ASKS,
                    ASKS,
                )
                .graded_words([
                    &["name"],
                    &["name", "name", "level"],
                    &["name", "name", "level"],
                ]),
                Parameter::bool("padded", "whether harmless steps stand between", &[false]).graded_bools([
                    &[false],
                    &[true],
                    &[true],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            COMMITTED,
            ONE_READ,
            OWN_WRITE,
            DISJOINT,
            SAME_OBJECT,
            ROWS,
            UNCOMMITTED,
            REPLICAS,
            SESSION,
            TRANSACTIONS,
            TOO_WEAK,
            TOO_STRONG,
            MIXED,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let asks_level = with.word("asks") == "level";
        let kind = if asks_level {
            // Each level as likely. Dirty writes are left out: many count them as ruled out at every level.
            *draw.pick(&[DirtyRead, DirtyRead, ReadSkew, LostUpdate, WriteSkew, Phantom])
        } else if draw.chance(1, 3) {
            *draw.pick(&SESSIONS)
        } else {
            *draw.pick(&TRANSACTIONAL)
        };
        let mut story = tell(kind, draw);
        if with.bool("padded") && TRANSACTIONAL.contains(&kind) {
            pad(&mut story, draw, difficulty);
        }
        let head: Vec<&str> = std::iter::once("").chain(story.head.iter().map(String::as_str)).collect();
        let rows: Vec<Vec<String>> = story
            .steps
            .iter()
            .enumerate()
            .map(|(index, (column, text, _))| {
                let cell = |at| if at == *column { text.clone() } else { String::new() };
                vec![(index + 1).to_string(), cell(0), cell(1)]
            })
            .collect();
        let picture = diagram::table(&head, &rows);
        let facts: Vec<_> =
            story.steps.iter().map(|(_, _, fact)| json!([fact.0, fact.1, fact.2, fact.3])).collect();
        let values = json!({
            "asks": if asks_level { "level" } else { "name" },
            "replicas": SESSIONS.contains(&kind),
            "facts": facts,
        });
        let setting = format!("{} Time runs from top to bottom.\n\n{}", story.about, picture.fence());
        if asks_level {
            return ask_level(kind, &setting, values).spoken(picture.spoken);
        }
        let kinds: Vec<Kind> = TRANSACTIONAL.into_iter().chain(SESSIONS).collect();
        let options =
            kinds.iter().map(|other| answer::option(other.name(), *other == kind, other.meaning())).collect();
        let mut instance = Instance::new(
            format!("{setting}\n\nWhich anomaly, or which broken guarantee, is this?"),
            answer::choice(options),
            format!("{}: {}.", capital(kind.name()), kind.meaning()),
            values,
        )
        .spoken(picture.spoken);
        for (index, other) in kinds.iter().enumerate() {
            instance = instance.mistake(vec![index], confusion(kind, *other));
        }
        instance
    }
}

fn ask_level(kind: Kind, setting: &str, values: serde_json::Value) -> Instance {
    let right = kind.level();
    let reason = |level: usize| match level {
        _ if level < right => format!("{} allows {}", LEVELS[level], plain(kind)),
        _ if level == right => {
            format!("{} rules {} out, and nothing weaker does", LEVELS[level], plain(kind))
        }
        _ => format!("{} prevents it already", LEVELS[right]),
    };
    let options = (0..4).map(|level| answer::option(LEVELS[level], level == right, reason(level))).collect();
    let prompt = format!(
        "{setting}\n\nWhich is the weakest of these isolation levels at which this cannot happen? Snapshot \
         isolation aborts the second of two concurrent transactions that write the same object."
    );
    let solution = format!(
        "This is {}: {}. The weakest level that prevents it: {}.",
        plain(kind),
        kind.meaning(),
        LEVELS[right]
    );
    let mut instance = Instance::new(prompt, answer::choice(options), solution, values);
    for level in (0..4).filter(|&level| level != right) {
        instance = instance.mistake(vec![level], if level < right { TOO_WEAK } else { TOO_STRONG });
    }
    instance
}

fn plain(kind: Kind) -> &'static str {
    match kind {
        ReadSkew => "read skew",
        Phantom => "a phantom that breaks a premise",
        other => other.name(),
    }
}

fn confusion(right: Kind, wrong: Kind) -> &'static str {
    match (right, wrong) {
        (right, _) if SESSIONS.contains(&right) && !SESSIONS.contains(&wrong) => REPLICAS,
        (right, _) if SESSIONS.contains(&right) => SESSION,
        (_, wrong) if SESSIONS.contains(&wrong) => TRANSACTIONS,
        (DirtyRead | DirtyWrite, _) => UNCOMMITTED,
        (_, DirtyRead | DirtyWrite) => COMMITTED,
        (LostUpdate, ReadSkew) => OWN_WRITE,
        (WriteSkew, LostUpdate) => DISJOINT,
        (LostUpdate, WriteSkew) => SAME_OBJECT,
        (WriteSkew, ReadSkew) => ONE_READ,
        (_, Phantom) => ROWS,
        _ => MIXED,
    }
}

/// Adds harmless reads of an object that nobody else uses, at places drawn.
fn pad(story: &mut Story, draw: &mut Draw, difficulty: Difficulty) {
    let n = draw.range(2, 60);
    for _ in 0..difficulty.of([0, 1, 2]) {
        let who = draw.range(0, 1);
        // A transaction does nothing after its end.
        let end = story
            .steps
            .iter()
            .position(|(column, _, fact)| *column == who && matches!(fact.1, "commit" | "abort"));
        let at = draw.range(0, end.unwrap_or(story.steps.len()));
        story.steps.insert(at, (who, format!("reads limit = {n}"), (who, "read", 9, "own")));
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn tell(kind: Kind, draw: &mut Draw) -> Story {
    if SESSIONS.contains(&kind) { replicas(kind, draw) } else { transactions(kind, draw) }
}

fn transactions(kind: Kind, draw: &mut Draw) -> Story {
    // Who comes first in the table is no clue.
    let (a, b) = if draw.coin() { (0, 1) } else { (1, 0) };
    let (x, y, about) = match draw.range(0, 2) {
        0 => (
            "alice",
            "bob",
            "Two transactions use the accounts of a bank; alice's and bob's hold 500 each at first.",
        ),
        1 => (
            "shelf",
            "store",
            "Two transactions count the goods of a shop; shelf and store hold 500 each at first.",
        ),
        _ => (
            "north",
            "south",
            "Two transactions move seats between two halls; north and south have 500 each at first.",
        ),
    };
    let by = 10 * draw.range(2, 20);
    let other = 10 * draw.range(21, 40);
    let (less, more) = (500 - by, 500 + by);
    let commit = |who| (who, "commits".to_owned(), (who, "commit", 0, ""));
    let read = |who, object: usize, value: usize, saw: &'static str| {
        (who, format!("reads {} = {value}", [x, y][object]), (who, "read", object, saw))
    };
    let write = |who, object: usize, value: usize| {
        (who, format!("writes {} = {value}", [x, y][object]), (who, "write", object, ""))
    };
    let about = about.to_owned();
    let steps = match kind {
        DirtyRead => {
            let end = if draw.coin() { commit(a) } else { (a, "aborts".to_owned(), (a, "abort", 0, "")) };
            vec![write(a, 0, less), read(b, 0, less, "new"), commit(b), end]
        }
        DirtyWrite => vec![
            write(a, 0, less),
            write(b, 0, more),
            write(b, 1, more + 10),
            commit(b),
            write(a, 1, less + 10),
            commit(a),
        ],
        ReadSkew => vec![
            read(a, 0, 500, "old"),
            write(b, 0, less),
            write(b, 1, more),
            commit(b),
            read(a, 1, more, "new"),
            commit(a),
        ],
        LostUpdate => {
            let mut steps = vec![read(a, 0, 500, "old"), read(b, 0, 500, "old")];
            steps.extend(if draw.coin() {
                [write(a, 0, 500 + by), commit(a), write(b, 0, 500 + other), commit(b)]
            } else {
                [write(b, 0, 500 + other), commit(b), write(a, 0, 500 + by), commit(a)]
            });
            steps
        }
        WriteSkew => vec![
            read(a, 0, 500, "old"),
            read(a, 1, 500, "old"),
            read(b, 0, 500, "old"),
            read(b, 1, 500, "old"),
            write(a, 0, 0),
            write(b, 1, 0),
            commit(a),
            commit(b),
        ],
        _ => return phantom(a, b, draw),
    };
    let about = match kind {
        WriteSkew => format!(
            "{about} Together the two may not fall below 500, and each transaction checks this before it writes."
        ),
        LostUpdate => format!("{about} Each transaction adds to {x}: {by} and {other}."),
        _ => about,
    };
    Story { head: ["T1".to_owned(), "T2".to_owned()], steps, about }
}

fn phantom(a: usize, b: usize, draw: &mut Draw) -> Story {
    let (rows, row, about) = *draw.pick(&[
        (
            "bookings of room 7",
            "a booking of room 7",
            "Two transactions book meeting rooms for noon; each books a room only if it finds no booking.",
        ),
        (
            "users named ada",
            "a user named ada",
            "Two transactions register users; each takes a name only if it finds nobody with it.",
        ),
        (
            "shifts on Friday",
            "a shift on Friday",
            "Two transactions plan shifts; each enters one only if it finds none yet.",
        ),
    ]);
    let commit = |who| (who, "commits".to_owned(), (who, "commit", 0, ""));
    let count = |who| (who, format!("counts {rows}: 0"), (who, "count", 5, "old"));
    let insert = |who| (who, format!("inserts {row}"), (who, "insert", 5, ""));
    let steps = vec![count(a), count(b), insert(a), commit(a), insert(b), commit(b)];
    Story { head: ["T1".to_owned(), "T2".to_owned()], steps, about: about.to_owned() }
}

fn replicas(kind: Kind, draw: &mut Draw) -> Story {
    let (one, two) = *draw.pick(&[("Ann", "Ben"), ("Ada", "Bob"), ("Eve", "Max"), ("Ida", "Tom")]);
    let (post, reply) =
        *draw.pick(&[("question", "answer"), ("photo", "comment"), ("order", "change"), ("review", "reply")]);
    let write = |who, what: &str, object| (who, format!("posts the {what}"), (who, "write", object, ""));
    let sees = |who, what: &str, object, saw| {
        let state = if saw == "new" { "is there" } else { "is missing" };
        (who, format!("loads: the {what} {state}"), (who, "read", object, saw))
    };
    let steps = match kind {
        ReadYourWrites => vec![write(0, post, 0), sees(1, post, 0, "new"), sees(0, post, 0, "old")],
        MonotonicReads => vec![write(0, post, 0), sees(1, post, 0, "new"), sees(1, post, 0, "old")],
        _ => vec![
            write(0, post, 0),
            write(0, reply, 1),
            sees(1, reply, 1, "new"),
            (1, format!("same page: the {post} is missing"), (1, "read", 0, "old")),
        ],
    };
    let about = format!(
        "{one} and {two} use a web site whose data is copied to several replicas; a request may go to any of them. {one} posts one {post}{}; nothing is \
         deleted.",
        if kind == ConsistentPrefix { format!(" and one {reply} to it") } else { String::new() }
    );
    Story { head: [one.to_owned(), two.to_owned()], steps, about }
}
