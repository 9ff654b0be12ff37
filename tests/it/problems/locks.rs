//! Oracles for the families of `src/problem/transactions/` about locks and schedules.

use super::{check, chosen, draw_with, int, number, typed, word};

/// All orders of `1..=count`.
fn orders(count: usize) -> Vec<Vec<i64>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(count - 1);
    let insert = |order: &Vec<i64>| {
        (0..=order.len())
            .map(|at| {
                let mut longer = order.clone();
                longer.insert(at, count as i64);
                longer
            })
            .collect::<Vec<_>>()
    };
    shorter.iter().flat_map(insert).collect()
}

pub fn named(ids: &[i64]) -> String {
    let names: Vec<String> = ids.iter().map(|id| format!("T{id}")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

type Op = (i64, i64, bool);

/// The serial orders that a schedule can be turned into by swapping neighbours that do not conflict: those in which each
/// conflicting pair keeps its order.
fn equivalent(ops: &[Op], count: usize) -> Vec<Vec<i64>> {
    let keeps = |order: &Vec<i64>| {
        let place = |op: &Op| order.iter().position(|id| *id == op.0).expect("each has a place");
        ops.iter().enumerate().all(|(at, a)| {
            ops[at + 1..].iter().all(|b| {
                let conflict = a.0 != b.0 && a.1 == b.1 && (a.2 || b.2);
                !conflict || place(a) < place(b)
            })
        })
    };
    orders(count).into_iter().filter(keeps).collect()
}

#[test]
fn schedule_serializable() {
    check("schedule.serializable", |question, values| {
        let ops: Vec<Op> = serde_json::from_value(values["schedule"].clone()).expect("a schedule");
        let count = int(values, "transactions") as usize;
        let mut right = equivalent(&ops, count);
        right.sort();
        match word(values, "asks") {
            "verdict" => {
                let expected =
                    if right.is_empty() { "not conflict serialisable" } else { "conflict serialisable" };
                assert_eq!(chosen(question), [expected], "{}", question.prompt);
            }
            "edges" => {
                let ids = 1..=count as i64;
                let edge = |from: i64, to: i64| {
                    let after = |at: usize| &ops[at + 1..];
                    ops.iter().enumerate().any(|(at, a)| {
                        a.0 == from && after(at).iter().any(|b| b.0 == to && a.1 == b.1 && a.2 | b.2)
                    })
                };
                let pairs = ids.clone().flat_map(|from| ids.clone().map(move |to| (from, to)));
                let expected = pairs.filter(|&(from, to)| from != to && edge(from, to)).count();
                assert_eq!(number(question), expected as f64, "{}", question.prompt);
            }
            "order" => {
                assert!(right.len() <= 1, "{}", question.prompt);
                let expected = named(right.first().map_or(&[], Vec::as_slice));
                assert_eq!(typed(question), expected, "{}", question.prompt);
            }
            _ => assert_eq!(number(question), right.len() as f64, "{}", question.prompt),
        }
    });
}

#[test]
fn schedule_serializable_as_in_the_syllabus() {
    let lost = [(1, 0, false), (2, 0, false), (1, 0, true), (2, 0, true)];
    assert!(equivalent(&lost, 2).is_empty());
    let fine = [
        (1, 0, false),
        (1, 0, true),
        (2, 0, false),
        (3, 1, false),
        (2, 0, true),
        (3, 1, true),
        (1, 1, false),
    ];
    assert_eq!(equivalent(&fine, 3), [[3, 1, 2]]);
}

/// Judges a sequence such as `S(x) R(x) commit U(x)` from the positions of its steps alone.
fn locking(steps: &[String]) -> &'static str {
    let kind = |at: usize| steps[at].chars().next().expect("a letter");
    let object = |at: usize| steps[at].chars().nth(2).unwrap_or('-');
    let all = || 0..steps.len();
    let commit = all().find(|&at| steps[at] == "commit").expect("a commit");
    let of_lock = |at: usize| "SX".contains(kind(at)) && steps[at] != "commit";
    // A lock is held at a time if one was taken before and no unlock lies between.
    let held = |time: usize, object_wanted: char, letters: &str| {
        all().take(time).any(|at| {
            letters.contains(kind(at))
                && object(at) == object_wanted
                && !(at..time).any(|later| kind(later) == 'U' && object(later) == object_wanted)
        })
    };
    let covered = all().all(|at| match kind(at) {
        'R' => held(at, object(at), "SX"),
        'W' => held(at, object(at), "X"),
        _ => true,
    });
    let first_unlock = all().find(|&at| kind(at) == 'U').unwrap_or(steps.len());
    let early =
        |letters: &str| all().any(|at| kind(at) == 'U' && at < commit && held(at, object(at), letters));
    if !covered {
        "an access lacks the lock it needs"
    } else if all().any(|at| of_lock(at) && at > first_unlock) {
        "not two-phase"
    } else if early("X") {
        "two-phase, but not strict"
    } else if early("SX") {
        "strict two-phase, but not rigorous"
    } else {
        "rigorous two-phase"
    }
}

#[test]
fn locks_two_phase() {
    check("locks.two-phase", |question, values| {
        let steps: Vec<String> = serde_json::from_value(values["steps"].clone()).expect("steps");
        assert_eq!(chosen(question), [locking(&steps)], "{}", question.prompt);
    });
}

#[test]
fn locks_two_phase_as_in_the_syllabus() {
    let read = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(locking(&read("S(a) X(b) U(a) commit U(b)")), "strict two-phase, but not rigorous");
    assert_eq!(locking(&read("S(a) U(a) X(b) commit U(b)")), "not two-phase");
}

/// What a mode reads or writes of its node as a whole, and whether it reads or writes somewhere below.
fn means(mode: &str) -> [bool; 4] {
    let (whole, below) = match mode {
        "SIX" => ("S", "IX"),
        "S" | "X" => (mode, ""),
        _ => ("", mode),
    };
    [
        whole == "S" || whole == "X",
        whole == "X",
        !below.is_empty() || !whole.is_empty(),
        below == "IX" || whole == "X",
    ]
}

/// Two modes conflict where one of them uses the whole node in a way that the other's use, somewhere, would disturb.
fn compatible(a: &str, b: &str) -> bool {
    let disturbs = |a: [bool; 4], b: [bool; 4]| {
        let [reads_all, writes_all, ..] = a;
        let [.., somewhere, writes_somewhere] = b;
        (reads_all && writes_somewhere) || (writes_all && somewhere)
    };
    !disturbs(means(a), means(b)) && !disturbs(means(b), means(a))
}

fn modes(access: &serde_json::Value, pages: bool) -> Vec<(String, &'static str)> {
    let kind = access[0].as_str().expect("a kind");
    let row = access[1].as_i64().expect("a row");
    let row_lock = match kind {
        "read-row" => Some("S"),
        "update-row" | "scan-and-update" => Some("X"),
        _ => None,
    };
    let intent = if kind.starts_with("read") { "IS" } else { "IX" };
    let table = match kind {
        "read-all" => "S",
        "rewrite-all" => "X",
        "scan-and-update" => "SIX",
        _ => intent,
    };
    let mut locks = vec![("database".to_owned(), intent), ("table".to_owned(), table)];
    if let Some(lock) = row_lock {
        if pages {
            locks.push((format!("page {}", (row + 9) / 10), intent));
        }
        locks.push((format!("row {row}"), lock));
    }
    locks
}

#[test]
fn locks_intention() {
    check("locks.intention", |question, values| match word(values, "asks") {
        "grant" => {
            let held: Vec<String> = serde_json::from_value(values["held"].clone()).expect("modes");
            let mut expected: Vec<&str> = ["IS", "IX", "S", "SIX", "X"]
                .into_iter()
                .filter(|mode| held.iter().all(|other| compatible(mode, other)))
                .collect();
            if expected.is_empty() {
                expected.push("none of them");
            }
            expected.sort_unstable();
            assert_eq!(chosen(question), expected, "{}", question.prompt);
        }
        "path" => {
            let locks = modes(&values["access"], values["pages"].as_bool().expect("a switch"));
            let expected: Vec<&str> = locks.iter().map(|(_, mode)| *mode).collect();
            assert_eq!(typed(question), expected.join(", "), "{}", question.prompt);
        }
        _ => {
            let pages = values["pages"].as_bool().expect("a switch");
            let held = modes(&values["first"], pages);
            let asked = modes(&values["second"], pages);
            let meets = |(node, mode): &&(String, &str)| {
                held.iter().any(|(other, held)| other == node && !compatible(mode, held))
            };
            let expected = match asked.iter().find(meets) {
                Some((node, _)) => format!("at the {}", node.split(' ').next().expect("a word")),
                None => "it does not wait".to_owned(),
            };
            assert_eq!(chosen(question), [expected], "{}", question.prompt);
        }
    });
}

#[test]
fn locks_intention_as_in_the_syllabus() {
    assert!(!compatible("S", "IX"));
    let access = |kind: &str| modes(&serde_json::json!([kind, 7]), false);
    let of = |kind: &str| access(kind).into_iter().map(|(_, mode)| mode).collect::<Vec<_>>();
    assert_eq!(of("read-row"), ["IS", "IS", "S"]);
    assert_eq!(of("scan-and-update"), ["IX", "SIX", "X"]);
    // IS goes with all but X; IX with IS and IX; S with IS and S; SIX with IS only; X with none.
    let all = ["IS", "IX", "S", "SIX", "X"];
    let with = |mode| all.into_iter().filter(|other| compatible(mode, other)).collect::<Vec<_>>().join(" ");
    assert_eq!(all.map(with), ["IS IX S SIX", "IS IX", "IS S", "IS", ""]);
}

fn requests(values: &serde_json::Value) -> Vec<(i64, String)> {
    serde_json::from_value(values["requests"].clone()).expect("requests")
}

/// Transactions that reach themselves in the waits-for graph, by transitive closure.
fn deadlocked(requests: &[(i64, String)]) -> Vec<i64> {
    let mut reaches = [[false; 10]; 10];
    for (at, (id, object)) in requests.iter().enumerate() {
        // Nothing is ever released: the first to ask for an object holds it.
        let holder = requests[..at].iter().find(|(_, other)| other == object);
        if let Some((holder, _)) = holder {
            reaches[*id as usize][*holder as usize] = true;
        }
    }
    for via in 0..10 {
        for from in 0..10 {
            for to in 0..10 {
                reaches[from][to] |= reaches[from][via] && reaches[via][to];
            }
        }
    }
    (0..10).filter(|&id| reaches[id][id]).map(|id| id as i64).collect()
}

/// Plays lock requests with a list of who stands at each lock, the holder first.
fn aborted(requests: &[(i64, String)], wound: bool) -> Vec<i64> {
    let mut locks: Vec<(String, Vec<i64>)> = Vec::new();
    let mut gone = Vec::new();
    for (id, object) in requests {
        if !locks.iter().any(|(name, _)| name == object) {
            locks.push((object.clone(), Vec::new()));
        }
        let line = &mut locks.iter_mut().find(|(name, _)| name == object).expect("just made").1;
        assert!(line.len() <= 1, "one waits at most");
        line.push(*id);
        let (holder, asker) = (line[0], line[line.len() - 1]);
        let victim = match wound {
            _ if holder == asker => None,
            true => (asker < holder).then_some(holder),
            false => (asker > holder).then_some(asker),
        };
        if let Some(victim) = victim {
            gone.push(victim);
            locks.iter_mut().for_each(|(_, line)| line.retain(|id| *id != victim));
        }
    }
    gone
}

#[test]
fn locks_deadlock() {
    check("locks.deadlock", |question, values| match word(values, "asks") {
        "one" => {
            let (holder, requester) = (int(values, "holder"), int(values, "requester"));
            let request = [(holder, "x".to_owned()), (requester, "x".to_owned())];
            let expected = match aborted(&request, word(values, "scheme") == "wound-wait").as_slice() {
                [] => format!("T{requester} waits"),
                [victim, ..] => format!("T{victim} is aborted"),
            };
            assert_eq!(chosen(question), [expected], "{}", question.prompt);
        }
        "cycle" => assert_eq!(typed(question), named(&deadlocked(&requests(values))), "{}", question.prompt),
        _ => {
            let expected = aborted(&requests(values), word(values, "scheme") == "wound-wait");
            assert_eq!(typed(question), named(&expected), "{}", question.prompt);
        }
    });
}

#[test]
fn locks_deadlock_as_in_the_syllabus() {
    for (scheme, requester, expected) in [
        ("wait-die", 3, "T3 waits"),
        ("wound-wait", 3, "T5 is aborted"),
        ("wait-die", 8, "T8 is aborted"),
        ("wound-wait", 8, "T8 waits"),
    ] {
        let table = format!("asks = \"one\"\nscheme = \"{scheme}\"\nholder = 5\nrequester = {requester}");
        assert_eq!(chosen(&draw_with("locks.deadlock", &table, 9, 0)), [expected]);
    }
}
