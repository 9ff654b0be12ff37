//! `raft.read-index`: whether a Raft leader may answer a linearizable read, by asking its followers or by a lease.

use serde_json::json;

use crate::card::Tolerance;
use crate::problem::diagram::table;
use crate::problem::text::{SERVERS, list, plural};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &ReadIndex;

struct ReadIndex;

const TOO_EARLY_TERM: &str =
    "nothing of the leader's own term is committed yet, so its commitIndex may lag behind";
const OLD_ACKS: &str =
    "you counted answers to heartbeats sent before the read came; they prove nothing about now";
const NO_SELF: &str = "you left the leader out of the majority; it counts itself";
const TOO_FEW: &str = "a majority of all servers must have answered, the leader among them";
const NOT_APPLIED: &str = "the state machine has not applied everything up to the read index";
const ALL_LOG: &str = "you waited for the whole log; only what was committed when the read came counts";
const ALL_FINE: &str = "nothing is missing: check the three conditions one by one";
const FROM_ANSWER: &str =
    "you measured from an answer's arrival; the lease runs from the sending of the heartbeat";
const LATEST_ONE: &str =
    "you took the latest heartbeat answered by anyone; a majority must have answered one as late";
const EVERYONE: &str = "you waited for every follower; a majority is enough";
const NO_SELF_LEASE: &str = "you left the leader out of the majority when counting its followers";
const NO_DRIFT: &str = "you left out the bound on clock drift";

impl Family for ReadIndex {
    fn name(&self) -> &'static str {
        "raft.read-index"
    }

    fn title(&self) -> &'static str {
        "decide whether a leader may answer a read"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::one_of("servers", "servers in the cluster, the leader among them", &[3, 5, 7], &[])
                .graded([&[3, 5], &[5], &[5, 7]])]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            TOO_EARLY_TERM,
            OLD_ACKS,
            NO_SELF,
            TOO_FEW,
            NOT_APPLIED,
            ALL_LOG,
            ALL_FINE,
            FROM_ANSWER,
            LATEST_ONE,
            EVERYONE,
            NO_SELF_LEASE,
            NO_DRIFT,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let servers = with.count("servers");
        if draw.chance(difficulty.of([1, 1, 2]), difficulty.of([4, 3, 5])) {
            lease(servers, difficulty, draw)
        } else {
            decision(servers, difficulty, draw)
        }
    }
}

fn decision(servers: usize, difficulty: Difficulty, draw: &mut Draw) -> Instance {
    let needed = servers / 2;
    // 0: may answer; 1: nothing of its own term committed; 2: too few answers; 3: not applied yet.
    let outcome = draw.weighted(&[2, 3, 3, 3]);
    let commit = draw.range(8, 60);
    let last = commit + draw.range(1, 6);
    let term = draw.range(3, 9);
    let commit_term = if outcome == 1 { term - draw.range(1, 2) } else { term };
    let applied = match outcome {
        3 => commit - draw.range(1, 5),
        0 | 2 => commit,
        _ => *draw.pick(&[commit, commit - 2]),
    };
    let asked = draw.range(20, 60);
    let fresh = match outcome {
        2 => draw.range(needed.saturating_sub(2), needed - 1),
        1 => needed,
        _ => draw.range(needed, servers - 1),
    };
    // Each follower's latest answered heartbeat: sent after the read came, or before it.
    let mut late: Vec<bool> = (1..servers).map(|at| at <= fresh).collect();
    draw.shuffle(&mut late);
    let sent: Vec<usize> = late
        .iter()
        .map(|&late| if late { asked + draw.range(1, 8) } else { asked - draw.range(1, 15) })
        .collect();
    let rows: Vec<Vec<String>> = sent
        .iter()
        .enumerate()
        .map(|(at, sent)| vec![SERVERS[at + 1].to_owned(), sent.to_string()])
        .collect();
    let picture = table(&["follower", "latest answered heartbeat was sent at (ms)"], &rows);
    let catch_up = format!("not yet: it must first apply entries up to {commit}");
    let whole_log = format!("not yet: it must first apply entries up to {last}");
    let more = |count: usize| {
        format!("not yet: {} must answer a heartbeat sent after {asked} ms", plural_more(count))
    };
    let missing = needed.saturating_sub(fresh);
    let shown_missing = if outcome == 2 { missing } else { draw.range(1, 2) };
    let mut options = vec![
        answer::option(
            format!("yes, with the state at index {applied}"),
            outcome == 0,
            "it may once all three conditions hold",
        ),
        answer::option(
            format!("not yet: an entry of term {term} must be committed first"),
            outcome == 1,
            format!("the entry at the commit index {commit} is of term {commit_term}"),
        ),
        answer::option(
            more(shown_missing),
            outcome == 2,
            format!("{fresh} of {} followers answered heartbeats sent after the read came", servers - 1),
        ),
    ];
    // What has been applied beyond doubt leaves no room for these.
    if applied < commit || difficulty.level() > 0 {
        options.push(answer::option(
            catch_up,
            outcome == 3,
            format!("applied up to {applied}, committed up to {commit}"),
        ));
    }
    if difficulty.level() > 0 {
        options.push(answer::option(whole_log, false, "entries behind the commit index are not decided yet"));
        if outcome == 2 {
            options.push(answer::option(
                more(missing + 1),
                false,
                "the leader counts itself in the majority",
            ));
        }
    }
    let cause = match outcome {
        1 => TOO_EARLY_TERM,
        2 if needed <= sent.len() && missing < 2 => OLD_ACKS,
        2 => TOO_FEW,
        _ => NOT_APPLIED,
    };
    let term_told = format!("committed up to **{commit}**; that entry is of term **{commit_term}**");
    let solution = [
        format!(
            "An entry of its own term committed: {} (term {commit_term} at {commit}, own term {term}).",
            if commit_term == term { "yes" } else { "no" }
        ),
        format!(
            "A majority heard from since the read came: {} and itself make {} of {servers}, needed {}.",
            plural(fresh, "follower"),
            fresh + 1,
            needed + 1
        ),
        format!("Applied up to the read index {commit}: it has applied {applied}."),
    ];
    let mut instance = Instance::new(
        format!(
            "**S1** is the leader of term **{term}** in a Raft cluster of **{servers}**. A linearizable read reaches it at \
             **{asked} ms** (its own clock); it answers reads by ReadIndex, without a lease. Its log ends at **{last}**, is \
             {term_told}; its state machine has applied up to **{applied}**. Now it looks at the heartbeats it has \
             sent:\n\n{}\n\nThe read index is the commit index. May it answer the read now, and if not, what is missing \
             **first** (in the order: an entry of its term, a majority, applying)?",
            picture.fence()
        ),
        answer::choice(options.clone()),
        solution.join(" "),
        json!({
            "asks": "decision", "servers": servers, "term": term, "commit": commit, "commit_term": commit_term,
            "applied": applied, "last": last, "read_at": asked, "sent": sent,
        }),
    )
    .spoken(picture.spoken);
    let place = |text: &str| options.iter().position(|option| option.text.contains(text));
    if outcome == 0 {
        instance = instance.mistake(vec![1], ALL_FINE).mistake(vec![2], NO_SELF);
    } else {
        instance = instance.mistake(vec![0], cause);
    }
    if outcome == 2
        && let Some(at) = place(&more(missing + 1))
    {
        instance = instance.mistake(vec![at], NO_SELF);
    }
    match place(&format!("up to {last}")) {
        Some(at) => instance.mistake(vec![at], ALL_LOG),
        None => instance,
    }
}

