//! Oracles for drifting clocks, commit wait, causal delivery and snapshots in `src/problem/time/`.

use std::collections::{BTreeSet, VecDeque};

use serde_json::Value;

use super::{check, draw_with, int, ints, number, typed, values, word};

fn close(found: f64, expected: f64, share: f64, prompt: &str) {
    assert!((found - expected).abs() <= share * expected.abs() + 1e-9, "{found} for {expected}\n{prompt}");
}

/// The largest number up to a bound for which a condition holds that fails from some point on.
fn largest(bound: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, bound);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// Readings of clocks of every speed allowed, after so many true seconds.
fn readings(share: f64, seconds: f64) -> [f64; 3] {
    [1.0 - share, 1.0, 1.0 + share].map(|speed| speed * seconds)
}

/// How far two clocks may be apart, in ms.
fn apart(ppm: i64, seconds: f64) -> f64 {
    let clocks = readings(ppm as f64 * 1e-6, seconds);
    let pairs = clocks.iter().flat_map(|a| clocks.iter().map(move |b| (a - b).abs()));
    1000.0 * pairs.fold(0.0, f64::max)
}

/// How far one clock may be off, in ms.
fn off(ppm: i64, seconds: f64) -> f64 {
    readings(ppm as f64 * 1e-6, seconds)
        .iter()
        .map(|clock| 1000.0 * (clock - seconds).abs())
        .fold(0.0, f64::max)
}

fn epsilon(base_ms: i64, rate_us: i64, seconds: i64) -> f64 {
    (0..seconds).fold(base_ms as f64, |epsilon, _| epsilon + rate_us as f64 / 1000.0)
}

/// The least reading of the grantor's clock at which the holder's lease is over, whatever their speeds are.
fn lease(length: f64, percent: i64) -> f64 {
    let share = percent as f64 / 100.0;
    let speeds = [1.0 - share, 1.0, 1.0 + share];
    let over = |holder: f64| length / holder;
    let shown = |own: f64, holder: f64| own * over(holder);
    speeds.iter().flat_map(|own| speeds.iter().map(move |holder| shown(*own, *holder))).fold(0.0, f64::max)
}

