//! Oracles for `src/problem/consensus/`.

use std::collections::BTreeSet;

use super::{check, chosen, draw, draw_with, int, number, values, word};

/// The smallest number that satisfies a condition.
fn least(holds: impl Fn(i64) -> bool) -> i64 {
    (1..1000).find(|&n| holds(n)).expect("some number does")
}

/// Whether quorums of one size exist that can be gathered with `f` servers gone and always share more than `shared`.
fn quorums_exist(n: i64, f: i64, shared: i64) -> bool {
    (1..=n).any(|q| q <= n - f && 2 * q - n > shared)
}

#[test]
fn quorum_faults() {
    check("quorum.faults", |question, values| {
        let (n, f) = (values["servers"].as_i64().unwrap_or(0), values["faults"].as_i64().unwrap_or(0));
        let most =
            |holds: &dyn Fn(i64) -> bool| (0..n).rev().find(|&f| holds(f)).expect("no fault is survived");
        let expected = match word(values, "asks") {
            "majority" => least(|q| 2 * q > n),
            "crash-tolerated" => most(&|f| quorums_exist(n, f, 0)),
            "crash-servers" | "ben-or-crash" => least(|n| quorums_exist(n, f, 0)),
            "byzantine-tolerated" => most(&|f| quorums_exist(n, f, f)),
            "byzantine-servers" | "synchronous-byzantine" => least(|n| quorums_exist(n, f, f)),
            "byzantine-quorum" => least(|q| 2 * q - (3 * f + 1) > f),
            "managed-servers" | "silent-servers" | "synchronous-crash" => least(|n| n - f >= 1),
            "voting-servers" => least(|n| n - f > f),
            // Ben-Or 1983: fewer than a fifth may be faulty.
            "ben-or-byzantine" => least(|n| 5 * f < n),
            // Dolev & Strong 1983: whenever anybody correct is left.
            "synchronous-signed" => most(&|f| n - f > 0),
            other => panic!("no oracle for {other}"),
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

#[test]
fn quorum_faults_as_in_the_syllabus() {
    // n = 4: majority 3, tolerates 1; n = 7: 4 and 3; two Byzantine faults need 7.
    let worked = [
        ("servers = 4", "majority", 3.0),
        ("servers = 4", "crash-tolerated", 1.0),
        ("servers = 7", "majority", 4.0),
        ("servers = 7", "crash-tolerated", 3.0),
        ("faults = 2", "byzantine-servers", 7.0),
    ];
    for (parameters, asks, expected) in worked {
        let found = (0..200)
            .flat_map(|seed| {
                [0, 1].map(|difficulty| draw_with("quorum.faults", parameters, seed, difficulty))
            })
            .filter(|question| word(values(question), "asks") == asks)
            .inspect(|question| assert_eq!(number(question), expected, "{}", question.prompt))
            .count();
        assert!(found > 0, "{parameters} {asks}");
    }
    let question = draw_with("quorum.faults", "servers = 4", 1, 0);
    assert!(int(&values(&question)["parameters"], "servers") == 4);
}

/// All sets of `size` out of `n`, as bits.
fn sets(n: i64, size: i64) -> Vec<u32> {
    (0..1_u32 << n).filter(|set| i64::from(set.count_ones()) == size).collect()
}

/// The fewest members that any set of one size shares with any set of another.
fn least_shared(n: i64, a: i64, b: i64) -> i64 {
    // By symmetry one of the first kind will do.
    let first = (1_u32 << a) - 1;
    sets(n, b).into_iter().map(|other| i64::from((first & other).count_ones())).min().expect("a set")
}

/// The most replicas of n that may be down with some set of `size` left, whichever they are.
fn survives(n: i64, size: i64) -> i64 {
    (0..=n)
        .rev()
        .find(|&down| sets(n, down).iter().all(|dead| sets(n, size).iter().any(|q| q & dead == 0)))
        .expect("none")
}

#[test]
fn quorum_overlap() {
    let mut known = std::collections::BTreeMap::new();
    let mut asked = BTreeSet::new();
    let mut oracle = |question: &retain::card::Question, values: &serde_json::Value| {
        let get = |key: &str| values[key].as_i64().unwrap_or(0);
        let (n, r, w, alive, down) = (get("n"), get("r"), get("w"), get("alive"), get("down"));
        let asks = word(values, "asks");
        asked.insert(asks.to_owned());
        let mut once =
            |compute: &dyn Fn() -> i64| *known.entry((asks.to_owned(), n, r, w)).or_insert_with(compute);
        let able = |alive: i64| match (alive >= r, alive >= w) {
            (true, true) => "reads and writes",
            (true, false) => "reads only",
            (false, true) => "writes only",
            (false, false) => "neither reads nor writes",
        };
        let expected = match asks {
            "shared" => once(&|| least_shared(n, r, w)),
            "reads-survive" => once(&|| survives(n, r)),
            "writes-survive" => once(&|| survives(n, w)),
            "smallest-read" | "flexible" => {
                once(&|| (1..=n).find(|&r| least_shared(n, r, w) > 0).expect("some r"))
            }
            "smallest-write" => once(&|| (1..=n).find(|&w| least_shared(n, w, w) > 0).expect("some w")),
            "lock-read" => once(&|| {
                let write = (1..=n).find(|&w| least_shared(n, w, w) > 0).expect("some w");
                (1..=n).find(|&r| least_shared(n, r, write) > 0).expect("some r")
            }),
            "fresh" => {
                let always = once(&|| i64::from(least_shared(n, r, w) > 0)) == 1;
                assert_eq!(chosen(question), [if always { "yes, always" } else { "no, it may miss it" }]);
                return;
            }
            "side" => return assert_eq!(chosen(question), [able(alive)], "{}", question.prompt),
            "zones" => return assert_eq!(chosen(question), [able(n - down)], "{}", question.prompt),
            "sets" => {
                let members = |key: &str| -> BTreeSet<String> {
                    values[key].as_array().expect("a list").iter().map(ToString::to_string).collect()
                };
                let meets = members("written").intersection(&members("read")).next().is_some();
                assert_eq!(chosen(question), [if meets { "yes" } else { "no" }], "{}", question.prompt);
                return;
            }
            other => panic!("no oracle for {other}"),
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    };
    for seed in 0..super::SEEDS {
        for difficulty in 0..3 {
            let question = draw("quorum.overlap", seed, difficulty);
            oracle(&question, values(&question));
        }
    }
    assert_eq!(asked.len(), 11);
}

#[test]
fn quorum_overlap_as_in_the_syllabus() {
    // N = 6, W = 4, R = 3: they share 1 at least.
    let shared = (0..100)
        .map(|seed| draw_with("quorum.overlap", "replicas = 6\nread-quorum = 3\nwrite-quorum = 4", seed, 0))
        .find(|question| word(values(question), "asks") == "shared")
        .expect("a question about the overlap");
    assert_eq!(number(&shared), 1.0);
    // In three zones of two: one zone down, both work; one replica more, reads only.
    let zones = |down: i64| {
        (0..3000)
            .map(|seed| draw("quorum.overlap", seed, 2))
            .find(|question| {
                let v = values(question);
                word(v, "asks") == "zones"
                    && (v["n"] == 6, v["r"] == 3, v["w"] == 4, v["down"] == down) == (true, true, true, true)
            })
            .map(|question| chosen(&question).join(""))
    };
    assert_eq!(zones(2).as_deref(), Some("reads and writes"));
    assert_eq!(zones(3).as_deref(), Some("reads only"));
}

/// The rule as the paper states it (§5.3, §5.4.2): "if there exists an N …", tried for each N.
fn commit_index(terms: &[i64], current: i64, matches: &[i64], commit: i64) -> i64 {
    let holds = |n: &i64| {
        let stored = matches.iter().filter(|&m| m >= n).count();
        2 * stored > matches.len() && terms[*n as usize - 1] == current
    };
    (commit + 1..=terms.len() as i64).rfind(holds).unwrap_or(commit)
}

#[test]
fn raft_commit_index() {
    let mut stays = 0;
    for seed in 0..super::SEEDS {
        for difficulty in 0..3 {
            let question = draw("raft.commit-index", seed, difficulty);
            let v = values(&question);
            let (terms, matches, commit) =
                (super::ints(v, "terms"), super::ints(v, "match"), int(v, "commit"));
            let expected = commit_index(&terms, int(v, "current"), &matches, commit);
            assert_eq!(number(&question), expected as f64, "{}", question.prompt);
            assert!(terms.is_sorted() && matches[0] == terms.len() as i64, "a leader's log");
            stays += u32::from(expected == commit);
        }
    }
    assert!((800..2000).contains(&stays), "the trap of an earlier term is set {stays} times");
}

#[test]
fn commit_index_as_in_the_syllabus() {
    let terms = [1, 1, 2, 2, 3, 3, 4, 4, 4];
    assert_eq!(commit_index(&terms, 4, &[9, 9, 7, 6, 5], 5), 7);
    assert_eq!(commit_index(&terms, 4, &[9, 6, 6, 5, 5], 5), 5);
}

/// A server of a Raft cluster, as the paper's RequestVote handler sees it.
struct Voter {
    term: i64,
    voted_for: Option<String>,
    last_term: i64,
    last_index: i64,
}

impl Voter {
    /// The receiver's steps of figure 2, with the comparison of §5.4.1 in words.
    fn request_vote(&mut self, candidate: &str, term: i64, last_index: i64, last_term: i64) -> bool {
        if term > self.term {
            self.term = term;
            self.voted_for = None;
        }
        if term < self.term {
            return false;
        }
        let free = self.voted_for.is_none() || self.voted_for.as_deref() == Some(candidate);
        let up_to_date = if last_term == self.last_term {
            last_index >= self.last_index
        } else {
            last_term > self.last_term
        };
        if free && up_to_date {
            self.voted_for = Some(candidate.to_owned());
        }
        free && up_to_date
    }
}

/// Runs an election: how many votes a candidate collects among servers of these last entries; `None` is down.
fn run_election(last: &[Option<(i64, i64)>], candidate: usize) -> usize {
    let Some((last_term, last_index)) = last[candidate] else { return 0 };
    let mut cluster: Vec<Voter> = last
        .iter()
        .flatten()
        .map(|&(last_term, last_index)| Voter { term: 50, voted_for: None, last_term, last_index })
        .collect();
    cluster
        .iter_mut()
        .filter_map(|voter| voter.request_vote("C", 51, last_index, last_term).then_some(()))
        .count()
}

fn electable(last: &[Option<(i64, i64)>]) -> Vec<usize> {
    (0..last.len()).filter(|&server| 2 * run_election(last, server) > last.len()).collect()
}

#[test]
fn raft_election() {
    check("raft.election", |question, v| {
        if word(v, "asks") == "vote" {
            let (own, last) = (super::ints(v, "voter-last"), super::ints(v, "last"));
            let mut voter = Voter {
                term: int(v, "voter-term"),
                voted_for: v["voted-for"].as_str().map(str::to_owned),
                last_term: own[0],
                last_index: own[1],
            };
            let granted = voter.request_vote("S1", int(v, "term"), last[1], last[0]);
            assert_eq!(
                chosen(question),
                [if granted { "granted" } else { "refused" }],
                "{}",
                question.prompt
            );
            return;
        }
        let cluster = v["cluster"].as_array().expect("servers");
        let logs: Vec<Vec<i64>> = cluster.iter().map(|server| super::ints(server, "log")).collect();
        // Logs that Raft may leave behind: the same index and term mean the same entries before (log matching).
        for (a, b) in logs.iter().flat_map(|a| logs.iter().map(move |b| (a, b))) {
            for index in 0..a.len().min(b.len()) {
                assert!(a[index] != b[index] || a[..index] == b[..index], "{}", question.prompt);
            }
        }
        let last: Vec<Option<(i64, i64)>> = cluster
            .iter()
            .zip(&logs)
            .map(|(server, log)| {
                let entry = (log.last().copied().unwrap_or(0), log.len() as i64);
                (server["down"] == false).then_some(entry)
            })
            .collect();
        match word(v, "asks") {
            "votes" => {
                let votes = run_election(&last, int(v, "candidate") as usize);
                assert_eq!(number(question), votes as f64, "{}", question.prompt);
            }
            "winners" => {
                let names: Vec<String> =
                    electable(&last).iter().map(|server| format!("S{}", server + 1)).collect();
                assert_eq!(chosen(question), names, "{}", question.prompt);
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

#[test]
fn elections_as_in_the_syllabus() {
    // Figure 7 of the paper: the leader is down, a to f of seven.
    let figure_7 =
        [None, Some((6, 9)), Some((4, 4)), Some((6, 11)), Some((7, 12)), Some((4, 7)), Some((3, 11))];
    assert_eq!(electable(&figure_7), [1, 3, 4]);
    // Logs 5 6 7, 5 8, 5 8: the second and the third can win.
    assert_eq!(electable(&[Some((7, 3)), Some((8, 2)), Some((8, 2))]), [1, 2]);
}
