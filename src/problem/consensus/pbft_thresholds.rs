//! `pbft.thresholds`: how many matching messages each step of PBFT waits for, and how many are sent.

use serde_json::json;

use crate::problem::diagram::table;
use crate::problem::text::{list, plural};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &PbftThresholds;

struct PbftThresholds;

const CRASH_BOUND: &str = "that is the bound for crashes; a faulty replica here may lie";
const EXACT_THIRD: &str = "one too many: n must be larger than 3f, not equal to it";
const PREPARE_AS_COMMIT: &str =
    "the pre-prepare stands for the primary's prepare, so one prepare less is enough";
const COMMIT_AS_PREPARE: &str = "commits need a full quorum, the primary's among them";
const MAJORITY: &str = "a plain majority is not enough: two of them may meet in liars only";
const CLIENT_QUORUM: &str = "the client needs one honest answer among equal ones, not a quorum of them";
const ONE_MORE_LIAR: &str = "that many could all be liars; one more is needed";
const PRIMARY_PREPARES: &str = "the primary sends no prepare; its pre-prepare stands for it";
const TO_ITSELF: &str = "you let replicas send to themselves";
const ONLY_FROM_PRIMARY: &str = "every replica sends to every other here, not the primary alone";
const ONE_PHASE_SHORT: &str = "you left out the replies to the client";
const COUNTED_TWICE: &str = "you counted a replica's messages twice; each replica counts once";
const COUNTED_OTHER: &str = "you counted messages of another view or digest; they vouch for something else";
const OWN_FORGOTTEN: &str = "you left out the replica's own message, which counts too";

#[derive(Clone, Copy)]
enum Ask {
    Faults,
    Prepares,
    Commits,
    Client,
    PrepareMessages,
    CommitMessages,
    AllMessages,
    Log,
}

use Ask::*;

impl Family for PbftThresholds {
    fn name(&self) -> &'static str {
        "pbft.thresholds"
    }

    fn title(&self) -> &'static str {
        "count the messages of Byzantine agreement"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::integer("faults", "faulty replicas to survive, f", (1, 8), &[]).graded([
                &[1, 2, 3, 4, 5],
                &[1, 2, 3, 4, 5, 6],
                &[1, 2, 3, 4],
            ])]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            CRASH_BOUND,
            EXACT_THIRD,
            PREPARE_AS_COMMIT,
            COMMIT_AS_PREPARE,
            MAJORITY,
            CLIENT_QUORUM,
            ONE_MORE_LIAR,
            PRIMARY_PREPARES,
            TO_ITSELF,
            ONLY_FROM_PRIMARY,
            ONE_PHASE_SHORT,
            COUNTED_TWICE,
            COUNTED_OTHER,
            OWN_FORGOTTEN,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let asks: &[Ask] = difficulty.of([
            &[Faults, Prepares, Commits, Client],
            &[Prepares, Commits, PrepareMessages, CommitMessages, AllMessages],
            &[Log, Log, PrepareMessages, AllMessages],
        ]);
        let ask = *draw.pick(asks);
        let f = with.count("faults");
        match ask {
            Faults => faults(draw),
            Prepares | Commits | Client => threshold(ask, f),
            PrepareMessages | CommitMessages | AllMessages => messages(ask, f),
            Log => log(f.min(3), draw),
        }
    }
}

fn faults(draw: &mut Draw) -> Instance {
    let n = draw.range(4, 20);
    let f = (n - 1) / 3;
    Instance::new(
        format!("How many faulty replicas does PBFT with **{n}** replicas survive at most?"),
        answer::count(f),
        format!("n ≥ 3f + 1, so f is at most ⌊({n} − 1)/3⌋ = {f}."),
        json!({ "asks": "faults", "replicas": n }),
    )
    .mistake((n - 1) / 2, CRASH_BOUND)
    .mistake(n / 3, EXACT_THIRD)
}