#[test]
fn clock_drift() {
    check("clock.drift", |question, values| {
        let found = number(question);
        match word(values, "asks") {
            "drift" => {
                close(found, off(int(values, "ppm"), int(values, "seconds") as f64), 1e-6, &question.prompt);
            }
            "skew" => {
                close(
                    found,
                    apart(int(values, "ppm"), int(values, "seconds") as f64),
                    1e-6,
                    &question.prompt,
                );
            }
            "resync" => {
                let bound = int(values, "bound_ms") as f64;
                let most = largest(1e7, |seconds| apart(int(values, "ppm"), seconds) <= bound);
                close(found, most, 1e-6, &question.prompt);
            }
            "rate" => {
                let (seconds, off_ms) =
                    (int(values, "seconds") as f64, int(values, "off_us") as f64 / 1000.0);
                let ppm = (1..2000).find(|&ppm| off(ppm, seconds) >= off_ms - 1e-9).expect("some drift");
                close(found, ppm as f64, 1e-6, &question.prompt);
            }
            "timeout" => {
                let (delay, handling) = (int(values, "delay_ms"), int(values, "handling_ms"));
                let arrives = delay;
                let answered = arrives + handling;
                close(found, (answered + delay) as f64, 0.0, &question.prompt);
            }
            "uncertainty" => {
                let expected =
                    epsilon(int(values, "base_ms"), int(values, "rate_us"), int(values, "seconds"));
                close(found, expected, 1e-6, &question.prompt);
            }
            "poll" => {
                let (base, rate, most) = (
                    int(values, "base_ms") as f64,
                    int(values, "rate_us") as f64,
                    int(values, "most_ms") as f64,
                );
                let longest = largest(1e6, |seconds| base + rate * seconds / 1000.0 <= most);
                close(found, longest, 1e-6, &question.prompt);
            }
            "lease" => {
                let expected = lease(int(values, "lease_s") as f64, int(values, "percent"));
                assert!((found - expected).abs() <= 0.005 + 1e-9, "{found} for {expected}");
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

#[test]
fn clock_drift_as_in_the_syllabus() {
    // 200 ppm: 6 ms in 30 s, 17.28 s in a day; d = 30 ms, r = 40 ms: 100 ms; 1 ms + 200 µs/s · 30 s = 7 ms.
    close(off(200, 30.0), 6.0, 1e-9, "");
    close(off(200, 86_400.0), 17_280.0, 1e-9, "");
    close(epsilon(1, 200, 30), 7.0, 1e-9, "");
    let mut seen = BTreeSet::new();
    for seed in 0..3000 {
        let question = draw_with("clock.drift", "ppm = 200", seed, 0);
        let drawn = values(&question);
        match word(drawn, "asks") {
            "drift" if int(drawn, "seconds") == 30 => {
                assert_eq!(number(&question), 6.0);
                seen.insert("half a minute");
            }
            "drift" if int(drawn, "seconds") == 86_400 => {
                assert_eq!(number(&question), 17_280.0);
                seen.insert("a day");
            }
            "timeout" if int(drawn, "delay_ms") == 30 && int(drawn, "handling_ms") == 40 => {
                assert_eq!(number(&question), 100.0);
                seen.insert("timeout");
            }
            "uncertainty"
                if [int(drawn, "base_ms"), int(drawn, "rate_us"), int(drawn, "seconds")] == [1, 200, 30] =>
            {
                assert_eq!(number(&question), 7.0);
                seen.insert("uncertainty");
            }
            _ => {}
        }
    }
    assert_eq!(seen.len(), 4, "{seen:?}");
}

/// The first whole timestamp that satisfies every rule.
fn timestamp(latest: i64, prepares: &[i64], last: Option<i64>) -> i64 {
    (0..)
        .find(|&s| {
            s >= latest && prepares.iter().all(|&prepare| s >= prepare) && last.is_none_or(|last| s > last)
        })
        .expect("a timestamp")
}

/// The true time, on a grid of whole milliseconds, after which the clock's earliest is above s.
fn released_after(s: i64, epsilon: i64) -> i64 {
    (0..).find(|&time| time - epsilon > s).expect("a time") - 1
}

/// Scans down for a timestamp that no write can fall at or below any more.
fn safe_time(paxos: i64, prepared: &[i64]) -> i64 {
    (0..1000).rev().find(|&t| t <= paxos && prepared.iter().all(|&prepare| t < prepare)).expect("a time")
}

#[test]
fn spanner_commit_wait() {
    check("spanner.commit-wait", |question, values| {
        let expected = match word(values, "asks") {
            "safe-time" => safe_time(int(values, "paxos"), &ints(values, "prepared")),
            asks => {
                let time = int(values, "time");
                let s = timestamp(
                    time + int(values, "epsilon"),
                    &ints(values, "prepares"),
                    values["last"].as_i64(),
                );
                let released = released_after(s, int(values, "later_epsilon"));
                match asks {
                    "timestamp" => s,
                    "release" => released,
                    "wait" => released - time,
                    other => panic!("no oracle for {other}"),
                }
            }
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

#[test]
fn spanner_commit_wait_as_in_the_syllabus() {
    // now = [98, 102]: s = 102; with constant ε = 2 released once true time is beyond 104. Paxos 110, prepared 105: 104.
    assert_eq!(timestamp(102, &[], None), 102);
    assert_eq!(released_after(102, 2), 104);
    assert_eq!(safe_time(110, &[105]), 104);
    let mut seen = 0;
    for seed in 0..20_000 {
        let question = draw_with("spanner.commit-wait", "epsilon = 2", seed, 0);
        let drawn = values(&question);
        if drawn["time"] != 100 {
            continue;
        }
        let expected = match word(drawn, "asks") {
            "timestamp" => 102.0,
            "release" => 104.0,
            _ => 4.0,
        };
        assert_eq!(number(&question), expected);
        seen += 1;
    }
    assert!(seen > 10);
}

/// Delivers by sets: a broadcast is a sender and its number, and waits until all that it follows are in the set.
fn delivered(included: bool, start: &[i64], messages: &[(usize, Vec<i64>)]) -> Vec<String> {
    let mut set: BTreeSet<(usize, i64)> =
        start.iter().enumerate().flat_map(|(sender, &count)| (1..=count).map(move |n| (sender, n))).collect();
    let own_number = |(sender, vector): &(usize, Vec<i64>)| vector[*sender] + i64::from(!included);
    let follows = |message: &(usize, Vec<i64>)| -> Vec<(usize, i64)> {
        let own = (message.0, own_number(message));
        let all =
            message.1.iter().enumerate().flat_map(|(sender, &count)| (1..=count).map(move |n| (sender, n)));
        all.filter(|other| *other != own).collect()
    };
    let mut waiting: Vec<usize> = Vec::new();
    let mut order = Vec::new();
    for arrived in 0..messages.len() {
        waiting.push(arrived);
        loop {
            let ready =
                waiting.iter().copied().find(|&at| follows(&messages[at]).iter().all(|m| set.contains(m)));
            let Some(at) = ready else { break };
            waiting.retain(|&other| other != at);
            set.insert((messages[at].0, own_number(&messages[at])));
            order.push(format!("m{}", at + 1));
        }
    }
    order
}

fn parts(text: &str) -> Vec<String> {
    text.trim_matches(['(', ')']).split(", ").map(str::to_owned).collect()
}

#[test]
fn broadcast_causal_delivery() {
    check("broadcast.causal-delivery", |question, values| {
        let messages: Vec<(usize, Vec<i64>)> = values["messages"]
            .as_array()
            .expect("messages")
            .iter()
            .map(|message| (int(message, "from") as usize, ints(message, "vector")))
            .collect();
        let included = values["included"].as_bool().expect("a switch");
        let order = delivered(included, &ints(values, "delivered"), &messages);
        assert_eq!(parts(typed(question)), order, "{}", question.prompt);
    });
}

#[test]
fn broadcast_causal_delivery_as_in_the_syllabus() {
    // D is at (1, 0, 0): the one from B with (1, 0, 0) can be delivered, the one from C with (1, 1, 0) waits for it.
    let from_c = (2, vec![1, 1, 0]);
    let from_b = (1, vec![1, 0, 0]);
    assert_eq!(delivered(false, &[1, 0, 0], &[from_c.clone(), from_b]), ["m2", "m1"]);
    assert!(delivered(false, &[1, 0, 0], &[from_c]).is_empty());
}

/// Runs the algorithm event by event, with money in queues; returns what is recorded of processes and of channels.
fn snapshot(balances: &[i64], events: &[Value]) -> (Vec<i64>, Vec<Vec<i64>>) {
    let n = balances.len();
    let mut now = balances.to_vec();
    let mut queues: Vec<Vec<VecDeque<Option<i64>>>> = vec![vec![VecDeque::new(); n]; n];
    let mut recorded: Vec<Option<i64>> = vec![None; n];
    let mut open = vec![vec![false; n]; n];
    let mut channels = vec![vec![0; n]; n];
    let record = |at: usize,
                  now: &[i64],
                  recorded: &mut Vec<Option<i64>>,
                  open: &mut Vec<Vec<bool>>,
                  queues: &mut Vec<Vec<VecDeque<Option<i64>>>>| {
        recorded[at] = Some(now[at]);
        for other in (0..n).filter(|&other| other != at) {
            open[other][at] = true;
            queues[at][other].push_back(None);
        }
    };
    for event in events {
        let place = |index: usize| event[index].as_u64().expect("a process") as usize;
        match event[0].as_str().expect("a kind") {
            "send" => {
                let amount = event[3].as_i64().expect("an amount");
                now[place(1)] -= amount;
                queues[place(1)][place(2)].push_back(Some(amount));
            }
            "receive" => {
                let (from, to) = (place(1), place(2));
                let amount = queues[from][to].pop_front().flatten().expect("FIFO: money is next");
                assert_eq!(Some(amount), event[3].as_i64());
                now[to] += amount;
                if open[from][to] {
                    channels[from][to] += amount;
                }
            }
            "start" => record(place(1), &now, &mut recorded, &mut open, &mut queues),
            "marker" => {
                let (from, to) = (place(1), place(2));
                assert_eq!(queues[from][to].pop_front(), Some(None), "FIFO: the marker is next");
                if recorded[to].is_none() {
                    record(to, &now, &mut recorded, &mut open, &mut queues);
                }
                open[from][to] = false;
            }
            other => panic!("no event {other}"),
        }
    }
    assert!(queues.iter().flatten().all(VecDeque::is_empty), "everything arrives");
    (recorded.into_iter().map(|balance| balance.expect("recorded")).collect(), channels)
}

#[test]
fn snapshot_chandy_lamport() {
    check("snapshot.chandy-lamport", |question, values| {
        let balances = ints(values, "balances");
        let (recorded, channels) = snapshot(&balances, values["events"].as_array().expect("events"));
        let moving: i64 = channels.iter().flatten().sum();
        assert_eq!(recorded.iter().sum::<i64>() + moving, balances.iter().sum::<i64>(), "money is conserved");
        match word(values, "asks") {
            "states" => {
                let told: Vec<String> = recorded.iter().map(ToString::to_string).collect();
                assert_eq!(parts(typed(question)), told, "{}", question.prompt);
            }
            "channel" => {
                let channel = ints(values, "channel");
                let expected = channels[channel[0] as usize][channel[1] as usize];
                assert_eq!(number(question), expected as f64, "{}", question.prompt);
            }
            _ => assert_eq!(number(question), moving as f64, "{}", question.prompt),
        }
    });
}

/// A version as `p3`: the key and its number.
fn version_of(text: &str) -> (char, u64) {
    let mut characters = text.chars();
    (characters.next().expect("a key"), characters.as_str().parse().expect("a number"))
}

/// Exposes writes by counting, for each, the dependencies that are still missing; a version that is exposed pays all
/// dependencies on it and on older ones.
fn exposed(there: &[String], writes: &[(String, Vec<String>)]) -> Vec<String> {
    let mut missing: Vec<Vec<(char, u64)>> = Vec::new();
    let mut paid: Vec<(char, u64)> = there.iter().map(|text| version_of(text)).collect();
    let mut order: Vec<usize> = Vec::new();
    let covers = |paid: &[(char, u64)], need: &(char, u64)| {
        paid.iter().any(|have| have.0 == need.0 && have.1 >= need.1)
    };
    for (_, needs) in writes {
        missing.push(needs.iter().map(|text| version_of(text)).collect());
        loop {
            missing.iter_mut().for_each(|needs| needs.retain(|need| !covers(&paid, need)));
            let Some(ready) = (0..missing.len()).find(|at| missing[*at].is_empty() && !order.contains(at))
            else {
                break;
            };
            order.push(ready);
            paid.push(version_of(&writes[ready].0));
        }
    }
    order.into_iter().map(|at| format!("w{}", at + 1)).collect()
}

#[test]
fn cops_dependencies() {
    check("cops.dependencies", |question, values| {
        let texts = |value: &Value| -> Vec<String> {
            value
                .as_array()
                .expect("a list")
                .iter()
                .map(|text| text.as_str().expect("text").to_owned())
                .collect()
        };
        let writes: Vec<(String, Vec<String>)> = values["writes"]
            .as_array()
            .expect("writes")
            .iter()
            .map(|write| (word(write, "stores").to_owned(), texts(&write["needs"])))
            .collect();
        let expected = exposed(&texts(&values["exposed"]), &writes);
        assert_eq!(parts(typed(question)), expected, "{}", question.prompt);
    });
}

#[test]
fn cops_dependencies_by_hand() {
    let write = |stores: &str, needs: &[&str]| {
        (stores.to_owned(), needs.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    // A photo is stored, then the album that names it; the album arrives first (Lloyd et al. 2011, §1).
    let photos = [write("q1", &["p1"]), write("p1", &["r1"])];
    assert_eq!(exposed(&["r1".to_owned()], &photos), ["w2", "w1"]);
    // A newer version satisfies, an older one does not.
    assert_eq!(exposed(&["r2".to_owned()], &[write("p1", &["r1"])]), ["w1"]);
    assert!(exposed(&["r1".to_owned()], &[write("p1", &["r2"])]).is_empty());
}
