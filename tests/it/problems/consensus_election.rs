//! Oracles for elections and mutual exclusion in `src/problem/consensus/`: processes that pass messages, one at a time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::{answer, check, chosen, draw_with, int, ints, number, ordered, typed, values, word};

/// What a bully election sends: ELECTION, OK, COORDINATOR.
fn bully(ids: &[i64], crashed: &[i64], noticed: i64) -> [usize; 3] {
    let live: BTreeSet<i64> = ids.iter().copied().filter(|id| !crashed.contains(id)).collect();
    let (mut sent, mut started, mut comforted) = ([0; 3], BTreeSet::new(), BTreeSet::new());
    let mut queue = VecDeque::from([noticed]);
    while let Some(process) = queue.pop_front() {
        if !started.insert(process) {
            continue;
        }
        for &other in ids.iter().filter(|&&other| other > process) {
            sent[0] += 1;
            if live.contains(&other) {
                sent[1] += 1;
                comforted.insert(process);
                queue.push_back(other);
            }
        }
    }
    let winners: Vec<&i64> = started.difference(&comforted).collect();
    assert_eq!(winners.len(), 1, "one wins");
    assert_eq!(winners[0], live.last().expect("somebody lives"), "the largest that lives");
    sent[2] = ids.iter().filter(|&id| id < winners[0]).count();
    sent
}

