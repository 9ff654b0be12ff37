//! `viewstamped.view-change`: the log that a new primary starts from in Viewstamped Replication.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram};

pub const FAMILY: &dyn Family = &ViewstampedViewChange;

struct ViewstampedViewChange;

const LONGEST: &str =
    "you took the longest log; the latest view in which the sender was normal decides first";
const OWN_LOG: &str = "you took the new primary's own log; another sender's is more recent";
const FIRST_OF_VIEW: &str = "of the logs of that view the longest is taken";
const COMMIT_OF_SENDER: &str = "the commit number is the largest of all messages, not that of the chosen log";
const HIGHEST_COMMIT: &str = "you took the log of the sender with the largest commit number";
const PREVIOUS: &str = "that replica was primary of the view before";
const COUNTED_FROM_ONE: &str = "replicas are numbered from 0 here: the remainder is the number itself";
const NO_TURNS: &str = "the numbering wraps round: take the remainder by the number of replicas";
const ALL_NEEDED: &str = "f + 1 messages are enough, the new primary's own among them";
const WITHOUT_OWN: &str = "the new primary's own message counts too";
const OF_ALL: &str = "that is the number of messages in all; some are there already";

impl Family for ViewstampedViewChange {
    fn name(&self) -> &'static str {
        "viewstamped.view-change"
    }

    fn title(&self) -> &'static str {
        "choose the log of a new view"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["primary", "log", "log"],
                    &["log", "log", "missing"],
                    &["log", "log", "log", "missing"],
                ]),
                Parameter::one_of("replicas", "replicas, 2f + 1", &[3, 5, 7, 9], &[]).graded([
                    &[3, 5],
                    &[5, 7],
                    &[7, 9],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            LONGEST,
            OWN_LOG,
            FIRST_OF_VIEW,
            COMMIT_OF_SENDER,
            HIGHEST_COMMIT,
            PREVIOUS,
            COUNTED_FROM_ONE,
            NO_TURNS,
            ALL_NEEDED,
            WITHOUT_OWN,
            OF_ALL,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let n = with.count("replicas");
        match with.word("asks") {
            "primary" => primary(n, draw),
            "missing" => missing(n, draw),
            _ => log(n, draw, difficulty),
        }
    }
}

const ASKS: &[&str] = &["primary", "log", "missing"];

fn primary(n: usize, draw: &mut Draw) -> Instance {
    let view = draw.range(n + 1, 6 * n);
    let right = view % n;
    Instance::new(
        format!(
            "**{n}** replicas of Viewstamped Replication are numbered from 0 to {}. Replica 0 is the primary of view 0, and the \
             role goes round in order of the numbers, one further with each view. Which number has the primary of view **{view}**?",
            n - 1
        ),
        answer::count(right),
        format!("{view} mod {n} = {right}."),
        json!({ "asks": "primary", "replicas": n, "view": view }),
    )
    .mistake((view - 1) % n, PREVIOUS)
    .mistake(right + 1, COUNTED_FROM_ONE)
    .mistake(view, NO_TURNS)
}

fn missing(n: usize, draw: &mut Draw) -> Instance {
    let f = n / 2;
    let others = draw.range(0, f - 1);
    let right = f - others;
    let view = draw.range(2, 40);
    let told = match others {
        0 => "none yet from the others".to_owned(),
        1 => "one from another replica".to_owned(),
        more => format!("{more} from other replicas"),
    };
    Instance::new(
        format!(
            "**{n}** replicas of Viewstamped Replication, n = 2f + 1, change to view **{view}**. The new primary has its own DOVIEWCHANGE \
             message and **{told}**. How many more does it need at least before it may start the view?"
        ),
        answer::count(right),
        format!("It needs f + 1 = {}, its own included. It has {}, so {right} more.", f + 1, others + 1),
        json!({ "asks": "missing", "replicas": n, "others": others, "view": view }),
    )
    .mistake(right + 1, WITHOUT_OWN)
    .mistake(n - 1 - others, ALL_NEEDED)
    .mistake(f + 1, OF_ALL)
}

/// What a replica says: its number, the last view in which it was normal, its op number, its commit number.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Message {
    from: usize,
    normal: usize,
    op: usize,
    commit: usize,
}

