//! Oracle for `batch.re-execution`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{check, int, number, word};

/// Where a record's key decides its place: nothing known, or by the partitioner of all shuffles.
fn hashed(program: &Value, step: usize) -> bool {
    let parent = || program[step]["parents"][0].as_u64().expect("a parent") as usize;
    match program[step]["operation"].as_str().expect("an operation") {
        "reduceByKey" | "groupByKey" | "join" => true,
        "filter" | "mapValues" => hashed(program, parent()),
        _ => false,
    }
}

fn parents(program: &Value, step: usize) -> Vec<usize> {
    program[step]["parents"]
        .as_array()
        .expect("parents")
        .iter()
        .map(|p| p.as_u64().expect("an index") as usize)
        .collect()
}

fn shuffles(program: &Value, step: usize, parent: usize) -> bool {
    let keyed =
        ["reduceByKey", "groupByKey", "join"].contains(&program[step]["operation"].as_str().expect("text"));
    keyed && !hashed(program, parent)
}

fn partitions(program: &Value, step: usize, inputs: i64, shuffled: i64) -> i64 {
    match parents(program, step).as_slice() {
        [] => inputs,
        [parent] if !shuffles(program, step, *parent) => partitions(program, *parent, inputs, shuffled),
        _ => shuffled,
    }
}

/// Every (data set, partition) that must be there for some partitions of the last one.
fn closure(
    program: &Value,
    kept: Option<usize>,
    wanted: &[(usize, i64)],
    inputs: i64,
    shuffled: i64,
) -> BTreeSet<(usize, i64)> {
    let mut all: BTreeSet<(usize, i64)> = BTreeSet::new();
    let mut open = wanted.to_vec();
    while let Some((step, part)) = open.pop() {
        if kept == Some(step) || !all.insert((step, part)) {
            continue;
        }
        for parent in parents(program, step) {
            if shuffles(program, step, parent) {
                open.extend((0..partitions(program, parent, inputs, shuffled)).map(|part| (parent, part)));
            } else {
                open.push((parent, part));
            }
        }
    }
    all
}

/// Groups data sets into stages: those joined by narrow steps stay together. Returns the tasks of each stage.
fn stages(program: &Value, kept: Option<usize>, inputs: i64, shuffled: i64) -> Vec<i64> {
    let last = program.as_array().expect("steps").len() - 1;
    let mut stages: Vec<BTreeSet<usize>> = Vec::new();
    let mut open = vec![(last, None::<usize>)];
    while let Some((step, stage)) = open.pop() {
        let stage = stage.unwrap_or_else(|| {
            stages.push(BTreeSet::new());
            stages.len() - 1
        });
        stages[stage].insert(step);
        if kept == Some(step) {
            continue;
        }
        for parent in parents(program, step) {
            open.push((parent, (!shuffles(program, step, parent)).then_some(stage)));
        }
    }
    stages
        .into_iter()
        .map(|stage| partitions(program, stage.into_iter().max().expect("a data set"), inputs, shuffled))
        .collect()
}

#[test]
fn batch_re_execution() {
    check("batch.re-execution", |question, values| {
        let right = number(question);
        if word(values, "asks") == "map-reduce" {
            // Task by task: where its output would lie, and whether that is gone.
            let mut again = 0;
            for worker in values["failed"].as_array().expect("workers") {
                let tasks = &values["tasks"][worker.as_u64().expect("an index") as usize];
                for (kind, output_survives) in [(0, false), (1, false), (2, true), (3, false)] {
                    again += if output_survives { 0 } else { tasks[kind].as_i64().expect("a count") };
                }
            }
            assert_eq!(right, again as f64, "{}", question.prompt);
            return;
        }
        let (program, kept) = (&values["program"], values["kept"].as_u64().map(|kept| kept as usize));
        let (inputs, shuffled) = (int(values, "inputs"), int(values, "shuffled"));
        let last = program.as_array().expect("steps").len() - 1;
        let expected = match word(values, "asks") {
            "stages" => stages(program, kept, inputs, shuffled).len() as i64,
            "tasks" => stages(program, kept, inputs, shuffled).iter().sum(),
            "recompute" => closure(program, kept, &[(last, 0)], inputs, shuffled).len() as i64,
            other => panic!("no oracle for {other}"),
        };
        assert_eq!(right, expected as f64, "{}", question.prompt);
    });
}

#[test]
fn batch_re_execution_as_in_the_syllabus() {
    // textFile → map → reduceByKey → filter → count: 2 stages.
    let program = json!([
        { "operation": "textFile", "parents": [] },
        { "operation": "map", "parents": [0] },
        { "operation": "reduceByKey", "parents": [1] },
        { "operation": "filter", "parents": [2] },
    ]);
    assert_eq!(stages(&program, None, 4, 3), [3, 4]);
    assert_eq!(closure(&program, None, &[(3, 0)], 4, 3).len(), 10);
    // A worker with 3 maps and 1 reduce done fails: the 3 maps run again, and what it had in progress.
    let worker = (0..3000)
        .map(|seed| super::draw_with("batch.re-execution", "asks = \"map-reduce\"", seed, 0))
        .find(|question| {
            let values = super::values(question);
            values["tasks"][values["failed"][0].as_u64().expect("an index") as usize] == json!([3, 0, 1, 0])
        })
        .expect("drawn");
    assert_eq!(number(&worker), 3.0);
}
