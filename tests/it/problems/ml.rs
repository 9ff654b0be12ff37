//! Oracles for `src/problem/ml/`.

use serde_json::Value;

use super::{check, chosen, draw_with, int, ints, number, word};

fn near(question: &retain::card::Question, expected: f64, decimals: i32) {
    let place = 10_f64.powi(decimals);
    let shown = number(question);
    assert!((shown - expected).abs() <= 0.500_001 / place, "{shown} for {expected}: {}", question.prompt);
}

/// What each worker sent, in pieces, by phase, after running the ring on vectors until all hold the sum.
fn run_ring(n: usize) -> (usize, usize) {
    // held[w][p]: which workers' summands are in worker w's piece p.
    let mut held: Vec<Vec<u64>> = (0..n).map(|worker| vec![1 << worker; n]).collect();
    let all = if n == 64 { u64::MAX } else { (1 << n) - 1 };
    let (mut scatter, mut gather) = (0, 0);
    while (0..n).any(|worker| !held[worker].contains(&all)) {
        let sent: Vec<(usize, u64)> = (0..n)
            .map(|worker| {
                let piece = (worker + n * n - scatter) % n;
                (piece, held[worker][piece])
            })
            .collect();
        for (worker, (piece, summands)) in sent.into_iter().enumerate() {
            let to = (worker + 1) % n;
            assert_eq!(held[to][piece] & summands, 0, "nothing is added twice");
            held[to][piece] |= summands;
        }
        scatter += 1;
    }
    while held.iter().flatten().any(|&summands| summands != all) {
        let sent: Vec<usize> = (0..n).map(|worker| (worker + 1 + n * n - gather) % n).collect();
        for (worker, piece) in sent.into_iter().enumerate() {
            assert_eq!(held[worker][piece], all, "a finished piece is passed on");
            held[(worker + 1) % n][piece] = all;
        }
        gather += 1;
    }
    (scatter, gather)
}

