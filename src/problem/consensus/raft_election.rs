//! `raft.election`: who votes for whom and who can win (Ongaro & Ousterhout 2014, §5.2 and §5.4.1).

use serde_json::json;

use crate::problem::answer::{self, option};
use crate::problem::diagram::{LogRow, Picture, raft_logs};
use crate::problem::text::{SERVERS, list, plural};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter};

pub const FAMILY: &dyn Family = &RaftElection;

struct RaftElection;

const STALE: &str = "a request of an earlier term is refused, whatever the log";
const VOTED: &str = "it has given its vote in this very term to another candidate";
const NEW_TERM: &str = "a higher term wipes out the earlier vote: the server may vote again";
const REPEATED: &str = "the vote went to this same candidate: a repeated request is granted again";
const LONGER: &str =
    "the last entry's term decides first; a longer log helps only where those terms are the same";
const SHORTER: &str = "with the same last term the longer log is the more up-to-date one";
const EQUAL: &str = "a log that is just as up-to-date is good enough";
const LIVE_MAJORITY: &str = "the majority is one of the whole cluster, dead servers included";
const BEST_ONLY: &str = "the most up-to-date log is not required: a majority with no better one is enough";
const OWN_VOTE: &str = "a candidate votes for itself, too";
const ALL_VOTE: &str = "servers with a more up-to-date log refuse";

/// The last entry's term and index; later ones are more up-to-date.
type Last = (u64, usize);

impl Family for RaftElection {
    fn name(&self) -> &'static str {
        "raft.election"
    }

    fn title(&self) -> &'static str {
        "tell who gets votes in Raft, and who can win"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", &["vote", "votes", "winners"], &[]).graded_words([
                    &["vote", "winners", "votes"],
                    &["vote", "winners", "votes"],
                    &["vote", "winners", "winners", "votes"],
                ]),
                Parameter::integer("servers", "servers in the cluster", (3, 9), &[]).graded([
                    &[5],
                    &[5, 6],
                    &[5, 6, 7],
                ]),
                Parameter::integer(
                    "down",
                    "servers that are down; never so many that no majority is left",
                    (0, 4),
                    &[],
                )
                .graded([&[0], &[0, 1], &[1, 2, 3]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            STALE,
            VOTED,
            NEW_TERM,
            REPEATED,
            LONGER,
            SHORTER,
            EQUAL,
            LIVE_MAJORITY,
            BEST_ONLY,
            OWN_VOTE,
            ALL_VOTE,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        if with.word("asks") == "vote" {
            return vote(draw);
        }
        let servers = with.count("servers");
        let down = with.count("down").min((servers - 1) / 2);
        let terms = difficulty.of([3, 4, 5]);
        if with.word("asks") == "votes" {
            votes(servers, down, terms, draw)
        } else {
            winners(servers, down, terms, draw)
        }
    }
}

fn vote(draw: &mut Draw) -> Instance {
    let granted = draw.coin();
    // Each ground for a verdict about equally often.
    let ground = *if granted {
        draw.pick(&[NEW_TERM, REPEATED, LONGER, SHORTER, EQUAL])
    } else {
        draw.pick(&[STALE, VOTED, LONGER, SHORTER])
    };
    let (voter_term, voted, own, term, last) = draw.until(|draw| {
        let voter_term = draw.range(3, 7) as u64;
        let voted = *draw.pick(&[None, Some("S1"), Some("S2")]);
        let near = |draw: &mut Draw| (draw.range(1, voter_term as usize) as u64, draw.range(3, 9));
        let (own, last) = (near(draw), near(draw));
        let term = voter_term + draw.range(0, 3) as u64 - 1;
        (last.0 < term && why(voter_term, voted, own, term, last) == (granted, ground))
            .then_some((voter_term, voted, own, term, last))
    });
    let vote_told = voted
        .map_or("has voted for nobody in it".to_owned(), |name| format!("has voted for **{name}** in it"));
    let prompt = format!(
        "Server S3 is in term **{voter_term}** and {vote_told}; its last log entry has index **{}** and term **{}**. S1 asks it for its vote: \
         RequestVote with term **{term}**, lastLogIndex **{}**, lastLogTerm **{}**. Does S3 grant its vote?",
        own.1, own.0, last.1, last.0
    );
    let logs = match last.cmp(&own) {
        std::cmp::Ordering::Less => "S1's log is less up-to-date",
        std::cmp::Ordering::Equal => "the logs are equally up-to-date",
        std::cmp::Ordering::Greater => "S1's log is more up-to-date",
    };
    let logs = format!("{logs} ((term, index) {} against {})", show(last), show(own));
    let found = if term < voter_term {
        format!("Term {term} is behind S3's {voter_term}: refused.")
    } else if term > voter_term {
        format!("Term {term} is new to S3, so it has no vote in it yet; {logs}.")
    } else {
        match voted {
            Some("S1") => format!("S3's vote in term {term} already belongs to S1; {logs}."),
            Some(other) => format!("S3's vote in term {term} belongs to {other}: refused."),
            None => format!("S3 has not voted in term {term}; {logs}."),
        }
    };
    let form = answer::verdict(granted, ("granted", found.clone()), ("refused", found.clone()));
    let values = json!({
        "asks": "vote",
        "voter-term": voter_term,
        "voted-for": voted,
        "voter-last": [own.0, own.1 as u64],
        "term": term,
        "last": [last.0, last.1 as u64],
    });
    Instance::new(prompt, form, found, values).mistake_other_verdict(ground)
}

