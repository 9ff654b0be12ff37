//! `commit.two-phase`: what becomes of the participants of an atomic commit when the coordinator crashes.

use serde_json::json;

use crate::problem::diagram::table;
use crate::problem::text::{PROCESSES, list, plural, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &TwoPhase;

struct TwoPhase;

const PRESUMED: &str =
    "you let a participant that voted yes abort by itself; the coordinator may have committed";
const UNANIMOUS: &str =
    "you committed because all who can be reached voted yes; somebody else may have voted no";
const UNREACHABLE: &str = "you used what a participant knows that cannot be reached";
const DECISION_ONLY: &str =
    "you overlooked that a peer that has not voted yes settles it: then nobody can have committed";
const ALL_WAIT: &str = "you let everybody wait; who has not voted yes, or knows the decision, need not";
const LOGGED: &str = "the commit record decides: once it is on disk, the transaction is committed";
const UNLOGGED: &str =
    "without a commit record the coordinator aborts after its restart, whatever the votes were";
const MAJORITY_RULE: &str = "votes are not counted by majority; one no is enough to abort";
const ALL_ACCEPTORS: &str = "you let all acceptors but one fail; a majority must answer";
const FAILED_ALREADY: &str = "you forgot the acceptors that are down already";
const F_ACCEPTORS: &str = "there are 2F + 1 acceptors, so more than one may be lost";

#[derive(Clone, Copy, PartialEq)]
enum State {
    NotVoted,
    VotedNo,
    VotedYes,
    Committed,
    Aborted,
}

use State::*;

impl State {
    fn told(self) -> &'static str {
        match self {
            NotVoted => "has not voted",
            VotedNo => "voted no",
            VotedYes => "voted yes, heard no decision",
            Committed => "voted yes, heard: commit",
            Aborted => "heard: abort",
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Commit,
    Abort,
    Wait,
}

impl Fate {
    fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Abort => "abort",
            Self::Wait => "wait",
        }
    }
}

/// What a participant does that knows its own state and those of the peers it reaches.
fn fate(own: State, peers: &[State]) -> Fate {
    match own {
        Committed => Fate::Commit,
        Aborted | VotedNo | NotVoted => Fate::Abort,
        VotedYes if peers.contains(&Committed) => Fate::Commit,
        VotedYes if peers.iter().any(|peer| matches!(peer, Aborted | VotedNo | NotVoted)) => Fate::Abort,
        VotedYes => Fate::Wait,
    }
}

impl Family for TwoPhase {
    fn name(&self) -> &'static str {
        "commit.two-phase"
    }

    fn title(&self) -> &'static str {
        "tell who commits, aborts or is blocked"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::integer("participants", "participants of the transaction", (2, 7), &[]).graded([
                &[3, 4],
                &[4, 5],
                &[5, 6],
            ])]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            PRESUMED,
            UNANIMOUS,
            UNREACHABLE,
            DECISION_ONLY,
            ALL_WAIT,
            LOGGED,
            UNLOGGED,
            MAJORITY_RULE,
            ALL_ACCEPTORS,
            FAILED_ALREADY,
            F_ACCEPTORS,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let participants = with.count("participants");
        let asks = difficulty.of([
            &["fates", "fates", "fates", "restart"][..],
            &["fates", "fates", "fates", "restart"],
            &["fates", "fates", "fates", "paxos-commit"],
        ]);
        match *draw.pick(asks) {
            "fates" => fates(participants, draw, difficulty),
            "restart" => restart(participants, draw),
            _ => paxos_commit(draw),
        }
    }
}

/// Draws states that can occur together: nobody hears commit unless all voted yes.
fn states(participants: usize, draw: &mut Draw) -> Vec<State> {
    let case = draw.weighted(&[3, 3, 2]);
    (0..participants)
        .map(|_| match case {
            0 => [VotedYes, VotedYes, VotedYes, NotVoted, VotedNo][draw.range(0, 4)],
            1 => [VotedYes, VotedYes, Committed][draw.range(0, 2)],
            _ => [VotedYes, VotedYes, VotedNo, Aborted][draw.range(0, 3)],
        })
        .collect()
}