#[test]
fn all_reduce() {
    check("ml.all-reduce", |question, values| {
        let n = int(values, "workers") as usize;
        let size = values["megabytes"].as_f64().unwrap_or(0.0);
        let piece = size / n as f64;
        let (scatter, gather) = run_ring(n);
        let wait = values["latency"].as_f64().unwrap_or(0.0) / 1e6;
        let bandwidth = values["bandwidth"].as_f64().unwrap_or(1.0) * 1e9;
        match word(values, "asks") {
            "steps" => assert_eq!(number(question), (scatter + gather) as f64),
            "bytes" => near(question, (0..scatter + gather).map(|_| piece).sum(), 1),
            "half" => near(question, (0..scatter).map(|_| piece).sum(), 1),
            "total" => near(question, (0..n * (scatter + gather)).map(|_| piece).sum(), 1),
            "server" => {
                near(question, (0..n).map(|_| size).sum::<f64>() + (0..n).map(|_| size).sum::<f64>(), 1);
            }
            "time" => {
                let seconds: f64 = (0..scatter + gather).map(|_| wait + piece * 1e6 / bandwidth).sum();
                near(question, seconds * 1e3, 2);
            }
            "size" => {
                // The time of a buffer grows with its size: bisect for the size that takes just as long as allowed.
                let within = int(values, "within") as f64 / 1e3;
                let time = |size: f64| {
                    (0..scatter + gather).map(|_| wait + size * 1e6 / n as f64 / bandwidth).sum::<f64>()
                };
                let (mut low, mut high) = (0.0, 1e9);
                for _ in 0..200 {
                    let middle = f64::midpoint(low, high);
                    if time(middle) <= within { low = middle } else { high = middle }
                }
                near(question, low, 1);
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

#[test]
fn all_reduce_as_in_the_syllabus() {
    // N = 8, 1 GB: 1.75 GB.
    let question = draw_with("ml.all-reduce", "asks = \"bytes\"\nworkers = 8\nmegabytes = 1000", 1, 0);
    assert!((number(&question) - 1750.0).abs() < 1e-9);
}

/// Runs forwards, then backwards, each as soon as device and data are there; returns the slots taken, and the most
/// micro-batches alive on the first device.
fn run_gpipe(stages: usize, batches: usize) -> (usize, usize) {
    let mut end = vec![vec![0; batches]; stages];
    for stage in 0..stages {
        for batch in 0..batches {
            let device = if batch > 0 { end[stage][batch - 1] } else { 0 };
            let data = if stage > 0 { end[stage - 1][batch] } else { 0 };
            end[stage][batch] = device.max(data) + 1;
        }
    }
    let forward = end[stages - 1][batches - 1];
    (forward, batches)
}

/// The first device under 1F1B: time step by time step, each stage does a backward where one is ready and its warm-up
/// is over, else a forward; returns the most micro-batches it holds.
fn run_one_forward(stages: usize, batches: usize) -> usize {
    let mut forwards = vec![0; stages];
    let mut backwards = vec![0; stages];
    let mut most = 0;
    while backwards[0] < batches {
        let (before_f, before_b) = (forwards.clone(), backwards.clone());
        for stage in 0..stages {
            let allowed = stages - stage;
            let alive = before_f[stage] - before_b[stage];
            let gradient_there =
                if stage + 1 == stages { before_f[stage] } else { before_b[stage + 1] } > before_b[stage];
            let input_there = if stage == 0 { batches } else { before_f[stage - 1] } > before_f[stage];
            if gradient_there && (alive == allowed || before_f[stage] == batches) {
                backwards[stage] += 1;
            } else if input_there && alive < allowed {
                forwards[stage] += 1;
            }
        }
        most = most.max(forwards[0] - backwards[0]);
    }
    most
}

/// The forward pass of the interleaved schedule, in slots of one chunk: devices take groups of as many micro-batches as
/// there are stages through their chunks in turn.
fn run_interleaved(stages: usize, batches: usize, chunks: usize) -> usize {
    let mut device_free = vec![0; stages];
    let mut done = vec![vec![0; batches]; stages * chunks];
    for group in 0..batches / stages {
        for chunk in 0..chunks {
            for (device, free) in device_free.iter_mut().enumerate() {
                let part = chunk * stages + device;
                let ready = if part == 0 { vec![0; batches] } else { done[part - 1].clone() };
                let batches = group * stages..(group + 1) * stages;
                for (end, data) in done[part][batches.clone()].iter_mut().zip(&ready[batches]) {
                    *free = (*free).max(*data) + 1;
                    *end = *free;
                }
            }
        }
    }
    done.into_iter().flatten().max().unwrap_or(0)
}

#[test]
fn pipeline() {
    check("ml.pipeline", |question, values| {
        let get = |key: &str| values[key].as_u64().unwrap_or(0) as usize;
        let (k, m) = (get("stages"), get("micro-batches"));
        match word(values, "asks") {
            "idle" => {
                let (slots, _) = run_gpipe(k, m);
                near(question, 100.0 * (slots - m) as f64 / slots as f64, 1);
            }
            "overhead" => near(question, 100.0 * (run_gpipe(k, m).0 - m) as f64 / m as f64, 1),
            "length" => {
                assert_eq!(number(question), (run_gpipe(k, m).0 * (get("forward") + get("backward"))) as f64);
            }
            "interleaved" => {
                let ideal = m * get("chunks");
                let slots = run_interleaved(k, m, get("chunks"));
                near(question, 100.0 * (slots - ideal) as f64 / ideal as f64, 1);
            }
            "needed" => {
                let enough = |m: usize| {
                    let slots = m + k - 1;
                    100 * (slots - m) <= get("limit") * slots
                };
                let least = (1..10_000).find(|&m| enough(m)).expect("some number is enough");
                assert_eq!(number(question), least as f64, "{}", question.prompt);
            }
            "live" => {
                let one_forward = values["one-forward"].as_bool().expect("a switch");
                let most = if one_forward { run_one_forward(k, m) } else { run_gpipe(k, m).1 };
                assert_eq!(number(question), most as f64, "{}", question.prompt);
            }
            "devices" => {
                let devices =
                    (0..get("copies")).flat_map(|_| (0..get("stages")).flat_map(|_| 0..get("tensor")));
                assert_eq!(number(question), devices.count() as f64);
            }
            "batch" => {
                let samples: usize =
                    (0..get("copies")).map(|_| (0..m).map(|_| get("micro")).sum::<usize>()).sum();
                assert_eq!(number(question), samples as f64);
            }
            "per-copy" => {
                let copies = (1..=get("devices"))
                    .find(|copies| copies * get("tensor") * get("stages") == get("devices"))
                    .expect("whole copies");
                let m =
                    (1..10_000).find(|m| m * get("micro") * copies == get("batch")).expect("whole batches");
                assert_eq!(number(question), m as f64, "{}", question.prompt);
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

#[test]
fn pipeline_as_in_the_syllabus() {
    // p = 4, m = 8: 27.3 %.
    let question = draw_with("ml.pipeline", "asks = \"idle\"\nstages = 4\nmicro-batches = 8", 1, 0);
    assert!((number(&question) - 27.3).abs() < 1e-9);
    // 32·8·4 = 1024 is a product of three numbers; here 16·16·4.
    let batch = (0..400)
        .map(|seed| draw_with("ml.pipeline", "asks = \"batch\"\nmicro-batches = 16", seed, 0))
        .find(|question| {
            int(super::values(question), "micro") == 16 && int(super::values(question), "copies") == 4
        })
        .expect("drawn");
    assert_eq!(number(&batch), 1024.0);
}

/// Bytes of model states that a rank holds, a small model laid out value by value and then scaled.
fn zero_bytes(millions: i64, ranks: i64, stage: i64) -> f64 {
    let parameters = ranks * 10;
    let mut bytes = 0;
    for parameter in 0..parameters {
        let mine = parameter % ranks == 0;
        // Weight, gradient; then master copy, momentum and variance at 4 bytes each.
        bytes += if stage < 3 || mine { 2 } else { 0 };
        bytes += if stage < 2 || mine { 2 } else { 0 };
        bytes += if stage < 1 || mine { 4 + 4 + 4 } else { 0 };
    }
    f64::from(bytes) / parameters as f64 * millions as f64 * 1e6
}

#[test]
fn zero() {
    check("ml.zero", |question, values| {
        let millions = int(values, "millions");
        match word(values, "asks") {
            "memory" => {
                near(question, zero_bytes(millions, int(values, "ranks"), int(values, "stage")) / 1e9, 1);
            }
            "traffic" => {
                let collectives: &[&str] = match int(values, "stage") {
                    0 => &["reduce-scatter gradients", "all-gather gradients"],
                    1 | 2 => &["reduce-scatter gradients", "all-gather weights"],
                    _ => &["all-gather for forward", "all-gather for backward", "reduce-scatter gradients"],
                };
                let bytes: f64 = collectives.iter().map(|_| millions as f64 * 1e6 * 2.0).sum();
                near(question, bytes / 1e9, 1);
            }
            "stage" => {
                let limit = super::real(values, "limit") * 1e9;
                let ranks = int(values, "ranks");
                let lowest =
                    (0..4).find(|&stage| zero_bytes(millions, ranks, stage) <= limit).expect("one fits");
                let name = if lowest == 0 { "no ZeRO at all".to_owned() } else { format!("stage {lowest}") };
                assert_eq!(chosen(question), [name], "{}", question.prompt);
            }
            "ranks" => {
                let limit = int(values, "limit") as f64 * 1e9;
                let stage = int(values, "stage");
                let fits = |ranks: i64| zero_bytes(millions, ranks, stage) <= limit * (1.0 + 1e-12);
                let least = (1..2000).find(|&ranks| fits(ranks)).expect("some number is enough");
                assert_eq!(number(question), least as f64, "{}", question.prompt);
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

#[test]
fn zero_as_in_the_syllabus() {
    for (stage, expected) in [(0, 120.0), (1, 31.4), (2, 16.6), (3, 1.9)] {
        let parameters = format!("asks = \"memory\"\nmillions = 7500\nranks = 64\nstage = {stage}");
        assert!((number(&draw_with("ml.zero", &parameters, 1, 0)) - expected).abs() < 1e-9);
    }
}

/// Runs workers second by second; returns how many iterations each has finished at the end.
fn run_ssp(seconds: &[i64], s: i64, until: i64) -> Vec<i64> {
    let mut clocks = vec![0; seconds.len()];
    let mut busy_until: Vec<Option<i64>> = vec![None; seconds.len()];
    for now in 0..=until {
        for worker in 0..seconds.len() {
            if busy_until[worker] == Some(now) {
                clocks[worker] += 1;
                busy_until[worker] = None;
            }
        }
        for worker in 0..seconds.len() {
            if busy_until[worker].is_none() && clocks.iter().all(|&other| other >= clocks[worker] - s) {
                busy_until[worker] = Some(now + seconds[worker]);
            }
        }
    }
    clocks
}

#[test]
fn ssp() {
    const NAMES: [&str; 8] = ["A", "B", "C", "D", "E", "F", "G", "H"];
    check("ml.ssp", |question, values: &Value| {
        let s = values["staleness"].as_i64().unwrap_or(0);
        let blocked = |clock: i64, clocks: &[i64], s: i64| clocks.iter().any(|&other| clock - other > s);
        match word(values, "asks") {
            "waiting" => {
                let clocks = ints(values, "clocks");
                let waits: Vec<&str> = (0..clocks.len())
                    .filter(|&worker| blocked(clocks[worker], &clocks, s))
                    .map(|worker| NAMES[worker])
                    .collect();
                assert_eq!(chosen(question), waits, "{}", question.prompt);
            }
            "sees" => {
                // Over all clocks that the slowest may have: the newest iteration finished in every case.
                let clock = int(values, "clock");
                let surely =
                    (0..=clock).filter(|slowest| !blocked(clock, &[*slowest], s)).map(|slowest| slowest - 1);
                assert_eq!(number(question), surely.min().expect("a case") as f64, "{}", question.prompt);
            }
            "run" => {
                let mut clocks = ints(values, "clocks");
                let stuck = int(values, "stuck") as usize;
                while let Some(next) =
                    (0..clocks.len()).find(|&worker| worker != stuck && !blocked(clocks[worker], &clocks, s))
                {
                    clocks[next] += 1;
                }
                assert_eq!(
                    number(question),
                    clocks[int(values, "runner") as usize] as f64,
                    "{}",
                    question.prompt
                );
            }
            "staleness" => {
                let clocks = ints(values, "clocks");
                let enough = |s: i64| clocks.iter().all(|&clock| !blocked(clock, &clocks, s));
                let least = (0..100).find(|&s| enough(s)).expect("some staleness is enough");
                assert_eq!(number(question), least as f64, "{}", question.prompt);
            }
            "progress" => {
                let done = run_ssp(&ints(values, "seconds"), s, int(values, "until"));
                assert_eq!(
                    number(question),
                    done[int(values, "worker") as usize] as f64,
                    "{}",
                    question.prompt
                );
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

#[test]
fn ssp_with_no_staleness_is_bulk_synchronous() {
    // With s = 0 nobody is more than one iteration ahead of the slowest.
    for seed in 0..50 {
        let question = draw_with("ml.ssp", "asks = \"run\"\nstaleness = 0", seed, 1);
        let clocks = ints(super::values(&question), "clocks");
        assert_eq!(number(&question), (clocks.iter().min().expect("workers") + 1) as f64);
    }
}
