//! `raft.append-entries`: what a Raft follower does with an AppendEntries request.

use serde_json::json;

use crate::problem::diagram::{LogRow, raft_logs};
use crate::problem::text::{list, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &AppendEntries;

struct AppendEntries;

const BLIND_CUT: &str =
    "you cut the log behind the last entry sent; only a conflicting entry and what follows it goes";
const APPENDED: &str = "you put the entries at the end of the log; they belong right behind prevLogIndex";
const UNCHECKED: &str = "you skipped the check of prevLogIndex and prevLogTerm";
const REFUSED: &str = "you refused the request; the entry at prevLogIndex does match";
const CUT_ONLY: &str =
    "you removed the conflicting entry and left out the rest that goes with it, or the new ones";
const CUT_REFUSED: &str =
    "you cut the log although the request is refused; a later request that matches will do that";
const ALL_COMMITTED: &str =
    "you committed the whole log; behind the last entry sent nothing is known to match";
const LEADER_COMMIT: &str = "you took leaderCommit as it is; it ends at the last entry known to match";
const PREVIOUS_ONLY: &str = "you committed up to prevLogIndex; the entries sent match as well";
const OLD_COMMIT: &str = "you left commitIndex where it was; the leader has committed more";
const COMMIT_BACK: &str = "you moved commitIndex back; it never decreases";
const REFUSED_COMMITS: &str = "you moved commitIndex although the request is refused";
const CONFLICT_ITSELF: &str = "you gave prevLogIndex itself; asked is the first entry of that term";
const LAST_INDEX: &str =
    "you gave the last index of the log; asked is its length plus one as the next to send";
const ONE_BACK: &str = "you stepped back by one entry; the hint skips all of the term";

struct Request {
    log: Vec<u64>,
    commit: usize,
    previous: usize,
    previous_term: u64,
    entries: Vec<u64>,
    leader_commit: usize,
}

impl Request {
    fn matches(&self) -> bool {
        match self.previous {
            0 => true,
            at => self.log.get(at - 1) == Some(&self.previous_term),
        }
    }

    /// The first entry sent that the log holds with another term: its index.
    fn conflict(&self) -> Option<usize> {
        (0..self.entries.len()).map(|offset| self.previous + 1 + offset).find(|&index| {
            self.log.get(index - 1).is_some_and(|term| *term != self.entries[index - self.previous - 1])
        })
    }

    fn new_log(&self) -> Vec<u64> {
        if !self.matches() {
            return self.log.clone();
        }
        let kept = self.conflict().map_or(self.log.len(), |index| index - 1);
        let mut log = self.log[..kept].to_vec();
        log.extend(self.entries.iter().skip(kept.saturating_sub(self.previous)));
        log
    }

    fn last_new(&self) -> usize {
        self.previous + self.entries.len()
    }

    fn new_commit(&self) -> usize {
        if self.matches() { self.commit.max(self.leader_commit.min(self.last_new())) } else { self.commit }
    }
}

impl Family for AppendEntries {
    fn name(&self) -> &'static str {
        "raft.append-entries"
    }

    fn title(&self) -> &'static str {
        "apply an AppendEntries request to a follower's log"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::integer("entries", "entries in the follower's log", (2, 12), &[]).graded([
                &[3, 4, 5],
                &[4, 5, 6, 7],
                &[6, 7, 8, 9],
            ])]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            BLIND_CUT,
            APPENDED,
            UNCHECKED,
            REFUSED,
            CUT_ONLY,
            CUT_REFUSED,
            ALL_COMMITTED,
            LEADER_COMMIT,
            PREVIOUS_ONLY,
            OLD_COMMIT,
            COMMIT_BACK,
            REFUSED_COMMITS,
            CONFLICT_ITSELF,
            LAST_INDEX,
            ONE_BACK,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let length = with.count("entries");
        let ask =
            *draw.pick(difficulty.of([&["log"][..], &["log", "log", "commit"], &["log", "commit", "hint"]]));
        // Of four requests: one is refused, one is late and brings nothing new, the others bring something.
        let kind = if ask == "hint" { 0 } else { draw.weighted(&[1, u64::from(difficulty.level()), 3]) };
        let (request, leader) = draw.until(|draw| {
            let (request, leader) = request(length, draw)?;
            let fits = match kind {
                0 => !request.matches(),
                1 => request.matches() && request.new_log() == request.log && request.last_new() < length,
                _ => request.matches() && request.new_log() != request.log,
            };
            (fits && (ask != "commit" || request.leader_commit > request.commit)).then_some((request, leader))
        });
        match ask {
            "log" => log_after(&request, &leader),
            "commit" => commit_after(&request, &leader),
            _ => hint(&request, &leader),
        }
    }
}

