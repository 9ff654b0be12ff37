//! `raft.commit-index`: how far a Raft leader may advance its commit index (Ongaro & Ousterhout 2014, §5.3 and §5.4.2).

use serde_json::json;

use crate::problem::diagram::{LogRow, raft_logs, table};
use crate::problem::text::SERVERS;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &RaftCommitIndex(2);

/// By version. In version 1 the answer was a given number (the end of the log, the old commitIndex) too often.
struct RaftCommitIndex(u32);

const OLD_TERM: &str =
    "you counted replicas of an entry of an earlier term: only one of the current term commits by counting";
const LEADER_TWICE: &str =
    "you counted the leader twice: its own entry in matchIndex is one of the servers already";
const LEADER_LEFT_OUT: &str = "the leader's own log counts too";
const ALL_SERVERS: &str = "a majority is enough, not all servers";
const LEADER_ONLY: &str = "the leader's last entry is on the leader alone or on too few";
const NOT_ADVANCED: &str = "an entry of the current term is on a majority: it commits, and all before it";

const SERVERS_IN: Parameter =
    Parameter::integer("servers", "servers in the cluster, the leader included", (3, 9), &[]).graded([
        &[3, 5],
        &[5],
        &[5, 6, 7],
    ]);
const LOG: Parameter = Parameter::integer("log", "entries in the leader's log", (3, 12), &[]).graded([
    &[6, 7, 8],
    &[8, 9],
    &[9, 10, 11],
]);
const OLD_TERM_ON_TOP: Parameter = Parameter::bool(
    "old-term",
    "whether an entry of an earlier term may be on a majority, as in figure 8",
    &[],
);
const OLD_TERM_MIDDLE: &[bool] = &[false, false, true];

struct Drawn {
    terms: Vec<u64>,
    current: u64,
    matches: Vec<usize>,
    commit: usize,
}

impl Drawn {
    /// The highest index that a majority of the cluster has.
    fn on_majority(&self) -> usize {
        self.by_rank(self.matches.len() / 2)
    }

    /// The matchIndex at a place of the list sorted from high to low, the first at 0.
    fn by_rank(&self, rank: usize) -> usize {
        let mut sorted = self.matches.clone();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        sorted[rank.min(sorted.len() - 1)]
    }

    fn answer(&self) -> usize {
        let highest = self.on_majority();
        if highest > self.commit && self.terms[highest - 1] == self.current { highest } else { self.commit }
    }
}

impl Family for RaftCommitIndex {
    fn name(&self) -> &'static str {
        "raft.commit-index"
    }

    fn title(&self) -> &'static str {
        "find a Raft leader's commit index"
    }

    fn version(&self) -> u32 {
        self.0
    }

    fn earlier(&self) -> &'static [&'static dyn Family] {
        if self.0 == 2 { &[&Self(1)] } else { &[] }
    }

    fn parameters(&self) -> &'static [Parameter] {
        if self.0 == 1 {
            const { &[SERVERS_IN, LOG, OLD_TERM_ON_TOP.graded_bools([&[false], OLD_TERM_MIDDLE, &[false, true]])] }
        } else {
            const { &[SERVERS_IN, LOG, OLD_TERM_ON_TOP.graded_bools([&[false], OLD_TERM_MIDDLE, OLD_TERM_MIDDLE])] }
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[OLD_TERM, LEADER_TWICE, LEADER_LEFT_OUT, ALL_SERVERS, LEADER_ONLY, NOT_ADVANCED]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let (servers, length) = (with.count("servers"), with.count("log"));
        let trap = with.bool("old-term");
        let steps = difficulty.of([2, 3, 4]);
        let drawn = draw.until(|draw| {
            let drawn = attempt(servers, length, steps, trap, draw);
            let highest = drawn.on_majority();
            let old = highest > 0 && drawn.terms[highest - 1] < drawn.current;
            // The end of the log would else be the answer in every second question of a small cluster.
            let spread = self.0 == 1 || highest < length || draw.chance(1, 4);
            (highest > drawn.commit && old == trap && spread).then_some(drawn)
        });
        build(&drawn)
    }
}

fn attempt(servers: usize, length: usize, steps: usize, trap: bool, draw: &mut Draw) -> Drawn {
    // Terms grow at a few drawn places.
    let mut terms = Vec::with_capacity(length);
    let mut term = draw.range(1, 2) as u64;
    let places: Vec<usize> = (0..steps).map(|_| draw.range(1, length - 1)).collect();
    for index in 0..length {
        term += places.iter().filter(|&&place| place == index).count() as u64;
        terms.push(term);
    }
    // Now and then a leader that has no entry of its own term yet.
    let current = if trap && draw.chance(1, 6) { term + 1 } else { term };
    let mut matches = vec![length];
    matches.extend((1..servers).map(|_| draw.range(length / 3, length).max(draw.range(0, length))));
    let commit = draw.range(0, length / 2);
    Drawn { terms, current, matches, commit }
}

fn build(drawn: &Drawn) -> Instance {
    let (servers, length) = (drawn.matches.len(), drawn.terms.len());
    let (highest, right) = (drawn.on_majority(), drawn.answer());
    let log =
        raft_logs(&[LogRow { name: "S1".to_owned(), note: "leader".to_owned(), terms: drawn.terms.clone() }]);
    let mut head = vec![""];
    head.extend(&SERVERS[..servers]);
    let mut row = vec!["matchIndex".to_owned()];
    row.extend(drawn.matches.iter().map(ToString::to_string));
    let matches = table(&head, &[row]);
    let prompt = format!(
        "S1 leads a Raft cluster of **{servers}** in term **{}**; its commitIndex is **{}**. The terms of its log entries, and matchIndex as it \
         knows it (its own last index included):\n\n```\n{}\n\n{}\n```\n\nWhat is its commitIndex after it has applied the rule for advancing \
         it?",
        drawn.current, drawn.commit, log.text, matches.text
    );
    let spoken = format!("{}\n{}", log.spoken, matches.spoken);
    let term = drawn.terms[highest - 1];
    let found = format!(
        "A majority ({} of {servers}) has entry {highest}, no majority has more; its term is {term}.",
        servers / 2 + 1
    );
    let solution = if right == highest {
        format!("{found} That is the current term, so the leader commits up to {highest}.")
    } else {
        format!(
            "{found} The current term is {}: an entry of an earlier term is not committed by counting replicas, so commitIndex stays at {right}.",
            drawn.current
        )
    };
    let values = json!({
        "terms": drawn.terms,
        "current": drawn.current,
        "match": drawn.matches,
        "commit": drawn.commit,
    });
    // Without the leader, a majority of the cluster would have to be found among the followers.
    let mut followers = drawn.matches[1..].to_vec();
    followers.sort_unstable_by(|a, b| b.cmp(a));
    let without_leader = followers.get(servers / 2).or(followers.last()).copied().unwrap_or(0);
    let advance = |index: usize| index.max(drawn.commit);
    Instance::new(prompt, answer::count(right), solution, values)
        .spoken(spoken)
        .hint("Sort matchIndex. Which index has a majority? Of which term is that entry?")
        .mistake(highest, OLD_TERM)
        .mistake(drawn.commit, NOT_ADVANCED)
        .mistake(advance(drawn.by_rank(servers / 2 - 1)), LEADER_TWICE)
        .mistake(advance(without_leader), LEADER_LEFT_OUT)
        .mistake(advance(drawn.by_rank(servers - 1)), ALL_SERVERS)
        .mistake(length, LEADER_ONLY)
}