fn threshold(ask: Ask, f: usize) -> Instance {
    let n = 3 * f + 1;
    let cluster = format!("PBFT runs on **{n}** replicas, the fewest that survive f = {f} faulty ones.");
    let values = |asks: &str| json!({ "asks": asks, "replicas": n });
    match ask {
        Prepares => Instance::new(
            format!(
                "{cluster} A backup has the primary's pre-prepare for a request. How many matching **prepares** of \
                 different backups, its own among them, must it hold for the request to be *prepared*? \
                 (The primary sends no prepare.)"
            ),
            answer::count(2 * f),
            format!(
                "A quorum is 2f + 1 = {}; the pre-prepare counts for the primary, so 2f = {} prepares.",
                2 * f + 1,
                2 * f
            ),
            values("prepares"),
        )
        .mistake(2 * f + 1, PREPARE_AS_COMMIT)
        .mistake(n / 2 + 1, MAJORITY)
        .mistake(2 * f - 1, OWN_FORGOTTEN),
        Commits => Instance::new(
            format!(
                "{cluster} A request is prepared at a replica. How many matching **commits** of different replicas, its \
                 own among them, must it hold before it executes the request?"
            ),
            answer::count(2 * f + 1),
            format!("A full quorum: 2f + 1 = {}. Any two of these share an honest replica.", 2 * f + 1),
            values("commits"),
        )
        .mistake(2 * f, COMMIT_AS_PREPARE)
        .mistake(n / 2 + 1, MAJORITY)
        .mistake(f + 1, ONE_MORE_LIAR),
        _ => Instance::new(
            format!(
                "{cluster} How many equal **replies** of different replicas must a client have before it believes the \
                 result?"
            ),
            answer::count(f + 1),
            format!("At most {f} lie, so among f + 1 = {} equal replies one at least is honest.", f + 1),
            values("client"),
        )
        .mistake(2 * f + 1, CLIENT_QUORUM)
        .mistake(f, ONE_MORE_LIAR),
    }
}

fn messages(ask: Ask, f: usize) -> Instance {
    let n = 3 * f + 1;
    let cluster = format!(
        "PBFT runs on **{n}** replicas, the fewest that survive f = {f} faulty ones. A client's request goes to the primary \
         and is handled without faults, batches or retries. A message to each of k replicas counts as k; nobody sends to \
         itself; the primary sends no prepare."
    );
    let values = |asks: &str| json!({ "asks": asks, "replicas": n });
    let (prepares, commits) = ((n - 1) * (n - 1), n * (n - 1));
    let all = n - 1 + prepares + commits + n;
    match ask {
        PrepareMessages => Instance::new(
            format!("{cluster} How many **prepare** messages are sent?"),
            answer::count(prepares),
            format!("Each of the {} backups sends to the {} others: {prepares}.", n - 1, n - 1),
            values("prepare-messages"),
        )
        .mistake(commits, PRIMARY_PREPARES)
        .mistake(n * n, TO_ITSELF)
        .mistake(n - 1, ONLY_FROM_PRIMARY),
        CommitMessages => Instance::new(
            format!("{cluster} How many **commit** messages are sent?"),
            answer::count(commits),
            format!("Each of the {n} replicas sends to the {} others: {commits}.", n - 1),
            values("commit-messages"),
        )
        .mistake(n * n, TO_ITSELF)
        .mistake(n - 1, ONLY_FROM_PRIMARY),
        _ => Instance::new(
            format!(
                "{cluster} How many messages do the **replicas** send in all, from the pre-prepare to each replica's \
                 reply to the client?"
            ),
            answer::count(all),
            format!(
                "Pre-prepare {}, prepare {} · {} = {prepares}, commit {n} · {} = {commits}, reply {n}: together {all}.",
                n - 1,
                n - 1,
                n - 1,
                n - 1
            ),
            values("all-messages"),
        )
        .mistake(all - n, ONE_PHASE_SHORT)
        .mistake(n - 1 + 2 * commits + n, PRIMARY_PREPARES)
        .mistake(3 * n * n + n, TO_ITSELF),
    }
}