fn log(n: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let senders = n / 2 + 1;
    let (view, messages) = draw.until(|draw| {
        let view = draw.range(n + 4, 5 * n);
        let primary = view % n;
        let mut others: Vec<usize> = (0..n).filter(|&replica| replica != primary).collect();
        draw.shuffle(&mut others);
        let mut from: Vec<usize> = others[..senders - 1].to_vec();
        from.push(primary);
        from.sort_unstable();
        let latest = view - draw.range(1, 2);
        let base = draw.range(10, 60);
        let messages: Vec<Message> = from
            .into_iter()
            .map(|from| {
                let normal = latest - draw.range(0, difficulty.of([1, 2, 2]));
                let op = base + draw.range(0, 8);
                Message { from, normal, op, commit: base - draw.range(0, 5) }
            })
            .collect();
        let newest = messages.iter().map(|message| message.normal).max()?;
        let of_newest: Vec<&Message> = messages.iter().filter(|message| message.normal == newest).collect();
        let best = of_newest.iter().map(|message| message.op).max()?;
        // Two logs that are equally good are the same log; here each log is another. With several of the latest view the
        // longest must be found; and mostly a longer log of an earlier view is there to be passed over.
        let clear = of_newest.iter().filter(|message| message.op == best).count() == 1;
        let trap = messages.iter().any(|message| message.op > best);
        let several = difficulty.level() == 0 || of_newest.len() > 1;
        let distinct = (0..messages.len()).all(|a| (0..a).all(|b| messages[a] != messages[b]));
        (clear && several && distinct && (trap || draw.chance(1, 4))).then_some((view, messages))
    });
    let primary = view % n;
    let key = |message: &&Message| (message.normal, message.op);
    let best = *messages.iter().max_by_key(key).unwrap_or(&messages[0]);
    let commit = messages.iter().map(|message| message.commit).max().unwrap_or(0);
    let rows: Vec<Vec<String>> = messages
        .iter()
        .map(|message| {
            let name = if message.from == primary {
                format!("R{} (itself)", message.from)
            } else {
                format!("R{}", message.from)
            };
            vec![name, message.normal.to_string(), message.op.to_string(), message.commit.to_string()]
        })
        .collect();
    let picture = diagram::table(&["from", "last normal view", "op number", "commit number"], &rows);
    let answered = |message: &Message, commit: usize| format!("{}, {}, {commit}", message.from, message.op);
    let longest = messages.iter().max_by_key(|message| (message.op, message.normal)).unwrap_or(&best);
    let own = messages.iter().find(|message| message.from == primary).unwrap_or(&best);
    let shortest = messages
        .iter()
        .filter(|message| message.normal == best.normal)
        .min_by_key(|message| message.op)
        .unwrap_or(&best);
    let committed = messages.iter().max_by_key(|message| (message.commit, message.op)).unwrap_or(&best);
    Instance::new(
        format!(
            "**{n}** replicas of Viewstamped Replication change to view **{view}**. Its primary R{primary} has these DOVIEWCHANGE \
             messages; each carries the last view in which the sender's status was normal, the sender's log with its op number \
             (the number of the log's last entry), and the sender's commit number:\n\n{}\n\nWhose log does R{primary} take over, and what \
             are its op number and commit number then? Give three numbers with commas between: the sender's number, the op \
             number, the commit number.",
            picture.fence()
        ),
        answer::tuple(&[best.from, best.op, commit]),
        format!(
            "The latest view in which a sender was normal is {}; of those senders R{} has the longest log, {} entries. The \
             commit number is the largest in all messages: {commit}.",
            best.normal, best.from, best.op
        ),
        json!({
            "asks": "log", "replicas": n, "view": view,
            "messages": messages.iter().map(|m| [m.from, m.normal, m.op, m.commit]).collect::<Vec<_>>(),
        }),
    )
    .spoken(picture.spoken)
    .mistake(answered(longest, commit), LONGEST)
    .mistake(answered(&best, best.commit), COMMIT_OF_SENDER)
    .mistake(answered(own, commit), OWN_LOG)
    .mistake(answered(shortest, commit), FIRST_OF_VIEW)
    .mistake(answered(committed, commit), HIGHEST_COMMIT)
}
