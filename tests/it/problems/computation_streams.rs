//! Oracles for families on stream processing in `src/problem/computation/`.

use super::{check, chosen, draw_with, int, ints, number, typed, word};

/// Deals key groups to instances by comparing whole numbers: instance i holds g iff i·P ≤ g·p < (i+1)·P.
fn groups_of(instance: i64, p: i64, groups: i64) -> Vec<i64> {
    (0..groups).filter(|g| instance * groups <= g * p && g * p < (instance + 1) * groups).collect()
}

#[test]
fn flink_key_groups() {
    check("flink.key-groups", |question, values| {
        let groups = int(values, "groups");
        match word(values, "asks") {
            "instance" => {
                let p = int(values, "parallelism");
                let group = int(values, "hash").rem_euclid(groups);
                let holder = (0..p).find(|&i| groups_of(i, p, groups).contains(&group)).expect("a holder");
                assert_eq!(number(question), holder as f64, "{}", question.prompt);
            }
            "moved" => {
                let (before, after) = (int(values, "before"), int(values, "after"));
                let stay: usize = (0..before.min(after))
                    .map(|i| {
                        let old = groups_of(i, before, groups);
                        groups_of(i, after, groups).iter().filter(|g| old.contains(g)).count()
                    })
                    .sum();
                assert_eq!(number(question), (groups as usize - stay) as f64, "{}", question.prompt);
            }
            asks => {
                let held = groups_of(int(values, "instance"), int(values, "parallelism"), groups);
                if asks == "size" {
                    assert_eq!(number(question), held.len() as f64, "{}", question.prompt);
                } else {
                    let expected = format!("{}-{}", held[0], held[held.len() - 1]);
                    assert_eq!(typed(question), expected, "{}", question.prompt);
                }
            }
        }
    });
}

#[test]
fn flink_key_groups_partition_all_groups() {
    // As checked for the syllabus: the ranges of all instances are the groups, each once.
    for (groups, p) in [(16, 3), (20, 7), (128, 5)] {
        let mut all: Vec<i64> = (0..p).flat_map(|i| groups_of(i, p, groups)).collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..groups));
        let ranges: std::collections::BTreeSet<String> = (0..200)
            .map(|seed| {
                let parameters = format!("asks = \"range\"\nmax-parallelism = {groups}\nparallelism = {p}");
                typed(&draw_with("flink.key-groups", &parameters, seed, 1)).to_owned()
            })
            .collect();
        assert_eq!(ranges.len(), p as usize);
    }
}

/// Starts of all windows that hold a moment, by trying every aligned one.
fn windows_of(at: i64, size: i64, hop: i64) -> Vec<i64> {
    (-100..2000).map(|n| n * hop).filter(|start| (*start..start + size).contains(&at)).collect()
}

