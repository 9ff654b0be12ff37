//! Problem families: a harness run over all of them, and an independent oracle for each.
//!
//! An oracle computes the answer from `Drawn::values` by brute force, a second derivation, or published worked values,
//! never by the family's own code. Files by subject, as in `src/problem/`.

mod anomalies;
mod computation;
mod computation_batch;
mod computation_columns;
mod computation_streams;
mod consensus;
mod consensus_agreement;
mod consensus_bitcoin;
mod consensus_election;
mod consensus_quorums;
mod consensus_raft;
mod consistency;
mod harness;
mod locks;
mod ml;
mod optimistic;
mod queries;
mod storage;
mod storage_engines;
mod storage_layout;
mod storage_lsm;
mod storage_replication;
mod storage_ring;
mod storage_versions;
mod time;
mod time_checkpoints;
mod time_delivery;
mod time_ntp;
mod transactions;
mod transactions_commit;

use retain::card::{Form, Given, Question};
use retain::problem;
use serde_json::Value;

/// How many seeds an oracle is held against, at each difficulty.
pub const SEEDS: u64 = 2_000;

/// Draws with default parameters.
pub fn draw(family: &str, seed: u64, difficulty: u8) -> Question {
    draw_with(family, "", seed, difficulty)
}

/// Draws with parameters as an author writes them.
pub fn draw_with(family: &str, parameters: &str, seed: u64, difficulty: u8) -> Question {
    let table = parameters.parse().expect("parameters are TOML");
    problem::draw(problem::find(family).expect("the family exists"), &table, seed, difficulty)
        .unwrap_or_else(|faults| panic!("{family}: {faults:?}"))
}

/// Calls an oracle with each question and its drawn values: [`SEEDS`] seeds at each difficulty.
pub fn check(family: &str, oracle: impl Fn(&Question, &Value)) {
    for seed in 0..SEEDS {
        for difficulty in 0..3 {
            let question = draw(family, seed, difficulty);
            oracle(&question, values(&question));
        }
    }
}

/// Returns the drawn values.
pub fn values(question: &Question) -> &Value {
    &question.drawn.as_ref().expect("drawn").values
}

/// Returns the right number.
pub fn number(question: &Question) -> f64 {
    match &question.form {
        Form::Number { answer } => answer.value,
        other => panic!("not a number: {other:?}"),
    }
}

/// Returns the right text, as shown.
pub fn typed(question: &Question) -> &str {
    match &question.form {
        Form::Typed { accepted, .. } => &accepted[0],
        other => panic!("not typed: {other:?}"),
    }
}

/// Returns the texts of the right options, sorted.
pub fn chosen(question: &Question) -> Vec<&str> {
    match &question.form {
        Form::Choice { options, .. } => {
            let mut right: Vec<&str> =
                options.iter().filter(|option| option.right).map(|option| option.text.as_str()).collect();
            right.sort_unstable();
            right
        }
        other => panic!("not a choice: {other:?}"),
    }
}

/// Returns the items in the right order.
pub fn ordered(question: &Question) -> Vec<&str> {
    match &question.form {
        Form::Order { items, solution } => solution.iter().map(|&index| items[index].as_str()).collect(),
        other => panic!("not an order: {other:?}"),
    }
}

/// Returns the right answer as text, whatever the form.
pub fn answer(question: &Question) -> String {
    match &question.form {
        Form::Number { answer } => format!("{} {}", answer.value, answer.unit),
        Form::Typed { .. } => typed(question).to_owned(),
        Form::Choice { .. } => chosen(question).join(" | "),
        Form::Order { .. } => ordered(question).join(" | "),
        other => panic!("no checked form: {other:?}"),
    }
}

/// Returns a drawn whole number, by its key.
pub fn int(values: &Value, key: &str) -> i64 {
    values[key].as_i64().unwrap_or_else(|| panic!("`{key}` is no whole number in {values}"))
}

/// Returns drawn whole numbers, by their key.
pub fn ints(values: &Value, key: &str) -> Vec<i64> {
    let list = values[key].as_array().unwrap_or_else(|| panic!("`{key}` is no list in {values}"));
    list.iter().map(|value| value.as_i64().expect("a whole number")).collect()
}

/// Returns a drawn number, by its key.
pub fn real(values: &Value, key: &str) -> f64 {
    values[key].as_f64().unwrap_or_else(|| panic!("`{key}` is no number in {values}"))
}

/// Returns a drawn word, by its key.
pub fn word<'a>(values: &'a Value, key: &str) -> &'a str {
    values[key].as_str().unwrap_or_else(|| panic!("`{key}` is no text in {values}"))
}

/// Returns what someone would answer who knows the solution.
fn right_answer(form: &Form) -> Given {
    match form {
        Form::Number { answer } => Given::Text(answer.value.to_string()),
        Form::Typed { accepted, .. } => Given::Text(accepted[0].clone()),
        Form::Choice { options, .. } => {
            Given::Choice((0..options.len()).filter(|&index| options[index].right).collect())
        }
        Form::Order { solution, .. } => Given::Order(solution.clone()),
        other => panic!("no checked form: {other:?}"),
    }
}