fn fates(participants: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let groups_wanted = difficulty.of([participants, 2, 3]).min(participants);
    let (states, groups) = draw.until(|draw| {
        let states = states(participants, draw);
        let groups: Vec<usize> = if groups_wanted == participants {
            (0..participants).collect()
        } else {
            (0..participants).map(|_| draw.range(0, groups_wanted - 1)).collect()
        };
        let used = (0..groups_wanted).all(|group| groups.contains(&group));
        let undecided = states.contains(&VotedYes);
        (used && undecided && states.iter().any(|state| *state != states[0])).then_some((states, groups))
    });
    let reach = |at: usize| -> Vec<usize> {
        (0..participants).filter(|&peer| peer != at && groups[peer] == groups[at]).collect()
    };
    let seen = |at: usize| -> Vec<State> { reach(at).into_iter().map(|peer| states[peer]).collect() };
    let all_but = |at: usize| -> Vec<State> {
        (0..participants).filter(|&peer| peer != at).map(|peer| states[peer]).collect()
    };
    let fates: Vec<Fate> = (0..participants).map(|at| fate(states[at], &seen(at))).collect();
    let names = |fates: &[Fate]| fates.iter().map(|fate| fate.name()).collect::<Vec<_>>();
    let told = |fates: Vec<Fate>| tuple(&names(&fates));
    let rows: Vec<Vec<String>> = (0..participants)
        .map(|at| {
            let peers: Vec<&str> = reach(at).into_iter().map(|peer| PROCESSES[peer]).collect();
            let peers = if peers.is_empty() { "nobody".to_owned() } else { peers.join(" ") };
            vec![PROCESSES[at].to_owned(), states[at].told().to_owned(), peers]
        })
        .collect();
    let picture = table(&["participant", "state", "reaches"], &rows);
    let steps: Vec<String> = (0..participants)
        .map(|at| {
            let why = match (states[at], fates[at]) {
                (Committed | Aborted, _) => "knows the decision",
                (NotVoted | VotedNo, _) => "has not voted yes, so nobody can have committed",
                (VotedYes, Fate::Commit) => "a peer knows of the commit",
                (VotedYes, Fate::Abort) => "a peer has not voted yes or knows of the abort",
                (VotedYes, Fate::Wait) => "nobody it reaches rules out either decision: blocked",
            };
            format!("{}: {} ({why})", PROCESSES[at], fates[at].name())
        })
        .collect();
    let group_unanimous = |at: usize| {
        states[at] == VotedYes && !reach(at).is_empty() && seen(at).iter().all(|peer| *peer == VotedYes)
    };
    let each = |wrong: &dyn Fn(usize) -> Fate| told((0..participants).map(wrong).collect());
    let presumed = each(&|at| if fates[at] == Fate::Wait { Fate::Abort } else { fates[at] });
    // Where nobody reaches anybody, using what others know is the less likely cause of the same answer.
    let alone = (0..participants).all(|at| reach(at).is_empty());
    let first = if alone {
        (presumed.clone(), PRESUMED)
    } else {
        (each(&|at| fate(states[at], &all_but(at))), UNREACHABLE)
    };
    Instance::new(
        format!(
            "Two-phase commit: the coordinator has crashed and stays down. Its participants are left like this, and each \
             reaches only the peers named:\n\n{}\n\nWho has not voted yes aborts by itself. Who voted yes asks the peers it \
             reaches: it follows a decision that one of them heard, and aborts if one of them has not voted yes; otherwise \
             it waits for the coordinator. What does each do, in the order of the table? Answer with `commit`, `abort` or \
             `wait` for each, as `abort, wait, commit`.",
            picture.fence()
        ),
        answer::tuple(&names(&fates)),
        format!("{}.", steps.join("; ")),
        json!({
            "asks": "fates",
            "states": states.iter().map(|state| state.told()).collect::<Vec<_>>(),
            "groups": groups,
        }),
    )
    .spoken(picture.spoken)
    .mistake(first.0, first.1)
    .mistake(each(&|at| fate(states[at], &all_but(at))), UNREACHABLE)
    .mistake(presumed, PRESUMED)
    .mistake(each(&|at| if group_unanimous(at) { Fate::Commit } else { fates[at] }), UNANIMOUS)
    .mistake(
        each(&|at| {
            let deciders: Vec<State> =
                seen(at).into_iter().filter(|peer| matches!(peer, Committed | Aborted)).collect();
            fate(states[at], &deciders)
        }),
        DECISION_ONLY,
    )
    .mistake(each(&|_| Fate::Wait), ALL_WAIT)
}