fn show((term, index): Last) -> String {
    format!("({term}, {index})")
}

/// The verdict on a vote, and what would mislead someone who gets it wrong.
fn why(voter_term: u64, voted: Option<&str>, own: Last, term: u64, last: Last) -> (bool, &'static str) {
    if term < voter_term {
        return (false, STALE);
    }
    if term == voter_term && voted.is_some_and(|name| name != "S1") {
        return (false, VOTED);
    }
    let ground = match last.0.cmp(&own.0) {
        _ if term > voter_term && voted == Some("S2") && last >= own => NEW_TERM,
        _ if term == voter_term && voted == Some("S1") && last >= own => REPEATED,
        std::cmp::Ordering::Equal if last.1 == own.1 => EQUAL,
        std::cmp::Ordering::Equal => SHORTER,
        _ => LONGER,
    };
    // A longer log misleads only where its last term is the lower one.
    let misleads = ground != LONGER || (last.1 > own.1) != (last.0 > own.0);
    (last >= own, if misleads { ground } else { "" })
}

/// A cluster after a few terms: logs that Raft itself may have left behind.
struct Cluster {
    logs: Vec<Vec<u64>>,
    down: Vec<bool>,
}

impl Cluster {
    fn draw(servers: usize, down: usize, terms: u64, draw: &mut Draw) -> Self {
        let mut cluster = Self { logs: vec![Vec::new(); servers], down: vec![false; servers] };
        let mut leader = 0;
        for term in 1..=terms {
            let electable: Vec<usize> =
                (0..servers).filter(|&server| cluster.voters(server).len() > servers / 2).collect();
            leader = *draw.pick(&electable);
            let before = cluster.logs[leader].len();
            for _ in 0..draw.range(1, 2) {
                cluster.logs[leader].push(term);
            }
            let log = cluster.logs[leader].clone();
            for (server, other) in cluster.logs.iter_mut().enumerate() {
                if server != leader && draw.coin() {
                    // One new entry at least: that is what cuts off a follower's conflicting ones.
                    *other = log[..draw.range(before + 1, log.len())].to_vec();
                }
            }
        }
        // The last leader goes down first.
        let mut others: Vec<usize> = (0..servers).filter(|&server| server != leader).collect();
        draw.shuffle(&mut others);
        others.insert(0, leader);
        others.iter().take(down).for_each(|&server| cluster.down[server] = true);
        cluster
    }

    fn last(&self, server: usize) -> Last {
        (self.logs[server].last().copied().unwrap_or(0), self.logs[server].len())
    }

    fn live(&self) -> Vec<usize> {
        (0..self.logs.len()).filter(|&server| !self.down[server]).collect()
    }

    /// The live servers that would vote for a candidate, itself included.
    fn voters(&self, candidate: usize) -> Vec<usize> {
        self.voters_by(candidate, |own, last| last >= own)
    }

    fn voters_by(&self, candidate: usize, grants: impl Fn(Last, Last) -> bool) -> Vec<usize> {
        let last = self.last(candidate);
        self.live()
            .into_iter()
            .filter(|&server| server == candidate || grants(self.last(server), last))
            .collect()
    }

    fn picture(&self) -> Picture {
        let row = |(server, log): (usize, &Vec<u64>)| LogRow {
            name: SERVERS[server].to_owned(),
            note: if self.down[server] { "down".to_owned() } else { String::new() },
            terms: log.clone(),
        };
        raft_logs(&self.logs.iter().enumerate().map(row).collect::<Vec<_>>())
    }

    fn to_json(&self) -> serde_json::Value {
        json!(
            self.logs
                .iter()
                .zip(&self.down)
                .map(|(log, down)| json!({ "log": log, "down": down }))
                .collect::<Vec<_>>()
        )
    }
}