/// Draws two logs that agree as Raft's do, and a request that the leader may have sent.
fn request(length: usize, draw: &mut Draw) -> Option<(Request, Vec<u64>)> {
    let grow = |log: &mut Vec<u64>, to: usize, draw: &mut Draw| {
        while log.len() < to {
            let last = log.last().copied().unwrap_or(1);
            log.push(last + if draw.chance(1, 3) { draw.range(1, 2) as u64 } else { 0 });
        }
    };
    let common = draw.range(1, length);
    let mut log = Vec::new();
    grow(&mut log, common, draw);
    let mut leader = log.clone();
    // The follower's own tail of terms in which it followed others; the leader's is of other terms, later in the end.
    grow(&mut log, length, draw);
    let extra = draw.range(1, 4);
    if let Some(other) = log.get(common) {
        let last = leader.last().copied().unwrap_or(1);
        leader.push(last.max(*other) + 1);
    }
    grow(&mut leader, common + extra, draw);
    // A term has one leader, so tails that part share no term (log matching).
    if log[common..].iter().any(|term| leader[common..].contains(term)) {
        return None;
    }
    let previous = draw.range(0, leader.len() - 1);
    let count = draw.range(0, (leader.len() - previous).min(3));
    let commit = draw.range(0, common);
    let leader_commit = draw.range(commit, leader.len());
    // An empty request is a heartbeat: it brings nothing to a log.
    (count > 0 && log.len() <= 12 && leader.len() <= 13).then(|| {
        let request = Request {
            log,
            commit,
            previous,
            previous_term: previous.checked_sub(1).map_or(0, |at| leader[at]),
            entries: leader[previous..previous + count].to_vec(),
            leader_commit,
        };
        (request, leader)
    })
}

fn story(request: &Request) -> (String, String) {
    let rows = [LogRow { name: "follower".to_owned(), note: String::new(), terms: request.log.clone() }];
    let picture = raft_logs(&rows);
    let told = format!(
        "A Raft follower has this log (terms by index, from 1) and commitIndex **{}**:\n\n{}\n\nThe leader of the current \
         term sends it AppendEntries with prevLogIndex **{}**, prevLogTerm **{}**, entries of the terms **{:?}**, and \
         leaderCommit **{}**.",
        request.commit,
        picture.fence(),
        request.previous,
        request.previous_term,
        request.entries,
        request.leader_commit
    );
    (told, picture.spoken)
}

fn values(request: &Request, asks: &str, leader: &[u64]) -> serde_json::Value {
    json!({
        "asks": asks, "log": request.log, "commit": request.commit, "previous": request.previous,
        "previous_term": request.previous_term, "entries": request.entries, "leader_commit": request.leader_commit,
        "leader": leader,
    })
}

/// What the check of the previous entry says.
fn checked(request: &Request) -> String {
    let at = request.previous;
    match (at, request.log.get(at.wrapping_sub(1))) {
        (0, _) => "prevLogIndex 0 stands before the first entry and always matches.".to_owned(),
        (_, None) => format!("The log ends before index {at}: refused, nothing changes."),
        (_, Some(term)) if *term == request.previous_term => {
            format!("Entry {at} has term {term}: it matches.")
        }
        (_, Some(term)) => {
            format!("Entry {at} has term {term}, not {}: refused, nothing changes.", request.previous_term)
        }
    }
}