fn lease(servers: usize, difficulty: Difficulty, draw: &mut Draw) -> Instance {
    let needed = servers / 2;
    let drift = if difficulty.level() == 0 { 100 } else { *draw.pick(&[105, 110, 120, 125]) };
    // A multiple, so that the division comes out even.
    let timeout = drift * draw.range(1, 3) * if drift == 125 { 4 } else { 2 };
    let length = timeout * 100 / drift;
    let first = draw.range(100, 400);
    let sent: Vec<usize> =
        draw.distinct(servers - 1, 0, 16).into_iter().map(|slot| first + 10 * slot as usize).collect();
    let answered: Vec<usize> = sent.iter().map(|sent| sent + draw.range(1, 9)).collect();
    let mut latest = sent.clone();
    latest.sort_unstable_by(|a, b| b.cmp(a));
    let mut arrivals = answered.clone();
    arrivals.sort_unstable_by(|a, b| b.cmp(a));
    let start = latest[needed - 1];
    let right = start + length;
    let rows: Vec<Vec<String>> = (0..servers - 1)
        .map(|at| vec![SERVERS[at + 1].to_owned(), sent[at].to_string(), answered[at].to_string()])
        .collect();
    let picture = table(&["follower", "heartbeat sent (ms)", "answer received (ms)"], &rows);
    let bound = if drift == 100 {
        "clocks are taken to run at the same speed".to_owned()
    } else {
        format!("the lease is the election timeout divided by the clock drift bound {}", drift as f64 / 100.0)
    };
    let counted: Vec<&str> =
        (0..servers - 1).filter(|&at| sent[at] >= start).map(|at| SERVERS[at + 1]).collect();
    Instance::new(
        format!(
            "**S1** leads a Raft cluster of **{servers}** and answers reads by lease. Followers start no election within an \
             election timeout of **{timeout} ms** after a heartbeat; {bound}. The latest answered heartbeat of each \
             follower, by S1's clock:\n\n{}\n\nUp to which time on S1's clock may it answer reads without asking again \
             (in ms)?",
            picture.fence()
        ),
        answer::number(right as f64, "ms", Tolerance::Exact),
        format!(
            "With itself S1 needs {}: {} answered heartbeats sent at {start} ms or later. The lease runs from that \
             sending: {start} + {length} = {right} ms{}.",
            plural_more(needed),
            list(&counted),
            if drift == 100 { String::new() } else { format!(" ({timeout} / {} = {length})", drift as f64 / 100.0) }
        ),
        json!({
            "asks": "lease", "servers": servers, "timeout": timeout, "drift_percent": drift, "sent": sent,
            "answered": answered,
        }),
    )
    .spoken(picture.spoken)
    .mistake(arrivals[needed - 1] + length, FROM_ANSWER)
    .mistake(latest[0] + length, LATEST_ONE)
    .mistake(latest[needed] + length, NO_SELF_LEASE)
    .mistake(latest[servers - 2] + length, EVERYONE)
    .mistake(start + timeout, NO_DRIFT)
}

fn plural_more(count: usize) -> String {
    if count == 1 { "1 more follower".to_owned() } else { format!("{count} more followers") }
}