const SETTING: &str = "Each candidate starts its election in a new, higher term in which nobody has voted, and reaches all live servers. The \
                       terms of all log entries:";

fn names(servers: &[usize]) -> String {
    list(&servers.iter().map(|&server| SERVERS[server]).collect::<Vec<_>>())
}

fn votes(servers: usize, down: usize, terms: u64, draw: &mut Draw) -> Instance {
    let (cluster, candidate) = draw.until(|draw| {
        let cluster = Cluster::draw(servers, down, terms, draw);
        let candidate = *draw.pick(&cluster.live());
        // Not everybody's vote, or little is asked.
        (cluster.voters(candidate).len() < cluster.live().len() || draw.chance(1, 6))
            .then_some((cluster, candidate))
    });
    let voters = cluster.voters(candidate);
    let picture = cluster.picture();
    let name = SERVERS[candidate];
    let prompt = format!(
        "A Raft cluster has **{servers}** servers. {SETTING}\n\n{}\n\nHow many votes does **{name}** get, its own included?",
        picture.fence()
    );
    let solution = format!(
        "{name}'s last entry is (term, index) = {}. Live servers whose last entry is no later than that vote for it: {}.",
        show(cluster.last(candidate)),
        names(&voters)
    );
    let by_length = cluster.voters_by(candidate, |own, last| last.1 >= own.1).len();
    let by_term = cluster.voters_by(candidate, |own, last| last.0 >= own.0).len();
    let strict = cluster.voters_by(candidate, |own, last| last > own).len();
    let values = json!({ "asks": "votes", "cluster": cluster.to_json(), "candidate": candidate });
    Instance::new(prompt, answer::count(voters.len()), solution, values)
        .spoken(picture.spoken)
        .mistake(by_length, LONGER)
        .mistake(by_term, SHORTER)
        .mistake(strict, EQUAL)
        .mistake(voters.len() - 1, OWN_VOTE)
        .mistake(cluster.live().len(), ALL_VOTE)
}

fn winners(servers: usize, down: usize, terms: u64, draw: &mut Draw) -> Instance {
    let majority = servers / 2 + 1;
    let cluster = draw.until(|draw| {
        let cluster = Cluster::draw(servers, down, terms, draw);
        let live = cluster.live();
        let winners = live.iter().filter(|&&server| cluster.voters(server).len() >= majority).count();
        // With a spread of answers: one winner is the commonest case otherwise.
        (winners < live.len() && winners > 0).then_some(cluster)
    });
    let live = cluster.live();
    let win = |grants: &dyn Fn(Last, Last) -> bool, needed: usize| -> Vec<usize> {
        (0..live.len()).filter(|&place| cluster.voters_by(live[place], grants).len() >= needed).collect()
    };
    let right = win(&|own, last| last >= own, majority);
    let options = live
        .iter()
        .enumerate()
        .map(|(place, &server)| {
            let voters = cluster.voters(server);
            let reason = format!(
                "With last entry {} it gets {} of {servers}: {}.",
                show(cluster.last(server)),
                plural(voters.len(), "vote"),
                names(&voters)
            );
            option(SERVERS[server], right.contains(&place), reason)
        })
        .collect();
    let picture = cluster.picture();
    let prompt = format!(
        "A Raft cluster has **{servers}** servers. {SETTING}\n\n{}\n\nWhich servers can win an election now (several are possible)?",
        picture.fence()
    );
    let winning: Vec<usize> = right.iter().map(|&place| live[place]).collect();
    let solution = format!(
        "{majority} votes of {servers} are needed; a server votes for a candidate whose last (term, index) is not behind its own. That gives a \
         majority to {}.",
        names(&winning)
    );
    let best = live.iter().map(|&server| cluster.last(server)).max().unwrap_or_default();
    let best_only: Vec<usize> = (0..live.len()).filter(|&place| cluster.last(live[place]) == best).collect();
    let values = json!({ "asks": "winners", "cluster": cluster.to_json() });
    Instance::new(prompt, answer::several(options), solution, values)
        .spoken(picture.spoken)
        .mistake(win(&|own, last| last.1 >= own.1, majority), LONGER)
        .mistake(win(&|own, last| last >= own, live.len() / 2 + 1), LIVE_MAJORITY)
        .mistake(best_only, BEST_ONLY)
        .mistake(win(&|own, last| last.0 >= own.0, majority), SHORTER)
        .mistake(win(&|own, last| last > own, majority), EQUAL)
}