/// A prepare or commit in a replica's log.
#[derive(Clone)]
struct Message {
    from: usize,
    view: usize,
    digest: &'static str,
}

fn log(f: usize, draw: &mut Draw) -> Instance {
    let n = 3 * f + 1;
    let commits = draw.coin();
    let view = draw.range(1, 3);
    let primary = view % n;
    let own = draw.until(|draw| Some(draw.range(0, n - 1)).filter(|&own| own != primary));
    let needed = if commits { 2 * f + 1 } else { 2 * f };
    let kind = if commits { "commit" } else { "prepare" };
    let (mut seen, matching) = draw.until(|draw| {
        // Its own always; of the others some, right or not, once or twice.
        let mut messages = vec![Message { from: own, view, digest: "d7" }];
        for from in (0..n).filter(|&from| from != own && (commits || from != primary)) {
            match draw.range(0, 5) {
                0 | 1 => {}
                2 => messages.push(Message { from, view: view - 1, digest: "d7" }),
                3 => messages.push(Message { from, view, digest: "e2" }),
                _ => messages.push(Message { from, view, digest: "d7" }),
            }
            if draw.chance(1, 4)
                && let Some(last) = messages.last().filter(|last| last.from == from).cloned()
            {
                messages.push(last);
            }
        }
        let matching = voters(&messages, view);
        (matching.len() < needed && messages.len() > matching.len()).then_some((messages, matching))
    });
    draw.shuffle(&mut seen);
    let right = needed - matching.len();
    let rows: Vec<Vec<String>> = seen
        .iter()
        .map(|m| vec![kind.to_owned(), format!("R{}", m.from), m.view.to_string(), m.digest.to_owned()])
        .collect();
    let picture = table(&["message", "from", "view", "digest"], &rows);
    let repeated = seen.iter().filter(|m| m.view == view && m.digest == "d7").count();
    let distinct = {
        let mut from: Vec<usize> = seen.iter().map(|m| m.from).collect();
        from.sort_unstable();
        from.dedup();
        from.len()
    };
    let rule = if commits {
        "The request is prepared there; to execute it, the replica needs enough matching commits of different replicas, its \
         own among them."
    } else {
        "It has the pre-prepare; for the request to be *prepared*, it needs enough matching prepares of different backups, \
         its own among them (the primary sends none)."
    };
    let names: Vec<String> = matching.iter().map(|from| format!("R{from}")).collect();
    let values = json!({
        "asks": format!("log-{kind}"), "replicas": n, "view": view, "own": own, "digest": "d7",
        "messages": seen.iter().map(|m| json!([m.from, m.view, m.digest])).collect::<Vec<_>>(),
    });
    Instance::new(
        format!(
            "PBFT runs on **{n}** replicas, R0 to R{}. In view **{view}** the primary R{primary} proposed a request with \
             digest **d7**. Replica **R{own}** holds these {kind}s for that request's sequence number:\n\n{}\n\n{rule} How \
             many more {kind}s does it need at least?",
            n - 1,
            picture.fence()
        ),
        answer::count(right),
        format!(
            "f = {f}, so {needed} are needed. Those of view {view} with digest d7 come from {}: {}. \
             {needed} − {} = {right}.",
            list(&names),
            plural(names.len(), "replica"),
            names.len()
        ),
        values,
    )
    .spoken(picture.spoken)
    .mistake(needed.saturating_sub(repeated), COUNTED_TWICE)
    .mistake(needed.saturating_sub(distinct), COUNTED_OTHER)
    .mistake(if commits { right - 1 } else { right + 1 }, if commits { COMMIT_AS_PREPARE } else { PREPARE_AS_COMMIT })
    .mistake(right + 1, OWN_FORGOTTEN)
}

/// The replicas with a matching message, each once.
fn voters(messages: &[Message], view: usize) -> Vec<usize> {
    let matching = messages.iter().filter(|m| m.view == view && m.digest == "d7");
    let mut from: Vec<usize> = matching.map(|m| m.from).collect();
    from.sort_unstable();
    from.dedup();
    from
}