#[test]
fn stream_windows() {
    check("stream.windows", |question, values| {
        let get = |key: &str| values[key].as_i64().unwrap_or(0);
        let size = get("size");
        let window_of = |at: i64| windows_of(at, size, size)[0];
        match word(values, "asks") {
            "tumbling" => assert_eq!(number(question), window_of(get("event")) as f64, "{}", question.prompt),
            "hopping" => {
                let starts = windows_of(get("event"), size, get("hop"));
                assert_eq!(typed(question), shown(&starts), "{}", question.prompt);
            }
            "sessions" => {
                let groups = sessions(&ints(values, "events"), get("gap"));
                assert_eq!(number(question), groups as f64, "{}", question.prompt);
            }
            "late" => {
                // Second by second of the watermark: a window is closed when the watermark reaches its end.
                let mut closed = std::collections::BTreeSet::new();
                let mut late = 0;
                let mut seen: Vec<i64> = Vec::new();
                for at in ints(values, "events") {
                    late += i32::from(closed.contains(&window_of(at)));
                    seen.push(at);
                    let watermark = seen.iter().max().expect("an event") - get("bound");
                    closed.extend((0..=watermark).filter(|end| end % size == 0).map(|end| end - size));
                }
                assert_eq!(number(question), f64::from(late), "{}", question.prompt);
            }
            asks @ ("channels" | "fires") => {
                let marks = ints(values, "watermarks");
                let idle = values["idle"].as_u64().map(|input| input as usize);
                // The furthest time that every active input has promised.
                let promised =
                    |t: i64| marks.iter().enumerate().all(|(input, &mark)| Some(input) == idle || mark >= t);
                let clock = (0..100_000).take_while(|&t| promised(t)).last().expect("a time");
                if asks == "channels" {
                    assert_eq!(number(question), clock as f64, "{}", question.prompt);
                } else {
                    // A window is complete when all its seconds have been promised.
                    let newest = (0..1000)
                        .map(|n| n * size)
                        .take_while(|start| (*start..start + size).all(&promised))
                        .last()
                        .expect("a window");
                    assert_eq!(number(question), newest as f64, "{}", question.prompt);
                }
            }
            "verdict" => {
                let mut seconds = window_of(get("event"))..window_of(get("event")) + size;
                let fired = seconds.clone().all(|second| second <= get("watermark"));
                let kept = !seconds.all(|second| second + get("lateness") <= get("watermark"));
                let expected = match (fired, kept) {
                    (false, _) => "it is on time: its window has not fired yet",
                    (true, true) => "it is late but still counts: its window fires again",
                    (true, false) => "it is dropped",
                };
                assert_eq!(chosen(question), [expected], "{}", question.prompt);
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

fn shown<T: ToString>(list: &[T]) -> String {
    format!("({})", list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

/// Groups of events that can be reached from one another by pauses of at most the gap.
fn sessions(times: &[i64], gap: i64) -> usize {
    let mut group: Vec<usize> = (0..times.len()).collect();
    for _ in 0..times.len() {
        for a in 0..times.len() {
            for b in 0..times.len() {
                if times[a].abs_diff(times[b]) <= gap as u64 {
                    group[a] = group[a].min(group[b]);
                }
            }
        }
    }
    group.sort_unstable();
    group.dedup();
    group.len()
}

#[test]
fn stream_windows_as_in_the_syllabus() {
    assert_eq!(windows_of(125, 60, 60), [120]);
    assert_eq!(windows_of(130, 60, 20), [80, 100, 120]);
    assert_eq!(sessions(&[1, 3, 4, 20, 22, 60], 10), 3);
    // The same by the family: windows of 60 s, the event drawn.
    for seed in 0..300 {
        let question = draw_with("stream.windows", "asks = \"hopping\"\nsize = 60", seed, 1);
        let values = super::values(&question);
        if int(values, "hop") == 20 && int(values, "event") % 60 == 10 {
            let base = int(values, "event") - 130;
            assert_eq!(typed(&question), shown(&[80 + base, 100 + base, 120 + base]));
        }
    }
}

/// An operator run record by record.
struct Operator {
    sum: i64,
    barriers: usize,
    /// By input: whether its barrier is there.
    passed: Vec<bool>,
    held: Vec<i64>,
    channels: Vec<i64>,
    snapshot: Option<i64>,
}

/// Feeds all arrivals to an operator; an input of a record, and its value or nothing for the barrier.
fn run(mode: &str, inputs: usize, arrivals: &[(usize, Option<i64>)]) -> (Operator, Vec<i64>) {
    let mut operator = Operator {
        sum: 0,
        barriers: 0,
        passed: vec![false; inputs],
        held: Vec::new(),
        channels: Vec::new(),
        snapshot: None,
    };
    let mut held_ever = Vec::new();
    for &(input, value) in arrivals {
        let Some(value) = value else {
            operator.passed[input] = true;
            operator.barriers += 1;
            let due = if mode == "unaligned" { operator.barriers == 1 } else { operator.barriers == inputs };
            if due {
                operator.snapshot = Some(operator.sum);
                operator.sum += operator.held.drain(..).sum::<i64>();
            }
            continue;
        };
        if mode == "aligned" && operator.passed[input] && operator.snapshot.is_none() {
            operator.held.push(value);
            held_ever.push(value);
            continue;
        }
        if mode == "unaligned" && operator.snapshot.is_some() && !operator.passed[input] {
            operator.channels.push(value);
        }
        operator.sum += value;
    }
    (operator, held_ever)
}

#[test]
fn flink_barriers() {
    check("flink.barriers", |question, values| {
        let arrivals: Vec<(usize, Option<i64>)> = values["arrivals"]
            .as_array()
            .expect("arrivals")
            .iter()
            .map(|arrival| (int(arrival, "input") as usize, arrival["value"].as_i64()))
            .collect();
        let inputs = int(values, "inputs") as usize;
        let (operator, held) = run(word(values, "mode"), inputs, &arrivals);
        let snapshot = operator.snapshot.expect("a snapshot");
        match word(values, "asks") {
            "state" => assert_eq!(number(question), snapshot as f64, "{}", question.prompt),
            "held" => assert_eq!(typed(question), shown(&held), "{}", question.prompt),
            "channels" => assert_eq!(typed(question), shown(&operator.channels), "{}", question.prompt),
            "recovered" => {
                // Restored, then fed the channel state and each source's records from its barrier on.
                let mut sum = snapshot + operator.channels.iter().sum::<i64>();
                for input in 0..inputs {
                    let own: Vec<Option<i64>> =
                        arrivals.iter().filter(|(of, _)| *of == input).map(|(_, value)| *value).collect();
                    let barrier = own.iter().position(Option::is_none).expect("a barrier");
                    sum += own[barrier + 1..].iter().flatten().sum::<i64>();
                }
                assert_eq!(number(question), sum as f64, "{}", question.prompt);
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

#[test]
fn flink_recovers_exactly_once_but_for_at_least_once() {
    let arrivals = [(0, Some(1)), (0, None), (0, Some(2)), (1, Some(4)), (1, None), (1, Some(8))];
    let snapshot = |mode| run(mode, 2, &arrivals).0.snapshot;
    assert_eq!(snapshot("aligned"), Some(1 + 4));
    assert_eq!(snapshot("at-least-once"), Some(1 + 2 + 4));
    assert_eq!(snapshot("unaligned"), Some(1));
    assert_eq!(run("unaligned", 2, &arrivals).0.channels, [4]);
    for seed in 0..200 {
        for (mode, exact) in [("aligned", true), ("unaligned", true), ("at-least-once", false)] {
            let parameters = format!("asks = \"recovered\"\nmode = \"{mode}\"");
            let question = draw_with("flink.barriers", &parameters, seed, 1);
            let arrivals = super::values(&question)["arrivals"].as_array().expect("arrivals").clone();
            let once: i64 = arrivals.iter().filter_map(|arrival| arrival["value"].as_i64()).sum();
            assert_eq!((number(&question) - once as f64).abs() < 1e-9, exact, "{}", question.prompt);
        }
    }
}