#[test]
fn election_bully() {
    check("election.bully", |question, values| {
        let [elections, answers, told] =
            bully(&ints(values, "ids"), &ints(values, "crashed"), int(values, "noticed"));
        let expected = match word(values, "asks") {
            "elections" => elections,
            "answers" => answers,
            _ => elections + answers + told,
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

#[test]
fn election_bully_as_in_the_syllabus() {
    // Best case of 8: the next highest notices, and tells n − 2 = 6 others.
    let ids: Vec<i64> = (1..=8).collect();
    assert_eq!(bully(&ids, &[8], 7), [1, 0, 6]);
    // Six processes, the highest crashed, 3 notices: 3 + 2 + 1 ELECTION, 2 + 1 OK, 4 COORDINATOR.
    assert_eq!(bully(&[1, 2, 3, 4, 5, 6], &[6], 3), [6, 3, 4]);
}

/// Sends tokens hop by hop through the phases of HS: who survives each phase, and the messages of each.
fn hirschberg_sinclair(ids: &[i64], last: usize) -> Vec<(BTreeSet<i64>, usize)> {
    let n = ids.len() as i64;
    let mut racing: BTreeSet<i64> = ids.iter().copied().collect();
    let mut phases = Vec::new();
    for phase in 0..=last {
        let (mut back, mut messages) = (BTreeMap::<i64, usize>::new(), 0);
        for start in (0..n).filter(|&at| racing.contains(&ids[at as usize])) {
            for step in [1, -1] {
                // A token: where it is, hops to go outwards, whether it is on its way home.
                let (mut at, mut left, mut home) = (start, 1_i64 << phase, false);
                loop {
                    at = (at + if home { -step } else { step }).rem_euclid(n);
                    messages += 1;
                    if home {
                        if at == start {
                            *back.entry(ids[start as usize]).or_default() += 1;
                            break;
                        }
                        continue;
                    }
                    left -= 1;
                    if ids[at as usize] > ids[start as usize] {
                        break;
                    }
                    home = left == 0;
                }
            }
        }
        racing = back.into_iter().filter(|&(_, times)| times == 2).map(|(id, _)| id).collect();
        phases.push((racing.clone(), messages));
    }
    phases
}

/// The most places on a circle of `n` with at least `apart` from each to the next, placed one after the other.
fn most_places(n: i64, apart: i64) -> i64 {
    let (mut places, mut at) = (1, 0);
    while at + apart <= n - apart {
        at += apart;
        places += 1;
    }
    places
}

#[test]
fn election_hs() {
    check("election.hs", |question, values| {
        let phase = int(values, "phase") as usize;
        match word(values, "asks") {
            "bound" => {
                let expected = most_places(int(values, "processes"), (1 << (phase - 1)) + 1);
                assert_eq!(number(question), expected as f64, "{}", question.prompt);
            }
            asks => {
                let phases = hirschberg_sinclair(&ints(values, "ids"), phase);
                let (left, messages) = &phases[phase];
                if asks == "messages" {
                    assert_eq!(number(question), *messages as f64, "{}", question.prompt);
                } else {
                    let left: Vec<String> = left.iter().map(ToString::to_string).collect();
                    assert_eq!(typed(question), format!("({})", left.join(", ")), "{}", question.prompt);
                }
            }
        }
    });
}

#[test]
fn election_hs_keeps_within_its_bounds() {
    // As many survivors as the bound allows can indeed be arranged, and never more are left.
    for n in 4..40_i64 {
        let apart = 3;
        let places = most_places(n, apart);
        let mut ids: Vec<i64> = (1..=n).collect();
        for place in 0..places {
            ids[(place * apart) as usize] = 100 + place;
        }
        let phases = hirschberg_sinclair(&ids, 1);
        if n >= 6 {
            assert_eq!(phases[1].0.len() as i64, places, "{ids:?}");
        }
        assert!(phases[1].0.len() as i64 <= n / 3);
        let total: usize = hirschberg_sinclair(&ids, 2).iter().map(|phase| phase.1).sum();
        assert!(total as f64 <= 8.0 * n as f64 * (1.0 + (n as f64).log2().ceil()));
    }
}

/// All distances, by Floyd and Warshall, with processes named by their ids.
fn distances(ids: &[i64], links: &[Value]) -> BTreeMap<(i64, i64), usize> {
    let mut far: BTreeMap<(i64, i64), usize> = BTreeMap::new();
    for &id in ids {
        far.insert((id, id), 0);
    }
    for link in links {
        let (a, b) = (link[0].as_i64().expect("an id"), link[1].as_i64().expect("an id"));
        far.insert((a, b), 1);
        far.insert((b, a), 1);
    }
    for &via in ids {
        for &from in ids {
            for &to in ids {
                if let (Some(&first), Some(&second)) = (far.get(&(from, via)), far.get(&(via, to))) {
                    let known = far.get(&(from, to)).copied().unwrap_or(usize::MAX);
                    far.insert((from, to), known.min(first + second));
                }
            }
        }
    }
    far
}

#[test]
fn election_flood_max() {
    check("election.flood-max", |question, values| {
        let ids = ints(values, "ids");
        let links = values["links"].as_array().expect("links");
        let far = distances(&ids, links);
        assert_eq!(far.len(), ids.len() * ids.len(), "connected: {}", question.prompt);
        let diameter = *far.values().max().expect("processes");
        // The largest id within so many hops; nothing before the first round.
        let seen = |of: i64, hops: usize| {
            ids.iter().copied().filter(|&other| far[&(of, other)] <= hops).max().expect("itself")
        };
        let neighbours = |of: i64| ids.iter().filter(|&&other| far[&(of, other)] == 1).count();
        let expected = match word(values, "asks") {
            "messages" => {
                (0..diameter).map(|_| ids.iter().map(|&id| neighbours(id)).sum::<usize>()).sum::<usize>()
            }
            "rounds" => diameter,
            "heard" => seen(int(values, "of"), int(values, "rounds") as usize) as usize,
            _ => (1..=diameter)
                .map(|round| {
                    let sends = |id: i64| round == 1 || seen(id, round - 1) > seen(id, round - 2);
                    ids.iter().filter(|&&id| sends(id)).map(|&id| neighbours(id)).sum::<usize>()
                })
                .sum(),
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

/// A process under Ricart and Agrawala.
#[derive(Clone, Default)]
struct Process {
    request: Option<(i64, i64)>,
    inside: bool,
    granted: BTreeSet<i64>,
    kept_waiting: Vec<i64>,
}

/// Delivers all requests, then lets processes enter and leave, one message at a time. Returns the state once all
/// messages have arrived and nobody has left, and the order of entering.
fn ricart_agrawala(
    n: i64,
    holder: Option<i64>,
    requests: &[(i64, i64)],
) -> (BTreeMap<i64, Process>, Vec<i64>) {
    let mut processes: BTreeMap<i64, Process> = (1..=n).map(|id| (id, Process::default())).collect();
    if let Some(holder) = holder {
        processes.get_mut(&holder).expect("a process").inside = true;
    }
    for &(id, stamp) in requests {
        processes.get_mut(&id).expect("a process").request = Some((stamp, id));
    }
    for &(from, stamp) in requests {
        for to in (1..=n).filter(|&to| to != from) {
            let receiver = processes.get_mut(&to).expect("a process");
            if receiver.inside || receiver.request.is_some_and(|own| own < (stamp, from)) {
                receiver.kept_waiting.push(from);
            } else {
                processes.get_mut(&from).expect("a process").granted.insert(to);
            }
        }
    }
    let settled = processes.clone();
    let mut entered = Vec::new();
    for _ in 0..=2 * n {
        // Who is in leaves and answers those kept waiting; then whoever has all answers is in.
        for id in 1..=n {
            let process = processes.get_mut(&id).expect("a process");
            let full = process.request.is_some() && process.granted.len() as i64 == n - 1;
            if full {
                entered.push(id);
            }
            if full || process.inside {
                process.inside = false;
                process.request = None;
                for waiting in std::mem::take(&mut process.kept_waiting) {
                    processes.get_mut(&waiting).expect("a process").granted.insert(id);
                }
                break;
            }
        }
    }
    (settled, entered)
}

#[test]
fn mutex_ricart_agrawala() {
    check("mutex.ricart-agrawala", |question, values| {
        let requests = || -> Vec<(i64, i64)> {
            let list = values["requests"].as_array().expect("requests").iter();
            list.map(|pair| (pair[0].as_i64().expect("id"), pair[1].as_i64().expect("stamp"))).collect()
        };
        let holder = values["holder"].as_i64();
        match word(values, "asks") {
            "messages" => {
                let (n, entries) = (int(values, "processes"), int(values, "entries"));
                let mut sent = 0;
                for _ in 0..entries {
                    if values["central"] == true {
                        // To the coordinator, from it, and to it again.
                        sent += ["request", "grant", "release"].len();
                    } else {
                        let (after, _) = ricart_agrawala(n, None, &[(1, 1)]);
                        sent += after[&1].granted.len() + (2..=n).count();
                    }
                }
                assert_eq!(number(question), sent as f64, "{}", question.prompt);
            }
            "reply" => {
                let (own, other) = (int(values, "own"), int(values, "other"));
                let (mine, theirs) = (int(values, "mine"), int(values, "theirs"));
                let (holder, requests) = match word(values, "state") {
                    "inside" => (Some(own), vec![(other, theirs)]),
                    "idle" => (None, vec![(other, theirs)]),
                    _ => (None, vec![(own, mine), (other, theirs)]),
                };
                let (settled, _) = ricart_agrawala(9, holder, &requests);
                let held = !settled[&other].granted.contains(&own);
                let expected = if held { "it holds its answer back" } else { "it answers OK at once" };
                assert_eq!(chosen(question), [expected], "{}", question.prompt);
            }
            asks => {
                let n = int(values, "processes");
                let (settled, entered) = ricart_agrawala(n, holder, &requests());
                assert_eq!(entered.len(), requests().len(), "all enter: {}", question.prompt);
                match asks {
                    "order" => {
                        let expected: Vec<String> = entered.iter().map(|id| format!("P{id}")).collect();
                        assert_eq!(ordered(question), expected, "{}", question.prompt);
                    }
                    "waiting" => {
                        let of = int(values, "of");
                        let lacking = (1..=n).filter(|id| *id != of && !settled[&of].granted.contains(id));
                        let expected: Vec<String> = lacking.map(|id| format!("P{id}")).collect();
                        assert_eq!(chosen(question), expected, "{}", question.prompt);
                    }
                    _ => {
                        let expected = settled[&int(values, "of")].kept_waiting.len();
                        assert_eq!(number(question), expected as f64, "{}", question.prompt);
                    }
                }
            }
        }
    });
}

#[test]
fn mutual_exclusion_costs_as_in_the_syllabus() {
    // Nine processes: 3 with a coordinator, 2(N − 1) = 16 with Ricart and Agrawala, for each entry.
    for seed in 0..50 {
        let question = draw_with("mutex.ricart-agrawala", "asks = \"messages\"\nprocesses = 8", seed, 1);
        let values = values(&question);
        let each = if values["central"] == true { 3 } else { 14 };
        assert_eq!(answer(&question).trim(), (each * int(values, "entries")).to_string());
    }
}