fn restart(participants: usize, draw: &mut Draw) -> Instance {
    let committed = draw.coin();
    let amount = draw.range(10, 99);
    // Where all voted yes, only the log can tell.
    let no = if committed || draw.chance(2, 3) { None } else { Some(draw.range(0, participants - 1)) };
    let told: Vec<&str> = if committed {
        let count = draw.range(0, participants - 1);
        draw.subset(&PROCESSES[..participants], count)
    } else {
        vec![]
    };
    let names = &PROCESSES[..participants];
    let votes = match no {
        None => format!("{} have all voted yes, and the coordinator has received their votes", list(names)),
        Some(no) => format!("{} has voted no and the others yes", names[no]),
    };
    let crash = if committed {
        let heard = if told.is_empty() {
            "before any participant heard of it".to_owned()
        } else {
            format!("when only {} had heard of it", list(&told))
        };
        format!("It crashed after its **commit record was on disk**, {heard}")
    } else {
        "It crashed **before** any record of a decision was on disk".to_owned()
    };
    let reason = if committed {
        "the commit record is on disk"
    } else {
        "no commit record is on disk, so it was never committed"
    };
    Instance::new(
        format!(
            "A transfer of {amount} is committed by two-phase commit. {votes}. {crash}. Later it restarts, reads its log, \
             and reaches every participant. What is the outcome?"
        ),
        answer::verdict(committed, ("every participant commits", reason), ("every participant aborts", reason)),
        if committed {
            "The transaction was committed the moment its record was on disk; after the restart the coordinator tells \
             everybody who has not heard."
                .to_owned()
        } else {
            "Nothing on disk says commit, so nobody can have been told to commit. After the restart the coordinator aborts, \
             whatever the votes were."
                .to_owned()
        },
        json!({
            "asks": "restart", "participants": participants, "voted_no": no.map(|no| names[no]),
            "crash": if committed { "after-record" } else { "before-record" }, "heard": told,
        }),
    )
    .mistake_other_verdict(match (committed, no) {
        (true, _) => LOGGED,
        (false, None) => UNLOGGED,
        (false, Some(_)) => MAJORITY_RULE,
    })
}

fn paxos_commit(draw: &mut Draw) -> Instance {
    let f = draw.range(2, 7);
    let down = draw.range(0, f);
    let managers = draw.range(3, 8);
    let acceptors = 2 * f + 1;
    let right = f - down;
    Instance::new(
        format!(
            "Paxos Commit runs with **{acceptors}** acceptors, shared by the **{managers}** resource managers of a \
             transaction. {}. How many **more** acceptors may fail so that the transaction can still be decided?",
            match down {
                0 => "All acceptors are up".to_owned(),
                1 => "**1** acceptor is down already".to_owned(),
                _ => format!("**{down}** acceptors are down already"),
            }
        ),
        answer::count(right),
        format!(
            "{acceptors} = 2F + 1, so F = {f}: each manager's vote must be registered by F + 1 = {} acceptors. {} {} up; \
             {right} more may go.",
            f + 1,
            plural(acceptors - down, "acceptor"),
            if acceptors - down == 1 { "is" } else { "are" }
        ),
        json!({ "asks": "paxos-commit", "acceptors": acceptors, "down": down, "managers": managers }),
    )
    .mistake(f, FAILED_ALREADY)
    .mistake(acceptors - down - 1, ALL_ACCEPTORS)
    .mistake(1_usize.saturating_sub(down), F_ACCEPTORS)
}