fn log_after(request: &Request, leader: &[u64]) -> Instance {
    let (told, spoken) = story(request);
    let log = request.new_log();
    let mut solution = checked(request);
    if request.matches() {
        solution += &match request.conflict() {
            Some(index) => format!(
                " Entry {index} conflicts (term {} against {}): it and all behind it go, and the entries from there on are \
                 appended.",
                request.log[index - 1],
                request.entries[index - request.previous - 1]
            ),
            None if log == request.log => {
                " All entries sent are there already; what lies behind them stays.".to_owned()
            }
            None => " Nothing conflicts; the entries that are missing are appended.".to_owned(),
        };
    }
    solution += &format!(" The log is {}.", tuple(&log));
    let joined = |kept: &[u64]| {
        let mut joined = kept.to_vec();
        joined.extend(&request.entries);
        tuple(&joined)
    };
    let up_to = |at: usize| &request.log[..at.min(request.log.len())];
    let mut instance = Instance::new(
        format!(
            "{told} What is the follower's log afterwards? Give the terms from index 1 on, as `1, 1, 2`."
        ),
        answer::tuple(&log),
        solution,
        values(request, "log", leader),
    )
    .spoken(spoken);
    if request.matches() {
        instance = instance
            .mistake(joined(up_to(request.previous)), BLIND_CUT)
            .mistake(tuple(&request.log), REFUSED);
        if let Some(index) = request.conflict() {
            instance = instance.mistake(tuple(up_to(index - 1)), CUT_ONLY);
        }
    } else {
        instance = instance
            .mistake(joined(up_to(request.previous)), UNCHECKED)
            .mistake(tuple(up_to(request.previous.saturating_sub(1))), CUT_REFUSED);
    }
    instance.mistake(joined(&request.log), APPENDED)
}

fn commit_after(request: &Request, leader: &[u64]) -> Instance {
    let (told, spoken) = story(request);
    let right = request.new_commit();
    let last = request.last_new();
    let solution = if request.matches() {
        format!(
            "{} The last entry known to match is {} + {} = {last}. min(leaderCommit, {last}) = {}, and commitIndex was {}: \
             it is {right}.",
            checked(request),
            request.previous,
            request.entries.len(),
            request.leader_commit.min(last),
            request.commit
        )
    } else {
        format!("{} commitIndex stays {right}.", checked(request))
    };
    let mut instance = Instance::new(
        format!("{told} What is the follower's commitIndex afterwards?"),
        answer::count(right),
        solution,
        values(request, "commit", leader),
    )
    .spoken(spoken);
    if request.matches() {
        instance = instance
            .mistake(request.leader_commit.min(last), COMMIT_BACK)
            .mistake(request.leader_commit, LEADER_COMMIT)
            .mistake(request.commit, OLD_COMMIT)
            .mistake(request.new_log().len(), ALL_COMMITTED)
            .mistake(request.previous, PREVIOUS_ONLY);
    } else {
        instance = instance
            .mistake(request.leader_commit, REFUSED_COMMITS)
            .mistake(request.leader_commit.min(last), UNCHECKED);
    }
    instance
}

fn hint(request: &Request, leader: &[u64]) -> Instance {
    let (told, spoken) = story(request);
    let rule = "The follower refuses, and its reply helps the leader to back up faster: if its log has no entry at \
                prevLogIndex, it returns the index one past its last entry; otherwise the **first** index at which it \
                has an entry of the term that it has at prevLogIndex. Which index does it return?";
    let form = |right: usize, solution: String| {
        Instance::new(
            format!("{told} {rule}"),
            answer::count(right),
            solution,
            values(request, "hint", leader),
        )
        .spoken(spoken.clone())
    };
    match request.log.get(request.previous - 1) {
        None => {
            let right = request.log.len() + 1;
            form(
                right,
                format!(
                    "The log has {} entries, none at index {}: {right}.",
                    request.log.len(),
                    request.previous
                ),
            )
            .mistake(right - 1, LAST_INDEX)
            .mistake(request.previous - 1, ONE_BACK)
            .mistake(request.previous, CONFLICT_ITSELF)
        }
        Some(term) => {
            let first_of = |term: u64| request.log.iter().position(|other| *other == term).map(|at| at + 1);
            let right = first_of(*term).unwrap_or(request.previous);
            let all: Vec<usize> =
                (1..=request.log.len()).filter(|&index| request.log[index - 1] == *term).collect();
            let instance = form(
                right,
                format!(
                    "At index {} the follower has term {term}, which it has at {}: the first is {right}.",
                    request.previous,
                    list(&all)
                ),
            );
            instance
                .mistake(request.previous, CONFLICT_ITSELF)
                .mistake(request.previous - 1, ONE_BACK)
                .mistake(request.log.len(), LAST_INDEX)
        }
    }
}
